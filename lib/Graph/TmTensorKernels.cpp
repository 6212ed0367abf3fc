//===- TmTensorKernels.cpp - Kernels of scans and selections --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns which tm_tensor ops can be kernels, how one is outlined, and what such a
// kernel promises to code generation.
//
//===----------------------------------------------------------------------===//

#include "TmTensorKernels.h"
#include "KernelFunction.h"
#include "Provenance.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::tm_tensor;

bool tilewright::isTmTensorAnchor(Operation *op) {
  return isa<ScanOp, TopkOp>(op);
}

static std::string scanProblem(ScanOp scan) {
  Operation *combiner = scan.getCombiner();
  if (scan.getInput().getType().getElementType().isInteger(1))
    return "booleans must be converted to integers first";
  if (!combiner || !arith::getNeutralElement(combiner))
    return "a scan must combine its values by one operation with a neutral "
           "element (a sum, a product, a maximum, ...)";
  if (!scan.getInclusive() && !scan.getCarry().getDefiningOp<linalg::FillOp>())
    return "an exclusive scan must start from a constant";
  return "";
}

static std::string topkProblem(TopkOp topk) {
  Type element = topk.getInput().getType().getElementType();
  if (!isa<IntegerType, Float32Type, Float16Type, BFloat16Type>(element))
    return "only f32, f16, bf16 and integers can be sorted";
  return "";
}

std::string tilewright::tmTensorProblem(Operation *op) {
  if (auto scan = dyn_cast<ScanOp>(op))
    return scanProblem(scan);
  return topkProblem(cast<TopkOp>(op));
}

//===----------------------------------------------------------------------===//
// Outlining
//===----------------------------------------------------------------------===//

static StringRef describe(Operation *op) {
  auto topk = dyn_cast<TopkOp>(op);
  if (!topk)
    return "scan";
  bool isWhole = topk.getValues().getType() == topk.getInput().getType();
  return isWhole ? "sort" : "topk";
}

/// Replaces `op` by the call of a new kernel.
static void outline(Operation *op, ModuleOp module, unsigned number) {
  llvm::SmallSetVector<Value, 4> arguments;
  for (Value operand : op->getOperands())
    if (!isRemade(operand))
      arguments.insert(operand);
  SmallVector<Value> results;
  for (Value result : op->getResults())
    if (!result.use_empty())
      results.push_back(result);
  KernelFunction kernel(module, op->getLoc(), number, describe(op),
                        arguments.getArrayRef(), results,
                        /*writesLast=*/false);
  for (Value operand : op->getOperands())
    if (isRemade(operand))
      kernel.remake(operand);
  kernel.clone(op);
  func::CallOp call = kernel.finish(op);
  for (auto [result, replacement] : llvm::zip_equal(results, call.getResults()))
    result.replaceAllUsesWith(replacement);
  op->erase();
}

LogicalResult tilewright::outlineTmTensorOps(func::FuncOp function,
                                             unsigned &number) {
  auto module = function->getParentOfType<ModuleOp>();
  for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
    if (!isTmTensorAnchor(&op))
      continue;
    if (op.use_empty())
      op.erase();
    else
      outline(&op, module, number++);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Contract
//===----------------------------------------------------------------------===//

LogicalResult tilewright::verifyTmTensorKernel(func::FuncOp kernel) {
  Operation *anchor = nullptr;
  for (Operation &op : kernel.getBody().front()) {
    if (isTmTensorAnchor(&op)) {
      if (anchor)
        return op.emitError("a kernel holds one scan or selection, and nothing "
                            "else");
      anchor = &op;
    } else if (!isa<tensor::EmptyOp, linalg::FillOp, func::ReturnOp>(op) &&
               !op.hasTrait<OpTrait::ConstantLike>()) {
      return op.emitError() << "'" << op.getName()
                            << "' may not be next to a scan or selection";
    }
  }
  std::string problem = tmTensorProblem(anchor);
  if (!problem.empty())
    return anchor->emitError(problem);
  for (OpOperand &operand : anchor->getOpOperands()) {
    bool isInit = cast<DestinationStyleOpInterface>(anchor).isDpsInit(&operand);
    if (isInit ? !isRemade(operand.get()) : !isa<BlockArgument>(operand.get()))
      return anchor->emitError()
             << "operand " << operand.getOperandNumber() << " must be "
             << (isInit ? "an empty tensor or a constant fill"
                        : "an argument of the kernel");
  }
  for (Value value : kernel.getBody().front().getTerminator()->getOperands())
    if (value.getDefiningOp() != anchor)
      return kernel.emitError("returns a value that its scan or selection does "
                              "not compute");
  return success();
}
