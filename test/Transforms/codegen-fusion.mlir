// Prologues run on input tiles, the epilogue on the finished accumulator.
// RUN: tilewright-opt %s --togsim-codegen=machine=tpuv3 | FileCheck %s
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 | FileCheck %s --check-prefix=SMALL8

#lhs = affine_map<(d0, d1, d2) -> (d0, d2)>
#rhs = affine_map<(d0, d1, d2) -> (d2, d1)>
#out = affine_map<(d0, d1, d2) -> (d0, d1)>
#id = affine_map<(d0, d1) -> (d0, d1)>
#col = affine_map<(d0, d1) -> (d1)>

// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$SPLAT:.*]] = affine_map<(d0, d1) -> (d0, 0)>

// Bias and relu. Tiles are [N, M], so a bias per n is one element per row: its
// tile is a row of copies (a "splat row") that fills a vector whatever column is
// read, loaded with a device stride of 0. Four f32 registers of 8 are 32 copies.
// CHECK-LABEL: func.func @bias_relu(
// CHECK-SAME: %[[BIAS:[^ ]*]]: memref<63xf32>, %[[Y:[^ ]*]]: memref<128x63xf32>)
// CHECK: togsim.contract %{{.*}}, %{{.*}}, %[[ACC:[^ ]*]] {
// CHECK: togsim.transfer load %[[BIAS]]{{.*}}, %[[ROW:.*]] extents {{.*}} valid(%c63{{.*}}, %c32{{.*}}) strides [1, 0] fill {{.*}} memref<128x32xf32, #togsim.spad<0, 1>>
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$SPLAT]], #[[$ID]]], iterator_types = ["parallel", "parallel"]} ins(%[[ACC]], %[[ROW]] : {{.*}}) outs(%[[RESULT:.*]] : memref
// CHECK: arith.addf
// CHECK: arith.cmpf ugt
// CHECK: arith.select
// CHECK: togsim.transfer store %[[Y]]{{.*}}, %[[RESULT]] extents {{.*}} valid
// CHECK-NOT: togsim.transfer
// CHECK: return
func.func private @bias_relu(%a: tensor<128x56xf32>, %b: tensor<56x63xf32>, %bias: tensor<63xf32>) -> tensor<128x63xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<128x63xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<128x63xf32>) -> tensor<128x63xf32>
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<128x56xf32>, tensor<56x63xf32>) outs(%f : tensor<128x63xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<128x63xf32>
  %y = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]} ins(%r, %bias : tensor<128x63xf32>, tensor<63xf32>) outs(%e : tensor<128x63xf32>) {
  ^bb0(%x: f32, %c: f32, %o: f32):
    %s = arith.addf %x, %c : f32
    %g = arith.cmpf ugt, %s, %zero : f32
    %m = arith.select %g, %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<128x63xf32>
  return %y : tensor<128x63xf32>
}

// exp of a's padding is 1, not 0, so the K tail of its result is masked by the
// coordinate: 56 of 128 k are inside on tpuv3. On small8 the tiles divide 56.
// CHECK-LABEL: func.func @prologue(
// CHECK-SAME: %[[A:[^ ]*]]: memref<128x56xf32>, %[[B:[^ ]*]]: memref<56x63xf32>
// CHECK: togsim.transfer load %[[A]]{{.*}}, %[[IN:[^ ]*]] extents {{.*}} valid(%c56{{.*}},
// CHECK: %[[BOUND:.*]] = affine.apply #{{.*}}()
// CHECK: linalg.generic {{.*}} ins(%[[IN]] : {{.*}}) outs(%[[X:.*]] : memref<128x
// CHECK: %[[VALUE:.*]] = math.exp
// CHECK: %[[K:.*]] = linalg.index 0 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi slt, %[[K]], %[[BOUND]] : index
// CHECK: %[[MASKED:.*]] = arith.select %[[INSIDE]], %[[VALUE]], %{{.*}} : f32
// CHECK: linalg.yield %[[MASKED]]
// CHECK: togsim.transfer load %[[B]]
// CHECK: togsim.contract %[[X]], %{{.*}}, %{{.*}}
// SMALL8-LABEL: func.func @prologue(
// SMALL8: math.exp
// SMALL8-NOT: linalg.index
// SMALL8: togsim.contract
func.func private @prologue(%a: tensor<128x56xf32>, %b: tensor<56x63xf32>) -> tensor<128x63xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %ea = tensor.empty() : tensor<128x56xf32>
  %exp = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<128x56xf32>) outs(%ea : tensor<128x56xf32>) {
  ^bb0(%x: f32, %o: f32):
    %v = math.exp %x : f32
    linalg.yield %v : f32
  } -> tensor<128x56xf32>
  %e = tensor.empty() : tensor<128x63xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<128x63xf32>) -> tensor<128x63xf32>
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%exp, %b : tensor<128x56xf32>, tensor<56x63xf32>) outs(%f : tensor<128x63xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<128x63xf32>
  return %r : tensor<128x63xf32>
}

