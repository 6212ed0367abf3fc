//===- JoinTaps.cpp - Windows over few channels become products -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the rewrite of convolutions whose channels would fill only few rows of
// an array: image stems of three channels, patch embeddings. The input is
// copied with a dimension for every tap (im2col); channels and taps are then
// one long contraction dimension. For other convolutions the window is cheaper:
// it moves inside the tile, and memory holds the input once.
//
// Runs behind view folding, which would undo the copy.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Padding.h"
#include "Provenance.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "tilewright/Frontend/ElementwiseOp.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_JOINTAPSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

/// Channels from which on a tap is a contraction of its own.
static constexpr int64_t kEnoughChannels = 16;

namespace {
/// A convolution's loops.
struct Window {
  unsigned input = 0; ///< number of the input it moves over
  SmallVector<unsigned> batch, rows, summed;
  int64_t taps = 1, channels = 1, batches = 1, filters = 1;
};
} // namespace

/// The window of `generic`: one input is read by sums of two loops, the other
/// by a projected permutation.
static std::optional<Window> findWindow(GenericOp generic) {
  if (classify(generic) != WorkKind::Contraction)
    return std::nullopt;
  SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
  Window window;
  window.input = maps[0].isProjectedPermutation() ? 1 : 0;
  AffineMap image = maps[window.input], other = maps[1 - window.input];
  if (image.isProjectedPermutation() || !other.isProjectedPermutation())
    return std::nullopt;
  llvm::SmallBitVector inSum(generic.getNumLoops());
  for (AffineExpr expr : image.getResults()) {
    llvm::SmallBitVector dims(generic.getNumLoops());
    for (unsigned dim = 0; dim < generic.getNumLoops(); ++dim)
      if (expr.isFunctionOfDim(dim))
        dims.set(dim);
    if (dims.count() > 1)
      inSum |= dims;
  }
  SmallVector<int64_t, 8> ranges = generic.getStaticLoopRanges();
  // Rows in the order of the result, summed loops in that of the weights: both
  // may then be joined with their neighbours.
  for (AffineExpr expr : maps.back().getResults()) {
    unsigned dim = cast<AffineDimExpr>(expr).getPosition();
    if (!image.isFunctionOfDim(dim)) {
      window.filters *= ranges[dim];
    } else if (other.isFunctionOfDim(dim)) {
      window.batch.push_back(dim);
      window.batches *= ranges[dim];
    } else {
      window.rows.push_back(dim);
    }
  }
  for (AffineExpr expr : other.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim || maps.back().isFunctionOfDim(dim.getPosition()))
      continue;
    window.summed.push_back(dim.getPosition());
    (inSum.test(dim.getPosition()) ? window.taps : window.channels) *=
        ranges[dim.getPosition()];
  }
  return window;
}

static bool shouldJoin(const Window &window) {
  bool isDepthwise = window.channels == 1 && window.batches > window.filters;
  return window.taps > 1 && window.channels < kEnoughChannels && !isDepthwise;
}

/// A padded tensor in memory: zeros, and the source inserted.
static Value materializePadding(OpBuilder &builder, tensor::PadOp pad) {
  Location loc = pad.getLoc();
  auto type = cast<RankedTensorType>(pad.getType());
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(type.getElementType()));
  GenericOp zeros = createElementwise(
      builder, loc, {}, type.getShape(), type.getElementType(),
      [&](OpBuilder &, Location, ValueRange) { return zero; });
  zeros->setAttr(kSourceOpsAttr, sourceOps(pad));
  SmallVector<OpFoldResult> sizes,
      strides(type.getRank(), builder.getIndexAttr(1));
  for (int64_t size : pad.getSourceType().getShape())
    sizes.push_back(builder.getIndexAttr(size));
  auto insert = tensor::InsertSliceOp::create(
      builder, loc, pad.getSource(), zeros.getResult(0), pad.getMixedLowPad(),
      sizes, strides);
  insert->setAttr(kSourceOpsAttr, sourceOps(pad));
  return insert.getResult();
}

static void joinTaps(GenericOp conv, const Window &window) {
  OpBuilder builder(conv);
  Location loc = conv.getLoc();
  MLIRContext *context = conv.getContext();
  OpOperand *image = conv.getDpsInputOperand(window.input);
  Value source = image->get();
  if (auto pad = source.getDefiningOp<tensor::PadOp>()) {
    builder.setInsertionPointAfter(pad);
    source = materializePadding(builder, pad);
    builder.setInsertionPoint(conv);
  }
  SmallVector<unsigned> order(window.batch);
  llvm::append_range(order, window.summed);
  llvm::append_range(order, window.rows);
  SmallVector<int64_t, 8> ranges = conv.getStaticLoopRanges();
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> joined;
  // Loops of the copy by loop of the convolution; the others do not occur.
  SmallVector<AffineExpr> loopOf(conv.getNumLoops(),
                                 builder.getAffineConstantExpr(0));
  for (auto [position, dim] : llvm::enumerate(order)) {
    shape.push_back(ranges[dim]);
    joined.push_back(builder.getAffineDimExpr(dim));
    loopOf[dim] = builder.getAffineDimExpr(position);
  }
  AffineMap read = conv.getMatchingIndexingMap(image).replaceDimsAndSymbols(
      loopOf, {}, order.size(), 0);
  GenericOp copy = createCopy(builder, loc, source, shape, read);
  copy->setAttr(kSourceOpsAttr, sourceOps(conv));
  SmallVector<AffineMap> maps = conv.getIndexingMapsArray();
  maps[window.input] = AffineMap::get(conv.getNumLoops(), 0, joined, context);
  image->set(copy.getResult(0));
  conv.setIndexingMapsAttr(builder.getAffineMapArrayAttr(maps));
}

namespace {
struct JoinTapsPass : tilewright::impl::JoinTapsPassBase<JoinTapsPass> {
  using JoinTapsPassBase::JoinTapsPassBase;
  void runOnOperation() override {
    SmallVector<GenericOp> generics;
    getOperation().walk([&](GenericOp op) { generics.push_back(op); });
    for (GenericOp generic : generics)
      if (std::optional<Window> window = findWindow(generic);
          window && shouldJoin(*window))
        joinTaps(generic, *window);
    getOperation().walk([](tensor::PadOp pad) {
      if (pad->use_empty())
        pad.erase();
    });
  }
};
} // namespace
