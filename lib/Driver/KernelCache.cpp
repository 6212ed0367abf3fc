//===- KernelCache.cpp - Compiled kernels on disk -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelCache.h"

using namespace llvm;
using namespace tilewright;

StringRef tilewright::compilerBuildId() {
  static constexpr char id[] =
#include "BuildId.inc"
      ;
  return id;
}

static std::string contentOf(const CompiledKernel &kernel) {
  std::string header;
  raw_string_ostream(header) << json::Value(
      json::Object{{"symbol", kernel.symbol},
                   {"macs", kernel.macs},
                   {"spad_bytes_per_lane", kernel.spadBytesPerLane},
                   {"schedule", kernel.schedule},
                   {"graph", kernel.graph.toJson()}});
  return joinContent(header, kernel.object);
}

std::string tilewright::encodeKernel(const CompiledKernel &kernel) {
  return sealEntry(contentOf(kernel));
}

/// The kernel of a header that is intact, so only another version's can be
/// malformed.
static std::optional<CompiledKernel> readHeader(StringRef text) {
  Expected<json::Value> value = json::parse(text);
  if (!value) {
    consumeError(value.takeError());
    return std::nullopt;
  }
  json::Path::Root root;
  json::ObjectMapper mapper(*value, root);
  CompiledKernel kernel;
  if (!mapper || !mapper.map("symbol", kernel.symbol) ||
      !mapper.map("macs", kernel.macs) ||
      !mapper.map("spad_bytes_per_lane", kernel.spadBytesPerLane) ||
      !mapper.map("schedule", kernel.schedule))
    return std::nullopt;
  const json::Value *graphValue = value->getAsObject()->get("graph");
  if (!graphValue)
    return std::nullopt;
  Expected<tog::Graph> graph = tog::Graph::fromJson(*graphValue);
  if (!graph) {
    consumeError(graph.takeError());
    return std::nullopt;
  }
  kernel.graph = std::move(*graph);
  return kernel;
}

static std::optional<CompiledKernel> readContent(StringRef content) {
  auto parts = splitContent(content);
  if (!parts)
    return std::nullopt;
  std::optional<CompiledKernel> kernel = readHeader(parts->first);
  if (kernel)
    kernel->object = parts->second.str();
  return kernel;
}

std::optional<CompiledKernel> tilewright::decodeKernel(StringRef bytes) {
  std::optional<StringRef> content = openEntry(bytes);
  return content ? readContent(*content) : std::nullopt;
}

Expected<std::unique_ptr<KernelCache>>
KernelCache::open(StringRef directory, const MachineConfig &machine) {
  auto entries = ContentCache::open(directory);
  if (!entries)
    return entries.takeError();
  return std::unique_ptr<KernelCache>(
      new KernelCache(std::move(*entries), machine));
}

std::string KernelCache::nameOf(const KernelSource &source) const {
  return ContentCache::nameOf({"kernel", compilerBuildId(), machineIdentity,
                               source.identity, source.schedule});
}

std::optional<CompiledKernel> KernelCache::load(StringRef name) {
  std::optional<std::string> content = entries->load(name);
  if (!content)
    return std::nullopt;
  std::optional<CompiledKernel> kernel = readContent(*content);
  if (!kernel)
    entries->reject();
  return kernel;
}

void KernelCache::store(StringRef name, const CompiledKernel &kernel) {
  entries->store(name, contentOf(kernel));
}
