// Which groups are made, one kind at a time.
// RUN: tilewright-opt %s --togsim-affine-graph --togsim-partition-kernels=fusion=none | FileCheck %s --check-prefix NONE
// RUN: tilewright-opt %s --togsim-affine-graph --togsim-partition-kernels=fusion=epilogue | FileCheck %s --check-prefix EPILOGUE
// RUN: tilewright-opt %s --togsim-affine-graph --togsim-partition-kernels=fusion=prologue | FileCheck %s --check-prefix PROLOGUE
// RUN: tilewright-opt %s --togsim-affine-graph --togsim-partition-kernels=fusion=reduction | FileCheck %s --check-prefix REDUCTION
// RUN: tilewright-opt %s --togsim-affine-graph --togsim-partition-kernels=fusion=reduction,reduction-reduction | FileCheck %s --check-prefix ROWS
// RUN: tilewright-opt %s --togsim-affine-graph --togsim-partition-kernels=fusion=all | FileCheck %s --check-prefix ALL
// RUN: tilewright-opt %s --togsim-normalize --togsim-fuse-elementwise=indices-only | FileCheck %s --check-prefix INDICES
// RUN: not tilewright-opt %s --togsim-partition-kernels=fusion=epilog 2>&1 | FileCheck %s --check-prefix UNKNOWN

// softmax(exp(x) w + b): an op before the product, one behind it, and two
// reductions with elementwise ops around them.
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#column = affine_map<(d0, d1) -> (d1)>
func.func @f(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>, %b: tensor<16xf32>) -> tensor<4x16xf32> {
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<4x16xf32>
  %r = tensor.empty() : tensor<4xf32>
  %a = math.exp %x : tensor<4x8xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e : tensor<4x16xf32>) -> tensor<4x16xf32>
  %m = linalg.matmul ins(%a, %w : tensor<4x8xf32>, tensor<8x16xf32>) outs(%f0 : tensor<4x16xf32>) -> tensor<4x16xf32>
  %h = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%m, %b : tensor<4x16xf32>, tensor<16xf32>) outs(%e : tensor<4x16xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x16xf32>
  %f1 = linalg.fill ins(%lowest : f32) outs(%r : tensor<4xf32>) -> tensor<4xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%h : tensor<4x16xf32>) outs(%f1 : tensor<4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %s = arith.maximumf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %exp = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%h, %max : tensor<4x16xf32>, tensor<4xf32>) outs(%e : tensor<4x16xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %d = arith.subf %p, %q : f32
    %s = math.exp %d : f32
    linalg.yield %s : f32
  } -> tensor<4x16xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%r : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%exp : tensor<4x16xf32>) outs(%f2 : tensor<4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum : tensor<4x16xf32>, tensor<4xf32>) outs(%e : tensor<4x16xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.divf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x16xf32>
  return %y : tensor<4x16xf32>
}

// NONE-LABEL: func.func @f
// NONE-COUNT-7: call @kernel_
// NONE-NOT: call @

// EPILOGUE-LABEL: func.func @f
// EPILOGUE-COUNT-6: call @kernel_
// EPILOGUE-NOT: call @

// PROLOGUE-LABEL: func.func @f
// PROLOGUE-COUNT-6: call @kernel_
// PROLOGUE-NOT: call @

// The bias joins the maximum, the exponential and the division the sum.
// REDUCTION-LABEL: func.func @f
// REDUCTION-COUNT-4: call @kernel_
// REDUCTION-NOT: call @

// ROWS-LABEL: func.func @f
// ROWS-COUNT-3: call @kernel_
// ROWS-NOT: call @

// ALL-LABEL: func.func @f
// ALL-COUNT-2: call @kernel_
// ALL-NOT: call @

// INDICES: math.exp
// INDICES: linalg.yield
// INDICES: arith.mulf
// INDICES: arith.addf

// UNKNOWN: unknown kind of fusion 'epilog'; did you mean 'epilogue'?; expected all, none, or a list of elementwise, epilogue, prologue, reduction-epilogue, reduction, reduction-reduction, attention
