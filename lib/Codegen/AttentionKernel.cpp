//===- AttentionKernel.cpp - What an attention kernel computes ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AttentionKernel.h"
#include "MaskedTiles.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;
using linalg::GenericOp;

namespace {
class AttentionBuilder : public AttentionKernel {
public:
  AttentionBuilder(func::FuncOp kernel, Attention attention)
      : AttentionKernel{std::move(attention)}, kernel(kernel) {}
  LogicalResult run();

private:
  LogicalResult analyzeSide(GenericOp product, unsigned input,
                            AttentionSide &side);
  void foldScales();
  Operand alongSpace(const Operand &own, GenericOp op) const;
  void buildSpace();
  unsigned addGroup(ArrayRef<unsigned> group);
  unsigned addClass(SmallVector<unsigned> members, const Operand &order,
                    ArrayRef<const Operand *> all,
                    SmallVectorImpl<unsigned> &loops);

  func::FuncOp kernel;
};
} // namespace

/// Strides along the loops of `op` as strides along the space.
Operand AttentionBuilder::alongSpace(const Operand &own, GenericOp op) const {
  Operand operand{own.value, SmallVector<int64_t>(attention.extents.size(), 0),
                  own.offset};
  ArrayRef<unsigned> loops = attention.dims.find(op.getOperation())->second;
  for (auto [loop, stride] : llvm::enumerate(own.strides))
    operand.strides[loops[loop]] += stride;
  return operand;
}

LogicalResult AttentionBuilder::analyzeSide(GenericOp product, unsigned input,
                                            AttentionSide &side) {
  Value tensor = product->getOperand(input);
  AffineMap map = product.getIndexingMapsArray()[input];
  SmallVector<Operand> own;
  side.prologue = tensor.getDefiningOp<GenericOp>();
  if (!side.prologue)
    own.push_back(operandAlong(tensor, map));
  else if (failed(addPrologue(side.prologue, map, product.getNumLoops(), own)))
    return failure();
  if (failed(checkLoads(side.prologue ? side.prologue : product, own)))
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
void AttentionBuilder::foldScales() {
  double scale = 1;
  auto take = [&](AttentionSide &side) {
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

LogicalResult AttentionBuilder::run() {
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
  buildSpace();
  return success();
}

unsigned AttentionBuilder::addGroup(ArrayRef<unsigned> group) {
  for (unsigned d : group)
    groupOf[d] = int(dims.size());
  groups.emplace_back(group.begin(), group.end());
  dims.push_back({extentOf(group, attention.extents)});
  return unsigned(dims.size() - 1);
}

/// The largest group of a class becomes its tiled dimension, the others loops.
unsigned AttentionBuilder::addClass(SmallVector<unsigned> members,
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
    return extentOf(group, attention.extents);
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

void AttentionBuilder::buildSpace() {
  groupOf.assign(attention.extents.size(), -1);
  SmallVector<const Operand *> all;
  for (AttentionSide *side : {&query, &key, &value})
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

bool AttentionKernel::varies(const Operand &operand, unsigned dim) const {
  return !groups[dim].empty() && operand.strides[groups[dim].back()] != 0;
}

static unsigned storageBytes(Type type) {
  return (storageType(getElementTypeOrSelf(type)).getIntOrFloatBitWidth() + 7) /
         8;
}

/// How far behind its row's number the last key of a row may be, when the mask
/// is a triangle of rows and keys.
std::optional<int64_t> AttentionKernel::findDiagonal() const {
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

/// What the schedule has to know.
AttentionProblem AttentionKernel::describe() const {
  AttentionProblem problem;
  problem.rows = dims[rows].extent;
  problem.keys = dims[keys].extent;
  problem.depth = dims[depth].extent;
  problem.width = dims[width].extent;
  for (unsigned dim : outer)
    problem.outer *= dims[dim].extent;
  for (unsigned dim : outerKeys)
    problem.outerKeys *= dims[dim].extent;
  auto addSide = [&](const AttentionSide &side,
                     AttentionProblem::Tiles &sizes) {
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
  return problem;
}

FailureOr<AttentionKernel> AttentionKernel::analyze(func::FuncOp kernel,
                                                    Attention attention) {
  AttentionBuilder builder(kernel, std::move(attention));
  if (failed(builder.run()))
    return failure();
  return static_cast<AttentionKernel &>(builder);
}
