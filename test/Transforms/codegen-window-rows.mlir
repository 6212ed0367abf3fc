// How the rows of a window's tile are arranged: lines of one image, phases of strided
// lines, images inside of pixels.
// RUN: tilewright-opt %s --togsim-codegen=machine=tpuv3 | FileCheck %s

#x = affine_map<(b, n, y, x, c, ky, kx) -> (b, c, y + ky, x + kx)>
#x2 = affine_map<(b, n, y, x, c, ky, kx) -> (b, c, y * 2 + ky, x * 2 + kx)>
#w = affine_map<(b, n, y, x, c, ky, kx) -> (n, c, ky, kx)>
#y = affine_map<(b, n, y, x, c, ky, kx) -> (b, n, y, x)>

// CHECK-DAG: #[[$PHASES:.*]] = affine_map<(d0, d1) -> (d0 * 9 + d1 - (d0 floordiv 3) * 9 - ((d0 mod 3) floordiv 2) * 17 + (d1 floordiv 8) * 28)>
// CHECK-DAG: #[[$IMAGES:.*]] = affine_map<(d0, d1) -> (d0 * 16 + d1 + ((d1 floordiv 16) floordiv 3) * 32 + (d0 floordiv 3) * 32)>

// Even and odd columns of a line lie apart.
// CHECK-LABEL: @strided
// CHECK: togsim.transfer load %arg0{{.*}} extents [128, 15, 2, 9] valid(%{{.*}}, %c15, %c2, %c8) strides [256, 16, 1, 2]
// CHECK: togsim.contract {{.*}} line_rows = 8 : i64, window = #[[$PHASES]]
// CHECK: togsim.transfer store {{.*}} extents [128, 7, 8]
func.func private @strided(%a: tensor<1x32x16x16xf32>, %b: tensor<24x32x3x3xf32>) -> tensor<1x24x7x7xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x24x7x7xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x24x7x7xf32>) -> tensor<1x24x7x7xf32>
  %r = linalg.generic {indexing_maps = [#x2, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%a, %b : tensor<1x32x16x16xf32>, tensor<24x32x3x3xf32>) outs(%f : tensor<1x24x7x7xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<1x24x7x7xf32>
  return %r : tensor<1x24x7x7xf32>
}

// Two vectors of images for each pixel; one padded line, since arrays share the lines.
// CHECK-LABEL: @images
// CHECK: togsim.transfer load %arg0{{.*}} extents [128, 6, 5, 16] {{.*}} strides [25, 5, 1, 800]
// CHECK: togsim.contract {{.*}} line_rows = 48 : i64, window = #[[$IMAGES]]
// CHECK: togsim.transfer store {{.*}} extents [128, 4, 3, 16] {{.*}} strides [9, 3, 1, 216]
func.func private @images(%a: tensor<16x32x5x5xf32>, %b: tensor<24x32x3x3xf32>) -> tensor<16x24x3x3xf32> attributes {togsim.kernel} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x24x3x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<16x24x3x3xf32>) -> tensor<16x24x3x3xf32>
  %r = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%a, %b : tensor<16x32x5x5xf32>, tensor<24x32x3x3xf32>) outs(%f : tensor<16x24x3x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<16x24x3x3xf32>
  return %r : tensor<16x24x3x3xf32>
}
