//===- RowPlan.cpp - How a reduction kernel lies on the lanes -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every arrangement (rows on each parallel dimension, columns on each and on
// each pair) is fitted into the scratchpad, in several sizes; the schedule with
// the lowest estimate of moves and vector work is taken.
//
//===----------------------------------------------------------------------===//

#include "RowPlan.h"
#include "tilewright/Schedule/Checks.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace tilewright;
using namespace tilewright::codegen;
using llvm::alignTo;
using llvm::divideCeil;
using llvm::SmallVector;

/// What a descriptor can say.
static constexpr int64_t kMaxExtent = 65535;
static constexpr unsigned kMaxMoveDims = 4;

SmallVector<unsigned> RowPlan::storage() const {
  SmallVector<unsigned> result;
  if (vector != lane)
    result.push_back(lane);
  llvm::append_range(result, rows);
  if (vector)
    result.push_back(*vector);
  return result;
}

SmallVector<unsigned> RowPlan::columnStorage() const {
  if (vector == lane)
    return {lane};
  return {lane, vector ? *vector : rows.back()};
}

Schedule codegen::tileSchedule(llvm::StringRef kind, llvm::ArrayRef<Dim> dims,
                               unsigned lane, unsigned laneStride,
                               unsigned vectorDim,
                               llvm::ArrayRef<unsigned> loops) {
  Schedule result;
  result.kind = kind.str();
  for (const Dim &dim : dims)
    result.tile.push_back(dim.tile);
  result.laneDim = lane;
  result.laneStride = laneStride;
  result.vectorDim = vectorDim;
  llvm::append_range(result.loopOrder, loops);
  return result;
}

Schedule RowPlan::schedule() const {
  SmallVector<unsigned> loops(outerLoops);
  llvm::append_range(loops, rowLoops);
  return tileSchedule("rows", dims, lane, laneStride,
                      vector ? *vector : inner.value_or(rows.back()), loops);
}

namespace {

/// Fits one arrangement.
class RowFitter {
public:
  RowFitter(const RowProblem &problem, const MachineConfig &machine)
      : problem(problem), machine(machine),
        budget(machine.spadBytesPerLane - kernelStackBytes(machine)) {}

  /// Nothing when it does not fit.
  std::optional<RowPlan> fit(unsigned lane, std::optional<unsigned> vector);
  double estimate(const RowPlan &plan) const;
  uint64_t bytes(const RowPlan &plan) const;
  uint64_t bytesOfWholeRow() const { return wholeRowBytes; }
  /// The dimensions of moves that are wider than one element.
  unsigned wideDims(const RowPlan &plan) const;
  unsigned narrowest() const;

private:
  bool fits(const RowPlan &plan) const;
  bool shrinkRows(RowPlan &plan) const;
  void arrangeRows(RowPlan &plan) const;
  void growLanes(RowPlan &plan) const;
  int64_t rowElements(const RowPlan &plan) const;
  double work(const RowPlan &plan) const;
  double moves(const RowPlan &plan) const;

  const RowProblem &problem;
  const MachineConfig &machine;
  uint64_t budget, wholeRowBytes = 0;
};

} // namespace

unsigned RowFitter::narrowest() const {
  unsigned bytes = 8;
  for (const RowValue &value : problem.values)
    bytes = std::min(bytes, value.bytes);
  return bytes;
}

/// Elements of a tile that one lane holds along rows.
int64_t RowFitter::rowElements(const RowPlan &plan) const {
  int64_t elements = plan.inner ? plan.dims[*plan.inner].tile : 1;
  for (unsigned d : plan.rows)
    elements *= plan.dims[d].tile;
  return elements;
}

