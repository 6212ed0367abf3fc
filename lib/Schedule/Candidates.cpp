//===- Candidates.cpp - Contraction schedules worth measuring -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The extents that the heuristic looks at, with both orders of rows and
// columns.
//
//===----------------------------------------------------------------------===//

#include "TileExtents.h"
#include "tilewright/Schedule/Schedule.h"

using namespace tilewright;

std::vector<Schedule>
tilewright::enumerateSchedules(const ContractionProblem &problem,
                               const Schedule &heuristic,
                               const MachineConfig &machine) {
  std::vector<Schedule> all;
  ContractionExtents extents = contractionExtents(problem, machine);
  for (int64_t m : extents.m)
    for (int64_t n : extents.n)
      for (int64_t k : extents.k) {
        Schedule schedule = heuristic;
        schedule.tile = {m, n, k};
        if (tileBytesPerLane(problem, schedule, machine) > tileBudget(machine))
          continue;
        for (bool columnsOutside : {false, true}) {
          schedule.loopOrder = {columnsOutside, !columnsOutside, 2};
          schedule.firstSubtiles = schedule.lastSubtiles = {1, 1};
          chooseSubtiles(problem, schedule,
                         estimatedCycles(problem, schedule, machine), machine);
          all.push_back(schedule);
        }
      }
  return all;
}
