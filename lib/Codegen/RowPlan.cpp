//===- RowPlan.cpp - How a reduction kernel lies on the lanes -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every arrangement (rows on each parallel dimension, columns on each and on
// each pair) is fitted into the scratchpad; the one with the lowest estimate of
// vector work and loop overhead is taken.
//
//===----------------------------------------------------------------------===//

#include "RowPlan.h"
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

Schedule codegen::tileSchedule(llvm::ArrayRef<Dim> dims, unsigned lane,
                               unsigned laneStride, unsigned vectorDim,
                               llvm::ArrayRef<unsigned> loops) {
  Schedule result;
  result.kind = "rows";
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
  return tileSchedule(dims, lane, laneStride,
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

private:
  bool fits(const RowPlan &plan) const;
  bool shrinkRows(RowPlan &plan) const;
  void arrangeRows(RowPlan &plan) const;
  void growLanes(RowPlan &plan) const;
  unsigned narrowest() const;
  int64_t rowElements(const RowPlan &plan) const;

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

bool RowFitter::fits(const RowPlan &plan) const {
  unsigned wide = plan.inner ? 1 : 0;
  for (unsigned d : plan.storage()) {
    wide += plan.dims[d].tile > 1;
    if (plan.dims[d].tile > kMaxExtent)
      return false;
  }
  return wide <= kMaxMoveDims && bytes(plan) <= budget;
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
  for (unsigned d : plan.rows)
    if (plan.dims[d].trips() > 1)
      plan.rowLoops.push_back(d);
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

/// Cycles, roughly: registers of work, combining of vectors, and what every
/// iteration costs.
double RowFitter::estimate(const RowPlan &plan) const {
  const int64_t perRegister = machine.vectorElements(4);
  double iterations = 1;
  for (unsigned d : plan.outerLoops)
    iterations *= plan.dims[d].trips();
  for (unsigned d : plan.rowLoops)
    iterations *= plan.dims[d].trips();
  const double laneSlots =
      divideCeil(plan.dims[plan.lane].tile,
                 int64_t(plan.laneStride) * machine.lanes) *
      plan.laneStride;
  double elements = laneSlots * rowElements(plan);
  if (plan.vector && plan.vector != plan.lane)
    elements *= plan.dims[*plan.vector].tile;
  // Vectors of up to four registers; a loop's own instructions cost about
  // three.
  const double along = !plan.vector ? rowElements(plan)
                       : plan.vector == plan.lane
                           ? laneSlots
                           : plan.dims[*plan.vector].tile;
  const double registers = std::clamp(along / perRegister, 1.0, 4.0);
  const double vectors = elements / (registers * perRegister);
  double work = vectors * (registers * problem.values.size() + 3);
  if (!plan.vector)
    work += laneSlots * problem.reductions * 60;
  return iterations * (work + 100);
}

llvm::Expected<RowPlan> codegen::planRows(const RowProblem &problem,
                                          const MachineConfig &machine) {
  RowFitter fitter(problem, machine);
  std::optional<RowPlan> best;
  double bestCycles = 0;
  uint64_t needed = ~uint64_t(0);
  auto consider = [&](unsigned lane, std::optional<unsigned> vector) {
    std::optional<RowPlan> plan = fitter.fit(lane, vector);
    needed = std::min(needed, fitter.bytesOfWholeRow());
    if (!plan)
      return;
    double cycles = fitter.estimate(*plan);
    if (best && cycles >= bestCycles)
      return;
    best = std::move(plan);
    bestCycles = cycles;
  };
  for (unsigned lane : problem.parallel) {
    consider(lane, std::nullopt);
    for (unsigned vector : problem.parallel)
      consider(lane, vector);
  }
  if (best)
    return *best;
  int64_t elements = 1;
  for (unsigned d : problem.reduced)
    elements *= problem.dims[d].extent;
  return unsupportedError(
      "rows of " + llvm::Twine(elements) + " elements need " +
      llvm::Twine(needed) + " bytes per lane at once, machine '" +
      machine.name + "' has " +
      llvm::Twine(machine.spadBytesPerLane - kernelStackBytes(machine)));
}
