// What the pipeliner does not accept, and why.
// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-pipeline-transfers
// RUN: not tilewright-opt %s --split-input-file --togsim-pipeline-transfers=buffers=1 2>&1 | FileCheck %s --check-prefix=ONE
// RUN: not tilewright-opt %s --split-input-file --togsim-pipeline-transfers=buffers=40 2>&1 | FileCheck %s --check-prefix=MANY
// ONE: error: togsim-pipeline-transfers needs at least 2 buffers
// MANY: error: kernel needs 80 DMA tags, the machine has 64

func.func @two_nests(%x: memref<320xf32>) {
  %t = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %u = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %c64 = arith.constant 64 : index
  affine.for %i = 0 to 5 {
    togsim.transfer load %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  // expected-error @below {{kernel has two tile loops at one level; only a single nest can be pipelined}}
  affine.for %i = 0 to 5 {
    togsim.transfer load %x[%i], %u extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  return
}

// -----

func.func @step(%x: memref<320xf32>) {
  %t = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %c64 = arith.constant 64 : index
  // expected-error @below {{tile loop must count from 0 by 1 to a constant}}
  affine.for %i = 0 to 320 step 64 {
    togsim.transfer load %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  return
}

// -----

func.func @lower_bound(%x: memref<320xf32>) {
  %t = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %c64 = arith.constant 64 : index
  // expected-error @below {{tile loop must count from 0 by 1 to a constant}}
  affine.for %i = 1 to 5 {
    togsim.transfer load %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  return
}

// -----

func.func @symbolic_bound(%x: memref<320xf32>, %n: index) {
  %t = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %c64 = arith.constant 64 : index
  // expected-error @below {{tile loop must count from 0 by 1 to a constant}}
  affine.for %i = 0 to %n {
    togsim.transfer load %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  return
}

// -----

func.func @loop_carried(%x: memref<320xf32>, %v: f32) {
  %t = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %c64 = arith.constant 64 : index
  // expected-error @below {{tile loop must count from 0 by 1 to a constant}}
  %r = affine.for %i = 0 to 5 iter_args(%a = %v) -> f32 {
    togsim.transfer load %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
    affine.yield %a : f32
  }
  return
}

// -----

func.func @foreign_tile(%x: memref<320xf32>, %t: memref<64xf32, #togsim.spad<0, 8>>) {
  %c64 = arith.constant 64 : index
  affine.for %i = 0 to 5 {
    // expected-error @below {{tile is not a togsim.tile of this kernel}}
    togsim.transfer load %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  return
}

// -----

func.func @loaded_twice(%x: memref<320xf32>) {
  %t = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %c64 = arith.constant 64 : index
  affine.for %i = 0 to 5 {
    togsim.transfer load %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
    // expected-error @below {{tile takes part in a second transfer; use one tile per transfer}}
    togsim.transfer load %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  return
}

// -----

// In-place updates would need the store's wait in front of the load.
func.func @loaded_and_stored(%x: memref<320xf32>) {
  %t = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %c64 = arith.constant 64 : index
  affine.for %i = 0 to 5 {
    togsim.transfer load %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
    // expected-error @below {{tile takes part in a second transfer; use one tile per transfer}}
    togsim.transfer store %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  return
}

// -----

func.func @stored_twice(%x: memref<320xf32>) {
  %t = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %c64 = arith.constant 64 : index
  affine.for %i = 0 to 5 {
    togsim.transfer store %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
    // expected-error @below {{tile takes part in a second transfer; use one tile per transfer}}
    togsim.transfer store %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<320xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  return
}

// -----

// Accepted with 2 and 3 buffers: 2 tiles x 40 copies exceed the tags.
func.func @tags(%x: memref<6400xf32>) {
  %t = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %u = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %c64 = arith.constant 64 : index
  affine.for %i = 0 to 100 {
    togsim.transfer load %x[%i], %t extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<6400xf32>, memref<64xf32, #togsim.spad<0, 8>>
    togsim.transfer load %x[%i], %u extents [64] valid(%c64) strides [1] fill 0.0 : f32 : memref<6400xf32>, memref<64xf32, #togsim.spad<0, 8>>
  }
  return
}

// -----

func.func @loaded_index_of_a_store(%x: memref<64x8xf32>, %i: memref<16xi32>) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %n = togsim.tile : memref<8xi32, #togsim.spad<0, 1>>
  %zero = arith.constant 0.0 : f32
  togsim.transfer load %i[%c0], %n extents [8] valid(%c8) strides [1] fill 0 : i32 : memref<16xi32>, memref<8xi32, #togsim.spad<0, 1>>
  linalg.fill ins(%zero : f32) outs(%t : memref<8x8xf32, #togsim.spad<0, 1>>)
  // expected-error @below {{index tile of a store must be computed by the kernel: a load could overwrite it while the store reads it}}
  togsim.transfer store %x[%c0], %t extents [8, 8] valid(%c8, %c8) strides [0, 1] index %n dims [0, -1] stride 8 below 64 fill 0.0 : f32 : memref<64x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8xi32, #togsim.spad<0, 1>>
  return
}
