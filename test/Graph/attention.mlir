// Two contractions with a softmax between them are one kernel.
// RUN: tilewright-opt %s --split-input-file --togsim-affine-graph --togsim-partition | FileCheck %s

// Heads joined for the products and separated for a mask that does not vary along
// them: the loops are expanded, the reshapes move out of the attention.
#id = affine_map<(b, h, q, k) -> (b, h, q, k)>
#mask = affine_map<(b, h, q, k) -> (b, k)>
#row = affine_map<(b, h, q, k) -> (b, h, q)>
// CHECK-LABEL: func.func @masked(
// CHECK: %[[Y:.*]] = call @kernel_0_attention(
// CHECK-NOT: call
// CHECK: return
// CHECK: func.func private @kernel_0_attention(
// CHECK-SAME: tensor<2x4x7x3xf32>
// CHECK-SAME: tensor<2x5xf32>
// CHECK-NOT: expand_shape
// CHECK-NOT: collapse_shape
func.func @masked(%query: tensor<8x7x3xf32>, %key: tensor<8x3x5xf32>, %value: tensor<8x5x2xf32>, %bias: tensor<2x5xf32>) -> tensor<8x7x2xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %es = tensor.empty() : tensor<8x7x5xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%es : tensor<8x7x5xf32>) -> tensor<8x7x5xf32>
  %scores = linalg.batch_matmul ins(%query, %key : tensor<8x7x3xf32>, tensor<8x3x5xf32>) outs(%fs : tensor<8x7x5xf32>) -> tensor<8x7x5xf32>
  %apart = tensor.expand_shape %scores [[0, 1], [2], [3]] output_shape [2, 4, 7, 5] : tensor<8x7x5xf32> into tensor<2x4x7x5xf32>
  %e = tensor.empty() : tensor<2x4x7x5xf32>
  %logits = linalg.generic {indexing_maps = [#id, #mask, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%apart, %bias : tensor<2x4x7x5xf32>, tensor<2x5xf32>) outs(%e : tensor<2x4x7x5xf32>) {
  ^bb0(%s: f32, %m: f32, %o: f32):
    %l = arith.addf %s, %m : f32
    linalg.yield %l : f32
  } -> tensor<2x4x7x5xf32>
  %er = tensor.empty() : tensor<2x4x7xf32>
  %fm = linalg.fill ins(%low : f32) outs(%er : tensor<2x4x7xf32>) -> tensor<2x4x7xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%logits : tensor<2x4x7x5xf32>) outs(%fm : tensor<2x4x7xf32>) {
  ^bb0(%l: f32, %o: f32):
    %m = arith.maximumf %l, %o : f32
    linalg.yield %m : f32
  } -> tensor<2x4x7xf32>
  %weights = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%logits, %max : tensor<2x4x7x5xf32>, tensor<2x4x7xf32>) outs(%e : tensor<2x4x7x5xf32>) {
  ^bb0(%l: f32, %m: f32, %o: f32):
    %d = arith.subf %l, %m : f32
    %w = math.exp %d : f32
    linalg.yield %w : f32
  } -> tensor<2x4x7x5xf32>
  %fz = linalg.fill ins(%zero : f32) outs(%er : tensor<2x4x7xf32>) -> tensor<2x4x7xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%weights : tensor<2x4x7x5xf32>) outs(%fz : tensor<2x4x7xf32>) {
  ^bb0(%w: f32, %o: f32):
    %s = arith.addf %w, %o : f32
    linalg.yield %s : f32
  } -> tensor<2x4x7xf32>
  %p = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%weights, %sum : tensor<2x4x7x5xf32>, tensor<2x4x7xf32>) outs(%e : tensor<2x4x7x5xf32>) {
  ^bb0(%w: f32, %s: f32, %o: f32):
    %d = arith.divf %w, %s : f32
    linalg.yield %d : f32
  } -> tensor<2x4x7x5xf32>
  %joined = tensor.collapse_shape %p [[0, 1], [2], [3]] : tensor<2x4x7x5xf32> into tensor<8x7x5xf32>
  %ey = tensor.empty() : tensor<8x7x2xf32>
  %fy = linalg.fill ins(%zero : f32) outs(%ey : tensor<8x7x2xf32>) -> tensor<8x7x2xf32>
  %y = linalg.batch_matmul ins(%joined, %value : tensor<8x7x5xf32>, tensor<8x5x2xf32>) outs(%fy : tensor<8x7x2xf32>) -> tensor<8x7x2xf32>
  return %y : tensor<8x7x2xf32>
}

