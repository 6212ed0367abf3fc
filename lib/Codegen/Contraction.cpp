//===- Contraction.cpp - Kernels around a matrix product ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One path for every contraction: batch dimensions and all but the largest row,
// column and contraction dimension become loops; the three largest are M
// (streamed rows), N (lanes of weights and results) and K (lanes of inputs).
// The accumulator tile stays in the scratchpad over the K loop; prologues run
// on input tiles, the epilogue on the finished accumulator. Convolutions differ
// only in how their input lies in the tile (ContractionSpace.h).
//
//===----------------------------------------------------------------------===//

#include "ContractionChoice.h"
#include "Generators.h"
#include "KernelInfo.h"
#include "ScheduleChoice.h"
#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "tilewright/Schedule/ArrayStream.h"
#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

namespace {
class ContractionGenerator {
public:
  ContractionGenerator(func::FuncOp kernel, ContractionKernel info,
                       const MachineConfig &machine)
      : kernel(kernel), info(std::move(info)), machine(machine) {}

  LogicalResult run(const KernelArguments &arguments, OpBuilder &builder);

private:
  LogicalResult checkTypes();
  /// Orients the inputs; whether the other one may stream, too.
  FailureOr<bool> orient();
  LogicalResult schedule();
  ContractionProblem describe() const;
  /// Loads one side's tile (through its prologue) at the current loops.
  FailureOr<Tile> loadSide(TileBuilder &tiles, const Operand &side,
                           linalg::GenericOp prologue, ArrayRef<Operand> inputs,
                           ArrayRef<unsigned> storage, unsigned lane);
  /// Whether, and how, the products of two tiles in lines of `line` rows can
  /// follow each other without draining the arrays.
  IntegerAttr chained(int64_t line);
  void createContract(TileBuilder &tiles, const Tile &x, const Tile &w,
                      const Tile &y, AffineMapAttr window, int64_t line);
  LogicalResult emitProduct(TileBuilder &tiles, const Tile &y);
  LogicalResult emitWindowProduct(TileBuilder &tiles, const Tile &y);
  /// What follows the finished sums: conversion or epilogue.
  FailureOr<SmallVector<Tile>> emitEpilogue(TileBuilder &tiles, const Tile &y,
                                            ArrayRef<unsigned> resultStorage);
  /// Adds the rows of the tile `value` to `reduced`.
  LogicalResult emitReduction(TileBuilder &tiles, const Tile &value,
                              const Tile &reduced,
                              ArrayRef<unsigned> resultStorage);
  /// The tiles of `operands`; an operand without a value is `computed`.
  SmallVector<Tile> loadInputs(TileBuilder &tiles, ArrayRef<Operand> operands,
                               const Tile &computed,
                               ArrayRef<unsigned> resultStorage);
  Value memrefOf(Value tensor) { return args->lookup(tensor); }

  func::FuncOp kernel;
  ContractionKernel info;
  const MachineConfig &machine;
  ContractionSpace space;
  Schedule plan;
  const KernelArguments *args = nullptr;
  Type sumType; ///< of the accumulator tile: f32 or i32
};
} // namespace

/// Array passes times rows per pass: what an orientation costs the arrays.
static double orientationCost(int64_t m, int64_t n, int64_t k, int64_t lanes) {
  auto blocks = [&](int64_t x) { return double((x + lanes - 1) / lanes); };
  return blocks(n) * blocks(k) * double(std::max(m, lanes));
}

/// Swaps the roles of the two inputs when streaming the other one is cheaper.
/// Rows that are reduced stream: a lane then has all it reduces.
FailureOr<bool> ContractionGenerator::orient() {
  if (info.reduction) {
    auto isReduced = [&](unsigned dim) {
      for (auto [loop, along] : llvm::enumerate(info.reductionDims))
        if (along == int64_t(dim))
          return info.reduction.getIteratorTypesArray()[loop] ==
                 utils::IteratorType::reduction;
      return false;
    };
    auto wide = [&](unsigned dim) { return info.extents[dim] > 1; };
    auto all = [&](ArrayRef<unsigned> dims) {
      return llvm::all_of(dims,
                          [&](unsigned d) { return !wide(d) || isReduced(d); });
    };
    auto none = [&](ArrayRef<unsigned> dims) {
      return llvm::none_of(dims,
                           [&](unsigned d) { return wide(d) && isReduced(d); });
    };
    if (!all(info.m) || !none(info.n))
      swapInputs(info);
    if (!all(info.m) || !none(info.n) || !none(info.batch))
      return info.reduction.emitError(
          "unsupported: reduction behind a contraction that reduces neither "
          "all rows nor all columns");
    return false;
  }
  auto product = [&](ArrayRef<unsigned> dims) {
    int64_t total = 1;
    for (unsigned d : dims)
      total *= info.extents[d];
    return total;
  };
  int64_t m = product(info.m), n = product(info.n), k = product(info.k);
  if (orientationCost(n, m, k, machine.lanes) <
      orientationCost(m, n, k, machine.lanes))
    swapInputs(info);
  return true;
}