uint64_t RowFitter::bytes(const RowPlan &plan) const {
  const int64_t copiesOfSplat = splatCopies(machine);
  const SmallVector<unsigned> storage = plan.storage();
  uint64_t total = 0;
  for (const RowValue &value : problem.values) {
    uint64_t elements = 1;
    for (unsigned d : storage) {
      int64_t tile = plan.dims[d].tile;
      bool varies = value.varies[d];
      if (plan.inner && d == plan.rows.back()) {
        tile *= plan.dims[*plan.inner].tile;
        varies |= value.varies[*plan.inner];
      }
      if (d == plan.lane)
        elements *= divideCeil(tile, int64_t(plan.laneStride) * machine.lanes) *
                    plan.laneStride;
      else if (varies)
        elements *= tile;
      else if (d == storage.back())
        elements *= std::min(tile, copiesOfSplat);
    }
    total += alignTo(elements * value.bytes, 64) * (value.moves ? 2 : 1);
  }
  return total;
}

unsigned RowFitter::wideDims(const RowPlan &plan) const {
  unsigned wide = plan.inner ? 1 : 0;
  for (unsigned d : plan.storage())
    wide += plan.dims[d].tile > 1;
  return wide;
}

bool RowFitter::fits(const RowPlan &plan) const {
  auto tooLong = [&](unsigned d) { return plan.dims[d].tile > kMaxExtent; };
  return llvm::none_of(plan.storage(), tooLong) &&
         wideDims(plan) <= kMaxMoveDims && bytes(plan) <= budget;
}

/// Whole rows. With two or more reduced dimensions, vectors run along the
/// innermost two as one.
void RowFitter::arrangeRows(RowPlan &plan) const {
  plan.rows = problem.reduced;
  for (unsigned d : plan.rows)
    plan.dims[d].tile = plan.dims[d].extent;
  if (plan.vector)
    return;
  const int64_t vector = machine.vectorElements(1);
  if (plan.rows.size() > 1) {
    plan.inner = plan.rows.pop_back_val();
    int64_t unit = vector / std::gcd(vector, plan.dims[*plan.inner].extent);
    Dim &row = plan.dims[plan.rows.back()];
    row.tile = alignTo(row.extent, unit);
  } else {
    Dim &row = plan.dims[plan.rows.back()];
    row.tile = alignTo(row.extent, vector);
  }
}

/// Takes less of each row into a tile. False when nothing is left to take.
bool RowFitter::shrinkRows(RowPlan &plan) const {
  const int64_t vector = machine.vectorElements(1);
  // Outer dimensions of rows become loops, one by one.
  unsigned kept = plan.vector ? 0 : 1;
  if (plan.rows.size() > kept) {
    unsigned d = plan.rows.front();
    Dim &dim = plan.dims[d];
    if (dim.tile > 1 && plan.rows.size() == kept + 1 && plan.vector) {
      dim.tile = divideCeil(dim.tile, 2);
      return true;
    }
    plan.rows.erase(plan.rows.begin());
    dim.tile = 1;
    plan.rowLoops.push_back(d);
    return true;
  }
  if (plan.vector)
    return false;
  unsigned d = plan.rows.back();
  Dim &row = plan.dims[d];
  int64_t innerExtent = plan.inner ? plan.dims[*plan.inner].extent : 1;
  int64_t unit = vector / std::gcd(vector, innerExtent);
  if (row.tile > unit) {
    row.tile = alignTo(divideCeil(row.tile, 2), unit);
    return true;
  }
  if (!plan.inner)
    return false;
  // One line of the inner dimension is too long: it becomes the row.
  plan.rowLoops.push_back(d);
  row.tile = 1;
  plan.rows.back() = *plan.inner;
  plan.inner.reset();
  Dim &line = plan.dims[plan.rows.back()];
  line.tile = alignTo(line.extent, vector);
  return true;
}

