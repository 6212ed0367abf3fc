//===- HostModule.cpp - A compiled reference as data ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An entry is a JSON header, which lists the contractions (types, then extent
// and strides of each loop), and the object file.
//
//===----------------------------------------------------------------------===//

#include "HostModule.h"
#include "HostCode.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace tilewright;
using namespace tilewright::reference;

static StringRef referenceBuildId() {
  static constexpr char id[] =
#include "ReferenceBuildId.inc"
      ;
  return id;
}

std::string tilewright::reference::cacheNameOf(StringRef identity) {
  return ContentCache::nameOf(
      {"reference", referenceBuildId(), hostIdentity(), identity});
}

static json::Value toJson(const ContractionShape &shape) {
  json::Array loops;
  for (const ContractionLoop &loop : shape.loops)
    loops.push_back(json::Array{loop.extent, loop.lhs, loop.rhs, loop.out});
  return json::Object{{"lhs", int64_t(shape.lhsType)},
                      {"rhs", int64_t(shape.rhsType)},
                      {"loops", std::move(loops)}};
}

static bool isHostFloat(int64_t number) {
  return number >= 0 && number <= int64_t(HostFloat::BF16);
}

static std::optional<ContractionShape> shapeOf(const json::Value &value) {
  std::vector<std::vector<int64_t>> loops;
  int64_t lhs = 0, rhs = 0;
  json::Path::Root root;
  json::ObjectMapper mapper(value, root);
  if (!mapper || !mapper.map("lhs", lhs) || !mapper.map("rhs", rhs) ||
      !mapper.map("loops", loops) || !isHostFloat(lhs) || !isHostFloat(rhs))
    return std::nullopt;
  ContractionShape shape{{}, HostFloat(lhs), HostFloat(rhs)};
  for (const std::vector<int64_t> &loop : loops) {
    if (loop.size() != 4)
      return std::nullopt;
    shape.loops.push_back({loop[0], loop[1], loop[2], loop[3]});
  }
  return shape;
}

/// The module of an intact entry; the header is malformed only when another
/// version wrote it.
static std::optional<HostModule> read(StringRef content) {
  auto parts = splitContent(content);
  if (!parts)
    return std::nullopt;
  Expected<json::Value> header = json::parse(parts->first);
  if (!header) {
    consumeError(header.takeError());
    return std::nullopt;
  }
  const json::Array *shapes = header->getAsArray();
  if (!shapes)
    return std::nullopt;
  HostModule module;
  module.object = parts->second.str();
  for (const json::Value &value : *shapes) {
    std::optional<ContractionShape> shape = shapeOf(value);
    if (!shape)
      return std::nullopt;
    module.contractions.push_back(std::move(*shape));
  }
  return module;
}

std::optional<HostModule> tilewright::reference::loadModule(ContentCache &cache,
                                                            StringRef name) {
  std::optional<std::string> content = cache.load(name);
  if (!content)
    return std::nullopt;
  std::optional<HostModule> module = read(*content);
  if (!module)
    cache.reject();
  return module;
}

void tilewright::reference::storeModule(ContentCache &cache, StringRef name,
                                        const HostModule &module) {
  json::Array shapes;
  for (const ContractionShape &shape : module.contractions)
    shapes.push_back(toJson(shape));
  std::string header;
  raw_string_ostream(header) << json::Value(std::move(shapes));
  cache.store(name, joinContent(header, module.object));
}
