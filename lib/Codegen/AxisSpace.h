//===- AxisSpace.h - A tensor seen along one of its dimensions --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the iteration space of scans and selections: dimensions 0 (what is
// before the axis in memory, joined), 1 (the axis) and 2 (what is behind it,
// joined) of a row-major tensor. The larger of 0 and 2 goes to the lanes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_AXISSPACE_H
#define TILEWRIGHT_LIB_CODEGEN_AXISSPACE_H

#include "TileBuilder.h"

namespace tilewright::codegen {

struct AxisSpace {
  static constexpr unsigned kAxis = 1;
  int64_t before = 1, extent = 1, after = 1;

  AxisSpace(mlir::RankedTensorType type, int64_t axis) {
    for (auto [d, size] : llvm::enumerate(type.getShape()))
      (int64_t(d) < axis ? before : int64_t(d) > axis ? after : extent) *= size;
  }
  /// The dimension on the lanes, and the one that is a loop.
  unsigned laneDim() const { return before >= after ? 0 : 2; }
  unsigned otherDim() const { return 2 - laneDim(); }
  int64_t laneExtent() const { return before >= after ? before : after; }
  int64_t otherExtent() const { return before >= after ? after : before; }
  /// Element strides of a tensor with `extent` elements along the axis.
  llvm::SmallVector<int64_t> strides(int64_t extent) const {
    return {extent * after, after, 1};
  }
};

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_AXISSPACE_H
