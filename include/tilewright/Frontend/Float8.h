//===- Float8.h - Conversions of 8-bit floats -------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Neither the machine nor the host has f8E4M3FN and f8E5M2: they are storage.
// Owns what arith.extf and arith.truncf of them mean in integer and f32
// operations, on scalars and vectors.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_FRONTEND_FLOAT8_H
#define TILEWRIGHT_FRONTEND_FLOAT8_H

#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"

namespace tilewright {

void populateExpandFloat8Patterns(mlir::RewritePatternSet &patterns);
/// A pass with these patterns alone.
std::unique_ptr<mlir::Pass> createExpandFloat8Pass();

} // namespace tilewright

#endif // TILEWRIGHT_FRONTEND_FLOAT8_H
