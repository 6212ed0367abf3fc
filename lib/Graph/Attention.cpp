//===- Attention.cpp - Attention in linalg --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The match runs from the result backwards over scalars: a block argument of a
// body continues at what the producer of its tensor yields. Then the loops of
// all members are joined through the tensors between them; if each member's
// loops are different dimensions of one space, the maps are as they should be.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Graph/Attention.h"
#include "Contraction.h"
#include "Reduction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/IntEqClasses.h"
#include "llvm/ADT/SetVector.h"
#include <cfloat>

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace {

/// Where the backward walk over scalars stops: an operation in the body of an
/// elementwise generic, or a tensor that no elementwise generic computes.
struct Origin {
  Operation *op = nullptr;
  GenericOp in;
  Value tensor;
};

class Matcher {
public:
  Matcher(GenericOp values, unsigned valueInput,
          llvm::SetVector<Operation *> *reshapes)
      : reshapes(reshapes) {
    found.values = values;
    found.valueInput = valueInput;
  }
  std::optional<Attention> run();

private:
  /// Through reshapes, if they are allowed.
  Value skipReshapes(Value tensor);
  Origin originOfTensor(Value tensor);
  Origin originOf(Value scalar, GenericOp in);
  /// The tensor that `scalar`, but for casts, is an element of.
  Value tensorOf(Value scalar, GenericOp in);

  bool matchWeights(Origin origin);
  bool matchProduct(Origin product);
  bool matchSum(Origin divisor);
  bool matchReciprocal(Origin origin);
  bool matchGuard(Value condition, GenericOp in);
  bool matchSoftmax(Origin exponential);
  bool matchMaximum(Value tensor);
  bool findScores(Value tensor);
  bool matchSide();
  bool closed();
  bool unify();
  bool assignRoles();

  void add(GenericOp op) { members.insert(op); }

  llvm::SetVector<Operation *> *reshapes;
  llvm::SetVector<Operation *> members;
  Attention found;
  Operation *exponential = nullptr;
  Value logits;
  /// Guards whose tensor is compared with the logits once those are known.
  SmallVector<Value> guarded;
};

} // namespace

/// Looks through casts and sums with a constant 0, the start of a sum that is
/// added behind it.
static Value skipCasts(Value scalar) {
  while (Operation *op = scalar.getDefiningOp()) {
    bool addsZero = isa<arith::AddFOp>(op) &&
                    matchPattern(op->getOperand(1), m_AnyZeroFloat());
    if (!isa<arith::ExtFOp, arith::TruncFOp>(op) && !addsZero)
      break;
    scalar = op->getOperand(0);
  }
  return scalar;
}

static std::optional<APFloat> floatConstant(Value scalar) {
  APFloat value(0.0);
  if (matchPattern(skipCasts(scalar), m_ConstantFloat(&value)))
    return value;
  return std::nullopt;
}

static bool isNegativeInfinity(Value scalar) {
  auto value = floatConstant(scalar);
  return value && value->isInfinity() && value->isNegative();
}

/// The value a reduction starts from.
static Attribute startOf(GenericOp reduction) {
  auto fill =
      reduction.getDpsInitOperand(0)->get().getDefiningOp<linalg::FillOp>();
  Attribute start;
  return fill && matchPattern(fill.value(), m_Constant(&start)) ? start
                                                                : Attribute();
}

static bool startsFromZero(GenericOp op) {
  auto start = dyn_cast_or_null<FloatAttr>(startOf(op));
  return start && start.getValue().isZero();
}

/// `op` as a reduction by one of `Combiners`, with the value it combines.
template <typename... Combiners> static Value reducedValue(GenericOp op) {
  if (!op || classify(op) != WorkKind::Reduction ||
      !reductionProblem(op).empty())
    return {};
  Operation *combiner = reductionCombiner(op);
  if (!isa_and_nonnull<Combiners...>(combiner))
    return {};
  bool first = combiner->getOperand(0) == op.getBody()->getArguments().back();
  return combiner->getOperand(first ? 1 : 0);
}

