//===- Checks.h - Parts of schedule checks ----------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the conditions that the checks of several kinds of schedules share, and
// the form of a refusal: the key, what is wrong, what is possible.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SCHEDULE_CHECKS_H
#define TILEWRIGHT_SCHEDULE_CHECKS_H

#include "tilewright/Schedule/Schedule.h"
#include "llvm/ADT/Twine.h"

namespace tilewright {

/// "schedule refused: " and the reason, which begins with the key.
llvm::Error refuseSchedule(const llvm::Twine &reason);

/// `rank` tile extents, each of which a move can have.
llvm::Error checkExtents(const Schedule &schedule, size_t rank);
llvm::Error checkMultiple(const llvm::Twine &what, int64_t value, int64_t unit,
                          const char *why);
/// A value that has one possibility.
llvm::Error checkFixed(const llvm::Twine &what, int64_t value, int64_t only);
llvm::Error checkOneOf(const llvm::Twine &what, unsigned value,
                       llvm::ArrayRef<unsigned> possible);
/// The loop order is a permutation of `rank` dimensions.
llvm::Error checkOrder(const Schedule &schedule, size_t rank);
/// Tiles of that many bytes per lane fit besides the stack.
llvm::Error checkBytes(uint64_t needed, const MachineConfig &machine);
/// The arrays' queues hold what pops stay behind.
llvm::Error checkLag(const Schedule &schedule, const MachineConfig &machine);

/// The first of some checks that fails.
template <typename... Checks> llvm::Error firstOf(Checks... checks) {
  llvm::Error result = llvm::Error::success();
  auto take = [&](llvm::Error error) {
    if (!result)
      result = std::move(error);
    else
      llvm::consumeError(std::move(error));
  };
  (take(std::move(checks)), ...);
  return result;
}

} // namespace tilewright

#endif // TILEWRIGHT_SCHEDULE_CHECKS_H
