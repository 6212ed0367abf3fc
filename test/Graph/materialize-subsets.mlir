// RUN: tilewright-opt %s --split-input-file --togsim-affine-graph --togsim-partition | FileCheck %s

// A slice is read in place: the kernel takes the whole tensor.
func.func @slice(%x: tensor<8x16xf32>) -> tensor<3x4xf32> {
  %s = tensor.extract_slice %x[2, 1] [3, 4] [1, 2] : tensor<8x16xf32> to tensor<3x4xf32>
  %r = math.exp %s : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}

// CHECK-LABEL: func.func @slice
// CHECK-NEXT: call @kernel_0_elementwise(%{{.*}}) {{.*}} : (tensor<8x16xf32>) -> tensor<3x4xf32>
// CHECK: func.func private @kernel_0_elementwise(%[[X:.*]]: tensor<8x16xf32>)
// CHECK: %[[S:.*]] = tensor.extract_slice %[[X]][2, 1] [3, 4] [1, 2]
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[S]] :

// -----

// Reshapes move before the slice where its bounds allow.
func.func @heads(%x: tensor<6x96xf32>) -> tensor<6x4x8xf32> {
  %s = tensor.extract_slice %x[0, 32] [6, 32] [1, 1] : tensor<6x96xf32> to tensor<6x32xf32>
  %e = tensor.expand_shape %s [[0], [1, 2]] output_shape [6, 4, 8] : tensor<6x32xf32> into tensor<6x4x8xf32>
  %r = math.exp %e : tensor<6x4x8xf32>
  return %r : tensor<6x4x8xf32>
}

// CHECK-LABEL: func.func @heads
// CHECK: %[[E:.*]] = tensor.expand_shape %{{.*}} output_shape [6, 12, 8]
// CHECK: call @kernel_0_elementwise(%[[E]])
// CHECK: tensor.extract_slice %{{.*}}[0, 4, 0] [6, 4, 8] [1, 1, 1]

// -----

// A slice that is a result is copied.
func.func @slice_result(%x: tensor<8xf32>) -> tensor<2xf32> {
  %s = tensor.extract_slice %x[3] [2] [1] : tensor<8xf32> to tensor<2xf32>
  return %s : tensor<2xf32>
}

// CHECK-LABEL: func.func @slice_result
// CHECK-NEXT: call @kernel_0_copy
// CHECK: tensor.extract_slice %{{.*}}[3] [2] [1]

// -----

// What is padded is written into a filled tensor by the kernel that computes it.
func.func @pad(%x: tensor<4xf32>) -> tensor<7xf32> {
  %one = arith.constant 1.0 : f32
  %y = math.exp %x : tensor<4xf32>
  %p = tensor.pad %y low[1] high[2] {
  ^bb0(%i: index):
    tensor.yield %one : f32
  } : tensor<4xf32> to tensor<7xf32>
  return %p : tensor<7xf32>
}

// CHECK-LABEL: func.func @pad
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[D:.*]] = call @kernel_0_fill()
// CHECK-NEXT: %[[R:.*]] = call @kernel_1_elementwise(%[[X]], %[[D]])
// CHECK-NEXT: return %[[R]]
// CHECK: func.func private @kernel_1_elementwise(%{{.*}}: tensor<4xf32>, %[[DEST:.*]]: tensor<7xf32>) -> tensor<7xf32>
// CHECK-SAME: togsim.inplace = [1]
// CHECK: %[[V:.*]] = linalg.generic
// CHECK: math.exp
// CHECK: %[[I:.*]] = tensor.insert_slice %[[V]] into %[[DEST]][1] [4] [1]
// CHECK: return %[[I]]

// -----

// The parts of a concatenation are written where they belong; what exists already is
// copied. Two concatenations do not share memory.
func.func @concat(%x: tensor<4x8xf32>, %w: tensor<8x3xf32>) -> (tensor<4x11xf32>, tensor<4x11xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x3xf32>) -> tensor<4x3xf32>
  %m = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x3xf32>) outs(%f : tensor<4x3xf32>) -> tensor<4x3xf32>
  %n = math.exp %m : tensor<4x3xf32>
  %c = tensor.concat dim(1) %x, %n : (tensor<4x8xf32>, tensor<4x3xf32>) -> tensor<4x11xf32>
  %o = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x3xf32>) outs(%n : tensor<4x3xf32>) -> tensor<4x3xf32>
  %d = tensor.concat dim(1) %o, %x : (tensor<4x3xf32>, tensor<4x8xf32>) -> tensor<4x11xf32>
  return %c, %d : tensor<4x11xf32>, tensor<4x11xf32>
}

