//===- WindowPlan.cpp - How a pooling lies on the lanes -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every arrangement is tried with every plain dimension and axis, in tiles of
// several sizes: whole images while they fit, then fewer lines, then parts of
// lines. The one with the lowest estimate is taken: tiles times the larger of
// moves and vector work, and what cannot overlap.
//
//===----------------------------------------------------------------------===//

#include "WindowPlan.h"
#include "tilewright/Schedule/Checks.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace tilewright;
using namespace tilewright::codegen;
using llvm::alignTo;
using llvm::divideCeil;
using llvm::SmallVector;

/// What a descriptor can say, and tiles of the input with rows on the lanes.
static constexpr int64_t kMaxExtent = 65535, kMaxLineTaps = 16;
/// Cycles that a tile costs beside its work: descriptors, waits, loops.
static constexpr double kCyclesPerTile = 100;

Schedule WindowPlan::schedule() const {
  return tileSchedule("window", dims, lane, laneStride, storage.back(), loops);
}

namespace {
class WindowPlanner {
public:
  WindowPlanner(const WindowProblem &problem, const MachineConfig &machine)
      : problem(problem), machine(machine), budget(tileBudget(machine)) {
    unsigned narrowest = problem.result.bytes;
    for (const RowValue &value : problem.values)
      narrowest = std::min(narrowest, value.bytes);
    unit = machine.vectorElements(narrowest);
  }
  /// Tries every arrangement in several sizes. Those that fit go to `seen`, if
  /// it is given.
  std::optional<WindowPlan> run(std::vector<Schedule> *seen = nullptr);
  uint64_t smallestBytes() const { return smallest; }

  /// An arrangement with the smallest tile and no loops; nothing where the
  /// window does not have it. `shrinkable` are the dimensions of which a tile
  /// may have more, besides the lanes.
  std::optional<WindowPlan> columns(unsigned lane,
                                    SmallVector<unsigned> &shrinkable) const;
  WindowPlan channels(unsigned lane, SmallVector<unsigned> &shrinkable) const;
  std::optional<WindowPlan> lines(unsigned axis,
                                  SmallVector<unsigned> &shrinkable) const;
  /// Fills in what follows from the tile's extents.
  void complete(WindowPlan &plan) const;
  double estimate(const WindowPlan &plan) const;
  int64_t unitOf(const WindowPlan &plan, unsigned dim) const {
    return dim == plan.storage.back() && dim != plan.lane ? unit : 1;
  }
  int64_t vectorUnit() const { return unit; }
  bool fits(const WindowPlan &plan) const;

private:
  /// Tries tile extents of the dimensions `shrinkable` (outermost first), from
  /// whole ones down.
  void fit(WindowPlan plan, llvm::ArrayRef<unsigned> shrinkable);
  bool consider(WindowPlan plan);
  void describeInput(WindowPlan &plan) const;
  uint64_t bytes(const WindowPlan &plan) const;
  double vectorCycles(const WindowPlan &plan) const;
  WindowPlan start() const;
  int64_t slots(const WindowPlan &plan, unsigned dim) const {
    int64_t tile = plan.dims[dim].tile;
    return dim == plan.lane
               ? divideCeil(tile, int64_t(plan.laneStride) * machine.lanes) *
                     plan.laneStride
               : tile;
  }

  const WindowProblem &problem;
  const MachineConfig &machine;
  const uint64_t budget;
  int64_t unit; ///< elements that fill registers of every value
  uint64_t smallest = ~uint64_t(0);
  std::optional<WindowPlan> best;
  double bestCycles = 0;
  std::vector<Schedule> *seen = nullptr;
};
} // namespace

WindowPlan WindowPlanner::start() const {
  WindowPlan plan;
  plan.dims = problem.dims;
  for (Dim &dim : plan.dims)
    dim.tile = 1;
  return plan;
}

