//===- TmTensorLoops.cpp - Scans, sorts and scatters on the host ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the meaning of the tm_tensor dialect as plain loops on tensors, which
// upstream bufferizes. Sorts are bottom-up merge sorts, one pass over the data
// for every power of two; scans of floats accumulate as all sums of the
// reference do (DoubleSums.cpp).
//
//===----------------------------------------------------------------------===//

#include "HostPipeline.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::tm_tensor;

namespace {
/// Emits loops on tensors for one op.
class LoopEmitter {
public:
  explicit LoopEmitter(Operation *op)
      : builder(op->getLoc(), op), rewriter(op->getContext()) {}
  void expand(ScanOp scan);
  void expand(SortOp sort);
  void expand(TopkOp topk);
  void expand(ScatterOp scatter);

private:
  using Body = function_ref<SmallVector<Value>(ValueRange, ValueRange)>;
  /// A loop nest from 0 to `extents` that carries `tensors`.
  SmallVector<Value> nest(ArrayRef<int64_t> extents, ValueRange tensors,
                          Body body);
  SmallVector<Value> loop(Value from, Value to, ValueRange carried, Body body);
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(builder, value);
  }
  Value extract(Value tensor, ValueRange at) {
    return tensor::ExtractOp::create(builder, tensor, at);
  }
  Value insert(Value value, Value tensor, ValueRange at) {
    return tensor::InsertOp::create(builder, value, tensor, at);
  }
  /// The value that the op's region computes from `arguments`.
  Value inlineRegion(Region &region, ValueRange arguments);
  /// Whether key `a` comes strictly before key `b`.
  Value comesBefore(KeyOrder order, Value a, Value b);
  /// One merge pass: sorted runs of `width` become runs of twice the width.
  SmallVector<Value> mergeRuns(ArrayRef<Value> source, int64_t dimension,
                               int64_t width, KeyOrder order);

  ImplicitLocOpBuilder builder;
  IRRewriter rewriter;
};
} // namespace

SmallVector<Value> LoopEmitter::nest(ArrayRef<int64_t> extents,
                                     ValueRange tensors, Body body) {
  SmallVector<Value> from(extents.size(), index(0)), to,
      step(extents.size(), index(1));
  for (int64_t extent : extents)
    to.push_back(index(extent));
  scf::LoopNest loops = scf::buildLoopNest(
      builder, builder.getLoc(), from, to, step, tensors,
      [&](OpBuilder &inner, Location, ValueRange at, ValueRange carried) {
        OpBuilder::InsertionGuard guard(builder);
        builder.restoreInsertionPoint(inner.saveInsertionPoint());
        SmallVector<Value> results = body(at, carried);
        inner.restoreInsertionPoint(builder.saveInsertionPoint());
        return scf::ValueVector(results.begin(), results.end());
      });
  return SmallVector<Value>(loops.results);
}

SmallVector<Value> LoopEmitter::loop(Value from, Value to, ValueRange carried,
                                     Body body) {
  auto loop = scf::ForOp::create(builder, from, to, index(1), carried);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(loop.getBody());
  SmallVector<Value> results =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(builder, results);
  return SmallVector<Value>(loop.getResults());
}

Value LoopEmitter::inlineRegion(Region &region, ValueRange arguments) {
  IRMapping mapping;
  Block &body = region.front();
  mapping.map(body.getArguments(), arguments);
  for (Operation &op : body.without_terminator())
    builder.clone(op, mapping);
  return mapping.lookupOrDefault(body.getTerminator()->getOperand(0));
}

/// All extents but the one of `dimension`.
static SmallVector<int64_t> otherExtents(RankedTensorType type,
                                         int64_t dimension) {
  SmallVector<int64_t> extents(type.getShape());
  extents.erase(extents.begin() + dimension);
  return extents;
}

/// Coordinates of an element, `position` along `dimension`.
static SmallVector<Value> coordinates(ValueRange others, int64_t dimension,
                                      Value position) {
  SmallVector<Value> at(others);
  at.insert(at.begin() + dimension, position);
  return at;
}

