//===- UnitDims.cpp - Dimensions of extent 1 ------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "UnitDims.h"
#include "Contraction.h"
#include "Provenance.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

/// Groups that leave out the dimensions for which `dropped` is set, which have
/// extent 1: each joins a kept neighbour. Empty when none is kept.
static SmallVector<ReassociationIndices>
groupsWithout(const llvm::SmallBitVector &dropped) {
  SmallVector<ReassociationIndices> groups;
  ReassociationIndices leading;
  for (unsigned dim = 0; dim < dropped.size(); ++dim) {
    if (dropped.test(dim)) {
      (groups.empty() ? leading : groups.back()).push_back(dim);
      continue;
    }
    groups.push_back(std::move(leading));
    leading.clear();
    groups.back().push_back(dim);
  }
  return groups;
}

namespace {
/// How one result of a generic loses the dimensions written at a constant 0.
struct SmallerResult {
  RankedTensorType type;                    ///< without the dimensions
  AffineMap map;                            ///< likewise
  SmallVector<ReassociationIndices> groups; ///< of the reshapes
};

/// Results with dimensions written at a constant 0 (of reductions that keep
/// their dimensions, of columns of positions) lose them; reshapes bring them
/// back.
struct DropUnitResultDims : OpRewritePattern<GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  static SmallerResult smaller(AffineMap map, RankedTensorType type) {
    llvm::SmallBitVector dropped(map.getNumResults());
    SmallVector<AffineExpr> kept;
    SmallVector<int64_t> shape;
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      auto constant = dyn_cast<AffineConstantExpr>(expr);
      if (constant && constant.getValue() == 0 && type.getDimSize(dim) == 1) {
        dropped.set(dim);
        continue;
      }
      kept.push_back(expr);
      shape.push_back(type.getDimSize(dim));
    }
    if (dropped.none())
      return {type, map, {}};
    return {cast<RankedTensorType>(type.clone(shape)),
            AffineMap::get(map.getNumDims(), 0, kept, map.getContext()),
            groupsWithout(dropped)};
  }

  LogicalResult matchAndRewrite(GenericOp generic,
                                PatternRewriter &rewriter) const override {
    if (!generic.hasPureTensorSemantics())
      return failure();
    SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
    const unsigned inputs = generic.getNumDpsInputs();
    SmallVector<SmallerResult> results;
    bool changes = false;
    for (auto [i, type] : llvm::enumerate(generic.getResultTypes())) {
      results.push_back(
          smaller(maps[inputs + i], cast<RankedTensorType>(type)));
      changes |= results.back().map != maps[inputs + i];
    }
    if (!changes)
      return failure();
    Location loc = generic.getLoc();
    SmallVector<Type> types;
    SmallVector<Value> inits;
    for (auto [i, result] : llvm::enumerate(results)) {
      Value init = generic.getDpsInitOperand(i)->get();
      if (result.map != maps[inputs + i])
        init = tensor::CollapseShapeOp::create(rewriter, loc, result.type, init,
                                               result.groups);
      maps[inputs + i] = result.map;
      inits.push_back(init);
      types.push_back(result.type);
    }
    auto replacement =
        GenericOp::create(rewriter, loc, types, generic.getInputs(), inits,
                          maps, generic.getIteratorTypesArray());
    replacement->setAttr(kSourceOpsAttr, sourceOps(generic));
    rewriter.inlineRegionBefore(generic.getRegion(), replacement.getRegion(),
                                replacement.getRegion().begin());
    SmallVector<Value> whole;
    for (auto [i, result] : llvm::enumerate(results)) {
      Value value = replacement.getResult(i);
      if (result.type != generic.getResult(i).getType())
        value = tensor::ExpandShapeOp::create(rewriter, loc,
                                              generic.getResult(i).getType(),
                                              value, result.groups);
      whole.push_back(value);
    }
    rewriter.replaceOp(generic, whole);
    return success();
  }
};
} // namespace

void tilewright::populateUnitResultPatterns(RewritePatternSet &patterns) {
  patterns.add<DropUnitResultDims>(patterns.getContext());
}

/// Whether `generic` is a contraction over unit dimensions only. It stays one:
/// without its loops it would be an elementwise product, and its work would no
/// longer be counted as multiply-accumulates.
static bool isUnitContraction(GenericOp generic) {
  if (classify(generic) != WorkKind::Contraction)
    return false;
  auto iterators = generic.getIteratorTypesArray();
  for (auto [loop, extent] : llvm::enumerate(generic.getStaticLoopRanges()))
    if (iterators[loop] == utils::IteratorType::reduction && extent != 1)
      return false;
  return true;
}

/// Loops of extent 1 without which `expr` would index all of a dimension of
/// `size`, though it does not.
static void addNeeded(AffineExpr expr, int64_t size, ArrayRef<int64_t> extents,
                      llvm::SmallBitVector &needed) {
  if (isa<AffineDimExpr, AffineConstantExpr>(expr))
    return;
  MLIRContext *context = expr.getContext();
  SmallVector<AffineExpr> others;
  for (auto [dim, extent] : llvm::enumerate(extents))
    others.push_back(extent == 1 ? getAffineConstantExpr(0, context)
                                 : getAffineDimExpr(dim, context));
  AffineExpr rest = expr.replaceDims(others);
  auto dim = dyn_cast<AffineDimExpr>(rest);
  bool whole = dim ? extents[dim.getPosition()] == size
                   : !isa<AffineConstantExpr>(rest) || size == 1;
  if (whole)
    return;
  for (auto [dim, extent] : llvm::enumerate(extents))
    if (extent == 1 && expr.isFunctionOfDim(dim))
      needed.set(dim);
}

linalg::ControlDropUnitDims tilewright::unitDimControl() {
  linalg::ControlDropUnitDims control;
  control.controlFn = [](Operation *op) {
    SmallVector<unsigned> dims;
    auto generic = dyn_cast<GenericOp>(op);
    if (!generic)
      return dims;
    SmallVector<int64_t> extents = generic.getStaticLoopRanges();
    llvm::SmallBitVector needed(extents.size());
    for (OpOperand &operand : generic->getOpOperands()) {
      auto type = dyn_cast<RankedTensorType>(operand.get().getType());
      AffineMap map = generic.getMatchingIndexingMap(&operand);
      for (auto [number, expr] : llvm::enumerate(map.getResults()))
        if (type)
          addNeeded(expr, type.getDimSize(number), extents, needed);
    }
    for (unsigned dim = 0; dim < extents.size(); ++dim)
      if (!needed.test(dim))
        dims.push_back(dim);
    return dims;
  };
  return control;
}

void tilewright::dropUnitLoops(ModuleOp module) {
  SmallVector<GenericOp> generics;
  module.walk([&](GenericOp generic) {
    if (generic.hasPureTensorSemantics() &&
        llvm::is_contained(generic.getStaticLoopRanges(), 1) &&
        !isUnitContraction(generic))
      generics.push_back(generic);
  });
  IRRewriter rewriter(module.getContext());
  linalg::ControlDropUnitDims control = unitDimControl();
  for (GenericOp generic : generics) {
    rewriter.setInsertionPoint(generic);
    FailureOr<linalg::DropUnitDimsResult> dropped =
        linalg::dropUnitDims(rewriter, generic, control);
    if (failed(dropped))
      continue;
    dropped->resultOp->setAttr(kSourceOpsAttr, sourceOps(generic));
    rewriter.replaceOp(generic, dropped->replacements);
  }
}