Value Matcher::skipReshapes(Value tensor) {
  while (reshapes) {
    Operation *op = tensor.getDefiningOp();
    if (!isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
      break;
    reshapes->insert(op);
    tensor = op->getOperand(0);
  }
  return tensor;
}

Origin Matcher::originOfTensor(Value tensor) {
  tensor = skipReshapes(tensor);
  auto producer = tensor.getDefiningOp<GenericOp>();
  if (!producer || classify(producer) != WorkKind::Elementwise ||
      producer.getNumResults() != 1 || countGathers(producer))
    return {nullptr, {}, tensor};
  add(producer);
  return originOf(producer.getBody()->getTerminator()->getOperand(0), producer);
}

Origin Matcher::originOf(Value scalar, GenericOp in) {
  scalar = skipCasts(scalar);
  if (auto argument = dyn_cast<BlockArgument>(scalar)) {
    if (argument.getOwner() == in.getBody() &&
        argument.getArgNumber() < in.getNumDpsInputs())
      return originOfTensor(in->getOperand(argument.getArgNumber()));
    return {};
  }
  return {scalar.getDefiningOp(), in, {}};
}

Value Matcher::tensorOf(Value scalar, GenericOp in) {
  auto argument = dyn_cast_or_null<BlockArgument>(skipCasts(scalar));
  if (!argument || argument.getOwner() != in.getBody() ||
      argument.getArgNumber() >= in.getNumDpsInputs())
    return {};
  return skipReshapes(in->getOperand(argument.getArgNumber()));
}

/// The divisor of the weights: their sum along the keys.
bool Matcher::matchSum(Origin divisor) {
  if (!divisor.tensor || found.sum)
    return false;
  auto sum = divisor.tensor.getDefiningOp<GenericOp>();
  if (!reducedValue<arith::AddFOp>(sum) || !startsFromZero(sum))
    return false;
  found.sum = sum;
  add(sum);
  return true;
}

bool Matcher::matchReciprocal(Origin origin) {
  auto quotient = dyn_cast_or_null<arith::DivFOp>(origin.op);
  auto one = quotient ? floatConstant(quotient.getLhs()) : std::nullopt;
  return one && one->isExactlyValue(1.0) &&
         matchSum(originOf(quotient.getRhs(), origin.in));
}

/// A row's condition that all its logits are -inf.
bool Matcher::matchGuard(Value condition, GenericOp in) {
  Origin origin = originOf(condition, in);
  auto compares = [&](Operation *op, GenericOp body) {
    auto compare = dyn_cast_or_null<arith::CmpFOp>(op);
    if (!compare || compare.getPredicate() != arith::CmpFPredicate::OEQ ||
        !isNegativeInfinity(compare.getRhs()))
      return false;
    Value tensor = tensorOf(compare.getLhs(), body);
    guarded.push_back(tensor);
    return bool(tensor);
  };
  if (!origin.tensor)
    return compares(origin.op, origin.in);
  auto all = origin.tensor.getDefiningOp<GenericOp>();
  Value reduced = reducedValue<arith::AndIOp>(all);
  auto start =
      reduced ? dyn_cast_or_null<IntegerAttr>(startOf(all)) : IntegerAttr();
  if (!start || start.getValue().isZero())
    return false;
  add(all);
  if (Operation *inside = reduced.getDefiningOp())
    return compares(inside, all);
  Origin element = originOf(reduced, all);
  return compares(element.op, element.in);
}

/// A product with the reciprocal of the sum.
bool Matcher::matchProduct(Origin product) {
  for (unsigned weights : {0u, 1u}) {
    llvm::SetVector<Operation *> before = members;
    Origin reciprocal =
        originOf(product.op->getOperand(1 - weights), product.in);
    if (matchReciprocal(reciprocal))
      return matchWeights(
          originOf(product.op->getOperand(weights), product.in));
    members = before;
  }
  return false;
}

/// The normalised weights, from the outside in.
bool Matcher::matchWeights(Origin origin) {
  if (!origin.op)
    return false;
  if (auto select = dyn_cast<arith::SelectOp>(origin.op)) {
    auto zero = floatConstant(select.getTrueValue());
    if (!zero || !zero->isZero() || found.zeroMaskedRows ||
        !matchGuard(select.getCondition(), origin.in))
      return false;
    found.zeroMaskedRows = true;
    return matchWeights(originOf(select.getFalseValue(), origin.in));
  }
  if (auto quotient = dyn_cast<arith::DivFOp>(origin.op))
    return matchSum(originOf(quotient.getRhs(), origin.in)) &&
           matchWeights(originOf(quotient.getLhs(), origin.in));
  if (isa<arith::MulFOp>(origin.op))
    return matchProduct(origin);
  return isa<math::ExpOp, math::Exp2Op>(origin.op) && matchSoftmax(origin);
}

bool Matcher::matchMaximum(Value tensor) {
  auto maximum = tensor ? tensor.getDefiningOp<GenericOp>() : GenericOp();
  Value reduced = reducedValue<arith::MaximumFOp, arith::MaxNumFOp>(maximum);
  if (!reduced || tensorOf(reduced, maximum) != logits)
    return false;
  auto start = dyn_cast_or_null<FloatAttr>(startOf(maximum));
  if (!start || !start.getValue().isNegative() ||
      !(start.getValue().isInfinity() || start.getValue().isLargest()))
    return false;
  found.maximum = maximum;
  add(maximum);
  return true;
}

/// exp(factor * (logit - maximum)), and the ops that it is made of.
bool Matcher::matchSoftmax(Origin origin) {
  exponential = origin.op;
  found.weights = origin.in;
  found.factor = isa<math::Exp2Op>(origin.op) ? 0.69314718055994530942 : 1.0;
  Value argument = skipCasts(exponential->getOperand(0));
  if (auto scaled = argument.getDefiningOp<arith::MulFOp>()) {
    bool first = floatConstant(scaled.getLhs()).has_value();
    auto constant = floatConstant(first ? scaled.getLhs() : scaled.getRhs());
    if (!constant || !constant->isFiniteNonZero() || constant->isNegative())
      return false;
    bool lossy;
    constant->convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                      &lossy);
    found.factor *= constant->convertToDouble();
    argument = skipCasts(first ? scaled.getRhs() : scaled.getLhs());
  }
  auto difference = argument.getDefiningOp<arith::SubFOp>();
  if (!difference)
    return false;
  logits = tensorOf(difference.getLhs(), origin.in);
  if (!logits || !matchMaximum(tensorOf(difference.getRhs(), origin.in)))
    return false;
  // The sum adds up these very weights.
  if (!found.sum)
    return false;
  Origin summed = originOf(reducedValue<arith::AddFOp>(found.sum), found.sum);
  if (summed.op != exponential || summed.in != origin.in)
    return false;
  for (Value tensor : guarded)
    if (tensor != logits && tensor != found.maximum.getResult(0))
      return false;
  return findScores(logits);
}

