//===- RowOps.h - Tensor ops along one axis ---------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the pieces that an op on long rows is rebuilt from: parts of rows, rows
// as several dimensions, elementwise ops. Whatever computes or moves data
// stands for the op it replaces (togsim.ops).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_ROWOPS_H
#define TILEWRIGHT_LIB_GRAPH_ROWOPS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tilewright {

class RowOps {
public:
  /// Builds before `source`, whose rows lie along `axis`.
  RowOps(mlir::Operation *source, int64_t axis)
      : builder(source->getLoc(), source), axis(axis), source(source) {}

  static mlir::RankedTensorType typeOf(mlir::Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType());
  }
  int64_t lengthOf(mlir::Value row) const {
    return typeOf(row).getDimSize(axis);
  }
  /// The shape of `value` with `extents` in place of the row's.
  llvm::SmallVector<int64_t> shapeWith(mlir::Value value,
                                       llvm::ArrayRef<int64_t> extents) const;

  mlir::Value empty(llvm::ArrayRef<int64_t> shape, mlir::Type element);
  /// Elements [from, from + size) along dimension `dim`; `drop`: one element,
  /// without the dimension.
  mlir::Value slice(mlir::Value tensor, int64_t dim, int64_t from, int64_t size,
                    bool drop = false);
  /// The row as dimensions of these extents, and back.
  mlir::Value split(mlir::Value tensor, llvm::ArrayRef<int64_t> extents);
  mlir::Value join(mlir::Value tensor, int64_t count);
  /// `part` written into `whole` from element `from` of the rows on.
  mlir::Value insert(mlir::Value part, mlir::Value whole, int64_t from);
  /// The rows of `first`, followed by those of `second`.
  mlir::Value concatenate(mlir::Value first, mlir::Value second);

  using Body = llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &,
                                              mlir::ValueRange)>;
  /// An input, and the dimension of the result that it does not have, or -1.
  struct Input {
    mlir::Value tensor;
    int64_t dropped = -1;
  };
  mlir::Value elementwise(llvm::ArrayRef<Input> inputs,
                          llvm::ArrayRef<int64_t> shape, mlir::Type element,
                          Body body);
  /// For each of `positions` in the rows, the element of `values` there.
  mlir::Value lookUp(mlir::Value values, mlir::Value positions);
  /// Lets the op that defines `value` stand for the source.
  mlir::Value mark(mlir::Value value);

  mlir::ImplicitLocOpBuilder builder;
  const int64_t axis;

private:
  mlir::Operation *source;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_ROWOPS_H
