//===- DmaDescriptor.cpp - One tile move, as every layer sees it ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Layout/DmaDescriptor.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tilewright;

std::string DmaDescriptor::str() const {
  return llvm::formatv(
             "{0} {1}x{2}x{3}x{4} b{5} axis {6}/{7} valid [{8},{9},{10},{11}] "
             "dram {12:x} [{13},{14},{15},{16}] spad {17:x} tag {18}",
             isStore() ? "store" : "load", extent[0], extent[1], extent[2],
             extent[3], elementBytes, unsigned(laneAxis), laneStride, high[0],
             high[1], high[2], high[3], dramAddress, dramStride[0],
             dramStride[1], dramStride[2], dramStride[3], spadAddress,
             unsigned(tag))
      .str();
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
