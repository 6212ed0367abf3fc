//===- Gather.cpp - Elementwise kernels that read indirectly --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A body that holds tensor.extract ops becomes stages on tiles:
//
//   for every extract: indices of the tile's elements, computed into a tile;
//                      an indirect load at these indices
//   the rest of the body, the loaded elements being inputs like others
//
// Coordinates of an extract that are affine in the loops are strides of the
// load (negative ones reverse); the others make one linear index. An index tile
// extends along those dimensions only that its indices depend on, so that a row
// that is contiguous in the tensor takes one index and one run of DRAM.
//
// A single index is checked by the DMA. Of several coordinates, each is checked
// in code and the linear index is -1 where one is outside.
//
//===----------------------------------------------------------------------===//

#include "Coordinates.h"
#include "Generators.h"
#include "KernelInfo.h"
#include "ScheduleChoice.h"
#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "tilewright/Schedule/Schedule.h"
#include <numeric>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;
using linalg::GenericOp;

namespace {

/// One tensor.extract of the body.
struct Gather {
  tensor::ExtractOp op;
  Type type;      ///< of an element
  Operand access; ///< the affine part of its coordinates
  /// The other coordinates, with their extents in the tensor and strides.
  struct Term {
    Value coordinate;
    int64_t extent, stride;
  };
  SmallVector<Term> terms;
  llvm::SmallBitVector loops; ///< that `terms` depend on
  int64_t stride = 1;         ///< common divisor of the terms' strides
  int64_t bound = 0;          ///< of the linear index
  IntegerType indexType;
};

/// A part of the body as an op of its own: what it reads, by number of the
/// source's input or of a gather.
struct Stage {
  GenericOp op;
  SmallVector<unsigned> inputs, gathers;
};

class GatherGenerator {
public:
  GatherGenerator(func::FuncOp kernel, const KernelArguments &arguments,
                  const MachineConfig &machine, OpBuilder &builder)
      : kernel(kernel), arguments(arguments), machine(machine),
        builder(builder) {}
  LogicalResult run();

private:
  LogicalResult analyze(tensor::ExtractOp op, LoopDependence &dependence);
  void groupLoops();
  LogicalResult schedule();
  std::optional<unsigned> rowLane() const;
  void cloneOp(Operation &op, OpBuilder &b, IRMapping &mapping);
  Stage makeStage(
      ArrayRef<Value> needed, ArrayRef<Type> types,
      llvm::function_ref<SmallVector<Value>(OpBuilder &, Location, IRMapping &)>
          results);
  Stage indexStage(const Gather &gather);
  Value linearIndex(const Gather &gather, OpBuilder &b, Location loc,
                    IRMapping &mapping);
  LogicalResult emitStage(TileBuilder &tiles, const Stage &stage,
                          ArrayRef<Tile> outputs);
  LogicalResult emitGather(TileBuilder &tiles, unsigned number);
  Tile &inputTile(TileBuilder &tiles, unsigned number);

  llvm::SmallBitVector groupsOf(const llvm::SmallBitVector &loops) const;
  TensorAccess access(const Operand &operand, Value memref) const {
    return {memref, stridesAlong(groups, operand), operand.offset};
  }

  func::FuncOp kernel;
  const KernelArguments &arguments;
  const MachineConfig &machine;
  OpBuilder &builder;

  ElementwiseKernel info;
  SmallVector<Gather> gathers;
  DimGroups groups; ///< of loops
  SmallVector<unsigned> storage;
  Schedule plan;
  SmallVector<Dim> dims;
  llvm::DenseMap<unsigned, Tile> loaded; ///< by input
  SmallVector<Tile> gathered;            ///< by gather
  SmallVector<GenericOp> stages;         ///< to be erased
};

} // namespace

//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

