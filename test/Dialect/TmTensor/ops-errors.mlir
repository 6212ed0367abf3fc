// Every message of the tm_tensor verifiers.
// RUN: tilewright-opt %s --split-input-file --verify-diagnostics

func.func @scan_output(%x: tensor<3x5xf32>, %o: tensor<3x4xf32>, %c: tensor<3xf32>) {
  // expected-error @below {{output must have the type of the input, 'tensor<3x5xf32>'}}
  %0:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x : tensor<3x5xf32>) outs(%o, %c : tensor<3x4xf32>, tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<3x4xf32>, tensor<3xf32>
  return
}

// -----

func.func @scan_dimension(%x: tensor<3x5xf32>, %c: tensor<3xf32>) {
  // expected-error @below {{dimension 2 does not exist in 'tensor<3x5xf32>'}}
  %0:2 = tm_tensor.scan dimension(2) inclusive(true) ins(%x : tensor<3x5xf32>) outs(%x, %c : tensor<3x5xf32>, tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<3x5xf32>, tensor<3xf32>
  return
}

// -----

func.func @scan_carry(%x: tensor<3x5xf32>, %c: tensor<5xf32>) {
  // expected-error @below {{carry must have the type 'tensor<3xf32>', the input without dimension 1}}
  %0:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x : tensor<3x5xf32>) outs(%x, %c : tensor<3x5xf32>, tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<3x5xf32>, tensor<5xf32>
  return
}

// -----

func.func @scan_result(%x: tensor<3x5xf32>, %c: tensor<3xf32>) {
  // expected-error @below {{result 'tensor<5x3xf32>' must have the type of its destination, 'tensor<3x5xf32>'}}
  %0:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x : tensor<3x5xf32>) outs(%x, %c : tensor<3x5xf32>, tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<5x3xf32>, tensor<3xf32>
  return
}

// -----

func.func @scan_arguments(%x: tensor<3x5xf32>, %c: tensor<3xf32>) {
  // expected-error @below {{needs a region with arguments of types 'f32', 'f32'}}
  %0:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x : tensor<3x5xf32>) outs(%x, %c : tensor<3x5xf32>, tensor<3xf32>) {
  ^bb0(%a: f32):
    tm_tensor.yield %a : f32
  } -> tensor<3x5xf32>, tensor<3xf32>
  return
}

// -----

func.func @scan_yield(%x: tensor<3x5xf32>, %c: tensor<3xf32>) {
  // expected-error @below {{needs a region that yields one 'f32'}}
  %0:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x : tensor<3x5xf32>) outs(%x, %c : tensor<3x5xf32>, tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a, %b : f32, f32
  } -> tensor<3x5xf32>, tensor<3xf32>
  return
}

// -----

