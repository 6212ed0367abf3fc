// Moves of any rank become moves of at most four dimensions.
// RUN: tilewright-opt %s --split-input-file --togsim-decompose-transfer | FileCheck %s

// A descriptor: nothing changes, unit dimensions cost nothing.
// CHECK-LABEL: func.func @fits
// CHECK-NOT: affine.for
// CHECK: togsim.dma_start load %{{.*}} valid(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) tag
// CHECK-NOT: bank_strides
func.func @fits(%x: memref<2x3x1x4x1x512xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c512 = arith.constant 512 : index
  %t = togsim.tile : memref<2x3x1x4x1x4xf32, #togsim.bank>
  togsim.dma_start load %x[%c0], %t valid(%c2, %c3, %c1, %c4, %c1, %c512) tag(%c0) strides [6144, 2048, 0, 512, 0, 1] fill 0.0 : f32 {extents = array<i64: 2, 3, 1, 4, 1, 512>, tile_dims = array<i64: 0, 1, 2, 3, 4, 5>, lane_axis = 5 : i64, lane_stride = 1 : i64} : memref<2x3x1x4x1x512xf32>, memref<2x3x1x4x1x4xf32, #togsim.bank>
  return
}

// -----

// A vector of the reference: tile [2, 3, 4, 2, 8] on 4 lanes, axis 4, stride 2,
// so that a lane holds 2 of 8 and slices of dimension 0 are 192 / 8 * 2 = 48
// elements apart in a bank. The tensor is a slice, so nothing can be merged.
// Longest dimensions and the contiguous one stay; the other of extent 2 goes.
// CHECK-LABEL: func.func @peel
// CHECK: affine.for %[[I:.*]] = 0 to 2 {
// CHECK-DAG: %[[OFFSET:.*]] = affine.apply #{{.*}}(%[[I]], %{{.*}})
// CHECK-DAG: %[[BANK:.*]] = affine.apply #[[BANKMAP:.*]](%[[I]])
// CHECK: togsim.dma_start load %{{.*}}[%[[OFFSET]]], %{{.*}} at %[[BANK]] valid(%c2, %c3, %c4, %c8) tag(%{{.*}}) strides [1000, 300, 70, 1]
// CHECK-SAME: bank_strides = array<i64: 48, 16, 4, 1>
// CHECK-SAME: extents = array<i64: 2, 3, 4, 8>
// CHECK-SAME: lane_axis = 3
func.func @peel(%x: memref<2000xf32>, %o: index) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %t = togsim.tile : memref<2x3x4x2x2xf32, #togsim.bank>
  togsim.dma_start load %x[%o], %t valid(%c2, %c3, %c4, %c2, %c8) tag(%c0) strides [1000, 300, 70, 20, 1] fill 0.0 : f32 {extents = array<i64: 2, 3, 4, 2, 8>, tile_dims = array<i64: 0, 1, 2, 3, 4>, lane_axis = 4 : i64, lane_stride = 2 : i64} : memref<2000xf32>, memref<2x3x4x2x2xf32, #togsim.bank>
  return
}

// -----

// Dimensions 1 and 2 continue each other on both sides.
// CHECK-LABEL: func.func @merge
// CHECK-NOT: affine.for
// CHECK: togsim.dma_start load %{{.*}} valid(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) tag(%{{.*}}) strides [1000, 20, 5, 1]
// CHECK-SAME: bank_strides = array<i64: 96, 8, 4, 1>
// CHECK-SAME: extents = array<i64: 2, 12, 2, 8>
func.func @merge(%x: memref<2000xf32>, %o: index) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %t = togsim.tile : memref<2x3x4x2x4xf32, #togsim.bank>
  togsim.dma_start load %x[%o], %t valid(%c2, %c3, %c4, %c2, %c8) tag(%c0) strides [1000, 80, 20, 5, 1] fill 0.0 : f32 {extents = array<i64: 2, 3, 4, 2, 8>, tile_dims = array<i64: 0, 1, 2, 3, 4>, lane_axis = 4 : i64, lane_stride = 2 : i64} : memref<2000xf32>, memref<2x3x4x2x4xf32, #togsim.bank>
  return
}

// -----

// A slice outside the bounds of its loop has no valid coordinate, but is filled.
// CHECK-LABEL: func.func @bounded
// CHECK: affine.for %[[I:.*]] = 0 to 2 {
// CHECK: %[[MIN:.*]] = affine.min #{{.*}}(%[[I]], %{{.*}}, %{{.*}}, %{{.*}})
// CHECK: %[[MAX:.*]] = affine.max #{{.*}}(%[[MIN]])
// CHECK: togsim.dma_start load %{{.*}} valid(%[[MAX]], %{{.*}}, %{{.*}}, %{{.*}}) tag
func.func @bounded(%x: memref<2000xf32>, %o: index, %n: index) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %t = togsim.tile : memref<2x3x4x2x4xf32, #togsim.bank>
  togsim.dma_start load %x[%o], %t valid(%c2, %c3, %c4, %n, %c8) tag(%c0) strides [1000, 300, 70, 20, 1] fill 0.0 : f32 {extents = array<i64: 2, 3, 4, 2, 8>, tile_dims = array<i64: 0, 1, 2, 3, 4>, lane_axis = 4 : i64, lane_stride = 2 : i64} : memref<2000xf32>, memref<2x3x4x2x4xf32, #togsim.bank>
  return
}
