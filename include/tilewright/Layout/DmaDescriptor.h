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

#include "llvm/ADT/ArrayRef.h"
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

/// How an accumulating store combines device memory with the tile.
enum class Combine : uint8_t { Add, Multiply, Minimum, Maximum };

/// The index tile of an indirect move: coordinate c of the move lies
/// index(c) * stride elements behind its regular place, index(c) being the
/// signed element at sum over k of c[k] * bankStride[k] (the lane axis by slot)
/// of the tile's part in the lane that holds the data element.
struct IndexTile {
  uint8_t bytes = 0;                          ///< of an index: 4 or 8
  std::array<uint32_t, 4> bankStride{0, 0, 0, 0}; ///< elements of the tile
  int64_t stride = 0;                         ///< device elements per index
  uint64_t bound = 0;                         ///< indices lie in [0, bound)
  uint64_t address = 0;                       ///< as DmaDescriptor::spadAddress
  bool operator==(const IndexTile &) const = default;
};

/// A move of a tile of rank 4 (lower ranks are padded on the left with extent 1
/// and stride 0). Extents 1..65535. Strides in elements.
struct DmaDescriptor {
  enum Flags : uint8_t {
    Store = 1,
    Accumulate = 2,       ///< stores: combine with what device memory holds
    AccumulateFloat = 4,  ///< elements are floating point, else signed integers
    AccumulateBfloat = 8, ///< 2-byte floats are bf16, not f16
    Indirect = 16,        ///< `index` applies
    CombineShift = 5,     ///< position of the Combine, two bits
  };

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
  IndexTile index;          ///< all zero unless Indirect

  bool isStore() const { return flags & Store; }
  bool isIndirect() const { return flags & Indirect; }
  Combine combine() const { return Combine(flags >> CombineShift & 3); }
  static uint8_t combineFlags(Combine combine) {
    return uint8_t(uint8_t(combine) << CombineShift);
  }
  /// Whether the index may differ between coordinates of axis `k`.
  bool hasIndexAlong(int k) const {
    return isIndirect() && (index.bankStride[k] || k == laneAxis);
  }
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
/// repeat or overlap (broadcast strides of 0). Of regular moves only.
void forEachDramRun(const DmaDescriptor &d,
                    llvm::function_ref<void(DramRun)> visit);

/// Coordinates [begin, end) of one axis; none when begin >= end.
struct CoordinateRange {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
};

/// The valid coordinates of axis `k`.
CoordinateRange validRange(const DmaDescriptor &d, int k);

/// An indirect move reads its index tile once per valid coordinate of the axes
/// with hasIndexAlong, in row-major order of these coordinates; the other axes
/// of such a *row* share the index. This is the move of the index tile: its
/// valid coordinates are the rows, its bank addresses those of the indices
/// (its device side means nothing).
DmaDescriptor indexMove(const DmaDescriptor &d);

/// Calls `visit(row, index)` for every row of an indirect move in order. `row`
/// is an ordinary move of one row: valid on it only, at its device address.
/// `indices` are the indices in the same order.
void forEachRow(const DmaDescriptor &d, llvm::ArrayRef<int64_t> indices,
                llvm::function_ref<void(const DmaDescriptor &, int64_t)> visit);

/// Highest bank offset in bytes (exclusive, relative to spadAddress) the move
/// touches in any lane.
uint64_t bankFootprintBytes(const DmaDescriptor &d, unsigned lanes);

} // namespace tilewright

#endif // TILEWRIGHT_LAYOUT_DMADESCRIPTOR_H