/// More of the lane dimension in a tile while it fits and some tiles are left
/// for loads, computation and stores to overlap.
void RowFitter::growLanes(RowPlan &plan) const {
  const int64_t lanes = machine.lanes;
  Dim &lane = plan.dims[plan.lane];
  const bool columns = plan.vector == plan.lane;
  const int64_t unit = lane.tile;
  const int64_t all = divideCeil(lane.extent, unit);
  const int64_t goal = std::max<int64_t>(divideCeil(all, 4), 1);
  auto set = [&](int64_t count) {
    lane.tile = unit * count;
    if (columns)
      plan.laneStride = lane.tile / lanes;
  };
  int64_t best = 1;
  for (int64_t count = 2; count <= goal;
       count = std::max(count + 1, std::min(count * 2, goal))) {
    set(count);
    if (!fits(plan))
      break;
    best = count;
    if (count == goal)
      break;
  }
  set(best);
}

std::optional<RowPlan> RowFitter::fit(unsigned lane,
                                      std::optional<unsigned> vector) {
  RowPlan plan;
  plan.dims = problem.dims;
  plan.lane = lane;
  plan.vector = vector;
  for (Dim &dim : plan.dims)
    dim.tile = 1;
  const int64_t elements = machine.vectorElements(narrowest());
  if (vector == lane)
    plan.laneStride = elements;
  else if (vector)
    plan.dims[*vector].tile =
        std::min<int64_t>(alignTo(plan.dims[*vector].extent, elements),
                          kMaxExtent / elements * elements);
  plan.dims[lane].tile = int64_t(plan.laneStride) * machine.lanes;
  if (plan.dims[lane].tile > kMaxExtent)
    return std::nullopt;
  arrangeRows(plan);
  wholeRowBytes = bytes(plan);
  while (!fits(plan)) {
    if (vector && vector != lane && plan.dims[*vector].tile > 4 * elements) {
      Dim &columns = plan.dims[*vector];
      columns.tile = alignTo(divideCeil(columns.tile, 2), elements);
    } else if (problem.wholeRows || !shrinkRows(plan)) {
      return std::nullopt;
    }
  }
  growLanes(plan);
  for (unsigned d : problem.parallel)
    if (d != lane)
      plan.outerLoops.push_back(d);
  plan.outerLoops.push_back(lane);
  // Loops that were taken from the inside go inside.
  llvm::append_range(plan.rowLoops, plan.rows);
  llvm::erase_if(plan.rowLoops,
                 [&](unsigned d) { return plan.dims[d].trips() == 1; });
  // One tile has nothing to overlap with: long rows in pieces.
  int64_t tiles = 1;
  for (unsigned d : plan.outerLoops)
    tiles *= plan.dims[d].trips();
  if (tiles < 4 && !problem.wholeRows && !vector && plan.rowLoops.empty() &&
      rowElements(plan) >= 2048) {
    Dim &row = plan.dims[plan.rows.back()];
    int64_t innerExtent = plan.inner ? plan.dims[*plan.inner].extent : 1;
    const int64_t registers = machine.vectorElements(1);
    int64_t unit = registers / std::gcd(registers, innerExtent);
    int64_t tile = alignTo(divideCeil(row.extent, 4), unit);
    if (tile < row.tile) {
      row.tile = tile;
      plan.rowLoops.push_back(plan.rows.back());
    }
  }
  plan.bytes = bytes(plan);
  return plan;
}

/// Core cycles that an iteration costs besides its work: waits, descriptors,
/// loops.
static constexpr double kCyclesPerTile = 30;

/// What the core computes for a tile.
double RowFitter::work(const RowPlan &plan) const {
  const int64_t laneSlots =
      divideCeil(plan.dims[plan.lane].tile,
                 int64_t(plan.laneStride) * machine.lanes) *
      plan.laneStride;
  VectorShape shape;
  shape.combinesElements = !plan.vector;
  if (!plan.vector)
    shape = {double(laneSlots), rowElements(plan), true};
  else if (plan.vector == plan.lane)
    shape = {double(rowElements(plan)), laneSlots, false};
  else
    shape = {double(laneSlots) * rowElements(plan),
             plan.dims[*plan.vector].tile, false};
  double cycles = 0;
  for (const VectorOp &op : problem.ops)
    cycles += vectorCycles(op, shape, machine);
  return cycles;
}

