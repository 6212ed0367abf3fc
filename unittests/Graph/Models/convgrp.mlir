module {
  func.func @main(%arg0: tensor<16x2x3x3xf32>, %arg1: tensor<16xf32>, %arg2: tensor<2x8x14x14xf32>) -> tensor<2x16x12x12xf32> {
    %0 = tensor.empty() : tensor<2x16x12x12xf32>
    %broadcasted = linalg.broadcast ins(%arg1 : tensor<16xf32>) outs(%0 : tensor<2x16x12x12xf32>) dimensions = [0, 2, 3] 
    %expanded = tensor.expand_shape %arg2 [[0], [1, 2], [3], [4]] output_shape [2, 4, 2, 14, 14] : tensor<2x8x14x14xf32> into tensor<2x4x2x14x14xf32>
    %expanded_0 = tensor.expand_shape %arg0 [[0, 1], [2], [3], [4]] output_shape [4, 4, 2, 3, 3] : tensor<16x2x3x3xf32> into tensor<4x4x2x3x3xf32>
    %expanded_1 = tensor.expand_shape %broadcasted [[0], [1, 2], [3], [4]] output_shape [2, 4, 4, 12, 12] : tensor<2x16x12x12xf32> into tensor<2x4x4x12x12xf32>
    %1 = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%expanded, %expanded_0 : tensor<2x4x2x14x14xf32>, tensor<4x4x2x3x3xf32>) outs(%expanded_1 : tensor<2x4x4x12x12xf32>) -> tensor<2x4x4x12x12xf32>
    %collapsed = tensor.collapse_shape %1 [[0], [1, 2], [3], [4]] : tensor<2x4x4x12x12xf32> into tensor<2x16x12x12xf32>
    return %collapsed : tensor<2x16x12x12xf32>
  }
}
