// Rows that do not fit, with the bytes they need.
// RUN: tilewright-opt %s --togsim-codegen=machine=small8 --verify-diagnostics

// expected-error @below {{unsupported: rows of 2000 elements need 81920 bytes per lane to be sorted, machine 'small8' has 28672}}
func.func private @long(%x: tensor<2000xi64>) -> (tensor<2000xi64>, tensor<2000xi64>) attributes {togsim.kernel} {
  %v = tensor.empty() : tensor<2000xi64>
  %p = tensor.empty() : tensor<2000xi64>
  %0:2 = tm_tensor.topk dimension(0) ins(%x : tensor<2000xi64>) outs(%v, %p : tensor<2000xi64>, tensor<2000xi64>) {
  ^bb0(%a: i64, %b: i64):
    %c = arith.cmpi slt, %a, %b : i64
    tm_tensor.yield %c : i1
  } -> tensor<2000xi64>, tensor<2000xi64>
  return %0#0, %0#1 : tensor<2000xi64>, tensor<2000xi64>
}
