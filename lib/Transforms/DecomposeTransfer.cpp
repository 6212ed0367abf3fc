//===- DecomposeTransfer.cpp - Moves of any rank to descriptors -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Works on banks, where a slice of a tile is an offset and strides of one lane:
// the offset of slice i of a dimension is i times the dimension's bank stride,
// whatever the lane layout, because the lane axis is never taken apart.
//
// A coordinate of a peeled dimension may be invalid, and a load must fill its
// slice all the same. Then another dimension of the slice has no valid
// coordinates: its bound becomes max(0, min(bound, (high - i) * extent,
// (i - low + 1) * extent)).
//
//===----------------------------------------------------------------------===//

#include "DescriptorFields.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "tilewright/Transforms/Passes.h"

namespace tilewright {
#define GEN_PASS_DEF_DECOMPOSETRANSFER
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

namespace {

/// A dimension of the move.
struct MoveDim {
  int64_t extent, dramStride, bankStride, indexStride;
  Value low, high; ///< low may be null: 0
  int64_t tileDim, indexDim;
  bool isLane;

  /// Whether all coordinates are valid, whatever happens.
  bool isWhole() const {
    std::optional<int64_t> first = low ? constantBound(low) : 0,
                           end = constantBound(high);
    return first && *first == 0 && end && *end >= extent;
  }
};

class Decomposer {
public:
  explicit Decomposer(togsim::DmaStartOp op)
      : op(op), builder(op), loc(op.getLoc()) {}
  LogicalResult run();
  unsigned numMerged = 0, numPeeled = 0;

private:
  LogicalResult collect();
  bool mergeOnce();
  void peel();
  void emitMove();
  Value apply(AffineExpr expr, ValueRange operands) {
    return affine::AffineApplyOp::create(
        builder, loc, AffineMap::get(operands.size(), 0, expr), operands);
  }
  /// Sum of `start` (may be null) and iv * stride.
  Value step(Value start, Value iv, int64_t stride);
  void guardSlice(const MoveDim &dim, Value iv);