static unsigned storageBytes(Type tensorType) {
  return (storageType(cast<ShapedType>(tensorType).getElementType())
              .getIntOrFloatBitWidth() +
          7) /
         8;
}

ContractionProblem ContractionGenerator::describe() const {
  ContractionProblem problem;
  problem.mUnit = space.unitRows();
  problem.m = space.dims[space.m].extent * problem.mUnit;
  problem.n = space.dims[space.n].extent;
  problem.k = space.dims[space.k].extent;
  for (unsigned dim : space.outer) {
    problem.outer *= space.dims[dim].extent;
    if (space.dims[dim].extent > 1 &&
        llvm::is_contained(info.n, space.groups[dim].front()))
      problem.outerVariesX = false;
  }
  for (unsigned dim : space.outerM)
    problem.outerM *= space.dims[dim].extent;
  if (space.images)
    problem.outerM *= space.dims[*space.images].trips();
  for (unsigned dim : space.outerK)
    problem.outerK *= space.dims[dim].extent;
  const unsigned innermost =
      space.innerM.empty() ? space.m : space.innerM.back();
  problem.xStrideM = space.stride(info.lhs, innermost);
  problem.xStrideK = space.stride(info.lhs, space.k);
  problem.wStrideN = space.stride(info.rhs, space.n);
  problem.wStrideK = space.stride(info.rhs, space.k);
  problem.yStrideM = space.stride(info.out, innermost);
  problem.yStrideN = space.stride(info.out, space.n);
  if (space.hasWindow) {
    problem.taps = space.taps();
    problem.onVectorLanes = space.isDepthwise;
    // Input columns of the first unit of rows, and of each further one.
    problem.xColumnsFirst = space.inputColumns(1);
    problem.xColumnsPerUnit = space.inputColumns(2) - space.inputColumns(1);
    const RowAxis &along = space.rows.back();
    problem.xStep = space.lineStep();
    problem.lineRows = space.rows.size() > 1 ? space.dims[along.dim].tile : 0;
    // Runs in memory are lines of the image.
    const RowAxis &columns = space.columns();
    problem.xStrideM = info.lhs.axes[columns.axis].stride;
    problem.yStrideM = space.stride(info.out, columns.dim);
    // Channels whose taps fill the memory between them.
    if (problem.wStrideK == problem.taps)
      problem.wStrideK = 1;
  }
  auto bytes = [](Type type) { return (type.getIntOrFloatBitWidth() + 7) / 8; };
  problem.xBytes = bytes(info.lhs.elementType);
  problem.wBytes = bytes(info.rhs.elementType);
  for (const Operand &input : info.lhsInputs)
    problem.extraX.push_back(storageBytes(input.value.getType()));
  for (const Operand &input : info.rhsInputs)
    problem.extraW.push_back(storageBytes(input.value.getType()));
  problem.computesX = bool(info.lhsPrologue);
  problem.computesW = bool(info.rhsPrologue);
  if (info.init)
    problem.extraY.push_back(storageBytes(info.init.getType()));
  auto result = [&](const Operand &operand) {
    return storageBytes(operand.value.getType());
  };
  if (!info.epilogue && !info.reduction) {
    if (getElementTypeOrSelf(info.results[0].value.getType()) != sumType) {
      problem.extraY.push_back(result(info.results[0]));
      problem.storesSums = false;
    }
    return problem;
  }
  problem.storesSums = false;
  SmallVector<Operand> inputs(info.epilogueInputs);
  llvm::append_range(inputs, info.reductionInputs);
  for (const Operand &input : inputs) {
    bool full = space.stride(input, space.m) ||
                llvm::any_of(space.innerM, [&](unsigned dim) {
                  return space.stride(input, dim) != 0;
                });
    if (input.value)
      (full ? problem.extraY : problem.splatsY)
          .push_back(storageBytes(input.value.getType()));
  }
  if (!info.reduction) {
    for (const Operand &operand : info.results)
      problem.extraY.push_back(result(operand));
  } else if (linalg::GenericOp op = info.epilogue ? info.epilogue : info.anchor;
             info.epilogue ||
             getElementTypeOrSelf(op.getResult(0).getType()) != sumType) {
    problem.extraY.push_back(storageBytes(op.getResult(0).getType()));
  }
  return problem;
}

