//===- KernelFunction.cpp - Kernels as functions --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelFunction.h"
#include "OperandCopy.h"
#include "KernelPlan.h"
#include "Provenance.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace tilewright;

bool tilewright::isRemade(Value tensor) {
  if (tensor.getDefiningOp<tensor::EmptyOp>())
    return true;
  auto fill = tensor.getDefiningOp<linalg::FillOp>();
  return fill && matchPattern(fill.value(), m_Constant()) &&
         fill.output().getDefiningOp<tensor::EmptyOp>();
}

KernelFunction::KernelFunction(ModuleOp module, Location loc, unsigned number,
                               StringRef what, ValueRange arguments,
                               ValueRange results, bool writesLast)
    : arguments(arguments), results(results), body(module.getContext()),
      sources(body.getArrayAttr({})) {
  kernel = func::FuncOp::create(
      loc, ("kernel_" + Twine(number) + "_" + what).str(),
      body.getFunctionType(arguments.getTypes(), results.getTypes()));
  kernel.setPrivate();
  kernel->setAttr(kKernelAttr, body.getUnitAttr());
  if (writesLast)
    kernel->setAttr(kInplaceAttr,
                    body.getI64ArrayAttr({int64_t(arguments.size()) - 1}));
  SymbolTable(module).insert(kernel);
  Block *entry = kernel.addEntryBlock();
  for (auto [value, argument] :
       llvm::zip_equal(arguments, entry->getArguments())) {
    mapping.map(value, argument);
    argument.setLoc(value.getLoc());
  }
  body.setInsertionPointToEnd(entry);
}

void KernelFunction::clone(Operation *op) {
  sources = mergeSourceOps(sources, sourceOps(op));
  Operation *copy = body.clone(*op, mapping);
  copy->removeAttr(kSourceOpsAttr);
  copy->removeAttr(kOwnKernelAttr);
}

void KernelFunction::remake(Value value) {
  if (mapping.contains(value))
    return;
  Operation *op = value.getDefiningOp();
  if (auto fill = dyn_cast<linalg::FillOp>(op)) {
    remake(fill.value());
    remake(fill.output());
    clone(fill);
    return;
  }
  // Memory and constants compute nothing.
  body.clone(*op, mapping)->removeAttr(kSourceOpsAttr);
}

func::CallOp KernelFunction::finish(Operation *where) {
  SmallVector<Value> returned;
  for (Value result : results)
    returned.push_back(mapping.lookup(result));
  func::ReturnOp::create(body, where->getLoc(), returned);
  ArrayAttr shown = publicSourceOps(sources);
  kernel->setAttr(kSourceOpsAttr, shown);
  OpBuilder builder(where);
  auto call = func::CallOp::create(builder, kernel.getLoc(), kernel, arguments);
  call->setAttr(kSourceOpsAttr, shown);
  return call;
}
