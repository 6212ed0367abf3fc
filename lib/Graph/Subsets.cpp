//===- Subsets.cpp - Slices that are read, parts that are written ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the form of tensor.extract_slice and tensor.insert_slice at level G1: a
// slice is read by generics only, an insert takes the only use of an
// elementwise or contraction result and the only use of a fresh tensor. What
// cannot be had by moving reshapes out of the way is a copy.
//
//===----------------------------------------------------------------------===//

#include "Subsets.h"
#include "Contraction.h"
#include "Padding.h"
#include "Provenance.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"
#include "tilewright/Frontend/ElementwiseOp.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_MATERIALIZESUBSETSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

bool tilewright::isStaticSubset(OffsetSizeAndStrideOpInterface op) {
  auto isStatic = [](ArrayRef<int64_t> values, int64_t least) {
    return llvm::all_of(values, [&](int64_t value) {
      return !ShapedType::isDynamic(value) && value >= least;
    });
  };
  return isStatic(op.getStaticOffsets(), 0) &&
         isStatic(op.getStaticSizes(), 1) && isStatic(op.getStaticStrides(), 1);
}

namespace {
/// Offset, size and stride of each dimension of a slice.
struct Bounds {
  SmallVector<OpFoldResult> offsets, sizes, strides;

  void add(MLIRContext *context, int64_t offset, int64_t size, int64_t stride) {
    Builder builder(context);
    offsets.push_back(builder.getIndexAttr(offset));
    sizes.push_back(builder.getIndexAttr(size));
    strides.push_back(builder.getIndexAttr(stride));
  }
};
} // namespace

/// A static slice that keeps its rank.
static tensor::ExtractSliceOp sliceOf(Value value) {
  auto slice = value.getDefiningOp<tensor::ExtractSliceOp>();
  if (!slice || !isStaticSubset(slice) ||
      slice.getSourceType().getRank() != slice.getType().getRank())
    return {};
  return slice;
}

static int64_t product(ArrayRef<int64_t> values) {
  int64_t result = 1;
  for (int64_t value : values)
    result *= value;
  return result;
}

namespace {
/// expand_shape(extract_slice(x)) -> extract_slice(expand_shape(x)), where the
/// outermost part of an expanded dimension takes the bounds.
struct ExpandBeforeSlice : OpRewritePattern<tensor::ExpandShapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExpandShapeOp expand,
                                PatternRewriter &rewriter) const override {
    tensor::ExtractSliceOp slice = sliceOf(expand.getSrc());
    if (!slice)
      return failure();
    MLIRContext *context = rewriter.getContext();
    ArrayRef<int64_t> shape = expand.getResultType().getShape();
    SmallVector<int64_t> expanded;
    Bounds bounds;
    auto groups = expand.getReassociationIndices();
    for (auto [dim, group] : llvm::enumerate(groups)) {
      int64_t extent = slice.getSourceType().getDimSize(dim);
      int64_t offset = slice.getStaticOffset(dim);
      int64_t stride = slice.getStaticStride(dim);
      ArrayRef<int64_t> parts = shape.slice(group.front(), group.size());
      if (parts.size() == 1 || slice.getStaticSize(dim) == extent) {
        expanded.append(parts.begin(), parts.end());
        if (parts.size() == 1) {
          expanded.back() = extent;
          bounds.add(context, offset, parts[0], stride);
        } else {
          for (int64_t part : parts)
            bounds.add(context, 0, part, 1);
        }
        continue;
      }
      int64_t inner = product(parts.drop_front());
      if (stride != 1 || offset % inner != 0 || extent % inner != 0)
        return failure();
      expanded.push_back(extent / inner);
      bounds.add(context, offset / inner, parts[0], 1);
      for (int64_t part : parts.drop_front()) {
        expanded.push_back(part);
        bounds.add(context, 0, part, 1);
      }
    }
    Value whole = tensor::ExpandShapeOp::create(
        rewriter, expand.getLoc(), slice.getSourceType().clone(expanded),
        slice.getSource(), groups);
    auto moved = tensor::ExtractSliceOp::create(rewriter, slice.getLoc(), whole,
                                                bounds.offsets, bounds.sizes,
                                                bounds.strides);
    moved->setAttr(kSourceOpsAttr, sourceOps(slice));
    rewriter.replaceOp(expand, moved.getResult());
    return success();
  }
};

/// collapse_shape(extract_slice(x)) -> extract_slice(collapse_shape(x)), where
/// of the dimensions collapsed into one only the outermost is cut.
struct CollapseBeforeSlice : OpRewritePattern<tensor::CollapseShapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::CollapseShapeOp collapse,
                                PatternRewriter &rewriter) const override {
    tensor::ExtractSliceOp slice = sliceOf(collapse.getSrc());
    auto groups = collapse.getReassociationIndices();
    if (!slice || groups.empty())
      return failure();
    MLIRContext *context = rewriter.getContext();
    ArrayRef<int64_t> source = slice.getSourceType().getShape();
    SmallVector<int64_t> collapsed;
    Bounds bounds;
    for (ReassociationIndices &group : groups) {
      ArrayRef<int64_t> parts = source.slice(group.front(), group.size());
      int64_t first = group.front();
      collapsed.push_back(product(parts));
      if (parts.size() == 1) {
        bounds.add(context, slice.getStaticOffset(first),
                   slice.getStaticSize(first), slice.getStaticStride(first));
        continue;
      }
      for (int64_t dim : ArrayRef(group).drop_front())
        if (slice.getStaticSize(dim) != source[dim])
          return failure();
      if (slice.getStaticStride(first) != 1)
        return failure();
      int64_t inner = product(parts.drop_front());
      bounds.add(context, slice.getStaticOffset(first) * inner,
                 slice.getStaticSize(first) * inner, 1);
    }
    Value whole = tensor::CollapseShapeOp::create(
        rewriter, collapse.getLoc(), slice.getSourceType().clone(collapsed),
        slice.getSource(), groups);
    auto moved = tensor::ExtractSliceOp::create(rewriter, slice.getLoc(), whole,
                                                bounds.offsets, bounds.sizes,
                                                bounds.strides);
    moved->setAttr(kSourceOpsAttr, sourceOps(slice));
    rewriter.replaceOp(collapse, moved.getResult());
    return success();
  }
};
} // namespace

