//===- PartitionKernels.cpp - Groups of generics become kernels -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what a kernel function looks like. The groups are planned first
// (KernelPlan.h), which leaves the members of each next to each other; then
// each is brought into canonical loop order and outlined, and a call stands
// where its last member stood.
//
//===----------------------------------------------------------------------===//

#include "AccessLedger.h"
#include "Contraction.h"
#include "KernelFunction.h"
#include "KernelPlan.h"
#include "Provenance.h"
#include "Reduction.h"
#include "ScatterKernels.h"
#include "TmTensorKernels.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "tilewright/Graph/Passes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_PARTITIONKERNELSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

//===----------------------------------------------------------------------===//
// Canonical loop order
//===----------------------------------------------------------------------===//

/// Orders the loops of `generic` so that its first result is written with the
/// identity map, reductions last.
static GenericOp orderLoopsByResult(IRRewriter &rewriter, GenericOp generic) {
  AffineMap result = generic.getIndexingMapsArray()[generic.getNumDpsInputs()];
  SmallVector<unsigned> order;
  for (AffineExpr expr : result.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      order.push_back(dim.getPosition());
  for (unsigned dim = 0; dim < generic.getNumLoops(); ++dim)
    if (!llvm::is_contained(order, dim))
      order.push_back(dim);
  if (order.size() != generic.getNumLoops() || llvm::is_sorted(order))
    return generic;
  rewriter.setInsertionPoint(generic);
  ArrayAttr sources = sourceOps(generic);
  FailureOr<GenericOp> ordered =
      linalg::interchangeGenericOp(rewriter, generic, order);
  if (failed(ordered))
    return generic;
  (*ordered)->setAttr(kSourceOpsAttr, sources);
  return *ordered;
}

/// Makes the contraction write its result as `epilogue` reads it, if it may
/// start from another shape of the same fill.
static GenericOp writeAsRead(IRRewriter &rewriter, GenericOp contraction,
                             GenericOp epilogue) {
  OpOperand &use = *contraction->use_begin();
  AffineMap read = epilogue.getMatchingIndexingMap(&use);
  auto fill =
      contraction.getDpsInitOperand(0)->get().getDefiningOp<linalg::FillOp>();
  if (read.isIdentity() || !fill)
    return contraction;
  auto oldType = cast<RankedTensorType>(contraction.getResult(0).getType());
  AffineMap toLoops = inversePermutation(read);
  auto type = oldType.clone(applyPermutationMap(toLoops, oldType.getShape()));
  rewriter.setInsertionPoint(contraction);
  Value empty = tensor::EmptyOp::create(rewriter, fill.getLoc(),
                                        type.getShape(), type.getElementType());
  auto start =
      linalg::FillOp::create(rewriter, fill.getLoc(), fill.value(), empty);
  start->setAttr(kSourceOpsAttr, sourceOps(fill));
  SmallVector<AffineMap> maps = contraction.getIndexingMapsArray();
  maps.back() = toLoops.compose(maps.back());
  auto permuted = GenericOp::create(rewriter, contraction.getLoc(), type,
                                    contraction.getInputs(), start.getResult(0),
                                    maps, contraction.getIteratorTypesArray());
  permuted->setAttr(kSourceOpsAttr, sourceOps(contraction));
  rewriter.inlineRegionBefore(contraction.getRegion(), permuted.getRegion(),
                              permuted.getRegion().begin());
  SmallVector<AffineMap> readMaps = epilogue.getIndexingMapsArray();
  readMaps[use.getOperandNumber()] =
      rewriter.getMultiDimIdentityMap(epilogue.getNumLoops());
  use.set(permuted.getResult(0));
  epilogue.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(readMaps));
  rewriter.eraseOp(contraction);
  return permuted;
}

/// Orders the epilogue's loops by how it reads the contraction.
static GenericOp orderLoopsByRead(IRRewriter &rewriter, GenericOp epilogue,
                                  OpOperand &use) {
  AffineMap read = epilogue.getMatchingIndexingMap(&use);
  if (read.isIdentity())
    return epilogue;
  SmallVector<unsigned> order;
  for (unsigned i = 0; i < read.getNumResults(); ++i)
    order.push_back(read.getDimPosition(i));
  rewriter.setInsertionPoint(epilogue);
  ArrayAttr sources = sourceOps(epilogue);
  FailureOr<GenericOp> ordered =
      linalg::interchangeGenericOp(rewriter, epilogue, order);
  if (failed(ordered))
    return epilogue;
  (*ordered)->setAttr(kSourceOpsAttr, sources);
  return *ordered;
}

