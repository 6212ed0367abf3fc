//===- Sort.cpp - Tiles of sorts and selections ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A lane sorts whole rows, so only their number per tile and the dimension they
// are taken from can be chosen. The larger one goes to the lanes; short rows
// come several to a lane, as long as two tiles are left to overlap.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/AxisSchedule.h"
#include "tilewright/Schedule/Checks.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace tilewright;
using llvm::divideCeil;

static constexpr unsigned kAxis = AxisExtents::kAxis;

/// Rows of a tile per lane.
static int64_t rowsOf(const Schedule &s, const MachineConfig &machine) {
  return s.tile[s.laneDim] / machine.lanes;
}

static int64_t tilesOf(const SortProblem &p, const Schedule &s) {
  return divideCeil(p.extents.rows(s.laneDim), s.tile[s.laneDim]) *
         p.extents.rows(2 - s.laneDim);
}

static uint64_t bytesPerLane(const SortProblem &p, const Schedule &s,
                             const MachineConfig &machine) {
  return rowsOf(s, machine) * p.length *
         (tilesOf(p, s) > 1 ? p.bytesTwice : p.bytesOnce);
}

static Schedule make(const SortProblem &p, unsigned lane, int64_t rows,
                     const MachineConfig &machine) {
  Schedule schedule;
  schedule.kind = "sort";
  schedule.laneDim = lane;
  schedule.tile.assign(3, 1);
  schedule.tile[lane] = rows * machine.lanes;
  schedule.tile[kAxis] = p.length;
  return schedule;
}

llvm::Expected<Schedule>
tilewright::heuristicSchedule(const SortProblem &problem,
                              const MachineConfig &machine) {
  const AxisExtents &e = problem.extents;
  const unsigned lane = e.before >= e.after ? 0 : 2;
  const int64_t perLane = divideCeil(e.rows(lane), int64_t(machine.lanes));
  Schedule best = make(problem, lane, 1, machine);
  const int64_t bytes = bytesPerLane(problem, best, machine),
                budget = tileBudget(machine);
  if (bytes > budget)
    return unsupportedError("rows of " + llvm::Twine(e.extent) +
                            " elements need " + llvm::Twine(bytes) +
                            " bytes per lane to be sorted, machine '" +
                            machine.name + "' has " + llvm::Twine(budget));
  const int64_t rows = std::min(
      {budget / bytes, std::max<int64_t>(1, 1024 / problem.length),
       int64_t(divideCeil(perLane, 2)), 65535 / int64_t(machine.lanes)});
  return make(problem, lane, std::max<int64_t>(rows, 1), machine);
}

llvm::Error tilewright::checkSchedule(const Schedule &s,
                                      const SortProblem &problem,
                                      const MachineConfig &machine) {
  if (llvm::Error error = checkExtents(s, 3))
    return error;
  if (llvm::Error error = checkOneOf("lane_dim:", s.laneDim, {0, 2}))
    return error;
  if (llvm::Error error =
          firstOf(checkMultiple("tile: extent of the lane dimension",
                                s.tile[s.laneDim], machine.lanes, "lanes"),
                  checkFixed("tile: extent of the other dimension of rows",
                             s.tile[2 - s.laneDim], 1),
                  checkFixed("tile: extent along the axis", s.tile[kAxis],
                             problem.length)))
    return error;
  return checkBytes(bytesPerLane(problem, s, machine), machine);
}

/// Cycles per vector of words and step of the network, and of a tile besides.
static constexpr double kCyclesPerStep = 3, kCyclesPerTile = 150;

double tilewright::estimatedCycles(const SortProblem &problem,
                                   const Schedule &s,
                                   const MachineConfig &machine) {
  const AxisExtents &e = problem.extents;
  const double tiles = double(tilesOf(problem, s));
  const double dma = double(e.before) * e.extent * e.after *
                     problem.movedBytes / dramBytesPerCycle(machine) / tiles;
  const double levels = llvm::Log2_64_Ceil(problem.length),
               steps = levels * (levels + 1) / 2;
  const double work = double(rowsOf(s, machine)) * problem.length /
                      machine.vectorElements(8) * (steps * kCyclesPerStep + 8);
  return dma + work + (tiles - 1) * std::max(dma, work) +
         tiles * kCyclesPerTile;
}

std::vector<Schedule>
tilewright::enumerateSchedules(const SortProblem &problem,
                               const Schedule &heuristic,
                               const MachineConfig &machine) {
  std::vector<Schedule> all;
  for (unsigned lane : {0u, 2u}) {
    const int64_t perLane =
        divideCeil(problem.extents.rows(lane), int64_t(machine.lanes));
    for (int64_t rows = 1;
         rows <= std::min<int64_t>(perLane, 65535 / machine.lanes);
         rows += (rows + 1) / 2)
      all.push_back(make(problem, lane, rows, machine));
  }
  return all;
}
