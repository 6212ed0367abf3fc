//===- FuseElementwise.cpp - Elementwise chains become one generic --------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns when an elementwise producer moves into an elementwise consumer;
// upstream does the moving. The policy trades DRAM traffic against repeated
// arithmetic and never repeats expensive arithmetic.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Provenance.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_FUSEELEMENTWISEPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

/// Division, remainder and everything transcendental.
static bool isExpensive(Operation &op) {
  if (isa<math::MathDialect>(op.getDialect()))
    return !isa<math::AbsFOp, math::AbsIOp, math::CopySignOp, math::FmaOp>(op);
  return isa<arith::DivFOp, arith::RemFOp, arith::DivSIOp, arith::DivUIOp,
             arith::RemSIOp, arith::RemUIOp, arith::CeilDivSIOp,
             arith::CeilDivUIOp, arith::FloorDivSIOp>(op);
}

static bool isExpensive(GenericOp generic) {
  return llvm::any_of(*generic.getBody(),
                      [](Operation &op) { return isExpensive(op); });
}

/// Cheap to repeat: a body of at most this many operations.
static constexpr size_t kCheapOperations = 4;

/// Repeating `producer` in each consumer moves no more bytes than reading its
/// result would, and little arithmetic.
static bool isCheapToRepeat(GenericOp producer) {
  if (isExpensive(producer) ||
      producer.getBody()->getOperations().size() > kCheapOperations + 1)
    return false;
  int fullInputs = 0;
  for (OpOperand *input : producer.getDpsInputOperands())
    fullInputs += producer.getMatchingIndexingMap(input).getNumResults() ==
                  producer.getNumLoops();
  return fullInputs <= 1;
}

/// Each input takes room in the scratchpad, and two of the machine's 64 DMA
/// tags; results and indices need some as well.
static constexpr size_t kMostInputs = 24;

/// How many tensors the consumer reads once it computes `producer` itself.
static size_t countInputsFused(GenericOp producer, GenericOp consumer) {
  llvm::SmallDenseSet<Value, 32> inputs;
  inputs.insert_range(producer.getDpsInputs());
  inputs.insert_range(consumer.getDpsInputs());
  for (Value result : producer.getResults())
    inputs.erase(result);
  return inputs.size();
}

/// Computes indices or masks: no floating-point number is read or made.
static bool computesIndices(GenericOp generic) {
  return llvm::none_of(generic->getOperandTypes(), [](Type type) {
    return isa<FloatType>(getElementTypeOrSelf(type));
  });
}

/// Whether `operand`'s producer should be computed inside the operand's owner.
static bool shouldFuse(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<GenericOp>();
  auto consumer = cast<GenericOp>(operand->getOwner());
  if (!producer || producer->getBlock() != consumer->getBlock() ||
      classify(producer) != WorkKind::Elementwise ||
      classify(consumer) != WorkKind::Elementwise ||
      !linalg::areElementwiseOpsFusable(operand) ||
      countGathers(producer) + countGathers(consumer) > 1 ||
      countInputsFused(producer, consumer) > kMostInputs)
    return false;
  // Below a broadcast every element is computed many times.
  bool broadcasts = producer.getNumLoops() < consumer.getNumLoops();
  if (broadcasts && (isExpensive(producer) || countGathers(producer)))
    return false;
  auto isConsumer = [&](Operation *user) { return user == consumer; };
  if (llvm::all_of(producer->getUsers(), isConsumer))
    return true;
  // Several consumers: only if the producer disappears altogether.
  auto takesIt = [](OpOperand &use) {
    auto user = dyn_cast<GenericOp>(use.getOwner());
    return user && classify(user) == WorkKind::Elementwise &&
           linalg::areElementwiseOpsFusable(&use);
  };
  return isCheapToRepeat(producer) && countGathers(producer) == 0 &&
         llvm::all_of(producer->getUses(), takesIt);
}

namespace {
struct FuseProducer : OpRewritePattern<GenericOp> {
  FuseProducer(MLIRContext *context, bool indicesOnly)
      : OpRewritePattern(context), indicesOnly(indicesOnly) {}
  LogicalResult matchAndRewrite(GenericOp consumer,
                                PatternRewriter &rewriter) const override {
    for (OpOperand *operand : consumer.getDpsInputOperands()) {
      if (!shouldFuse(operand))
        continue;
      auto producer = operand->get().getDefiningOp<GenericOp>();
      if (indicesOnly && !computesIndices(producer))
        continue;
      FailureOr<linalg::ElementwiseOpFusionResult> fused =
          linalg::fuseElementwiseOps(rewriter, operand);
      if (failed(fused))
        continue;
      fused->fusedOp->setAttr(
          kSourceOpsAttr,
          mergeSourceOps(sourceOps(producer), sourceOps(consumer)));
      SmallVector<Value> results;
      for (Value result : consumer->getResults())
        results.push_back(fused->replacements.lookup(result));
      rewriter.replaceOp(consumer, results);
      return success();
    }
    return failure();
  }

private:
  bool indicesOnly;
};

struct FuseElementwisePass
    : tilewright::impl::FuseElementwisePassBase<FuseElementwisePass> {
  using FuseElementwisePassBase::FuseElementwisePassBase;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseProducer>(&getContext(), indicesOnly);
    if (failed(applyGraphPatterns(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