static void canonicalize(IRRewriter &rewriter, KernelGroup &group) {
  for (GenericOp &member : group.members) {
    bool isAnchor = member == group.anchor, isLast = member == group.epilogue,
         isReduction = member == group.reduction;
    if (isAnchor && group.epilogue)
      continue; // the epilogue decides, and follows
    member = orderLoopsByResult(rewriter, member);
    if (isAnchor)
      group.anchor = member;
    if (isLast)
      group.epilogue = member;
    if (isReduction)
      group.reduction = member;
  }
  if (!group.epilogue)
    return;
  GenericOp *anchor = llvm::find(group.members, group.anchor);
  GenericOp *epilogue = llvm::find(group.members, group.epilogue);
  *anchor = writeAsRead(rewriter, *anchor, *epilogue);
  *epilogue = orderLoopsByRead(rewriter, *epilogue, *(*anchor)->use_begin());
  *anchor = orderLoopsByResult(rewriter, *anchor);
  group.anchor = *anchor;
  group.epilogue = *epilogue;
}

//===----------------------------------------------------------------------===//
// Outlining
//===----------------------------------------------------------------------===//

namespace {
/// Builds the function of one group and the call that replaces it.
class Outliner {
public:
  Outliner(ModuleOp module, unsigned number) : module(module), number(number) {}
  LogicalResult run(KernelGroup &group);

private:
  /// Empties, fills, scalar constants, slices and padding are made again inside
  /// the kernel; other tensors are arguments.
  LogicalResult collectArguments(GenericOp member);
  static LogicalResult cloneMember(GenericOp member, KernelFunction &kernel);
  /// What is used outside the group, in program order.
  SmallVector<Value> findResults(KernelGroup &group) const;

  ModuleOp module;
  unsigned number;
  llvm::SmallSetVector<Value, 8> arguments;
  SmallPtrSet<Operation *, 4> members;
};
} // namespace

/// The tensor that a slice or padding is a view of; kernels make the view
/// themselves.
static Value viewedTensor(Value value) {
  if (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>())
    return slice.getSource();
  if (auto pad = value.getDefiningOp<tensor::PadOp>())
    return pad.getSource();
  return {};
}

LogicalResult Outliner::collectArguments(GenericOp member) {
  for (OpOperand &operand : member->getOpOperands()) {
    Value value = operand.get();
    if (!isa<RankedTensorType>(value.getType()))
      return member.emitError()
             << "operand " << operand.getOperandNumber()
             << " is a scalar that is not a constant, which is not supported "
                "yet; pass it as a rank-0 tensor";
    bool internal =
        value.getDefiningOp() && members.contains(value.getDefiningOp());
    if (internal || isRemade(value))
      continue;
    Value viewed = viewedTensor(value);
    arguments.insert(viewed ? viewed : value);
  }
  member.getRegion().walk([&](tensor::ExtractOp extract) {
    Value source = extract.getTensor();
    if (!member.getRegion().isAncestor(source.getParentRegion()))
      arguments.insert(source);
  });
  return success();
}

/// The slice or padding that an input is.
static void cloneView(Value input, KernelFunction &kernel) {
  if (!viewedTensor(input) || kernel.contains(input))
    return;
  Operation *view = input.getDefiningOp();
  if (auto pad = dyn_cast<tensor::PadOp>(view)) {
    Value padding = pad.getConstantPaddingValue();
    if (!pad.getRegion().isAncestor(padding.getParentRegion()))
      kernel.remake(padding);
  }
  kernel.clone(view);
}

