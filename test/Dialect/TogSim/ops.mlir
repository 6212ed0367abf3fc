// Every op and attribute of the togsim dialect survives printing and parsing,
// and the printed form is the short one.
// RUN: tilewright-opt %s | tilewright-opt | FileCheck %s
// RUN: tilewright-opt %s --mlir-print-op-generic | tilewright-opt | FileCheck %s

// CHECK-LABEL: func.func @layouts(
// CHECK-SAME: memref<64x256xf32, #togsim.spad<1, 1>>
// CHECK-SAME: memref<4096xi8, #togsim.spad<0, 32>>
// CHECK-SAME: memref<2x8xf16, #togsim.spad<0, 65535>>
// CHECK-SAME: memref<64x2xf32, #togsim.bank>
func.func @layouts(%a: memref<64x256xf32, #togsim.spad<1, 1>>,
                   %b: memref<4096xi8, #togsim.spad<0, 32>>,
                   %c: memref<2x8xf16, #togsim.spad<0, 65535>>,
                   %d: memref<64x2xf32, #togsim.bank>) {
  return
}

// CHECK-LABEL: func.func @tiles
func.func @tiles(%copy: index) {
  // CHECK: %[[BUFFER:.*]] = togsim.tile : memref<2x64x256xf32, #togsim.spad<2, 1>>
  %0 = togsim.tile : memref<2x64x256xf32, #togsim.spad<2, 1>>
  // CHECK: togsim.tile at 4096 : memref<64x2xf32, #togsim.bank>
  %1 = togsim.tile at 4096 : memref<64x2xf32, #togsim.bank>
  // CHECK: togsim.tile at 0 {name = "weights"} : memref<1x8xi16, #togsim.bank>
  %2 = togsim.tile at 0 {name = "weights"} : memref<1x8xi16, #togsim.bank>
  // The lane axis moves down with the dropped dimension.
  // CHECK: togsim.slot %[[BUFFER]][%{{.*}}] : memref<2x64x256xf32, #togsim.spad<2, 1>> to memref<64x256xf32, strided<[256, 1], offset: ?>, #togsim.spad<1, 1>>
  %3 = togsim.slot %0[%copy] : memref<2x64x256xf32, #togsim.spad<2, 1>> to memref<64x256xf32, strided<[256, 1], offset: ?>, #togsim.spad<1, 1>>
  return
}

// CHECK-LABEL: func.func @moves
func.func @moves(%x: memref<100x300xf32>, %flags: memref<4096xi8>, %offset: index, %rows: index, %columns: index, %tag: index) {
  %t = togsim.tile : memref<64x256xf32, #togsim.spad<1, 1>>
  %b = togsim.tile : memref<64x2xf32, #togsim.bank>
  %f = togsim.tile : memref<4096xi8, #togsim.spad<0, 32>>
  // CHECK: togsim.transfer load %{{.*}}[%{{.*}}], %{{.*}} extents {{.*}} valid(%{{.*}}, %{{.*}}) strides [300, 1] fill 0.000000e+00 : f32 : memref<100x300xf32>, memref<64x256xf32, #togsim.spad<1, 1>>
  togsim.transfer load %x[%offset], %t extents [64, 256] valid(%rows, %columns) strides [300, 1] fill 0.0 : f32 : memref<100x300xf32>, memref<64x256xf32, #togsim.spad<1, 1>>
  // A negative fill, a broadcast stride.
  // CHECK: togsim.transfer load {{.*}} strides [0, 1] fill 0xFF800000 : f32 :
  togsim.transfer load %x[%offset], %t extents [64, 256] valid(%rows, %columns) strides [0, 1] fill 0xFF800000 : f32 : memref<100x300xf32>, memref<64x256xf32, #togsim.spad<1, 1>>
  // CHECK: togsim.transfer store {{.*}} strides [-300, 1] fill
  togsim.transfer store %x[%offset], %t extents [64, 256] valid(%rows, %columns) strides [-300, 1] fill 0.0 : f32 : memref<100x300xf32>, memref<64x256xf32, #togsim.spad<1, 1>>
  // CHECK: togsim.transfer load {{.*}} strides [1] fill -1 : i8 : memref<4096xi8>, memref<4096xi8, #togsim.spad<0, 32>>
  togsim.transfer load %flags[%offset], %f extents [4096] valid(%rows) strides [1] fill -1 : i8 : memref<4096xi8>, memref<4096xi8, #togsim.spad<0, 32>>
  // CHECK: togsim.dma_start load %{{.*}}[%{{.*}}], %{{.*}} valid(%{{.*}}, %{{.*}}) tag(%{{.*}}) strides [300, 1] fill 0.000000e+00 : f32 {extents = array<i64: 64, 256>, lane_axis = 1 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 1>} : memref<100x300xf32>, memref<64x256xf32, #togsim.spad<1, 1>>
  togsim.dma_start load %x[%offset], %t valid(%rows, %columns) tag(%tag) strides [300, 1] fill 0.0 : f32 {extents = array<i64: 64, 256>, tile_dims = array<i64: 0, 1>, lane_axis = 1 : i64, lane_stride = 1 : i64} : memref<100x300xf32>, memref<64x256xf32, #togsim.spad<1, 1>>
  // The logical extents stay when the tile is a bank.
  // CHECK: togsim.dma_start store {{.*}} {extents = array<i64: 64, 256>, lane_axis = 1 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 1>} : memref<100x300xf32>, memref<64x2xf32, #togsim.bank>
  togsim.dma_start store %x[%offset], %b valid(%rows, %columns) tag(%tag) strides [300, 1] fill 0.0 : f32 {extents = array<i64: 64, 256>, tile_dims = array<i64: 0, 1>, lane_axis = 1 : i64, lane_stride = 1 : i64} : memref<100x300xf32>, memref<64x2xf32, #togsim.bank>
  // CHECK: togsim.wait %{{.*}}
  togsim.wait %tag
  return
}

