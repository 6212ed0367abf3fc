// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-codegen=machine=small8

func.func private @combines(%v: tensor<33xf32>, %i: tensor<33x1xi64>, %x: tensor<12xf32>) -> tensor<12xf32> attributes {togsim.kernel, togsim.ops = [], togsim.inplace = [2]} {
  // expected-error @below {{unsupported: scatter that combines elements of type 'f32' by 'arith.divf'}}
  %r = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(false) ins(%v, %i : tensor<33xf32>, tensor<33x1xi64>) outs(%x : tensor<12xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.divf %b, %a : f32
    tm_tensor.yield %s : f32
  } -> tensor<12xf32>
  return %r : tensor<12xf32>
}

// -----

func.func private @windows(%v: tensor<33x2xf32>, %i: tensor<33x1xi64>, %x: tensor<12xf32>) -> tensor<12xf32> attributes {togsim.kernel, togsim.ops = [], togsim.inplace = [2]} {
  // expected-error @below {{unsupported: windows of extent 2 along dimension 0, which is looked up (1 so far)}}
  %r = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(true) ins(%v, %i : tensor<33x2xf32>, tensor<33x1xi64>) outs(%x : tensor<12xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<12xf32>
  return %r : tensor<12xf32>
}
