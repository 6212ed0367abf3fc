// Marked loads become a move for each subtile, in the order of first use; marked
// products become parts that wait for what they read.
// RUN: tilewright-opt %s --togsim-fine-grained-dma=machine=small8 | FileCheck %s
// Descriptors and the rest of the chain take what comes out.
// RUN: tilewright-opt %s --togsim-fine-grained-dma=machine=small8 --togsim-decompose-transfer --togsim-allocate-scratchpad=machine=small8 --togsim-mark-nodes --togsim-lower-to-vcix=machine=small8 | FileCheck %s --check-prefix=VCIX

// CHECK-DAG: #[[$X1:.*]] = affine_map<(d0) -> (d0 + 16)>
// CHECK-DAG: #[[$W1:.*]] = affine_map<(d0) -> (d0 + 192)>

// x has 5 blocks of k in pieces of 2, 2, 1; w in pieces of 3 and 2. Of the 37 valid
// indices of k 16, 16, 5 and 24, 13 lie in them. A block of k is two groups (two
// blocks of n).
// CHECK-LABEL: func.func @product
// CHECK-SAME: (%[[X:.*]]: memref<16x40xf32>, %[[W:.*]]: memref<40x8xf32>, %[[O:.*]]: index)
// CHECK-DAG: %[[TX:.*]] = togsim.tile : memref<5x16xf32, #togsim.bank>
// CHECK-DAG: %[[TW:.*]] = togsim.tile : memref<2x40xf32, #togsim.bank>
// CHECK: togsim.dma_start load %[[X]][%[[O]]], %[[TX]] at %c0{{.*}} valid(%c16{{.*}}, %c16{{.*}}) tag(%c3{{.*}}) strides [1, 40] {{.*}}{bank_strides = array<i64: 16, 1>, extents = array<i64: 16, 16>
// CHECK: togsim.dma_start load %[[W]][%[[O]]], %[[TW]] at %c0{{.*}} valid(%c8{{.*}}, %c24{{.*}}) tag(%c1{{.*}}) strides [1, 8] {{.*}}{bank_strides = array<i64: 40, 1>, extents = array<i64: 16, 24>
// CHECK: %[[OX1:.*]] = affine.apply #[[$X1]](%[[O]])
// CHECK: togsim.dma_start load %[[X]][%[[OX1]]], %[[TX]] at %c32{{.*}} valid(%c16{{.*}}, %c16{{.*}}) tag(%c7{{.*}}) {{.*}}extents = array<i64: 16, 16>
// CHECK: %[[OW1:.*]] = affine.apply #[[$W1]](%[[O]])
// CHECK: togsim.dma_start load %[[W]][%[[OW1]]], %[[TW]] at %c24{{.*}} valid(%c8{{.*}}, %c13{{.*}}) tag(%c9{{.*}}) {{.*}}extents = array<i64: 16, 16>
// CHECK: togsim.dma_start load %[[X]][%{{.*}}], %[[TX]] at %c64{{.*}} valid(%c5{{.*}}, %c16{{.*}}) tag(%c8{{.*}}) {{.*}}extents = array<i64: 8, 16>
// CHECK: togsim.contract %[[TX]], %[[TW]], %{{.*}} {open, part = array<i64: 0, 4>, weights = array<i64: 0, 4>}
// CHECK: togsim.wait %c7
// CHECK: togsim.contract {{.*}} {open, part = array<i64: 4, 6>, weights = array<i64: 4, 6>}
// CHECK: togsim.wait %c9
// CHECK: togsim.contract {{.*}} {open, part = array<i64: 6, 8>, weights = array<i64: 6, 8>}
// CHECK: togsim.wait %c8
// CHECK: togsim.contract {{.*}} {part = array<i64: 8, -1>, weights = array<i64: 8, -1>}

