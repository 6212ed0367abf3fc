// Every message of the togsim verifiers.
// RUN: tilewright-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{lane stride must be between 1 and 65535, is 0}}
func.func private @stride_zero(memref<64xf32, #togsim.spad<0, 0>>)

// -----

// expected-error @below {{lane stride must be between 1 and 65535, is 65536}}
func.func private @stride_large(memref<64xf32, #togsim.spad<0, 65536>>)

// -----

func.func @slot_axis(%b: memref<2x64x8xf32, #togsim.spad<1, 1>>, %i: index) {
  // expected-error @below {{buffer and tile must have the same lane layout, one dimension apart}}
  %0 = togsim.slot %b[%i] : memref<2x64x8xf32, #togsim.spad<1, 1>> to memref<64x8xf32, #togsim.spad<1, 1>>
  return
}

// -----

func.func @slot_stride(%b: memref<2x64x8xf32, #togsim.spad<1, 2>>, %i: index) {
  // expected-error @below {{buffer and tile must have the same lane layout, one dimension apart}}
  %0 = togsim.slot %b[%i] : memref<2x64x8xf32, #togsim.spad<1, 2>> to memref<64x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @slot_of_bank(%b: memref<2x64x8xf32, #togsim.bank>, %i: index) {
  // expected-error @below {{buffer and tile must have the same lane layout, one dimension apart}}
  %0 = togsim.slot %b[%i] : memref<2x64x8xf32, #togsim.bank> to memref<64x8xf32, #togsim.bank>
  return
}

// -----

func.func @slot_shape(%b: memref<2x64x8xf32, #togsim.spad<1, 1>>, %i: index) {
  // expected-error @below {{tile must be the buffer without its first dimension}}
  %0 = togsim.slot %b[%i] : memref<2x64x8xf32, #togsim.spad<1, 1>> to memref<64x4xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @slot_element(%b: memref<2x64x8xf32, #togsim.spad<1, 1>>, %i: index) {
  // expected-error @below {{tile must be the buffer without its first dimension}}
  %0 = togsim.slot %b[%i] : memref<2x64x8xf32, #togsim.spad<1, 1>> to memref<64x8xi32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @transfer_bank(%x: memref<8xf32>, %i: index) {
  %t = togsim.tile : memref<8xf32, #togsim.bank>
  // expected-error @below {{tile needs a #togsim.spad layout}}
  togsim.transfer load %x[%i], %t extents [8] valid(%i) strides [1] fill 0.0 : f32 : memref<8xf32>, memref<8xf32, #togsim.bank>
  return
}

// -----

func.func @transfer_axis(%x: memref<8xf32>, %i: index) {
  %t = togsim.tile : memref<8xf32, #togsim.spad<1, 1>>
  // expected-error @below {{lane axis lies outside the tile's rank}}
  togsim.transfer load %x[%i], %t extents [8] valid(%i) strides [1] fill 0.0 : f32 : memref<8xf32>, memref<8xf32, #togsim.spad<1, 1>>
  return
}

// -----

func.func @device_space(%x: memref<8xf32, #togsim.bank>, %i: index) {
  %t = togsim.tile : memref<8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{device tensor must be in the default memory space}}
  togsim.transfer load %x[%i], %t extents [8] valid(%i) strides [1] fill 0.0 : f32 : memref<8xf32, #togsim.bank>, memref<8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @dma_between_tensors(%x: memref<8xf32>, %y: memref<8xf32>, %i: index) {
  // expected-error @below {{tile must be in scratchpad memory, but is 'memref<8xf32>'}}
  togsim.dma_start load %x[%i], %y valid(%i) tag(%i) strides [1] fill 0.0 : f32 {extents = array<i64: 8>, tile_dims = array<i64: 0>, lane_axis = 0 : i64, lane_stride = 1 : i64} : memref<8xf32>, memref<8xf32>
  return
}

// -----

func.func @element_types(%x: memref<8xf16>, %i: index) {
  %t = togsim.tile : memref<8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{moves 'f16' elements into a tile of 'f32'}}
  togsim.transfer load %x[%i], %t extents [8] valid(%i) strides [1] fill 0.0 : f32 : memref<8xf16>, memref<8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @too_few_strides(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{needs one DRAM stride and one valid bound for each of its 2 extents}}
  togsim.transfer load %x[%i], %t extents [8, 8] valid(%i, %i) strides [1] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @too_few_bounds(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{needs one DRAM stride and one valid bound for each of its 2 extents}}
  togsim.transfer load %x[%i], %t extents [8, 8] valid(%i) strides [8, 1] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @fill_type(%x: memref<8xf32>, %i: index) {
  %t = togsim.tile : memref<8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{fill value has type 'i32', tile elements are 'f32'}}
  togsim.transfer load %x[%i], %t extents [8] valid(%i) strides [1] fill 0 : i32 : memref<8xf32>, memref<8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @extents_count(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{needs one DRAM stride and one valid bound for each of its 1 extents}}
  togsim.dma_start load %x[%i], %t valid(%i, %i) tag(%i) strides [8, 1] fill 0.0 : f32 {extents = array<i64: 64>, tile_dims = array<i64: 0>, lane_axis = 0 : i64, lane_stride = 1 : i64} : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @dma_axis(%x: memref<8xf32>, %i: index) {
  %t = togsim.tile : memref<8xf32, #togsim.bank>
  // expected-error @below {{lane axis lies outside the tile's rank}}
  togsim.dma_start load %x[%i], %t valid(%i) tag(%i) strides [1] fill 0.0 : f32 {extents = array<i64: 64>, tile_dims = array<i64: 0>, lane_axis = 1 : i64, lane_stride = 1 : i64} : memref<8xf32>, memref<8xf32, #togsim.bank>
  return
}

// -----

func.func @dma_negative_axis(%x: memref<8xf32>, %i: index) {
  %t = togsim.tile : memref<8xf32, #togsim.bank>
  // expected-error @below {{lane axis lies outside the tile's rank}}
  togsim.dma_start load %x[%i], %t valid(%i) tag(%i) strides [1] fill 0.0 : f32 {extents = array<i64: 64>, tile_dims = array<i64: 0>, lane_axis = -1 : i64, lane_stride = 1 : i64} : memref<8xf32>, memref<8xf32, #togsim.bank>
  return
}

// -----

func.func @extent_zero(%x: memref<8xf32>, %i: index) {
  %t = togsim.tile : memref<8xf32, #togsim.bank>
  // expected-error @below {{extent 0 does not fit a descriptor (1 to 65535)}}
  togsim.dma_start load %x[%i], %t valid(%i) tag(%i) strides [1] fill 0.0 : f32 {extents = array<i64: 0>, tile_dims = array<i64: 0>, lane_axis = 0 : i64, lane_stride = 1 : i64} : memref<8xf32>, memref<8xf32, #togsim.bank>
  return
}

// -----

func.func @extent_large(%x: memref<65536xf32>, %i: index) {
  %t = togsim.tile : memref<65536xf32, #togsim.spad<0, 1>>
  // expected-error @below {{extent 65536 does not fit a descriptor (1 to 65535)}}
  togsim.dma_start load %x[%i], %t valid(%i) tag(%i) strides [1] fill 0.0 : f32 {extents = array<i64: 65536>, tile_dims = array<i64: 0>, lane_axis = 0 : i64, lane_stride = 1 : i64} : memref<65536xf32>, memref<65536xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @low_count(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{needs no lower bounds or one for each of its 2 extents}}
  togsim.transfer load %x[%i], %t extents [8, 8] valid(%i, %i) low(%i) strides [8, 1] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @low_value(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %c9 = arith.constant -9 : index
  // expected-error @below {{lower bound of extent 1 is negative}}
  togsim.transfer load %x[%i], %t extents [8, 8] valid(%i, %i) low(%i, %c9) strides [8, 1] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @accumulating_load(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{accumulates, but is a load}}
  togsim.transfer load %x[%i], %t extents [8, 8] valid(%i, %i) strides [8, 1] accumulate add fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @index_type(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %n = togsim.tile : memref<8x16xi16, #togsim.spad<0, 1>>
  // expected-error @below {{index tile must hold i32 or i64}}
  togsim.transfer load %x[%i], %t extents [8, 8] valid(%i, %i) strides [8, 1] index %n dims [0, -1] stride 8 below 100 fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x16xi16, #togsim.spad<0, 1>>
  return
}

// -----

func.func @index_memory(%x: memref<8x8xf32>, %n: memref<8xi32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{index tile must be in scratchpad memory as the tile is}}
  togsim.transfer load %x[%i], %t extents [8, 8] valid(%i, %i) strides [8, 1] index %n dims [0, -1] stride 8 below 100 fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8xi32>
  return
}

// -----

func.func @index_dims(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %n = togsim.tile : memref<8x16xi32, #togsim.spad<0, 1>>
  // expected-error @below {{extent 1 walks dimension 2 of the index tile, which does not exist}}
  togsim.transfer load %x[%i], %t extents [8, 8] valid(%i, %i) strides [8, 1] index %n dims [0, 2] stride 8 below 100 fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x16xi32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @index_lanes(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  %n = togsim.tile : memref<8x16xi32, #togsim.spad<0, 1>>
  // expected-error @below {{lane axis of the index tile must be walked by the lane axis of the move}}
  togsim.transfer load %x[%i], %t extents [8, 8] valid(%i, %i) strides [8, 1] index %n dims [-1, 1] stride 8 below 100 fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x16xi32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @offset_before_bank(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{begins inside its tile, which is not a bank yet}}
  togsim.dma_start load %x[%i], %t at %i valid(%i, %i) tag(%i) strides [8, 1] fill 0.0 : f32 {extents = array<i64: 8, 8>, tile_dims = array<i64: 0, 1>, lane_axis = 0 : i64, lane_stride = 1 : i64} : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

// Extents refine the tile's dimensions in order.
func.func @extents_product(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{extents [8, 3, 3] do not divide up the tile's shape}}
  togsim.transfer load %x[%i], %t extents [8, 3, 3] valid(%i, %i, %i) strides [8, 3, 1] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @extents_left_over(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{extents [8, 8, 2] do not divide up the tile's shape}}
  togsim.transfer load %x[%i], %t extents [8, 8, 2] valid(%i, %i, %i) strides [8, 1, 1] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @lane_axis_split(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{splits the lane axis}}
  togsim.transfer load %x[%i], %t extents [2, 4, 8] valid(%i, %i, %i) strides [32, 8, 1] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @tile_dims_count(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<1x8xf32, #togsim.bank>
  // expected-error @below {{needs one tile dimension for each extent}}
  togsim.dma_start load %x[%i], %t valid(%i, %i) tag(%i) strides [8, 1] fill 0.0 : f32 {extents = array<i64: 8, 8>, lane_axis = 0 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0>} : memref<8x8xf32>, memref<1x8xf32, #togsim.bank>
  return
}

// -----

func.func @tile_dims_range(%x: memref<8x8xf32>, %i: index) {
  %t = togsim.tile : memref<1x8xf32, #togsim.bank>
  // expected-error @below {{extent belongs to tile dimension 2, which does not exist}}
  togsim.dma_start load %x[%i], %t valid(%i, %i) tag(%i) strides [8, 1] fill 0.0 : f32 {extents = array<i64: 8, 8>, lane_axis = 0 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 2>} : memref<8x8xf32>, memref<1x8xf32, #togsim.bank>
  return
}

// -----

func.func @contract_rank(%x: memref<8x1x8xf32, #togsim.spad<0, 1>>, %w: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{operands must have rank 2: x [K, M], w [N, K], y [N, M]}}
  togsim.contract %x, %w, %w : memref<8x1x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @contract_previous(%x: memref<8x8xf32, #togsim.spad<0, 1>>, %p: memref<8x16xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{previous 'memref<8x16xf32, #togsim.spad<0, 1>>' must have the shape, layout and type of y 'memref<8x8xf32, #togsim.spad<0, 1>>'}}
  togsim.contract %x, %x, %x previous %p {open} : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x16xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @contract_part_closed(%x: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{part is the first group and the one behind the last (-1: all), of a product that is open}}
  togsim.contract %x, %x, %x {part = array<i64: 0, 1>} : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @contract_part_order(%x: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{part is the first group and the one behind the last (-1: all), of a product that is open}}
  togsim.contract %x, %x, %x {open, part = array<i64: 2, 1>} : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @contract_weights(%x: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{weights are those of a part's groups, with or without its first}}
  togsim.contract %x, %x, %x {open, part = array<i64: 2, 4>, weights = array<i64: 4, 5>} : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @contract_subtiles(%x: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{subtiles are a number for x and one for w}}
  togsim.contract %x, %x, %x {last_subtiles = array<i64: 0, 2>} : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @one_subtile(%x: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{subtiles are two or more, along a dimension, with tags from 0: not 1 along 0, tag 3}}
  togsim.contract %x, %x, %x {x_subtiles = #togsim.subtiles<1 along 0, tag 3>} : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @stored_subtiles(%x: memref<16x8xf32>, %t: memref<16x8xf32, #togsim.spad<0, 1>>, %i: index) {
  // expected-error @below {{has subtiles, which only regular loads have}}
  togsim.dma_start store %x[%i], %t valid(%i, %i) tag(%i) strides [8, 1] fill 0.0 : f32 {extents = array<i64: 16, 8>, lane_axis = 0 : i64, lane_stride = 1 : i64, subtiles = #togsim.subtiles<2 along 0, tag 3>, tile_dims = array<i64: 0, 1>} : memref<16x8xf32>, memref<16x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @subtiles_of_no_extent(%x: memref<16x8xf32>, %t: memref<16x8xf32, #togsim.spad<0, 1>>, %i: index) {
  // expected-error @below {{has subtiles along extent 2, which does not exist}}
  togsim.dma_start load %x[%i], %t valid(%i, %i) tag(%i) strides [8, 1] fill 0.0 : f32 {extents = array<i64: 16, 8>, lane_axis = 0 : i64, lane_stride = 1 : i64, subtiles = #togsim.subtiles<2 along 2, tag 3>, tile_dims = array<i64: 0, 1>} : memref<16x8xf32>, memref<16x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @drain_rank(%x: memref<8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{y must have rank 2: [N, M]}}
  togsim.drain %x : memref<8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @contract_rows(%x: memref<8x16xf32, #togsim.spad<0, 1>>, %w: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{extents of x 'memref<8x16xf32, #togsim.spad<0, 1>>', w 'memref<8x8xf32, #togsim.spad<0, 1>>' and y 'memref<8x8xf32, #togsim.spad<0, 1>>' do not agree}}
  togsim.contract %x, %w, %w : memref<8x16xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @contract_columns(%x: memref<8x8xf32, #togsim.spad<0, 1>>, %w: memref<16x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{do not agree}}
  togsim.contract %x, %w, %x : memref<8x8xf32, #togsim.spad<0, 1>>, memref<16x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @contract_layout(%x: memref<8x8xf32, #togsim.spad<0, 1>>, %w: memref<8x8xf32, #togsim.spad<1, 1>>) {
  // expected-error @below {{operands must be spread along axis 0 with lane stride 1, but one is 'memref<8x8xf32, #togsim.spad<1, 1>>'}}
  togsim.contract %x, %w, %x : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<1, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @contract_stride(%x: memref<8x8xf32, #togsim.spad<0, 2>>) {
  // expected-error @below {{operands must be spread along axis 0 with lane stride 1, but one is 'memref<8x8xf32, #togsim.spad<0, 2>>'}}
  togsim.contract %x, %x, %x : memref<8x8xf32, #togsim.spad<0, 2>>, memref<8x8xf32, #togsim.spad<0, 2>>, memref<8x8xf32, #togsim.spad<0, 2>>
  return
}

// -----

func.func @sfu_types(%v: vector<8xf32>) {
  // expected-error @below {{requires the same type for all operands and results}}
  %0 = "togsim.sfu"(%v) {function = 0 : i32} : (vector<8xf32>) -> vector<4xf32>
  return
}

// -----

func.func @direction(%x: memref<8xf32>, %i: index) {
  %t = togsim.tile : memref<8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{expected string or keyword containing one of the following enum values for attribute 'direction' [load, store]}}
  togsim.transfer copy %x[%i], %t extents [8] valid(%i) strides [1] fill 0.0 : f32 : memref<8xf32>, memref<8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @function(%v: vector<8xf32>) {
  // expected-error @below {{expected string or keyword containing one of the following enum values for attribute 'function'}}
  %0 = togsim.sfu sqrt %v : vector<8xf32>
  return
}

// -----

func.func @contract_types(%x: memref<8x8xf32, #togsim.spad<0, 1>>, %y: memref<8x8xi32, #togsim.spad<0, 1>>) {
  // expected-error @below {{cannot multiply 'f32' elements into 'i32'}}
  togsim.contract %x, %x, %y : memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>, memref<8x8xi32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @contract_sum(%x: memref<8x8xf16, #togsim.spad<0, 1>>) {
  // expected-error @below {{accumulates in f32 or i32, but y holds 'f16'}}
  togsim.contract %x, %x, %x : memref<8x8xf16, #togsim.spad<0, 1>>, memref<8x8xf16, #togsim.spad<0, 1>>, memref<8x8xf16, #togsim.spad<0, 1>>
  return
}

// -----

func.func @window_outside(%x: memref<8x9xf32, #togsim.spad<0, 1>>, %w: memref<8x24xf32, #togsim.spad<0, 1>>, %y: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{window reads column 9 of x, which has 9}}
  togsim.contract %x, %w, %y {window = affine_map<(t, m) -> (t + m)>} : memref<8x9xf32, #togsim.spad<0, 1>>, memref<8x24xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @window_weights(%x: memref<8x10xf32, #togsim.spad<0, 1>>, %w: memref<8x20xf32, #togsim.spad<0, 1>>, %y: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{w must hold K weights for each tap, but has 20 for K = 8}}
  togsim.contract %x, %w, %y {window = affine_map<(t, m) -> (t + m)>} : memref<8x10xf32, #togsim.spad<0, 1>>, memref<8x20xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @window_lines(%x: memref<8x10xf32, #togsim.spad<0, 1>>, %w: memref<8x24xf32, #togsim.spad<0, 1>>, %y: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{lines of 3 rows do not divide up the 8 rows of y}}
  togsim.contract %x, %w, %y {line_rows = 3 : i64, window = affine_map<(t, m) -> (t + m)>} : memref<8x10xf32, #togsim.spad<0, 1>>, memref<8x24xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @window_sum_channels(%x: memref<8x10xf32, #togsim.spad<0, 1>>, %w: memref<16x3x8xf32, #togsim.spad<0, 1>>, %y: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{do not have the same channels}}
  togsim.window_sum %x, %w, %y {window = affine_map<(t, m) -> (t + m)>} : memref<8x10xf32, #togsim.spad<0, 1>>, memref<16x3x8xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @pooling_rank(%x: memref<8x10xf32, #togsim.spad<0, 1>>, %y: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{map must give an index of x for each dimension of y and each tap}}
  togsim.window_reduce "arith.addf" %x, %y taps [3] affine_map<(c, i) -> (c, i)> : memref<8x10xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @pooling_map(%x: memref<8x10xf32, #togsim.spad<0, 1>>, %y: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{map must be sums of dimensions times positive factors}}
  togsim.window_reduce "arith.addf" %x, %y taps [3] affine_map<(c, i, t) -> (c, i - t)> : memref<8x10xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @pooling_outside(%x: memref<8x10xf32, #togsim.spad<0, 1>>, %y: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{reads index 10 of dimension 1 of x, which has 10}}
  togsim.window_reduce "arith.addf" %x, %y taps [4] affine_map<(c, i, t) -> (c, i + t)> : memref<8x10xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @pooling_lanes(%x: memref<8x10xf32, #togsim.spad<1, 1>>, %y: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{x and y must be spread equally along one dimension}}
  togsim.window_reduce "arith.addf" %x, %y taps [3] affine_map<(c, i, t) -> (c, i + t)> : memref<8x10xf32, #togsim.spad<1, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @pooling_combiner(%x: memref<8x10xf32, #togsim.spad<0, 1>>, %y: memref<8x8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{'max' is not a known operation}}
  togsim.window_reduce "max" %x, %y taps [3] affine_map<(c, i, t) -> (c, i + t)> : memref<8x10xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @pooling_types(%x: memref<8x10xf32, #togsim.spad<0, 1>>, %y: memref<8x8xf16, #togsim.spad<0, 1>>) {
  // expected-error @below {{cannot widen 'f32' elements to 'f16'}}
  togsim.window_reduce "arith.addf" %x, %y taps [3] affine_map<(c, i, t) -> (c, i + t)> : memref<8x10xf32, #togsim.spad<0, 1>>, memref<8x8xf16, #togsim.spad<0, 1>>
  return
}

// -----

func.func @scan_shapes(%x: memref<64x8xf32, #togsim.spad<1, 8>>, %c: memref<64xf32, #togsim.spad<0, 8>>) {
  // expected-error @below {{needs tiles x [S, P], carry [P] and y [S, P]}}
  togsim.scan "arith.addf" %x, %c, %x : memref<64x8xf32, #togsim.spad<1, 8>>, memref<64xf32, #togsim.spad<0, 8>>, memref<64x8xf32, #togsim.spad<1, 8>>
  return
}

// -----

func.func @scan_layout(%x: memref<64x8xf32, #togsim.spad<0, 1>>, %c: memref<8xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{x, carry and y must be spread equally along p}}
  togsim.scan "arith.addf" %x, %c, %x : memref<64x8xf32, #togsim.spad<0, 1>>, memref<8xf32, #togsim.spad<0, 1>>, memref<64x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @scan_types(%x: memref<64x8xf32, #togsim.spad<1, 8>>, %c: memref<8xi32, #togsim.spad<0, 8>>) {
  // expected-error @below {{cannot combine 'f32' in 'i32'}}
  togsim.scan "arith.addi" %x, %c, %x : memref<64x8xf32, #togsim.spad<1, 8>>, memref<8xi32, #togsim.spad<0, 8>>, memref<64x8xf32, #togsim.spad<1, 8>>
  return
}

// -----

func.func @scan_combiner(%x: memref<64x8xf32, #togsim.spad<1, 8>>, %c: memref<8xf32, #togsim.spad<0, 8>>) {
  // expected-error @below {{'arith.nothing' is not a known operation}}
  togsim.scan "arith.nothing" %x, %c, %x : memref<64x8xf32, #togsim.spad<1, 8>>, memref<8xf32, #togsim.spad<0, 8>>, memref<64x8xf32, #togsim.spad<1, 8>>
  return
}

// -----

func.func @sort_floats(%x: memref<8x64xf32, #togsim.spad<0, 1>>) {
  // expected-error @below {{words must be integers, not 'f32'}}
  togsim.sort_rows %x : memref<8x64xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @sort_length(%x: memref<8x48xi64, #togsim.spad<0, 1>>) {
  // expected-error @below {{needs rows [P, N] whose length is a power of two}}
  togsim.sort_rows %x : memref<8x48xi64, #togsim.spad<0, 1>>
  return
}

// -----

func.func @sort_lanes(%x: memref<8x64xi64, #togsim.spad<1, 1>>) {
  // expected-error @below {{rows must be spread along p}}
  togsim.sort_rows %x : memref<8x64xi64, #togsim.spad<1, 1>>
  return
}

// -----

func.func @sort_second(%x: memref<8x64xi64, #togsim.spad<0, 1>>, %y: memref<8x64xi32, #togsim.spad<0, 1>>) {
  // expected-error @below {{both tiles must have one shape, layout and type}}
  togsim.sort_rows %x, %y : memref<8x64xi64, #togsim.spad<0, 1>>, memref<8x64xi32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @lane_scalar() {
  // expected-error @below {{custom op 'togsim.lane_index' invalid kind of type specified: expected builtin.vector, but found 'i32'}}
  %0 = togsim.lane_index : i32
  return
}

// -----

func.func @lane_floats() {
  // expected-error @below {{result #0 must be vector of signless integer values, but got 'vector<8xf32>'}}
  %0 = togsim.lane_index : vector<8xf32>
  return
}

// -----

func.func @valid_negative(%x: memref<8x8xf32>, %i: index) {
  %below = arith.constant -1 : index
  %t = togsim.tile : memref<8x8xf32, #togsim.spad<0, 1>>
  // expected-error @below {{valid bound of extent 1 is negative}}
  togsim.transfer load %x[%i], %t extents [8, 8] valid(%i, %below) strides [8, 1] fill 0.0 : f32 : memref<8x8xf32>, memref<8x8xf32, #togsim.spad<0, 1>>
  return
}

// -----

func.func @tile_of_indices() {
  // expected-error @below {{must be statically shaped memref of 1-bit signless integer or}}
  %t = togsim.tile : memref<2x8xindex, #togsim.bank>
  return
}

// -----

func.func @dynamic_tile(%n: index) {
  // expected-error @below {{must be statically shaped memref of}}
  %t = togsim.tile : memref<?x8xf32, #togsim.bank>
  return
}

// -----

func.func @tile_without_elements() {
  // expected-error @below {{must be statically shaped memref of}}
  %t = togsim.tile : memref<2x0xf32, #togsim.bank>
  return
}
