//===- MaskedTiles.h - Tiles that a mask excludes ---------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what is known about masks that compare coordinates, as a causal mask or
// a sliding window does: linear conditions that hold wherever an elementwise op
// yields anything but -inf. A tile in which one holds nowhere needs no work.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_MASKEDTILES_H
#define TILEWRIGHT_LIB_CODEGEN_MASKEDTILES_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/SmallVector.h"

namespace tilewright::codegen {

/// sum over loops of factors[loop] * coordinate + constant >= 0.
struct CoordinateCondition {
  llvm::SmallVector<int64_t> factors; ///< one per loop of the op
  int64_t constant = 0;
};

/// Conditions each of which is necessary for `op` to yield more than -inf.
llvm::SmallVector<CoordinateCondition>
conditionsOfMask(mlir::linalg::GenericOp op);

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_MASKEDTILES_H
