// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-lower-to-vcix=machine=small8

func.func @not_projected(%x: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{operands are not projected to banks yet}}
  togsim.contract %x, %x, %x : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @lines() {
  %x = togsim.tile at 0 : memref<1x36xf32, #togsim.bank>
  %w = togsim.tile at 192 : memref<1x8xf32, #togsim.bank>
  %y = togsim.tile at 256 : memref<1x24xf32, #togsim.bank>
  // expected-error @below {{lines (12 rows) must be a multiple of 8}}
  togsim.contract %x, %w, %y {line_rows = 12 : i64, window = affine_map<(t, m) -> (m)>} : memref<1x36xf32, #togsim.bank>, memref<1x8xf32, #togsim.bank>, memref<1x24xf32, #togsim.bank>
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
