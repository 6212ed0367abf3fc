#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d1)>
#map3 = affine_map<(d0) -> (d0)>
#map4 = affine_map<(d0, d1, d2) -> (d0, d2)>
#map5 = affine_map<(d0, d1, d2) -> ()>
module {
  func.func @main(%arg0: tensor<4x8x16xf32>) -> (tensor<4x8xf32>, tensor<8xf32>, tensor<4x16xf32>, tensor<4x8xf32>, tensor<f32>) {
    %cst = arith.constant 0.000000e+00 : f32
    %c0_i64 = arith.constant 0 : i64
    %cst_0 = arith.constant 0xFF800000 : f32
    %cst_1 = arith.constant 0x7F800000 : f32
    %cst_2 = arith.constant 6.400000e+01 : f32
    %0 = tensor.empty() : tensor<4x8xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
    %2 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg0 : tensor<4x8x16xf32>) outs(%1 : tensor<4x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %19 = arith.addf %in, %out : f32
      linalg.yield %19 : f32
    } -> tensor<4x8xf32>
    %3 = tensor.empty() : tensor<8xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<8xf32>) -> tensor<8xf32>
    %5 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["reduction", "parallel", "reduction"]} ins(%arg0 : tensor<4x8x16xf32>) outs(%4 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %19 = arith.addf %in, %out : f32
      linalg.yield %19 : f32
    } -> tensor<8xf32>
    %6 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel"]} ins(%5 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %19 = arith.divf %in, %cst_2 : f32
      linalg.yield %19 : f32
    } -> tensor<8xf32>
    %7 = tensor.empty() : tensor<4x16xi64>
    %8 = linalg.fill ins(%c0_i64 : i64) outs(%7 : tensor<4x16xi64>) -> tensor<4x16xi64>
    %9 = tensor.empty() : tensor<4x16xf32>
    %10 = linalg.fill ins(%cst_0 : f32) outs(%9 : tensor<4x16xf32>) -> tensor<4x16xf32>
    %11:2 = linalg.generic {indexing_maps = [#map, #map4, #map4], iterator_types = ["parallel", "reduction", "parallel"]} ins(%arg0 : tensor<4x8x16xf32>) outs(%10, %8 : tensor<4x16xf32>, tensor<4x16xi64>) {
    ^bb0(%in: f32, %out: f32, %out_3: i64):
      %19 = linalg.index 1 : index
      %20 = arith.index_cast %19 : index to i64
      %21 = arith.maximumf %in, %out : f32
      %22 = arith.cmpf ogt, %in, %out : f32
      %23 = arith.select %22, %20, %out_3 : i64
      linalg.yield %21, %23 : f32, i64
    } -> (tensor<4x16xf32>, tensor<4x16xi64>)
    %12 = tensor.empty() : tensor<4x8xi64>
    %13 = linalg.fill ins(%c0_i64 : i64) outs(%12 : tensor<4x8xi64>) -> tensor<4x8xi64>
    %14 = linalg.fill ins(%cst_1 : f32) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
    %15:2 = linalg.generic {indexing_maps = [#map, #map1, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg0 : tensor<4x8x16xf32>) outs(%14, %13 : tensor<4x8xf32>, tensor<4x8xi64>) {
    ^bb0(%in: f32, %out: f32, %out_3: i64):
      %19 = linalg.index 2 : index
      %20 = arith.index_cast %19 : index to i64
      %21 = arith.minimumf %in, %out : f32
      %22 = arith.cmpf olt, %in, %out : f32
      %23 = arith.select %22, %20, %out_3 : i64
      linalg.yield %21, %23 : f32, i64
    } -> (tensor<4x8xf32>, tensor<4x8xi64>)
    %16 = tensor.empty() : tensor<f32>
    %17 = linalg.fill ins(%cst : f32) outs(%16 : tensor<f32>) -> tensor<f32>
    %18 = linalg.generic {indexing_maps = [#map, #map5], iterator_types = ["reduction", "reduction", "reduction"]} ins(%arg0 : tensor<4x8x16xf32>) outs(%17 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %19 = arith.addf %in, %out : f32
      linalg.yield %19 : f32
    } -> tensor<f32>
    return %2, %6, %11#0, %15#0, %18 : tensor<4x8xf32>, tensor<8xf32>, tensor<4x16xf32>, tensor<4x8xf32>, tensor<f32>
  }
}
