//===- Rows.cpp - Kernels that reduce -------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Softmax, normalizations, plain reductions: several ops over one
// space of parallel and reduced dimensions. Each lane has its share of one
// parallel dimension (RowPlan.h); every op of the kernel becomes the same op on
// tiles. Values that do not vary along rows have tiles of their own.
//
// When rows come in pieces, the ops along rows are inside the loops over them,
// what depends on the results is behind.
//
//===----------------------------------------------------------------------===//

#include "Generators.h"
#include "RowPlan.h"
#include "ScheduleChoice.h"
#include "SpaceOperands.h"
#include "TileBuilder.h"
#include "tilewright/Codegen/Codegen.h"
#include "tilewright/Support/Error.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;
using linalg::GenericOp;

namespace {

class RowGenerator : SpaceTiles {
public:
  RowGenerator(func::FuncOp kernel, const KernelArguments &arguments,
               const MachineConfig &machine, OpBuilder &builder)
      : SpaceTiles(kernel, arguments), machine(machine), builder(builder) {}
  LogicalResult run();
  /// Whether rows must be whole and no plan exists.
  FailureOr<bool> isTooLong();

private:
  void findDependences();
  void buildDims();
  void describeValues();
  LogicalResult schedule();
  SmallVector<Coordinate> coordinatesOf(GenericOp op) const;
  Tile makeTile(TileBuilder &tiles, GenericOp op, Value result);
  LogicalResult emitOp(TileBuilder &tiles, GenericOp op);

  const MachineConfig &machine;
  OpBuilder &builder;

  /// Ops that use the result of a reduction.
  llvm::DenseSet<Operation *> dependent;
  RowProblem problem;
  RowPlan plan;
};

} // namespace

/// Rows must be whole when an op along them uses a reduction's result.
void RowGenerator::findDependences() {
  for (GenericOp op : ops)
    for (Value input : op.getInputs()) {
      auto producer = input.getDefiningOp<GenericOp>();
      if (!producer ||
          (!producer.getNumReductionLoops() && !dependent.contains(producer)))
        continue;
      dependent.insert(op);
      problem.wholeRows |= usesRow(op);
    }
}

/// Dimensions that every operand traverses contiguously are joined; the order
/// is that of the strides of what is written (parallel) or read (reduced).
void RowGenerator::buildDims() {
  SmallVector<const Operand *> all;
  for (const Operand &operand : reads)
    all.push_back(&operand);
  for (const Operand &operand : writes)
    all.push_back(&operand);
  auto collect = [&](bool reduced, SmallVectorImpl<unsigned> &result) {
    SmallVector<unsigned> order;
    for (unsigned d = 0; d < space.extents.size(); ++d)
      if (space.reduced[d] == reduced)
        order.push_back(d);
    const Operand *guide =
        reduced ? (reads.empty() ? nullptr : &reads.front()) : &writes.front();
    if (guide)
      llvm::sort(order, [&](unsigned a, unsigned b) {
        return std::pair(-guide->strides[a], a) <
               std::pair(-guide->strides[b], b);
      });
    auto made = collapseDims(order, space.extents, all);
    if (made.empty())
      made.push_back({});
    for (ArrayRef<unsigned> group : made) {
      result.push_back(problem.dims.size());
      groups.emplace_back(group.begin(), group.end());
      problem.dims.push_back({extentOf(group, space.extents)});
    }
  };
  collect(/*reduced=*/false, problem.parallel);
  collect(/*reduced=*/true, problem.reduced);
}

/// What the plan has to find room for.
void RowGenerator::describeValues() {
  auto bytesOf = [](Value value) -> unsigned {
    return storageType(getElementTypeOrSelf(value.getType()))
               .getIntOrFloatBitWidth() /
           8;
  };
  for (const Operand &operand : reads) {
    RowValue value;
    for (int64_t stride : access(operand, Value()).strides)
      value.varies.push_back(stride != 0);
    value.bytes = bytesOf(operand.value);
    value.moves = true;
    problem.values.push_back(value);
  }
  for (GenericOp op : ops) {
    const bool reduces = op.getNumReductionLoops() > 0;
    // Values of whole rows stay in registers.
    unsigned loads = llvm::count_if(op.getInputs(), [&](Value input) {
      auto producer = input.getDefiningOp<GenericOp>();
      return !producer ||
             (usesRow(producer) && !producer.getNumReductionLoops());
    });
    problem.ops.push_back({usesRow(op), reduces, loads,
                           reduces ? 0u : op.getNumResults(),
                           double(bodyCycles(op))});
    for (Value result : op.getResults()) {
      RowValue value;
      value.varies.assign(problem.dims.size(), true);
      for (unsigned d : problem.reduced)
        value.varies[d] = usesRow(op) && !reduces;
      value.bytes = bytesOf(result);
      value.moves = llvm::any_of(writes, [&](const Operand &write) {
        return computedValue(write.value) == result;
      });
      problem.values.push_back(value);
    }
  }
}

LogicalResult RowGenerator::schedule() {
  describeValues();
  RowChoice choice(problem, machine);
  FailureOr<Schedule> chosen = chooseSchedule(kernel, choice);
  if (failed(chosen))
    return failure();
  plan = llvm::cantFail(choice.plan(*chosen));
  return success();
}

