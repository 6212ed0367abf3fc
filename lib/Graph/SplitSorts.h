//===- SplitSorts.h - Sorts of long rows ------------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_SPLITSORTS_H
#define TILEWRIGHT_LIB_GRAPH_SPLITSORTS_H

#include "tilewright/Dialect/TmTensor/TmTensor.h"

namespace tilewright {

/// Shorter chunks are not worth the exchanges between them.
inline constexpr int64_t kShortestSortedChunk = 256;

/// Replaces `topk` by sorts of chunks of its rows and exchanges between chunks,
/// so that every kernel fits `bankBytes` and chunks are spread over `lanes`.
/// Fails for what needs two words (i64 keys with positions); `topk` then stays.
mlir::LogicalResult splitSort(tm_tensor::TopkOp topk, int64_t bankBytes,
                              int64_t lanes);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_SPLITSORTS_H