// No weights are pushed into a part that waits.
// VCIX-LABEL: func.func @product
// VCIX: togsim.wpush
// VCIX: affine.for %[[G:.*]] = 0 to 4
// VCIX: affine.if #{{.*}}(%[[G]])
// VCIX: togsim.wpush
// VCIX: togsim.push
// VCIX: togsim.wait
// VCIX: togsim.wpush
// VCIX: affine.for %{{.*}} = 4 to 6
func.func @product(%x: memref<16x40xf32>, %w: memref<40x8xf32>, %o: index) {
  %tx = togsim.tile : memref<5x16xf32, #togsim.bank>
  %tw = togsim.tile : memref<2x40xf32, #togsim.bank>
  %acc = togsim.tile : memref<2x16xf32, #togsim.bank>
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c37 = arith.constant 37 : index
  togsim.dma_start load %x[%o], %tx valid(%c37, %c16) tag(%c3) strides [1, 40] fill 0.0 : f32 {extents = array<i64: 40, 16>, lane_axis = 0 : i64, lane_stride = 1 : i64, subtiles = #togsim.subtiles<3 along 0, tag 7>, tile_dims = array<i64: 0, 1>} : memref<16x40xf32>, memref<5x16xf32, #togsim.bank>
  togsim.dma_start load %w[%o], %tw valid(%c8, %c37) tag(%c1) strides [1, 8] fill 0.0 : f32 {extents = array<i64: 16, 40>, lane_axis = 0 : i64, lane_stride = 1 : i64, subtiles = #togsim.subtiles<2 along 1, tag 9>, tile_dims = array<i64: 0, 1>} : memref<40x8xf32>, memref<2x40xf32, #togsim.bank>
  togsim.wait %c3
  togsim.wait %c1
  togsim.contract %tx, %tw, %acc {x_subtiles = #togsim.subtiles<3 along 0, tag 7>, w_subtiles = #togsim.subtiles<2 along 1, tag 9>} : memref<5x16xf32, #togsim.bank>, memref<2x40xf32, #togsim.bank>, memref<2x16xf32, #togsim.bank>
  return
}

// A product that is in two parts already: each subtile is waited for once, and
// weights are pushed ahead where nothing begins.
// CHECK-LABEL: func.func @parts
// CHECK: togsim.contract {{.*}} {open, part = array<i64: 0, 2>, weights = array<i64: 0, 2>}
// CHECK: togsim.wait %c5
// CHECK: togsim.contract {{.*}} {open, part = array<i64: 2, 3>, weights = array<i64: 2, -1>}
// CHECK: togsim.contract {{.*}} {open, part = array<i64: 3, 4>, weights = array<i64: 4, 4>}
// CHECK: togsim.wait %c6
// CHECK: togsim.contract {{.*}} {open, part = array<i64: 4, -1>, weights = array<i64: 4, -1>}
func.func @parts() {
  %tx = togsim.tile : memref<3x16xf32, #togsim.bank>
  %tw = togsim.tile : memref<2x24xf32, #togsim.bank>
  %acc = togsim.tile : memref<2x16xf32, #togsim.bank>
  togsim.contract %tx, %tw, %acc {open, part = array<i64: 0, 3>, w_subtiles = #togsim.subtiles<3 along 1, tag 5>} : memref<3x16xf32, #togsim.bank>, memref<2x24xf32, #togsim.bank>, memref<2x16xf32, #togsim.bank>
  togsim.contract %tx, %tw, %acc {open, part = array<i64: 3, -1>, w_subtiles = #togsim.subtiles<3 along 1, tag 5>} : memref<3x16xf32, #togsim.bank>, memref<2x24xf32, #togsim.bank>, memref<2x16xf32, #togsim.bank>
  return
}

// With a window of 9 taps, a block of k is 9 groups for every block of n. Bounds that
// depend on the tile are cut to the subtile; images begin before their tensor.
// CHECK-LABEL: func.func @window
// CHECK-SAME: (%{{.*}}, %{{.*}}, %{{.*}}, %[[V:.*]]: index)
// CHECK: %[[MIN:.*]] = affine.min #{{.*}}(%[[V]])
// CHECK: %[[MAX:.*]] = affine.max #{{.*}}(%[[MIN]])
// CHECK: togsim.dma_start load {{.*}} valid(%[[MAX]], %c4{{.*}}, %c10{{.*}}) low(%c0{{.*}}, %c1{{.*}}, %c1{{.*}})
// CHECK-SAME: extents = array<i64: 8, 4, 10>
// CHECK: togsim.dma_start load {{.*}} at %c40
// CHECK: togsim.contract {{.*}} {line_rows = 8 : i64, open, part = array<i64: 0, 9>, taps_inside, weights = array<i64: 0, 9>, window
// CHECK: togsim.wait %c4
// CHECK: togsim.contract {{.*}} {line_rows = 8 : i64, part = array<i64: 9, -1>, taps_inside, weights = array<i64: 9, -1>, window
func.func @window(%x: memref<16x8x8xf32>, %o: index, %tag: index, %v: index) {
  %tx = togsim.tile : memref<2x40xf32, #togsim.bank>
  %tw = togsim.tile : memref<1x144xf32, #togsim.bank>
  %acc = togsim.tile : memref<1x16xf32, #togsim.bank>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c10 = arith.constant 10 : index
  togsim.dma_start load %x[%o], %tx valid(%v, %c4, %c10) low(%c0, %c1, %c1) tag(%tag) strides [64, 8, 1] fill 0.0 : f32 {extents = array<i64: 16, 4, 10>, lane_axis = 0 : i64, lane_stride = 1 : i64, subtiles = #togsim.subtiles<2 along 0, tag 4>, tile_dims = array<i64: 0, 1, 1>} : memref<16x8x8xf32>, memref<2x40xf32, #togsim.bank>
  togsim.contract %tx, %tw, %acc {window = affine_map<(t, m) -> (t floordiv 3 * 10 + t mod 3 + m floordiv 8 * 10 + m mod 8)>, line_rows = 8 : i64, x_subtiles = #togsim.subtiles<2 along 0, tag 4>} : memref<2x40xf32, #togsim.bank>, memref<1x144xf32, #togsim.bank>, memref<1x16xf32, #togsim.bank>
  return
}
