//===- VectorCost.h - What vector ops on tiles take -------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the estimate of the core's cycles for an op on tiles, as code generation
// vectorizes it (lib/Transforms/VectorizeBanks.cpp): rows of elements, in steps
// of several vectors that hide each other's latencies. So a step has a price
// besides its registers, and short rows pay it for every few elements.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SCHEDULE_VECTORCOST_H
#define TILEWRIGHT_SCHEDULE_VECTORCOST_H

#include "tilewright/Machine/MachineConfig.h"

namespace tilewright {

struct VectorOp {
  bool alongRows = true; ///< else one value per row
  bool reduces = false;  ///< along rows
  unsigned loads = 1, stores = 1;
  double computing = 1; ///< cycles of its body per register
};

/// How a lane's share of a tile is traversed: `rows` times `along` elements,
/// along which vectors run. A reduction combines rows with each other, or
/// (`combinesElements`) the elements of each.
struct VectorShape {
  double rows = 1;
  int64_t along = 1;
  bool combinesElements = false;
};

/// Core cycles per lane.
double vectorCycles(const VectorOp &op, const VectorShape &shape,
                    const MachineConfig &machine);

} // namespace tilewright

#endif // TILEWRIGHT_SCHEDULE_VECTORCOST_H
