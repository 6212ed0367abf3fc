//===- Elementwise.cpp - Tiles of elementwise kernels ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Also those of gathers and scatters, which are elementwise but for where they
// read or write. Each dimension is tried on the lanes; a tile is filled from
// the innermost dimension outwards. The schedule with the lowest estimate is
// taken: the larger of moves and vector work per tile, and what cannot overlap.
//
//===----------------------------------------------------------------------===//

#include "DramEfficiency.h"
#include "tilewright/Schedule/Checks.h"
#include "tilewright/Schedule/ScheduleSpace.h"
#include "tilewright/Schedule/VectorCost.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

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

/// Core cycles that a tile costs besides its data: waits, descriptors, loops.
static constexpr double kCyclesPerTile = 20;
/// Those that nothing overlaps when indices are loaded before what they say.
static constexpr double kIndexCycles = 50;
/// Cycles until the first data of a move arrives.
static constexpr double kMoveLatency = 60;

namespace {
/// Estimates of one problem; keeps what schedules share.
class Estimator {
public:
  Estimator(const ElementwiseProblem &problem, const MachineConfig &machine)
      : problem(problem), machine(machine), rate(dramBytesPerCycle(machine)) {}
  double cycles(const Schedule &schedule);

private:
  double moveCycles(const OperandAccess &operand, llvm::ArrayRef<double> valid);
  double efficiency(const RunPattern &pattern);

  const ElementwiseProblem &problem;
  const MachineConfig &machine;
  const double rate;
  std::map<std::tuple<double, double, int64_t>, double> known;
};
} // namespace

double Estimator::efficiency(const RunPattern &pattern) {
  // What is contiguous follows in other rows of memory.
  if (pattern.runs == 1)
    return 1;
  auto [entry, isNew] = known.try_emplace(
      {pattern.runBytes, pattern.pitchBytes, pattern.runs}, 0);
  if (isNew)
    entry->second = dramEfficiency(pattern, machine.dram);
  return entry->second;
}

/// What the move of an average tile of `operand` takes, `valid` being the
/// coordinates of it that there are.
double Estimator::moveCycles(const OperandAccess &operand,
                             llvm::ArrayRef<double> valid) {
  llvm::SmallVector<unsigned> order;
  for (unsigned d = 0; d < valid.size(); ++d)
    if (operand.strides[d] != 0 && valid[d] > 1)
      order.push_back(d);
  llvm::sort(order, [&](unsigned a, unsigned b) {
    return std::pair(std::abs(operand.strides[a]), a) <
           std::pair(std::abs(operand.strides[b]), b);
  });
  // A contiguous run, and further ones spread over what the tile spans.
  double run = 1, elements = 1, span = 1;
  bool contiguous = true;
  for (unsigned d : order) {
    const double stride = double(std::abs(operand.strides[d]));
    elements *= valid[d];
    span += (valid[d] - 1) * stride;
    contiguous &= stride == run;
    if (!contiguous)
      continue;
    run *= valid[d];
    contiguous = valid[d] == double(problem.extents[d]);
  }
  RunPattern pattern;
  pattern.runBytes = run * operand.elementBytes;
  pattern.runs = std::max<int64_t>(int64_t(elements / run), 1);
  if (pattern.runs > 1)
    pattern.pitchBytes =
        std::max(run, (span - run) / double(pattern.runs - 1)) *
        operand.elementBytes;
  return elements * operand.elementBytes / (rate * efficiency(pattern));
}

double Estimator::cycles(const Schedule &s) {
  const unsigned last = problem.extents.size() - 1;
  llvm::SmallVector<double> valid;
  double tiles = 1;
  VectorShape shape;
  for (unsigned d = 0; d <= last; ++d) {
    const double trips = divideCeil(problem.extents[d], s.tile[d]);
    tiles *= trips;
    valid.push_back(double(problem.extents[d]) / trips);
    const int64_t share =
        d == s.laneDim ? s.tile[d] / machine.lanes : s.tile[d];
    if (d == last)
      shape.along = share;
    else
      shape.rows *= double(share);
  }
  double dma = 0;
  for (const OperandAccess &operand : problem.operands)
    dma += moveCycles(operand, valid);
  VectorOp op;
  op.loads = problem.operands.size() - problem.outputs;
  op.stores = problem.outputs;
  op.computing = problem.computing;
  const double work = vectorCycles(op, shape, machine),
               perTile = kCyclesPerTile +
                         (problem.kind == "elementwise" ? 0 : kIndexCycles);
  return dma + work + (tiles - 1) * std::max(dma, work) + tiles * perTile +
         kMoveLatency;
}

double tilewright::estimatedCycles(const ElementwiseProblem &problem,
                                   const Schedule &schedule,
                                   const MachineConfig &machine) {
  return Estimator(problem, machine).cycles(schedule);
}

/// Extents of about equal pieces, multiples of `unit`, that leave no more than
/// `limit` in a tile: the whole, halves, thirds...
static llvm::SmallVector<int64_t> pieces(int64_t extent, int64_t unit,
                                         int64_t limit) {
  llvm::SmallVector<int64_t> result;
  const int64_t blocks = divideCeil(extent, unit);
  for (int64_t count = 1; count <= blocks; count += 1 + count / 2) {
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
  for (int d = int(schedule.tile.size()) - 2; d >= 0 && wide < 4; --d) {
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

llvm::Expected<Schedule>
tilewright::heuristicSchedule(const ElementwiseProblem &problem,
                              const MachineConfig &machine) {
  Schedule start;
  start.kind = problem.kind;
  start.vectorDim = problem.extents.size() - 1;
  for (unsigned d = 0; d < problem.extents.size(); ++d)
    start.loopOrder.push_back(d);
  Estimator estimator(problem, machine);
  auto cycles = [&](const Schedule &schedule) -> std::optional<double> {
    if (tileBytesPerLane(problem, schedule, machine) > tileBudget(machine))
      return std::nullopt;
    return estimator.cycles(schedule);
  };
  if (auto best =
          cheapestSchedule(enumerateSchedules(problem, start, machine), cycles))
    return std::move(*best);
  return unsupportedError("the " + llvm::Twine(problem.operands.size()) +
                          " operands of an elementwise kernel do not fit the "
                          "scratchpad of machine '" +
                          machine.name + "'");
}
