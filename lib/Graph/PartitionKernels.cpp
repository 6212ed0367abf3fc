//===- PartitionKernels.cpp - Groups of generics become kernels -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns which generics form one kernel and what the kernel function looks like.
//
// A group is a chain in which every tensor but the last one's result has its
// only use inside the group. So the call can stand where the last member stood:
// all operands dominate it, and no cycle between groups can arise. Groups are
// planned first (plan), on the unchanged function; then each is brought into
// canonical loop order and outlined.
//
// To add another anchor (reductions), extend canAnchor and the epilogue rule.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Provenance.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "tilewright/Graph/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_PARTITIONKERNELSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

namespace {
/// One kernel to be: members in program order.
struct Group {
  SmallVector<GenericOp> prologues;
  GenericOp anchor;
  GenericOp epilogue; ///< null when there is none

  GenericOp last() { return epilogue ? epilogue : anchor; }
};
} // namespace

static bool canAnchor(GenericOp generic) {
  return classify(generic) != WorkKind::Reduction;
}

//===----------------------------------------------------------------------===//
// Planning
//===----------------------------------------------------------------------===//

/// The elementwise generic that alone reads the contraction's result, each
/// element once, if it is free to join.
static GenericOp findEpilogue(GenericOp contraction,
                              const DenseSet<Operation *> &taken) {
  if (!contraction->hasOneUse())
    return {};
  OpOperand &use = *contraction->use_begin();
  auto consumer = dyn_cast<GenericOp>(use.getOwner());
  if (!consumer || taken.contains(consumer) || !consumer.isDpsInput(&use) ||
      consumer->getBlock() != contraction->getBlock() ||
      classify(consumer) != WorkKind::Elementwise ||
      consumer->getNumResults() != 1)
    return {};
  bool eachOnce = consumer.getMatchingIndexingMap(&use).isPermutation() &&
                  consumer.getIndexingMapsArray().back().isPermutation();
  return eachOnce ? consumer : GenericOp();
}

/// The elementwise producer of a contraction's input that nothing else reads.
static GenericOp findPrologue(OpOperand *input,
                              const DenseSet<Operation *> &taken) {
  auto producer = input->get().getDefiningOp<GenericOp>();
  if (!producer || taken.contains(producer) || !producer->hasOneUse() ||
      producer->getBlock() != input->getOwner()->getBlock() ||
      classify(producer) != WorkKind::Elementwise ||
      producer->getNumResults() != 1 ||
      !producer.getIndexingMapsArray().back().isPermutation())
    return {};
  return producer;
}

/// The kernels of `function`, in the order of their last members.
static SmallVector<Group> plan(func::FuncOp function) {
  SmallVector<GenericOp> generics(function.getOps<GenericOp>());
  DenseSet<Operation *> taken;
  llvm::MapVector<Operation *, Group> byAnchor;
  // An elementwise op that could finish two contractions joins the later one:
  // by then the other's result exists.
  for (GenericOp generic : llvm::reverse(generics))
    if (classify(generic) == WorkKind::Contraction)
      if (GenericOp epilogue = findEpilogue(generic, taken)) {
        byAnchor[generic].epilogue = epilogue;
        taken.insert(epilogue);
      }
  for (GenericOp generic : generics) {
    if (classify(generic) != WorkKind::Contraction)
      continue;
    Group &group = byAnchor[generic];
    group.anchor = generic;
    taken.insert(generic);
    for (OpOperand *input : generic.getDpsInputOperands())
      if (GenericOp prologue = findPrologue(input, taken)) {
        group.prologues.push_back(prologue);
        taken.insert(prologue);
      }
    llvm::sort(group.prologues,
               [](GenericOp a, GenericOp b) { return a->isBeforeInBlock(b); });
  }
  for (GenericOp generic : generics)
    if (!taken.contains(generic) && canAnchor(generic))
      byAnchor[generic].anchor = generic;

  SmallVector<Group> groups;
  for (auto &entry : byAnchor)
    groups.push_back(std::move(entry.second));
  llvm::sort(groups, [](Group &a, Group &b) {
    return a.last()->isBeforeInBlock(b.last());
  });
  return groups;
}

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

static void canonicalize(IRRewriter &rewriter, Group &group) {
  for (GenericOp &prologue : group.prologues)
    prologue = orderLoopsByResult(rewriter, prologue);
  if (group.epilogue) {
    group.epilogue = orderLoopsByResult(rewriter, group.epilogue);
    group.anchor = writeAsRead(rewriter, group.anchor, group.epilogue);
    group.epilogue =
        orderLoopsByRead(rewriter, group.epilogue, *group.anchor->use_begin());
  }
  group.anchor = orderLoopsByResult(rewriter, group.anchor);
}

//===----------------------------------------------------------------------===//
// Outlining
//===----------------------------------------------------------------------===//

namespace {
/// Builds the function of one group and the call that replaces it.
class Outliner {
public:
  Outliner(ModuleOp module, func::FuncOp host, unsigned number)
      : symbols(module), host(host), number(number),
        builder(module.getContext()) {}
  LogicalResult run(Group &group);

private:
  /// A clone inside the kernel: empties, fills and scalar constants are made
  /// again, other tensors are arguments.
  LogicalResult collectArguments(GenericOp member);
  LogicalResult cloneMember(GenericOp member, OpBuilder &body);
  LogicalResult cloneScalars(GenericOp member, OpBuilder &body);
  void cloneInit(Value init, OpBuilder &body);

