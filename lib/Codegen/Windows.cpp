//===- Windows.cpp - Poolings ---------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A reduction over windows of one tensor, and elementwise ops on its result.
// WindowPlan.h chooses how they lie on the lanes. A tile of the input holds the
// input along its axes, with what pads it put there by the load; windows are
// shifts inside the tile (togsim.window_reduce).
//
//===----------------------------------------------------------------------===//

#include "Generators.h"
#include "ScheduleChoice.h"
#include "SpaceOperands.h"
#include "TileBuilder.h"
#include "WindowPlan.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Graph/Pooling.h"
#include "tilewright/Support/Error.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;
using linalg::GenericOp;

namespace {
class WindowGenerator : SpaceTiles {
public:
  WindowGenerator(func::FuncOp kernel, const KernelArguments &arguments,
                  const MachineConfig &machine, OpBuilder &builder)
      : SpaceTiles(kernel, arguments), machine(machine), builder(builder) {}
  LogicalResult run();

private:
  void describeAxes();
  void buildDims();
  unsigned addDim(ArrayRef<unsigned> group);
  RowValue describe(Type element, bool moves) const;
  LogicalResult schedule();
  Value loadInput(TileBuilder &tiles, std::optional<int64_t> lineTap);
  SmallVector<BoxDim> inputBox(std::optional<int64_t> lineTap) const;
  void emitWindow(TileBuilder &tiles, Value input, Value result);
  LogicalResult emitElementwise(TileBuilder &tiles, GenericOp op);

  GenericOp reduction;
  const MachineConfig &machine;
  OpBuilder &builder;

  Pooling pooling;
  TensorLayout layout;               ///< of the input
  TypedAttr padding;                 ///< null: zeros
  SmallVector<int64_t> planeStrides; ///< of the input, per space dimension
  WindowProblem problem;
  WindowPlan plan;
};
} // namespace

unsigned WindowGenerator::addDim(ArrayRef<unsigned> group) {
  problem.dims.push_back({extentOf(group, space.extents)});
  groups.emplace_back(group.begin(), group.end());
  return groups.size() - 1;
}

/// Axes that a reduction loop walks are windows; the others are plain.
void WindowGenerator::describeAxes() {
  Value tensor = pooling.input->get();
  AffineMap map = reduction.getMatchingIndexingMap(pooling.input);
  auto iterators = reduction.getIteratorTypesArray();
  SmallVector<int64_t> ranges = reduction.getStaticLoopRanges();
  ArrayRef<int> loops = loopsOf(reduction);
  layout = layoutOf(tensor);
  if (auto pad = tensor.getDefiningOp<tensor::PadOp>())
    matchPattern(pad.getConstantPaddingValue(), m_Constant(&padding));
  planeStrides.assign(space.extents.size(), 0);
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    WindowTerms terms = *windowTerms(expr, iterators);
    int row = terms.parallel < 0 ? -1 : loops[terms.parallel];
    if (terms.reduced < 0) {
      if (row >= 0)
        planeStrides[row] += terms.step * layout.strides[i];
      continue;
    }
    WindowAxis axis;
    if (row >= 0) {
      axis.row = row; // a space dimension, until buildDims
      axis.step = terms.step;
    }
    axis.dilation = terms.dilation;
    axis.taps = ranges[terms.reduced];
    axis.stride = layout.strides[i];
    std::tie(axis.begin, axis.end) = layout.backed[i];
    problem.axes.push_back(axis);
  }
  llvm::sort(problem.axes, [](const WindowAxis &a, const WindowAxis &b) {
    return a.stride > b.stride;
  });
}

/// Plain dimensions that every tensor traverses contiguously are joined.
void WindowGenerator::buildDims() {
  Operand input{layout.base, planeStrides, layout.offset};
  SmallVector<const Operand *> all{&input};
  // The input is read as `input`, not as the sum of its terms.
  for (const Operand &operand : reads)
    if (operand.value != layout.base)
      all.push_back(&operand);
  for (const Operand &operand : writes)
    all.push_back(&operand);
  SmallVector<unsigned> plain;
  for (unsigned d = 0; d < space.extents.size(); ++d)
    if (!space.reduced[d] &&
        llvm::none_of(problem.axes, [&](auto &axis) { return axis.row == d; }))
      plain.push_back(d);
  const Operand &guide = writes.front();
  llvm::sort(plain, [&](unsigned a, unsigned b) {
    return std::pair(-guide.strides[a], a) < std::pair(-guide.strides[b], b);
  });
  auto joined = collapseDims(plain, space.extents, all);
  if (joined.empty())
    joined.push_back({});
  for (ArrayRef<unsigned> group : joined)
    problem.plain.push_back(addDim(group));
  for (WindowAxis &axis : problem.axes)
    if (axis.row)
      axis.row = addDim(*axis.row);
}