/// Follows the logits through elementwise ops to a contraction.
bool Matcher::findScores(Value tensor) {
  llvm::SetVector<Operation *> before;
  if (reshapes)
    before = *reshapes;
  tensor = skipReshapes(tensor);
  auto producer = tensor.getDefiningOp<GenericOp>();
  if (producer && classify(producer) == WorkKind::Contraction) {
    found.scores = producer;
    add(producer);
    return true;
  }
  if (producer && classify(producer) == WorkKind::Elementwise &&
      producer.getNumResults() == 1 && !countGathers(producer))
    for (OpOperand *input : producer.getDpsInputOperands())
      if (producer.getMatchingIndexingMap(input).isPermutation() &&
          findScores(input->get())) {
        found.logits.push_back(producer);
        add(producer);
        return true;
      }
  if (reshapes)
    *reshapes = before;
  return false;
}

/// Nothing but members reads what members compute, the result excepted.
bool Matcher::closed() {
  Block *block = found.values->getBlock();
  std::function<bool(Value)> readByMembers = [&](Value value) {
    return llvm::all_of(value.getUsers(), [&](Operation *user) {
      if (reshapes && reshapes->contains(user))
        return readByMembers(user->getResult(0));
      return members.contains(user);
    });
  };
  return llvm::all_of(members, [&](Operation *op) {
    return op->getBlock() == block &&
           (op == found.values || readByMembers(op->getResult(0)));
  });
}

/// Joins the members' loops through the tensors between them.
bool Matcher::unify() {
  llvm::DenseMap<Operation *, unsigned> first;
  unsigned total = 0;
  for (GenericOp op : found.members) {
    first[op] = total;
    total += op.getNumLoops();
  }
  llvm::IntEqClasses classes(total);
  for (GenericOp op : found.members)
    for (OpOperand *input : op.getDpsInputOperands()) {
      auto producer = input->get().getDefiningOp<GenericOp>();
      if (!producer || !first.contains(producer))
        continue;
      AffineMap read = op.getMatchingIndexingMap(input),
                written = producer.getIndexingMapsArray().back();
      if (!read.isProjectedPermutation() || !written.isProjectedPermutation())
        return false;
      for (unsigned i = 0; i < read.getNumResults(); ++i)
        classes.join(first[op] + read.getDimPosition(i),
                     first[producer] + written.getDimPosition(i));
    }
  classes.compress();
  found.extents.assign(classes.getNumClasses(), 0);
  for (GenericOp op : found.members) {
    SmallVector<unsigned> &dims = found.dims[op];
    for (auto [loop, extent] : llvm::enumerate(op.getStaticLoopRanges())) {
      unsigned dim = classes[first[op] + loop];
      if (llvm::is_contained(dims, dim) ||
          (found.extents[dim] && found.extents[dim] != extent))
        return false;
      found.extents[dim] = extent;
      dims.push_back(dim);
    }
  }
  return true;
}