// A tile dimension may stand for two of the move: the 56 rows of the tile are 4
// lines of 14 columns of an image.
// CHECK-LABEL: func.func @split_dimension
func.func @split_dimension(%x: memref<3x14x14xf32>, %i: index) {
  %t = togsim.tile : memref<3x56xf32, #togsim.spad<0, 1>>
  // CHECK: togsim.transfer load {{.*}} extents [3, 4, 14] valid(%{{.*}}, %{{.*}}, %{{.*}}) strides [196, 14, 1]
  togsim.transfer load %x[%i], %t extents [3, 4, 14] valid(%i, %i, %i) strides [196, 14, 1] fill 0.0 : f32 : memref<3x14x14xf32>, memref<3x56xf32, #togsim.spad<0, 1>>
  // CHECK: togsim.dma_start load {{.*}} {extents = array<i64: 3, 4, 14>, lane_axis = 0 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 1, 1>}
  togsim.dma_start load %x[%i], %t valid(%i, %i, %i) tag(%i) strides [196, 14, 1] fill 0.0 : f32 {extents = array<i64: 3, 4, 14>, lane_axis = 0 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 1, 1>} : memref<3x14x14xf32>, memref<3x56xf32, #togsim.spad<0, 1>>
  return
}

// Four dimensions larger than 1 and any number of unit dimensions are one
// descriptor.
// CHECK-LABEL: func.func @unit_dimensions
func.func @unit_dimensions(%x: memref<2x3x1x4x1x512xf32>, %i: index) {
  %t = togsim.tile : memref<2x3x1x4x1x512xf32, #togsim.spad<5, 1>>
  // CHECK: togsim.dma_start load
  togsim.dma_start load %x[%i], %t valid(%i, %i, %i, %i, %i, %i) tag(%i) strides [6144, 2048, 0, 512, 0, 1] fill 0.0 : f32 {extents = array<i64: 2, 3, 1, 4, 1, 512>, tile_dims = array<i64: 0, 1, 2, 3, 4, 5>, lane_axis = 5 : i64, lane_stride = 1 : i64} : memref<2x3x1x4x1x512xf32>, memref<2x3x1x4x1x512xf32, #togsim.spad<5, 1>>
  return
}

// Valid coordinates may begin after 0: a line of padding, then the image.
// CHECK-LABEL: func.func @lower_bounds
func.func @lower_bounds(%x: memref<14x14xf32>, %i: index, %low: index, %high: index) {
  %t = togsim.tile : memref<8x16xf32, #togsim.spad<0, 1>>
  // CHECK: togsim.transfer load %{{.*}}[%{{.*}}], %{{.*}} extents [8, 16] valid(%{{.*}}, %{{.*}}) low(%{{.*}}, %{{.*}}) strides [14, 1] fill
  togsim.transfer load %x[%i], %t extents [8, 16] valid(%high, %high) low(%low, %low) strides [14, 1] fill 0.0 : f32 : memref<14x14xf32>, memref<8x16xf32, #togsim.spad<0, 1>>
  return
}

