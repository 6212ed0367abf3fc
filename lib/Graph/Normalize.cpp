//===- Normalize.cpp - Every tensor op as linalg.generic ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the canonical form all later passes of this layer rely on. Upstream
// patterns generalise ops and move reads of inits to inputs; the patterns here
// bring scalars and filled tensors into bodies. Contractions are exempt: they
// keep two tensor inputs, or they would no longer be contractions.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "HostScalars.h"
#include "Inputs.h"
#include "Provenance.h"
#include "Reduction.h"
#include "Subsets.h"
#include "TmTensorKernels.h"
#include "UnitDims.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Frontend/ElementwiseOp.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_NORMALIZEPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

/// The one value all elements of `value` have, as a constant attribute.
static TypedAttr constantScalar(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return {};
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute)) {
    if (!dense.isSplat())
      return {};
    return dyn_cast<TypedAttr>(dense.getSplatValue<Attribute>());
  }
  if (isa<ElementsAttr>(attribute))
    return {};
  return dyn_cast<TypedAttr>(attribute);
}

/// `op` has a reader for which the filled tensor is data, not an accumulator's
/// start.
static bool isAccumulatorStart(OpOperand &use) {
  auto reader = dyn_cast<linalg::LinalgOp>(use.getOwner());
  return startsScan(use) || (reader && reader.isDpsInit(&use) &&
                             reader.getNumReductionLoops() > 0);
}

namespace {
/// Inputs of elementwise generics whose elements are all one known value.
struct InlineScalarInput : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp generic,
                                PatternRewriter &rewriter) const override {
    for (OpOperand *input : generic.getDpsInputOperands()) {
      Value source = input->get();
      auto fill = source.getDefiningOp<linalg::FillOp>();
      bool isTensor = isa<RankedTensorType>(source.getType());
      if (isTensor && generic.getNumReductionLoops() != 0)
        continue;
      TypedAttr scalar = constantScalar(fill ? fill.value() : source);
      if (!scalar)
        continue;
      rewriter.setInsertionPoint(generic);
      Value constant =
          arith::ConstantOp::create(rewriter, generic.getLoc(), scalar);
      if (fill)
        prependSourceOps(generic, sourceOps(fill));
      dropInput(rewriter, generic, input->getOperandNumber(), constant);
      return success();
    }
    return failure();
  }
};

/// A filled tensor used as data becomes a generic that yields the value.
struct FillToGeneric : OpRewritePattern<linalg::FillOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::FillOp fill,
                                PatternRewriter &rewriter) const override {
    if (fill->getNumResults() != 1 || !constantScalar(fill.value()))
      return failure();
    auto usedAsData = [](OpOperand &use) { return !isAccumulatorStart(use); };
    if (llvm::none_of(fill->getUses(), usedAsData))
      return failure();
    Location loc = fill.getLoc();
    auto type = cast<RankedTensorType>(fill->getResult(0).getType());
    auto generic = createElementwise(
        rewriter, loc, {}, type.getShape(), type.getElementType(),
        [&](OpBuilder &, Location, ValueRange) { return fill.value(); });
    generic->setAttr(kSourceOpsAttr, sourceOps(fill));
    rewriter.replaceUsesWithIf(fill->getResult(0), generic.getResult(0),
                               usedAsData);
    return success();
  }
};

/// Memory that nobody has written, read as data or returned, holds zeros: any
/// value would do, but the simulators stop at reads of none.
struct EmptyToZeros : OpRewritePattern<tensor::EmptyOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::EmptyOp empty,
                                PatternRewriter &rewriter) const override {
    auto type = empty.getType();
    if (!type.hasStaticShape() || type.getNumElements() == 0 ||
        llvm::none_of(empty->getUses(), readsData))
      return failure();
    Location loc = empty.getLoc();
    Value zero = arith::ConstantOp::create(
        rewriter, loc, rewriter.getZeroAttr(type.getElementType()));
    Value memory = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                           type.getElementType());
    auto fill = linalg::FillOp::create(rewriter, loc, zero, memory);
    fill->setAttr(kSourceOpsAttr, ownSource(empty));
    rewriter.replaceUsesWithIf(empty, fill.getResult(0), readsData);
    return success();
  }

private:
  static bool readsData(OpOperand &use) {
    Operation *user = use.getOwner();
    if (auto generic = dyn_cast<GenericOp>(user))
      return generic.isDpsInput(&use) && generic.getNumReductionLoops() == 0 &&
             !generic.getMatchingBlockArgument(&use).use_empty();
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(user))
      return use.get() == insert.getSource();
    return isa<func::ReturnOp, tensor::ExtractOp>(user);
  }
};

/// An init that an elementwise generic does not read is a fresh tensor.
struct FreshInit : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp generic,
                                PatternRewriter &rewriter) const override {
    if (generic.getNumReductionLoops() != 0)
      return failure();
    bool changed = false;
    for (OpOperand &init : generic.getDpsInitsMutable()) {
      auto type = dyn_cast<RankedTensorType>(init.get().getType());
      if (!type || !type.hasStaticShape() ||
          init.get().getDefiningOp<tensor::EmptyOp>() ||
          generic.payloadUsesValueFromOperand(&init))
        continue;
      rewriter.setInsertionPoint(generic);
      Value empty = tensor::EmptyOp::create(
          rewriter, generic.getLoc(), type.getShape(), type.getElementType());
      rewriter.modifyOpInPlace(generic, [&] { init.set(empty); });
      changed = true;
    }
    return success(changed);
  }
};

