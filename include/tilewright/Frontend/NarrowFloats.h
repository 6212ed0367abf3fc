//===- NarrowFloats.h - Rounding of 16-bit floats ---------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns where 16-bit floats are rounded when f32 stands in for them: after every
// op, as the types say and as PyTorch does. Upstream's emulation marks its
// conversions `contract`, so that a pair of them in the middle of an expression
// folds; then x * 20 in bf16 has digits that decide what it is as an integer.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_FRONTEND_NARROWFLOATS_H
#define TILEWRIGHT_FRONTEND_NARROWFLOATS_H

#include "mlir/Pass/Pass.h"

namespace tilewright {

/// Removes the permission to fold pairs of conversions inside `op`.
void keepRoundings(mlir::Operation *op);
std::unique_ptr<mlir::Pass> createKeepRoundingsPass();

} // namespace tilewright

#endif // TILEWRIGHT_FRONTEND_NARROWFLOATS_H
