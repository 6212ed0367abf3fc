// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-verify-kernels

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @reduction(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  // expected-error @+1 {{reduction with 'arith.maximumf' is not supported yet}}
  %r = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%fill : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

func.func @host_op(%x: tensor<4xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{'tensor.extract_slice' is not supported in the host function}}
  %s = tensor.extract_slice %x[1] [2] [1] : tensor<4xf32> to tensor<2xf32>
  return %s : tensor<2xf32>
}

// -----

func.func @not_a_kernel(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{calls @helper, which is not a kernel}}
  %r = call @helper(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
// expected-error @+1 {{private function @helper is not a kernel}}
func.func private @helper(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %r = call @kernel_0(%x) {togsim.ops = []} : (tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
#id = affine_map<(d0) -> (d0)>
#shifted = affine_map<(d0) -> (d0 mod 2)>
func.func private @kernel_0(%x: tensor<4xf32>) -> tensor<4xf32> attributes {togsim.kernel, togsim.ops = []} {
  %empty = tensor.empty() : tensor<4xf32>
  // expected-error @+1 {{operand 0 is accessed by affine_map<(d0) -> (d0 mod 2)>, not by a projected permutation}}
  %r = linalg.generic {indexing_maps = [#shifted, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%empty : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

func.func @main(%x: tensor<4xf32>, %i: tensor<4xi64>) -> tensor<4xf32> {
  %r = call @kernel_0(%x, %i) {togsim.ops = []} : (tensor<4xf32>, tensor<4xi64>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
#id = affine_map<(d0) -> (d0)>
func.func private @kernel_0(%x: tensor<4xf32>, %i: tensor<4xi64>) -> tensor<4xf32> attributes {togsim.kernel, togsim.ops = []} {
  %empty = tensor.empty() : tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%i : tensor<4xi64>) outs(%empty : tensor<4xf32>) {
  ^bb0(%a: i64, %o: f32):
    %n = arith.index_cast %a : i64 to index
    // expected-error @+1 {{'tensor.extract' is not supported inside a kernel: indirect access is not supported yet}}
    %v = tensor.extract %x[%n] : tensor<4xf32>
    linalg.yield %v : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %r = call @kernel_0(%x) {togsim.ops = []} : (tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
#id = affine_map<(d0) -> (d0)>
// expected-error @+1 {{an elementwise kernel holds one generic, this one has 2}}
func.func private @kernel_0(%x: tensor<4xf32>) -> tensor<4xf32> attributes {togsim.kernel, togsim.ops = []} {
  %empty = tensor.empty() : tensor<4xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%empty : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4xf32>
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : tensor<4xf32>) outs(%empty : tensor<4xf32>) {
  ^bb0(%a0: f32, %o: f32):
    linalg.yield %a0 : f32
  } -> tensor<4xf32>
  return %b : tensor<4xf32>
}

// -----

func.func @main(%x: tensor<4x8xf32>, %w: tensor<8x2xf32>) -> tensor<2x4xf32> {
  %r = call @kernel_0(%x, %w) {togsim.ops = []} : (tensor<4x8xf32>, tensor<8x2xf32>) -> tensor<2x4xf32>
  return %r : tensor<2x4xf32>
}
#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n)>
#r = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(d0, d1) -> (d0, d1)>
#t = affine_map<(d0, d1) -> (d1, d0)>
func.func private @kernel_0(%x: tensor<4x8xf32>, %w: tensor<8x2xf32>) -> tensor<2x4xf32> attributes {togsim.kernel, togsim.ops = []} {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4x2xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x2xf32>) -> tensor<4x2xf32>
  %m = linalg.generic {indexing_maps = [#x, #w, #r], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<4x8xf32>, tensor<8x2xf32>) outs(%fill : tensor<4x2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x2xf32>
  %out = tensor.empty() : tensor<2x4xf32>
  // expected-error @+1 {{the epilogue must read the contraction's result with the identity map}}
  %r = linalg.generic {indexing_maps = [#t, #id], iterator_types = ["parallel", "parallel"]} ins(%m : tensor<4x2xf32>) outs(%out : tensor<2x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<2x4xf32>
  return %r : tensor<2x4xf32>
}

// -----

func.func @main(%x: tensor<4x8xf32>) -> tensor<8x4xf32> {
  %r = call @kernel_0(%x) {togsim.ops = []} : (tensor<4x8xf32>) -> tensor<8x4xf32>
  return %r : tensor<8x4xf32>
}
#id = affine_map<(d0, d1) -> (d0, d1)>
#t = affine_map<(d0, d1) -> (d1, d0)>
func.func private @kernel_0(%x: tensor<4x8xf32>) -> tensor<8x4xf32> attributes {togsim.kernel, togsim.ops = []} {
  %empty = tensor.empty() : tensor<8x4xf32>
  // expected-error @+1 {{results must be written in the order of the loops, reductions innermost}}
  %r = linalg.generic {indexing_maps = [#id, #t], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%empty : tensor<8x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<8x4xf32>
  return %r : tensor<8x4xf32>
}
