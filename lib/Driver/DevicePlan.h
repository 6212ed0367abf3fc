//===- DevicePlan.h - Device buffers and launches of a module ---*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the step from the host function of level G2 to buffers with addresses
// and a launch order. Views are the buffer they view. Temporaries whose
// lifetimes do not overlap share memory.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_DEVICEPLAN_H
#define TILEWRIGHT_LIB_DRIVER_DEVICEPLAN_H

#include "mlir/IR/BuiltinOps.h"
#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Program/Program.h"

namespace tilewright {

/// Fills buffers, launches, inputs, outputs and kernels (names, ops, argument
/// counts, locations) of `program` from the partitioned module.
llvm::Error planDevice(mlir::ModuleOp module, const MachineConfig &machine,
                       Program &program);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_DEVICEPLAN_H
