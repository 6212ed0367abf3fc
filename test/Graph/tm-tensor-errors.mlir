// Scans and sorts that cannot be kernels.
// RUN: tilewright-opt %s --togsim-affine-graph --togsim-partition --split-input-file --verify-diagnostics

func.func @two_operations(%x: tensor<9xf32>, %o: tensor<9xf32>, %c: tensor<f32>) -> tensor<9xf32> {
  // expected-error @below {{'tm_tensor.scan' cannot be compiled: a scan must combine its values by one operation with a neutral element (a sum, a product, a maximum, ...)}}
  %0:2 = tm_tensor.scan dimension(0) inclusive(true) ins(%x : tensor<9xf32>) outs(%o, %c : tensor<9xf32>, tensor<f32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    %t = arith.addf %s, %b : f32
    tm_tensor.yield %t : f32
  } -> tensor<9xf32>, tensor<f32>
  return %0#0 : tensor<9xf32>
}

// -----

func.func @difference(%x: tensor<9xf32>, %o: tensor<9xf32>, %c: tensor<f32>) -> tensor<9xf32> {
  // expected-error @below {{a scan must combine its values by one operation with a neutral element}}
  %0:2 = tm_tensor.scan dimension(0) inclusive(true) ins(%x : tensor<9xf32>) outs(%o, %c : tensor<9xf32>, tensor<f32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.subf %a, %b : f32
    tm_tensor.yield %s : f32
  } -> tensor<9xf32>, tensor<f32>
  return %0#0 : tensor<9xf32>
}

// -----

func.func @start(%x: tensor<9xf32>, %o: tensor<9xf32>, %c: tensor<f32>) -> tensor<9xf32> {
  // expected-error @below {{an exclusive scan must start from a constant}}
  %0:2 = tm_tensor.scan dimension(0) inclusive(false) ins(%x : tensor<9xf32>) outs(%o, %c : tensor<9xf32>, tensor<f32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    tm_tensor.yield %s : f32
  } -> tensor<9xf32>, tensor<f32>
  return %0#0 : tensor<9xf32>
}

// -----

func.func @booleans(%x: tensor<9xi1>, %o: tensor<9xi1>, %c: tensor<i1>) -> tensor<9xi1> {
  // expected-error @below {{booleans must be converted to integers first}}
  %0:2 = tm_tensor.scan dimension(0) inclusive(true) ins(%x : tensor<9xi1>) outs(%o, %c : tensor<9xi1>, tensor<i1>) {
  ^bb0(%a: i1, %b: i1):
    %s = arith.ori %a, %b : i1
    tm_tensor.yield %s : i1
  } -> tensor<9xi1>, tensor<i1>
  return %0#0 : tensor<9xi1>
}

// -----

func.func @eight_bit_floats(%x: tensor<9xf8E5M2>) -> tensor<9xf8E5M2> {
  // expected-error @below {{only f32, f16, bf16 and integers can be sorted}}
  %0 = tm_tensor.sort dimension(0) outs(%x : tensor<9xf8E5M2>) {
  ^bb0(%a: f8E5M2, %b: f8E5M2):
    %c = arith.cmpf ole, %a, %b : f8E5M2
    tm_tensor.yield %c : i1
  } -> tensor<9xf8E5M2>
  return %0 : tensor<9xf8E5M2>
}

// -----

func.func @dynamic(%x: tensor<4x?xi32>) -> tensor<4x?xi32> {
  // expected-error @below {{'tm_tensor.sort' cannot be compiled}}
  %0 = tm_tensor.sort dimension(1) outs(%x : tensor<4x?xi32>) {
  ^bb0(%a: i32, %b: i32):
    %c = arith.cmpi sle, %a, %b : i32
    tm_tensor.yield %c : i1
  } -> tensor<4x?xi32>
  return %0 : tensor<4x?xi32>
}
