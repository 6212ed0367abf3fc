// linalg on banks becomes loops over vectors that divide the innermost extent.
// small8: VLEN 256, so a register holds 8 f32 and groups of 4 hold 32.
// RUN: tilewright-opt %s --togsim-vectorize-banks=machine=small8 | FileCheck %s

// CHECK-DAG: #[[$BLOCK:.*]] = affine_map<(d0) -> (d0 * 8)>
// CHECK-DAG: #[[$LONG:.*]] = affine_map<(d0) -> ((d0 floordiv 16) * 128 + d0 mod 16)>

// 128 = 4 x 32: the widest group. 24 = 3 x 8: the widest power of two. A step
// takes as many vectors as registers hold: two groups of four registers.
// CHECK-DAG: #[[$NEXT:.*]] = affine_map<(d0) -> (d0 + 32)>
// CHECK-LABEL: func.func @plain
// CHECK: affine.for %[[I:.*]] = 0 to 2 {
// CHECK:   affine.for %[[J:.*]] = 0 to 128 step 64 {
// CHECK:     %[[J2:.*]] = affine.apply #[[$NEXT]](%[[J]])
// CHECK:     %[[V:.*]] = vector.load %{{.*}}[%[[I]], %[[J]]] : memref<2x128xf32, #togsim.bank>, vector<32xf32>
// CHECK:     %[[V2:.*]] = vector.load %{{.*}}[%[[I]], %[[J2]]]
// CHECK:     %[[E:.*]] = math.exp %[[V]] : vector<32xf32>
// CHECK:     %[[E2:.*]] = math.exp %[[V2]] : vector<32xf32>
// CHECK:     vector.store %[[E]], %{{.*}}[%[[I]], %[[J]]]
// CHECK:     vector.store %[[E2]], %{{.*}}[%[[I]], %[[J2]]]
// CHECK: affine.for %{{.*}} = 0 to 2 {
// CHECK-COUNT-3: math.exp {{.*}} : vector<8xf32>
// CHECK-NOT: linalg
func.func @plain() {
  %a = togsim.tile at 0 : memref<2x128xf32, #togsim.bank>
  %b = togsim.tile at 1024 : memref<2x128xf32, #togsim.bank>
  %c = togsim.tile at 2048 : memref<2x24xf32, #togsim.bank>
  %d = togsim.tile at 2240 : memref<2x24xf32, #togsim.bank>
  linalg.exp ins(%a : memref<2x128xf32, #togsim.bank>) outs(%b : memref<2x128xf32, #togsim.bank>)
  linalg.exp ins(%c : memref<2x24xf32, #togsim.bank>) outs(%d : memref<2x24xf32, #togsim.bank>)
  return
}

// Dimensions of one vector or one index need no loop.
// CHECK-LABEL: func.func @no_loop
// CHECK-NOT: affine.for
// CHECK: vector.store %{{.*}}, %{{.*}}[%c0{{.*}}, %c0{{.*}}] : memref<1x8xf32, #togsim.bank>, vector<8xf32>
func.func @no_loop() {
  %a = togsim.tile at 0 : memref<1x8xf32, #togsim.bank>
  linalg.exp ins(%a : memref<1x8xf32, #togsim.bank>) outs(%a : memref<1x8xf32, #togsim.bank>)
  return
}

// The widest type in the op rules the group: f64 values inside an f32 op halve it.
// CHECK-LABEL: func.func @mixed_widths
// CHECK-COUNT-4: arith.extf {{.*}} : vector<16xf32> to vector<16xf64>
// CHECK: arith.truncf {{.*}} : vector<16xf64> to vector<16xf32>
func.func @mixed_widths() {
  %a = togsim.tile at 0 : memref<64xf32, #togsim.bank>
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a : memref<64xf32, #togsim.bank>) outs(%a : memref<64xf32, #togsim.bank>) {
  ^bb0(%x: f32, %o: f32):
    %w = arith.extf %x : f32 to f64
    %p = arith.mulf %w, %w : f64
    %n = arith.truncf %p : f64 to f32
    linalg.yield %n : f32
  }
  return
}

// A splat row is read at column 0 whatever column is written, once for the row,
// with what follows from it alone; its copies limit the vectors: 8 copies, 8
// elements. 19 vectors: three steps of 6, the rest at the end.
// CHECK-LABEL: func.func @splat
// CHECK: affine.for %[[I:.*]] = 0 to 2 {
// CHECK:   %[[S:.*]] = vector.load %{{.*}}[%[[I]], %c0{{.*}}] : memref<2x8xf32, #togsim.bank>, vector<8xf32>
// CHECK:   %[[R:.*]] = math.sqrt %[[S]]
// CHECK:   affine.for %[[J:.*]] = 0 to 144 step 48 {
// CHECK-COUNT-6: vector.load {{.*}} : memref<2x152xf32, #togsim.bank>, vector<8xf32>
// CHECK-NOT: math.sqrt
// CHECK-COUNT-6: arith.addf %{{.*}}, %[[R]] : vector<8xf32>
// CHECK-COUNT-6: vector.store
// CHECK-NEXT: }
// CHECK: vector.load
// CHECK: arith.addf %{{.*}}, %[[R]]
// CHECK: vector.store
func.func @splat() {
  %a = togsim.tile at 0 : memref<2x152xf32, #togsim.bank>
  %s = togsim.tile at 1216 : memref<2x8xf32, #togsim.bank>
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%a, %s : memref<2x152xf32, #togsim.bank>, memref<2x8xf32, #togsim.bank>) outs(%a : memref<2x152xf32, #togsim.bank>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %r = math.sqrt %y : f32
    %c = arith.addf %x, %r : f32
    linalg.yield %c : f32
  }
  return
}

// Scalars - operands, constants, values from outside - are broadcast.
// CHECK-LABEL: func.func @scalars(
// CHECK-SAME: %[[S:.*]]: f32, %[[K:.*]]: f32, %[[N:.*]]: index)
// CHECK-DAG: vector.broadcast %[[S]] : f32 to vector<32xf32>
// CHECK-DAG: vector.broadcast %[[K]] : f32 to vector<32xf32>
// CHECK-DAG: arith.constant dense<2.500000e+00> : vector<32xf32>
// Indices are 32 bits wide in vectors.
// CHECK-DAG: %[[N32:.*]] = arith.index_cast %[[N]] : index to i32
// CHECK-DAG: vector.broadcast %[[N32]] : i32 to vector<32xi32>
func.func @scalars(%s: f32, %k: f32, %n: index) {
  %a = togsim.tile at 0 : memref<64xf32, #togsim.bank>
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a, %s : memref<64xf32, #togsim.bank>, f32) outs(%a : memref<64xf32, #togsim.bank>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %c = arith.constant 2.5 : f32
    %d = arith.addf %x, %y : f32
    %e = arith.mulf %d, %k : f32
    %f = arith.mulf %e, %c : f32
    %i = linalg.index 0 : index
    %in = arith.cmpi slt, %i, %n : index
    %g = arith.select %in, %f, %c : f32
    linalg.yield %g : f32
  }
  return
}

