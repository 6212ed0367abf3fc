// What cannot run lane by lane.
// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-project-lanes=machine=small8

func.func @reduce_over_lanes() {
  %x = togsim.tile : memref<16x24xf32, #togsim.spad<1, 1>>
  %y = memref.alloc() : memref<16xf32>
  // expected-error @below {{reduces along the dimension spread over lanes; lanes cannot exchange values}}
  linalg.reduce ins(%x : memref<16x24xf32, #togsim.spad<1, 1>>) outs(%y : memref<16xf32>) dimensions = [1]
    (%a: f32, %o: f32) {
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    }
  return
}

// -----

func.func @different_dimensions() {
  %x = togsim.tile : memref<16x24xf32, #togsim.spad<0, 1>>
  %y = togsim.tile : memref<16x24xf32, #togsim.spad<1, 1>>
  // expected-error @below {{operand 1 is spread over lanes differently from the others; a transfer must bring it into the common layout}}
  linalg.exp ins(%x : memref<16x24xf32, #togsim.spad<0, 1>>) outs(%y : memref<16x24xf32, #togsim.spad<1, 1>>)
  return
}

// -----

func.func @different_strides() {
  %x = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  %y = togsim.tile : memref<64xf32, #togsim.spad<0, 1>>
  // expected-error @below {{operand 1 is spread over lanes differently from the others}}
  linalg.exp ins(%x : memref<64xf32, #togsim.spad<0, 8>>) outs(%y : memref<64xf32, #togsim.spad<0, 1>>)
  return
}

// -----

// Transposition exchanges values between lanes.
func.func @transpose() {
  %x = togsim.tile : memref<16x24xf32, #togsim.spad<0, 1>>
  %y = togsim.tile : memref<24x16xf32, #togsim.spad<0, 1>>
  // expected-error @below {{operand 1 is spread over lanes differently from the others}}
  linalg.transpose ins(%x : memref<16x24xf32, #togsim.spad<0, 1>>) outs(%y : memref<24x16xf32, #togsim.spad<0, 1>>) permutation = [1, 0]
  return
}

// -----

func.func @not_a_dimension() {
  %x = togsim.tile : memref<16x24xf32, #togsim.spad<0, 1>>
  %y = togsim.tile : memref<24xf32, #togsim.spad<0, 1>>
  // expected-error @below {{operand 0 is spread over lanes along a dimension the op does not iterate over}}
  linalg.generic {indexing_maps = [affine_map<(d0) -> (0, d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : memref<16x24xf32, #togsim.spad<0, 1>>) outs(%y : memref<24xf32, #togsim.spad<0, 1>>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

func.func @contract_depth() {
  %x = togsim.tile : memref<12x8xf32, #togsim.spad<0, 1>>
  %w = togsim.tile : memref<8x12xf32, #togsim.spad<0, 1>>
  %y = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{K and N must be multiples of the 8 lanes, are 12 and 8}}
  togsim.contract %x, %w, %y : memref<12x8xf32, #togsim.spad<0, 1>>, memref<8x12xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @contract_columns() {
  %x = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %w = togsim.tile : memref<12x8xf32, #togsim.spad<0, 1>>
  %y = togsim.tile : memref<12x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{K and N must be multiples of the 8 lanes, are 8 and 12}}
  togsim.contract %x, %w, %y : memref<8x8xf32, #togsim.spad<0, 1>>, memref<12x8xf32, #togsim.spad<0, 1>>, memref<12x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

// A scalar read of a tile would be a value of one lane.
func.func @scalar_load(%i: index) -> f32 {
  %x = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  // expected-error @below {{cannot run on lanes}}
  %v = memref.load %x[%i] : memref<64xf32, #togsim.spad<0, 8>>
  return %v : f32
}

// -----

// Transfers must be asynchronous moves by now.
func.func @transfer(%d: memref<64xf32>, %i: index) {
  %x = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
  // expected-error @below {{cannot run on lanes}}
  togsim.transfer load %d[%i], %x extents [64] valid(%i) strides [1] fill 0.0 : f32 : memref<64xf32>, memref<64xf32, #togsim.spad<0, 8>>
  return
}
