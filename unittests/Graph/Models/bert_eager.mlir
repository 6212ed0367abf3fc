#map = affine_map<(d0, d1) -> (d1)>
#map1 = affine_map<(d0, d1) -> (d0, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2) -> (0, d1, d2)>
#map5 = affine_map<(d0, d1, d2) -> (d0, d1, 0)>
#map6 = affine_map<(d0, d1, d2) -> (d2)>
#map7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d0, 0, 0, d3)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
module {
  func.func @main(%arg0: tensor<2x8xi64>, %arg1: tensor<1x32xi64>, %arg2: tensor<1x32xi64>, %arg3: tensor<100x32xf32>, %arg4: tensor<2x32xf32>, %arg5: tensor<32x32xf32>, %arg6: tensor<32xf32>, %arg7: tensor<32xf32>, %arg8: tensor<32x32xf32>, %arg9: tensor<32xf32>, %arg10: tensor<32x32xf32>, %arg11: tensor<32xf32>, %arg12: tensor<32x32xf32>, %arg13: tensor<32xf32>, %arg14: tensor<32x32xf32>, %arg15: tensor<32xf32>, %arg16: tensor<32xf32>, %arg17: tensor<32xf32>, %arg18: tensor<64x32xf32>, %arg19: tensor<64xf32>, %arg20: tensor<32x64xf32>, %arg21: tensor<32xf32>, %arg22: tensor<32xf32>, %arg23: tensor<32xf32>, %arg24: tensor<32x32xf32>, %arg25: tensor<32xf32>, %arg26: tensor<32x32xf32>, %arg27: tensor<32xf32>, %arg28: tensor<32x32xf32>, %arg29: tensor<32xf32>, %arg30: tensor<32x32xf32>, %arg31: tensor<32xf32>, %arg32: tensor<32xf32>, %arg33: tensor<32xf32>, %arg34: tensor<64x32xf32>, %arg35: tensor<64xf32>, %arg36: tensor<32x64xf32>, %arg37: tensor<32xf32>, %arg38: tensor<32xf32>, %arg39: tensor<32xf32>, %arg40: tensor<32x32xf32>, %arg41: tensor<32xf32>) -> (tensor<2x8x32xf32>, tensor<2x32xf32>) {
    %c0_i64 = arith.constant 0 : i64
    %c32 = arith.constant 32 : index
    %c2 = arith.constant 2 : index
    %c100 = arith.constant 100 : index
    %cst = arith.constant 0.000000e+00 : f64
    %cst_0 = arith.constant 0.000000e+00 : f32
    %cst_1 = arith.constant 0xFF800000 : f32
    %cst_2 = arith.constant 1.000000e+00 : f32
    %cst_3 = arith.constant 5.000000e-01 : f32
    %cst_4 = arith.constant dense<-0.000000e+00> : tensor<2x1x1x8xf32>
    %cst_5 = arith.constant 2.8284271247461903 : f64
    %cst_6 = arith.constant 9.9999999999999998E-13 : f64
    %cst_7 = arith.constant 3.200000e+01 : f64
    %cst_8 = arith.constant 3.200000e+01 : f32
    %cst_9 = arith.constant 1.41421354 : f32
    %extracted_slice = tensor.extract_slice %arg1[0, 0] [1, 8] [1, 1] : tensor<1x32xi64> to tensor<1x8xi64>
    %0 = tensor.empty() : tensor<2x8xi64>
    %collapsed = tensor.collapse_shape %extracted_slice [[0, 1]] : tensor<1x8xi64> into tensor<8xi64>
    %1 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel"]} ins(%collapsed : tensor<8xi64>) outs(%0 : tensor<2x8xi64>) {
    ^bb0(%in: i64, %out: i64):
      linalg.yield %in : i64
    } -> tensor<2x8xi64>
    %extracted_slice_10 = tensor.extract_slice %arg2[0, 0] [1, 8] [1, 1] : tensor<1x32xi64> to tensor<1x8xi64>
    %2 = tensor.empty() : tensor<2x8x32xf32>
    %3 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<2x8xi64>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: i64, %out: f32):
      %165 = arith.index_cast %in : i64 to index
      %166 = linalg.index 2 : index
      %167 = arith.cmpi slt, %165, %c100 : index
      cf.assert %167, "index must be smaller than dim size"
      %168 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %168, "index must be larger or equal to 0"
      %extracted = tensor.extract %arg3[%165, %166] : tensor<100x32xf32>
      linalg.yield %extracted : f32
    } -> tensor<2x8x32xf32>
    %4 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<2x8xi64>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: i64, %out: f32):
      %165 = arith.index_cast %in : i64 to index
      %166 = linalg.index 2 : index
      %167 = arith.cmpi slt, %165, %c2 : index
      cf.assert %167, "index must be smaller than dim size"
      %168 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %168, "index must be larger or equal to 0"
      %extracted = tensor.extract %arg4[%165, %166] : tensor<2x32xf32>
      linalg.yield %extracted : f32
    } -> tensor<2x8x32xf32>
    %5 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %4 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %6 = tensor.empty() : tensor<1x8x32xf32>
    %7 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_10 : tensor<1x8xi64>) outs(%6 : tensor<1x8x32xf32>) {
    ^bb0(%in: i64, %out: f32):
      %165 = arith.index_cast %in : i64 to index
      %166 = linalg.index 2 : index
      %167 = arith.cmpi slt, %165, %c32 : index
      cf.assert %167, "index must be smaller than dim size"
      %168 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %168, "index must be larger or equal to 0"
      %extracted = tensor.extract %arg5[%165, %166] : tensor<32x32xf32>
      linalg.yield %extracted : f32
    } -> tensor<1x8x32xf32>
    %8 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5, %7 : tensor<2x8x32xf32>, tensor<1x8x32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %9 = tensor.empty() : tensor<2x8x32xf64>
    %10 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8 : tensor<2x8x32xf32>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f32, %out: f64):
      %165 = arith.extf %in : f32 to f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %11 = tensor.empty() : tensor<2x8x1xf64>
    %12 = linalg.fill ins(%cst : f64) outs(%11 : tensor<2x8x1xf64>) -> tensor<2x8x1xf64>
    %13 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%10 : tensor<2x8x32xf64>) outs(%12 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.addf %in, %out : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %14 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%13 : tensor<2x8x1xf64>) outs(%11 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.divf %in, %cst_7 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %15 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%10, %14 : tensor<2x8x32xf64>, tensor<2x8x1xf64>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f64, %in_66: f64, %out: f64):
      %165 = arith.subf %in, %in_66 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %16 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%15, %15 : tensor<2x8x32xf64>, tensor<2x8x32xf64>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f64, %in_66: f64, %out: f64):
      %165 = arith.mulf %in, %in_66 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %17 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%16 : tensor<2x8x32xf64>) outs(%12 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.addf %in, %out : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %18 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17 : tensor<2x8x1xf64>) outs(%11 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.divf %in, %cst_7 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %19 = tensor.empty() : tensor<2x8x1xf32>
    %20 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%18 : tensor<2x8x1xf64>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %165 = arith.truncf %in : f64 to f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %21 = linalg.fill ins(%cst_0 : f32) outs(%19 : tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
    %22 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%8 : tensor<2x8x32xf32>) outs(%21 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.addf %in, %out : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %23 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%22 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.divf %in, %cst_8 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %24 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%20 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.truncf %cst_6 : f64 to f32
      %166 = arith.addf %in, %165 : f32
      linalg.yield %166 : f32
    } -> tensor<2x8x1xf32>
    %25 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%24 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = math.rsqrt %in : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %26 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8, %23 : tensor<2x8x32xf32>, tensor<2x8x1xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.subf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %27 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%26, %25 : tensor<2x8x32xf32>, tensor<2x8x1xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.mulf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %28 = linalg.generic {indexing_maps = [#map3, #map6, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%27, %arg6 : tensor<2x8x32xf32>, tensor<32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.mulf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %29 = linalg.generic {indexing_maps = [#map3, #map6, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%28, %arg7 : tensor<2x8x32xf32>, tensor<32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %collapsed_11 = tensor.collapse_shape %29 [[0, 1], [2]] : tensor<2x8x32xf32> into tensor<16x32xf32>
    %30 = tensor.empty() : tensor<32x32xf32>
    %transposed = linalg.transpose ins(%arg8 : tensor<32x32xf32>) outs(%30 : tensor<32x32xf32>) permutation = [1, 0] 
    %31 = tensor.empty() : tensor<16x32xf32>
    %32 = linalg.fill ins(%cst_0 : f32) outs(%31 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %33 = linalg.matmul ins(%collapsed_11, %transposed : tensor<16x32xf32>, tensor<32x32xf32>) outs(%32 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %34 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%33, %arg9 : tensor<16x32xf32>, tensor<32xf32>) outs(%31 : tensor<16x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x32xf32>
    %expanded = tensor.expand_shape %34 [[0, 1], [2, 3]] output_shape [2, 8, 4, 8] : tensor<16x32xf32> into tensor<2x8x4x8xf32>
    %35 = tensor.empty() : tensor<2x4x8x8xf32>
    %transposed_12 = linalg.transpose ins(%expanded : tensor<2x8x4x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) permutation = [0, 2, 1, 3] 
    %transposed_13 = linalg.transpose ins(%arg10 : tensor<32x32xf32>) outs(%30 : tensor<32x32xf32>) permutation = [1, 0] 
    %36 = linalg.matmul ins(%collapsed_11, %transposed_13 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%32 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %37 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%36, %arg11 : tensor<16x32xf32>, tensor<32xf32>) outs(%31 : tensor<16x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x32xf32>
    %expanded_14 = tensor.expand_shape %37 [[0, 1], [2, 3]] output_shape [2, 8, 4, 8] : tensor<16x32xf32> into tensor<2x8x4x8xf32>
    %transposed_15 = linalg.transpose ins(%arg12 : tensor<32x32xf32>) outs(%30 : tensor<32x32xf32>) permutation = [1, 0] 
    %38 = linalg.matmul ins(%collapsed_11, %transposed_15 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%32 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %39 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%38, %arg13 : tensor<16x32xf32>, tensor<32xf32>) outs(%31 : tensor<16x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x32xf32>
    %expanded_16 = tensor.expand_shape %39 [[0, 1], [2, 3]] output_shape [2, 8, 4, 8] : tensor<16x32xf32> into tensor<2x8x4x8xf32>
    %transposed_17 = linalg.transpose ins(%expanded_16 : tensor<2x8x4x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) permutation = [0, 2, 1, 3] 
    %transposed_18 = linalg.transpose ins(%expanded_14 : tensor<2x8x4x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) permutation = [0, 2, 3, 1] 
    %collapsed_19 = tensor.collapse_shape %transposed_12 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %collapsed_20 = tensor.collapse_shape %transposed_18 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %40 = tensor.empty() : tensor<8x8x8xf32>
    %41 = linalg.fill ins(%cst_0 : f32) outs(%40 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %42 = linalg.batch_matmul ins(%collapsed_19, %collapsed_20 : tensor<8x8x8xf32>, tensor<8x8x8xf32>) outs(%41 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %expanded_21 = tensor.expand_shape %42 [[0, 1], [2], [3]] output_shape [2, 4, 8, 8] : tensor<8x8x8xf32> into tensor<2x4x8x8xf32>
    %43 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_21 : tensor<2x4x8x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.truncf %cst_5 : f64 to f32
      %166 = arith.divf %in, %165 : f32
      linalg.yield %166 : f32
    } -> tensor<2x4x8x8xf32>
    %44 = linalg.generic {indexing_maps = [#map7, #map8, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%43, %cst_4 : tensor<2x4x8x8xf32>, tensor<2x1x1x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x4x8x8xf32>
    %45 = tensor.empty() : tensor<2x4x8xi64>
    %46 = linalg.fill ins(%c0_i64 : i64) outs(%45 : tensor<2x4x8xi64>) -> tensor<2x4x8xi64>
    %47 = tensor.empty() : tensor<2x4x8xf32>
    %48 = linalg.fill ins(%cst_1 : f32) outs(%47 : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
    %49:2 = linalg.generic {indexing_maps = [#map7, #map9, #map9], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%44 : tensor<2x4x8x8xf32>) outs(%48, %46 : tensor<2x4x8xf32>, tensor<2x4x8xi64>) {
    ^bb0(%in: f32, %out: f32, %out_66: i64):
      %165 = linalg.index 3 : index
      %166 = arith.index_cast %165 : index to i64
      %167 = arith.maximumf %in, %out : f32
      %168 = arith.cmpf ogt, %in, %out : f32
      %169 = arith.select %168, %166, %out_66 : i64
      linalg.yield %167, %169 : f32, i64
    } -> (tensor<2x4x8xf32>, tensor<2x4x8xi64>)
    %expanded_22 = tensor.expand_shape %49#0 [[0], [1], [2, 3]] output_shape [2, 4, 8, 1] : tensor<2x4x8xf32> into tensor<2x4x8x1xf32>
    %50 = linalg.generic {indexing_maps = [#map7, #map10, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%44, %expanded_22 : tensor<2x4x8x8xf32>, tensor<2x4x8x1xf32>) outs(%35 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.subf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x4x8x8xf32>
    %51 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%50 : tensor<2x4x8x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = math.exp %in : f32
      linalg.yield %165 : f32
    } -> tensor<2x4x8x8xf32>
    %52 = tensor.empty() : tensor<2x4x8x1xf32>
    %53 = linalg.fill ins(%cst_0 : f32) outs(%52 : tensor<2x4x8x1xf32>) -> tensor<2x4x8x1xf32>
    %54 = linalg.generic {indexing_maps = [#map7, #map10], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%51 : tensor<2x4x8x8xf32>) outs(%53 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.addf %in, %out : f32
      linalg.yield %165 : f32
    } -> tensor<2x4x8x1xf32>
    %55 = linalg.generic {indexing_maps = [#map7, #map10, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%51, %54 : tensor<2x4x8x8xf32>, tensor<2x4x8x1xf32>) outs(%35 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.divf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x4x8x8xf32>
    %collapsed_23 = tensor.collapse_shape %55 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %collapsed_24 = tensor.collapse_shape %transposed_17 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %56 = linalg.batch_matmul ins(%collapsed_23, %collapsed_24 : tensor<8x8x8xf32>, tensor<8x8x8xf32>) outs(%41 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %expanded_25 = tensor.expand_shape %56 [[0, 1], [2], [3]] output_shape [2, 4, 8, 8] : tensor<8x8x8xf32> into tensor<2x4x8x8xf32>
    %57 = tensor.empty() : tensor<2x8x4x8xf32>
    %transposed_26 = linalg.transpose ins(%expanded_25 : tensor<2x4x8x8xf32>) outs(%57 : tensor<2x8x4x8xf32>) permutation = [0, 2, 1, 3] 
    %collapsed_27 = tensor.collapse_shape %transposed_26 [[0, 1], [2, 3]] : tensor<2x8x4x8xf32> into tensor<16x32xf32>
    %transposed_28 = linalg.transpose ins(%arg14 : tensor<32x32xf32>) outs(%30 : tensor<32x32xf32>) permutation = [1, 0] 
    %58 = linalg.matmul ins(%collapsed_27, %transposed_28 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%32 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %59 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%58, %arg15 : tensor<16x32xf32>, tensor<32xf32>) outs(%31 : tensor<16x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x32xf32>
    %expanded_29 = tensor.expand_shape %59 [[0, 1], [2]] output_shape [2, 8, 32] : tensor<16x32xf32> into tensor<2x8x32xf32>
    %60 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_29, %29 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %61 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%60 : tensor<2x8x32xf32>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f32, %out: f64):
      %165 = arith.extf %in : f32 to f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %62 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%61 : tensor<2x8x32xf64>) outs(%12 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.addf %in, %out : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %63 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%62 : tensor<2x8x1xf64>) outs(%11 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.divf %in, %cst_7 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %64 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%61, %63 : tensor<2x8x32xf64>, tensor<2x8x1xf64>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f64, %in_66: f64, %out: f64):
      %165 = arith.subf %in, %in_66 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %65 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%64, %64 : tensor<2x8x32xf64>, tensor<2x8x32xf64>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f64, %in_66: f64, %out: f64):
      %165 = arith.mulf %in, %in_66 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %66 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%65 : tensor<2x8x32xf64>) outs(%12 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.addf %in, %out : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %67 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%66 : tensor<2x8x1xf64>) outs(%11 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.divf %in, %cst_7 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %68 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%67 : tensor<2x8x1xf64>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %165 = arith.truncf %in : f64 to f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %69 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%60 : tensor<2x8x32xf32>) outs(%21 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.addf %in, %out : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %70 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%69 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.divf %in, %cst_8 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %71 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%68 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.truncf %cst_6 : f64 to f32
      %166 = arith.addf %in, %165 : f32
      linalg.yield %166 : f32
    } -> tensor<2x8x1xf32>
    %72 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%71 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = math.rsqrt %in : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %73 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%60, %70 : tensor<2x8x32xf32>, tensor<2x8x1xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.subf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %74 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%73, %72 : tensor<2x8x32xf32>, tensor<2x8x1xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.mulf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %75 = linalg.generic {indexing_maps = [#map3, #map6, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%74, %arg16 : tensor<2x8x32xf32>, tensor<32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.mulf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %76 = linalg.generic {indexing_maps = [#map3, #map6, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%75, %arg17 : tensor<2x8x32xf32>, tensor<32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %collapsed_30 = tensor.collapse_shape %76 [[0, 1], [2]] : tensor<2x8x32xf32> into tensor<16x32xf32>
    %77 = tensor.empty() : tensor<32x64xf32>
    %transposed_31 = linalg.transpose ins(%arg18 : tensor<64x32xf32>) outs(%77 : tensor<32x64xf32>) permutation = [1, 0] 
    %78 = tensor.empty() : tensor<16x64xf32>
    %79 = linalg.fill ins(%cst_0 : f32) outs(%78 : tensor<16x64xf32>) -> tensor<16x64xf32>
    %80 = linalg.matmul ins(%collapsed_30, %transposed_31 : tensor<16x32xf32>, tensor<32x64xf32>) outs(%79 : tensor<16x64xf32>) -> tensor<16x64xf32>
    %81 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%80, %arg19 : tensor<16x64xf32>, tensor<64xf32>) outs(%78 : tensor<16x64xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x64xf32>
    %expanded_32 = tensor.expand_shape %81 [[0, 1], [2]] output_shape [2, 8, 64] : tensor<16x64xf32> into tensor<2x8x64xf32>
    %82 = tensor.empty() : tensor<2x8x64xf32>
    %83 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_32 : tensor<2x8x64xf32>) outs(%82 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.divf %in, %cst_9 : f32
      %166 = math.erf %165 : f32
      %167 = arith.addf %166, %cst_2 : f32
      %168 = arith.mulf %167, %cst_3 : f32
      %169 = arith.mulf %in, %168 : f32
      linalg.yield %169 : f32
    } -> tensor<2x8x64xf32>
    %collapsed_33 = tensor.collapse_shape %83 [[0, 1], [2]] : tensor<2x8x64xf32> into tensor<16x64xf32>
    %84 = tensor.empty() : tensor<64x32xf32>
    %transposed_34 = linalg.transpose ins(%arg20 : tensor<32x64xf32>) outs(%84 : tensor<64x32xf32>) permutation = [1, 0] 
    %85 = linalg.matmul ins(%collapsed_33, %transposed_34 : tensor<16x64xf32>, tensor<64x32xf32>) outs(%32 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %86 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%85, %arg21 : tensor<16x32xf32>, tensor<32xf32>) outs(%31 : tensor<16x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x32xf32>
    %expanded_35 = tensor.expand_shape %86 [[0, 1], [2]] output_shape [2, 8, 32] : tensor<16x32xf32> into tensor<2x8x32xf32>
    %87 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_35, %76 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %88 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%87 : tensor<2x8x32xf32>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f32, %out: f64):
      %165 = arith.extf %in : f32 to f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %89 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%88 : tensor<2x8x32xf64>) outs(%12 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.addf %in, %out : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %90 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%89 : tensor<2x8x1xf64>) outs(%11 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.divf %in, %cst_7 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %91 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%88, %90 : tensor<2x8x32xf64>, tensor<2x8x1xf64>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f64, %in_66: f64, %out: f64):
      %165 = arith.subf %in, %in_66 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %92 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%91, %91 : tensor<2x8x32xf64>, tensor<2x8x32xf64>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f64, %in_66: f64, %out: f64):
      %165 = arith.mulf %in, %in_66 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %93 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%92 : tensor<2x8x32xf64>) outs(%12 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.addf %in, %out : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %94 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%93 : tensor<2x8x1xf64>) outs(%11 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.divf %in, %cst_7 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %95 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%94 : tensor<2x8x1xf64>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %165 = arith.truncf %in : f64 to f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %96 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%87 : tensor<2x8x32xf32>) outs(%21 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.addf %in, %out : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %97 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%96 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.divf %in, %cst_8 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %98 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%95 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.truncf %cst_6 : f64 to f32
      %166 = arith.addf %in, %165 : f32
      linalg.yield %166 : f32
    } -> tensor<2x8x1xf32>
    %99 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%98 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = math.rsqrt %in : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %100 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%87, %97 : tensor<2x8x32xf32>, tensor<2x8x1xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.subf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %101 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%100, %99 : tensor<2x8x32xf32>, tensor<2x8x1xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.mulf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %102 = linalg.generic {indexing_maps = [#map3, #map6, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%101, %arg22 : tensor<2x8x32xf32>, tensor<32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.mulf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %103 = linalg.generic {indexing_maps = [#map3, #map6, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%102, %arg23 : tensor<2x8x32xf32>, tensor<32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %collapsed_36 = tensor.collapse_shape %103 [[0, 1], [2]] : tensor<2x8x32xf32> into tensor<16x32xf32>
    %transposed_37 = linalg.transpose ins(%arg24 : tensor<32x32xf32>) outs(%30 : tensor<32x32xf32>) permutation = [1, 0] 
    %104 = linalg.matmul ins(%collapsed_36, %transposed_37 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%32 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %105 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%104, %arg25 : tensor<16x32xf32>, tensor<32xf32>) outs(%31 : tensor<16x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x32xf32>
    %expanded_38 = tensor.expand_shape %105 [[0, 1], [2, 3]] output_shape [2, 8, 4, 8] : tensor<16x32xf32> into tensor<2x8x4x8xf32>
    %transposed_39 = linalg.transpose ins(%expanded_38 : tensor<2x8x4x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) permutation = [0, 2, 1, 3] 
    %transposed_40 = linalg.transpose ins(%arg26 : tensor<32x32xf32>) outs(%30 : tensor<32x32xf32>) permutation = [1, 0] 
    %106 = linalg.matmul ins(%collapsed_36, %transposed_40 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%32 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %107 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%106, %arg27 : tensor<16x32xf32>, tensor<32xf32>) outs(%31 : tensor<16x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x32xf32>
    %expanded_41 = tensor.expand_shape %107 [[0, 1], [2, 3]] output_shape [2, 8, 4, 8] : tensor<16x32xf32> into tensor<2x8x4x8xf32>
    %transposed_42 = linalg.transpose ins(%arg28 : tensor<32x32xf32>) outs(%30 : tensor<32x32xf32>) permutation = [1, 0] 
    %108 = linalg.matmul ins(%collapsed_36, %transposed_42 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%32 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %109 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%108, %arg29 : tensor<16x32xf32>, tensor<32xf32>) outs(%31 : tensor<16x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x32xf32>
    %expanded_43 = tensor.expand_shape %109 [[0, 1], [2, 3]] output_shape [2, 8, 4, 8] : tensor<16x32xf32> into tensor<2x8x4x8xf32>
    %transposed_44 = linalg.transpose ins(%expanded_43 : tensor<2x8x4x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) permutation = [0, 2, 1, 3] 
    %transposed_45 = linalg.transpose ins(%expanded_41 : tensor<2x8x4x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) permutation = [0, 2, 3, 1] 
    %collapsed_46 = tensor.collapse_shape %transposed_39 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %collapsed_47 = tensor.collapse_shape %transposed_45 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %110 = linalg.batch_matmul ins(%collapsed_46, %collapsed_47 : tensor<8x8x8xf32>, tensor<8x8x8xf32>) outs(%41 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %expanded_48 = tensor.expand_shape %110 [[0, 1], [2], [3]] output_shape [2, 4, 8, 8] : tensor<8x8x8xf32> into tensor<2x4x8x8xf32>
    %111 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_48 : tensor<2x4x8x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.truncf %cst_5 : f64 to f32
      %166 = arith.divf %in, %165 : f32
      linalg.yield %166 : f32
    } -> tensor<2x4x8x8xf32>
    %112 = linalg.generic {indexing_maps = [#map7, #map8, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%111, %cst_4 : tensor<2x4x8x8xf32>, tensor<2x1x1x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x4x8x8xf32>
    %113:2 = linalg.generic {indexing_maps = [#map7, #map9, #map9], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%112 : tensor<2x4x8x8xf32>) outs(%48, %46 : tensor<2x4x8xf32>, tensor<2x4x8xi64>) {
    ^bb0(%in: f32, %out: f32, %out_66: i64):
      %165 = linalg.index 3 : index
      %166 = arith.index_cast %165 : index to i64
      %167 = arith.maximumf %in, %out : f32
      %168 = arith.cmpf ogt, %in, %out : f32
      %169 = arith.select %168, %166, %out_66 : i64
      linalg.yield %167, %169 : f32, i64
    } -> (tensor<2x4x8xf32>, tensor<2x4x8xi64>)
    %expanded_49 = tensor.expand_shape %113#0 [[0], [1], [2, 3]] output_shape [2, 4, 8, 1] : tensor<2x4x8xf32> into tensor<2x4x8x1xf32>
    %114 = linalg.generic {indexing_maps = [#map7, #map10, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%112, %expanded_49 : tensor<2x4x8x8xf32>, tensor<2x4x8x1xf32>) outs(%35 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.subf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x4x8x8xf32>
    %115 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%114 : tensor<2x4x8x8xf32>) outs(%35 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = math.exp %in : f32
      linalg.yield %165 : f32
    } -> tensor<2x4x8x8xf32>
    %116 = linalg.generic {indexing_maps = [#map7, #map10], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%115 : tensor<2x4x8x8xf32>) outs(%53 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.addf %in, %out : f32
      linalg.yield %165 : f32
    } -> tensor<2x4x8x1xf32>
    %117 = linalg.generic {indexing_maps = [#map7, #map10, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%115, %116 : tensor<2x4x8x8xf32>, tensor<2x4x8x1xf32>) outs(%35 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.divf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x4x8x8xf32>
    %collapsed_50 = tensor.collapse_shape %117 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %collapsed_51 = tensor.collapse_shape %transposed_44 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %118 = linalg.batch_matmul ins(%collapsed_50, %collapsed_51 : tensor<8x8x8xf32>, tensor<8x8x8xf32>) outs(%41 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %expanded_52 = tensor.expand_shape %118 [[0, 1], [2], [3]] output_shape [2, 4, 8, 8] : tensor<8x8x8xf32> into tensor<2x4x8x8xf32>
    %transposed_53 = linalg.transpose ins(%expanded_52 : tensor<2x4x8x8xf32>) outs(%57 : tensor<2x8x4x8xf32>) permutation = [0, 2, 1, 3] 
    %collapsed_54 = tensor.collapse_shape %transposed_53 [[0, 1], [2, 3]] : tensor<2x8x4x8xf32> into tensor<16x32xf32>
    %transposed_55 = linalg.transpose ins(%arg30 : tensor<32x32xf32>) outs(%30 : tensor<32x32xf32>) permutation = [1, 0] 
    %119 = linalg.matmul ins(%collapsed_54, %transposed_55 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%32 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %120 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%119, %arg31 : tensor<16x32xf32>, tensor<32xf32>) outs(%31 : tensor<16x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x32xf32>
    %expanded_56 = tensor.expand_shape %120 [[0, 1], [2]] output_shape [2, 8, 32] : tensor<16x32xf32> into tensor<2x8x32xf32>
    %121 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_56, %103 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %122 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%121 : tensor<2x8x32xf32>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f32, %out: f64):
      %165 = arith.extf %in : f32 to f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %123 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%122 : tensor<2x8x32xf64>) outs(%12 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.addf %in, %out : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %124 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%123 : tensor<2x8x1xf64>) outs(%11 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.divf %in, %cst_7 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %125 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%122, %124 : tensor<2x8x32xf64>, tensor<2x8x1xf64>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f64, %in_66: f64, %out: f64):
      %165 = arith.subf %in, %in_66 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %126 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%125, %125 : tensor<2x8x32xf64>, tensor<2x8x32xf64>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f64, %in_66: f64, %out: f64):
      %165 = arith.mulf %in, %in_66 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %127 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%126 : tensor<2x8x32xf64>) outs(%12 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.addf %in, %out : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %128 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%127 : tensor<2x8x1xf64>) outs(%11 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.divf %in, %cst_7 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %129 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%128 : tensor<2x8x1xf64>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %165 = arith.truncf %in : f64 to f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %130 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%121 : tensor<2x8x32xf32>) outs(%21 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.addf %in, %out : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %131 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%130 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.divf %in, %cst_8 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %132 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%129 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.truncf %cst_6 : f64 to f32
      %166 = arith.addf %in, %165 : f32
      linalg.yield %166 : f32
    } -> tensor<2x8x1xf32>
    %133 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%132 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = math.rsqrt %in : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %134 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%121, %131 : tensor<2x8x32xf32>, tensor<2x8x1xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.subf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %135 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%134, %133 : tensor<2x8x32xf32>, tensor<2x8x1xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.mulf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %136 = linalg.generic {indexing_maps = [#map3, #map6, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%135, %arg32 : tensor<2x8x32xf32>, tensor<32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.mulf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %137 = linalg.generic {indexing_maps = [#map3, #map6, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%136, %arg33 : tensor<2x8x32xf32>, tensor<32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %collapsed_57 = tensor.collapse_shape %137 [[0, 1], [2]] : tensor<2x8x32xf32> into tensor<16x32xf32>
    %transposed_58 = linalg.transpose ins(%arg34 : tensor<64x32xf32>) outs(%77 : tensor<32x64xf32>) permutation = [1, 0] 
    %138 = linalg.matmul ins(%collapsed_57, %transposed_58 : tensor<16x32xf32>, tensor<32x64xf32>) outs(%79 : tensor<16x64xf32>) -> tensor<16x64xf32>
    %139 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%138, %arg35 : tensor<16x64xf32>, tensor<64xf32>) outs(%78 : tensor<16x64xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x64xf32>
    %expanded_59 = tensor.expand_shape %139 [[0, 1], [2]] output_shape [2, 8, 64] : tensor<16x64xf32> into tensor<2x8x64xf32>
    %140 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_59 : tensor<2x8x64xf32>) outs(%82 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.divf %in, %cst_9 : f32
      %166 = math.erf %165 : f32
      %167 = arith.addf %166, %cst_2 : f32
      %168 = arith.mulf %167, %cst_3 : f32
      %169 = arith.mulf %in, %168 : f32
      linalg.yield %169 : f32
    } -> tensor<2x8x64xf32>
    %collapsed_60 = tensor.collapse_shape %140 [[0, 1], [2]] : tensor<2x8x64xf32> into tensor<16x64xf32>
    %transposed_61 = linalg.transpose ins(%arg36 : tensor<32x64xf32>) outs(%84 : tensor<64x32xf32>) permutation = [1, 0] 
    %141 = linalg.matmul ins(%collapsed_60, %transposed_61 : tensor<16x64xf32>, tensor<64x32xf32>) outs(%32 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %142 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%141, %arg37 : tensor<16x32xf32>, tensor<32xf32>) outs(%31 : tensor<16x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<16x32xf32>
    %expanded_62 = tensor.expand_shape %142 [[0, 1], [2]] output_shape [2, 8, 32] : tensor<16x32xf32> into tensor<2x8x32xf32>
    %143 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_62, %137 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %144 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%143 : tensor<2x8x32xf32>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f32, %out: f64):
      %165 = arith.extf %in : f32 to f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %145 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%144 : tensor<2x8x32xf64>) outs(%12 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.addf %in, %out : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %146 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%145 : tensor<2x8x1xf64>) outs(%11 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.divf %in, %cst_7 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %147 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%144, %146 : tensor<2x8x32xf64>, tensor<2x8x1xf64>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f64, %in_66: f64, %out: f64):
      %165 = arith.subf %in, %in_66 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %148 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%147, %147 : tensor<2x8x32xf64>, tensor<2x8x32xf64>) outs(%9 : tensor<2x8x32xf64>) {
    ^bb0(%in: f64, %in_66: f64, %out: f64):
      %165 = arith.mulf %in, %in_66 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x32xf64>
    %149 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%148 : tensor<2x8x32xf64>) outs(%12 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.addf %in, %out : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %150 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%149 : tensor<2x8x1xf64>) outs(%11 : tensor<2x8x1xf64>) {
    ^bb0(%in: f64, %out: f64):
      %165 = arith.divf %in, %cst_7 : f64
      linalg.yield %165 : f64
    } -> tensor<2x8x1xf64>
    %151 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%150 : tensor<2x8x1xf64>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f64, %out: f32):
      %165 = arith.truncf %in : f64 to f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %152 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%143 : tensor<2x8x32xf32>) outs(%21 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.addf %in, %out : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %153 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%152 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.divf %in, %cst_8 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %154 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%151 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = arith.truncf %cst_6 : f64 to f32
      %166 = arith.addf %in, %165 : f32
      linalg.yield %166 : f32
    } -> tensor<2x8x1xf32>
    %155 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%154 : tensor<2x8x1xf32>) outs(%19 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = math.rsqrt %in : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x1xf32>
    %156 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%143, %153 : tensor<2x8x32xf32>, tensor<2x8x1xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.subf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %157 = linalg.generic {indexing_maps = [#map3, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%156, %155 : tensor<2x8x32xf32>, tensor<2x8x1xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.mulf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %158 = linalg.generic {indexing_maps = [#map3, #map6, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%157, %arg38 : tensor<2x8x32xf32>, tensor<32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.mulf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %159 = linalg.generic {indexing_maps = [#map3, #map6, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%158, %arg39 : tensor<2x8x32xf32>, tensor<32xf32>) outs(%2 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x8x32xf32>
    %extracted_slice_63 = tensor.extract_slice %159[0, 0, 0] [2, 1, 32] [1, 1, 1] : tensor<2x8x32xf32> to tensor<2x1x32xf32>
    %collapsed_64 = tensor.collapse_shape %extracted_slice_63 [[0, 1], [2]] : tensor<2x1x32xf32> into tensor<2x32xf32>
    %transposed_65 = linalg.transpose ins(%arg40 : tensor<32x32xf32>) outs(%30 : tensor<32x32xf32>) permutation = [1, 0] 
    %160 = tensor.empty() : tensor<2x32xf32>
    %161 = linalg.fill ins(%cst_0 : f32) outs(%160 : tensor<2x32xf32>) -> tensor<2x32xf32>
    %162 = linalg.matmul ins(%collapsed_64, %transposed_65 : tensor<2x32xf32>, tensor<32x32xf32>) outs(%161 : tensor<2x32xf32>) -> tensor<2x32xf32>
    %163 = linalg.generic {indexing_maps = [#map1, #map, #map1], iterator_types = ["parallel", "parallel"]} ins(%162, %arg41 : tensor<2x32xf32>, tensor<32xf32>) outs(%160 : tensor<2x32xf32>) {
    ^bb0(%in: f32, %in_66: f32, %out: f32):
      %165 = arith.addf %in, %in_66 : f32
      linalg.yield %165 : f32
    } -> tensor<2x32xf32>
    %164 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel"]} ins(%163 : tensor<2x32xf32>) outs(%160 : tensor<2x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      %165 = math.tanh %in : f32
      linalg.yield %165 : f32
    } -> tensor<2x32xf32>
    return %159, %164 : tensor<2x8x32xf32>, tensor<2x32xf32>
  }
}
