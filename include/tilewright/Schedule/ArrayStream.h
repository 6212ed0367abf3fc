//===- ArrayStream.h - How rows pass through the arrays ---------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns how a product of tiles is divided over the arrays of a core: arrays side
// by side along n (they see the same rows) and along m (they share weights), in
// groups of one block of weights per array, whose rows are pushed in chunks of
// one vector, and how far pops stay behind pushes. Schedules, code generation
// and lowering ask here, so that they agree on what fits. No MLIR.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SCHEDULE_ARRAYSTREAM_H
#define TILEWRIGHT_SCHEDULE_ARRAYSTREAM_H

#include "tilewright/Machine/MachineConfig.h"
#include <cstdint>

namespace tilewright {

struct ArrayStream {
  int64_t columns = 1, rows = 1; ///< arrays along n and along m
  int64_t groupsN = 1;           ///< groups along n
  int64_t chunks = 1;            ///< pushes per array and group
  int64_t lineChunks = 0;        ///< chunks per line; 0: lines do not matter
  int64_t lag = 1;               ///< chunks that pops stay behind pushes

  /// A result tile of `blocksN` array widths and `m` rows, in lines of
  /// `lineRows` (0: one line). `lagChunks` is the least lag.
  static ArrayStream of(int64_t blocksN, int64_t m, int64_t lineRows,
                        int64_t lagChunks, const MachineConfig &machine);

  /// Chunks pushed and popped in one pass through a loop.
  int64_t together() const;
  /// Whether the results that a product of `depth` array heights leaves in the
  /// arrays are all its own: then another can follow without draining them.
  bool canStayOpen(int64_t depth) const {
    return lag <= groupsN * depth * chunks;
  }
  /// Groups of the next product after which these results are popped.
  int64_t groupsBehind() const { return (lag + chunks - 1) / chunks; }
};

} // namespace tilewright

#endif // TILEWRIGHT_SCHEDULE_ARRAYSTREAM_H
