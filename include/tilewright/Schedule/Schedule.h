//===- Schedule.h - A kernel's decisions as data ----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns every choice that code generation makes for a kernel: tile extents, loop
// order, lane axis, buffering, array pipelining. A Schedule is one serialisable
// object; the heuristics here produce it from a problem description, a user's
// file may replace it, and checkSchedule says why one is rejected. No MLIR.
//
// An iteration space has dimensions 0..n-1. Each operand is described by its
// element strides along them (0 where it does not vary).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SCHEDULE_SCHEDULE_H
#define TILEWRIGHT_SCHEDULE_SCHEDULE_H

#include "tilewright/Machine/MachineConfig.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <cstdint>
#include <string>

namespace tilewright {

/// How one tensor is read or written by a kernel's iteration space.
struct OperandAccess {
  llvm::SmallVector<int64_t> strides; ///< elements, one per dimension
  unsigned elementBytes = 4;
};

/// An elementwise kernel: every dimension parallel. Operands include outputs.
struct ElementwiseProblem {
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<OperandAccess> operands;
};

/// A contraction: y[n,m] += x[k,m] * w[n,k], plus outer dimensions that become
/// loops with tile extent 1.
struct ContractionProblem {
  int64_t m = 1, n = 1, k = 1;
  /// Tiles hold a multiple of this many rows (whole lines of an image).
  int64_t mUnit = 1;
  /// Bytes per element of x, w and the accumulator.
  unsigned xBytes = 4, wBytes = 4, yBytes = 4;
  /// Element strides of the tensors, which decide how long the contiguous runs
  /// of a tile are: x along m and k, w along n and k, y along m and n.
  int64_t xStrideM = 0, xStrideK = 1, wStrideN = 1, wStrideK = 0, yStrideM = 0,
          yStrideN = 1;
  /// Bytes per element of further tiles as large as x, w, or y (prologue
  /// inputs, epilogue inputs and a converted output).
  llvm::SmallVector<unsigned> extraX, extraW, extraY;
};

/// Dimensions: elementwise schedules number the problem's own; contractions
/// number m = 0, n = 1, k = 2.
struct Schedule {
  llvm::SmallVector<int64_t> tile;      ///< extent per dimension
  llvm::SmallVector<unsigned> loopOrder; ///< dimensions, outermost first
  unsigned laneDim = 0;                 ///< dimension spread over the lanes
  unsigned laneStride = 1;              ///< consecutive indices per lane
  unsigned vectorDim = 0;               ///< innermost in the bank
  unsigned buffers = 2;                 ///< copies of streamed tiles
  unsigned lagChunks = 0;               ///< vectors pops stay behind pushes

  llvm::json::Value toJson() const;
  static llvm::Expected<Schedule> fromJson(const llvm::json::Value &value);
};

/// Bytes at the top of each bank kept for the kernel's stack.
uint64_t kernelStackBytes(const MachineConfig &machine);

/// Picks tiles that fit half-banks twice (double buffering), use most lanes, and
/// move the fewest bytes.
llvm::Expected<Schedule> scheduleElementwise(const ElementwiseProblem &problem,
                                             const MachineConfig &machine);
llvm::Expected<Schedule> scheduleContraction(const ContractionProblem &problem,
                                             const MachineConfig &machine);

} // namespace tilewright

#endif // TILEWRIGHT_SCHEDULE_SCHEDULE_H
