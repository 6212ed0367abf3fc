//===- Heuristics.cpp - Tile choice without search ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Contractions: enumerate tile extents that are multiples of the array edge (or
// the padded problem), keep those that fit with double buffering, and minimise
// an estimate of cycles: the larger of array time and DMA time, plus what is
// exposed at both ends.
//
//===----------------------------------------------------------------------===//

#include "ArrayLag.h"
#include "DramEfficiency.h"
#include "TileExtents.h"
#include "tilewright/Layout/Subtiles.h"
#include "tilewright/Schedule/ArrayStream.h"
#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cmath>
#include <numeric>

using namespace tilewright;
using llvm::alignTo;
using llvm::divideCeil;

/// How a tile `a` x `b` (extents) of a tensor with these strides lies in
/// memory.
static RunPattern tilePattern(int64_t a, int64_t strideA, int64_t b,
                              int64_t strideB, unsigned bytes) {
  if (strideA != 1 && strideB == 1) {
    std::swap(a, b);
    std::swap(strideA, strideB);
  }
  RunPattern pattern;
  pattern.runs = b;
  pattern.runBytes = double(strideA == 1 ? a : 1) * bytes;
  pattern.pitchBytes = double(std::max<int64_t>(strideB, 1)) * bytes;
  if (strideA == 1 && strideB == a) { // whole rows: one run
    pattern.runBytes *= b;
    pattern.runs = 1;
  }
  return pattern;
}

/// Tile extents worth trying for a dimension of `extent`: the padded whole, and
/// halvings that stay multiples of `unit`.
static llvm::SmallVector<int64_t> tileCandidates(int64_t extent, int64_t unit,
                                                 int64_t limit) {
  llvm::SmallVector<int64_t> candidates;
  int64_t whole = alignTo(extent, unit);
  for (int64_t pieces = 1; pieces <= whole / unit; ++pieces) {
    int64_t tile = alignTo(divideCeil(whole, pieces), unit);
    if (tile <= limit && (candidates.empty() || candidates.back() != tile))
      candidates.push_back(tile);
    if (pieces >= 64)
      pieces += pieces / 8;
  }
  if (candidates.empty() || candidates.back() > unit)
    candidates.push_back(unit);
  return candidates;
}

ContractionExtents
tilewright::contractionExtents(const ContractionProblem &problem,
                               const MachineConfig &machine) {
  const int64_t lanes = machine.lanes;
  const int64_t vector = machine.vectorElements(4);
  // Arrays that share a block of n split its rows, between lines of a window;
  // fewer rows leave some of them idle, more are padding.
  const int64_t smallUnit = std::lcm(vector, problem.mUnit),
                sharedUnit = (problem.lineRows ? problem.lineRows : vector) *
                             machine.arrays.perCore,
                rowUnit = std::lcm(smallUnit, sharedUnit);
  const int64_t limit = 65535 / lanes * lanes;
  auto rows = tileCandidates(problem.m,
                             problem.m < rowUnit ? smallUnit : rowUnit, 65528);
  if (problem.lineRows && problem.m >= rowUnit)
    for (int64_t tile : tileCandidates(problem.m, smallUnit, 65528))
      if (!llvm::is_contained(rows, tile))
        rows.push_back(tile);
  return {rows, tileCandidates(problem.n, lanes, limit),
          tileCandidates(problem.k, lanes, limit)};
}

/// Bytes per index of one of a contraction's tensors, with the tiles that
/// accompany it.
static uint64_t sumBytes(unsigned first, llvm::ArrayRef<unsigned> rest) {
  return std::accumulate(rest.begin(), rest.end(), uint64_t(first));
}

/// Columns of a tile of x of `tm` rows.
static int64_t inputColumns(const ContractionProblem &p, int64_t tm) {
  return p.xColumnsFirst
             ? p.xColumnsFirst + (tm / p.mUnit - 1) * p.xColumnsPerUnit
             : tm;
}

