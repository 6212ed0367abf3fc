//===- ScheduleChoice.cpp - The schedule a generator follows --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScheduleChoice.h"
#include "tilewright/Codegen/Codegen.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tilewright;

/// The heuristic's schedule with the given keys in place of its own.
static llvm::Expected<Schedule>
overridden(Schedule schedule, StringRef given,
           llvm::function_ref<llvm::Error(const Schedule &)> check) {
  llvm::Expected<llvm::json::Value> keys = llvm::json::parse(given);
  if (!keys)
    return keys.takeError();
  if (llvm::Error error = schedule.apply(*keys))
    return std::move(error);
  if (llvm::Error error = check(schedule))
    return std::move(error);
  return schedule;
}

static std::string textOf(const Schedule &schedule) {
  return llvm::formatv("{0}", schedule.toJson()).str();
}

/// Replaces the wanted number of candidates by the candidates.
static void recordCandidates(func::FuncOp kernel, const Schedule &heuristic,
                             codegen::CandidateList candidates) {
  auto limit = kernel->getAttrOfType<IntegerAttr>(kCandidatesAttr);
  if (!limit)
    return;
  std::vector<std::string> texts{textOf(heuristic)};
  if (candidates)
    for (const Schedule &schedule :
         candidates(heuristic, unsigned(limit.getInt())))
      texts.push_back(textOf(schedule));
  SmallVector<StringRef> references(texts.begin(), texts.end());
  kernel->setAttr(kCandidatesAttr,
                  Builder(kernel.getContext()).getStrArrayAttr(references));
}

FailureOr<Schedule>
codegen::chooseSchedule(func::FuncOp kernel, llvm::Expected<Schedule> heuristic,
                        llvm::function_ref<llvm::Error(const Schedule &)> check,
                        CandidateList candidates) {
  if (heuristic)
    recordCandidates(kernel, *heuristic, candidates);
  auto given = kernel->getAttrOfType<StringAttr>(kScheduleAttr);
  if (heuristic && given)
    heuristic = overridden(std::move(*heuristic), given.getValue(), check);
  if (!heuristic)
    return kernel.emitError(llvm::toString(heuristic.takeError()));
  kernel->setAttr(kScheduleAttr,
                  StringAttr::get(kernel.getContext(), textOf(*heuristic)));
  return std::move(*heuristic);
}

std::optional<std::string> codegen::givenText(func::FuncOp kernel,
                                              StringRef key) {
  auto given = kernel->getAttrOfType<StringAttr>(kScheduleAttr);
  if (!given)
    return std::nullopt;
  llvm::Expected<llvm::json::Value> keys = llvm::json::parse(given.getValue());
  if (!keys) { // chooseSchedule reports it
    llvm::consumeError(keys.takeError());
    return std::nullopt;
  }
  const llvm::json::Object *object = keys->getAsObject();
  auto text = object ? object->getString(key) : std::nullopt;
  return text ? std::optional(text->str()) : std::nullopt;
}
