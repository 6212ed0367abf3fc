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
// Contract of G2, checked by togsim-verify-kernels:
//  * exactly one public function, whose body holds only arith.constant tensors,
//    tensor.expand_shape / collapse_shape (views of contiguous data), func.call
//    of kernels, and return;
//  * kernels are private functions with the unit attribute `togsim.kernel` and
//    the array attribute `togsim.ops` (strings "name|location" of the source ops
//    that were fused into it); arguments and results are static ranked tensors;
//  * a kernel body holds arith.constant, tensor.empty, linalg.fill of a constant
//    and linalg.generic ops only, all indexing maps projected permutations;
//    either one all-parallel generic (elementwise kernel), or one contraction
//    (body mul+add or the integer form, extensions of its inputs allowed) with
//    elementwise producers of its inputs (prologue) and at most one elementwise
//    consumer whose domain is the contraction's result with the identity map
//    (epilogue);
//  * a contraction accumulates onto a linalg.fill or onto a kernel argument;
//    generic bodies hold arith, math and linalg.index ops;
//  * results are written with the identity map and reduction loops are innermost;
//    permutations are in the maps of what is read (only a contraction onto an
//    argument may write permuted through its epilogue);
//  * equal kernels are one function.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_GRAPH_GRAPH_H
#define TILEWRIGHT_GRAPH_GRAPH_H

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace tilewright {

/// G0 -> G1: canonical linalg.generic form, views and broadcasts folded into
/// indexing maps, elementwise chains fused.
void buildAffineGraphPipeline(mlir::OpPassManager &pm);
/// G1 -> G2: one function per kernel, a host function of calls.
void buildPartitionPipeline(mlir::OpPassManager &pm);
/// Registers the passes of this layer with the global registry (tilewright-opt).
void registerGraphPasses();

} // namespace tilewright

#endif // TILEWRIGHT_GRAPH_GRAPH_H
