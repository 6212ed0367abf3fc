//===- Mapping.cpp - Schedules given by a file ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PyTorchSim's form is {"M_N_K": {"TILE_M": ..., "TILE_N": ..., "TILE_K": ...,
// and perhaps "SUB_TILE_M", ...}}. It is read by name, not by position. Its
// machine pads tiles to the lanes, so smaller extents of N and K are rounded up
// to them here, and rows to whole vectors. Sub-tiles divide the moves of a
// tile; they are checked, and how moves are divided stays the compiler's
// choice.
//
//===----------------------------------------------------------------------===//

#include "Mapping.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Support/Suggest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace tilewright;

static constexpr StringLiteral kVersionKey = "tilewright_mapping";

/// An unknown key is an error with a suggestion.
static Error checkKeys(const json::Object &object, ArrayRef<StringRef> known,
                       const Twine &where) {
  for (const auto &[key, value] : object)
    if (!is_contained(known, StringRef(key)))
      return usageError(where + " has no key '" + StringRef(key) + "'" +
                        didYouMean(key, known) +
                        " (there are: " + join(known, ", ") + ")");
  return Error::success();
}

/// "M_N_K" as numbers.
static std::optional<MatrixShape> parseShape(StringRef text) {
  SmallVector<StringRef> parts;
  text.split(parts, '_');
  MatrixShape shape;
  if (parts.size() != shape.size())
    return std::nullopt;
  for (auto [number, part] : zip_equal(shape, parts))
    if (part.getAsInteger(10, number) || number < 1)
      return std::nullopt;
  return shape;
}

/// A pattern refers to its text, so rules keep the text alone.
bool Mapping::Rule::matches(StringRef name) const {
  return cantFail(GlobPattern::create(kernel)).match(name);
}

Expected<Mapping> Mapping::parse(StringRef text, StringRef file) {
  Mapping mapping;
  mapping.file = ("mapping '" + file + "'").str();
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return usageError(mapping.file + ": " + toString(value.takeError()));
  const json::Object *object = value->getAsObject();
  if (!object)
    return usageError(mapping.file + ": expected an object");
  Error error = object->get(kVersionKey) ? mapping.readOwn(*object)
                                         : mapping.readShapes(*object);
  if (error)
    return usageError(mapping.file + ": " + toString(std::move(error)));
  return mapping;
}

Error Mapping::readOwn(const json::Object &object) {
  if (Error error =
          checkKeys(object, {kVersionKey, "machine", "schedules"}, "a mapping"))
    return error;
  if (object.getInteger(kVersionKey) != 1)
    return usageError("written for another version of Tilewright (" +
                      kVersionKey + " is not 1)");
  machine = object.getString("machine").value_or("").str();
  const json::Array *schedules = object.getArray("schedules");
  if (!schedules)
    return usageError("schedules: expected an array");
  for (auto [number, value] : enumerate(*schedules))
    if (Error error = readRule(value, number))
      return error;
  return Error::success();
}

Error Mapping::readRule(const json::Value &value, size_t number) {
  std::string where = "schedules[" + std::to_string(number) + "]";
  const json::Object *object = value.getAsObject();
  if (!object)
    return usageError(where + ": expected an object");
  if (Error error = checkKeys(
          *object, {"kernel", "key", "schedule", "cycles", "heuristic_cycles"},
          where))
    return error;
  Rule rule;
  rule.kernel = object->getString("kernel").value_or("").str();
  rule.key = object->getString("key").value_or("").str();
  if (rule.kernel.empty() && rule.key.empty())
    return usageError(where + ": needs 'kernel' (a name or pattern) or 'key'");
  if (!rule.kernel.empty()) {
    Expected<GlobPattern> pattern = GlobPattern::create(rule.kernel);
    if (!pattern)
      return usageError(where + ".kernel: " + toString(pattern.takeError()));
  }
  const json::Object *schedule = object->getObject("schedule");
  if (!schedule)
    return usageError(where + ".schedule: expected an object");
  rule.schedule = formatv("{0}", json::Value(json::Object(*schedule))).str();
  rules.push_back(std::move(rule));
  return Error::success();
}

