//===- SplitRows.cpp - Reduction kernels whose rows are too long ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A softmax or normalization keeps its rows in the scratchpad between its
// reductions. When they do not fit, the kernel becomes one kernel per phase: a
// phase ends where an op along rows uses a reduction's result. Row results go
// from phase to phase through memory; values along rows are computed again from
// the kernel's inputs, which are read once per phase. Each phase takes rows in
// pieces.
//
// So do kernels of few long rows. Then, and wherever else few long rows are
// reduced, parts of rows are spread over the lanes (SplitLanes.h).
//
//===----------------------------------------------------------------------===//

#include "MachineOption.h"
#include "MachinePasses.h"
#include "SplitLanes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "tilewright/Codegen/Codegen.h"
#include "tilewright/Graph/IterationSpace.h"
#include "tilewright/Transforms/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace tilewright {
#define GEN_PASS_DEF_SPLITROWS
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace {

/// One of the kernels that replace the original.
struct Phase {
  SetVector<Operation *> ops;         ///< of the original, in program order
  SmallVector<Value> inputs, results; ///< of the original
  func::FuncOp function;
};

class Splitter {
public:
  explicit Splitter(func::FuncOp kernel) : kernel(kernel) {}
  LogicalResult run();
  bool hasPhases();
  ArrayRef<Phase> result() const { return phases; }

private:
  LogicalResult findLevels();
  bool isReduction(Operation *op) const {
    return cast<GenericOp>(op).getNumReductionLoops() > 0;
  }
  /// Results have one value per row.
  bool isPerRow(Operation *op) const {
    return isReduction(op) || !alongRows.contains(op);
  }
  void addNeeded(Phase &phase, Operation *op);
  void makePhases();
  void connect();
  LogicalResult build(Phase &phase, unsigned number);
  LogicalResult fuse(func::FuncOp function);

  func::FuncOp kernel;
  SmallVector<GenericOp> ops;
  llvm::DenseSet<Operation *> alongRows;
  llvm::DenseMap<Operation *, unsigned> level;
  SmallVector<Phase> phases;
};

} // namespace

LogicalResult Splitter::findLevels() {
  ops = llvm::to_vector(kernel.getBody().front().getOps<GenericOp>());
  auto space = unifyIterationSpace(ops);
  if (!space)
    return kernel.emitError("unsupported: the ops of this reduction kernel do "
                            "not share one iteration space");
  llvm::DenseSet<Operation *> dependent;
  for (GenericOp op : ops) {
    if (llvm::any_of(space->dims[op],
                     [&](int d) { return d >= 0 && space->reduced[d]; }))
      alongRows.insert(op);
    unsigned &own = level[op];
    for (Value input : op.getInputs()) {
      auto producer = input.getDefiningOp<GenericOp>();
      if (!producer)
        continue;
      bool final = isReduction(producer) ||
                   (isPerRow(producer) && dependent.contains(producer));
      if (final || dependent.contains(producer))
        dependent.insert(op);
      own = std::max(own, level[producer] +
                              unsigned(final && alongRows.contains(op)));
    }
  }
  return success();
}

/// Adds `op` and what it needs of the same phase, or can be computed again.
void Splitter::addNeeded(Phase &phase, Operation *op) {
  if (phase.ops.contains(op))
    return;
  for (Value input : cast<GenericOp>(op).getInputs())
    if (auto producer = input.getDefiningOp<GenericOp>())
      if (!isPerRow(producer) || level[producer] == level[op])
        addNeeded(phase, producer);
  phase.ops.insert(op);
}

