// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-lower-to-llvm

func.func @no_address() {
  // expected-error @below {{bank has no address; run togsim-allocate-scratchpad first}}
  %t = togsim.tile : memref<2x8xf32, #togsim.bank>
  return
}

// -----

// What earlier passes should have lowered is named.
func.func @left_over(%i: index) {
  // expected-error @below {{failed to legalize operation 'togsim.wait'}}
  togsim.wait %i
  return
}

// -----

// A tile's type does not say where one lane's part of it lies.
func.func @not_projected(%x: memref<64xf32>) {
  // expected-error @below {{tile is not a bank; run togsim-project-lanes first}}
  %t = togsim.tile at 0 : memref<64xf32, #togsim.spad<0, 8>>
  return
}
