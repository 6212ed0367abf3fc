//===- AffineGathers.cpp - Indirect reads at affine coordinates -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the step from a tensor.extract whose indices are functions of the loops
// to an input with an indexing map: flips, diagonals, sliding windows, nearest
// neighbours reach this layer as indirect reads and are none.
//
//===----------------------------------------------------------------------===//

#include "AccessLedger.h"
#include "AffineRanges.h"
#include "Contraction.h"
#include "CoordinateValue.h"
#include "Inputs.h"
#include "Provenance.h"
#include "Views.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_AFFINEGATHERSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

/// The access of `gather`, when it is affine and stays inside the tensor.
static AffineMap mapOf(GenericOp generic, tensor::ExtractOp gather) {
  auto type = dyn_cast<RankedTensorType>(gather.getTensor().getType());
  if (!type || !type.hasStaticShape())
    return {};
  SmallVector<int64_t> extents = generic.getStaticLoopRanges();
  SmallVector<AffineExpr> exprs;
  for (auto [index, size] :
       llvm::zip_equal(gather.getIndices(), type.getShape())) {
    AffineExpr expr = coordinateExpr(generic, index);
    std::optional<ExprRange> range =
        expr ? rangeOf(expr, extents) : std::nullopt;
    if (!range || range->min < 0 || range->max >= size)
      return {};
    exprs.push_back(expr);
  }
  return AffineMap::get(generic.getNumLoops(), 0, exprs, generic.getContext());
}

/// Whether the expression is a loop alone, or becomes one when loops are split.
static bool isOneLoop(AffineExpr expr) {
  auto quotient = dyn_cast<AffineBinaryOpExpr>(expr);
  return isa<AffineDimExpr>(expr) ||
         (quotient && expr.getKind() == AffineExprKind::FloorDiv);
}

/// `tensor`, or the part of it that `map` reads, where the map's result is a
/// loop alone: linalg wants such a dimension read from end to end.
static Value coveredPart(PatternRewriter &rewriter, GenericOp generic,
                         Value tensor, AffineMap map) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> extents = generic.getStaticLoopRanges(),
                       sizes(type.getShape());
  for (auto [dim, expr] : llvm::enumerate(map.getResults()))
    if (isOneLoop(expr))
      sizes[dim] = rangeOf(expr, extents)->max + 1;
  if (ArrayRef<int64_t>(sizes) == type.getShape())
    return tensor;
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(generic);
  SmallVector<int64_t> offsets(type.getRank(), 0), strides(type.getRank(), 1);
  auto part = tensor::ExtractSliceOp::create(
      rewriter, generic.getLoc(), tensor,
      getAsIndexOpFoldResult(generic.getContext(), offsets),
      getAsIndexOpFoldResult(generic.getContext(), sizes),
      getAsIndexOpFoldResult(generic.getContext(), strides));
  part->setAttr(kSourceOpsAttr, sourceOps(generic));
  return part;
}

namespace {
struct GatherToInput : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp generic,
                                PatternRewriter &rewriter) const override {
    if (!generic.hasPureTensorSemantics() ||
        classify(generic) != WorkKind::Elementwise ||
        llvm::any_of(generic.getStaticLoopRanges(), ShapedType::isDynamic))
      return failure();
    for (auto gather : generic.getBody()->getOps<tensor::ExtractOp>()) {
      Value tensor = gather.getTensor();
      if (generic.getRegion().isAncestor(tensor.getParentRegion()))
        continue;
      AffineMap map = mapOf(generic, gather);
      if (!map)
        continue;
      recordFolded(generic, sourceOps(generic), map);
      tensor = coveredPart(rewriter, generic, tensor, map);
      rewriter.modifyOpInPlace(generic, [&] {
        unsigned number = generic.getNumDpsInputs();
        BlockArgument element = generic.getBody()->insertArgument(
            number, gather.getType(), gather.getLoc());
        SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
        maps.insert(maps.begin() + number, map);
        generic.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
        generic.getInputsMutable().append(tensor);
        rewriter.replaceOp(gather, element);
      });
      return success();
    }
    return failure();
  }
};

struct AffineGathersPass
    : tilewright::impl::AffineGathersPassBase<AffineGathersPass> {
  using AffineGathersPassBase::AffineGathersPassBase;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<GatherToInput>(&getContext());
    // What became a view is one for its readers too.
    populateViewFoldingPatterns(patterns);
    populateUnusedInputPatterns(patterns); // constant indices
    if (failed(applyGraphPatterns(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
