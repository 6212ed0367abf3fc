//===- Reduction.h - Reductions and groups of them --------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns which reductions and which groups of reductions and elementwise ops a
// kernel may hold. Partition asks, the verifier prints the answer.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_REDUCTION_H
#define TILEWRIGHT_LIB_GRAPH_REDUCTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <string>

namespace tilewright {

/// The op that combines the accumulator with a function of the inputs: one of
/// the supported combiners. Null when the body has another form.
mlir::Operation *reductionCombiner(mlir::linalg::GenericOp reduction);

/// Why no kernel can execute `reduction`; empty when one can.
std::string reductionProblem(mlir::linalg::GenericOp reduction);

/// Why `members` (in program order, at least one a reduction) cannot be one
/// reduction kernel; empty when they can.
std::string
reductionGroupProblem(llvm::ArrayRef<mlir::linalg::GenericOp> members);

/// "softmax" or "reduction".
llvm::StringRef
describeReduction(llvm::ArrayRef<mlir::linalg::GenericOp> members);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_REDUCTION_H
