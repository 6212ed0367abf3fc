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
#include "Generators.h"
#include "KernelInfo.h"
#include "MaskedTiles.h"
#include "ScheduleChoice.h"
#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/IntegerSet.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Schedule/AttentionSchedule.h"
#include "tilewright/Support/Error.h"
#include <limits>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;
using linalg::GenericOp;

namespace {

/// One input of a product: a tensor, or an elementwise op on several.
struct Side {
  GenericOp prologue; ///< null: the one tensor of `inputs` times `scale`
  SmallVector<Operand> inputs;
  double scale = 1;
  /// Arrays widen what they take, so a tensor goes to them as it is loaded.
  bool isPlain() const {
    Type element = getElementTypeOrSelf(inputs.front().value.getType());
    return !prologue && scale == 1.0 && isa<FloatType>(element) &&
           element.getIntOrFloatBitWidth() <= 32;
  }
};

/// The tiles of one side at the current loops.
struct LoadedSide {
  SmallVector<Tile> inputs; ///< empty: loaded as it is
  Tile tile;                ///< for the arrays
};

/// What a tensor read by the logits or the epilogue is to them.
struct SideInput {
  GenericOp reader;
  unsigned number;
  Operand operand;
};

using Body =
    llvm::function_ref<SmallVector<Value>(OpBuilder &, Location, ValueRange)>;

class AttentionGenerator {
public:
  AttentionGenerator(func::FuncOp kernel, Attention attention,
                     const KernelArguments &arguments,
                     const MachineConfig &machine, OpBuilder &builder)
      : kernel(kernel), attention(std::move(attention)), arguments(arguments),
        machine(machine), builder(builder),
        loc(this->attention.values.getLoc()), f32(builder.getF32Type()) {}
  LogicalResult run();

private:
  LogicalResult analyze();
  LogicalResult analyzeSide(GenericOp product, unsigned input, Side &side);
  void foldScales();
  Operand alongSpace(const Operand &own, GenericOp op) const;
  void buildSpace();
  unsigned addGroup(ArrayRef<unsigned> group);
  unsigned addClass(SmallVector<unsigned> members, const Operand &order,
                    ArrayRef<const Operand *> all,
                    SmallVectorImpl<unsigned> &loops);
  std::optional<int64_t> findDiagonal() const;
  LogicalResult schedule();
  TensorAccess access(const Operand &operand, Value memref) const;
  bool varies(const Operand &operand, unsigned dim) const;

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

