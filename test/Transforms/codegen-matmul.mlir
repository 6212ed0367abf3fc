// A matrix product becomes tile loops around one contraction. Tiles are padded to
// whole lanes and vectors; the transfers' bounds say what is inside the tensor.
// Which tile sizes are chosen is the schedule's business (unittests/Schedule).
// RUN: tilewright-opt %s --togsim-codegen=machine=tpuv3 | FileCheck %s --check-prefixes=CHECK,TPUV3
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 | FileCheck %s --check-prefixes=CHECK,SMALL8

// TPUV3-DAG: #[[$BATCH_A:.*]] = affine_map<(d0) -> (d0 * 1645)>
// TPUV3-DAG: #[[$BATCH_B:.*]] = affine_map<(d0) -> (d0 * 700)>
// TPUV3-DAG: #[[$BATCH_Y:.*]] = affine_map<(d0) -> (d0 * 940)>
// The rest of 4100 columns or rows in tiles of any size.
// TPUV3-DAG: #[[$REST:.*]] = affine_map<(d0) -> ([[$T:[0-9]+]], d0 * -[[$T]] + 4100)>

#lhs = affine_map<(d0, d1, d2) -> (d0, d2)>
#rhs = affine_map<(d0, d1, d2) -> (d2, d1)>
#out = affine_map<(d0, d1, d2) -> (d0, d1)>

// The host function is dropped: launches are data from here on.
// CHECK-NOT: @main
func.func @main(%a: tensor<128x56xf32>, %b: tensor<56x63xf32>) -> tensor<128x63xf32> {
  %0 = call @kernel(%a, %b) {togsim.ops = ["linalg.matmul|a.mlir:1:1"]} : (tensor<128x56xf32>, tensor<56x63xf32>) -> tensor<128x63xf32>
  return %0 : tensor<128x63xf32>
}

// 128 x 63 x 56: neither N nor K is a multiple of the 128 lanes; on 8 lanes N is
// not. Arguments are the tensors' memrefs, inputs first; facts are attributes.
// CHECK-LABEL: func.func @kernel(
// CHECK-SAME: %[[A:.*]]: memref<128x56xf32>, %[[B:.*]]: memref<56x63xf32>, %[[Y:.*]]: memref<128x63xf32>)
// CHECK-SAME: togsim.kernel, togsim.macs = 451584 : i64, togsim.num_inputs = 2 : i64
// CHECK-SAME: togsim.schedule = "{{.*}}tile{{.*}}"
// CHECK-NOT: tensor
// The accumulator starts from the fill.
// CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK: linalg.fill ins(%[[ZERO]] : f32) outs(%[[ACC:.*]] : memref<
// Bounds on tpuv3: one tile, valid 56 of 128 k and 63 of 128 n.
// TPUV3-DAG: togsim.transfer load %[[A]]{{.*}} valid(%c56{{.*}}, %{{.*}}) strides [1, 56] fill 0.000000e+00
// TPUV3-DAG: togsim.transfer load %[[B]]{{.*}} valid(%c63{{.*}}, %c56{{.*}}) strides [1, 63] fill 0.000000e+00
// TPUV3: togsim.contract %{{.*}}, %{{.*}}, %[[ACC]] {{{.*}}lag_chunks = {{.*}}} : memref<128x[[M:[0-9]+]]xf32, #togsim.spad<0, 1>>, memref<128x128xf32, #togsim.spad<0, 1>>, memref<128x[[M]]xf32, #togsim.spad<0, 1>>
// TPUV3: togsim.transfer store %[[Y]]{{.*}}, %[[ACC]]{{.*}} valid(%c63{{.*}}, %{{.*}}) strides [1, 63]
// Streaming columns is no worse on small8 than streaming rows; either way all
// three tiles are spread over the lanes along axis 0 and agree.
// SMALL8: togsim.contract %{{.*}}, %{{.*}}, %[[ACC]] {{{.*}}lag_chunks = {{.*}}} : memref<[[K:[0-9]+]]x[[M:[0-9]+]]xf32, #togsim.spad<0, 1>>, memref<[[N:[0-9]+]]x[[K]]xf32, #togsim.spad<0, 1>>, memref<[[N]]x[[M]]xf32, #togsim.spad<0, 1>>
// SMALL8: togsim.transfer store %[[Y]]{{.*}}, %[[ACC]]
// CHECK: return
func.func private @kernel(%a: tensor<128x56xf32>, %b: tensor<56x63xf32>) -> tensor<128x63xf32> attributes {togsim.kernel, togsim.ops = ["linalg.matmul|a.mlir:1:1"]} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<128x63xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<128x63xf32>) -> tensor<128x63xf32>
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<128x56xf32>, tensor<56x63xf32>) outs(%f : tensor<128x63xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<128x63xf32>
  return %r : tensor<128x63xf32>
}

