//===- TmTensor.td - Scans, sorts and scatters of frontends -*- tablegen -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What models compute on tensors that is no linalg.generic: scans, sorts, top-k
// selections, scatters. The names and the text are those torch-mlir emits; the
// meaning is fixed here, where torch-mlir leaves it to an implementation (the
// order of NaN, ties, the initial values of results).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TMTENSOR_TD
#define TILEWRIGHT_TMTENSOR_TD

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def TmTensorDialect : Dialect {
  let name = "tm_tensor";
  let cppNamespace = "::tilewright::tm_tensor";
  let summary = "scans, sorts and scatters on tensors";
}

class TmTensorOp<string opMnemonic, list<Trait> traits = []>
    : Op<TmTensorDialect, opMnemonic, traits>;

/// An op on static tensors whose region computes on scalars.
class TmTensorRegionOp<string opMnemonic>
    : TmTensorOp<opMnemonic, [Pure, DestinationStyleOpInterface,
                              SingleBlockImplicitTerminator<"YieldOp">]> {
  let regions = (region SizedRegion<1>:$region);
  let hasVerifier = 1;
}

def ScanOp : TmTensorRegionOp<"scan"> {
  let summary = "running combination along a dimension";
  let description = [{
    The region combines the value accumulated so far (first argument) with the next
    element (second). With `inclusive(true)` result element i combines the input's
    elements 0 to i and the initial contents of the destinations do not matter;
    otherwise it combines the initial value of `carry` and the elements 0 to i-1.
    The second result is the combination of all.

    ```mlir
    %r:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x : tensor<3x5xf32>)
        outs(%o, %c : tensor<3x5xf32>, tensor<3xf32>) {
    ^bb0(%acc: f32, %next: f32):
      %s = arith.addf %acc, %next : f32
      tm_tensor.yield %s : f32
    } -> tensor<3x5xf32>, tensor<3xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, AnyRankedTensor:$output,
                       AnyRankedTensor:$carry, I64Attr:$dimension,
                       BoolAttr:$inclusive);
  let results = (outs AnyRankedTensor:$result, AnyRankedTensor:$carried);
  let assemblyFormat = [{
    `dimension` `(` $dimension `)` `inclusive` `(` $inclusive `)` attr-dict
    `ins` `(` $input `:` type($input) `)`
    `outs` `(` $output `,` $carry `:` type($output) `,` type($carry) `)`
    $region `->` type($result) `,` type($carried)
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(), 1, 2);
    }
    /// The one op of the region that combines its two arguments; null when the
    /// region is anything else.
    ::mlir::Operation *getCombiner() { return combinerOf(getRegion()); }
  }];
}

def SortOp : TmTensorRegionOp<"sort"> {
  let summary = "stable sort along a dimension";
  let description = [{
    Sorts the rows along `dimension` by the first destination, the keys; the other
    destinations are permuted with them. The region has two arguments for every
    destination (first, second element) and compares the two keys with one
    `arith.cmpf` or `arith.cmpi`: less (or equal) sorts ascending, greater (or
    equal) descending. The order is total and as PyTorch's: NaN is the greatest
    number, all NaN are equal, and equal keys keep their order, ascending and
    descending.

    ```mlir
    %r:2 = tm_tensor.sort dimension(1) outs(%x, %i : tensor<3x5xf32>, tensor<3x5xi64>) {
    ^bb0(%a: f32, %b: f32, %m: i64, %n: i64):
      %c = arith.cmpf ole, %a, %b : f32
      tm_tensor.yield %c : i1
    } -> tensor<3x5xf32>, tensor<3x5xi64>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$outputs, I64Attr:$dimension);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    attr-dict `dimension` `(` $dimension `)`
    `outs` `(` $outputs `:` type($outputs) `)` $region `->` type($results)
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return getOutputsMutable();
    }
    KeyOrder getKeyOrder() { return *keyOrderOf(getRegion()); }
  }];
}

