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
// on input tiles, the epilogue on the finished accumulator.
//
//===----------------------------------------------------------------------===//

#include "Generators.h"
#include "KernelInfo.h"
#include "ScheduleChoice.h"
#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"
#include <numeric>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

namespace {

/// The kernel's iteration space after collapsing: which anchor dimensions each
/// kernel dimension stands for.
struct Space {
  SmallVector<SmallVector<unsigned>>
      groups; ///< empty group: synthetic, extent 1
  SmallVector<Dim> dims;
  SmallVector<unsigned> outer, outerK; ///< loops with tile extent 1
  unsigned m = 0, n = 0, k = 0;
  /// A second row dimension, inside m and whole in every tile (image columns
  /// inside image rows).
  std::optional<unsigned> innerM;

  TensorAccess access(const Operand &operand, Value memref) const {
    TensorAccess result{memref, {}, operand.offset};
    for (ArrayRef<unsigned> group : groups)
      result.strides.push_back(group.empty() ? 0
                                             : operand.strides[group.back()]);
    return result;
  }
};

class ContractionGenerator {
public:
  ContractionGenerator(func::FuncOp kernel, ContractionKernel info,
                       const MachineConfig &machine)
      : kernel(kernel), info(std::move(info)), machine(machine) {}

  LogicalResult run(const KernelArguments &arguments, OpBuilder &builder);

private:
  void orient();
  void buildSpace();
  void chooseInnerM();
  LogicalResult schedule();
  LogicalResult checkTypes();
  /// Loads one side's tile (through its prologue) at the current loops.
  FailureOr<Tile> loadSide(TileBuilder &tiles, const Operand &side,
                           linalg::GenericOp prologue, ArrayRef<Operand> inputs,
                           ArrayRef<unsigned> storage, unsigned lane);
  Value memrefOf(Value tensor) { return args->lookup(tensor); }

  func::FuncOp kernel;
  ContractionKernel info;
  const MachineConfig &machine;
  Space space;
  bool swapped = false; ///< the right input streams
  Schedule plan;
  const KernelArguments *args = nullptr;
};

} // namespace

/// Array passes times rows per pass: what an orientation costs the arrays.
static double orientationCost(int64_t m, int64_t n, int64_t k, int64_t lanes) {
  auto blocks = [&](int64_t x) { return double((x + lanes - 1) / lanes); };
  return blocks(n) * blocks(k) * double(std::max(m, lanes));
}

static int64_t product(ArrayRef<unsigned> dims, ArrayRef<int64_t> extents) {
  int64_t total = 1;
  for (unsigned d : dims)
    total *= extents[d];
  return total;
}

/// Swaps the roles of the two inputs when streaming the other one is cheaper.
void ContractionGenerator::orient() {
  int64_t m = product(info.m, info.extents), n = product(info.n, info.extents),
          k = product(info.k, info.extents);
  swapped = orientationCost(n, m, k, machine.lanes) <
            orientationCost(m, n, k, machine.lanes);
  if (std::optional<std::string> streams = givenText(kernel, "streams"))
    swapped = *streams == "rhs";
  if (!swapped)
    return;
  std::swap(info.m, info.n);
  std::swap(info.lhs, info.rhs);
  std::swap(info.lhsPrologue, info.rhsPrologue);
  std::swap(info.lhsInputs, info.rhsInputs);
}

void ContractionGenerator::buildSpace() {
  SmallVector<const Operand *> all{&info.lhs, &info.rhs, &info.out};
  for (const SmallVector<Operand> *list :
       {&info.lhsInputs, &info.rhsInputs, &info.epilogueInputs, &info.results})
    for (const Operand &operand : *list)
      all.push_back(&operand);
  auto add = [&](ArrayRef<unsigned> group) {
    Dim dim;
    for (unsigned d : group)
      dim.extent *= info.extents[d];
    space.groups.emplace_back(group.begin(), group.end());
    space.dims.push_back(dim);
    return unsigned(space.dims.size() - 1);
  };
  // Largest group of a class becomes its tiled dimension, the others loops.
  auto addClass = [&](SmallVector<unsigned> dims, const Operand &order,
                      SmallVectorImpl<unsigned> &loops) {
    llvm::sort(dims, [&](unsigned a, unsigned b) {
      return std::pair(-order.strides[a], a) < std::pair(-order.strides[b], b);
    });
    auto groups = collapseDims(dims, info.extents, all);
    if (groups.empty())
      return add({});
    auto extent = [&](ArrayRef<unsigned> group) {
      return product(group, info.extents);
    };
    size_t largest = 0;
    for (size_t i = 1; i < groups.size(); ++i)
      if (extent(groups[i]) > extent(groups[largest]))
        largest = i;
    for (size_t i = 0; i < groups.size(); ++i)
      if (i != largest)
        loops.push_back(add(groups[i]));
    return add(groups[largest]);
  };
  for (ArrayRef<unsigned> group : collapseDims(info.batch, info.extents, all))
    space.outer.push_back(add(group));
  space.m = addClass(info.m, info.out, space.outer);
  chooseInnerM();
  space.n = addClass(info.n, info.out, space.outer);
  space.k = addClass(info.k, info.lhs, space.outerK);
}

