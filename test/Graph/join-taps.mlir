// Convolutions of few channels become products over channels and taps.
// RUN: tilewright-opt %s --togsim-affine-graph | FileCheck %s

// Three channels and 3 x 3 taps: K = 27; the padded image is in memory.
// CHECK-DAG: #[[$WINDOW:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 + d3, d2 + d4)>
// CHECK-LABEL: func.func @stem
// CHECK: tensor.insert_slice
// CHECK: %[[COPY:.*]] = linalg.generic {{.*}}#[[$WINDOW]]{{.*}} outs(%{{.*}} : tensor<3x3x3x8x8xf32>)
// CHECK: linalg.generic {{.*}}ins(%[[COPY]], %{{.*}} : tensor<3x3x3x8x8xf32>, tensor<4x3x3x3xf32>)
func.func @stem(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x3x8x8xf32> to tensor<1x3x10x10xf32>
  %e = tensor.empty() : tensor<1x4x8x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%p, %w : tensor<1x3x10x10xf32>, tensor<4x3x3x3xf32>) outs(%f : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %y : tensor<1x4x8x8xf32>
}

// What has channels enough for the lanes, or one channel per group (the vector lanes'),
// stays as it is.
// CHECK-LABEL: func.func @enough_channels
// CHECK: linalg.generic {{.*}}ins(%{{.*}}, %{{.*}} : tensor<16x10x10xf32>, tensor<4x16x3x3xf32>)
// CHECK-NOT: linalg.generic
// CHECK-LABEL: func.func @depthwise
// CHECK: linalg.generic {{.*}}ins(%{{.*}}, %{{.*}} : tensor<9x10x10xf32>, tensor<9x3x3xf32>)
// CHECK-NOT: linalg.generic
func.func @enough_channels(%x: tensor<1x16x10x10xf32>, %w: tensor<4x16x3x3xf32>) -> tensor<1x4x8x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x4x8x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x16x10x10xf32>, tensor<4x16x3x3xf32>) outs(%f : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %y : tensor<1x4x8x8xf32>
}
func.func @depthwise(%x: tensor<1x9x10x10xf32>, %w: tensor<9x3x3xf32>) -> tensor<1x9x8x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x9x8x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x9x8x8xf32>) -> tensor<1x9x8x8xf32>
  %y = linalg.depthwise_conv_2d_nchw_chw ins(%x, %w : tensor<1x9x10x10xf32>, tensor<9x3x3xf32>) outs(%f : tensor<1x9x8x8xf32>) -> tensor<1x9x8x8xf32>
  return %y : tensor<1x9x8x8xf32>
}