// -----

// A key's head repeated for the four heads of its group is read by all of them,
// not copied; the softmax is by powers of 2.
#copy = affine_map<(b, g, k, d) -> (b, k, d)>
#all = affine_map<(b, g, k, d) -> (b, g, k, d)>
#id = affine_map<(b, q, k) -> (b, q, k)>
#row = affine_map<(b, q, k) -> (b, q)>
// CHECK-LABEL: func.func @group(
// CHECK: call @kernel_0_attention(
// CHECK-NOT: call
// CHECK: func.func private @kernel_0_attention(
// CHECK-SAME: tensor<2x5x3xf32>
func.func @group(%query: tensor<8x7x3xf32>, %key: tensor<2x5x3xf32>, %value: tensor<8x5x2xf32>) -> tensor<8x7x2xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %one = arith.constant 1.0 : f32
  %ek = tensor.empty() : tensor<2x4x5x3xf32>
  %repeated = linalg.generic {indexing_maps = [#copy, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%key : tensor<2x5x3xf32>) outs(%ek : tensor<2x4x5x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<2x4x5x3xf32>
  %heads = tensor.collapse_shape %repeated [[0, 1], [2], [3]] : tensor<2x4x5x3xf32> into tensor<8x5x3xf32>
  %et = tensor.empty() : tensor<8x3x5xf32>
  %kt = linalg.transpose ins(%heads : tensor<8x5x3xf32>) outs(%et : tensor<8x3x5xf32>) permutation = [0, 2, 1]
  %e = tensor.empty() : tensor<8x7x5xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%e : tensor<8x7x5xf32>) -> tensor<8x7x5xf32>
  %scores = linalg.batch_matmul ins(%query, %kt : tensor<8x7x3xf32>, tensor<8x3x5xf32>) outs(%fs : tensor<8x7x5xf32>) -> tensor<8x7x5xf32>
  %er = tensor.empty() : tensor<8x7xf32>
  %fm = linalg.fill ins(%low : f32) outs(%er : tensor<8x7xf32>) -> tensor<8x7xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "reduction"]} ins(%scores : tensor<8x7x5xf32>) outs(%fm : tensor<8x7xf32>) {
  ^bb0(%l: f32, %o: f32):
    %m = arith.maxnumf %l, %o : f32
    linalg.yield %m : f32
  } -> tensor<8x7xf32>
  %weights = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%scores, %max : tensor<8x7x5xf32>, tensor<8x7xf32>) outs(%e : tensor<8x7x5xf32>) {
  ^bb0(%l: f32, %m: f32, %o: f32):
    %factor = arith.constant 0.25 : f32
    %d = arith.subf %l, %m : f32
    %t = arith.mulf %d, %factor : f32
    %w = math.exp2 %t : f32
    linalg.yield %w : f32
  } -> tensor<8x7x5xf32>
  %fz = linalg.fill ins(%zero : f32) outs(%er : tensor<8x7xf32>) -> tensor<8x7xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "reduction"]} ins(%weights : tensor<8x7x5xf32>) outs(%fz : tensor<8x7xf32>) {
  ^bb0(%w: f32, %o: f32):
    %s = arith.addf %w, %o : f32
    linalg.yield %s : f32
  } -> tensor<8x7xf32>
  %reciprocal = linalg.generic {indexing_maps = [affine_map<(b, q) -> (b, q)>, affine_map<(b, q) -> (b, q)>], iterator_types = ["parallel", "parallel"]} ins(%sum : tensor<8x7xf32>) outs(%er : tensor<8x7xf32>) {
  ^bb0(%s: f32, %o: f32):
    %r = arith.divf %one, %s : f32
    linalg.yield %r : f32
  } -> tensor<8x7xf32>
  %p = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%weights, %reciprocal : tensor<8x7x5xf32>, tensor<8x7xf32>) outs(%e : tensor<8x7x5xf32>) {
  ^bb0(%w: f32, %r: f32, %o: f32):
    %d = arith.mulf %w, %r : f32
    linalg.yield %d : f32
  } -> tensor<8x7x5xf32>
  %ey = tensor.empty() : tensor<8x7x2xf32>
  %fy = linalg.fill ins(%zero : f32) outs(%ey : tensor<8x7x2xf32>) -> tensor<8x7x2xf32>
  %y = linalg.batch_matmul ins(%p, %value : tensor<8x7x5xf32>, tensor<8x5x2xf32>) outs(%fy : tensor<8x7x2xf32>) -> tensor<8x7x2xf32>
  return %y : tensor<8x7x2xf32>
}

