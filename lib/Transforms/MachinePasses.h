//===- MachinePasses.h - Passes made for a given machine --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Constructors of the passes that depend on the machine, for the driver's
// pipelines; on the command line they take the `machine` option instead.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_TRANSFORMS_MACHINEPASSES_H
#define TILEWRIGHT_LIB_TRANSFORMS_MACHINEPASSES_H

#include "mlir/Pass/Pass.h"
#include "tilewright/Machine/MachineConfig.h"

std::unique_ptr<mlir::Pass>
createSplitRows(const tilewright::MachineConfig &machine);
std::unique_ptr<mlir::Pass>
createCodegen(const tilewright::MachineConfig &machine);
std::unique_ptr<mlir::Pass>
createProjectLanes(const tilewright::MachineConfig &machine);
std::unique_ptr<mlir::Pass>
createFineGrainedDma(const tilewright::MachineConfig &machine);
std::unique_ptr<mlir::Pass>
createAllocateScratchpad(const tilewright::MachineConfig &machine);
std::unique_ptr<mlir::Pass>
createVectorizeBanks(const tilewright::MachineConfig &machine);
std::unique_ptr<mlir::Pass>
createLowerToVcix(const tilewright::MachineConfig &machine);

#endif // TILEWRIGHT_LIB_TRANSFORMS_MACHINEPASSES_H
