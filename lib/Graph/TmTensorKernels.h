//===- TmTensorKernels.h - Kernels of scans and selections ------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the way of tm_tensor ops from G0 to G2: sorts become selections, inits
// that nobody reads become empty tensors, and each op is a kernel of its own.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_TMTENSORKERNELS_H
#define TILEWRIGHT_LIB_GRAPH_TMTENSORKERNELS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"

namespace tilewright {

/// Patterns of togsim-normalize: see its description.
void populateTmTensorPatterns(mlir::RewritePatternSet &patterns);

/// Whether `use` is the initial value of an exclusive scan.
bool startsScan(mlir::OpOperand &use);

/// An op that is a kernel of its own: a scan or a selection.
bool isTmTensorAnchor(mlir::Operation *op);
/// Why code cannot be generated for such an op; empty when it can.
std::string tmTensorProblem(mlir::Operation *op);

/// Outlines each such op of `function` as a kernel, numbered from `number` on.
mlir::LogicalResult outlineTmTensorOps(mlir::func::FuncOp function,
                                       unsigned &number);
/// The contract of a kernel that holds such an op.
mlir::LogicalResult verifyTmTensorKernel(mlir::func::FuncOp kernel);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_TMTENSORKERNELS_H