// -----

// Weights that the model returns leave the scratchpad: no attention kernel. Nor is
// a quotient of another sum a softmax.
#id = affine_map<(q, k) -> (q, k)>
#row = affine_map<(q, k) -> (q)>
// CHECK-LABEL: func.func @returned(
// CHECK-NOT: _attention(
// CHECK: return
func.func @returned(%query: tensor<7x3xf32>, %key: tensor<3x5xf32>, %value: tensor<5x2xf32>) -> (tensor<7x2xf32>, tensor<7x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<7x5xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%e : tensor<7x5xf32>) -> tensor<7x5xf32>
  %scores = linalg.matmul ins(%query, %key : tensor<7x3xf32>, tensor<3x5xf32>) outs(%fs : tensor<7x5xf32>) -> tensor<7x5xf32>
  %er = tensor.empty() : tensor<7xf32>
  %fm = linalg.fill ins(%low : f32) outs(%er : tensor<7xf32>) -> tensor<7xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%scores : tensor<7x5xf32>) outs(%fm : tensor<7xf32>) {
  ^bb0(%l: f32, %o: f32):
    %m = arith.maximumf %l, %o : f32
    linalg.yield %m : f32
  } -> tensor<7xf32>
  %weights = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%scores, %max : tensor<7x5xf32>, tensor<7xf32>) outs(%e : tensor<7x5xf32>) {
  ^bb0(%l: f32, %m: f32, %o: f32):
    %d = arith.subf %l, %m : f32
    %w = math.exp %d : f32
    linalg.yield %w : f32
  } -> tensor<7x5xf32>
  %fz = linalg.fill ins(%zero : f32) outs(%er : tensor<7xf32>) -> tensor<7xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%weights : tensor<7x5xf32>) outs(%fz : tensor<7xf32>) {
  ^bb0(%w: f32, %o: f32):
    %s = arith.addf %w, %o : f32
    linalg.yield %s : f32
  } -> tensor<7xf32>
  %p = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%weights, %sum : tensor<7x5xf32>, tensor<7xf32>) outs(%e : tensor<7x5xf32>) {
  ^bb0(%w: f32, %s: f32, %o: f32):
    %d = arith.divf %w, %s : f32
    linalg.yield %d : f32
  } -> tensor<7x5xf32>
  %ey = tensor.empty() : tensor<7x2xf32>
  %fy = linalg.fill ins(%zero : f32) outs(%ey : tensor<7x2xf32>) -> tensor<7x2xf32>
  %y = linalg.matmul ins(%p, %value : tensor<7x5xf32>, tensor<5x2xf32>) outs(%fy : tensor<7x2xf32>) -> tensor<7x2xf32>
  return %y, %p : tensor<7x2xf32>, tensor<7x5xf32>
}

// -----