// A prologue of two tensors on the weights' side, one of them broadcast: both
// become tiles in the layout of the weights; the bound is the rest of K.
// CHECK-LABEL: func.func @weight_prologue(
// CHECK-SAME: %[[A:[^ ]*]]: memref<128x56xf32>, %[[B:[^ ]*]]: memref<56x63xf32>, %[[SCALE:[^ ]*]]: memref<63xf32>
// CHECK: togsim.transfer load %[[A]]
// CHECK: togsim.transfer load %[[B]]{{.*}}, %[[IN:[^ ]*]] extents {{.*}} valid(%c63{{.*}}, %c56{{.*}}) strides [1, 63]
// CHECK: togsim.transfer load %[[SCALE]]{{.*}}, %[[ROW:[^ ]*]] extents {{.*}} valid(%c63{{.*}}, %c32{{.*}}) strides [1, 0]
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$SPLAT]], #[[$ID]]], {{.*}} ins(%[[IN]], %[[ROW]] : {{.*}}) outs(%[[W:.*]] : memref
// CHECK: arith.mulf
// CHECK: linalg.index 1 : index
// CHECK: togsim.contract %{{.*}}, %[[W]], %{{.*}}
func.func private @weight_prologue(%a: tensor<128x56xf32>, %b: tensor<56x63xf32>, %scale: tensor<63xf32>) -> tensor<128x63xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %eb = tensor.empty() : tensor<56x63xf32>
  %scaled = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]} ins(%b, %scale : tensor<56x63xf32>, tensor<63xf32>) outs(%eb : tensor<56x63xf32>) {
  ^bb0(%x: f32, %c: f32, %o: f32):
    %v = arith.mulf %x, %c : f32
    linalg.yield %v : f32
  } -> tensor<56x63xf32>
  %e = tensor.empty() : tensor<128x63xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<128x63xf32>) -> tensor<128x63xf32>
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %scaled : tensor<128x56xf32>, tensor<56x63xf32>) outs(%f : tensor<128x63xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<128x63xf32>
  return %r : tensor<128x63xf32>
}

// An epilogue that changes the type: the result is a byte per truth value.
// CHECK-LABEL: func.func @compare(
// CHECK-SAME: %[[Y:[^ ,)]*]]: memref<128x63xi8>)
// CHECK: togsim.contract
// CHECK: %[[BIT:.*]] = arith.cmpf ogt
// CHECK: %[[BYTE:.*]] = arith.extui %[[BIT]] : i1 to i8
// CHECK: linalg.yield %[[BYTE]] : i8
// CHECK: togsim.transfer store %[[Y]]{{.*}} memref<128x{{.*}}xi8, #togsim.spad<0, 1>>
func.func private @compare(%a: tensor<128x56xf32>, %b: tensor<56x63xf32>) -> tensor<128x63xi1> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<128x63xf32>
  %ei = tensor.empty() : tensor<128x63xi1>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<128x63xf32>) -> tensor<128x63xf32>
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<128x56xf32>, tensor<56x63xf32>) outs(%f : tensor<128x63xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<128x63xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%r : tensor<128x63xf32>) outs(%ei : tensor<128x63xi1>) {
  ^bb0(%x: f32, %o: i1):
    %g = arith.cmpf ogt, %x, %zero : f32
    linalg.yield %g : i1
  } -> tensor<128x63xi1>
  return %y : tensor<128x63xi1>
}