  LoadedSide load(const Side &side, ArrayRef<unsigned> storage);
  /// The tile for the arrays; `summed` is the dimension whose padding has to be
  /// 0.
  Tile convert(const Side &side, const LoadedSide &loaded,
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
  Attention attention;
  const KernelArguments &arguments;
  const MachineConfig &machine;
  OpBuilder &builder;
  Location loc;
  Type f32;

  Side query, key, value;
  /// What the first of the remaining logits ops reads.
  Value scoresValue;
  SmallVector<SideInput> masks, epilogueInputs;
  GenericOp epilogue;
  SmallVector<int64_t> epilogueDims;
  SmallVector<Operand> results;

  SmallVector<SmallVector<unsigned>> groups;
  SmallVector<int> groupOf; ///< per dimension of the space; -1: extent 1
  SmallVector<Dim> dims;
  unsigned rows = 0, keys = 0, depth = 0, width = 0;
  SmallVector<unsigned> outer, outerKeys, outerDepth;
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

//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

/// Strides along the loops of `op` as strides along the space.
Operand AttentionGenerator::alongSpace(const Operand &own, GenericOp op) const {
  Operand operand{own.value, SmallVector<int64_t>(attention.extents.size(), 0),
                  own.offset};
  ArrayRef<unsigned> loops = attention.dims.find(op.getOperation())->second;
  for (auto [loop, stride] : llvm::enumerate(own.strides))
    operand.strides[loops[loop]] += stride;
  return operand;
}

LogicalResult AttentionGenerator::analyzeSide(GenericOp product, unsigned input,
                                              Side &side) {
  Value tensor = product->getOperand(input);
  AffineMap map = product.getIndexingMapsArray()[input];
  SmallVector<Operand> own;
  side.prologue = tensor.getDefiningOp<GenericOp>();
  if (!side.prologue)
    own.push_back(operandAlong(tensor, map));
  else if (failed(addPrologue(side.prologue, map, product.getNumLoops(), own)))
    return failure();
  for (const Operand &operand : own)
    side.inputs.push_back(alongSpace(operand, product));
  return success();
}

/// The positive constant that `op` multiplies its one input by, casts aside.
static std::optional<double> scaleOf(GenericOp op) {
  if (op.getNumDpsInputs() != 1)
    return std::nullopt;
  auto skipCasts = [](Value scalar) {
    while (
        isa_and_nonnull<arith::ExtFOp, arith::TruncFOp>(scalar.getDefiningOp()))
      scalar = scalar.getDefiningOp()->getOperand(0);
    return scalar;
  };
  auto isInput = [&](Value scalar) {
    return skipCasts(scalar) == op.getBody()->getArgument(0);
  };
  auto constant = [&](Value scalar) -> std::optional<double> {
    APFloat value(0.0);
    if (!matchPattern(skipCasts(scalar), m_ConstantFloat(&value)) ||
        !value.isFiniteNonZero() || value.isNegative())
      return std::nullopt;
    return value.convertToDouble();
  };
  Value yielded = skipCasts(op.getBody()->getTerminator()->getOperand(0));
  if (isInput(yielded))
    return 1.0;
  if (auto product = yielded.getDefiningOp<arith::MulFOp>()) {
    bool first = isInput(product.getLhs());
    if (first || isInput(product.getRhs()))
      return constant(first ? product.getRhs() : product.getLhs());
  }
  if (auto quotient = yielded.getDefiningOp<arith::DivFOp>())
    if (auto divisor = constant(quotient.getRhs());
        divisor && isInput(quotient.getLhs()))
      return 1.0 / *divisor;
  return std::nullopt;
}

/// Scaling moves to where it costs least: from the key to the query, which is
/// loaded once, and with no mask behind it into the exponential's argument.
void AttentionGenerator::foldScales() {
  double scale = 1;
  auto take = [&](Side &side) {
    auto factor = side.prologue ? scaleOf(side.prologue) : std::nullopt;
    if (!factor)
      return;
    scale *= *factor;
    side.prologue = nullptr;
  };
  take(key);
  take(query);
  // Values may only be converted.
  if (value.prologue && scaleOf(value.prologue) == 1.0)
    value.prologue = nullptr;
  while (!attention.logits.empty()) {
    auto factor = scaleOf(attention.logits.front());
    if (!factor)
      break;
    scale *= *factor;
    scoresValue = attention.logits.front().getResult(0);
    attention.logits.erase(attention.logits.begin());
  }
  if (attention.logits.empty())
    attention.factor *= scale;
  else
    query.scale = scale;
}

LogicalResult AttentionGenerator::analyze() {
  GenericOp product = attention.scores, values = attention.values;
  if (failed(analyzeSide(product, attention.queryInput, query)) ||
      failed(analyzeSide(product, 1 - attention.queryInput, key)) ||
      failed(analyzeSide(values, attention.valueInput, value)))
    return failure();
  scoresValue = product.getResult(0);
  foldScales();
  for (GenericOp op : attention.logits)
    for (OpOperand *input : op.getDpsInputOperands()) {
      auto producer = input->get().getDefiningOp<GenericOp>();
      if (producer && llvm::is_contained(attention.members, producer))
        continue;
      Operand own =
          operandAlong(input->get(), op.getMatchingIndexingMap(input));
      masks.push_back({op, input->getOperandNumber(), alongSpace(own, op)});
    }
  FailureOr<ContractionKernel> info = analyzeContraction(kernel, values);
  if (failed(info))
    return failure();
  epilogue = info->epilogue;
  for (auto [number, operand] : llvm::enumerate(info->epilogueInputs))
    if (operand.value)
      epilogueInputs.push_back(
          {epilogue, unsigned(number), alongSpace(operand, values)});
  ArrayRef<unsigned> loops = attention.dims.find(values.getOperation())->second;
  for (int64_t dim : info->epilogueDims)
    epilogueDims.push_back(dim < 0 ? -1 : int64_t(loops[dim]));
  for (const Operand &operand : info->results)
    results.push_back(alongSpace(operand, values));
  return success();
}

unsigned AttentionGenerator::addGroup(ArrayRef<unsigned> group) {
  Dim dim;
  for (unsigned d : group) {
    dim.extent *= attention.extents[d];
    groupOf[d] = int(dims.size());
  }
  groups.emplace_back(group.begin(), group.end());
  dims.push_back(dim);
  return unsigned(dims.size() - 1);
}

/// The largest group of a class becomes its tiled dimension, the others loops.
unsigned AttentionGenerator::addClass(SmallVector<unsigned> members,
                                      const Operand &order,
                                      ArrayRef<const Operand *> all,
                                      SmallVectorImpl<unsigned> &loops) {
  llvm::sort(members, [&](unsigned a, unsigned b) {
    return std::pair(-order.strides[a], a) < std::pair(-order.strides[b], b);
  });
  auto collapsed = collapseDims(members, attention.extents, all);
  if (collapsed.empty())
    return addGroup({});
  auto extent = [&](ArrayRef<unsigned> group) {
    int64_t product = 1;
    for (unsigned d : group)
      product *= attention.extents[d];
    return product;
  };
  size_t largest = 0;
  for (size_t i = 1; i < collapsed.size(); ++i)
    if (extent(collapsed[i]) > extent(collapsed[largest]))
      largest = i;
  for (size_t i = 0; i < collapsed.size(); ++i)
    if (i != largest)
      loops.push_back(addGroup(collapsed[i]));
  return addGroup(collapsed[largest]);
}

void AttentionGenerator::buildSpace() {
  groupOf.assign(attention.extents.size(), -1);
  SmallVector<const Operand *> all;
  for (Side *side : {&query, &key, &value})
    for (const Operand &operand : side->inputs)
      all.push_back(&operand);
  for (SmallVector<SideInput> *list : {&masks, &epilogueInputs})
    for (const SideInput &input : *list)
      all.push_back(&input.operand);
  for (const Operand &operand : results)
    all.push_back(&operand);
  // A dimension whose coordinate a body computes from stays alone, as if a
  // tensor varied along it only.
  SmallVector<Operand> coordinates;
  auto addCoordinates = [&](GenericOp op, auto dimOf) {
    op.walk([&](linalg::IndexOp index) {
      int64_t dim = dimOf(index.getDim());
      if (dim < 0)
        return;
      coordinates.push_back(
          {{}, SmallVector<int64_t>(attention.extents.size(), 0), 0});
      coordinates.back().strides[dim] = 1;
    });
  };
  for (GenericOp op : attention.logits)
    addCoordinates(op, [&](unsigned loop) {
      return int64_t(attention.dims.find(op.getOperation())->second[loop]);
    });
  if (epilogue)
    addCoordinates(epilogue, [&](unsigned loop) { return epilogueDims[loop]; });
  for (const Operand &operand : coordinates)
    all.push_back(&operand);

  for (ArrayRef<unsigned> group :
       collapseDims(attention.batch, attention.extents, all))
    outer.push_back(addGroup(group));
  rows = addClass(attention.rows, results.front(), all, outer);
  width = addClass(attention.width, results.front(), all, outer);
  keys = addClass(attention.keys, key.inputs.front(), all, outerKeys);
  depth = addClass(attention.depth, key.inputs.front(), all, outerDepth);
}

TensorAccess AttentionGenerator::access(const Operand &operand,
                                        Value memref) const {
  TensorAccess result{memref, {}, operand.offset};
  for (ArrayRef<unsigned> group : groups)
    result.strides.push_back(group.empty() ? 0 : operand.strides[group.back()]);
  return result;
}

bool AttentionGenerator::varies(const Operand &operand, unsigned dim) const {
  return !groups[dim].empty() && operand.strides[groups[dim].back()] != 0;
}

static unsigned storageBytes(Type type) {
  return (storageType(getElementTypeOrSelf(type)).getIntOrFloatBitWidth() + 7) /
         8;
}

/// How far behind its row's number the last key of a row may be, when the mask
/// is a triangle of rows and keys.
std::optional<int64_t> AttentionGenerator::findDiagonal() const {
  if (attention.logits.empty())
    return std::nullopt;
  GenericOp mask = attention.logits.back();
  ArrayRef<unsigned> loops = attention.dims.find(mask.getOperation())->second;
  for (const CoordinateCondition &condition : conditionsOfMask(mask)) {
    int64_t row = 0, key = 0;
    for (auto [loop, factor] : llvm::enumerate(condition.factors)) {
      if (groupOf[loops[loop]] == int(rows))
        row += factor;
      if (groupOf[loops[loop]] == int(keys))
        key += factor;
    }
    if (row == 1 && key == -1)
      return condition.constant;
  }
  return std::nullopt;
}

LogicalResult AttentionGenerator::schedule() {
  AttentionProblem problem;
  problem.rows = dims[rows].extent;
  problem.keys = dims[keys].extent;
  problem.depth = dims[depth].extent;
  problem.width = dims[width].extent;
  for (unsigned dim : outer)
    problem.outer *= dims[dim].extent;
  for (unsigned dim : outerKeys)
    problem.outerKeys *= dims[dim].extent;
  auto addSide = [&](const Side &side, AttentionProblem::Tiles &sizes) {
    for (const Operand &input : side.inputs)
      sizes.moved += storageBytes(input.value.getType());
    if (!side.isPlain())
      sizes.computed += 4;
  };
  addSide(query, problem.query);
  addSide(key, problem.key);
  addSide(value, problem.value);
  problem.scores.computed = 4;
  for (const SideInput &mask : masks)
    if (varies(mask.operand, keys))
      problem.scores.moved += storageBytes(mask.operand.value.getType());
  problem.result.computed = 4;
  for (const SideInput &input : epilogueInputs)
    problem.result.moved += storageBytes(input.operand.value.getType());
  for (const Operand &operand : results)
    problem.result.moved += storageBytes(operand.value.getType());
  problem.diagonal = findDiagonal();
  auto heuristic = scheduleAttention(problem, machine);
  if (!heuristic)
    return kernel.emitError(llvm::toString(heuristic.takeError()));
  FailureOr<Schedule> plan =
      chooseSchedule(kernel, *heuristic, [&](const Schedule &s) {
        return checkSchedule(s, *heuristic, problem, machine);
      });
  if (failed(plan))
    return failure();
  const unsigned tiled[] = {rows, keys, depth, width};
  for (auto [dim, extent] : llvm::zip_equal(tiled, plan->tile))
    dims[dim].tile = extent;
  lagChunks = plan->lagChunks;
  online = problem.outerKeys * dims[keys].trips() > 1;
  return success();
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

/// A value as another type of the same kind: floats of other widths, and i1
/// tensors, which are stored as bytes.
static Value convertTo(OpBuilder &b, Location loc, Value value, Type type) {
  Type from = value.getType();
  if (from == type)
    return value;
  if (isa<FloatType>(from) && isa<FloatType>(type)) {
    if (from.getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth())
      return arith::ExtFOp::create(b, loc, type, value);
    if (from.getIntOrFloatBitWidth() > type.getIntOrFloatBitWidth())
      return arith::TruncFOp::create(b, loc, type, value);
    return convertTo(b, loc, convertTo(b, loc, value, b.getF32Type()), type);
  }
  if (type.isInteger(1)) {
    Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(from));
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, value, zero);
  }
  return arith::ExtUIOp::create(b, loc, type, value);
}

/// Whether every i64 value of the body is made of coordinates and small
/// constants, so that 32 bits hold it: masks compare coordinates as i64.
static bool coordinatesFitInt32(GenericOp op) {
  auto isSmall = [](Value value) {
    APInt number;
    return !matchPattern(value, m_ConstantInt(&number)) ||
           number.abs().ult(1 << 28);
  };
  for (BlockArgument argument : op.getBody()->getArguments())
    if (argument.getType().isInteger(64) && !argument.use_empty())
      return false;
  WalkResult fits = op.getRegion().walk([&](Operation *inner) {
    auto isWide = [](Type type) { return type.isInteger(64); };
    bool touches = llvm::any_of(inner->getResultTypes(), isWide) ||
                   llvm::any_of(inner->getOperandTypes(), isWide);
    bool known = isa<arith::IndexCastOp, arith::AddIOp, arith::SubIOp,
                     arith::CmpIOp, arith::ConstantOp>(inner);
    return touches && !(known && llvm::all_of(inner->getOperands(), isSmall))
               ? WalkResult::interrupt()
               : WalkResult::advance();
  });
  return !fits.wasInterrupted();
}

namespace {
/// Clones what a body computes.
class BodyInliner {
public:
  BodyInliner(OpBuilder &b, Location loc, GenericOp op)
      : b(b), loc(loc), op(op), narrow(coordinatesFitInt32(op)) {}
  /// What the body yields when its inputs are `arguments`.
  Value run(ValueRange arguments,
            llvm::function_ref<Value(unsigned loop)> coordinate);

private:
  Type typeFor(Type type) {
    return narrow && type.isInteger(64) ? b.getI32Type() : type;
  }
  Value lookup(Value value);
  Value constantFor(Value value);

