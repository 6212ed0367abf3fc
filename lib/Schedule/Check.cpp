//===- Check.cpp - Why a schedule cannot be realised ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the checks of all kinds share, and the rules that code generation of
// contractions relies on, for schedules that a person or a search proposes. The
// heuristics' own schedules pass (a unit test says so). Every key is either
// realised or refused: none is ignored.
//
//===----------------------------------------------------------------------===//

#include "TileExtents.h"
#include "tilewright/Layout/Subtiles.h"
#include "tilewright/Schedule/Checks.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace tilewright;
using llvm::Twine;

/// Largest extent of a dimension in a DMA descriptor.
static constexpr int64_t kMaxMoveExtent = 65535;

llvm::Error tilewright::refuseSchedule(const Twine &reason) {
  return usageError("schedule refused: " + reason);
}

llvm::Error tilewright::checkExtents(const Schedule &s, size_t rank) {
  if (s.tile.size() != rank)
    return refuseSchedule("tile: has " + Twine(s.tile.size()) +
                          " extents, the kernel has " + Twine(rank) +
                          " dimensions");
  for (int64_t extent : s.tile)
    if (extent < 1 || extent > kMaxMoveExtent)
      return refuseSchedule("tile: extent " + Twine(extent) +
                            " is not between 1 and 65535");
  return llvm::Error::success();
}

llvm::Error tilewright::checkMultiple(const Twine &what, int64_t value,
                                      int64_t unit, const char *why) {
  if (unit > 0 && value % unit == 0)
    return llvm::Error::success();
  return refuseSchedule(what + " " + Twine(value) + " is not a multiple of " +
                        Twine(unit) + " (" + why + ")");
}

llvm::Error tilewright::checkFixed(const Twine &what, int64_t value,
                                   int64_t only) {
  if (value == only)
    return llvm::Error::success();
  return refuseSchedule(what + " " + Twine(value) + ": only " + Twine(only) +
                        " is possible here");
}

llvm::Error tilewright::checkOneOf(const Twine &what, unsigned value,
                                   llvm::ArrayRef<unsigned> possible) {
  if (llvm::is_contained(possible, value))
    return llvm::Error::success();
  std::vector<std::string> values;
  for (unsigned one : possible)
    values.push_back(std::to_string(one));
  return refuseSchedule(what + " " + Twine(value) + ": possible are " +
                        llvm::join(values, ", "));
}

llvm::Error tilewright::checkOrder(const Schedule &s, size_t rank) {
  llvm::SmallVector<unsigned> order(s.loopOrder);
  llvm::sort(order);
  if (llvm::equal(order, llvm::seq(0u, unsigned(rank))))
    return llvm::Error::success();
  return refuseSchedule("loop_order: is not a permutation of the " +
                        Twine(rank) + " dimensions");
}

llvm::Error tilewright::checkBytes(uint64_t needed,
                                   const MachineConfig &machine) {
  if (needed <= tileBudget(machine))
    return llvm::Error::success();
  return refuseSchedule(
      llvm::formatv("tile: its tiles need {0:N} bytes per lane, machine "
                    "'{1}' has {2:N} ({3:N} less {4:N} for the stack)",
                    needed, machine.name, tileBudget(machine),
                    machine.spadBytesPerLane, kernelStackBytes(machine))
          .str());
}

llvm::Error tilewright::checkLag(const Schedule &s,
                                 const MachineConfig &machine) {
  // Rows between push and pop have to fit the array and its queues.
  const int64_t vector = machine.vectorElements(4),
                rows = machine.arrays.inputQueueRows +
                       machine.arrays.outputQueueRows + 2 * machine.lanes;
  if (s.lagChunks >= 1 &&
      int64_t(llvm::alignTo(s.lagChunks, 8)) * vector <= rows)
    return llvm::Error::success();
  return refuseSchedule(
      "lag_chunks: " + Twine(s.lagChunks) + " is not between 1 and " +
      Twine(rows / vector / 8 * 8) + " (rows the array and its queues hold)");
}

/// Subtiles are whole blocks of k, of what a load brings.
static llvm::Error checkSubtiles(const Schedule &s, bool last,
                                 const ContractionProblem &problem,
                                 const MachineConfig &machine) {
  const std::string key = last ? "last_subtiles: " : "first_subtiles: ";
  const auto &subtiles = last ? s.lastSubtiles : s.firstSubtiles;
  if (subtiles.size() != 2)
    return refuseSchedule(key + "is a number for x and one for w");
  const ContractionSteps steps(problem, s);
  const char *names[] = {"x", "w"};
  const bool computed[] = {problem.computesX, problem.computesW},
             renewed[] = {steps.renewsX(), steps.renewsW()};
  for (auto [operand, count] : llvm::enumerate(subtiles)) {
    if (count == 1)
      continue;
    const char *reason = problem.onVectorLanes ? "lanes sum its channels"
                         : computed[operand]   ? "a prologue computes it"
                         : last && !renewed[operand]
                             ? "the last step has the tile of the one before"
                             : nullptr;
    if (reason)
      return refuseSchedule(key + "of " + names[operand] +
                            " only 1 is possible here: " + reason);
    if (count > kMaxSubtiles || !makesPieces(s.tile[2], machine.lanes, count))
      return refuseSchedule(
          key + llvm::formatv("{0} of {1}: {2} along k does not make so many "
                              "(at most {3}, of whole blocks of {4}, equal but "
                              "for the last)",
                              count, names[operand], s.tile[2], kMaxSubtiles,
                              machine.lanes)
                    .str());
  }
  return llvm::Error::success();
}

llvm::Error tilewright::checkSchedule(const Schedule &s,
                                      const ContractionProblem &problem,
                                      const MachineConfig &machine) {
  if (llvm::Error error = checkExtents(s, 3))
    return error;
  const int64_t vector = machine.vectorElements(4);
  if (llvm::Error error = firstOf(
          checkMultiple("tile: extent of m", s.tile[0],
                        std::lcm(vector, problem.mUnit),
                        problem.mUnit > 1 ? "whole vectors and image lines"
                                          : "whole vectors"),
          checkMultiple("tile: extent of n", s.tile[1], machine.lanes, "lanes"),
          checkMultiple("tile: extent of k", s.tile[2], machine.lanes, "lanes"),
          checkLag(s, machine)))
    return error;
  if (s.loopOrder != llvm::SmallVector<unsigned>{0, 1, 2} &&
      s.loopOrder != llvm::SmallVector<unsigned>{1, 0, 2})
    return refuseSchedule(
        "loop_order: of a contraction is [0, 1, 2] (m, n, k) or [1, 0, 2]: the "
        "accumulator stays in place over k");
  return firstOf(checkSubtiles(s, /*last=*/false, problem, machine),
                 checkSubtiles(s, /*last=*/true, problem, machine),
                 checkBytes(tileBytesPerLane(problem, s, machine), machine));
}
