//===- KernelCache.cpp - Compiled kernels on disk -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Files are named as LLVM's own caches name theirs, so that llvm::pruneCache
// recognises them.
//
//===----------------------------------------------------------------------===//

#include "KernelCache.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/CachePruning.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using namespace tilewright;

static constexpr StringLiteral kMagic = "TILEKRN1";
static constexpr StringLiteral kFilePrefix = "llvmcache-";
static constexpr uint64_t kMaxCacheBytes = uint64_t(2) << 30;
static constexpr std::chrono::hours kMaxAge{30 * 24};

StringRef tilewright::compilerBuildId() {
  static constexpr char id[] =
#include "BuildId.inc"
      ;
  return id;
}

std::string tilewright::encodeKernel(const CompiledKernel &kernel) {
  std::string header;
  raw_string_ostream(header) << json::Value(
      json::Object{{"symbol", kernel.symbol},
                   {"macs", kernel.macs},
                   {"spad_bytes_per_lane", kernel.spadBytesPerLane},
                   {"schedule", kernel.schedule},
                   {"graph", kernel.graph.toJson()}});
  auto integer = [](uint64_t value) {
    char bytes[8];
    support::endian::write64le(bytes, value);
    return std::string(bytes, sizeof(bytes));
  };
  std::string payload = integer(header.size()) + header + kernel.object;
  return kMagic.str() + integer(xxh3_64bits(arrayRefFromStringRef(payload))) +
         payload;
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

std::optional<CompiledKernel> tilewright::decodeKernel(StringRef bytes) {
  if (!bytes.consume_front(kMagic) || bytes.size() < 16)
    return std::nullopt;
  uint64_t hash = support::endian::read64le(bytes.data());
  StringRef payload = bytes.drop_front(8);
  if (xxh3_64bits(arrayRefFromStringRef(payload)) != hash)
    return std::nullopt;
  uint64_t length = support::endian::read64le(payload.data());
  payload = payload.drop_front(8);
  if (length > payload.size())
    return std::nullopt;
  std::optional<CompiledKernel> kernel = readHeader(payload.take_front(length));
  if (kernel)
    kernel->object = payload.drop_front(length).str();
  return kernel;
}

KernelCache::KernelCache(StringRef directory, const MachineConfig &machine)
    : directory(directory), machineIdentity(machine.yaml) {}

Expected<std::unique_ptr<KernelCache>>
KernelCache::open(StringRef directory, const MachineConfig &machine) {
  std::error_code error = sys::fs::create_directories(directory);
  if (!error)
    error = sys::fs::access(directory, sys::fs::AccessMode::Write);
  if (error)
    return usageError("cannot use cache directory '" + directory +
                      "': " + error.message());
  return std::unique_ptr<KernelCache>(new KernelCache(directory, machine));
}

std::string KernelCache::nameOf(const KernelSource &source) const {
  BLAKE3 hasher;
  // Lengths keep apart what concatenation would join.
  for (StringRef part :
       {compilerBuildId(), StringRef(machineIdentity),
        StringRef(source.identity), StringRef(source.schedule)}) {
    hasher.update(std::to_string(part.size()) + ":");
    hasher.update(part);
  }
  return toHex(hasher.final<20>(), /*LowerCase=*/true);
}

std::string KernelCache::pathOf(StringRef name) const {
  SmallString<128> path(directory);
  sys::path::append(path, kFilePrefix + name);
  return std::string(path);
}

std::optional<CompiledKernel> KernelCache::load(StringRef name) {
  auto buffer = MemoryBuffer::getFile(pathOf(name), /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return std::nullopt;
  std::optional<CompiledKernel> kernel = decodeKernel((*buffer)->getBuffer());
  if (!kernel)
    ++damagedEntries;
  return kernel;
}

void KernelCache::store(StringRef name, const CompiledKernel &kernel) {
  std::string path = pathOf(name);
  // Under a temporary name first, then renamed.
  Error error = writeToOutput(path, [&](raw_ostream &os) {
    os << encodeKernel(kernel);
    return Error::success();
  });
  if (!error)
    return;
  std::string message = "cannot write '" + path +
                        "': " + errorToErrorCode(std::move(error)).message();
  std::lock_guard<std::mutex> lock(mutex);
  if (firstProblem.empty())
    firstProblem = message;
}

std::string KernelCache::problem() const {
  std::lock_guard<std::mutex> lock(mutex);
  return firstProblem;
}

void KernelCache::prune() const {
  CachePruningPolicy policy;
  policy.Expiration = kMaxAge;
  policy.MaxSizePercentageOfAvailableSpace = 0;
  policy.MaxSizeBytes = kMaxCacheBytes;
  pruneCache(directory, policy);
}
