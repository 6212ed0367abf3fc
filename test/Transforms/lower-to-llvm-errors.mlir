// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-lower-to-llvm

func.func @no_address() {
  // expected-error @below {{failed to legalize operation 'togsim.tile'}}
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
