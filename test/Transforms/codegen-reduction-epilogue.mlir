// A reduction behind a product: what is reduced streams, its result stays in place while
// tiles of rows pass, and rows of the last tile that do not exist take no part.
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 | FileCheck %s

#lhs = affine_map<(d0, d1, d2) -> (d0, d2)>
#rhs = affine_map<(d0, d1, d2) -> (d2, d1)>
#out = affine_map<(d0, d1, d2) -> (d0, d1)>
#ij = affine_map<(d0, d1) -> (d0, d1)>
#i = affine_map<(d0, d1) -> (d0)>

// CHECK-LABEL: func.func @row_maxima
// CHECK-SAME: \22streams\22:\22rhs\22
// CHECK: linalg.fill ins(%{{.*}}) outs(%[[MAX:.*]] : memref<[[N:[0-9]+]]x32xf32
// CHECK: affine.for
// CHECK: togsim.contract
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "reduction"]
// CHECK: arith.select
// CHECK: arith.maximumf
// CHECK: }
// CHECK: togsim.transfer store %arg2{{.*}}, %[[MAX]] extents [[[N]], 32] valid(%{{.*}}, %c1{{[_0-9]*}})
func.func private @row_maxima(%x: tensor<100x40xf32>, %w: tensor<40x3001xf32>) -> tensor<100xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<100x3001xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<100x3001xf32>) -> tensor<100x3001xf32>
  %m = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<100x40xf32>, tensor<40x3001xf32>) outs(%f : tensor<100x3001xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<100x3001xf32>
  %e1 = tensor.empty() : tensor<100xf32>
  %f1 = linalg.fill ins(%low : f32) outs(%e1 : tensor<100xf32>) -> tensor<100xf32>
  %r = linalg.generic {indexing_maps = [#ij, #i], iterator_types = ["parallel", "reduction"]} ins(%m : tensor<100x3001xf32>) outs(%f1 : tensor<100xf32>) {
  ^bb0(%v: f32, %o: f32):
    %t = arith.maximumf %v, %o : f32
    linalg.yield %t : f32
  } -> tensor<100xf32>
  return %r : tensor<100xf32>
}
