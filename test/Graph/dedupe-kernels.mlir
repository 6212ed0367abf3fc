// RUN: tilewright-opt %s --togsim-affine-graph --togsim-partition | FileCheck %s

// Equal layers are one kernel, numbered by first use; each call keeps its source ops.
func.func @main(%x: tensor<8x8xf32>, %w: tensor<8x8xf32>, %v: tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<8x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%empty : tensor<8x8xf32>) -> tensor<8x8xf32>
  %a = linalg.matmul ins(%x, %w : tensor<8x8xf32>, tensor<8x8xf32>) outs(%f : tensor<8x8xf32>) -> tensor<8x8xf32> loc("model.py":1:1)
  %b = linalg.matmul ins(%a, %v : tensor<8x8xf32>, tensor<8x8xf32>) outs(%f : tensor<8x8xf32>) -> tensor<8x8xf32> loc("model.py":2:1)
  %c = math.exp %b : tensor<8x8xf32>
  %t_empty = tensor.empty() : tensor<8x8xf32>
  %t = linalg.transpose ins(%w : tensor<8x8xf32>) outs(%t_empty : tensor<8x8xf32>) permutation = [1, 0]
  %d = linalg.matmul ins(%c, %w : tensor<8x8xf32>, tensor<8x8xf32>) outs(%f : tensor<8x8xf32>) -> tensor<8x8xf32> loc("model.py":3:1)
  return %d, %t : tensor<8x8xf32>, tensor<8x8xf32>
}

// CHECK-LABEL: func.func @main
// CHECK: call @kernel_0_matmul({{.*}}"linalg.matmul|model.py:1:1"
// CHECK: call @kernel_1_matmul({{.*}}"linalg.matmul|model.py:2:1", "math.exp|
// CHECK: call @kernel_2_copy
// CHECK: call @kernel_0_matmul({{.*}}"linalg.matmul|model.py:3:1"
// CHECK: func.func private @kernel_0_matmul
// CHECK: func.func private @kernel_1_matmul
// CHECK: func.func private @kernel_2_copy
// CHECK-NOT: func.func
