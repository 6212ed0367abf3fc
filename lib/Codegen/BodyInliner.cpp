//===- BodyInliner.cpp - Bodies of tensor ops inside others ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BodyInliner.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;
using linalg::GenericOp;

Value codegen::convertTo(OpBuilder &b, Location loc, Value value, Type type) {
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

BodyInliner::BodyInliner(OpBuilder &b, Location loc, GenericOp op)
    : b(b), loc(loc), op(op), narrow(coordinatesFitInt32(op)) {}

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
