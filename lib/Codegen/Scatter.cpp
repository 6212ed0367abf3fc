//===- Scatter.cpp - Kernels that write at run-time positions -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// tm_tensor.scatter onto an argument. The kernel runs over the updates u and
// the dimensions of their windows; per tile, the positions become one linear
// index per update, and an indirect store, which may accumulate, writes the
// windows.
//
// Updates that meet are applied in increasing u: u is the outermost dimension
// of every store, stores are in order (PipelineTransfers), and windows of
// different updates either coincide or are disjoint, as they have extent 1
// along the dimensions that are looked up.
//
//===----------------------------------------------------------------------===//

#include "Generators.h"
#include "KernelInfo.h"
#include "ScheduleChoice.h"
#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"
#include "tilewright/Frontend/ElementwiseOp.h"
#include "tilewright/Schedule/Schedule.h"
#include <numeric>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;
using linalg::GenericOp;

namespace {

class ScatterGenerator {
public:
  ScatterGenerator(func::FuncOp kernel, tm_tensor::ScatterOp scatter,
                   const KernelArguments &arguments,
                   const MachineConfig &machine, OpBuilder &builder)
      : kernel(kernel), scatter(scatter), arguments(arguments),
        machine(machine), builder(builder) {}
  LogicalResult run();

private:
  LogicalResult analyze();
  LogicalResult chooseCombine();
  void groupLoops();
  LogicalResult schedule();
  TensorAccess access(const Operand &operand) const {
    return {arguments.lookup(operand.value), stridesAlong(groups, operand),
            operand.offset};
  }
  GenericOp makeOp(ArrayRef<Type> inputs, Type result, ElementwiseBody body);
  Value linearIndex(OpBuilder &b, Location loc, ValueRange positions);
  LogicalResult emitIndex(TileBuilder &tiles, const Tile &index);

  func::FuncOp kernel;
  tm_tensor::ScatterOp scatter;
  const KernelArguments &arguments;
  const MachineConfig &machine;
  OpBuilder &builder;

  /// Loops: the updates, then the dimensions of a window.
  SmallVector<int64_t> extents;
  Operand updates, original;
  SmallVector<Operand> positions; ///< one per dimension looked up
  /// Extent and stride in the original of each dimension looked up.
  SmallVector<std::pair<int64_t, int64_t>> looked;
  int64_t stride = 1, bound = 1;
  std::optional<togsim::Combine> combine;

  DimGroups groups; ///< of loops
  SmallVector<unsigned> storage;
  SmallVector<Dim> dims;
  Schedule plan;
  SmallVector<GenericOp> made;
};

} // namespace

LogicalResult ScatterGenerator::chooseCombine() {
  if (scatter.overwrites())
    return success();
  Operation *combiner = scatter.getCombiner();
  Type element = scatter.getOriginal().getType().getElementType();
  if (combiner && !element.isInteger(1)) {
    if (isa<arith::AddFOp, arith::AddIOp>(combiner))
      combine = togsim::Combine::Add;
    else if (isa<arith::MulFOp, arith::MulIOp>(combiner))
      combine = togsim::Combine::Multiply;
    else if (isa<arith::MaximumFOp, arith::MaxSIOp>(combiner))
      combine = togsim::Combine::Maximum;
    else if (isa<arith::MinimumFOp, arith::MinSIOp>(combiner))
      combine = togsim::Combine::Minimum;
  }
  if (combine)
    return success();
  auto diagnostic =
      scatter.emitError("unsupported: scatter that combines elements of type ")
      << element << " by ";
  if (combiner)
    return diagnostic << "'" << combiner->getName() << "'";
  return diagnostic << "more than one operation";
}

