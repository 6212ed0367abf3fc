//===- Attention.cpp - Attention with an online softmax -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Scores never leave the scratchpad. Every lane owns queries (rows): the tile
// of scores [rows, keys] is spread over rows, so the softmax runs inside a
// lane, and as it stands it is the weight tile of the second product.
//
//   for outer, rows:
//     maximum = -inf, sum = 0, result = 0
//     for keys:
//       scores   = key^T [depth, keys] by query [rows, depth]
//       scores   = logits of scores, -inf behind the last key
//       next     = max(maximum, max over keys)
//       scores   = exp(factor * (scores - next))
//       rescale  = exp(factor * (maximum - next))
//       sum      = sum * rescale + sum over keys
//       result   = result * rescale + value [keys, width] by scores [rows,
//       keys]
//     store epilogue(result / sum)
//
// With a single key tile nothing is rescaled. What is subtracted is 0 as long
// as the maximum is -inf, so a tile without any allowed key contributes
// nothing; a row without any has the sum 0. NaN logits do not win the maximum
// but make the sum NaN, and with it the row.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Graph/Attention.h"
#include "AttentionKernel.h"
#include "BodyInliner.h"
#include "Generators.h"
#include "MaskedTiles.h"
#include "ScheduleChoice.h"
#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IntegerSet.h"
#include "tilewright/Support/Error.h"
#include <limits>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;
using linalg::GenericOp;

namespace {

/// The tiles of one side at the current loops.
struct LoadedSide {
  SmallVector<Tile> inputs; ///< empty: loaded as it is
  Tile tile;                ///< for the arrays
};

using Body =
    llvm::function_ref<SmallVector<Value>(OpBuilder &, Location, ValueRange)>;

class AttentionGenerator {
public:
  AttentionGenerator(func::FuncOp kernel, AttentionKernel info,
                     const KernelArguments &arguments,
                     const MachineConfig &machine, OpBuilder &builder)
      : kernel(kernel), info(std::move(info)), arguments(arguments),
        machine(machine), builder(builder),
        loc(this->info.attention.values.getLoc()), f32(builder.getF32Type()) {}
  LogicalResult run();

private:
  LogicalResult schedule();

  /// A linalg.generic on tiles over `domain`. With `reduces`, the last
  /// dimension is reduced into splat tiles.
  void tileOp(ArrayRef<unsigned> domain, ArrayRef<Tile> inputs,
              ArrayRef<Tile> outputs, Body body, bool reduces = false);
  /// As tileOp, on all copies of splat tiles.
  void rowOp(ArrayRef<Tile> inputs, ArrayRef<Tile> outputs, Body body);
  void fill(const Tile &tile, double value);
  Value constant(OpBuilder &b, double value);
  Value exponential(OpBuilder &b, Value difference);
  /// What is subtracted from logits with this maximum.
  Value shiftFor(OpBuilder &b, Value maximum);

  LoadedSide load(const AttentionSide &side, ArrayRef<unsigned> storage);
  /// The tile for the arrays; `summed` is the dimension whose padding has to be
  /// 0.
  Tile convert(const AttentionSide &side, const LoadedSide &loaded,
               ArrayRef<unsigned> storage, unsigned summed);
  void loadQuery();
  void loadMasks();
  void contract(const Tile &x, const Tile &w, const Tile &y);
  /// Everything about one tile of keys.
  void emitKeys();
  SmallVector<AffineExpr> tileConditions(SmallVectorImpl<Value> &operands);
  Value onKeys(OpBuilder &b, Value value, double otherwise);
  void emitLogits();
  void emitWeights();
  void emitResult();
  /// The coordinate along a dimension of the attention's space, inside a body
  /// over `domain`.
  Value coordinate(OpBuilder &b, unsigned dim, ArrayRef<unsigned> domain) const;
  void updateStarts();

  func::FuncOp kernel;
  AttentionKernel info;
  const KernelArguments &arguments;
  const MachineConfig &machine;
  OpBuilder &builder;
  Location loc;
  Type f32;

  unsigned lagChunks = 0;
  bool online = false; ///< more than one key tile

  TileBuilder *tiles = nullptr;
  Tile queryTile, scores, maximum, next, rescale, sum, result;
  SmallVector<Tile> maskTiles;
  SmallVector<Value> starts; ///< of the current tile; null: 0
  /// What is left of the keys from the current tile on, as long as their tile
  /// holds anything behind; null when there is nothing.
  Value keyBound;
};

} // namespace