// 8 rows of a table of 100, at the rows that %n names; then added to the rows.
// CHECK-LABEL: func.func @indirect
func.func @indirect(%x: memref<100x32xf32>, %i: index) {
  %t = togsim.tile : memref<8x32xf32, #togsim.spad<0, 1>>
  %n = togsim.tile : memref<8x16xi64, #togsim.spad<0, 1>>
  // CHECK: togsim.transfer load %{{.*}} extents [8, 32] valid(%{{.*}}) strides [0, 1] index %{{.*}} dims [0, -1] stride 32 below 100 fill 0.000000e+00 : f32 : memref<100x32xf32>, memref<8x32xf32, #togsim.spad<0, 1>>, memref<8x16xi64, #togsim.spad<0, 1>>
  togsim.transfer load %x[%i], %t extents [8, 32] valid(%i, %i) strides [0, 1] index %n dims [0, -1] stride 32 below 100 fill 0.0 : f32 : memref<100x32xf32>, memref<8x32xf32, #togsim.spad<0, 1>>, memref<8x16xi64, #togsim.spad<0, 1>>
  // CHECK: togsim.transfer store {{.*}} index %{{.*}} dims [0, -1] stride 32 below 100 accumulate add fill
  togsim.transfer store %x[%i], %t extents [8, 32] valid(%i, %i) strides [0, 1] index %n dims [0, -1] stride 32 below 100 accumulate add fill 0.0 : f32 : memref<100x32xf32>, memref<8x32xf32, #togsim.spad<0, 1>>, memref<8x16xi64, #togsim.spad<0, 1>>
  // CHECK: togsim.dma_start store {{.*}} index %{{.*}} dims [0, -1] stride 32 below 100 accumulate max fill
  togsim.dma_start store %x[%i], %t valid(%i, %i) tag(%i) strides [0, 1] index %n dims [0, -1] stride 32 below 100 accumulate max fill 0.0 : f32 {extents = array<i64: 8, 32>, tile_dims = array<i64: 0, 1>, lane_axis = 0 : i64, lane_stride = 1 : i64} : memref<100x32xf32>, memref<8x32xf32, #togsim.spad<0, 1>>, memref<8x16xi64, #togsim.spad<0, 1>>
  return
}

