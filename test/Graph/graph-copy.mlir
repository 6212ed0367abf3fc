// RUN: tilewright-opt %s --split-input-file --togsim-graph-copy --togsim-axis-split --togsim-verify-affine | FileCheck %s

// Radices 2 and 3 of one loop: the smaller operand is copied (here x, of 3 elements).
#two = affine_map<(d0, d1) -> (d1 floordiv 2)>
#three = affine_map<(d0, d1) -> (d0, d1 mod 3)>
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @two_radices(%x: tensor<3xf32>, %y: tensor<4x3xf32>) -> tensor<4x6xf32> {
  %e = tensor.empty() : tensor<4x6xf32>
  %r = linalg.generic {indexing_maps = [#two, #three, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %y : tensor<3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  return %r : tensor<4x6xf32>
}

// CHECK: togsim.accesses = [{chains = ["d0: 1|2|6"], how = "split", map = "(d0) -> (d0 floordiv 2)"
// CHECK-LABEL: @two_radices
// CHECK-SAME: %[[X:.*]]: tensor<3xf32>
// CHECK: %[[COPY:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]} ins(%[[X]] : tensor<3xf32>)
// CHECK: linalg.yield
// CHECK: tensor.collapse_shape %[[COPY]] {{\[\[}}0, 1]] : tensor<3x2xf32> into tensor<6xf32>
// CHECK: linalg.generic
// CHECK: arith.addf

// -----

// Two loops in one quotient, x.t().reshape(8, 3): the copy has them as one loop.
#cross = affine_map<(d0, d1) -> ((d0 * 3 + d1) mod 4, (d0 * 3 + d1) floordiv 4)>
#column = affine_map<(d0, d1) -> (d0)>
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @cross(%x: tensor<4x6xf32>, %y: tensor<8xf32>) -> tensor<8x3xf32> {
  %e = tensor.empty() : tensor<8x3xf32>
  %r = linalg.generic {indexing_maps = [#cross, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %y : tensor<4x6xf32>, tensor<8xf32>) outs(%e : tensor<8x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<8x3xf32>
  return %r : tensor<8x3xf32>
}

// CHECK: #[[T:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK: chains = ["d0: 1|4|24"], how = "split"
// CHECK-LABEL: @cross
// CHECK: %[[COPY:.*]] = linalg.generic {indexing_maps = [#[[T]], #{{.*}}]
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[COPY]] {{\[\[}}0, 1]] : tensor<6x4xf32> into tensor<24xf32>
// CHECK: %[[ROWS:.*]] = tensor.expand_shape %[[FLAT]] {{\[\[}}0, 1]] output_shape [8, 3]
// CHECK: linalg.generic {{.*}} ins(%[[ROWS]]

// -----

// 3 does not divide 8: the copy covers 9, its reader takes 8 of them.
#third = affine_map<(d0) -> (d0 floordiv 3)>
#id = affine_map<(d0) -> (d0)>
func.func @uneven(%x: tensor<3xf32>, %y: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  %r = linalg.generic {indexing_maps = [#third, #id, #id], iterator_types = ["parallel"]} ins(%x, %y : tensor<3xf32>, tensor<8xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<8xf32>
  return %r : tensor<8xf32>
}

// CHECK-LABEL: @uneven
// CHECK: %[[COPY:.*]] = linalg.generic
// CHECK: %[[C:.*]] = tensor.collapse_shape %[[COPY]] {{\[\[}}0, 1]] : tensor<3x3xf32> into tensor<9xf32>
// CHECK: tensor.extract_slice %[[C]][0] [8] [1]

// -----

// A reduction does not read backwards: the flip is a copy. Two readers share it.
#back = affine_map<(d0, d1) -> (d0, -d1 + 4)>
#row = affine_map<(d0, d1) -> (d0, d1)>
#out = affine_map<(d0, d1) -> (d0)>
func.func @reduction(%x: tensor<3x5xf32>, %y: tensor<3x5xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
  %r = linalg.generic {indexing_maps = [#back, #row, #out], iterator_types = ["parallel", "reduction"]} ins(%x, %y : tensor<3x5xf32>, tensor<3x5xf32>) outs(%f : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %a, %b : f32
    %s = arith.addf %m, %o : f32
    linalg.yield %s : f32
  } -> tensor<3xf32>
  %q = linalg.generic {indexing_maps = [#back, #row, #out], iterator_types = ["parallel", "reduction"]} ins(%x, %y : tensor<3x5xf32>, tensor<3x5xf32>) outs(%f : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.minimumf %a, %b : f32
    %s = arith.addf %m, %o : f32
    linalg.yield %s : f32
  } -> tensor<3xf32>
  return %r, %q : tensor<3xf32>, tensor<3xf32>
}

// CHECK-LABEL: @reduction
// CHECK: %[[COPY:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]}
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[COPY]]
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[COPY]]

// -----

// An elementwise op reads backwards in place.
#back = affine_map<(d0) -> (-d0 + 4)>
#id = affine_map<(d0) -> (d0)>
func.func @flip(%x: tensor<5xf32>) -> tensor<5xf32> {
  %e = tensor.empty() : tensor<5xf32>
  %r = linalg.generic {indexing_maps = [#back, #id], iterator_types = ["parallel"]} ins(%x : tensor<5xf32>) outs(%e : tensor<5xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<5xf32>
  return %r : tensor<5xf32>
}

// CHECK: #[[BACK:.*]] = affine_map<(d0) -> (-d0 + 4)>
// CHECK-LABEL: @flip
// CHECK-COUNT-1: linalg.generic {indexing_maps = [#[[BACK]],
// CHECK-NOT: linalg.generic

// -----

// A shifted loop in a remainder has no digits: a gather computes the coordinate.
#shifted = affine_map<(d0, d1) -> ((d1 + 2) mod 6)>
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @shifted(%x: tensor<6xf32>, %y: tensor<3x6xf32>) -> tensor<3x6xf32> {
  %e = tensor.empty() : tensor<3x6xf32>
  %r = linalg.generic {indexing_maps = [#shifted, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %y : tensor<6xf32>, tensor<3x6xf32>) outs(%e : tensor<3x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<3x6xf32>
  return %r : tensor<3x6xf32>
}

// CHECK: #[[AT:.*]] = affine_map<(d0) -> ((d0 + 2) mod 6)>
// CHECK: #[[ROW:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK: bytes = 24 : i64, how = "copied"
// CHECK-LABEL: @shifted
// CHECK-SAME: %[[X:.*]]: tensor<6xf32>, %[[Y:.*]]: tensor<3x6xf32>
// CHECK: %[[COPY:.*]] = linalg.generic
// CHECK: %[[I:.*]] = linalg.index 0
// CHECK: %[[C:.*]] = affine.apply #[[AT]](%[[I]])
// CHECK: tensor.extract %[[X]][%[[C]]]
// CHECK: linalg.generic {indexing_maps = [#[[ROW]], {{.*}} ins(%[[COPY]], %[[Y]]

// -----

// Two radices that a single operand takes of one loop, which is a reduction.
#both = affine_map<(d0, d1) -> (d1 floordiv 4, d1 floordiv 6)>
#row = affine_map<(d0, d1) -> (d0)>
#each = affine_map<(d0, d1) -> (d0, d1)>
func.func @one_operand(%x: tensor<3x2xf32>, %z: tensor<5x12xf32>, %y: tensor<5xf32>) -> tensor<5xf32> {
  %r = linalg.generic {indexing_maps = [#both, #each, #row], iterator_types = ["parallel", "reduction"]} ins(%x, %z : tensor<3x2xf32>, tensor<5x12xf32>) outs(%y : tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %a, %b : f32
    %s = arith.addf %m, %o : f32
    linalg.yield %s : f32
  } -> tensor<5xf32>
  return %r : tensor<5xf32>
}

// CHECK-LABEL: @one_operand
// CHECK: linalg.generic
// CHECK: tensor.extract %{{.*}}[%{{.*}}, %{{.*}}]
// CHECK: -> tensor<12xf32>
// CHECK: linalg.generic