void LoopEmitter::expand(ScanOp scan) {
  RankedTensorType type = scan.getInput().getType();
  Type element = type.getElementType();
  int64_t dimension = scan.getDimension(), n = type.getDimSize(dimension);
  Operation *combiner = scan.getCombiner();
  bool isWide = reference::isWidened(element) &&
                isa_and_nonnull<arith::AddFOp, arith::MulFOp>(combiner);
  auto enter = [&](Value value) {
    return isWide ? reference::widen(builder, builder.getLoc(), value) : value;
  };
  auto leave = [&](Value value) {
    return isWide ? reference::narrow(builder, builder.getLoc(), value, element)
                  : value;
  };
  auto combine = [&](Value accumulated, Value next) -> Value {
    if (!isWide)
      return inlineRegion(scan.getRegion(), {accumulated, next});
    if (isa<arith::AddFOp>(combiner))
      return arith::AddFOp::create(builder, accumulated, enter(next));
    return arith::MulFOp::create(builder, accumulated, enter(next));
  };
  bool inclusive = scan.getInclusive();
  auto row = [&](ValueRange others, ValueRange tensors) {
    auto at = [&](Value i) { return coordinates(others, dimension, i); };
    Value output = tensors[0], first = index(0), accumulated;
    if (inclusive) {
      Value value = extract(scan.getInput(), at(first));
      output = insert(value, output, at(first));
      accumulated = enter(value);
    } else {
      accumulated = enter(extract(tensors[1], others));
    }
    SmallVector<Value> results =
        loop(index(inclusive), index(n), {output, accumulated},
             [&](ValueRange i, ValueRange carried) -> SmallVector<Value> {
               Value next = extract(scan.getInput(), at(i[0]));
               Value sum = combine(carried[1], next);
               Value kept = inclusive ? sum : carried[1];
               return {insert(leave(kept), carried[0], at(i[0])), sum};
             });
    return SmallVector<Value>{results[0],
                              insert(leave(results[1]), tensors[1], others)};
  };
  rewriter.replaceOp(scan, nest(otherExtents(type, dimension),
                                {scan.getOutput(), scan.getCarry()}, row));
}

Value LoopEmitter::comesBefore(KeyOrder order, Value a, Value b) {
  if (order.descending)
    std::swap(a, b);
  if (!isa<FloatType>(a.getType()))
    return arith::CmpIOp::create(builder,
                                 order.isUnsigned ? arith::CmpIPredicate::ult
                                                  : arith::CmpIPredicate::slt,
                                 a, b);
  auto compare = [&](arith::CmpFPredicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(builder, predicate, x, y);
  };
  Value less = compare(arith::CmpFPredicate::OLT, a, b);
  Value onlyBIsNan =
      arith::AndIOp::create(builder, compare(arith::CmpFPredicate::UNO, b, b),
                            compare(arith::CmpFPredicate::ORD, a, a));
  return arith::OrIOp::create(builder, less, onlyBIsNan);
}

SmallVector<Value> LoopEmitter::mergeRuns(ArrayRef<Value> source,
                                          int64_t dimension, int64_t width,
                                          KeyOrder order) {
  auto type = cast<RankedTensorType>(source.front().getType());
  int64_t n = type.getDimSize(dimension);
  SmallVector<Value> target;
  for (Value tensor : source)
    target.push_back(tensor::EmptyOp::create(
        builder, type.getShape(), getElementTypeOrSelf(tensor.getType())));
  SmallVector<int64_t> extents = otherExtents(type, dimension);
  extents.push_back(llvm::divideCeil(n, 2 * width));
  Value end = index(n), last = index(n - 1);
  auto mergeTwo = [&](ValueRange at, ValueRange tensors) {
    ValueRange others = at.drop_back();
    auto clamp = [&](Value i, Value limit) {
      return arith::MinSIOp::create(builder, i, limit);
    };
    Value from = arith::MulIOp::create(builder, at.back(), index(2 * width));
    Value middle =
        clamp(arith::AddIOp::create(builder, from, index(width)), end);
    Value to =
        clamp(arith::AddIOp::create(builder, from, index(2 * width)), end);
    SmallVector<Value> carried = {from, middle};
    llvm::append_range(carried, tensors);
    auto step = [&](ValueRange k, ValueRange state) {
      Value left = state[0], right = state[1];
      auto key = [&](Value i) {
        return extract(source.front(),
                       coordinates(others, dimension, clamp(i, last)));
      };
      auto below = [&](Value i, Value limit) {
        return arith::CmpIOp::create(builder, arith::CmpIPredicate::slt, i,
                                     limit);
      };
      // The right element goes first only when it must: the sort is stable.
      Value leftEnded = arith::CmpIOp::create(
          builder, arith::CmpIPredicate::sge, left, middle);
      Value rightFirst = arith::OrIOp::create(
          builder, leftEnded, comesBefore(order, key(right), key(left)));
      Value takeRight =
          arith::AndIOp::create(builder, below(right, to), rightFirst);
      Value position = arith::SelectOp::create(builder, takeRight, right, left);
      Value one = index(1);
      SmallVector<Value> next = {
          arith::SelectOp::create(builder, takeRight, left,
                                  arith::AddIOp::create(builder, left, one)),
          arith::SelectOp::create(builder, takeRight,
                                  arith::AddIOp::create(builder, right, one),
                                  right)};
      for (auto [i, tensor] : llvm::enumerate(source))
        next.push_back(
            insert(extract(tensor, coordinates(others, dimension, position)),
                   state[2 + i], coordinates(others, dimension, k[0])));
      return next;
    };
    SmallVector<Value> results = loop(from, to, carried, step);
    return SmallVector<Value>(ArrayRef<Value>(results).drop_front(2));
  };
  return nest(extents, target, mergeTwo);
}

