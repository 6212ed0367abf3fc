// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-verify-kernels

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @argmax(%x: tensor<4x8xf32>) -> tensor<4xi64> {
  %low = arith.constant -1.0 : f32
  %first = arith.constant 0 : i64
  %e0 = tensor.empty() : tensor<4xf32>
  %e1 = tensor.empty() : tensor<4xi64>
  %f0 = linalg.fill ins(%low : f32) outs(%e0 : tensor<4xf32>) -> tensor<4xf32>
  %f1 = linalg.fill ins(%first : i64) outs(%e1 : tensor<4xi64>) -> tensor<4xi64>
  // expected-error @+1 {{'linalg.generic' cannot be compiled: a reduction with several results (as argmax and argmin have); that is not supported yet}}
  %r:2 = linalg.generic {indexing_maps = [#id, #row, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%f0, %f1 : tensor<4xf32>, tensor<4xi64>) {
  ^bb0(%a: f32, %o: f32, %n: i64):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i64
    %m = arith.maximumf %a, %o : f32
    %c = arith.cmpf ogt, %a, %o : f32
    %s = arith.select %c, %j, %n : i64
    linalg.yield %m, %s : f32, i64
  } -> (tensor<4xf32>, tensor<4xi64>)
  return %r#1 : tensor<4xi64>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @combiner(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  // expected-error @+1 {{'linalg.generic' cannot be compiled: a reduction with combiner 'arith.subf' in this form; that is not supported yet}}
  %r = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%fill : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.subf %o, %a : f32
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
  // expected-error @+1 {{operand 0 is accessed by affine_map<(d0) -> (d0 mod 2)>, not by a sum of loop dimensions}}
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
    %v = tensor.extract %x[%n] : tensor<4xf32>
    // expected-error @+1 {{'tensor.extract' must read an argument of the kernel}}
    %w = tensor.extract %empty[%n] : tensor<4xf32>
    %s = arith.addf %v, %w : f32
    linalg.yield %s : f32
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

// -----

// Two reductions along different dimensions.
func.func @main(%x: tensor<4x8xf32>) -> (tensor<4xf32>, tensor<8xf32>) {
  %r:2 = call @kernel_0(%x) {togsim.ops = []} : (tensor<4x8xf32>) -> (tensor<4xf32>, tensor<8xf32>)
  return %r#0, %r#1 : tensor<4xf32>, tensor<8xf32>
}
#id = affine_map<(d0, d1) -> (d0, d1)>
#t = affine_map<(d0, d1) -> (d1, d0)>
#first = affine_map<(d0, d1) -> (d0)>
// expected-error @+1 {{not a reduction kernel: the operations do not share one iteration space}}
func.func private @kernel_0(%x: tensor<4x8xf32>) -> (tensor<4xf32>, tensor<8xf32>) attributes {togsim.kernel, togsim.ops = []} {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<4xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<4xf32>) -> tensor<4xf32>
  %r0 = linalg.generic {indexing_maps = [#id, #first], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%f0 : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %a, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %e1 = tensor.empty() : tensor<8xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<8xf32>) -> tensor<8xf32>
  %r1 = linalg.generic {indexing_maps = [#t, #first], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%f1 : tensor<8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %a, %o : f32
    linalg.yield %s : f32
  } -> tensor<8xf32>
  return %r0, %r1 : tensor<4xf32>, tensor<8xf32>
}

// -----

// An accumulator that starts from an argument.
func.func @main(%x: tensor<4x8xf32>, %c: tensor<4xf32>) -> tensor<4xf32> {
  %r = call @kernel_0(%x, %c) {togsim.ops = []} : (tensor<4x8xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
#id = affine_map<(d0, d1) -> (d0, d1)>
#first = affine_map<(d0, d1) -> (d0)>
// expected-error @+1 {{not a reduction kernel: an accumulator that does not start from a constant}}
func.func private @kernel_0(%x: tensor<4x8xf32>, %c: tensor<4xf32>) -> tensor<4xf32> attributes {togsim.kernel, togsim.ops = []} {
  %r = linalg.generic {indexing_maps = [#id, #first], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%c : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %a, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// An insert must end the kernel, into its last argument, and say so.
func.func @main(%x: tensor<4xf32>) -> tensor<6xf32> {
  // expected-error @+1 {{'tensor.empty' is not supported in the host function}}
  %e = tensor.empty() : tensor<6xf32>
  %r = call @kernel_0(%x, %e) {togsim.ops = []} : (tensor<4xf32>, tensor<6xf32>) -> tensor<6xf32>
  return %r : tensor<6xf32>
}
#id = affine_map<(d0) -> (d0)>
func.func private @kernel_0(%x: tensor<4xf32>, %d: tensor<6xf32>) -> tensor<6xf32> attributes {togsim.kernel, togsim.ops = []} {
  %empty = tensor.empty() : tensor<4xf32>
  %c = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%empty : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4xf32>
  // expected-error @+1 {{a kernel that inserts needs 'togsim.inplace' with the number of its last argument}}
  %r = tensor.insert_slice %c into %d[1] [4] [1] : tensor<4xf32> into tensor<6xf32>
  return %r : tensor<6xf32>
}

// -----

// What is overwritten may not be looked at elsewhere, nor be the caller's.
func.func @main(%x: tensor<4xf32>, %y: tensor<6xf32>) -> (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) {
  %e = call @kernel_1() {togsim.ops = []} : () -> tensor<6xf32>
  // expected-error @+1 {{argument 1 of @kernel_0 is overwritten, but has other uses}}
  %r = call @kernel_0(%x, %e) {togsim.ops = []} : (tensor<4xf32>, tensor<6xf32>) -> tensor<6xf32>
  // expected-error @+1 {{argument 1 of @kernel_0 is overwritten, but is neither a kernel's result nor a tensor.empty}}
  %s = call @kernel_0(%x, %y) {togsim.ops = []} : (tensor<4xf32>, tensor<6xf32>) -> tensor<6xf32>
  return %e, %r, %s : tensor<6xf32>, tensor<6xf32>, tensor<6xf32>
}
#id = affine_map<(d0) -> (d0)>
func.func private @kernel_0(%x: tensor<4xf32>, %d: tensor<6xf32>) -> tensor<6xf32> attributes {togsim.kernel, togsim.ops = [], togsim.inplace = [1]} {
  %empty = tensor.empty() : tensor<4xf32>
  %c = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%empty : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4xf32>
  %r = tensor.insert_slice %c into %d[1] [4] [1] : tensor<4xf32> into tensor<6xf32>
  return %r : tensor<6xf32>
}
func.func private @kernel_1() -> tensor<6xf32> attributes {togsim.kernel, togsim.ops = []} {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<6xf32>
  %c = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%empty : tensor<6xf32>) {
  ^bb0(%o: f32):
    linalg.yield %zero : f32
  } -> tensor<6xf32>
  return %c : tensor<6xf32>
}

// -----

// A slice is of an argument, and read by generics.
func.func @main(%x: tensor<4xf32>) -> tensor<2xf32> {
  %r = call @kernel_0(%x) {togsim.ops = []} : (tensor<4xf32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
}
func.func private @kernel_0(%x: tensor<4xf32>) -> tensor<2xf32> attributes {togsim.kernel, togsim.ops = []} {
  // expected-error @+1 {{a slice may only be an input of linalg.generic}}
  %r = tensor.extract_slice %x[1] [2] [1] : tensor<4xf32> to tensor<2xf32>
  return %r : tensor<2xf32>
}

// -----

#x = affine_map<(b, m, n, k) -> (b, m, k)>
#w = affine_map<(b, m, n, k) -> (b, k, n)>
#y = affine_map<(b, m, n, k) -> (b, m, n)>
#in = affine_map<(m, n, b) -> (b, m, n)>
#out = affine_map<(m, n, b) -> (m, n)>
func.func @main(%a: tensor<3x4x8xf32>, %b: tensor<3x8x5xf32>) -> tensor<4x5xf32> {
  %0 = call @kernel(%a, %b) {togsim.ops = []} : (tensor<3x4x8xf32>, tensor<3x8x5xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}
func.func private @kernel(%a: tensor<3x4x8xf32>, %b: tensor<3x8x5xf32>) -> tensor<4x5xf32> attributes {togsim.kernel, togsim.ops = []} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x4x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x4x5xf32>) -> tensor<3x4x5xf32>
  %p = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%a, %b : tensor<3x4x8xf32>, tensor<3x8x5xf32>) outs(%f : tensor<3x4x5xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %m = arith.mulf %x, %w : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x4x5xf32>
  %e1 = tensor.empty() : tensor<4x5xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4x5xf32>) -> tensor<4x5xf32>
  // expected-error @+1 {{not the reduction epilogue of a contraction: it reduces along a batch dimension}}
  %r = linalg.generic {indexing_maps = [#in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%p : tensor<3x4x5xf32>) outs(%f1 : tensor<4x5xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<4x5xf32>
  return %r : tensor<4x5xf32>
}

// -----

// Copies of what no device tensor holds are counted all the same, and refused here.
func.func @main(%x: tensor<4x6xcomplex<f32>>) -> tensor<6x4xcomplex<f32>> {
  %r = call @kernel_0_copy(%x) {togsim.ops = []} : (tensor<4x6xcomplex<f32>>) -> tensor<6x4xcomplex<f32>>
  return %r : tensor<6x4xcomplex<f32>>
}
// expected-error @below {{type 'tensor<4x6xcomplex<f32>>' at a kernel's boundary is not a device tensor}}
func.func private @kernel_0_copy(%x: tensor<4x6xcomplex<f32>>) -> tensor<6x4xcomplex<f32>> attributes {togsim.kernel, togsim.ops = []} {
  %e = tensor.empty() : tensor<6x4xcomplex<f32>>
  %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x6xcomplex<f32>>) outs(%e : tensor<6x4xcomplex<f32>>) {
  ^bb0(%a: complex<f32>, %o: complex<f32>):
    linalg.yield %a : complex<f32>
  } -> tensor<6x4xcomplex<f32>>
  return %t : tensor<6x4xcomplex<f32>>
}
