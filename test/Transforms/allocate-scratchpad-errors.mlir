// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-allocate-scratchpad=machine=tpuv3

// expected-error @below {{kernel tiles need 127008 bytes per lane, machine 'tpuv3' has 126976 besides the stack}}
func.func @too_large() {
  %0 = togsim.tile : memref<31744xf32, #togsim.bank>
  %1 = togsim.tile : memref<1xf32, #togsim.bank>
  return
}

// -----

func.func @not_projected() {
  // expected-error @below {{tile is not projected to a bank yet; run togsim-project-lanes first}}
  %0 = togsim.tile : memref<31744xf32, #togsim.spad<0, 1>>
  return
}