LogicalResult AttentionGenerator::schedule() {
  AttentionProblem problem = info.describe();
  FailureOr<Schedule> plan = chooseSchedule(kernel, problem, machine);
  if (failed(plan))
    return failure();
  const unsigned tiled[] = {info.rows, info.keys, info.depth, info.width};
  for (auto [dim, extent] : llvm::zip_equal(tiled, plan->tile))
    info.dims[dim].tile = extent;
  lagChunks = plan->lagChunks;
  online = problem.outerKeys * info.dims[info.keys].trips() > 1;
  return success();
}

void AttentionGenerator::updateStarts() {
  starts.clear();
  for (unsigned d = 0; d < info.dims.size(); ++d)
    starts.push_back(tiles->startOf(d));
}

Value AttentionGenerator::coordinate(OpBuilder &b, unsigned dim,
                                     ArrayRef<unsigned> domain) const {
  int group = info.groupOf[dim];
  if (group < 0)
    return arith::ConstantIndexOp::create(b, loc, 0);
  auto position = llvm::find(domain, unsigned(group));
  Value start = starts[group];
  if (position == domain.end())
    return start ? start : arith::ConstantIndexOp::create(b, loc, 0);
  Value index = linalg::IndexOp::create(b, loc, position - domain.begin());
  return start ? arith::AddIOp::create(b, loc, index, start) : index;
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

void AttentionGenerator::tileOp(ArrayRef<unsigned> domain,
                                ArrayRef<Tile> inputs, ArrayRef<Tile> outputs,
                                Body body, bool reduces) {
  SmallVector<Value> ins, outs;
  SmallVector<AffineMap> maps;
  for (const Tile &tile : inputs) {
    ins.push_back(tile.memref);
    maps.push_back(tile.map(domain, builder.getContext()));
  }
  for (const Tile &tile : outputs) {
    outs.push_back(tile.memref);
    maps.push_back(tile.map(domain, builder.getContext()));
  }
  SmallVector<utils::IteratorType> iterators(domain.size(),
                                             utils::IteratorType::parallel);
  if (reduces)
    iterators.back() = utils::IteratorType::reduction;
  linalg::GenericOp::create(builder, loc, TypeRange(), ins, outs, maps,
                            iterators,
                            [&](OpBuilder &b, Location at, ValueRange args) {
                              linalg::YieldOp::create(b, at, body(b, at, args));
                            });
}

void AttentionGenerator::rowOp(ArrayRef<Tile> inputs, ArrayRef<Tile> outputs,
                               Body body) {
  auto whole = [](ArrayRef<Tile> list) {
    SmallVector<Tile> copies(list);
    for (Tile &tile : copies)
      tile.splatLast = false;
    return copies;
  };
  tileOp({info.rows, info.keys}, whole(inputs), whole(outputs), body);
}

Value AttentionGenerator::constant(OpBuilder &b, double value) {
  return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(float(value)));
}

void AttentionGenerator::fill(const Tile &tile, double value) {
  linalg::FillOp::create(builder, loc, constant(builder, value), tile.memref);
}

Value AttentionGenerator::exponential(OpBuilder &b, Value difference) {
  if (info.attention.factor != 1.0)
    difference = arith::MulFOp::create(b, loc, difference,
                                       constant(b, info.attention.factor));
  return math::ExpOp::create(b, loc, difference);
}

static constexpr double kMinusInfinity =
    -std::numeric_limits<double>::infinity();

Value AttentionGenerator::shiftFor(OpBuilder &b, Value maximum) {
  Value none = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, maximum,
                                     constant(b, kMinusInfinity));
  return arith::SelectOp::create(b, loc, none, constant(b, 0.0), maximum);
}

/// Loads one side of a product; its first dimension lies on the lanes.
LoadedSide AttentionGenerator::load(const AttentionSide &side,
                                    ArrayRef<unsigned> storage) {
  const unsigned lane = storage.front();
  LoadedSide loaded;
  Type element =
      side.isPlain() ? getElementTypeOrSelf(side.inputs[0].value) : f32;
  loaded.tile = tiles->createTile(element, storage, lane);
  if (side.isPlain()) {
    const Operand &input = side.inputs[0];
    tiles->load(info.access(input, arguments.lookup(input.value)), loaded.tile);
    return loaded;
  }
  for (const Operand &input : side.inputs) {
    TensorAccess tensor = info.access(input, arguments.lookup(input.value));
    loaded.inputs.push_back(tiles->createTile(tensor, storage, lane, 1));
    tiles->load(tensor, loaded.inputs.back());
  }
  return loaded;
}