// The output's old value is loaded only when the body uses it.
// CHECK-LABEL: func.func @fill
// CHECK-NOT: vector.load
// CHECK: vector.store
// CHECK-LABEL: func.func @accumulate
// CHECK: vector.load
// CHECK: arith.addf
func.func @fill(%v: f32) {
  %a = togsim.tile at 0 : memref<64xf32, #togsim.bank>
  linalg.fill ins(%v : f32) outs(%a : memref<64xf32, #togsim.bank>)
  return
}
func.func @accumulate(%v: f32) {
  %a = togsim.tile at 0 : memref<64xf32, #togsim.bank>
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%a : memref<64xf32, #togsim.bank>) {
  ^bb0(%o: f32):
    %d = arith.addf %o, %v : f32
    linalg.yield %d : f32
  }
  return
}

// Coordinates: on small8 slot s of lane l is index 8 s + l along a lane dimension
// of stride 1.
// CHECK-LABEL: func.func @coordinates
// CHECK: affine.for %[[I:.*]] = 0 to 3 {
// The lane dimension: its base, the same in all elements, plus the lane number;
// once for the row.
// CHECK:     %[[S:.*]] = affine.apply #[[$BLOCK]](%[[I]])
// CHECK:     %[[S32:.*]] = arith.index_cast %[[S]] : index to i32
// CHECK:     %[[SB:.*]] = vector.broadcast %[[S32]]
// CHECK:     %[[LANE:.*]] = togsim.lane_index : vector<32xi32>
// CHECK:     %[[ROW:.*]] = arith.addi %[[SB]], %[[LANE]]
// CHECK:     affine.for %[[J:.*]] = 0 to
// The innermost dimension: consecutive.
// CHECK:     %[[JB:.*]] = vector.broadcast %{{.*}} : i32 to vector<32xi32>
// CHECK:     %[[STEP:.*]] = arith.constant dense<[0, 1, 2, 3, {{.*}}, 31]> : vector<32xi32>
// CHECK:     %[[COLUMN:.*]] = arith.addi %[[JB]], %[[STEP]]
// CHECK-NOT: togsim.lane_index
// CHECK:     %[[SUM:.*]] = arith.addi %[[ROW]], %[[COLUMN]] : vector<32xi32>
// CHECK:     vector.store %[[SUM]]
func.func @coordinates() {
  %a = togsim.tile at 0 : memref<3x1024xi32, #togsim.bank>
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%a : memref<3x1024xi32, #togsim.bank>) attrs = {togsim.lane_dim = 0 : i64, togsim.lane_stride = 1 : i64} {
  ^bb0(%o: i32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %s = arith.addi %i, %j : index
    %t = arith.index_cast %s : index to i32
    linalg.yield %t : i32
  }
  return
}

