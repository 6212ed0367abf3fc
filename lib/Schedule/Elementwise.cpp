//===- Elementwise.cpp - Tiles of elementwise kernels ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Also those of gathers and scatters, which are elementwise but for where they
// read or write. The lane dimension is the one that keeps most lanes and vector
// elements busy; the tile grows outwards while it fits and leaves enough tiles
// to overlap.
//
//===----------------------------------------------------------------------===//

#include "DramEfficiency.h"
#include "tilewright/Schedule/Checks.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace tilewright;
using llvm::alignTo;
using llvm::divideCeil;

/// The alignment of the innermost dimension: one vector register of the
/// narrowest type, so that every operand fills whole registers.
static int64_t vectorOf(const ElementwiseProblem &problem,
                        const MachineConfig &machine) {
  unsigned narrow = 8;
  for (const OperandAccess &operand : problem.operands)
    narrow = std::min(narrow, operand.elementBytes);
  return machine.vectorElements(narrow);
}

/// Bytes per lane of all operand tiles for tile extents `tile`.
static uint64_t elementwiseBytes(const ElementwiseProblem &problem,
                                 const Schedule &s, unsigned lanes,
                                 unsigned copies) {
  uint64_t total = 0;
  for (const OperandAccess &operand : problem.operands) {
    uint64_t elements = 1;
    for (unsigned d = 0; d < s.tile.size(); ++d) {
      bool varies = operand.strides[d] != 0;
      if (d == s.laneDim)
        elements *= divideCeil(s.tile[d], s.laneStride * lanes) * s.laneStride;
      else if (varies || d == s.vectorDim)
        elements *= s.tile[d];
    }
    total += alignTo(elements * operand.elementBytes, 64) * copies;
  }
  return total;
}

uint64_t tilewright::tileBytesPerLane(const ElementwiseProblem &problem,
                                      const Schedule &schedule,
                                      const MachineConfig &machine) {
  return elementwiseBytes(problem, schedule, machine.lanes, 2);
}

llvm::Expected<Schedule>
tilewright::heuristicSchedule(const ElementwiseProblem &problem,
                              const MachineConfig &machine) {
  const unsigned rank = problem.extents.size();
  const unsigned lanes = machine.lanes;
  const unsigned last = rank - 1;
  const int64_t vector = vectorOf(problem, machine);
  const uint64_t budget = tileBudget(machine);

  Schedule best;
  best.kind = problem.kind;
  double bestUse = -1;
  for (unsigned laneDim = 0; laneDim < rank; ++laneDim) {
    if (problem.laneDim && laneDim != *problem.laneDim)
      continue;
    int64_t extent = problem.extents[laneDim];
    double use = laneDim == last
                     ? double(extent) /
                           (lanes * alignTo(divideCeil(extent, lanes), vector))
                     : double(extent) / alignTo(extent, lanes) *
                           problem.extents[last] /
                           alignTo(problem.extents[last], vector);
    // Prefer the innermost dimension unless another is clearly better: it keeps
    // device accesses contiguous.
    if (laneDim == last)
      use *= 1.1;
    if (use > bestUse) {
      bestUse = use;
      best.laneDim = laneDim;
    }
  }
  best.vectorDim = last;
  best.tile.assign(rank, 1);
  best.tile[last] = std::min<int64_t>(alignTo(problem.extents[last], vector),
                                      65528 / vector * vector);
  if (best.laneDim == last) {
    // Whole rounds of lanes; at least four tiles when there is that much work.
    int64_t perLane = divideCeil(problem.extents[last], lanes);
    int64_t most = std::max<int64_t>(65535 / lanes / vector * vector, vector);
    int64_t pieces = perLane > 8 * vector ? 4 : 1;
    best.laneStride =
        std::min<int64_t>(most, alignTo(divideCeil(perLane, pieces), vector));
    best.tile[last] = int64_t(best.laneStride) * lanes;
    while (elementwiseBytes(problem, best, lanes, 2) > budget &&
           best.laneStride > vector) {
      best.laneStride = alignTo(best.laneStride / 2, vector);
      best.tile[last] = int64_t(best.laneStride) * lanes;
    }
  } else {
    best.laneStride = 1;
    best.tile[best.laneDim] = lanes;
    while (elementwiseBytes(problem, best, lanes, 2) > budget &&
           best.tile[last] > vector)
      best.tile[last] = alignTo(best.tile[last] / 2, vector);
  }
  if (elementwiseBytes(problem, best, lanes, 2) > budget)
    return unsupportedError("the " + llvm::Twine(problem.operands.size()) +
                            " operands of an elementwise kernel do not fit the "
                            "scratchpad of machine '" +
                            machine.name + "'");
  // Grow outwards while tiles fit, at most 3 dimensions beyond the innermost.
  unsigned wide = 1 + (best.laneDim != last);
  for (int d = int(last) - 1; d >= 0; --d) {
    bool isLane = unsigned(d) == best.laneDim;
    int64_t unit = isLane ? lanes : 1;
    int64_t whole = alignTo(problem.extents[d], unit);
    if ((!isLane && wide >= 4) || best.tile[d] >= whole)
      continue;
    int64_t &extent = best.tile[d];
    // Leave about four tiles for the pipeline to overlap.
    int64_t goal = std::max<int64_t>(
        unit, alignTo(d == 0 ? divideCeil(whole, 4) : whole, unit));
    while (extent < goal) {
      int64_t previous = extent;
      extent = std::min(
          {int64_t(alignTo(extent * 2, unit)), goal, 65535 / unit * unit});
      if (extent == previous)
        break;
      if (elementwiseBytes(problem, best, lanes, 2) > budget) {
        extent = previous;
        break;
      }
    }
    wide += !isLane && extent > 1;
    if (extent < whole)
      break;
  }
  for (unsigned d = 0; d < rank; ++d)
    best.loopOrder.push_back(d);
  return best;
}