func.func @sort_shapes(%x: tensor<5xf32>, %i: tensor<4xi64>) {
  // expected-error @below {{destinations must have one shape, but 'tensor<4xi64>' is not of the shape of 'tensor<5xf32>'}}
  %0:2 = tm_tensor.sort dimension(0) outs(%x, %i : tensor<5xf32>, tensor<4xi64>) {
  ^bb0(%a: f32, %b: f32, %m: i64, %n: i64):
    %c = arith.cmpf oge, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<5xf32>, tensor<4xi64>
  return
}

// -----

func.func @sort_results(%x: tensor<5xf32>, %i: tensor<5xi64>) {
  // expected-error @below {{needs a result for every destination}}
  %0 = tm_tensor.sort dimension(0) outs(%x, %i : tensor<5xf32>, tensor<5xi64>) {
  ^bb0(%a: f32, %b: f32, %m: i64, %n: i64):
    %c = arith.cmpf oge, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<5xf32>
  return
}

// -----

func.func @sort_by_indices(%x: tensor<5xf32>, %i: tensor<5xi64>) {
  // expected-error @below {{needs a region that compares its first two arguments with one arith.cmpf or arith.cmpi}}
  %0:2 = tm_tensor.sort dimension(0) outs(%x, %i : tensor<5xf32>, tensor<5xi64>) {
  ^bb0(%a: f32, %b: f32, %m: i64, %n: i64):
    %c = arith.cmpi sge, %m, %n : i64
    tm_tensor.yield %c : i1
  } -> tensor<5xf32>, tensor<5xi64>
  return
}

// -----

func.func @sort_unequal(%x: tensor<5xf32>) {
  // expected-error @below {{needs a region that compares its first two arguments with one arith.cmpf or arith.cmpi}}
  %0 = tm_tensor.sort dimension(0) outs(%x : tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf one, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<5xf32>
  return
}

// -----

func.func @topk_too_many(%x: tensor<3x5xf32>, %v: tensor<3x6xf32>, %p: tensor<3x6xi32>) {
  // expected-error @below {{cannot select 'tensor<3x6xf32>' along dimension 1 of 'tensor<3x5xf32>'}}
  %0:2 = tm_tensor.topk dimension(1) ins(%x : tensor<3x5xf32>) outs(%v, %p : tensor<3x6xf32>, tensor<3x6xi32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf ogt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<3x6xf32>, tensor<3x6xi32>
  return
}

// -----

func.func @topk_types(%x: tensor<3x5xf32>, %v: tensor<3x2xf16>, %p: tensor<3x2xi32>) {
  // expected-error @below {{destinations must have the input's rank, one shape, and the first of them the input's element type}}
  %0:2 = tm_tensor.topk dimension(1) ins(%x : tensor<3x5xf32>) outs(%v, %p : tensor<3x2xf16>, tensor<3x2xi32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf ogt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<3x2xf16>, tensor<3x2xi32>
  return
}

// -----

func.func @topk_indices(%x: tensor<3x5xf32>, %v: tensor<3x2xf32>, %p: tensor<3x2xf32>) {
  // expected-error @below {{indices must be integers}}
  %0:2 = tm_tensor.topk dimension(1) ins(%x : tensor<3x5xf32>) outs(%v, %p : tensor<3x2xf32>, tensor<3x2xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf ogt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<3x2xf32>, tensor<3x2xf32>
  return
}

// -----

func.func @topk_input_indices(%x: tensor<3x5xf32>, %i: tensor<3x5xi64>, %v: tensor<3x2xf32>, %p: tensor<3x2xi32>) {
  // expected-error @below {{the indices of the input must have the type 'tensor<3x5xi32>'}}
  %0:2 = tm_tensor.topk dimension(1) ins(%x, %i : tensor<3x5xf32>, tensor<3x5xi64>) outs(%v, %p : tensor<3x2xf32>, tensor<3x2xi32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.cmpf ogt, %a, %b : f32
    tm_tensor.yield %c : i1
  } -> tensor<3x2xf32>, tensor<3x2xi32>
  return
}

// -----

func.func @scatter_indices(%x: tensor<5xf32>, %u: tensor<3xf32>, %i: tensor<3xi64>) {
  // expected-error @below {{indices must be a matrix of integers, not 'tensor<3xi64>'}}
  %0 = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(true) ins(%u, %i : tensor<3xf32>, tensor<3xi64>) outs(%x : tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<5xf32>
  return
}

// -----

func.func @scatter_updates(%x: tensor<5xf32>, %u: tensor<4xf32>, %i: tensor<3x1xi64>) {
  // expected-error @below {{needs an update for every row of 'tensor<3x1xi64>', not 'tensor<4xf32>'}}
  %0 = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(true) ins(%u, %i : tensor<4xf32>, tensor<3x1xi64>) outs(%x : tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<5xf32>
  return
}

// -----

func.func @scatter_elements(%x: tensor<5xf32>, %u: tensor<3xf16>, %i: tensor<3x1xi64>) {
  // expected-error @below {{updates 'tensor<3xf16>' must have the element type of 'tensor<5xf32>'}}
  %0 = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(true) ins(%u, %i : tensor<3xf16>, tensor<3x1xi64>) outs(%x : tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<5xf32>
  return
}

// -----

func.func @scatter_rank(%x: tensor<5xf32>, %u: tensor<3x1x2xf32>, %i: tensor<3x1xi64>) {
  // expected-error @below {{the windows of 'tensor<3x1x2xf32>' have more dimensions than 'tensor<5xf32>'}}
  %0 = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(true) ins(%u, %i : tensor<3x1x2xf32>, tensor<3x1xi64>) outs(%x : tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<5xf32>
  return
}

// -----

func.func @scatter_window(%x: tensor<5x7xf32>, %u: tensor<3x1x8xf32>, %i: tensor<3x1xi64>) {
  // expected-error @below {{the windows of 'tensor<3x1x8xf32>' are larger than 'tensor<5x7xf32>'}}
  %0 = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(true) ins(%u, %i : tensor<3x1x8xf32>, tensor<3x1xi64>) outs(%x : tensor<5x7xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<5x7xf32>
  return
}

// -----

func.func @scatter_map_size(%x: tensor<5x7xf32>, %u: tensor<3xf32>, %i: tensor<3x2xi64>) {
  // expected-error @below {{needs a dimension in dimension_map for each of the 2 columns of the indices}}
  %0 = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(true) ins(%u, %i : tensor<3xf32>, tensor<3x2xi64>) outs(%x : tensor<5x7xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<5x7xf32>
  return
}

// -----

func.func @scatter_map(%x: tensor<5x7xf32>, %u: tensor<3xf32>, %i: tensor<3x2xi64>) {
  // expected-error @below {{dimension_map holds 1, which is not a dimension of 'tensor<5x7xf32>' or occurs twice}}
  %0 = tm_tensor.scatter {dimension_map = array<i64: 1, 1>} unique_indices(true) ins(%u, %i : tensor<3xf32>, tensor<3x2xi64>) outs(%x : tensor<5x7xf32>) {
  ^bb0(%a: f32, %b: f32):
    tm_tensor.yield %a : f32
  } -> tensor<5x7xf32>
  return
}

// -----

func.func @attention_inputs(%q: tensor<4x8xf32>, %o: tensor<4x8xf32>) {
  // expected-error @below {{needs query, key, value and perhaps a mask}}
  %0 = tm_tensor.attention ins(%q, %q : tensor<4x8xf32>, tensor<4x8xf32>) outs(%o : tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @attention_key(%q: tensor<4x8xf32>, %k: tensor<6x7xf32>, %v: tensor<6x8xf32>, %o: tensor<4x8xf32>) {
  // expected-error @below {{query 'tensor<4x8xf32>', key 'tensor<6x7xf32>' and value 'tensor<6x8xf32>' do not agree}}
  %0 = tm_tensor.attention ins(%q, %k, %v : tensor<4x8xf32>, tensor<6x7xf32>, tensor<6x8xf32>) outs(%o : tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @attention_mask(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %m: tensor<4x5xf32>, %o: tensor<4x8xf32>) {
  // expected-error @below {{mask 'tensor<4x5xf32>' must have the type 'tensor<4x6xf32>', or i1 elements}}
  %0 = tm_tensor.attention ins(%q, %k, %k, %m : tensor<4x8xf32>, tensor<6x8xf32>, tensor<6x8xf32>, tensor<4x5xf32>) outs(%o : tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @attention_output(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %o: tensor<6x8xf32>) {
  // expected-error @below {{destination 'tensor<6x8xf32>' must have the type 'tensor<4x8xf32>'}}
  %0 = tm_tensor.attention ins(%q, %k, %k : tensor<4x8xf32>, tensor<6x8xf32>, tensor<6x8xf32>) outs(%o : tensor<6x8xf32>) -> tensor<6x8xf32>
  return
}