/// Generalises every named op but the fills that start accumulators.
struct GeneralizeNamedOp : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(linalg::LinalgOp op,
                                PatternRewriter &rewriter) const override {
    if (isa<GenericOp, linalg::FillOp>(op.getOperation()))
      return failure();
    return linalg::generalizeNamedOp(rewriter, op);
  }
};

/// A reduction that starts from a splat constant starts from a fill.
struct SplatInitToFill : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp generic,
                                PatternRewriter &rewriter) const override {
    if (generic.getNumReductionLoops() == 0)
      return failure();
    for (OpOperand &init : generic.getDpsInitsMutable()) {
      TypedAttr scalar = constantScalar(init.get());
      auto type = dyn_cast<RankedTensorType>(init.get().getType());
      if (!scalar || !type)
        continue;
      Location loc = generic.getLoc();
      rewriter.setInsertionPoint(generic);
      Value value = arith::ConstantOp::create(rewriter, loc, scalar);
      Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                            type.getElementType());
      Value fill =
          linalg::FillOp::create(rewriter, loc, value, empty).getResult(0);
      rewriter.modifyOpInPlace(generic, [&] { init.set(fill); });
      return success();
    }
    return failure();
  }
};

/// A reduction that starts from a tensor starts from the neutral element, and
/// the tensor is combined with the result: so all reductions start from
/// constants.
struct StartToCombine : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GenericOp reduction,
                                PatternRewriter &rewriter) const override {
    if (!reduction.hasPureTensorSemantics() ||
        classify(reduction) != WorkKind::Reduction)
      return failure();
    Operation *combiner = reductionCombiner(reduction);
    OpOperand *init = combiner ? reduction.getDpsInitOperand(0) : nullptr;
    std::optional<TypedAttr> neutral =
        combiner ? arith::getNeutralElement(combiner) : std::nullopt;
    auto type = init ? dyn_cast<RankedTensorType>(init->get().getType())
                     : RankedTensorType();
    if (!neutral || !type || !type.hasStaticShape() ||
        init->get().getDefiningOp<linalg::FillOp>() ||
        init->get().getDefiningOp<tensor::EmptyOp>() ||
        constantScalar(init->get()))
      return failure();
    Location loc = reduction.getLoc();
    Value first = init->get();
    rewriter.setInsertionPoint(reduction);
    Value value = arith::ConstantOp::create(rewriter, loc, *neutral);
    Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                          type.getElementType());
    Value fill =
        linalg::FillOp::create(rewriter, loc, value, empty).getResult(0);
    rewriter.modifyOpInPlace(reduction, [&] { init->set(fill); });
    rewriter.setInsertionPointAfter(reduction);
    auto combined =
        createElementwise(rewriter, loc, {first, reduction.getResult(0)},
                          type.getShape(), type.getElementType(),
                          [&](OpBuilder &body, Location, ValueRange values) {
                            IRMapping mapping;
                            mapping.map(combiner->getOperand(0), values[0]);
                            mapping.map(combiner->getOperand(1), values[1]);
                            return body.clone(*combiner, mapping)->getResult(0);
                          });
    combined->setAttr(kSourceOpsAttr, sourceOps(reduction));
    rewriter.replaceAllUsesExcept(reduction.getResult(0), combined.getResult(0),
                                  combined);
    return success();
  }
};

struct SplatToFill : OpRewritePattern<tensor::SplatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::SplatOp splat,
                                PatternRewriter &rewriter) const override {
    auto type = splat.getType();
    if (!type.hasStaticShape())
      return failure();
    Value empty = tensor::EmptyOp::create(
        rewriter, splat.getLoc(), type.getShape(), type.getElementType());
    rewriter.replaceOpWithNewOp<linalg::FillOp>(splat, splat.getInput(), empty);
    return success();
  }
};

/// Assertions inside bodies: see the pass description.
struct EraseAssertInBody : OpRewritePattern<cf::AssertOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(cf::AssertOp assertion,
                                PatternRewriter &rewriter) const override {
    if (!assertion->getParentOfType<GenericOp>())
      return failure();
    rewriter.eraseOp(assertion);
    return success();
  }
};

struct NormalizePass : tilewright::impl::NormalizePassBase<NormalizePass> {
  using NormalizePassBase::NormalizePassBase;
  void runOnOperation() override {
    recordSourceOps(getOperation());
    if (failed(applyGraphPatterns(getOperation(), patterns())))
      return signalPassFailure();
    liftHostScalars(getOperation());
    dropUnitLoops(getOperation());
    if (failed(applyGraphPatterns(getOperation(), patterns())))
      return signalPassFailure();
    // Ops on tensors became scalar ops in bodies with all their attributes.
    getOperation().walk([](GenericOp generic) {
      for (Operation &op : *generic.getBody())
        op.removeAttr(kSourceOpsAttr);
    });
  }

private:
  RewritePatternSet patterns() {
    RewritePatternSet patterns(&getContext());
    patterns.add<InlineScalarInput, FillToGeneric, FreshInit, GeneralizeNamedOp,
                 SplatInitToFill, StartToCombine, SplatToFill, EmptyToZeros,
                 EraseAssertInBody>(&getContext());
    linalg::populateElementwiseToLinalgConversionPatterns(patterns);
    linalg::populateMoveInitOperandsToInputPattern(patterns);
    // x^3 is two products, not a call of pow.
    math::populateExpansionPatterns(patterns, {"fpowi"});
    populateUnusedInputPatterns(patterns);
    populateSubsetPatterns(patterns);
    populateTmTensorPatterns(patterns);
    populateUnitResultPatterns(patterns);
    populateContractionPatterns(patterns);
    return patterns;
  }
};
} // namespace
