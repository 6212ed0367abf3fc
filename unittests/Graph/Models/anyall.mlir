#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d2)>
module {
  func.func @main(%arg0: tensor<4x8x16xf32>) -> (tensor<4x8xi1>, tensor<4x16xi1>) {
    %false = arith.constant false
    %true = arith.constant true
    %cst = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<4x8x16xi1>
    %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<4x8x16xf32>) outs(%0 : tensor<4x8x16xi1>) {
    ^bb0(%in: f32, %out: i1):
      %8 = arith.cmpf ogt, %in, %cst : f32
      linalg.yield %8 : i1
    } -> tensor<4x8x16xi1>
    %2 = tensor.empty() : tensor<4x8xi1>
    %3 = linalg.fill ins(%false : i1) outs(%2 : tensor<4x8xi1>) -> tensor<4x8xi1>
    %4 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%1 : tensor<4x8x16xi1>) outs(%3 : tensor<4x8xi1>) {
    ^bb0(%in: i1, %out: i1):
      %8 = arith.ori %in, %out : i1
      linalg.yield %8 : i1
    } -> tensor<4x8xi1>
    %5 = tensor.empty() : tensor<4x16xi1>
    %6 = linalg.fill ins(%true : i1) outs(%5 : tensor<4x16xi1>) -> tensor<4x16xi1>
    %7 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["parallel", "reduction", "parallel"]} ins(%1 : tensor<4x8x16xi1>) outs(%6 : tensor<4x16xi1>) {
    ^bb0(%in: i1, %out: i1):
      %8 = arith.andi %in, %out : i1
      linalg.yield %8 : i1
    } -> tensor<4x16xi1>
    return %4, %7 : tensor<4x8xi1>, tensor<4x16xi1>
  }
}
