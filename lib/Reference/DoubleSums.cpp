//===- DoubleSums.cpp - Sums and products of the oracle in f64 ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the precision of the reference's reductions. A float accumulator that is
// added to or multiplied is kept in f64 and rounded once, and so are the
// products of a contraction (exact in f64 for f32 operands). The error of the
// reference then is one rounding whatever the length of a sum, and a difference
// is the compiled program's.
//
//===----------------------------------------------------------------------===//

#include "HostPipeline.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "tilewright/Frontend/ElementwiseOp.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

Value reference::widen(OpBuilder &builder, Location loc, Value value) {
  // There are direct conversions of narrow floats in few runtime libraries.
  if (value.getType().getIntOrFloatBitWidth() < 32)
    value = arith::ExtFOp::create(builder, loc, builder.getF32Type(), value);
  return arith::ExtFOp::create(builder, loc, builder.getF64Type(), value);
}

Value reference::narrow(OpBuilder &builder, Location loc, Value value,
                        Type type) {
  if (type.getIntOrFloatBitWidth() < 32)
    value = arith::TruncFOp::create(builder, loc, builder.getF32Type(), value);
  return arith::TruncFOp::create(builder, loc, type, value);
}

bool reference::isWidened(Type element) {
  return isa<FloatType>(element) && element.getIntOrFloatBitWidth() <= 32;
}

/// The op that adds to or multiplies accumulator `number` of `generic`; null
/// when the accumulator is used in any other way.
static Operation *findAccumulation(GenericOp generic, unsigned number) {
  BlockArgument accumulator = generic.getRegionOutputArgs()[number];
  if (!reference::isWidened(accumulator.getType()) || !accumulator.hasOneUse())
    return nullptr;
  Operation *op = *accumulator.user_begin();
  if (!isa<arith::AddFOp, arith::MulFOp>(op) || !op->hasOneUse())
    return nullptr;
  OpOperand &use = *op->use_begin();
  return use.getOwner() == generic.getBody()->getTerminator() &&
                 use.getOperandNumber() == number
             ? op
             : nullptr;
}

/// An elementwise op on `tensor` whose body converts.
static Value
convert(IRRewriter &rewriter, Location loc, Value tensor, Type element,
        function_ref<Value(OpBuilder &, Location, Value)> conversion) {
  return createElementwise(
             rewriter, loc, tensor,
             cast<RankedTensorType>(tensor.getType()).getShape(), element,
             [&](OpBuilder &builder, Location loc, ValueRange arguments) {
               return conversion(builder, loc, arguments[0]);
             })
      .getResult(0);
}

/// The contents of `init` in f64.
static Value wideInit(IRRewriter &rewriter, Location loc, Value init) {
  Type wide = rewriter.getF64Type();
  if (auto fill = init.getDefiningOp<linalg::FillOp>()) {
    auto type = cast<RankedTensorType>(init.getType());
    Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), wide);
    Value value = reference::widen(rewriter, loc, fill.value());
    return linalg::FillOp::create(rewriter, loc, value, empty).getResult(0);
  }
  return convert(rewriter, loc, init, wide, reference::widen);
}

/// What the accumulation takes in, in f64: products are formed there.
static Value wideTerm(IRRewriter &rewriter, Operation *accumulation,
                      Value term) {
  Location loc = accumulation->getLoc();
  auto product = term.getDefiningOp<arith::MulFOp>();
  if (!product || !term.hasOneUse() || !isa<arith::AddFOp>(accumulation))
    return reference::widen(rewriter, loc, term);
  Value lhs = reference::widen(rewriter, loc, product.getLhs()),
        rhs = reference::widen(rewriter, loc, product.getRhs());
  return arith::MulFOp::create(rewriter, loc, lhs, rhs);
}

/// Makes accumulation `op` of the body run in f64.
static void widenAccumulation(IRRewriter &rewriter, Operation *op,
                              BlockArgument accumulator) {
  rewriter.setInsertionPoint(op);
  bool isFirst = op->getOperand(0) == accumulator;
  Value term = wideTerm(rewriter, op, op->getOperand(isFirst ? 1 : 0));
  accumulator.setType(rewriter.getF64Type());
  Value result =
      isa<arith::AddFOp>(op)
          ? Value(arith::AddFOp::create(rewriter, op->getLoc(), accumulator,
                                        term))
          : arith::MulFOp::create(rewriter, op->getLoc(), accumulator, term);
  Operation *product = op->getOperand(isFirst ? 1 : 0).getDefiningOp();
  rewriter.replaceOp(op, result);
  if (product && isOpTriviallyDead(product))
    rewriter.eraseOp(product);
}

static void widenReduction(IRRewriter &rewriter, GenericOp generic) {
  SmallVector<Operation *> accumulations;
  for (int64_t i = 0; i < generic.getNumDpsInits(); ++i)
    accumulations.push_back(findAccumulation(generic, i));
  if (llvm::none_of(accumulations, [](Operation *op) { return op != nullptr; }))
    return;
  Location loc = generic.getLoc();
  rewriter.setInsertionPoint(generic);
  SmallVector<Value> inits(generic.getOutputs());
  for (auto [init, op] : llvm::zip_equal(inits, accumulations))
    if (op)
      init = wideInit(rewriter, loc, init);
  auto wide = GenericOp::create(
      rewriter, loc, ValueRange(inits).getTypes(), generic.getInputs(), inits,
      generic.getIndexingMapsArray(), generic.getIteratorTypesArray());
  rewriter.inlineRegionBefore(generic.getRegion(), wide.getRegion(),
                              wide.getRegion().begin());
  for (auto [op, accumulator] :
       llvm::zip_equal(accumulations, wide.getRegionOutputArgs()))
    if (op)
      widenAccumulation(rewriter, op, accumulator);
  rewriter.setInsertionPointAfter(wide);
  SmallVector<Value> results(wide.getResults());
  for (auto [i, op] : llvm::enumerate(accumulations)) {
    if (!op)
      continue;
    Type element =
        cast<RankedTensorType>(generic.getResult(i).getType()).getElementType();
    results[i] =
        convert(rewriter, loc, results[i], element,
                [&](OpBuilder &builder, Location loc, Value value) {
                  return reference::narrow(builder, loc, value, element);
                });
  }
  rewriter.replaceOp(generic, results);
}

void reference::widenSums(ModuleOp module) {
  IRRewriter rewriter(module.getContext());
  SmallVector<GenericOp> reductions;
  module.walk([&](GenericOp generic) {
    if (generic.hasPureTensorSemantics() && generic.getNumReductionLoops() > 0)
      reductions.push_back(generic);
  });
  for (GenericOp generic : reductions)
    widenReduction(rewriter, generic);
}
