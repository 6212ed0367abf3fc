//===- FoldViews.cpp - Views become indexing maps -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the removal of data movement that a DMA descriptor expresses for free.
// Every rewrite only changes operands and maps, never a body, except the one
// that recognises a contraction written as product and sum. Reshapes move first
// by collapsing loops, then by splitting them: two separate fixed points.
//
//===----------------------------------------------------------------------===//

#include "AccessLedger.h"
#include "AffineRanges.h"
#include "Contraction.h"
#include "Provenance.h"
#include "Subsets.h"
#include "UnitDims.h"
#include "Views.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Frontend/ElementwiseOp.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_FOLDVIEWSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

static bool isReshape(Operation *op) {
  return isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op);
}

static void setMap(GenericOp generic, unsigned operand, AffineMap map) {
  SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
  maps[operand] = map;
  generic.setIndexingMapsAttr(
      Builder(generic.getContext()).getAffineMapArrayAttr(maps));
}

/// The loops that index some operand alone.
static llvm::SmallBitVector coveredLoops(ArrayRef<AffineMap> maps,
                                         unsigned loops) {
  llvm::SmallBitVector covered(loops);
  for (AffineMap map : maps)
    for (AffineExpr result : map.getResults())
      if (auto dim = dyn_cast<AffineDimExpr>(result))
        covered.set(dim.getPosition());
  return covered;
}

/// Whether every loop of `generic` still has an extent when `operand` is read
/// through `map`: some operand must be indexed by it alone. Where a reduction
/// had such an input it must keep one, so that each loop keeps its role.
static bool coversLoops(GenericOp generic, unsigned operand, AffineMap map) {
  unsigned loops = generic.getNumLoops(), inputs = generic.getNumDpsInputs();
  SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
  llvm::SmallBitVector before =
      coveredLoops(ArrayRef(maps).take_front(inputs), loops);
  maps[operand] = map;
  if (!coveredLoops(maps, loops).all())
    return false;
  if (generic.getNumReductionLoops() == 0)
    return true;
  llvm::SmallBitVector after =
      coveredLoops(ArrayRef(maps).take_front(inputs), loops);
  return !before.test(after); // nothing in `before` that `after` lacks
}

/// Whether a contraction would read fewer of its reduction loops through `map`:
/// a factor that repeats along one is copied, or it would be no matrix product.
static bool losesReduction(GenericOp generic, unsigned operand, AffineMap map) {
  if (classify(generic) != WorkKind::Contraction)
    return false;
  AffineMap before = generic.getIndexingMapsArray()[operand];
  auto iterators = generic.getIteratorTypesArray();
  for (auto [loop, iterator] : llvm::enumerate(iterators))
    if (iterator == utils::IteratorType::reduction &&
        before.isFunctionOfDim(loop) && !map.isFunctionOfDim(loop))
      return true;
  return false;
}

namespace {
/// consumer(view(x)) -> consumer(x) with the view in the consumer's map.
struct FoldViewIntoConsumer : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp consumer,
                                PatternRewriter &rewriter) const override {
    for (OpOperand *input : consumer.getDpsInputOperands()) {
      auto view = input->get().getDefiningOp<GenericOp>();
      if (!view || !isa<RankedTensorType>(input->get().getType()))
        continue;
      int forwarded = forwardedInput(view);
      if (forwarded < 0)
        continue;
      OpOperand *source = view.getDpsInputOperand(forwarded);
      AffineMap written = view.getIndexingMapsArray().back();
      if (!written.isPermutation())
        continue;
      AffineMap map = view.getMatchingIndexingMap(source)
                          .compose(inversePermutation(written))
                          .compose(consumer.getMatchingIndexingMap(input));
      map = simplifyInRange(map, consumer.getStaticLoopRanges());
      unsigned number = input->getOperandNumber();
      if (!isReadable(consumer, map) || !coversLoops(consumer, number, map) ||
          losesReduction(consumer, number, map))
        continue;
      recordFolded(consumer, sourceOps(view), map);
      prependSourceOps(consumer, sourceOps(view));
      rewriter.modifyOpInPlace(consumer, [&] {
        input->set(source->get());
        setMap(consumer, number, map);
      });
      return success();
    }
    return failure();
  }
};

