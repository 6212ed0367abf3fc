// RUN: tilewright-opt %s --split-input-file --togsim-affine-graph --togsim-partition | FileCheck %s

// A convolution with stride and dilation is a contraction whose input is read by
// sums of loops; bias and activation are its epilogue.
func.func @conv(%x: tensor<2x16x17x17xf32>, %w: tensor<8x16x3x3xf32>, %b: tensor<8xf32>) -> tensor<2x8x7x7xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x8x7x7xf32>
  %wide = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e : tensor<2x8x7x7xf32>) dimensions = [0, 2, 3]
  %c = linalg.conv_2d_nchw_fchw {dilations = dense<2> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%x, %w : tensor<2x16x17x17xf32>, tensor<8x16x3x3xf32>) outs(%wide : tensor<2x8x7x7xf32>) -> tensor<2x8x7x7xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8x7x7xf32>) -> tensor<2x8x7x7xf32>
  %r = arith.maximumf %c, %zeros : tensor<2x8x7x7xf32>
  return %r : tensor<2x8x7x7xf32>
}

// CHECK: #[[X:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d4, d2 * 2 + d5 * 2, d3 * 2 + d6 * 2)>
// CHECK: #[[W:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d1, d4, d5, d6)>
// CHECK-LABEL: func.func @conv
// CHECK-NEXT: call @kernel_0_conv(%{{.*}}, %{{.*}}, %{{.*}})
// CHECK-NEXT: return
// CHECK: %[[C:.*]] = linalg.generic {indexing_maps = [#[[X]], #[[W]],
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[C]], %{{.*}} : tensor<2x8x7x7xf32>, tensor<8xf32>)
// CHECK: arith.addf
// CHECK: arith.maximumf
// CHECK-NOT: linalg.generic

// -----

// A window of one element is no window: this is a product of matrices.
func.func @conv_1x1(%x: tensor<2x3x7x7xf32>, %w: tensor<8x3x1x1xf32>) -> tensor<2x8x7x7xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x8x7x7xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8x7x7xf32>) -> tensor<2x8x7x7xf32>
  %c = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%x, %w : tensor<2x3x7x7xf32>, tensor<8x3x1x1xf32>) outs(%f : tensor<2x8x7x7xf32>) -> tensor<2x8x7x7xf32>
  return %c : tensor<2x8x7x7xf32>
}

// CHECK-DAG: affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d2, d3)>
// CHECK-DAG: affine_map<(d0, d1, d2, d3, d4) -> (d1, d4)>
// CHECK-LABEL: func.func @conv_1x1
// CHECK: tensor.collapse_shape %{{.*}} : tensor<8x3x1x1xf32> into tensor<8x3xf32>
// CHECK: call @kernel_0_contraction

// -----

// Depthwise: the channel is in all three operands.
func.func @depthwise(%x: tensor<2x8x9x9xf32>, %w: tensor<8x3x3xf32>) -> tensor<2x8x7x7xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x8x7x7xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8x7x7xf32>) -> tensor<2x8x7x7xf32>
  %c = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%x, %w : tensor<2x8x9x9xf32>, tensor<8x3x3xf32>) outs(%f : tensor<2x8x7x7xf32>) -> tensor<2x8x7x7xf32>
  return %c : tensor<2x8x7x7xf32>
}

// CHECK-DAG: affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2 + d4, d3 + d5)>
// CHECK-DAG: affine_map<(d0, d1, d2, d3, d4, d5) -> (d1, d4, d5)>
// CHECK-LABEL: func.func @depthwise
// CHECK: call @kernel_0_conv

// -----

// A pooling is a reduction over a window, whose extents come from an empty tensor in
// the kernel; the division of an average follows.
#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
func.func @average(%x: tensor<2x3x9x9xf32>) -> tensor<2x3x4x4xf32> {
  %zero = arith.constant 0.0 : f32
  %nine = arith.constant 9.0 : f32
  %e = tensor.empty() : tensor<2x3x4x4xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3x4x4xf32>) -> tensor<2x3x4x4xf32>
  %s = linalg.pooling_nchw_sum {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%x, %window : tensor<2x3x9x9xf32>, tensor<3x3xf32>) outs(%f : tensor<2x3x4x4xf32>) -> tensor<2x3x4x4xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%s : tensor<2x3x4x4xf32>) outs(%e : tensor<2x3x4x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %d = arith.divf %a, %nine : f32
    linalg.yield %d : f32
  } -> tensor<2x3x4x4xf32>
  return %r : tensor<2x3x4x4xf32>
}

// CHECK-DAG: affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2 * 2 + d4, d3 * 2 + d5)>
// CHECK-LABEL: func.func @average
// CHECK-NEXT: call @kernel_0_reduction(%{{[^,]*}})
// CHECK-NEXT: return
// CHECK: func.func private @kernel_0_reduction(%[[X:.*]]: tensor<2x3x9x9xf32>)
// CHECK: %[[WINDOW:.*]] = tensor.empty() : tensor<3x3xf32>
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[X]], %[[WINDOW]] :
// CHECK: linalg.generic
// CHECK: arith.divf
