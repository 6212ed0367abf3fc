// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-lower-dma-to-gemmini

func.func @not_projected(%x: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %t = togsim.tile at 0 : memref<64xf32, #togsim.spad<0, 8>>
  // expected-error @below {{tile is not a strided bank; run togsim-project-lanes first}}
  togsim.dma_start load %x[%c0], %t valid(%c0) tag(%c0) strides [1] fill 0.0 : f32 {extents = array<i64: 64>, lane_axis = 0 : i64, lane_stride = 8 : i64, tile_dims = array<i64: 0>} : memref<64xf32>, memref<64xf32, #togsim.spad<0, 8>>
  return
}

// -----

func.func @no_address(%x: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  // expected-error @below {{bank has no address; run togsim-allocate-scratchpad first}}
  %t = togsim.tile : memref<8xf32, #togsim.bank>
  togsim.dma_start load %x[%c0], %t valid(%c0) tag(%c0) strides [1] fill 0.0 : f32 {extents = array<i64: 64>, lane_axis = 0 : i64, lane_stride = 8 : i64, tile_dims = array<i64: 0>} : memref<64xf32>, memref<8xf32, #togsim.bank>
  return
}

// -----

func.func @constant_copy(%x: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %t = togsim.tile at 0 : memref<2x8xf32, #togsim.bank>
  // expected-error @below {{selects its copy by a constant; expected a value}}
  %s = memref.subview %t[1, 0] [1, 8] [1, 1] : memref<2x8xf32, #togsim.bank> to memref<8xf32, strided<[1], offset: 8>, #togsim.bank>
  togsim.dma_start load %x[%c0], %s valid(%c0) tag(%c0) strides [1] fill 0.0 : f32 {extents = array<i64: 64>, lane_axis = 0 : i64, lane_stride = 8 : i64, tile_dims = array<i64: 0>} : memref<64xf32>, memref<8xf32, strided<[1], offset: 8>, #togsim.bank>
  return
}

// -----

func.func @device_stride(%x: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %t = togsim.tile at 0 : memref<8xf32, #togsim.bank>
  // expected-error @below {{device stride of 4294967296 elements does not fit the descriptor's 32 bits}}
  togsim.dma_start load %x[%c0], %t valid(%c0) tag(%c0) strides [4294967296] fill 0.0 : f32 {extents = array<i64: 64>, lane_axis = 0 : i64, lane_stride = 8 : i64, tile_dims = array<i64: 0>} : memref<64xf32>, memref<8xf32, #togsim.bank>
  return
}

// -----

// A lane axis of extent 1 takes a descriptor dimension too.
func.func @five_dimensions(%x: memref<64xf32>) {
  %c1 = arith.constant 1 : index
  %t = togsim.tile at 0 : memref<1x2x2x2x2xf32, #togsim.bank>
  // expected-error @below {{moves 5 dimensions at once, a descriptor has 4}}
  togsim.dma_start load %x[%c1], %t valid(%c1, %c1, %c1, %c1, %c1) tag(%c1) strides [0, 8, 4, 2, 1] fill 0.0 : f32 {extents = array<i64: 1, 2, 2, 2, 2>, lane_axis = 0 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 1, 2, 3, 4>} : memref<64xf32>, memref<1x2x2x2x2xf32, #togsim.bank>
  return
}

// -----

// expected-error @below {{is no kernel on banks: one block, memrefs of device memory as arguments and no results are expected}}
func.func @on_tensors(%x: tensor<64xf32>) -> tensor<64xf32> {
  return %x : tensor<64xf32>
}

// -----

func.func @computes_in_memory(%x: memref<64xf32>) {
  %zero = arith.constant 0.0 : f32
  // expected-error @below {{uses a tensor in device memory; only moves can}}
  linalg.fill ins(%zero : f32) outs(%x : memref<64xf32>)
  return
}
