// RUN: tilewright-opt %s --split-input-file --togsim-affine-graph --togsim-partition-kernels --togsim-verify-kernels | FileCheck %s

// Two linear layers with a bias and an activation are two kernels: the activation is
// the epilogue of the first, not the prologue of the second.
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d1)>
func.func @mlp(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>, %b: tensor<16xf32>, %v: tensor<16x2xf32>) -> tensor<4x2xf32> {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<4x16xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<4x16xf32>) -> tensor<4x16xf32>
  %m0 = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x16xf32>) outs(%f0 : tensor<4x16xf32>) -> tensor<4x16xf32> loc("model.py":3:1)
  %a0 = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%m0, %b : tensor<4x16xf32>, tensor<16xf32>) outs(%e0 : tensor<4x16xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %s = arith.addf %a, %c : f32
    linalg.yield %s : f32
  } -> tensor<4x16xf32> loc("model.py":4:1)
  %h = math.tanh %a0 : tensor<4x16xf32> loc("model.py":5:1)
  %e1 = tensor.empty() : tensor<4x2xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4x2xf32>) -> tensor<4x2xf32>
  %m1 = linalg.matmul ins(%h, %v : tensor<4x16xf32>, tensor<16x2xf32>) outs(%f1 : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %m1 : tensor<4x2xf32>
}

// CHECK-LABEL: func.func @mlp
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<8x16xf32>, %[[B:.*]]: tensor<16xf32>, %[[V:.*]]: tensor<16x2xf32>
// CHECK-NEXT: %[[H:.*]] = call @kernel_0_matmul(%[[X]], %[[W]], %[[B]])
// CHECK-SAME: togsim.ops = ["linalg.fill|{{.*}}:10:9", "linalg.matmul|model.py:3:1", "linalg.generic|model.py:4:1", "math.tanh|model.py:5:1"]
// CHECK-NEXT: %[[R:.*]] = call @kernel_1_matmul(%[[H]], %[[V]])
// CHECK-NEXT: return %[[R]]
// CHECK: func.func private @kernel_0_matmul
// CHECK-SAME: togsim.kernel, togsim.ops = [
// CHECK: %[[M:.*]] = linalg.generic
// CHECK-SAME: reduction
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[M]],
// CHECK: = math.tanh %
// CHECK: func.func private @kernel_1_matmul
// CHECK: linalg.generic
// CHECK-NOT: linalg.generic

// -----

// An elementwise op that alone feeds a contraction is computed inside its kernel.
func.func @prologue(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>) -> tensor<4x16xf32> {
  %zero = arith.constant 0.0 : f32
  %a = math.exp %x : tensor<4x8xf32>
  %empty = tensor.empty() : tensor<4x16xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x16xf32>) -> tensor<4x16xf32>
  %r = linalg.matmul ins(%a, %w : tensor<4x8xf32>, tensor<8x16xf32>) outs(%fill : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %r : tensor<4x16xf32>
}

// CHECK-LABEL: func.func @prologue
// CHECK-COUNT-1: call @kernel_0_matmul
// CHECK: func.func private @kernel_0_matmul
// CHECK: %[[P:.*]] = linalg.generic
// CHECK: = math.exp %
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[P]],

// -----

// An input that two contractions read is computed once.
func.func @shared_input(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>, %v: tensor<8x16xf32>) -> tensor<4x16xf32> {
  %zero = arith.constant 0.0 : f32
  %a = math.exp %x : tensor<4x8xf32>
  %empty = tensor.empty() : tensor<4x16xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x16xf32>) -> tensor<4x16xf32>
  %m = linalg.matmul ins(%a, %w : tensor<4x8xf32>, tensor<8x16xf32>) outs(%fill : tensor<4x16xf32>) -> tensor<4x16xf32>
  %n = linalg.matmul ins(%a, %v : tensor<4x8xf32>, tensor<8x16xf32>) outs(%fill : tensor<4x16xf32>) -> tensor<4x16xf32>
  %r = arith.addf %m, %n : tensor<4x16xf32>
  return %r : tensor<4x16xf32>
}

// The sum joins the later product.
// CHECK-LABEL: func.func @shared_input
// CHECK: %[[A:.*]] = call @kernel_0_elementwise
// CHECK: %[[M:.*]] = call @kernel_1_matmul(%[[A]], %{{.*}})
// CHECK: call @kernel_2_matmul(%[[A]], %{{.*}}, %[[M]])

// -----

// An accumulator that is a tensor is an argument.
func.func @accumulate(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %r = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x16xf32>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %r : tensor<4x16xf32>
}

// CHECK-LABEL: func.func @accumulate
// CHECK: func.func private @kernel_0_matmul(%{{.*}}: tensor<4x8xf32>, %{{.*}}: tensor<8x16xf32>, %[[C:.*]]: tensor<4x16xf32>)
// CHECK: linalg.generic
// CHECK-SAME: outs(%[[C]] : tensor<4x16xf32>)

// -----

// Results are written with the identity map; the transposition is in the reads.
func.func @transposed_epilogue(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>) -> tensor<16x4xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4x16xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x16xf32>) -> tensor<4x16xf32>
  %m = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x16xf32>) outs(%fill : tensor<4x16xf32>) -> tensor<4x16xf32>
  %a = math.tanh %m : tensor<4x16xf32>
  %t_empty = tensor.empty() : tensor<16x4xf32>
  %t = linalg.transpose ins(%a : tensor<4x16xf32>) outs(%t_empty : tensor<16x4xf32>) permutation = [1, 0]
  return %t : tensor<16x4xf32>
}

