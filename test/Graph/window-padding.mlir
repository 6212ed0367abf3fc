// Padding in front of a convolution stays and goes into its kernel; the padded
// tensor is never in memory.
// RUN: tilewright-opt %s --split-input-file --togsim-affine-graph --togsim-partition | FileCheck %s

// CHECK-LABEL: func.func @conv
// CHECK-NOT: tensor.pad
// CHECK: call @kernel_0_conv
// CHECK: func.func private @kernel_0_conv(%[[X:.*]]: tensor<16x8x8xf32>
// CHECK: %[[P:.*]] = tensor.pad %[[X]] low[0, 1, 1] high[0, 1, 1]
// CHECK: linalg.generic {{.*}}ins(%[[P]]
func.func @conv(%x: tensor<16x8x8xf32>, %w: tensor<4x16x3x3xf32>) -> tensor<4x8x8xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1] high[0, 1, 1] {
  ^bb0(%a: index, %b: index, %c: index):
    tensor.yield %zero : f32
  } : tensor<16x8x8xf32> to tensor<16x10x10xf32>
  %e = tensor.empty() : tensor<4x8x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x8x8xf32>) -> tensor<4x8x8xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(f, y, x, c, i, j) -> (c, y + i, x + j)>, affine_map<(f, y, x, c, i, j) -> (f, c, i, j)>, affine_map<(f, y, x, c, i, j) -> (f, y, x)>],
    iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]
  } ins(%p, %w : tensor<16x10x10xf32>, tensor<4x16x3x3xf32>) outs(%f : tensor<4x8x8xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %m = arith.mulf %a, %b : f32
    %t = arith.addf %s, %m : f32
    linalg.yield %t : f32
  } -> tensor<4x8x8xf32>
  return %y : tensor<4x8x8xf32>
}

// -----

// Poolings take padding by any constant; wider padding than their windows is a
// tensor in memory.
// CHECK-LABEL: func.func private @kernel_0_reduction(%{{.*}}: tensor<16x8x8xf32>
// CHECK: tensor.pad %{{.*}} low[0, 1, 1] high[0, 1, 1]
// CHECK: tensor.yield %{{.*}} : f32
// CHECK: linalg.generic {{.*}}reduction
func.func @pool(%x: tensor<16x8x8xf32>) -> tensor<16x4x4xf32> {
  %low = arith.constant 0xFF800000 : f32
  %p = tensor.pad %x low[0, 1, 1] high[0, 1, 1] {
  ^bb0(%a: index, %b: index, %c: index):
    tensor.yield %low : f32
  } : tensor<16x8x8xf32> to tensor<16x10x10xf32>
  %e = tensor.empty() : tensor<16x4x4xf32>
  %w = tensor.empty() : tensor<3x3xf32>
  %f = linalg.fill ins(%low : f32) outs(%e : tensor<16x4x4xf32>) -> tensor<16x4x4xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(c, y, x, i, j) -> (c, y * 2 + i, x * 2 + j)>, affine_map<(c, y, x, i, j) -> (i, j)>, affine_map<(c, y, x, i, j) -> (c, y, x)>],
    iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]
  } ins(%p, %w : tensor<16x10x10xf32>, tensor<3x3xf32>) outs(%f : tensor<16x4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %t = arith.maximumf %s, %a : f32
    linalg.yield %t : f32
  } -> tensor<16x4x4xf32>
  return %y : tensor<16x4x4xf32>
}
