// Products that may follow each other in the arrays do: what follows a product
// runs behind the first groups of the next one.
// RUN: tilewright-opt %s --togsim-pipeline-transfers --cse | FileCheck %s

// CHECK-DAG: #[[$LATE:.*]] = affine_set<(d0) : (-d0 + 5 >= 0, d0 mod 3 == 0)>
// CHECK-DAG: #[[$PUSHES:.*]] = affine_set<(d0) : (-d0 + 5 >= 0)>
// CHECK-DAG: #[[$SECOND:.*]] = affine_set<(d0) : (d0 - 1 >= 0)>
// CHECK-DAG: #[[$LAST:.*]] = affine_set<(d0) : (d0 mod 3 - 2 == 0)>
// CHECK-DAG: #[[$SLOW:.*]] = affine_map<(d0) -> ((d0 floordiv 3) mod 2)>
// CHECK-DAG: #[[$BEFORE:.*]] = affine_map<(d0) -> (d0 - 1)>

// CHECK-LABEL: func.func @nest(
// The sums of a tile are completed while those of the next begin: two copies.
// CHECK: togsim.tile : memref<2x8x24xf32, #togsim.spad<1, 1>>
// CHECK: togsim.tile : memref<2x8x8xf32, #togsim.spad<1, 1>>
// CHECK: %[[ACC:.*]] = togsim.tile : memref<2x8x24xf32, #togsim.spad<1, 1>>
// What the epilogue reads is not loaded ahead of the loop.
// CHECK-DAG: togsim.dma_start load %arg0
// CHECK-DAG: togsim.dma_start load %arg1
// CHECK-NOT: togsim.dma_start load %arg2
// CHECK: affine.for %[[IT:.*]] = 0 to 7 {
// CHECK: affine.if #[[$LATE]](%[[IT]]) {
// CHECK:   togsim.dma_start load %arg2
// CHECK: affine.if #[[$PUSHES]](%[[IT]]) {
// CHECK:   linalg.fill
// CHECK:   %[[SLOW:.*]] = affine.apply #[[$SLOW]](%[[IT]])
// CHECK:   %[[Y:.*]] = togsim.slot %[[ACC]][%[[SLOW]]]
// CHECK:   affine.if #[[$SECOND]](%[[IT]]) {
// CHECK:     %[[B:.*]] = affine.apply #[[$BEFORE]](%[[IT]])
// CHECK:     %[[SLOWB:.*]] = affine.apply #[[$SLOW]](%[[B]])
// CHECK:     %[[PREVIOUS:.*]] = togsim.slot %[[ACC]][%[[SLOWB]]]
// CHECK:     togsim.contract %{{.*}}, %{{.*}}, %[[Y]] previous %[[PREVIOUS]] {lag_chunks = 2 : i64, open, part = array<i64: 0, 1>}
// CHECK:   } else {
// CHECK:     togsim.contract %{{.*}}, %{{.*}}, %[[Y]] {lag_chunks = 2 : i64, open, part = array<i64: 0, 1>}
// CHECK:   }
// CHECK: } else {
// CHECK:   togsim.drain %{{.*}} {lag_chunks = 2 : i64}
// CHECK: }
// CHECK: affine.if #[[$SECOND]](%[[IT]]) {
// CHECK:   %[[B2:.*]] = affine.apply #[[$BEFORE]](%[[IT]])
// CHECK:   affine.if #[[$LAST]](%[[B2]]) {
// CHECK:     linalg.add
// CHECK:     togsim.dma_start store
// CHECK: affine.if #[[$PUSHES]](%[[IT]]) {
// CHECK:   togsim.contract %{{.*}} {lag_chunks = 2 : i64, open, part = array<i64: 1, -1>}
// CHECK: }
// CHECK: togsim.wait
func.func @nest(%x: memref<48x24xf32>, %w: memref<24x8xf32>, %b: memref<48xf32>, %y: memref<48x8xf32>) {
  %tx = togsim.tile : memref<8x24xf32, #togsim.spad<0, 1>>
  %tw = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %acc = togsim.tile : memref<8x24xf32, #togsim.spad<0, 1>>
  %tb = togsim.tile : memref<8x24xf32, #togsim.spad<0, 1>>
  %ty = togsim.tile : memref<8x24xf32, #togsim.spad<0, 1>>
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c24 = arith.constant 24 : index
  affine.for %m = 0 to 2 {
    %zero = arith.constant 0.0 : f32
    linalg.fill ins(%zero : f32) outs(%acc : memref<8x24xf32, #togsim.spad<0, 1>>)
    affine.for %k = 0 to 3 {
      %ox = affine.apply affine_map<(m, k) -> (m * 576 + k * 8)>(%m, %k)
      togsim.transfer load %x[%ox], %tx extents [8, 24] valid(%c8, %c24) strides [1, 24] fill 0.0 : f32 : memref<48x24xf32>, memref<8x24xf32, #togsim.spad<0, 1>>
      %ow = affine.apply affine_map<(k) -> (k * 64)>(%k)
      togsim.transfer load %w[%ow], %tw extents [8, 8] valid(%c8, %c8) strides [1, 8] fill 0.0 : f32 : memref<24x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
      togsim.contract %tx, %tw, %acc {chained = 1 : i64, lag_chunks = 2 : i64} : memref<8x24xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x24xf32, #togsim.spad<0, 1>>
    }
    %ob = affine.apply affine_map<(m) -> (m * 24)>(%m)
    togsim.transfer load %b[%ob], %tb extents [8, 24] valid(%c8, %c24) strides [0, 1] fill 0.0 : f32 : memref<48xf32>, memref<8x24xf32, #togsim.spad<0, 1>>
    linalg.add ins(%acc, %tb : memref<8x24xf32, #togsim.spad<0, 1>>, memref<8x24xf32, #togsim.spad<0, 1>>) outs(%ty : memref<8x24xf32, #togsim.spad<0, 1>>)
    %oy = affine.apply affine_map<(m) -> (m * 192)>(%m)
    togsim.transfer store %y[%oy], %ty extents [8, 24] valid(%c8, %c24) strides [1, 8] fill 0.0 : f32 : memref<48x8xf32>, memref<8x24xf32, #togsim.spad<0, 1>>
  }
  return
}

// Sums that are stored themselves: one copy is stored, one completed, one begun.
// CHECK-LABEL: func.func @stored(
// CHECK: togsim.tile : memref<3x8x8xf32, #togsim.spad<1, 1>>
// CHECK: affine.for %{{.*}} = 0 to 6 {
func.func @stored(%x: memref<40x8xf32>, %w: memref<8x8xf32>, %y: memref<40x8xf32>) {
  %tx = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %tw = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %acc = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  affine.for %m = 0 to 5 {
    %zero = arith.constant 0.0 : f32
    %o = affine.apply affine_map<(m) -> (m * 64)>(%m)
    linalg.fill ins(%zero : f32) outs(%acc : memref<8x8xf32, #togsim.spad<0, 1>>)
    togsim.transfer load %x[%o], %tx extents [8, 8] valid(%c8, %c8) strides [1, 8] fill 0.0 : f32 : memref<40x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
    togsim.transfer load %w[%c0], %tw extents [8, 8] valid(%c8, %c8) strides [1, 8] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
    togsim.contract %tx, %tw, %acc {chained = 1 : i64} : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
    togsim.transfer store %y[%o], %acc extents [8, 8] valid(%c8, %c8) strides [1, 8] fill 0.0 : f32 : memref<40x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  }
  return
}

// What follows the product uses more of the iteration than its sums (here x,
// which the next load may overwrite): the arrays are drained.
// CHECK-LABEL: func.func @tied(
// CHECK: affine.for %{{.*}} = 0 to 5 {
// CHECK: togsim.contract {{.*}} {chained = 1 : i64}
// CHECK-NOT: togsim.drain
// CHECK: return
func.func @tied(%x: memref<40x8xf32>, %w: memref<8x8xf32>, %y: memref<40x8xf32>) {
  %tx = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %tw = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %acc = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  affine.for %m = 0 to 5 {
    %zero = arith.constant 0.0 : f32
    %o = affine.apply affine_map<(m) -> (m * 64)>(%m)
    linalg.fill ins(%zero : f32) outs(%acc : memref<8x8xf32, #togsim.spad<0, 1>>)
    togsim.transfer load %x[%o], %tx extents [8, 8] valid(%c8, %c8) strides [1, 8] fill 0.0 : f32 : memref<40x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
    togsim.transfer load %w[%c0], %tw extents [8, 8] valid(%c8, %c8) strides [1, 8] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
    togsim.contract %tx, %tw, %acc {chained = 1 : i64} : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
    linalg.add ins(%acc, %tx : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>) outs(%acc : memref<8x8xf32, #togsim.spad<0, 1>>)
    togsim.transfer store %y[%o], %acc extents [8, 8] valid(%c8, %c8) strides [1, 8] fill 0.0 : f32 : memref<40x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  }
  return
}