Tile AttentionGenerator::convert(const AttentionSide &side,
                                 const LoadedSide &loaded,
                                 ArrayRef<unsigned> storage, unsigned summed) {
  if (loaded.inputs.empty())
    return loaded.tile;
  Value bound;
  if (side.prologue && info.dims[summed].extent % info.dims[summed].tile)
    bound = tiles->restOf(summed);
  tileOp(storage, loaded.inputs, {loaded.tile},
         [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
           Value element = args[0];
           if (side.prologue)
             element = BodyInliner(b, at, side.prologue)
                           .run(args.drop_back(), [](unsigned) -> Value {
                             llvm_unreachable("prologues have no coordinates");
                           });
           element = convertTo(b, at, element, f32);
           if (side.scale != 1.0)
             element =
                 arith::MulFOp::create(b, at, element, constant(b, side.scale));
           if (bound) {
             Value index = linalg::IndexOp::create(
                 b, at, llvm::find(storage, summed) - storage.begin());
             Value inside = arith::CmpIOp::create(
                 b, at, arith::CmpIPredicate::slt, index, bound);
             element = arith::SelectOp::create(b, at, inside, element,
                                               constant(b, 0.0));
           }
           return {element};
         });
  return loaded.tile;
}

void AttentionGenerator::loadQuery() {
  const SmallVector<unsigned> storage{info.rows, info.depth};
  queryTile =
      convert(info.query, load(info.query, storage), storage, info.depth);
}

void AttentionGenerator::loadMasks() {
  for (const SideInput &mask : info.masks) {
    TensorAccess tensor =
        info.access(mask.operand, arguments.lookup(mask.operand.value));
    maskTiles.push_back(tiles->createTile(tensor, {info.rows, info.keys}));
    tiles->load(tensor, maskTiles.back());
  }
}

void AttentionGenerator::contract(const Tile &x, const Tile &w, const Tile &y) {
  auto op =
      togsim::ContractOp::create(builder, loc, x.memref, w.memref, y.memref);
  op->setAttr("lag_chunks", builder.getI64IntegerAttr(lagChunks));
}

/// Conditions on the current tile, in terms of its first coordinates, without
/// which masks let none of its keys through.
SmallVector<AffineExpr>
AttentionGenerator::tileConditions(SmallVectorImpl<Value> &operands) {
  SmallVector<AffineExpr> conditions;
  if (!online || !info.outerDepth.empty() || info.attention.logits.empty())
    return conditions;
  GenericOp mask = info.attention.logits.back();
  ArrayRef<unsigned> loops =
      info.attention.dims.find(mask.getOperation())->second;
  for (const CoordinateCondition &condition : conditionsOfMask(mask)) {
    // The largest value that the condition's left side has in the tile.
    AffineExpr largest = builder.getAffineConstantExpr(condition.constant);
    bool varies = false;
    for (auto [loop, factor] : llvm::enumerate(condition.factors)) {
      int group = info.groupOf[loops[loop]];
      if (factor == 0 || group < 0)
        continue;
      if (factor > 0)
        largest = largest + factor * (info.dims[group].tile - 1);
      if (!starts[group])
        continue;
      varies = true;
      largest = largest + builder.getAffineDimExpr(operands.size()) * factor;
      operands.push_back(starts[group]);
    }
    if (varies)
      conditions.push_back(largest);
  }
  return conditions;
}