/// transpose(contraction) -> contraction that writes transposed, when nothing
/// else reads its result.
struct FoldTransposeIntoResult : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp view,
                                PatternRewriter &rewriter) const override {
    int forwarded = forwardedInput(view);
    if (forwarded < 0 || view.getNumDpsInputs() != 1)
      return failure();
    auto producer =
        view.getDpsInputOperand(forwarded)->get().getDefiningOp<GenericOp>();
    if (!producer || !producer->hasOneUse() || producer.getNumDpsInits() != 1 ||
        producer.getNumReductionLoops() == 0)
      return failure();
    AffineMap read = view.getIndexingMapsArray().front();
    AffineMap written = view.getIndexingMapsArray().back();
    if (!read.isPermutation() || !written.isPermutation())
      return failure();
    // The accumulator starts from a fill, which has any shape, or is a tensor
    // that would have to be transposed itself.
    auto fill =
        producer.getDpsInitOperand(0)->get().getDefiningOp<linalg::FillOp>();
    if (!fill)
      return failure();

    Location loc = producer.getLoc();
    auto type = cast<RankedTensorType>(view.getResult(0).getType());
    rewriter.setInsertionPoint(producer);
    Value empty = tensor::EmptyOp::create(
        rewriter, fill.getLoc(), type.getShape(), type.getElementType());
    auto start =
        linalg::FillOp::create(rewriter, fill.getLoc(), fill.value(), empty);
    start->setAttr(kSourceOpsAttr, sourceOps(fill));
    SmallVector<AffineMap> maps = producer.getIndexingMapsArray();
    // tensor index of the view <- its loops <- index of the producer's result
    maps.back() =
        written.compose(inversePermutation(read)).compose(maps.back());
    auto fused = GenericOp::create(rewriter, loc, type, producer.getInputs(),
                                   start.getResult(0), maps,
                                   producer.getIteratorTypesArray());
    fused->setAttr(kSourceOpsAttr,
                   mergeSourceOps(sourceOps(producer), sourceOps(view)));
    rewriter.inlineRegionBefore(producer.getRegion(), fused.getRegion(),
                                fused.getRegion().begin());
    rewriter.replaceOp(view, fused->getResults());
    rewriter.eraseOp(producer);
    return success();
  }
};

/// Result expressions `0` of input maps: a unit dimension is indexed by a loop
/// of extent 1 if one is free, or dropped from the operand by a collapse_shape.
struct FoldUnitDims : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp generic,
                                PatternRewriter &rewriter) const override {
    for (OpOperand *input : generic.getDpsInputOperands()) {
      AffineMap map = generic.getMatchingIndexingMap(input);
      auto type = dyn_cast<RankedTensorType>(input->get().getType());
      auto isUnit = [&](auto pair) {
        return isZero(std::get<0>(pair)) && std::get<1>(pair) == 1;
      };
      if (!type ||
          llvm::none_of(llvm::zip(map.getResults(), type.getShape()), isUnit))
        continue;
      rewrite(generic, input, map, type, rewriter);
      return success();
    }
    return failure();
  }

