#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, 0)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0, d1, d2) -> (d0, d2)>
module {
  func.func @main(%arg0: tensor<4x8x16xf32>) -> (tensor<4x8x1xf32>, tensor<4x8xf32>, tensor<4x16xf32>) {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f64
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 1.500000e+01 : f64
    %cst_3 = arith.constant 1.600000e+01 : f64
    %0 = tensor.empty() : tensor<4x8x1xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<4x8x1xf32>) -> tensor<4x8x1xf32>
    %2 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg0 : tensor<4x8x16xf32>) outs(%1 : tensor<4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = arith.addf %in, %out : f32
      linalg.yield %21 : f32
    } -> tensor<4x8x1xf32>
    %3 = tensor.empty() : tensor<4x8x16xf64>
    %4 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<4x8x16xf32>) outs(%3 : tensor<4x8x16xf64>) {
    ^bb0(%in: f32, %out: f64):
      %21 = arith.extf %in : f32 to f64
      linalg.yield %21 : f64
    } -> tensor<4x8x16xf64>
    %5 = tensor.empty() : tensor<4x8x1xf64>
    %6 = linalg.fill ins(%cst_0 : f64) outs(%5 : tensor<4x8x1xf64>) -> tensor<4x8x1xf64>
    %7 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%4 : tensor<4x8x16xf64>) outs(%6 : tensor<4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %21 = arith.addf %in, %out : f64
      linalg.yield %21 : f64
    } -> tensor<4x8x1xf64>
    %8 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%7 : tensor<4x8x1xf64>) outs(%5 : tensor<4x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %21 = arith.divf %in, %cst_3 : f64
      linalg.yield %21 : f64
    } -> tensor<4x8x1xf64>
    %9 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%4, %8 : tensor<4x8x16xf64>, tensor<4x8x1xf64>) outs(%3 : tensor<4x8x16xf64>) {
    ^bb0(%in: f64, %in_4: f64, %out: f64):
      %21 = arith.subf %in, %in_4 : f64
      linalg.yield %21 : f64
    } -> tensor<4x8x16xf64>
    %10 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%9, %9 : tensor<4x8x16xf64>, tensor<4x8x16xf64>) outs(%3 : tensor<4x8x16xf64>) {
    ^bb0(%in: f64, %in_4: f64, %out: f64):
      %21 = arith.mulf %in, %in_4 : f64
      linalg.yield %21 : f64
    } -> tensor<4x8x16xf64>
    %11 = tensor.empty() : tensor<4x8xf64>
    %12 = linalg.fill ins(%cst_0 : f64) outs(%11 : tensor<4x8xf64>) -> tensor<4x8xf64>
    %13 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["parallel", "parallel", "reduction"]} ins(%10 : tensor<4x8x16xf64>) outs(%12 : tensor<4x8xf64>) {
    ^bb0(%in: f64, %out: f64):
      %21 = arith.addf %in, %out : f64
      linalg.yield %21 : f64
    } -> tensor<4x8xf64>
    %14 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%13 : tensor<4x8xf64>) outs(%11 : tensor<4x8xf64>) {
    ^bb0(%in: f64, %out: f64):
      %21 = arith.divf %in, %cst_2 : f64
      linalg.yield %21 : f64
    } -> tensor<4x8xf64>
    %15 = tensor.empty() : tensor<4x8xf32>
    %16 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%14 : tensor<4x8xf64>) outs(%15 : tensor<4x8xf32>) {
    ^bb0(%in: f64, %out: f32):
      %21 = arith.truncf %in : f64 to f32
      linalg.yield %21 : f32
    } -> tensor<4x8xf32>
    %17 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%16 : tensor<4x8xf32>) outs(%15 : tensor<4x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = math.sqrt %in : f32
      linalg.yield %21 : f32
    } -> tensor<4x8xf32>
    %18 = tensor.empty() : tensor<4x16xf32>
    %19 = linalg.fill ins(%cst_1 : f32) outs(%18 : tensor<4x16xf32>) -> tensor<4x16xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map4], iterator_types = ["parallel", "reduction", "parallel"]} ins(%arg0 : tensor<4x8x16xf32>) outs(%19 : tensor<4x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %21 = arith.mulf %in, %out : f32
      linalg.yield %21 : f32
    } -> tensor<4x16xf32>
    return %2, %17, %20 : tensor<4x8x1xf32>, tensor<4x8xf32>, tensor<4x16xf32>
  }
}