void AttentionGenerator::emitKeys() {
  const SmallVector<unsigned> keyStorage{info.depth, info.keys},
      valueStorage{info.keys, info.width};
  updateStarts();
  affine::AffineIfOp guard;
  std::optional<LoadedSide> keyTiles, valueTiles;
  SmallVector<Value> operands;
  SmallVector<AffineExpr> conditions = tileConditions(operands);
  if (!conditions.empty()) {
    // Moves stay outside of the guard.
    keyTiles = load(info.key, keyStorage);
    loadMasks();
    valueTiles = load(info.value, valueStorage);
    SmallVector<bool> equalities(conditions.size(), false);
    guard = affine::AffineIfOp::create(
        builder, loc,
        IntegerSet::get(operands.size(), 0, conditions, equalities), operands,
        /*withElseRegion=*/false);
    builder.setInsertionPointToStart(guard.getThenBlock());
  }
  keyBound = info.dims[info.keys].extent % info.dims[info.keys].tile
                 ? tiles->restOf(info.keys)
                 : Value();
  fill(scores, 0.0);
  tiles->openLoops(info.outerDepth);
  if (!info.outerDepth.empty())
    loadQuery();
  if (!keyTiles)
    keyTiles = load(info.key, keyStorage);
  contract(convert(info.key, *keyTiles, keyStorage, info.depth), queryTile,
           scores);
  tiles->closeLoops(info.outerDepth.size());
  // What is used later is waited for later.
  if (!valueTiles) {
    loadMasks();
    emitLogits();
    emitWeights();
    valueTiles = load(info.value, valueStorage);
  } else {
    emitLogits();
    emitWeights();
  }
  contract(convert(info.value, *valueTiles, valueStorage, info.keys), scores,
           result);
  if (guard)
    builder.setInsertionPointAfter(guard);
}

/// `value` where the key exists, else `otherwise`; in a body over rows and
/// keys.
Value AttentionGenerator::onKeys(OpBuilder &b, Value value, double otherwise) {
  if (!keyBound)
    return value;
  Value index = linalg::IndexOp::create(b, loc, 1);
  Value inside =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, index, keyBound);
  return arith::SelectOp::create(b, loc, inside, value, constant(b, otherwise));
}

/// What the model computes from scores before the softmax, and -inf behind the
/// last key. Without the former, the readers of the scores look at the bound.
void AttentionGenerator::emitLogits() {
  if (info.attention.logits.empty())
    return;
  const SmallVector<unsigned> domain{info.rows, info.keys};
  tileOp(domain, maskTiles, {scores},
         [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
           Value logit = args.back();
           size_t mask = 0;
           Value before = info.scoresValue;
           for (GenericOp op : info.attention.logits) {
             SmallVector<Value> operands;
             for (OpOperand *input : op.getDpsInputOperands())
               operands.push_back(input->get() == before ? logit
                                                         : args[mask++]);
             ArrayRef<unsigned> loops =
                 info.attention.dims.find(op.getOperation())->second;
             logit = BodyInliner(b, at, op).run(operands, [&](unsigned loop) {
               return coordinate(b, loops[loop], domain);
             });
             before = op.getResult(0);
           }
           logit = convertTo(b, at, logit, f32);
           return {onKeys(b, logit, kMinusInfinity)};
         });
  keyBound = nullptr;
}

void AttentionGenerator::emitWeights() {
  const SmallVector<unsigned> domain{info.rows, info.keys};
  if (online)
    rowOp({maximum}, {next},
          [](OpBuilder &, Location, ValueRange args) -> SmallVector<Value> {
            return {args[0]};
          });
  tileOp(
      domain, {scores}, {next},
      [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
        Value logit = onKeys(b, args[0], kMinusInfinity);
        return {arith::MaxNumFOp::create(b, at, args[1], logit).getResult()};
      },
      /*reduces=*/true);
  if (online)
    rowOp(
        {next}, {maximum, rescale, sum, next},
        [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
          Value shift = shiftFor(b, args[0]);
          Value factor =
              exponential(b, arith::SubFOp::create(b, at, args[1], shift));
          Value sum = arith::MulFOp::create(b, at, args[3], factor);
          return {args[0], factor, sum, shift};
        });
  else
    rowOp({}, {next},
          [&](OpBuilder &b, Location, ValueRange args) -> SmallVector<Value> {
            return {shiftFor(b, args[0])};
          });
  tileOp(domain, {next}, {scores},
         [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
           Value weight =
               exponential(b, arith::SubFOp::create(b, at, args[1], args[0]));
           return {onKeys(b, weight, 0.0)};
         });
  tileOp(
      domain, {scores}, {sum},
      [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
        return {arith::AddFOp::create(b, at, args[1], args[0]).getResult()};
      },
      /*reduces=*/true);
  if (!online)
    return;
  Tile factor = rescale;
  factor.dims = {info.rows, info.width};
  tileOp({info.rows, info.width}, {factor}, {result},
         [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
           return {arith::MulFOp::create(b, at, args[1], args[0]).getResult()};
         });
}

