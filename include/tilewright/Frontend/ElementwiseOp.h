//===- ElementwiseOp.h - One way to make elementwise ops --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the form of the elementwise ops that passes make on tensors: a
// linalg.generic with parallel loops alone, which writes a fresh tensor in the
// order of its loops.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_FRONTEND_ELEMENTWISEOP_H
#define TILEWRIGHT_FRONTEND_ELEMENTWISEOP_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace tilewright {

/// Computes an element of the result from one element of each input.
using ElementwiseBody = llvm::function_ref<mlir::Value(
    mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// An op over `shape` that gives a tensor of `element`. `maps` say how each
/// input is read; without them, element by element.
mlir::linalg::GenericOp
createElementwise(mlir::OpBuilder &builder, mlir::Location loc,
                  mlir::ValueRange inputs, llvm::ArrayRef<int64_t> shape,
                  mlir::Type element, ElementwiseBody body,
                  llvm::ArrayRef<mlir::AffineMap> maps = {});

/// A fresh tensor of `shape` with the elements of `source` at `map`.
mlir::linalg::GenericOp createCopy(mlir::OpBuilder &builder, mlir::Location loc,
                                   mlir::Value source,
                                   llvm::ArrayRef<int64_t> shape,
                                   mlir::AffineMap map);

} // namespace tilewright

#endif // TILEWRIGHT_FRONTEND_ELEMENTWISEOP_H
