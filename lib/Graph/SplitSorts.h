//===- SplitSorts.h - Sorts of long rows ------------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_SPLITSORTS_H
#define TILEWRIGHT_LIB_GRAPH_SPLITSORTS_H

#include "RowOps.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"

namespace tilewright {

/// Shorter chunks are not worth the exchanges between them.
inline constexpr int64_t kShortestSortedChunk = 256;

/// Replaces `topk` by sorts of chunks of its rows and exchanges between chunks,
/// so that every kernel fits `bankBytes` and chunks are spread over `lanes`.
/// An element must be one word.
void splitSort(tm_tensor::TopkOp topk, int64_t bankBytes, int64_t lanes);

/// The first `count` of `keys`, integers, along `axis` in this order.
tm_tensor::TopkOp sortIntegers(RowOps &rows, mlir::Value keys,
                               mlir::Type positionType, int64_t axis,
                               int64_t count, tm_tensor::KeyOrder order);

/// Whether elements are two words: keys of 64 bits, and positions are wanted.
bool needsTwoWords(tm_tensor::TopkOp topk);
/// Replaces `topk` (without indices of its own), whose keys have 64 bits, by
/// sorts with keys of 32 bits, which it returns.
llvm::SmallVector<tm_tensor::TopkOp> splitKey(tm_tensor::TopkOp topk);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_SPLITSORTS_H
