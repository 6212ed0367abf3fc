//===- Coordinates.h - What a body computes from coordinates ----*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the questions a generator asks about index values in the body of an
// elementwise op: is it an affine function of the loops, and which loops does
// it depend on at all.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_COORDINATES_H
#define TILEWRIGHT_LIB_CODEGEN_COORDINATES_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallBitVector.h"
#include <optional>

namespace tilewright::codegen {

/// constant + sum over the loops of coefficient * index.
struct LinearCoordinate {
  int64_t constant = 0;
  llvm::SmallVector<int64_t> coefficients; ///< one per loop
};

/// The value as an affine function of the loops of `op`, if it is one that
/// additions, multiplications with constants and casts show.
std::optional<LinearCoordinate> linearCoordinate(mlir::linalg::GenericOp op,
                                                 mlir::Value value);

/// Which loops values of the body of one op depend on: through the maps of the
/// inputs, linalg.index, and what the body reads indirectly.
class LoopDependence {
public:
  explicit LoopDependence(mlir::linalg::GenericOp op) : op(op) {}
  const llvm::SmallBitVector &of(mlir::Value value);

private:
  mlir::linalg::GenericOp op;
  llvm::DenseMap<mlir::Value, llvm::SmallBitVector> known;
};

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_COORDINATES_H
