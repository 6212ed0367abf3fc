// Sorts: a row per lane, padded to a power of two with what comes last; words with
// key and position are sorted.
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 --split-input-file | FileCheck %s
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 --togsim-pipeline-transfers --togsim-project-lanes=machine=small8 --togsim-allocate-scratchpad=machine=small8 --togsim-mark-nodes --togsim-vectorize-banks=machine=small8 --split-input-file | FileCheck %s --check-prefix=VECTOR

// CHECK-LABEL: func.func @floats(
// CHECK: togsim.transfer load %arg0[{{.*}}], %[[X:.*]] extents [16, 64] valid({{.*}}) strides [40, 1] fill 0x7FC00000 : f32
// CHECK: linalg.generic {{.*}} ins(%[[X]] : {{.*}}) outs(%[[WORDS:.*]] : memref<16x64xi64, #togsim.spad<0, 1>>)
// CHECK: linalg.index 1
// CHECK: togsim.sort_rows %[[WORDS]] : memref<16x64xi64, #togsim.spad<0, 1>>
// CHECK: linalg.generic {{.*}} ins(%[[WORDS]] : {{.*}}) outs(%[[V:.*]] : memref<16x64xf32, #togsim.spad<0, 1>>)
// CHECK: togsim.transfer store %arg1[{{.*}}], %[[V]] extents [16, 64] valid(%{{.*}}, %c3{{.*}}) strides [3, 1]
// CHECK: linalg.generic {{.*}} ins(%[[WORDS]] : {{.*}}) outs(%[[P:.*]] : memref<16x64xi64, #togsim.spad<0, 1>>)
// CHECK: togsim.transfer store %arg2[{{.*}}], %[[P]]
// One word: minima and maxima. 16 words are a vector, the first phases need none
// but itself; 32 and 64 pair vectors.
// VECTOR-LABEL: func.func @floats(
// VECTOR: vector.shuffle {{.*}} : vector<16xi64>, vector<16xi64>
// VECTOR: arith.minsi {{.*}} : vector<16xi64>
// VECTOR: arith.maxsi {{.*}} : vector<16xi64>
// VECTOR: affine.for %{{.*}} = 0 to 64 step 32
// VECTOR: affine.for %{{.*}} = 0 to 64 step 64
// VECTOR: affine.for %{{.*}} = 0 to 32 step 16
func.func private @floats(%x: tensor<20x40xf32>) -> (tensor<20x3xf32>, tensor<20x3xi64>) attributes {togsim.kernel} {
  %v = tensor.empty() : tensor<20x3xf32>
  %p = tensor.empty() : tensor<20x3xi64>
  %0:2 = tm_tensor.topk dimension(1) ins(%x : tensor<20x40xf32>) outs(%v, %p : tensor<20x3xf32>, tensor<20x3xi64>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf olt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<20x3xf32>, tensor<20x3xi64>
  return %0#0, %0#1 : tensor<20x3xf32>, tensor<20x3xi64>
}

// -----

// 64-bit keys have a second word for the position; descending, the least number is
// padding. The rows lie along the first dimension.
// CHECK-LABEL: func.func @wide(
// CHECK: togsim.transfer load %arg0[{{.*}}], %{{.*}} extents [16, 64] valid({{.*}}) strides [1, 20] fill -9223372036854775808 : i64
// CHECK: togsim.sort_rows %{{.*}}, %{{.*}} : memref<16x64xi64, #togsim.spad<0, 1>>, memref<16x64xi64, #togsim.spad<0, 1>>
// VECTOR-LABEL: func.func @wide(
// VECTOR: arith.cmpi slt
// VECTOR: arith.select
func.func private @wide(%x: tensor<40x20xi64>) -> (tensor<40x20xi64>, tensor<40x20xi32>) attributes {togsim.kernel} {
  %v = tensor.empty() : tensor<40x20xi64>
  %p = tensor.empty() : tensor<40x20xi32>
  %0:2 = tm_tensor.topk dimension(0) ins(%x : tensor<40x20xi64>) outs(%v, %p : tensor<40x20xi64>, tensor<40x20xi32>) {
  ^bb0(%a: i64, %b: i64):
    %c = arith.cmpi sgt, %a, %b : i64
    tm_tensor.yield %c : i1
  } -> tensor<40x20xi64>, tensor<40x20xi32>
  return %0#0, %0#1 : tensor<40x20xi64>, tensor<40x20xi32>
}

// -----

// Only values of 64-bit keys: one word.
// CHECK-LABEL: func.func @values(
// CHECK: togsim.sort_rows %{{[^ ,]*}} : memref<16x64xi64, #togsim.spad<0, 1>>
func.func private @values(%x: tensor<20x40xi64>) -> tensor<20x40xi64> attributes {togsim.kernel} {
  %v = tensor.empty() : tensor<20x40xi64>
  %p = tensor.empty() : tensor<20x40xi32>
  %0:2 = tm_tensor.topk dimension(1) ins(%x : tensor<20x40xi64>) outs(%v, %p : tensor<20x40xi64>, tensor<20x40xi32>) {
  ^bb0(%a: i64, %b: i64):
    %c = arith.cmpi slt, %a, %b : i64
    tm_tensor.yield %c : i1
  } -> tensor<20x40xi64>, tensor<20x40xi32>
  return %0#0 : tensor<20x40xi64>
}
