// An epilogue computes from the coordinates of its own loops, which the tile has joined.
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 | FileCheck %s

#lhs = affine_map<(d0, d1, d2) -> (d0, d2)>
#rhs = affine_map<(d0, d1, d2) -> (d2, d1)>
#out = affine_map<(d0, d1, d2) -> (d0, d1)>
#id2 = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$LINES:.*]] = affine_map<(d0) -> (d0 * 6)>

// CHECK-LABEL: @rows_and_columns
// CHECK: togsim.contract
// CHECK: %[[FIRST:.*]] = affine.apply
// CHECK: linalg.generic
// CHECK: %[[N:.*]] = linalg.index 0
// CHECK: %[[COLUMN:.*]] = arith.addi %[[N]], %[[FIRST]]
// CHECK: %[[ROW:.*]] = linalg.index 1
// CHECK: arith.cmpi sge, %[[COLUMN]], %[[ROW]]
func.func private @rows_and_columns(%a: tensor<1000x8xf32>, %b: tensor<8x300xf32>) -> tensor<1000x300xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1000x300xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1000x300xf32>) -> tensor<1000x300xf32>
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<1000x8xf32>, tensor<8x300xf32>) outs(%f : tensor<1000x300xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1000x300xf32>
  %q = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%r : tensor<1000x300xf32>) outs(%e : tensor<1000x300xf32>) {
  ^bb0(%x: f32, %o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %c = arith.cmpi sge, %i, %j : index
    %s = arith.select %c, %x, %zero : f32
    linalg.yield %s : f32
  } -> tensor<1000x300xf32>
  return %q : tensor<1000x300xf32>
}

// Columns run inside lines of 16, of which 13 are columns: both coordinates come from
// one position in the tile.
// CHECK-LABEL: @lines
// CHECK: togsim.window_sum
// CHECK: %[[FIRST:.*]] = affine.apply #[[$LINES]]
// CHECK: linalg.generic
// CHECK: %[[AT:.*]] = linalg.index 1
// CHECK: %[[LENGTH:.*]] = arith.constant 16
// CHECK: %[[IN_TILE:.*]] = arith.divui %[[AT]], %[[LENGTH]]
// CHECK: %[[LINE:.*]] = arith.addi %[[IN_TILE]], %[[FIRST]]
// CHECK: %[[AT:.*]] = linalg.index 1
// CHECK: %[[LENGTH:.*]] = arith.constant 16
// CHECK: %[[IN_LINE:.*]] = arith.remui %[[AT]], %[[LENGTH]]
// CHECK: arith.cmpi sge, %[[LINE]], %[[IN_LINE]]
#in = affine_map<(c, y, x, ky, kx) -> (c, y + ky, x + kx)>
#w = affine_map<(c, y, x, ky, kx) -> (c, ky, kx)>
#o = affine_map<(c, y, x, ky, kx) -> (c, y, x)>
#id = affine_map<(c, y, x) -> (c, y, x)>
func.func private @lines(%a: tensor<5x24x15xf32>, %b: tensor<5x3x3xf32>) -> tensor<5x22x13xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<5x22x13xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<5x22x13xf32>) -> tensor<5x22x13xf32>
  %r = linalg.generic {indexing_maps = [#in, #w, #o], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%a, %b : tensor<5x24x15xf32>, tensor<5x3x3xf32>) outs(%f : tensor<5x22x13xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<5x22x13xf32>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%r : tensor<5x22x13xf32>) outs(%e : tensor<5x22x13xf32>) {
  ^bb0(%x: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %c = arith.cmpi sge, %i, %j : index
    %s = arith.select %c, %x, %zero : f32
    linalg.yield %s : f32
  } -> tensor<5x22x13xf32>
  return %q : tensor<5x22x13xf32>
}