/// Cycles of the moves of all tiles.
double RowFitter::moves(const RowPlan &plan) const {
  double total = 0;
  for (const RowValue &value : problem.values) {
    if (!value.moves)
      continue;
    double bytes = value.bytes;
    for (auto [varies, dim] : llvm::zip_equal(value.varies, plan.dims))
      bytes *= varies ? double(dim.extent) : 1;
    total += bytes;
  }
  return total / dramBytesPerCycle(machine);
}

/// Tiles times the larger of moves and work, and what cannot overlap.
double RowFitter::estimate(const RowPlan &plan) const {
  double iterations = 1;
  for (const auto *loops : {&plan.outerLoops, &plan.rowLoops})
    for (unsigned d : *loops)
      iterations *= double(plan.dims[d].trips());
  const double core = work(plan), dma = moves(plan) / iterations;
  return dma + core + (iterations - 1) * std::max(core, dma) +
         iterations * kCyclesPerTile;
}

llvm::Expected<Schedule> RowChoice::heuristic() const {
  auto cycles = [&](const Schedule &schedule) -> std::optional<double> {
    llvm::Expected<RowPlan> read = plan(schedule);
    if (!read) {
      llvm::consumeError(read.takeError());
      return std::nullopt;
    }
    return RowFitter(problem, machine).estimate(*read);
  };
  if (auto best = cheapestSchedule(enumerate(Schedule()), cycles))
    return std::move(*best);
  // What the least that has to be there would need.
  RowFitter fitter(problem, machine);
  uint64_t needed = ~uint64_t(0);
  for (unsigned lane : problem.parallel) {
    fitter.fit(lane, std::nullopt);
    needed = std::min(needed, fitter.bytesOfWholeRow());
    for (unsigned vector : problem.parallel) {
      fitter.fit(lane, vector);
      needed = std::min(needed, fitter.bytesOfWholeRow());
    }
  }
  int64_t elements = 1;
  for (unsigned d : problem.reduced)
    elements *= problem.dims[d].extent;
  return unsupportedError("rows of " + llvm::Twine(elements) +
                          " elements need " + llvm::Twine(needed) +
                          " bytes per lane at once, machine '" + machine.name +
                          "' has " + llvm::Twine(tileBudget(machine)));
}

namespace {
/// Reads the plan off a schedule, dimension by dimension.
class PlanReader {
public:
  PlanReader(const RowProblem &problem, const Schedule &schedule,
             const MachineConfig &machine)
      : problem(problem), schedule(schedule), machine(machine),
        fitter(problem, machine) {}
  llvm::Expected<RowPlan> run();

private:
  llvm::Error readLanes();
  llvm::Error readParallel();
  llvm::Error readRows();
  llvm::Error readLoops();

  const RowProblem &problem;
  const Schedule &schedule;
  const MachineConfig &machine;
  RowFitter fitter;
  RowPlan plan;
};
} // namespace

static std::string named(const char *what, unsigned dim) {
  return std::string(what) + std::to_string(dim);
}

llvm::Error PlanReader::readLanes() {
  SmallVector<unsigned> vectors(problem.parallel);
  vectors.push_back(problem.reduced.back());
  if (llvm::Error error =
          firstOf(checkOneOf("lane_dim:", schedule.laneDim, problem.parallel),
                  checkOneOf("vector_dim:", schedule.vectorDim, vectors)))
    return error;
  plan.lane = schedule.laneDim;
  plan.laneStride = schedule.laneStride;
  if (schedule.vectorDim != vectors.back())
    plan.vector = schedule.vectorDim;
  const int64_t tile = schedule.tile[plan.lane],
                elements = machine.vectorElements(fitter.narrowest());
  if (plan.vector == plan.lane)
    return firstOf(
        checkMultiple("lane_stride:", std::max(schedule.laneStride, 1u),
                      elements, "whole vectors"),
        checkFixed("tile: extent of the lane dimension", tile,
                   int64_t(schedule.laneStride) * machine.lanes));
  return firstOf(checkFixed("lane_stride:", schedule.laneStride, 1),
                 checkMultiple("tile: extent of the lane dimension", tile,
                               machine.lanes, "lanes"));
}