// CHECK-LABEL: func.func @compute
func.func @compute(%x: memref<8x32xf32, #togsim.spad<0, 1>>, %w: memref<16x8xf32, #togsim.spad<0, 1>>, %y: memref<16x32xf32, #togsim.spad<0, 1>>) {
  // CHECK: togsim.node 7 "matmul"
  togsim.node 7 "matmul"
  // CHECK: togsim.contract %{{.*}}, %{{.*}}, %{{.*}} {lag_chunks = 3 : i64} : memref<8x32xf32, #togsim.spad<0, 1>>, memref<16x8xf32, #togsim.spad<0, 1>>, memref<16x32xf32, #togsim.spad<0, 1>>
  togsim.contract %x, %w, %y {lag_chunks = 3 : i64} : memref<8x32xf32, #togsim.spad<0, 1>>, memref<16x8xf32, #togsim.spad<0, 1>>, memref<16x32xf32, #togsim.spad<0, 1>>
  // CHECK: togsim.contract %{{.*}}, %{{.*}}, %[[Y:.*]] previous %{{.*}} {open, part = array<i64: 0, 2>} : memref<8x32xf32, #togsim.spad<0, 1>>, memref<16x8xf32, #togsim.spad<0, 1>>, memref<16x32xf32, #togsim.spad<0, 1>>, memref<16x32xf32, #togsim.spad<0, 1>>
  togsim.contract %x, %w, %y previous %y {open, part = array<i64: 0, 2>} : memref<8x32xf32, #togsim.spad<0, 1>>, memref<16x8xf32, #togsim.spad<0, 1>>, memref<16x32xf32, #togsim.spad<0, 1>>, memref<16x32xf32, #togsim.spad<0, 1>>
  // CHECK: togsim.contract %{{.*}}, %{{.*}}, %[[Y]] {first_subtiles = array<i64: 2, 3>, last_subtiles = array<i64: 1, 3>}
  togsim.contract %x, %w, %y {first_subtiles = array<i64: 2, 3>, last_subtiles = array<i64: 1, 3>} : memref<8x32xf32, #togsim.spad<0, 1>>, memref<16x8xf32, #togsim.spad<0, 1>>, memref<16x32xf32, #togsim.spad<0, 1>>
  // CHECK: togsim.contract %{{.*}}, %{{.*}}, %[[Y]] {part = array<i64: 2, -1>, w_subtiles = #togsim.subtiles<3 along 1, tag 9>, weights = array<i64: 2, -1>}
  togsim.contract %x, %w, %y {part = array<i64: 2, -1>, w_subtiles = #togsim.subtiles<3 along 1, tag 9>, weights = array<i64: 2, -1>} : memref<8x32xf32, #togsim.spad<0, 1>>, memref<16x8xf32, #togsim.spad<0, 1>>, memref<16x32xf32, #togsim.spad<0, 1>>
  // CHECK: togsim.drain %[[Y]] {lag_chunks = 3 : i64} : memref<16x32xf32, #togsim.spad<0, 1>>
  togsim.drain %y {lag_chunks = 3 : i64} : memref<16x32xf32, #togsim.spad<0, 1>>
  return
}

// CHECK-LABEL: func.func @arrays
func.func @arrays(%v: vector<8xf32>) -> vector<8xf32> {
  // CHECK: togsim.wpush %{{.*}}, 1 : vector<8xf32>
  togsim.wpush %v, 1 : vector<8xf32>
  // CHECK: togsim.swap 1
  togsim.swap 1
  // CHECK: togsim.push %{{.*}}, 1 : vector<8xf32>
  togsim.push %v, 1 : vector<8xf32>
  // CHECK: togsim.pop 1 : vector<8xf32>
  %0 = togsim.pop 1 : vector<8xf32>
  return %0 : vector<8xf32>
}

// CHECK-LABEL: func.func @special
func.func @special(%v: vector<8xf32>, %h: vector<16xf16>) -> vector<8xi32> {
  // CHECK: togsim.sfu exp %{{.*}} : vector<8xf32>
  %0 = togsim.sfu exp %v : vector<8xf32>
  // CHECK: togsim.sfu erf
  %1 = togsim.sfu erf %v : vector<8xf32>
  // CHECK: togsim.sfu tanh
  %2 = togsim.sfu tanh %v : vector<8xf32>
  // CHECK: togsim.sfu sin
  %3 = togsim.sfu sin %v : vector<8xf32>
  // CHECK: togsim.sfu cos
  %4 = togsim.sfu cos %v : vector<8xf32>
  // CHECK: togsim.sfu log
  %5 = togsim.sfu log %v : vector<8xf32>
  // CHECK: togsim.sfu atan %{{.*}} : vector<16xf16>
  %6 = togsim.sfu atan %h : vector<16xf16>
  // CHECK: togsim.lane_index : vector<8xi32>
  %7 = togsim.lane_index : vector<8xi32>
  return %7 : vector<8xi32>
}

// Pure ops without uses go away, the others stay.
// RUN: tilewright-opt %s --canonicalize --split-input-file | FileCheck %s --check-prefix=DCE
// DCE-LABEL: func.func @effects
// DCE-NEXT: togsim.pop 0
// DCE-NEXT: togsim.wait
// DCE-NEXT: togsim.node
// DCE-NEXT: return
func.func @effects(%v: vector<8xf32>, %tag: index, %b: memref<2x8xf32, #togsim.spad<1, 1>>) {
  %0 = togsim.sfu exp %v : vector<8xf32>
  %1 = togsim.lane_index : vector<8xi32>
  %2 = togsim.slot %b[%tag] : memref<2x8xf32, #togsim.spad<1, 1>> to memref<8xf32, strided<[1], offset: ?>, #togsim.spad<0, 1>>
  %3 = togsim.pop 0 : vector<8xf32>
  togsim.wait %tag
  togsim.node 0 "vector"
  return
}

// CHECK-LABEL: func.func @scans
func.func @scans(%x: memref<64x8xbf16, #togsim.spad<1, 8>>, %y: memref<64x8xf32, #togsim.spad<1, 8>>,
                 %c: memref<8xf32, #togsim.spad<0, 8>>) {
  // CHECK: togsim.scan "arith.addf" %arg0, %arg2, %arg1 : memref<64x8xbf16, #togsim.spad<1, 8>>, memref<8xf32, #togsim.spad<0, 8>>, memref<64x8xf32, #togsim.spad<1, 8>>
  togsim.scan "arith.addf" %x, %c, %y : memref<64x8xbf16, #togsim.spad<1, 8>>, memref<8xf32, #togsim.spad<0, 8>>, memref<64x8xf32, #togsim.spad<1, 8>>
  // CHECK: togsim.scan "arith.mulf" exclusive %arg0
  togsim.scan "arith.mulf" exclusive %x, %c, %y : memref<64x8xbf16, #togsim.spad<1, 8>>, memref<8xf32, #togsim.spad<0, 8>>, memref<64x8xf32, #togsim.spad<1, 8>>
  return
}

// CHECK-LABEL: func.func @sorts
func.func @sorts(%x: memref<8x64xi64, #togsim.spad<0, 1>>, %y: memref<8x64xi64, #togsim.spad<0, 1>>) {
  // CHECK: togsim.sort_rows %arg0 : memref<8x64xi64, #togsim.spad<0, 1>>
  togsim.sort_rows %x : memref<8x64xi64, #togsim.spad<0, 1>>
  // CHECK: togsim.sort_rows %arg0, %arg1 : memref<8x64xi64, #togsim.spad<0, 1>>, memref<8x64xi64, #togsim.spad<0, 1>>
  togsim.sort_rows %x, %y : memref<8x64xi64, #togsim.spad<0, 1>>, memref<8x64xi64, #togsim.spad<0, 1>>
  return
}
