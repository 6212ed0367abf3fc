//===- DmaDescriptor.cpp - One tile move, as every layer sees it ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Layout/DmaDescriptor.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tilewright;

static const char *combineName(Combine combine) {
  static constexpr const char *names[] = {"add", "mul", "min", "max"};
  return names[unsigned(combine)];
}

std::string DmaDescriptor::str() const {
  auto list = [](const auto &v) {
    return llvm::formatv("[{0},{1},{2},{3}]", v[0], v[1], v[2], v[3]).str();
  };
  std::string text =
      llvm::formatv("{0} {1}x{2}x{3}x{4} b{5} axis {6}/{7} valid ",
                    isStore() ? "store" : "load", extent[0], extent[1],
                    extent[2], extent[3], elementBytes, unsigned(laneAxis),
                    laneStride)
          .str();
  if (low != std::array<uint16_t, 4>{0, 0, 0, 0})
    text += list(low) + " to ";
  text += list(high);
  text += llvm::formatv(" dram {0:x} {1} spad {2:x} tag {3}", dramAddress,
                        list(dramStride), spadAddress, unsigned(tag))
              .str();
  if (isIndirect())
    text += llvm::formatv(" index b{0} {1} at {2:x} stride {3} below {4}",
                          unsigned(index.bytes), list(index.bankStride),
                          index.address, index.stride, index.bound)
                .str();
  if (flags & Accumulate)
    text += std::string(" accumulate ") + combineName(combine()) +
            (!(flags & AccumulateFloat) ? " int"
             : flags & AccumulateBfloat ? " bfloat"
                                        : " float");
  return text;
}

CoordinateRange tilewright::validRange(const DmaDescriptor &d, int k) {
  return {d.low[k], std::min(d.high[k], d.extent[k])};
}

DmaDescriptor tilewright::indexMove(const DmaDescriptor &d) {
  DmaDescriptor m = d;
  m.flags = DmaDescriptor::Store; // it is read
  m.index = IndexTile();
  m.elementBytes = d.index.bytes;
  m.spadAddress = d.index.address;
  m.bankStride = d.index.bankStride;
  m.dramStride = {0, 0, 0, 0};
  m.dramAddress = 0;
  for (int k = 0; k < 4; ++k) {
    if (d.hasIndexAlong(k))
      continue;
    bool any = validRange(d, k).size() > 0;
    m.extent[k] = 1;
    m.low[k] = 0;
    m.high[k] = any;
  }
  return m;
}

void tilewright::forEachRow(
    const DmaDescriptor &d, llvm::ArrayRef<int64_t> indices,
    llvm::function_ref<void(const DmaDescriptor &, int64_t)> visit) {
  std::array<int64_t, 4> begin, end;
  size_t rows = 1;
  for (int k = 0; k < 4; ++k) {
    CoordinateRange range = validRange(d, k);
    if (range.size() <= 0)
      return;
    begin[k] = range.begin;
    end[k] = range.end;
    if (!d.hasIndexAlong(k))
      end[k] = begin[k] + 1;
    rows *= size_t(end[k] - begin[k]);
  }
  DmaDescriptor row = d;
  row.flags &= uint8_t(~DmaDescriptor::Indirect);
  row.index = IndexTile();
  std::array<int64_t, 4> c = begin;
  for (size_t n = 0; n < std::min(rows, indices.size()); ++n) {
    for (int k = 0; k < 4; ++k)
      if (d.hasIndexAlong(k)) {
        row.low[k] = uint16_t(c[k]);
        row.high[k] = uint16_t(c[k] + 1);
      }
    row.dramAddress =
        d.dramAddress + uint64_t(indices[n] * d.index.stride * d.elementBytes);
    visit(row, indices[n]);
    for (int k = 3; k >= 0; --k) {
      if (++c[k] < end[k])
        break;
      c[k] = begin[k];
    }
  }
}

void tilewright::forEachDramRun(const DmaDescriptor &d,
                                llvm::function_ref<void(DramRun)> visit) {
  std::array<int64_t, 4> lo, hi;
  for (int k = 0; k < 4; ++k) {
    lo[k] = d.low[k];
    hi[k] = std::min(d.high[k], d.extent[k]);
    if (lo[k] >= hi[k])
      return;
    // A broadcast axis reads the same addresses again and again.
    if (d.dramStride[k] == 0)
      hi[k] = lo[k] + 1;
  }
  // The run axis is the one with DRAM stride 1; further axes extend the run
  // while they are dense on top of it.
  std::array<bool, 4> inRun{};
  int64_t length = 1;
  for (bool grown = true; grown;) {
    grown = false;
    for (int k = 3; k >= 0; --k)
      if (!inRun[k] && hi[k] - lo[k] > 1 && d.dramStride[k] == length) {
        inRun[k] = true;
        length *= hi[k] - lo[k];
        grown = true;
      }
  }
  int64_t base = 0;
  for (int k = 0; k < 4; ++k) {
    base += lo[k] * d.dramStride[k];
    if (inRun[k])
      hi[k] = lo[k] + 1;
  }
  const int64_t es = d.elementBytes;
  for (int64_t a = 0; a < hi[0] - lo[0]; ++a)
    for (int64_t b = 0; b < hi[1] - lo[1]; ++b)
      for (int64_t c = 0; c < hi[2] - lo[2]; ++c)
        for (int64_t e = 0; e < hi[3] - lo[3]; ++e) {
          int64_t offset = base + a * d.dramStride[0] + b * d.dramStride[1] +
                           c * d.dramStride[2] + e * d.dramStride[3];
          visit({d.dramAddress + offset * es, uint64_t(length * es)});
        }
}

uint64_t tilewright::bankFootprintBytes(const DmaDescriptor &d,
                                        unsigned lanes) {
  LaneLayout layout{d.laneStride, lanes};
  uint64_t last = 0;
  for (int k = 0; k < 4; ++k) {
    uint64_t slots =
        k == d.laneAxis ? layout.slotsFor(d.extent[k]) : d.extent[k];
    last += (slots - 1) * d.bankStride[k];
  }
  return (last + 1) * d.elementBytes;
}
