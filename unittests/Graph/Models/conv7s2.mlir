module {
  func.func @main(%arg0: tensor<16x8x7x7xf32>, %arg1: tensor<2x8x14x14xf32>) -> tensor<2x16x7x7xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %padded = tensor.pad %arg1 low[0, 0, 3, 3] high[0, 0, 3, 3] {
    ^bb0(%arg2: index, %arg3: index, %arg4: index, %arg5: index):
      tensor.yield %cst : f32
    } : tensor<2x8x14x14xf32> to tensor<2x8x20x20xf32>
    %0 = tensor.empty() : tensor<2x16x7x7xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<2x16x7x7xf32>) -> tensor<2x16x7x7xf32>
    %2 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded, %arg0 : tensor<2x8x20x20xf32>, tensor<16x8x7x7xf32>) outs(%1 : tensor<2x16x7x7xf32>) -> tensor<2x16x7x7xf32>
    return %2 : tensor<2x16x7x7xf32>
  }
}
