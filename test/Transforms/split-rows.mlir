// A softmax whose rows do not fit a bank of small8 becomes three kernels: maximum,
// sum of exponentials, quotient. What is along rows is computed again.
// RUN: tilewright-opt %s --togsim-split-rows=machine=small8 | FileCheck %s
// RUN: tilewright-opt %s --togsim-split-rows=machine=tpuv3 | FileCheck %s --check-prefix=FITS

#id = affine_map<(d0, d1) -> (d0, d1)>
#col = affine_map<(d0, d1) -> (d0)>

// CHECK: func.func @main(%[[X:.*]]: tensor<4x5000xf32>)
// CHECK-NEXT: %[[M:.*]] = call @softmax_0(%[[X]])
// CHECK-NEXT: %[[S:.*]] = call @softmax_1(%[[X]], %[[M]])
// CHECK-NEXT: %[[Y:.*]] = call @softmax_2(%[[X]], %[[M]], %[[S]])
// CHECK-NEXT: return %[[Y]]
// CHECK: func.func private @softmax_0(%{{.*}}: tensor<4x5000xf32>) -> tensor<4xf32> attributes {togsim.kernel
// CHECK: arith.maximumf
// CHECK-NOT: math.exp
// CHECK: func.func private @softmax_1(
// CHECK: math.exp
// CHECK: linalg.generic {{.*}}"reduction"
// CHECK: func.func private @softmax_2(
// CHECK: linalg.generic {{.*}}["parallel", "parallel"]
// CHECK: math.exp
// CHECK: arith.divf
// CHECK-NOT: linalg.generic
// CHECK-NOT: @softmax(

// FITS: call @softmax(
// FITS-NOT: @softmax_0
func.func @main(%x: tensor<4x5000xf32>) -> tensor<4x5000xf32> {
  %y = call @softmax(%x) : (tensor<4x5000xf32>) -> tensor<4x5000xf32>
  return %y : tensor<4x5000xf32>
}
func.func private @softmax(%x: tensor<4x5000xf32>) -> tensor<4x5000xf32> attributes {togsim.kernel, togsim.ops = ["softmax|x.py:1"]} {
  %least = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %g = tensor.empty() : tensor<4x5000xf32>
  %f = linalg.fill ins(%least : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %m = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x5000xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %s = arith.maximumf %v, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %p = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %m : tensor<4x5000xf32>, tensor<4xf32>) outs(%g : tensor<4x5000xf32>) {
  ^bb0(%v: f32, %w: f32, %o: f32):
    %d = arith.subf %v, %w : f32
    %s = math.exp %d : f32
    linalg.yield %s : f32
  } -> tensor<4x5000xf32>
  %h = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %t = linalg.generic {indexing_maps = [#id, #col], iterator_types = ["parallel", "reduction"]} ins(%p : tensor<4x5000xf32>) outs(%h : tensor<4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %s = arith.addf %v, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %q = linalg.generic {indexing_maps = [#id, #col, #id], iterator_types = ["parallel", "parallel"]} ins(%p, %t : tensor<4x5000xf32>, tensor<4xf32>) outs(%g : tensor<4x5000xf32>) {
  ^bb0(%v: f32, %w: f32, %o: f32):
    %s = arith.divf %v, %w : f32
    linalg.yield %s : f32
  } -> tensor<4x5000xf32>
  return %q : tensor<4x5000xf32>
}
