// Windows: taps are shifts of the rows inside the tile of x.
// RUN: tilewright-opt %s --togsim-vectorize-banks=machine=small8 --togsim-lower-to-vcix=machine=small8 | FileCheck %s

// 3 x 1 taps over lines of 16 rows, 18 columns apart: line by line, addresses
// are sums; stride 2 reads every second column.
// CHECK-LABEL: func.func @lines
// CHECK: affine.for
// CHECK: togsim.swap 0
// CHECK: affine.for %[[LINE:.*]] = 0 to
// CHECK: togsim.strided_load %{{.*}} step 2 : memref<1x288xf32, #togsim.bank>, vector<8xf32>
// CHECK-NOT: mod 16
// CHECK: return
func.func @lines() {
  %x = togsim.tile at 0 : memref<1x288xf32, #togsim.bank>
  %w = togsim.tile at 1152 : memref<1x24xf32, #togsim.bank>
  %y = togsim.tile at 1280 : memref<1x64xf32, #togsim.bank>
  togsim.contract %x, %w, %y {line_rows = 16 : i64, lag_chunks = 6 : i64, window = affine_map<(t, m) -> ((m floordiv 16 + t) * 36 + (m mod 16) * 2)>} : memref<1x288xf32, #togsim.bank>, memref<1x24xf32, #togsim.bank>, memref<1x64xf32, #togsim.bank>
  return
}

// Integers are widened by their kind, and push as integers.
// CHECK-LABEL: func.func @integers
// CHECK: %[[W:.*]] = vector.load %{{.*}} : memref<1x8xi8, #togsim.bank>, vector<8xi8>
// CHECK: %[[WIDE:.*]] = arith.extui %[[W]] : vector<8xi8> to vector<8xi32>
// CHECK: togsim.wpush %[[WIDE]], 0 : vector<8xi32>
// CHECK: arith.extsi %{{.*}} : vector<8xi16> to vector<8xi32>
// CHECK: togsim.pop 0 : vector<8xi32>
// CHECK: arith.addi
func.func @integers() {
  %x = togsim.tile at 0 : memref<1x8xi16, #togsim.bank>
  %w = togsim.tile at 64 : memref<1x8xi8, #togsim.bank>
  %y = togsim.tile at 128 : memref<1x8xi32, #togsim.bank>
  togsim.contract %x, %w, %y {w_unsigned} : memref<1x8xi16, #togsim.bank>, memref<1x8xi8, #togsim.bank>, memref<1x8xi32, #togsim.bank>
  return
}

// Depthwise: weights in registers, taps one after the other.
// CHECK-LABEL: func.func @depthwise
// CHECK: affine.for %[[C:.*]] = 0 to 2
// CHECK-COUNT-3: vector.load %{{.*}} : memref<2x3x8xf32, #togsim.bank>
// CHECK: affine.for
// CHECK-COUNT-3: vector.fma
// CHECK-NOT: vector.fma
// CHECK: vector.store
func.func @depthwise() {
  %x = togsim.tile at 0 : memref<2x10xf32, #togsim.bank>
  %w = togsim.tile at 128 : memref<2x3x8xf32, #togsim.bank>
  %y = togsim.tile at 512 : memref<2x8xf32, #togsim.bank>
  togsim.window_sum %x, %w, %y {window = affine_map<(t, m) -> (m + t)>} : memref<2x10xf32, #togsim.bank>, memref<2x3x8xf32, #togsim.bank>, memref<2x8xf32, #togsim.bank>
  return
}