LogicalResult ContractionGenerator::schedule() {
  FailureOr<bool> canSwap = orient();
  if (failed(canSwap))
    return failure();
  const ContractionKernel whole = info;
  ContractionKernel oriented = whole;
  *canSwap &= !orientWindow(oriented); // a window decides what streams
  std::vector<Arrangement> arrangements;
  for (bool swapped : {false, true}) {
    if (swapped && !*canSwap)
      break;
    for (const WindowTiling &tiling : windowTilings(whole, machine)) {
      info = whole;
      if (swapped)
        swapInputs(info);
      space = ContractionSpace::build(info, machine, tiling);
      arrangements.push_back(
          {info, space, describe(), arrangementKeys(info, space, tiling)});
    }
  }
  ContractionChoice choice(arrangements, machine);
  FailureOr<Schedule> chosen = chooseSchedule(kernel, choice);
  if (failed(chosen))
    return failure();
  plan = *chosen;
  const Arrangement &arrangement = *choice.find(plan);
  info = arrangement.info;
  space = arrangement.space;
  space.dims[space.m].tile = plan.tile[0] / arrangement.problem.mUnit;
  space.dims[space.n].tile = plan.tile[1];
  space.dims[space.k].tile = plan.tile[2];
  return success();
}

/// The input (0 or 1) that a factor of the product is, with how it is widened.
static std::optional<unsigned> factorInput(Value factor, Block *body,
                                           bool &isUnsigned) {
  Operation *op = factor.getDefiningOp();
  isUnsigned = isa_and_nonnull<arith::ExtUIOp>(op);
  if (isa_and_nonnull<arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp>(op))
    factor = op->getOperand(0);
  auto argument = dyn_cast<BlockArgument>(factor);
  if (!argument || argument.getOwner() != body || argument.getArgNumber() > 1)
    return std::nullopt;
  return argument.getArgNumber();
}

/// Which of the inputs the body multiplies are unsigned, or failure when it is
/// not the sum of a product onto its accumulator.
static FailureOr<std::array<bool, 2>> matchBody(linalg::GenericOp anchor) {
  Block *body = anchor.getBlock();
  Operation *add = body->getTerminator()->getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::AddFOp, arith::AddIOp>(add) ||
      !llvm::is_contained(add->getOperands(), body->getArgument(2)))
    return failure();
  Value product = add->getOperand(0) == body->getArgument(2)
                      ? add->getOperand(1)
                      : add->getOperand(0);
  Operation *mul = product.getDefiningOp();
  if (!isa_and_nonnull<arith::MulFOp, arith::MulIOp>(mul))
    return failure();
  bool isUnsigned[2];
  auto first = factorInput(mul->getOperand(0), body, isUnsigned[0]),
       second = factorInput(mul->getOperand(1), body, isUnsigned[1]);
  if (!first || !second || *first == *second)
    return failure();
  return std::array<bool, 2>{isUnsigned[*first], isUnsigned[*second]};
}

LogicalResult ContractionGenerator::checkTypes() {
  for (Value value : info.anchor->getOperands()) {
    Type type = getElementTypeOrSelf(value.getType());
    if (!type.isIntOrFloat() || type.getIntOrFloatBitWidth() > 32)
      return info.anchor.emitError("unsupported: array products of ")
             << type << " elements (at most 32 bits)";
  }
  FailureOr<std::array<bool, 2>> body = matchBody(info.anchor);
  if (failed(body))
    return info.anchor.emitError(
        "unsupported: reduction whose body is not a sum of products");
  // Arrays add in 32 bits whatever the type of the result.
  Type result = getElementTypeOrSelf(info.anchor.getResult(0).getType());
  MLIRContext *context = kernel.getContext();
  sumType = isa<FloatType>(result) ? Type(Float32Type::get(context))
                                   : Type(IntegerType::get(context, 32));
  info.lhs.isUnsigned = (*body)[0];
  info.rhs.isUnsigned = (*body)[1];
  info.lhs.elementType =
      getElementTypeOrSelf(info.anchor.getDpsInputOperand(0)->get().getType());
  info.rhs.elementType =
      getElementTypeOrSelf(info.anchor.getDpsInputOperand(1)->get().getType());
  return success();
}

