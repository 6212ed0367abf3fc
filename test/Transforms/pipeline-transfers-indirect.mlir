// Indirect transfers cannot run ahead of the indices, and stores of this kind are
// in order.
// RUN: tilewright-opt %s --togsim-pipeline-transfers | FileCheck %s

#id = affine_map<(d0) -> (d0)>
#rows = affine_map<(d0, d1) -> (d0, d1)>

// The index input is double buffered; the rows are loaded where they stand and
// waited for before their use; the result is double buffered.
// CHECK-LABEL: func.func @gather
// CHECK: togsim.dma_start load %{{.*}} strides [1] fill 0 : i32
// CHECK: affine.for %[[IT:.*]] = 0 to 4 {
// CHECK: affine.if
// CHECK: togsim.dma_start load %{{.*}} strides [1] fill 0 : i32
// CHECK: togsim.wait
// CHECK: linalg.generic {{.*}} outs(%[[INDEX:.*]] : memref<8xi32
// CHECK: togsim.dma_start load %{{.*}} tag(%[[TAG:.*]]) strides [0, 1] index %[[INDEX]] dims [0, -1] stride 16 below 100
// CHECK: togsim.wait
// CHECK: linalg.generic
// CHECK: togsim.dma_start store
func.func @gather(%i: memref<32xi32>, %x: memref<100x16xf32>, %y: memref<32x16xf32>) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %in = togsim.tile : memref<8xi32, #togsim.spad<0, 1>>
  %n = togsim.tile : memref<8xi32, #togsim.spad<0, 1>>
  %t = togsim.tile : memref<8x16xf32, #togsim.spad<0, 1>>
  %o = togsim.tile : memref<8x16xf32, #togsim.spad<0, 1>>
  affine.for %k = 0 to 4 {
    %a = affine.apply affine_map<(d0) -> (d0 * 8)>(%k)
    %b = affine.apply affine_map<(d0) -> (d0 * 128)>(%k)
    togsim.transfer load %i[%a], %in extents [8] valid(%c8) strides [1] fill 0 : i32 : memref<32xi32>, memref<8xi32, #togsim.spad<0, 1>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%in : memref<8xi32, #togsim.spad<0, 1>>) outs(%n : memref<8xi32, #togsim.spad<0, 1>>) {
    ^bb0(%v: i32, %w: i32):
      linalg.yield %v : i32
    }
    togsim.transfer load %x[%c0], %t extents [8, 16] valid(%c8, %c16) strides [0, 1] index %n dims [0, -1] stride 16 below 100 fill 0.0 : f32 : memref<100x16xf32>, memref<8x16xf32, #togsim.spad<0, 1>>, memref<8xi32, #togsim.spad<0, 1>>
    linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel"]} ins(%t : memref<8x16xf32, #togsim.spad<0, 1>>) outs(%o : memref<8x16xf32, #togsim.spad<0, 1>>) {
    ^bb0(%v: f32, %w: f32):
      linalg.yield %v : f32
    }
    togsim.transfer store %y[%b], %o extents [8, 16] valid(%c8, %c16) strides [16, 1] fill 0.0 : f32 : memref<32x16xf32>, memref<8x16xf32, #togsim.spad<0, 1>>
  }
  return
}

// One copy of what an accumulating store reads; its index and its data are written
// again only after its wait.
// CHECK-LABEL: func.func @scatter
// CHECK-DAG: %[[N:.*]] = togsim.tile : memref<8xi32, #togsim.spad<0, 1>>
// CHECK-DAG: %[[O:.*]] = togsim.tile : memref<8x16xf32, #togsim.spad<0, 1>>
// CHECK: affine.for
// CHECK: togsim.wait %[[TAG:.*]]
// CHECK: linalg.generic {{.*}} outs(%[[N]]
// CHECK: togsim.wait
// CHECK: linalg.generic {{.*}} outs(%[[O]]
// CHECK: togsim.dma_start store %{{.*}}, %[[O]] {{.*}} index %[[N]] dims [0, -1] stride 16 below 100 accumulate add
func.func @scatter(%i: memref<32xi32>, %x: memref<32x16xf32>, %y: memref<100x16xf32>) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %in = togsim.tile : memref<8xi32, #togsim.spad<0, 1>>
  %n = togsim.tile : memref<8xi32, #togsim.spad<0, 1>>
  %t = togsim.tile : memref<8x16xf32, #togsim.spad<0, 1>>
  %o = togsim.tile : memref<8x16xf32, #togsim.spad<0, 1>>
  affine.for %k = 0 to 4 {
    %a = affine.apply affine_map<(d0) -> (d0 * 8)>(%k)
    %b = affine.apply affine_map<(d0) -> (d0 * 128)>(%k)
    togsim.transfer load %i[%a], %in extents [8] valid(%c8) strides [1] fill 0 : i32 : memref<32xi32>, memref<8xi32, #togsim.spad<0, 1>>
    togsim.transfer load %x[%b], %t extents [8, 16] valid(%c8, %c16) strides [16, 1] fill 0.0 : f32 : memref<32x16xf32>, memref<8x16xf32, #togsim.spad<0, 1>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%in : memref<8xi32, #togsim.spad<0, 1>>) outs(%n : memref<8xi32, #togsim.spad<0, 1>>) {
    ^bb0(%v: i32, %w: i32):
      linalg.yield %v : i32
    }
    linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel"]} ins(%t : memref<8x16xf32, #togsim.spad<0, 1>>) outs(%o : memref<8x16xf32, #togsim.spad<0, 1>>) {
    ^bb0(%v: f32, %w: f32):
      linalg.yield %v : f32
    }
    togsim.transfer store %y[%c0], %o extents [8, 16] valid(%c8, %c16) strides [0, 1] index %n dims [0, -1] stride 16 below 100 accumulate add fill 0.0 : f32 : memref<100x16xf32>, memref<8x16xf32, #togsim.spad<0, 1>>, memref<8xi32, #togsim.spad<0, 1>>
  }
  return
}