void Splitter::makePhases() {
  auto returned = kernel.getBody().front().getTerminator()->getOperands();
  unsigned levels = 0;
  for (auto [op, own] : level)
    levels = std::max(levels, own + 1);
  for (unsigned number = 0; number < levels; ++number) {
    Phase reducing;
    for (GenericOp op : ops)
      if (level[op] == number && isPerRow(op))
        addNeeded(reducing, op);
    bool reduces = llvm::any_of(reducing.ops,
                                [&](Operation *op) { return isReduction(op); });
    // Values along rows that are returned: with the reductions of their phase,
    // else a kernel each.
    for (GenericOp op : ops) {
      bool isResult = llvm::any_of(op.getResults(), [&](Value result) {
        return llvm::is_contained(returned, result);
      });
      if (level[op] != number || isPerRow(op) || !isResult)
        continue;
      if (reduces) {
        addNeeded(reducing, op);
        continue;
      }
      Phase alone;
      addNeeded(alone, op);
      phases.push_back(std::move(alone));
    }
    if (!reducing.ops.empty())
      phases.push_back(std::move(reducing));
  }
  for (Phase &phase : phases) {
    SmallVector<Operation *> sorted(phase.ops.begin(), phase.ops.end());
    llvm::sort(sorted, [](Operation *a, Operation *b) {
      return a->isBeforeInBlock(b);
    });
    phase.ops = SetVector<Operation *>(sorted.begin(), sorted.end());
  }
}

/// What each phase takes and gives.
void Splitter::connect() {
  auto returned = kernel.getBody().front().getTerminator()->getOperands();
  llvm::DenseSet<Value> given;
  for (Phase &phase : phases)
    for (Operation *op : phase.ops)
      for (Value input : cast<GenericOp>(op).getInputs()) {
        Value source = input;
        if (auto slice = input.getDefiningOp<tensor::ExtractSliceOp>())
          source = slice.getSource();
        Operation *producer = source.getDefiningOp();
        bool outside = isa<BlockArgument>(source) ||
                       (isa_and_nonnull<GenericOp>(producer) &&
                        !phase.ops.contains(producer));
        if (outside && !llvm::is_contained(phase.inputs, source))
          phase.inputs.push_back(source);
      }
  for (Phase &phase : phases)
    for (Operation *op : phase.ops)
      for (Value result : op->getResults()) {
        bool used = llvm::is_contained(returned, result) ||
                    llvm::any_of(phases, [&](const Phase &other) {
                      return llvm::is_contained(other.inputs, result);
                    });
        // What is computed again is given once, by the phase it belongs to.
        if (used && given.insert(result).second)
          phase.results.push_back(result);
      }
}

LogicalResult Splitter::build(Phase &phase, unsigned number) {
  auto typesOf = [](ArrayRef<Value> values) {
    return llvm::to_vector(
        llvm::map_range(values, [](Value v) { return v.getType(); }));
  };
  OpBuilder builder(kernel);
  auto type =
      builder.getFunctionType(typesOf(phase.inputs), typesOf(phase.results));
  phase.function = func::FuncOp::create(
      builder, kernel.getLoc(),
      (kernel.getSymName() + "_" + llvm::Twine(number)).str(), type);
  phase.function.setPrivate();
  for (StringRef name : {"togsim.kernel", "togsim.ops"})
    if (Attribute attribute = kernel->getAttr(name))
      phase.function->setAttr(name, attribute);
  Block *body = phase.function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  IRMapping mapping;
  for (auto [from, to] : llvm::zip_equal(phase.inputs, body->getArguments()))
    mapping.map(from, to);
  // Constants, fills and slices come with what uses them.
  std::function<void(Operation *)> clone = [&](Operation *op) {
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands()) {
        Operation *def = operand.getDefiningOp();
        if (def && def->getBlock() == &kernel.getBody().front() &&
            !mapping.contains(operand))
          clone(def);
      }
    });
    builder.clone(*op, mapping);
  };
  for (Operation *op : phase.ops)
    clone(op);
  SmallVector<Value> results;
  for (Value result : phase.results)
    results.push_back(mapping.lookup(result));
  func::ReturnOp::create(builder, kernel.getLoc(), results);
  bool reduces =
      llvm::any_of(phase.ops, [&](Operation *op) { return isReduction(op); });
  return reduces ? success() : fuse(phase.function);
}

