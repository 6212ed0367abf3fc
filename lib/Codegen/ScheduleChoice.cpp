//===- ScheduleChoice.cpp - The schedule a generator follows --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScheduleChoice.h"
#include "tilewright/Codegen/Codegen.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace tilewright;

static std::string textOf(const Schedule &schedule) {
  return llvm::formatv("{0}", schedule.toJson()).str();
}

/// Replaces the wanted number of candidates by the candidates.
static void recordCandidates(func::FuncOp kernel, const ScheduleSpace &space,
                             const Schedule &heuristic) {
  auto limit = kernel->getAttrOfType<IntegerAttr>(kCandidatesAttr);
  if (!limit)
    return;
  std::vector<std::string> texts;
  for (const Candidate &candidate :
       candidatesOf(space, heuristic, unsigned(limit.getInt())))
    texts.push_back(
        llvm::formatv("{0}", llvm::json::Value(llvm::json::Object{
                                 {"estimated_cycles", candidate.cycles},
                                 {"schedule", candidate.schedule.toJson()}}))
            .str());
  SmallVector<StringRef> references(texts.begin(), texts.end());
  kernel->setAttr(kCandidatesAttr,
                  Builder(kernel.getContext()).getStrArrayAttr(references));
}

FailureOr<Schedule> codegen::chooseSchedule(func::FuncOp kernel,
                                            const ScheduleSpace &space) {
  llvm::Expected<Schedule> schedule = space.heuristic();
  if (!schedule)
    return kernel.emitError("unsupported: ")
           << llvm::toString(schedule.takeError());
  recordCandidates(kernel, space, *schedule);
  if (auto given = kernel->getAttrOfType<StringAttr>(kScheduleAttr)) {
    llvm::Expected<llvm::json::Value> keys =
        llvm::json::parse(given.getValue());
    if (!keys)
      return kernel.emitError(llvm::toString(keys.takeError()));
    schedule = completeSchedule(space, *schedule, *keys);
  }
  if (!schedule)
    return kernel.emitError(llvm::toString(schedule.takeError()));
  kernel->setAttr(kScheduleAttr,
                  StringAttr::get(kernel.getContext(), textOf(*schedule)));
  return std::move(*schedule);
}
