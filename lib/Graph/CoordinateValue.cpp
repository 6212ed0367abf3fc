//===- CoordinateValue.cpp - Index values that only loops determine -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CoordinateValue.h"
#include "AffineRanges.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

//===----------------------------------------------------------------------===//
// Symbolic
//===----------------------------------------------------------------------===//

namespace {
class Symbolic {
public:
  explicit Symbolic(GenericOp generic)
      : generic(generic), extents(generic.getStaticLoopRanges()),
        context(generic.getContext()) {}
  /// Null when there is no such expression.
  AffineExpr exprOf(Value value);

private:
  AffineExpr computed(Operation *op);
  AffineExpr constantElement(BlockArgument argument);
  AffineExpr binary(Operation *op);
  /// Of a quotient or remainder: the divisor, when rounding is no question.
  AffineExpr divided(Operation *op, bool remainder, bool floors);
  /// The operand that is never smaller, or never larger.
  AffineExpr extreme(Operation *op, bool largest);
  std::optional<bool> truthOf(Value condition);
  std::optional<bool> compare(arith::CmpIOp op);
  std::optional<ExprRange> range(AffineExpr expr) {
    return rangeOf(expr, extents);
  }

  GenericOp generic;
  SmallVector<int64_t> extents;
  MLIRContext *context;
};
} // namespace

/// The integers of a constant tensor, in row-major order; empty when it is
/// none. Reshapes on the way do not change the order.
static SmallVector<int64_t> constantIntegers(Value tensor) {
  while (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
      tensor.getDefiningOp()))
    tensor = tensor.getDefiningOp()->getOperand(0);
  Attribute constant;
  SmallVector<int64_t> values;
  if (!matchPattern(tensor, m_Constant(&constant)))
    return values;
  if (auto dense = dyn_cast<DenseIntElementsAttr>(constant)) {
    for (const APInt &value : dense.getValues<APInt>())
      values.push_back(value.getSExtValue());
  } else if (auto resource = dyn_cast<DenseI64ResourceElementsAttr>(constant)) {
    if (auto array = resource.tryGetAsArrayRef())
      values.append(array->begin(), array->end());
  } else if (auto resource = dyn_cast<DenseI32ResourceElementsAttr>(constant)) {
    if (auto array = resource.tryGetAsArrayRef())
      values.append(array->begin(), array->end());
  }
  return values;
}

/// Constant plus factors times dimensions with these values, or null.
static AffineExpr fitLinear(ArrayRef<int64_t> values, ArrayRef<int64_t> shape,
                            MLIRContext *context) {
  AffineExpr expr = getAffineConstantExpr(values.front(), context);
  int64_t stride = 1;
  for (size_t d = shape.size(); d-- > 0; stride *= shape[d])
    if (shape[d] > 1)
      expr = expr +
             getAffineDimExpr(d, context) * (values[stride] - values.front());
  LinearExpr linear = *asLinear(expr);
  for (auto [position, value] : llvm::enumerate(values)) {
    int64_t rest = position, sum = linear.constant;
    SmallVector<int64_t> point(shape.size());
    for (size_t d = shape.size(); d-- > 0; rest /= shape[d])
      point[d] = rest % shape[d];
    for (auto [dim, factor] : linear.terms)
      sum += factor * point[dim];
    if (sum != value)
      return {};
  }
  return expr;
}

static AffineExpr fit(ArrayRef<int64_t> table, AffineExpr loop);

/// An element of a constant tensor of indices, as frontends give them for
/// strided views: linear in the tensor's dimensions, or a digit of its only
/// one.
AffineExpr Symbolic::constantElement(BlockArgument argument) {
  if (argument.getOwner() != generic.getBody() ||
      argument.getArgNumber() >= generic.getNumDpsInputs())
    return {};
  OpOperand *input = generic.getDpsInputOperand(argument.getArgNumber());
  auto type = dyn_cast<RankedTensorType>(input->get().getType());
  if (!type || !type.getElementType().isIntOrIndex())
    return {};
  SmallVector<int64_t> values = constantIntegers(input->get());
  if (values.empty() || int64_t(values.size()) != type.getNumElements())
    return {};
  AffineExpr element = fitLinear(values, type.getShape(), context);
  if (!element && type.getRank() == 1)
    element = fit(values, getAffineDimExpr(0, context));
  return element ? element.replaceDims(
                       generic.getMatchingIndexingMap(input).getResults())
                 : element;
}

AffineExpr Symbolic::exprOf(Value value) {
  APInt number;
  if (matchPattern(value, m_ConstantInt(&number)))
    return getAffineConstantExpr(number.getSExtValue(), context);
  Operation *op = value.getDefiningOp();
  AffineExpr expr =
      op ? computed(op) : constantElement(cast<BlockArgument>(value));
  return expr ? simplifyInRange(expr, extents) : expr;
}

