//===- FrameworkSemantics.cpp - What frameworks mean by it ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrameworkSemantics.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace tilewright;
using arith::CmpFPredicate;
using arith::CmpIPredicate;
using linalg::GenericOp;

//===----------------------------------------------------------------------===//
// Arg-reductions
//===----------------------------------------------------------------------===//

namespace {
/// A body that keeps the extreme value and its position:
/// value = max(in, out), position = select(in > out, index, outPosition).
struct ArgReduction {
  Operation *combiner = nullptr; ///< max or min
  Value input;                   ///< what is compared, in the body
  Value index;                   ///< the position of `input`
};
} // namespace

/// Whether `compare` is true exactly when its `first` beats the accumulator.
static bool isStrictly(Operation *compare, Operation *combiner, bool first) {
  bool greater =
      isa<arith::MaximumFOp, arith::MaxNumFOp, arith::MaxSIOp, arith::MaxUIOp>(
          combiner);
  if (!first)
    greater = !greater; // accumulator < input
  if (auto cmp = dyn_cast<arith::CmpFOp>(compare)) {
    CmpFPredicate p = cmp.getPredicate();
    return greater ? p == CmpFPredicate::OGT || p == CmpFPredicate::UGT
                   : p == CmpFPredicate::OLT || p == CmpFPredicate::ULT;
  }
  auto cmp = dyn_cast<arith::CmpIOp>(compare);
  if (!cmp)
    return false;
  CmpIPredicate p = cmp.getPredicate();
  return greater ? p == CmpIPredicate::sgt || p == CmpIPredicate::ugt
                 : p == CmpIPredicate::slt || p == CmpIPredicate::ult;
}

static std::optional<ArgReduction> matchArgReduction(GenericOp op) {
  if (op.getNumDpsInits() != 2 || op.getNumReductionLoops() == 0 ||
      op.getIndexingMapsArray()[op.getNumDpsInputs()] !=
          op.getIndexingMapsArray().back())
    return std::nullopt;
  Value accumulator = op.getRegionOutputArgs()[0],
        position = op.getRegionOutputArgs()[1];
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  ArgReduction result;
  result.combiner = yield.getOperand(0).getDefiningOp();
  auto select = yield.getOperand(1).getDefiningOp<arith::SelectOp>();
  if (!isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp, arith::MinimumFOp,
                       arith::MinNumFOp, arith::MaxSIOp, arith::MaxUIOp,
                       arith::MinSIOp, arith::MinUIOp>(result.combiner) ||
      !select || select.getFalseValue() != position ||
      !isa<IntegerType>(position.getType()))
    return std::nullopt;
  bool first = result.combiner->getOperand(1) == accumulator;
  if (!first && result.combiner->getOperand(0) != accumulator)
    return std::nullopt;
  result.input = result.combiner->getOperand(first ? 0 : 1);
  Operation *compare = select.getCondition().getDefiningOp();
  if (!compare || compare->getNumOperands() != 2)
    return std::nullopt;
  bool inputFirst = compare->getOperand(0) == result.input &&
                    compare->getOperand(1) == accumulator;
  bool inputSecond = compare->getOperand(1) == result.input &&
                     compare->getOperand(0) == accumulator;
  if (!(inputFirst || inputSecond) ||
      !isStrictly(compare, result.combiner, inputFirst))
    return std::nullopt;
  result.index = select.getTrueValue();
  // Each accumulator is used by these operations only.
  auto usedBy = [](Value value, ArrayRef<Operation *> users) {
    return llvm::all_of(value.getUsers(), [&](Operation *user) {
      return llvm::is_contained(users, user);
    });
  };
  if (!usedBy(accumulator, {result.combiner, compare}) ||
      !usedBy(position, {select}))
    return std::nullopt;
  return result;
}

/// Clones into `b` what `value` needs of the body of `op`.
static Value cloneExpression(OpBuilder &b, Value value, GenericOp op,
                             IRMapping &mapping) {
  if (mapping.contains(value))
    return mapping.lookup(value);
  Operation *def = value.getDefiningOp();
  if (!def || def->getBlock() != op.getBody())
    return value;
  for (Value operand : def->getOperands())
    cloneExpression(b, operand, op, mapping);
  return b.clone(*def, mapping)
      ->getResult(cast<OpResult>(value).getResultNumber());
}