LogicalResult GatherGenerator::analyze(tensor::ExtractOp op,
                                       LoopDependence &dependence) {
  Gather gather;
  gather.op = op;
  gather.type = op.getType();
  const unsigned numLoops = info.extents.size();
  TensorLayout layout = layoutOf(op.getTensor());
  gather.access = {layout.base, SmallVector<int64_t>(numLoops, 0),
                   layout.offset};
  gather.loops.resize(numLoops);
  ArrayRef<int64_t> shape = op.getTensor().getType().getShape();
  if (!arguments.lookup(layout.base))
    return op.emitError("unsupported: reads a tensor that is no argument of "
                        "its kernel");
  int64_t divisor = 0;
  for (auto [d, coordinate] : llvm::enumerate(op.getIndices())) {
    if (auto linear = linearCoordinate(info.anchor, coordinate)) {
      gather.access.offset += linear->constant * layout.strides[d];
      for (unsigned loop = 0; loop < numLoops; ++loop)
        gather.access.strides[loop] +=
            linear->coefficients[loop] * layout.strides[d];
      continue;
    }
    gather.terms.push_back({coordinate, shape[d], layout.strides[d]});
    gather.loops |= dependence.of(coordinate);
    divisor = std::gcd(divisor, layout.strides[d]);
  }
  gather.stride = std::max<int64_t>(divisor, 1);
  gather.bound = 1;
  for (const Gather::Term &term : gather.terms) {
    if (term.extent == 0)
      return op.emitError("reads a tensor without elements");
    gather.bound += (term.extent - 1) * (term.stride / gather.stride);
  }
  // An index that comes from a 64-bit tensor is checked in all its bits.
  unsigned width = 32;
  if (gather.terms.size() == 1)
    if (auto cast =
            gather.terms[0].coordinate.getDefiningOp<arith::IndexCastOp>())
      width = cast.getIn().getType().isInteger(64) ? 64 : 32;
  gather.indexType = builder.getIntegerType(width);
  if (gather.bound > INT32_MAX)
    return op.emitError(
               "unsupported: indices beyond 2^31 - 1 (this tensor has ")
           << gather.bound << " places)";
  gathers.push_back(std::move(gather));
  return success();
}

/// Loops that all tensors traverse as one become one dimension, but for those
/// whose coordinates the body computes with.
void GatherGenerator::groupLoops() {
  const unsigned numLoops = info.extents.size();
  SmallVector<unsigned> order(numLoops);
  std::iota(order.begin(), order.end(), 0);
  llvm::sort(order, [&](unsigned a, unsigned b) {
    ArrayRef<int64_t> strides = info.results[0].strides;
    return std::pair(-strides[a], a) < std::pair(-strides[b], b);
  });
  // A loop that a mark varies along alone cannot be joined with others; loops
  // that it varies along together can.
  SmallVector<Operand> marks;
  auto mark = [&](const llvm::SmallBitVector &loops) {
    Operand operand{Value(), SmallVector<int64_t>(numLoops, 0), 0};
    int64_t running = 1;
    for (unsigned d : llvm::reverse(order))
      if (loops.test(d)) {
        operand.strides[d] = running;
        running *= info.extents[d];
      }
    marks.push_back(operand);
  };
  for (const Gather &gather : gathers)
    mark(gather.loops);
  // What is left of linalg.index when affine coordinates are strides.
  LoopDependence dependence(info.anchor);
  SetVector<Value> computed;
  for (const Gather &gather : gathers)
    for (const Gather::Term &term : gather.terms)
      computed.insert(term.coordinate);
  for (Value result : info.anchor.getBlock()->getTerminator()->getOperands())
    computed.insert(result);
  for (size_t i = 0; i < computed.size(); ++i) {
    Operation *def = computed[i].getDefiningOp();
    if (!def || !info.anchor.getRegion().isAncestor(def->getParentRegion()))
      continue;
    if (auto index = dyn_cast<linalg::IndexOp>(def)) {
      llvm::SmallBitVector alone(numLoops);
      alone.set(index.getDim());
      mark(alone);
    } else if (!isa<tensor::ExtractOp>(def)) {
      computed.insert(def->operand_begin(), def->operand_end());
    }
  }
  SmallVector<const Operand *> all;
  for (const auto &list : {&info.inputs, &info.results})
    for (const Operand &operand : *list)
      all.push_back(&operand);
  for (const Gather &gather : gathers)
    all.push_back(&gather.access);
  for (const Operand &operand : marks)
    all.push_back(&operand);
  groups = collapseDims(order, info.extents, all);
  if (groups.empty())
    groups.push_back({}); // a single element
  for (unsigned i = 0; i < groups.size(); ++i)
    storage.push_back(i);
}

