// Elementwise kernels: one dimension on the lanes, transfers for every layout.
// RUN: tilewright-opt %s --togsim-codegen=machine=tpuv3 | FileCheck %s
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 | FileCheck %s --check-prefix=SMALL8

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d1)>
#col = affine_map<(d0, d1) -> (d0)>

// Dimensions that every tensor traverses contiguously collapse: one long axis,
// spread over the lanes in runs of whole vectors.
// CHECK-LABEL: func.func @contiguous(
// CHECK-SAME: %[[X:[^ ]*]]: memref<40x10xf32>, %[[Y:[^ ]*]]: memref<40x10xf32>, %[[Z:[^ ]*]]: memref<40x10xf32>)
// CHECK-SAME: togsim.macs = 0
// CHECK: togsim.transfer load %[[X]]{{.*}}, %[[TX:[^ ]*]] extents {{.*}} valid(%c400{{.*}}) strides [1] {{.*}} memref<1024xf32, #togsim.spad<0, 8>>
// CHECK: togsim.transfer load %[[Y]]{{.*}}, %[[TY:[^ ]*]] extents {{.*}} valid(%c400{{.*}}) strides [1]
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]} ins(%[[TX]], %[[TY]] : {{.*}}) outs(%[[TZ:.*]] : memref<1024xf32, #togsim.spad<0, 8>>)
// CHECK: arith.addf
// CHECK: togsim.transfer store %[[Z]]{{.*}}, %[[TZ]] extents {{.*}} valid(%c400{{.*}}) strides [1]
func.func private @contiguous(%x: tensor<40x10xf32>, %y: tensor<40x10xf32>) -> tensor<40x10xf32> attributes {togsim.kernel} {
  %e = tensor.empty() : tensor<40x10xf32>
  %z = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %y : tensor<40x10xf32>, tensor<40x10xf32>) outs(%e : tensor<40x10xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<40x10xf32>
  return %z : tensor<40x10xf32>
}

// Broadcast over rows and over columns are device strides of 0, whichever of the
// two dimensions is on the lanes.
// CHECK-LABEL: func.func @broadcast(
// CHECK-SAME: %[[X:[^ ]*]]: memref<47x10xf32>, %[[ROW:[^ ]*]]: memref<10xf32>, %[[COL:[^ ]*]]: memref<47xf32>
// CHECK: togsim.transfer load %[[X]]{{.*}} strides [10, 1]
// CHECK: togsim.transfer load %[[ROW]]{{.*}} strides [0, 1]
// CHECK: togsim.transfer load %[[COL]]{{.*}} strides [1, 0]
// CHECK: linalg.generic
// CHECK: togsim.transfer store {{.*}} strides [10, 1]
func.func private @broadcast(%x: tensor<47x10xf32>, %r: tensor<10xf32>, %c: tensor<47xf32>) -> tensor<47x10xf32> attributes {togsim.kernel} {
  %e = tensor.empty() : tensor<47x10xf32>
  %z = linalg.generic {indexing_maps = [#id, #row, #col, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %r, %c : tensor<47x10xf32>, tensor<10xf32>, tensor<47xf32>) outs(%e : tensor<47x10xf32>) {
  ^bb0(%a: f32, %b: f32, %d: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %p, %d : f32
    linalg.yield %s : f32
  } -> tensor<47x10xf32>
  return %z : tensor<47x10xf32>
}

// A transposed input has its strides swapped; loops follow the output.
// CHECK-LABEL: func.func @transpose(
// CHECK-SAME: %[[X:[^ ]*]]: memref<253x123xf32>, %[[Y:[^ ,)]*]]: memref<123x253xf32>)
// CHECK: togsim.transfer load %[[X]]{{.*}} strides [1, 123]
// CHECK: togsim.transfer store %[[Y]]{{.*}} strides [253, 1]
func.func private @transpose(%x: tensor<253x123xf32>) -> tensor<123x253xf32> attributes {togsim.kernel} {
  %e = tensor.empty() : tensor<123x253xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<253x123xf32>) outs(%e : tensor<123x253xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<123x253xf32>
  return %z : tensor<123x253xf32>
}

// i1 tensors are bytes in device memory and in tiles; the body computes with
// bits: any byte but 0 is true, true is stored as 1. The narrowest type rules the
// alignment: 32 bytes fill a register, so each lane gets runs of 32.
// CHECK-LABEL: func.func @truth_values(
// CHECK-SAME: %[[P:[^ ]*]]: memref<4096xi8>, %[[X:[^ ]*]]: memref<4096xf32>, %[[Q:[^ ,)]*]]: memref<4096xi8>)
// CHECK: togsim.transfer load %[[P]]{{.*}} fill 0 : i8 : memref<4096xi8>, memref<4096xi8, #togsim.spad<0, 32>>
// CHECK: ^bb0(%[[IN:.*]]: i8, %[[V:.*]]: f32, %{{.*}}: i8):
// CHECK: %[[NOUGHT:.*]] = arith.constant 0 : i8
// CHECK: %[[BIT:.*]] = arith.cmpi ne, %[[IN]], %[[NOUGHT]] : i8
// CHECK: %[[OR:.*]] = arith.ori %[[BIT]], %{{.*}} : i1
// CHECK: %[[BYTE:.*]] = arith.extui %[[OR]] : i1 to i8
// CHECK: linalg.yield %[[BYTE]] : i8
func.func private @truth_values(%p: tensor<4096xi1>, %x: tensor<4096xf32>) -> tensor<4096xi1> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4096xi1>
  %z = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%p, %x : tensor<4096xi1>, tensor<4096xf32>) outs(%e : tensor<4096xi1>) {
  ^bb0(%b: i1, %a: f32, %o: i1):
    %c = arith.cmpf olt, %a, %zero : f32
    %s = arith.ori %b, %c : i1
    linalg.yield %s : i1
  } -> tensor<4096xi1>
  return %z : tensor<4096xi1>
}

// Two results, one of them a truth value.
// CHECK-LABEL: func.func @two_results(
// CHECK-SAME: %[[X:[^ ]*]]: memref<64xf32>, %[[Y:[^ ]*]]: memref<64xf32>, %[[Z:[^ ,)]*]]: memref<64xi8>)
// CHECK: linalg.generic {{.*}} outs(%[[TY:[^ ]*]], %[[TZ:[^ ]*]] : memref
// CHECK: togsim.transfer store %[[Y]]{{.*}}, %[[TY]]
// CHECK: togsim.transfer store %[[Z]]{{.*}}, %[[TZ]]
func.func private @two_results(%x: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xi1>) attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64xf32>
  %f = tensor.empty() : tensor<64xi1>
  %z:2 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<64xf32>) outs(%e, %f : tensor<64xf32>, tensor<64xi1>) {
  ^bb0(%a: f32, %o: f32, %q: i1):
    %n = arith.negf %a : f32
    %c = arith.cmpf olt, %a, %zero : f32
    linalg.yield %n, %c : f32, i1
  } -> (tensor<64xf32>, tensor<64xi1>)
  return %z#0, %z#1 : tensor<64xf32>, tensor<64xi1>
}