// An outer dimension that is neither: one number for all elements and lanes.
// CHECK-LABEL: func.func @outer_coordinate
// CHECK: affine.for %[[I:.*]] = 0 to 3 {
// CHECK-NOT: togsim.lane_index
// CHECK: vector.broadcast
// CHECK-NOT: arith.addi
// CHECK: vector.store
func.func @outer_coordinate() {
  %a = togsim.tile at 0 : memref<3x2x64xi32, #togsim.bank>
  linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} outs(%a : memref<3x2x64xi32, #togsim.bank>) attrs = {togsim.lane_dim = 1 : i64, togsim.lane_stride = 1 : i64} {
  ^bb0(%o: i32):
    %i = linalg.index 0 : index
    %t = arith.index_cast %i : index to i32
    linalg.yield %t : i32
  }
  return
}

// The lane dimension innermost, 16 indices in a row per lane: slot s of lane l is
// index (s / 16) * 16 * 8 + 16 l + s mod 16.
// CHECK-LABEL: func.func @runs
// CHECK: affine.apply #[[$LONG]]
// CHECK: %[[STEP:.*]] = arith.addi %{{.*}}, %cst
// CHECK: %[[LANE:.*]] = togsim.lane_index : vector<16xi32>
// CHECK: %[[SIXTEEN:.*]] = arith.constant dense<16> : vector<16xi32>
// CHECK: %[[SCALED:.*]] = arith.muli %[[LANE]], %[[SIXTEEN]]
// CHECK: %[[INDEX:.*]] = arith.addi %[[STEP]], %[[SCALED]]
// CHECK: arith.extsi %[[INDEX]] : vector<16xi32> to vector<16xi64>
func.func @runs() {
  %a = togsim.tile at 0 : memref<16xi64, #togsim.bank>
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%a : memref<16xi64, #togsim.bank>) attrs = {togsim.lane_dim = 0 : i64, togsim.lane_stride = 16 : i64} {
  ^bb0(%o: i64):
    %i = linalg.index 0 : index
    %t = arith.index_cast %i : index to i64
    linalg.yield %t : i64
  }
  return
}