// Tiles that overhang the tensor: the bound of the last one is the rest.
// CHECK-LABEL: func.func @overhang(
// TPUV3: affine.for
// TPUV3: %[[VALID:.*]] = affine.min #[[$REST]](%{{.*}})
// TPUV3: togsim.transfer load {{.*}} valid({{.*}}%[[VALID]]{{.*}}) strides
func.func private @overhang(%a: tensor<4100x300xf32>, %b: tensor<300x4100xf32>) -> tensor<4100x4100xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4100x4100xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4100x4100xf32>) -> tensor<4100x4100xf32>
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<4100x300xf32>, tensor<300x4100xf32>) outs(%f : tensor<4100x4100xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<4100x4100xf32>
  return %r : tensor<4100x4100xf32>
}

// Accumulating onto an argument: the tile is loaded and copied, not filled.
// CHECK-LABEL: func.func @onto_argument(
// CHECK-SAME: %[[A:.*]]: memref<128x56xf32>, %[[B:.*]]: memref<56x63xf32>, %[[C:.*]]: memref<128x63xf32>, %[[Y:.*]]: memref<128x63xf32>)
// CHECK-SAME: togsim.num_inputs = 3
// CHECK-NOT: linalg.fill
// CHECK: togsim.transfer load %[[C]]{{.*}}, %[[START:[^ ]+]] extents {{.*}} valid
// CHECK: linalg.generic {{.*}} ins(%[[START]] : {{.*}}) outs(%[[ACC:.*]] : memref<
// CHECK: togsim.contract %{{.*}}, %{{.*}}, %[[ACC]] {
// CHECK: togsim.transfer store %[[Y]]{{.*}}, %[[ACC]]
func.func private @onto_argument(%a: tensor<128x56xf32>, %b: tensor<56x63xf32>, %c: tensor<128x63xf32>) -> tensor<128x63xf32> attributes {togsim.kernel} {
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<128x56xf32>, tensor<56x63xf32>) outs(%c : tensor<128x63xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %w, %x : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<128x63xf32>
  return %r : tensor<128x63xf32>
}

// Transposed operands are other device strides, nothing else: b is [N, K].
// CHECK-LABEL: func.func @transposed(
// CHECK-SAME: %[[A:.*]]: memref<56x128xf32>, %[[B:.*]]: memref<63x56xf32>
// TPUV3-DAG: togsim.transfer load %[[A]]{{.*}} valid(%c56{{.*}}, %{{.*}}) strides [128, 1]
// TPUV3-DAG: togsim.transfer load %[[B]]{{.*}} valid(%c63{{.*}}, %c56{{.*}}) strides [56, 1]
// CHECK: togsim.contract
func.func private @transposed(%a: tensor<56x128xf32>, %b: tensor<63x56xf32>) -> tensor<128x63xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<128x63xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<128x63xf32>) -> tensor<128x63xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d2, d0)>, affine_map<(d0, d1, d2) -> (d1, d2)>, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<56x128xf32>, tensor<63x56xf32>) outs(%f : tensor<128x63xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<128x63xf32>
  return %r : tensor<128x63xf32>
}

// A batch dimension is a loop around the tiles: three products of 47 x 20 x 35,
// at element offsets 1645, 700 and 940 of a, b and the result.
// CHECK-LABEL: func.func @batch(
// CHECK-SAME: %[[A:.*]]: memref<3x47x35xf32>, %[[B:.*]]: memref<3x35x20xf32>, %[[Y:.*]]: memref<3x47x20xf32>)
// CHECK-SAME: togsim.macs = 98700
// TPUV3: affine.for %[[I:.*]] = 0 to 3
// TPUV3: linalg.fill
// TPUV3-DAG: %[[OA:.*]] = affine.apply #[[$BATCH_A]](%[[I]])
// TPUV3-DAG: %[[OB:.*]] = affine.apply #[[$BATCH_B]](%[[I]])
// TPUV3-DAG: togsim.transfer load %[[A]][%[[OA]]]
// TPUV3-DAG: togsim.transfer load %[[B]][%[[OB]]]
// TPUV3: togsim.contract
// TPUV3: %[[OY:.*]] = affine.apply #[[$BATCH_Y]](%[[I]])
// TPUV3: togsim.transfer store %[[Y]][%[[OY]]]
func.func private @batch(%a: tensor<3x47x35xf32>, %b: tensor<3x35x20xf32>) -> tensor<3x47x20xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x47x20xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x47x20xf32>) -> tensor<3x47x20xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%a, %b : tensor<3x47x35xf32>, tensor<3x35x20xf32>) outs(%f : tensor<3x47x20xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<3x47x20xf32>
  return %r : tensor<3x47x20xf32>
}

// Batch and row dimensions that all operands traverse contiguously are one
// dimension: [6, 8, 40] x [40, 24] is a product of 48 rows, without a batch loop.
// CHECK-LABEL: func.func @collapsed(
// TPUV3-NOT: affine.for
// TPUV3: togsim.transfer load {{.*}} valid(%c40{{.*}}, %c48{{.*}}) strides [1, 40]
// TPUV3: togsim.contract
// TPUV3: return
func.func private @collapsed(%a: tensor<6x8x40xf32>, %b: tensor<40x24xf32>) -> tensor<6x8x24xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<6x8x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<6x8x24xf32>) -> tensor<6x8x24xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%a, %b : tensor<6x8x40xf32>, tensor<40x24xf32>) outs(%f : tensor<6x8x24xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<6x8x24xf32>
  return %r : tensor<6x8x24xf32>
}
