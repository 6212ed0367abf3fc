// An imperfect nest of 2 x 3 tile loops becomes one loop of 6 iterations with the
// loads one iteration ahead.
// RUN: tilewright-opt %s --togsim-pipeline-transfers --cse | FileCheck %s
// RUN: tilewright-opt %s --togsim-pipeline-transfers=buffers=3 --cse | FileCheck %s --check-prefix=THREE

// Copies and tags, as functions of the flat iteration. Tiles of the inner loop
// change every iteration, those of the outer loop every third. Tags are numbered
// through: x 0-1, w 2-3, b 4-5, y 6-7.
// CHECK-DAG: #[[$NEXT:.*]] = affine_map<(d0) -> (d0 + 1)>
// CHECK-DAG: #[[$M:.*]] = affine_map<(d0) -> (d0 floordiv 3)>
// CHECK-DAG: #[[$K:.*]] = affine_map<(d0) -> (d0 mod 3)>
// CHECK-DAG: #[[$FAST:.*]] = affine_map<(d0) -> (d0 mod 2)>
// CHECK-DAG: #[[$WTAG:.*]] = affine_map<(d0) -> (d0 mod 2 + 2)>
// CHECK-DAG: #[[$SLOW:.*]] = affine_map<(d0) -> ((d0 floordiv 3) mod 2)>
// CHECK-DAG: #[[$BTAG:.*]] = affine_map<(d0) -> ((d0 floordiv 3) mod 2 + 4)>
// CHECK-DAG: #[[$YTAG:.*]] = affine_map<(d0) -> ((d0 floordiv 3) mod 2 + 6)>
// CHECK-DAG: #[[$XAT:.*]] = affine_map<(d0, d1) -> (d0 * 576 + d1 * 8)>
// CHECK-DAG: #[[$WAT:.*]] = affine_map<(d0) -> (d0 * 64)>
// CHECK-DAG: #[[$YAT:.*]] = affine_map<(d0) -> (d0 * 192)>
// CHECK-DAG: #[[$MORE:.*]] = affine_set<(d0) : (-(d0 + 1) + 5 >= 0)>
// CHECK-DAG: #[[$MORE_M:.*]] = affine_set<(d0) : (-(d0 + 1) + 5 >= 0, (d0 + 1) mod 3 == 0)>
// CHECK-DAG: #[[$FIRST:.*]] = affine_set<(d0) : (d0 mod 3 == 0)>
// CHECK-DAG: #[[$LAST:.*]] = affine_set<(d0) : (d0 mod 3 - 2 == 0)>

