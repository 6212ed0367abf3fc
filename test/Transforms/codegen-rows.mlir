// Reductions along rows: a lane holds whole rows, one value per row is a splat
// tile, and padding takes no part in the reduction. Schedules are given where
// the heuristic would rather take rows in pieces.
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#col = affine_map<(d0, d1) -> (d0)>

// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$SPLAT:.*]] = affine_map<(d0, d1) -> (d0, 0)>

// 500 columns in tiles of 512: loads put zeros beyond 500, which do not change a
// sum. One copy of each sum is stored.
// CHECK-LABEL: func.func @sum(
// CHECK: linalg.fill ins({{.*}}) outs(%[[Y:.*]] : memref<8x32xf32, #togsim.spad<0, 1>>)
// CHECK: togsim.transfer load %arg0{{.*}}, %[[X:[^ ]*]] extents [8, 512] valid(%{{.*}}, %c500{{.*}}) strides [500, 1]
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$SPLAT]]], iterator_types = ["parallel", "reduction"]} ins(%[[X]] : {{.*}}) outs(%[[Y]] :
// CHECK: ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT: arith.addf %[[OUT]], %[[IN]]
// CHECK: togsim.transfer store %arg1{{.*}}, %[[Y]] extents [8, 32] valid(%{{.*}}, %c1{{.*}}) strides [1, 0]
func.func private @sum(%a: tensor<20x500xf32>) -> tensor<20xf32> attributes {togsim.kernel, togsim.schedule = "{\22loop_order\22:[0],\22tile\22:[8,512],\22vector_dim\22:1}"} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<20xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<20xf32>) -> tensor<20xf32>
  %r = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<20x500xf32>) outs(%f : tensor<20xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<20xf32>
  return %r : tensor<20xf32>
}

// Elsewhere the neutral element of the operation takes the place of padding:
// minus infinity for a maximum.
// CHECK-LABEL: func.func @maximum(
// CHECK: %[[NEUTRAL:.*]] = arith.constant 0xFF800000 : f32
// CHECK: %[[J:.*]] = linalg.index 1
// CHECK: %[[INSIDE:.*]] = arith.cmpi slt, %[[J]]
// CHECK: %[[VALUE:.*]] = arith.select %[[INSIDE]], %{{.*}}, %[[NEUTRAL]]
// CHECK: arith.maximumf %[[VALUE]], %{{.*}}
func.func private @maximum(%a: tensor<20x500xf32>) -> tensor<20xf32> attributes {togsim.kernel, togsim.schedule = "{\22loop_order\22:[0],\22tile\22:[8,512],\22vector_dim\22:1}"} {
  %least = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<20xf32>
  %f = linalg.fill ins(%least : f32) outs(%e : tensor<20xf32>) -> tensor<20xf32>
  %r = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<20x500xf32>) outs(%f : tensor<20xf32>) {
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
func.func private @whole_rows(%a: tensor<20x512xf32>) -> tensor<20xf32> attributes {togsim.kernel, togsim.schedule = "{\22loop_order\22:[0],\22tile\22:[8,512],\22vector_dim\22:1}"} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<20xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<20xf32>) -> tensor<20xf32>
  %r = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<20x512xf32>) outs(%f : tensor<20xf32>) {
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
func.func private @center(%a: tensor<20x512xf32>) -> tensor<20x512xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<20xf32>
  %g = tensor.empty() : tensor<20x512xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<20xf32>) -> tensor<20xf32>
  %r = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<20x512xf32>) outs(%f : tensor<20xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<20xf32>
  %q = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %r : tensor<20x512xf32>, tensor<20xf32>) outs(%g : tensor<20x512xf32>) {
  ^bb0(%x: f32, %m: f32, %o: f32):
    %s = arith.subf %x, %m : f32
    linalg.yield %s : f32
  } -> tensor<20x512xf32>
  return %q : tensor<20x512xf32>
}

// Short rows: vectors run along rows of the result, so none of their elements
// has to be combined with another. Each lane has 8 consecutive ones.
// CHECK-LABEL: func.func @columns(
// CHECK: togsim.tile : memref<5x64xf32, #togsim.spad<1, 8>>
// CHECK: togsim.tile : memref<64xf32, #togsim.spad<0, 8>>
// CHECK: togsim.transfer load %arg0{{.*}} extents [5, 64] {{.*}} strides [1, 5]
// CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]
// CHECK-NOT: linalg.index
// CHECK: togsim.transfer store %arg1{{.*}} extents [64] {{.*}} strides [1]
func.func private @columns(%a: tensor<200x5xf32>) -> tensor<200xf32>
    attributes {togsim.kernel, togsim.schedule = "{\22lane_stride\22:8,\22tile\22:[64,5],\22vector_dim\22:0}"} {
  %least = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<200xf32>
  %f = linalg.fill ins(%least : f32) outs(%e : tensor<200xf32>) -> tensor<200xf32>
  %r = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<200x5xf32>) outs(%f : tensor<200xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.maximumf %x, %o : f32
    linalg.yield %s : f32
  } -> tensor<200xf32>
  return %r : tensor<200xf32>
}

// Rows that do not fit come in pieces: the partial result stays in the tile while
// the loop over pieces runs.
// CHECK-LABEL: func.func @pieces(
// CHECK: linalg.fill {{.*}} outs(%[[Y:.*]] :
// CHECK: affine.for
// CHECK:   togsim.transfer load %arg0
// CHECK:   linalg.generic {{.*}} outs(%[[Y]] :
// CHECK: }
// CHECK: togsim.transfer store %arg1{{.*}}, %[[Y]]
func.func private @pieces(%a: tensor<4x100000xf32>) -> tensor<4xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<4x100000xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}
