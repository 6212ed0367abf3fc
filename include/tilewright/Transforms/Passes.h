//===- Passes.h - Kernel passes ---------------------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the kernel pipeline from level G2 to the LLVM dialect: one pass per file,
// declared in Passes.td, and the order they run in.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TRANSFORMS_PASSES_H
#define TILEWRIGHT_TRANSFORMS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Tog/Tog.h"

namespace tilewright {

#define GEN_PASS_DECL
#include "tilewright/Transforms/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "tilewright/Transforms/Passes.h.inc"

/// Fits kernels to the machine; they stay at level G2.
void buildFitPhase(mlir::OpPassManager &pm, const MachineConfig &machine);
/// The phases of kernel compilation; each leaves the level of its name.
void buildTilesPhase(mlir::OpPassManager &pm, const MachineConfig &machine);       // K0
void buildDescriptorsPhase(mlir::OpPassManager &pm, const MachineConfig &machine); // K1
void buildBanksPhase(mlir::OpPassManager &pm, const MachineConfig &machine);       // K2
void buildLLVMPhase(mlir::OpPassManager &pm, const MachineConfig &machine);        // L

/// The tile operation graph of a kernel at level K2 (after togsim-mark-nodes).
/// Emits an error on ops whose effect on the event stream is not affine.
mlir::FailureOr<tog::Graph> buildTog(mlir::func::FuncOp kernel);

/// Scratchpad bytes per lane and other facts that passes leave on a kernel.
constexpr const char *kSpadBytesAttr = "togsim.spad_bytes";

} // namespace tilewright

#endif // TILEWRIGHT_TRANSFORMS_PASSES_H
