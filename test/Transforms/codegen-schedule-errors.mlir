// A schedule that code generation cannot realise is refused with the reason.
// RUN: tilewright-opt %s --split-input-file --verify-diagnostics --togsim-codegen=machine=small8

#id = affine_map<(i, j) -> (i, j)>
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
// expected-error @below {{schedule refused: tile: its tiles need 72,704 bytes per lane, machine 'small8' has 28,672 (32,768 less 4,096 for the stack)}}
func.func private @too_large(%a: tensor<512x1024xf32>, %b: tensor<1024x32xf32>) -> tensor<512x32xf32>
    attributes {togsim.kernel, togsim.schedule = "{\22streams\22:\22lhs\22,\22tile\22:[512,8,128]}"} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<512x32xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<512x32xf32>) -> tensor<512x32xf32>
  %r = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<512x1024xf32>, tensor<1024x32xf32>) outs(%f : tensor<512x32xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<512x32xf32>
  return %r : tensor<512x32xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
// expected-error @below {{a schedule of kind 'elementwise' has no key 'tiles'; did you mean 'tile'? (there are: kind, tile, loop_order, lane_dim, lane_stride)}}
func.func private @unknown_key(%a: tensor<40x64xf32>) -> tensor<40x64xf32>
    attributes {togsim.kernel, togsim.schedule = "{\22tiles\22:[8,16]}"} {
  %e = tensor.empty() : tensor<40x64xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<40x64xf32>) outs(%e : tensor<40x64xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.negf %x : f32
    linalg.yield %s : f32
  } -> tensor<40x64xf32>
  return %r : tensor<40x64xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
// expected-error @below {{kind: the schedule is of kind 'contraction', the kernel of kind 'elementwise'}}
func.func private @other_kind(%a: tensor<40xf32>) -> tensor<40xf32>
    attributes {togsim.kernel, togsim.schedule = "{\22kind\22:\22contraction\22}"} {
  %e = tensor.empty() : tensor<40xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%a : tensor<40xf32>) outs(%e : tensor<40xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.negf %x : f32
    linalg.yield %s : f32
  } -> tensor<40xf32>
  return %r : tensor<40xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
// expected-error @below {{schedule refused: tile: extent of the lane dimension 12 is not a multiple of 8 (lanes)}}
func.func private @rows(%a: tensor<160x512xf32>) -> tensor<160xf32>
    attributes {togsim.kernel, togsim.schedule = "{\22tile\22:[12,512]}"} {
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
