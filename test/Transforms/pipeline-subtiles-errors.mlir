// Subtiles that the pipeliner cannot provide.
// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-pipeline-transfers

func.func @computed(%w: memref<16x8xf32>, %y: memref<8x8xf32>) {
  %tx = togsim.tile : memref<16x8xf32, #togsim.spad<0, 1>>
  %tw = togsim.tile : memref<8x16xf32, #togsim.spad<0, 1>>
  %acc = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%tx : memref<16x8xf32, #togsim.spad<0, 1>>)
  togsim.transfer load %w[%c0], %tw extents [8, 16] valid(%c8, %c16) strides [1, 8] fill 0.0 : f32 : memref<16x8xf32>, memref<8x16xf32, #togsim.spad<0, 1>>
  // expected-error @below {{has subtiles of x, which no regular load brings}}
  togsim.contract %tx, %tw, %acc {first_subtiles = array<i64: 2, 2>} : memref<16x8xf32, #togsim.spad<0, 1>>, memref<8x16xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

// The tile of x is loaded once, in front of both iterations.
func.func @not_renewed(%x: memref<8x16xf32>, %w: memref<16x16xf32>) {
  %tx = togsim.tile : memref<16x8xf32, #togsim.spad<0, 1>>
  %tw = togsim.tile : memref<8x16xf32, #togsim.spad<0, 1>>
  %acc = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  affine.for %n = 0 to 2 {
    togsim.transfer load %x[%c0], %tx extents [16, 8] valid(%c16, %c8) strides [1, 16] fill 0.0 : f32 : memref<8x16xf32>, memref<16x8xf32, #togsim.spad<0, 1>>
    %ow = affine.apply affine_map<(n) -> (n * 8)>(%n)
    togsim.transfer load %w[%ow], %tw extents [8, 16] valid(%c8, %c16) strides [1, 16] fill 0.0 : f32 : memref<16x16xf32>, memref<8x16xf32, #togsim.spad<0, 1>>
    // expected-error @below {{has last subtiles of x, which the last iteration does not load}}
    togsim.contract %tx, %tw, %acc {last_subtiles = array<i64: 2, 2>} : memref<16x8xf32, #togsim.spad<0, 1>>, memref<8x16xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  }
  return
}

// -----

func.func @outside(%x: memref<8x16xf32>, %w: memref<16x16xf32>) {
  %tx = togsim.tile : memref<16x8xf32, #togsim.spad<0, 1>>
  %tw = togsim.tile : memref<8x16xf32, #togsim.spad<0, 1>>
  %acc = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  affine.for %n = 0 to 2 {
    %ow = affine.apply affine_map<(n) -> (n * 8)>(%n)
    togsim.transfer load %w[%ow], %tw extents [8, 16] valid(%c8, %c16) strides [1, 16] fill 0.0 : f32 : memref<16x16xf32>, memref<8x16xf32, #togsim.spad<0, 1>>
  }
  togsim.transfer load %x[%c0], %tx extents [16, 8] valid(%c16, %c8) strides [1, 16] fill 0.0 : f32 : memref<8x16xf32>, memref<16x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{has subtiles, but is not run by every iteration}}
  togsim.contract %tx, %tw, %acc {first_subtiles = array<i64: 2, 1>} : memref<16x8xf32, #togsim.spad<0, 1>>, memref<8x16xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @two(%w: memref<16x8xf32>) {
  %tw = togsim.tile : memref<8x16xf32, #togsim.spad<0, 1>>
  %tx = togsim.tile : memref<16x8xf32, #togsim.spad<0, 1>>
  %acc = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  togsim.transfer load %w[%c0], %tw extents [8, 16] valid(%c8, %c16) strides [1, 8] fill 0.0 : f32 : memref<16x8xf32>, memref<8x16xf32, #togsim.spad<0, 1>>
  togsim.contract %tx, %tw, %acc {first_subtiles = array<i64: 1, 2>} : memref<16x8xf32, #togsim.spad<0, 1>>, memref<8x16xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{is a second product with subtiles}}
  togsim.contract %tx, %tw, %acc {first_subtiles = array<i64: 1, 2>} : memref<16x8xf32, #togsim.spad<0, 1>>, memref<8x16xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}
