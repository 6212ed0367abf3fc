// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-affine-graph

func.func @pad(%x: tensor<4xf32>) -> tensor<6xf32> {
  %zero = arith.constant 0.0 : f32
  // expected-error @+1 {{'tensor.pad' cannot be compiled: padded reads are not supported yet}}
  %p = tensor.pad %x low[1] high[1] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<4xf32> to tensor<6xf32>
  return %p : tensor<6xf32>
}

// -----

func.func @slice(%x: tensor<4xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{'tensor.extract_slice' cannot be compiled: reading a part of a tensor is not supported yet}}
  %s = tensor.extract_slice %x[1] [2] [1] : tensor<4xf32> to tensor<2xf32>
  return %s : tensor<2xf32>
}

// -----

func.func @conv(%x: tensor<10xf32>, %k: tensor<3xf32>, %o: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @+1 {{operand 0 is accessed by affine_map<(d0, d1) -> (d0 + d1)>; only permutations of loop dimensions are supported yet}}
  %r = linalg.conv_1d ins(%x, %k : tensor<10xf32>, tensor<3xf32>) outs(%o : tensor<8xf32>) -> tensor<8xf32>
  return %r : tensor<8xf32>
}

// -----

// A condition known to hold disappears, any other is an error.
func.func @assertions(%x: tensor<4xf32>, %i: tensor<i1>) -> tensor<4xf32> {
  %true = arith.constant true
  cf.assert %true, "always"
  // expected-error @+1 {{'tensor.extract' cannot be compiled: a scalar read out of a tensor cannot leave the device; keep it a rank-0 tensor}}
  %c = tensor.extract %i[] : tensor<i1>
  // expected-error @+1 {{'cf.assert' cannot be compiled: an assertion on run-time values cannot be checked on the device; remove it from the model}}
  cf.assert %c, "sometimes"
  return %x : tensor<4xf32>
}

// -----

// Every violation is reported, not only the first.
func.func @all(%x: tensor<4xf32>) -> (tensor<2xf32>, tensor<8xf32>) {
  // expected-error @+1 {{'tensor.extract_slice' cannot be compiled}}
  %s = tensor.extract_slice %x[1] [2] [1] : tensor<4xf32> to tensor<2xf32>
  // expected-error @+1 {{'tensor.concat' cannot be compiled: concatenation is not supported yet}}
  %c = tensor.concat dim(0) %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  return %s, %c : tensor<2xf32>, tensor<8xf32>
}