private:
  /// Other constants are offsets, not unit dimensions.
  static bool isZero(AffineExpr expr) {
    auto constant = dyn_cast<AffineConstantExpr>(expr);
    return constant && constant.getValue() == 0;
  }
  static void rewrite(GenericOp generic, OpOperand *input, AffineMap map,
                      RankedTensorType type, PatternRewriter &rewriter) {
    SmallVector<int64_t, 4> extents = generic.getStaticLoopRanges();
    llvm::SmallBitVector used(map.getNumDims());
    for (unsigned dim = 0; dim < map.getNumDims(); ++dim)
      if (map.isFunctionOfDim(dim))
        used.set(dim);
    SmallVector<AffineExpr> kept;
    SmallVector<ReassociationIndices> groups;
    ReassociationIndices leading; // dropped dimensions before the first kept
    for (auto [position, result] : llvm::enumerate(map.getResults())) {
      AffineExpr expr = result;
      if (isZero(expr) && type.getDimSize(position) == 1)
        expr = takeUnitLoop(extents, used, generic.getContext());
      if (!expr) {
        (groups.empty() ? leading : groups.back()).push_back(position);
        continue;
      }
      kept.push_back(expr);
      groups.push_back(std::move(leading));
      leading.clear();
      groups.back().push_back(position);
    }
    AffineMap newMap =
        AffineMap::get(map.getNumDims(), 0, kept, generic.getContext());
    Value operand = input->get();
    if (kept.size() != map.getNumResults()) {
      rewriter.setInsertionPoint(generic);
      SmallVector<int64_t> shape;
      for (ReassociationIndices &group : groups) {
        int64_t extent = 1;
        for (int64_t dim : group)
          extent *= type.getDimSize(dim);
        shape.push_back(extent);
      }
      operand = tensor::CollapseShapeOp::create(
          rewriter, generic.getLoc(), type.clone(shape), operand, groups);
    }
    rewriter.modifyOpInPlace(generic, [&] {
      input->set(operand);
      setMap(generic, input->getOperandNumber(), newMap);
    });
  }

  /// The first loop of extent 1 that the map does not use yet, or null.
  static AffineExpr takeUnitLoop(ArrayRef<int64_t> extents,
                                 llvm::SmallBitVector &used,
                                 MLIRContext *context) {
    for (auto [dim, extent] : llvm::enumerate(extents))
      if (extent == 1 && !used.test(dim)) {
        used.set(dim);
        return getAffineDimExpr(dim, context);
      }
    return {};
  }
};

/// Unit dimensions of a view next to a reshape join the reshape: what moves
/// only them is no movement at all, and the rest has fewer loops.
struct DropUnitDimsOfView : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp view,
                                PatternRewriter &rewriter) const override {
    int forwarded = forwardedInput(view);
    if (forwarded < 0 || !llvm::is_contained(view.getStaticLoopRanges(), 1))
      return failure();
    Operation *source =
        view.getDpsInputOperand(forwarded)->get().getDefiningOp();
    if (!isReshape(source) && llvm::none_of(view->getUsers(), isReshape))
      return failure();
    linalg::ControlDropUnitDims control = unitDimControl();
    FailureOr<linalg::DropUnitDimsResult> dropped =
        linalg::dropUnitDims(rewriter, view, control);
    if (failed(dropped))
      return failure();
    dropped->resultOp->setAttr(kSourceOpsAttr, sourceOps(view));
    rewriter.replaceOp(view, dropped->replacements);
    return success();
  }
};

/// reshape(reshape(x)) -> one reshape, or x: static shapes leave no doubt about
/// which elements meet, whatever the groups in between were.
template <typename Reshape> struct MergeReshapes : OpRewritePattern<Reshape> {
  using OpRewritePattern<Reshape>::OpRewritePattern;
  LogicalResult matchAndRewrite(Reshape reshape,
                                PatternRewriter &rewriter) const override {
    Operation *first = reshape.getSrc().getDefiningOp();
    if (!isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(first))
      return failure();
    Value source = first->getOperand(0);
    auto from = cast<RankedTensorType>(source.getType());
    auto to = cast<RankedTensorType>(reshape.getType());
    if (!from.hasStaticShape() || !to.hasStaticShape())
      return failure();
    if (from == to) {
      rewriter.replaceOp(reshape, source);
      return success();
    }
    auto groups = getReassociationIndicesForReshape(from, to);
    if (from.getRank() == to.getRank() || !groups)
      return failure();
    if (from.getRank() < to.getRank())
      rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(reshape, to, source,
                                                         *groups);
    else
      rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(reshape, to, source,
                                                           *groups);
    return success();
  }
};

/// sum(x * w) -> contraction, when x and w differ in shape: with equal shapes
/// there is nothing to reuse and it is better left to the vector lanes.
struct ProductSumToContraction : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp sum,
                                PatternRewriter &rewriter) const override {
    if (sum.getNumReductionLoops() == 0 || sum.getNumDpsInputs() != 1)
      return failure();
    OpOperand *input = sum.getDpsInputOperand(0);
    auto product = input->get().getDefiningOp<GenericOp>();
    if (!product || !product->hasOneUse() || product.getNumDpsInputs() != 2 ||
        product.getIndexingMapsArray()[0].getNumResults() ==
            product.getIndexingMapsArray()[1].getNumResults() ||
        !yieldsProduct(product) || !addsToAccumulator(sum) ||
        !linalg::areElementwiseOpsFusable(input))
      return failure();
    FailureOr<linalg::ElementwiseOpFusionResult> fused =
        linalg::fuseElementwiseOps(rewriter, input);
    if (failed(fused))
      return failure();
    fused->fusedOp->setAttr(kSourceOpsAttr,
                            mergeSourceOps(sourceOps(product), sourceOps(sum)));
    rewriter.replaceOp(sum, fused->replacements.lookup(sum->getResult(0)));
    return success();
  }

