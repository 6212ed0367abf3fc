// Convolutions: the tile of x holds the input, a tap is a shift inside it (docs/ir.md).
// RUN: tilewright-opt %s --split-input-file --togsim-affine-graph --togsim-partition --togsim-codegen=machine=small8 | FileCheck %s

// Padding is not in memory: the load begins before the tensor and has bounds on both
// sides; columns 1 to 12 of 18 are backed by it. A line of 12 results takes 16 rows;
// what lies behind is not stored.
// CHECK: #[[WINDOW:.*]] = affine_map<(d0, d1) -> (d0 + d1 + (d1 floordiv 16) * 2 + (d0 floordiv 3) * 15)>
// CHECK-LABEL: func.func @kernel_0_conv(%{{.*}}: memref<2x16x12x12xf32>, %{{.*}}: memref<20x16x3x3xf32>
// CHECK: linalg.fill {{.*}} outs(%[[Y:.*]] : memref<[[N:[0-9]+]]x
// CHECK: togsim.transfer load %arg0[%{{.*}}], %[[X:.*]] extents [16, {{[0-9]+}}, 18] valid(%c16{{.*}}, %{{.*}}, %c13{{.*}}) low(%c0{{.*}}, %{{.*}}, %c1{{.*}}) strides [144, 12, 1] fill 0.0
// CHECK: togsim.transfer load %arg1[%{{.*}}], %[[W:.*]] extents [[[N]], 3, 3, 16] {{.*}} strides [144, 3, 1, 9]
// CHECK: togsim.contract %[[X]], %[[W]], %[[Y]] {{.*}}line_rows = 16 : i64, window = #[[WINDOW]]}
// CHECK: togsim.transfer store %arg2[%{{.*}}], %[[Y]] extents [[[N]], {{[0-9]+}}, 16] valid(%{{.*}}, %{{.*}}, %c12{{.*}})
func.func @padded(%x: tensor<2x16x12x12xf32>, %w: tensor<20x16x3x3xf32>) -> tensor<2x20x12x12xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<2x16x12x12xf32> to tensor<2x16x14x14xf32>
  %e = tensor.empty() : tensor<2x20x12x12xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x20x12x12xf32>) -> tensor<2x20x12x12xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%p, %w : tensor<2x16x14x14xf32>, tensor<20x16x3x3xf32>) outs(%f : tensor<2x20x12x12xf32>) -> tensor<2x20x12x12xf32>
  return %y : tensor<2x20x12x12xf32>
}

// -----

// One input channel per group: a sum over the window on the vector lanes, channels on
// the lanes, 8 copies of each weight.
// CHECK: #[[WINDOW:.*]] = affine_map<(d0, d1) -> (d0 + d1 + (d1 floordiv 16) * 2 + (d0 floordiv 3) * 15)>
// CHECK-LABEL: func.func @kernel_0_conv(%{{.*}}: memref<9x12x12xf32>, %{{.*}}: memref<9x3x3xf32>
// CHECK-NOT: togsim.contract
// CHECK: togsim.transfer load %arg1[%{{.*}}], %[[W:.*]] extents [8, 3, 3, 8] {{.*}} strides [9, 3, 1, 0]
// CHECK: togsim.window_sum %{{.*}}, %[[W]], %{{.*}} {{.*}}window = #[[WINDOW]]} : {{.*}} memref<8x9x8xf32
func.func @depthwise(%x: tensor<1x9x12x12xf32>, %w: tensor<9x3x3xf32>) -> tensor<1x9x10x10xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x9x10x10xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x9x10x10xf32>) -> tensor<1x9x10x10xf32>
  %y = linalg.depthwise_conv_2d_nchw_chw ins(%x, %w : tensor<1x9x12x12xf32>, tensor<9x3x3xf32>) outs(%f : tensor<1x9x10x10xf32>) -> tensor<1x9x10x10xf32>
  return %y : tensor<1x9x10x10xf32>
}

// -----

// Stride 2, dilation 2: steps and taps are two lines apart, and columns in phases: next
// to each other. 16
// channels are two rounds of the sum.
// CHECK: #[[WINDOW:.*]] = affine_map<(d0, d1) -> (d0 + d1 + (d0 floordiv 3) * 37 + (d1 floordiv 8) * 32)>
// CHECK-LABEL: func.func @kernel_0_conv(%{{.*}}: memref<16x12x12xf32>, %{{.*}}: memref<8x16x3x3xf32>
// CHECK: affine.for
// CHECK: togsim.contract {{.*}}line_rows = 8 : i64, window = #[[WINDOW]]}
// CHECK: }
// CHECK: togsim.transfer store
func.func @dilated(%x: tensor<1x16x12x12xf32>, %w: tensor<8x16x3x3xf32>) -> tensor<1x8x4x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x8x4x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  %y = linalg.conv_2d_nchw_fchw {strides = dense<2> : vector<2xi64>, dilations = dense<2> : vector<2xi64>} ins(%x, %w : tensor<1x16x12x12xf32>, tensor<8x16x3x3xf32>) outs(%f : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return %y : tensor<1x8x4x4xf32>
}