// CHECK-DAG: #[[X:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[W:.*]] = affine_map<(d0, d1, d2) -> (d2, d0)>
// CHECK-DAG: #[[R:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @transposed_epilogue
// CHECK: func.func private @kernel_0_matmul
// CHECK: linalg.generic {indexing_maps = [#[[X]], #[[W]], #[[R]]]
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[ID]]]
// CHECK: = math.tanh %
// CHECK-NOT: linalg.generic

// -----

// An input that is a result needs no kernel, a transposed one is a copy.
func.func @only_views(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<32xf32>, tensor<8x4xf32>) {
  %c = tensor.collapse_shape %x [[0, 1]] : tensor<4x8xf32> into tensor<32xf32>
  %empty = tensor.empty() : tensor<8x4xf32>
  %t = linalg.transpose ins(%x : tensor<4x8xf32>) outs(%empty : tensor<8x4xf32>) permutation = [1, 0]
  return %x, %c, %t : tensor<4x8xf32>, tensor<32xf32>, tensor<8x4xf32>
}

// CHECK-LABEL: func.func @only_views
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
// CHECK: %[[C:.*]] = tensor.collapse_shape %[[X]]
// CHECK: %[[T:.*]] = call @kernel_0_copy(%[[X]])
// CHECK: return %[[X]], %[[C]], %[[T]]

// -----

// Dense constants are arguments, a filled result is a kernel without any.
func.func @constants(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<4xf32>) {
  %c = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %r = arith.addf %x, %c : tensor<3xf32>
  %v = arith.constant 7.0 : f32
  %empty = tensor.empty() : tensor<4xf32>
  %fill = linalg.fill ins(%v : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  return %r, %fill : tensor<3xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @constants
// CHECK: %[[C:.*]] = arith.constant dense<[1.0{{.*}}]> : tensor<3xf32>
// CHECK-DAG: call @kernel_{{[01]}}_elementwise(%{{.*}}, %[[C]])
// CHECK-DAG: call @kernel_{{[01]}}_fill()

// -----

// A kernel that only moves data is recorded with its bytes.
func.func @copy(%x: tensor<4x6xf32>) -> tensor<6x4xf32> {
  %e = tensor.empty() : tensor<6x4xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x6xf32>) outs(%e : tensor<6x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<6x4xf32>
  return %t : tensor<6x4xf32>
}

// CHECK: togsim.accesses = [{bytes = 96 : i64, how = "copied", map = "(d0, d1) -> (d1, d0)"
// CHECK-LABEL: @copy

// -----

// A reduction of all columns runs in the kernel of the product, behind its epilogue; one
// of a batch does not.
#ij = affine_map<(d0, d1) -> (d0, d1)>
#i = affine_map<(d0, d1) -> (d0)>
func.func @row_sums(%x: tensor<40x8xf32>, %w: tensor<8x16xf32>) -> tensor<40xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<40x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<40x16xf32>) -> tensor<40x16xf32>
  %m = linalg.matmul ins(%x, %w : tensor<40x8xf32>, tensor<8x16xf32>) outs(%f : tensor<40x16xf32>) -> tensor<40x16xf32>
  %a = math.exp %m : tensor<40x16xf32>
  %e1 = tensor.empty() : tensor<40xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<40xf32>) -> tensor<40xf32>
  %s = linalg.generic {indexing_maps = [#ij, #i], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<40x16xf32>) outs(%f1 : tensor<40xf32>) {
  ^bb0(%v: f32, %o: f32):
    %t = arith.addf %v, %o : f32
    linalg.yield %t : f32
  } -> tensor<40xf32>
  return %s : tensor<40xf32>
}

// CHECK-LABEL: func.func @row_sums
// CHECK-NEXT: call @kernel_0_matmul
// CHECK-NEXT: return
// CHECK: func.func private @kernel_0_matmul
// CHECK: = linalg.generic
// CHECK-SAME: "reduction"
// CHECK: math.exp
// CHECK: = linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "reduction"]
// CHECK: return %{{.*}} : tensor<40xf32>

// -----

func.func @over_batches(%x: tensor<3x40x8xf32>, %w: tensor<3x8x16xf32>) -> tensor<40x16xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x40x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x40x16xf32>) -> tensor<3x40x16xf32>
  %m = linalg.batch_matmul ins(%x, %w : tensor<3x40x8xf32>, tensor<3x8x16xf32>) outs(%f : tensor<3x40x16xf32>) -> tensor<3x40x16xf32>
  %e1 = tensor.empty() : tensor<40x16xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<40x16xf32>) -> tensor<40x16xf32>
  %s = linalg.reduce ins(%m : tensor<3x40x16xf32>) outs(%f1 : tensor<40x16xf32>) dimensions = [0]
    (%v: f32, %o: f32) {
      %t = arith.maximumf %v, %o : f32
      linalg.yield %t : f32
    }
  return %s : tensor<40x16xf32>
}

// CHECK-LABEL: func.func @over_batches
// CHECK: call @kernel_0_batch_matmul
// CHECK-NEXT: call @kernel_1_reduction
