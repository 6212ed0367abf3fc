// RUN: tilewright-opt %s --split-input-file --togsim-normalize --togsim-fold-views | FileCheck %s

// A transposed weight is read transposed.
func.func @transposed_weight(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>) -> tensor<4x16xf32> {
  %zero = arith.constant 0.0 : f32
  %wt_empty = tensor.empty() : tensor<8x16xf32>
  %wt = linalg.transpose ins(%w : tensor<16x8xf32>) outs(%wt_empty : tensor<8x16xf32>) permutation = [1, 0]
  %empty = tensor.empty() : tensor<4x16xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x16xf32>) -> tensor<4x16xf32>
  %r = linalg.matmul ins(%x, %wt : tensor<4x8xf32>, tensor<8x16xf32>) outs(%fill : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %r : tensor<4x16xf32>
}

// CHECK: #[[X:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK: #[[W:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-LABEL: @transposed_weight
// CHECK-SAME: %[[A:.*]]: tensor<4x8xf32>, %[[B:.*]]: tensor<16x8xf32>
// CHECK: linalg.generic {indexing_maps = [#[[X]], #[[W]],
// CHECK-SAME: ins(%[[A]], %[[B]]
// CHECK-SAME: togsim.ops = ["linalg.transpose|{{.*}}", "linalg.matmul|{{.*}}"]

// -----

// A transposed product is written transposed.
func.func @transposed_result(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>) -> tensor<16x4xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4x16xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x16xf32>) -> tensor<4x16xf32>
  %r = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x16xf32>) outs(%fill : tensor<4x16xf32>) -> tensor<4x16xf32>
  %t_empty = tensor.empty() : tensor<16x4xf32>
  %t = linalg.transpose ins(%r : tensor<4x16xf32>) outs(%t_empty : tensor<16x4xf32>) permutation = [1, 0]
  return %t : tensor<16x4xf32>
}

// CHECK: #[[R:.*]] = affine_map<(d0, d1, d2) -> (d1, d0)>
// CHECK-LABEL: @transposed_result
// CHECK: linalg.fill
// CHECK-SAME: tensor<16x4xf32>
// CHECK: %[[M:.*]] = linalg.generic {indexing_maps = [#{{map[0-9]*}}, #{{map[0-9]*}}, #[[R]]]
// CHECK-SAME: togsim.ops = ["linalg.matmul|{{.*}}", "linalg.transpose|{{.*}}"]
// CHECK: return %[[M]] : tensor<16x4xf32>

// -----