LogicalResult ScatterGenerator::analyze() {
  auto originalType = scatter.getOriginal().getType();
  TensorLayout updateLayout = layoutOf(scatter.getUpdates()),
               indexLayout = layoutOf(scatter.getIndices()),
               originalLayout = layoutOf(scatter.getOriginal());
  for (const TensorLayout *layout :
       {&updateLayout, &indexLayout, &originalLayout})
    if (!arguments.lookup(layout->base))
      return scatter.emitError("unsupported: scatter of a tensor that is no "
                               "argument of its kernel");
  llvm::append_range(extents, scatter.getUpdates().getType().getShape());
  updates = {updateLayout.base, updateLayout.strides, updateLayout.offset};
  original = {originalLayout.base, SmallVector<int64_t>(extents.size(), 0),
              originalLayout.offset};
  const unsigned first = scatter.getFirstWindowDim();
  for (unsigned j = 1; j < extents.size(); ++j)
    original.strides[j] = originalLayout.strides[first + j - 1];
  int64_t divisor = 0;
  for (auto [k, dim] : llvm::enumerate(scatter.getDimensionMap())) {
    if (dim >= int64_t(first) && extents[dim - first + 1] != 1)
      return scatter.emitError("unsupported: windows of extent ")
             << extents[dim - first + 1] << " along dimension " << dim
             << ", which is looked up (1 so far)";
    Operand position{indexLayout.base, SmallVector<int64_t>(extents.size(), 0),
                     indexLayout.offset + int64_t(k) * indexLayout.strides[1]};
    position.strides[0] = indexLayout.strides[0];
    positions.push_back(position);
    looked.push_back(
        {originalType.getDimSize(dim), originalLayout.strides[dim]});
    divisor = std::gcd(divisor, originalLayout.strides[dim]);
  }
  stride = std::max<int64_t>(divisor, 1);
  for (auto [extent, step] : looked)
    bound += (extent - 1) * (step / stride);
  if (bound > INT32_MAX)
    return scatter.emitError("unsupported: positions beyond 2^31 - 1 (this "
                             "tensor has ")
           << bound << ")";
  return chooseCombine();
}

/// The updates stay first and alone, as each has its own index.
void ScatterGenerator::groupLoops() {
  SmallVector<unsigned> order(extents.size());
  std::iota(order.begin(), order.end(), 0);
  Operand mark{Value(), SmallVector<int64_t>(extents.size(), 0), 0};
  mark.strides[0] = 1;
  groups = collapseDims(order, extents, {&updates, &original, &mark});
  if (groups.empty())
    groups.push_back({}); // a single element
  for (unsigned i = 0; i < groups.size(); ++i)
    storage.push_back(i);
}

LogicalResult ScatterGenerator::schedule() {
  ElementwiseProblem problem;
  problem.kind = "scatter";
  for (ArrayRef<unsigned> group : groups) {
    problem.extents.push_back(extentOf(group, extents));
    dims.push_back({problem.extents.back(), 1});
  }
  auto bytesOf = [](Value value) {
    return storageType(getElementTypeOrSelf(value.getType()))
               .getIntOrFloatBitWidth() /
           8;
  };
  // What is loaded, and what is stored.
  for (unsigned i = 0; i < 2; ++i)
    problem.operands.push_back(
        {stridesAlong(groups, updates), bytesOf(scatter.getUpdates())});
  for (const Operand &position : positions)
    problem.operands.push_back(
        {stridesAlong(groups, position), bytesOf(scatter.getIndices())});
  problem.operands.push_back(problem.operands.back());
  bool rows = groups.size() > 1 && groups[0].front() == 0;
  if (rows && dims[0].extent * 4 >= machine.lanes)
    problem.laneDim = 0; // lanes take whole windows: one index each
  FailureOr<Schedule> chosen = chooseSchedule(kernel, problem, machine);
  if (failed(chosen))
    return failure();
  plan = std::move(*chosen);
  for (auto [i, dim] : llvm::enumerate(dims))
    dim.tile = plan.tile[i];
  return success();
}