// CHECK-LABEL: func.func @nest(
// CHECK-SAME: %[[X:[^ ]*]]: memref<48x24xf32>, %[[W:[^ ]*]]: memref<24x8xf32>, %[[B:[^ ]*]]: memref<48xf32>, %[[Y:[^ ,)]*]]: memref<48x8xf32>)
// Two copies of each transferred tile, the lane axis one further; one accumulator.
// CHECK: %[[TX:.*]] = togsim.tile : memref<2x8x24xf32, #togsim.spad<1, 1>>
// CHECK: %[[TW:.*]] = togsim.tile : memref<2x8x8xf32, #togsim.spad<1, 1>>
// CHECK: %[[ACC:.*]] = togsim.tile : memref<8x24xf32, #togsim.spad<0, 1>>
// CHECK: %[[TB:.*]] = togsim.tile : memref<2x8x24xf32, #togsim.spad<1, 1>>
// CHECK: %[[TY:.*]] = togsim.tile : memref<2x8x24xf32, #togsim.spad<1, 1>>
// The loads of iteration 0.
// CHECK-DAG: togsim.dma_start load %[[X]]{{.*}} tag(%c0) {{.*}} {extents = array<i64: 8, 24>, lane_axis = 0 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 1>}
// CHECK-DAG: togsim.dma_start load %[[W]]{{.*}} tag(%c2) {{.*}} {extents = array<i64: 8, 8>, lane_axis = 0 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 1>}
// CHECK-DAG: togsim.dma_start load %[[B]]{{.*}} tag(%c4)
// CHECK: affine.for %[[IT:.*]] = 0 to 6 {
// The loads of iteration it + 1, those of the outer loop when it changes.
// CHECK: affine.if #[[$MORE]](%[[IT]]) {
// CHECK:   %[[N:.*]] = affine.apply #[[$NEXT]](%[[IT]])
// CHECK:   %[[NM:.*]] = affine.apply #[[$M]](%[[N]])
// CHECK:   %[[NK:.*]] = affine.apply #[[$K]](%[[N]])
// CHECK:   %[[OFFSET:.*]] = affine.apply #[[$XAT]](%[[NM]], %[[NK]])
// CHECK:   %[[COPY:.*]] = affine.apply #[[$FAST]](%[[N]])
// CHECK:   %[[SLOT:.*]] = togsim.slot %[[TX]][%[[COPY]]]
// CHECK:   togsim.dma_start load %[[X]][%[[OFFSET]]], %[[SLOT]] {{.*}} tag(%[[COPY]])
// CHECK: affine.if #[[$MORE]](%[[IT]]) {
// CHECK:   togsim.dma_start load %[[W]]
// CHECK: affine.if #[[$MORE_M]](%[[IT]]) {
// CHECK:   togsim.dma_start load %[[B]]
// The section in front of the inner loop.
// CHECK: affine.if #[[$FIRST]](%[[IT]]) {
// CHECK-NEXT: linalg.fill {{.*}} outs(%[[ACC]]
// CHECK-NEXT: }
// The inner section waits where it loaded.
// CHECK: %[[XTAG:.*]] = affine.apply #[[$FAST]](%[[IT]])
// CHECK: togsim.wait %[[XTAG]]
// CHECK: %[[WTAG:.*]] = affine.apply #[[$WTAG]](%[[IT]])
// CHECK: togsim.wait %[[WTAG]]
// CHECK: %[[CX:.*]] = togsim.slot %[[TX]][%[[XTAG]]]
// CHECK: %[[CW:.*]] = togsim.slot %[[TW]][%[[XTAG]]]
// CHECK: togsim.contract %[[CX]], %[[CW]], %[[ACC]]
// The section behind the inner loop.
// CHECK: affine.if #[[$LAST]](%[[IT]]) {
// CHECK:   %[[BTAG:.*]] = affine.apply #[[$BTAG]](%[[IT]])
// CHECK:   togsim.wait %[[BTAG]]
// CHECK:   %[[SLOW:.*]] = affine.apply #[[$SLOW]](%[[IT]])
// CHECK:   %[[CB:.*]] = togsim.slot %[[TB]][%[[SLOW]]]
// CHECK:   %[[CY:.*]] = togsim.slot %[[TY]][%[[SLOW]]]
// Two stores into two copies: nothing to wait for before the tile is written.
// CHECK-NOT: togsim.wait
// CHECK:   linalg.add ins(%[[ACC]], %[[CB]] : {{.*}}) outs(%[[CY]]
// CHECK:   %[[M:.*]] = affine.apply #[[$M]](%[[IT]])
// CHECK:   %[[AT:.*]] = affine.apply #[[$YAT]](%[[M]])
// CHECK:   %[[YTAG:.*]] = affine.apply #[[$YTAG]](%[[IT]])
// CHECK:   togsim.dma_start store %[[Y]][%[[AT]]], %[[CY]] {{.*}} tag(%[[YTAG]])
// Behind the loop only the stores are waited for.
// CHECK: %c6 = arith.constant 6 : index
// CHECK-NEXT: togsim.wait %c6
// CHECK: %c7 = arith.constant 7 : index
// CHECK-NEXT: togsim.wait %c7
// CHECK-NEXT: return

// With three buffers the loads run two iterations ahead. The outer loop has only
// two trips, so its tiles get two copies: tags x 0-2, w 3-5, b 6-7, y 8-9.
// THREE-DAG: #[[$FAR:.*]] = affine_set<(d0) : (-(d0 + 2) + 5 >= 0)>
// THREE-DAG: #[[$FAR_M:.*]] = affine_set<(d0) : (-(d0 + 2) + 5 >= 0, (d0 + 2) mod 3 == 0)>
// THREE-LABEL: func.func @nest(
// THREE: togsim.tile : memref<3x8x24xf32
// THREE: togsim.tile : memref<3x8x8xf32
// THREE: togsim.tile : memref<8x24xf32
// THREE: togsim.tile : memref<2x8x24xf32
// THREE: togsim.tile : memref<2x8x24xf32
// THREE-DAG: togsim.dma_start load %arg0{{.*}} tag(%c0)
// THREE-DAG: togsim.dma_start load %arg0{{.*}} tag(%c1)
// THREE-DAG: togsim.dma_start load %arg1{{.*}} tag(%c3)
// THREE-DAG: togsim.dma_start load %arg1{{.*}} tag(%c4)
// THREE-DAG: togsim.dma_start load %arg2{{.*}} tag(%c6)
// THREE-NOT: togsim.dma_start
// THREE: affine.for %[[IT:.*]] = 0 to 6 {
// THREE: affine.if #[[$FAR]](%[[IT]]) {
// THREE: affine.if #[[$FAR_M]](%[[IT]]) {
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
      togsim.contract %tx, %tw, %acc : memref<8x24xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x24xf32, #togsim.spad<0, 1>>
    }
    %ob = affine.apply affine_map<(m) -> (m * 24)>(%m)
    togsim.transfer load %b[%ob], %tb extents [8, 24] valid(%c8, %c24) strides [0, 1] fill 0.0 : f32 : memref<48xf32>, memref<8x24xf32, #togsim.spad<0, 1>>
    linalg.add ins(%acc, %tb : memref<8x24xf32, #togsim.spad<0, 1>>, memref<8x24xf32, #togsim.spad<0, 1>>) outs(%ty : memref<8x24xf32, #togsim.spad<0, 1>>)
    %oy = affine.apply affine_map<(m) -> (m * 192)>(%m)
    togsim.transfer store %y[%oy], %ty extents [8, 24] valid(%c8, %c24) strides [1, 8] fill 0.0 : f32 : memref<48x8xf32>, memref<8x24xf32, #togsim.spad<0, 1>>
  }
  return
}

