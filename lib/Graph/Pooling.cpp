//===- Pooling.cpp - Reductions over windows of one tensor ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Graph/Pooling.h"
#include "Contraction.h"
#include "Reduction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

std::optional<WindowTerms>
tilewright::windowTerms(AffineExpr expr,
                        ArrayRef<utils::IteratorType> iterators) {
  WindowTerms terms;
  SmallVector<AffineExpr> pending{expr};
  while (!pending.empty()) {
    AffineExpr term = pending.pop_back_val();
    auto binary = dyn_cast<AffineBinaryOpExpr>(term);
    if (binary && term.getKind() == AffineExprKind::Add) {
      pending.append({binary.getLHS(), binary.getRHS()});
      continue;
    }
    int64_t factor = 1;
    if (binary) {
      auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS());
      if (term.getKind() != AffineExprKind::Mul || !constant)
        return std::nullopt;
      factor = constant.getValue();
      term = binary.getLHS();
    }
    auto dim = dyn_cast<AffineDimExpr>(term);
    if (!dim || factor < 1)
      return std::nullopt;
    bool reduced =
        iterators[dim.getPosition()] == utils::IteratorType::reduction;
    int &loop = reduced ? terms.reduced : terms.parallel;
    if (loop >= 0)
      return std::nullopt;
    loop = dim.getPosition();
    (reduced ? terms.dilation : terms.step) = factor;
  }
  return terms;
}

std::optional<Pooling> tilewright::matchPooling(GenericOp reduction) {
  Pooling pooling;
  if (!reduction.getNumReductionLoops() || reduction.getNumDpsInits() != 1)
    return std::nullopt;
  pooling.combiner = reductionCombiner(reduction);
  if (!pooling.combiner ||
      pooling.combiner->getResult(0).getType().isInteger(1))
    return std::nullopt;
  // What is combined: an input, perhaps widened.
  Value value = pooling.combiner->getOperand(0);
  if (value == reduction.getBody()->getArguments().back())
    value = pooling.combiner->getOperand(1);
  Operation *widening = value.getDefiningOp();
  if (isa_and_nonnull<arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp>(
          widening)) {
    pooling.isUnsigned = isa<arith::ExtUIOp>(widening);
    value = widening->getOperand(0);
  }
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != reduction.getBody() ||
      argument.getType().isInteger(1))
    return std::nullopt;
  pooling.input = reduction.getDpsInputOperand(argument.getArgNumber());
  for (OpOperand *input : reduction.getDpsInputOperands())
    if (input != pooling.input &&
        !isShapeOnly(reduction, input->getOperandNumber()))
      return std::nullopt;
  // No loop walks two axes, every reduction loop walks one.
  auto iterators = reduction.getIteratorTypesArray();
  llvm::SmallBitVector walked(iterators.size());
  bool isWindow = bool(pooling.input->get().getDefiningOp<tensor::PadOp>());
  for (AffineExpr expr :
       reduction.getMatchingIndexingMap(pooling.input).getResults()) {
    auto terms = windowTerms(expr, iterators);
    if (!terms)
      return std::nullopt;
    for (int loop : {terms->parallel, terms->reduced}) {
      if (loop >= 0 && walked.test(loop))
        return std::nullopt;
      if (loop >= 0)
        walked.set(loop);
    }
    isWindow |= terms->parallel >= 0 && terms->reduced >= 0;
  }
  for (auto [loop, type] : llvm::enumerate(iterators))
    if (type == utils::IteratorType::reduction && !walked.test(loop))
      return std::nullopt;
  return isWindow ? std::optional(pooling) : std::nullopt;
}