void LoopEmitter::expand(SortOp sort) {
  SmallVector<Value> tensors(sort.getOutputs());
  int64_t dimension = sort.getDimension();
  int64_t n =
      cast<RankedTensorType>(tensors.front().getType()).getDimSize(dimension);
  for (int64_t width = 1; width < n; width *= 2)
    tensors = mergeRuns(tensors, dimension, width, sort.getKeyOrder());
  rewriter.replaceOp(sort, tensors);
}

void LoopEmitter::expand(TopkOp topk) {
  RankedTensorType type = topk.getInput().getType(),
                   positionsType = topk.getOutputIndices().getType();
  Value positions = topk.getIndices();
  if (!positions) {
    Value empty = tensor::EmptyOp::create(builder, type.getShape(),
                                          positionsType.getElementType());
    positions =
        nest(type.getShape(), empty, [&](ValueRange at, ValueRange tensors) {
          Value number = arith::IndexCastOp::create(
              builder, positionsType.getElementType(), at[topk.getDimension()]);
          return SmallVector<Value>{insert(number, tensors[0], at)};
        }).front();
  }
  SmallVector<Value> sorted = {topk.getInput(), positions};
  int64_t n = type.getDimSize(topk.getDimension());
  for (int64_t width = 1; width < n; width *= 2)
    sorted = mergeRuns(sorted, topk.getDimension(), width, topk.getKeyOrder());
  SmallVector<Value> results;
  SmallVector<OpFoldResult> zeros(type.getRank(), builder.getIndexAttr(0)),
      ones(type.getRank(), builder.getIndexAttr(1)), sizes;
  for (int64_t extent : positionsType.getShape())
    sizes.push_back(builder.getIndexAttr(extent));
  for (Value tensor : sorted)
    results.push_back(
        tensor::ExtractSliceOp::create(builder, tensor, zeros, sizes, ones));
  rewriter.replaceOp(topk, results);
}

void LoopEmitter::expand(ScatterOp scatter) {
  RankedTensorType original = scatter.getOriginal().getType();
  unsigned firstWindowDim = scatter.getFirstWindowDim();
  auto update = [&](ValueRange at, ValueRange tensors) {
    SmallVector<Value> target(firstWindowDim, index(0));
    llvm::append_range(target, at.drop_front());
    // An index outside the tensor is undefined; the oracle leaves it out.
    Value inside = arith::ConstantIntOp::create(builder, 1, 1);
    for (auto [k, dim] : llvm::enumerate(scatter.getDimensionMap())) {
      Value begin = arith::IndexCastOp::create(
          builder, builder.getIndexType(),
          extract(scatter.getIndices(), {at.front(), index(k)}));
      Value position = arith::AddIOp::create(builder, begin, target[dim]);
      Value valid =
          arith::CmpIOp::create(builder, arith::CmpIPredicate::ult, position,
                                index(original.getDimSize(dim)));
      inside = arith::AndIOp::create(builder, inside, valid);
      target[dim] = arith::SelectOp::create(builder, valid, position, index(0));
    }
    Value current = extract(tensors[0], target);
    Value combined = inlineRegion(scatter.getRegion(),
                                  {extract(scatter.getUpdates(), at), current});
    Value kept = arith::SelectOp::create(builder, inside, combined, current);
    return SmallVector<Value>{insert(kept, tensors[0], target)};
  };
  rewriter.replaceOp(scatter, nest(scatter.getUpdates().getType().getShape(),
                                   scatter.getOriginal(), update));
}

LogicalResult reference::expandTmTensor(ModuleOp module) {
  SmallVector<Operation *> ops;
  module.walk([&](Operation *op) {
    if (isa<TmTensorDialect>(op->getDialect()) && !isa<YieldOp>(op))
      ops.push_back(op);
  });
  for (Operation *op : ops) {
    LoopEmitter emitter(op);
    if (isa<AttentionOp>(op))
      return op->emitOpError("has no reference on the host");
    if (auto scan = dyn_cast<ScanOp>(op))
      emitter.expand(scan);
    else if (auto sort = dyn_cast<SortOp>(op))
      emitter.expand(sort);
    else if (auto topk = dyn_cast<TopkOp>(op))
      emitter.expand(topk);
    else
      emitter.expand(cast<ScatterOp>(op));
  }
  return success();
}
