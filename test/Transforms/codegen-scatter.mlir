// A scatter is an indirect store, in order, which may accumulate.
// RUN: tilewright-opt %s --split-input-file --togsim-codegen=machine=small8 | FileCheck %s

// Lanes take whole rows; the positions are the index tile as they are.
// CHECK-LABEL: func.func @add
// CHECK: togsim.transfer load %arg0
// CHECK: togsim.transfer load %arg1
// CHECK: linalg.generic {{.*}} outs(%[[INDEX:.*]] : memref<{{.*}}xi64
// CHECK: linalg.generic
// CHECK: togsim.transfer store %arg3{{.*}} strides [0, 1] index %[[INDEX]] dims [0, -1] stride 40 below 12 accumulate add
func.func private @add(%v: tensor<33x1x40xf32>, %i: tensor<33x1xi64>, %x: tensor<12x40xf32>) -> tensor<12x40xf32> attributes {togsim.kernel, togsim.ops = [], togsim.inplace = [2]} {
  %r = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(false) ins(%v, %i : tensor<33x1x40xf32>, tensor<33x1xi64>) outs(%x : tensor<12x40xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %b, %a : f32
    tm_tensor.yield %s : f32
  } -> tensor<12x40xf32>
  return %r : tensor<12x40xf32>
}

// -----

// Two positions make one index; -1 where one is outside.
// CHECK-LABEL: func.func @put_pairs
// CHECK: arith.cmpi ult
// CHECK: arith.select
// CHECK: togsim.transfer store {{.*}} index %{{.*}} dims [0] stride 1 below 108 fill
func.func private @put_pairs(%v: tensor<70xf32>, %i: tensor<70x2xi64>, %x: tensor<12x9xf32>) -> tensor<12x9xf32> attributes {togsim.kernel, togsim.ops = [], togsim.inplace = [2]} {
  %r = tm_tensor.scatter {dimension_map = array<i64: 0, 1>} unique_indices(true) ins(%v, %i : tensor<70xf32>, tensor<70x2xi64>) outs(%x : tensor<12x9xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<12x9xf32>
  return %r : tensor<12x9xf32>
}
