// RUN: tilewright-opt %s --togsim-codegen=machine=small8 | FileCheck %s

// A schedule given for a kernel overrides the heuristic key by key; the kernel
// in tiles carries the whole schedule.

#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(i, j) -> (i, j)>

// 64 x 32 x 24 in tiles of 16 x 8 x 8, columns outermost: 4 x 4 x 3 of them.
// CHECK-LABEL: func.func @matmul
// CHECK-SAME: togsim.schedule = "{{.*}}loop_order\22:[1,0,2]{{.*}}streams\22:\22lhs\22,\22tile\22:[16,8,8]
// CHECK: affine.for %{{.*}} = 0 to 4
// CHECK:   affine.for %{{.*}} = 0 to 4
// CHECK:     affine.for %{{.*}} = 0 to 3
// CHECK:       togsim.contract {{.*}} memref<8x16xf32, #togsim.spad<0, 1>>, memref<8x8xf32, #togsim.spad<0, 1>>
func.func private @matmul(%a: tensor<64x24xf32>, %b: tensor<24x32xf32>) -> tensor<64x32xf32>
    attributes {togsim.kernel, togsim.ops = [],
                togsim.schedule = "{\22streams\22:\22lhs\22,\22tile\22:[16,8,8],\22loop_order\22:[1,0,2]}"} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64x32xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x32xf32>) -> tensor<64x32xf32>
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<64x24xf32>, tensor<24x32xf32>) outs(%f : tensor<64x32xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<64x32xf32>
  return %r : tensor<64x32xf32>
}

// CHECK-LABEL: func.func @elementwise
// CHECK-SAME: togsim.schedule = "{{.*}}lane_dim\22:0{{.*}}tile\22:[8,16]
func.func private @elementwise(%a: tensor<40x64xf32>, %b: tensor<64xf32>) -> tensor<40x64xf32>
    attributes {togsim.kernel, togsim.ops = [],
                togsim.schedule = "{\22lane_dim\22:0,\22lane_stride\22:1,\22tile\22:[8,16]}"} {
  %e = tensor.empty() : tensor<40x64xf32>
  %r = linalg.generic {indexing_maps = [#id, affine_map<(i, j) -> (j)>, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : tensor<40x64xf32>, tensor<64xf32>) outs(%e : tensor<40x64xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<40x64xf32>
  return %r : tensor<40x64xf32>
}

// CHECK-LABEL: func.func @rows
// CHECK-SAME: togsim.schedule = "{{.*}}kind\22:\22rows{{.*}}tile\22:[24,
func.func private @rows(%a: tensor<160x512xf32>) -> tensor<160xf32>
    attributes {togsim.kernel, togsim.ops = [], togsim.schedule = "{\22tile\22:[24,512]}"} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<160xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<160xf32>) -> tensor<160xf32>
  %r = linalg.generic {indexing_maps = [#id, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<160x512xf32>) outs(%f : tensor<160xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %s = arith.addf %acc, %x : f32
    linalg.yield %s : f32
  } -> tensor<160xf32>
  return %r : tensor<160xf32>
}