/// The tile of the input: what the rows of a tile of results read.
void WindowPlanner::describeInput(WindowPlan &plan) const {
  plan.covered.clear();
  for (auto [number, axis] : llvm::enumerate(problem.axes)) {
    int64_t rows = axis.row ? plan.dims[*axis.row].tile : 1;
    if (plan.lineAxis == unsigned(number)) {
      plan.covered.push_back(1);
    } else if (axis.row && *axis.row == plan.storage.back() &&
               *axis.row != plan.lane) {
      // Vectors of all elements up to the last tap's, taken apart by steps
      // (lib/Transforms/WindowReductions.cpp).
      int64_t whole = int64_t(llvm::PowerOf2Ceil(axis.step)) * unit;
      int64_t end = rows * axis.step + axis.reach() / axis.step * axis.step +
                    (whole - axis.step * unit);
      plan.covered.push_back(alignTo(std::max(end, axis.covered(rows)), unit));
    } else {
      plan.covered.push_back(axis.covered(rows));
    }
  }
  plan.inputShape.clear();
  auto addAxes = [&] {
    for (unsigned i = 0; i < problem.axes.size(); ++i)
      if (plan.lineAxis != i)
        plan.inputShape.push_back(plan.covered[i]);
  };
  if (plan.vectorsOnLanes()) {
    addAxes();
    plan.inputShape.push_back(plan.dims[plan.lane].tile);
    return;
  }
  plan.inputShape.push_back(plan.dims[plan.lane].tile);
  for (unsigned dim : problem.plain)
    if (dim != plan.lane && llvm::is_contained(plan.storage, dim))
      plan.inputShape.push_back(plan.dims[dim].tile);
  addAxes();
}

uint64_t WindowPlanner::bytes(const WindowPlan &plan) const {
  uint64_t input = slots(plan, plan.lane);
  const bool onLanes = plan.vectorsOnLanes();
  for (auto [i, extent] : llvm::enumerate(plan.inputShape))
    if (i != (onLanes ? plan.inputShape.size() - 1 : 0))
      input *= extent;
  uint64_t tiles = plan.lineAxis ? problem.axes[*plan.lineAxis].taps : 1;
  uint64_t total = alignTo(input * problem.inputBytes, 64) * 2 * tiles;
  auto add = [&](const RowValue &value) {
    uint64_t elements = 1;
    for (unsigned dim : plan.storage)
      if (dim == plan.lane || dim == plan.storage.back() || value.varies[dim])
        elements *= slots(plan, dim);
    total += alignTo(elements * value.bytes, 64) * (value.moves ? 2 : 1);
  };
  add(problem.result);
  for (const RowValue &value : problem.values)
    add(value);
  return total;
}

/// Vector work of a tile: per vector of results the loads of its window, which
/// take the bank's port for a register each, and what combines them.
double WindowPlanner::vectorCycles(const WindowPlan &plan) const {
  double vectors = 1;
  for (unsigned dim : plan.storage)
    vectors *= slots(plan, dim);
  vectors /= unit;
  const unsigned last = plan.storage.back();
  double lines = 1, loads = 1, parts = 0, perLoad = 1;
  for (const WindowAxis &axis : problem.axes) {
    bool along = axis.row && *axis.row == last && last != plan.lane;
    if (!along) {
      lines *= axis.taps;
      continue;
    }
    if (axis.step == 1) {
      loads = axis.taps;
    } else if (axis.step <= 4) {
      loads = axis.reach() / axis.step + 1;
      perLoad = llvm::PowerOf2Ceil(axis.step);
      parts = axis.taps;
    } else {
      loads = axis.taps;
      perLoad = unit; // strided: a cycle per element
    }
  }
  const double combine = std::max(1.0, problem.combinerOps / 2.0);
  return vectors * (lines * loads * (perLoad + combine) +
                    parts * (1 + combine) + 3 * problem.values.size() + 10);
}

double WindowPlanner::estimate(const WindowPlan &plan) const {
  double tiles = 1, results = 1;
  for (const Dim &dim : plan.dims) {
    tiles *= dim.trips();
    results *= dim.extent;
  }
  // Coordinates of the input that are moved, halos of tiles included.
  double input = 1;
  for (unsigned dim : problem.plain)
    input *= problem.dims[dim].extent;
  for (auto [number, axis] : llvm::enumerate(problem.axes)) {
    if (plan.lineAxis == unsigned(number)) {
      input *= double(problem.dims[*axis.row].extent) * axis.taps;
      continue;
    }
    const Dim one;
    const Dim &row = axis.row ? plan.dims[*axis.row] : one;
    input *= std::min<double>(double(row.trips()) * axis.covered(row.tile),
                              axis.end - axis.begin +
                                  double(row.trips() - 1) * axis.reach());
  }
  double bytes = input * problem.inputBytes;
  if (problem.result.moves)
    bytes += results * problem.result.bytes;
  for (const RowValue &value : problem.values)
    if (value.moves)
      bytes += results * value.bytes;
  const double moves = bytes / dramBytesPerCycle(machine) / tiles,
               work = vectorCycles(plan);
  return tiles * (std::max(moves, work) + kCyclesPerTile) +
         std::min(moves, work) + moves;
}

void WindowPlanner::complete(WindowPlan &plan) const {
  describeInput(plan);
  plan.bytes = bytes(plan);
}

