//===- SplitLanes.h - Few long rows over all lanes --------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_TRANSFORMS_SPLITLANES_H
#define TILEWRIGHT_LIB_TRANSFORMS_SPLITLANES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilewright/Machine/MachineConfig.h"

namespace tilewright {

/// Whether `kernel` reduces rows that are so few that most lanes would idle,
/// and so long that this matters. Ops along rows may use results of reductions.
bool hasFewLongRows(mlir::func::FuncOp kernel, const MachineConfig &machine);

/// Replaces such a kernel, without ops along rows that use or are results, by
/// kernels that spread parts of rows over the lanes; calls follow. Other
/// kernels stay as they are.
void splitOverLanes(mlir::func::FuncOp kernel, const MachineConfig &machine);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_TRANSFORMS_SPLITLANES_H
