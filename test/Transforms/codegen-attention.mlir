// Attention: scores stay in the scratchpad, keys come in tiles, a new maximum
// rescales what was summed before.
// RUN: tilewright-opt %s --togsim-affine-graph --togsim-partition --togsim-codegen=machine=small8 | FileCheck %s

// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$SPLAT:.*]] = affine_map<(d0, d1) -> (d0, 0)>
// Queries 0 to 23 see no key of a tile that begins behind key 23.
// CHECK-DAG: #[[$SEEN:.*]] = affine_set<(d0) : (-d0 + 23 >= 0)>

// CHECK-LABEL: func.func @kernel_0_attention(
// CHECK-SAME: togsim.macs = 32000
// Maximum, sum and result of 20 queries in 3 lanes' rounds.
// CHECK-DAG: linalg.fill ins(%[[LOW:.*]] : f32) outs(%[[MAX:.*]] : memref<24x24xf32, #togsim.spad<0, 1>>)
// CHECK-DAG: linalg.fill ins({{.*}}) outs(%[[Y:.*]] : memref<24x8xf32, #togsim.spad<0, 1>>)
// CHECK: togsim.transfer load %arg0{{.*}}, %[[Q:.*]] extents [24, 8] valid({{.*}}) strides [5, 1]
// CHECK: affine.for
// Moves are outside of the guard. A key is read along its depth.
// CHECK: %[[FIRST:.*]] = affine.apply
// CHECK: togsim.transfer load %arg1{{.*}}, %[[K:.*]] extents [8, 24] valid({{.*}}) strides [200, 1]
// CHECK: togsim.transfer load %arg2{{.*}}, %[[V:.*]] extents [24, 8] valid({{.*}}) strides [3, 1]
// CHECK: affine.if #[[$SEEN]](%[[FIRST]]) {
// CHECK: linalg.fill ins({{.*}}) outs(%[[S:.*]] : memref<24x24xf32, #togsim.spad<0, 1>>)
// CHECK: togsim.contract %[[K]], %[[Q]], %[[S]]
// The mask by coordinates of 32 bits, then -inf behind the last key.
// CHECK: linalg.generic {{.*}} outs(%[[S]] :
// CHECK: arith.cmpi sle, %{{.*}}, %{{.*}} : i32
// CHECK: arith.cmpi slt, %{{.*}}, %{{.*}} : index
// CHECK: %[[OUTSIDE:.*]] = arith.constant 0xFF800000 : f32
// CHECK: arith.select %{{.*}}, %{{.*}}, %[[OUTSIDE]]
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$ID]]], {{.*}} ins(%[[MAX]] : {{.*}}) outs(%[[NEXT:.*]] : memref
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$SPLAT]]], iterator_types = ["parallel", "reduction"]} ins(%[[S]] : {{.*}}) outs(%[[NEXT]] :
// CHECK: arith.maxnumf
// As long as the maximum is -inf, 0 is subtracted.
// CHECK: linalg.generic {{.*}} ins(%[[NEXT]] : {{.*}}) outs(%[[MAX]], %[[RESCALE:.*]], %[[SUM:.*]], %[[NEXT]] :
// CHECK: arith.cmpf oeq
// CHECK: arith.select
// CHECK: math.exp
// CHECK: linalg.generic {indexing_maps = [#[[$SPLAT]], #[[$ID]]], {{.*}} ins(%[[NEXT]] : {{.*}}) outs(%[[S]] :
// CHECK: math.exp
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$SPLAT]]], iterator_types = ["parallel", "reduction"]} ins(%[[S]] : {{.*}}) outs(%[[SUM]] :
// CHECK: arith.addf
// CHECK: linalg.generic {{.*}} ins(%[[RESCALE]] : {{.*}}) outs(%[[Y]] :
// CHECK: togsim.contract %[[V]], %[[S]], %[[Y]]
// CHECK: }
// CHECK: linalg.generic {{.*}} outs(%[[SUM]] :
// CHECK: arith.divf
// CHECK: linalg.generic {{.*}} ins(%[[Y]], %[[SUM]] :
// CHECK: togsim.transfer store %arg3
#id = affine_map<(q, k) -> (q, k)>
#row = affine_map<(q, k) -> (q)>
func.func @causal(%query: tensor<20x5xf32>, %key: tensor<5x200xf32>, %value: tensor<200x3xf32>) -> tensor<20x3xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<20x200xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%e : tensor<20x200xf32>) -> tensor<20x200xf32>
  %scores = linalg.matmul ins(%query, %key : tensor<20x5xf32>, tensor<5x200xf32>) outs(%fs : tensor<20x200xf32>) -> tensor<20x200xf32>
  %logits = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%scores : tensor<20x200xf32>) outs(%e : tensor<20x200xf32>) {
  ^bb0(%s: f32, %o: f32):
    %q = linalg.index 0 : index
    %k = linalg.index 1 : index
    %qi = arith.index_cast %q : index to i64
    %ki = arith.index_cast %k : index to i64
    %c = arith.cmpi sle, %ki, %qi : i64
    %l = arith.select %c, %s, %low : f32
    linalg.yield %l : f32
  } -> tensor<20x200xf32>
  %er = tensor.empty() : tensor<20xf32>
  %fm = linalg.fill ins(%low : f32) outs(%er : tensor<20xf32>) -> tensor<20xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%logits : tensor<20x200xf32>) outs(%fm : tensor<20xf32>) {
  ^bb0(%l: f32, %o: f32):
    %m = arith.maximumf %l, %o : f32
    linalg.yield %m : f32
  } -> tensor<20xf32>
  %weights = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%logits, %max : tensor<20x200xf32>, tensor<20xf32>) outs(%e : tensor<20x200xf32>) {
  ^bb0(%l: f32, %m: f32, %o: f32):
    %d = arith.subf %l, %m : f32
    %w = math.exp %d : f32
    linalg.yield %w : f32
  } -> tensor<20x200xf32>
  %fz = linalg.fill ins(%zero : f32) outs(%er : tensor<20xf32>) -> tensor<20xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%weights : tensor<20x200xf32>) outs(%fz : tensor<20xf32>) {
  ^bb0(%w: f32, %o: f32):
    %s = arith.addf %w, %o : f32
    linalg.yield %s : f32
  } -> tensor<20xf32>
  %p = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%weights, %sum : tensor<20x200xf32>, tensor<20xf32>) outs(%e : tensor<20x200xf32>) {
  ^bb0(%w: f32, %s: f32, %o: f32):
    %d = arith.divf %w, %s : f32
    linalg.yield %d : f32
  } -> tensor<20x200xf32>
  %ey = tensor.empty() : tensor<20x3xf32>
  %fy = linalg.fill ins(%zero : f32) outs(%ey : tensor<20x3xf32>) -> tensor<20x3xf32>
  %y = linalg.matmul ins(%p, %value : tensor<20x200xf32>, tensor<200x3xf32>) outs(%fy : tensor<20x3xf32>) -> tensor<20x3xf32>
  return %y : tensor<20x3xf32>
}
