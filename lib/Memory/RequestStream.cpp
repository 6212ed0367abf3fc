//===- RequestStream.cpp - The memory requests of one move ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Memory/RequestStream.h"
#include <algorithm>
#include <tuple>

using namespace tilewright;

uint64_t tilewright::validBytes(const DmaDescriptor &d) {
  uint64_t elements = 1;
  for (int k = 0; k < 4; ++k) {
    int64_t high = std::min(d.high[k], d.extent[k]);
    elements *= uint64_t(std::max<int64_t>(high - d.low[k], 0));
  }
  return elements * d.elementBytes;
}

RequestStream::RequestStream(const DmaDescriptor &move, unsigned requestBytes,
                             llvm::ArrayRef<int64_t> indices)
    : requestBytes(requestBytes) {
  if (validBytes(move) == 0)
    return;
  // The axes of an indirect move are those of its first row.
  DmaDescriptor d = move;
  if (move.isIndirect()) {
    forEachRow(move, indices, [&](const DmaDescriptor &row, int64_t) {
      uint64_t address = row.dramAddress;
      for (int k = 0; k < 4; ++k)
        if (move.hasIndexAlong(k))
          address += uint64_t(int64_t(row.low[k]) * row.dramStride[k]) *
                     row.elementBytes;
      rows.push_back(address);
    });
    if (rows.empty())
      return;
    for (int k = 0; k < 4; ++k)
      if (move.hasIndexAlong(k)) {
        d.low[k] = 0;
        d.high[k] = 1;
      }
    d.dramAddress = 0;
  }
  int64_t start = int64_t(d.dramAddress);
  std::vector<Axis> ascending; // by stride
  for (int k = 0; k < 4; ++k) {
    int64_t stride = int64_t(d.dramStride[k]) * d.elementBytes;
    int64_t count = std::min(d.high[k], d.extent[k]) - d.low[k];
    start += d.low[k] * stride;
    if (stride < 0) {
      start += (count - 1) * stride;
      stride = -stride;
    }
    if (stride != 0 && count > 1)
      ascending.push_back({uint64_t(count), uint64_t(stride), 0});
  }
  base = uint64_t(start);
  if (!rows.empty()) {
    more = newRow = true;
    base += rows[0];
  }
  std::sort(ascending.begin(), ascending.end(),
            [](const Axis &a, const Axis &b) {
              return std::tie(a.stride, a.count) < std::tie(b.stride, b.count);
            });

  runBytes = d.elementBytes;
  size_t merged = 0;
  while (merged < ascending.size() &&
         ascending[merged].stride < runBytes + requestBytes) {
    runBytes += (ascending[merged].count - 1) * ascending[merged].stride;
    ++merged;
  }
  bool interleaved = false;
  uint64_t inner = 0; // largest offset of the axes inside
  for (size_t k = merged; k < ascending.size(); ++k) {
    interleaved |= ascending[k].stride < inner;
    inner += (ascending[k].count - 1) * ascending[k].stride;
  }
  for (size_t k = ascending.size(); k > merged; --k)
    axes[numAxes++] = ascending[k - 1];
  more = true;
  if (!interleaved)
    return;

  std::vector<uint64_t> addresses{base};
  for (unsigned k = 0; k < numAxes; ++k) {
    size_t size = addresses.size();
    for (uint64_t i = 1; i < axes[k].count; ++i)
      for (size_t j = 0; j < size; ++j)
        addresses.push_back(addresses[j] + i * axes[k].stride);
  }
  if (!rows.empty()) // offsets from the row's base
    for (uint64_t &address : addresses)
      address -= base;
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()),
                  addresses.end());
  sorted = std::move(addresses);
}

/// Goes on to the next row, if there is one.
void RequestStream::restart() {
  if (more || ++rowIndex >= rows.size())
    return;
  base += rows[rowIndex] - rows[rowIndex - 1];
  sortedIndex = 0;
  more = newRow = true;
}

/// Sets up the blocks of the next run; false if there is none. Runs come in
/// ascending order of their addresses, so blocks at or before the last one of
/// an earlier run are done.
bool RequestStream::advance() {
  if (!more)
    return false;
  if (!sorted.empty()) {
    startRun(sorted[sortedIndex++] + (rows.empty() ? 0 : base));
    more = sortedIndex < sorted.size();
    restart();
    return true;
  }
  uint64_t address = base;
  for (unsigned k = 0; k < numAxes; ++k)
    address += axes[k].index * axes[k].stride;
  startRun(address);
  more = false;
  for (unsigned k = numAxes; k-- > 0 && !more;) {
    more = ++axes[k].index < axes[k].count;
    if (!more)
      axes[k].index = 0;
  }
  restart();
  return true;
}

void RequestStream::startRun(uint64_t address) {
  if (newRow) {
    // Of the row before, only its last block is still at hand.
    bool again = endBlock && address / requestBytes == endBlock - 1;
    nextBlock = address / requestBytes + again;
    newRow = false;
  }
  nextBlock = std::max(nextBlock, address / requestBytes);
  endBlock = std::max(nextBlock, (address + runBytes - 1) / requestBytes + 1);
}
