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

// -----

// One group of 4 chunks leaves 4 results in the array, not 8 (5, rounded up to whole
// groups).
func.func @lag_beyond_product() {
  %x = togsim.tile at 0 : memref<1x32xf32, #togsim.bank>
  %w = togsim.tile at 128 : memref<1x8xf32, #togsim.bank>
  %y = togsim.tile at 256 : memref<1x32xf32, #togsim.bank>
  // expected-error @below {{pops that lag by 8 chunks reach behind the previous product: this one has 4}}
  togsim.contract %x, %w, %y {lag_chunks = 5 : i64, open} : memref<1x32xf32, #togsim.bank>, memref<1x8xf32, #togsim.bank>, memref<1x32xf32, #togsim.bank>
  return
}

// -----

func.func @part_too_long() {
  %x = togsim.tile at 0 : memref<1x32xf32, #togsim.bank>
  %w = togsim.tile at 128 : memref<1x8xf32, #togsim.bank>
  %y = togsim.tile at 256 : memref<1x32xf32, #togsim.bank>
  // expected-error @below {{part ends at group 2 of 1}}
  togsim.contract %x, %w, %y {open, part = array<i64: 0, 2>} : memref<1x32xf32, #togsim.bank>, memref<1x8xf32, #togsim.bank>, memref<1x32xf32, #togsim.bank>
  return
}

// -----

func.func @drain_not_projected(%y: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{operands are not projected to banks yet}}
  togsim.drain %y : memref<8x8xf32, #togsim.spad<0, 1>>
  return
}