/// Bytes per lane of a contraction's tiles, with their copies.
static uint64_t contractionBytes(const ContractionProblem &p, int64_t tm,
                                 int64_t tn, int64_t tk,
                                 const MachineConfig &machine) {
  const int64_t lanes = machine.lanes, tilesM = p.outerM * divideCeil(p.m, tm),
                tilesN = divideCeil(p.n, tn),
                stepsK = divideCeil(p.k, tk) * p.outerK;
  const uint64_t laneX = inputColumns(p, tm) *
                         ((p.onVectorLanes ? tn : tk) / lanes),
                 laneW = p.taps *
                         (p.onVectorLanes ? machine.vectorElements(4) : tk) *
                         (tn / lanes),
                 laneY = tm * (tn / lanes),
                 laneSplats = splatCopies(machine) * (tn / lanes);
  // Streamed tiles are double buffered when there is more than one of them.
  // Sums are in the arrays and in the next tile while earlier ones are stored.
  const int64_t results = p.outer * tilesM * tilesN;
  const unsigned copiesX = p.outer * tilesM * stepsK > 1 ? 2 : 1,
                 copiesW = p.outer * tilesN * stepsK > 1 ? 2 : 1,
                 copiesY = std::min<int64_t>(results, 2),
                 copiesSums = std::min<int64_t>(results, p.storesSums ? 3 : 2);
  return laneX * sumBytes(p.xBytes, p.extraX) * copiesX +
         laneW * sumBytes(p.wBytes, p.extraW) * copiesW +
         laneY * p.yBytes * copiesSums +
         laneY * sumBytes(0, p.extraY) * copiesY +
         laneSplats * sumBytes(0, p.splatsY) * copiesY;
}

/// Tiles of contractions are long moves: 97 % of the streaming rate in the tile
/// simulator, more than dramBytesPerCycle counts for all.
static constexpr double kLongMoves = 1.14;
/// Core cycles around the computation of a tile: waits, descriptors, loops, and
/// weights that nothing hides.
static constexpr double kCyclesPerTile = 60;
/// Core cycles that a further part of a product costs besides its weights.
static constexpr double kCyclesPerPart = 20;
/// The part of an estimate that subtiles have to save, and can save at most.
static constexpr double kLeastGain = 0.01, kMostGain = 0.5;
/// Core cycles that a pass through an unrolled loop costs besides its accesses.
static constexpr double kCyclesPerPass = 8;

namespace {
/// Cycles that arrays and core need for one step (a tile of x times one of w).
struct StepCost {
  double product = 0; ///< of one among others
  double drain = 0;   ///< until its last results are there
  double slack = 0;   ///< that the core is ahead of the arrays at most
  bool staysOpen = false;
};
} // namespace

static StepCost stepCost(const ContractionProblem &p, int64_t tm, int64_t tn,
                         int64_t tk, const MachineConfig &machine) {
  const int64_t lanes = machine.lanes, vector = machine.vectorElements(4),
                blocksN = tn / lanes, depth = tk / lanes * p.taps;
  // A vector of elements that are apart takes the port a cycle for each.
  const double xLoad = p.xStep > 1 ? vector : 1;
  StepCost cost;
  if (p.onVectorLanes) {
    cost.product =
        blocksN * double(tm) / vector * (p.taps * xLoad + 2) + kCyclesPerTile;
    return cost;
  }
  // A group of blocks, one per array (or rows of one block split over arrays),
  // streams its rows past weights that are loaded meanwhile, the core loading
  // x once for all arrays, and sums, which it stores, for each.
  const ArrayStream stream = ArrayStream::of(blocksN, tm, p.lineRows,
                                             arrayLagChunks(machine), machine);
  const double chunks = double(stream.chunks), rows = double(stream.rows),
               columns = double(stream.columns),
               weights = double(lanes) / vector,
               passes = std::ceil(chunks / double(stream.together()));
  const double port = chunks * rows * (xLoad + 2 * columns) + weights * columns,
               pushes = (2 * chunks + weights) * rows * columns,
               core = std::max(port, pushes) + passes * kCyclesPerPass,
               arrays = chunks * vector;
  const double group =
      std::max({arrays, core, double(lanes)}) + double(lanes) / vector;
  const double groups = double(stream.groupsN * depth);
  cost.product = groups * group + kCyclesPerTile;
  cost.drain = 2.0 * lanes;
  cost.staysOpen = stream.canStayOpen(depth);
  if (arrays > core)
    cost.slack = std::min<double>(machine.arrays.inputQueueRows,
                                  groups * (arrays - core));
  return cost;
}

namespace {
/// Core cycles to move tiles of average extents: padding is not moved.
struct MoveCost {
  double x = 0, w = 0, y = 0;
  double firstX = 0, firstW = 0, lastX = 0, lastW = 0; ///< in their subtiles
};
} // namespace

