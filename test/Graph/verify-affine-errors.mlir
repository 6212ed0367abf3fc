// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-affine-graph

// The index of a read is not constant, so its scalar is not a part of the tensor.
func.func @pad(%x: tensor<4xf32>, %v: tensor<3xf32>, %i: tensor<index>) -> tensor<6xf32> {
  // expected-error @+1 {{'tensor.extract' cannot be compiled}}
  %at = tensor.extract %i[] : tensor<index>
  // expected-error @+1 {{'tensor.extract' cannot be compiled: a scalar read out of a tensor cannot leave the device; keep it a rank-0 tensor}}
  %value = tensor.extract %v[%at] : tensor<3xf32>
  %p = tensor.pad %x low[1] high[1] {
  ^bb0(%k: index):
    tensor.yield %value : f32
  } : tensor<4xf32> to tensor<6xf32>
  return %p : tensor<6xf32>
}

// -----

func.func @slice(%x: tensor<4xf32>, %i: tensor<index>) -> tensor<2xf32> {
  // expected-error @+1 {{'tensor.extract' cannot be compiled}}
  %at = tensor.extract %i[] : tensor<index>
  // expected-error @+1 {{'tensor.extract_slice' cannot be compiled: only slices with constant bounds and positive strides are supported}}
  %s = tensor.extract_slice %x[%at] [2] [1] : tensor<4xf32> to tensor<2xf32>
  return %s : tensor<2xf32>
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
func.func @all(%x: tensor<4xf32>, %i: tensor<index>) -> (tensor<index>, tensor<4xf32>) {
  // expected-error @+1 {{'tensor.extract' cannot be compiled}}
  %c = tensor.extract %i[] : tensor<index>
  // expected-error @+1 {{'tensor.from_elements' cannot be compiled: there is no lowering for it}}
  %t = tensor.from_elements %c : tensor<index>
  // expected-error @+1 {{'tensor.generate' cannot be compiled: tensors computed from indices are not supported yet}}
  %g = tensor.generate {
  ^bb0(%n: index):
    %v = tensor.extract %x[%n] : tensor<4xf32>
    tensor.yield %v : f32
  } : tensor<4xf32>
  return %t, %g : tensor<index>, tensor<4xf32>
}

// -----

func.func @scatter(%x: tensor<5xf32>, %u: tensor<3xf32>, %i: tensor<3x1xi64>) -> tensor<5xf32> {
  // expected-error @below {{'tm_tensor.scatter' cannot be compiled: it must overwrite, or combine by one sum, product, maximum or minimum}}
  %0 = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(true) ins(%u, %i : tensor<3xf32>, tensor<3x1xi64>) outs(%x : tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32):
    %d = arith.divf %b, %a : f32
    tm_tensor.yield %d : f32
  } -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

func.func @wide_windows(%x: tensor<5xf32>, %u: tensor<3x2xf32>, %i: tensor<3x1xi64>) -> tensor<5xf32> {
  // expected-error @below {{'tm_tensor.scatter' cannot be compiled: its windows are longer than 1 along a dimension that is looked up}}
  %0 = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(true) ins(%u, %i : tensor<3x2xf32>, tensor<3x1xi64>) outs(%x : tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<5xf32>
  return %0 : tensor<5xf32>
}