// A broadcast is read by fewer loops.
func.func @broadcast(%x: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %empty = tensor.empty() : tensor<4x8xf32>
  %wide = linalg.broadcast ins(%b : tensor<8xf32>) outs(%empty : tensor<4x8xf32>) dimensions = [0]
  %r = linalg.add ins(%x, %wide : tensor<4x8xf32>, tensor<4x8xf32>) outs(%empty : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[ROW:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @broadcast
// CHECK-COUNT-1: linalg.generic {indexing_maps = [#[[ID]], #[[ROW]], #[[ID]]]
// CHECK-NOT: linalg.generic

// -----

// A broadcast of both operands along the reduction would leave its extent unknown:
// it stays.
func.func @keeps_extent(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %wide_empty = tensor.empty() : tensor<4x8xf32>
  %wide = linalg.broadcast ins(%x : tensor<4xf32>) outs(%wide_empty : tensor<4x8xf32>) dimensions = [1]
  %empty = tensor.empty() : tensor<4xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  %r = linalg.reduce ins(%wide : tensor<4x8xf32>) outs(%fill : tensor<4xf32>) dimensions = [1]
    (%in: f32, %acc: f32) {
      %s = arith.addf %acc, %in : f32
      linalg.yield %s : f32
    }
  return %r : tensor<4xf32>
}

// CHECK-LABEL: @keeps_extent
// CHECK: %[[WIDE:.*]] = linalg.generic
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[WIDE]] : tensor<4x8xf32>)

// -----

// Unit dimensions read at 0: the operand loses them.
#id = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d0, 0)>
func.func @unit_dims(%x: tensor<4x8xf32>, %c: tensor<4x1xf32>) -> tensor<4x8xf32> {
  %empty = tensor.empty() : tensor<4x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %c : tensor<4x8xf32>, tensor<4x1xf32>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.mulf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// CHECK: #[[COLUMN:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: @unit_dims
// CHECK: %[[C:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0, 1]] : tensor<4x1xf32> into tensor<4xf32>
// CHECK: linalg.generic {indexing_maps = [#{{map[0-9]*}}, #[[COLUMN]], #{{map[0-9]*}}]
// CHECK-SAME: %[[C]] : tensor<4x8xf32>, tensor<4xf32>

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (0, d1)>
func.func @unit_loop(%x: tensor<1x8xf32>, %c: tensor<1x8xf32>) -> tensor<1x8xf32> {
  %empty = tensor.empty() : tensor<1x8xf32>
  %r = linalg.generic {indexing_maps = [#row, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %c : tensor<1x8xf32>, tensor<1x8xf32>) outs(%empty : tensor<1x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.mulf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<1x8xf32>
  return %r : tensor<1x8xf32>
}

// A loop of extent 1 disappears.
// CHECK: #[[ID:.*]] = affine_map<(d0) -> (d0)>
// CHECK-LABEL: @unit_loop
// CHECK-COUNT-2: tensor.collapse_shape %{{.*}} {{\[\[}}0, 1]] : tensor<1x8xf32> into tensor<8xf32>
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[ID]], #[[ID]]]
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [1, 8]

// -----

// Between two generics the reshape moves away: the elementwise op works on the
// collapsed shape.
func.func @reshape_between(%x: tensor<14x8xf32>, %w: tensor<8x16xf32>) -> tensor<2x7x16xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<14x16xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<14x16xf32>) -> tensor<14x16xf32>
  %m = linalg.matmul ins(%x, %w : tensor<14x8xf32>, tensor<8x16xf32>) outs(%fill : tensor<14x16xf32>) -> tensor<14x16xf32>
  %e = tensor.expand_shape %m [[0, 1], [2]] output_shape [2, 7, 16] : tensor<14x16xf32> into tensor<2x7x16xf32>
  %r = math.absf %e : tensor<2x7x16xf32>
  return %r : tensor<2x7x16xf32>
}

// CHECK-LABEL: @reshape_between
// CHECK: %[[M:.*]] = linalg.generic
// CHECK: %[[A:.*]] = linalg.generic
// CHECK-SAME: ins(%[[M]] : tensor<14x16xf32>)
// CHECK: math.absf
// CHECK: %[[E:.*]] = tensor.expand_shape %[[A]]
// CHECK: return %[[E]]

// -----

// A transpose that only moves a unit dimension is a reshape.
func.func @unit_transpose(%x: tensor<6x4x5xf32>) -> tensor<6x4x5x1xf32> {
  %e = tensor.expand_shape %x [[0], [1, 2], [3]] output_shape [6, 4, 1, 5] : tensor<6x4x5xf32> into tensor<6x4x1x5xf32>
  %empty = tensor.empty() : tensor<6x4x5x1xf32>
  %t = linalg.transpose ins(%e : tensor<6x4x1x5xf32>) outs(%empty : tensor<6x4x5x1xf32>) permutation = [0, 1, 3, 2]
  return %t : tensor<6x4x5x1xf32>
}

// CHECK-LABEL: @unit_transpose
// CHECK-SAME: %[[X:.*]]: tensor<6x4x5xf32>
// CHECK-NEXT: %[[E:.*]] = tensor.expand_shape %[[X]] {{\[\[}}0], [1], [2, 3]]
// CHECK-NEXT: return %[[E]]

// -----

// A product and its sum are a contraction when one factor is reused.
#x = affine_map<(d0, d1) -> (d0, d1)>
#v = affine_map<(d0, d1) -> (d1)>
#r = affine_map<(d0, d1) -> (d0)>
func.func @matvec(%x: tensor<4x8xf32>, %v: tensor<8xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %p_empty = tensor.empty() : tensor<4x8xf32>
  %p = linalg.generic {indexing_maps = [#x, #v, #x], iterator_types = ["parallel", "parallel"]} ins(%x, %v : tensor<4x8xf32>, tensor<8xf32>) outs(%p_empty : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.mulf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  %empty = tensor.empty() : tensor<4xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  %s = linalg.generic {indexing_maps = [#x, #r], iterator_types = ["parallel", "reduction"]} ins(%p : tensor<4x8xf32>) outs(%fill : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %t = arith.addf %a, %o : f32
    linalg.yield %t : f32
  } -> tensor<4xf32>
  return %s : tensor<4xf32>
}

// CHECK-LABEL: @matvec
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "reduction"]
// CHECK-SAME: ins(%{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>)
// CHECK: %[[P:.*]] = arith.mulf
// CHECK: arith.addf %[[P]]
// CHECK-NOT: linalg.generic

// -----

// A bias that a convolution or product starts from is added afterwards: the
// broadcast is never stored.
func.func @bias(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>, %b: tensor<16xf32>) -> tensor<4x16xf32> {
  %empty = tensor.empty() : tensor<4x16xf32>
  %wide = linalg.broadcast ins(%b : tensor<16xf32>) outs(%empty : tensor<4x16xf32>) dimensions = [0]
  %r = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x16xf32>) outs(%wide : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %r : tensor<4x16xf32>
}

// CHECK-LABEL: @bias
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<8x16xf32>, %[[B:.*]]: tensor<16xf32>
// CHECK: %[[ZERO:.*]] = linalg.fill
// CHECK: %[[M:.*]] = linalg.generic
// CHECK-SAME: outs(%[[ZERO]]
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[M]], %[[B]] : tensor<4x16xf32>, tensor<16xf32>)
// CHECK: arith.addf
// CHECK-NOT: linalg.generic

