// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-codegen=machine=small8

func.func private @too_large(%i: tensor<40xi64>, %w: tensor<4294967296xi8>) -> tensor<40xi8> attributes {togsim.kernel, togsim.ops = []} {
  %e = tensor.empty() : tensor<40xi8>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : tensor<40xi64>) outs(%e : tensor<40xi8>) {
  ^bb0(%n: i64, %o: i8):
    %row = arith.index_cast %n : i64 to index
    // expected-error @below {{unsupported: indices beyond 2^31 - 1 (this tensor has 4294967296 places)}}
    %v = tensor.extract %w[%row] : tensor<4294967296xi8>
    linalg.yield %v : i8
  } -> tensor<40xi8>
  return %r : tensor<40xi8>
}

// -----

func.func private @not_an_argument(%i: tensor<40xi64>) -> tensor<40xf32> attributes {togsim.kernel, togsim.ops = []} {
  %e = tensor.empty() : tensor<40xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : tensor<40xi64>) outs(%e : tensor<40xf32>) {
  ^bb0(%n: i64, %o: f32):
    %row = arith.index_cast %n : i64 to index
    // expected-error @below {{unsupported: reads a tensor that is no argument of its kernel}}
    %v = tensor.extract %e[%row] : tensor<40xf32>
    linalg.yield %v : f32
  } -> tensor<40xf32>
  return %r : tensor<40xf32>
}