/// The dimensions along which input `number` of `op` varies.
static llvm::SmallDenseSet<unsigned>
dimsOfInput(const Attention &attention, GenericOp op, unsigned number) {
  llvm::SmallDenseSet<unsigned> result;
  AffineMap map = op.getIndexingMapsArray()[number];
  for (auto [loop, dim] :
       llvm::enumerate(attention.dims.find(op.getOperation())->second))
    if (map.isFunctionOfDim(loop))
      result.insert(dim);
  return result;
}

static llvm::SmallDenseSet<unsigned> reducedDims(const Attention &attention,
                                                 GenericOp op) {
  llvm::SmallDenseSet<unsigned> result;
  auto iterators = op.getIteratorTypesArray();
  for (auto [loop, dim] :
       llvm::enumerate(attention.dims.find(op.getOperation())->second))
    if (iterators[loop] == utils::IteratorType::reduction)
      result.insert(dim);
  return result;
}

bool Matcher::assignRoles() {
  auto keys = reducedDims(found, found.maximum);
  if (keys != reducedDims(found, found.values) ||
      keys != reducedDims(found, found.sum))
    return false;
  auto depth = reducedDims(found, found.scores);
  auto inScores = dimsOfInput(found, found.scores, 2);
  auto inResult = dimsOfInput(found, found.values, 2);
  auto inValue = dimsOfInput(found, found.values, found.valueInput);
  llvm::SmallDenseSet<unsigned> sides[2] = {
      dimsOfInput(found, found.scores, 0), dimsOfInput(found, found.scores, 1)};
  // The query does not know of keys, the key and the values do.
  auto variesAlongKeys = [&](const llvm::SmallDenseSet<unsigned> &side) {
    return llvm::any_of(keys, [&](unsigned d) { return side.contains(d); });
  };
  if (keys.empty() || variesAlongKeys(sides[0]) == variesAlongKeys(sides[1]))
    return false;
  found.queryInput = variesAlongKeys(sides[0]) ? 1 : 0;
  const auto &inKey = sides[1 - found.queryInput];
  for (unsigned d = 0; d < found.extents.size(); ++d) {
    if (keys.contains(d)) {
      if (!inKey.contains(d) || !inValue.contains(d) || !inScores.contains(d))
        return false;
      found.keys.push_back(d);
    } else if (depth.contains(d)) {
      found.depth.push_back(d);
    } else if (!inScores.contains(d)) {
      found.width.push_back(d);
    } else {
      if (!inResult.contains(d))
        return false;
      bool row = !inKey.contains(d) && !inValue.contains(d);
      (row ? found.rows : found.batch).push_back(d);
    }
  }
  return true;
}

/// Both contractions are sums of products from zero that read by projected
/// permutations.
static bool isPlainProduct(GenericOp op) {
  auto isPermutation = [](AffineMap map) {
    return map.isProjectedPermutation();
  };
  return startsFromZero(op) &&
         llvm::all_of(op.getIndexingMapsArray(), isPermutation);
}

bool Matcher::matchSide() {
  if (!matchWeights(
          originOfTensor(found.values->getOperand(1 - found.valueInput))))
    return false;
  add(found.values);
  if (!isPlainProduct(found.values) || !isPlainProduct(found.scores) ||
      found.values == found.scores || !closed())
    return false;
  for (Operation *op : members)
    found.members.push_back(cast<GenericOp>(op));
  llvm::sort(found.members,
             [](GenericOp a, GenericOp b) { return a->isBeforeInBlock(b); });
  if (reshapes && !reshapes->empty())
    return true;
  return unify() && assignRoles();
}

std::optional<Attention> Matcher::run() {
  if (classify(found.values) != WorkKind::Contraction ||
      !isa<FloatType>(getElementTypeOrSelf(found.values.getResult(0))))
    return std::nullopt;
  if (matchSide())
    return std::move(found);
  return std::nullopt;
}

static std::optional<Attention> match(GenericOp values,
                                      llvm::SetVector<Operation *> *reshapes) {
  for (unsigned valueInput : {1u, 0u}) {
    if (reshapes)
      reshapes->clear();
    if (auto found = Matcher(values, valueInput, reshapes).run())
      return found;
  }
  return std::nullopt;
}

std::optional<Attention> tilewright::matchAttention(GenericOp values) {
  return match(values, nullptr);
}

std::optional<Attention> tilewright::matchAttentionThroughReshapes(
    GenericOp values, llvm::SetVector<Operation *> &reshapes) {
  return match(values, &reshapes);
}
