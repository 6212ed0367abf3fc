// RUN: tilewright-opt %s --split-input-file --togsim-normalize | FileCheck %s

// Named ops become generics that remember their names and positions; the fill that
// starts an accumulator stays.
func.func @matmul(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>) -> tensor<4x16xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4x16xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x16xf32>) -> tensor<4x16xf32>
  %r = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x16xf32>) outs(%fill : tensor<4x16xf32>) -> tensor<4x16xf32> loc("model.py":12:3)
  return %r : tensor<4x16xf32>
}

// CHECK-LABEL: @matmul
// CHECK: %[[FILL:.*]] = linalg.fill {togsim.ops = ["linalg.fill|{{.*}}normalize.mlir:8:11#0"]}
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "parallel", "reduction"]
// CHECK-SAME: outs(%[[FILL]] : tensor<4x16xf32>)
// CHECK-SAME: togsim.ops = ["linalg.matmul|model.py:12:3#1"]

// -----

// A filled tensor that is data is a generic; one that an elementwise op reads is a
// scalar in its body.
func.func @fill_as_data(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %c = arith.constant 2.5 : f32
  %empty = tensor.empty() : tensor<4xf32>
  %fill = linalg.fill ins(%c : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  %r = linalg.mul ins(%a, %fill : tensor<4xf32>, tensor<4xf32>) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  return %fill, %r : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @fill_as_data
// CHECK: %[[C:.*]] = arith.constant 2.5
// CHECK-NOT: linalg.fill ins
// CHECK: %[[FILL:.*]] = linalg.generic
// CHECK-NOT: ins(
// CHECK: linalg.yield %[[C]]
// CHECK: %[[R:.*]] = linalg.generic
// CHECK-SAME: ins(%{{.*}} : tensor<4xf32>) outs
// CHECK-SAME: togsim.ops = ["linalg.fill|{{.*}}", "linalg.mul|{{.*}}"]
// CHECK: arith.mulf %{{.*}}, %[[C]]
// CHECK: return %[[FILL]], %[[R]]

// -----

// A splat constant is a scalar in an elementwise body, but stays a tensor for a
// contraction, which needs two.
func.func @splat(%a: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %ones = arith.constant dense<1.0> : tensor<4x4xf32>
  %zeros = arith.constant dense<0.0> : tensor<4x4xf32>
  %empty = tensor.empty() : tensor<4x4xf32>
  %s = arith.addf %a, %ones : tensor<4x4xf32>
  %m = linalg.matmul ins(%a, %ones : tensor<4x4xf32>, tensor<4x4xf32>) outs(%zeros : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %s, %m : tensor<4x4xf32>, tensor<4x4xf32>
}

// CHECK-LABEL: @splat
// CHECK-DAG: %[[ONES:.*]] = arith.constant dense<1.000000e+00>
// CHECK-DAG: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK: linalg.generic
// CHECK-SAME: ins(%{{.*}} : tensor<4x4xf32>) outs
// CHECK: arith.addf %{{.*}}, %[[ONE]] : f32
// CHECK: %[[START:.*]] = linalg.fill
// CHECK: linalg.generic
// CHECK-SAME: ins(%{{.*}}, %[[ONES]] : tensor<4x4xf32>, tensor<4x4xf32>) outs(%[[START]]

// -----

// What an elementwise generic reads from its init becomes an input.
#id = affine_map<(d0) -> (d0)>
func.func @read_init(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<4xf32>) outs(%b : tensor<4xf32>) {
  ^bb0(%x: f32, %y: f32):
    %s = arith.subf %y, %x : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// CHECK-LABEL: @read_init
// CHECK-SAME: %[[A:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK: %[[EMPTY:.*]] = tensor.empty
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[A]], %[[B]] : tensor<4xf32>, tensor<4xf32>) outs(%[[EMPTY]]
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[Y:.*]]: f32, %{{.*}}: f32)
// CHECK-NEXT: arith.subf %[[Y]], %[[X]] : f32

// -----

// Integer powers are products.
func.func @cube(%a: tensor<4xf32>) -> tensor<4xf32> {
  %three = arith.constant dense<3> : tensor<4xi32>
  %r = math.fpowi %a, %three : tensor<4xf32>, tensor<4xi32>
  return %r : tensor<4xf32>
}

// CHECK-LABEL: @cube
// CHECK-NOT: = math.fpowi %
// CHECK-COUNT-2: arith.mulf %{{.*}} : f32
// CHECK-NOT: = math.fpowi %

// -----

// A scalar that is read out of a tensor stays on the device: arithmetic on it is a
// generic without loops, and its readers take the tensor.
func.func @scalars(%x: tensor<4xf32>, %s: tensor<3xf32>) -> tensor<4xf32> {
  %c1 = arith.constant 1 : index
  %v = tensor.extract %s[%c1] : tensor<3xf32>
  %w = arith.addf %v, %v : f32
  %e = tensor.empty() : tensor<4xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %q = arith.mulf %a, %w : f32
    linalg.yield %q : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// CHECK-LABEL: @scalars
// CHECK: %[[S:.*]] = tensor.extract_slice %{{.*}}[1] [1] [1]{{.*}} : tensor<3xf32> to tensor<f32>
// CHECK: %[[W:.*]] = linalg.generic {{.*}} iterator_types = []} ins(%[[S]] : tensor<f32>)
// CHECK: arith.addf
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[W]] : tensor<4xf32>, tensor<f32>)

