// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-vectorize-banks=machine=small8

func.func @odd() {
  %a = togsim.tile at 0 : memref<2x7xf32, #togsim.bank>
  // expected-error @below {{innermost extent 7 cannot be divided into vectors; tiles must be aligned to vector registers}}
  linalg.exp ins(%a : memref<2x7xf32, #togsim.bank>) outs(%a : memref<2x7xf32, #togsim.bank>)
  return
}

// -----

func.func @one_copy() {
  %a = togsim.tile at 0 : memref<2x8xf32, #togsim.bank>
  %s = togsim.tile at 64 : memref<2x1xf32, #togsim.bank>
  // expected-error @below {{innermost extent 8 cannot be divided into vectors}}
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, 0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%s : memref<2x1xf32, #togsim.bank>) outs(%a : memref<2x8xf32, #togsim.bank>) {
  ^bb0(%x: f32, %o: f32):
    linalg.yield %x : f32
  }
  return
}

// -----

func.func @transposed() {
  %a = togsim.tile at 0 : memref<8x8xf32, #togsim.bank>
  %b = togsim.tile at 256 : memref<8x8xf32, #togsim.bank>
  // expected-error @below {{operand 0 is not contiguous along the innermost dimension of the op}}
  linalg.transpose ins(%a : memref<8x8xf32, #togsim.bank>) outs(%b : memref<8x8xf32, #togsim.bank>) permutation = [1, 0]
  return
}

// -----

func.func @column() {
  %a = togsim.tile at 0 : memref<8x8xf32, #togsim.bank>
  %b = togsim.tile at 256 : memref<8xf32, #togsim.bank>
  // expected-error @below {{operand 0 is not contiguous along the innermost dimension of the op}}
  linalg.broadcast ins(%b : memref<8xf32, #togsim.bank>) outs(%a : memref<8x8xf32, #togsim.bank>) dimensions = [1]
  return
}

// -----

func.func @writes_splat() {
  %a = togsim.tile at 0 : memref<2x8xf32, #togsim.bank>
  %s = togsim.tile at 64 : memref<2x8xf32, #togsim.bank>
  // expected-error @below {{writes a splat row}}
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>], iterator_types = ["parallel", "parallel"]} ins(%a : memref<2x8xf32, #togsim.bank>) outs(%s : memref<2x8xf32, #togsim.bank>) {
  ^bb0(%x: f32, %o: f32):
    linalg.yield %x : f32
  }
  return
}

// -----

func.func @no_dimension(%v: f32) {
  %a = togsim.tile at 0 : memref<f32, #togsim.bank>
  // expected-error @below {{op on banks has no dimension to vectorize}}
  linalg.fill ins(%v : f32) outs(%a : memref<f32, #togsim.bank>)
  return
}

// -----

func.func private @f(f32) -> f32
func.func @call() {
  %a = togsim.tile at 0 : memref<8xf32, #togsim.bank>
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%a : memref<8xf32, #togsim.bank>) {
  ^bb0(%o: f32):
    // expected-error @below {{unsupported: 'func.call' has no vector form}}
    %r = func.call @f(%o) : (f32) -> f32
    linalg.yield %r : f32
  }
  return
}

// -----

