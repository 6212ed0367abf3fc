//===- Pipelines.cpp - The order kernel passes run in ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MachinePasses.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "tilewright/Transforms/Passes.h"

using namespace mlir;
using namespace tilewright;

void tilewright::buildFitPhase(OpPassManager &pm,
                               const MachineConfig &machine) {
  pm.addPass(::createSplitRows(machine));
}

void tilewright::buildTilesPhase(OpPassManager &pm,
                                 const MachineConfig &machine) {
  pm.addPass(::createCodegen(machine));
}

void tilewright::buildDescriptorsPhase(OpPassManager &pm,
                                       const MachineConfig &machine) {
  OpPassManager &kernels = pm.nest<func::FuncOp>();
  kernels.addPass(createPipelineTransfers());
  kernels.addPass(createCSEPass());
}

void tilewright::buildBanksPhase(OpPassManager &pm,
                                 const MachineConfig &machine) {
  OpPassManager &kernels = pm.nest<func::FuncOp>();
  kernels.addPass(::createProjectLanes(machine));
  kernels.addPass(::createFineGrainedDma(machine));
  kernels.addPass(createDecomposeTransfer());
  kernels.addPass(::createAllocateScratchpad(machine));
  kernels.addPass(createMarkNodes());
}

void tilewright::buildLLVMPhase(OpPassManager &pm,
                                const MachineConfig &machine) {
  OpPassManager &kernels = pm.nest<func::FuncOp>();
  kernels.addPass(::createVectorizeBanks(machine));
  kernels.addPass(::createLowerToVcix(machine));
  kernels.addPass(createLowerMath());
  kernels.addPass(createLowerDmaToGemmini());
  kernels.addPass(createCSEPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createLowerToLLVM());
  pm.addPass(createCanonicalizerPass());
}
