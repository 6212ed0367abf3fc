// RUN: tilewright-opt %s --togsim-normalize --togsim-fold-views --togsim-fuse-elementwise --togsim-expand-attention | FileCheck %s

// Heads joined for the products and separated for a mask: all ops get the loops of
// the mask's space, the reshapes stand before and behind the attention only.
#id = affine_map<(b, h, q, k) -> (b, h, q, k)>
#mask = affine_map<(b, h, q, k) -> (b, k)>
#row = affine_map<(b, h, q, k) -> (b, h, q)>
// CHECK-LABEL: func.func @masked(
// CHECK-SAME: %[[QUERY:[a-z0-9]*]]: tensor<8x7x3xf32>
// CHECK: %[[Q:.*]] = tensor.expand_shape %[[QUERY]]
// CHECK-SAME: into tensor<2x4x7x3xf32>
// CHECK: %[[K:.*]] = tensor.expand_shape
// CHECK-SAME: into tensor<2x4x3x5xf32>
// CHECK: linalg.generic
// CHECK-SAME: "parallel", "parallel", "parallel", "parallel", "reduction"
// CHECK-SAME: ins(%[[Q]], %[[K]] : tensor<2x4x7x3xf32>, tensor<2x4x3x5xf32>)
// CHECK-NOT: collapse_shape
// CHECK: %[[V:.*]] = tensor.expand_shape
// CHECK-SAME: into tensor<2x4x5x2xf32>
// CHECK: %[[Y:.*]] = linalg.generic
// CHECK-SAME: %[[V]] : tensor<2x4x7x5xf32>, tensor<2x4x5x2xf32>)
// CHECK: %[[JOINED:.*]] = tensor.collapse_shape %[[Y]]
// CHECK: return %[[JOINED]]
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

// Two products without a softmax between them are no attention: the reshape of the mask
// stays where it is.
// CHECK-LABEL: func.func @no_softmax(
// CHECK-SAME: %[[MASK:[a-z0-9]*]]: tensor<2x4x7x5xf32>)
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<8x7x5xf32>)
// CHECK: %[[JOINED:.*]] = tensor.collapse_shape %[[MASK]]
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[JOINED]] : tensor<8x7x5xf32>, tensor<8x7x5xf32>)
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<8x7x2xf32>)
func.func @no_softmax(%query: tensor<8x7x3xf32>, %key: tensor<8x3x5xf32>, %value: tensor<8x5x2xf32>, %bias: tensor<2x4x7x5xf32>) -> tensor<8x7x2xf32> {
  %zero = arith.constant 0.0 : f32
  %es = tensor.empty() : tensor<8x7x5xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%es : tensor<8x7x5xf32>) -> tensor<8x7x5xf32>
  %scores = linalg.batch_matmul ins(%query, %key : tensor<8x7x3xf32>, tensor<8x3x5xf32>) outs(%fs : tensor<8x7x5xf32>) -> tensor<8x7x5xf32>
  %apart = tensor.expand_shape %scores [[0, 1], [2], [3]] output_shape [2, 4, 7, 5] : tensor<8x7x5xf32> into tensor<2x4x7x5xf32>
  %w = arith.mulf %apart, %bias : tensor<2x4x7x5xf32>
  %joined = tensor.collapse_shape %w [[0, 1], [2], [3]] : tensor<2x4x7x5xf32> into tensor<8x7x5xf32>
  %ey = tensor.empty() : tensor<8x7x2xf32>
  %fy = linalg.fill ins(%zero : f32) outs(%ey : tensor<8x7x2xf32>) -> tensor<8x7x2xf32>
  %y = linalg.batch_matmul ins(%joined, %value : tensor<8x7x5xf32>, tensor<8x5x2xf32>) outs(%fy : tensor<8x7x2xf32>) -> tensor<8x7x2xf32>
  return %y : tensor<8x7x2xf32>
}
