//===- AxisSchedule.h - Tiles of scans and selections -----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the choice of tiles for kernels that work along one axis of a row-major
// tensor. Dimensions: what is before the axis = 0, the axis = 1, what is behind
// it = 2. Rows along the axis are independent: one of the other two dimensions
// is spread over the lanes, the third is a loop. See Schedule.h for what a
// schedule is.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SCHEDULE_AXISSCHEDULE_H
#define TILEWRIGHT_SCHEDULE_AXISSCHEDULE_H

#include "tilewright/Schedule/Schedule.h"

namespace tilewright {

struct AxisExtents {
  static constexpr unsigned kAxis = 1;
  int64_t before = 1, extent = 1, after = 1;
  /// Of the dimensions 0 and 2.
  int64_t rows(unsigned dim) const { return dim == 0 ? before : after; }
};

/// A running combination along the axis. A lane holds `lane_stride`
/// neighbouring rows, vectors run along them; tiles along the axis hand on a
/// carry.
struct ScanProblem {
  AxisExtents extents;
  unsigned elementBytes = 4, accumulatorBytes = 4;
};

/// Rows that are sorted whole, padded to `length`; a lane holds some.
struct SortProblem {
  AxisExtents extents;
  int64_t length = 1;
  /// Bytes of a lane's bank per element of a row, with one copy of tiles that
  /// move, and with two; and those that are moved.
  uint64_t bytesOnce = 8, bytesTwice = 8, movedBytes = 8;
};

/// See Schedule.h.
llvm::Expected<Schedule> heuristicSchedule(const ScanProblem &problem,
                                           const MachineConfig &machine);
llvm::Expected<Schedule> heuristicSchedule(const SortProblem &problem,
                                           const MachineConfig &machine);
llvm::Error checkSchedule(const Schedule &schedule, const ScanProblem &problem,
                          const MachineConfig &machine);
llvm::Error checkSchedule(const Schedule &schedule, const SortProblem &problem,
                          const MachineConfig &machine);
double estimatedCycles(const ScanProblem &problem, const Schedule &schedule,
                       const MachineConfig &machine);
double estimatedCycles(const SortProblem &problem, const Schedule &schedule,
                       const MachineConfig &machine);
std::vector<Schedule> enumerateSchedules(const ScanProblem &problem,
                                         const Schedule &heuristic,
                                         const MachineConfig &machine);
std::vector<Schedule> enumerateSchedules(const SortProblem &problem,
                                         const Schedule &heuristic,
                                         const MachineConfig &machine);

} // namespace tilewright

#endif // TILEWRIGHT_SCHEDULE_AXISSCHEDULE_H