  OpBuilder &b;
  Location loc;
  GenericOp op;
  bool narrow;
  IRMapping mapping;
};
} // namespace

Value BodyInliner::constantFor(Value value) {
  TypedAttr attribute;
  matchPattern(value, m_Constant(&attribute));
  Type type = typeFor(value.getType());
  if (type != value.getType())
    attribute = b.getIntegerAttr(type, cast<IntegerAttr>(attribute).getInt());
  return arith::ConstantOp::create(b, loc, attribute);
}

Value BodyInliner::lookup(Value value) {
  if (!mapping.contains(value))
    mapping.map(value, constantFor(value));
  return mapping.lookup(value);
}

Value BodyInliner::run(ValueRange arguments,
                       llvm::function_ref<Value(unsigned loop)> coordinate) {
  Block *body = op.getBody();
  for (auto [argument, value] : llvm::zip(body->getArguments(), arguments))
    mapping.map(argument, convertTo(b, loc, value, argument.getType()));
  for (Operation &inner : body->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      mapping.map(index.getResult(), coordinate(index.getDim()));
      continue;
    }
    SmallVector<Value> operands;
    for (Value operand : inner.getOperands())
      operands.push_back(lookup(operand));
    if (inner.hasTrait<OpTrait::ConstantLike>()) {
      mapping.map(inner.getResult(0), constantFor(inner.getResult(0)));
      continue;
    }
    Operation *made =
        b.create(loc, inner.getName().getIdentifier(), operands,
                 {typeFor(inner.getResult(0).getType())}, inner.getAttrs());
    mapping.map(inner.getResult(0), made->getResult(0));
  }
  return lookup(body->getTerminator()->getOperand(0));
}

void AttentionGenerator::updateStarts() {
  starts.clear();
  for (unsigned d = 0; d < dims.size(); ++d)
    starts.push_back(tiles->startOf(d));
}

Value AttentionGenerator::coordinate(OpBuilder &b, unsigned dim,
                                     ArrayRef<unsigned> domain) const {
  int group = groupOf[dim];
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
  tileOp({rows, keys}, whole(inputs), whole(outputs), body);
}

Value AttentionGenerator::constant(OpBuilder &b, double value) {
  return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(float(value)));
}

