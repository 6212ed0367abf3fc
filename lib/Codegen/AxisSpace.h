//===- AxisSpace.h - A tensor seen along one of its dimensions --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the iteration space of scans and selections: dimensions 0 (what is
// before the axis in memory, joined), 1 (the axis) and 2 (what is behind it,
// joined) of a row-major tensor. The schedule says which of 0 and 2 goes to the
// lanes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_AXISSPACE_H
#define TILEWRIGHT_LIB_CODEGEN_AXISSPACE_H

#include "TileBuilder.h"
#include "tilewright/Schedule/AxisSchedule.h"

namespace tilewright::codegen {

struct AxisSpace : AxisExtents {
  AxisSpace(mlir::RankedTensorType type, int64_t axis) {
    for (auto [d, size] : llvm::enumerate(type.getShape()))
      (int64_t(d) < axis ? before : int64_t(d) > axis ? after : extent) *= size;
  }
  /// Element strides of a tensor with `extent` elements along the axis.
  llvm::SmallVector<int64_t> strides(int64_t extent) const {
    return {extent * after, after, 1};
  }
};

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_AXISSPACE_H
