//===- Attention.h - Attention in linalg ------------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the question whether a contraction ends a scaled dot product attention:
// a contraction (query times key), elementwise ops on its result (scale, mask,
// casts), a softmax, and the contraction with the values. Partition asks before
// it makes one kernel of them, the verifier and code generation ask again.
//
// What is matched is the value of every element, followed through bodies and
// maps, not a particular sequence of ops:
//
//   logit   = elementwise(query . key, masks, coordinates)
//   maximum = max over keys of logit
//   weight  = exp(factor * (logit - maximum))
//   sum     = sum over keys of weight
//   result  = sum over keys of (weight / sum) * value
//
// and, when `zeroMaskedRows`, weights of 0 for rows whose logits are all -inf.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_GRAPH_ATTENTION_H
#define TILEWRIGHT_GRAPH_ATTENTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace tilewright {

struct Attention {
  mlir::linalg::GenericOp scores; ///< contraction of query and key
  unsigned queryInput = 0;        ///< which of its inputs is the query
  /// Elementwise ops that make logits of scores, in the order of their use.
  llvm::SmallVector<mlir::linalg::GenericOp> logits;
  mlir::linalg::GenericOp maximum, weights, sum;
  double factor = 1; ///< positive
  bool zeroMaskedRows = false;
  mlir::linalg::GenericOp values; ///< contraction of weights and values
  unsigned valueInput = 1;        ///< which of its inputs is the values
  /// All ops, `values` included, in program order.
  llvm::SmallVector<mlir::linalg::GenericOp> members;

  /// One common iteration space; for each member, the dimension of each loop.
  llvm::SmallVector<int64_t> extents;
  llvm::MapVector<mlir::Operation *, llvm::SmallVector<unsigned>> dims;
  /// The dimensions by role: of queries alone, of keys and values, of the
  /// products' sums, of the result alone, and all others.
  llvm::SmallVector<unsigned> rows, keys, depth, width, batch;

  mlir::Value query() const { return scores->getOperand(queryInput); }
  mlir::Value key() const { return scores->getOperand(1 - queryInput); }
  mlir::Value value() const { return values->getOperand(valueInput); }
};

/// The attention that ends in `values`, if it is one and nothing else reads
/// what lies between the two contractions.
std::optional<Attention> matchAttention(mlir::linalg::GenericOp values);

/// As above, with reshapes between the ops, which are added to `reshapes`; the
/// members have no common iteration space then.
std::optional<Attention>
matchAttentionThroughReshapes(mlir::linalg::GenericOp values,
                              llvm::SetVector<mlir::Operation *> &reshapes);

} // namespace tilewright

#endif // TILEWRIGHT_GRAPH_ATTENTION_H
