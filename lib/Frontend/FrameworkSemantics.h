//===- FrameworkSemantics.h - What frameworks mean by it --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns rewrites of lowered ops whose linalg form says less than the framework's
// op does. They are part of import, so the compiler and the reference of
// `--verify` agree:
//
//  * arg-reductions become a reduction of values and one of positions: the
//  first
//    position of the extreme value, or of the first NaN;
//  * sums and products of f16 and bf16 accumulate in f32 and round once;
//  * quotients of integers that take the way over floating point are integer
//    divisions.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_FRONTEND_FRAMEWORKSEMANTICS_H
#define TILEWRIGHT_LIB_FRONTEND_FRAMEWORKSEMANTICS_H

#include "mlir/IR/BuiltinOps.h"

namespace tilewright {

mlir::LogicalResult restoreFrameworkSemantics(mlir::ModuleOp module);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_FRONTEND_FRAMEWORKSEMANTICS_H