// A sum whose start, 0, is added behind its loop is still the softmax's.
#id = affine_map<(b, h, q, k) -> (b, h, q, k)>
#mask = affine_map<(b, h, q, k) -> (b, k)>
#row = affine_map<(b, h, q, k) -> (b, h, q)>
#each = affine_map<(b, h, q) -> (b, h, q)>
// CHECK-LABEL: func.func @sum_behind(
// CHECK: call @kernel_0_attention(
// CHECK-NOT: call
// CHECK: func.func private @kernel_0_attention(
func.func @sum_behind(%query: tensor<8x7x3xf32>, %key: tensor<8x3x5xf32>, %value: tensor<8x5x2xf32>, %bias: tensor<2x5xf32>) -> tensor<8x7x2xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %es = tensor.empty() : tensor<8x7x5xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%es : tensor<8x7x5xf32>) -> tensor<8x7x5xf32>
  %scores = linalg.batch_matmul ins(%query, %key : tensor<8x7x3xf32>, tensor<8x3x5xf32>) outs(%fs : tensor<8x7x5xf32>) -> tensor<8x7x5xf32>
  %apart = tensor.expand_shape %scores [[0, 1], [2], [3]] output_shape [2, 4, 7, 5] : tensor<8x7x5xf32> into tensor<2x4x7x5xf32>
  %e = tensor.empty() : tensor<2x4x7x5xf32>
  %logits = linalg.generic {indexing_maps = [#id, #mask, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%apart, %bias : tensor<2x4x7x5xf32>, tensor<2x5xf32>) outs(%e : tensor<2x4x7x5xf32>) {
  ^bb0(%s: f32, %m: f32, %o: f32):
    %l = arith.addf %s, %m : f32
    linalg.yield %l : f32
  } -> tensor<2x4x7x5xf32>
  %er = tensor.empty() : tensor<2x4x7xf32>
  %fm = linalg.fill ins(%low : f32) outs(%er : tensor<2x4x7xf32>) -> tensor<2x4x7xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%logits : tensor<2x4x7x5xf32>) outs(%fm : tensor<2x4x7xf32>) {
  ^bb0(%l: f32, %o: f32):
    %m = arith.maximumf %l, %o : f32
    linalg.yield %m : f32
  } -> tensor<2x4x7xf32>
  %weights = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%logits, %max : tensor<2x4x7x5xf32>, tensor<2x4x7xf32>) outs(%e : tensor<2x4x7x5xf32>) {
  ^bb0(%l: f32, %m: f32, %o: f32):
    %d = arith.subf %l, %m : f32
    %w = math.exp %d : f32
    linalg.yield %w : f32
  } -> tensor<2x4x7x5xf32>
  %fz = linalg.fill ins(%zero : f32) outs(%er : tensor<2x4x7xf32>) -> tensor<2x4x7xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%weights : tensor<2x4x7x5xf32>) outs(%fz : tensor<2x4x7xf32>) {
  ^bb0(%w: f32, %o: f32):
    %s = arith.addf %w, %o : f32
    linalg.yield %s : f32
  } -> tensor<2x4x7xf32>
  %es2 = tensor.empty() : tensor<2x4x7xf32>
  %total = linalg.generic {indexing_maps = [#each, #each], iterator_types = ["parallel", "parallel", "parallel"]} ins(%sum : tensor<2x4x7xf32>) outs(%es2 : tensor<2x4x7xf32>) {
  ^bb0(%w: f32, %o: f32):
    %s = arith.addf %w, %zero : f32
    linalg.yield %s : f32
  } -> tensor<2x4x7xf32>
  %p = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%weights, %total : tensor<2x4x7x5xf32>, tensor<2x4x7xf32>) outs(%e : tensor<2x4x7x5xf32>) {
  ^bb0(%w: f32, %s: f32, %o: f32):
    %d = arith.divf %w, %s : f32
    linalg.yield %d : f32
  } -> tensor<2x4x7x5xf32>
  %joined = tensor.collapse_shape %p [[0, 1], [2], [3]] : tensor<2x4x7x5xf32> into tensor<8x7x5xf32>
  %ey = tensor.empty() : tensor<8x7x2xf32>
  %fy = linalg.fill ins(%zero : f32) outs(%ey : tensor<8x7x2xf32>) -> tensor<8x7x2xf32>
  %y = linalg.batch_matmul ins(%joined, %value : tensor<8x7x5xf32>, tensor<8x5x2xf32>) outs(%fy : tensor<8x7x2xf32>) -> tensor<8x7x2xf32>
  return %y : tensor<8x7x2xf32>
}

