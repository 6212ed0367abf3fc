//===- Codegen.h - From fused tensor ops to kernel IR -----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the step from level G2 to K0: every `togsim.kernel` function on tensors
// becomes one on device memrefs with tile loops, transfers, linalg on tiles and
// togsim.contract, following the kernel's Schedule. Inputs come first among the
// new function's arguments, outputs after them (attribute `togsim.num_inputs`).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_CODEGEN_CODEGEN_H
#define TILEWRIGHT_CODEGEN_CODEGEN_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilewright/Machine/MachineConfig.h"
#include <array>
#include <optional>

namespace tilewright {

/// The schedule of a kernel function, as JSON: on tensors the keys that are
/// decided already (if any), in kernel IR the whole Schedule.
constexpr const char *kScheduleAttr = "togsim.schedule";

/// Before: how many schedules the tuner wants to measure. After: the heuristic's
/// and that many more, best first, as JSON.
constexpr const char *kCandidatesAttr = "togsim.candidates";

/// Rewrites one kernel function in place from tensors to kernel IR. Emits an
/// error on `kernel` or the op concerned when it cannot.
mlir::LogicalResult generateKernel(mlir::func::FuncOp kernel,
                                   const MachineConfig &machine);

/// M, N and K of a plain matrix product, as its source has them; nothing for
/// batches, convolutions and kernels of other kinds.
std::optional<std::array<int64_t, 3>> matrixShapeOf(mlir::func::FuncOp kernel);

/// Whether a kernel on tensors reduces rows that must be whole, because an op
/// along them uses a reduction's result, and do not fit the scratchpad. Failure,
/// reported, when its ops share no iteration space.
mlir::FailureOr<bool> rowsAreTooLong(mlir::func::FuncOp kernel,
                                     const MachineConfig &machine);

/// Useful multiply-accumulates of one launch of a kernel still on tensors.
uint64_t countMacs(mlir::func::FuncOp kernel);

} // namespace tilewright

#endif // TILEWRIGHT_CODEGEN_CODEGEN_H
