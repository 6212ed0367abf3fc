//===- RequestStream.h - The memory requests of one move --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the enumeration of a descriptor's requests: the aligned blocks of
// requestBytes that hold valid elements, each once, ascending (spec machine.md
// 6.2). The blocks come one at a time from the descriptor's strides: axes are
// made ascending and merged into a run while no whole block lies in the gaps.
// Only tiles whose axes interleave in DRAM are expanded and sorted.
//
// An indirect move is one such enumeration per row (DmaDescriptor.h), in the
// order of the indices: rows are not sorted, and a block that two rows share is
// requested again unless it is the last one of the row before.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MEMORY_REQUESTSTREAM_H
#define TILEWRIGHT_MEMORY_REQUESTSTREAM_H

#include "tilewright/Layout/DmaDescriptor.h"
#include <vector>

namespace tilewright {

class RequestStream {
public:
  RequestStream() = default; ///< empty
  /// `indices` are those of an indirect move, see forEachRow.
  RequestStream(const DmaDescriptor &move, unsigned requestBytes,
                llvm::ArrayRef<int64_t> indices = {});

  /// Whether a block is left.
  bool hasNext() {
    while (nextBlock >= endBlock)
      if (!advance())
        return false;
    return true;
  }
  /// The next block (address / requestBytes), after hasNext().
  uint64_t next() { return nextBlock++; }

private:
  struct Axis {
    uint64_t count, stride, index; ///< stride in bytes
  };
  bool advance();
  void startRun(uint64_t address);
  void restart();

  uint64_t nextBlock = 0, endBlock = 0;
  unsigned requestBytes = 1;
  uint64_t base = 0, runBytes = 0;
  Axis axes[4];          ///< outermost first
  unsigned numAxes = 0;
  bool more = false;     ///< runs are left
  std::vector<uint64_t> sorted; ///< run addresses, when axes interleave
  size_t sortedIndex = 0;
  std::vector<uint64_t> rows; ///< byte offsets of an indirect move's rows
  size_t rowIndex = 0;
  bool newRow = false; ///< the next run begins a row
};

/// Bytes of the valid elements of a move, broadcast elements counted again.
uint64_t validBytes(const DmaDescriptor &move);

} // namespace tilewright

#endif // TILEWRIGHT_MEMORY_REQUESTSTREAM_H
