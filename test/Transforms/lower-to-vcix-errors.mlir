// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-lower-to-vcix=machine=small8

func.func @not_projected(%x: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{operands are not projected to banks yet}}
  togsim.contract %x, %x, %x : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @half_inputs() {
  %x = togsim.tile at 0 : memref<1x8xf16, #togsim.bank>
  %y = togsim.tile at 64 : memref<1x8xf32, #togsim.bank>
  // expected-error @below {{unsupported: array products of 'f16' into 'f32'}}
  togsim.contract %x, %x, %y : memref<1x8xf16, #togsim.bank>, memref<1x8xf16, #togsim.bank>, memref<1x8xf32, #togsim.bank>
  return
}

// -----

func.func @rows() {
  %x = togsim.tile at 0 : memref<1x12xf32, #togsim.bank>
  %w = togsim.tile at 64 : memref<1x8xf32, #togsim.bank>
  // expected-error @below {{rows (12) must be a multiple of 8}}
  togsim.contract %x, %w, %x : memref<1x12xf32, #togsim.bank>, memref<1x8xf32, #togsim.bank>, memref<1x12xf32, #togsim.bank>
  return
}
