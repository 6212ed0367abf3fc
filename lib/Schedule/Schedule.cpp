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
/// Kinds as a set.
enum : unsigned {
  Contraction = 1,
  Convolution = 2,
  Elementwise = 4,
  Gather = 8,
  Scatter = 16,
  Rows = 32,
  Window = 64,
  Attention = 128,
  Scan = 256,
  Sort = 512,
  Products = Contraction | Convolution,
  Pointwise = Elementwise | Gather | Scatter,
  AnyKind = ~0u
};

/// One key of the JSON form: the same table writes, reads and suggests.
struct Field {
  const char *key;
  unsigned kinds; ///< that have it
  llvm::json::Value (*write)(const Schedule &);
  bool (*read)(const llvm::json::Value &, Schedule &, llvm::json::Path);
};
} // namespace

/// Number i is bit i of the set.
static constexpr llvm::StringLiteral kKindNames[] = {
    "contraction", "convolution", "elementwise", "gather", "scatter",
    "rows",        "window",      "attention",   "scan",   "sort"};

llvm::ArrayRef<llvm::StringLiteral> tilewright::scheduleKinds() {
  return kKindNames;
}

/// The set of one kind; of an unknown one, any.
static unsigned kindBit(llvm::StringRef kind) {
  const auto *found = llvm::find(kKindNames, kind);
  return found == std::end(kKindNames) ? unsigned(AnyKind)
                                       : 1u << (found - kKindNames);
}

template <auto Member>
static constexpr Field scalarField(const char *key, unsigned kinds) {
  return {
      key, kinds,
      [](const Schedule &s) { return llvm::json::Value(s.*Member); },
      [](const llvm::json::Value &value, Schedule &s, llvm::json::Path path) {
        return fromJSON(value, s.*Member, path);
      }};
}

template <auto Member>
static constexpr Field listField(const char *key, unsigned kinds) {
  return {
      key, kinds,
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
    scalarField<&Schedule::kind>("kind", AnyKind),
    listField<&Schedule::tile>("tile", AnyKind),
    listField<&Schedule::loopOrder>("loop_order",
                                    Products | Pointwise | Rows | Window),
    scalarField<&Schedule::laneDim>("lane_dim",
                                    Pointwise | Rows | Window | Scan | Sort),
    scalarField<&Schedule::laneStride>("lane_stride",
                                       Pointwise | Rows | Window | Scan),
    scalarField<&Schedule::vectorDim>("vector_dim", Rows | Window),
    scalarField<&Schedule::lagChunks>("lag_chunks", Products | Attention),
    scalarField<&Schedule::streams>("streams", Products),
    scalarField<&Schedule::tapAxes>("tap_axes", Convolution),
    scalarField<&Schedule::images>("images", Convolution),
    scalarField<&Schedule::imageGroup>("image_group", Convolution),
    listField<&Schedule::firstSubtiles>("first_subtiles", Products),
    listField<&Schedule::lastSubtiles>("last_subtiles", Products),
};

llvm::json::Value Schedule::toJson() const {
  llvm::json::Object object;
  const unsigned own = kindBit(kind);
  for (const Field &field : kFields)
    if (field.kinds & own)
      object[field.key] = field.write(*this);
  return object;
}

/// The kind that `given` says, or `kind`.
static llvm::Expected<std::string> kindOf(const llvm::json::Object &given,
                                          const std::string &kind) {
  auto said = given.getString("kind");
  if (!said)
    return kind;
  if (!llvm::is_contained(kKindNames, *said)) {
    llvm::SmallVector<llvm::StringRef> kinds(std::begin(kKindNames),
                                             std::end(kKindNames));
    return usageError("kind: there are no kernels of kind '" + *said + "'" +
                      didYouMean(*said, kinds) +
                      " (there are: " + llvm::join(kinds, ", ") + ")");
  }
  if (!kind.empty() && *said != kind)
    return usageError("kind: the schedule is of kind '" + *said +
                      "', the kernel of kind '" + kind + "'");
  return said->str();
}

llvm::Error Schedule::apply(const llvm::json::Value &given) {
  const llvm::json::Object *object = given.getAsObject();
  if (!object)
    return usageError("a schedule is an object, e.g. {\"tile\": [128, 128]}");
  llvm::Expected<std::string> own = kindOf(*object, kind);
  if (!own)
    return own.takeError();
  llvm::SmallVector<llvm::StringRef> keys, known;
  for (const auto &[key, value] : *object)
    keys.push_back(key);
  llvm::sort(keys); // the first error is the same in every run
  for (const Field &field : kFields)
    if (field.kinds & kindBit(*own))
      known.push_back(field.key);
  for (llvm::StringRef key : keys) {
    if (!llvm::is_contained(known, key))
      return usageError(
          (own->empty() ? "a schedule" : "a schedule of kind '" + *own + "'") +
          " has no key '" + key + "'" + didYouMean(key, known) +
          " (there are: " + llvm::join(known, ", ") + ")");
    const Field &field =
        *llvm::find_if(kFields, [&](const Field &f) { return key == f.key; });
    llvm::json::Path::Root root("schedule");
    if (!field.read(*object->get(key), *this,
                    llvm::json::Path(root).field(key)))
      return usageError(llvm::toString(root.getError()));
  }
  // Subtiles are those of a tile.
  if (object->get("tile") && !object->get("first_subtiles"))
    firstSubtiles = {1, 1};
  if (object->get("tile") && !object->get("last_subtiles"))
    lastSubtiles = {1, 1};
  return llvm::Error::success();
}

llvm::Expected<Schedule> Schedule::fromJson(const llvm::json::Value &value) {
  Schedule schedule;
  if (llvm::Error error = schedule.apply(value))
    return std::move(error);
  for (const Field &field : kFields)
    if ((field.kinds & kindBit(schedule.kind)) &&
        !value.getAsObject()->get(field.key))
      return usageError(llvm::Twine("schedule has no key '") + field.key + "'");
  return schedule;
}

uint64_t tilewright::kernelStackBytes(const MachineConfig &machine) {
  return std::min<uint64_t>(4096, machine.spadBytesPerLane / 8);
}

uint64_t tilewright::tileBudget(const MachineConfig &machine) {
  return machine.spadBytesPerLane - kernelStackBytes(machine);
}
