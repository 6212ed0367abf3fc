//===- MaskedTiles.cpp - Tiles that a mask excludes -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MaskedTiles.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;
using linalg::GenericOp;
using Conditions = SmallVector<CoordinateCondition>;

/// Adds `scale` times `value` to `form`, if it is linear in coordinates.
static bool addLinear(Value value, int64_t scale, CoordinateCondition &form) {
  APInt number;
  if (matchPattern(value, m_ConstantInt(&number))) {
    if (number.getSignificantBits() > 32)
      return false;
    form.constant += scale * number.getSExtValue();
    return true;
  }
  Operation *op = value.getDefiningOp();
  if (auto index = dyn_cast_or_null<linalg::IndexOp>(op)) {
    form.factors[index.getDim()] += scale;
    return true;
  }
  if (auto cast = dyn_cast_or_null<arith::IndexCastOp>(op))
    return addLinear(cast.getIn(), scale, form);
  if (auto sum = dyn_cast_or_null<arith::AddIOp>(op))
    return addLinear(sum.getLhs(), scale, form) &&
           addLinear(sum.getRhs(), scale, form);
  if (auto difference = dyn_cast_or_null<arith::SubIOp>(op))
    return addLinear(difference.getLhs(), scale, form) &&
           addLinear(difference.getRhs(), -scale, form);
  return false;
}

/// Appends what has to hold for the truth value `value` to be `wanted`.
static void addTruth(Value value, bool wanted, unsigned loops,
                     Conditions &conditions) {
  using P = arith::CmpIPredicate;
  Operation *op = value.getDefiningOp();
  if (auto both = dyn_cast_or_null<arith::AndIOp>(op); both && wanted) {
    addTruth(both.getLhs(), true, loops, conditions);
    addTruth(both.getRhs(), true, loops, conditions);
    return;
  }
  if (auto either = dyn_cast_or_null<arith::OrIOp>(op); either && !wanted) {
    addTruth(either.getLhs(), false, loops, conditions);
    addTruth(either.getRhs(), false, loops, conditions);
    return;
  }
  auto compare = dyn_cast_or_null<arith::CmpIOp>(op);
  if (!compare)
    return;
  P predicate = compare.getPredicate();
  if (!wanted)
    predicate = arith::invertPredicate(predicate);
  // lhs - rhs >= 0 or > 0, or the other way round.
  int64_t sign;
  switch (predicate) {
  case P::sge:
  case P::sgt:
    sign = 1;
    break;
  case P::sle:
  case P::slt:
    sign = -1;
    break;
  default:
    return;
  }
  CoordinateCondition form;
  form.factors.assign(loops, 0);
  if (!addLinear(compare.getLhs(), sign, form) ||
      !addLinear(compare.getRhs(), -sign, form))
    return;
  form.constant -= predicate == P::sgt || predicate == P::slt;
  conditions.push_back(form);
}

static bool isMinusInfinity(Value value) {
  APFloat number(0.0);
  return matchPattern(value, m_ConstantFloat(&number)) && number.isInfinity() &&
         number.isNegative();
}

/// Appends what has to hold for `value` to be more than -inf.
static void addFinite(Value value, unsigned loops, Conditions &conditions) {
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<arith::ExtFOp, arith::TruncFOp>(op))
    return addFinite(op->getOperand(0), loops, conditions);
  if (auto sum = dyn_cast_or_null<arith::AddFOp>(op)) {
    addFinite(sum.getLhs(), loops, conditions);
    addFinite(sum.getRhs(), loops, conditions);
    return;
  }
  auto select = dyn_cast_or_null<arith::SelectOp>(op);
  if (!select)
    return;
  if (isMinusInfinity(select.getFalseValue()))
    addTruth(select.getCondition(), true, loops, conditions);
  else if (isMinusInfinity(select.getTrueValue()))
    addTruth(select.getCondition(), false, loops, conditions);
}

SmallVector<CoordinateCondition> codegen::conditionsOfMask(GenericOp op) {
  Conditions conditions;
  addFinite(op.getBody()->getTerminator()->getOperand(0), op.getNumLoops(),
            conditions);
  return conditions;
}
