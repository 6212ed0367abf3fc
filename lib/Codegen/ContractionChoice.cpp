//===- ContractionChoice.cpp - Schedules of a contraction kernel ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionChoice.h"
#include "tilewright/Schedule/Checks.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

SmallVector<WindowTiling> codegen::windowTilings(const ContractionKernel &info,
                                                 const MachineConfig &machine) {
  ContractionKernel oriented = info;
  if (!orientWindow(oriented))
    return {WindowTiling{/*tapAxes=*/0}};
  const int64_t images = ContractionSpace::imagesOf(oriented),
                vector = machine.vectorElements(4),
                all = llvm::alignTo(images, vector);
  SmallVector<WindowTiling> tilings;
  for (int axes = ContractionSpace::windowAxesOf(oriented); axes >= 0; --axes) {
    const unsigned tapAxes = unsigned(axes);
    tilings.push_back({tapAxes});
    if (images == 1)
      continue;
    tilings.push_back({tapAxes, WindowTiling::Outside});
    for (int64_t count = vector; count < 2 * all; count *= 2)
      tilings.push_back({tapAxes, WindowTiling::Inside, std::min(count, all)});
  }
  return tilings;
}

Schedule codegen::arrangementKeys(const ContractionKernel &info,
                                  const ContractionSpace &space,
                                  const WindowTiling &tiling) {
  Schedule keys;
  keys.kind = space.hasWindow ? "convolution" : "contraction";
  keys.streams = info.isSwapped ? "rhs" : "lhs";
  if (!space.hasWindow)
    return keys;
  keys.tapAxes = tiling.tapAxes;
  keys.imageGroup = tiling.numImages;
  switch (tiling.images) {
  case WindowTiling::None:
    keys.images = "apart";
    break;
  case WindowTiling::Outside:
    keys.images = "outside";
    break;
  case WindowTiling::Inside:
    keys.images = "inside";
    break;
  }
  return keys;
}

/// A schedule of tiles as one of the arrangement that `keys` name.
static Schedule named(Schedule schedule, const Schedule &keys) {
  schedule.kind = keys.kind;
  schedule.streams = keys.streams;
  schedule.tapAxes = keys.tapAxes;
  schedule.images = keys.images;
  schedule.imageGroup = keys.imageGroup;
  return schedule;
}

const Arrangement *ContractionChoice::find(const Schedule &schedule) const {
  const auto *found = llvm::find_if(arrangements, [&](const Arrangement &a) {
    return named(schedule, a.keys) == schedule;
  });
  return found == arrangements.end() ? nullptr : found;
}

/// What the estimate has to save for the input that does not keep the arrays
/// busiest to stream.
static constexpr double kLeastGainOfSwap = 0.1;

llvm::Expected<Schedule> ContractionChoice::heuristic() const {
  const std::string &streams = arrangements.front().keys.streams;
  llvm::Expected<Schedule> best = bestOf(streams);
  const auto *other = llvm::find_if(arrangements, [&](const Arrangement &a) {
    return a.keys.streams != streams;
  });
  if (!best || other == arrangements.end())
    return best;
  llvm::Expected<Schedule> swapped = bestOf(other->keys.streams);
  if (!swapped) {
    llvm::consumeError(swapped.takeError());
    return best;
  }
  return cycles(*swapped) < (1 - kLeastGainOfSwap) * cycles(*best)
             ? std::move(swapped)
             : std::move(best);
}

llvm::Expected<Schedule>
ContractionChoice::bestOf(llvm::StringRef streams) const {
  std::optional<Schedule> best;
  double bestCycles = 0;
  std::string reason;
  // Where a tile with all taps of the window does not fit, taps become loops.
  unsigned tapAxes = 0;
  for (const Arrangement &arrangement : arrangements) {
    if (arrangement.keys.streams != streams)
      continue;
    if (best && arrangement.keys.tapAxes != tapAxes)
      break;
    tapAxes = arrangement.keys.tapAxes;
    llvm::Expected<Schedule> schedule =
        scheduleContraction(arrangement.problem, machine);
    if (!schedule) {
      reason = llvm::toString(schedule.takeError());
      continue;
    }
    double cycles = estimatedCycles(arrangement.problem, *schedule, machine);
    if (best && cycles >= bestCycles)
      continue;
    best = named(std::move(*schedule), arrangement.keys);
    bestCycles = cycles;
    if (arrangement.info.reduction) // rows inside columns
      best->loopOrder = {1, 0, 2};
  }
  if (!best)
    return unsupportedError(reason);
  return std::move(*best);
}

llvm::Error ContractionChoice::check(const Schedule &schedule) const {
  const Arrangement *arrangement = find(schedule);
  if (!arrangement)
    return refuseSchedule("streams, tap_axes, images, image_group: this kernel "
                          "has no tile with '" +
                          schedule.streams + "', " +
                          llvm::Twine(schedule.tapAxes) + ", '" +
                          schedule.images + "', " +
                          llvm::Twine(schedule.imageGroup) + " together");
  if (arrangement->info.reduction && !schedule.loopOrder.empty() &&
      schedule.loopOrder[0] != 1)
    return refuseSchedule("loop_order: of a contraction with a reduction is "
                          "[1, 0, 2]: a result stays in place while its rows "
                          "pass");
  return checkSchedule(schedule, arrangement->problem, machine);
}

double ContractionChoice::cycles(const Schedule &schedule) const {
  return estimatedCycles(find(schedule)->problem, schedule, machine);
}

std::vector<Schedule>
ContractionChoice::enumerate(const Schedule &heuristic) const {
  std::vector<Schedule> all;
  for (const Arrangement &arrangement : arrangements)
    for (Schedule &schedule :
         enumerateSchedules(arrangement.problem, heuristic, machine))
      all.push_back(named(std::move(schedule), arrangement.keys));
  return all;
}
