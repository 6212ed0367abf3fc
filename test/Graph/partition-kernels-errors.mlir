// What cannot be an argument of a kernel. Frontends make none of it: normalization
// turns scalars into tensors.
// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-partition-kernels

#id = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>
func.func @scalar_operand(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  // expected-error @below {{operand 1 is a scalar that is not a constant, which is not supported yet; pass it as a rank-0 tensor}}
  %r = linalg.generic {indexing_maps = [#id, #none, #id], iterator_types = ["parallel"]} ins(%x, %s : tensor<4xf32>, f32) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

#id = affine_map<(d0) -> (d0)>
func.func @captured(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    // expected-error @below {{'arith.mulf' uses a value from outside its body that is not a constant, which is not supported yet}}
    %p = arith.mulf %a, %s : f32
    linalg.yield %p : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// What is written into a tensor reads it: togsim-materialize-subsets would have made
// a copy.
#id = affine_map<(d0) -> (d0)>
func.func @reads_destination(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %p = math.exp %a : f32
    linalg.yield %p : f32
  } -> tensor<4xf32>
  %part = tensor.extract_slice %w[0] [2] [1] : tensor<4xf32> to tensor<2xf32>
  %e2 = tensor.empty() : tensor<2xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%part : tensor<2xf32>) outs(%e2 : tensor<2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %p = arith.negf %a : f32
    linalg.yield %p : f32
  } -> tensor<2xf32>
  // expected-error @below {{the destination is also read by what is written into it}}
  %i = tensor.insert_slice %r into %w[2] [2] [1] : tensor<2xf32> into tensor<4xf32>
  return %i : tensor<4xf32>
}