llvm::SmallBitVector
GatherGenerator::groupsOf(const llvm::SmallBitVector &loops) const {
  llvm::SmallBitVector result(groups.size());
  for (auto [i, group] : llvm::enumerate(groups))
    if (!group.empty() && loops.test(group.back()))
      result.set(i);
  return result;
}

/// When rows are contiguous and there are enough of them, lanes take whole
/// rows: then one index per row does.
std::optional<unsigned> GatherGenerator::rowLane() const {
  const unsigned last = groups.size() - 1;
  std::optional<unsigned> best;
  for (const Gather &gather : gathers) {
    llvm::SmallBitVector along = groupsOf(gather.loops);
    if (gather.terms.empty() || along.test(last))
      continue;
    for (unsigned d : along.set_bits())
      if (dims[d].extent * 4 >= machine.lanes &&
          (!best || dims[d].extent > dims[*best].extent))
        best = d;
  }
  return best;
}

LogicalResult GatherGenerator::schedule() {
  ElementwiseProblem problem;
  problem.kind = "gather";
  for (ArrayRef<unsigned> group : groups) {
    problem.extents.push_back(extentOf(group, info.extents));
    dims.push_back({problem.extents.back(), 1});
  }
  problem.laneDim = rowLane();
  auto bytesOf = [](Type type) {
    return storageType(type).getIntOrFloatBitWidth() / 8;
  };
  auto addTile = [&](const llvm::SmallBitVector &varying, unsigned bytes) {
    SmallVector<int64_t> strides;
    for (unsigned d = 0; d < groups.size(); ++d)
      strides.push_back(varying.test(d));
    problem.operands.push_back({strides, bytes});
  };
  for (const auto &list : {&info.inputs, &info.results})
    for (const Operand &operand : *list)
      problem.operands.push_back(
          {stridesAlong(groups, operand),
           bytesOf(getElementTypeOrSelf(operand.value.getType()))});
  for (const Gather &gather : gathers) {
    addTile(groupsOf(gather.loops) | varyingGroups(groups, gather.access),
            bytesOf(gather.type));
    if (!gather.terms.empty())
      addTile(groupsOf(gather.loops), bytesOf(gather.indexType));
  }
  problem.computing = bodyCycles(info.anchor);
  FailureOr<Schedule> chosen = chooseSchedule(kernel, problem, machine);
  if (failed(chosen))
    return failure();
  plan = std::move(*chosen);
  for (auto [i, dim] : llvm::enumerate(dims))
    dim.tile = plan.tile[i];
  return success();
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

/// Clones an operation of the body; the coordinate of a unit loop is 0.
void GatherGenerator::cloneOp(Operation &op, OpBuilder &b, IRMapping &mapping) {
  auto index = dyn_cast<linalg::IndexOp>(op);
  if (index && info.extents[index.getDim()] == 1)
    mapping.map(index.getResult(),
                arith::ConstantIndexOp::create(b, op.getLoc(), 0));
  else
    b.clone(op, mapping);
}

/// An op that computes `needed` values of the body, and from their copies what
/// `results` makes of them. What gathers read are inputs. The op stands in the
/// tensor body, as the source does.
Stage GatherGenerator::makeStage(
    ArrayRef<Value> needed, ArrayRef<Type> types,
    llvm::function_ref<SmallVector<Value>(OpBuilder &, Location, IRMapping &)>
        results) {
  GenericOp source = info.anchor;
  Block *body = source.getBlock();
  // The slice of the body, gathers being its leaves.
  SetVector<Value> slice(needed.begin(), needed.end());
  for (size_t i = 0; i < slice.size(); ++i) {
    Operation *def = slice[i].getDefiningOp();
    if (def && def->getBlock() == body && !isa<tensor::ExtractOp>(def))
      slice.insert(def->operand_begin(), def->operand_end());
  }
  Stage stage;
  OpBuilder b(source);
  Location loc = source.getLoc();
  AffineMap identity = b.getMultiDimIdentityMap(source.getNumLoops());
  SmallVector<Value> inputs, inits, replaced;
  SmallVector<AffineMap> maps;
  for (unsigned i = 0; i < source.getNumDpsInputs(); ++i)
    if (slice.contains(body->getArgument(i))) {
      stage.inputs.push_back(i);
      inputs.push_back(source.getInputs()[i]);
      maps.push_back(source.getIndexingMapsArray()[i]);
      replaced.push_back(body->getArgument(i));
    }
  for (auto [i, gather] : llvm::enumerate(gathers))
    if (slice.contains(gather.op.getResult())) {
      stage.gathers.push_back(i);
      inputs.push_back(
          tensor::EmptyOp::create(b, loc, info.extents, gather.op.getType()));
      maps.push_back(identity);
      replaced.push_back(gather.op.getResult());
    }
  SmallVector<Type> resultTypes;
  for (Type type : types) {
    inits.push_back(tensor::EmptyOp::create(b, loc, info.extents, type));
    resultTypes.push_back(inits.back().getType());
    maps.push_back(identity);
  }
  stage.op = GenericOp::create(
      b, loc, resultTypes, inputs, inits, maps, source.getIteratorTypesArray(),
      [&](OpBuilder &inner, Location innerLoc, ValueRange args) {
        IRMapping mapping;
        for (auto [value, arg] : llvm::zip_first(replaced, args))
          mapping.map(value, arg);
        for (Operation &op : body->without_terminator())
          if (!isa<tensor::ExtractOp>(op) &&
              llvm::any_of(op.getResults(),
                           [&](Value v) { return slice.contains(v); }))
            cloneOp(op, inner, mapping);
        linalg::YieldOp::create(inner, innerLoc,
                                results(inner, innerLoc, mapping));
      });
  stages.push_back(stage.op);
  return stage;
}

/// Whether `value`, an index or the integer it is made of, lies in [0, extent).
static Value isInside(OpBuilder &b, Location loc, Value value, int64_t extent) {
  Value bound = arith::ConstantOp::create(
      b, loc, b.getIntegerAttr(value.getType(), extent));
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, value, bound);
}

