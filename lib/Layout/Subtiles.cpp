//===- Subtiles.cpp - A tile as a grid of smaller moves -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Layout/Subtiles.h"

using namespace tilewright;

int64_t SubtileGrid::slots() const {
  int64_t total = 1;
  for (unsigned d = 0; d < tile.size(); ++d)
    total *= count(d);
  return total;
}

int64_t SubtileGrid::slot(llvm::ArrayRef<int64_t> c) const {
  int64_t number = 0;
  for (unsigned d = 0; d < tile.size(); ++d)
    number = number * count(d) + c[d];
  return number;
}

int64_t SubtileGrid::dramOffset(llvm::ArrayRef<int64_t> c,
                                llvm::ArrayRef<int64_t> dramStrides) const {
  int64_t offset = 0;
  for (unsigned d = 0; d < tile.size(); ++d)
    offset += begin(c, d) * dramStrides[d];
  return offset;
}

int64_t SubtileGrid::bankOffset(llvm::ArrayRef<int64_t> c,
                                llvm::ArrayRef<int64_t> bankStrides,
                                unsigned laneAxis,
                                const LaneLayout &lanes) const {
  int64_t offset = 0;
  for (unsigned d = 0; d < tile.size(); ++d) {
    const int64_t first = begin(c, d);
    offset +=
        (d == laneAxis ? int64_t(lanes.slotOf(first)) : first) * bankStrides[d];
  }
  return offset;
}

std::optional<int64_t> SubtileGrid::brokenRound(unsigned laneAxis,
                                                const LaneLayout &lanes) const {
  const int64_t extent = subtile[laneAxis],
                round = int64_t(lanes.stride) * lanes.lanes;
  if (extent == tile[laneAxis] || extent % round == 0)
    return std::nullopt;
  return extent;
}
