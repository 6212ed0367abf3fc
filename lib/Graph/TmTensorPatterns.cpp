//===- TmTensorPatterns.cpp - Canonical scans and selections --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the rewrites of togsim-normalize for tm_tensor ops. There is one form of
// sorting afterwards, tm_tensor.topk, which selects all elements when the whole
// order is wanted; what a sort permutes besides the keys is gathered by the
// positions it gives.
//
//===----------------------------------------------------------------------===//

#include "TmTensorKernels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"
#include "tilewright/Frontend/ElementwiseOp.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::tm_tensor;
using linalg::GenericOp;

bool tilewright::startsScan(OpOperand &use) {
  auto scan = dyn_cast<ScanOp>(use.getOwner());
  return scan && !scan.getInclusive() && &use == &scan.getCarryMutable();
}

namespace {
/// A destination whose contents do not matter is an empty tensor.
template <typename Op> struct EmptyInits : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    bool changed = false;
    for (OpOperand &init : op.getDpsInitsMutable()) {
      auto type = cast<RankedTensorType>(init.get().getType());
      if (startsScan(init) || !type.hasStaticShape() ||
          init.get().template getDefiningOp<tensor::EmptyOp>())
        continue;
      Value empty = tensor::EmptyOp::create(
          rewriter, op.getLoc(), type.getShape(), type.getElementType());
      rewriter.modifyOpInPlace(op, [&] { init.set(empty); });
      changed = true;
    }
    return success(changed);
  }
};
} // namespace

/// Whether `tensor` holds, in every element, its coordinate along `dimension`.
static bool holdsPositions(Value tensor, int64_t dimension) {
  auto generic = tensor.getDefiningOp<GenericOp>();
  if (!generic || generic.getNumDpsInputs() != 0 ||
      generic.getNumReductionLoops() != 0 || generic.getNumResults() != 1 ||
      !generic.getIndexingMapsArray().front().isIdentity())
    return false;
  auto yield = cast<linalg::YieldOp>(generic.getBody()->getTerminator());
  auto cast = yield.getOperand(0).getDefiningOp<arith::IndexCastOp>();
  auto index =
      cast ? cast.getIn().getDefiningOp<linalg::IndexOp>() : linalg::IndexOp();
  return index && int64_t(index.getDim()) == dimension;
}

/// `payload` read at `positions` along `dimension`.
static Value gatherRow(PatternRewriter &rewriter, Location loc, Value payload,
                       Value positions, int64_t dimension) {
  auto type = cast<RankedTensorType>(positions.getType());
  return createElementwise(
             rewriter, loc, positions, type.getShape(),
             getElementTypeOrSelf(payload.getType()),
             [&](OpBuilder &body, Location loc, ValueRange values) -> Value {
               SmallVector<Value> at;
               for (int64_t d = 0; d < type.getRank(); ++d)
                 at.push_back(
                     d == dimension
                         ? Value(arith::IndexCastOp::create(
                               body, loc, body.getIndexType(), values[0]))
                         : linalg::IndexOp::create(body, loc, d));
               return tensor::ExtractOp::create(body, loc, payload, at);
             })
      .getResult(0);
}

/// Moves the comparator of a sort into the region of a selection.
static void copyComparator(OpBuilder &builder, Region &from, Region &to,
                           Type element, Location loc) {
  Block *body = builder.createBlock(&to, {}, {element, element}, {loc, loc});
  Block &source = from.front();
  IRMapping mapping;
  mapping.map(source.getArguments().take_front(2), body->getArguments());
  Operation *compare = builder.clone(source.front(), mapping);
  YieldOp::create(builder, loc, compare->getResults());
}

