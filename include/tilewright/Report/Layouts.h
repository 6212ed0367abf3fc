//===- Layouts.h - How tensors lie in the scratchpad ------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the layout and padding report of a compiled program: for every tensor of
// every kernel the tiles in which it is moved, the axis spread over the lanes,
// and what of the tiles' space holds no element of the tensor. The data are the
// moves of the kernels' tile graphs, that is, what the program does.
//
// A tile occupies its full extent in all lanes: an axis is padded where it ends
// within the tile (tails) and, the lane axis, up to a whole round of all lanes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_REPORT_LAYOUTS_H
#define TILEWRIGHT_REPORT_LAYOUTS_H

#include "tilewright/Program/Program.h"

namespace tilewright {

/// One axis of a tile.
struct AxisLayout {
  uint64_t extent = 1;       ///< of the tile
  uint64_t paddedExtent = 1; ///< in the scratchpad: the lane axis in full rounds
  uint64_t validMin = 0, validMax = 0; ///< valid indices of any move
  uint64_t validSum = 0;     ///< over all moves
  /// The tensor's dimension along which the axis steps; -1 when it stands still
  /// (the tile holds copies of the same elements).
  int tensorDim = -1;

  /// Fraction of the axis that holds no element, over all moves, 0..1.
  double padding(uint64_t moves) const;
};

/// All moves of one tensor with tiles of one form.
struct TileLayout {
  unsigned argument = 0; ///< of the kernel
  bool store = false;
  std::string name;      ///< of the tensor's buffer in the first launch
  TensorInfo tensor;
  /// Outermost first. Axes of extent 1 are left out, except the lane axis.
  std::vector<AxisLayout> axes;
  unsigned laneAxis = 0; ///< index into axes
  unsigned laneStride = 1, lanesUsed = 1, lanes = 1;
  unsigned elementBytes = 4;
  uint64_t moves = 0;    ///< per launch
  uint64_t validElements = 0; ///< over the moves of a launch

  uint64_t paddedTileElements() const; ///< of one tile, in all lanes
  uint64_t validBytes() const { return validElements * elementBytes; }
  uint64_t paddedBytes() const {
    return moves * paddedTileElements() * elementBytes;
  }
  uint64_t wastedBytes() const { return paddedBytes() - validBytes(); }
};

struct KernelLayouts {
  unsigned kernel = 0;   ///< number in the program
  std::string name, location;
  uint64_t launches = 0;
  std::vector<TileLayout> tiles; ///< in order of first use
};

/// The layouts of every kernel that is launched, on a machine of `lanes` lanes.
std::vector<KernelLayouts> collectLayouts(const Program &program,
                                          unsigned lanes);
/// On the machine the program was compiled for; errors are those of its text.
llvm::Expected<std::vector<KernelLayouts>>
collectLayouts(const Program &program);

/// docs/report.md, "Layouts", is the schema.
llvm::json::Value layoutsToJson(llvm::ArrayRef<KernelLayouts> kernels);
void printLayouts(llvm::ArrayRef<KernelLayouts> kernels, llvm::raw_ostream &os);

} // namespace tilewright

#endif // TILEWRIGHT_REPORT_LAYOUTS_H
