//===- Schedule.h - A kernel's decisions as data ----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns every choice that code generation makes for a kernel: tile extents, loop
// order, lane axis, arrangement of a window, array pipelining. A Schedule is
// one serialisable object; the heuristics here produce it from a problem
// description, a user's file may override it key by key, and checkSchedule says
// why one is rejected. ScheduleSpace.h is what all kinds of kernels have in
// common. No MLIR.
//
// An iteration space has dimensions 0..n-1. Each operand is described by its
// element strides along them (0 where it does not vary).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SCHEDULE_SCHEDULE_H
#define TILEWRIGHT_SCHEDULE_SCHEDULE_H

#include "tilewright/Machine/MachineConfig.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tilewright {

/// How one tensor is read or written by a kernel's iteration space.
struct OperandAccess {
  llvm::SmallVector<int64_t> strides; ///< elements, one per dimension
  unsigned elementBytes = 4;
};

/// An elementwise kernel: every dimension parallel. Operands include outputs.
struct ElementwiseProblem {
  std::string kind = "elementwise"; ///< or "gather", "scatter"
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<OperandAccess> operands;
  std::optional<unsigned> laneDim; ///< the dimension to spread, if it is given
  unsigned outputs = 1;            ///< among the operands
  double computing = 1;            ///< cycles of the body per vector register
};

/// Elements of a splat, the copies that a tile holds of a value which does not
/// vary along its vectors: enough for the widest vectors of all element types.
inline int64_t splatCopies(const MachineConfig &machine) {
  return machine.vectorElements(1);
}

/// A contraction: y[n,m] += x[k,m] * w[n,k], plus outer dimensions that become
/// loops with tile extent 1.
struct ContractionProblem {
  int64_t m = 1, n = 1, k = 1;
  /// Tiles hold a multiple of this many rows (whole lines of an image).
  int64_t mUnit = 1;
  /// Loops around the tile loops, and inside them around K.
  int64_t outer = 1, outerK = 1;
  /// Whether x has another tile for every one of `outer`: none are columns.
  bool outerVariesX = true;
  /// Loops around the tile loops that run over further rows: w is the same.
  int64_t outerM = 1;
  /// A window of `taps` positions: w has a K tile for each of them, x is read
  /// once for all. A tile of u units of rows then has xColumnsFirst + (u - 1) *
  /// xColumnsPerUnit columns of x (both 0 without a window: as many as rows).
  int64_t taps = 1, xColumnsFirst = 0, xColumnsPerUnit = 0;
  /// Elements of x between the rows of a vector; rows that stay together when
  /// arrays share them (0: vectors).
  int64_t xStep = 1, lineRows = 0;
  /// Whether vector lanes sum the window, n being channels of x, w and y; w has
  /// a vector for each tap.
  bool onVectorLanes = false;
  /// Bytes per element of x, w and the accumulator.
  unsigned xBytes = 4, wBytes = 4, yBytes = 4;
  /// Element strides of the tensors, which decide how long the contiguous runs
  /// of a tile are: x along m and k, w along n and k, y along m and n.
  int64_t xStrideM = 0, xStrideK = 1, wStrideN = 1, wStrideK = 0, yStrideM = 0,
          yStrideN = 1;
  /// Bytes per element of further tiles as large as x, w, or y (prologue
  /// inputs, epilogue inputs and a converted output).
  llvm::SmallVector<unsigned> extraX, extraW, extraY;
  /// Bytes per element of epilogue inputs that vary along n alone (bias,
  /// scale): each lane holds a vector of equal elements per n.
  llvm::SmallVector<unsigned> splatsY;
  /// Whether the accumulator itself is stored: no epilogue or conversion.
  bool storesSums = true;
  /// Whether a prologue computes the tile of x or w: then no load is its own.
  bool computesX = false, computesW = false;
};