private:
  static bool yieldsProduct(GenericOp product) {
    auto yield = cast<linalg::YieldOp>(product.getBody()->getTerminator());
    Operation *value = yield.getOperand(0).getDefiningOp();
    return isa_and_nonnull<arith::MulFOp, arith::MulIOp>(value) &&
           &product.getBody()->front() == value &&
           value->getNextNode() == yield;
  }
  static bool addsToAccumulator(GenericOp sum) {
    auto yield = cast<linalg::YieldOp>(sum.getBody()->getTerminator());
    Operation *value = yield.getOperand(0).getDefiningOp();
    return isa_and_nonnull<arith::AddFOp, arith::AddIOp>(value) &&
           &sum.getBody()->front() == value && value->getNextNode() == yield &&
           value->getOperand(0) != value->getOperand(1);
  }
};

/// contraction(bias broadcast to the result) -> contraction from zero, plus the
/// bias: so the broadcast is never stored.
struct BroadcastInitToSum : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp contraction,
                                PatternRewriter &rewriter) const override {
    if (classify(contraction) != WorkKind::Contraction)
      return failure();
    OpOperand *init = contraction.getDpsInitOperand(0);
    auto view = init->get().getDefiningOp<GenericOp>();
    int forwarded = view ? forwardedInput(view) : -1;
    if (forwarded < 0 ||
        view.getMatchingIndexingMap(view.getDpsInputOperand(forwarded))
            .isPermutation())
      return failure();
    Location loc = contraction.getLoc();
    auto type = cast<RankedTensorType>(init->get().getType());
    bool isFloat = isa<FloatType>(type.getElementType());
    Value zero = arith::ConstantOp::create(
        rewriter, loc, rewriter.getZeroAttr(type.getElementType()));
    Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                          type.getElementType());
    Value start =
        linalg::FillOp::create(rewriter, loc, zero, empty).getResult(0);
    rewriter.setInsertionPointAfter(contraction);
    auto sum = createElementwise(
        rewriter, loc, {contraction.getResult(0), init->get()}, type.getShape(),
        type.getElementType(),
        [&](OpBuilder &body, Location loc, ValueRange values) -> Value {
          if (isFloat)
            return arith::AddFOp::create(body, loc, values[0], values[1]);
          return arith::AddIOp::create(body, loc, values[0], values[1]);
        });
    rewriter.modifyOpInPlace(contraction, [&] { init->set(start); });
    rewriter.replaceAllUsesExcept(contraction.getResult(0), sum.getResult(0),
                                  sum);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

static bool isView(Operation *op) {
  auto generic = dyn_cast_or_null<GenericOp>(op);
  return generic && forwardedInput(generic) >= 0;
}

static bool isContraction(Operation *op) {
  auto generic = dyn_cast_or_null<GenericOp>(op);
  return generic && classify(generic) == WorkKind::Contraction;
}

/// Whether a reshape splits or joins dimensions of more than one element; one
/// that only adds or drops unit dimensions is nothing to compute in parts.
static bool hasParts(ArrayRef<int64_t> larger,
                     ArrayRef<ReassociationIndices> groups) {
  return llvm::any_of(groups, [&](const ReassociationIndices &group) {
    return llvm::count_if(group,
                          [&](int64_t dim) { return larger[dim] != 1; }) > 1;
  });
}

/// A view of a contraction's only use, perhaps behind a reshape: the
/// contraction can write in the view's order.
static bool ordersResult(GenericOp view) {
  Value source = view.getDpsInputOperand(forwardedInput(view))->get();
  if (auto expand = source.getDefiningOp<tensor::ExpandShapeOp>();
      expand && source.hasOneUse())
    source = expand.getSrc();
  return source.hasOneUse() && isContraction(source.getDefiningOp());
}

