// Scans and sorts become kernels of their own; a sort whose beginning is read
// selects that much; what it permutes besides keys and positions is gathered.
// RUN: tilewright-opt %s --togsim-affine-graph --togsim-partition --split-input-file | FileCheck %s

// CHECK-LABEL: @cumsum
// CHECK: %[[R:.*]] = call @kernel_0_scan(%arg0) {togsim.ops = ["tm_tensor.scan|{{.*}}"]} : (tensor<3x5xf32>) -> tensor<3x5xf32>
// CHECK: return %[[R]]
// CHECK: func.func private @kernel_0_scan(%arg0: tensor<3x5xf32>) -> tensor<3x5xf32>
// CHECK-DAG: %[[O:.*]] = tensor.empty() : tensor<3x5xf32>
// CHECK-DAG: %[[C:.*]] = tensor.empty() : tensor<3xf32>
// CHECK: %[[S:.*]], %{{.*}} = tm_tensor.scan dimension(1) inclusive(true) ins(%arg0 : tensor<3x5xf32>) outs(%[[O]], %[[C]]
// CHECK: return %[[S]]
func.func @cumsum(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x5xf32>
  %o = linalg.fill ins(%zero : f32) outs(%e : tensor<3x5xf32>) -> tensor<3x5xf32>
  %f = tensor.empty() : tensor<3xf32>
  %c = linalg.fill ins(%zero : f32) outs(%f : tensor<3xf32>) -> tensor<3xf32>
  %0:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x : tensor<3x5xf32>) outs(%o, %c : tensor<3x5xf32>, tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    tm_tensor.yield %s : f32
  } -> tensor<3x5xf32>, tensor<3xf32>
  return %0#0 : tensor<3x5xf32>
}

// -----

// CHECK-LABEL: @exclusive
// CHECK: func.func private @kernel_0_scan
// CHECK: %[[START:.*]] = linalg.fill ins(%{{.*}} : i32)
// CHECK: %[[S:.*]], %[[TOTAL:.*]] = tm_tensor.scan dimension(0) inclusive(false) ins(%arg0 : tensor<9xi32>) outs(%{{.*}}, %[[START]]
// CHECK: return %[[S]], %[[TOTAL]]
func.func @exclusive(%x: tensor<9xi32>) -> (tensor<9xi32>, tensor<i32>) {
  %three = arith.constant 3 : i32
  %o = tensor.empty() : tensor<9xi32>
  %f = tensor.empty() : tensor<i32>
  %c = linalg.fill ins(%three : i32) outs(%f : tensor<i32>) -> tensor<i32>
  %0:2 = tm_tensor.scan dimension(0) inclusive(false) ins(%x : tensor<9xi32>) outs(%o, %c : tensor<9xi32>, tensor<i32>) {
  ^bb0(%a: i32, %b: i32):
    %s = arith.addi %a, %b : i32
    tm_tensor.yield %s : i32
  } -> tensor<9xi32>, tensor<i32>
  return %0#0, %0#1 : tensor<9xi32>, tensor<i32>
}

// -----

// CHECK-LABEL: @topk
// CHECK: %[[R:.*]]:2 = call @kernel_0_topk(%arg0) {{.*}} : (tensor<4x9xf32>) -> (tensor<4x3xf32>, tensor<4x3xi64>)
// CHECK: return %[[R]]#0, %[[R]]#1
// CHECK: func.func private @kernel_0_topk
// CHECK: tm_tensor.topk dimension(1) ins(%arg0 : tensor<4x9xf32>) outs({{.*}} : tensor<4x3xf32>, tensor<4x3xi64>)
// CHECK: arith.cmpf oge
func.func @topk(%x: tensor<4x9xf32>) -> (tensor<4x3xf32>, tensor<4x3xi64>) {
  %e = tensor.empty() : tensor<4x9xi64>
  %i = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<4x9xi64>) {
  ^bb0(%o: i64):
    %n = linalg.index 1 : index
    %m = arith.index_cast %n : index to i64
    linalg.yield %m : i64
  } -> tensor<4x9xi64>
  %0:2 = tm_tensor.sort dimension(1) outs(%x, %i : tensor<4x9xf32>, tensor<4x9xi64>) {
  ^bb0(%a: f32, %b: f32, %m: i64, %n: i64):
    %c = arith.cmpf oge, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<4x9xf32>, tensor<4x9xi64>
  %v = tensor.extract_slice %0#0[0, 0] [4, 3] [1, 1] : tensor<4x9xf32> to tensor<4x3xf32>
  %p = tensor.extract_slice %0#1[0, 0] [4, 3] [1, 1] : tensor<4x9xi64> to tensor<4x3xi64>
  return %v, %p : tensor<4x3xf32>, tensor<4x3xi64>
}

// -----

// CHECK-LABEL: @sort_with_payload
// CHECK: %[[S:.*]]:2 = call @kernel_0_sort(%arg0) {{.*}} : (tensor<4x9xi32>) -> (tensor<4x9xi32>, tensor<4x9xi32>)
// CHECK: %[[G:.*]] = call @kernel_1_gather(%[[S]]#1, %arg1)
// CHECK: return %[[S]]#0, %[[G]]
func.func @sort_with_payload(%x: tensor<4x9xi32>, %y: tensor<4x9xf32>) -> (tensor<4x9xi32>, tensor<4x9xf32>) {
  %0:2 = tm_tensor.sort dimension(1) outs(%x, %y : tensor<4x9xi32>, tensor<4x9xf32>) {
  ^bb0(%a: i32, %b: i32, %m: f32, %n: f32):
    %c = arith.cmpi sle, %a, %b : i32
    tm_tensor.yield %c : i1
  } -> tensor<4x9xi32>, tensor<4x9xf32>
  return %0#0, %0#1 : tensor<4x9xi32>, tensor<4x9xf32>
}

// -----

// A row of one element is in order.
// CHECK-LABEL: @sort_of_one
// CHECK-NEXT: return %arg0
func.func @sort_of_one(%x: tensor<4x1xi32>) -> tensor<4x1xi32> {
  %0 = tm_tensor.sort dimension(1) outs(%x : tensor<4x1xi32>) {
  ^bb0(%a: i32, %b: i32):
    %c = arith.cmpi sle, %a, %b : i32
    tm_tensor.yield %c : i1
  } -> tensor<4x1xi32>
  return %0 : tensor<4x1xi32>
}