// A reduction along the innermost dimension: partial results in the elements of a
// vector, folded by halves at the end; the start value comes in once; every copy
// of the splat row gets the result.
// CHECK-LABEL: func.func @reduction
// CHECK: affine.for %[[I:.*]] = 0 to 2 {
// CHECK:   %[[START:.*]] = vector.load %[[S:[0-9a-z_]*]][%[[I]], %c0{{.*}}] : memref<2x16xf32, #togsim.bank>, vector<8xf32>
// CHECK:   %[[NEUTRAL:.*]] = arith.constant dense<0.000000e+00> : vector<8xf32>
// CHECK:   %[[SUMS:.*]] = affine.for %[[J:.*]] = 0 to 24 step 8 iter_args(%[[ACC:.*]] = %[[NEUTRAL]])
// CHECK:     %[[X:.*]] = vector.load %{{.*}}[%[[I]], %[[J]]]
// CHECK:     %[[NEXT:.*]] = arith.addf %[[X]], %[[ACC]]
// CHECK:     affine.yield %[[NEXT]]
// CHECK:   vector.shuffle %[[SUMS]], %[[SUMS]] [4, 5, 6, 7, 0, 1, 2, 3]
// CHECK:   vector.shuffle {{.*}} [2, 3, 0, 1, 6, 7, 4, 5]
// CHECK:   vector.shuffle {{.*}} [1, 0, 3, 2, 5, 4, 7, 6]
// CHECK:   %[[ALL:.*]] = arith.addf
// CHECK:   %[[RESULT:.*]] = arith.addf %[[START]], %[[ALL]]
// CHECK:   vector.store %[[RESULT]], %[[S]][%[[I]], %c0{{.*}}]
// CHECK:   vector.store %[[RESULT]], %[[S]][%[[I]], %c8{{.*}}]
func.func @reduction() {
  %a = togsim.tile at 0 : memref<2x24xf32, #togsim.bank>
  %s = togsim.tile at 192 : memref<2x16xf32, #togsim.bank>
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<2x24xf32, #togsim.bank>) outs(%s : memref<2x16xf32, #togsim.bank>) {
  ^bb0(%x: f32, %o: f32):
    %c = arith.addf %x, %o : f32
    linalg.yield %c : f32
  }
  return
}

// A reduction along outer dimensions: partial results in a vector through the
// loops of the reduced dimensions, nothing to combine at the end.
// CHECK-LABEL: func.func @columns
// CHECK: affine.for %[[I:.*]] = 0 to 2 {
// CHECK:   affine.for %[[V:.*]] = 0 to 64 step 32 {
// CHECK:     %[[START:.*]] = vector.load %{{.*}}[%[[I]], %[[V]]] : memref<2x64xf32, #togsim.bank>, vector<32xf32>
// CHECK:     %[[OUTER:.*]] = affine.for %[[J:.*]] = 0 to 3 iter_args(%[[A:.*]] = %[[START]])
// CHECK:       %[[INNER:.*]] = affine.for %[[K:.*]] = 0 to 5 iter_args(%[[B:.*]] = %[[A]])
// CHECK:         %[[X:.*]] = vector.load %{{.*}}[%[[I]], %[[J]], %[[K]], %[[V]]]
// CHECK:         %[[NEXT:.*]] = arith.maximumf %[[X]], %[[B]]
// CHECK:         affine.yield %[[NEXT]]
// CHECK:       affine.yield %[[INNER]]
// CHECK-NOT:   vector.shuffle
// CHECK:     vector.store %[[OUTER]], %{{.*}}[%[[I]], %[[V]]]
func.func @columns() {
  %a = togsim.tile at 0 : memref<2x3x5x64xf32, #togsim.bank>
  %s = togsim.tile at 7680 : memref<2x64xf32, #togsim.bank>
  linalg.generic {indexing_maps = [affine_map<(i, j, k, v) -> (i, j, k, v)>, affine_map<(i, j, k, v) -> (i, v)>], iterator_types = ["parallel", "reduction", "reduction", "parallel"]} ins(%a : memref<2x3x5x64xf32, #togsim.bank>) outs(%s : memref<2x64xf32, #togsim.bank>) {
  ^bb0(%x: f32, %o: f32):
    %c = arith.maximumf %x, %o : f32
    linalg.yield %c : f32
  }
  return
}
