// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-demote-doubles

// expected-error @+1 {{@argument takes or gives double-precision data}}
func.func @argument(%x: tensor<4xf64>) -> tensor<4xf64> {
  return %x : tensor<4xf64>
}

// -----

func.func @bits(%x: tensor<4xf32>) -> tensor<4xi64> {
  %empty = tensor.empty() : tensor<4xi64>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
                       iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%empty : tensor<4xi64>) {
  ^bb0(%in: f32, %out: i64):
    %wide = arith.extf %in : f32 to f64
    // expected-error @+1 {{the bits of double-precision data cannot be used: the machine computes them in float32}}
    %bits = arith.bitcast %wide : f64 to i64
    linalg.yield %bits : i64
  } -> tensor<4xi64>
  return %r : tensor<4xi64>
}

// -----

func.func @resource(%x: tensor<1xf32>) -> tensor<1xf32> {
  // expected-error @+1 {{a double-precision constant in this form is not supported; convert it to float32}}
  %c = arith.constant dense_resource<blob> : tensor<1xf64>
  return %x : tensor<1xf32>
}

{-#
  dialect_resources: {
    builtin: {
      blob: "0x08000000000000000000F03F"
    }
  }
#-}
