// Contractions become software-pipelined streams through the arrays.
// RUN: sed -e 's/queue_rows: 256/queue_rows: 64/' %machines/small8.yaml > %t.one.yaml
// RUN: tilewright-opt %s --togsim-lower-to-vcix=machine=%t.one.yaml | FileCheck %s
// RUN: sed -e 's/per_core: 1/per_core: 2/' %t.one.yaml > %t.two.yaml
// RUN: tilewright-opt %s --togsim-lower-to-vcix=machine=%t.two.yaml | FileCheck %s --check-prefix=TWO
// RUN: sed -e 's/per_core: 1/per_core: 4/' %t.one.yaml > %t.four.yaml
// RUN: tilewright-opt %s --togsim-lower-to-vcix=machine=%t.four.yaml | FileCheck %s --check-prefix=FOUR

// The rows of arrays 0 and 1 when they split them (@odd_columns).
// TWO-DAG: #[[$ROW:.*]] = affine_map<(d0) -> (d0 * 8)>
// TWO-DAG: #[[$HALF:.*]] = affine_map<(d0) -> ((d0 + 2) * 8)>

// small8: L = 8, and 8 f32 fill a vector. x: [K/8 = 2, 32], w: [N/8 = 2, 16],
// y: [2, 32].
//
// Queues are short, so that the lag is not rounded up to whole groups.
//
// One array: 2 x 2 groups of one block of weights each, n fastest; 4 chunks of 8
// rows per group. Pops stay 5 chunks behind: one group and one chunk, so the pops
// of chunk 0 are those of chunk 3 two groups before, and those of chunk c of chunk
// c-1 one group before; 4 + 2 iterations drain the array.
// CHECK-DAG: #[[$N:.*]] = affine_map<(d0) -> (d0 mod 2)>
// CHECK-DAG: #[[$K:.*]] = affine_map<(d0) -> (d0 floordiv 2)>
// CHECK-DAG: #[[$NEXT:.*]] = affine_map<(d0) -> (d0 + 1)>
// CHECK-DAG: #[[$BACK1:.*]] = affine_map<(d0) -> (d0 - 1)>
// CHECK-DAG: #[[$BACK2:.*]] = affine_map<(d0) -> (d0 - 2)>
// CHECK-DAG: #[[$C3:.*]] = affine_map<(d0) -> ((d0 + 3) * 8)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0) -> (d0 * 8)>
// CHECK-DAG: #[[$PUSHING:.*]] = affine_set<(d0) : (-d0 + 3 >= 0)>
// CHECK-DAG: #[[$MORE:.*]] = affine_set<(d0) : (-d0 + 2 >= 0)>
// CHECK-DAG: #[[$POP2:.*]] = affine_set<(d0) : (d0 - 2 >= 0)>
// CHECK-DAG: #[[$LAST2:.*]] = affine_set<(d0) : (d0 - 2 >= 0, -d0 + 5 >= 0)>
// CHECK-DAG: #[[$POP1:.*]] = affine_set<(d0) : (d0 - 1 >= 0)>
// CHECK-DAG: #[[$LAST1:.*]] = affine_set<(d0) : (d0 - 1 >= 0, -d0 + 4 >= 0)>
// CHECK-LABEL: func.func @contract
// CHECK: %[[X:.*]] = togsim.tile at 0
// CHECK: %[[W:.*]] = togsim.tile at 256
// CHECK: %[[Y:.*]] = togsim.tile at 512
// The first block of weights, in front of the loop.
// CHECK: %[[W0:.*]] = vector.load %[[W]][%c0{{.*}}, %c0{{.*}}] : memref<2x16xf32, #togsim.bank>, vector<8xf32>
// CHECK: togsim.wpush %[[W0]], 0
// CHECK-NOT: togsim.swap
// CHECK: affine.for %[[G:.*]] = 0 to 6 {
// Make them current, and load the next ones while these are in use.
// CHECK: affine.if #[[$PUSHING]](%[[G]]) {
// CHECK-NEXT: togsim.swap 0
// CHECK-NEXT: affine.if #[[$MORE]](%[[G]]) {
// CHECK: %[[NEXT:.*]] = affine.apply #[[$NEXT]](%[[G]])
// CHECK: %[[NN:.*]] = affine.apply #[[$N]](%[[NEXT]])
// CHECK: %[[NK:.*]] = affine.apply #[[$K]](%[[NEXT]])
// CHECK: %[[AT:.*]] = affine.apply #[[$ROW]](%[[NK]])
// CHECK: %[[WN:.*]] = vector.load %[[W]][%[[NN]], %[[AT]]]
// CHECK: togsim.wpush %[[WN]], 0
// Chunk 0: steady state, then filling, then draining.
// CHECK: affine.if #[[$PUSHING]](%[[G]]) {
// CHECK: affine.if #[[$POP2]](%[[G]]) {
// CHECK: %[[P:.*]] = affine.apply #[[$BACK2]](%[[G]])
// CHECK: affine.for %[[C:.*]] = 0 to 1 {
// CHECK-DAG: %[[KD:.*]] = affine.apply #[[$K]](%[[G]])
// CHECK-DAG: %[[RX:.*]] = affine.apply #[[$ROW]](%[[C]])
// CHECK-DAG: %[[IN:.*]] = vector.load %[[X]][%[[KD]], %[[RX]]]
// CHECK-DAG: togsim.push %[[IN]], 0
// CHECK-DAG: %[[PN:.*]] = affine.apply #[[$N]](%[[P]])
// CHECK-DAG: %[[RY:.*]] = affine.apply #[[$C3]](%[[C]])
// CHECK-DAG: %[[OLD:.*]] = vector.load %[[Y]][%[[PN]], %[[RY]]]
// CHECK-DAG: %[[NEW:.*]] = togsim.pop 0
// CHECK: %[[SUM:.*]] = arith.addf %[[OLD]], %[[NEW]]
// CHECK: vector.store %[[SUM]], %[[Y]][%[[PN]], %[[RY]]]
// CHECK: } else {
// CHECK-NOT: togsim.pop
// CHECK: togsim.push
// CHECK: } else {
// CHECK: affine.if #[[$LAST2]](%[[G]]) {
// CHECK-NOT: togsim.push
// CHECK: togsim.pop 0
// Chunks 1 to 3.
// CHECK: affine.if #[[$PUSHING]](%[[G]]) {
// CHECK: affine.if #[[$POP1]](%[[G]]) {
// CHECK: affine.apply #[[$BACK1]](%[[G]])
// CHECK: affine.for %{{.*}} = 1 to 4 {
// CHECK: togsim.push
// CHECK: togsim.pop
// CHECK: } else {
// CHECK: affine.for %{{.*}} = 1 to 4 {
// CHECK-NOT: togsim.pop
// CHECK: togsim.push
// CHECK: affine.if #[[$LAST1]](%[[G]]) {
// CHECK: affine.for %{{.*}} = 1 to 4 {
// CHECK-NOT: togsim.push
// CHECK: togsim.pop
// CHECK: return