// -----

// A transpose between two reshapes: the consumer is computed over the parts, reads
// its operand transposed, and is reshaped afterwards.
func.func @heads(%x: tensor<2x6x4xf32>) -> tensor<2x24xf32> {
  %e = tensor.expand_shape %x [[0], [1, 2], [3]] output_shape [2, 3, 2, 4] : tensor<2x6x4xf32> into tensor<2x3x2x4xf32>
  %empty = tensor.empty() : tensor<2x2x3x4xf32>
  %t = linalg.transpose ins(%e : tensor<2x3x2x4xf32>) outs(%empty : tensor<2x2x3x4xf32>) permutation = [0, 2, 1, 3]
  %c = tensor.collapse_shape %t [[0], [1, 2, 3]] : tensor<2x2x3x4xf32> into tensor<2x24xf32>
  %r = math.absf %c : tensor<2x24xf32>
  return %r : tensor<2x24xf32>
}

// CHECK: #[[READ:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1, d3)>
// CHECK-LABEL: @heads
// CHECK: tensor.expand_shape
// CHECK: %[[R:.*]] = linalg.generic {indexing_maps = [#[[READ]],
// CHECK: math.absf
// CHECK-NOT: linalg.generic
// CHECK: tensor.collapse_shape %[[R]] {{\[\[}}0], [1, 2, 3]]

// -----

// Two operands that cut one dimension at 2 and at 3: one of them is copied.
func.func @two_radices(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) -> tensor<2x6xf32> {
  %e0 = tensor.empty() : tensor<2x3x2xf32>
  %e1 = tensor.empty() : tensor<2x2x3xf32>
  %i = linalg.broadcast ins(%a : tensor<2x3xf32>) outs(%e0 : tensor<2x3x2xf32>) dimensions = [2]
  %r = linalg.broadcast ins(%b : tensor<2x3xf32>) outs(%e1 : tensor<2x2x3xf32>) dimensions = [1]
  %ci = tensor.collapse_shape %i [[0], [1, 2]] : tensor<2x3x2xf32> into tensor<2x6xf32>
  %cr = tensor.collapse_shape %r [[0], [1, 2]] : tensor<2x2x3xf32> into tensor<2x6xf32>
  %s = arith.addf %ci, %cr : tensor<2x6xf32>
  return %s : tensor<2x6xf32>
}

// CHECK-LABEL: @two_radices
// CHECK: %[[COPY:.*]] = linalg.generic
// CHECK-NEXT: ^bb0
// CHECK-NEXT: linalg.yield
// CHECK: linalg.generic
// CHECK: arith.addf
// CHECK-NOT: linalg.generic

// -----

// The padded input of a grouped convolution, cut into groups, is a transposed
// product: the reshape goes before the pad, and stays there.
func.func @pad_of_groups(%x: tensor<34x16xf32>, %w: tensor<16x12xf32>, %k: tensor<3x4x4x8xf32>) -> tensor<1x3x4x35xf32> {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<34x12xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<34x12xf32>) -> tensor<34x12xf32>
  %product = linalg.matmul ins(%x, %w : tensor<34x16xf32>, tensor<16x12xf32>) outs(%f0 : tensor<34x12xf32>) -> tensor<34x12xf32>
  %batch = tensor.expand_shape %product [[0, 1], [2]] output_shape [1, 34, 12] : tensor<34x12xf32> into tensor<1x34x12xf32>
  %e1 = tensor.empty() : tensor<1x12x34xf32>
  %t = linalg.transpose ins(%batch : tensor<1x34x12xf32>) outs(%e1 : tensor<1x12x34xf32>) permutation = [0, 2, 1]
  %groups = tensor.expand_shape %t [[0], [1, 2], [3]] output_shape [1, 3, 4, 34] : tensor<1x12x34xf32> into tensor<1x3x4x34xf32>
  %padded = tensor.pad %groups low[0, 0, 0, 4] high[0, 0, 0, 4] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<1x3x4x34xf32> to tensor<1x3x4x42xf32>
  %e2 = tensor.empty() : tensor<1x3x4x35xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x3x4x35xf32>) -> tensor<1x3x4x35xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(n, g, f, o, c, t) -> (n, g, c, o + t)>,
                                        affine_map<(n, g, f, o, c, t) -> (g, f, c, t)>,
                                        affine_map<(n, g, f, o, c, t) -> (n, g, f, o)>],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%padded, %k : tensor<1x3x4x42xf32>, tensor<3x4x4x8xf32>) outs(%f2 : tensor<1x3x4x35xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<1x3x4x35xf32>
  return %r : tensor<1x3x4x35xf32>
}

// CHECK-LABEL: @pad_of_groups
// CHECK: %[[PAD:.*]] = tensor.pad
// CHECK-NOT: tensor.expand_shape
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[PAD]],
