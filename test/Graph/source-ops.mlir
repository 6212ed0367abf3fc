// RUN: tilewright-opt %s --split-input-file --togsim-affine-graph --togsim-partition-kernels | FileCheck %s

// Every part of a concatenation names it, also those that something else computes.
func.func @parts(%x: tensor<4x8xf32>, %y: tensor<4x3xf32>, %z: tensor<4x5xf32>) -> tensor<4x16xf32> {
  %n = math.exp %y : tensor<4x3xf32> loc("model.py":1:1)
  %c = tensor.concat dim(1) %x, %n, %z : (tensor<4x8xf32>, tensor<4x3xf32>, tensor<4x5xf32>) -> tensor<4x16xf32> loc("model.py":2:1)
  return %c : tensor<4x16xf32>
}

// CHECK-LABEL: func.func @parts
// CHECK: call @kernel_0_copy{{.*}} {togsim.ops = ["tensor.concat|model.py:2:1"]}
// CHECK: call @kernel_1_elementwise{{.*}} {togsim.ops = ["math.exp|model.py:1:1", "tensor.concat|model.py:2:1"]}
// CHECK: call @kernel_2_copy{{.*}} {togsim.ops = ["tensor.concat|model.py:2:1"]}

// -----

// So do both steps of a padding: its filling, and the copy into it.
func.func @pad(%x: tensor<4x8xf32>) -> tensor<6x10xf32> {
  %one = arith.constant 1.0 : f32
  %p = tensor.pad %x low[1, 1] high[1, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %one : f32
  } : tensor<4x8xf32> to tensor<6x10xf32> loc("model.py":3:1)
  return %p : tensor<6x10xf32>
}

// CHECK-LABEL: func.func @pad
// CHECK: call @kernel_0_fill{{.*}} {togsim.ops = ["tensor.pad|model.py:3:1"]}
// CHECK: call @kernel_1_copy{{.*}} {togsim.ops = ["tensor.pad|model.py:3:1"]}

// -----

// Memory without contents that is returned is filled for the op that asked for it.
func.func @empty() -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32> loc("model.py":4:1)
  return %e : tensor<4xf32>
}

// CHECK-LABEL: func.func @empty
// CHECK: call @kernel_0_fill{{.*}} {togsim.ops = ["tensor.empty|model.py:4:1"]}