/// The index of the current element as an integer of the gather's index type.
Value GatherGenerator::linearIndex(const Gather &gather, OpBuilder &b,
                                   Location loc, IRMapping &mapping) {
  if (gather.terms.size() == 1) {
    Value index = mapping.lookup(gather.terms[0].coordinate);
    if (gather.indexType.getWidth() == 64)
      return index.getDefiningOp<arith::IndexCastOp>().getIn();
    return arith::IndexCastOp::create(b, loc, gather.indexType, index);
  }
  Value sum, inside;
  for (const Gather::Term &term : gather.terms) {
    Value index = mapping.lookup(term.coordinate);
    auto cast = index.getDefiningOp<arith::IndexCastOp>();
    Value checked = isInside(b, loc, cast ? cast.getIn() : index, term.extent);
    Value factor =
        arith::ConstantIndexOp::create(b, loc, term.stride / gather.stride);
    Value product = arith::MulIOp::create(b, loc, index, factor);
    sum =
        sum ? arith::AddIOp::create(b, loc, sum, product).getResult() : product;
    inside = inside ? arith::AndIOp::create(b, loc, inside, checked).getResult()
                    : checked;
  }
  Value outside = arith::ConstantIndexOp::create(b, loc, -1);
  sum = arith::SelectOp::create(b, loc, inside, sum, outside);
  return arith::IndexCastOp::create(b, loc, gather.indexType, sum);
}

