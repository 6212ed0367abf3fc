// Few long rows are scanned in chunks.
// RUN: tilewright-opt %s --togsim-split-scans=lanes=8 --split-input-file | FileCheck %s

// Chunks of 64 fill the lanes, of 75 they leave no rest.
// CHECK-LABEL: @row(
// CHECK: %[[VIEW:.*]] = tensor.expand_shape %arg0 {{\[\[}}0, 1]] output_shape [4, 75]
// CHECK: %[[INSIDE:.*]], %[[TOTALS:.*]] = tm_tensor.scan dimension(1) inclusive(true) {{.*}} ins(%[[VIEW]] : tensor<4x75xf32>)
// CHECK: %[[ZERO:.*]] = linalg.fill
// CHECK: %[[BEFORE:.*]], %{{.*}} = tm_tensor.scan dimension(0) inclusive(false) {{.*}} ins(%[[TOTALS]] : tensor<4xf32>) outs(%{{.*}}, %[[ZERO]]
// CHECK: %[[ALL:.*]] = linalg.generic {{.*}} ins(%[[BEFORE]], %[[INSIDE]] : tensor<4xf32>, tensor<4x75xf32>)
// CHECK: arith.addf
// CHECK: %[[R:.*]] = tensor.collapse_shape %[[ALL]]
// CHECK: return %[[R]]
func.func @row(%x: tensor<300xf32>) -> tensor<300xf32> {
  %o = tensor.empty() : tensor<300xf32>
  %c = tensor.empty() : tensor<f32>
  %0:2 = tm_tensor.scan dimension(0) inclusive(true) ins(%x : tensor<300xf32>) outs(%o, %c : tensor<300xf32>, tensor<f32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    tm_tensor.yield %s : f32
  } -> tensor<300xf32>, tensor<f32>
  return %0#0 : tensor<300xf32>
}

// -----

// 2 x 257: four chunks of 64, and one element to which all of them are added.
// CHECK-LABEL: @rest(
// CHECK: tensor.extract_slice %arg0[0, 0] [2, 256] [1, 1]
// CHECK: tm_tensor.scan dimension(2) inclusive(true) {{.*}} tensor<2x4x64xi32>
// CHECK: %{{.*}}, %[[ALL:.*]] = tm_tensor.scan dimension(1) inclusive(false) {{.*}} tensor<2x4xi32>
// CHECK: tensor.extract_slice %arg0[0, 256] [2, 1] [1, 1]
// CHECK: %[[LAST:.*]], %{{.*}} = tm_tensor.scan dimension(1) inclusive(true) {{.*}} tensor<2x1xi32>
// CHECK: linalg.generic {{.*}} ins(%[[ALL]], %[[LAST]] : tensor<2xi32>, tensor<2x1xi32>)
// CHECK: tensor.insert_slice {{.*}} tensor<2x256xi32> into tensor<2x257xi32>
// CHECK: tensor.insert_slice {{.*}} tensor<2x1xi32> into tensor<2x257xi32>
func.func @rest(%x: tensor<2x257xi32>) -> tensor<2x257xi32> {
  %o = tensor.empty() : tensor<2x257xi32>
  %c = tensor.empty() : tensor<2xi32>
  %0:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x : tensor<2x257xi32>) outs(%o, %c : tensor<2x257xi32>, tensor<2xi32>) {
  ^bb0(%a: i32, %b: i32):
    %s = arith.addi %a, %b : i32
    tm_tensor.yield %s : i32
  } -> tensor<2x257xi32>, tensor<2xi32>
  return %0#0 : tensor<2x257xi32>
}

// -----

// Many rows fill the lanes, short rows are quickly scanned, and a product of
// floats might overflow in a chunk alone.
// CHECK-LABEL: @stay(
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @stay(%x: tensor<3x300xf32>, %y: tensor<255xf32>, %z: tensor<300xf32>) -> (tensor<3x300xf32>, tensor<255xf32>, tensor<300xf32>) {
  %o = tensor.empty() : tensor<3x300xf32>
  %c = tensor.empty() : tensor<3xf32>
  %0:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x : tensor<3x300xf32>) outs(%o, %c : tensor<3x300xf32>, tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    tm_tensor.yield %s : f32
  } -> tensor<3x300xf32>, tensor<3xf32>
  %p = tensor.empty() : tensor<255xf32>
  %d = tensor.empty() : tensor<f32>
  %1:2 = tm_tensor.scan dimension(0) inclusive(true) ins(%y : tensor<255xf32>) outs(%p, %d : tensor<255xf32>, tensor<f32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    tm_tensor.yield %s : f32
  } -> tensor<255xf32>, tensor<f32>
  %q = tensor.empty() : tensor<300xf32>
  %2:2 = tm_tensor.scan dimension(0) inclusive(true) ins(%z : tensor<300xf32>) outs(%q, %d : tensor<300xf32>, tensor<f32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.mulf %a, %b : f32
    tm_tensor.yield %s : f32
  } -> tensor<300xf32>, tensor<f32>
  return %0#0, %1#0, %2#0 : tensor<3x300xf32>, tensor<255xf32>, tensor<300xf32>
}

// -----

// So does a row without elements.
// CHECK-LABEL: @no_elements(
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @no_elements(%x: tensor<0xf32>) -> tensor<0xf32> {
  %o = tensor.empty() : tensor<0xf32>
  %c = tensor.empty() : tensor<f32>
  %0:2 = tm_tensor.scan dimension(0) inclusive(true) ins(%x : tensor<0xf32>) outs(%o, %c : tensor<0xf32>, tensor<f32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    tm_tensor.yield %s : f32
  } -> tensor<0xf32>, tensor<f32>
  return %0#0 : tensor<0xf32>
}
