//===- Inputs.cpp - The list of inputs of a generic -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inputs.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

void tilewright::dropInput(PatternRewriter &rewriter, GenericOp generic,
                           unsigned number, Value value) {
  rewriter.modifyOpInPlace(generic, [&] {
    if (value)
      generic.getBody()->getArgument(number).replaceAllUsesWith(value);
    generic.getBody()->eraseArgument(number);
    SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
    maps.erase(maps.begin() + number);
    generic.setIndexingMapsAttr(
        Builder(generic.getContext()).getAffineMapArrayAttr(maps));
    generic.getInputsMutable().erase(number);
  });
}

namespace {
/// Inputs of elementwise generics that the body does not look at, as frontends
/// give them for their shape alone.
struct DropUnusedInput : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp generic,
                                PatternRewriter &rewriter) const override {
    // The loops keep their extents: an elementwise result has them all.
    if (generic.getNumReductionLoops() != 0 || generic.getNumDpsInits() == 0 ||
        !generic.getIndexingMapsArray().back().isPermutation())
      return failure();
    for (OpOperand *input : generic.getDpsInputOperands()) {
      if (!generic.getMatchingBlockArgument(input).use_empty())
        continue;
      dropInput(rewriter, generic, input->getOperandNumber(), Value());
      return success();
    }
    return failure();
  }
};
} // namespace

void tilewright::populateUnusedInputPatterns(RewritePatternSet &patterns) {
  patterns.add<DropUnusedInput>(patterns.getContext());
}
