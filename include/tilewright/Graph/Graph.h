//===- Graph.h - From a linalg module to kernels ----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns levels G0 to G2: view folding, fusion, partition into kernels. Passes
// (declared in Graph/Passes.td, prefix togsim-) and the pipeline that runs them.
//
// Contract of G2, version 2, checked by togsim-verify-kernels:
//
// Host
//  * exactly one public function, whose body holds only arith.constant tensors,
//    tensor.expand_shape / collapse_shape (views of contiguous data), func.call
//    of kernels, tensor.empty as memory that kernels fill in place, and return;
//  * a tensor that a call overwrites (togsim.inplace, below) is a kernel's result
//    or a tensor.empty and has no other use, views included;
//  * equal kernels are one function.
//
// Kernels
//  * private functions with the unit attribute `togsim.kernel` and the array
//    attribute `togsim.ops` (strings "name|location" of the source ops that were
//    fused into it); arguments and results are static ranked tensors;
//  * arguments in the order of their first use (inputs of the members in program
//    order, then what a member's body gathers from), the destination of an
//    insert last;
//  * a body holds scalar arith.constant, tensor.empty, linalg.fill of a constant,
//    linalg.generic, and
//      - tensor.extract_slice of an argument with constant offsets, sizes and
//        strides >= 1, rank-reducing or not, read by inputs of generics only;
//      - tensor.pad of an argument by a constant, fixed amounts, read by
//        contractions (zeros) and poolings (Pooling.h) along window axes only
//        (one parallel plus one reduction dimension), which reach over the
//        padding;
//      - at the end, at most one tensor.insert_slice with constant bounds: of an
//        elementwise or contraction result with no other use, into the last
//        argument. The kernel returns it alone, and `togsim.inplace = [n]` (i64,
//        per result the number of an argument, or -1) says that the result
//        occupies that argument's memory. Elements outside the slice keep their
//        values;
//  * no loop has extent 1 when the frontend's shapes allow to drop it; results
//    are written by projected permutations, in loop order with reduction loops
//    innermost; permutations are in the maps of what is read (only a contraction
//    onto an argument may write permuted through its epilogue);
//  * inputs of elementwise generics are read by strided maps: each result is a
//    constant plus loop dimensions times constants, negative ones included (a
//    flip is 7 - d0); in memory that is one offset and a stride per loop. Inputs
//    of reductions are read by projected permutations; inputs of contractions and
//    of windowed reductions also by linear maps: each result is a sum of loop
//    dimensions times positive constants (d2 * stride + d4 * dilation), no
//    dimension occurs twice in a map;
//  * bodies of generics hold arith and math ops and linalg.index.
//
// A kernel is one of
//  elementwise  one all-parallel generic. Its body may hold tensor.extracts from
//               arguments (gathers: the indices come from index_casts of its
//               inputs, from linalg.index, arithmetic and other gathers);
//  contraction  sum over products of two inputs, floating or integer, inputs
//               possibly extended (convolutions and depthwise convolutions have
//               this form), with elementwise producers of its inputs (prologues)
//               and at most one elementwise consumer whose domain is the
//               contraction's result with the identity map (epilogue). It
//               accumulates onto a linalg.fill or onto an argument. Onto a fill
//               and without extended inputs, one reduction (as below) may
//               follow, along all dimensions that only one of the inputs has
//               (all rows, or all columns); it alone is returned;
//  attention    what matchAttention() finds (Attention.h): two contractions and
//               between them elementwise ops and a softmax along the dimension
//               that the second one sums over. Prologues of query, key and
//               values, one epilogue of the result, as for a contraction. The
//               contractions start from zero and read by projected
//               permutations. Nothing in between is returned;
//  reduction    a DAG of generics for which unifyIterationSpace() succeeds, at
//               least one reducing, none a contraction. Each spans the parallel
//               dimensions or all dimensions of the space; all reduce along the
//               same. A reduction has one result, starts from a linalg.fill of a
//               constant, and its body ends in one combiner (addf, mulf,
//               maximumf, minimumf, maxnumf, minnumf, addi, muli, maxsi, minsi,
//               maxui, minui, andi, ori, xori) of the accumulator and a function
//               of the inputs. Any subset of the values is returned, in program
//               order. A reduction with a linear map (pooling) is the only one of
//               its kernel, and the other generics read its result; it also has a
//               tensor.empty input that gives the extents of the window and that
//               the body does not read.
//  scan         one tm_tensor.scan of an argument: one operation with a neutral
//               element, started from a constant when it is exclusive; either
//               or both results are returned
//  sort, topk   one tm_tensor.topk of an argument (and perhaps of the positions
//               of its elements, which then break ties); either or both results
//               are returned
//
// Scans and selections are alone in their kernels; their destinations are
// tensor.empty, or the fill an exclusive scan starts from.
//
//  scatter      one tm_tensor.scatter of arguments onto the last argument, whose
//               memory the result occupies (togsim.inplace). Windows have extent
//               1 along the dimensions that are looked up; it overwrites or
//               combines by one sum, product, maximum or minimum.
//
// Before G1, f64 inside the model becomes f32 (togsim-demote-doubles): it never
// is an argument or a result.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_GRAPH_GRAPH_H
#define TILEWRIGHT_GRAPH_GRAPH_H

#include "mlir/IR/BuiltinOps.h"
#include "tilewright/Graph/Fusion.h"
#include <cstdint>
#include <string>

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace tilewright {

/// What the graph layer has to know of the machine, and what users may choose.
struct GraphOptions {
  /// Bytes of a lane's bank that a kernel's tiles may use.
  int64_t bankBytes = 65536;
  int64_t lanes = 128;
  Fusion fusion;
};

/// G0 -> G1: canonical linalg.generic form, views and broadcasts folded into
/// indexing maps, elementwise chains fused.
void buildAffineGraphPipeline(mlir::OpPassManager &pm,
                              const GraphOptions &options = {});
/// G1 -> G2: one function per kernel, a host function of calls.
void buildPartitionPipeline(mlir::OpPassManager &pm, const Fusion &fusion = {});
/// Removes the record of accesses (`togsim.accesses`: what became strides, what a
/// copy) from a module and gives it as a JSON array.
std::string takeAccessLedger(mlir::ModuleOp module);
/// Registers the passes of this layer with the global registry (tilewright-opt).
void registerGraphPasses();

} // namespace tilewright

#endif // TILEWRIGHT_GRAPH_GRAPH_H
