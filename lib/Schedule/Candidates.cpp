//===- Candidates.cpp - Schedules worth measuring -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For the tuner: what checkSchedule accepts, best estimate first. Contractions
// enumerate the extents the heuristic looks at, with both orders of rows and
// columns. The other kinds vary the heuristic's tile along each dimension and
// weigh what is exposed at the ends (large tiles) against a fixed price per
// tile (small tiles) and padding. Equal estimates keep the order of
// enumeration, so lists are the same in every run.
//
//===----------------------------------------------------------------------===//

#include "DramEfficiency.h"
#include "TileExtents.h"
#include "tilewright/Schedule/Schedule.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace tilewright;
using llvm::divideCeil;

namespace {
struct Ranked {
  Schedule schedule;
  double cycles;
  size_t number = 0; ///< in order of enumeration
};
} // namespace

/// Core cycles that a tile costs besides its data: waits, descriptors, loops.
static constexpr double kCyclesPerTile = 100;

static std::vector<Schedule> best(std::vector<Ranked> all, unsigned limit) {
  for (auto [number, ranked] : llvm::enumerate(all))
    ranked.number = number;
  llvm::sort(all, [](const Ranked &a, const Ranked &b) {
    return std::pair(a.cycles, a.number) < std::pair(b.cycles, b.number);
  });
  std::vector<Schedule> result;
  for (Ranked &ranked : all) {
    if (result.size() == limit)
      break;
    if (!llvm::is_contained(result, ranked.schedule))
      result.push_back(std::move(ranked.schedule));
  }
  return result;
}

static bool accepted(llvm::Error refusal) {
  bool fine = !refusal;
  llvm::consumeError(std::move(refusal));
  return fine;
}

std::vector<Schedule>
tilewright::candidateSchedules(const ContractionProblem &problem,
                               const Schedule &heuristic,
                               const MachineConfig &machine, unsigned limit) {
  std::vector<Ranked> all;
  ContractionExtents extents = contractionExtents(problem, machine);
  for (int64_t m : extents.m)
    for (int64_t n : extents.n)
      for (int64_t k : extents.k) {
        Schedule schedule = heuristic;
        schedule.tile = {m, n, k};
        if (!accepted(checkSchedule(schedule, problem, machine)))
          continue;
        all.push_back({schedule, estimatedCycles(problem, schedule, machine)});
        // The order matters when both loops have several tiles.
        if (m >= problem.m || n >= problem.n)
          continue;
        std::swap(schedule.loopOrder[0], schedule.loopOrder[1]);
        all.push_back({schedule, estimatedCycles(problem, schedule, machine)});
      }
  return best(std::move(all), limit);
}

/// Cycles of streaming `bytes` in `tiles` tiles, the first and last exposed.
static double streamingCycles(double bytes, double tiles,
                              const MachineConfig &machine) {
  double transfer = bytes / dramBytesPerCycle(machine);
  return transfer + transfer / tiles + tiles * kCyclesPerTile;
}

std::vector<Schedule>
tilewright::candidateSchedules(const ElementwiseProblem &problem,
                               const Schedule &heuristic,
                               const MachineConfig &machine, unsigned limit) {
  const unsigned rank = problem.extents.size();
  std::vector<Ranked> all;
  auto consider = [&](const Schedule &schedule) {
    if (!accepted(checkSchedule(schedule, problem, machine)))
      return;
    double tiles = 1, padded = 1;
    for (unsigned d = 0; d < rank; ++d) {
      double trips = divideCeil(problem.extents[d], schedule.tile[d]);
      tiles *= trips;
      padded *= trips * double(schedule.tile[d]);
    }
    double bytes = 0;
    for (const OperandAccess &operand : problem.operands)
      bytes += padded * operand.elementBytes;
    all.push_back({schedule, streamingCycles(bytes, tiles, machine)});
  };
  // Every dimension at a few sizes around the heuristic's, two at a time.
  auto resized = [&](Schedule schedule, unsigned d, int64_t up, int64_t down) {
    const int64_t unit = d == schedule.laneDim
                             ? int64_t(schedule.laneStride) * machine.lanes
                             : 1;
    // A lane's share along the innermost dimension grows by its stride.
    if (d == schedule.laneDim && d == rank - 1) {
      schedule.laneStride =
          std::max<int64_t>(1, int64_t(schedule.laneStride) * up / down);
      schedule.tile[d] = int64_t(schedule.laneStride) * machine.lanes;
      return schedule;
    }
    int64_t whole = llvm::alignTo(problem.extents[d], unit);
    int64_t wanted =
        llvm::alignTo(std::max<int64_t>(1, schedule.tile[d] * up / down), unit);
    schedule.tile[d] = std::min(wanted, whole);
    return schedule;
  };
  static constexpr std::pair<int64_t, int64_t> factors[] = {
      {1, 1}, {2, 1}, {4, 1}, {1, 2}, {1, 4}};
  for (unsigned a = 0; a < rank; ++a)
    for (auto [upA, downA] : factors)
      for (unsigned b = a; b < rank; ++b)
        for (auto [upB, downB] : factors) {
          Schedule schedule = resized(heuristic, a, upA, downA);
          consider(b == a ? schedule : resized(schedule, b, upB, downB));
        }
  return best(std::move(all), limit);
}

std::vector<Schedule> tilewright::candidateRowSchedules(
    const Schedule &heuristic, int64_t rows, uint64_t bytesPerRow,
    const MachineConfig &machine, unsigned limit) {
  const unsigned lane = heuristic.laneDim;
  const int64_t perLane = divideCeil(rows, machine.lanes);
  std::vector<Ranked> all;
  for (int64_t share = 1; share <= perLane; share += (share + 3) / 4) {
    Schedule schedule = heuristic;
    schedule.tile[lane] = share * machine.lanes;
    if (!accepted(checkRowSchedule(schedule, heuristic, bytesPerRow, machine)))
      continue;
    double tiles = divideCeil(perLane, share);
    double bytes = tiles * share * machine.lanes * double(bytesPerRow) / 2;
    all.push_back({schedule, streamingCycles(bytes, tiles, machine)});
  }
  return best(std::move(all), limit);
}
