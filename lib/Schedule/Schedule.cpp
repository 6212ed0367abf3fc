//===- Schedule.cpp - A kernel's decisions as data ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Support/Suggest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace tilewright;

namespace {
/// One key of the JSON form: the same table writes, reads and suggests.
struct Field {
  const char *key;
  llvm::json::Value (*write)(const Schedule &);
  bool (*read)(const llvm::json::Value &, Schedule &, llvm::json::Path);
};
} // namespace

template <auto Member> static constexpr Field scalarField(const char *key) {
  return {
      key, [](const Schedule &s) { return llvm::json::Value(s.*Member); },
      [](const llvm::json::Value &value, Schedule &s, llvm::json::Path path) {
        return fromJSON(value, s.*Member, path);
      }};
}

template <auto Member> static constexpr Field listField(const char *key) {
  return {
      key,
      [](const Schedule &s) {
        return llvm::json::Value(llvm::json::Array(s.*Member));
      },
      [](const llvm::json::Value &value, Schedule &s, llvm::json::Path path) {
        using List = std::remove_reference_t<decltype(s.*Member)>;
        std::vector<typename List::value_type> list;
        if (!fromJSON(value, list, path))
          return false;
        (s.*Member).assign(list.begin(), list.end());
        return true;
      }};
}

static constexpr Field kFields[] = {
    scalarField<&Schedule::kind>("kind"),
    listField<&Schedule::tile>("tile"),
    listField<&Schedule::loopOrder>("loop_order"),
    scalarField<&Schedule::laneDim>("lane_dim"),
    scalarField<&Schedule::laneStride>("lane_stride"),
    scalarField<&Schedule::vectorDim>("vector_dim"),
    scalarField<&Schedule::buffers>("buffers"),
    scalarField<&Schedule::lagChunks>("lag_chunks"),
    scalarField<&Schedule::streams>("streams"),
};

llvm::json::Value Schedule::toJson() const {
  llvm::json::Object object;
  for (const Field &field : kFields)
    object[field.key] = field.write(*this);
  return object;
}

llvm::Error Schedule::apply(const llvm::json::Value &given) {
  const llvm::json::Object *object = given.getAsObject();
  if (!object)
    return usageError("a schedule is an object, e.g. {\"tile\": [128, 128]}");
  const std::string previousKind = kind;
  std::vector<llvm::StringRef> known;
  for (const Field &field : kFields)
    known.push_back(field.key);
  for (const auto &[key, value] : *object) {
    auto found = llvm::find(known, llvm::StringRef(key));
    if (found == known.end())
      return usageError("a schedule has no key '" + llvm::StringRef(key) + "'" +
                        didYouMean(key, known) +
                        " (there are: " + llvm::join(known, ", ") + ")");
    llvm::json::Path::Root root("schedule");
    if (!kFields[found - known.begin()].read(value, *this,
                                             llvm::json::Path(root).field(key)))
      return usageError(llvm::toString(root.getError()));
  }
  if (!previousKind.empty() && kind != previousKind)
    return usageError("the schedule is of kind '" + kind +
                      "', the kernel of kind '" + previousKind + "'");
  return llvm::Error::success();
}

llvm::Expected<Schedule> Schedule::fromJson(const llvm::json::Value &value) {
  Schedule schedule;
  if (llvm::Error error = schedule.apply(value))
    return std::move(error);
  for (const Field &field : kFields)
    if (!value.getAsObject()->get(field.key))
      return usageError(llvm::Twine("schedule has no key '") + field.key + "'");
  return schedule;
}

uint64_t tilewright::kernelStackBytes(const MachineConfig &machine) {
  return std::min<uint64_t>(4096, machine.spadBytesPerLane / 8);
}

uint64_t tilewright::tileBudget(const MachineConfig &machine) {
  return machine.spadBytesPerLane - kernelStackBytes(machine);
}
