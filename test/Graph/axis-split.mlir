// RUN: tilewright-opt %s --split-input-file --togsim-axis-split | FileCheck %s

// Remainder: x.repeat(1, 2). The chain of the columns is 1|8|16.
#read = affine_map<(d0, d1) -> (d0, d1 mod 8)>
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @repeat(%x: tensor<4x8xf32>) -> tensor<4x16xf32> {
  %e = tensor.empty() : tensor<4x16xf32>
  %r = linalg.generic {indexing_maps = [#read, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x16xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<4x16xf32>
  return %r : tensor<4x16xf32>
}

// CHECK: #[[X:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK: module attributes {togsim.accesses = [{chains = ["d1: 1|8|16"], how = "split", map = "(d0, d1) -> (d0, d1 mod 8)"
// CHECK-LABEL: @repeat
// CHECK-SAME: %[[ARG:.*]]: tensor<4x8xf32>
// CHECK: %[[E:.*]] = tensor.empty() : tensor<4x2x8xf32>
// CHECK: %[[R:.*]] = linalg.generic {indexing_maps = [#[[X]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel"]} ins(%[[ARG]] : tensor<4x8xf32>) outs(%[[E]]
// CHECK: %[[C:.*]] = tensor.collapse_shape %[[R]] {{\[\[}}0], [1, 2]] : tensor<4x2x8xf32> into tensor<4x16xf32>
// CHECK: return %[[C]]

// -----

// Quotient of a reduction loop: each element counts twice. The reduction is over
// both digits.
#read = affine_map<(d0, d1) -> (d0, d1 floordiv 2)>
#row = affine_map<(d0, d1) -> (d0, d1)>
#out = affine_map<(d0, d1) -> (d0)>
func.func @reduction(%x: tensor<3x5xf32>, %y: tensor<3x10xf32>) -> tensor<3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
  %r = linalg.generic {indexing_maps = [#read, #row, #out], iterator_types = ["parallel", "reduction"]} ins(%x, %y : tensor<3x5xf32>, tensor<3x10xf32>) outs(%f : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %a, %b : f32
    %s = arith.addf %m, %o : f32
    linalg.yield %s : f32
  } -> tensor<3xf32>
  return %r : tensor<3xf32>
}

// CHECK-DAG: #[[X:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[Y:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[O:.*]] = affine_map<(d0, d1, d2) -> (d0)>
// CHECK-LABEL: @reduction
// CHECK: %[[Y2:.*]] = tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [3, 5, 2]
// CHECK: linalg.generic {indexing_maps = [#[[X]], #[[Y]], #[[O]]], iterator_types = ["parallel", "reduction", "reduction"]} ins(%{{.*}}, %[[Y2]]

// -----

// The digits at 4 and 12 of 24, written as frontends compose them: three axes,
// most significant first; what is left of the quotients folds by the ranges.
#read = affine_map<(d0, d1) -> (d0, (d1 mod 12) floordiv 4, d1 floordiv 12, d1 mod 4)>
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @digits(%x: tensor<2x3x2x4xf32>) -> tensor<2x24xf32> {
  %e = tensor.empty() : tensor<2x24xf32>
  %r = linalg.generic {indexing_maps = [#read, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<2x3x2x4xf32>) outs(%e : tensor<2x24xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<2x24xf32>
  return %r : tensor<2x24xf32>
}

// CHECK: #[[X:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1, d3)>
// CHECK: d1: 1|4|12|24
// CHECK-LABEL: @digits
// CHECK: linalg.generic {indexing_maps = [#[[X]], #{{.*}}]
// CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2, 3]] : tensor<2x2x3x4xf32> into tensor<2x24xf32>

// -----

// Group norm with 3 groups of 6 channels: 3*p0 + p1 floordiv 2 over the statistics.
#full = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#stat = affine_map<(d0, d1, d2) -> (d0 * 3 + d1 floordiv 2)>
func.func @group_norm(%x: tensor<2x6x16xf32>, %m: tensor<6xf32>) -> tensor<2x6x16xf32> {
  %e = tensor.empty() : tensor<2x6x16xf32>
  %r = linalg.generic {indexing_maps = [#full, #stat, #full], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %m : tensor<2x6x16xf32>, tensor<6xf32>) outs(%e : tensor<2x6x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.subf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<2x6x16xf32>
  return %r : tensor<2x6x16xf32>
}

// CHECK: #[[STAT:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
// CHECK: d1: 1|2|6
// CHECK-LABEL: @group_norm
// CHECK-DAG: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2], [3]] output_shape [2, 3, 2, 16]
// CHECK-DAG: tensor.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [2, 3] : tensor<6xf32>
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[STAT]], #{{.*}}]

// -----

// Coordinates of a loop that is cut are sums over its digits.
#read = affine_map<(d0) -> (d0 floordiv 3)>
#id = affine_map<(d0) -> (d0)>
func.func @coordinates(%x: tensor<4xi64>) -> tensor<12xi64> {
  %e = tensor.empty() : tensor<12xi64>
  %r = linalg.generic {indexing_maps = [#read, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xi64>) outs(%e : tensor<12xi64>) {
  ^bb0(%a: i64, %o: i64):
    %i = linalg.index 0 : index
    %c = arith.index_cast %i : index to i64
    %s = arith.addi %a, %c : i64
    linalg.yield %s : i64
  } -> tensor<12xi64>
  return %r : tensor<12xi64>
}

// CHECK-LABEL: @coordinates
// CHECK-DAG: %[[HIGH:.*]] = linalg.index 0
// CHECK-DAG: %[[C3:.*]] = arith.constant 3 : index
// CHECK: %[[SCALED:.*]] = arith.muli %[[HIGH]], %[[C3]]
// CHECK: %[[LOW:.*]] = linalg.index 1
// CHECK: %[[I:.*]] = arith.addi %[[SCALED]], %[[LOW]]
// CHECK: arith.index_cast %[[I]]

// -----

// Nothing to cut: what folds by ranges and what is linear stays as it is.
#conv = affine_map<(d0, d1) -> (d0 * 2 + d1)>
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @linear(%x: tensor<9xf32>) -> tensor<4x3xf32> {
  %e = tensor.empty() : tensor<4x3xf32>
  %r = linalg.generic {indexing_maps = [#conv, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<9xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4x3xf32>
  return %r : tensor<4x3xf32>
}

// CHECK-NOT: togsim.accesses
// CHECK-LABEL: @linear
// CHECK-NEXT: tensor.empty
// CHECK-NEXT: linalg.generic
// CHECK-NOT: tensor.collapse_shape

// -----

// Radices 2 and 3 of one loop: not this pass's to solve (togsim-graph-copy is).
#two = affine_map<(d0) -> (d0 floordiv 2)>
#three = affine_map<(d0) -> (d0 mod 3)>
#id = affine_map<(d0) -> (d0)>
func.func @no_chain(%x: tensor<3xf32>, %y: tensor<3xf32>) -> tensor<6xf32> {
  %e = tensor.empty() : tensor<6xf32>
  %r = linalg.generic {indexing_maps = [#two, #three, #id], iterator_types = ["parallel"]} ins(%x, %y : tensor<3xf32>, tensor<3xf32>) outs(%e : tensor<6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<6xf32>
  return %r : tensor<6xf32>
}

// CHECK-LABEL: @no_chain
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel"]
