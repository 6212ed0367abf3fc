// Products that stay open: the first groups of one pop what the one before left.
// RUN: sed -e 's/queue_rows: 256/queue_rows: 64/' %machines/small8.yaml > %t.yaml
// RUN: tilewright-opt %s --togsim-lower-to-vcix=machine=%t.yaml | FileCheck %s

// small8 with short queues: 2 x 2 groups of 4 chunks; pops stay 5 chunks
// behind: a group and a chunk. Groups of the previous product count backwards from -1.
// CHECK-DAG: #[[$N:.*]] = affine_map<(d0) -> (d0 mod 2)>
// CHECK-DAG: #[[$BACK1:.*]] = affine_map<(d0) -> (d0 - 1)>
// CHECK-DAG: #[[$BACK2:.*]] = affine_map<(d0) -> (d0 - 2)>
// CHECK-DAG: #[[$POP2:.*]] = affine_set<(d0) : (d0 - 2 >= 0)>
// CHECK-DAG: #[[$POP1:.*]] = affine_set<(d0) : (d0 - 1 >= 0)>
// CHECK-DAG: #[[$LEFT2:.*]] = affine_set<(d0) : (d0 >= 0, -d0 + 1 >= 0)>
// CHECK-DAG: #[[$LEFT1:.*]] = affine_set<(d0) : (d0 >= 0, -d0 >= 0)>

// The first of all pushes only, until its own results are there.
// CHECK-LABEL: func.func @first
// CHECK: togsim.wpush
// CHECK: affine.for %[[G:.*]] = 0 to 4 {
// CHECK: affine.if #[[$POP2]](%[[G]]) {
// CHECK: togsim.pop
// CHECK: } else {
// CHECK-NOT: togsim.pop
// CHECK: affine.if #[[$POP1]](%[[G]]) {
// CHECK: togsim.pop
// CHECK: } else {
// CHECK-NOT: togsim.pop
// CHECK: return
func.func @first() {
  %x = togsim.tile at 0 : memref<2x32xf32, #togsim.bank>
  %w = togsim.tile at 256 : memref<2x16xf32, #togsim.bank>
  %y = togsim.tile at 512 : memref<2x32xf32, #togsim.bank>
  togsim.contract %x, %w, %y {lag_chunks = 5 : i64, open} : memref<2x32xf32, #togsim.bank>, memref<2x16xf32, #togsim.bank>, memref<2x32xf32, #togsim.bank>
  return
}

// In a part that ends where the previous results are complete.
// CHECK-LABEL: func.func @next
// CHECK: %[[Y:.*]] = togsim.tile at 512
// CHECK: %[[Z:.*]] = togsim.tile at 768
// CHECK: togsim.wpush
// CHECK: affine.for %[[G:.*]] = 0 to 2 {
// Chunk 0 of a group is two groups behind: never its own.
// CHECK-NOT: affine.if #[[$POP2]]
// CHECK: %[[P:.*]] = affine.apply #[[$BACK2]](%[[G]])
// CHECK: %[[PN:.*]] = affine.apply #[[$N]](%[[P]])
// CHECK: %[[SUM:.*]] = vector.load %[[Z]][%[[PN]],
// CHECK: togsim.pop
// CHECK: vector.store %{{.*}}, %[[Z]][%[[PN]],
// CHECK: affine.if #[[$POP1]](%[[G]]) {
// CHECK: vector.store %{{.*}}, %[[Y]][
// CHECK: } else {
// CHECK: vector.store %{{.*}}, %[[Z]][
// The rest: only its own results, and weights that the first part has pushed.
// CHECK: affine.for %[[H:.*]] = 2 to 4 {
// CHECK: togsim.swap
// CHECK-NOT: affine.if #[[$POP2]]
// CHECK: affine.apply #[[$BACK2]](%[[H]])
// CHECK: vector.store %{{.*}}, %[[Y]][
// CHECK: affine.apply #[[$BACK1]](%[[H]])
// CHECK: vector.store %{{.*}}, %[[Y]][
// CHECK: return
func.func @next() {
  %x = togsim.tile at 0 : memref<2x32xf32, #togsim.bank>
  %w = togsim.tile at 256 : memref<2x16xf32, #togsim.bank>
  %y = togsim.tile at 512 : memref<2x32xf32, #togsim.bank>
  %z = togsim.tile at 768 : memref<2x32xf32, #togsim.bank>
  togsim.contract %x, %w, %y previous %z {lag_chunks = 5 : i64, open, part = array<i64: 0, 2>} : memref<2x32xf32, #togsim.bank>, memref<2x16xf32, #togsim.bank>, memref<2x32xf32, #togsim.bank>, memref<2x32xf32, #togsim.bank>
  togsim.contract %x, %w, %y {lag_chunks = 5 : i64, open, part = array<i64: 2, -1>} : memref<2x32xf32, #togsim.bank>, memref<2x16xf32, #togsim.bank>, memref<2x32xf32, #togsim.bank>
  return
}

// CHECK-LABEL: func.func @drain
// CHECK-NOT: togsim.push
// CHECK: affine.for %[[G:.*]] = 0 to 2 {
// CHECK: affine.if #[[$LEFT2]](%[[G]]) {
// CHECK: affine.apply #[[$BACK2]](%[[G]])
// CHECK: togsim.pop
// CHECK: affine.if #[[$LEFT1]](%[[G]]) {
// CHECK: affine.apply #[[$BACK1]](%[[G]])
// CHECK: togsim.pop
// CHECK: return
func.func @drain() {
  %y = togsim.tile at 512 : memref<2x32xf32, #togsim.bank>
  togsim.drain %y {lag_chunks = 5 : i64} : memref<2x32xf32, #togsim.bank>
  return
}
