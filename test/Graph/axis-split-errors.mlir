// RUN: tilewright-opt %s --split-input-file --togsim-axis-split --togsim-verify-affine --verify-diagnostics

// What has no digits is left as it is, for togsim-graph-copy to have copied before.

// A shifted loop in a remainder is no digit of it.
#shifted = affine_map<(d0) -> ((d0 + 2) mod 6)>
#id = affine_map<(d0) -> (d0)>
func.func @shifted(%x: tensor<6xf32>) -> tensor<6xf32> {
  %e = tensor.empty() : tensor<6xf32>
  // expected-error @+1 {{operand 0 is accessed by affine_map<(d0) -> ((d0 + 2) mod 6)>; only sums of loop dimensions times constants are supported}}
  %r = linalg.generic {indexing_maps = [#shifted, #id], iterator_types = ["parallel"]} ins(%x : tensor<6xf32>) outs(%e : tensor<6xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<6xf32>
  return %r : tensor<6xf32>
}

// -----

// Two radices that a single operand takes of one loop.
#both = affine_map<(d0) -> (d0 floordiv 4, d0 floordiv 6)>
#id = affine_map<(d0) -> (d0)>
func.func @one_operand(%x: tensor<3x2xf32>) -> tensor<12xf32> {
  %e = tensor.empty() : tensor<12xf32>
  // expected-error @+1 {{operand 0 is accessed by affine_map<(d0) -> (d0 floordiv 4, d0 floordiv 6)>}}
  %r = linalg.generic {indexing_maps = [#both, #id], iterator_types = ["parallel"]} ins(%x : tensor<3x2xf32>) outs(%e : tensor<12xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<12xf32>
  return %r : tensor<12xf32>
}