// A matrix product that was not given to the arrays.
func.func @matmul() {
  %a = togsim.tile at 0 : memref<8x8xf32, #togsim.bank>
  // expected-error @below {{operand 0 is not contiguous along the innermost dimension}}
  linalg.generic {indexing_maps = [affine_map<(m, k, n) -> (m, k)>, affine_map<(m, k, n) -> (k, n)>, affine_map<(m, k, n) -> (m, n)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%a, %a : memref<8x8xf32, #togsim.bank>, memref<8x8xf32, #togsim.bank>) outs(%a : memref<8x8xf32, #togsim.bank>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %p = arith.mulf %x, %y : f32
    linalg.yield %p : f32
  }
  return
}

// -----

// A reduction along an outer dimension combines whole vectors: its result runs
// along the innermost dimension, too.
func.func @column_target() {
  %a = togsim.tile at 0 : memref<8x8xf32, #togsim.bank>
  %b = togsim.tile at 256 : memref<8xf32, #togsim.bank>
  // expected-error @below {{reduction must combine into vectors by one operation}}
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (0)>], iterator_types = ["reduction", "parallel"]} ins(%a : memref<8x8xf32, #togsim.bank>) outs(%b : memref<8xf32, #togsim.bank>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %x, %o : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// The result of a reduction must be a splat row, not a scalar in memory.
func.func @reduction_target() {
  %a = togsim.tile at 0 : memref<8x8xf32, #togsim.bank>
  %b = togsim.tile at 256 : memref<8xf32, #togsim.bank>
  // expected-error @below {{reduction must combine into a splat row by one operation}}
  linalg.reduce ins(%a : memref<8x8xf32, #togsim.bank>) outs(%b : memref<8xf32, #togsim.bank>) dimensions = [1]
    (%x: f32, %o: f32) {
      %s = arith.addf %x, %o : f32
      linalg.yield %s : f32
    }
  return
}

// -----

func.func @reduction_operation() {
  %a = togsim.tile at 0 : memref<8x8xf32, #togsim.bank>
  %b = togsim.tile at 256 : memref<8x8xf32, #togsim.bank>
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>], iterator_types = ["parallel", "reduction"]} ins(%a : memref<8x8xf32, #togsim.bank>) outs(%b : memref<8x8xf32, #togsim.bank>) {
  ^bb0(%x: f32, %o: f32):
    // expected-error @below {{unsupported: reduction by 'arith.remf'}}
    %s = arith.remf %o, %x : f32
    linalg.yield %s : f32
  }
  return
}

// -----

func.func @pooling_unaligned() {
  %x = togsim.tile at 0 : memref<1x9xf32, #togsim.bank>
  %y = togsim.tile at 64 : memref<1x7xf32, #togsim.bank>
  // expected-error @below {{last extent of y (7) must be a multiple of 8}}
  togsim.window_reduce "arith.addf" %x, %y taps [3] affine_map<(c, i, t) -> (c, i + t)> : memref<1x9xf32, #togsim.bank>, memref<1x7xf32, #togsim.bank>
  return
}

// -----

func.func @pooling_across() {
  %x = togsim.tile at 0 : memref<10x8xf32, #togsim.bank>
  %y = togsim.tile at 512 : memref<8x8xf32, #togsim.bank>
  // expected-error @below {{the last dimensions of x and y must be one}}
  togsim.window_reduce "arith.addf" %x, %y taps [3] affine_map<(c, i, t) -> (i + t, c)> : memref<10x8xf32, #togsim.bank>, memref<8x8xf32, #togsim.bank>
  return
}

// -----

func.func @on_tensors(%x: tensor<8xf32>) -> tensor<8xf32> {
  %zero = arith.constant 0.0 : f32
  // expected-error @below {{works on tensors, not on banks; run the passes from togsim-codegen to togsim-project-lanes first}}
  %f = linalg.fill ins(%zero : f32) outs(%x : tensor<8xf32>) -> tensor<8xf32>
  return %f : tensor<8xf32>
}

// -----

func.func @dynamic(%x: memref<?x8xf32, #togsim.bank>) {
  // expected-error @below {{works on memory of dynamic shape or without elements}}
  linalg.exp ins(%x : memref<?x8xf32, #togsim.bank>) outs(%x : memref<?x8xf32, #togsim.bank>)
  return
}

// -----

func.func @no_elements(%x: memref<0x8xf32, #togsim.bank>) {
  // expected-error @below {{works on memory of dynamic shape or without elements}}
  linalg.exp ins(%x : memref<0x8xf32, #togsim.bank>) outs(%x : memref<0x8xf32, #togsim.bank>)
  return
}