/// Joins a second row dimension to the tiled one: rows of several image lines.
/// The one with the smaller output stride is whole in every tile. Takes the
/// pair with most rows among those whose lines make whole vectors without much
/// padding.
void ContractionGenerator::chooseInnerM() {
  auto stride = [&](unsigned dim) {
    return info.out.strides[space.groups[dim].back()];
  };
  const int64_t vector = machine.vectorElements(4);
  const unsigned tiled = space.m;
  int64_t most = 0;
  unsigned joined = 0;
  for (unsigned dim : space.outer) {
    if (!llvm::is_contained(info.m, space.groups[dim].back()))
      continue;
    unsigned inside = stride(dim) < stride(tiled) ? dim : tiled;
    unsigned around = inside == dim ? tiled : dim;
    int64_t line = space.dims[inside].extent, lines = space.dims[around].extent;
    int64_t aligned = llvm::alignTo(lines, vector / std::gcd(vector, line));
    if (line > 512 || aligned > 2 * lines || aligned * line > 65535 ||
        line * lines <= most)
      continue;
    most = line * lines;
    joined = dim;
    space.m = around;
    space.innerM = inside;
  }
  if (space.innerM)
    llvm::erase(space.outer, joined);
}

static unsigned storageBytes(Type tensorType) {
  return (storageType(cast<ShapedType>(tensorType).getElementType())
              .getIntOrFloatBitWidth() +
          7) /
         8;
}

LogicalResult ContractionGenerator::schedule() {
  ContractionProblem problem;
  int64_t innerM = space.innerM ? space.dims[*space.innerM].extent : 1;
  problem.m = space.dims[space.m].extent * innerM;
  problem.mUnit = innerM;
  problem.n = space.dims[space.n].extent;
  problem.k = space.dims[space.k].extent;
  auto stride = [&](const Operand &operand, unsigned dim) {
    ArrayRef<unsigned> group = space.groups[dim];
    return group.empty() ? 0 : operand.strides[group.back()];
  };
  problem.xStrideM = stride(info.lhs, space.m);
  problem.xStrideK = stride(info.lhs, space.k);
  problem.wStrideN = stride(info.rhs, space.n);
  problem.wStrideK = stride(info.rhs, space.k);
  problem.yStrideM = stride(info.out, space.m);
  problem.yStrideN = stride(info.out, space.n);
  for (const Operand &input : info.lhsInputs)
    problem.extraX.push_back(storageBytes(input.value.getType()));
  for (const Operand &input : info.rhsInputs)
    problem.extraW.push_back(storageBytes(input.value.getType()));
  if (info.init)
    problem.extraY.push_back(4);
  if (info.epilogue) {
    for (const Operand &input : info.epilogueInputs) {
      // Operands that do not vary along M are a few rows.
      auto varies = [&](unsigned dim) {
        return llvm::any_of(space.groups[dim],
                            [&](unsigned d) { return input.strides[d] != 0; });
      };
      bool full = varies(space.m) || (space.innerM && varies(*space.innerM));
      if (input.value && full)
        problem.extraY.push_back(storageBytes(input.value.getType()));
    }
    for (const Operand &result : info.results)
      problem.extraY.push_back(storageBytes(result.value.getType()));
  }
  llvm::Expected<Schedule> heuristic = scheduleContraction(problem, machine);
  if (heuristic)
    heuristic->streams = swapped ? "rhs" : "lhs";
  FailureOr<Schedule> chosen = chooseSchedule(
      kernel, std::move(heuristic),
      [&](const Schedule &s) { return checkSchedule(s, problem, machine); });
  if (failed(chosen))
    return failure();
  plan = *chosen;
  space.dims[space.m].tile = plan.tile[0] / innerM;
  if (space.innerM)
    space.dims[*space.innerM].tile = innerM;
  space.dims[space.n].tile = plan.tile[1];
  space.dims[space.k].tile = plan.tile[2];
  return success();
}