void tilewright::populateSubsetPatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandBeforeSlice, CollapseBeforeSlice>(patterns.getContext());
  populatePaddingPatterns(patterns);
  tensor::populateDecomposeTensorConcatPatterns(patterns);
  tensor::populateMergeConsecutiveInsertExtractSlicePatterns(patterns);
  tensor::populateReassociativeReshapeFoldingPatterns(patterns);
  tensor::populateDropRedundantInsertSliceRankExpansionPatterns(patterns);
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

/// A fresh tensor with the elements of `source`.
static Value copyOf(OpBuilder &builder, Value source, Operation *reason) {
  auto type = cast<RankedTensorType>(source.getType());
  GenericOp copy =
      createCopy(builder, reason->getLoc(), source, type.getShape(),
                 builder.getMultiDimIdentityMap(type.getRank()));
  copy->setAttr(kSourceOpsAttr, sourceOps(reason));
  return copy.getResult(0);
}

/// Whether a kernel can read the slice in place.
static bool readsView(OpOperand &use) {
  auto generic = dyn_cast<GenericOp>(use.getOwner());
  return generic && generic.isDpsInput(&use);
}

static void materializeSlice(tensor::ExtractSliceOp slice) {
  if (llvm::all_of(slice->getUses(), readsView))
    return;
  OpBuilder builder(slice->getContext());
  builder.setInsertionPointAfter(slice);
  Value copy = copyOf(builder, slice, slice);
  slice.getResult().replaceUsesWithIf(copy, [&](OpOperand &use) {
    return use.getOwner() != copy.getDefiningOp() && !readsView(use);
  });
}

/// Whether the kernel that computes `source` can write it into place.
static bool canWriteInPlace(Value source) {
  auto generic = source.getDefiningOp<GenericOp>();
  return generic && source.hasOneUse() && generic->getNumResults() == 1 &&
         classify(generic) != WorkKind::Reduction;
}

/// Whether `dest` is memory that nothing else reads.
static bool isFresh(Value dest) {
  return dest.hasOneUse() &&
         isa_and_nonnull<GenericOp, tensor::InsertSliceOp,
                         tm_tensor::ScatterOp>(dest.getDefiningOp());
}

/// `dest` as memory that `reason` alone writes: itself, other memory without
/// contents yet, or a copy.
static Value ownMemory(OpBuilder &builder, Value dest, Operation *reason) {
  if (Operation *empty = dest.getDefiningOp<tensor::EmptyOp>())
    return builder.clone(*empty)->getResult(0);
  return isFresh(dest) ? dest : copyOf(builder, dest, reason);
}

/// A scatter writes into memory of its own.
static void prepareScatter(tm_tensor::ScatterOp scatter) {
  OpBuilder builder(scatter);
  scatter.getOriginalMutable().assign(
      ownMemory(builder, scatter.getOriginal(), scatter));
}

static void prepareInsert(tensor::InsertSliceOp insert) {
  OpBuilder builder(insert);
  if (!canWriteInPlace(insert.getSource()))
    insert.getSourceMutable().assign(
        copyOf(builder, insert.getSource(), insert));
  insert.getDestMutable().assign(ownMemory(builder, insert.getDest(), insert));
}

namespace {
struct MaterializeSubsetsPass
    : tilewright::impl::MaterializeSubsetsPassBase<MaterializeSubsetsPass> {
  using MaterializeSubsetsPassBase::MaterializeSubsetsPassBase;
  void runOnOperation() override {
    SmallVector<tensor::ExtractSliceOp> slices;
    SmallVector<tensor::InsertSliceOp> inserts;
    getOperation().walk([&](tm_tensor::ScatterOp scatter) {
      if (scatter.getOriginal().getType().hasStaticShape())
        prepareScatter(scatter);
    });
    getOperation().walk([&](Operation *op) {
      // Tensors of unknown shape are not copied; togsim-verify-affine says so.
      auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
      if (slice && slice.getType().hasStaticShape())
        slices.push_back(slice);
      auto insert = dyn_cast<tensor::InsertSliceOp>(op);
      if (insert && insert.getType().hasStaticShape() &&
          insert.getSourceType().hasStaticShape())
        inserts.push_back(insert);
    });
    for (tensor::InsertSliceOp insert : inserts)
      prepareInsert(insert);
    for (tensor::ExtractSliceOp slice : slices)
      materializeSlice(slice);
  }
};
} // namespace
