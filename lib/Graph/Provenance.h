//===- Provenance.h - Which source ops an op came from ----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the attribute `togsim.ops` while the graph is rewritten: an array of
// "name|file:line:column#number" strings on every op that computes or moves a
// tensor. The number is the op's position in the source, which keeps two ops of
// one line apart and gives the order; it is dropped when a kernel is made.
// Rewrites go through applyGraphPatterns, whose listener hands the attribute of
// a replaced op to what replaced it and to what else a pattern makes; rewrites
// that erase an op without replacing it (fusion) merge explicitly.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_PROVENANCE_H
#define TILEWRIGHT_LIB_GRAPH_PROVENANCE_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"

namespace tilewright {

inline constexpr llvm::StringLiteral kSourceOpsAttr = "togsim.ops";
inline constexpr llvm::StringLiteral kKernelAttr = "togsim.kernel";
/// Per result of a kernel, the number of the argument whose memory it occupies,
/// or -1.
inline constexpr llvm::StringLiteral kInplaceAttr = "togsim.inplace";

/// Records every tensor op of the module as its own source. Ops that already
/// have a record keep it.
void recordSourceOps(mlir::ModuleOp module);

/// The record of `op`; an empty array when it has none.
mlir::ArrayAttr sourceOps(mlir::Operation *op);

/// A record of `op` itself, for one that moves nothing and so had none.
mlir::ArrayAttr ownSource(mlir::Operation *op);

/// Puts `first` before the record of `op`, each source once.
void prependSourceOps(mlir::Operation *op, mlir::ArrayAttr first);

/// `first` followed by what `second` adds to it.
mlir::ArrayAttr mergeSourceOps(mlir::ArrayAttr first, mlir::ArrayAttr second);

/// In source order and without the numbers, as kernels and calls carry it.
mlir::ArrayAttr publicSourceOps(mlir::ArrayAttr sources);

/// Applies `patterns` and every canonicalisation to a fixed point, keeping the
/// record. Signals failure when no fixed point is reached.
mlir::LogicalResult applyGraphPatterns(mlir::ModuleOp module,
                                       mlir::RewritePatternSet &&patterns);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_PROVENANCE_H