bool WindowPlanner::fits(const WindowPlan &plan) const {
  auto tooLong = [](int64_t extent) { return extent > kMaxExtent; };
  return plan.bytes <= budget && llvm::none_of(plan.inputShape, tooLong) &&
         llvm::none_of(plan.dims,
                       [&](const Dim &dim) { return tooLong(dim.tile); });
}

/// False when the plan does not fit.
bool WindowPlanner::consider(WindowPlan plan) {
  complete(plan);
  smallest = std::min(smallest, plan.bytes);
  if (!fits(plan))
    return false;
  if (seen)
    seen->push_back(plan.schedule());
  double cycles = estimate(plan);
  if (!best || cycles < bestCycles) {
    bestCycles = cycles;
    best = std::move(plan);
  }
  return true;
}

void WindowPlanner::fit(WindowPlan plan, llvm::ArrayRef<unsigned> shrinkable) {
  for (unsigned dim : shrinkable)
    plan.dims[dim].tile = alignTo(plan.dims[dim].extent, unitOf(plan, dim));
  plan.loops.clear();
  for (unsigned dim = 0; dim < plan.dims.size(); ++dim)
    if (!llvm::is_contained(shrinkable, dim) && dim != plan.lane)
      plan.loops.push_back(dim);
  plan.loops.push_back(plan.lane);
  llvm::append_range(plan.loops, shrinkable);
  // More of the lane dimension, while all else is whole.
  const int64_t round = plan.dims[plan.lane].tile;
  for (int64_t rounds = 2; rounds * round < 2 * plan.dims[plan.lane].extent;
       rounds *= 2) {
    WindowPlan larger = plan;
    larger.dims[plan.lane].tile = round * rounds;
    if (plan.vectorsOnLanes())
      larger.laneStride = plan.laneStride * rounds;
    if (!consider(larger))
      break;
  }
  consider(plan);
  for (unsigned dim : shrinkable) {
    const int64_t step = unitOf(plan, dim), whole = plan.dims[dim].tile / step;
    bool anyFits = false;
    for (int64_t pieces = 2; pieces <= whole; pieces += 1 + pieces / 4) {
      plan.dims[dim].tile = divideCeil(whole, pieces) * step;
      anyFits |= consider(plan);
    }
    if (anyFits)
      return;
    plan.dims[dim].tile = step;
    if (consider(plan))
      return;
  }
}

std::optional<WindowPlan>
WindowPlanner::columns(unsigned lane, SmallVector<unsigned> &shrinkable) const {
  if (!problem.axes.back().row)
    return std::nullopt;
  WindowPlan plan = start();
  plan.lane = lane;
  plan.dims[lane].tile = machine.lanes;
  plan.storage.push_back(lane);
  for (const WindowAxis &axis : problem.axes)
    if (axis.row)
      shrinkable.push_back(*axis.row);
  llvm::append_range(plan.storage, shrinkable);
  return plan;
}

WindowPlan WindowPlanner::channels(unsigned lane,
                                   SmallVector<unsigned> &shrinkable) const {
  WindowPlan plan = start();
  plan.lane = lane;
  plan.laneStride = unit;
  plan.dims[lane].tile = unit * machine.lanes;
  for (const WindowAxis &axis : problem.axes)
    if (axis.row)
      shrinkable.push_back(*axis.row);
  llvm::append_range(plan.storage, shrinkable);
  plan.storage.push_back(lane);
  return plan;
}

std::optional<WindowPlan>
WindowPlanner::lines(unsigned number, SmallVector<unsigned> &shrinkable) const {
  const WindowAxis &axis = problem.axes[number];
  if (number + 1 >= problem.axes.size() || !problem.axes.back().row ||
      !axis.row || axis.taps > kMaxLineTaps)
    return std::nullopt;
  WindowPlan plan = start();
  plan.lineAxis = number;
  plan.lane = *axis.row;
  plan.dims[plan.lane].tile = machine.lanes;
  plan.storage.push_back(plan.lane);
  // The plain dimension with most indices is in the tile, too.
  std::optional<unsigned> largest;
  for (unsigned dim : problem.plain)
    if (!largest || problem.dims[dim].extent > problem.dims[*largest].extent)
      largest = dim;
  if (largest)
    shrinkable.push_back(*largest);
  for (auto [i, other] : llvm::enumerate(problem.axes))
    if (i != number && other.row)
      shrinkable.push_back(*other.row);
  llvm::append_range(plan.storage, shrinkable);
  return plan;
}

