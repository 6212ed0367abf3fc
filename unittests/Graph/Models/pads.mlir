#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
module {
  func.func @main(%arg0: tensor<4x8x16xf32>) -> (tensor<4x8x19xf32>, tensor<4x4x8xf32>, tensor<4x16x16xf32>, tensor<2x4x8x16xf32>) {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 2.000000e+00 : f32
    %padded = tensor.pad %arg0 low[0, 0, 1] high[0, 0, 2] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index):
      tensor.yield %cst : f32
    } : tensor<4x8x16xf32> to tensor<4x8x19xf32>
    %extracted_slice = tensor.extract_slice %arg0[0, 2, 0] [4, 4, 16] [1, 1, 1] : tensor<4x8x16xf32> to tensor<4x4x16xf32>
    %extracted_slice_1 = tensor.extract_slice %extracted_slice[0, 0, 0] [4, 4, 8] [1, 1, 2] : tensor<4x4x16xf32> to tensor<4x4x8xf32>
    %0 = tensor.empty() : tensor<4x8x16xf32>
    %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<4x8x16xf32>) outs(%0 : tensor<4x8x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %2 = arith.mulf %in, %cst_0 : f32
      linalg.yield %2 : f32
    } -> tensor<4x8x16xf32>
    %concat = tensor.concat dim(1) %arg0, %1 : (tensor<4x8x16xf32>, tensor<4x8x16xf32>) -> tensor<4x16x16xf32>
    %concat_2 = tensor.concat dim(0) %arg0, %arg0 : (tensor<4x8x16xf32>, tensor<4x8x16xf32>) -> tensor<8x8x16xf32>
    %expanded = tensor.expand_shape %concat_2 [[0, 1], [2], [3]] output_shape [2, 4, 8, 16] : tensor<8x8x16xf32> into tensor<2x4x8x16xf32>
    return %padded, %extracted_slice_1, %concat, %expanded : tensor<4x8x19xf32>, tensor<4x4x8xf32>, tensor<4x16x16xf32>, tensor<2x4x8x16xf32>
  }
}
