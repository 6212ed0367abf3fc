//===- Padding.cpp - Padding that windows make themselves -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Padding.h"
#include "Contraction.h"
#include "Provenance.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Graph/Pooling.h"

using namespace mlir;
using namespace tilewright;

/// Padding by a constant and fixed, not negative amounts.
static bool isConstantPadding(tensor::PadOp pad) {
  Value value = pad.getConstantPaddingValue();
  if (!value || !pad.getType().hasStaticShape() ||
      !matchPattern(value, m_Constant()))
    return false;
  auto isFixed = [](ArrayRef<int64_t> amounts) {
    return llvm::all_of(amounts, [](int64_t amount) {
      return !ShapedType::isDynamic(amount) && amount >= 0;
    });
  };
  return isFixed(pad.getStaticLow()) && isFixed(pad.getStaticHigh());
}

static bool isZeroPadding(tensor::PadOp pad) {
  Value value = pad.getConstantPaddingValue();
  return isConstantPadding(pad) && (matchPattern(value, m_AnyZeroFloat()) ||
                                    matchPattern(value, m_Zero()));
}

/// Whether the padding lies within the reach of the windows that read it by
/// `map`: of the last tap from the first.
static bool isInReach(tensor::PadOp pad, linalg::LinalgOp op, AffineMap map,
                      bool allowsNoRows) {
  auto iterators = op.getIteratorTypesArray();
  auto ranges = op.getStaticLoopRanges();
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    int64_t amount =
        std::max(pad.getStaticLow()[dim], pad.getStaticHigh()[dim]);
    if (!amount)
      continue;
    auto terms = windowTerms(expr, iterators);
    if (!terms || terms->reduced < 0 || (terms->parallel < 0 && !allowsNoRows))
      return false;
    if (amount > (ranges[terms->reduced] - 1) * terms->dilation)
      return false;
  }
  return true;
}

static bool isWindowOver(tensor::PadOp pad, OpOperand &use) {
  auto op = dyn_cast<linalg::LinalgOp>(use.getOwner());
  if (!op || !op.isDpsInput(&use))
    return false;
  AffineMap map = op.getMatchingIndexingMap(&use);
  if (auto generic = dyn_cast<linalg::GenericOp>(use.getOwner()))
    if (auto pooling = matchPooling(generic))
      return pooling->input == &use &&
             isInReach(pad, op, map, /*allowsNoRows=*/true);
  if (!isZeroPadding(pad) || !isMultiplyAccumulateBody(op))
    return false;
  OpOperand *other = op.getDpsInputOperand(1 - use.getOperandNumber());
  return op.getMatchingIndexingMap(other).isProjectedPermutation() &&
         isInReach(pad, op, map, /*allowsNoRows=*/false);
}

bool tilewright::isWindowPadding(tensor::PadOp pad) {
  return isConstantPadding(pad) && !pad->use_empty() &&
         llvm::all_of(pad->getUses(),
                      [&](OpOperand &use) { return isWindowOver(pad, use); });
}

namespace {
/// A pad in front of which its only reader, a reshape, can move: the reshaped
/// source, and the amounts of its dimensions.
struct MovedPad {
  SmallVector<int64_t> source;
  SmallVector<OpFoldResult> low, high;
};
} // namespace

static tensor::PadOp onlyReadByReshape(Value value) {
  auto pad = value.getDefiningOp<tensor::PadOp>();
  return pad && pad->hasOneUse() && isConstantPadding(pad) ? pad
                                                           : tensor::PadOp();
}

/// No padded dimension is expanded.
static std::optional<MovedPad> moveBefore(tensor::ExpandShapeOp expand) {
  tensor::PadOp pad = onlyReadByReshape(expand.getSrc());
  if (!pad || !expand.getResultType().hasStaticShape())
    return std::nullopt;
  Builder builder(expand.getContext());
  MovedPad moved;
  ArrayRef<int64_t> shape = expand.getResultType().getShape();
  for (auto [dim, group] : llvm::enumerate(expand.getReassociationIndices())) {
    int64_t low = pad.getStaticLow()[dim], high = pad.getStaticHigh()[dim];
    bool alone = llvm::count_if(group, [&](int64_t part) {
                   return shape[part] != 1;
                 }) <= 1;
    if ((low || high) && !alone)
      return std::nullopt;
    for (int64_t part : group) {
      bool takes = shape[part] != 1;
      moved.source.push_back(shape[part] - (takes ? low + high : 0));
      moved.low.push_back(builder.getIndexAttr(takes ? low : 0));
      moved.high.push_back(builder.getIndexAttr(takes ? high : 0));
    }
  }
  return moved;
}

