// Logical tiles become what one lane holds. tpuv3 has 128 lanes, small8 has 8.
// RUN: tilewright-opt %s --togsim-project-lanes=machine=small8 | FileCheck %s

// The extent of the lane axis becomes its share: ceil(extent / (stride * L)) * stride.
// CHECK-LABEL: func.func @types
// CHECK-NEXT: togsim.tile : memref<2x24xf32, #togsim.bank>
// CHECK-NEXT: togsim.tile : memref<24x2xf32, #togsim.bank>
// CHECK-NEXT: togsim.tile : memref<24x4xf16, #togsim.bank>
// CHECK-NEXT: togsim.tile : memref<1x24xi8, #togsim.bank>
// CHECK-NEXT: togsim.tile : memref<2x5x3x32xf32, #togsim.bank>
// Projected already: stays.
// CHECK-NEXT: togsim.tile at 64 : memref<7xf32, #togsim.bank>
func.func @types() {
  %0 = togsim.tile : memref<16x24xf32, #togsim.spad<0, 1>>
  %1 = togsim.tile : memref<24x9xf32, #togsim.spad<1, 1>>
  %2 = togsim.tile : memref<24x20xf16, #togsim.spad<1, 4>>
  %3 = togsim.tile : memref<3x24xi8, #togsim.spad<0, 1>>
  %4 = togsim.tile : memref<2x5x24x32xf32, #togsim.spad<2, 1>>
  %5 = togsim.tile at 64 : memref<7xf32, #togsim.bank>
  return
}

// A slot becomes a subview of the bank; a move keeps its logical extents.
// CHECK-LABEL: func.func @slot(
// CHECK-SAME: %[[X:.*]]: memref<16x24xf32>, %[[I:.*]]: index)
// CHECK: %[[BUFFER:.*]] = togsim.tile : memref<2x2x24xf32, #togsim.bank>
// CHECK: %[[BANK:.*]] = memref.subview %[[BUFFER]][%[[I]], 0, 0] [1, 2, 24] [1, 1, 1] : memref<2x2x24xf32, #togsim.bank> to memref<2x24xf32, strided<[24, 1], offset: ?>, #togsim.bank>
// CHECK: togsim.dma_start load %[[X]]{{.*}}, %[[BANK]] {{.*}} {extents = array<i64: 16, 24>, lane_axis = 0 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 1>} : memref<16x24xf32>, memref<2x24xf32, strided<[24, 1], offset: ?>, #togsim.bank>
func.func @slot(%x: memref<16x24xf32>, %i: index) {
  %b = togsim.tile : memref<2x16x24xf32, #togsim.spad<1, 1>>
  %t = togsim.slot %b[%i] : memref<2x16x24xf32, #togsim.spad<1, 1>> to memref<16x24xf32, strided<[24, 1], offset: ?>, #togsim.spad<0, 1>>
  togsim.dma_start load %x[%i], %t valid(%i, %i) tag(%i) strides [24, 1] fill 0.0 : f32 {extents = array<i64: 16, 24>, tile_dims = array<i64: 0, 1>, lane_axis = 0 : i64, lane_stride = 1 : i64} : memref<16x24xf32>, memref<16x24xf32, strided<[24, 1], offset: ?>, #togsim.spad<0, 1>>
  return
}

// When the lane axis is the innermost, all outer strides shrink.
// CHECK-LABEL: func.func @slot_inner(
// CHECK: memref.subview {{.*}} : memref<2x16x3xf32, #togsim.bank> to memref<16x3xf32, strided<[3, 1], offset: ?>, #togsim.bank>
func.func @slot_inner(%i: index) {
  %b = togsim.tile : memref<2x16x24xf32, #togsim.spad<2, 1>>
  %t = togsim.slot %b[%i] : memref<2x16x24xf32, #togsim.spad<2, 1>> to memref<16x24xf32, strided<[24, 1], offset: ?>, #togsim.spad<1, 1>>
  return
}

// An op on tiles is the same op on banks. It keeps the lane dimension and stride
// for those that compute from coordinates.
// CHECK-LABEL: func.func @ops
// CHECK: linalg.fill {togsim.lane_dim = 0 : i64, togsim.lane_stride = 1 : i64} ins({{.*}}) outs({{.*}} : memref<2x24xf32, #togsim.bank>)
// The splat row of an operand that does not vary along d1 lies in the same lanes.
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : memref<2x24xf32, #togsim.bank>, memref<2x8xf32, #togsim.bank>) outs(%{{.*}} : memref<2x24xf32, #togsim.bank>) attrs = {togsim.lane_dim = 0 : i64, togsim.lane_stride = 1 : i64}
// CHECK: togsim.contract %{{.*}}, %{{.*}}, %{{.*}} : memref<1x24xf32, #togsim.bank>, memref<2x8xf32, #togsim.bank>, memref<2x24xf32, #togsim.bank>
func.func @ops() {
  %zero = arith.constant 0.0 : f32
  %y = togsim.tile : memref<16x24xf32, #togsim.spad<0, 1>>
  %z = togsim.tile : memref<16x24xf32, #togsim.spad<0, 1>>
  %s = togsim.tile : memref<16x8xf32, #togsim.spad<0, 1>>
  %x = togsim.tile : memref<8x24xf32, #togsim.spad<0, 1>>
  linalg.fill ins(%zero : f32) outs(%y : memref<16x24xf32, #togsim.spad<0, 1>>)
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%y, %s : memref<16x24xf32, #togsim.spad<0, 1>>, memref<16x8xf32, #togsim.spad<0, 1>>) outs(%z : memref<16x24xf32, #togsim.spad<0, 1>>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %c = arith.addf %a, %b : f32
    linalg.yield %c : f32
  }
  togsim.contract %x, %s, %y : memref<8x24xf32, #togsim.spad<0, 1>>, memref<16x8xf32, #togsim.spad<0, 1>>, memref<16x24xf32, #togsim.spad<0, 1>>
  return
}

// A lane stride of more than 1, the lane dimension innermost.
// CHECK-LABEL: func.func @runs
// CHECK: linalg.exp {togsim.lane_dim = 0 : i64, togsim.lane_stride = 16 : i64} ins(%{{.*}} : memref<32xf32, #togsim.bank>)
func.func @runs() {
  %x = togsim.tile : memref<256xf32, #togsim.spad<0, 16>>
  %y = togsim.tile : memref<256xf32, #togsim.spad<0, 16>>
  linalg.exp ins(%x : memref<256xf32, #togsim.spad<0, 16>>) outs(%y : memref<256xf32, #togsim.spad<0, 16>>)
  return
}

// A reduction along a dimension inside the lane stays legal.
// CHECK-LABEL: func.func @reduce_inside
// CHECK: linalg.reduce
func.func @reduce_inside() {
  %x = togsim.tile : memref<16x24xf32, #togsim.spad<0, 1>>
  %y = togsim.tile : memref<16xf32, #togsim.spad<0, 1>>
  linalg.reduce ins(%x : memref<16x24xf32, #togsim.spad<0, 1>>) outs(%y : memref<16xf32, #togsim.spad<0, 1>>) dimensions = [1]
    (%a: f32, %o: f32) {
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    }
  return
}
