// Bodies that read at computed indices become stages around indirect loads.
// RUN: tilewright-opt %s --split-input-file --togsim-codegen=machine=small8 | FileCheck %s

// 40 rows of a table: lanes take whole rows, so that one index per row is enough.
// The index comes as i64 from its tensor and is checked by the DMA in all its bits.
// CHECK-LABEL: func.func @embedding
// CHECK: togsim.transfer load %{{.*}} strides [1, 0] fill 0 : i64
// CHECK: linalg.generic {{.*}} outs(%[[INDEX:[^ ]*]] : memref<{{.*}}x24xi64, #togsim.spad<0, 1>>)
// CHECK: togsim.transfer load %{{.*}}[%{{.*}}], %[[ROWS:[^ ]*]] extents [{{.*}}, 24] valid(%{{.*}}) strides [0, 1] index %[[INDEX]] dims [0, -1] stride 20 below 100
// CHECK: linalg.generic {{.*}} ins(%[[ROWS]]
// CHECK: togsim.transfer store
func.func private @embedding(%i: tensor<40xi64>, %w: tensor<100x20xf32>) -> tensor<40x20xf32> attributes {togsim.kernel, togsim.ops = []} {
  %e = tensor.empty() : tensor<40x20xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%i : tensor<40xi64>) outs(%e : tensor<40x20xf32>) {
  ^bb0(%n: i64, %o: f32):
    %row = arith.index_cast %n : i64 to index
    %col = linalg.index 1 : index
    %v = tensor.extract %w[%row, %col] : tensor<100x20xf32>
    linalg.yield %v : f32
  } -> tensor<40x20xf32>
  return %r : tensor<40x20xf32>
}

// -----

// Two indices make one; each is checked, as a bad pair could name a good place.
// CHECK-LABEL: func.func @pair
// CHECK: linalg.generic
// CHECK-DAG: arith.cmpi ult, %{{.*}}, %{{.*}} : i64
// CHECK-DAG: arith.select %{{.*}}, %{{.*}}, %c-1
// CHECK: arith.index_cast %{{.*}} : index to i32
// CHECK: togsim.transfer load %{{.*}} strides [0] index %{{.*}} dims [0] stride 1 below 77
func.func private @pair(%i: tensor<40xi64>, %j: tensor<40xi64>, %w: tensor<11x7xf32>) -> tensor<40xf32> attributes {togsim.kernel, togsim.ops = []} {
  %e = tensor.empty() : tensor<40xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i, %j : tensor<40xi64>, tensor<40xi64>) outs(%e : tensor<40xf32>) {
  ^bb0(%a: i64, %b: i64, %o: f32):
    %row = arith.index_cast %a : i64 to index
    %col = arith.index_cast %b : i64 to index
    %v = tensor.extract %w[%row, %col] : tensor<11x7xf32>
    linalg.yield %v : f32
  } -> tensor<40xf32>
  return %r : tensor<40xf32>
}

// -----

// Affine coordinates are strides: a reversal needs no index.
// CHECK-LABEL: func.func @flip
// CHECK-NOT: index %
// CHECK: togsim.transfer load %{{.*}} strides [-20, 1] fill
func.func private @flip(%x: tensor<40x20xf32>) -> tensor<40x20xf32> attributes {togsim.kernel, togsim.ops = []} {
  %e = tensor.empty() : tensor<40x20xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<40x20xf32>) {
  ^bb0(%o: f32):
    %c39 = arith.constant 39 : index
    %0 = linalg.index 0 : index
    %col = linalg.index 1 : index
    %row = arith.subi %c39, %0 : index
    %v = tensor.extract %x[%row, %col] : tensor<40x20xf32>
    linalg.yield %v : f32
  } -> tensor<40x20xf32>
  return %r : tensor<40x20xf32>
}
