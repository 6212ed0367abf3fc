//===- DmaDescriptor.h - One tile move, as every layer sees it --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the meaning of a DMA move: which tile element lies at which DRAM address
// and at which lane and bank offset. The compiler builds descriptors, the ISA
// packs them, the functional simulator performs them and the memory model times
// them; all use the functions here. Pure, no MLIR.
//
// The formula is the block-cyclic distribution of spec machine.md 3.3 with the
// split-axis coordinate computed explicitly (its BUG note), plus valid bounds
// and fill (3.5).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LAYOUT_DMADESCRIPTOR_H
#define TILEWRIGHT_LAYOUT_DMADESCRIPTOR_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <array>
#include <cstdint>
#include <string>

namespace tilewright {

/// The distribution of one tile axis over lanes: index i lies in lane
/// (i / stride) mod lanes, at index (i / (stride*lanes))*stride + i mod stride
/// of that lane's share.
struct LaneLayout {
  unsigned stride = 1; ///< consecutive indices given to one lane (V)
  unsigned lanes = 1;  ///< L

  unsigned laneOf(uint64_t i) const { return i / stride % lanes; }
  uint64_t slotOf(uint64_t i) const {
    return i / (uint64_t(stride) * lanes) * stride + i % stride;
  }
  uint64_t indexOf(unsigned lane, uint64_t slot) const {
    return slot / stride * stride * lanes + uint64_t(lane) * stride +
           slot % stride;
  }
  /// Extent of one lane's share of an axis of `extent` indices.
  uint64_t slotsFor(uint64_t extent) const {
    uint64_t round = uint64_t(stride) * lanes;
    return (extent + round - 1) / round * stride;
  }
};

/// A move of a tile of rank 4 (lower ranks are padded on the left with extent 1
/// and stride 0). Extents 1..65535. Strides in elements.
struct DmaDescriptor {
  enum Flags : uint8_t { Store = 1, Accumulate = 2, AccumulateFloat = 4 };

  std::array<uint16_t, 4> extent{1, 1, 1, 1};
  std::array<uint16_t, 4> low{0, 0, 0, 0};  ///< first valid coordinate
  std::array<uint16_t, 4> high{1, 1, 1, 1}; ///< end of the valid coordinates
  std::array<int32_t, 4> dramStride{0, 0, 0, 0};
  /// Strides inside one lane's bank, of the coordinates after distribution (the
  /// split axis counts slots).
  std::array<uint32_t, 4> bankStride{0, 0, 0, 0};
  uint16_t elementBytes = 4;
  uint8_t laneAxis = 3;
  uint16_t laneStride = 1;
  uint8_t flags = 0;
  uint8_t tag = 0;
  uint64_t fill = 0;        ///< bit pattern of invalid elements on load
  uint64_t dramAddress = 0; ///< byte address of coordinate (0,0,0,0)
  uint64_t spadAddress = 0; ///< byte address in lane 0's bank (window based)

  bool isStore() const { return flags & Store; }
  bool operator==(const DmaDescriptor &) const = default;
  /// One line: `load 1x1x128x512xb4 axis 3/1 dram 0x.. stride [..] ...`.
  std::string str() const;
};

/// A contiguous run of valid elements in DRAM.
struct DramRun {
  uint64_t address; ///< bytes
  uint64_t bytes;
};

/// Calls `visit` for every maximal run of DRAM-contiguous valid elements along
/// the innermost contiguous axis, in row-major coordinate order. Runs may
/// repeat or overlap (broadcast strides of 0).
void forEachDramRun(const DmaDescriptor &d,
                    llvm::function_ref<void(DramRun)> visit);

/// Highest bank offset in bytes (exclusive, relative to spadAddress) the move
/// touches in any lane.
uint64_t bankFootprintBytes(const DmaDescriptor &d, unsigned lanes);

} // namespace tilewright

#endif // TILEWRIGHT_LAYOUT_DMADESCRIPTOR_H
