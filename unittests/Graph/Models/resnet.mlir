#map = affine_map<(d0) -> (d0)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d1, 0, 0)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>
#map4 = affine_map<(d0, d1) -> (d0, d1)>
#map5 = affine_map<(d0, d1) -> (d1)>
module {
  func.func @main(%arg0: tensor<2x3x32x32xf32>, %arg1: tensor<8x3x7x7xf32>, %arg2: tensor<8xf32>, %arg3: tensor<8xf32>, %arg4: tensor<8xf32>, %arg5: tensor<8xf32>, %arg6: tensor<8x8x3x3xf32>, %arg7: tensor<8xf32>, %arg8: tensor<8xf32>, %arg9: tensor<8xf32>, %arg10: tensor<8xf32>, %arg11: tensor<8x8x3x3xf32>, %arg12: tensor<8xf32>, %arg13: tensor<8xf32>, %arg14: tensor<8xf32>, %arg15: tensor<8xf32>, %arg16: tensor<8x8x3x3xf32>, %arg17: tensor<8xf32>, %arg18: tensor<8xf32>, %arg19: tensor<8xf32>, %arg20: tensor<8xf32>, %arg21: tensor<8x8x3x3xf32>, %arg22: tensor<8xf32>, %arg23: tensor<8xf32>, %arg24: tensor<8xf32>, %arg25: tensor<8xf32>, %arg26: tensor<16x8x3x3xf32>, %arg27: tensor<16xf32>, %arg28: tensor<16xf32>, %arg29: tensor<16xf32>, %arg30: tensor<16xf32>, %arg31: tensor<16x16x3x3xf32>, %arg32: tensor<16xf32>, %arg33: tensor<16xf32>, %arg34: tensor<16xf32>, %arg35: tensor<16xf32>, %arg36: tensor<16x8x1x1xf32>, %arg37: tensor<16xf32>, %arg38: tensor<16xf32>, %arg39: tensor<16xf32>, %arg40: tensor<16xf32>, %arg41: tensor<16x16x3x3xf32>, %arg42: tensor<16xf32>, %arg43: tensor<16xf32>, %arg44: tensor<16xf32>, %arg45: tensor<16xf32>, %arg46: tensor<16x16x3x3xf32>, %arg47: tensor<16xf32>, %arg48: tensor<16xf32>, %arg49: tensor<16xf32>, %arg50: tensor<16xf32>, %arg51: tensor<10x16xf32>, %arg52: tensor<10xf32>) -> tensor<2x10xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant 0xFF800000 : f32
    %cst_2 = arith.constant 1.000000e-05 : f64
    %cst_3 = arith.constant 1.600000e+01 : f32
    %padded = tensor.pad %arg0 low[0, 0, 3, 3] high[0, 0, 3, 3] {
    ^bb0(%arg53: index, %arg54: index, %arg55: index, %arg56: index):
      tensor.yield %cst : f32
    } : tensor<2x3x32x32xf32> to tensor<2x3x38x38xf32>
    %0 = tensor.empty() : tensor<2x8x16x16xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<2x8x16x16xf32>) -> tensor<2x8x16x16xf32>
    %2 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded, %arg1 : tensor<2x3x38x38xf32>, tensor<8x3x7x7xf32>) outs(%1 : tensor<2x8x16x16xf32>) -> tensor<2x8x16x16xf32>
    %3 = tensor.empty() : tensor<8xf32>
    %4 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg3 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.truncf %cst_2 : f64 to f32
      %114 = arith.addf %in, %113 : f32
      linalg.yield %114 : f32
    } -> tensor<8xf32>
    %5 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%4 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = math.sqrt %in : f32
      linalg.yield %113 : f32
    } -> tensor<8xf32>
    %6 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%5 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf one, %in, %cst : f32
      cf.assert %113, "unimplemented: tensor with zero element"
      %114 = arith.divf %cst_0, %in : f32
      linalg.yield %114 : f32
    } -> tensor<8xf32>
    %expanded = tensor.expand_shape %arg2 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %expanded_4 = tensor.expand_shape %6 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %7 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %expanded : tensor<2x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<2x8x16x16xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.subf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x16x16xf32>
    %8 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7, %expanded_4 : tensor<2x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<2x8x16x16xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x16x16xf32>
    %expanded_5 = tensor.expand_shape %arg4 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %9 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %expanded_5 : tensor<2x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<2x8x16x16xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x16x16xf32>
    %expanded_6 = tensor.expand_shape %arg5 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %10 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9, %expanded_6 : tensor<2x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<2x8x16x16xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x16x16xf32>
    %11 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x8x16x16xf32>) outs(%0 : tensor<2x8x16x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf ugt, %in, %cst : f32
      %114 = arith.select %113, %in, %cst : f32
      linalg.yield %114 : f32
    } -> tensor<2x8x16x16xf32>
    %padded_7 = tensor.pad %11 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg53: index, %arg54: index, %arg55: index, %arg56: index):
      tensor.yield %cst_1 : f32
    } : tensor<2x8x16x16xf32> to tensor<2x8x18x18xf32>
    %12 = tensor.empty() : tensor<2x8x8x8xf32>
    %13 = linalg.fill ins(%cst_1 : f32) outs(%12 : tensor<2x8x8x8xf32>) -> tensor<2x8x8x8xf32>
    %14 = tensor.empty() : tensor<3x3xf32>
    %15 = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded_7, %14 : tensor<2x8x18x18xf32>, tensor<3x3xf32>) outs(%13 : tensor<2x8x8x8xf32>) -> tensor<2x8x8x8xf32>
    %padded_8 = tensor.pad %15 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg53: index, %arg54: index, %arg55: index, %arg56: index):
      tensor.yield %cst : f32
    } : tensor<2x8x8x8xf32> to tensor<2x8x10x10xf32>
    %16 = linalg.fill ins(%cst : f32) outs(%12 : tensor<2x8x8x8xf32>) -> tensor<2x8x8x8xf32>
    %17 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded_8, %arg6 : tensor<2x8x10x10xf32>, tensor<8x8x3x3xf32>) outs(%16 : tensor<2x8x8x8xf32>) -> tensor<2x8x8x8xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg8 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.truncf %cst_2 : f64 to f32
      %114 = arith.addf %in, %113 : f32
      linalg.yield %114 : f32
    } -> tensor<8xf32>
    %19 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%18 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = math.sqrt %in : f32
      linalg.yield %113 : f32
    } -> tensor<8xf32>
    %20 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%19 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf one, %in, %cst : f32
      cf.assert %113, "unimplemented: tensor with zero element"
      %114 = arith.divf %cst_0, %in : f32
      linalg.yield %114 : f32
    } -> tensor<8xf32>
    %expanded_9 = tensor.expand_shape %arg7 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %expanded_10 = tensor.expand_shape %20 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %21 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%17, %expanded_9 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.subf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %22 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%21, %expanded_10 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %expanded_11 = tensor.expand_shape %arg9 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %23 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22, %expanded_11 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %expanded_12 = tensor.expand_shape %arg10 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %24 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23, %expanded_12 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %25 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24 : tensor<2x8x8x8xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf ugt, %in, %cst : f32
      %114 = arith.select %113, %in, %cst : f32
      linalg.yield %114 : f32
    } -> tensor<2x8x8x8xf32>
    %padded_13 = tensor.pad %25 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg53: index, %arg54: index, %arg55: index, %arg56: index):
      tensor.yield %cst : f32
    } : tensor<2x8x8x8xf32> to tensor<2x8x10x10xf32>
    %26 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded_13, %arg11 : tensor<2x8x10x10xf32>, tensor<8x8x3x3xf32>) outs(%16 : tensor<2x8x8x8xf32>) -> tensor<2x8x8x8xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg13 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.truncf %cst_2 : f64 to f32
      %114 = arith.addf %in, %113 : f32
      linalg.yield %114 : f32
    } -> tensor<8xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%27 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = math.sqrt %in : f32
      linalg.yield %113 : f32
    } -> tensor<8xf32>
    %29 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%28 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf one, %in, %cst : f32
      cf.assert %113, "unimplemented: tensor with zero element"
      %114 = arith.divf %cst_0, %in : f32
      linalg.yield %114 : f32
    } -> tensor<8xf32>
    %expanded_14 = tensor.expand_shape %arg12 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %expanded_15 = tensor.expand_shape %29 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %30 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%26, %expanded_14 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.subf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %31 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30, %expanded_15 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %expanded_16 = tensor.expand_shape %arg14 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %32 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%31, %expanded_16 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %expanded_17 = tensor.expand_shape %arg15 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %33 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %expanded_17 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %34 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%33, %15 : tensor<2x8x8x8xf32>, tensor<2x8x8x8xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %35 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%34 : tensor<2x8x8x8xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf ugt, %in, %cst : f32
      %114 = arith.select %113, %in, %cst : f32
      linalg.yield %114 : f32
    } -> tensor<2x8x8x8xf32>
    %padded_18 = tensor.pad %35 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg53: index, %arg54: index, %arg55: index, %arg56: index):
      tensor.yield %cst : f32
    } : tensor<2x8x8x8xf32> to tensor<2x8x10x10xf32>
    %36 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded_18, %arg16 : tensor<2x8x10x10xf32>, tensor<8x8x3x3xf32>) outs(%16 : tensor<2x8x8x8xf32>) -> tensor<2x8x8x8xf32>
    %37 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg18 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.truncf %cst_2 : f64 to f32
      %114 = arith.addf %in, %113 : f32
      linalg.yield %114 : f32
    } -> tensor<8xf32>
    %38 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%37 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = math.sqrt %in : f32
      linalg.yield %113 : f32
    } -> tensor<8xf32>
    %39 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%38 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf one, %in, %cst : f32
      cf.assert %113, "unimplemented: tensor with zero element"
      %114 = arith.divf %cst_0, %in : f32
      linalg.yield %114 : f32
    } -> tensor<8xf32>
    %expanded_19 = tensor.expand_shape %arg17 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %expanded_20 = tensor.expand_shape %39 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %40 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%36, %expanded_19 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.subf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %41 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%40, %expanded_20 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %expanded_21 = tensor.expand_shape %arg19 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %42 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%41, %expanded_21 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %expanded_22 = tensor.expand_shape %arg20 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %43 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%42, %expanded_22 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %44 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%43 : tensor<2x8x8x8xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf ugt, %in, %cst : f32
      %114 = arith.select %113, %in, %cst : f32
      linalg.yield %114 : f32
    } -> tensor<2x8x8x8xf32>
    %padded_23 = tensor.pad %44 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg53: index, %arg54: index, %arg55: index, %arg56: index):
      tensor.yield %cst : f32
    } : tensor<2x8x8x8xf32> to tensor<2x8x10x10xf32>
    %45 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded_23, %arg21 : tensor<2x8x10x10xf32>, tensor<8x8x3x3xf32>) outs(%16 : tensor<2x8x8x8xf32>) -> tensor<2x8x8x8xf32>
    %46 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg23 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.truncf %cst_2 : f64 to f32
      %114 = arith.addf %in, %113 : f32
      linalg.yield %114 : f32
    } -> tensor<8xf32>
    %47 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%46 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = math.sqrt %in : f32
      linalg.yield %113 : f32
    } -> tensor<8xf32>
    %48 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%47 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf one, %in, %cst : f32
      cf.assert %113, "unimplemented: tensor with zero element"
      %114 = arith.divf %cst_0, %in : f32
      linalg.yield %114 : f32
    } -> tensor<8xf32>
    %expanded_24 = tensor.expand_shape %arg22 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %expanded_25 = tensor.expand_shape %48 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %49 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%45, %expanded_24 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.subf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %50 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%49, %expanded_25 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %expanded_26 = tensor.expand_shape %arg24 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %51 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%50, %expanded_26 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %expanded_27 = tensor.expand_shape %arg25 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %52 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%51, %expanded_27 : tensor<2x8x8x8xf32>, tensor<8x1x1xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %53 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%52, %35 : tensor<2x8x8x8xf32>, tensor<2x8x8x8xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x8x8x8xf32>
    %54 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%53 : tensor<2x8x8x8xf32>) outs(%12 : tensor<2x8x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf ugt, %in, %cst : f32
      %114 = arith.select %113, %in, %cst : f32
      linalg.yield %114 : f32
    } -> tensor<2x8x8x8xf32>
    %padded_28 = tensor.pad %54 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg53: index, %arg54: index, %arg55: index, %arg56: index):
      tensor.yield %cst : f32
    } : tensor<2x8x8x8xf32> to tensor<2x8x10x10xf32>
    %55 = tensor.empty() : tensor<2x16x4x4xf32>
    %56 = linalg.fill ins(%cst : f32) outs(%55 : tensor<2x16x4x4xf32>) -> tensor<2x16x4x4xf32>
    %57 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded_28, %arg26 : tensor<2x8x10x10xf32>, tensor<16x8x3x3xf32>) outs(%56 : tensor<2x16x4x4xf32>) -> tensor<2x16x4x4xf32>
    %58 = tensor.empty() : tensor<16xf32>
    %59 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg28 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.truncf %cst_2 : f64 to f32
      %114 = arith.addf %in, %113 : f32
      linalg.yield %114 : f32
    } -> tensor<16xf32>
    %60 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%59 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = math.sqrt %in : f32
      linalg.yield %113 : f32
    } -> tensor<16xf32>
    %61 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%60 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf one, %in, %cst : f32
      cf.assert %113, "unimplemented: tensor with zero element"
      %114 = arith.divf %cst_0, %in : f32
      linalg.yield %114 : f32
    } -> tensor<16xf32>
    %expanded_29 = tensor.expand_shape %arg27 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %expanded_30 = tensor.expand_shape %61 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %62 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%57, %expanded_29 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.subf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %63 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%62, %expanded_30 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %expanded_31 = tensor.expand_shape %arg29 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %64 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%63, %expanded_31 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %expanded_32 = tensor.expand_shape %arg30 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %65 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%64, %expanded_32 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %66 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%65 : tensor<2x16x4x4xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf ugt, %in, %cst : f32
      %114 = arith.select %113, %in, %cst : f32
      linalg.yield %114 : f32
    } -> tensor<2x16x4x4xf32>
    %padded_33 = tensor.pad %66 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg53: index, %arg54: index, %arg55: index, %arg56: index):
      tensor.yield %cst : f32
    } : tensor<2x16x4x4xf32> to tensor<2x16x6x6xf32>
    %67 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded_33, %arg31 : tensor<2x16x6x6xf32>, tensor<16x16x3x3xf32>) outs(%56 : tensor<2x16x4x4xf32>) -> tensor<2x16x4x4xf32>
    %68 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg33 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.truncf %cst_2 : f64 to f32
      %114 = arith.addf %in, %113 : f32
      linalg.yield %114 : f32
    } -> tensor<16xf32>
    %69 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%68 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = math.sqrt %in : f32
      linalg.yield %113 : f32
    } -> tensor<16xf32>
    %70 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%69 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf one, %in, %cst : f32
      cf.assert %113, "unimplemented: tensor with zero element"
      %114 = arith.divf %cst_0, %in : f32
      linalg.yield %114 : f32
    } -> tensor<16xf32>
    %expanded_34 = tensor.expand_shape %arg32 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %expanded_35 = tensor.expand_shape %70 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %71 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%67, %expanded_34 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.subf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %72 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%71, %expanded_35 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %expanded_36 = tensor.expand_shape %arg34 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %73 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%72, %expanded_36 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %expanded_37 = tensor.expand_shape %arg35 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %74 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%73, %expanded_37 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %75 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%54, %arg36 : tensor<2x8x8x8xf32>, tensor<16x8x1x1xf32>) outs(%56 : tensor<2x16x4x4xf32>) -> tensor<2x16x4x4xf32>
    %76 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg38 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.truncf %cst_2 : f64 to f32
      %114 = arith.addf %in, %113 : f32
      linalg.yield %114 : f32
    } -> tensor<16xf32>
    %77 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%76 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = math.sqrt %in : f32
      linalg.yield %113 : f32
    } -> tensor<16xf32>
    %78 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%77 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf one, %in, %cst : f32
      cf.assert %113, "unimplemented: tensor with zero element"
      %114 = arith.divf %cst_0, %in : f32
      linalg.yield %114 : f32
    } -> tensor<16xf32>
    %expanded_38 = tensor.expand_shape %arg37 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %expanded_39 = tensor.expand_shape %78 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %79 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%75, %expanded_38 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.subf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %80 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%79, %expanded_39 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %expanded_40 = tensor.expand_shape %arg39 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %81 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%80, %expanded_40 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %expanded_41 = tensor.expand_shape %arg40 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %82 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%81, %expanded_41 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %83 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%74, %82 : tensor<2x16x4x4xf32>, tensor<2x16x4x4xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %84 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%83 : tensor<2x16x4x4xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf ugt, %in, %cst : f32
      %114 = arith.select %113, %in, %cst : f32
      linalg.yield %114 : f32
    } -> tensor<2x16x4x4xf32>
    %padded_42 = tensor.pad %84 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg53: index, %arg54: index, %arg55: index, %arg56: index):
      tensor.yield %cst : f32
    } : tensor<2x16x4x4xf32> to tensor<2x16x6x6xf32>
    %85 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded_42, %arg41 : tensor<2x16x6x6xf32>, tensor<16x16x3x3xf32>) outs(%56 : tensor<2x16x4x4xf32>) -> tensor<2x16x4x4xf32>
    %86 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg43 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.truncf %cst_2 : f64 to f32
      %114 = arith.addf %in, %113 : f32
      linalg.yield %114 : f32
    } -> tensor<16xf32>
    %87 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%86 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = math.sqrt %in : f32
      linalg.yield %113 : f32
    } -> tensor<16xf32>
    %88 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%87 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf one, %in, %cst : f32
      cf.assert %113, "unimplemented: tensor with zero element"
      %114 = arith.divf %cst_0, %in : f32
      linalg.yield %114 : f32
    } -> tensor<16xf32>
    %expanded_43 = tensor.expand_shape %arg42 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %expanded_44 = tensor.expand_shape %88 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %89 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%85, %expanded_43 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.subf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %90 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%89, %expanded_44 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %expanded_45 = tensor.expand_shape %arg44 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %91 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%90, %expanded_45 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %expanded_46 = tensor.expand_shape %arg45 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %92 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%91, %expanded_46 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %93 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%92 : tensor<2x16x4x4xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf ugt, %in, %cst : f32
      %114 = arith.select %113, %in, %cst : f32
      linalg.yield %114 : f32
    } -> tensor<2x16x4x4xf32>
    %padded_47 = tensor.pad %93 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg53: index, %arg54: index, %arg55: index, %arg56: index):
      tensor.yield %cst : f32
    } : tensor<2x16x4x4xf32> to tensor<2x16x6x6xf32>
    %94 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded_47, %arg46 : tensor<2x16x6x6xf32>, tensor<16x16x3x3xf32>) outs(%56 : tensor<2x16x4x4xf32>) -> tensor<2x16x4x4xf32>
    %95 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg48 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.truncf %cst_2 : f64 to f32
      %114 = arith.addf %in, %113 : f32
      linalg.yield %114 : f32
    } -> tensor<16xf32>
    %96 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%95 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = math.sqrt %in : f32
      linalg.yield %113 : f32
    } -> tensor<16xf32>
    %97 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%96 : tensor<16xf32>) outs(%58 : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf one, %in, %cst : f32
      cf.assert %113, "unimplemented: tensor with zero element"
      %114 = arith.divf %cst_0, %in : f32
      linalg.yield %114 : f32
    } -> tensor<16xf32>
    %expanded_48 = tensor.expand_shape %arg47 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %expanded_49 = tensor.expand_shape %97 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %98 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%94, %expanded_48 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.subf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %99 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%98, %expanded_49 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %expanded_50 = tensor.expand_shape %arg49 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %100 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%99, %expanded_50 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.mulf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %expanded_51 = tensor.expand_shape %arg50 [[0, 1, 2]] output_shape [16, 1, 1] : tensor<16xf32> into tensor<16x1x1xf32>
    %101 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%100, %expanded_51 : tensor<2x16x4x4xf32>, tensor<16x1x1xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %102 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%101, %84 : tensor<2x16x4x4xf32>, tensor<2x16x4x4xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x4x4xf32>
    %103 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%102 : tensor<2x16x4x4xf32>) outs(%55 : tensor<2x16x4x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.cmpf ugt, %in, %cst : f32
      %114 = arith.select %113, %in, %cst : f32
      linalg.yield %114 : f32
    } -> tensor<2x16x4x4xf32>
    %104 = tensor.empty() : tensor<2x16x1x1xf32>
    %105 = linalg.fill ins(%cst : f32) outs(%104 : tensor<2x16x1x1xf32>) -> tensor<2x16x1x1xf32>
    %106 = linalg.generic {indexing_maps = [#map1, #map3], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%103 : tensor<2x16x4x4xf32>) outs(%105 : tensor<2x16x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.addf %in, %out : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x1x1xf32>
    %107 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%106 : tensor<2x16x1x1xf32>) outs(%104 : tensor<2x16x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %113 = arith.divf %in, %cst_3 : f32
      linalg.yield %113 : f32
    } -> tensor<2x16x1x1xf32>
    %collapsed = tensor.collapse_shape %107 [[0], [1, 2, 3]] : tensor<2x16x1x1xf32> into tensor<2x16xf32>
    %108 = tensor.empty() : tensor<16x10xf32>
    %transposed = linalg.transpose ins(%arg51 : tensor<10x16xf32>) outs(%108 : tensor<16x10xf32>) permutation = [1, 0] 
    %109 = tensor.empty() : tensor<2x10xf32>
    %110 = linalg.fill ins(%cst : f32) outs(%109 : tensor<2x10xf32>) -> tensor<2x10xf32>
    %111 = linalg.matmul ins(%collapsed, %transposed : tensor<2x16xf32>, tensor<16x10xf32>) outs(%110 : tensor<2x10xf32>) -> tensor<2x10xf32>
    %112 = linalg.generic {indexing_maps = [#map4, #map5, #map4], iterator_types = ["parallel", "parallel"]} ins(%111, %arg52 : tensor<2x10xf32>, tensor<10xf32>) outs(%109 : tensor<2x10xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %113 = arith.addf %in, %in_52 : f32
      linalg.yield %113 : f32
    } -> tensor<2x10xf32>
    return %112 : tensor<2x10xf32>
  }
}
