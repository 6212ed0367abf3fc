// Operands of the logits are copied into the order of the rows and keys.
// RUN: tilewright-opt %s --togsim-align-attention | FileCheck %s

// Windows (w0, w1) of an image of regions: rows (r0, r1) and keys (k0, k1) of a window lie
// apart there, as query and key do not.
#q = affine_map<(w0, w1, r0, r1, k0, k1, c) -> (w0, w1, r0, r1, c)>
#k = affine_map<(w0, w1, r0, r1, k0, k1, c) -> (w0, w1, k0, k1, c)>
#s = affine_map<(w0, w1, r0, r1, k0, k1, c) -> (w0, w1, r0, r1, k0, k1)>
#v = affine_map<(w0, w1, r0, r1, c, k0, k1) -> (w0, w1, k0, k1, c)>
#p = affine_map<(w0, w1, r0, r1, c, k0, k1) -> (w0, w1, r0, r1, k0, k1)>
#y = affine_map<(w0, w1, r0, r1, c, k0, k1) -> (w0, w1, r0, r1, c)>
#id = affine_map<(w0, w1, r0, r1, k0, k1) -> (w0, w1, r0, r1, k0, k1)>
#row = affine_map<(w0, w1, r0, r1, k0, k1) -> (w0, w1, r0, r1)>
#row_region = affine_map<(w0, w1, r0, r1, k0, k1) -> (w0, r0, w1, r1)>
#key_region = affine_map<(w0, w1, r0, r1, k0, k1) -> (w0, k0, w1, k1)>
#bias = affine_map<(w0, w1, r0, r1, k0, k1) -> (r0, r1, k0, k1)>

// CHECK-DAG: #[[IMAGE:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1, d3)>
// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4, d5)>
// CHECK-DAG: #[[ROWS:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[KEYS:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d5)>
// CHECK-DAG: #[[BIAS:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d2, d3, d4, d5)>

// CHECK-LABEL: @shifted_windows
// CHECK-SAME: %[[REGIONS:[a-z0-9]*]]: tensor<2x3x2x3xf32>, %[[B:[a-z0-9]*]]: tensor<3x3x3x3xf32>
// One copy serves both accesses; the bias lies well.
// CHECK: %[[COPY:.*]] = linalg.generic {indexing_maps = [#[[IMAGE]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%[[REGIONS]]
// CHECK-NOT: ins(%[[REGIONS]]
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[ROWS]], #[[KEYS]], #[[BIAS]], #[[ID]]], {{.*}} ins(%{{.*}}, %[[COPY]], %[[COPY]], %[[B]]

