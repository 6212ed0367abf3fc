module {
  func.func @main(%arg0: tensor<4x2x3x3x3xf32>, %arg1: tensor<4xf32>, %arg2: tensor<1x2x6x6x6xf32>) -> tensor<1x4x4x4x4xf32> {
    %0 = tensor.empty() : tensor<1x4x4x4x4xf32>
    %broadcasted = linalg.broadcast ins(%arg1 : tensor<4xf32>) outs(%0 : tensor<1x4x4x4x4xf32>) dimensions = [0, 2, 3, 4] 
    %1 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>} ins(%arg2, %arg0 : tensor<1x2x6x6x6xf32>, tensor<4x2x3x3x3xf32>) outs(%broadcasted : tensor<1x4x4x4x4xf32>) -> tensor<1x4x4x4x4xf32>
    return %1 : tensor<1x4x4x4x4xf32>
  }
}
