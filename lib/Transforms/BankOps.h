//===- BankOps.h - Vector forms of our own tile ops -------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The parts of togsim-vectorize-banks that are not linalg ops.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_TRANSFORMS_BANKOPS_H
#define TILEWRIGHT_LIB_TRANSFORMS_BANKOPS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilewright/Machine/MachineConfig.h"

/// Replaces every togsim.scan of `kernel` by loops over vectors.
mlir::LogicalResult vectorizeScans(mlir::func::FuncOp kernel,
                                   const tilewright::MachineConfig &machine);
/// Replaces every togsim.sort_rows of `kernel` by a network on vectors.
mlir::LogicalResult vectorizeSorts(mlir::func::FuncOp kernel,
                                   const tilewright::MachineConfig &machine);

#endif // TILEWRIGHT_LIB_TRANSFORMS_BANKOPS_H