// CHECK-LABEL: @plain_windows
// CHECK-COUNT-7: linalg.generic
// CHECK-NOT: linalg.generic
func.func @shifted_windows(%x: tensor<2x3x2x3xf32>, %b: tensor<3x3x3x3xf32>, %q: tensor<2x2x3x3x8xf32>, %k: tensor<2x2x3x3x8xf32>, %v: tensor<2x2x3x3x8xf32>) -> tensor<2x2x3x3x8xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %es = tensor.empty() : tensor<2x2x3x3x3x3xf32>
  %er = tensor.empty() : tensor<2x2x3x3xf32>
  %ey = tensor.empty() : tensor<2x2x3x3x8xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%es : tensor<2x2x3x3x3x3xf32>) -> tensor<2x2x3x3x3x3xf32>
  %s = linalg.generic {indexing_maps = [#q, #k, #s], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %k : tensor<2x2x3x3x8xf32>, tensor<2x2x3x3x8xf32>) outs(%fs : tensor<2x2x3x3x3x3xf32>) {
  ^bb0(%a: f32, %b0: f32, %o: f32):
    %m = arith.mulf %a, %b0 : f32
    %n = arith.addf %o, %m : f32
    linalg.yield %n : f32
  } -> tensor<2x2x3x3x3x3xf32>
  %l = linalg.generic {indexing_maps = [#id, #row_region, #key_region, #bias, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%s, %x, %x, %b : tensor<2x2x3x3x3x3xf32>, tensor<2x3x2x3xf32>, tensor<2x3x2x3xf32>, tensor<3x3x3x3xf32>) outs(%es : tensor<2x2x3x3x3x3xf32>) {
  ^bb0(%a: f32, %ra: f32, %rb: f32, %bb: f32, %o: f32):
    %d = arith.subf %ra, %rb : f32
    %m = arith.addf %a, %d : f32
    %n = arith.addf %m, %bb : f32
    linalg.yield %n : f32
  } -> tensor<2x2x3x3x3x3xf32>
  %fm = linalg.fill ins(%low : f32) outs(%er : tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%l : tensor<2x2x3x3x3x3xf32>) outs(%fm : tensor<2x2x3x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<2x2x3x3xf32>
  %e = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%l, %max : tensor<2x2x3x3x3x3xf32>, tensor<2x2x3x3xf32>) outs(%es : tensor<2x2x3x3x3x3xf32>) {
  ^bb0(%a: f32, %x0: f32, %o: f32):
    %d = arith.subf %a, %x0 : f32
    %m = math.exp %d : f32
    linalg.yield %m : f32
  } -> tensor<2x2x3x3x3x3xf32>
  %fr = linalg.fill ins(%zero : f32) outs(%er : tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%e : tensor<2x2x3x3x3x3xf32>) outs(%fr : tensor<2x2x3x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.addf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<2x2x3x3xf32>
  %w = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%e, %sum : tensor<2x2x3x3x3x3xf32>, tensor<2x2x3x3xf32>) outs(%es : tensor<2x2x3x3x3x3xf32>) {
  ^bb0(%a: f32, %x0: f32, %o: f32):
    %d = arith.divf %a, %x0 : f32
    linalg.yield %d : f32
  } -> tensor<2x2x3x3x3x3xf32>
  %fy = linalg.fill ins(%zero : f32) outs(%ey : tensor<2x2x3x3x8xf32>) -> tensor<2x2x3x3x8xf32>
  %y = linalg.generic {indexing_maps = [#p, #v, #y], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%w, %v : tensor<2x2x3x3x3x3xf32>, tensor<2x2x3x3x8xf32>) outs(%fy : tensor<2x2x3x3x8xf32>) {
  ^bb0(%a: f32, %b0: f32, %o: f32):
    %m = arith.mulf %a, %b0 : f32
    %n = arith.addf %o, %m : f32
    linalg.yield %n : f32
  } -> tensor<2x2x3x3x8xf32>
  return %y : tensor<2x2x3x3x8xf32>
}

// Nothing to copy.
func.func @plain_windows(%b: tensor<3x3x3x3xf32>, %q: tensor<2x2x3x3x8xf32>, %k: tensor<2x2x3x3x8xf32>, %v: tensor<2x2x3x3x8xf32>) -> tensor<2x2x3x3x8xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %es = tensor.empty() : tensor<2x2x3x3x3x3xf32>
  %er = tensor.empty() : tensor<2x2x3x3xf32>
  %ey = tensor.empty() : tensor<2x2x3x3x8xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%es : tensor<2x2x3x3x3x3xf32>) -> tensor<2x2x3x3x3x3xf32>
  %s = linalg.generic {indexing_maps = [#q, #k, #s], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %k : tensor<2x2x3x3x8xf32>, tensor<2x2x3x3x8xf32>) outs(%fs : tensor<2x2x3x3x3x3xf32>) {
  ^bb0(%a: f32, %b0: f32, %o: f32):
    %m = arith.mulf %a, %b0 : f32
    %n = arith.addf %o, %m : f32
    linalg.yield %n : f32
  } -> tensor<2x2x3x3x3x3xf32>
  %l = linalg.generic {indexing_maps = [#id, #bias, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%s, %b : tensor<2x2x3x3x3x3xf32>, tensor<3x3x3x3xf32>) outs(%es : tensor<2x2x3x3x3x3xf32>) {
  ^bb0(%a: f32, %bb: f32, %o: f32):
    %n = arith.addf %a, %bb : f32
    linalg.yield %n : f32
  } -> tensor<2x2x3x3x3x3xf32>
  %fm = linalg.fill ins(%low : f32) outs(%er : tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%l : tensor<2x2x3x3x3x3xf32>) outs(%fm : tensor<2x2x3x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<2x2x3x3xf32>
  %e = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%l, %max : tensor<2x2x3x3x3x3xf32>, tensor<2x2x3x3xf32>) outs(%es : tensor<2x2x3x3x3x3xf32>) {
  ^bb0(%a: f32, %x0: f32, %o: f32):
    %d = arith.subf %a, %x0 : f32
    %m = math.exp %d : f32
    linalg.yield %m : f32
  } -> tensor<2x2x3x3x3x3xf32>
  %fr = linalg.fill ins(%zero : f32) outs(%er : tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%e : tensor<2x2x3x3x3x3xf32>) outs(%fr : tensor<2x2x3x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.addf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<2x2x3x3xf32>
  %w = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%e, %sum : tensor<2x2x3x3x3x3xf32>, tensor<2x2x3x3xf32>) outs(%es : tensor<2x2x3x3x3x3xf32>) {
  ^bb0(%a: f32, %x0: f32, %o: f32):
    %d = arith.divf %a, %x0 : f32
    linalg.yield %d : f32
  } -> tensor<2x2x3x3x3x3xf32>
  %fy = linalg.fill ins(%zero : f32) outs(%ey : tensor<2x2x3x3x8xf32>) -> tensor<2x2x3x3x8xf32>
  %y = linalg.generic {indexing_maps = [#p, #v, #y], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%w, %v : tensor<2x2x3x3x3x3xf32>, tensor<2x2x3x3x8xf32>) outs(%fy : tensor<2x2x3x3x8xf32>) {
  ^bb0(%a: f32, %b0: f32, %o: f32):
    %m = arith.mulf %a, %b0 : f32
    %n = arith.addf %o, %m : f32
    linalg.yield %n : f32
  } -> tensor<2x2x3x3x8xf32>
  return %y : tensor<2x2x3x3x8xf32>
}