namespace {
struct SplitArgReduction : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics())
      return failure();
    std::optional<ArgReduction> match = matchArgReduction(op);
    if (!match)
      return failure();
    Location loc = op.getLoc();
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    maps.pop_back();
    auto iterators = op.getIteratorTypesArray();
    Value init = op.getDpsInits()[0];
    auto mapInputs = [&](ValueRange args, IRMapping &mapping) {
      for (auto [from, to] :
           llvm::zip(op.getRegionInputArgs(), args.drop_back()))
        mapping.map(from, to);
    };
    Value value =
        GenericOp::create(
            rewriter, loc, TypeRange(init.getType()), op.getInputs(),
            ValueRange(init), maps, iterators,
            [&](OpBuilder &b, Location bodyLoc, ValueRange args) {
              IRMapping mapping;
              mapInputs(args, mapping);
              Value input = cloneExpression(b, match->input, op, mapping);
              Operation *combined =
                  b.create(bodyLoc, match->combiner->getName().getIdentifier(),
                           ValueRange{input, args.back()}, {input.getType()},
                           match->combiner->getAttrs());
              linalg::YieldOp::create(b, bodyLoc, combined->getResults());
            })
            .getResult(0);
    rewriter.replaceAllUsesWith(op.getResult(0), value);
    if (!op.getResult(1).use_empty())
      rewriter.replaceAllUsesWith(
          op.getResult(1), makePosition(op, *match, value, maps, rewriter));
    rewriter.eraseOp(op);
    return success();
  }

private:
  /// The smallest position whose input equals the extreme value, or is NaN when
  /// that is. Positions are compared in 32 bits when they are coordinates.
  static Value makePosition(GenericOp op, const ArgReduction &match,
                            Value extreme, ArrayRef<AffineMap> valueMaps,
                            PatternRewriter &rewriter) {
    Location loc = op.getLoc();
    auto resultType = cast<RankedTensorType>(op.getResult(1).getType());
    auto cast = match.index.getDefiningOp<arith::IndexCastOp>();
    bool narrow = cast && cast.getIn().getDefiningOp<linalg::IndexOp>() &&
                  resultType.getElementTypeBitWidth() > 32;
    auto type = narrow
                    ? RankedTensorType(resultType.clone(rewriter.getI32Type()))
                    : resultType;
    auto element = llvm::cast<IntegerType>(type.getElementType());
    TypedAttr none = rewriter.getIntegerAttr(
        element, APInt::getSignedMaxValue(element.getWidth()));
    SmallVector<Value> inputs(op.getInputs());
    inputs.push_back(extreme);
    SmallVector<AffineMap> maps(valueMaps);
    maps.push_back(valueMaps.back());
    Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                          type.getElementType());
    Value start =
        linalg::FillOp::create(
            rewriter, loc,
            Value(arith::ConstantOp::create(rewriter, loc, none)), empty)
            .getResult(0);
    auto body = [&](OpBuilder &b, Location bodyLoc, ValueRange args) {
      IRMapping mapping;
      for (auto [from, to] : llvm::zip(op.getRegionInputArgs(), args))
        mapping.map(from, to);
      Value input = cloneExpression(b, match.input, op, mapping);
      Value value = args[args.size() - 2];
      Value hit;
      if (isa<FloatType>(input.getType())) {
        Value equal =
            arith::CmpFOp::create(b, bodyLoc, CmpFPredicate::OEQ, input, value);
        Value nan =
            arith::CmpFOp::create(b, bodyLoc, CmpFPredicate::UNO, input, input);
        hit = arith::OrIOp::create(b, bodyLoc, equal, nan);
      } else {
        hit =
            arith::CmpIOp::create(b, bodyLoc, CmpIPredicate::eq, input, value);
      }
      Value index = narrow ? Value(arith::IndexCastOp::create(
                                 b, bodyLoc, element,
                                 cloneExpression(b, cast.getIn(), op, mapping)))
                           : cloneExpression(b, match.index, op, mapping);
      Value otherwise = arith::ConstantOp::create(b, bodyLoc, none);
      Value candidate =
          arith::SelectOp::create(b, bodyLoc, hit, index, otherwise);
      Value next = arith::MinSIOp::create(b, bodyLoc, candidate, args.back());
      linalg::YieldOp::create(b, bodyLoc, next);
    };
    Value position = GenericOp::create(rewriter, loc, TypeRange(type), inputs,
                                       ValueRange(start), maps,
                                       op.getIteratorTypesArray(), body)
                         .getResult(0);
    if (!narrow)
      return position;
    return arith::ExtSIOp::create(rewriter, loc, resultType, position);
  }
};

//===----------------------------------------------------------------------===//
// Accumulators
//===----------------------------------------------------------------------===//