std::optional<WindowPlan> WindowPlanner::run(std::vector<Schedule> *into) {
  seen = into;
  for (unsigned lane : problem.plain) {
    SmallVector<unsigned> rows;
    if (std::optional<WindowPlan> plan = columns(lane, rows))
      fit(*plan, rows);
    rows.clear();
    WindowPlan plan = channels(lane, rows);
    fit(plan, rows);
  }
  for (unsigned axis = 0; axis + 1 < problem.axes.size(); ++axis) {
    SmallVector<unsigned> rows;
    if (std::optional<WindowPlan> plan = lines(axis, rows))
      fit(*plan, rows);
  }
  return best;
}

llvm::Expected<Schedule> WindowChoice::heuristic() const {
  WindowPlanner planner(problem, machine);
  if (std::optional<WindowPlan> plan = planner.run())
    return plan->schedule();
  return unsupportedError(
      "the window of one row of results needs " +
      llvm::Twine(planner.smallestBytes()) + " bytes per lane, machine '" +
      machine.name + "' has " + llvm::Twine(tileBudget(machine)) +
      "; split the pooling into several along one of its axes");
}

llvm::Expected<WindowPlan> WindowChoice::plan(const Schedule &s) const {
  const size_t rank = problem.dims.size();
  if (llvm::Error error = firstOf(checkExtents(s, rank), checkOrder(s, rank)))
    return std::move(error);
  WindowPlanner planner(problem, machine);
  SmallVector<unsigned> shrinkable, lanes(problem.plain);
  std::optional<WindowPlan> plan;
  for (auto [number, axis] : llvm::enumerate(problem.axes)) {
    SmallVector<unsigned> rows;
    std::optional<WindowPlan> lines = planner.lines(number, rows);
    if (!lines)
      continue;
    lanes.push_back(lines->lane);
    if (lines->lane != s.laneDim)
      continue;
    plan = lines;
    shrinkable = rows;
  }
  if (llvm::Error error = checkOneOf("lane_dim:", s.laneDim, lanes))
    return std::move(error);
  if (!plan && s.vectorDim == s.laneDim)
    plan = planner.channels(s.laneDim, shrinkable);
  else if (!plan)
    plan = planner.columns(s.laneDim, shrinkable);
  SmallVector<unsigned> vectors;
  if (!plan || !plan->lineAxis)
    vectors.push_back(s.laneDim);
  if (const WindowAxis &columns = problem.axes.back(); columns.row)
    vectors.push_back(*columns.row);
  if (llvm::Error error = checkOneOf("vector_dim:", s.vectorDim, vectors))
    return std::move(error);
  for (unsigned d = 0; d < rank; ++d) {
    const std::string what = "tile: extent of dimension " + std::to_string(d);
    llvm::Error error = llvm::Error::success();
    if (d == plan->lane && plan->vectorsOnLanes())
      error = firstOf(
          std::move(error),
          checkMultiple("lane_stride:", std::max(s.laneStride, 1u),
                        planner.vectorUnit(), "whole vectors"),
          checkFixed(what, s.tile[d], int64_t(s.laneStride) * machine.lanes));
    else if (d == plan->lane)
      error =
          firstOf(std::move(error), checkFixed("lane_stride:", s.laneStride, 1),
                  checkMultiple(what, s.tile[d], machine.lanes, "lanes"));
    else if (llvm::is_contained(shrinkable, d))
      error = firstOf(std::move(error),
                      checkMultiple(what, s.tile[d], planner.unitOf(*plan, d),
                                    "whole vectors"));
    else
      error = firstOf(std::move(error), checkFixed(what, s.tile[d], 1));
    if (error)
      return std::move(error);
    plan->dims[d].tile = s.tile[d];
  }
  plan->laneStride = s.laneStride;
  plan->loops = s.loopOrder;
  planner.complete(*plan);
  if (llvm::Error error = checkBytes(plan->bytes, machine))
    return std::move(error);
  if (!planner.fits(*plan))
    return refuseSchedule("tile: the input of a tile is longer than " +
                          llvm::Twine(kMaxExtent) + " along an axis");
  return std::move(*plan);
}

llvm::Error WindowChoice::check(const Schedule &schedule) const {
  return plan(schedule).takeError();
}

double WindowChoice::cycles(const Schedule &schedule) const {
  return WindowPlanner(problem, machine)
      .estimate(llvm::cantFail(plan(schedule)));
}

std::vector<Schedule> WindowChoice::enumerate(const Schedule &) const {
  std::vector<Schedule> all;
  WindowPlanner(problem, machine).run(&all);
  return all;
}