/// An elementwise op on tensors as TileBuilder takes it.
GenericOp ScatterGenerator::makeOp(ArrayRef<Type> inputs, Type result,
                                   ElementwiseBody body) {
  OpBuilder b(scatter);
  Location loc = scatter.getLoc();
  SmallVector<Value> tensors;
  for (Type type : inputs)
    tensors.push_back(tensor::EmptyOp::create(b, loc, extents, type));
  made.push_back(createElementwise(b, loc, tensors, extents, result, body));
  return made.back();
}

/// Positions as one index; -1 where one of several is outside. A single one is
/// checked by the DMA.
Value ScatterGenerator::linearIndex(OpBuilder &b, Location loc,
                                    ValueRange values) {
  if (values.size() == 1)
    return values[0];
  auto constant = [&](int64_t number) {
    return arith::ConstantOp::create(
        b, loc, b.getIntegerAttr(values[0].getType(), number));
  };
  Value sum, inside;
  for (auto [value, dim] : llvm::zip_equal(values, looked)) {
    Value checked = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                          value, constant(dim.first));
    Value product =
        arith::MulIOp::create(b, loc, value, constant(dim.second / stride));
    sum =
        sum ? arith::AddIOp::create(b, loc, sum, product).getResult() : product;
    inside = inside ? arith::AndIOp::create(b, loc, inside, checked).getResult()
                    : checked;
  }
  return arith::SelectOp::create(b, loc, inside, sum, constant(-1));
}

LogicalResult ScatterGenerator::emitIndex(TileBuilder &tiles,
                                          const Tile &index) {
  Type type = scatter.getIndices().getType().getElementType();
  SmallVector<Tile> ins, outs{index};
  SmallVector<Type> types;
  for (const Operand &position : positions) {
    ins.push_back(
        tiles.createTileOver(type, storage, varyingGroups(groups, position)));
    tiles.load(access(position), ins.back());
    types.push_back(type);
  }
  if (index.splatLast) // computed in all copies, of splats
    for (SmallVector<Tile> *list : {&ins, &outs})
      for (Tile &tile : *list)
        tile.splatLast = false;
  GenericOp op =
      makeOp(types, type, [&](OpBuilder &b, Location loc, ValueRange args) {
        return linearIndex(b, loc, args);
      });
  return tiles.emitElementwise(op, index.dims, ins, outs);
}

LogicalResult ScatterGenerator::run() {
  if (failed(analyze()))
    return failure();
  groupLoops();
  if (failed(schedule()))
    return failure();
  TileBuilder tiles(builder, scatter.getLoc(), machine, dims, plan.laneDim,
                    plan.laneStride);
  tiles.openLoops(plan.loopOrder);
  Type element = scatter.getUpdates().getType().getElementType(),
       stored = storageType(element);
  Tile in =
      tiles.createTileOver(stored, storage, varyingGroups(groups, updates));
  Tile out = tiles.createTile(stored, storage, plan.laneDim);
  IndexAccess index{
      tiles.createTileOver(scatter.getIndices().getType().getElementType(),
                           storage, varyingGroups(groups, positions[0])),
      stride, bound};
  tiles.load(access(updates), in);
  if (failed(emitIndex(tiles, index.tile)))
    return failure();
  GenericOp copy =
      makeOp({stored}, stored,
             [](OpBuilder &, Location, ValueRange args) { return args[0]; });
  if (failed(tiles.emitElementwise(copy, storage, {in}, {out})))
    return failure();
  TensorAccess target = access(original);
  target.memref = arguments.results[0];
  tiles.store(target, out, index, combine);
  tiles.closeLoops(plan.loopOrder.size());
  for (GenericOp op : made)
    op.erase();
  return success();
}

LogicalResult codegen::generateScatter(func::FuncOp kernel,
                                       const KernelArguments &arguments,
                                       const MachineConfig &machine,
                                       OpBuilder &builder) {
  tm_tensor::ScatterOp scatter =
      *kernel.getBody().getOps<tm_tensor::ScatterOp>().begin();
  return ScatterGenerator(kernel, scatter, arguments, machine, builder).run();
}
