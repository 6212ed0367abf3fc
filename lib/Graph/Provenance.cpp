//===- Provenance.cpp - Which source ops an op came from ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Provenance.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "tilewright/Frontend/Frontend.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tilewright;

/// Ops that give a tensor without computing or moving anything.
static bool isFree(Operation *op) {
  return op->hasTrait<OpTrait::ConstantLike>() ||
         isa<tensor::EmptyOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp,
             func::CallOp>(op);
}

void tilewright::recordSourceOps(ModuleOp module) {
  unsigned number = 0;
  module.walk([&](func::FuncOp function) {
    for (Block &block : function.getBody())
      for (Operation &op : block) {
        if (isFree(&op) || op.hasAttr(kSourceOpsAttr) ||
            !llvm::any_of(op.getResultTypes(), llvm::IsaPred<TensorType>))
          continue;
        std::string source =
            (op.getName().getStringRef() + "|" + locationString(op.getLoc()) +
             "#" + Twine(number++))
                .str();
        op.setAttr(kSourceOpsAttr,
                   Builder(op.getContext()).getStrArrayAttr({source}));
      }
  });
}

ArrayAttr tilewright::sourceOps(Operation *op) {
  if (auto sources = op->getAttrOfType<ArrayAttr>(kSourceOpsAttr))
    return sources;
  return ArrayAttr::get(op->getContext(), {});
}

ArrayAttr tilewright::mergeSourceOps(ArrayAttr first, ArrayAttr second) {
  llvm::SmallSetVector<Attribute, 8> merged(first.begin(), first.end());
  merged.insert(second.begin(), second.end());
  return ArrayAttr::get(first.getContext(), merged.getArrayRef());
}

/// The number that recordSourceOps gave; ops without one come last.
static unsigned sourceNumber(Attribute source) {
  unsigned number = ~0u;
  StringRef text = cast<StringAttr>(source).getValue();
  (void)text.rsplit('#').second.getAsInteger(10, number);
  return number;
}

ArrayAttr tilewright::publicSourceOps(ArrayAttr sources) {
  SmallVector<Attribute> sorted(sources.begin(), sources.end());
  llvm::sort(sorted, [](Attribute a, Attribute b) {
    return sourceNumber(a) < sourceNumber(b);
  });
  for (Attribute &source : sorted)
    if (sourceNumber(source) != ~0u)
      source = StringAttr::get(
          source.getContext(),
          cast<StringAttr>(source).getValue().rsplit('#').first);
  return ArrayAttr::get(sources.getContext(), sorted);
}

void tilewright::prependSourceOps(Operation *op, ArrayAttr first) {
  if (!first.empty())
    op->setAttr(kSourceOpsAttr, mergeSourceOps(first, sourceOps(op)));
}

ArrayAttr tilewright::ownSource(Operation *op) {
  std::string source =
      (op->getName().getStringRef() + "|" + locationString(op->getLoc())).str();
  return Builder(op->getContext()).getStrArrayAttr({source});
}

namespace {
/// What replaces an op stands for it too, and so does all else that a pattern
/// makes of its root (the parts of a concatenation, the filling of a pad).
class ProvenanceListener : public RewriterBase::Listener {
  void notifyPatternBegin(const Pattern &, Operation *root) override {
    rootSources = sourceOps(root);
    made.clear();
  }
  void notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) override {
    if (!isFree(op) && isa_and_nonnull<func::FuncOp>(op->getParentOp()) &&
        llvm::any_of(op->getResultTypes(), llvm::IsaPred<TensorType>))
      made.insert(op);
  }
  void notifyOperationErased(Operation *op) override { made.remove(op); }
  void notifyPatternEnd(const Pattern &, LogicalResult) override {
    if (rootSources && !rootSources.empty())
      for (Operation *op : made)
        if (!op->hasAttr(kSourceOpsAttr))
          op->setAttr(kSourceOpsAttr, rootSources);
    made.clear();
  }
  void notifyOperationReplaced(Operation *op, ValueRange values) override {
    ArrayAttr sources = sourceOps(op);
    if (sources.empty())
      return;
    for (Value value : values) {
      Operation *computed = value.getDefiningOp();
      while (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
                             tensor::CastOp>(computed))
        computed = computed->getOperand(0).getDefiningOp();
      // An op replaced by an older value (an identity copy) vanishes; its
      // sources stay with the op that really produces the value.
      if (computed && computed != op && !isFree(computed))
        computed->setAttr(kSourceOpsAttr,
                          mergeSourceOps(sourceOps(computed), sources));
    }
  }

  ArrayAttr rootSources;
  llvm::SetVector<Operation *> made; ///< by the pattern at work
};
} // namespace

LogicalResult tilewright::applyGraphPatterns(ModuleOp module,
                                             RewritePatternSet &&patterns) {
  MLIRContext *context = module.getContext();
  for (Dialect *dialect : context->getLoadedDialects())
    dialect->getCanonicalizationPatterns(patterns);
  for (RegisteredOperationName op : context->getRegisteredOperations())
    op.getCanonicalizationPatterns(patterns, context);
  linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
  tensor::populateFoldTensorEmptyPatterns(patterns);

  ProvenanceListener listener;
  GreedyRewriteConfig config;
  config.setListener(&listener);
  config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
  return applyPatternsGreedily(module, std::move(patterns), config);
}
