//===- Scan.cpp - Tiles of scans ------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The larger of the two dimensions of rows goes to the lanes. A few vectors of
// rows per lane, as much of the axis as fits twice: several tiles let loads,
// computation and stores overlap.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/AxisSchedule.h"
#include "tilewright/Schedule/Checks.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace tilewright;
using llvm::alignTo;
using llvm::divideCeil;

static constexpr unsigned kAxis = AxisExtents::kAxis;
/// Elements along the axis come in groups of this many; the most there are.
static constexpr int64_t kGroup = 4, kMaxAxis = 65532;

static uint64_t bytesPerLane(const ScanProblem &p, const Schedule &s) {
  return uint64_t(s.laneStride) *
         (s.tile[kAxis] * p.elementBytes * 2 * 2 + p.accumulatorBytes * 2);
}

/// What the axis can have in a tile with `stride` rows per lane.
static int64_t longest(const ScanProblem &p, int64_t stride,
                       const MachineConfig &machine) {
  const int64_t budget =
      int64_t(tileBudget(machine)) - stride * p.accumulatorBytes * 2;
  return std::min(budget / (stride * p.elementBytes * 2 * 2) / kGroup * kGroup,
                  kMaxAxis);
}

static Schedule make(unsigned lane, int64_t stride, int64_t axis,
                     const MachineConfig &machine) {
  Schedule schedule;
  schedule.kind = "scan";
  schedule.laneDim = lane;
  schedule.laneStride = unsigned(stride);
  schedule.tile.assign(3, 1);
  schedule.tile[lane] = stride * machine.lanes;
  schedule.tile[kAxis] = axis;
  return schedule;
}

llvm::Expected<Schedule>
tilewright::heuristicSchedule(const ScanProblem &problem,
                              const MachineConfig &machine) {
  const AxisExtents &e = problem.extents;
  const unsigned lane = e.before >= e.after ? 0 : 2;
  const int64_t vector = machine.vectorElements(problem.accumulatorBytes),
                stride =
                    vector * std::clamp<int64_t>(
                                 e.rows(lane) / (vector * machine.lanes), 1, 4);
  const int64_t wanted = e.extent > 256 ? divideCeil(e.extent, 4) : e.extent,
                axis = std::min<int64_t>(alignTo(wanted, kGroup),
                                         longest(problem, stride, machine));
  if (axis < 1)
    return unsupportedError(
        "no scan tile fits the scratchpad of machine '" + machine.name + "' (" +
        llvm::Twine(machine.spadBytesPerLane) + " bytes per lane)");
  return make(lane, stride, axis, machine);
}

llvm::Error tilewright::checkSchedule(const Schedule &s,
                                      const ScanProblem &problem,
                                      const MachineConfig &machine) {
  if (llvm::Error error = checkExtents(s, 3))
    return error;
  if (llvm::Error error = checkOneOf("lane_dim:", s.laneDim, {0, 2}))
    return error;
  if (s.laneStride < 1)
    return refuseSchedule("lane_stride: 0 is below 1");
  if (llvm::Error error = firstOf(
          checkMultiple("lane_stride:", s.laneStride,
                        machine.vectorElements(problem.accumulatorBytes),
                        "whole vectors"),
          checkFixed("tile: extent of the lane dimension", s.tile[s.laneDim],
                     int64_t(s.laneStride) * machine.lanes),
          checkFixed("tile: extent of the other dimension of rows",
                     s.tile[2 - s.laneDim], 1),
          checkMultiple("tile: extent along the axis", s.tile[kAxis], kGroup,
                        "elements that are scanned at a time")))
    return error;
  return checkBytes(bytesPerLane(problem, s), machine);
}

/// Core cycles of a tile besides its elements.
static constexpr double kCyclesPerTile = 100;
/// Accesses of the bank and combinations per register of elements, and what a
/// step along the axis takes at least: it waits for the one before.
static constexpr double kCyclesPerRegister = 2.5, kCyclesPerStep = 3;

double tilewright::estimatedCycles(const ScanProblem &problem,
                                   const Schedule &s,
                                   const MachineConfig &machine) {
  const AxisExtents &e = problem.extents;
  const unsigned lane = s.laneDim, other = 2 - lane;
  const double tilesAlong = divideCeil(e.extent, s.tile[kAxis]),
               tiles = double(e.rows(other)) *
                       divideCeil(e.rows(lane), s.tile[lane]) * tilesAlong;
  const double elements = double(e.before) * e.extent * e.after;
  const double dma =
      elements * problem.elementBytes * 2 / dramBytesPerCycle(machine) / tiles;
  const double registers =
      double(s.laneStride) / machine.vectorElements(problem.accumulatorBytes);
  const double work =
      double(s.tile[kAxis]) *
      std::max(registers * kCyclesPerRegister, kCyclesPerStep);
  return dma + work + (tiles - 1) * std::max(dma, work) +
         tiles * kCyclesPerTile;
}

std::vector<Schedule>
tilewright::enumerateSchedules(const ScanProblem &problem,
                               const Schedule &heuristic,
                               const MachineConfig &machine) {
  const AxisExtents &e = problem.extents;
  const int64_t vector = machine.vectorElements(problem.accumulatorBytes);
  std::vector<Schedule> all;
  for (unsigned lane : {0u, 2u})
    for (int64_t vectors : {1, 2, 4, 8}) {
      const int64_t stride = vectors * vector;
      if (vectors > 1 && stride * machine.lanes >= 2 * e.rows(lane))
        break;
      const int64_t most = longest(problem, stride, machine);
      for (int64_t pieces = 1; pieces <= 16; pieces *= 2) {
        int64_t axis = alignTo(divideCeil(e.extent, pieces), kGroup);
        if (axis >= kGroup && axis <= most)
          all.push_back(make(lane, stride, axis, machine));
      }
      if (most >= kGroup && most < e.extent)
        all.push_back(make(lane, stride, most, machine));
    }
  return all;
}