// Two arrays take neighbouring blocks of n; they see the same rows, and a group
// has one block of weights for each: 2 groups.
// TWO-LABEL: func.func @contract
// TWO: %[[W:.*]] = togsim.tile at 256
// TWO: %[[W0:.*]] = vector.load %[[W]][%c0{{.*}}, %c0{{.*}}]
// TWO: togsim.wpush %[[W0]], 0
// TWO: %[[W1:.*]] = vector.load %[[W]][%c1{{.*}}, %c0{{.*}}]
// TWO: togsim.wpush %[[W1]], 1
// TWO: affine.for %{{.*}} = 0 to 4 {
// TWO: togsim.swap 0
// TWO-NEXT: togsim.swap 1
// TWO: %[[IN:.*]] = vector.load {{.*}} : memref<2x32xf32
// TWO-DAG: togsim.push %[[IN]], 0
// TWO-DAG: togsim.push %[[IN]], 1
// TWO-DAG: togsim.pop 0
// TWO-DAG: togsim.pop 1

// Four arrays for two blocks of n: pairs (0, 1) and (2, 3) share a block and
// split the rows.
// FOUR-LABEL: func.func @contract
// FOUR: %[[W:.*]] = togsim.tile at 256
// FOUR: %[[W0:.*]] = vector.load %[[W]][%c0{{.*}}, %c0{{.*}}]
// FOUR: togsim.wpush %[[W0]], 0
// FOUR: togsim.wpush %[[W0]], 1
// FOUR: %[[W1:.*]] = vector.load %[[W]][%c1{{.*}}, %c0{{.*}}]
// FOUR: togsim.wpush %[[W1]], 2
// FOUR: togsim.wpush %[[W1]], 3
func.func @contract() {
  %x = togsim.tile at 0 : memref<2x32xf32, #togsim.bank>
  %w = togsim.tile at 256 : memref<2x16xf32, #togsim.bank>
  %y = togsim.tile at 512 : memref<2x32xf32, #togsim.bank>
  togsim.contract %x, %w, %y {lag_chunks = 5 : i64} : memref<2x32xf32, #togsim.bank>, memref<2x16xf32, #togsim.bank>, memref<2x32xf32, #togsim.bank>
  return
}

