//===- Passes.cpp - Pipelines of the graph layer --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the order of the graph passes.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Graph/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "tilewright/Graph/Graph.h"

using namespace mlir;
using namespace tilewright;

void tilewright::buildAffineGraphPipeline(OpPassManager &pm,
                                          const GraphOptions &options) {
  // Helper functions of the frontend disappear; unused globals go with them.
  pm.addPass(createInlinerPass());
  pm.addPass(createSymbolDCEPass());
  pm.addPass(createDemoteDoublesPass());
  pm.addPass(createCSEPass());
  pm.addPass(createNormalizePass());
  SplitScansPassOptions scans;
  scans.lanes = options.lanes;
  pm.addPass(createSplitScansPass(scans));
  SplitSelectionsPassOptions selections;
  selections.bankBytes = options.bankBytes;
  selections.lanes = options.lanes;
  pm.addPass(createSplitSelectionsPass(selections));
  pm.addPass(createFoldViewsPass());
  FuseElementwisePassOptions fuse;
  fuse.indicesOnly = !options.fusion.elementwise;
  pm.addPass(createFuseElementwisePass(fuse));
  // Fused bodies repeat what their members had in common.
  pm.addPass(createCSEPass());
  // Index arithmetic has arrived in the bodies that use it.
  pm.addPass(createAffineGathersPass());
  pm.addPass(createFuseElementwisePass(fuse));
  pm.addPass(createExpandAttentionPass());
  pm.addPass(createJoinTapsPass());
  pm.addPass(createGraphCopyPass());
  pm.addPass(createAxisSplitPass());
  pm.addPass(createCSEPass());
  pm.addPass(createMaterializeSubsetsPass());
  AlignRowsPassOptions rows;
  rows.lanes = options.lanes;
  pm.addPass(createAlignRowsPass(rows));
  pm.addPass(createAlignAttentionPass());
  pm.addPass(createVerifyAffinePass());
}

void tilewright::buildPartitionPipeline(OpPassManager &pm,
                                        const Fusion &fusion) {
  PartitionKernelsPassOptions partition;
  partition.fusionKinds = fusion.str();
  pm.addPass(createPartitionKernelsPass(partition));
  pm.addPass(createDedupeKernelsPass());
  pm.addPass(createVerifyKernelsPass());
}

void tilewright::registerGraphPasses() {
  registerTilewrightGraphPasses();
  PassPipelineRegistration<>(
      "togsim-affine-graph",
      "G0 to G1: canonical generics, views folded, "
      "elementwise chains fused",
      [](OpPassManager &pm) { buildAffineGraphPipeline(pm); });
  PassPipelineRegistration<>(
      "togsim-partition", "G1 to G2: kernels and a host function of calls",
      [](OpPassManager &pm) { buildPartitionPipeline(pm); });
}