  SymbolTable symbols;
  func::FuncOp host;
  unsigned number;
  OpBuilder builder;
  llvm::SmallSetVector<Value, 8> arguments;
  SmallPtrSet<Operation *, 4> members;
  IRMapping mapping;
  ArrayAttr sources;
};
} // namespace

/// Made again inside the kernel instead of being passed.
static bool isRemade(Value tensor) {
  if (tensor.getDefiningOp<tensor::EmptyOp>())
    return true;
  auto fill = tensor.getDefiningOp<linalg::FillOp>();
  return fill && matchPattern(fill.value(), m_Constant()) &&
         fill.output().getDefiningOp<tensor::EmptyOp>();
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
    if (!internal && !isRemade(value))
      arguments.insert(value);
  }
  return success();
}

void Outliner::cloneInit(Value init, OpBuilder &body) {
  if (mapping.contains(init) || !isRemade(init))
    return;
  auto cloneEmpty = [&](Operation *empty) {
    body.clone(*empty, mapping)->removeAttr(kSourceOpsAttr);
  };
  auto fill = init.getDefiningOp<linalg::FillOp>();
  if (!fill)
    return cloneEmpty(init.getDefiningOp());
  Operation *scalar = fill.value().getDefiningOp();
  if (!mapping.contains(fill.value()))
    body.clone(*scalar, mapping);
  if (!mapping.contains(fill.output()))
    cloneEmpty(fill.output().getDefiningOp());
  sources = mergeSourceOps(sources, sourceOps(fill));
  body.clone(*fill, mapping)->removeAttr(kSourceOpsAttr);
}

LogicalResult Outliner::cloneScalars(GenericOp member, OpBuilder &body) {
  // In the order of their use in the body, so that equal kernels come out
  // equal.
  WalkResult result = member.getRegion().walk([&](Operation *op) {
    for (Value operand : op->getOperands()) {
      if (mapping.contains(operand) ||
          member.getRegion().isAncestor(operand.getParentRegion()))
        continue;
      Operation *definition = operand.getDefiningOp();
      if (!definition || !matchPattern(operand, m_Constant())) {
        op->emitError() << "'" << op->getName()
                        << "' uses a value from outside its body that is not a "
                           "constant, which is not supported yet";
        return WalkResult::interrupt();
      }
      body.clone(*definition, mapping);
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult Outliner::cloneMember(GenericOp member, OpBuilder &body) {
  if (failed(cloneScalars(member, body)))
    return failure();
  for (Value init : member.getOutputs())
    cloneInit(init, body);
  sources = mergeSourceOps(sources, sourceOps(member));
  body.clone(*member, mapping)->removeAttr(kSourceOpsAttr);
  return success();
}

LogicalResult Outliner::run(Group &group) {
  SmallVector<GenericOp> ordered(group.prologues);
  ordered.push_back(group.anchor);
  if (group.epilogue)
    ordered.push_back(group.epilogue);
  members.insert_range(ordered);
  for (GenericOp member : ordered)
    if (failed(collectArguments(member)))
      return failure();

  GenericOp last = group.last();
  Location loc = group.anchor.getLoc();
  SmallVector<Type> inputTypes;
  for (Value argument : arguments)
    inputTypes.push_back(argument.getType());
  auto type = builder.getFunctionType(inputTypes, last->getResultTypes());
  std::string name =
      ("kernel_" + Twine(number) + "_" + describeWork(group.anchor)).str();
  auto kernel = func::FuncOp::create(loc, name, type);
  kernel.setPrivate();
  kernel->setAttr(kKernelAttr, builder.getUnitAttr());
  symbols.insert(kernel);

  Block *entry = kernel.addEntryBlock();
  for (auto [value, argument] :
       llvm::zip_equal(arguments, entry->getArguments())) {
    mapping.map(value, argument);
    argument.setLoc(value.getLoc());
  }
  sources = builder.getArrayAttr({});
  OpBuilder body = OpBuilder::atBlockEnd(entry);
  for (GenericOp member : ordered)
    if (failed(cloneMember(member, body)))
      return failure();
  SmallVector<Value> results;
  for (Value result : last->getResults())
    results.push_back(mapping.lookup(result));
  func::ReturnOp::create(body, last.getLoc(), results);
  sources = publicSourceOps(sources);
  kernel->setAttr(kSourceOpsAttr, sources);

  builder.setInsertionPoint(last);
  auto call =
      func::CallOp::create(builder, loc, kernel, arguments.getArrayRef());
  call->setAttr(kSourceOpsAttr, sources);
  last->replaceAllUsesWith(call);
  for (GenericOp member : llvm::reverse(ordered))
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

namespace {
struct PartitionKernelsPass
    : tilewright::impl::PartitionKernelsPassBase<PartitionKernelsPass> {
  using PartitionKernelsPassBase::PartitionKernelsPassBase;
  void runOnOperation() override {
    ModuleOp module = getOperation();
    IRRewriter rewriter(&getContext());
    unsigned number = 0;
    for (auto function : llvm::to_vector(module.getOps<func::FuncOp>())) {
      if (function.isExternal() || function->hasAttr(kKernelAttr) ||
          !function.getBody().hasOneBlock())
        continue;
      for (Group &group : plan(function)) {
        canonicalize(rewriter, group);
        if (failed(Outliner(module, function, number++).run(group)))
          return signalPassFailure();
      }
      eraseDead(function);
    }
  }
};
} // namespace
