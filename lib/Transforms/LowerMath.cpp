//===- LowerMath.cpp - Math functions on vectors --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns how arith and math ops on vectors become what the machine has: vector
// arithmetic in f32 and f16, conversions, and the special functions of the SFU.
// In this order:
//  1. the SFU takes its functions of f32 and f16;
//  2. what is left of 16-bit floats computes in f32 between conversions (bf16
//     arithmetic, f16 functions);
//  3. other functions are rewritten in terms of those of the SFU, or
//     approximated by polynomials.
// Whatever remains is an error: LLVM would call a library on one lane.
//
//===----------------------------------------------------------------------===//

#include "MathExpansions.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Frontend/NarrowFloats.h"
#include "tilewright/Transforms/Passes.h"
#include "llvm/ADT/TypeSwitch.h"

namespace tilewright {
#define GEN_PASS_DEF_LOWERMATH
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

/// The SFU function a math op is, if any.
static std::optional<togsim::SfuFunction> sfuFunction(Operation *op) {
  using F = togsim::SfuFunction;
  return llvm::TypeSwitch<Operation *, std::optional<F>>(op)
      .Case([](math::ExpOp) { return F::Exp; })
      .Case([](math::ErfOp) { return F::Erf; })
      .Case([](math::TanhOp) { return F::Tanh; })
      .Case([](math::SinOp) { return F::Sin; })
      .Case([](math::CosOp) { return F::Cos; })
      .Case([](math::LogOp) { return F::Log; })
      .Case([](math::AtanOp) { return F::Atan; })
      .Default([](Operation *) { return std::nullopt; });
}

static void lowerSpecialFunctions(func::FuncOp kernel) {
  kernel.walk([](Operation *op) {
    std::optional<togsim::SfuFunction> function = sfuFunction(op);
    if (!function)
      return;
    auto type = dyn_cast<VectorType>(op->getResult(0).getType());
    if (!type || !isa<Float32Type, Float16Type>(type.getElementType()))
      return;
    OpBuilder builder(op);
    Value result = togsim::SfuOp::create(builder, op->getLoc(), type, *function,
                                         op->getOperand(0));
    op->getResult(0).replaceAllUsesWith(result);
    op->erase();
  });
}

/// bf16 arithmetic in f32.
static LogicalResult widenArith(func::FuncOp kernel) {
  MLIRContext *context = kernel.getContext();
  TypeConverter converter;
  arith::populateEmulateUnsupportedFloatsConversions(
      converter, {BFloat16Type::get(context)}, Float32Type::get(context));
  RewritePatternSet patterns(context);
  arith::populateEmulateUnsupportedFloatsPatterns(patterns, converter);
  ConversionTarget target(*context);
  arith::populateEmulateUnsupportedFloatsLegality(target, converter);
  LogicalResult converted =
      applyPartialConversion(kernel, target, std::move(patterns));
  keepRoundings(kernel);
  return converted;
}

/// Functions of 16-bit floats in f32.
static LogicalResult widenMath(func::FuncOp kernel) {
  MLIRContext *context = kernel.getContext();
  TypeConverter converter;
  SetVector<Type> supported;
  supported.insert(Float32Type::get(context));
  supported.insert(Float64Type::get(context));
  math::populateExtendToSupportedTypesTypeConverter(converter, supported,
                                                    Float32Type::get(context));
  RewritePatternSet patterns(context);
  math::populateExtendToSupportedTypesPatterns(patterns, converter);
  ConversionTarget target(*context);
  math::populateExtendToSupportedTypesConversionTarget(target, converter);
  LogicalResult converted =
      applyPartialConversion(kernel, target, std::move(patterns));
  keepRoundings(kernel);
  return converted;
}

/// Math ops that the vector extension has or that LLVM expands into vector
/// arithmetic.
static bool hasVectorForm(Operation *op) {
  return isa<math::AbsFOp, math::CeilOp, math::CopySignOp,
             math::CountLeadingZerosOp, math::CountTrailingZerosOp,
             math::CtPopOp, math::FloorOp, math::FmaOp, math::IsFiniteOp,
             math::IsInfOp, math::IsNaNOp, math::IsNormalOp, math::RoundOp,
             math::RoundEvenOp, math::SqrtOp, math::TruncOp>(op);
}

namespace {
struct LowerMathPass : tilewright::impl::LowerMathBase<LowerMathPass> {
  using LowerMathBase::LowerMathBase;

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    lowerSpecialFunctions(kernel);
    if (!needsWork(kernel))
      return;
    if (failed(widenArith(kernel)) || failed(widenMath(kernel)) ||
        failed(expand(kernel)) || failed(approximate(kernel)))
      return signalPassFailure();
    kernel.walk([&](Operation *op) {
      if (isa<math::MathDialect>(op->getDialect()) && !hasVectorForm(op)) {
        op->emitError("unsupported: '")
            << op->getName() << "' on " << op->getResult(0).getType()
            << " has no vector form; express it by other functions";
        signalPassFailure();
      }
    });
  }

private:
  static bool needsWork(func::FuncOp kernel) {
    return kernel
        .walk([](Operation *op) {
          auto isBfloat = [](Type type) {
            return getElementTypeOrSelf(type).isBF16();
          };
          bool found = isa<math::MathDialect>(op->getDialect()) ||
                       isa<arith::RemFOp>(op) ||
                       llvm::any_of(op->getOperandTypes(), isBfloat) ||
                       llvm::any_of(op->getResultTypes(), isBfloat);
          return found ? WalkResult::interrupt() : WalkResult::advance();
        })
        .wasInterrupted();
  }

  static LogicalResult expand(func::FuncOp kernel) {
    RewritePatternSet patterns(kernel.getContext());
    populateMathExpansions(patterns);
    math::populateExpansionPatterns(
        patterns, {"rsqrt", "tan", "exp2", "clampf", "sincos"});
    if (failed(applyPatternsGreedily(kernel, std::move(patterns))))
      return failure();
    lowerSpecialFunctions(kernel);
    return success();
  }

  static LogicalResult approximate(func::FuncOp kernel) {
    // First what is approximated in terms of functions of the SFU, then those
    // of scalars, for which the SFU has no form.
    static constexpr StringLiteral kSfu[] = {
        "math.exp", "math.erf", "math.tanh", "math.sin",
        "math.cos", "math.log", "math.atan"};
    RewritePatternSet patterns(kernel.getContext());
    populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
      return !llvm::is_contained(kSfu, name);
    });
    if (failed(applyPatternsGreedily(kernel, std::move(patterns))))
      return failure();
    lowerSpecialFunctions(kernel);
    RewritePatternSet scalars(kernel.getContext());
    populateMathPolynomialApproximationPatterns(scalars);
    return applyPatternsGreedily(kernel, std::move(scalars));
  }
};
} // namespace