void AttentionGenerator::emitResult() {
  const SmallVector<unsigned> domain{info.rows, info.width};
  // 1 / sum, in place. A row without any key has the sum 0.
  rowOp(
      {}, {sum},
      [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
        Value inverse = arith::DivFOp::create(b, at, constant(b, 1.0), args[0]);
        if (!info.attention.zeroMaskedRows)
          return {inverse};
        Value empty = arith::CmpFOp::create(b, at, arith::CmpFPredicate::OEQ,
                                            args[0], constant(b, 0.0));
        return {arith::SelectOp::create(b, at, empty, constant(b, 0.0), inverse)
                    .getResult()};
      });
  Tile inverse = sum;
  inverse.dims = domain;
  SmallVector<Tile> inputs{result, inverse}, outputs;
  for (const SideInput &input : info.epilogueInputs) {
    TensorAccess tensor =
        info.access(input.operand, arguments.lookup(input.operand.value));
    inputs.push_back(tiles->createTile(tensor, domain));
    tiles->load(tensor, inputs.back());
  }
  for (const Operand &operand : info.results)
    outputs.push_back(tiles->createTile(
        storageType(getElementTypeOrSelf(operand.value)), domain, info.rows));
  updateStarts();
  tileOp(domain, inputs, outputs,
         [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
           Value element = arith::MulFOp::create(b, at, args[0], args[1]);
           if (info.epilogue) {
             SmallVector<Value> operands;
             size_t number = 2;
             for (OpOperand *input : info.epilogue.getDpsInputOperands())
               operands.push_back(
                   input->get() == info.attention.values.getResult(0)
                       ? convertTo(b, at, element,
                                   getElementTypeOrSelf(input->get()))
                       : args[number++]);
             element =
                 BodyInliner(b, at, info.epilogue)
                     .run(operands, [&](unsigned loop) {
                       return coordinate(b, info.epilogueDims[loop], domain);
                     });
           }
           return {convertTo(b, at, element, args.back().getType())};
         });
  for (auto [i, operand] : llvm::enumerate(info.results))
    tiles->store(info.access(operand, arguments.results[i]), outputs[i]);
}

LogicalResult AttentionGenerator::run() {
  if (failed(schedule()))
    return failure();
  TileBuilder tileBuilder(builder, loc, machine, info.dims, info.rows, 1);
  tiles = &tileBuilder;
  scores = tiles->createTile(f32, {info.rows, info.keys}, info.rows);
  result = tiles->createTile(f32, {info.rows, info.width}, info.rows);
  next = tiles->createSplatTile(f32, info.rows, info.keys);
  sum = tiles->createSplatTile(f32, info.rows, info.keys);
  if (online) {
    maximum = tiles->createSplatTile(f32, info.rows, info.keys);
    rescale = tiles->createSplatTile(f32, info.rows, info.keys);
  }
  SmallVector<unsigned> outerLoops(info.outer), keyLoops(info.outerKeys);
  outerLoops.push_back(info.rows);
  keyLoops.push_back(info.keys);
  tiles->openLoops(outerLoops);
  fill(online ? maximum : next, kMinusInfinity);
  fill(sum, 0.0);
  fill(result, 0.0);
  if (info.outerDepth.empty())
    loadQuery();
  tiles->openLoops(keyLoops);
  emitKeys();
  tiles->closeLoops(keyLoops.size());
  emitResult();
  tiles->closeLoops(outerLoops.size());
  return success();
}

LogicalResult codegen::generateAttention(func::FuncOp kernel,
                                         const KernelArguments &arguments,
                                         const MachineConfig &machine,
                                         OpBuilder &builder) {
  GenericOp values = findContractions(kernel).back();
  std::optional<Attention> attention = matchAttention(values);
  if (!attention)
    return values.emitError("two contractions in a kernel that is not an "
                            "attention (docs/ir.md)");
  FailureOr<AttentionKernel> info =
      AttentionKernel::analyze(kernel, std::move(*attention));
  if (failed(info))
    return failure();
  return AttentionGenerator(kernel, std::move(*info), arguments, machine,
                            builder)
      .run();
}
