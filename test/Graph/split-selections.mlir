// Selections out of rows that do not fit a bank: chunks first, then candidates; a
// whole order by sorts of chunks and exchanges between them.
// RUN: tilewright-opt %s --togsim-split-selections=bank-bytes=8192 --split-input-file | FileCheck %s

// Chunks of 50 elements use more lanes than the 128 that fit, and leave no rest:
// 25 candidates.
// CHECK-LABEL: @divisible(
// CHECK: %[[VIEW:.*]] = tensor.expand_shape %arg0 {{\[\[}}0, 1]] output_shape [5, 50]
// CHECK: %[[PART:.*]], %[[AT:.*]] = tm_tensor.topk {{.*}}dimension(1) ins(%[[VIEW]] : tensor<5x50xf32>) outs({{.*}} : tensor<5x5xf32>, tensor<5x5xi64>)
// CHECK: %[[MOVED:.*]] = linalg.generic {{.*}} ins(%[[AT]]
// CHECK: arith.constant 50 : i64
// CHECK: %[[VALUES:.*]] = tensor.collapse_shape %[[PART]]
// CHECK: %[[POSITIONS:.*]] = tensor.collapse_shape %[[MOVED]]
// CHECK: %[[V:.*]], %[[P:.*]] = tm_tensor.topk {{.*}}dimension(0) ins(%[[VALUES]], %[[POSITIONS]] : tensor<25xf32>, tensor<25xi64>) outs({{.*}} : tensor<5xf32>, tensor<5xi64>)
// CHECK: return %[[V]], %[[P]]
func.func @divisible(%x: tensor<250xf32>) -> (tensor<5xf32>, tensor<5xi64>) {
  %v = tensor.empty() : tensor<5xf32>
  %p = tensor.empty() : tensor<5xi64>
  %0:2 = tm_tensor.topk dimension(0) ins(%x : tensor<250xf32>) outs(%v, %p : tensor<5xf32>, tensor<5xi64>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf ogt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<5xf32>, tensor<5xi64>
  return %0#0, %0#1 : tensor<5xf32>, tensor<5xi64>
}

// -----

// 257 is a prime: four chunks of 64 and one element.
// CHECK-LABEL: @with_rest(
// CHECK: tensor.extract_slice %arg0[0] [256] [1]
// CHECK: tm_tensor.topk {{.*}}dimension(1) {{.*}} tensor<4x64xf32>) outs({{.*}} tensor<4x5xf32>
// CHECK: tensor.extract_slice %arg0[256] [1] [1]
// CHECK: tm_tensor.topk {{.*}}dimension(0) {{.*}} tensor<1xf32>) outs({{.*}} tensor<1xf32>
// CHECK: arith.constant 256 : i64
// CHECK: tensor.insert_slice {{.*}}[0] [20] [1] {{.*}} : tensor<20xf32> into tensor<21xf32>
// CHECK: tensor.insert_slice {{.*}}[20] [1] [1] {{.*}} : tensor<1xf32> into tensor<21xf32>
// CHECK: tm_tensor.topk {{.*}}dimension(0) {{.*}} tensor<21xf32>, tensor<21xi64>) outs({{.*}} tensor<5xf32>
func.func @with_rest(%x: tensor<257xf32>) -> (tensor<5xf32>, tensor<5xi64>) {
  %v = tensor.empty() : tensor<5xf32>
  %p = tensor.empty() : tensor<5xi64>
  %0:2 = tm_tensor.topk dimension(0) ins(%x : tensor<257xf32>) outs(%v, %p : tensor<5xf32>, tensor<5xi64>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf ogt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<5xf32>, tensor<5xi64>
  return %0#0, %0#1 : tensor<5xf32>, tensor<5xi64>
}

// -----

// Rows that fit and are many, or not much longer than what is selected, stay.
// CHECK-LABEL: @fits(
// CHECK-NEXT: tensor.empty
// CHECK-NEXT: tensor.empty
// CHECK-NEXT: tm_tensor.topk {{.*}}dimension(1) ins(%arg0 : tensor<40x128xf32>)
func.func @fits(%x: tensor<40x128xf32>) -> (tensor<40x5xf32>, tensor<40x5xi64>) {
  %v = tensor.empty() : tensor<40x5xf32>
  %p = tensor.empty() : tensor<40x5xi64>
  %0:2 = tm_tensor.topk dimension(1) ins(%x : tensor<40x128xf32>) outs(%v, %p : tensor<40x5xf32>, tensor<40x5xi64>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf ogt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<40x5xf32>, tensor<40x5xi64>
  return %0#0, %0#1 : tensor<40x5xf32>, tensor<40x5xi64>
}

// -----

// A whole order: words of the row, padded to 512, in chunks of 128. Sorts of
// chunks, one exchange (256), sorts, two exchanges (512), sorts; values and
// positions from the words.
// CHECK-LABEL: @sort(
// CHECK: linalg.generic {{.*}} ins(%arg0 : tensor<300xf32>) outs({{.*}} : tensor<300xi64>)
// CHECK: linalg.generic {{.*}} outs({{.*}} : tensor<212xi64>)
// CHECK: tm_tensor.topk {{.*}}dimension(1) ins({{.*}} : tensor<4x128xi64>)
// CHECK: linalg.generic {{.*}} ins({{.*}} : tensor<2x128xi64>, tensor<2x128xi64>) outs({{.*}} : tensor<2x2x128xi64>)
// CHECK: tm_tensor.topk {{.*}}dimension(1) ins({{.*}} : tensor<4x128xi64>)
// CHECK: linalg.generic {{.*}} ins({{.*}} : tensor<1x256xi64>, tensor<1x256xi64>) outs({{.*}} : tensor<1x2x256xi64>)
// CHECK: linalg.generic {{.*}} ins({{.*}} : tensor<2x128xi64>, tensor<2x128xi64>) outs({{.*}} : tensor<2x2x128xi64>)
// CHECK: tm_tensor.topk {{.*}}dimension(1) ins({{.*}} : tensor<4x128xi64>)
// CHECK-NOT: tm_tensor.topk
// CHECK: linalg.generic {{.*}} outs({{.*}} : tensor<300xf32>)
// CHECK: linalg.generic {{.*}} outs({{.*}} : tensor<300xi64>)
// CHECK-NOT: tm_tensor.topk
func.func @sort(%x: tensor<300xf32>) -> (tensor<300xf32>, tensor<300xi64>) {
  %v = tensor.empty() : tensor<300xf32>
  %p = tensor.empty() : tensor<300xi64>
  %0:2 = tm_tensor.topk dimension(0) ins(%x : tensor<300xf32>) outs(%v, %p : tensor<300xf32>, tensor<300xi64>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf olt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<300xf32>, tensor<300xi64>
  return %0#0, %0#1 : tensor<300xf32>, tensor<300xi64>
}

// -----

// Keys of 64 bits, two words with their positions: sorts by the lower half, by the
// upper half of what is there, each in chunks as above; values are looked up.
// CHECK-LABEL: @wide(
// CHECK: linalg.generic {{.*}} ins(%arg0 : tensor<300xi64>) outs({{.*}} : tensor<300xi32>)
// CHECK-NEXT: ^bb0(
// CHECK-NEXT: arith.trunci
// CHECK-COUNT-3: tm_tensor.topk {{.*}}dimension(1) ins({{.*}} : tensor<4x128xi64>)
// CHECK-NOT: tm_tensor.topk
// CHECK: %[[P:.*]] = linalg.generic {{.*}} outs({{.*}} : tensor<300xi64>)
// CHECK: linalg.generic {{.*}} ins(%[[P]] : tensor<300xi64>) outs({{.*}} : tensor<300xi64>)
// CHECK: tensor.extract %arg0
// CHECK: arith.shrsi {{.*}}, %c32_i64
// CHECK-COUNT-3: tm_tensor.topk {{.*}}dimension(1) ins({{.*}} : tensor<4x128xi64>)
// CHECK-NOT: tm_tensor.topk
// CHECK: tensor.extract %[[P]]
// CHECK: tensor.extract %arg0
func.func @wide(%x: tensor<300xi64>) -> (tensor<300xi64>, tensor<300xi64>) {
  %v = tensor.empty() : tensor<300xi64>
  %p = tensor.empty() : tensor<300xi64>
  %0:2 = tm_tensor.topk dimension(0) ins(%x : tensor<300xi64>) outs(%v, %p : tensor<300xi64>, tensor<300xi64>) {
  ^bb0(%a: i64, %b: i64):
    %c = arith.cmpi slt, %a, %b : i64
    tm_tensor.yield %c : i1
  } -> tensor<300xi64>, tensor<300xi64>
  return %0#0, %0#1 : tensor<300xi64>, tensor<300xi64>
}

// -----

// Indices of the module are looked up: equal elements keep their order in the row.
// CHECK-LABEL: @given(
// CHECK: %{{.*}}, %[[P:.*]] = tm_tensor.topk {{.*}}dimension(1) ins(%arg0 : tensor<4x9xf32>) outs({{.*}} : tensor<4x5xf32>, tensor<4x5xi32>)
// CHECK: linalg.generic {{.*}} ins(%[[P]] : tensor<4x5xi32>) outs({{.*}} : tensor<4x5xi8>)
// CHECK: tensor.extract %arg1
func.func @given(%x: tensor<4x9xf32>, %i: tensor<4x9xi8>) -> (tensor<4x5xf32>, tensor<4x5xi8>) {
  %v = tensor.empty() : tensor<4x5xf32>
  %p = tensor.empty() : tensor<4x5xi8>
  %0:2 = tm_tensor.topk dimension(1) ins(%x, %i : tensor<4x9xf32>, tensor<4x9xi8>) outs(%v, %p : tensor<4x5xf32>, tensor<4x5xi8>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf olt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<4x5xf32>, tensor<4x5xi8>
  return %0#0, %0#1 : tensor<4x5xf32>, tensor<4x5xi8>
}
