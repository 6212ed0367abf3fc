//===- Check.cpp - Why a schedule cannot be realised ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rules that code generation relies on, for schedules that a person or a
// search proposes. The heuristics' own schedules pass (a unit test says so).
// Every key is either realised or refused: none is ignored.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/Schedule.h"
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

static llvm::Error refuse(const Twine &reason) {
  return usageError("schedule refused: " + reason);
}

static llvm::Error checkExtents(const Schedule &s, size_t rank) {
  if (s.tile.size() != rank)
    return refuse("tile has " + Twine(s.tile.size()) +
                  " extents, the kernel has " + Twine(rank) + " dimensions");
  for (int64_t extent : s.tile)
    if (extent < 1 || extent > kMaxMoveExtent)
      return refuse("tile extent " + Twine(extent) +
                    " is not between 1 and 65535");
  return llvm::Error::success();
}

static llvm::Error checkMultiple(const char *what, int64_t value, int64_t unit,
                                 const char *why) {
  if (value % unit == 0)
    return llvm::Error::success();
  return refuse(Twine(what) + " " + Twine(value) + " is not a multiple of " +
                Twine(unit) + " (" + why + ")");
}

/// A key that has one possible value here.
static llvm::Error checkFixed(const char *key, int64_t value, int64_t only) {
  if (value == only)
    return llvm::Error::success();
  return refuse(Twine(key) + " " + Twine(value) + ": only " + Twine(only) +
                " is possible for this kernel");
}

static llvm::Error checkBytes(uint64_t needed, const MachineConfig &machine) {
  if (needed <= tileBudget(machine))
    return llvm::Error::success();
  return refuse(
      llvm::formatv("its tiles need {0:N} bytes per lane, machine "
                    "'{1}' has {2:N} ({3:N} less {4:N} for the stack)",
                    needed, machine.name, tileBudget(machine),
                    machine.spadBytesPerLane, kernelStackBytes(machine))
          .str());
}

template <typename... Checks> static llvm::Error firstOf(Checks... checks) {
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

llvm::Error tilewright::checkSchedule(const Schedule &s,
                                      const ContractionProblem &problem,
                                      const MachineConfig &machine) {
  if (llvm::Error error = checkExtents(s, 3))
    return error;
  const int64_t vector = machine.vectorElements(4);
  if (llvm::Error error = firstOf(
          checkMultiple("tile extent of m", s.tile[0],
                        std::lcm(vector, problem.mUnit),
                        problem.mUnit > 1 ? "whole vectors and image lines"
                                          : "whole vectors"),
          checkMultiple("tile extent of n", s.tile[1], machine.lanes, "lanes"),
          checkMultiple("tile extent of k", s.tile[2], machine.lanes, "lanes"),
          checkFixed("lane_dim", s.laneDim, 1),
          checkFixed("lane_stride", s.laneStride, 1),
          checkFixed("vector_dim", s.vectorDim, 0),
          checkFixed("buffers", s.buffers, 2)))
    return error;
  if (!s.streams.empty() && s.streams != "lhs" && s.streams != "rhs")
    return refuse("streams is 'lhs' or 'rhs', not '" + s.streams + "'");
  if (s.loopOrder != llvm::SmallVector<unsigned>{0, 1, 2} &&
      s.loopOrder != llvm::SmallVector<unsigned>{1, 0, 2})
    return refuse("loop_order of a contraction is [0, 1, 2] (m, n, k) or "
                  "[1, 0, 2]: the accumulator stays in place over k");
  // Rows between push and pop have to fit the array and its queues.
  const int64_t rows = machine.arrays.inputQueueRows +
                       machine.arrays.outputQueueRows + 2 * machine.lanes;
  if (s.lagChunks < 1 || int64_t(llvm::alignTo(s.lagChunks, 8)) * vector > rows)
    return refuse("lag_chunks " + Twine(s.lagChunks) +
                  " is not between 1 and " + Twine(rows / vector / 8 * 8) +
                  " (rows the array and its queues hold)");
  return checkBytes(tileBytesPerLane(problem, s, machine), machine);
}

llvm::Error tilewright::checkSchedule(const Schedule &s,
                                      const ElementwiseProblem &problem,
                                      const MachineConfig &machine) {
  const unsigned rank = problem.extents.size();
  if (llvm::Error error = checkExtents(s, rank))
    return error;
  if (s.laneDim >= rank || s.laneStride < 1)
    return refuse(
        "lane_dim is not a dimension of the kernel, or lane_stride 0");
  unsigned narrow = 8;
  for (const OperandAccess &operand : problem.operands)
    narrow = std::min(narrow, operand.elementBytes);
  const int64_t vector = machine.vectorElements(narrow);
  // What one lane holds along the innermost dimension is whole vectors.
  const int64_t inner = s.laneDim == rank - 1 ? s.laneStride : s.tile[rank - 1];
  if (llvm::Error error = firstOf(
          checkFixed("vector_dim", s.vectorDim, rank - 1),
          checkFixed("buffers", s.buffers, 2),
          checkFixed("lag_chunks", s.lagChunks, 0),
          s.streams.empty() ? llvm::Error::success()
                            : refuse("streams is for contractions"),
          checkMultiple("tile extent of the lane dimension", s.tile[s.laneDim],
                        int64_t(s.laneStride) * machine.lanes,
                        "lane stride times lanes"),
          checkMultiple("innermost extent per lane", inner, vector,
                        "whole vectors")))
    return error;
  llvm::SmallVector<unsigned> order(s.loopOrder);
  llvm::sort(order);
  if (!llvm::equal(order, llvm::seq(0u, rank)))
    return refuse("loop_order is not a permutation of the " + Twine(rank) +
                  " dimensions");
  return checkBytes(tileBytesPerLane(problem, s, machine), machine);
}

llvm::Error tilewright::checkRowSchedule(const Schedule &s,
                                         const Schedule &heuristic,
                                         uint64_t bytesPerRow,
                                         const MachineConfig &machine) {
  if (llvm::Error error = checkExtents(s, heuristic.tile.size()))
    return error;
  const unsigned lane = heuristic.laneDim;
  const int64_t rows = s.tile[lane];
  if (llvm::Error error = checkMultiple("tile extent of the lane dimension",
                                        rows, machine.lanes, "lanes"))
    return error;
  Schedule same = s;
  same.tile[lane] = heuristic.tile[lane];
  if (same != heuristic)
    return refuse("only the tile extent of dimension " + Twine(lane) +
                  " (rows) can be chosen for this kernel");
  return checkBytes(rows / machine.lanes * bytesPerRow, machine);
}
