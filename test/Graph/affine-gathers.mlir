// RUN: tilewright-opt %s --split-input-file --togsim-affine-gathers | FileCheck %s

// A flip, as frontends write it.
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @flip(%x: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %c4 = arith.constant 4 : index
  %e = tensor.empty() : tensor<5x7xf32>
  %r = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<5x7xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = arith.subi %c4, %i : index
    %v = tensor.extract %x[%k, %j] : tensor<5x7xf32>
    linalg.yield %v : f32
  } -> tensor<5x7xf32>
  return %r : tensor<5x7xf32>
}

// CHECK: #[[M:.*]] = affine_map<(d0, d1) -> (-d0 + 4, d1)>
// CHECK-LABEL: @flip
// CHECK: linalg.generic {indexing_maps = [#[[M]], #{{.*}}]{{.*}} ins(%{{.*}} : tensor<5x7xf32>)
// CHECK-NOT: tensor.extract
// CHECK: linalg.yield

// -----

// A negative index wraps; the range of the loop says it never is.
#id = affine_map<(d0) -> (d0)>
func.func @wrap(%x: tensor<9xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0 : i64
  %two = arith.constant 2 : i64
  %nine = arith.constant 9 : i64
  %e = tensor.empty() : tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%e : tensor<4xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %c = arith.index_cast %i : index to i64
    %d = arith.muli %c, %two : i64
    %n = arith.cmpi slt, %d, %zero : i64
    %w = arith.addi %d, %nine : i64
    %s = arith.select %n, %w, %d : i64
    %k = arith.index_cast %s : i64 to index
    %v = tensor.extract %x[%k] : tensor<9xf32>
    linalg.yield %v : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// CHECK: affine_map<(d0) -> (d0 * 2)>
// CHECK-LABEL: @wrap
// CHECK-NOT: tensor.extract

// -----

// The nearest neighbour of twice the size, computed in floating point: its values
// are those of a quotient.
#id = affine_map<(d0) -> (d0)>
func.func @nearest(%x: tensor<5xf32>) -> tensor<10xf32> {
  %half = arith.constant 5.0e-01 : f32
  %e = tensor.empty() : tensor<10xf32>
  %r = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%e : tensor<10xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %c = arith.index_cast %i : index to i64
    %f = arith.sitofp %c : i64 to f32
    %h = arith.mulf %f, %half : f32
    %q = arith.fptosi %h : f32 to i64
    %k = arith.index_cast %q : i64 to index
    %v = tensor.extract %x[%k] : tensor<5xf32>
    linalg.yield %v : f32
  } -> tensor<10xf32>
  return %r : tensor<10xf32>
}

// CHECK: affine_map<(d0) -> (d0 floordiv 2)>
// CHECK-LABEL: @nearest
// CHECK-NOT: tensor.extract

// -----

// What depends on data stays indirect; so does what leaves the tensor.
#id = affine_map<(d0) -> (d0)>
func.func @indirect(%x: tensor<9xf32>, %n: tensor<4xi64>) -> (tensor<4xf32>, tensor<4xf32>) {
  %c6 = arith.constant 6 : index
  %e = tensor.empty() : tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%n : tensor<4xi64>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: i64, %o: f32):
    %k = arith.index_cast %a : i64 to index
    %v = tensor.extract %x[%k] : tensor<9xf32>
    linalg.yield %v : f32
  } -> tensor<4xf32>
  %q = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%e : tensor<4xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %k = arith.addi %i, %c6 : index
    %v = tensor.extract %x[%k] : tensor<9xf32>
    linalg.yield %v : f32
  } -> tensor<4xf32>
  return %r, %q : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @indirect
// CHECK-COUNT-2: tensor.extract

// -----

// The first rows of a table: a loop alone reads a dimension from end to end, so the
// rows are a slice.
func.func @first_rows(%w: tensor<20x33xf32>) -> tensor<9x33xf32> {
  %e = tensor.empty() : tensor<9x33xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<9x33xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %v = tensor.extract %w[%i, %j] : tensor<20x33xf32>
    %n = arith.negf %v : f32
    linalg.yield %n : f32
  } -> tensor<9x33xf32>
  return %r : tensor<9x33xf32>
}

// CHECK-LABEL: @first_rows
// CHECK: %[[PART:.*]] = tensor.extract_slice %{{.*}}[0, 0] [9, 33] [1, 1]
// CHECK: linalg.generic {{.*}} ins(%[[PART]] : tensor<9x33xf32>)
// CHECK-NOT: tensor.extract %
