//===- CodegenPass.cpp - Kernel functions from tensors to tiles -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MachineOption.h"
#include "MachinePasses.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Codegen/Codegen.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Transforms/Passes.h"

namespace tilewright {
#define GEN_PASS_DEF_CODEGEN
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

namespace {
struct CodegenPass : tilewright::impl::CodegenBase<CodegenPass> {
  using CodegenBase::CodegenBase;
  explicit CodegenPass(const MachineConfig &machine) : machine(machine) {}

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(machine.resolve(machineName, module.getLoc())))
      return signalPassFailure();
    Builder builder(module.getContext());
    for (auto function :
         llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
      if (!function->hasAttr("togsim.kernel")) {
        function.erase();
        continue;
      }
      function->setAttr("togsim.macs",
                        builder.getI64IntegerAttr(countMacs(function)));
      function.setPublic();
      if (failed(generateKernel(function, machine.get())))
        return signalPassFailure();
    }
  }

private:
  MachineHolder machine;
};
} // namespace

std::unique_ptr<Pass> createCodegen(const MachineConfig &machine) {
  return std::make_unique<CodegenPass>(machine);
}
