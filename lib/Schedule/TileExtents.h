//===- TileExtents.h - Tile extents worth trying ----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the heuristic and the tuner enumerate for contractions.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_SCHEDULE_TILEEXTENTS_H
#define TILEWRIGHT_LIB_SCHEDULE_TILEEXTENTS_H

#include "tilewright/Schedule/Schedule.h"

namespace tilewright {

struct ContractionExtents {
  llvm::SmallVector<int64_t> m, n, k;
};
/// Per dimension the padded whole and pieces of it, multiples of what the
/// machine needs.
ContractionExtents contractionExtents(const ContractionProblem &problem,
                                      const MachineConfig &machine);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_SCHEDULE_TILEEXTENTS_H
