//===- IterationSpace.h - One loop space for several generics ---*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the question whether several linalg.generic ops iterate over one common
// space, as a softmax or a normalization does: each op's loops are matched with
// common dimensions through the tensors they share. Partition asks before it
// fuses, code generation uses the answer.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_GRAPH_ITERATIONSPACE_H
#define TILEWRIGHT_GRAPH_ITERATIONSPACE_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace tilewright {

struct IterationSpace {
  llvm::SmallVector<int64_t> extents; ///< of the common dimensions
  llvm::SmallVector<bool> reduced;    ///< some op reduces along the dimension
  /// For each op, the common dimension of each of its loops. Loops of extent 1
  /// that match nothing are left out (-1).
  llvm::MapVector<mlir::Operation *, llvm::SmallVector<int>> dims;
};

/// Matches the loops of `ops` (in program order). Nothing when they conflict:
/// two loops of one op on one dimension, different extents, a dimension that
/// the largest op does not have, or ops that reduce along different dimensions.
std::optional<IterationSpace>
unifyIterationSpace(llvm::ArrayRef<mlir::linalg::GenericOp> ops);

} // namespace tilewright

#endif // TILEWRIGHT_GRAPH_ITERATIONSPACE_H
