//===- NodeCostCache.cpp - Measured costs of kernels on disk --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeCostCache.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace tilewright;

static StringRef simulatorBuildId() {
  static constexpr char id[] =
#include "SimulatorBuildId.inc"
      ;
  return id;
}

static std::string textOf(const json::Value &value) {
  std::string text;
  raw_string_ostream(text) << value;
  return text;
}

/// The bytes of the image in [begin, end), as far as it has them.
static StringRef codeAt(const Program &program, uint64_t begin, uint64_t end) {
  for (const Segment &segment : program.image) {
    uint64_t size = segment.bytes.size();
    if (segment.address <= begin && end <= segment.address + size)
      return StringRef(reinterpret_cast<const char *>(segment.bytes.data()),
                       size)
          .slice(begin - segment.address, end - segment.address);
  }
  return {};
}

std::string tilewright::nodeCostsName(const Program &program, unsigned number) {
  const Kernel &kernel = program.kernels[number];
  return ContentCache::nameOf(
      {"node costs", simulatorBuildId(), program.machineYaml,
       codeAt(program, kernel.entry, kernel.end), std::to_string(kernel.entry),
       textOf(kernel.graph.toJson())});
}

std::optional<NodeCosts> tilewright::loadNodeCosts(ContentCache &cache,
                                                   StringRef name) {
  std::optional<std::string> content = cache.load(name);
  if (!content)
    return std::nullopt;
  Expected<json::Value> value = json::parse(*content);
  std::optional<NodeCosts> costs;
  if (value)
    costs = NodeCosts::fromJson(*value);
  else
    consumeError(value.takeError());
  if (!costs)
    cache.reject();
  return costs;
}

void tilewright::storeNodeCosts(ContentCache &cache, StringRef name,
                                const NodeCosts &costs) {
  cache.store(name, textOf(costs.toJson()));
}
