// Scans: rows on the lanes, a vector of them per lane; the axis in tiles that hand
// on a carry.
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 --split-input-file | FileCheck %s
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 --togsim-pipeline-transfers --togsim-project-lanes=machine=small8 --togsim-allocate-scratchpad=machine=small8 --togsim-mark-nodes --togsim-vectorize-banks=machine=small8 --split-input-file | FileCheck %s --check-prefix=VECTOR

// CHECK-LABEL: func.func @columns(
// CHECK-DAG: %[[CARRY:.*]] = togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
// CHECK-DAG: %[[X:.*]] = togsim.tile : memref<{{.*}}x64xbf16, #togsim.spad<1, 8>>
// CHECK: linalg.fill ins(%{{.*}} : f32) outs(%[[CARRY]]
// CHECK: affine.for
// CHECK: togsim.transfer load %arg0[{{.*}}], %[[X2:.*]] extents [{{.*}}, 64] valid({{.*}}) strides [50, 1] fill 0.000000e+00 : bf16
// CHECK: togsim.scan "arith.addf" %[[X2]], %[[CARRY2:.*]], %[[Y:.*]] :
// CHECK: togsim.transfer store %arg1[{{.*}}], %[[Y]]
// The chain of sums is in f32.
// VECTOR-LABEL: func.func @columns(
// VECTOR: affine.for {{.*}} iter_args(%{{.*}} = %{{.*}}) -> (vector<8xf32>)
// VECTOR: vector.load {{.*}} vector<8xbf16>
// VECTOR: arith.extf {{.*}} vector<8xbf16> to vector<8xf32>
// VECTOR: arith.addf {{.*}} : vector<8xf32>
// VECTOR: arith.truncf {{.*}} vector<8xf32> to vector<8xbf16>
// VECTOR: vector.store
func.func private @columns(%x: tensor<1000x50xbf16>) -> tensor<1000x50xbf16> attributes {togsim.kernel} {
  %o = tensor.empty() : tensor<1000x50xbf16>
  %c = tensor.empty() : tensor<50xbf16>
  %0:2 = tm_tensor.scan dimension(0) inclusive(true) ins(%x : tensor<1000x50xbf16>) outs(%o, %c : tensor<1000x50xbf16>, tensor<50xbf16>) {
  ^bb0(%a: bf16, %b: bf16):
    %s = arith.addf %a, %b : bf16
    tm_tensor.yield %s : bf16
  } -> tensor<1000x50xbf16>, tensor<50xbf16>
  return %0#0 : tensor<1000x50xbf16>
}

// -----

// Exclusive, and the total is stored behind the tiles of the axis.
// CHECK-LABEL: func.func @total(
// CHECK: linalg.fill ins(%{{.*}} : i32) outs(%[[CARRY:.*]] : memref<64xi32, #togsim.spad<0, 8>>)
// CHECK: togsim.scan "arith.muli" exclusive
// CHECK: togsim.transfer store %arg1
// CHECK: togsim.transfer store %arg2[{{.*}}], %[[CARRY]]
func.func private @total(%x: tensor<20x33xi32>) -> (tensor<20x33xi32>, tensor<20xi32>) attributes {togsim.kernel} {
  %one = arith.constant 1 : i32
  %o = tensor.empty() : tensor<20x33xi32>
  %e = tensor.empty() : tensor<20xi32>
  %c = linalg.fill ins(%one : i32) outs(%e : tensor<20xi32>) -> tensor<20xi32>
  %0:2 = tm_tensor.scan dimension(1) inclusive(false) ins(%x : tensor<20x33xi32>) outs(%o, %c : tensor<20x33xi32>, tensor<20xi32>) {
  ^bb0(%a: i32, %b: i32):
    %s = arith.muli %a, %b : i32
    tm_tensor.yield %s : i32
  } -> tensor<20x33xi32>, tensor<20xi32>
  return %0#0, %0#1 : tensor<20x33xi32>, tensor<20xi32>
}