// Three blocks of n cannot be shared by two arrays, so these split the rows:
// array 1 streams the second half, 16 rows further on.
// TWO-LABEL: func.func @odd_columns
// TWO: %[[W0:.*]] = vector.load %{{.*}}[%c0{{.*}}, %c0{{.*}}] : memref<3x8xf32
// TWO: togsim.wpush %[[W0]], 0
// TWO: togsim.wpush %[[W0]], 1
// TWO: affine.for
// TWO: affine.for %[[C:.*]] = 0 to 2 step 2 {
// TWO-DAG: %[[R0:.*]] = affine.apply #[[$ROW]](%[[C]])
// TWO-DAG: %[[R1:.*]] = affine.apply #[[$HALF]](%[[C]])
// TWO-DAG: %[[X0:.*]] = vector.load %{{.*}}[%{{.*}}, %[[R0]]] : memref<1x32xf32
// TWO-DAG: %[[X1:.*]] = vector.load %{{.*}}[%{{.*}}, %[[R1]]] : memref<1x32xf32
// TWO-DAG: togsim.push %[[X0]], 0
// TWO-DAG: togsim.push %[[X1]], 1
func.func @odd_columns() {
  %x = togsim.tile at 0 : memref<1x32xf32, #togsim.bank>
  %w = togsim.tile at 256 : memref<3x8xf32, #togsim.bank>
  %y = togsim.tile at 512 : memref<3x32xf32, #togsim.bank>
  togsim.contract %x, %w, %y {lag_chunks = 1 : i64} : memref<1x32xf32, #togsim.bank>, memref<3x8xf32, #togsim.bank>, memref<3x32xf32, #togsim.bank>
  return
}

// Neither columns nor rows can be shared: the second array stays unused.
// TWO-LABEL: func.func @one_of_each
// TWO: togsim.wpush %{{.*}}, 0
// TWO-NOT: togsim.wpush %{{.*}}, 1
// TWO-NOT: togsim.push %{{.*}}, 1
// TWO: return
func.func @one_of_each() {
  %x = togsim.tile at 0 : memref<1x8xf32, #togsim.bank>
  %w = togsim.tile at 256 : memref<1x8xf32, #togsim.bank>
  %y = togsim.tile at 512 : memref<1x8xf32, #togsim.bank>
  togsim.contract %x, %w, %y {lag_chunks = 1 : i64} : memref<1x8xf32, #togsim.bank>, memref<1x8xf32, #togsim.bank>, memref<1x8xf32, #togsim.bank>
  return
}