// A single element still is a tile of whole vectors with one valid element.
// CHECK-LABEL: func.func @one_element(
// CHECK: togsim.transfer load {{.*}} extents {{.*}} valid(%c1{{.*}}) strides [0]
// CHECK: togsim.transfer store {{.*}} extents {{.*}} valid(%c1{{.*}}) strides [0]
func.func private @one_element(%x: tensor<1x1xf32>) -> tensor<1x1xf32> attributes {togsim.kernel} {
  %e = tensor.empty() : tensor<1x1xf32>
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<1x1xf32>) outs(%e : tensor<1x1xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<1x1xf32>
  return %z : tensor<1x1xf32>
}

// More data than fits the banks becomes a loop of tiles; the last one is partly
// outside the tensor.
// SMALL8-DAG: #[[$REST:.*]] = affine_map<(d0) -> ([[$T:[0-9]+]], d0 * -[[$T]] + 1000003)>
// SMALL8-DAG: #[[$AT:.*]] = affine_map<(d0) -> (d0 * [[$T]])>
// SMALL8-LABEL: func.func @large(
// SMALL8: affine.for %[[I:.*]] = 0 to
// SMALL8: %[[OFFSET:.*]] = affine.apply #[[$AT]](%[[I]])
// SMALL8: %[[VALID:.*]] = affine.min #[[$REST]](%[[I]])
// SMALL8: togsim.transfer load %{{.*}}[%[[OFFSET]]], %{{.*}} valid(%[[VALID]]) strides [1] {{.*}} memref<[[$T]]xf32, #togsim.spad<0,
// SMALL8: linalg.generic
// SMALL8: togsim.transfer store
func.func private @large(%x: tensor<1000003xf32>) -> tensor<1000003xf32> attributes {togsim.kernel} {
  %e = tensor.empty() : tensor<1000003xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<1000003xf32>) outs(%e : tensor<1000003xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<1000003xf32>
  return %z : tensor<1000003xf32>
}

// Coordinates of the body are those of the tensor: 2000 x 50 elements are one
// dimension of 100000, from whose index they are computed; the tile's first index
// is added where tiles are a loop.
// SMALL8-LABEL: func.func @coordinates(
// SMALL8: affine.for %[[T:.*]] = 0 to
// SMALL8: affine.apply
// SMALL8: %[[START:.*]] = affine.apply #{{.*}}(%[[T]])
// SMALL8: linalg.generic
// SMALL8: %[[G:.*]] = linalg.index 0
// SMALL8: %[[AT:.*]] = arith.addi %[[G]], %[[START]]
// SMALL8: %[[I:.*]] = arith.divui %[[AT]], %c50
// SMALL8: %[[J:.*]] = arith.remui %{{.*}}, %c50
// SMALL8: arith.cmpi sge, %[[I]], %[[J]]
func.func private @coordinates(%a: tensor<2000x50xf32>) -> tensor<2000x50xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2000x50xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<2000x50xf32>) outs(%e : tensor<2000x50xf32>) {
  ^bb0(%x: f32, %o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %c = arith.cmpi sge, %i, %j : index
    %s = arith.select %c, %x, %zero : f32
    linalg.yield %s : f32
  } -> tensor<2000x50xf32>
  return %r : tensor<2000x50xf32>
}
