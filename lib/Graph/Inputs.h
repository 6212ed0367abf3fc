//===- Inputs.h - The list of inputs of a generic ---------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the removal of inputs: operand, map and block argument together.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_INPUTS_H
#define TILEWRIGHT_LIB_GRAPH_INPUTS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace tilewright {

/// `generic` without input `number`, whose block argument becomes `value`; null
/// when it has no use.
void dropInput(mlir::PatternRewriter &rewriter, mlir::linalg::GenericOp generic,
               unsigned number, mlir::Value value);

/// Elementwise generics lose the inputs that their bodies do not look at.
void populateUnusedInputPatterns(mlir::RewritePatternSet &patterns);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_INPUTS_H