llvm::Error PlanReader::readParallel() {
  for (unsigned d : problem.parallel) {
    if (d == plan.lane)
      continue;
    llvm::Error error =
        d == plan.vector
            ? checkMultiple(
                  named("tile: extent of dimension ", d), schedule.tile[d],
                  machine.vectorElements(fitter.narrowest()), "whole vectors")
            : checkFixed(named("tile: extent of dimension ", d),
                         schedule.tile[d], 1);
    if (error)
      return error;
  }
  return llvm::Error::success();
}

/// Which reduced dimensions tiles store, and as how many.
llvm::Error PlanReader::readRows() {
  for (unsigned d : problem.reduced) {
    if (problem.wholeRows && plan.dims[d].trips() > 1)
      return refuseSchedule(named("tile: extent of dimension ", d) + " is " +
                            llvm::Twine(plan.dims[d].tile) +
                            ": this kernel needs whole rows (" +
                            llvm::Twine(plan.dims[d].extent) + ")");
    if (plan.dims[d].trips() == 1 || plan.dims[d].tile > 1)
      plan.rows.push_back(d);
  }
  if (plan.vector)
    return llvm::Error::success();
  const int64_t unit = machine.vectorElements(1);
  const unsigned last = problem.reduced.back();
  if (!llvm::is_contained(plan.rows, last))
    plan.rows.push_back(last);
  // The innermost two count as one where that gives whole vectors.
  if (problem.reduced.size() > 1) {
    const unsigned outer = problem.reduced[problem.reduced.size() - 2];
    const Dim &line = plan.dims[last];
    if (line.tile == line.extent &&
        plan.dims[outer].tile * line.tile % unit == 0) {
      plan.inner = last;
      plan.rows.pop_back();
      if (!llvm::is_contained(plan.rows, outer))
        plan.rows.push_back(outer);
      return llvm::Error::success();
    }
    if (plan.dims[outer].tile > 1)
      return refuseSchedule(
          named("tile: extents of dimensions ", outer) + " and " +
          llvm::Twine(last) + " are neither whole vectors of " +
          llvm::Twine(unit) + " elements together with all of dimension " +
          llvm::Twine(last) + ", nor 1 and whole vectors");
  }
  return checkMultiple(named("tile: extent of dimension ", last),
                       plan.dims[last].tile, unit, "whole vectors");
}

/// Parallel loops outside, those over pieces of rows inside.
llvm::Error PlanReader::readLoops() {
  SmallVector<unsigned> pieces;
  for (unsigned d : problem.reduced)
    if (plan.dims[d].trips() > 1)
      pieces.push_back(d);
  llvm::ArrayRef<unsigned> order = schedule.loopOrder;
  const size_t outside = problem.parallel.size();
  auto same = [](llvm::ArrayRef<unsigned> left,
                 llvm::ArrayRef<unsigned> right) {
    SmallVector<unsigned> a(left), b(right);
    llvm::sort(a);
    llvm::sort(b);
    return a == b;
  };
  if (order.size() == outside + pieces.size() &&
      same(order.take_front(outside), problem.parallel) &&
      same(order.drop_front(outside), pieces)) {
    plan.outerLoops.assign(order.begin(), order.begin() + outside);
    plan.rowLoops.assign(order.begin() + outside, order.end());
    return llvm::Error::success();
  }
  auto list = [](llvm::ArrayRef<unsigned> dims) {
    std::string text;
    for (unsigned d : dims)
      text += (text.empty() ? "" : ", ") + std::to_string(d);
    return text;
  };
  return refuseSchedule("loop_order: has to be the parallel dimensions (" +
                        list(problem.parallel) +
                        ") in any order, then those reduced in pieces (" +
                        list(pieces) + ")");
}

