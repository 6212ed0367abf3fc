#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map5 = affine_map<(d0, d1) -> (d0, d1)>
#map6 = affine_map<(d0, d1) -> (d1)>
module {
  func.func @main(%arg0: tensor<2x8x32xf32>, %arg1: tensor<2x8x32xf32>, %arg2: tensor<2x8x32xf32>, %arg3: tensor<96x32xf32>, %arg4: tensor<96xf32>, %arg5: tensor<32x32xf32>, %arg6: tensor<32xf32>) -> tensor<2x8x32xf32> {
    %c0_i64 = arith.constant 0 : i64
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0xFF800000 : f32
    %true = arith.constant true
    %cst_1 = arith.constant dense<0.000000e+00> : tensor<2x4x8x8xf32>
    %cst_2 = arith.constant 0xFFF0000000000000 : f64
    %cst_3 = arith.constant 0.59460355750136051 : f64
    %0 = tensor.empty() : tensor<8x2x32xf32>
    %transposed = linalg.transpose ins(%arg0 : tensor<2x8x32xf32>) outs(%0 : tensor<8x2x32xf32>) permutation = [1, 0, 2] 
    %transposed_4 = linalg.transpose ins(%arg1 : tensor<2x8x32xf32>) outs(%0 : tensor<8x2x32xf32>) permutation = [1, 0, 2] 
    %transposed_5 = linalg.transpose ins(%arg2 : tensor<2x8x32xf32>) outs(%0 : tensor<8x2x32xf32>) permutation = [1, 0, 2] 
    %extracted_slice = tensor.extract_slice %arg3[0, 0] [32, 32] [1, 1] : tensor<96x32xf32> to tensor<32x32xf32>
    %extracted_slice_6 = tensor.extract_slice %arg3[32, 0] [32, 32] [1, 1] : tensor<96x32xf32> to tensor<32x32xf32>
    %extracted_slice_7 = tensor.extract_slice %arg3[64, 0] [32, 32] [1, 1] : tensor<96x32xf32> to tensor<32x32xf32>
    %extracted_slice_8 = tensor.extract_slice %arg4[0] [32] [1] : tensor<96xf32> to tensor<32xf32>
    %extracted_slice_9 = tensor.extract_slice %arg4[32] [32] [1] : tensor<96xf32> to tensor<32xf32>
    %extracted_slice_10 = tensor.extract_slice %arg4[64] [32] [1] : tensor<96xf32> to tensor<32xf32>
    %1 = tensor.empty() : tensor<32x32xf32>
    %transposed_11 = linalg.transpose ins(%extracted_slice : tensor<32x32xf32>) outs(%1 : tensor<32x32xf32>) permutation = [1, 0] 
    %collapsed = tensor.collapse_shape %transposed [[0, 1], [2]] : tensor<8x2x32xf32> into tensor<16x32xf32>
    %2 = tensor.empty() : tensor<16x32xf32>
    %3 = linalg.fill ins(%cst : f32) outs(%2 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %4 = linalg.matmul ins(%collapsed, %transposed_11 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%3 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %expanded = tensor.expand_shape %4 [[0, 1], [2]] output_shape [8, 2, 32] : tensor<16x32xf32> into tensor<8x2x32xf32>
    %5 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded, %extracted_slice_8 : tensor<8x2x32xf32>, tensor<32xf32>) outs(%0 : tensor<8x2x32xf32>) {
    ^bb0(%in: f32, %in_41: f32, %out: f32):
      %38 = arith.addf %in, %in_41 : f32
      linalg.yield %38 : f32
    } -> tensor<8x2x32xf32>
    %transposed_12 = linalg.transpose ins(%extracted_slice_6 : tensor<32x32xf32>) outs(%1 : tensor<32x32xf32>) permutation = [1, 0] 
    %collapsed_13 = tensor.collapse_shape %transposed_4 [[0, 1], [2]] : tensor<8x2x32xf32> into tensor<16x32xf32>
    %6 = linalg.matmul ins(%collapsed_13, %transposed_12 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%3 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %expanded_14 = tensor.expand_shape %6 [[0, 1], [2]] output_shape [8, 2, 32] : tensor<16x32xf32> into tensor<8x2x32xf32>
    %7 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_14, %extracted_slice_9 : tensor<8x2x32xf32>, tensor<32xf32>) outs(%0 : tensor<8x2x32xf32>) {
    ^bb0(%in: f32, %in_41: f32, %out: f32):
      %38 = arith.addf %in, %in_41 : f32
      linalg.yield %38 : f32
    } -> tensor<8x2x32xf32>
    %transposed_15 = linalg.transpose ins(%extracted_slice_7 : tensor<32x32xf32>) outs(%1 : tensor<32x32xf32>) permutation = [1, 0] 
    %collapsed_16 = tensor.collapse_shape %transposed_5 [[0, 1], [2]] : tensor<8x2x32xf32> into tensor<16x32xf32>
    %8 = linalg.matmul ins(%collapsed_16, %transposed_15 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%3 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %expanded_17 = tensor.expand_shape %8 [[0, 1], [2]] output_shape [8, 2, 32] : tensor<16x32xf32> into tensor<8x2x32xf32>
    %9 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_17, %extracted_slice_10 : tensor<8x2x32xf32>, tensor<32xf32>) outs(%0 : tensor<8x2x32xf32>) {
    ^bb0(%in: f32, %in_41: f32, %out: f32):
      %38 = arith.addf %in, %in_41 : f32
      linalg.yield %38 : f32
    } -> tensor<8x2x32xf32>
    %collapsed_18 = tensor.collapse_shape %5 [[0], [1, 2]] : tensor<8x2x32xf32> into tensor<8x64xf32>
    %expanded_19 = tensor.expand_shape %collapsed_18 [[0], [1, 2]] output_shape [8, 8, 8] : tensor<8x64xf32> into tensor<8x8x8xf32>
    %10 = tensor.empty() : tensor<8x8x8xf32>
    %transposed_20 = linalg.transpose ins(%expanded_19 : tensor<8x8x8xf32>) outs(%10 : tensor<8x8x8xf32>) permutation = [1, 0, 2] 
    %collapsed_21 = tensor.collapse_shape %7 [[0], [1, 2]] : tensor<8x2x32xf32> into tensor<8x64xf32>
    %expanded_22 = tensor.expand_shape %collapsed_21 [[0], [1, 2]] output_shape [8, 8, 8] : tensor<8x64xf32> into tensor<8x8x8xf32>
    %transposed_23 = linalg.transpose ins(%expanded_22 : tensor<8x8x8xf32>) outs(%10 : tensor<8x8x8xf32>) permutation = [1, 0, 2] 
    %collapsed_24 = tensor.collapse_shape %9 [[0], [1, 2]] : tensor<8x2x32xf32> into tensor<8x64xf32>
    %expanded_25 = tensor.expand_shape %collapsed_24 [[0], [1, 2]] output_shape [8, 8, 8] : tensor<8x64xf32> into tensor<8x8x8xf32>
    %transposed_26 = linalg.transpose ins(%expanded_25 : tensor<8x8x8xf32>) outs(%10 : tensor<8x8x8xf32>) permutation = [1, 0, 2] 
    %expanded_27 = tensor.expand_shape %transposed_20 [[0, 1], [2], [3]] output_shape [2, 4, 8, 8] : tensor<8x8x8xf32> into tensor<2x4x8x8xf32>
    %expanded_28 = tensor.expand_shape %transposed_23 [[0, 1], [2], [3]] output_shape [2, 4, 8, 8] : tensor<8x8x8xf32> into tensor<2x4x8x8xf32>
    %11 = tensor.empty() : tensor<2x4x8x8xf32>
    %12 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_27 : tensor<2x4x8x8xf32>) outs(%11 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %38 = arith.truncf %cst_3 : f64 to f32
      %39 = arith.mulf %in, %38 : f32
      linalg.yield %39 : f32
    } -> tensor<2x4x8x8xf32>
    %transposed_29 = linalg.transpose ins(%expanded_28 : tensor<2x4x8x8xf32>) outs(%11 : tensor<2x4x8x8xf32>) permutation = [0, 1, 3, 2] 
    %13 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%transposed_29 : tensor<2x4x8x8xf32>) outs(%11 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %38 = arith.truncf %cst_3 : f64 to f32
      %39 = arith.mulf %in, %38 : f32
      linalg.yield %39 : f32
    } -> tensor<2x4x8x8xf32>
    %collapsed_30 = tensor.collapse_shape %12 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %collapsed_31 = tensor.collapse_shape %13 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %14 = linalg.fill ins(%cst : f32) outs(%10 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %15 = linalg.batch_matmul ins(%collapsed_30, %collapsed_31 : tensor<8x8x8xf32>, tensor<8x8x8xf32>) outs(%14 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %expanded_32 = tensor.expand_shape %15 [[0, 1], [2], [3]] output_shape [2, 4, 8, 8] : tensor<8x8x8xf32> into tensor<2x4x8x8xf32>
    %16 = tensor.empty() : tensor<2x4x8xi64>
    %17 = linalg.fill ins(%c0_i64 : i64) outs(%16 : tensor<2x4x8xi64>) -> tensor<2x4x8xi64>
    %18 = tensor.empty() : tensor<2x4x8xf32>
    %19 = linalg.fill ins(%cst_0 : f32) outs(%18 : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
    %20:2 = linalg.generic {indexing_maps = [#map2, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%expanded_32 : tensor<2x4x8x8xf32>) outs(%19, %17 : tensor<2x4x8xf32>, tensor<2x4x8xi64>) {
    ^bb0(%in: f32, %out: f32, %out_41: i64):
      %38 = linalg.index 3 : index
      %39 = arith.index_cast %38 : index to i64
      %40 = arith.maximumf %in, %out : f32
      %41 = arith.cmpf ogt, %in, %out : f32
      %42 = arith.select %41, %39, %out_41 : i64
      linalg.yield %40, %42 : f32, i64
    } -> (tensor<2x4x8xf32>, tensor<2x4x8xi64>)
    %expanded_33 = tensor.expand_shape %20#0 [[0], [1], [2, 3]] output_shape [2, 4, 8, 1] : tensor<2x4x8xf32> into tensor<2x4x8x1xf32>
    %21 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_32, %expanded_33 : tensor<2x4x8x8xf32>, tensor<2x4x8x1xf32>) outs(%11 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %in_41: f32, %out: f32):
      %38 = arith.subf %in, %in_41 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x8xf32>
    %22 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%21 : tensor<2x4x8x8xf32>) outs(%11 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %38 = math.exp %in : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x8xf32>
    %23 = tensor.empty() : tensor<2x4x8x1xf32>
    %24 = linalg.fill ins(%cst : f32) outs(%23 : tensor<2x4x8x1xf32>) -> tensor<2x4x8x1xf32>
    %25 = linalg.generic {indexing_maps = [#map2, #map4], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%22 : tensor<2x4x8x8xf32>) outs(%24 : tensor<2x4x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %38 = arith.addf %in, %out : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x1xf32>
    %26 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22, %25 : tensor<2x4x8x8xf32>, tensor<2x4x8x1xf32>) outs(%11 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %in_41: f32, %out: f32):
      %38 = arith.divf %in, %in_41 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x8xf32>
    %27 = tensor.empty() : tensor<2x4x8x8xi1>
    %28 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_32 : tensor<2x4x8x8xf32>) outs(%27 : tensor<2x4x8x8xi1>) {
    ^bb0(%in: f32, %out: i1):
      %38 = arith.extf %in : f32 to f64
      %39 = arith.cmpf oeq, %38, %cst_2 : f64
      linalg.yield %39 : i1
    } -> tensor<2x4x8x8xi1>
    %29 = tensor.empty() : tensor<2x4x8x1xi1>
    %30 = linalg.fill ins(%true : i1) outs(%29 : tensor<2x4x8x1xi1>) -> tensor<2x4x8x1xi1>
    %31 = linalg.generic {indexing_maps = [#map2, #map4], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%28 : tensor<2x4x8x8xi1>) outs(%30 : tensor<2x4x8x1xi1>) {
    ^bb0(%in: i1, %out: i1):
      %38 = arith.andi %in, %out : i1
      linalg.yield %38 : i1
    } -> tensor<2x4x8x1xi1>
    %32 = linalg.generic {indexing_maps = [#map4, #map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%31, %cst_1, %26 : tensor<2x4x8x1xi1>, tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) outs(%11 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: i1, %in_41: f32, %in_42: f32, %out: f32):
      %38 = arith.select %in, %in_41, %in_42 : f32
      linalg.yield %38 : f32
    } -> tensor<2x4x8x8xf32>
    %collapsed_34 = tensor.collapse_shape %32 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %33 = linalg.batch_matmul ins(%collapsed_34, %transposed_26 : tensor<8x8x8xf32>, tensor<8x8x8xf32>) outs(%14 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %expanded_35 = tensor.expand_shape %33 [[0, 1], [2], [3]] output_shape [2, 4, 8, 8] : tensor<8x8x8xf32> into tensor<2x4x8x8xf32>
    %34 = tensor.empty() : tensor<8x2x4x8xf32>
    %transposed_36 = linalg.transpose ins(%expanded_35 : tensor<2x4x8x8xf32>) outs(%34 : tensor<8x2x4x8xf32>) permutation = [2, 0, 1, 3] 
    %collapsed_37 = tensor.collapse_shape %transposed_36 [[0, 1], [2, 3]] : tensor<8x2x4x8xf32> into tensor<16x32xf32>
    %transposed_38 = linalg.transpose ins(%arg5 : tensor<32x32xf32>) outs(%1 : tensor<32x32xf32>) permutation = [1, 0] 
    %35 = linalg.matmul ins(%collapsed_37, %transposed_38 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%3 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %36 = linalg.generic {indexing_maps = [#map5, #map6, #map5], iterator_types = ["parallel", "parallel"]} ins(%35, %arg6 : tensor<16x32xf32>, tensor<32xf32>) outs(%2 : tensor<16x32xf32>) {
    ^bb0(%in: f32, %in_41: f32, %out: f32):
      %38 = arith.addf %in, %in_41 : f32
      linalg.yield %38 : f32
    } -> tensor<16x32xf32>
    %expanded_39 = tensor.expand_shape %36 [[0, 1], [2]] output_shape [8, 2, 32] : tensor<16x32xf32> into tensor<8x2x32xf32>
    %37 = tensor.empty() : tensor<2x8x32xf32>
    %transposed_40 = linalg.transpose ins(%expanded_39 : tensor<8x2x32xf32>) outs(%37 : tensor<2x8x32xf32>) permutation = [1, 0, 2] 
    return %transposed_40 : tensor<2x8x32xf32>
  }
}