static MoveCost moveCost(const ContractionProblem &p, const Schedule &s,
                         const ContractionSteps &steps,
                         const MachineConfig &machine) {
  const int64_t tm = s.tile[0], tk = s.tile[2];
  const uint64_t xElem = sumBytes(p.xBytes, p.extraX),
                 wElem = sumBytes(p.wBytes, p.extraW),
                 yElem = sumBytes(p.storesSums ? p.yBytes : 0, p.extraY);
  const double rows = double(p.m) / divideCeil(p.m, tm),
               columns = double(inputColumns(p, tm)) * rows / tm,
               channels = double(p.n) / steps.tilesN,
               depth = double(p.k) / divideCeil(p.k, tk);
  const double rate = kLongMoves * dramBytesPerCycle(machine);
  auto time = [&](double elements, uint64_t bytes, const RunPattern &pattern) {
    return elements * bytes / (rate * dramEfficiency(pattern, machine.dram));
  };
  const double xDepth = p.onVectorLanes ? channels : depth;
  auto xTime = [&](int64_t subtiles) {
    return time(columns * xDepth, xElem,
                tilePattern(columns, p.xStrideM, xDepth / subtiles, p.xStrideK,
                            p.xBytes));
  };
  auto wTime = [&](int64_t subtiles) {
    return time(channels * depth * p.taps, wElem,
                tilePattern(channels, p.wStrideN, depth * p.taps / subtiles,
                            p.wStrideK, p.wBytes));
  };
  MoveCost cost;
  cost.x = cost.firstX = cost.lastX = xTime(1);
  cost.w = cost.firstW = cost.lastW = wTime(1);
  cost.y = time(rows * channels, yElem,
                tilePattern(rows, p.yStrideM, channels, p.yStrideN, p.yBytes));
  auto inParts = [](auto time, int64_t subtiles, double &cycles) {
    if (subtiles > 1)
      cycles = time(subtiles);
  };
  inParts(xTime, s.firstSubtiles[0], cost.firstX);
  inParts(wTime, s.firstSubtiles[1], cost.firstW);
  inParts(xTime, s.lastSubtiles[0], cost.lastX);
  inParts(wTime, s.lastSubtiles[1], cost.lastW);
  return cost;
}

double tilewright::estimatedCycles(const ContractionProblem &p,
                                   const Schedule &s,
                                   const MachineConfig &machine) {
  const int64_t lanes = machine.lanes, tm = s.tile[0], tn = s.tile[1];
  const ContractionSteps steps(p, s);
  const MoveCost move = moveCost(p, s, steps, machine);
  const double loads = p.outer * steps.perSum *
                           (steps.xReads() * steps.tilesM * move.x +
                            steps.wReads() * steps.tilesN * move.w) +
                       move.firstX + move.firstW + move.lastX + move.lastW -
                       2 * (move.x + move.w),
               stores = p.outer * double(steps.tilesM) * steps.tilesN * move.y;
  // Steps begin with the first loads, and the last of them when all loads are
  // done; they overlap the loads of the next and the stores of earlier ones,
  // which loads overtake. A result tile is cleared, and passes through the
  // epilogue, while the arrays work on what the core has pushed ahead.
  const StepCost cost = stepCost(p, tm, tn, s.tile[2], machine);
  const double results = double(tm) / machine.vectorElements(4) * (tn / lanes),
               passes =
                   1 + (p.extraY.empty() ? 0 : 2.0 * (1 + p.extraY.size()));
  const bool isOpen = cost.staysOpen && steps.count > 1;
  const double vectors = results * passes,
               exposed = isOpen ? std::max(0.0, vectors - cost.slack) : vectors;
  const double step = cost.product + (isOpen ? 0 : cost.drain + machine.lanes) +
                      exposed / double(steps.perSum);
  // The first product starts with the first subtiles, and ends a part behind
  // the last of them at the earliest; so does the last product. The weights of
  // a part are pushed when it begins, which only rows in the queue hide.
  const double firstParts = llvm::max_element(s.firstSubtiles)[0],
               lastParts = steps.count == 1
                               ? firstParts
                               : double(llvm::max_element(s.lastSubtiles)[0]);
  auto partCost = [&](double parts) {
    return std::max(kCyclesPerPart,
                    kCyclesPerPart + lanes - cost.slack / parts);
  };
  const double firstLoads = move.firstX + move.firstW,
               firstStart = move.firstX / s.firstSubtiles[0] +
                            move.firstW / s.firstSubtiles[1],
               first = std::max(firstStart + cost.product +
                                    (firstParts - 1) * partCost(firstParts),
                                firstLoads + cost.product / firstParts +
                                    (firstParts > 1) * partCost(firstParts));
  const double last =
      steps.count == 1 ? 0 : step + (lastParts - 1) * partCost(lastParts);
  const double behind = cost.drain + vectors,
               computed = 60 + first + std::max(0.0, steps.count - 2) * step +
                          last + behind,
               loaded = loads + cost.product / lastParts +
                        (lastParts > 1) * partCost(lastParts) + behind;
  return std::max({computed, loaded, loads + stores - move.y}) + move.y + 60;
}

