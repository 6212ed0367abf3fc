//===- ContentCache.cpp - Derived bytes on disk, by content ---------------===//
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

#include "tilewright/Support/ContentCache.h"
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

static constexpr StringLiteral kMagic = "TILECCH1";
static constexpr StringLiteral kFilePrefix = "llvmcache-";
static constexpr uint64_t kMaxCacheBytes = uint64_t(2) << 30;
static constexpr std::chrono::hours kMaxAge{30 * 24};

//===----------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------===//

static std::string integer(uint64_t value) {
  char bytes[8];
  support::endian::write64le(bytes, value);
  return std::string(bytes, sizeof(bytes));
}

/// Takes an integer off the front.
static std::optional<uint64_t> takeInteger(StringRef &bytes) {
  if (bytes.size() < 8)
    return std::nullopt;
  uint64_t value = support::endian::read64le(bytes.data());
  bytes = bytes.drop_front(8);
  return value;
}

std::string tilewright::sealEntry(StringRef content) {
  return (kMagic + integer(xxh3_64bits(arrayRefFromStringRef(content))) +
          content)
      .str();
}

std::optional<StringRef> tilewright::openEntry(StringRef bytes) {
  if (!bytes.consume_front(kMagic))
    return std::nullopt;
  std::optional<uint64_t> hash = takeInteger(bytes);
  if (!hash || xxh3_64bits(arrayRefFromStringRef(bytes)) != *hash)
    return std::nullopt;
  return bytes;
}

std::string tilewright::joinContent(StringRef header, StringRef body) {
  return (integer(header.size()) + header + body).str();
}

std::optional<std::pair<StringRef, StringRef>>
tilewright::splitContent(StringRef content) {
  std::optional<uint64_t> length = takeInteger(content);
  if (!length || *length > content.size())
    return std::nullopt;
  return std::pair(content.take_front(*length), content.drop_front(*length));
}

//===----------------------------------------------------------------------===//
// The directory
//===----------------------------------------------------------------------===//

Expected<std::unique_ptr<ContentCache>>
ContentCache::open(StringRef directory) {
  std::error_code error = sys::fs::create_directories(directory);
  if (!error)
    error = sys::fs::access(directory, sys::fs::AccessMode::Write);
  if (error)
    return usageError("cannot use cache directory '" + directory +
                      "': " + error.message());
  return std::unique_ptr<ContentCache>(new ContentCache(directory));
}

std::string ContentCache::nameOf(ArrayRef<StringRef> parts) {
  BLAKE3 hasher;
  // Lengths keep apart what concatenation would join.
  for (StringRef part : parts) {
    hasher.update(std::to_string(part.size()) + ":");
    hasher.update(part);
  }
  return toHex(hasher.final<20>(), /*LowerCase=*/true);
}

std::string ContentCache::pathOf(StringRef name) const {
  SmallString<128> path(directory);
  sys::path::append(path, kFilePrefix + name);
  return std::string(path);
}

std::optional<std::string> ContentCache::load(StringRef name) {
  auto buffer = MemoryBuffer::getFile(pathOf(name), /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return std::nullopt;
  std::optional<StringRef> content = openEntry((*buffer)->getBuffer());
  if (content)
    return content->str();
  reject();
  return std::nullopt;
}

void ContentCache::store(StringRef name, StringRef content) {
  std::string path = pathOf(name);
  // Under a temporary name first, then renamed.
  Error error = writeToOutput(path, [&](raw_ostream &os) {
    os << sealEntry(content);
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

std::string ContentCache::problem() const {
  std::lock_guard<std::mutex> lock(mutex);
  return firstProblem;
}

void ContentCache::prune() const {
  CachePruningPolicy policy;
  policy.Expiration = kMaxAge;
  policy.MaxSizePercentageOfAvailableSpace = 0;
  policy.MaxSizeBytes = kMaxCacheBytes;
  pruneCache(directory, policy);
}
