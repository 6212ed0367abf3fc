// Few long rows: parts of them are rows on all lanes, then what is left of each,
// then both are combined.
// RUN: tilewright-opt %s --split-input-file --togsim-split-rows=machine=small8 | FileCheck %s

// 20011 = 8 * 2501 + 3.
// CHECK-LABEL: func.func @main(%arg0: tensor<2x20011xf32>)
// CHECK-NEXT: %[[P:.*]] = call @sum_parts(%arg0)
// CHECK-NEXT: %[[R:.*]] = call @sum_rest(%arg0)
// CHECK-NEXT: %[[Y:.*]] = call @sum_combine(%[[P]], %[[R]])
// CHECK-NEXT: return %[[Y]]
// CHECK: func.func private @sum_parts(%[[X:.*]]: tensor<2x20011xf32>) -> tensor<2x8xf32> attributes {togsim.kernel
// CHECK: %[[S:.*]] = tensor.extract_slice %[[X]][0, 0] [2, 20008] [1, 1]
// CHECK: %[[E:.*]] = tensor.expand_shape %[[S]] {{\[\[}}0], [1, 2]] {{.*}} into tensor<2x8x2501xf32>
// CHECK: linalg.generic {{.*}}["parallel", "parallel", "reduction"]} ins(%[[E]]
// CHECK: func.func private @sum_rest(
// CHECK: tensor.extract_slice %{{.*}}[0, 20008] [2, 3] [1, 1]
// CHECK: func.func private @sum_combine(%[[A:.*]]: tensor<2x8xf32>, %[[B:.*]]: tensor<2xf32>)
// What the kernel starts from comes in once.
// CHECK: linalg.fill ins(%{{.*}}
// CHECK: linalg.generic {{.*}}["parallel", "reduction"]} ins(%[[A]]
// CHECK: linalg.generic {{.*}}["parallel"]} ins(%{{.*}}, %[[B]]
// CHECK: arith.divf
// CHECK-NOT: @sum(
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#one = affine_map<(d0) -> (d0)>
func.func @main(%x: tensor<2x20011xf32>) -> tensor<2xf32> {
  %y = call @sum(%x) : (tensor<2x20011xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
func.func private @sum(%x: tensor<2x20011xf32>) -> tensor<2xf32> attributes {togsim.kernel, togsim.ops = ["mean|x.py:1"]} {
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 20011.0 : f32
  %e = tensor.empty() : tensor<2xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  %s = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<2x20011xf32>) outs(%f : tensor<2xf32>) {
  ^bb0(%v: f32, %o: f32):
    %t = arith.addf %v, %o : f32
    linalg.yield %t : f32
  } -> tensor<2xf32>
  %y = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]} ins(%s : tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%v: f32, %o: f32):
    %t = arith.divf %v, %n : f32
    linalg.yield %t : f32
  } -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// Positions count through the pieces.
// CHECK-LABEL: func.func private @position_parts
// CHECK: %[[PIECE:.*]] = linalg.index 0
// CHECK: arith.muli %[[PIECE]], %c2048
// CHECK-NOT: @position_rest
// CHECK: func.func private @position_combine(%{{.*}}: tensor<8xi64>) -> tensor<i64>
func.func @main(%x: tensor<16384xf32>, %m: tensor<f32>) -> tensor<i64> {
  %y = call @position(%x, %m) : (tensor<16384xf32>, tensor<f32>) -> tensor<i64>
  return %y : tensor<i64>
}
func.func private @position(%x: tensor<16384xf32>, %m: tensor<f32>) -> tensor<i64> attributes {togsim.kernel, togsim.ops = ["argmax|x.py:1"]} {
  %most = arith.constant 9223372036854775807 : i64
  %e = tensor.empty() : tensor<i64>
  %f = linalg.fill ins(%most : i64) outs(%e : tensor<i64>) -> tensor<i64>
  %s = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
      ins(%x, %m : tensor<16384xf32>, tensor<f32>) outs(%f : tensor<i64>) {
  ^bb0(%v: f32, %max: f32, %o: i64):
    %i = linalg.index 0 : index
    %at = arith.index_cast %i : index to i64
    %is = arith.cmpf oeq, %v, %max : f32
    %p = arith.select %is, %at, %most : i64
    %t = arith.minsi %p, %o : i64
    linalg.yield %t : i64
  } -> tensor<i64>
  return %s : tensor<i64>
}

// -----

// Rows enough for half of the lanes, or short rows, stay.
// CHECK-LABEL: func.func private @many(
// CHECK-LABEL: func.func private @short(
// CHECK-NOT: _parts
func.func @main(%x: tensor<5x20011xf32>, %z: tensor<2x8191xf32>) -> (tensor<5xf32>, tensor<2xf32>) {
  %y = call @many(%x) : (tensor<5x20011xf32>) -> tensor<5xf32>
  %w = call @short(%z) : (tensor<2x8191xf32>) -> tensor<2xf32>
  return %y, %w : tensor<5xf32>, tensor<2xf32>
}
func.func private @many(%x: tensor<5x20011xf32>) -> tensor<5xf32> attributes {togsim.kernel, togsim.ops = []} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<5xf32>) -> tensor<5xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<5x20011xf32>) outs(%f : tensor<5xf32>) {
  ^bb0(%v: f32, %o: f32):
    %t = arith.addf %v, %o : f32
    linalg.yield %t : f32
  } -> tensor<5xf32>
  return %s : tensor<5xf32>
}
func.func private @short(%x: tensor<2x8191xf32>) -> tensor<2xf32> attributes {togsim.kernel, togsim.ops = []} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<2x8191xf32>) outs(%f : tensor<2xf32>) {
  ^bb0(%v: f32, %o: f32):
    %t = arith.addf %v, %o : f32
    linalg.yield %t : f32
  } -> tensor<2xf32>
  return %s : tensor<2xf32>
}