/// `value` in type `wanted`; narrow integers are widened by their sign.
static Value convert(OpBuilder &b, Location loc, Value value, Type wanted) {
  if (value.getType() == wanted)
    return value;
  unsigned from = value.getType().getIntOrFloatBitWidth(),
           to = wanted.getIntOrFloatBitWidth();
  if (isa<FloatType>(wanted))
    return from < to ? arith::ExtFOp::create(b, loc, wanted, value).getResult()
                     : arith::TruncFOp::create(b, loc, wanted, value);
  return from < to ? arith::ExtSIOp::create(b, loc, wanted, value).getResult()
                   : arith::TruncIOp::create(b, loc, wanted, value);
}

/// Copies `from` to `to`, tiles of equal shape and layout, element by element
/// in the type of `to`.
static void emitConversion(TileBuilder &tiles, const Tile &from,
                           const Tile &to) {
  auto type = cast<MemRefType>(to.memref.getType());
  AffineMap map = tiles.builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> loops(type.getRank(),
                                         utils::IteratorType::parallel);
  linalg::GenericOp::create(
      tiles.builder, tiles.loc, TypeRange(), from.memref, to.memref,
      ArrayRef({map, map}), loops,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        linalg::YieldOp::create(
            b, loc, convert(b, loc, args[0], type.getElementType()));
      });
}

/// The attribute `start` (a number) in the type sums run in.
static TypedAttr startValue(TypedAttr start, Type sumType) {
  if (auto number = dyn_cast<FloatAttr>(start)) {
    llvm::APFloat value = number.getValue();
    bool lossy;
    value.convert(cast<FloatType>(sumType).getFloatSemantics(),
                  llvm::APFloat::rmNearestTiesToEven, &lossy);
    return FloatAttr::get(sumType, value);
  }
  return IntegerAttr::get(sumType,
                          cast<IntegerAttr>(start).getValue().sextOrTrunc(32));
}

FailureOr<Tile> ContractionGenerator::loadSide(
    TileBuilder &tiles, const Operand &side, linalg::GenericOp prologue,
    ArrayRef<Operand> inputs, ArrayRef<unsigned> storage, unsigned lane) {
  Tile tile = tiles.createTile(side.elementType, storage, lane);
  if (!prologue) {
    tiles.load(space.access(side, memrefOf(side.value)), tile);
    return tile;
  }
  SmallVector<Tile> inputTiles;
  for (const Operand &input : inputs) {
    TensorAccess access = space.access(input, memrefOf(input.value));
    inputTiles.push_back(tiles.createTile(access, storage, lane, 1));
    tiles.load(access, inputTiles.back());
  }
  // The prologue of padding need not be zero, so K's padding is masked.
  std::optional<unsigned> masked;
  if (space.dims[space.k].extent % space.dims[space.k].tile)
    masked = space.k;
  if (failed(
          tiles.emitElementwise(prologue, storage, inputTiles, {tile}, masked)))
    return failure();
  return tile;
}

IntegerAttr ContractionGenerator::chained(int64_t line) {
  const int64_t lanes = machine.lanes,
                depth =
                    plan.tile[2] / lanes * (space.hasWindow ? space.taps() : 1);
  const ArrayStream stream = ArrayStream::of(plan.tile[1] / lanes, plan.tile[0],
                                             line, plan.lagChunks, machine);
  if (!stream.canStayOpen(depth))
    return {};
  return Builder(kernel.getContext()).getI64IntegerAttr(stream.groupsBehind());
}

/// Subtiles of x and w, if there are any.
static DenseI64ArrayAttr subtiles(MLIRContext *context,
                                  ArrayRef<int64_t> counts) {
  if (llvm::all_of(counts, [](int64_t count) { return count == 1; }))
    return {};
  return DenseI64ArrayAttr::get(context, counts);
}

