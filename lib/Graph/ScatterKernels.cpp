//===- ScatterKernels.cpp - Kernels that write at positions ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScatterKernels.h"
#include "KernelFunction.h"
#include "Provenance.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tilewright;
using tm_tensor::ScatterOp;

std::string tilewright::scatterProblem(ScatterOp scatter) {
  Type element = scatter.getOriginal().getType().getElementType();
  const int64_t first = scatter.getFirstWindowDim();
  for (int64_t dim : scatter.getDimensionMap())
    if (dim >= first &&
        scatter.getUpdates().getType().getDimSize(dim - first + 1) != 1)
      return "its windows are longer than 1 along a dimension that is looked "
             "up";
  if (scatter.overwrites())
    return "";
  Operation *combiner = scatter.getCombiner();
  if (!combiner || !isa<arith::AddFOp, arith::AddIOp, arith::MulFOp,
                        arith::MulIOp, arith::MaximumFOp, arith::MaxSIOp,
                        arith::MinimumFOp, arith::MinSIOp>(combiner))
    return "it must overwrite, or combine by one sum, product, maximum or "
           "minimum";
  if (element.isInteger(1))
    return "it combines booleans; convert them to integers first";
  return "";
}

ScatterOp tilewright::findScatter(func::FuncOp kernel) {
  auto scatters = kernel.getBody().front().getOps<ScatterOp>();
  return scatters.empty() ? ScatterOp() : *scatters.begin();
}

static void outline(ScatterOp scatter, ModuleOp module, unsigned number) {
  // One tensor may be updates and indices; what is written is the last.
  llvm::SmallSetVector<Value, 3> arguments;
  for (Value operand : scatter->getOperands())
    arguments.insert(operand);
  KernelFunction kernel(module, scatter.getLoc(), number, "scatter",
                        arguments.getArrayRef(), scatter->getResults(),
                        /*writesLast=*/true);
  kernel.clone(scatter);
  scatter->replaceAllUsesWith(kernel.finish(scatter));
  scatter->erase();
}

void tilewright::outlineScatters(func::FuncOp function, unsigned &number) {
  auto module = function->getParentOfType<ModuleOp>();
  for (auto scatter : llvm::make_early_inc_range(
           function.getBody().front().getOps<ScatterOp>())) {
    if (scatter->use_empty())
      scatter->erase();
    else
      outline(scatter, module, number++);
  }
}

LogicalResult tilewright::verifyScatterKernel(func::FuncOp kernel) {
  ScatterOp scatter = findScatter(kernel);
  for (Operation &op : kernel.getBody().front())
    if (&op != scatter && !isa<func::ReturnOp>(op))
      return op.emitError()
             << "'" << op.getName() << "' may not be next to a scatter";
  std::string problem = scatterProblem(scatter);
  if (!problem.empty())
    return scatter.emitError(problem);
  for (OpOperand &operand : scatter->getOpOperands())
    if (!isa<BlockArgument>(operand.get()))
      return scatter.emitError() << "operand " << operand.getOperandNumber()
                                 << " must be an argument of the kernel";
  auto original = cast<BlockArgument>(scatter.getOriginal());
  if (original.getArgNumber() + 1 != kernel.getNumArguments() ||
      !original.hasOneUse())
    return scatter.emitError("what is written must be the last argument, and "
                             "have no other use");
  auto inplace = kernel->getAttrOfType<ArrayAttr>(kInplaceAttr);
  if (!inplace || inplace.size() != 1 ||
      inplace[0] != IntegerAttr::get(IntegerType::get(kernel.getContext(), 64),
                                     original.getArgNumber()))
    return scatter.emitError()
           << "a kernel that scatters needs '" << kInplaceAttr
           << "' with the number of its last argument";
  auto ret = cast<func::ReturnOp>(kernel.getBody().front().getTerminator());
  if (ret.getNumOperands() != 1 || ret.getOperand(0).getDefiningOp() != scatter)
    return kernel.emitError("a kernel that scatters returns the result alone");
  return success();
}
