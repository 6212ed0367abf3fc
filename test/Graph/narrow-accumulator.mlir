// Integer sums of 64 bits that are truncated at once are sums of 32 bits.
// RUN: tilewright-opt %s --togsim-normalize | FileCheck %s

// CHECK-LABEL: func.func @truncated
// CHECK: linalg.generic {{.*}}outs(%{{.*}} : tensor<4x6xi32>)
// CHECK: arith.muli {{.*}} : i32
// CHECK: linalg.generic
// CHECK: arith.trunci %{{.*}} : i32 to i16
func.func @truncated(%x: tensor<4x5xi16>, %w: tensor<5x6xi16>) -> tensor<4x6xi16> {
  %zero = arith.constant 0 : i64
  %e = tensor.empty() : tensor<4x6xi64>
  %f = linalg.fill ins(%zero : i64) outs(%e : tensor<4x6xi64>) -> tensor<4x6xi64>
  %p = linalg.matmul ins(%x, %w : tensor<4x5xi16>, tensor<5x6xi16>) outs(%f : tensor<4x6xi64>) -> tensor<4x6xi64>
  %o = tensor.empty() : tensor<4x6xi16>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%p : tensor<4x6xi64>) outs(%o : tensor<4x6xi16>) {
  ^bb0(%a: i64, %b: i16):
    %t = arith.trunci %a : i64 to i16
    linalg.yield %t : i16
  } -> tensor<4x6xi16>
  return %y : tensor<4x6xi16>
}

// The sums themselves are wanted: 64 bits stay.
// CHECK-LABEL: func.func @wide
// CHECK: arith.addi {{.*}} : i64
func.func @wide(%x: tensor<4x5xi32>, %w: tensor<5x6xi32>) -> tensor<4x6xi64> {
  %zero = arith.constant 0 : i64
  %e = tensor.empty() : tensor<4x6xi64>
  %f = linalg.fill ins(%zero : i64) outs(%e : tensor<4x6xi64>) -> tensor<4x6xi64>
  %p = linalg.matmul ins(%x, %w : tensor<4x5xi32>, tensor<5x6xi32>) outs(%f : tensor<4x6xi64>) -> tensor<4x6xi64>
  return %p : tensor<4x6xi64>
}