void ContractionGenerator::createContract(TileBuilder &tiles, const Tile &x,
                                          const Tile &w, const Tile &y,
                                          AffineMapAttr window, int64_t line) {
  togsim::ContractOp::create(
      tiles.builder, tiles.loc, x.memref, w.memref, y.memref,
      /*previous=*/Value(), info.lhs.isUnsigned, info.rhs.isUnsigned, window,
      /*taps_inside=*/false, line, plan.lagChunks, chained(line),
      /*open=*/false, /*part=*/DenseI64ArrayAttr(),
      /*weights=*/DenseI64ArrayAttr(),
      subtiles(kernel.getContext(), plan.firstSubtiles),
      subtiles(kernel.getContext(), plan.lastSubtiles),
      /*x_subtiles=*/nullptr, /*w_subtiles=*/nullptr);
}

LogicalResult ContractionGenerator::emitProduct(TileBuilder &tiles,
                                                const Tile &y) {
  FailureOr<Tile> x = loadSide(tiles, info.lhs, info.lhsPrologue,
                               info.lhsInputs, {space.k, space.m}, space.k);
  FailureOr<Tile> w = loadSide(tiles, info.rhs, info.rhsPrologue,
                               info.rhsInputs, {space.n, space.k}, space.n);
  if (failed(x) || failed(w))
    return failure();
  createContract(tiles, *x, *w, y, AffineMapAttr(), /*line=*/0);
  return success();
}

LogicalResult ContractionGenerator::emitWindowProduct(TileBuilder &tiles,
                                                      const Tile &y) {
  MLIRContext *context = kernel.getContext();
  const int64_t channels = space.dims[space.n].tile,
                depth = space.dims[space.k].tile;
  Tile x = tiles.createBox(
      info.lhs.elementType,
      ArrayRef<int64_t>{space.isDepthwise ? channels : depth,
                        space.inputColumns(space.dims[space.m].tile)});
  tiles.loadBox(space.inputAccess(info, memrefOf(info.lhs.value)), x,
                space.inputBox(info, context));
  const int64_t copies = machine.vectorElements(4);
  SmallVector<int64_t> weights{channels, space.taps() * depth};
  if (space.isDepthwise)
    weights = {channels, space.taps(), copies};
  Tile w = tiles.createBox(info.rhs.elementType, weights);
  tiles.loadBox(space.access(info.rhs, memrefOf(info.rhs.value)), w,
                space.weightBox(info, context, copies));
  AffineMap window = space.window(context);
  const int64_t line = space.lineRows(machine);
  if (space.isDepthwise)
    togsim::WindowSumOp::create(tiles.builder, tiles.loc, x.memref, w.memref,
                                y.memref, window, line, info.lhs.isUnsigned,
                                info.rhs.isUnsigned);
  else
    createContract(tiles, x, w, y, AffineMapAttr::get(window), line);
  return success();
}

