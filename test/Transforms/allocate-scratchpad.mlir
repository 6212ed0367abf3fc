// Tiles get constant addresses from the bottom of the bank, each aligned to a
// vector register (32 bytes), and the kernel records what they take.
// RUN: tilewright-opt %s --togsim-allocate-scratchpad=machine=tpuv3 --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @addresses
// CHECK-SAME: togsim.spad_bytes = 256 : i64
// 3 x 5 f32 are 60 bytes, rounded up to 64.
// CHECK: togsim.tile at 0 : memref<3x5xf32, #togsim.bank>
// CHECK: togsim.tile at 64 : memref<8xi8, #togsim.bank>
// CHECK: togsim.tile at 96 : memref<2x2x8xf32, #togsim.bank>
// CHECK: togsim.tile at 224 : memref<16xf16, #togsim.bank>
func.func @addresses() {
  %0 = togsim.tile : memref<3x5xf32, #togsim.bank>
  %1 = togsim.tile : memref<8xi8, #togsim.bank>
  %2 = togsim.tile : memref<2x2x8xf32, #togsim.bank>
  %3 = togsim.tile : memref<16xf16, #togsim.bank>
  return
}

// -----

// The stack's share at the top of the bank is not given away: 126976 of 131072
// bytes fit exactly.
// CHECK-LABEL: func.func @full
// CHECK-SAME: togsim.spad_bytes = 126976 : i64
func.func @full() {
  %0 = togsim.tile : memref<31744xf32, #togsim.bank>
  return
}

// -----

// CHECK-LABEL: func.func @none
// CHECK-SAME: togsim.spad_bytes = 0 : i64
func.func @none() {
  return
}
