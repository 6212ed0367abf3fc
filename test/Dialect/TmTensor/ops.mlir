// The text of every tm_tensor op, as torch-mlir prints it, survives a round trip.
// RUN: tilewright-opt %s | tilewright-opt | FileCheck %s

// CHECK-LABEL: @scan
// CHECK: tm_tensor.scan dimension(1) inclusive(true) ins(%{{.*}} : tensor<3x5xf32>) outs(%{{.*}}, %{{.*}} : tensor<3x5xf32>, tensor<3xf32>) {
// CHECK: tm_tensor.yield %{{.*}} : f32
// CHECK: } -> tensor<3x5xf32>, tensor<3xf32>
func.func @scan(%x: tensor<3x5xf32>, %o: tensor<3x5xf32>, %c: tensor<3xf32>) -> tensor<3x5xf32> {
  %0:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x : tensor<3x5xf32>) outs(%o, %c : tensor<3x5xf32>, tensor<3xf32>) {
  ^bb0(%acc: f32, %next: f32):
    %s = arith.addf %acc, %next : f32
    tm_tensor.yield %s : f32
  } -> tensor<3x5xf32>, tensor<3xf32>
  return %0#0 : tensor<3x5xf32>
}

// CHECK-LABEL: @scan_of_one_row
// CHECK: tm_tensor.scan dimension(0) inclusive(false)
// CHECK: } -> tensor<7xi64>, tensor<i64>
func.func @scan_of_one_row(%x: tensor<7xi64>, %o: tensor<7xi64>, %c: tensor<i64>) -> tensor<i64> {
  %0:2 = tm_tensor.scan dimension(0) inclusive(false) ins(%x : tensor<7xi64>) outs(%o, %c : tensor<7xi64>, tensor<i64>) {
  ^bb0(%acc: i64, %next: i64):
    %s = arith.muli %acc, %next : i64
    tm_tensor.yield %s : i64
  } -> tensor<7xi64>, tensor<i64>
  return %0#1 : tensor<i64>
}

// CHECK-LABEL: @sort
// CHECK: tm_tensor.sort dimension(0) outs(%{{.*}}, %{{.*}} : tensor<5x3xf32>, tensor<5x3xi64>) {
// CHECK: ^bb0(%{{.*}}: f32, %{{.*}}: f32, %{{.*}}: i64, %{{.*}}: i64):
// CHECK: } -> tensor<5x3xf32>, tensor<5x3xi64>
func.func @sort(%x: tensor<5x3xf32>, %i: tensor<5x3xi64>) -> (tensor<5x3xf32>, tensor<5x3xi64>) {
  %0:2 = tm_tensor.sort dimension(0) outs(%x, %i : tensor<5x3xf32>, tensor<5x3xi64>) {
  ^bb0(%a: f32, %b: f32, %m: i64, %n: i64):
    %c = arith.cmpf oge, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<5x3xf32>, tensor<5x3xi64>
  return %0#0, %0#1 : tensor<5x3xf32>, tensor<5x3xi64>
}

// CHECK-LABEL: @topk
// CHECK: tm_tensor.topk dimension(1) ins(%{{.*}} : tensor<3x5xf32>) outs(%{{.*}}, %{{.*}} : tensor<3x2xf32>, tensor<3x2xi32>) {
// CHECK: tm_tensor.topk dimension(1) ins(%{{.*}}, %{{.*}} : tensor<3x5xf32>, tensor<3x5xi32>) outs(
func.func @topk(%x: tensor<3x5xf32>, %i: tensor<3x5xi32>, %v: tensor<3x2xf32>, %p: tensor<3x2xi32>)
    -> (tensor<3x2xf32>, tensor<3x2xi32>) {
  %0:2 = tm_tensor.topk dimension(1) ins(%x : tensor<3x5xf32>) outs(%v, %p : tensor<3x2xf32>, tensor<3x2xi32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf ogt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<3x2xf32>, tensor<3x2xi32>
  %1:2 = tm_tensor.topk dimension(1) ins(%x, %i : tensor<3x5xf32>, tensor<3x5xi32>) outs(%v, %p : tensor<3x2xf32>, tensor<3x2xi32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf olt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<3x2xf32>, tensor<3x2xi32>
  return %0#0, %1#1 : tensor<3x2xf32>, tensor<3x2xi32>
}

// CHECK-LABEL: @scatter
// CHECK: tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(true) ins(%{{.*}}, %{{.*}} : tensor<3x1x7xf32>, tensor<3x1xi64>) outs(%{{.*}} : tensor<5x7xf32>) {
// CHECK: tm_tensor.scatter {dimension_map = array<i64: 1, 0>} unique_indices(false) ins(%{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4x2xi64>) outs(
func.func @scatter(%x: tensor<5x7xf32>, %rows: tensor<3x1x7xf32>, %at: tensor<3x1xi64>, %elements: tensor<4xf32>,
                   %pairs: tensor<4x2xi64>) -> tensor<5x7xf32> {
  %0 = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(true) ins(%rows, %at : tensor<3x1x7xf32>, tensor<3x1xi64>) outs(%x : tensor<5x7xf32>) {
  ^bb0(%u: f32, %c: f32):
    tm_tensor.yield %u : f32
  } -> tensor<5x7xf32>
  %1 = tm_tensor.scatter {dimension_map = array<i64: 1, 0>} unique_indices(false) ins(%elements, %pairs : tensor<4xf32>, tensor<4x2xi64>) outs(%0 : tensor<5x7xf32>) {
  ^bb0(%u: f32, %c: f32):
    %s = arith.addf %c, %u : f32
    tm_tensor.yield %s : f32
  } -> tensor<5x7xf32>
  return %1 : tensor<5x7xf32>
}

// CHECK-LABEL: @attention
// CHECK: tm_tensor.attention ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<2x4x8xf32>, tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%{{.*}} : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
func.func @attention(%q: tensor<2x4x8xf32>, %k: tensor<2x6x8xf32>, %v: tensor<2x6x8xf32>, %o: tensor<2x4x8xf32>) -> tensor<2x4x8xf32> {
  %0 = tm_tensor.attention ins(%q, %k, %v : tensor<2x4x8xf32>, tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%o : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %0 : tensor<2x4x8xf32>
}
