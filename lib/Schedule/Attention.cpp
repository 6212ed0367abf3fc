//===- Attention.cpp - Tiles of attention kernels -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rows lie on the lanes, so a tile holds a multiple of L of them; keys are the
// depth of the second product, so a multiple of L too. All pairs of extents
// that fit are compared by the larger of what the core and what the moves of a
// step take, plus what nothing overlaps.
//
//===----------------------------------------------------------------------===//

#include "ArrayLag.h"
#include "DramEfficiency.h"
#include "tilewright/Schedule/AttentionSchedule.h"
#include "tilewright/Schedule/Checks.h"
#include "tilewright/Schedule/ScheduleSpace.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <numeric>

using namespace tilewright;
using llvm::alignTo;
using llvm::divideCeil;

/// Accesses of the bank per vector of scores: written, masked and searched for
/// the maximum, weighted and summed, read as weights.
static constexpr double kScoreAccesses = 8;
/// Cycles per row and key tile for the row's maximum, sum and what is computed
/// from them: two reductions within vectors, splat rows of four vectors.
static constexpr double kRowCycles = 120;
/// Accesses per vector of the result when another key tile rescales it.
static constexpr double kRescaleAccesses = 2;

namespace {
struct Extents {
  int64_t rows, keys, depth, width;
};
} // namespace

/// Cycles of a product on the arrays: see the contraction's estimate.
static double productCycles(int64_t rowBlocks, int64_t depthBlocks,
                            int64_t streamed, const MachineConfig &machine) {
  const int64_t arrays = machine.arrays.perCore, lanes = machine.lanes,
                columns = std::gcd(arrays, rowBlocks),
                splits = arrays / columns;
  const double group = std::max<double>(divideCeil(streamed, splits), lanes) +
                       double(lanes) / machine.vectorElements(4) * arrays;
  return rowBlocks / columns * depthBlocks * group + 3.0 * lanes;
}

static uint64_t bytesPerLane(const AttentionProblem &p, const Extents &t,
                             const MachineConfig &machine) {
  const int64_t lanes = machine.lanes;
  const int64_t rowTiles = p.outer * divideCeil(p.rows, t.rows),
                keyTiles = p.outerKeys * divideCeil(p.keys, t.keys);
  auto bytes = [](int64_t elements, AttentionProblem::Tiles tiles,
                  int64_t moves) {
    return uint64_t(elements) *
           (tiles.moved * (moves > 1 ? 2 : 1) + tiles.computed);
  };
  const int64_t perLane = t.rows / lanes;
  // Maximum, sum and what is computed from them: splat rows of four vectors.
  const uint64_t rowValues = 6 * perLane * 4 * machine.vlenBits / 8;
  const uint64_t total =
      bytes(perLane * t.depth, p.query, rowTiles) +
      bytes(t.depth / lanes * t.keys, p.key, p.outer * keyTiles) +
      bytes(t.keys / lanes * t.width, p.value, p.outer * keyTiles) +
      bytes(perLane * t.keys, p.scores, rowTiles * keyTiles) +
      bytes(perLane * t.width, p.result, rowTiles) + rowValues;
  // Tiles are aligned to vectors.
  const uint64_t alignment = 32 * machine.vlenBits / 8;
  return total + alignment;
}

static Extents extentsOf(const Schedule &schedule) {
  return {schedule.tile[0], schedule.tile[1], schedule.tile[2],
          schedule.tile[3]};
}

/// Pairs of row and key tiles with any work.
static double busyTiles(const AttentionProblem &p, const Extents &t) {
  const int64_t rowTiles = divideCeil(p.rows, t.rows),
                keyTiles = divideCeil(p.keys, t.keys);
  if (!p.diagonal)
    return double(rowTiles) * keyTiles * p.outerKeys;
  double busy = 0;
  for (int64_t tile = 1; tile <= rowTiles; ++tile) {
    int64_t last = std::clamp<int64_t>(tile * t.rows + *p.diagonal, 1, p.keys);
    busy += divideCeil(last, t.keys);
  }
  return busy * p.outerKeys;
}

