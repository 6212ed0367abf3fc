//===- tilewright-opt.cpp - Run Tilewright's passes on MLIR text ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The pass driver of the tests and of compiler engineers: every pass of the
// project by name, next to the upstream passes its pipelines are made of.
//
//===----------------------------------------------------------------------===//

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Frontend/Frontend.h"
#include "tilewright/Graph/Graph.h"
#include "tilewright/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  tilewright::registerAllDialects(registry);
  registry.insert<tilewright::togsim::TogSimDialect>();
  tilewright::registerGraphPasses();
  tilewright::registerTransformsPasses();
  mlir::registerTransformsPasses();
  mlir::registerLowerAffinePass();
  mlir::registerSCFToControlFlowPass();
  mlir::affine::registerAffinePasses();
  mlir::memref::registerMemRefPasses();
  mlir::registerLinalgPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "Tilewright pass driver\n", registry));
}
