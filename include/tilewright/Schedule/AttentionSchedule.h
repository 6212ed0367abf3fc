//===- AttentionSchedule.h - Tiles of attention kernels ---------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the choice of tiles for an attention. See Schedule.h for what a schedule
// is.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SCHEDULE_ATTENTIONSCHEDULE_H
#define TILEWRIGHT_SCHEDULE_ATTENTIONSCHEDULE_H

#include "tilewright/Schedule/Schedule.h"
#include <optional>

namespace tilewright {

/// An attention: scores[row, key] = query[row, depth] . key[key, depth], and
/// result[row, width] += weights[row, key] value[key, width].
struct AttentionProblem {
  int64_t rows = 1, keys = 1, depth = 1, width = 1;
  /// Iterations of loops around the row tiles, and of further ones around the
  /// key tiles.
  int64_t outer = 1, outerKeys = 1;
  /// Row r has no keys behind r + diagonal (a causal mask).
  std::optional<int64_t> diagonal;
  /// Bytes per element of the tiles with one shape: those that are moved, and
  /// those that are only computed.
  struct Tiles {
    unsigned moved = 0, computed = 0;
  };
  Tiles query, key, value, scores, result;
};

/// Dimensions: rows = 0, keys = 1, depth = 2, width = 3; the tiles of the last
/// two are whole.
llvm::Expected<Schedule> heuristicSchedule(const AttentionProblem &problem,
                                           const MachineConfig &machine);
/// See Schedule.h.
llvm::Error checkSchedule(const Schedule &schedule,
                          const AttentionProblem &problem,
                          const MachineConfig &machine);
double estimatedCycles(const AttentionProblem &problem,
                       const Schedule &schedule, const MachineConfig &machine);
std::vector<Schedule> enumerateSchedules(const AttentionProblem &problem,
                                         const Schedule &heuristic,
                                         const MachineConfig &machine);

} // namespace tilewright

#endif // TILEWRIGHT_SCHEDULE_ATTENTIONSCHEDULE_H