/// Dimensions: contractions and convolutions number m = 0, n = 1, k = 2,
/// attentions rows = 0, keys = 1; the other kinds number those of their
/// kernel's iteration space, outermost first. Each kind has the keys it needs
/// (docs/cli.md): the others keep their defaults and are not written.
struct Schedule {
  std::string kind;                      ///< see scheduleKinds()
  llvm::SmallVector<int64_t> tile;       ///< extent per dimension
  llvm::SmallVector<unsigned> loopOrder; ///< dimensions, outermost first
  unsigned laneDim = 0;                  ///< dimension spread over the lanes
  unsigned laneStride = 1;               ///< consecutive indices per lane
  unsigned vectorDim = 0;                ///< innermost in the bank
  unsigned lagChunks = 0;                ///< vectors pops stay behind pushes
  std::string streams;                   ///< contraction: "lhs" or "rhs" is x
  unsigned tapAxes = 0;   ///< convolution: axes whose taps share a tile of x
  std::string images;     ///< convolution: "apart", "outside" or "inside"
  int64_t imageGroup = 1; ///< convolution: images in a tile, inside
  /// Products: loads along k of which the first tiles of x and w are made, and
  /// the last ones (1: the tile is loaded whole).
  llvm::SmallVector<int64_t> firstSubtiles{1, 1}, lastSubtiles{1, 1};

  llvm::json::Value toJson() const;
  /// The inverse of toJson.
  static llvm::Expected<Schedule> fromJson(const llvm::json::Value &value);
  /// Replaces what `given`, an object with some of toJson's keys, says. Keys
  /// that the kind does not have (with a suggestion), ill-typed values and
  /// another kind are Usage errors.
  llvm::Error apply(const llvm::json::Value &given);
  bool operator==(const Schedule &) const = default;
};

/// The kinds of schedules.
llvm::ArrayRef<llvm::StringLiteral> scheduleKinds();

/// Bytes at the top of each bank kept for the kernel's stack.
uint64_t kernelStackBytes(const MachineConfig &machine);

/// Picks tiles that fit half-banks twice (double buffering), use most lanes,
/// and move the fewest bytes.
llvm::Expected<Schedule> heuristicSchedule(const ElementwiseProblem &problem,
                                           const MachineConfig &machine);
llvm::Expected<Schedule> scheduleContraction(const ContractionProblem &problem,
                                             const MachineConfig &machine);

/// Why code generation cannot realise a schedule (Usage): shape, alignment, or
/// bytes per lane that the machine does not have.
llvm::Error checkSchedule(const Schedule &schedule,
                          const ElementwiseProblem &problem,
                          const MachineConfig &machine);
llvm::Error checkSchedule(const Schedule &schedule,
                          const ContractionProblem &problem,
                          const MachineConfig &machine);

/// The cost model's estimate of a launch, in core cycles.
double estimatedCycles(const ContractionProblem &problem,
                       const Schedule &schedule, const MachineConfig &machine);
double estimatedCycles(const ElementwiseProblem &problem,
                       const Schedule &schedule, const MachineConfig &machine);

/// Schedules worth looking at for a kernel whose heuristic chose `heuristic`;
/// not all of them can be realised.
std::vector<Schedule> enumerateSchedules(const ContractionProblem &problem,
                                         const Schedule &heuristic,
                                         const MachineConfig &machine);
std::vector<Schedule> enumerateSchedules(const ElementwiseProblem &problem,
                                         const Schedule &heuristic,
                                         const MachineConfig &machine);

/// Bytes per lane of all tiles with their copies, as the heuristics count them
/// (the scratchpad allocator rounds each tile up to vector registers).
uint64_t tileBytesPerLane(const ElementwiseProblem &problem,
                          const Schedule &schedule,
                          const MachineConfig &machine);
uint64_t tileBytesPerLane(const ContractionProblem &problem,
                          const Schedule &schedule,
                          const MachineConfig &machine);
/// Bytes per lane that tiles may take: the bank without the stack.
uint64_t tileBudget(const MachineConfig &machine);

/// DRAM bytes per core cycle that tile moves reach: peak less refresh,
/// sustained.
double dramBytesPerCycle(const MachineConfig &machine);

} // namespace tilewright

#endif // TILEWRIGHT_SCHEDULE_SCHEDULE_H
