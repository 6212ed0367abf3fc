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

// A pooling of step 2: vectors of twice the width over the lines of the window,
// taken apart at the end; taps 0 and 1 share loads. NaN is tested apart.
// CHECK-LABEL: func.func @pooling
// CHECK: vector.load %{{.*}} : memref<1x9x24xf32, #togsim.bank>, vector<16xf32>
// CHECK: arith.cmpf uno
// CHECK: arith.maxnumf %{{.*}} : vector<16xf32>
// CHECK: arith.select %{{.*}} : vector<16xi1>, vector<16xf32>
// CHECK: vector.shuffle %{{.*}} [0, 2, 4, 6, 8, 10, 12, 14]
// CHECK: vector.shuffle %{{.*}} [1, 3, 5, 7, 9, 11, 13, 15]
// CHECK-NOT: togsim.strided_load
// CHECK: vector.store
// CHECK: return
func.func @pooling() {
  %x = togsim.tile at 0 : memref<1x9x24xf32, #togsim.bank>
  %y = togsim.tile at 1024 : memref<1x4x8xf32, #togsim.bank>
  togsim.window_reduce "arith.maximumf" %x, %y taps [3, 3] affine_map<(c, i, j, s, t) -> (c, i * 2 + s, j * 2 + t)> : memref<1x9x24xf32, #togsim.bank>, memref<1x4x8xf32, #togsim.bank>
  return
}

// Channels along the vectors: nothing is taken apart. Narrow elements are
// widened; lines are computed side by side.
// CHECK-LABEL: func.func @pooling_channels
// CHECK-COUNT-16: arith.extf %{{.*}} : vector<8xf16> to vector<8xf32>
// CHECK-NOT: vector.shuffle
// CHECK-COUNT-4: vector.store
func.func @pooling_channels() {
  %x = togsim.tile at 0 : memref<4x9x8xf16, #togsim.bank>
  %y = togsim.tile at 1024 : memref<2x8x8xf32, #togsim.bank>
  togsim.window_reduce "arith.addf" %x, %y taps [2, 2] affine_map<(i, j, c, s, t) -> (i * 2 + s, j + t, c)> : memref<4x9x8xf16, #togsim.bank>, memref<2x8x8xf32, #togsim.bank>
  return
}

// A large step: strided loads. A large window: loops over its lines.
// CHECK-LABEL: func.func @pooling_large
// CHECK: affine.for %{{.*}} = 0 to 30 iter_args
// CHECK: togsim.strided_load %{{.*}} step 7
func.func @pooling_large() {
  %x = togsim.tile at 0 : memref<1x30x80xi32, #togsim.bank>
  %y = togsim.tile at 10240 : memref<1x1x8xi32, #togsim.bank>
  togsim.window_reduce "arith.maxsi" %x, %y taps [30, 7] affine_map<(c, i, j, s, t) -> (c, i + s, j * 7 + t)> : memref<1x30x80xi32, #togsim.bank>, memref<1x1x8xi32, #togsim.bank>
  return
}