static double cycles(const AttentionProblem &p, const Extents &t,
                     const MachineConfig &machine) {
  const double vector = machine.vectorElements(4);
  const int64_t lanes = machine.lanes, perLane = t.rows / lanes;
  const double rowTiles = divideCeil(p.rows, t.rows),
               keyTiles = double(p.outerKeys) * divideCeil(p.keys, t.keys);
  const bool rescales = keyTiles > 1;
  const double core = productCycles(perLane, t.depth / lanes, t.keys, machine) +
                      productCycles(perLane, t.keys / lanes, t.width, machine) +
                      perLane * kRowCycles +
                      perLane *
                          (t.keys * kScoreAccesses +
                           (rescales ? t.width * kRescaleAccesses : 0)) /
                          vector +
                      200;
  const double rate = dramBytesPerCycle(machine);
  const double keyMove = (double(t.keys) * p.depth * p.key.moved +
                          double(t.keys) * p.width * p.value.moved) /
                         rate;
  const double scoreMove = double(t.rows) * t.keys * p.scores.moved / rate;
  const double rowMove = (double(t.rows) * p.depth * p.query.moved +
                          double(t.rows) * p.width * p.result.moved) /
                         rate;
  // One key tile stays for all rows of an outer iteration.
  const double perStep =
      scoreMove + keyMove / (rescales ? 1 : rowTiles) + rowMove / keyTiles;
  return p.outer *
             std::max(busyTiles(p, t) * core, rowTiles * keyTiles * perStep) +
         keyMove + scoreMove + rowMove;
}

/// Multiples of `unit` that cut `extent` into equal pieces.
static llvm::SmallVector<int64_t> pieces(int64_t extent, int64_t unit) {
  llvm::SmallVector<int64_t> result;
  const int64_t blocks = divideCeil(extent, unit),
                most = std::min<int64_t>(blocks, 65535 / unit);
  for (int64_t count = most; count >= 1; --count) {
    int64_t even = divideCeil(blocks, divideCeil(blocks, count));
    if (result.empty() || result.back() != even * unit)
      result.push_back(even * unit);
  }
  return result;
}

/// A schedule whose depth and width are whole, as code generation has them.
static Schedule startSchedule(const AttentionProblem &problem,
                              const MachineConfig &machine) {
  const int64_t lanes = machine.lanes;
  Schedule schedule;
  schedule.kind = "attention";
  schedule.tile = {lanes, lanes, int64_t(alignTo(problem.depth, lanes)),
                   int64_t(alignTo(problem.width, machine.vectorElements(4)))};
  schedule.lagChunks = arrayLagChunks(machine);
  return schedule;
}

llvm::Expected<Schedule>
tilewright::heuristicSchedule(const AttentionProblem &problem,
                              const MachineConfig &machine) {
  auto cycles = [&](const Schedule &schedule) -> std::optional<double> {
    if (bytesPerLane(problem, extentsOf(schedule), machine) >
        tileBudget(machine))
      return std::nullopt;
    return estimatedCycles(problem, schedule, machine);
  };
  if (auto best = cheapestSchedule(
          enumerateSchedules(problem, startSchedule(problem, machine), machine),
          cycles))
    return std::move(*best);
  return unsupportedError(
      "no tile of an attention with heads of " + llvm::Twine(problem.depth) +
      " and " + llvm::Twine(problem.width) +
      " elements fits the scratchpad of machine '" + machine.name + "' (" +
      llvm::Twine(machine.spadBytesPerLane) + " bytes per lane)");
}

llvm::Error tilewright::checkSchedule(const Schedule &schedule,
                                      const AttentionProblem &problem,
                                      const MachineConfig &machine) {
  const Schedule start = startSchedule(problem, machine);
  if (llvm::Error error = checkExtents(schedule, start.tile.size()))
    return error;
  if (llvm::Error error =
          firstOf(checkMultiple("tile: extent of rows", schedule.tile[0],
                                machine.lanes, "lanes"),
                  checkMultiple("tile: extent of keys", schedule.tile[1],
                                machine.lanes, "lanes"),
                  checkFixed("tile: extent of the depth", schedule.tile[2],
                             start.tile[2]),
                  checkFixed("tile: extent of the width", schedule.tile[3],
                             start.tile[3]),
                  checkLag(schedule, machine)))
    return error;
  return checkBytes(bytesPerLane(problem, extentsOf(schedule), machine),
                    machine);
}

double tilewright::estimatedCycles(const AttentionProblem &problem,
                                   const Schedule &schedule,
                                   const MachineConfig &machine) {
  return cycles(problem, extentsOf(schedule), machine);
}

std::vector<Schedule>
tilewright::enumerateSchedules(const AttentionProblem &problem,
                               const Schedule &heuristic,
                               const MachineConfig &machine) {
  std::vector<Schedule> all;
  for (int64_t rows : pieces(problem.rows, machine.lanes))
    for (int64_t keys : pieces(problem.keys, machine.lanes)) {
      all.push_back(heuristic);
      all.back().tile[0] = rows;
      all.back().tile[1] = keys;
    }
  return all;
}