def TopkOp : TmTensorRegionOp<"topk"> {
  let summary = "the first k elements of the sorted rows";
  let description = [{
    The results are what a stable sort of the rows along `dimension` begins with:
    the values, and for each its index, which is its position in the row or comes
    from the optional second input. The region compares the next element (first
    argument) with one already selected (second): less selects the smallest
    elements, ascending, greater the largest, descending. NaN is the greatest
    number. k is the destinations' extent along `dimension`; their contents do not
    matter.

    ```mlir
    %r:2 = tm_tensor.topk dimension(1) ins(%x : tensor<3x5xf32>)
        outs(%v, %i : tensor<3x2xf32>, tensor<3x2xi32>) {
    ^bb0(%a: f32, %b: f32):
      %c = arith.cmpf ogt, %a, %b : f32
      tm_tensor.yield %c : i1
    } -> tensor<3x2xf32>, tensor<3x2xi32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input,
                       Optional<AnyRankedTensor>:$indices,
                       AnyRankedTensor:$outputValues,
                       AnyRankedTensor:$outputIndices, I64Attr:$dimension);
  let results = (outs AnyRankedTensor:$values, AnyRankedTensor:$positions);
  let assemblyFormat = [{
    attr-dict `dimension` `(` $dimension `)`
    `ins` `(` $input (`,` $indices^)? `:` type($input) (`,` type($indices)^)? `)`
    `outs` `(` $outputValues `,` $outputIndices `:` type($outputValues) `,`
    type($outputIndices) `)` $region `->` type($values) `,` type($positions)
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(),
                                         getNumOperands() - 2, 2);
    }
    KeyOrder getKeyOrder() { return *keyOrderOf(getRegion()); }
  }];
}

def ScatterOp : TmTensorRegionOp<"scatter"> {
  let summary = "write windows at run-time positions";
  let description = [{
    Update u is a window of `updates`, whose first dimension numbers the updates. The
    window's dimensions are the last ones of `original`; the missing ones have
    extent 1. It is placed at the origin but for the dimensions of
    `dimension_map`, where it begins at index `indices[u, k]` along dimension
    `dimension_map[k]`. The region combines the update (first argument) with the
    current value (second); yielding the first argument overwrites.

    Updates happen in increasing u, so the last of several that overwrite one
    element stays. `unique_indices` promises that no two updates meet; frontends
    set it whenever they do not accumulate, so nothing relies on it. An index
    outside `original` is undefined.
  }];
  let arguments = (ins AnyRankedTensor:$updates, AnyRankedTensor:$indices,
                       AnyRankedTensor:$original,
                       DenseI64ArrayAttr:$dimension_map,
                       DefaultValuedAttr<BoolAttr, "true">:$unique_indices);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    attr-dict `unique_indices` `(` $unique_indices `)`
    `ins` `(` $updates `,` $indices `:` type($updates) `,` type($indices) `)`
    `outs` `(` $original `:` type($original) `)` $region `->` type($result)
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(), 2, 1);
    }
    /// Dimension of `original` that the first dimension of a window has.
    unsigned getFirstWindowDim() {
      return getOriginal().getType().getRank() -
             (getUpdates().getType().getRank() - 1);
    }
    /// Whether updates replace the current value.
    bool overwrites() {
      ::mlir::Block &body = getRegion().front();
      return body.getTerminator()->getOperand(0) == body.getArgument(0);
    }
    /// The one op of the region that combines its two arguments; null when the
    /// region is anything else.
    ::mlir::Operation *getCombiner() { return combinerOf(getRegion()); }
  }];
}

def AttentionOp : TmTensorOp<"attention", [Pure, DestinationStyleOpInterface]> {
  let summary = "softmax(query * key^T / sqrt(head size) + mask) * value";
  let description = [{
    Query [.., m, d], key [.., n, d], value [.., n, e] with equal leading
    dimensions, an optional mask [.., m, n] of the same element type that is added
    or of type i1 that hides where it is false, and the result [.., m, e]. The
    contents of the destination do not matter.
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs,
                       AnyRankedTensor:$output);
  let results = (outs AnyRankedTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    attr-dict `ins` `(` $inputs `:` type($inputs) `)`
    `outs` `(` $output `:` type($output) `)` `->` type($result)
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(),
                                         getNumOperands() - 1, 1);
    }
  }];
}

def YieldOp : TmTensorOp<"yield", [Pure, ReturnLike, Terminator]> {
  let summary = "result of a region";
  let arguments = (ins Variadic<AnyType>:$values);
  let builders = [OpBuilder<(ins), [{ (void)$_builder; }]>];
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

#endif // TILEWRIGHT_TMTENSOR_TD
