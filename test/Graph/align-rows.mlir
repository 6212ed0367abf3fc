// Inputs that leave few rows to a tile are copied into the order of the result.
// RUN: tilewright-opt %s --togsim-align-rows --split-input-file | FileCheck %s
// RUN: tilewright-opt %s --togsim-align-rows=lanes=8 --split-input-file | FileCheck %s --check-prefix=FEW

// Windows of an image as rows of a product.
#windows = affine_map<(w0, w1, r0, r1, n, k) -> (w0, r0, w1, r1, k)>
#weights = affine_map<(w0, w1, r0, r1, n, k) -> (k, n)>
#out = affine_map<(w0, w1, r0, r1, n, k) -> (w0, w1, r0, r1, n)>

// CHECK-DAG: #[[IMAGE:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d3, d4)>
// CHECK-DAG: #[[ROWS:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
// CHECK-LABEL: @product
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<8x7x8x7x16xf32>
// CHECK: %[[COPY:.*]] = linalg.generic {indexing_maps = [#[[IMAGE]], #{{.*}}], {{.*}} ins(%[[X]]
// CHECK-SAME: togsim.own_kernel
// CHECK: linalg.generic {indexing_maps = [#[[ROWS]], #{{.*}}, #{{.*}}], {{.*}} ins(%[[COPY]]

// As many rows as lanes are enough.
// FEW-LABEL: @product
// FEW-NEXT: linalg.generic
// FEW-NOT: linalg.generic
// FEW: return
func.func @product(%x: tensor<8x7x8x7x16xf32>, %w: tensor<16x24xf32>, %y: tensor<8x8x7x7x24xf32>) -> tensor<8x8x7x7x24xf32> {
  %r = linalg.generic {indexing_maps = [#windows, #weights, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<8x7x8x7x16xf32>, tensor<16x24xf32>) outs(%y : tensor<8x8x7x7x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<8x8x7x7x24xf32>
  return %r : tensor<8x8x7x7x24xf32>
}

// -----

// A reduction and the op that uses it read one copy.
#windows = affine_map<(h, y, w, x, c) -> (h, w, y, x, c)>
#id = affine_map<(h, y, w, x, c) -> (h, y, w, x, c)>
#row = affine_map<(h, y, w, x, c) -> (h, y, w, x)>

// CHECK-LABEL: @rows
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<8x8x7x7x16xf32>
// CHECK: %[[COPY:.*]] = linalg.generic {{.*}} ins(%[[X]]
// CHECK-NOT: %[[X]]
// CHECK: %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[COPY]]
// CHECK: linalg.generic {{.*}} ins(%[[COPY]], %[[SUM]]
func.func @rows(%x: tensor<8x8x7x7x16xf32>, %s: tensor<8x7x8x7xf32>, %y: tensor<8x7x8x7x16xf32>) -> tensor<8x7x8x7x16xf32> {
  %sum = linalg.generic {indexing_maps = [#windows, #row], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x : tensor<8x8x7x7x16xf32>) outs(%s : tensor<8x7x8x7xf32>) {
  ^bb0(%a: f32, %o: f32):
    %t = arith.addf %a, %o : f32
    linalg.yield %t : f32
  } -> tensor<8x7x8x7xf32>
  %r = linalg.generic {indexing_maps = [#windows, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%x, %sum : tensor<8x8x7x7x16xf32>, tensor<8x7x8x7xf32>) outs(%y : tensor<8x7x8x7x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %t = arith.divf %a, %b : f32
    linalg.yield %t : f32
  } -> tensor<8x7x8x7x16xf32>
  return %r : tensor<8x7x8x7x16xf32>
}

// -----

// Rows of two dimensions fit a tile: heads are read in place.
#heads = affine_map<(b, s, n, h, d) -> (b, h, s, d)>
#weights = affine_map<(b, s, n, h, d) -> (h, d, n)>
#out = affine_map<(b, s, n, h, d) -> (b, s, n)>

// CHECK-LABEL: @heads
// CHECK-COUNT-1: linalg.generic
// CHECK-NOT: linalg.generic
func.func @heads(%x: tensor<4x12x64x16xf32>, %w: tensor<12x16x24xf32>, %y: tensor<4x64x24xf32>) -> tensor<4x64x24xf32> {
  %r = linalg.generic {indexing_maps = [#heads, #weights, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %w : tensor<4x12x64x16xf32>, tensor<12x16x24xf32>) outs(%y : tensor<4x64x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x64x24xf32>
  return %r : tensor<4x64x24xf32>
}

// -----

// A scalar operand has no strides.
#id = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>
// CHECK-LABEL: @scalar
// CHECK: linalg.generic
// CHECK-NOT: linalg.generic
func.func @scalar(%x: tensor<4xf32>, %s: f32) -> tensor<f32> {
  %e = tensor.empty() : tensor<f32>
  %r = linalg.generic {indexing_maps = [#id, #none, #none], iterator_types = ["reduction"]} ins(%x, %s : tensor<4xf32>, f32) outs(%e : tensor<f32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %t = arith.addf %o, %m : f32
    linalg.yield %t : f32
  } -> tensor<f32>
  return %r : tensor<f32>
}