  togsim::DmaStartOp op;
  OpBuilder builder;
  Location loc;
  SmallVector<MoveDim> dims;
  Value offset, bankOffset, indexOffset;
};

} // namespace

LogicalResult Decomposer::collect() {
  if (op.getSubtiles())
    return op.emitError("load stands for several moves; run "
                        "togsim-fine-grained-dma first");
  FailureOr<MoveStrides> strides = moveStrides(op);
  if (failed(strides))
    return failure();
  for (unsigned d = 0; d < op.getExtents().size(); ++d)
    if (isDescriptorDim(op, d))
      dims.push_back({op.getExtents()[d], op.getDramStrides()[d],
                      strides->bank[d], strides->index[d],
                      op.getLow().empty() ? Value() : op.getLow()[d],
                      op.getValid()[d], op.getTileDims()[d],
                      op.getIndexDims() ? (*op.getIndexDims())[d] : -1,
                      d == op.getLaneAxis()});
  offset = op.getOffset();
  bankOffset = op.getBankOffset();
  indexOffset = op.getIndexOffset();
  return success();
}

/// Joins two dimensions of which one continues the other everywhere.
bool Decomposer::mergeOnce() {
  AffineExpr d0 = builder.getAffineDimExpr(0);
  for (size_t i = 0; i + 1 < dims.size(); ++i) {
    MoveDim &outer = dims[i], &inner = dims[i + 1];
    auto continues = [&](int64_t MoveDim::*stride) {
      return outer.*stride == inner.*stride * inner.extent;
    };
    if (outer.isLane || inner.isLane || !inner.isWhole() ||
        !continues(&MoveDim::dramStride) || !continues(&MoveDim::bankStride) ||
        !continues(&MoveDim::indexStride) ||
        outer.extent * inner.extent > 65535)
      continue;
    auto scale = [&](Value bound) {
      if (auto constant = constantBound(bound))
        return arith::ConstantIndexOp::create(builder, loc,
                                              *constant * inner.extent)
            .getResult();
      return apply(d0 * inner.extent, bound);
    };
    inner.low = outer.low ? scale(outer.low) : Value();
    inner.high = scale(outer.high);
    inner.extent *= outer.extent;
    dims.erase(dims.begin() + i);
    ++numMerged;
    return true;
  }
  return false;
}

Value Decomposer::step(Value start, Value iv, int64_t stride) {
  if (stride == 0 && start)
    return start;
  AffineExpr d0 = builder.getAffineDimExpr(0), d1 = builder.getAffineDimExpr(1);
  return start ? apply(d1 + d0 * stride, {iv, start}) : apply(d0 * stride, iv);
}

/// Leaves the slice without valid coordinates when `iv` is none of `dim`.
void Decomposer::guardSlice(const MoveDim &dim, Value iv) {
  if (dim.isWhole())
    return;
  MoveDim &target = dims.front();
  AffineExpr i = builder.getAffineDimExpr(0),
             high = builder.getAffineDimExpr(1),
             end = builder.getAffineDimExpr(2),
             low = builder.getAffineDimExpr(3);
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  SmallVector<AffineExpr> exprs{end, (high - i) * target.extent,
                                (i - low + 1) * target.extent};
  Value bounded = affine::AffineMinOp::create(
      builder, loc, AffineMap::get(4, 0, exprs, builder.getContext()),
      ValueRange{iv, dim.high, target.high, dim.low ? dim.low : zero});
  target.high = affine::AffineMaxOp::create(
      builder, loc,
      AffineMap::get(1, 0, {i, builder.getAffineConstantExpr(0)},
                     builder.getContext()),
      ValueRange{bounded});
}

/// Opens loops over the dimensions that do not fit a descriptor.
void Decomposer::peel() {
  // What stays, most wanted first.
  SmallVector<size_t> order;
  size_t finest = 0;
  auto stride = [&](size_t d) {
    int64_t s = std::abs(dims[d].dramStride);
    return s ? s : INT64_MAX;
  };
  for (size_t d = 0; d < dims.size(); ++d) {
    order.push_back(d);
    if (stride(d) < stride(finest))
      finest = d;
  }
  llvm::sort(order, [&](size_t a, size_t b) {
    auto rank = [&](size_t d) {
      return std::tuple(!dims[d].isLane, d != finest, -dims[d].extent, d);
    };
    return rank(a) < rank(b);
  });
  SmallVector<size_t> peeled(order.begin() + 4, order.end());
  llvm::sort(peeled);
  SmallVector<MoveDim> slices;
  for (size_t d : peeled)
    slices.push_back(dims[d]);
  for (size_t d : llvm::reverse(peeled))
    dims.erase(dims.begin() + d);
  for (const MoveDim &dim : slices) {
    auto loop = affine::AffineForOp::create(builder, loc, 0, dim.extent);
    builder.setInsertionPointToStart(loop.getBody());
    Value iv = loop.getInductionVar();
    offset = step(offset, iv, dim.dramStride);
    bankOffset = step(bankOffset, iv, dim.bankStride);
    if (op.getIndex())
      indexOffset = step(indexOffset, iv, dim.indexStride);
    guardSlice(dim, iv);
    ++numPeeled;
  }
}

void Decomposer::emitMove() {
  SmallVector<Value> low, high;
  SmallVector<int64_t> extents, dramStrides, bankStrides, indexStrides,
      tileDims, indexDims;
  bool bounded =
      llvm::any_of(dims, [](const MoveDim &d) { return bool(d.low); });
  int64_t laneAxis = 0;
  for (auto [i, dim] : llvm::enumerate(dims)) {
    if (bounded)
      low.push_back(
          dim.low
              ? dim.low
              : arith::ConstantIndexOp::create(builder, loc, 0).getResult());
    high.push_back(dim.high);
    extents.push_back(dim.extent);
    dramStrides.push_back(dim.dramStride);
    bankStrides.push_back(dim.bankStride);
    indexStrides.push_back(dim.indexStride);
    tileDims.push_back(dim.tileDim);
    indexDims.push_back(dim.indexDim);
    if (dim.isLane)
      laneAxis = i;
  }
  bool indirect = bool(op.getIndex());
  auto array = [&](ArrayRef<int64_t> values) {
    return builder.getDenseI64ArrayAttr(values);
  };
  togsim::DmaStartOp::create(
      builder, loc, op.getDirectionAttr(), op.getDram(), offset, op.getTile(),
      high, low, op.getIndex(), bankOffset, indexOffset, op.getTag(),
      array(dramStrides), op.getFillAttr(), array(extents), array(tileDims),
      builder.getI64IntegerAttr(laneAxis), op.getLaneStrideAttr(),
      indirect ? array(indexDims) : DenseI64ArrayAttr(),
      op.getIndexStrideAttr(), op.getIndexBoundAttr(), op.getAccumulateAttr(),
      array(bankStrides), indirect ? array(indexStrides) : DenseI64ArrayAttr(),
      /*subtiles=*/nullptr);
}

LogicalResult Decomposer::run() {
  if (failed(collect()))
    return failure();
  if (dims.size() <= 4)
    return success();
  while (dims.size() > 4 && mergeOnce())
    continue;
  // Parts are not ordered among each other.
  if (dims.size() > 4 && op.isStore() && (op.getIndex() || op.getAccumulate()))
    return op.emitError("unsupported: an ordered store (indirect or "
                        "accumulating) of ")
           << dims.size()
           << " dimensions; a descriptor has 4. Use tiles of lower rank";
  if (dims.size() > 4)
    peel();
  emitMove();
  op.erase();
  return success();
}

namespace {
struct DecomposeTransferPass
    : tilewright::impl::DecomposeTransferBase<DecomposeTransferPass> {
  void runOnOperation() override {
    SmallVector<togsim::DmaStartOp> moves;
    getOperation().walk([&](togsim::DmaStartOp op) { moves.push_back(op); });
    for (togsim::DmaStartOp op : moves) {
      Decomposer decomposer(op);
      if (failed(decomposer.run()))
        return signalPassFailure();
      numMerged += decomposer.numMerged;
      numPeeled += decomposer.numPeeled;
    }
  }
};
} // namespace