// -----

// A reduction that starts from a tensor starts from 0 instead.
func.func @start(%x: tensor<4x8xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %r = linalg.reduce ins(%x : tensor<4x8xf32>) outs(%b : tensor<4xf32>) dimensions = [1] (%in: f32, %acc: f32) {
    %s = arith.addf %acc, %in : f32
    linalg.yield %s : f32
  }
  return %r : tensor<4xf32>
}

// CHECK-LABEL: @start
// CHECK-SAME: %{{.*}}: tensor<4x8xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK: %[[F:.*]] = linalg.fill
// CHECK: %[[R:.*]] = linalg.generic {{.*}} outs(%[[F]]
// CHECK: linalg.generic {{.*}} ins(%[[B]], %[[R]]

// -----

// A window that takes one step over more than it sees keeps the step's loop.
func.func @partial_window(%x: tensor<4xf32>, %w: tensor<2x3xf32>) -> tensor<2x1xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x1xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1 * 2 + d2)>, affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<4xf32>, tensor<2x3xf32>) outs(%f : tensor<2x1xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}

// CHECK: affine_map<(d0, d1, d2) -> (d1 * 2 + d2)>
// CHECK-LABEL: @partial_window

// -----

// What has no form as a generic stays, as do shapes that only the run knows;
// togsim-verify-affine reports them.
func.func @left_alone(%x: tensor<?x4xf32>, %n: index) -> (tensor<?x4xf32>, tensor<2xi1>) {
  %zero = arith.constant 0.0 : f32
  %g = tensor.generate %n {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<?x4xf32>
  %a = arith.cmpi eq, %n, %n : index
  %b = arith.cmpi slt, %n, %n : index
  %t = tensor.from_elements %a, %b : tensor<2xi1>
  return %g, %t : tensor<?x4xf32>, tensor<2xi1>
}

// CHECK-LABEL: @left_alone
// CHECK: %[[G:.*]] = tensor.generate
// CHECK: return %[[G]]

// -----

// A tensor without elements needs no zeros.
func.func @no_elements(%x: tensor<0x4xf32>) -> tensor<0x4xf32> {
  %y = arith.addf %x, %x : tensor<0x4xf32>
  return %y : tensor<0x4xf32>
}

// CHECK-LABEL: @no_elements
// CHECK: %[[E:.*]] = tensor.empty() : tensor<0x4xf32>
// CHECK: return %[[E]]
