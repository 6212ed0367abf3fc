//===- ContractionPatterns.cpp - Contractions in the arrays' terms --------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns rewrites that bring contractions into a form arrays compute: frontends
// sum integer products in 64 bits and truncate the sums at once, which is the
// same as summing modulo 2^32; a sum over nothing is what it starts from.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Provenance.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace {
/// A contraction of integers of at most 32 bits into 64 bits whose one reader
/// truncates every sum to at most 32 bits.
struct NarrowAccumulator : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp contraction,
                                PatternRewriter &rewriter) const override {
    if (!isMultiplyAccumulate(contraction) || !contraction->hasOneUse())
      return failure();
    auto type = cast<RankedTensorType>(contraction.getResult(0).getType());
    if (!type.getElementType().isInteger(64))
      return failure();
    for (Value input : contraction.getInputs())
      if (getElementTypeOrSelf(input.getType()).getIntOrFloatBitWidth() > 32)
        return failure();
    OpOperand &use = *contraction->use_begin();
    auto reader = dyn_cast<GenericOp>(use.getOwner());
    if (!reader || !reader.isDpsInput(&use))
      return failure();
    BlockArgument read = reader.getMatchingBlockArgument(&use);
    auto truncates = [](Operation *op) {
      auto truncation = dyn_cast<arith::TruncIOp>(op);
      return truncation && truncation.getType().getIntOrFloatBitWidth() <= 32;
    };
    auto fill =
        contraction.getDpsInitOperand(0)->get().getDefiningOp<linalg::FillOp>();
    IntegerAttr start;
    if (!llvm::all_of(read.getUsers(), truncates) || !fill ||
        !matchPattern(fill.value(), m_Constant(&start)))
      return failure();

    GenericOp narrow = create(rewriter, contraction, fill, start.getValue());
    IntegerType i32 = rewriter.getI32Type();
    rewriter.modifyOpInPlace(reader, [&] {
      use.set(narrow.getResult(0));
      read.setType(i32);
    });
    for (Operation *user : llvm::make_early_inc_range(read.getUsers()))
      if (user->getResult(0).getType() == i32)
        rewriter.replaceOp(user, read);
    rewriter.eraseOp(contraction);
    return success();
  }

private:
  /// The contraction with sums of 32 bits.
  static GenericOp create(PatternRewriter &rewriter, GenericOp wide,
                          linalg::FillOp fill, llvm::APInt start) {
    IntegerType i32 = rewriter.getI32Type();
    auto type = cast<RankedTensorType>(wide.getResult(0).getType()).clone(i32);
    rewriter.setInsertionPoint(wide);
    Location loc = wide.getLoc();
    Value zero = arith::ConstantOp::create(
        rewriter, loc, rewriter.getIntegerAttr(i32, start.trunc(32)));
    Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), i32);
    auto begin = linalg::FillOp::create(rewriter, fill.getLoc(), zero, empty);
    begin->setAttr(kSourceOpsAttr, sourceOps(fill));
    // How each input is widened; a 32-bit one needs nothing.
    bool isUnsigned[2] = {false, false};
    for (BlockArgument input : wide.getRegionInputArgs())
      for (Operation *user : input.getUsers())
        isUnsigned[input.getArgNumber()] |= isa<arith::ExtUIOp>(user);
    auto narrow = GenericOp::create(
        rewriter, loc, type, wide.getInputs(), begin.getResult(0),
        wide.getIndexingMapsArray(), wide.getIteratorTypesArray(),
        [&](OpBuilder &body, Location loc, ValueRange values) {
          auto widen = [&](unsigned input) -> Value {
            if (values[input].getType() == i32)
              return values[input];
            if (isUnsigned[input])
              return arith::ExtUIOp::create(body, loc, i32, values[input]);
            return arith::ExtSIOp::create(body, loc, i32, values[input]);
          };
          Value product = arith::MulIOp::create(body, loc, widen(0), widen(1));
          Value sum = arith::AddIOp::create(body, loc, values[2], product);
          linalg::YieldOp::create(body, loc, sum);
        });
    narrow->setAttr(kSourceOpsAttr, sourceOps(wide));
    return narrow;
  }
};

/// A reduction along a loop that never runs.
struct FoldEmptyReduction : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp generic,
                                PatternRewriter &rewriter) const override {
    if (!generic.hasPureTensorSemantics() ||
        !llvm::is_contained(generic.getStaticLoopRanges(), 0))
      return failure();
    SmallVector<Value> starts;
    for (OpOperand &init : generic.getDpsInitsMutable()) {
      if (auto fill = init.get().getDefiningOp<linalg::FillOp>())
        prependSourceOps(fill, sourceOps(generic));
      starts.push_back(init.get());
    }
    rewriter.replaceOp(generic, starts);
    return success();
  }
};
} // namespace

void tilewright::populateContractionPatterns(RewritePatternSet &patterns) {
  patterns.add<NarrowAccumulator, FoldEmptyReduction>(patterns.getContext());
}
