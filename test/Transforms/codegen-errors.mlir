// What code generation cannot do is an error at the op, with the reason.
// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-codegen=machine=small8

#lhs = affine_map<(d0, d1, d2) -> (d0, d2)>
#rhs = affine_map<(d0, d1, d2) -> (d2, d1)>
#out = affine_map<(d0, d1, d2) -> (d0, d1)>
func.func private @start(%a: tensor<16x8xf32>, %b: tensor<8x16xf32>) -> tensor<16x16xf32> attributes {togsim.kernel} {
  %e = tensor.empty() : tensor<16x16xf32>
  // expected-error @below {{starts from a value that is neither a constant fill nor a kernel argument}}
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<16x8xf32>, tensor<8x16xf32>) outs(%e : tensor<16x16xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<16x16xf32>
  return %r : tensor<16x16xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
func.func private @reads_output(%a: tensor<16x8xf32>, %b: tensor<16x8xf32>) -> tensor<16x8xf32> attributes {togsim.kernel} {
  // expected-error @below {{elementwise op reads its output operand, which is not supported}}
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<16x8xf32>) outs(%b : tensor<16x8xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %x, %o : f32
    linalg.yield %s : f32
  } -> tensor<16x8xf32>
  return %r : tensor<16x8xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
func.func private @unfused(%a: tensor<16x8xf32>) -> tensor<16x8xf32> attributes {togsim.kernel} {
  %e = tensor.empty() : tensor<16x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<16x8xf32>) outs(%e : tensor<16x8xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.negf %x : f32
    linalg.yield %s : f32
  } -> tensor<16x8xf32>
  // expected-error @below {{is a second op of an elementwise kernel; the partition should have fused or separated them}}
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%r : tensor<16x8xf32>) outs(%e : tensor<16x8xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.negf %x : f32
    linalg.yield %s : f32
  } -> tensor<16x8xf32>
  return %q : tensor<16x8xf32>
}

// -----

// expected-error @below {{kernel has no linalg.generic to execute}}
func.func private @empty(%a: tensor<16x8xf32>) -> tensor<16x8xf32> attributes {togsim.kernel} {
  return %a : tensor<16x8xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
// expected-error @below {{returns a value its anchor does not compute}}
func.func private @returns_input(%a: tensor<16x8xf32>) -> tensor<16x8xf32> attributes {togsim.kernel} {
  %e = tensor.empty() : tensor<16x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<16x8xf32>) outs(%e : tensor<16x8xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.negf %x : f32
    linalg.yield %s : f32
  } -> tensor<16x8xf32>
  return %a : tensor<16x8xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// An op along rows that uses a reduction's result needs whole rows: these do not
// fit a bank.
// expected-error @below {{unsupported: rows of 1000000 elements need}}
func.func private @long_rows(%a: tensor<4x1000000xf32>) -> tensor<4x1000000xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %g = tensor.empty() : tensor<4x1000000xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#id, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<4x1000000xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %q = linalg.generic {indexing_maps = [#id, affine_map<(d0, d1) -> (d0)>, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %r : tensor<4x1000000xf32>, tensor<4xf32>) outs(%g : tensor<4x1000000xf32>) {
  ^bb0(%x: f32, %m: f32, %o: f32):
    %s = arith.subf %x, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x1000000xf32>
  return %q : tensor<4x1000000xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// expected-error @below {{unsupported: tensors of 'i4'; device tensors hold f32, f16, bf16}}
func.func private @nibbles(%a: tensor<16x8xi4>) -> tensor<16x8xi4> attributes {togsim.kernel} {
  %e = tensor.empty() : tensor<16x8xi4>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<16x8xi4>) outs(%e : tensor<16x8xi4>) {
  ^bb0(%x: i4, %o: i4):
    linalg.yield %x : i4
  } -> tensor<16x8xi4>
  return %r : tensor<16x8xi4>
}

// -----

func.func private @two_steps(%a: tensor<16x8xf32>) -> tensor<16xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<16xf32>) -> tensor<16xf32>
  // expected-error @below {{unsupported: reduction whose body is not one combining operation on the accumulator}}
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<16x8xf32>) outs(%f : tensor<16xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    %t = arith.mulf %s, %s : f32
    linalg.yield %t : f32
  } -> tensor<16xf32>
  return %r : tensor<16xf32>
}

// -----

func.func private @onto_argument(%a: tensor<16x8xf32>, %b: tensor<16xf32>) -> tensor<16xf32> attributes {togsim.kernel} {
  // expected-error @below {{unsupported: reduction that starts from anything but a constant fill}}
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<16x8xf32>) outs(%b : tensor<16xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<16xf32>
  return %r : tensor<16xf32>
}

// -----

// Padding cannot be made neutral for an operation without a neutral element.
func.func private @no_neutral(%a: tensor<16x5xf32>) -> tensor<16xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<16xf32>) -> tensor<16xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<16x5xf32>) outs(%f : tensor<16xf32>) {
  ^bb0(%x: f32, %o: f32):
    // expected-error @below {{unsupported: reduction by 'arith.remf'}}
    %s = arith.remf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<16xf32>
  return %r : tensor<16xf32>
}

// -----

// Frontends' empty tensors are gone before kernels are made.
// expected-error @below {{holds a value of type 'tensor<16x0xf32>'; kernels compute on tensors of static shape with at least one element}}
func.func private @no_elements(%a: tensor<16x0xf32>) -> tensor<16xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<16xf32>) -> tensor<16xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<16x0xf32>) outs(%f : tensor<16xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<16xf32>
  return %r : tensor<16xf32>
}

// -----

// A prologue of a prologue.
#lhs = affine_map<(d0, d1, d2) -> (d0, d2)>
#rhs = affine_map<(d0, d1, d2) -> (d2, d1)>
#out = affine_map<(d0, d1, d2) -> (d0, d1)>
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func private @two_prologues(%a: tensor<16x8xf32>, %b: tensor<8x16xf32>) -> tensor<16x16xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x16xf32>
  %ea = tensor.empty() : tensor<16x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<16x16xf32>) -> tensor<16x16xf32>
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<16x8xf32>) outs(%ea : tensor<16x8xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = math.exp %x : f32
    linalg.yield %s : f32
  } -> tensor<16x8xf32>
  // expected-error @below {{reads a value that its kernel computes where an argument of the kernel is expected}}
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%p : tensor<16x8xf32>) outs(%ea : tensor<16x8xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.negf %x : f32
    linalg.yield %s : f32
  } -> tensor<16x8xf32>
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%q, %b : tensor<16x8xf32>, tensor<8x16xf32>) outs(%f : tensor<16x16xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %m = arith.mulf %x, %w : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<16x16xf32>
  return %r : tensor<16x16xf32>
}