// CHECK-LABEL: func.func @concat
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<8x3xf32>
// CHECK-DAG: %[[M:.*]] = call @[[MATMUL:kernel_[0-9]_matmul]](%[[X]], %[[W]])
// CHECK-DAG: %[[E0:.*]] = tensor.empty() : tensor<4x11xf32>
// CHECK-DAG: %[[C0:.*]] = call @[[COPY:kernel_[0-9]_copy]](%[[X]], %[[E0]])
// CHECK-DAG: %[[C1:.*]] = call @[[COPYM:kernel_[0-9]_copy]](%[[M]], %[[C0]])
// CHECK-DAG: %[[E1:.*]] = tensor.empty() : tensor<4x11xf32>
// CHECK-DAG: %[[D0:.*]] = call @[[ONTO:kernel_[0-9]_matmul]](%[[X]], %[[W]], %[[M]], %[[E1]])
// CHECK-DAG: %[[D1:.*]] = call @{{kernel_[0-9]_copy}}(%[[X]], %[[D0]])
// CHECK: return %[[C1]], %[[D1]]

// -----

// A part written into the caller's tensor, or into one that is still read, is written
// into a copy.
func.func @scatter(%x: tensor<4xf32>, %y: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %a = tensor.insert_slice %x into %y[2] [4] [1] : tensor<4xf32> into tensor<8xf32>
  %b = tensor.insert_slice %x into %a[0] [4] [2] : tensor<4xf32> into tensor<8xf32>
  return %a, %b : tensor<8xf32>, tensor<8xf32>
}

// CHECK-LABEL: func.func @scatter
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[Y:.*]]: tensor<8xf32>
// CHECK: %[[YC:.*]] = call @[[WHOLE:.*]](%[[Y]]) {{.*}} : (tensor<8xf32>) -> tensor<8xf32>
// CHECK: %[[A:.*]] = call @{{.*}}(%[[X]], %[[YC]])
// CHECK: %[[AC:.*]] = call @[[WHOLE]](%[[A]])
// CHECK: %[[B:.*]] = call @{{.*}}(%[[X]], %[[AC]])
// CHECK: return %[[A]], %[[B]]

// -----

// An embedding is an elementwise kernel that reads at computed places. What the
// frontend asserts about the indices is left to the simulators.
#ids = affine_map<(d0, d1) -> (d0)>
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @embedding(%table: tensor<30x16xf32>, %at: tensor<4xi64>) -> tensor<4x16xf32> {
  %limit = arith.constant 30 : index
  %e = tensor.empty() : tensor<4x16xf32>
  %r = linalg.generic {indexing_maps = [#ids, #id], iterator_types = ["parallel", "parallel"]} ins(%at : tensor<4xi64>) outs(%e : tensor<4x16xf32>) {
  ^bb0(%i: i64, %o: f32):
    %row = arith.index_cast %i : i64 to index
    %column = linalg.index 1 : index
    %valid = arith.cmpi slt, %row, %limit : index
    cf.assert %valid, "index must be smaller than dim size"
    %v = tensor.extract %table[%row, %column] : tensor<30x16xf32>
    linalg.yield %v : f32
  } -> tensor<4x16xf32>
  return %r : tensor<4x16xf32>
}

// CHECK-LABEL: func.func @embedding
// CHECK-SAME: %[[TABLE:.*]]: tensor<30x16xf32>, %[[AT:.*]]: tensor<4xi64>
// CHECK-NEXT: call @kernel_0_gather(%[[AT]], %[[TABLE]])
// CHECK: func.func private @kernel_0_gather(%{{.*}}: tensor<4xi64>, %[[T:.*]]: tensor<30x16xf32>)
// CHECK-NOT: cf.assert
// CHECK: tensor.extract %[[T]]
