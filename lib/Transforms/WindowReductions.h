//===- WindowReductions.h - Poolings on the vector lanes --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_TRANSFORMS_WINDOWREDUCTIONS_H
#define TILEWRIGHT_LIB_TRANSFORMS_WINDOWREDUCTIONS_H

#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Machine/MachineConfig.h"

namespace tilewright {

/// Replaces `op`, on banks, by loops over vectors.
mlir::LogicalResult lowerWindowReduce(togsim::WindowReduceOp op,
                                      const MachineConfig &machine);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_TRANSFORMS_WINDOWREDUCTIONS_H