uint64_t tilewright::tileBytesPerLane(const ContractionProblem &problem,
                                      const Schedule &schedule,
                                      const MachineConfig &machine) {
  return contractionBytes(problem, schedule.tile[0], schedule.tile[1],
                          schedule.tile[2], machine);
}

/// Numbers of subtiles of x and w worth trying for a tile of `tk` along k.
static llvm::SmallVector<std::array<int64_t, 2>>
subtileCandidates(const ContractionProblem &p, int64_t tk, bool x, bool w,
                  const MachineConfig &machine) {
  llvm::SmallVector<std::array<int64_t, 2>> all;
  for (int64_t count : {2, 3, 4, 6, 8}) {
    if (count > kMaxSubtiles || !makesPieces(tk, machine.lanes, count))
      continue;
    if (x)
      all.push_back({count, 1});
    if (w)
      all.push_back({1, count});
    if (x && w)
      all.push_back({count, count});
  }
  return all;
}

double tilewright::chooseSubtiles(const ContractionProblem &p, Schedule &s,
                                  double cycles, const MachineConfig &machine) {
  s.firstSubtiles = s.lastSubtiles = {1, 1};
  if (p.onVectorLanes || s.tile[2] == int64_t(machine.lanes))
    return cycles;
  const ContractionSteps steps(p, s);
  auto choose = [&](auto member, bool x, bool w) {
    const double limit = cycles * (1 - kLeastGain);
    llvm::SmallVector<int64_t> best = s.*member;
    double bestCycles = limit;
    for (auto counts : subtileCandidates(p, s.tile[2], x && !p.computesX,
                                         w && !p.computesW, machine)) {
      (s.*member).assign(counts.begin(), counts.end());
      double estimate = estimatedCycles(p, s, machine);
      if (estimate >= bestCycles)
        continue;
      best = s.*member;
      bestCycles = estimate;
    }
    s.*member = best;
    if (bestCycles < limit)
      cycles = bestCycles;
  };
  choose(&Schedule::firstSubtiles, true, true);
  choose(&Schedule::lastSubtiles, steps.renewsX(), steps.renewsW());
  return cycles;
}

namespace {
/// The cheapest schedule so far. Of equal ones the one with fewer steps:
/// estimates bound by memory are often equal but for rounding, and what they
/// leave out comes with every step.
struct Cheapest {
  Schedule schedule;
  double cycles = 0, steps = 0;

  bool empty() const { return schedule.tile.empty(); }
  void offer(const Schedule &other, double otherCycles, double otherSteps) {
    constexpr double kSame = 1e-9;
    const bool isSame = std::abs(otherCycles - cycles) <= kSame * cycles,
               isBetter = isSame ? otherSteps < steps : otherCycles < cycles;
    if (empty() || isBetter)
      *this = {other, otherCycles, otherSteps};
  }
};
} // namespace

/// What the estimate has to save for a tile that is chosen for its subtiles. It
/// knows tiles that follow each other better than the ends of a kernel.
static constexpr double kLeastGainOfTile = 0.04;

llvm::Expected<Schedule>
tilewright::scheduleContraction(const ContractionProblem &problem,
                                const MachineConfig &machine) {
  Schedule schedule;
  schedule.kind = "contraction";
  schedule.loopOrder = {0, 1, 2};
  schedule.lagChunks = arrayLagChunks(machine);
  Cheapest whole, split; // by the estimate without and with subtiles
  ContractionExtents extents = contractionExtents(problem, machine);
  for (int64_t tm : extents.m)
    for (int64_t tn : extents.n)
      for (int64_t tk : extents.k) {
        if (contractionBytes(problem, tm, tn, tk, machine) >
            tileBudget(machine))
          continue;
        schedule.tile = {tm, tn, tk};
        schedule.firstSubtiles = schedule.lastSubtiles = {1, 1};
        const double steps = ContractionSteps(problem, schedule).count;
        double cycles = estimatedCycles(problem, schedule, machine);
        whole.offer(schedule, cycles, steps);
        // Subtiles save no more than the ends of a kernel.
        if (split.empty() || cycles * (1 - kMostGain) < split.cycles)
          cycles = chooseSubtiles(problem, schedule, cycles, machine);
        split.offer(schedule, cycles, steps);
      }
  if (whole.empty())
    return unsupportedError(
        "no contraction tile fits the scratchpad of machine '" + machine.name +
        "' (" + llvm::Twine(machine.spadBytesPerLane) + " bytes per lane)");
  whole.cycles = chooseSubtiles(problem, whole.schedule, whole.cycles, machine);
  return split.cycles < (1 - kLeastGainOfTile) * whole.cycles ? split.schedule
                                                              : whole.schedule;
}
