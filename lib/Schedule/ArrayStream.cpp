//===- ArrayStream.cpp - How rows pass through the arrays -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/ArrayStream.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace tilewright;

/// The largest divisor of `number` that divides `extent`.
static int64_t commonArrays(int64_t number, int64_t extent) {
  for (int64_t d = number; d > 1; --d)
    if (number % d == 0 && extent % d == 0)
      return d;
  return 1;
}

int64_t ArrayStream::together() const {
  return std::max<int64_t>(1, 16 / (columns * rows));
}

ArrayStream ArrayStream::of(int64_t blocksN, int64_t m, int64_t lineRows,
                            int64_t lagChunks, const MachineConfig &machine) {
  const int64_t vector = machine.vectorElements(4),
                arrays = machine.arrays.perCore;
  ArrayStream stream;
  stream.columns = commonArrays(arrays, blocksN);
  stream.rows =
      commonArrays(arrays / stream.columns, m / (lineRows ? lineRows : vector));
  stream.groupsN = blocksN / stream.columns;
  stream.chunks = m / vector / stream.rows;
  stream.lag = lagChunks;
  const int64_t held = (machine.arrays.inputQueueRows + 2 * machine.lanes +
                        machine.arrays.outputQueueRows) /
                       vector;
  auto fits = [&](int64_t lag) { return lag + stream.together() <= held; };
  // Multiples of the unrolling, and whole lines, keep both loops of a group
  // free of remainders. Lines so long that arrays cannot hold one are not told
  // apart.
  if (lineRows && fits(llvm::alignTo(lagChunks, lineRows / vector))) {
    stream.lineChunks = lineRows / vector;
    stream.lag = llvm::alignTo(lagChunks, stream.lineChunks);
  } else if (stream.chunks % 8 == 0) {
    stream.lag = llvm::alignTo(lagChunks, 8);
  }
  // Whole groups need one loop.
  if (int64_t whole = llvm::alignTo(stream.lag, stream.chunks); fits(whole))
    stream.lag = whole;
  return stream;
}