/// Padded dimensions are only collapsed with dimensions of extent 1.
static std::optional<MovedPad> moveBefore(tensor::CollapseShapeOp collapse) {
  tensor::PadOp pad = onlyReadByReshape(collapse.getSrc());
  auto groups = collapse.getReassociationIndices();
  if (!pad || groups.empty())
    return std::nullopt;
  Builder builder(collapse.getContext());
  MovedPad moved;
  ArrayRef<int64_t> source = pad.getSourceType().getShape(),
                    padded = pad.getType().getShape();
  for (ReassociationIndices &group : groups) {
    int64_t extent = 1, low = 0, high = 0, wide = 0;
    for (int64_t dim : group) {
      extent *= source[dim];
      low += pad.getStaticLow()[dim];
      high += pad.getStaticHigh()[dim];
      wide += padded[dim] != 1;
    }
    if ((low || high) && wide > 1)
      return std::nullopt;
    moved.source.push_back(extent);
    moved.low.push_back(builder.getIndexAttr(low));
    moved.high.push_back(builder.getIndexAttr(high));
  }
  return moved;
}

namespace {
/// reshape(pad(x)) -> pad(reshape(x))
template <typename ReshapeOp>
struct ReshapeBeforePad : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern<ReshapeOp>::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp reshape,
                                PatternRewriter &rewriter) const override {
    std::optional<MovedPad> moved = moveBefore(reshape);
    if (!moved)
      return failure();
    auto pad = reshape.getSrc().template getDefiningOp<tensor::PadOp>();
    auto result = cast<RankedTensorType>(reshape.getResult().getType());
    Value source = ReshapeOp::create(
        rewriter, reshape.getLoc(), result.clone(moved->source),
        pad.getSource(), reshape.getReassociationIndices());
    auto after = tensor::PadOp::create(rewriter, pad.getLoc(), result, source,
                                       moved->low, moved->high,
                                       pad.getConstantPaddingValue());
    after->setAttr(kSourceOpsAttr, sourceOps(pad));
    rewriter.replaceOp(reshape, after.getResult());
    return success();
  }
};

/// Whether the pad's reader is a reshape that will move out of the way.
static bool waitsForReshape(tensor::PadOp pad) {
  if (!pad->hasOneUse())
    return false;
  Operation *reader = *pad->user_begin();
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(reader))
    return moveBefore(expand).has_value();
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(reader))
    return moveBefore(collapse).has_value();
  return false;
}

/// What will be a linalg.generic, of which more can be said.
static bool isNamedOp(Operation *op) {
  return isa<linalg::LinalgOp>(op) && !isa<linalg::GenericOp>(op);
}

struct DecomposePad : OpRewritePattern<tensor::PadOp> {
  explicit DecomposePad(MLIRContext *context)
      : OpRewritePattern(context), upstream(context) {}
  LogicalResult matchAndRewrite(tensor::PadOp pad,
                                PatternRewriter &rewriter) const override {
    if (isWindowPadding(pad) || waitsForReshape(pad) ||
        llvm::any_of(pad->getUsers(), isNamedOp))
      return failure();
    return upstream.matchAndRewrite(pad, rewriter);
  }

private:
  linalg::DecomposePadOpPattern upstream;
};
} // namespace

void tilewright::populatePaddingPatterns(RewritePatternSet &patterns) {
  patterns.add<ReshapeBeforePad<tensor::ExpandShapeOp>,
               ReshapeBeforePad<tensor::CollapseShapeOp>, DecomposePad>(
      patterns.getContext());
}