LogicalResult ContractionGenerator::checkTypes() {
  if (info.epilogue && info.epilogue.hasIndexSemantics())
    return info.epilogue.emitError(
        "unsupported: op behind a contraction that computes from its own "
        "coordinates (linalg.index)");
  for (Value value : info.anchor->getOperands()) {
    Type type = getElementTypeOrSelf(value.getType());
    if (!type.isF32())
      return info.anchor.emitError("unsupported: array products of ")
             << type << " elements (only f32 so far)";
  }
  Block *body = info.anchor.getBlock();
  auto add =
      body->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  auto isInput = [&](Value v, unsigned number) {
    return v == body->getArgument(number);
  };
  arith::MulFOp mul;
  if (add)
    for (Value operand : add->getOperands())
      if (auto candidate = operand.getDefiningOp<arith::MulFOp>())
        mul = candidate;
  bool plain = mul &&
               llvm::is_contained(add->getOperands(), body->getArgument(2)) &&
               ((isInput(mul.getLhs(), 0) && isInput(mul.getRhs(), 1)) ||
                (isInput(mul.getLhs(), 1) && isInput(mul.getRhs(), 0)));
  if (!plain)
    return info.anchor.emitError(
        "unsupported: reduction whose body is not a sum of products");
  return success();
}

FailureOr<Tile> ContractionGenerator::loadSide(
    TileBuilder &tiles, const Operand &side, linalg::GenericOp prologue,
    ArrayRef<Operand> inputs, ArrayRef<unsigned> storage, unsigned lane) {
  Type element = tiles.builder.getF32Type();
  Tile tile = tiles.createTile(element, storage, lane);
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

LogicalResult ContractionGenerator::run(const KernelArguments &arguments,
                                        OpBuilder &builder) {
  args = &arguments;
  orient();
  buildSpace();
  if (failed(checkTypes()) || failed(schedule()))
    return failure();
  TileBuilder tiles(builder, info.anchor.getLoc(), machine, space.dims, space.n,
                    plan.laneStride);
  if (space.innerM)
    tiles.merge(space.m, *space.innerM);
  const SmallVector<unsigned> resultStorage{space.n, space.m};
  Tile y = tiles.createTile(builder.getF32Type(), resultStorage, space.n);

  SmallVector<unsigned> outer(space.outer);
  if (plan.loopOrder[0] == 0)
    outer.append({space.m, space.n});
  else
    outer.append({space.n, space.m});
  tiles.openLoops(outer);
  if (info.init) {
    TensorAccess access = space.access(info.out, memrefOf(info.init));
    Tile start = tiles.createTile(builder.getF32Type(), resultStorage, space.n);
    tiles.load(access, start);
    linalg::CopyOp::create(builder, tiles.loc, start.memref, y.memref);
  } else {
    Value value = arith::ConstantOp::create(builder, tiles.loc, info.initFill);
    linalg::FillOp::create(builder, tiles.loc, value, y.memref);
  }
  SmallVector<unsigned> inner(space.outerK);
  inner.push_back(space.k);
  tiles.openLoops(inner);
  FailureOr<Tile> x = loadSide(tiles, info.lhs, info.lhsPrologue,
                               info.lhsInputs, {space.k, space.m}, space.k);
  FailureOr<Tile> w = loadSide(tiles, info.rhs, info.rhsPrologue,
                               info.rhsInputs, {space.n, space.k}, space.n);
  if (failed(x) || failed(w))
    return failure();
  auto contract = togsim::ContractOp::create(builder, tiles.loc, x->memref,
                                             w->memref, y.memref);
  contract->setAttr("lag_chunks", builder.getI64IntegerAttr(plan.lagChunks));
  tiles.closeLoops(inner.size());

  if (!info.epilogue) {
    tiles.store(space.access(info.results[0], arguments.results[0]), y);
    tiles.closeLoops(outer.size());
    return success();
  }
  SmallVector<Tile> inputs, outputs;
  for (const Operand &input : info.epilogueInputs) {
    if (!input.value) {
      inputs.push_back(y);
      continue;
    }
    TensorAccess access = space.access(input, memrefOf(input.value));
    inputs.push_back(tiles.createTile(access, resultStorage));
    tiles.load(access, inputs.back());
  }
  for (const Operand &result : info.results)
    outputs.push_back(tiles.createTile(
        storageType(cast<ShapedType>(result.value.getType()).getElementType()),
        resultStorage, space.n));
  if (failed(
          tiles.emitElementwise(info.epilogue, resultStorage, inputs, outputs)))
    return failure();
  for (auto [i, result] : llvm::enumerate(info.results))
    tiles.store(space.access(result, arguments.results[i]), outputs[i]);
  tiles.closeLoops(outer.size());
  return success();
}

LogicalResult codegen::generateContraction(func::FuncOp kernel,
                                           linalg::GenericOp anchor,
                                           const KernelArguments &arguments,
                                           const MachineConfig &machine,
                                           OpBuilder &builder) {
  FailureOr<ContractionKernel> info = analyzeContraction(kernel, anchor);
  if (failed(info))
    return failure();
  return ContractionGenerator(kernel, *info, machine).run(arguments, builder);
}