llvm::Error tilewright::checkSchedule(const Schedule &s,
                                      const ElementwiseProblem &problem,
                                      const MachineConfig &machine) {
  const unsigned rank = problem.extents.size();
  if (llvm::Error error = checkExtents(s, rank))
    return error;
  auto all = llvm::to_vector(llvm::seq(0u, rank));
  if (llvm::Error error = checkOneOf("lane_dim:", s.laneDim, all))
    return error;
  if (s.laneStride < 1)
    return refuseSchedule("lane_stride: 0 is below 1");
  // What one lane holds along the innermost dimension is whole vectors.
  const bool innermost = s.laneDim == rank - 1;
  const int64_t unit = vectorOf(problem, machine);
  if (llvm::Error error = firstOf(
          checkFixed("vector_dim:", s.vectorDim, rank - 1),
          checkMultiple("tile: extent of the lane dimension", s.tile[s.laneDim],
                        int64_t(s.laneStride) * machine.lanes,
                        "lane_stride times lanes"),
          checkMultiple(innermost ? "lane_stride:" : "tile: innermost extent",
                        innermost ? s.laneStride : s.tile[rank - 1], unit,
                        "whole vectors"),
          checkOrder(s, rank)))
    return error;
  return checkBytes(tileBytesPerLane(problem, s, machine), machine);
}

//===----------------------------------------------------------------------===//
// Estimate and candidates
//===----------------------------------------------------------------------===//

/// What the moves of an average tile of `operand` take.
static double moveCycles(const OperandAccess &operand,
                         llvm::ArrayRef<double> valid,
                         const ElementwiseProblem &problem,
                         const MachineConfig &machine) {
  llvm::SmallVector<unsigned> order;
  for (unsigned d = 0; d < valid.size(); ++d)
    if (operand.strides[d] != 0 && valid[d] > 1)
      order.push_back(d);
  llvm::sort(order, [&](unsigned a, unsigned b) {
    return std::pair(std::abs(operand.strides[a]), a) <
           std::pair(std::abs(operand.strides[b]), b);
  });
  RunPattern pattern;
  double run = 1, elements = 1;
  bool contiguous = true;
  for (unsigned d : order) {
    const double stride = double(std::abs(operand.strides[d]));
    elements *= valid[d];
    if (contiguous && stride == run) {
      run *= valid[d];
      contiguous = valid[d] == double(problem.extents[d]);
      continue;
    }
    if (pattern.pitchBytes == 0) {
      pattern.pitchBytes = stride * operand.elementBytes;
      pattern.runs = int64_t(valid[d]);
    }
    contiguous = false;
  }
  pattern.runBytes = run * operand.elementBytes;
  return elements * operand.elementBytes /
         (dramBytesPerCycle(machine) * dramEfficiency(pattern, machine.dram));
}

