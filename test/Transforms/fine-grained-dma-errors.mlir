// What cannot be taken apart, and what is not there to be.
// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-fine-grained-dma=machine=small8

func.func @pieces(%x: memref<16x40xf32>, %o: index) {
  %tx = togsim.tile : memref<5x16xf32, #togsim.bank>
  // Pieces of 2 blocks are three.
  // expected-error @below {{extent 40 does not make 4 subtiles of whole blocks of 8}}
  togsim.dma_start load %x[%o], %tx valid(%o, %o) tag(%o) strides [1, 40] fill 0.0 : f32 {extents = array<i64: 40, 16>, lane_axis = 0 : i64, lane_stride = 1 : i64, subtiles = #togsim.subtiles<4 along 0, tag 7>, tile_dims = array<i64: 0, 1>} : memref<16x40xf32>, memref<5x16xf32, #togsim.bank>
  return
}

// -----

func.func @blocks(%x: memref<16x40xf32>, %o: index) {
  %tx = togsim.tile : memref<5x12xf32, #togsim.bank>
  // expected-error @below {{extent 12 does not make 2 subtiles of whole blocks of 8}}
  togsim.dma_start load %x[%o], %tx valid(%o, %o) tag(%o) strides [1, 40] fill 0.0 : f32 {extents = array<i64: 40, 12>, lane_axis = 0 : i64, lane_stride = 1 : i64, subtiles = #togsim.subtiles<2 along 1, tag 7>, tile_dims = array<i64: 0, 1>} : memref<16x40xf32>, memref<5x12xf32, #togsim.bank>
  return
}

// -----

func.func @rounds(%x: memref<16x40xf32>, %o: index) {
  %tx = togsim.tile : memref<6x16xf32, #togsim.bank>
  // expected-error @below {{subtiles of 24 along the lane axis are no whole rounds of 2 x 8: a move begins at lane 0}}
  togsim.dma_start load %x[%o], %tx valid(%o, %o) tag(%o) strides [1, 40] fill 0.0 : f32 {extents = array<i64: 48, 16>, lane_axis = 0 : i64, lane_stride = 2 : i64, subtiles = #togsim.subtiles<2 along 0, tag 7>, tile_dims = array<i64: 0, 1>} : memref<16x40xf32>, memref<6x16xf32, #togsim.bank>
  return
}

// -----

func.func @product() {
  %tx = togsim.tile : memref<3x16xf32, #togsim.bank>
  %tw = togsim.tile : memref<2x24xf32, #togsim.bank>
  %acc = togsim.tile : memref<2x16xf32, #togsim.bank>
  // expected-error @below {{its 3 blocks of k do not make 4 subtiles}}
  togsim.contract %tx, %tw, %acc {w_subtiles = #togsim.subtiles<4 along 1, tag 5>} : memref<3x16xf32, #togsim.bank>, memref<2x24xf32, #togsim.bank>, memref<2x16xf32, #togsim.bank>
  return
}

// -----

func.func @not_projected(%x: memref<16x40xf32>, %o: index) {
  %tx = togsim.tile : memref<40x16xf32, #togsim.spad<0, 1>>
  // expected-error @below {{tile is not a strided bank; run togsim-project-lanes first}}
  togsim.dma_start load %x[%o], %tx valid(%o, %o) tag(%o) strides [1, 40] fill 0.0 : f32 {extents = array<i64: 40, 16>, lane_axis = 0 : i64, lane_stride = 1 : i64, subtiles = #togsim.subtiles<5 along 0, tag 7>, tile_dims = array<i64: 0, 1>} : memref<16x40xf32>, memref<40x16xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @product_not_projected(%x: memref<16x16xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{operands are not projected to banks yet}}
  togsim.contract %x, %x, %x {w_subtiles = #togsim.subtiles<2 along 1, tag 5>} : memref<16x16xf32, #togsim.spad<0, 1>>, memref<16x16xf32, #togsim.spad<0, 1>>, memref<16x16xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @weights() {
  %tx = togsim.tile : memref<3x16xf32, #togsim.bank>
  %tw = togsim.tile : memref<2x16xf32, #togsim.bank>
  %acc = togsim.tile : memref<2x16xf32, #togsim.bank>
  // expected-error @below {{w must hold the weights of 3 blocks of k for each tap, but has 2}}
  togsim.contract %tx, %tw, %acc {w_subtiles = #togsim.subtiles<2 along 1, tag 5>} : memref<3x16xf32, #togsim.bank>, memref<2x16xf32, #togsim.bank>, memref<2x16xf32, #togsim.bank>
  return
}
