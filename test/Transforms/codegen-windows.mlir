// Poolings: the input lies in its tile once, with its padding; windows are
// shifts inside the tile.
// RUN: tilewright-opt %s --split-input-file --togsim-codegen=machine=small8 | FileCheck %s

// Channels on the lanes, vectors along columns. The scale joins in.
// CHECK: #[[WINDOW:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 * 2 + d3, d2 * 2 + d4)>
// CHECK-LABEL: func.func @columns
// CHECK: %[[X:.*]] = togsim.tile : memref<8x11x40xf32, #togsim.spad<0, 1>>
// CHECK: linalg.fill
// CHECK: togsim.transfer load %{{.*}}, %[[X]] {{.*}}low({{.*}}fill 0xFF800000
// CHECK: togsim.window_reduce "arith.maximumf" %[[X]], %[[Y:.*]] taps [3, 3] #[[WINDOW]]
// CHECK: linalg.generic {{.*}}ins(%[[Y]]
// CHECK: arith.mulf
// CHECK: togsim.transfer store
#in = affine_map<(c, y, x, i, j) -> (c, y * 2 + i, x * 2 + j)>
#window = affine_map<(c, y, x, i, j) -> (i, j)>
#out = affine_map<(c, y, x, i, j) -> (c, y, x)>
#id = affine_map<(c, y, x) -> (c, y, x)>
func.func private @columns(%x: tensor<16x30x30xf32>) -> tensor<16x15x15xf32> attributes {togsim.kernel, togsim.ops = []} {
  %low = arith.constant 0xFF800000 : f32
  %half = arith.constant 0.5 : f32
  %p = tensor.pad %x low[0, 1, 1] high[0, 1, 1] {
  ^bb0(%a: index, %b: index, %c: index):
    tensor.yield %low : f32
  } : tensor<16x30x30xf32> to tensor<16x32x32xf32>
  %e = tensor.empty() : tensor<16x15x15xf32>
  %w = tensor.empty() : tensor<3x3xf32>
  %f = linalg.fill ins(%low : f32) outs(%e : tensor<16x15x15xf32>) -> tensor<16x15x15xf32>
  %y = linalg.generic {indexing_maps = [#in, #window, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%p, %w : tensor<16x32x32xf32>, tensor<3x3xf32>) outs(%f : tensor<16x15x15xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %t = arith.maximumf %s, %a : f32
    linalg.yield %t : f32
  } -> tensor<16x15x15xf32>
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%y : tensor<16x15x15xf32>) outs(%e : tensor<16x15x15xf32>) {
  ^bb0(%a: f32, %o: f32):
    %t = arith.mulf %a, %half : f32
    linalg.yield %t : f32
  } -> tensor<16x15x15xf32>
  return %z : tensor<16x15x15xf32>
}

// -----

// One channel: its lines on the lanes, a tile per tap across lines.
// CHECK-LABEL: func.func @lines
// CHECK-COUNT-3: togsim.transfer load {{.*}} low({{.*}} fill 0.0
// CHECK-NOT: togsim.transfer load
// CHECK: togsim.transfer store
func.func private @lines(%x: tensor<64x64xf32>) -> tensor<64x64xf32> attributes {togsim.kernel, togsim.ops = []} {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[1, 1] high[1, 1] {
  ^bb0(%a: index, %b: index):
    tensor.yield %zero : f32
  } : tensor<64x64xf32> to tensor<66x66xf32>
  %e = tensor.empty() : tensor<64x64xf32>
  %w = tensor.empty() : tensor<3x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(y, x, i, j) -> (y + i, x + j)>, affine_map<(y, x, i, j) -> (i, j)>, affine_map<(y, x, i, j) -> (y, x)>], iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%p, %w : tensor<66x66xf32>, tensor<3x3xf32>) outs(%f : tensor<64x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %t = arith.addf %s, %a : f32
    linalg.yield %t : f32
  } -> tensor<64x64xf32>
  return %y : tensor<64x64xf32>
}

// -----

// Many channels of a small image: vectors along channels.
// CHECK: #[[WINDOW:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0 + d3, d1 + d4, d2)>
// CHECK-LABEL: func.func @channels
// CHECK: togsim.window_reduce "arith.addf" %{{.*}} taps [2, 2] #[[WINDOW]]
// CHECK-SAME: #togsim.spad<2, 8>
func.func private @channels(%x: tensor<128x4x4xf32>) -> tensor<128x3x3xf32> attributes {togsim.kernel, togsim.ops = []} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<128x3x3xf32>
  %w = tensor.empty() : tensor<2x2xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<128x3x3xf32>) -> tensor<128x3x3xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(c, y, x, i, j) -> (c, y + i, x + j)>, affine_map<(c, y, x, i, j) -> (i, j)>, affine_map<(c, y, x, i, j) -> (c, y, x)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<128x4x4xf32>, tensor<2x2xf32>) outs(%f : tensor<128x3x3xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %t = arith.addf %s, %a : f32
    linalg.yield %t : f32
  } -> tensor<128x3x3xf32>
  return %y : tensor<128x3x3xf32>
}
