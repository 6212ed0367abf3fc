// Reductions along rows: a lane holds whole rows, one value per row is a splat
// tile, and padding takes no part in the reduction.
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#col = affine_map<(d0, d1) -> (d0)>

// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$SPLAT:.*]] = affine_map<(d0, d1) -> (d0, 0)>

// 50 columns in tiles of 64: beyond 50 the neutral element is added. One copy of
// each sum is stored.
// CHECK-LABEL: func.func @sum(
// CHECK: togsim.transfer load %arg0{{.*}}, %[[X:[^ ]*]] extents [8, 64] valid(%{{.*}}, %c50{{.*}}) strides [50, 1]
// CHECK: linalg.fill ins({{.*}}) outs(%[[Y:.*]] : memref<8x32xf32, #togsim.spad<0, 1>>)
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$SPLAT]]], iterator_types = ["parallel", "reduction"]} ins(%[[X]] : {{.*}}) outs(%[[Y]] :
// CHECK: ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00
// CHECK: %[[J:.*]] = linalg.index 1
// CHECK: %[[INSIDE:.*]] = arith.cmpi slt, %[[J]], %c50
// CHECK: %[[VALUE:.*]] = arith.select %[[INSIDE]], %[[IN]], %[[ZERO]]
// CHECK: arith.addf %[[OUT]], %[[VALUE]]
// CHECK: togsim.transfer store %arg1{{.*}}, %[[Y]] extents [8, 32] valid(%{{.*}}, %c1{{.*}}) strides [1, 0]
func.func private @sum(%a: tensor<20x50xf32>) -> tensor<20xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<20xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<20xf32>) -> tensor<20xf32>
  %r = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<20x50xf32>) outs(%f : tensor<20xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<20xf32>
  return %r : tensor<20xf32>
}

// The neutral element belongs to the operation: minus infinity for a maximum.
// CHECK-LABEL: func.func @maximum(
// CHECK: %[[NEUTRAL:.*]] = arith.constant 0xFF800000 : f32
// CHECK: arith.select %{{.*}}, %{{.*}}, %[[NEUTRAL]]
// CHECK: arith.maximumf
func.func private @maximum(%a: tensor<20x50xf32>) -> tensor<20xf32> attributes {togsim.kernel} {
  %least = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<20xf32>
  %f = linalg.fill ins(%least : f32) outs(%e : tensor<20xf32>) -> tensor<20xf32>
  %r = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<20x50xf32>) outs(%f : tensor<20xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.maximumf %x, %o : f32
    linalg.yield %s : f32
  } -> tensor<20xf32>
  return %r : tensor<20xf32>
}

// Rows of whole vectors have no padding and no mask.
// CHECK-LABEL: func.func @whole_rows(
// CHECK-NOT: linalg.index
// CHECK: return
func.func private @whole_rows(%a: tensor<20x64xf32>) -> tensor<20xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<20xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<20xf32>) -> tensor<20xf32>
  %r = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<20x64xf32>) outs(%f : tensor<20xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<20xf32>
  return %r : tensor<20xf32>
}

// Several ops of one row: its values never leave the scratchpad. The row is read
// once, the reduced value is broadcast as a splat.
// CHECK-LABEL: func.func @center(
// CHECK-COUNT-1: togsim.transfer load
// CHECK-NOT: togsim.transfer
// CHECK: linalg.generic {{.*}} ["parallel", "reduction"]} ins(%[[X:[^ ]*]] : {{.*}}) outs(%[[SUM:[^ ]*]] :
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$SPLAT]], #[[$ID]]], {{.*}} ins(%[[X]], %[[SUM]] :
// CHECK: arith.subf
// CHECK: togsim.transfer store
// CHECK-NOT: togsim.transfer
// CHECK: return
func.func private @center(%a: tensor<20x64xf32>) -> tensor<20x64xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<20xf32>
  %g = tensor.empty() : tensor<20x64xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<20xf32>) -> tensor<20xf32>
  %r = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<20x64xf32>) outs(%f : tensor<20xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<20xf32>
  %q = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %r : tensor<20x64xf32>, tensor<20xf32>) outs(%g : tensor<20x64xf32>) {
  ^bb0(%x: f32, %m: f32, %o: f32):
    %s = arith.subf %x, %m : f32
    linalg.yield %s : f32
  } -> tensor<20x64xf32>
  return %q : tensor<20x64xf32>
}