llvm::Expected<RowPlan> PlanReader::run() {
  if (llvm::Error error = checkExtents(schedule, problem.dims.size()))
    return std::move(error);
  plan.dims = problem.dims;
  for (auto [dim, tile] : llvm::zip_equal(plan.dims, schedule.tile))
    dim.tile = tile;
  for (auto step : {&PlanReader::readLanes, &PlanReader::readParallel,
                    &PlanReader::readRows, &PlanReader::readLoops})
    if (llvm::Error error = (this->*step)())
      return std::move(error);
  if (fitter.wideDims(plan) > kMaxMoveDims)
    return refuseSchedule("tile: has more than " + llvm::Twine(kMaxMoveDims) +
                          " dimensions wider than 1");
  plan.bytes = fitter.bytes(plan);
  if (llvm::Error error = checkBytes(plan.bytes, machine))
    return std::move(error);
  return std::move(plan);
}

llvm::Expected<RowPlan> RowChoice::plan(const Schedule &schedule) const {
  return PlanReader(problem, schedule, machine).run();
}

llvm::Error RowChoice::check(const Schedule &schedule) const {
  return plan(schedule).takeError();
}

double RowChoice::cycles(const Schedule &schedule) const {
  return RowFitter(problem, machine).estimate(llvm::cantFail(plan(schedule)));
}

/// Every arrangement that fits, with other sizes along the lanes, the vectors
/// and the rows.
std::vector<Schedule> RowChoice::enumerate(const Schedule &heuristic) const {
  RowFitter fitter(problem, machine);
  std::vector<Schedule> all;
  auto add = [&](RowPlan plan) {
    plan.rowLoops.clear();
    for (unsigned d : problem.reduced)
      if (plan.dims[d].trips() > 1)
        plan.rowLoops.push_back(d);
    all.push_back(plan.schedule());
  };
  auto resizeRows = [&](const RowPlan &base) {
    add(base);
    if (problem.wholeRows || base.rows.empty())
      return;
    const unsigned d = base.rows.back();
    const int64_t inner = base.inner ? base.dims[*base.inner].tile : 1,
                  registers = machine.vectorElements(1),
                  unit =
                      base.vector ? 1 : registers / std::gcd(registers, inner);
    const int64_t blocks = divideCeil(base.dims[d].extent, unit);
    for (int64_t count = 1; count <= std::min<int64_t>(blocks, 32);
         count += 1 + count / 2) {
      RowPlan plan = base;
      plan.dims[d].tile = divideCeil(blocks, count) * unit;
      add(plan);
    }
  };
  auto resizeLanes = [&](const RowPlan &base) {
    const bool columns = base.vector == base.lane;
    const int64_t unit = int64_t(machine.lanes) *
                         (columns ? machine.vectorElements(fitter.narrowest())
                                  : 1),
                  most = std::min(divideCeil(base.dims[base.lane].extent, unit),
                                  uint64_t(kMaxExtent / unit));
    for (int64_t count = 1; count <= most; count += (count + 2) / 3) {
      RowPlan plan = base;
      plan.dims[plan.lane].tile = count * unit;
      if (columns)
        plan.laneStride = unsigned(count * unit / machine.lanes);
      resizeRows(plan);
    }
  };
  for (unsigned lane : problem.parallel) {
    if (std::optional<RowPlan> plan = fitter.fit(lane, std::nullopt))
      resizeLanes(*plan);
    for (unsigned vector : problem.parallel) {
      std::optional<RowPlan> plan = fitter.fit(lane, vector);
      if (!plan)
        continue;
      resizeLanes(*plan);
      if (vector == lane)
        continue;
      const int64_t elements = machine.vectorElements(fitter.narrowest());
      while (plan->dims[vector].tile > elements) {
        Dim &columns = plan->dims[vector];
        columns.tile = alignTo(divideCeil(columns.tile, 2), elements);
        resizeLanes(*plan);
      }
    }
  }
  return all;
}
