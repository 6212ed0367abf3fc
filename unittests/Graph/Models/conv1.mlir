module {
  func.func @main(%arg0: tensor<16x8x1x1xf32>, %arg1: tensor<16xf32>, %arg2: tensor<2x8x14x14xf32>) -> tensor<2x16x14x14xf32> {
    %0 = tensor.empty() : tensor<2x16x14x14xf32>
    %broadcasted = linalg.broadcast ins(%arg1 : tensor<16xf32>) outs(%0 : tensor<2x16x14x14xf32>) dimensions = [0, 2, 3] 
    %1 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%arg2, %arg0 : tensor<2x8x14x14xf32>, tensor<16x8x1x1xf32>) outs(%broadcasted : tensor<2x16x14x14xf32>) -> tensor<2x16x14x14xf32>
    return %1 : tensor<2x16x14x14xf32>
  }
}