void AttentionGenerator::fill(const Tile &tile, double value) {
  linalg::FillOp::create(builder, loc, constant(builder, value), tile.memref);
}

Value AttentionGenerator::exponential(OpBuilder &b, Value difference) {
  if (attention.factor != 1.0)
    difference = arith::MulFOp::create(b, loc, difference,
                                       constant(b, attention.factor));
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
LoadedSide AttentionGenerator::load(const Side &side,
                                    ArrayRef<unsigned> storage) {
  const unsigned lane = storage.front();
  LoadedSide loaded;
  Type element =
      side.isPlain() ? getElementTypeOrSelf(side.inputs[0].value) : f32;
  loaded.tile = tiles->createTile(element, storage, lane);
  if (side.isPlain()) {
    const Operand &input = side.inputs[0];
    tiles->load(access(input, arguments.lookup(input.value)), loaded.tile);
    return loaded;
  }
  for (const Operand &input : side.inputs) {
    TensorAccess tensor = access(input, arguments.lookup(input.value));
    loaded.inputs.push_back(tiles->createTile(tensor, storage, lane, 1));
    tiles->load(tensor, loaded.inputs.back());
  }
  return loaded;
}

Tile AttentionGenerator::convert(const Side &side, const LoadedSide &loaded,
                                 ArrayRef<unsigned> storage, unsigned summed) {
  if (loaded.inputs.empty())
    return loaded.tile;
  Value bound;
  if (side.prologue && dims[summed].extent % dims[summed].tile)
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
  const SmallVector<unsigned> storage{rows, depth};
  queryTile = convert(query, load(query, storage), storage, depth);
}

void AttentionGenerator::loadMasks() {
  for (const SideInput &mask : masks) {
    TensorAccess tensor =
        access(mask.operand, arguments.lookup(mask.operand.value));
    maskTiles.push_back(tiles->createTile(tensor, {rows, keys}));
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
  if (!online || !outerDepth.empty() || attention.logits.empty())
    return conditions;
  GenericOp mask = attention.logits.back();
  ArrayRef<unsigned> loops = attention.dims.find(mask.getOperation())->second;
  for (const CoordinateCondition &condition : conditionsOfMask(mask)) {
    // The largest value that the condition's left side has in the tile.
    AffineExpr largest = builder.getAffineConstantExpr(condition.constant);
    bool varies = false;
    for (auto [loop, factor] : llvm::enumerate(condition.factors)) {
      int group = groupOf[loops[loop]];
      if (factor == 0 || group < 0)
        continue;
      if (factor > 0)
        largest = largest + factor * (dims[group].tile - 1);
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
  const SmallVector<unsigned> keyStorage{depth, keys},
      valueStorage{keys, width};
  updateStarts();
  affine::AffineIfOp guard;
  std::optional<LoadedSide> keyTiles, valueTiles;
  SmallVector<Value> operands;
  SmallVector<AffineExpr> conditions = tileConditions(operands);
  if (!conditions.empty()) {
    // Moves stay outside of the guard.
    keyTiles = load(key, keyStorage);
    loadMasks();
    valueTiles = load(value, valueStorage);
    SmallVector<bool> equalities(conditions.size(), false);
    guard = affine::AffineIfOp::create(
        builder, loc,
        IntegerSet::get(operands.size(), 0, conditions, equalities), operands,
        /*withElseRegion=*/false);
    builder.setInsertionPointToStart(guard.getThenBlock());
  }
  keyBound =
      dims[keys].extent % dims[keys].tile ? tiles->restOf(keys) : Value();
  fill(scores, 0.0);
  tiles->openLoops(outerDepth);
  if (!outerDepth.empty())
    loadQuery();
  if (!keyTiles)
    keyTiles = load(key, keyStorage);
  contract(convert(key, *keyTiles, keyStorage, depth), queryTile, scores);
  tiles->closeLoops(outerDepth.size());
  // What is used later is waited for later.
  if (!valueTiles) {
    loadMasks();
    emitLogits();
    emitWeights();
    valueTiles = load(value, valueStorage);
  } else {
    emitLogits();
    emitWeights();
  }
  contract(convert(value, *valueTiles, valueStorage, keys), scores, result);
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
  if (attention.logits.empty())
    return;
  const SmallVector<unsigned> domain{rows, keys};
  tileOp(domain, maskTiles, {scores},
         [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
           Value logit = args.back();
           size_t mask = 0;
           Value before = scoresValue;
           for (GenericOp op : attention.logits) {
             SmallVector<Value> operands;
             for (OpOperand *input : op.getDpsInputOperands())
               operands.push_back(input->get() == before ? logit
                                                         : args[mask++]);
             ArrayRef<unsigned> loops =
                 attention.dims.find(op.getOperation())->second;
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
  const SmallVector<unsigned> domain{rows, keys};
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
  factor.dims = {rows, width};
  tileOp({rows, width}, {factor}, {result},
         [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
           return {arith::MulFOp::create(b, at, args[1], args[0]).getResult()};
         });
}

void AttentionGenerator::emitResult() {
  const SmallVector<unsigned> domain{rows, width};
  // 1 / sum, in place. A row without any key has the sum 0.
  rowOp(
      {}, {sum},
      [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
        Value inverse = arith::DivFOp::create(b, at, constant(b, 1.0), args[0]);
        if (!attention.zeroMaskedRows)
          return {inverse};
        Value empty = arith::CmpFOp::create(b, at, arith::CmpFPredicate::OEQ,
                                            args[0], constant(b, 0.0));
        return {arith::SelectOp::create(b, at, empty, constant(b, 0.0), inverse)
                    .getResult()};
      });
  Tile inverse = sum;
  inverse.dims = domain;
  SmallVector<Tile> inputs{result, inverse}, outputs;
  for (const SideInput &input : epilogueInputs) {
    TensorAccess tensor =
        access(input.operand, arguments.lookup(input.operand.value));
    inputs.push_back(tiles->createTile(tensor, domain));
    tiles->load(tensor, inputs.back());
  }
  for (const Operand &operand : results)
    outputs.push_back(tiles->createTile(
        storageType(getElementTypeOrSelf(operand.value)), domain, rows));
  updateStarts();
  tileOp(domain, inputs, outputs,
         [&](OpBuilder &b, Location at, ValueRange args) -> SmallVector<Value> {
           Value element = arith::MulFOp::create(b, at, args[0], args[1]);
           if (epilogue) {
             SmallVector<Value> operands;
             size_t number = 2;
             for (OpOperand *input : epilogue.getDpsInputOperands())
               operands.push_back(
                   input->get() == attention.values.getResult(0)
                       ? convertTo(b, at, element,
                                   getElementTypeOrSelf(input->get()))
                       : args[number++]);
             element =
                 BodyInliner(b, at, epilogue).run(operands, [&](unsigned loop) {
                   return coordinate(b, epilogueDims[loop], domain);
                 });
           }
           return {convertTo(b, at, element, args.back().getType())};
         });
  for (auto [i, operand] : llvm::enumerate(results))
    tiles->store(access(operand, arguments.results[i]), outputs[i]);
}

LogicalResult AttentionGenerator::run() {
  if (failed(analyze()))
    return failure();
  buildSpace();
  if (failed(schedule()))
    return failure();
  TileBuilder tileBuilder(builder, loc, machine, dims, rows, 1);
  tiles = &tileBuilder;
  scores = tiles->createTile(f32, {rows, keys}, rows);
  result = tiles->createTile(f32, {rows, width}, rows);
  next = tiles->createSplatTile(f32, rows, keys);
  sum = tiles->createSplatTile(f32, rows, keys);
  if (online) {
    maximum = tiles->createSplatTile(f32, rows, keys);
    rescale = tiles->createSplatTile(f32, rows, keys);
  }
  SmallVector<unsigned> outerLoops(outer), keyLoops(outerKeys);
  outerLoops.push_back(rows);
  keyLoops.push_back(keys);
  tiles->openLoops(outerLoops);
  fill(online ? maximum : next, kMinusInfinity);
  fill(sum, 0.0);
  fill(result, 0.0);
  if (outerDepth.empty())
    loadQuery();
  tiles->openLoops(keyLoops);
  emitKeys();
  tiles->closeLoops(keyLoops.size());
  emitResult();
  tiles->closeLoops(outerLoops.size());
  return success();
}

LogicalResult codegen::generateAttention(func::FuncOp kernel, GenericOp values,
                                         const KernelArguments &arguments,
                                         const MachineConfig &machine,
                                         OpBuilder &builder) {
  std::optional<Attention> attention = matchAttention(values);
  if (!attention)
    return values.emitError("two contractions in a kernel that is not an "
                            "attention (docs/ir.md)");
  return AttentionGenerator(kernel, std::move(*attention), arguments, machine,
                            builder)
      .run();
}