LogicalResult ContractionGenerator::run(const KernelArguments &arguments,
                                        OpBuilder &builder) {
  args = &arguments;
  if (failed(checkTypes()))
    return failure();
  if (failed(schedule()))
    return failure();
  TileBuilder tiles(builder, info.anchor.getLoc(), machine, space.dims, space.n,
                    /*laneStride=*/1);
  tiles.merge(space.m, space.innerM);
  const SmallVector<unsigned> resultStorage{space.n, space.m};
  Tile y = tiles.createTile(sumType, resultStorage, space.n);

  SmallVector<unsigned> outer(space.outer), rows(space.outerM);
  if (space.images)
    rows.push_back(*space.images);
  rows.push_back(space.m);
  if (plan.loopOrder[0] == 1)
    outer.push_back(space.n);
  Tile reduced;
  if (info.reduction) {
    reduced = tiles.createSplatTile(storageType(getElementTypeOrSelf(
                                        info.reduction.getResult(0).getType())),
                                    space.n, space.m);
    tiles.openLoops(outer);
    if (failed(tiles.emitStart(info.reduction, reduced)))
      return failure();
    tiles.openLoops(rows);
  } else {
    outer.append(rows);
    if (plan.loopOrder[0] == 0)
      outer.push_back(space.n);
    tiles.openLoops(outer);
  }
  if (info.init) {
    TensorAccess access = space.access(info.out, memrefOf(info.init));
    Tile start = tiles.createTile(getElementTypeOrSelf(info.init.getType()),
                                  resultStorage, space.n);
    tiles.load(access, start);
    emitConversion(tiles, start, y);
  } else {
    Value value = arith::ConstantOp::create(builder, tiles.loc,
                                            startValue(info.initFill, sumType));
    linalg::FillOp::create(builder, tiles.loc, value, y.memref);
  }
  SmallVector<unsigned> inner(space.outerK);
  inner.push_back(space.k);
  tiles.openLoops(inner);
  if (failed(space.hasWindow ? emitWindowProduct(tiles, y)
                             : emitProduct(tiles, y)))
    return failure();
  tiles.closeLoops(inner.size());
  FailureOr<SmallVector<Tile>> outputs = emitEpilogue(tiles, y, resultStorage);
  if (failed(outputs))
    return failure();
  if (info.reduction) {
    if (failed(emitReduction(tiles, outputs->front(), reduced, resultStorage)))
      return failure();
    tiles.closeLoops(rows.size());
    outputs = SmallVector<Tile>{reduced};
  }
  for (auto [i, result] : llvm::enumerate(info.results))
    tiles.store(space.access(result, args->results[i]), (*outputs)[i]);
  tiles.closeLoops(outer.size());
  return success();
}

SmallVector<Tile>
ContractionGenerator::loadInputs(TileBuilder &tiles, ArrayRef<Operand> operands,
                                 const Tile &computed,
                                 ArrayRef<unsigned> resultStorage) {
  SmallVector<Tile> inputs;
  for (const Operand &input : operands) {
    if (!input.value) {
      inputs.push_back(computed);
      continue;
    }
    TensorAccess access = space.access(input, memrefOf(input.value));
    inputs.push_back(tiles.createTile(access, resultStorage));
    tiles.load(access, inputs.back());
  }
  return inputs;
}

FailureOr<SmallVector<Tile>>
ContractionGenerator::emitEpilogue(TileBuilder &tiles, const Tile &y,
                                   ArrayRef<unsigned> resultStorage) {
  SmallVector<Tile> outputs;
  linalg::GenericOp last = info.epilogue ? info.epilogue : info.anchor;
  for (Type type : last->getResultTypes()) {
    Type element = storageType(getElementTypeOrSelf(type));
    outputs.push_back(!info.epilogue && element == sumType
                          ? y
                          : tiles.createTile(element, resultStorage, space.n));
  }
  if (!info.epilogue) {
    if (outputs[0].memref != y.memref)
      emitConversion(tiles, y, outputs[0]);
    return outputs;
  }
  SmallVector<Tile> inputs =
      loadInputs(tiles, info.epilogueInputs, y, resultStorage);
  if (failed(tiles.emitElementwise(
          info.epilogue, resultStorage, inputs, outputs,
          /*masked=*/std::nullopt,
          space.coordinates(info.epilogueDims, info.extents))))
    return failure();
  return outputs;
}

LogicalResult
ContractionGenerator::emitReduction(TileBuilder &tiles, const Tile &value,
                                    const Tile &reduced,
                                    ArrayRef<unsigned> resultStorage) {
  SmallVector<Tile> inputs =
      loadInputs(tiles, info.reductionInputs, value, resultStorage);
  return tiles.emitReduction(info.reduction, resultStorage, {space.m}, inputs,
                             reduced);
}

LogicalResult codegen::generateContraction(func::FuncOp kernel,
                                           const KernelArguments &arguments,
                                           const MachineConfig &machine,
                                           OpBuilder &builder) {
  FailureOr<ContractionKernel> info =
      analyzeContraction(kernel, findContractions(kernel).front());
  if (failed(info))
    return failure();
  const bool fromLhs = !info->lhsPrologue, fromRhs = !info->rhsPrologue;
  if (failed(fromLhs ? checkLoads(info->anchor, info->lhs)
                     : checkLoads(info->lhsPrologue, info->lhsInputs)) ||
      failed(fromRhs ? checkLoads(info->anchor, info->rhs)
                     : checkLoads(info->rhsPrologue, info->rhsInputs)))
    return failure();
  return ContractionGenerator(kernel, *info, machine).run(arguments, builder);
}