/// Whether the producer of an expanded tensor should compute the parts:
///  * a view does, to be folded into its consumers;
///  * a contraction does for a view, which orders its result, and for the
///    elementwise op that alone reads it (an epilogue);
///  * any other producer does for a view that would have to be a copy.
static bool expandsProducer(tensor::ExpandShapeOp expand) {
  Operation *producer = expand.getSrc().getDefiningOp();
  if (!hasParts(expand.getResultType().getShape(),
                expand.getReassociationIndices()))
    return false;
  if (isView(producer))
    return true;
  if (!expand.getSrc().hasOneUse())
    return false;
  if (isContraction(producer)) {
    if (!expand->hasOneUse())
      return false;
    auto reader = dyn_cast<GenericOp>(*expand->user_begin());
    return reader && reader.getNumReductionLoops() == 0;
  }
  return llvm::all_of(expand->getUsers(), [](Operation *user) {
    return isView(user) &&
           !llvm::all_of(user->getUsers(), [](Operation *reader) {
             return isa<GenericOp>(reader) || isReshape(reader);
           });
  });
}

/// Whether the loops of a generic should be split because of a reshape next to
/// it that collapsing could not move. A consumer takes the parts to fold a
/// view, or to be computed together with its producer.
static bool expandsLoops(OpOperand *operand) {
  Operation *owner = operand->getOwner();
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(owner))
    return expandsProducer(expand);
  auto consumer = dyn_cast<GenericOp>(owner);
  auto collapse = operand->get().getDefiningOp<tensor::CollapseShapeOp>();
  if (!consumer || !collapse ||
      !hasParts(collapse.getSrcType().getShape(),
                collapse.getReassociationIndices()))
    return false;
  auto producer = collapse.getSrc().getDefiningOp<GenericOp>();
  if (!producer)
    return false;
  if (!isContraction(consumer))
    return true;
  if (isView(producer))
    return !ordersResult(producer);
  return classify(producer) == WorkKind::Elementwise && producer->hasOneUse() &&
         collapse->hasOneUse();
}

/// Collapsing moves a reshape away from between two generics. Where one side is
/// an argument, a constant or a result of the function it gains nothing; and
/// behind a pad it would be moved before it again (ReshapeBeforePad).
static bool enablesFusion(OpOperand *operand) {
  if (isa<tensor::PadOp>(operand->getOwner()))
    return false;
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(operand->getOwner()))
    return operand->get().hasOneUse() &&
           llvm::any_of(collapse->getUsers(), llvm::IsaPred<GenericOp>);
  auto expand = operand->get().getDefiningOp<tensor::ExpandShapeOp>();
  return expand && expand.getSrc().getDefiningOp<GenericOp>();
}

} // namespace

void tilewright::populateViewFoldingPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldViewIntoConsumer>(patterns.getContext());
}

namespace {
struct FoldViewsPass : tilewright::impl::FoldViewsPassBase<FoldViewsPass> {
  using FoldViewsPassBase::FoldViewsPassBase;
  void runOnOperation() override {
    ModuleOp module = getOperation();
    RewritePatternSet collapsing = patterns();
    linalg::populateFoldReshapeOpsByCollapsingPatterns(collapsing,
                                                       enablesFusion);
    if (failed(applyGraphPatterns(module, std::move(collapsing))))
      return signalPassFailure();
    // The other direction comes afterwards: together they would not end.
    RewritePatternSet expanding = patterns();
    linalg::populateFoldReshapeOpsByExpansionPatterns(expanding, expandsLoops);
    if (failed(applyGraphPatterns(module, std::move(expanding))))
      return signalPassFailure();
    dropUnitLoops(module);
    if (failed(applyGraphPatterns(module, patterns())))
      signalPassFailure();
  }

private:
  RewritePatternSet patterns() {
    RewritePatternSet patterns(&getContext());
    populateViewFoldingPatterns(patterns);
    patterns.add<FoldTransposeIntoResult, FoldUnitDims, DropUnitDimsOfView,
                 MergeReshapes<tensor::ExpandShapeOp>,
                 MergeReshapes<tensor::CollapseShapeOp>,
                 ProductSumToContraction, BroadcastInitToSum>(&getContext());
    populateSubsetPatterns(patterns);
    return patterns;
  }
};
} // namespace
