//===- ContentCache.h - Derived bytes on disk, by content -------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns a directory of entries that can be made again. An entry's name is the
// hash of everything its content depends on. Processes may share a directory:
// an entry appears complete or not at all, and equal names have equal content.
// Entries carry a checksum and are not trusted: one that is damaged counts as
// missing, so it is made again and replaced.
//
// File format: a magic, the u64 XXH3 of what follows (little endian), the
// entry.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_CONTENTCACHE_H
#define TILEWRIGHT_SUPPORT_CONTENTCACHE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace tilewright {

class ContentCache {
public:
  /// Creates the directory when it is missing; Usage error when it cannot be
  /// written.
  static llvm::Expected<std::unique_ptr<ContentCache>>
  open(llvm::StringRef directory);

  /// The name of an entry that depends on `parts`, the first of which says what
  /// kind of entry it is. Parts are kept apart.
  static std::string nameOf(llvm::ArrayRef<llvm::StringRef> parts);

  // All of these may be called from several threads.

  /// Nothing when there is no entry, or a damaged one.
  std::optional<std::string> load(llvm::StringRef name);
  void store(llvm::StringRef name, llvm::StringRef content);
  /// Counts an entry that is whole but cannot be read.
  void reject() { ++damagedEntries; }
  /// Removes what nobody used for 30 days, and the least recently used entries
  /// while there are more than 2 GB. Looks at most once in 20 minutes.
  void prune() const;

  unsigned damaged() const { return damagedEntries; }
  /// Why an entry could not be written, if one could not.
  std::string problem() const;

private:
  explicit ContentCache(llvm::StringRef directory) : directory(directory) {}
  std::string pathOf(llvm::StringRef name) const;

  std::string directory;
  std::atomic<unsigned> damagedEntries = 0;
  mutable std::mutex mutex;
  std::string firstProblem;
};

/// The bytes of an entry's file, and back; nothing when they are damaged.
std::string sealEntry(llvm::StringRef content);
std::optional<llvm::StringRef> openEntry(llvm::StringRef bytes);

/// Content made of a header and a body, and back; nothing when it is not.
std::string joinContent(llvm::StringRef header, llvm::StringRef body);
std::optional<std::pair<llvm::StringRef, llvm::StringRef>>
splitContent(llvm::StringRef content);

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_CONTENTCACHE_H