/// Where the coordinates of an op's loops come from.
SmallVector<Coordinate> RowGenerator::coordinatesOf(GenericOp op) const {
  SmallVector<Coordinate> result;
  for (int d : space.dims.find(op)->second) {
    Coordinate coordinate;
    for (auto [number, group] : llvm::enumerate(groups)) {
      auto found = llvm::find(group, unsigned(d));
      if (d < 0 || found == group.end())
        continue;
      coordinate.dim = number;
      for (unsigned inside :
           ArrayRef(group).drop_front(found - group.begin() + 1))
        coordinate.divisor *= space.extents[inside];
      if (found != group.begin())
        coordinate.extent = space.extents[d];
      if (!plan.inner)
        continue;
      // Both dimensions of a pair are counted through as one.
      if (number == *plan.inner) {
        coordinate.dim = plan.rows.back();
        coordinate.extent = space.extents[d];
      } else if (number == plan.rows.back()) {
        coordinate.divisor *= problem.dims[*plan.inner].extent;
      }
    }
    if (d < 0) // a loop of one iteration
      coordinate = {plan.lane, 1, 1};
    result.push_back(coordinate);
  }
  return result;
}

/// The tile of an op's result.
Tile RowGenerator::makeTile(TileBuilder &tiles, GenericOp op, Value result) {
  Type element = storageType(getElementTypeOrSelf(result.getType()));
  if (usesRow(op) && !op.getNumReductionLoops())
    return tiles.createTile(element, plan.storage(), plan.lane);
  if (plan.vector)
    return tiles.createTile(element, plan.columnStorage(), plan.lane);
  return tiles.createSplatTile(element, plan.lane, plan.rows.back());
}

LogicalResult RowGenerator::emitOp(TileBuilder &tiles, GenericOp op) {
  const bool rowOp = usesRow(op);
  SmallVector<Tile> inputs = inputTiles(tiles, op, plan.storage()), outputs;
  SmallVector<Coordinate> coordinates = coordinatesOf(op);
  if (op.getNumReductionLoops())
    return tiles.emitReduction(op, plan.storage(), plan.rows, inputs,
                               computed.lookup(op.getResult(0)), coordinates);
  for (Value result : op.getResults()) {
    computed[result] = makeTile(tiles, op, result);
    outputs.push_back(computed[result]);
  }
  if (!rowOp && !plan.vector)
    // An op on row results works on all their copies.
    for (SmallVector<Tile> *list : {&inputs, &outputs})
      for (Tile &tile : *list)
        tile.splatLast = false;
  return tiles.emitElementwise(op,
                               rowOp ? plan.storage() : plan.columnStorage(),
                               inputs, outputs, std::nullopt, coordinates);
}

LogicalResult RowGenerator::run() {
  if (failed(collect(kernel)))
    return failure();
  findDependences();
  buildDims();
  if (failed(schedule()))
    return failure();
  TileBuilder tiles(builder, kernel.getLoc(), machine, plan.dims, plan.lane,
                    plan.laneStride);
  if (plan.inner)
    tiles.merge(plan.rows.back(), *plan.inner);
  tiles.openLoops(plan.outerLoops);
  // What every piece of a row needs, then the pieces, then what needs all.
  auto emit = [&](llvm::function_ref<bool(GenericOp)> isNow) -> LogicalResult {
    for (GenericOp op : ops) {
      if (!isNow(op))
        continue;
      if (failed(emitOp(tiles, op)))
        return failure();
      if (!op.getNumReductionLoops() || plan.rowLoops.empty())
        for (Value result : op.getResults())
          store(tiles, result);
    }
    return success();
  };
  for (GenericOp op : ops) {
    if (!op.getNumReductionLoops())
      continue;
    Tile tile = makeTile(tiles, op, op.getResult(0));
    computed[op.getResult(0)] = tile;
    if (failed(tiles.emitStart(op, tile)))
      return failure();
  }
  auto isBefore = [&](GenericOp op) {
    return !usesRow(op) && !dependent.contains(op);
  };
  if (plan.rowLoops.empty())
    return emit([](GenericOp) { return true; });
  if (failed(emit(isBefore)))
    return failure();
  tiles.openLoops(plan.rowLoops);
  if (failed(emit([&](GenericOp op) { return usesRow(op); })))
    return failure();
  tiles.closeLoops(plan.rowLoops.size());
  if (failed(emit([&](GenericOp op) { return !usesRow(op) && !isBefore(op); })))
    return failure();
  for (GenericOp op : ops)
    if (op.getNumReductionLoops())
      store(tiles, op.getResult(0));
  tiles.closeLoops(plan.outerLoops.size());
  return success();
}

FailureOr<bool> RowGenerator::isTooLong() {
  if (failed(collect(kernel)))
    return failure();
  findDependences();
  if (!problem.wholeRows)
    return false;
  buildDims();
  describeValues();
  auto schedule = RowChoice(problem, machine).heuristic();
  if (schedule)
    return false;
  llvm::consumeError(schedule.takeError());
  return true;
}

FailureOr<bool> tilewright::rowsAreTooLong(func::FuncOp kernel,
                                           const MachineConfig &machine) {
  auto ops = kernel.getBody().front().getOps<GenericOp>();
  if (!findContractions(kernel).empty() || llvm::none_of(ops, [](GenericOp op) {
        return op.getNumReductionLoops() > 0;
      }))
    return false;
  if (failed(checkTensors(kernel)))
    return failure();
  OpBuilder builder(kernel.getContext());
  KernelArguments none;
  return RowGenerator(kernel, none, machine, builder).isTooLong();
}

LogicalResult codegen::generateRows(func::FuncOp kernel,
                                    const KernelArguments &arguments,
                                    const MachineConfig &machine,
                                    OpBuilder &builder) {
  return RowGenerator(kernel, arguments, machine, builder).run();
}