AffineExpr Symbolic::computed(Operation *op) {
  if (auto index = dyn_cast<linalg::IndexOp>(op))
    return getAffineDimExpr(index.getDim(), context);
  if (isa<arith::IndexCastOp, arith::ExtSIOp>(op))
    return exprOf(op->getOperand(0));
  if (isa<arith::IndexCastUIOp, arith::ExtUIOp, arith::TruncIOp>(op)) {
    // The same number as long as it fits and is not negative.
    AffineExpr expr = exprOf(op->getOperand(0));
    std::optional<ExprRange> values = expr ? range(expr) : std::nullopt;
    unsigned width = 64;
    for (Type type : {op->getOperand(0).getType(), op->getResult(0).getType()})
      if (auto integer = dyn_cast<IntegerType>(type))
        width = std::min(width, integer.getWidth());
    bool fits =
        values && values->min >= 0 && width > 1 &&
        values->max <= int64_t(APInt::getSignedMaxValue(width).getZExtValue());
    return fits ? expr : AffineExpr();
  }
  if (auto select = dyn_cast<arith::SelectOp>(op)) {
    std::optional<bool> truth = truthOf(select.getCondition());
    if (!truth)
      return {};
    return exprOf(*truth ? select.getTrueValue() : select.getFalseValue());
  }
  if (isa<math::AbsIOp>(op)) {
    AffineExpr expr = exprOf(op->getOperand(0));
    std::optional<ExprRange> values = expr ? range(expr) : std::nullopt;
    if (!values || (values->min < 0 && values->max > 0))
      return {};
    return values->min >= 0 ? expr : expr * -1;
  }
  return op->getNumOperands() == 2 ? binary(op) : AffineExpr();
}

AffineExpr Symbolic::binary(Operation *op) {
  if (isa<arith::MaxSIOp, arith::MinSIOp>(op))
    return extreme(op, isa<arith::MaxSIOp>(op));
  if (isa<arith::DivSIOp, arith::DivUIOp, arith::FloorDivSIOp>(op))
    return divided(op, /*remainder=*/false, isa<arith::FloorDivSIOp>(op));
  if (isa<arith::RemSIOp, arith::RemUIOp>(op))
    return divided(op, /*remainder=*/true, /*floors=*/false);
  if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op))
    return {};
  AffineExpr left = exprOf(op->getOperand(0)),
             right = left ? exprOf(op->getOperand(1)) : AffineExpr();
  if (!right)
    return {};
  if (isa<arith::AddIOp>(op))
    return left + right;
  if (isa<arith::SubIOp>(op))
    return left - right;
  if (isa<AffineConstantExpr>(left) || isa<AffineConstantExpr>(right))
    return left * right;
  return {};
}

AffineExpr Symbolic::divided(Operation *op, bool remainder, bool floors) {
  AffineExpr left = exprOf(op->getOperand(0));
  APInt divisor;
  if (!left || !matchPattern(op->getOperand(1), m_ConstantInt(&divisor)) ||
      !divisor.isStrictlyPositive())
    return {};
  std::optional<ExprRange> values = range(left);
  if (!floors && (!values || values->min < 0))
    return {};
  return remainder ? left % divisor.getSExtValue()
                   : left.floorDiv(divisor.getSExtValue());
}

AffineExpr Symbolic::extreme(Operation *op, bool largest) {
  AffineExpr left = exprOf(op->getOperand(0)),
             right = left ? exprOf(op->getOperand(1)) : AffineExpr();
  std::optional<ExprRange> difference =
      right ? range(simplifyInRange(left - right, extents)) : std::nullopt;
  if (!difference)
    return {};
  if (difference->min >= 0)
    return largest ? left : right;
  if (difference->max <= 0)
    return largest ? right : left;
  return {};
}

std::optional<bool> Symbolic::compare(arith::CmpIOp op) {
  AffineExpr left = exprOf(op.getLhs()),
             right = left ? exprOf(op.getRhs()) : AffineExpr();
  std::optional<ExprRange> d =
      right ? range(simplifyInRange(left - right, extents)) : std::nullopt;
  if (!d)
    return std::nullopt;
  auto decide = [](bool always, bool never) -> std::optional<bool> {
    if (always || never)
      return always;
    return std::nullopt;
  };
  switch (op.getPredicate()) {
  case arith::CmpIPredicate::slt:
    return decide(d->max < 0, d->min >= 0);
  case arith::CmpIPredicate::sle:
    return decide(d->max <= 0, d->min > 0);
  case arith::CmpIPredicate::sgt:
    return decide(d->min > 0, d->max <= 0);
  case arith::CmpIPredicate::sge:
    return decide(d->min >= 0, d->max < 0);
  case arith::CmpIPredicate::eq:
    return decide(d->min == 0 && d->max == 0, d->min > 0 || d->max < 0);
  case arith::CmpIPredicate::ne:
    return decide(d->min > 0 || d->max < 0, d->min == 0 && d->max == 0);
  default:
    return std::nullopt;
  }
}

