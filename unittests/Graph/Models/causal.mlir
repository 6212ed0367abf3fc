#map = affine_map<(d0) -> (d0)>
#map1 = affine_map<(d0, d1) -> (0, d1)>
#map2 = affine_map<(d0, d1) -> (d0, 0)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0, d1, d2) -> (d1, d2)>
#map5 = affine_map<(d0, d1, d2) -> ()>
#map6 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map7 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map8 = affine_map<(d0, d1, d2) -> (d0, d1, 0)>
module {
  func.func @main(%arg0: tensor<4x8x16xf32>) -> tensor<4x8x16xf32> {
    %c0_i64 = arith.constant 0 : i64
    %c1_i64 = arith.constant 1 : i64
    %cst = arith.constant 0xFF800000 : f32
    %cst_0 = arith.constant 0.000000e+00 : f32
    %cst_1 = arith.constant dense<0xFF800000> : tensor<f32>
    %cst_2 = arith.constant dense<true> : tensor<8x16xi1>
    %0 = tensor.empty() : tensor<16xi64>
    %1 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]} outs(%0 : tensor<16xi64>) {
    ^bb0(%out: i64):
      %22 = linalg.index 0 : index
      %23 = arith.index_cast %22 : index to i64
      linalg.yield %23 : i64
    } -> tensor<16xi64>
    %expanded = tensor.expand_shape %1 [[0, 1]] output_shape [1, 16] : tensor<16xi64> into tensor<1x16xi64>
    %2 = tensor.empty() : tensor<8xi64>
    %3 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]} outs(%2 : tensor<8xi64>) {
    ^bb0(%out: i64):
      %22 = linalg.index 0 : index
      %23 = arith.index_cast %22 : index to i64
      linalg.yield %23 : i64
    } -> tensor<8xi64>
    %expanded_3 = tensor.expand_shape %3 [[0, 1]] output_shape [8, 1] : tensor<8xi64> into tensor<8x1xi64>
    %4 = tensor.empty() : tensor<8x16xi64>
    %5 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel"]} ins(%expanded, %expanded_3 : tensor<1x16xi64>, tensor<8x1xi64>) outs(%4 : tensor<8x16xi64>) {
    ^bb0(%in: i64, %in_5: i64, %out: i64):
      %22 = arith.subi %in, %in_5 : i64
      linalg.yield %22 : i64
    } -> tensor<8x16xi64>
    %6 = tensor.empty() : tensor<8x16xi1>
    %7 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%5 : tensor<8x16xi64>) outs(%6 : tensor<8x16xi1>) {
    ^bb0(%in: i64, %out: i1):
      %22 = arith.cmpi sge, %in, %c1_i64 : i64
      linalg.yield %22 : i1
    } -> tensor<8x16xi1>
    %8 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%7, %cst_2 : tensor<8x16xi1>, tensor<8x16xi1>) outs(%6 : tensor<8x16xi1>) {
    ^bb0(%in: i1, %in_5: i1, %out: i1):
      %22 = arith.andi %in, %in_5 : i1
      linalg.yield %22 : i1
    } -> tensor<8x16xi1>
    %9 = tensor.empty() : tensor<4x8x16xf32>
    %10 = linalg.generic {indexing_maps = [#map4, #map5, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8, %cst_1, %arg0 : tensor<8x16xi1>, tensor<f32>, tensor<4x8x16xf32>) outs(%9 : tensor<4x8x16xf32>) {
    ^bb0(%in: i1, %in_5: f32, %in_6: f32, %out: f32):
      %22 = arith.select %in, %in_5, %in_6 : f32
      linalg.yield %22 : f32
    } -> tensor<4x8x16xf32>
    %11 = tensor.empty() : tensor<4x8xi64>
    %12 = linalg.fill ins(%c0_i64 : i64) outs(%11 : tensor<4x8xi64>) -> tensor<4x8xi64>
    %13 = tensor.empty() : tensor<4x8xf32>
    %14 = linalg.fill ins(%cst : f32) outs(%13 : tensor<4x8xf32>) -> tensor<4x8xf32>
    %15:2 = linalg.generic {indexing_maps = [#map6, #map7, #map7], iterator_types = ["parallel", "parallel", "reduction"]} ins(%10 : tensor<4x8x16xf32>) outs(%14, %12 : tensor<4x8xf32>, tensor<4x8xi64>) {
    ^bb0(%in: f32, %out: f32, %out_5: i64):
      %22 = linalg.index 2 : index
      %23 = arith.index_cast %22 : index to i64
      %24 = arith.maximumf %in, %out : f32
      %25 = arith.cmpf ogt, %in, %out : f32
      %26 = arith.select %25, %23, %out_5 : i64
      linalg.yield %24, %26 : f32, i64
    } -> (tensor<4x8xf32>, tensor<4x8xi64>)
    %expanded_4 = tensor.expand_shape %15#0 [[0], [1, 2]] output_shape [4, 8, 1] : tensor<4x8xf32> into tensor<4x8x1xf32>
    %16 = linalg.generic {indexing_maps = [#map6, #map8, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%10, %expanded_4 : tensor<4x8x16xf32>, tensor<4x8x1xf32>) outs(%9 : tensor<4x8x16xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %22 = arith.subf %in, %in_5 : f32
      linalg.yield %22 : f32
    } -> tensor<4x8x16xf32>
    %17 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%16 : tensor<4x8x16xf32>) outs(%9 : tensor<4x8x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %22 = math.exp %in : f32
      linalg.yield %22 : f32
    } -> tensor<4x8x16xf32>
    %18 = tensor.empty() : tensor<4x8x1xf32>
    %19 = linalg.fill ins(%cst_0 : f32) outs(%18 : tensor<4x8x1xf32>) -> tensor<4x8x1xf32>
    %20 = linalg.generic {indexing_maps = [#map6, #map8], iterator_types = ["parallel", "parallel", "reduction"]} ins(%17 : tensor<4x8x16xf32>) outs(%19 : tensor<4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %22 = arith.addf %in, %out : f32
      linalg.yield %22 : f32
    } -> tensor<4x8x1xf32>
    %21 = linalg.generic {indexing_maps = [#map6, #map8, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17, %20 : tensor<4x8x16xf32>, tensor<4x8x1xf32>) outs(%9 : tensor<4x8x16xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %22 = arith.divf %in, %in_5 : f32
      linalg.yield %22 : f32
    } -> tensor<4x8x16xf32>
    return %21 : tensor<4x8x16xf32>
  }
}
