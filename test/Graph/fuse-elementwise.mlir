// RUN: tilewright-opt %s --split-input-file --togsim-normalize --togsim-fuse-elementwise --cse | FileCheck %s

// A diamond whose every branch ends in the same op is one generic, each op once.
func.func @diamond(%x: tensor<8xf32>) -> tensor<8xf32> {
  %a = math.exp %x : tensor<8xf32>
  %b = math.log1p %a : tensor<8xf32>
  %c = arith.mulf %b, %a : tensor<8xf32>
  return %c : tensor<8xf32>
}

// CHECK-LABEL: @diamond
// CHECK: linalg.generic
// CHECK-SAME: togsim.ops = ["math.exp|{{.*}}", "math.log1p|{{.*}}", "arith.mulf|{{.*}}"]
// CHECK-COUNT-1: = math.exp %
// CHECK-NOT: = math.exp %
// CHECK: = math.log1p %
// CHECK: = arith.mulf %
// CHECK-NOT: linalg.generic

// -----

// Expensive work that two tensors need is done once.
func.func @expensive_twice(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %a = math.exp %x : tensor<8xf32>
  %b = arith.addf %a, %x : tensor<8xf32>
  %c = arith.mulf %a, %x : tensor<8xf32>
  return %b, %c : tensor<8xf32>, tensor<8xf32>
}

// CHECK-LABEL: @expensive_twice
// CHECK-COUNT-3: linalg.generic
// CHECK-NOT: linalg.generic

// -----

// Cheap work on one tensor is repeated: the tensor in between disappears.
func.func @cheap_twice(%x: tensor<8xf32>, %y: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %a = arith.negf %x : tensor<8xf32>
  %b = arith.addf %a, %y : tensor<8xf32>
  %c = arith.mulf %a, %y : tensor<8xf32>
  return %b, %c : tensor<8xf32>, tensor<8xf32>
}

// CHECK-LABEL: @cheap_twice
// CHECK: linalg.generic
// CHECK: = arith.negf %
// CHECK: = arith.addf %
// CHECK: linalg.generic
// CHECK: = arith.negf %
// CHECK: = arith.mulf %
// CHECK-NOT: linalg.generic

// -----

// It is not repeated when the tensor exists anyway, as a result.
func.func @also_a_result(%x: tensor<8xf32>, %y: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %a = arith.negf %x : tensor<8xf32>
  %b = arith.addf %a, %y : tensor<8xf32>
  return %a, %b : tensor<8xf32>, tensor<8xf32>
}

// CHECK-LABEL: @also_a_result
// CHECK-COUNT-1: = arith.negf %
// CHECK-NOT: = arith.negf %

// -----

// Square roots of a row are not taken again for every row of the matrix.
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d1)>
func.func @below_broadcast(%x: tensor<4x8xf32>, %v: tensor<8xf32>) -> tensor<4x8xf32> {
  %s = math.sqrt %v : tensor<8xf32>
  %empty = tensor.empty() : tensor<4x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %s : tensor<4x8xf32>, tensor<8xf32>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// CHECK-LABEL: @below_broadcast
// CHECK: linalg.generic
// CHECK: = math.sqrt %
// CHECK: linalg.generic
// CHECK-NOT: = math.sqrt %

// -----

// No elementwise op moves into a contraction.
func.func @not_into_contraction(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>) -> tensor<4x16xf32> {
  %zero = arith.constant 0.0 : f32
  %a = arith.negf %x : tensor<4x8xf32>
  %empty = tensor.empty() : tensor<4x16xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x16xf32>) -> tensor<4x16xf32>
  %r = linalg.matmul ins(%a, %w : tensor<4x8xf32>, tensor<8x16xf32>) outs(%fill : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %r : tensor<4x16xf32>
}

// CHECK-LABEL: @not_into_contraction
// CHECK: linalg.generic
// CHECK: = arith.negf %
// CHECK: linalg.generic
// CHECK-NOT: = arith.negf %
// CHECK: = arith.mulf %