/// A phase without a reduction is one elementwise op.
LogicalResult Splitter::fuse(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  auto next = [&]() -> OpOperand * {
    for (auto op : function.getBody().front().getOps<GenericOp>())
      for (OpOperand *operand : op.getDpsInputOperands())
        if (operand->get().getDefiningOp<GenericOp>())
          return operand;
    return nullptr;
  };
  while (OpOperand *operand = next()) {
    auto consumer = cast<GenericOp>(operand->getOwner());
    auto producer = operand->get().getDefiningOp<GenericOp>();
    if (!linalg::areElementwiseOpsFusable(operand))
      return kernel.emitError(
          "unsupported: rows do not fit the scratchpad, and "
          "an op along them cannot be computed again");
    rewriter.setInsertionPoint(consumer);
    auto fused = linalg::fuseElementwiseOps(rewriter, operand);
    if (failed(fused))
      return kernel.emitError(
          "unsupported: rows do not fit the scratchpad, and "
          "an op along them cannot be computed again");
    SmallVector<Value> results;
    for (Value result : consumer->getResults())
      results.push_back(fused->replacements.lookup(result));
    rewriter.replaceOp(consumer, results);
    if (producer->use_empty())
      rewriter.eraseOp(producer);
  }
  return success();
}

bool Splitter::hasPhases() {
  return succeeded(findLevels()) &&
         llvm::any_of(level, [](auto &each) { return each.second > 0; });
}

LogicalResult Splitter::run() {
  if (failed(findLevels()))
    return failure();
  makePhases();
  connect();
  for (auto [number, phase] : llvm::enumerate(phases))
    if (failed(build(phase, number)))
      return failure();
  return success();
}

/// Whether an op along rows uses a reduction's result.
static bool hasPhases(func::FuncOp kernel) {
  return Splitter(kernel).hasPhases();
}

/// Replaces a call of the original kernel by calls of its phases.
static void replaceCall(func::CallOp call, func::FuncOp kernel,
                        ArrayRef<Phase> phases) {
  OpBuilder builder(call);
  IRMapping mapping;
  for (auto [argument, operand] :
       llvm::zip_equal(kernel.getArguments(), call.getOperands()))
    mapping.map(argument, operand);
  for (const Phase &phase : phases) {
    SmallVector<Value> operands;
    for (Value input : phase.inputs)
      operands.push_back(mapping.lookup(input));
    auto made =
        func::CallOp::create(builder, call.getLoc(), phase.function, operands);
    for (NamedAttribute attribute : call->getDiscardableAttrs())
      made->setDiscardableAttr(attribute.getName(), attribute.getValue());
    for (auto [from, to] : llvm::zip_equal(phase.results, made.getResults()))
      mapping.map(from, to);
  }
  for (auto [returned, result] :
       llvm::zip_equal(kernel.getBody().front().getTerminator()->getOperands(),
                       call.getResults()))
    result.replaceAllUsesWith(mapping.lookup(returned));
  call.erase();
}

namespace {
struct SplitRowsPass : tilewright::impl::SplitRowsBase<SplitRowsPass> {
  using SplitRowsBase::SplitRowsBase;
  explicit SplitRowsPass(const MachineConfig &machine) : machine(machine) {}

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(machine.resolve(machineName, module.getLoc())))
      return signalPassFailure();
    SmallVector<func::FuncOp> kernels;
    for (auto function : module.getOps<func::FuncOp>()) {
      if (!function->hasAttr("togsim.kernel") ||
          function->hasAttr("togsim.inplace"))
        continue;
      FailureOr<bool> tooLong = rowsAreTooLong(function, machine.get());
      if (failed(tooLong))
        return signalPassFailure();
      if (*tooLong ||
          (hasFewLongRows(function, machine.get()) && hasPhases(function)))
        kernels.push_back(function);
    }
    for (func::FuncOp kernel : kernels) {
      Splitter splitter(kernel);
      if (failed(splitter.run()))
        return signalPassFailure();
      SmallVector<func::CallOp> calls;
      module.walk([&](func::CallOp call) {
        if (call.getCallee() == kernel.getSymName())
          calls.push_back(call);
      });
      for (func::CallOp call : calls)
        replaceCall(call, kernel, splitter.result());
      kernel.erase();
    }
    kernels.clear();
    for (auto function : module.getOps<func::FuncOp>())
      if (function->hasAttr("togsim.kernel"))
        kernels.push_back(function);
    for (func::FuncOp kernel : kernels)
      splitOverLanes(kernel, machine.get());
  }

private:
  MachineHolder machine;
};
} // namespace

std::unique_ptr<Pass> createSplitRows(const MachineConfig &machine) {
  return std::make_unique<SplitRowsPass>(machine);
}