Stage GatherGenerator::indexStage(const Gather &gather) {
  SmallVector<Value> needed;
  for (const Gather::Term &term : gather.terms)
    needed.push_back(term.coordinate);
  return makeStage(needed, {gather.indexType},
                   [&](OpBuilder &b, Location loc, IRMapping &mapping) {
                     return SmallVector<Value>{
                         linearIndex(gather, b, loc, mapping)};
                   });
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

Tile &GatherGenerator::inputTile(TileBuilder &tiles, unsigned number) {
  auto [entry, isNew] = loaded.try_emplace(number);
  if (isNew) {
    const Operand &input = info.inputs[number];
    Type element = getElementTypeOrSelf(input.value.getType());
    entry->second = tiles.createTileOver(storageType(element), storage,
                                         varyingGroups(groups, input));
    tiles.load(access(input, arguments.lookup(input.value)), entry->second);
  }
  return entry->second;
}

LogicalResult GatherGenerator::emitStage(TileBuilder &tiles, const Stage &stage,
                                         ArrayRef<Tile> outputs) {
  SmallVector<Tile> ins, outs(outputs);
  for (unsigned i : stage.inputs)
    ins.push_back(inputTile(tiles, i));
  for (unsigned i : stage.gathers)
    ins.push_back(gathered[i]);
  if (outs[0].splatLast)
    // Computed in all copies; then the inputs are splats, too.
    for (SmallVector<Tile> *list : {&ins, &outs})
      for (Tile &tile : *list)
        tile.splatLast = false;
  return tiles.emitElementwise(stage.op, outs[0].dims, ins, outs, std::nullopt,
                               joinedCoordinates(groups, info.extents));
}

LogicalResult GatherGenerator::emitGather(TileBuilder &tiles, unsigned number) {
  const Gather &gather = gathers[number];
  TensorAccess source =
      access(gather.access, arguments.lookup(gather.access.value));
  llvm::SmallBitVector along = groupsOf(gather.loops);
  Tile tile =
      tiles.createTileOver(storageType(gather.type), storage,
                           along | varyingGroups(groups, gather.access));
  gathered.push_back(tile);
  if (gather.terms.empty()) {
    tiles.load(source, tile);
    return success();
  }
  Stage stage = indexStage(gather);
  IndexAccess index{tiles.createTileOver(gather.indexType, storage, along),
                    gather.stride, gather.bound};
  if (failed(emitStage(tiles, stage, {index.tile})))
    return failure();
  tiles.load(source, tile, index);
  return success();
}

LogicalResult GatherGenerator::run() {
  FailureOr<ElementwiseKernel> analyzed = analyzeElementwise(kernel);
  if (failed(analyzed))
    return failure();
  info = std::move(*analyzed);
  LoopDependence dependence(info.anchor);
  WalkResult walked = info.anchor.getRegion().walk([&](tensor::ExtractOp op) {
    return failed(analyze(op, dependence)) ? WalkResult::interrupt()
                                           : WalkResult::advance();
  });
  if (walked.wasInterrupted())
    return failure();
  groupLoops();
  if (failed(schedule()))
    return failure();

  TileBuilder tiles(builder, info.anchor.getLoc(), machine, dims, plan.laneDim,
                    plan.laneStride);
  tiles.openLoops(plan.loopOrder);
  for (unsigned i = 0; i < gathers.size(); ++i)
    if (failed(emitGather(tiles, i)))
      return failure();
  SmallVector<Value> yielded(
      info.anchor.getBlock()->getTerminator()->getOperands());
  SmallVector<Type> types;
  SmallVector<Tile> outputs;
  for (Value value : yielded) {
    types.push_back(value.getType());
    outputs.push_back(
        tiles.createTile(storageType(value.getType()), storage, plan.laneDim));
  }
  Stage rest =
      makeStage(yielded, types, [&](OpBuilder &, Location, IRMapping &mapping) {
        SmallVector<Value> results;
        for (Value value : yielded)
          results.push_back(mapping.lookupOrDefault(value));
        return results;
      });
  if (failed(emitStage(tiles, rest, outputs)))
    return failure();
  for (auto [i, result] : llvm::enumerate(info.results)) {
    auto value = cast<OpResult>(computedValue(result.value));
    tiles.store(access(result, arguments.results[i]),
                outputs[value.getResultNumber()]);
  }
  tiles.closeLoops(plan.loopOrder.size());
  for (GenericOp stage : stages)
    stage.erase();
  return success();
}

LogicalResult codegen::generateGather(func::FuncOp kernel,
                                      const KernelArguments &arguments,
                                      const MachineConfig &machine,
                                      OpBuilder &builder) {
  return GatherGenerator(kernel, arguments, machine, builder).run();
}
