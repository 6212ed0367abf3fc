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
#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
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
  const unsigned copiesX = p.outer * tilesM * stepsK > 1 ? 2 : 1,
                 copiesW = p.outer * tilesN * stepsK > 1 ? 2 : 1,
                 copiesY = p.outer * tilesM * tilesN > 1 ? 2 : 1;
  return laneX * sumBytes(p.xBytes, p.extraX) * copiesX +
         laneW * sumBytes(p.wBytes, p.extraW) * copiesW +
         laneY * sumBytes(p.yBytes, p.extraY) * copiesY +
         laneSplats * sumBytes(0, p.splatsY) * copiesY;
}

/// Core cycles around the computation of a tile: waits, descriptors, loops.
static constexpr double kCyclesPerTile = 60;

/// Cycles that arrays and core need for one step (a tile of x times one of w).
static double stepCycles(const ContractionProblem &p, int64_t tm, int64_t tn,
                         int64_t tk, const MachineConfig &machine) {
  const int64_t lanes = machine.lanes, vector = machine.vectorElements(4),
                blocksN = tn / lanes, arrays = machine.arrays.perCore;
  const double vectors = double(tm) / vector;
  // A vector of elements that are apart takes the port a cycle for each.
  const double xLoad = p.xStep > 1 ? vector : 1;
  if (p.onVectorLanes)
    return blocksN * vectors * (p.taps * xLoad + 2) + kCyclesPerTile;
  // A group of blocks, one per array (or rows of one block split over arrays),
  // streams its rows past weights that are loaded meanwhile, the core loading
  // x once for all arrays, and sums, which it stores, for each.
  const int64_t unit = p.lineRows ? p.lineRows : vector,
                columns = std::gcd(arrays, blocksN),
                rows = std::gcd(arrays / columns, tm / unit),
                groups = blocksN / columns * (tk / lanes) * p.taps;
  const double port =
      vectors * (xLoad + 2.0 * columns) + 2.0 * columns * rows * lanes / vector;
  const double group = std::max({double(tm) / rows, port, double(lanes)}) +
                       double(lanes) / vector;
  // Arrays drain at the end, about 3L cycles with the first weights.
  return groups * group + 3.0 * lanes + kCyclesPerTile;
}

/// Estimated cycles with tiles of these extents.
static double estimate(const ContractionProblem &p, int64_t tm, int64_t tn,
                       int64_t tk, bool columnsOutside,
                       const MachineConfig &machine) {
  const int64_t lanes = machine.lanes;
  const int64_t tilesM = p.outerM * divideCeil(p.m, tm),
                tilesN = divideCeil(p.n, tn), tilesK = divideCeil(p.k, tk);
  const uint64_t xElem = sumBytes(p.xBytes, p.extraX),
                 wElem = sumBytes(p.wBytes, p.extraW),
                 yElem = sumBytes(p.storesSums ? p.yBytes : 0, p.extraY);
  const int64_t stepsK = tilesK * p.outerK;
  // What tiles hold on average: padding is not moved.
  const double rows = double(p.m) / divideCeil(p.m, tm),
               columns = double(inputColumns(p, tm)) * rows / tm,
               channels = double(p.n) / tilesN, depth = double(p.k) / tilesK;
  // Loops run m, n, k or n, m, k. The input of the outer loop is read again for
  // every tile of the inner one unless k is one tile.
  const double xReads =
      (columnsOutside ? tilesM * stepsK : stepsK) == 1 ? 1 : double(tilesN);
  const double wReads =
      (columnsOutside ? stepsK : tilesN * stepsK) == 1 ? 1 : double(tilesM);
  const double rate = dramBytesPerCycle(machine);
  // Time to move one tile of each tensor.
  auto moveTime = [&](double elements, uint64_t bytes,
                      const RunPattern &pattern) {
    return elements * bytes / (rate * dramEfficiency(pattern, machine.dram));
  };
  const double xDepth = p.onVectorLanes ? channels : depth;
  const double xTile = moveTime(columns * xDepth, xElem,
                                tilePattern(columns, p.xStrideM, xDepth,
                                            p.xStrideK, p.xBytes)),
               wTile =
                   moveTime(channels * depth * p.taps, wElem,
                            tilePattern(channels, p.wStrideN, depth * p.taps,
                                        p.wStrideK, p.wBytes)),
               yTile = moveTime(rows * channels, yElem,
                                tilePattern(rows, p.yStrideM, channels,
                                            p.yStrideN, p.yBytes));
  const double dma = p.outer * (xReads * tilesM * stepsK * xTile +
                                wReads * tilesN * stepsK * wTile +
                                double(tilesM) * tilesN * yTile);
  // The first loads, the last step and the last store overlap nothing; between
  // them a step overlaps the loads of the next and the store of the previous
  // one. A result tile is cleared, and passes through the epilogue.
  const double results = double(tm) / machine.vectorElements(4) * (tn / lanes),
               passes = 1 + (p.extraY.empty() ? 0 : 2.0 + p.extraY.size());
  const double step =
      stepCycles(p, tm, tn, tk, machine) + results * passes / double(stepsK);
  const double steps = double(p.outer) * tilesM * tilesN * stepsK;
  const double head = xTile + wTile + 60, tail = yTile + 60;
  return head + std::max((steps - 1) * step, dma - head - tail) + step + tail;
}

uint64_t tilewright::tileBytesPerLane(const ContractionProblem &problem,
                                      const Schedule &schedule,
                                      const MachineConfig &machine) {
  return contractionBytes(problem, schedule.tile[0], schedule.tile[1],
                          schedule.tile[2], machine);
}

double tilewright::estimatedCycles(const ContractionProblem &problem,
                                   const Schedule &schedule,
                                   const MachineConfig &machine) {
  return estimate(problem, schedule.tile[0], schedule.tile[1], schedule.tile[2],
                  schedule.loopOrder[0] == 1, machine);
}

llvm::Expected<Schedule>
tilewright::scheduleContraction(const ContractionProblem &problem,
                                const MachineConfig &machine) {
  Schedule best;
  double bestCycles = 0;
  ContractionExtents extents = contractionExtents(problem, machine);
  for (int64_t tm : extents.m)
    for (int64_t tn : extents.n)
      for (int64_t tk : extents.k) {
        if (contractionBytes(problem, tm, tn, tk, machine) >
            tileBudget(machine))
          continue;
        double cycles = estimate(problem, tm, tn, tk, false, machine);
        if (!best.tile.empty() && cycles >= bestCycles)
          continue;
        best.tile = {tm, tn, tk};
        bestCycles = cycles;
      }
  if (best.tile.empty())
    return unsupportedError(
        "no contraction tile fits the scratchpad of machine '" + machine.name +
        "' (" + llvm::Twine(machine.spadBytesPerLane) + " bytes per lane)");
  best.kind = "contraction";
  best.loopOrder = {0, 1, 2};
  best.lagChunks = arrayLagChunks(machine);
  return best;
}
