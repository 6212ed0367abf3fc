module {
  func.func @main(%arg0: tensor<16x8x3xf32>, %arg1: tensor<16xf32>, %arg2: tensor<2x8x14xf32>) -> tensor<2x16x7xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %padded = tensor.pad %arg2 low[0, 0, 1] high[0, 0, 1] {
    ^bb0(%arg3: index, %arg4: index, %arg5: index):
      tensor.yield %cst : f32
    } : tensor<2x8x14xf32> to tensor<2x8x16xf32>
    %0 = tensor.empty() : tensor<2x16x7xf32>
    %broadcasted = linalg.broadcast ins(%arg1 : tensor<16xf32>) outs(%0 : tensor<2x16x7xf32>) dimensions = [0, 2] 
    %1 = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<2> : vector<1xi64>} ins(%padded, %arg0 : tensor<2x8x16xf32>, tensor<16x8x3xf32>) outs(%broadcasted : tensor<2x16x7xf32>) -> tensor<2x16x7xf32>
    return %1 : tensor<2x16x7xf32>
  }
}
