//===- Passes.td - Passes from levels G0 to G2 -------------*- tablegen -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_GRAPH_PASSES
#define TILEWRIGHT_GRAPH_PASSES

include "mlir/Pass/PassBase.td"

def NormalizePass : Pass<"togsim-normalize", "::mlir::ModuleOp"> {
  let summary = "One form for every tensor operation: linalg.generic";
  let description = [{
    Every named linalg op and every elementwise arith or math op on tensors
    becomes a `linalg.generic`, so that later passes reason about indexing maps
    alone. Afterwards

    * an all-parallel generic never reads its init, which is a `tensor.empty`;
      what it read is an input;
    * splat constants, constant scalars and filled tensors are values inside the
      bodies of all-parallel generics;
    * `linalg.fill` remains only as the init of a reduction; a fill whose tensor
      is used as data is a generic that yields the constant;
    * `tensor.pad` and `tensor.concat` are chains of `tensor.insert_slice` into a
      filled or an empty tensor;
    * `tm_tensor.sort` is `tm_tensor.topk` of all elements, or of the first ones
      when no others are read; what it permutes besides the keys is gathered by
      the positions. Destinations of scans and selections are `tensor.empty`,
      but for the start of an exclusive scan;
    * no generic has loops of extent 1: operands and results lose the dimension
      in a reshape;
    * bodies hold no `cf.assert`: what frontends assert about indices is checked
      by the simulators, which stop at accesses outside a tensor.

    Before anything changes, each source op is recorded as `"name|location"` in
    the attribute `togsim.ops`, which all passes of this layer carry along.

    Refuses nothing: ops that have no form as a generic and tensors of unknown
    shape stay as they were.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::affine::AffineDialect"];
}

def SplitScansPass : Pass<"togsim-split-scans", "::mlir::ModuleOp"> {
  let summary = "Few long rows are scanned in chunks";
  let description = [{
    A `tm_tensor.scan` of fewer rows than there are lanes scans chunks of the rows;
    an exclusive scan of the chunks' totals is combined into what they give. For
    sums, maxima and minima, and for integer products; a float product could
    overflow in a chunk and not in the row.

    Refuses nothing: other scans stay as they were.
  }];
  let options = [Option<"lanes", "lanes", "int64_t", "128",
                        "lanes of the machine">];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect"];
}

def SplitSelectionsPass : Pass<"togsim-split-selections", "::mlir::ModuleOp"> {
  let summary = "Selections out of long rows select from chunks first";
  let description = [{
    A `tm_tensor.topk` of k elements from rows that do not fit a lane's bank, or
    that are few and much longer than k, becomes selections of k elements from
    chunks of the rows, and one from those candidates, again and again until the
    rows are short. Candidates carry their positions, which break ties as before.
    When more than half of what fits is selected, candidates would not get fewer:
    then chunks of the rows are sorted, and exchanges between them merge the
    chunks. Keys of 64 bits are sorted by their lower halves first, then stably by
    their upper halves.

    Indices that the module gives are looked up by the positions selected.

    Refuses nothing: other selections stay as they were, and code generation says
    which rows do not fit.
  }];
  let options = [Option<"bankBytes", "bank-bytes", "int64_t", "65536",
                        "bytes of a lane's bank that tiles may use">,
                 Option<"lanes", "lanes", "int64_t", "128",
                        "lanes of the machine">];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect"];
}

def DemoteDoublesPass : Pass<"togsim-demote-doubles", "::mlir::ModuleOp"> {
  let summary = "Double precision inside the model becomes single";
  let description = [{
    The machine has no f64. Arguments and results never are; intermediate values
    and constants of type f64 are computed in f32, and the conversions between
    the two disappear. Looking at the bits of a double is an error.
  }];
}

def FoldViewsPass : Pass<"togsim-fold-views", "::mlir::ModuleOp"> {
  let summary = "Transposes, broadcasts and reshapes become indexing maps";
  let description = [{
    A generic that only moves its input (a transpose or a broadcast) is composed
    into the indexing maps of its consumers, contractions included; a transpose
    of a contraction's only use becomes its result map. A sum over products with
    operands of different shape becomes a contraction. Unit dimensions that are
    read at a constant 0 are dropped from the operand by a collapse_shape.

    `tensor.expand_shape` and `collapse_shape` move out of the way of fusion where
    the dimensions of a neighbouring generic can be collapsed too, or its loops be
    split into the parts, reductions included; the others stay as views, which cost
    nothing because device tensors are contiguous. A view whose parts do not fit
    those of the other operands remains as a generic: a copy.

    Refuses nothing: what it cannot fold stays, as a view or as a copy.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::affine::AffineDialect"];
}

def FuseElementwisePass : Pass<"togsim-fuse-elementwise", "::mlir::ModuleOp"> {
  let summary = "Chains of elementwise generics become one";
  let description = [{
    A producer moves into its consumer when that repeats no expensive work: it
    has no other consumer, or it is cheap, reads one tensor, and every consumer
    can take it, so that it disappears. A producer with transcendental functions
    or divisions is not moved below a broadcast.

    With `indices-only`, only producers without floating-point numbers move:
    indices and masks.

    Refuses nothing: other producers stay as they were.
  }];
  let options = [Option<"indicesOnly", "indices-only", "bool", "false",
                        "leave chains of floating-point ops apart">];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::affine::AffineDialect"];
}

def ExpandAttentionPass : Pass<"togsim-expand-attention", "::mlir::ModuleOp"> {
  let summary = "No reshapes between the ops of an attention";
  let description = [{
    Where two contractions with a softmax between them would be an attention but
    for reshapes (batch and heads joined for a batched product, separated for a
    mask; heads of a group joined after a key's head was repeated for each), the
    loops of the ops are expanded until all have one iteration space. The
    reshapes move to the inputs and the result, where they are views, and
    repeated tensors are read through strides.

    Refuses nothing: products that would be no attention anyway keep their reshapes.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::affine::AffineDialect"];
}

def AlignRowsPass : Pass<"togsim-align-rows", "::mlir::ModuleOp"> {
  let summary = "Inputs do not break a kernel's rows into pieces";
  let description = [{
    A tile holds rows of at most two dimensions. An input of a product or reduction
    whose dimensions lie in another order than those of the result, as the windows of
    an image that a view was folded into, can leave only few rows to a tile. When they
    are fewer than the lanes, and an eighth of what would fit otherwise, the input is
    copied into the order of the loops. All readers in that order read the copy.
    Refuses nothing.
  }];
  let options = [Option<"lanes", "lanes", "int64_t", "128",
                        "lanes of the machine">];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def AlignAttentionPass : Pass<"togsim-align-attention", "::mlir::ModuleOp"> {
  let summary = "Masks do not break an attention's rows into pieces";
  let description = [{
    Where the query and the scores hold the query dimensions (or the keys) of an
    attention one behind the other, but another operand of the logits does not, as
    the regions of a shifted window that a view was folded into, that operand is
    copied into their order. The kernel can then tile those dimensions as one.
    Refuses nothing.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def AffineGathersPass : Pass<"togsim-affine-gathers", "::mlir::ModuleOp"> {
  let summary = "Indirect reads at affine coordinates become direct accesses";
  let description = [{
    A `tensor.extract` in a body whose indices depend on loops alone (a flip, a
    diagonal, a sliding window, the nearest neighbour of an integer factor) becomes
    an input with that indexing map, possibly with quotients and remainders. Index
    arithmetic is followed symbolically, with the ranges of the loops to decide
    comparisons; a function of one loop may also be any arithmetic that folds, whose
    values are then recognised. Reads that depend on data stay indirect.

    Refuses nothing.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def GraphCopyPass : Pass<"togsim-graph-copy", "::mlir::ModuleOp"> {
  let summary = "Copies what no cut of the loops makes affine";
  let description = [{
    An input is read through a materialised copy, a generic of its own, when

    * a quotient or remainder is of a sum of several loops, or its divisor does not
      divide the loop;
    * the digits that several inputs take of one loop form no divisibility chain:
      then the input with the fewest elements is copied, the first of equals;
    * the op is not elementwise and the access has negative factors or an offset.

    The copy iterates over the loops that the access depends on, joined to one loop
    where they occur in one quotient, so that `togsim-axis-split` can cut it. With a
    divisor that does not divide, it covers the next multiple and the reader takes a
    slice. What no cut makes affine (`(v + c) mod m`, two radices that one input takes of
    one loop) is copied by a gather that computes its coordinates. Refuses nothing.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def AxisSplitPass : Pass<"togsim-axis-split", "::mlir::ModuleOp"> {
  let summary = "Cuts loops into digits where accesses take quotients and remainders";
  let description = [{
    The places at which the inputs of a generic cut a loop (`v floordiv k`: k;
    `(v floordiv k) mod m`: k and k*m) are united. When they form a divisibility
    chain from 1 to the extent, the loop, parallel or reduction, becomes one loop per
    segment, the most significant outermost, and what remains of quotients and
    remainders folds by the ranges of the digits. Operands and results that the loop
    indexed are expanded and collapsed around the generic. An operation whose
    accesses are all linear already is left alone.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
}

def JoinTapsPass : Pass<"togsim-join-taps", "::mlir::ModuleOp"> {
  let summary = "Convolutions of few channels become matrix products";
  let description = [{
    A convolution sums over channels and taps of its window. Arrays sum over
    lanes; channels alone would fill few of them when there are less than 16. So
    the input is copied with dimensions for channels, taps and rows, in an order
    in which the summed ones are a single dimension (im2col). Depthwise
    convolutions stay: they run on the vector lanes.

    Refuses nothing: other convolutions stay as they were.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect"];
}

def MaterializeSubsetsPass
    : Pass<"togsim-materialize-subsets", "::mlir::ModuleOp"> {
  let summary = "Slices are read by generics, inserts write into fresh tensors";
  let description = [{
    After this pass each `tensor.extract_slice` is read by inputs of
    `linalg.generic` only. Each `tensor.insert_slice` is the only use of its
    source, an elementwise or contraction generic, and of its destination: a
    tensor that the graph computes, another insert, or an own `tensor.empty`. So
    a kernel can read the slice as a view and write the part in place. What was
    not of this form is copied.

    Refuses nothing: bounds that are not constants stay for `togsim-verify-affine`.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def VerifyAffinePass : Pass<"togsim-verify-affine", "::mlir::ModuleOp"> {
  let summary = "Check the affine-only contract of level G1";
  let description = [{
    Every function body holds constants, `tensor.empty`, reshapes, `linalg.fill`,
    `linalg.generic` whose results are written by projected permutations and whose
    inputs are read by sums of loop dimensions times constants, plus a constant
    (elementwise), or with positive factors, each loop once, and no constant
    (reductions and contractions), static slices and inserts, and a return.
    Each violation is an error that names the op and what it lacks.
  }];
}

def PartitionKernelsPass : Pass<"togsim-partition-kernels", "::mlir::ModuleOp"> {
  let summary = "Outline each group of fused generics as a kernel";
  let description = [{
    A contraction takes the elementwise consumer of its result (epilogue) and the
    elementwise producers of its inputs (prologues), each when nothing else uses
    the tensor in between. Epilogues are assigned before prologues: an activation
    between two contractions is computed where its input is produced. Reductions
    take their elementwise neighbours and each other as long as all fit one
    iteration space; such a kernel returns every value that is used outside. An
    insert_slice writes in the kernel of what it inserts. Every other generic is
    a kernel of its own.

    Inside a kernel, loops are ordered so that results are written with the
    identity map: parallel dimensions in result order, then reductions.

    `fusion` says which of these groups are made: `all`, `none`, or a list of
    `epilogue`, `prologue`, `reduction-epilogue`, `reduction` (elementwise
    neighbours of a reduction), `reduction-reduction` and `attention`.
  }];
  let options = [Option<"fusionKinds", "fusion", "std::string", "\"all\"",
                        "groups to make">];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::func::FuncDialect"];
}

def DedupeKernelsPass : Pass<"togsim-dedupe-kernels", "::mlir::ModuleOp"> {
  let summary = "Equal kernels become one function";
  let description = [{
    Kernels are equal when their bodies and types are, whatever their names and
    locations. The remaining kernels are renumbered in the order of their first
    call. What each call computes for the user stays on the call (`togsim.ops`).

    Refuses nothing: other kernels stay as they were.
  }];
}

def VerifyKernelsPass : Pass<"togsim-verify-kernels", "::mlir::ModuleOp"> {
  let summary = "Check the contract of level G2";
  let description = [{
    See tilewright/Graph/Graph.h. Operations that no kernel could take are
    reported here, each with its location and the reason.
  }];
}

#endif // TILEWRIGHT_GRAPH_PASSES