/// The constants that a body uses.
static LogicalResult cloneCaptured(GenericOp member, KernelFunction &kernel) {
  // In the order of their use in the body, so that equal kernels come out
  // equal.
  WalkResult result = member.getRegion().walk([&](Operation *op) {
    for (Value operand : op->getOperands()) {
      if (kernel.contains(operand) ||
          member.getRegion().isAncestor(operand.getParentRegion()))
        continue;
      Operation *definition = operand.getDefiningOp();
      if (!definition || !matchPattern(operand, m_Constant())) {
        op->emitError() << "'" << op->getName()
                        << "' uses a value from outside its body that is not a "
                           "constant, which is not supported yet";
        return WalkResult::interrupt();
      }
      kernel.remake(operand);
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult Outliner::cloneMember(GenericOp member, KernelFunction &kernel) {
  if (failed(cloneCaptured(member, kernel)))
    return failure();
  for (Value input : member.getInputs())
    cloneView(input, kernel);
  // Among the inputs: the extents of a window.
  for (Value operand : member->getOperands())
    if (isRemade(operand))
      kernel.remake(operand);
  kernel.clone(member);
  return success();
}

SmallVector<Value> Outliner::findResults(KernelGroup &group) const {
  SmallVector<Value> results;
  auto isOutside = [&](Operation *user) { return !members.contains(user); };
  auto add = [&](Operation *member) {
    for (Value result : member->getResults())
      if (llvm::any_of(result.getUsers(), isOutside))
        results.push_back(result);
  };
  for (GenericOp member : group.members)
    add(member);
  if (group.insert)
    add(group.insert);
  return results;
}

static std::string describe(KernelGroup &group) {
  if (group.isAttention)
    return "attention";
  if (classify(group.anchor) == WorkKind::Reduction)
    return describeReduction(group.members).str();
  return describeWork(group.anchor).str();
}

LogicalResult Outliner::run(KernelGroup &group) {
  members.insert_range(group.members);
  if (group.insert)
    members.insert(group.insert);
  for (GenericOp member : group.members)
    if (failed(collectArguments(member)))
      return failure();
  if (group.insert && !arguments.insert(group.insert.getDest()))
    return group.insert.emitError(
        "the destination is also read by what is written into it");

  SmallVector<Value> results = findResults(group);
  const std::string what = describe(group);
  KernelFunction kernel(module, group.anchor.getLoc(), number, what,
                        arguments.getArrayRef(), results,
                        /*writesLast=*/bool(group.insert));
  for (GenericOp member : group.members)
    if (failed(cloneMember(member, kernel)))
      return failure();
  if (group.insert)
    kernel.clone(group.insert);
  if (what == "copy")
    recordCopied(group.last(), kernel.getSources(),
                 group.anchor.getIndexingMapsArray().front(),
                 cast<RankedTensorType>(group.anchor.getResult(0).getType()));
  func::CallOp call = kernel.finish(group.last());
  for (auto [result, replacement] : llvm::zip_equal(results, call.getResults()))
    result.replaceUsesWithIf(replacement, [&](OpOperand &use) {
      return !members.contains(use.getOwner());
    });
  if (group.insert)
    group.insert.erase();
  for (GenericOp member : llvm::reverse(group.members))
    member.erase();
  return success();
}

/// Removes what the outlined groups leave unused.
static void eraseDead(func::FuncOp function) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

/// Fusion, views and the order of loops compute coordinates by affine.apply;
/// bodies have arith only.
static void expandCoordinates(ModuleOp module) {
  SmallVector<affine::AffineApplyOp> applies;
  module.walk([&](affine::AffineApplyOp op) {
    if (op->getParentOfType<GenericOp>())
      applies.push_back(op);
  });
  for (affine::AffineApplyOp op : applies) {
    OpBuilder builder(op);
    auto values = affine::expandAffineMap(builder, op.getLoc(), op.getMap(),
                                          op.getMapOperands());
    op.replaceAllUsesWith(values->front());
    op.erase();
  }
}

namespace {
struct PartitionKernelsPass
    : tilewright::impl::PartitionKernelsPassBase<PartitionKernelsPass> {
  using PartitionKernelsPassBase::PartitionKernelsPassBase;
  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::Expected<Fusion> fusion = Fusion::parse(fusionKinds);
    if (!fusion) {
      emitError(module.getLoc(), llvm::toString(fusion.takeError()));
      return signalPassFailure();
    }
    IRRewriter rewriter(&getContext());
    unsigned number = 0;
    for (auto function : llvm::to_vector(module.getOps<func::FuncOp>())) {
      if (function.isExternal() || function->hasAttr(kKernelAttr) ||
          !function.getBody().hasOneBlock())
        continue;
      if (failed(outlineTmTensorOps(function, number)))
        return signalPassFailure();
      outlineScatters(function, number);
      for (KernelGroup &group : planKernels(function, *fusion)) {
        canonicalize(rewriter, group);
        if (failed(Outliner(module, number++).run(group)))
          return signalPassFailure();
      }
      eraseDead(function);
    }
    expandCoordinates(module);
  }
};
} // namespace
