//===- BodyInliner.h - Bodies of tensor ops inside others -------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns how the body of an elementwise op continues another body: its inputs are
// values at hand, perhaps of another type (sums are f32 whatever the model's
// type), and its coordinates are whatever the caller computes them from.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_BODYINLINER_H
#define TILEWRIGHT_LIB_CODEGEN_BODYINLINER_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"

namespace tilewright::codegen {

/// A value as another type of the same kind: floats of other widths, and i1
/// tensors, which are stored as bytes.
mlir::Value convertTo(mlir::OpBuilder &b, mlir::Location loc, mlir::Value value,
                      mlir::Type type);

/// Clones what a body computes.
class BodyInliner {
public:
  BodyInliner(mlir::OpBuilder &b, mlir::Location loc,
              mlir::linalg::GenericOp op);
  /// What the body yields when its inputs are `arguments`.
  mlir::Value run(mlir::ValueRange arguments,
                  llvm::function_ref<mlir::Value(unsigned loop)> coordinate);

private:
  mlir::Type typeFor(mlir::Type type) {
    return narrow && type.isInteger(64) ? b.getI32Type() : type;
  }
  mlir::Value lookup(mlir::Value value);
  mlir::Value constantFor(mlir::Value value);

  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::linalg::GenericOp op;
  bool narrow; ///< i64 values are computed in 32 bits
  mlir::IRMapping mapping;
};

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_BODYINLINER_H
