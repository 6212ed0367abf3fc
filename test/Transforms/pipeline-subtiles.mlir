// The first and the last iteration of a product that asks for subtiles: their loads
// and products are marked, at constant places, with tags of their own. What lies
// between is as without.
// RUN: tilewright-opt %s --togsim-pipeline-transfers --cse | FileCheck %s

// CHECK-DAG: #[[$AHEAD:.*]] = affine_set<(d0) : (-(d0 + 1) + 2 >= 0)>
// CHECK-DAG: #[[$LASTLOAD:.*]] = affine_set<(d0) : (d0 - 2 == 0)>
// CHECK-DAG: #[[$NOTFIRST:.*]] = affine_set<(d0) : (d0 - 1 >= 0)>
// CHECK-DAG: #[[$NOTLAST:.*]] = affine_set<(d0) : (-d0 + 2 >= 0)>

// x: tags 0 and 1, w: 2 and 3, the store 4, then subtiles of the first x and w, of
// the last w.
// CHECK-LABEL: func.func @steps(
// CHECK: togsim.dma_start load %arg0{{.*}}], %[[X0:.*]] valid{{.*}} tag(%c0) {{.*}}subtiles = #togsim.subtiles<2 along 0, tag 5>
// CHECK: togsim.dma_start load %arg1{{.*}}], %[[W0:.*]] valid{{.*}} tag(%c2) {{.*}}subtiles = #togsim.subtiles<3 along 1, tag 6>
// CHECK: affine.for %[[IT:.*]] = 0 to 4 {
// CHECK:   togsim.dma_start load %arg0
// CHECK-NOT: subtiles
// CHECK:   affine.if #[[$AHEAD]](%[[IT]]) {
// CHECK:     togsim.dma_start load %arg1
// CHECK-NOT: subtiles
// CHECK:   affine.if #[[$LASTLOAD]](%[[IT]]) {
// CHECK:     togsim.dma_start load %arg1{{.*}}subtiles = #togsim.subtiles<2 along 1, tag 8>
// CHECK:   linalg.fill
// CHECK:   togsim.wait
// CHECK:   togsim.wait
// CHECK:   affine.if #[[$NOTFIRST]](%[[IT]]) {
// CHECK:     affine.if #[[$NOTLAST]](%[[IT]]) {
// CHECK:       togsim.contract
// CHECK-NOT: subtiles
// CHECK:     } else {
// CHECK:       togsim.slot %{{.*}}[%c1]
// CHECK:       %[[W:.*]] = togsim.slot %{{.*}}[%c1]
// CHECK:       togsim.contract %{{.*}}, %[[W]], {{.*}}w_subtiles = #togsim.subtiles<2 along 1, tag 8>
// CHECK:   } else {
// CHECK:     togsim.contract %[[X0]], %[[W0]], {{.*}}w_subtiles = #togsim.subtiles<3 along 1, tag 6>, x_subtiles = #togsim.subtiles<2 along 0, tag 5>
func.func @steps(%x: memref<8x96xf32>, %w: memref<96x8xf32>, %y: memref<8x8xf32>) {
  %tx = togsim.tile : memref<24x8xf32, #togsim.spad<0, 1>>
  %tw = togsim.tile : memref<8x24xf32, #togsim.spad<0, 1>>
  %acc = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c24 = arith.constant 24 : index
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%acc : memref<8x8xf32, #togsim.spad<0, 1>>)
  affine.for %k = 0 to 4 {
    %ox = affine.apply affine_map<(k) -> (k * 24)>(%k)
    togsim.transfer load %x[%ox], %tx extents [24, 8] valid(%c24, %c8) strides [1, 96] fill 0.0 : f32 : memref<8x96xf32>, memref<24x8xf32, #togsim.spad<0, 1>>
    %ow = affine.apply affine_map<(k) -> (k * 192)>(%k)
    togsim.transfer load %w[%ow], %tw extents [8, 24] valid(%c8, %c24) strides [1, 8] fill 0.0 : f32 : memref<96x8xf32>, memref<8x24xf32, #togsim.spad<0, 1>>
    togsim.contract %tx, %tw, %acc {first_subtiles = array<i64: 2, 3>, last_subtiles = array<i64: 1, 2>} : memref<24x8xf32, #togsim.spad<0, 1>>, memref<8x24xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  }
  togsim.transfer store %y[%c0], %acc extents [8, 8] valid(%c8, %c8) strides [1, 8] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// A product that stays open: both of its parts are marked. Two iterations are a
// first and a last one.
// CHECK-LABEL: func.func @open(
// CHECK: affine.if
// CHECK: affine.if #[[$NOTFIRST]](%[[IT:.*]]) {
// CHECK: togsim.contract {{.*}} previous {{.*}}part = array<i64: 0, 1>, w_subtiles = #togsim.subtiles<3 along 1, tag 7>
// CHECK: } else {
// CHECK: togsim.contract {{.*}}part = array<i64: 0, 1>, w_subtiles = #togsim.subtiles<3 along 1, tag 5>
// CHECK: togsim.drain
// CHECK: affine.if #[[$NOTFIRST]](%{{.*}}) {
// CHECK: togsim.contract {{.*}}part = array<i64: 1, -1>, w_subtiles = #togsim.subtiles<3 along 1, tag 7>
// CHECK: } else {
// CHECK: togsim.contract {{.*}}part = array<i64: 1, -1>, w_subtiles = #togsim.subtiles<3 along 1, tag 5>
func.func @open(%x: memref<8x24xf32>, %w: memref<24x16xf32>, %y: memref<8x16xf32>) {
  %tx = togsim.tile : memref<24x8xf32, #togsim.spad<0, 1>>
  %tw = togsim.tile : memref<8x24xf32, #togsim.spad<0, 1>>
  %acc = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c24 = arith.constant 24 : index
  affine.for %n = 0 to 2 {
    %zero = arith.constant 0.0 : f32
    linalg.fill ins(%zero : f32) outs(%acc : memref<8x8xf32, #togsim.spad<0, 1>>)
    togsim.transfer load %x[%c0], %tx extents [24, 8] valid(%c24, %c8) strides [1, 24] fill 0.0 : f32 : memref<8x24xf32>, memref<24x8xf32, #togsim.spad<0, 1>>
    %ow = affine.apply affine_map<(n) -> (n * 8)>(%n)
    togsim.transfer load %w[%ow], %tw extents [8, 24] valid(%c8, %c24) strides [1, 16] fill 0.0 : f32 : memref<24x16xf32>, memref<8x24xf32, #togsim.spad<0, 1>>
    togsim.contract %tx, %tw, %acc {chained = 1 : i64, first_subtiles = array<i64: 1, 3>, last_subtiles = array<i64: 1, 3>} : memref<24x8xf32, #togsim.spad<0, 1>>, memref<8x24xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
    %oy = affine.apply affine_map<(n) -> (n * 8)>(%n)
    togsim.transfer store %y[%oy], %acc extents [8, 8] valid(%c8, %c8) strides [1, 16] fill 0.0 : f32 : memref<8x16xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  }
  return
}

// One tile: what the epilogue reads is loaded behind the subtiles, what the product
// starts from in front.
// CHECK-LABEL: func.func @single(
// CHECK-DAG: togsim.dma_start load %arg2
// CHECK-DAG: togsim.dma_start load %arg1
// CHECK: togsim.dma_start load %arg0{{.*}}subtiles = #togsim.subtiles<3 along 0
// CHECK: togsim.dma_start load %arg3
// CHECK: togsim.contract {{.*}}x_subtiles = #togsim.subtiles<3 along 0
func.func @single(%x: memref<8x24xf32>, %w: memref<24x8xf32>, %b: memref<8x8xf32>, %r: memref<8x8xf32>, %y: memref<8x8xf32>) {
  %tr = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %tx = togsim.tile : memref<24x8xf32, #togsim.spad<0, 1>>
  %tw = togsim.tile : memref<8x24xf32, #togsim.spad<0, 1>>
  %tb = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %acc = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %ty = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c24 = arith.constant 24 : index
  togsim.transfer load %b[%c0], %tb extents [8, 8] valid(%c8, %c8) strides [1, 8] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  linalg.copy ins(%tb : memref<8x8xf32, #togsim.spad<0, 1>>) outs(%acc : memref<8x8xf32, #togsim.spad<0, 1>>)
  togsim.transfer load %x[%c0], %tx extents [24, 8] valid(%c24, %c8) strides [1, 24] fill 0.0 : f32 : memref<8x24xf32>, memref<24x8xf32, #togsim.spad<0, 1>>
  togsim.transfer load %w[%c0], %tw extents [8, 24] valid(%c8, %c24) strides [1, 8] fill 0.0 : f32 : memref<24x8xf32>, memref<8x24xf32, #togsim.spad<0, 1>>
  togsim.contract %tx, %tw, %acc {first_subtiles = array<i64: 3, 1>} : memref<24x8xf32, #togsim.spad<0, 1>>, memref<8x24xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  togsim.transfer load %r[%c0], %tr extents [8, 8] valid(%c8, %c8) strides [1, 8] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  linalg.add ins(%acc, %tr : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>) outs(%ty : memref<8x8xf32, #togsim.spad<0, 1>>)
  togsim.transfer store %y[%c0], %ty extents [8, 8] valid(%c8, %c8) strides [1, 8] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}