/// Core cycles that a tile costs besides its data: waits, descriptors, loops.
static constexpr double kCyclesPerTile = 100;

double tilewright::estimatedCycles(const ElementwiseProblem &problem,
                                   const Schedule &s,
                                   const MachineConfig &machine) {
  const unsigned rank = problem.extents.size();
  llvm::SmallVector<double> valid;
  double tiles = 1, slots = 1, along = 1;
  for (unsigned d = 0; d < rank; ++d) {
    const double trips = divideCeil(problem.extents[d], s.tile[d]);
    tiles *= trips;
    valid.push_back(double(problem.extents[d]) / trips);
    along =
        d == s.laneDim ? double(s.tile[d]) / machine.lanes : double(s.tile[d]);
    slots *= along;
  }
  double dma = 0;
  for (const OperandAccess &operand : problem.operands)
    dma += moveCycles(operand, valid, problem, machine);
  // Vectors of up to four registers; a loop's own instructions cost about
  // three.
  const double perRegister = machine.vectorElements(4),
               registers = std::clamp(along / perRegister, 1.0, 4.0);
  const double work =
      slots / (registers * perRegister) *
      (registers * (problem.operands.size() + problem.bodyOps) + 3);
  return dma + work + (tiles - 1) * std::max(dma, work) +
         tiles * kCyclesPerTile;
}

/// Extents of about equal pieces, multiples of `unit`, that leave no more than
/// `limit` in a tile: the whole, halves, thirds...
static llvm::SmallVector<int64_t> pieces(int64_t extent, int64_t unit,
                                         int64_t limit) {
  llvm::SmallVector<int64_t> result;
  const int64_t blocks = divideCeil(extent, unit);
  for (int64_t count = 1; count <= blocks; count += 1 + count / 4) {
    int64_t tile = divideCeil(blocks, count) * unit;
    if (tile <= limit && (result.empty() || result.back() != tile))
      result.push_back(tile);
  }
  return result;
}

/// Appends `schedule` with its outer dimensions filled from the inside: whole
/// ones, then pieces of the next.
static void fillOutwards(Schedule schedule, const ElementwiseProblem &problem,
                         std::vector<Schedule> &into) {
  into.push_back(schedule);
  unsigned wide = 0;
  for (int64_t extent : schedule.tile)
    wide += extent > 1;
  for (int d = int(schedule.tile.size()) - 2; d >= 0 && wide < 5; --d) {
    if (unsigned(d) == schedule.laneDim || problem.extents[d] == 1)
      continue;
    auto sizes = pieces(problem.extents[d], 1, 65535);
    for (int64_t size : llvm::reverse(sizes)) {
      schedule.tile[d] = size;
      into.push_back(schedule);
    }
    if (sizes.empty() || sizes.front() < problem.extents[d])
      return;
    ++wide;
  }
}

std::vector<Schedule>
tilewright::enumerateSchedules(const ElementwiseProblem &problem,
                               const Schedule &heuristic,
                               const MachineConfig &machine) {
  const unsigned last = problem.extents.size() - 1;
  const int64_t lanes = machine.lanes, unit = vectorOf(problem, machine);
  std::vector<Schedule> all;
  Schedule schedule = heuristic;
  for (unsigned lane = 0; lane <= last; ++lane) {
    if (problem.laneDim && lane != *problem.laneDim)
      continue;
    schedule.laneDim = lane;
    schedule.tile.assign(last + 1, 1);
    if (lane == last) {
      for (int64_t tile : pieces(problem.extents[last], unit * lanes, 65535)) {
        schedule.laneStride = tile / lanes;
        schedule.tile[last] = tile;
        fillOutwards(schedule, problem, all);
      }
      continue;
    }
    schedule.laneStride = 1;
    for (int64_t inner : pieces(problem.extents[last], unit, 65535))
      for (int64_t rows : pieces(problem.extents[lane], lanes, 65535)) {
        schedule.tile[last] = inner;
        schedule.tile[lane] = rows;
        fillOutwards(schedule, problem, all);
      }
  }
  return all;
}
