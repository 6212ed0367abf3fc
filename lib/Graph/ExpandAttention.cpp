//===- ExpandAttention.cpp - Attention without reshapes in between --------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the removal of reshapes between the ops of an attention. Frontends join
// batch and heads for the batched products and separate them again for masks,
// and join the heads of a group after repeating a key's head for each of them.
// Here the loops of the ops are expanded instead, until all ops have one space:
// what varies along some of the joined dimensions only is then read through
// strides. Each step expands one side of each marked reshape and may leave
// reshapes behind other operands, which the next step sees.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Provenance.h"
#include "Views.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Graph/Attention.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_EXPANDATTENTIONPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

/// On reshapes that this step removes, and on those that cannot be removed.
static constexpr llvm::StringLiteral kMark = "togsim.between";
static constexpr llvm::StringLiteral kStuck = "togsim.stuck";

static bool isReshape(Operation *op) {
  return isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op);
}

/// Marks `reshape`, unless an earlier step could not remove it.
static bool mark(Operation *reshape) {
  if (reshape->hasAttr(kStuck))
    return false;
  reshape->setAttr(kMark, UnitAttr::get(reshape->getContext()));
  return true;
}

/// An elementwise op that its one reader can compute on the fly.
static GenericOp asPrologue(Operation *op) {
  auto generic = dyn_cast_or_null<GenericOp>(op);
  return generic && classify(generic) == WorkKind::Elementwise &&
                 generic.getNumResults() == 1 && generic->hasOneUse() &&
                 countGathers(generic) == 0
             ? generic
             : GenericOp();
}

/// A tensor stored several times, as for the heads of a group.
static bool isRepetition(GenericOp generic) {
  int input = forwardedInput(generic);
  return input >= 0 && generic.getIndexingMapsArray()[input].getNumResults() <
                           generic.getNumLoops();
}

/// Marks the reshapes on the way from an input of a product to what it reads,
/// as far as they keep elementwise ops from joining. Returns whether there are
/// any.
static bool markInput(Value input) {
  Operation *op = input.getDefiningOp();
  while (op && op->hasOneUse()) {
    if (asPrologue(op)) {
      // Continue at the operand that is as large as the result.
      auto generic = cast<GenericOp>(op);
      Operation *before = nullptr;
      for (OpOperand *operand : generic.getDpsInputOperands())
        if (generic.getMatchingIndexingMap(operand).isPermutation())
          before = operand->get().getDefiningOp();
      op = before;
      continue;
    }
    if (!isReshape(op))
      return false;
    GenericOp source = asPrologue(op->getOperand(0).getDefiningOp());
    if (!source || (isa<tensor::CollapseShapeOp>(op) && !isRepetition(source)))
      return false;
    return mark(op);
  }
  return false;
}

/// Marks what stands between the ops of the attention that ends in `values`.
static bool markAttention(GenericOp values) {
  llvm::SetVector<Operation *> reshapes;
  auto attention = matchAttentionThroughReshapes(values, reshapes);
  if (!attention)
    return false;
  auto isMember = [&](Operation *op) {
    return op && llvm::is_contained(attention->members, op);
  };
  bool any = false;
  for (Operation *reshape : reshapes)
    if (isMember(reshape->getOperand(0).getDefiningOp()) &&
        llvm::any_of(reshape->getUsers(), isMember))
      any |= mark(reshape);
  for (Value input : attention->scores.getInputs())
    if (input != attention->values.getResult(0))
      any |= markInput(input);
  any |= markInput(attention->value());
  return any;
}

namespace {
struct ExpandAttentionPass
    : tilewright::impl::ExpandAttentionPassBase<ExpandAttentionPass> {
  using ExpandAttentionPassBase::ExpandAttentionPassBase;
  void runOnOperation() override {
    ModuleOp module = getOperation();
    // A step takes reshapes one op further; a chain is at most a dozen ops.
    for (unsigned step = 0; step < 32; ++step) {
      bool any = false;
      module.walk([&](GenericOp generic) {
        if (classify(generic) == WorkKind::Contraction)
          any |= markAttention(generic);
      });
      if (!any)
        break;
      RewritePatternSet patterns(&getContext());
      linalg::populateFoldReshapeOpsByExpansionPatterns(
          patterns, [](OpOperand *operand) {
            // An expand_shape behind its producer, or a reader behind its
            // collapse_shape.
            Operation *reshape = isa<tensor::ExpandShapeOp>(operand->getOwner())
                                     ? operand->getOwner()
                                     : operand->get().getDefiningOp();
            return reshape && reshape->hasAttr(kMark);
          });
      populateViewFoldingPatterns(patterns);
      if (failed(applyGraphPatterns(module, std::move(patterns))))
        return signalPassFailure();
      module.walk([&](Operation *op) {
        if (op->removeAttr(kMark))
          op->setAttr(kStuck, UnitAttr::get(&getContext()));
      });
    }
    module.walk([](Operation *op) { op->removeAttr(kStuck); });
  }
};
} // namespace
