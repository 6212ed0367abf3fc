//===- Pooling.h - Reductions over windows of one tensor --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_GRAPH_POOLING_H
#define TILEWRIGHT_GRAPH_POOLING_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <optional>

namespace tilewright {

/// A reduction that combines elements of one tensor, as they are or widened,
/// over windows. Every axis of the tensor is read by a multiple of a parallel
/// loop (or none), plus a multiple of a reduction loop that no other axis has.
/// Such a tensor may be padded by a constant within the reach of the windows.
struct Pooling {
  mlir::OpOperand *input = nullptr;
  mlir::Operation *combiner = nullptr;
  bool isUnsigned = false; ///< integers are widened with zeros
};

/// Nothing for other reductions, and where no axis is a window.
std::optional<Pooling> matchPooling(mlir::linalg::GenericOp reduction);

/// How an axis that `expr` reads is walked: by a parallel and by a reduction
/// loop (-1: by none), times factors.
struct WindowTerms {
  int parallel = -1, reduced = -1;
  int64_t step = 0, dilation = 0;
};
/// Nothing when two loops of one kind walk the axis, or a factor is not
/// positive.
std::optional<WindowTerms>
windowTerms(mlir::AffineExpr expr,
            llvm::ArrayRef<mlir::utils::IteratorType> iterators);

} // namespace tilewright

#endif // TILEWRIGHT_GRAPH_POOLING_H