/// A reduction of 16-bit floats whose body ends in a sum or product with the
/// accumulator, and is no contraction (the arrays accumulate in f32 anyway).
struct WidenAccumulator : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.getNumDpsInits() != 1 ||
        op.getNumReductionLoops() == 0)
      return failure();
    auto type = dyn_cast<RankedTensorType>(op.getResult(0).getType());
    if (!type || !isa<Float16Type, BFloat16Type>(type.getElementType()))
      return failure();
    Value accumulator = op.getRegionOutputArgs()[0];
    Operation *combiner =
        op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
    if (!isa_and_nonnull<arith::AddFOp, arith::MulFOp>(combiner) ||
        !accumulator.hasOneUse() || *accumulator.user_begin() != combiner)
      return failure();
    auto fill = op.getDpsInits()[0].getDefiningOp<linalg::FillOp>();
    FloatAttr start;
    if (!fill || !matchPattern(fill.value(), m_Constant(&start)))
      return failure();
    bool first = combiner->getOperand(0) == accumulator;
    Value term = combiner->getOperand(first ? 1 : 0);

    Location loc = op.getLoc();
    Type single = rewriter.getF32Type();
    auto wide = RankedTensorType::get(type.getShape(), single);
    Value empty =
        tensor::EmptyOp::create(rewriter, loc, type.getShape(), single);
    Value zero = arith::ConstantOp::create(
        rewriter, loc, rewriter.getF32FloatAttr(start.getValueAsDouble()));
    Value init =
        linalg::FillOp::create(rewriter, loc, zero, empty).getResult(0);
    Value sum =
        GenericOp::create(
            rewriter, loc, TypeRange(wide), op.getInputs(), ValueRange(init),
            op.getIndexingMapsArray(), op.getIteratorTypesArray(),
            [&](OpBuilder &b, Location bodyLoc, ValueRange args) {
              IRMapping mapping;
              for (auto [from, to] :
                   llvm::zip(op.getRegionInputArgs(), args.drop_back()))
                mapping.map(from, to);
              Value value = arith::ExtFOp::create(
                  b, bodyLoc, single, cloneExpression(b, term, op, mapping));
              Operation *next =
                  b.create(bodyLoc, combiner->getName().getIdentifier(),
                           ValueRange{value, args.back()}, {single});
              linalg::YieldOp::create(b, bodyLoc, next->getResults());
            })
            .getResult(0);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, type, sum);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Integer division
//===----------------------------------------------------------------------===//

/// fptosi(floor(sitofp a / sitofp b)) is a floor division, with trunc instead
/// of floor a division.
struct RestoreIntegerDivision : OpRewritePattern<arith::FPToSIOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::FPToSIOp op,
                                PatternRewriter &rewriter) const override {
    Operation *rounding = op.getIn().getDefiningOp();
    if (!isa_and_nonnull<math::FloorOp, math::TruncOp>(rounding))
      return failure();
    auto quotient = rounding->getOperand(0).getDefiningOp<arith::DivFOp>();
    if (!quotient)
      return failure();
    Value lhs = integerOf(quotient.getLhs(), op.getType(), rewriter),
          rhs = integerOf(quotient.getRhs(), op.getType(), rewriter);
    if (!lhs || !rhs)
      return failure();
    if (isa<math::FloorOp>(rounding))
      rewriter.replaceOpWithNewOp<arith::FloorDivSIOp>(op, lhs, rhs);
    else
      rewriter.replaceOpWithNewOp<arith::DivSIOp>(op, lhs, rhs);
    return success();
  }

private:
  /// The integer of type `type` that `value` was converted from, or equals.
  static Value integerOf(Value value, Type type, PatternRewriter &rewriter) {
    if (auto conversion = value.getDefiningOp<arith::SIToFPOp>())
      return conversion.getIn().getType() == type ? conversion.getIn()
                                                  : Value();
    FloatAttr constant;
    if (!isa<IntegerType>(type) || !matchPattern(value, m_Constant(&constant)))
      return {};
    APSInt integer(type.getIntOrFloatBitWidth(), /*isUnsigned=*/false);
    bool exact = false;
    if (constant.getValue().convertToInteger(integer, APFloat::rmTowardZero,
                                             &exact) != APFloat::opOK ||
        !exact)
      return {};
    return arith::ConstantOp::create(rewriter, value.getLoc(),
                                     rewriter.getIntegerAttr(type, integer));
  }
};
} // namespace

LogicalResult tilewright::restoreFrameworkSemantics(ModuleOp module) {
  module.getContext()
      ->loadDialect<arith::ArithDialect, linalg::LinalgDialect,
                    tensor::TensorDialect>();
  RewritePatternSet patterns(module.getContext());
  patterns.add<SplitArgReduction, WidenAccumulator, RestoreIntegerDivision>(
      module.getContext());
  // Only what the patterns ask for: locations and text stay the frontend's.
  GreedyRewriteConfig config;
  config.enableFolding(false).enableConstantCSE(false);
  config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  return applyPatternsGreedily(module, std::move(patterns), config);
}
