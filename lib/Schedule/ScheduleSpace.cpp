//===- ScheduleSpace.cpp - What can be decided for a kernel ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/ScheduleSpace.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tilewright;

ScheduleSpace::~ScheduleSpace() = default;

std::optional<Schedule> tilewright::cheapestSchedule(
    std::vector<Schedule> schedules,
    llvm::function_ref<std::optional<double>(const Schedule &)> cycles) {
  std::optional<Schedule> best;
  double bestCycles = 0;
  for (Schedule &schedule : schedules) {
    std::optional<double> estimate = cycles(schedule);
    if (!estimate || (best && *estimate >= bestCycles))
      continue;
    best = std::move(schedule);
    bestCycles = *estimate;
  }
  return best;
}

/// What the space enumerates and can realise.
static std::vector<Candidate> possible(const ScheduleSpace &space,
                                       const Schedule &heuristic) {
  std::vector<Candidate> result;
  for (Schedule &schedule : space.enumerate(heuristic)) {
    if (llvm::Error refusal = space.check(schedule)) {
      llvm::consumeError(std::move(refusal));
      continue;
    }
    double cycles = space.cycles(schedule);
    result.push_back({std::move(schedule), cycles});
  }
  return result;
}

std::vector<Candidate> tilewright::candidatesOf(const ScheduleSpace &space,
                                                const Schedule &heuristic,
                                                unsigned limit) {
  std::vector<Candidate> all = possible(space, heuristic);
  std::vector<std::pair<double, size_t>> order;
  for (auto [number, candidate] : llvm::enumerate(all))
    order.push_back({candidate.cycles, number});
  llvm::sort(order);
  std::vector<Candidate> result{{heuristic, space.cycles(heuristic)}};
  for (auto [cycles, number] : order) {
    Candidate &candidate = all[number];
    if (result.size() > limit)
      break;
    if (llvm::none_of(result, [&](const Candidate &other) {
          return other.schedule == candidate.schedule;
        }))
      result.push_back(std::move(candidate));
  }
  return result;
}

/// Keys that decide how tiles are put together, which other keys depend on.
static constexpr llvm::StringLiteral kStructure[] = {
    "lane_dim", "vector_dim", "streams", "tap_axes", "images", "image_group"};

/// The value of `key` in the JSON form.
static llvm::json::Value valueOf(const Schedule &schedule,
                                 llvm::StringRef key) {
  llvm::json::Value json = schedule.toJson();
  return *json.getAsObject()->get(key);
}

/// A refusal that names the values of `key` among `schedules`.
static llvm::Error refuseValue(llvm::StringRef key,
                               const llvm::json::Value &given,
                               llvm::ArrayRef<Candidate> schedules) {
  std::vector<std::string> values;
  for (const Candidate &candidate : schedules) {
    std::string text = llvm::formatv("{0}", valueOf(candidate.schedule, key));
    if (!llvm::is_contained(values, text))
      values.push_back(std::move(text));
  }
  llvm::sort(values);
  return usageError(llvm::formatv("schedule refused: {0}: {1} is not possible "
                                  "for this kernel (possible: {2})",
                                  key, given, llvm::join(values, ", "))
                        .str());
}

llvm::Expected<Schedule>
tilewright::completeSchedule(const ScheduleSpace &space,
                             const Schedule &heuristic,
                             const llvm::json::Value &given) {
  Schedule result = heuristic;
  if (llvm::Error error = result.apply(given)) // its keys are well-formed
    return std::move(error);
  std::optional<std::vector<Candidate>> left;
  for (llvm::StringRef key : kStructure) {
    const llvm::json::Value *wanted = given.getAsObject()->get(key);
    if (!wanted || valueOf(heuristic, key) == *wanted)
      continue;
    left = possible(space, heuristic);
    break;
  }
  if (left) {
    left->insert(left->begin(), {heuristic, space.cycles(heuristic)});
    for (llvm::StringRef key : kStructure) {
      const llvm::json::Value *wanted = given.getAsObject()->get(key);
      if (!wanted)
        continue;
      std::vector<Candidate> fitting;
      for (const Candidate &candidate : *left)
        if (valueOf(candidate.schedule, key) == *wanted)
          fitting.push_back(candidate);
      if (fitting.empty())
        return refuseValue(key, *wanted, *left);
      left = std::move(fitting);
    }
    result =
        llvm::min_element(*left, [](const Candidate &a, const Candidate &b) {
          return a.cycles < b.cycles;
        })->schedule;
    if (llvm::Error error = result.apply(given))
      return std::move(error);
  }
  if (llvm::Error error = space.check(result))
    return std::move(error);
  return result;
}
