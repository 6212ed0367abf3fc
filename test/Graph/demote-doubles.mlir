// RUN: tilewright-opt %s --split-input-file --togsim-demote-doubles | FileCheck %s

// What frontends compute in f64 between f32 tensors is computed in f32; conversions
// between the two are nothing.
func.func @scale(%x: tensor<4xf32>) -> tensor<4xf32> {
  %factor = arith.constant 0.1 : f64
  %empty = tensor.empty() : tensor<4xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
                       iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%empty : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %wide = arith.extf %in : f32 to f64
    %product = arith.mulf %wide, %factor : f64
    %narrow = arith.truncf %product : f64 to f32
    linalg.yield %narrow : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// CHECK-LABEL: @scale
// CHECK: %[[FACTOR:.*]] = arith.constant 1.000000e-01 : f32
// CHECK: ^bb0(%[[IN:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: %[[PRODUCT:.*]] = arith.mulf %[[IN]], %[[FACTOR]] : f32
// CHECK-NEXT: linalg.yield %[[PRODUCT]] : f32

// -----

// Halves widen to single; integers convert to single.
func.func @mixed(%x: tensor<4xf16>, %n: tensor<4xi64>) -> tensor<4xf16> {
  %empty = tensor.empty() : tensor<4xf16>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>,
                                        affine_map<(d0) -> (d0)>],
                       iterator_types = ["parallel"]}
      ins(%x, %n : tensor<4xf16>, tensor<4xi64>) outs(%empty : tensor<4xf16>) {
  ^bb0(%in: f16, %count: i64, %out: f16):
    %wide = arith.extf %in : f16 to f64
    %number = arith.sitofp %count : i64 to f64
    %sum = arith.addf %wide, %number : f64
    %narrow = arith.truncf %sum : f64 to f16
    linalg.yield %narrow : f16
  } -> tensor<4xf16>
  return %r : tensor<4xf16>
}

// CHECK-LABEL: @mixed
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: arith.sitofp %{{.*}} : i64 to f32
// CHECK: arith.addf %{{.*}}, %{{.*}} : f32
// CHECK: arith.truncf %{{.*}} : f32 to f16

// -----

// Tensors between ops, and dense constants.
func.func @constant() -> tensor<2xf32> {
  %c = arith.constant dense<[1.0, 0.1]> : tensor<2xf64>
  %empty = tensor.empty() : tensor<2xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
                       iterator_types = ["parallel"]}
      ins(%c : tensor<2xf64>) outs(%empty : tensor<2xf32>) {
  ^bb0(%in: f64, %out: f32):
    %narrow = arith.truncf %in : f64 to f32
    linalg.yield %narrow : f32
  } -> tensor<2xf32>
  return %r : tensor<2xf32>
}

// CHECK-LABEL: @constant
// CHECK: dense<[1.000000e+00, 1.000000e-01]> : tensor<2xf32>
// CHECK: ins(%{{.*}} : tensor<2xf32>)
