//===- WorkKind.h - What kind of work a generic is --------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the classification of linalg.generic ops by which graph and code
// generation choose how they are computed.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_GRAPH_WORKKIND_H
#define TILEWRIGHT_GRAPH_WORKKIND_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace tilewright {

enum class WorkKind {
  Elementwise, ///< all loops parallel
  Contraction, ///< sum over products of two inputs, in at most 32 bits
  Reduction,   ///< any other generic with reduction loops
};
WorkKind classify(mlir::linalg::GenericOp generic);

} // namespace tilewright

#endif // TILEWRIGHT_GRAPH_WORKKIND_H
