//===- ArrayLag.h - How far pops stay behind pushes -------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_SCHEDULE_ARRAYLAG_H
#define TILEWRIGHT_LIB_SCHEDULE_ARRAYLAG_H

#include "tilewright/Machine/MachineConfig.h"

namespace tilewright {

/// Vectors of rows that pops from an array stay behind pushes. Results appear
/// 2L-1 cycles after their push; some slack lets weight loading run while the
/// input queue feeds the array.
inline unsigned arrayLagChunks(const MachineConfig &machine) {
  const unsigned vector = machine.vectorElements(4);
  return (2 * machine.lanes - 1 + vector - 1) / vector +
         machine.arrays.inputQueueRows / vector / 2;
}

} // namespace tilewright

#endif // TILEWRIGHT_LIB_SCHEDULE_ARRAYLAG_H