std::optional<bool> Symbolic::truthOf(Value condition) {
  APInt number;
  if (matchPattern(condition, m_ConstantInt(&number)))
    return !number.isZero();
  Operation *op = condition.getDefiningOp();
  if (auto comparison = dyn_cast_or_null<arith::CmpIOp>(op))
    return compare(comparison);
  if (!isa_and_nonnull<arith::AndIOp, arith::OrIOp>(op))
    return std::nullopt;
  std::optional<bool> left = truthOf(op->getOperand(0)),
                      right = truthOf(op->getOperand(1));
  const bool decisive = isa<arith::OrIOp>(op);
  if (left == decisive || right == decisive)
    return decisive;
  if (left && right)
    return !decisive;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// By computing all values
//===----------------------------------------------------------------------===//

/// The loops and whether data matters to `value`. False when it does, or when
/// something cannot be computed at compile time.
static bool collectLoops(Value value, Block *body,
                         llvm::SmallSetVector<unsigned, 4> &loops,
                         llvm::SmallSetVector<Operation *, 16> &ops) {
  if (matchPattern(value, m_Constant()))
    return true;
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != body || op->getNumRegions() != 0 ||
      op->getNumResults() != 1)
    return false;
  if (ops.contains(op))
    return true;
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    loops.insert(index.getDim());
  } else if (!isa<arith::ArithDialect, math::MathDialect>(op->getDialect()) ||
             !llvm::all_of(op->getOperands(), [&](Value operand) {
               return collectLoops(operand, body, loops, ops);
             })) {
    return false;
  }
  ops.insert(op); // after its operands
  return true;
}

/// The values of `value` while loop `loop` counts to `extent`; empty when an op
/// cannot be folded.
static SmallVector<int64_t> tabulate(Value value, ArrayRef<Operation *> ops,
                                     int64_t extent) {
  SmallVector<int64_t> table;
  Builder builder(value.getContext());
  for (int64_t position = 0; position < extent; ++position) {
    DenseMap<Value, Attribute> known;
    auto attributeOf = [&](Value operand) {
      Attribute constant;
      if (matchPattern(operand, m_Constant(&constant)))
        return constant;
      return known.lookup(operand);
    };
    for (Operation *op : ops) {
      if (isa<linalg::IndexOp>(op)) {
        known[op->getResult(0)] = builder.getIndexAttr(position);
        continue;
      }
      SmallVector<Attribute> operands;
      for (Value operand : op->getOperands())
        operands.push_back(attributeOf(operand));
      SmallVector<OpFoldResult> results;
      // Folders may change the op in place; only a value is of use here.
      Operation *scratch = op->clone();
      bool folded =
          succeeded(scratch->fold(operands, results)) && results.size() == 1;
      Attribute result;
      if (folded)
        result = isa<Attribute>(results[0])
                     ? cast<Attribute>(results[0])
                     : attributeOf(cast<Value>(results[0]));
      scratch->destroy();
      if (!result)
        return {};
      known[op->getResult(0)] = result;
    }
    auto number = dyn_cast_or_null<IntegerAttr>(attributeOf(value));
    if (!number)
      return {};
    table.push_back(number.getValue().getSExtValue());
  }
  return table;
}

/// a * ((v floordiv k) mod m) + b with these values, or null.
static AffineExpr fit(ArrayRef<int64_t> table, AffineExpr loop) {
  const int64_t extent = table.size(), first = table[0];
  int64_t run = 1; // k: how long the first value stays
  while (run < extent && table[run] == first)
    ++run;
  if (run == extent)
    return getAffineConstantExpr(first, loop.getContext());
  const int64_t step = table[run] - first;
  int64_t period = 1; // m: how many steps until the first value comes again
  while (period * run < extent && table[period * run] == first + period * step)
    ++period;
  for (int64_t v = 0; v < extent; ++v)
    if (table[v] != first + step * ((v / run) % period))
      return {};
  AffineExpr digit = loop.floorDiv(run);
  if (period * run < extent)
    digit = digit % period;
  return digit * step + first;
}

/// Tables are made for loops up to this extent.
static constexpr int64_t kLargestTable = 1 << 14;

AffineExpr tilewright::coordinateExpr(GenericOp generic, Value value) {
  if (AffineExpr expr = Symbolic(generic).exprOf(value))
    return expr;
  llvm::SmallSetVector<unsigned, 4> loops;
  llvm::SmallSetVector<Operation *, 16> ops;
  if (!collectLoops(value, generic.getBody(), loops, ops) || loops.size() != 1)
    return {};
  SmallVector<int64_t> extents = generic.getStaticLoopRanges();
  int64_t extent = extents[loops.front()];
  if (extent < 1 || extent > kLargestTable)
    return {};
  SmallVector<int64_t> table = tabulate(value, ops.getArrayRef(), extent);
  if (table.empty())
    return {};
  AffineExpr expr =
      fit(table, getAffineDimExpr(loops.front(), generic.getContext()));
  return expr ? simplifyInRange(expr, extents) : expr;
}