RowValue WindowGenerator::describe(Type element, bool moves) const {
  RowValue value;
  value.varies.assign(problem.dims.size(), true);
  value.bytes = storageType(element).getIntOrFloatBitWidth() / 8;
  value.moves = moves;
  return value;
}

LogicalResult WindowGenerator::schedule() {
  auto isReturned = [&](Value result) {
    return llvm::any_of(writes, [&](const Operand &write) {
      return computedValue(write.value) == result;
    });
  };
  auto elementOf = [](Value value) {
    return getElementTypeOrSelf(value.getType());
  };
  problem.inputBytes =
      elementOf(pooling.input->get()).getIntOrFloatBitWidth() / 8;
  Value result = reduction.getResult(0);
  problem.result = describe(elementOf(result), isReturned(result));
  problem.combinerOps =
      isa<arith::MaximumFOp, arith::MinimumFOp>(pooling.combiner) ? 3 : 1;
  for (GenericOp op : ops) {
    if (op == reduction)
      continue;
    for (OpOperand *input : op.getDpsInputOperands())
      if (readsMemory(input)) {
        RowValue value = describe(elementOf(input->get()), true);
        for (auto [varies, stride] : llvm::zip_equal(
                 value.varies, access(readBy(op, input), Value()).strides))
          varies = stride != 0;
        problem.values.push_back(value);
      }
    for (Value made : op.getResults())
      problem.values.push_back(describe(elementOf(made), isReturned(made)));
  }
  WindowChoice choice(problem, machine);
  FailureOr<Schedule> chosen = chooseSchedule(kernel, choice);
  if (failed(chosen))
    return failure();
  plan = llvm::cantFail(choice.plan(*chosen));
  return success();
}

/// How the tile of the input is moved. With rows of an axis on the lanes, the
/// tile of one of its taps: padding cuts off other rows for each.
SmallVector<BoxDim>
WindowGenerator::inputBox(std::optional<int64_t> lineTap) const {
  auto number = [&](unsigned dim) { return builder.getAffineDimExpr(dim); };
  auto plainDim = [&](unsigned dim) {
    const Dim &tiled = plan.dims[dim];
    BoxDim box;
    box.extent = tiled.tile;
    box.stride = groups[dim].empty() ? 0 : planeStrides[groups[dim].back()];
    box.origin = number(dim) * tiled.tile;
    box.largestOrigin = (tiled.trips() - 1) * tiled.tile;
    box.end = tiled.extent;
    return box;
  };
  auto axisDim = [&](unsigned i) {
    const WindowAxis &axis = problem.axes[i];
    BoxDim box;
    box.extent = plan.covered[i];
    box.stride = axis.stride;
    box.origin = builder.getAffineConstantExpr(0);
    if (axis.row) {
      const Dim &tiled = plan.dims[*axis.row];
      box.origin = number(*axis.row) * (tiled.tile * axis.step);
      box.largestOrigin = (tiled.trips() - 1) * tiled.tile * axis.step;
    }
    box.begin = axis.begin;
    box.end = axis.end;
    return box;
  };
  SmallVector<BoxDim> box;
  auto addAxes = [&] {
    for (unsigned i = 0; i < problem.axes.size(); ++i)
      if (plan.lineAxis != i)
        box.push_back(axisDim(i));
  };
  if (plan.vectorsOnLanes()) {
    addAxes();
    box.push_back(plainDim(plan.lane));
    return box;
  }
  if (!plan.lineAxis) {
    box.push_back(plainDim(plan.lane));
    addAxes();
    return box;
  }
  // Row r reads coordinate r * step + tap * dilation.
  const WindowAxis &axis = problem.axes[*plan.lineAxis];
  const Dim &tiled = plan.dims[plan.lane];
  const int64_t shift = *lineTap * axis.dilation;
  BoxDim rows;
  rows.extent = tiled.tile;
  rows.stride = axis.stride * axis.step;
  rows.origin = number(plan.lane) * tiled.tile;
  rows.largestOrigin = (tiled.trips() - 1) * tiled.tile;
  rows.begin = std::max<int64_t>(
      llvm::divideCeilSigned(axis.begin - shift, axis.step), 0);
  rows.end = std::clamp<int64_t>(
      llvm::divideFloorSigned(axis.end - 1 - shift, axis.step) + 1, 0,
      tiled.extent);
  box.push_back(rows);
  for (unsigned dim : problem.plain)
    if (llvm::is_contained(plan.storage, dim))
      box.push_back(plainDim(dim));
  addAxes();
  return box;
}