Error Mapping::readShapes(const json::Object &object) {
  std::vector<std::string> keys;
  for (const auto &[key, value] : object)
    keys.push_back(StringRef(key).str());
  sort(keys); // the first error is the same in every run
  for (StringRef key : keys)
    if (Error error = readShape(key, *object.get(key)))
      return error;
  return Error::success();
}

Error Mapping::readShape(StringRef key, const json::Value &value) {
  std::optional<MatrixShape> shape = parseShape(key);
  if (!shape)
    return usageError("'" + key + "' is neither '" + kVersionKey +
                      "' nor a matrix product M_N_K such as '512_512_512'");
  const json::Object *object = value.getAsObject();
  if (!object)
    return usageError("'" + key +
                      "': expected an object with TILE_M, TILE_N "
                      "and TILE_K");
  static constexpr StringLiteral names[] = {"TILE_M", "TILE_N", "TILE_K"};
  static constexpr StringLiteral subNames[] = {"SUB_TILE_M", "SUB_TILE_N",
                                               "SUB_TILE_K"};
  SmallVector<StringRef> known(std::begin(names), std::end(names));
  known.append(std::begin(subNames), std::end(subNames));
  if (Error error = checkKeys(*object, known, "'" + key + "'"))
    return error;
  MatrixShape tile;
  for (unsigned i = 0; i < 3; ++i) {
    tile[i] = object->getInteger(names[i]).value_or(0);
    if (tile[i] < 1)
      return usageError("'" + key + "'." + names[i] +
                        ": expected an integer of at least 1");
    if (!object->get(subNames[i]))
      continue;
    int64_t sub = object->getInteger(subNames[i]).value_or(0);
    if (sub < 1 || sub > tile[i])
      return usageError("'" + key + "'." + subNames[i] +
                        ": expected an integer between 1 and " + names[i]);
  }
  tiles[*shape] = tile;
  return Error::success();
}

/// Names have to mean something; patterns and keys may be meant for other
/// models.
Error Mapping::checkNames(ArrayRef<MappedKernel> kernels) const {
  std::vector<StringRef> names;
  for (const MappedKernel &kernel : kernels)
    names.push_back(kernel.name);
  for (const Rule &rule : rules)
    if (rule.key.empty() &&
        none_of(names, [&](StringRef name) { return rule.matches(name); }))
      return usageError(file + ": no kernel is called '" + rule.kernel + "'" +
                        didYouMean(rule.kernel, names));
  return Error::success();
}

Expected<std::vector<GivenSchedule>>
Mapping::apply(ArrayRef<MappedKernel> kernels,
               const MachineConfig &target) const {
  if (!machine.empty() && machine != target.name)
    return usageError(file + " is for machine '" + machine + "', not '" +
                      target.name + "'");
  if (Error error = checkNames(kernels))
    return std::move(error);
  const int64_t lanes = target.lanes, vector = target.vectorElements(4);
  std::vector<GivenSchedule> given(kernels.size());
  for (auto [kernel, schedule] : zip_equal(kernels, given)) {
    auto rule = find_if(rules, [&](const Rule &r) {
      return r.key.empty() ? r.matches(kernel.name) : r.key == kernel.key;
    });
    if (rule != rules.end())
      schedule = {rule->schedule,
                  formatv("{0}, schedules[{1}]", file, rule - rules.begin())};
    auto found =
        kernel.matrixShape ? tiles.find(*kernel.matrixShape) : tiles.end();
    if (found == tiles.end())
      continue;
    auto [m, n, k] = found->second;
    schedule = {formatv("{{\"streams\":\"lhs\",\"tile\":[{0},{1},{2}]}",
                        alignTo(m, vector), std::max(n, lanes),
                        std::max(k, lanes)),
                formatv("{0}, '{1}_{2}_{3}'", file, found->first[0],
                        found->first[1], found->first[2])};
  }
  return given;
}
