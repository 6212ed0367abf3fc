// A compute node is a run of operations on banks without a move, a wait or a guard
// in between; ids count up in program order.
// RUN: tilewright-opt %s --togsim-mark-nodes | FileCheck %s

// CHECK-LABEL: func.func @nodes
func.func @nodes(%x: memref<64xf32>, %i: index) {
  %zero = arith.constant 0.0 : f32
  %a = togsim.tile at 0 : memref<8x8xf32, #togsim.bank>
  %b = togsim.tile at 256 : memref<8x8xf32, #togsim.bank>
  %m = togsim.tile at 512 : memref<1x8xf32, #togsim.bank>
  %c = togsim.tile at 544 : memref<8xf32, #togsim.bank>
  // Two ops in a row are one node.
  // CHECK: togsim.node 0 "vector"
  // CHECK-NEXT: linalg.fill
  // CHECK-NEXT: linalg.exp
  linalg.fill ins(%zero : f32) outs(%a : memref<8x8xf32, #togsim.bank>)
  linalg.exp ins(%a : memref<8x8xf32, #togsim.bank>) outs(%b : memref<8x8xf32, #togsim.bank>)
  // CHECK-NEXT: togsim.wait
  togsim.wait %i
  // Index arithmetic is no computation.
  // CHECK-NEXT: affine.apply
  %j = affine.apply affine_map<(d0) -> (d0 + 1)>(%i)
  // A node with a contraction is a matmul node even when other ops come first.
  // CHECK-NEXT: togsim.node 1 "matmul"
  // CHECK-NEXT: linalg.fill
  // CHECK-NEXT: togsim.contract
  // CHECK-NEXT: linalg.exp
  linalg.fill ins(%zero : f32) outs(%m : memref<1x8xf32, #togsim.bank>)
  togsim.contract %m, %m, %m : memref<1x8xf32, #togsim.bank>, memref<1x8xf32, #togsim.bank>, memref<1x8xf32, #togsim.bank>
  linalg.exp ins(%a : memref<8x8xf32, #togsim.bank>) outs(%b : memref<8x8xf32, #togsim.bank>)
  // CHECK: togsim.dma_start
  togsim.dma_start store %x[%i], %c valid(%i) tag(%i) strides [1] fill 0.0 : f32 {extents = array<i64: 64>, tile_dims = array<i64: 0>, lane_axis = 0 : i64, lane_stride = 8 : i64} : memref<64xf32>, memref<8xf32, #togsim.bank>
  // A loop without events belongs to the node around it.
  // CHECK-NEXT: togsim.node 2 "vector"
  // CHECK-NEXT: affine.for
  // CHECK-NEXT: linalg.exp
  affine.for %k = 0 to 3 {
    linalg.exp ins(%a : memref<8x8xf32, #togsim.bank>) outs(%b : memref<8x8xf32, #togsim.bank>)
  }
  // A loop with events is a level of its own.
  // CHECK: affine.for
  // CHECK-NEXT: togsim.wait
  // CHECK-NEXT: togsim.node 3 "vector"
  // CHECK-NEXT: linalg.exp
  affine.for %k = 0 to 3 {
    togsim.wait %k
    linalg.exp ins(%a : memref<8x8xf32, #togsim.bank>) outs(%b : memref<8x8xf32, #togsim.bank>)
    // What a guard holds does not run every time, so it is a node of its own, and
    // so is what follows.
    // CHECK-NEXT: affine.if
    // CHECK-NEXT: togsim.node 4 "vector"
    // CHECK-NEXT: linalg.fill
    affine.if affine_set<(d0) : (d0 == 0)>(%k) {
      linalg.fill ins(%zero : f32) outs(%a : memref<8x8xf32, #togsim.bank>)
    }
    // CHECK: togsim.node 5 "vector"
    // CHECK-NEXT: linalg.exp
    linalg.exp ins(%a : memref<8x8xf32, #togsim.bank>) outs(%b : memref<8x8xf32, #togsim.bank>)
  }
  // CHECK-NOT: togsim.node
  return
}

// Ids start again in every kernel.
// CHECK-LABEL: func.func @second
// CHECK: togsim.node 0 "vector"
func.func @second() {
  %zero = arith.constant 0.0 : f32
  %a = togsim.tile at 0 : memref<8x8xf32, #togsim.bank>
  linalg.fill ins(%zero : f32) outs(%a : memref<8x8xf32, #togsim.bank>)
  return
}