Value WindowGenerator::loadInput(TileBuilder &tiles,
                                 std::optional<int64_t> lineTap) {
  Type element = getElementTypeOrSelf(pooling.input->get().getType());
  unsigned laneAxis = plan.vectorsOnLanes() ? plan.inputShape.size() - 1 : 0;
  Tile tile =
      tiles.createBox(element, plan.inputShape, laneAxis, plan.laneStride);
  TensorAccess from{arguments.lookup(layout.base), {}, layout.offset};
  for (unsigned dim = 0; dim < groups.size(); ++dim) {
    int64_t stride = groups[dim].empty() ? 0 : planeStrides[groups[dim].back()];
    for (const WindowAxis &axis : problem.axes)
      if (axis.row == dim)
        stride = axis.stride * axis.step;
    from.strides.push_back(stride);
  }
  if (lineTap) {
    const WindowAxis &axis = problem.axes[*plan.lineAxis];
    from.offset += *lineTap * axis.dilation * axis.stride;
  }
  tiles.loadBox(from, tile, inputBox(lineTap), padding);
  return tile.memref;
}

/// Combines the windows in `input` onto `result`.
void WindowGenerator::emitWindow(TileBuilder &tiles, Value input,
                                 Value result) {
  SmallVector<int64_t> taps;
  SmallVector<AffineExpr> indices;
  auto position = [&](unsigned dim) {
    return builder.getAffineDimExpr(llvm::find(plan.storage, dim) -
                                    plan.storage.begin());
  };
  auto addAxes = [&] {
    for (auto [i, axis] : llvm::enumerate(problem.axes)) {
      if (plan.lineAxis == unsigned(i))
        continue;
      AffineExpr index =
          builder.getAffineDimExpr(plan.storage.size() + taps.size()) *
          axis.dilation;
      if (axis.row)
        index = position(*axis.row) * axis.step + index;
      indices.push_back(index);
      taps.push_back(axis.taps);
    }
  };
  if (plan.vectorsOnLanes()) {
    addAxes();
    indices.push_back(position(plan.lane));
  } else {
    indices.push_back(position(plan.lane));
    for (unsigned dim : problem.plain)
      if (dim != plan.lane && llvm::is_contained(plan.storage, dim))
        indices.push_back(position(dim));
    addAxes();
  }
  AffineMap map = AffineMap::get(plan.storage.size() + taps.size(), 0, indices,
                                 builder.getContext());
  togsim::WindowReduceOp::create(tiles.builder, reduction.getLoc(),
                                 pooling.combiner->getName().getStringRef(),
                                 input, result, taps, map, pooling.isUnsigned);
}

LogicalResult WindowGenerator::emitElementwise(TileBuilder &tiles,
                                               GenericOp op) {
  SmallVector<Tile> inputs = inputTiles(tiles, op, plan.storage), outputs;
  for (Value result : op.getResults()) {
    Type element = storageType(getElementTypeOrSelf(result.getType()));
    computed[result] = tiles.createTile(element, plan.storage, plan.lane);
    outputs.push_back(computed[result]);
  }
  SmallVector<Coordinate> ofSpace = joinedCoordinates(groups, space.extents);
  SmallVector<Coordinate> coordinates;
  for (int d : loopsOf(op))
    coordinates.push_back(d < 0 ? Coordinate{plan.lane, 1, 1} : ofSpace[d]);
  return tiles.emitElementwise(op, plan.storage, inputs, outputs, std::nullopt,
                               coordinates);
}

LogicalResult WindowGenerator::run() {
  if (failed(collect(kernel)))
    return failure();
  for (GenericOp op : ops)
    if (auto matched = matchPooling(op)) {
      reduction = op;
      pooling = *matched;
    }
  for (GenericOp op : ops)
    if (op != reduction && usesRow(op))
      return op.emitError("unsupported: op along the window of a pooling");
  describeAxes();
  buildDims();
  if (failed(schedule()))
    return failure();
  TileBuilder tiles(builder, kernel.getLoc(), machine, plan.dims, plan.lane,
                    plan.laneStride);
  tiles.openLoops(plan.loops);
  for (GenericOp op : ops) {
    if (op != reduction) {
      if (failed(emitElementwise(tiles, op)))
        return failure();
    } else {
      Value result = reduction.getResult(0);
      Tile y = tiles.createTile(getElementTypeOrSelf(result.getType()),
                                plan.storage, plan.lane);
      computed[result] = y;
      if (failed(tiles.emitStart(reduction, y)))
        return failure();
      int64_t tiled = plan.lineAxis ? problem.axes[*plan.lineAxis].taps : 1;
      for (int64_t tap = 0; tap < tiled; ++tap)
        emitWindow(
            tiles,
            loadInput(tiles, plan.lineAxis ? std::optional(tap) : std::nullopt),
            y.memref);
    }
    for (Value result : op->getResults())
      store(tiles, result);
  }
  tiles.closeLoops(plan.loops.size());
  return success();
}

LogicalResult codegen::generateWindows(func::FuncOp kernel,
                                       const KernelArguments &arguments,
                                       const MachineConfig &machine,
                                       OpBuilder &builder) {
  return WindowGenerator(kernel, arguments, machine, builder).run();
}