// With more stores than copies a tile is written again only after a wait for the
// store that read it.
// CHECK-LABEL: func.func @reuse(
// CHECK: affine.for %[[IT:.*]] = 0 to 5 {
// CHECK: togsim.dma_start load %arg0
// The load of this iteration, then the earlier store of the output's copy.
// CHECK: %[[COPY:.*]] = affine.apply #[[$FAST]](%[[IT]])
// CHECK: togsim.wait %[[COPY]]
// CHECK: %[[STORED:.*]] = affine.apply #[[$WTAG]](%[[IT]])
// CHECK: togsim.wait %[[STORED]]
// CHECK: linalg.exp
// CHECK: togsim.dma_start store %arg1{{.*}} tag(%[[STORED]])
func.func @reuse(%x: memref<320xf32>, %y: memref<320xf32>) {
  %tx = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %ty = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  affine.for %i = 0 to 5 {
    %o = affine.apply affine_map<(i) -> (i * 64)>(%i)
    %c64 = arith.constant 64 : index
    togsim.transfer load %x[%o], %tx extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
    linalg.exp ins(%tx : memref<64xf32, #togsim.spad<0, 8>>) outs(%ty : memref<64xf32, #togsim.spad<0, 8>>)
    togsim.transfer store %y[%o], %ty extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  return
}

// A load that no loop changes happens once, in front of the loop; its tag is
// waited for in every iteration, which costs nothing once it is done.
// CHECK-LABEL: func.func @invariant(
// CHECK: %[[ONCE:.*]] = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
// CHECK: togsim.dma_start load %arg1{{.*}}, %[[ONCE]] {{.*}} tag(%[[TAG:.*]]) strides
// CHECK: affine.for
// CHECK-NOT: togsim.dma_start load %arg1
// CHECK: togsim.wait %[[TAG]]
// CHECK: linalg.add ins(%{{.*}}, %[[ONCE]] :
// CHECK: return
func.func @invariant(%x: memref<320xf32>, %b: memref<64xf32>, %y: memref<320xf32>) {
  %tx = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %tb = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %ty = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  affine.for %i = 0 to 5 {
    %o = affine.apply affine_map<(i) -> (i * 64)>(%i)
    togsim.transfer load %x[%o], %tx extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
    togsim.transfer load %b[%c0], %tb extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<64xf32>, memref<64xf32, #togsim.spad<0, 8>>
    linalg.add ins(%tx, %tb : memref<64xf32, #togsim.spad<0, 8>>, memref<64xf32, #togsim.spad<0, 8>>) outs(%ty : memref<64xf32, #togsim.spad<0, 8>>)
    togsim.transfer store %y[%o], %ty extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  return
}

// One tile: no loop, no copies; loads, one wait each, compute, store, wait.
// CHECK-LABEL: func.func @single(
// CHECK-NEXT: togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
// CHECK-NEXT: togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
// CHECK-NOT: affine.for
// CHECK-NOT: affine.if
// CHECK: togsim.dma_start load %arg0{{.*}} tag(%[[IN:.*]]) strides
// CHECK: togsim.wait %[[IN]]
// CHECK-NEXT: linalg.exp
// CHECK: togsim.dma_start store %arg1{{.*}} tag(%[[OUT:.*]]) strides
// CHECK-NEXT: togsim.wait %[[OUT]]
// CHECK-NEXT: return
func.func @single(%x: memref<50xf32>, %y: memref<50xf32>) {
  %tx = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %ty = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %c0 = arith.constant 0 : index
  %c50 = arith.constant 50 : index
  togsim.transfer load %x[%c0], %tx extents [64] valid(%c50) strides [1] fill 0.0 : f32 : memref<50xf32>, memref<64xf32, #togsim.spad<0, 8>>
  linalg.exp ins(%tx : memref<64xf32, #togsim.spad<0, 8>>) outs(%ty : memref<64xf32, #togsim.spad<0, 8>>)
  togsim.transfer store %y[%c0], %ty extents [64] valid(%c50) strides [1] fill 0.0 : f32 : memref<50xf32>, memref<64xf32, #togsim.spad<0, 8>>
  return
}

// Nothing to pipeline: nothing changes.
// CHECK-LABEL: func.func @no_transfers(
// CHECK-NEXT: affine.for
// CHECK-NEXT: affine.for
func.func @no_transfers(%v: index) {
  affine.for %i = 0 to 5 {
    affine.for %j = 0 to 5 {
      togsim.wait %v
    }
  }
  return
}