namespace {
struct SortToTopk : OpRewritePattern<SortOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SortOp sort,
                                PatternRewriter &rewriter) const override {
    Location loc = sort.getLoc();
    int64_t dimension = sort.getDimension();
    Value keys = sort.getOutputs().front();
    auto type = cast<RankedTensorType>(keys.getType());
    if (!type.hasStaticShape())
      return rewriter.notifyMatchFailure(sort, "has a dynamic shape");
    if (type.getDimSize(dimension) == 1) {
      rewriter.replaceOp(sort, sort.getOutputs());
      return success();
    }
    // Positions have the type in which they are wanted.
    Type positionType = rewriter.getI32Type();
    for (Value payload : sort.getOutputs().drop_front())
      if (holdsPositions(payload, dimension))
        positionType = getElementTypeOrSelf(payload.getType());
    auto empty = [&](Type element) -> Value {
      return tensor::EmptyOp::create(rewriter, loc, type.getShape(), element);
    };
    Value values = empty(type.getElementType()),
          positions = empty(positionType);
    auto topk =
        TopkOp::create(rewriter, loc, values.getType(), positions.getType(),
                       keys, Value(), values, positions, dimension);
    {
      OpBuilder::InsertionGuard guard(rewriter);
      copyComparator(rewriter, sort.getRegion(), topk.getRegion(),
                     type.getElementType(), loc);
    }
    SmallVector<Value> results = {topk.getValues()};
    for (Value payload : sort.getOutputs().drop_front())
      results.push_back(holdsPositions(payload, dimension) &&
                                payload.getType() == positions.getType()
                            ? topk.getPositions()
                            : gatherRow(rewriter, loc, payload,
                                        topk.getPositions(), dimension));
    rewriter.replaceOp(sort, results);
    return success();
  }
};

/// A selection of which only the beginning is read selects no more.
struct NarrowTopk : OpRewritePattern<TopkOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TopkOp topk,
                                PatternRewriter &rewriter) const override {
    int64_t dimension = topk.getDimension();
    auto type = topk.getValues().getType();
    int64_t wanted = 0;
    SmallVector<tensor::ExtractSliceOp> slices;
    for (Operation *user : topk->getUsers()) {
      auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
      if (!slice || slice.getType().getRank() != type.getRank() ||
          !slice.hasUnitStride() || !slice.hasZeroOffset())
        return failure();
      for (int64_t d = 0; d < type.getRank(); ++d)
        if (d != dimension && slice.getStaticSize(d) != type.getDimSize(d))
          return failure();
      int64_t size = slice.getStaticSize(dimension);
      if (ShapedType::isDynamic(size))
        return failure();
      wanted = std::max(wanted, size);
      slices.push_back(slice);
    }
    if (slices.empty() || wanted == type.getDimSize(dimension))
      return failure();
    SmallVector<int64_t> shape(type.getShape());
    shape[dimension] = wanted;
    auto empty = [&](Value old) -> Value {
      return tensor::EmptyOp::create(rewriter, topk.getLoc(), shape,
                                     getElementTypeOrSelf(old.getType()));
    };
    Value values = empty(topk.getValues()),
          positions = empty(topk.getPositions());
    auto narrow = TopkOp::create(
        rewriter, topk.getLoc(), values.getType(), positions.getType(),
        topk.getInput(), topk.getIndices(), values, positions, dimension);
    narrow->setDiscardableAttrs(topk->getDiscardableAttrDictionary());
    rewriter.inlineRegionBefore(topk.getRegion(), narrow.getRegion(),
                                narrow.getRegion().begin());
    for (tensor::ExtractSliceOp slice : slices) {
      Value source = slice.getSource() == topk.getValues()
                         ? narrow.getValues()
                         : narrow.getPositions();
      if (slice.getStaticSize(dimension) == wanted)
        rewriter.replaceOp(slice, source);
      else
        rewriter.modifyOpInPlace(
            slice, [&] { slice.getSourceMutable().assign(source); });
    }
    rewriter.eraseOp(topk);
    return success();
  }
};
} // namespace

void tilewright::populateTmTensorPatterns(RewritePatternSet &patterns) {
  patterns.add<EmptyInits<ScanOp>, EmptyInits<TopkOp>, SortToTopk, NarrowTopk>(
      patterns.getContext());
}
