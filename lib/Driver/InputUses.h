//===- InputUses.h - What a program does with its inputs --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what random numbers have to know of a module of level G2: which inputs
// are weights of sums, arguments of roots and logarithms, or indices. An input
// is followed through views, copies, casts, constants added and look-ups.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_INPUTUSES_H
#define TILEWRIGHT_LIB_DRIVER_INPUTUSES_H

#include "mlir/IR/BuiltinOps.h"
#include "tilewright/Program/Program.h"

namespace tilewright {

/// One entry per argument of the host function.
std::vector<InputUse> findInputUses(mlir::ModuleOp module);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_INPUTUSES_H
