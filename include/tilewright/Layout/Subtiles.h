//===- Subtiles.h - A tile as a grid of smaller moves -----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns where the subtiles of a tile lie, in device memory and in a bank, and
// how they are numbered (spec passes.md 6). Loads and waits both ask here, so
// they agree. Pure, no MLIR.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LAYOUT_SUBTILES_H
#define TILEWRIGHT_LAYOUT_SUBTILES_H

#include "tilewright/Layout/DmaDescriptor.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace tilewright {

/// A tile with extents `tile`, cut into subtiles of extents `subtile` (1 to the
/// tile's); those at the end of a dimension may be smaller. `c` is a subtile's
/// coordinates in the grid.
struct SubtileGrid {
  llvm::SmallVector<int64_t> tile, subtile;

  /// Subtiles along dimension `d`, and in all.
  int64_t count(unsigned d) const {
    return (tile[d] + subtile[d] - 1) / subtile[d];
  }
  int64_t slots() const;
  /// The number of a subtile: row-major.
  int64_t slot(llvm::ArrayRef<int64_t> c) const;
  /// The first index of subtile `c` along `d`, and how many it has.
  int64_t begin(llvm::ArrayRef<int64_t> c, unsigned d) const {
    return c[d] * subtile[d];
  }
  int64_t extent(llvm::ArrayRef<int64_t> c, unsigned d) const {
    return std::min(subtile[d], tile[d] - begin(c, d));
  }
  /// Elements of the device tensor between the tile and subtile `c`.
  int64_t dramOffset(llvm::ArrayRef<int64_t> c,
                     llvm::ArrayRef<int64_t> dramStrides) const;
  /// Elements of a bank between them; `bankStrides` are those of the tile,
  /// along `laneAxis` of one slot.
  int64_t bankOffset(llvm::ArrayRef<int64_t> c,
                     llvm::ArrayRef<int64_t> bankStrides, unsigned laneAxis,
                     const LaneLayout &lanes) const;
  /// A move begins at lane 0, so along the lane axis a subtile is all of the
  /// tile or whole rounds over the lanes. What it is instead, if it is not.
  std::optional<int64_t> brokenRound(unsigned laneAxis,
                                     const LaneLayout &lanes) const;
};

/// Extent of the pieces when `extent`, whole units of `unit`, is cut into
/// `count` pieces of whole units that are equal but for the last.
inline int64_t pieceExtent(int64_t extent, int64_t unit, int64_t count) {
  const int64_t units = (extent + unit - 1) / unit;
  return (units + count - 1) / count * unit;
}

/// Whether `count` such pieces are as many as that makes.
inline bool makesPieces(int64_t extent, int64_t unit, int64_t count) {
  if (count < 1)
    return false;
  const int64_t piece = pieceExtent(extent, unit, count);
  return (extent + piece - 1) / piece == count;
}

} // namespace tilewright

#endif // TILEWRIGHT_LAYOUT_SUBTILES_H
