//===- DemoteDoubles.cpp - Double precision inside a model ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the replacement of f64 by f32. The input contract keeps doubles away
// from arguments and results, so what is left are intermediate sums (frontends
// emit the variance of f32 data that way) and constants. The machine has no
// doubles.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;

namespace tilewright {
#define GEN_PASS_DEF_DEMOTEDOUBLESPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

/// f32 for f64, also as element type; null for other types.
static Type demoted(Type type) {
  if (type.isF64())
    return Float32Type::get(type.getContext());
  auto shaped = dyn_cast<ShapedType>(type);
  if (shaped && shaped.getElementType().isF64())
    return shaped.clone(Float32Type::get(type.getContext()));
  return {};
}

static APFloat toSingle(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value;
}

/// The constant's value in f32; null when its data are elsewhere.
static TypedAttr demotedValue(TypedAttr value) {
  Type type = demoted(value.getType());
  if (auto number = dyn_cast<FloatAttr>(value))
    return FloatAttr::get(type, toSingle(number.getValue()));
  auto dense = dyn_cast<DenseFPElementsAttr>(value);
  if (!dense)
    return {};
  return dense.mapValues(
      Float32Type::get(value.getContext()),
      [](const APFloat &each) { return toSingle(each).bitcastToAPInt(); });
}

/// Looking at the bits of a double is an error, before any type has changed.
static LogicalResult checkBits(func::FuncOp function) {
  WalkResult result = function.walk([](arith::BitcastOp op) {
    if (!demoted(op.getIn().getType()) && !demoted(op.getType()))
      return WalkResult::advance();
    op.emitError("the bits of double-precision data cannot be used: the "
                 "machine computes them in float32");
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

static LogicalResult demoteTypes(Operation *op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    if (!demoted(constant.getType()))
      return success();
    TypedAttr value = demotedValue(constant.getValue());
    if (!value)
      return op->emitError("a double-precision constant in this form is not "
                           "supported; convert it to float32");
    constant.setValueAttr(value);
  }
  for (Value result : op->getResults())
    if (Type type = demoted(result.getType()))
      result.setType(type);
  for (Region &region : op->getRegions())
    for (BlockArgument argument : region.getArguments())
      if (Type type = demoted(argument.getType()))
        argument.setType(type);
  return success();
}

namespace {
struct DemoteDoublesPass
    : tilewright::impl::DemoteDoublesPassBase<DemoteDoublesPass> {
  using DemoteDoublesPassBase::DemoteDoublesPassBase;
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      auto isDouble = [](Type type) { return bool(demoted(type)); };
      if (llvm::any_of(function.getArgumentTypes(), isDouble) ||
          llvm::any_of(function.getResultTypes(), isDouble)) {
        function.emitError() << "@" << function.getSymName()
                             << " takes or gives double-precision data";
        return signalPassFailure();
      }
      if (failed(checkBits(function)))
        return signalPassFailure();
      WalkResult result = function.getBody().walk([](Operation *op) {
        return failed(demoteTypes(op)) ? WalkResult::interrupt()
                                       : WalkResult::advance();
      });
      if (result.wasInterrupted())
        return signalPassFailure();
      // Conversions between f32 and f64 are gone.
      function.walk([](Operation *op) {
        if (isa<arith::ExtFOp, arith::TruncFOp>(op) &&
            op->getOperand(0).getType() == op->getResult(0).getType()) {
          op->getResult(0).replaceAllUsesWith(op->getOperand(0));
          op->erase();
        }
      });
    }
  }
};
} // namespace
