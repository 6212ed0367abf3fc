// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-decompose-transfer

func.func @not_a_bank(%x: memref<2000xf32>, %o: index) {
  %c2 = arith.constant 2 : index
  %t = togsim.tile : memref<2x2x2x2x2xf32, #togsim.spad<4, 1>>
  // expected-error @below {{tile is not a strided bank; run togsim-project-lanes first}}
  togsim.dma_start load %x[%o], %t valid(%c2, %c2, %c2, %c2, %c2) tag(%c2) strides [1000, 300, 70, 20, 1] fill 0.0 : f32 {extents = array<i64: 2, 2, 2, 2, 2>, tile_dims = array<i64: 0, 1, 2, 3, 4>, lane_axis = 4 : i64, lane_stride = 1 : i64} : memref<2000xf32>, memref<2x2x2x2x2xf32, #togsim.spad<4, 1>>
  return
}

// -----

func.func @ordered(%x: memref<2000xf32>, %o: index) {
  %c2 = arith.constant 2 : index
  %t = togsim.tile : memref<2x2x2x2x2xf32, #togsim.bank>
  // expected-error @below {{unsupported: an ordered store (indirect or accumulating) of 5 dimensions; a descriptor has 4}}
  togsim.dma_start store %x[%o], %t valid(%c2, %c2, %c2, %c2, %c2) tag(%c2) strides [1000, 300, 70, 20, 1] accumulate add fill 0.0 : f32 {extents = array<i64: 2, 2, 2, 2, 2>, tile_dims = array<i64: 0, 1, 2, 3, 4>, lane_axis = 4 : i64, lane_stride = 1 : i64} : memref<2000xf32>, memref<2x2x2x2x2xf32, #togsim.bank>
  return
}
