//===- KernelCache.h - Compiled kernels on disk -----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns a directory of compiled kernels by content. An entry's name is the hash
// of everything its content depends on: what the kernel computes, the machine,
// the given schedule, and the compiler itself (compilerBuildId). Processes may
// share a directory: an entry appears complete or not at all, and equal names
// have equal content. Entries carry a checksum and are not trusted: one that is
// damaged is compiled again and replaced.
//
// File format, integers little endian: the magic "TILEKRN1", the u64 XXH3 of
// all that follows, the u64 length of a JSON header, the header, the ELF
// object.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_KERNELCACHE_H
#define TILEWRIGHT_LIB_DRIVER_KERNELCACHE_H

#include "KernelSource.h"
#include "tilewright/Machine/MachineConfig.h"
#include "llvm/Support/Error.h"
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

namespace tilewright {

/// Changes whenever a source file of the compiler or its LLVM does.
llvm::StringRef compilerBuildId();

class KernelCache {
public:
  /// Creates the directory when it is missing; Usage error when it cannot be
  /// written.
  static llvm::Expected<std::unique_ptr<KernelCache>>
  open(llvm::StringRef directory, const MachineConfig &machine);

  // All of these may be called from several threads.
  std::string nameOf(const KernelSource &source) const;
  /// Nothing when there is no entry, or none that can be used.
  std::optional<CompiledKernel> load(llvm::StringRef name);
  void store(llvm::StringRef name, const CompiledKernel &kernel);
  /// Removes what nobody used for 30 days, and the least recently used entries
  /// while there are more than 2 GB. Looks at most once in 20 minutes.
  void prune() const;

  unsigned damaged() const { return damagedEntries; }
  /// Why an entry could not be written, if one could not.
  std::string problem() const;

private:
  KernelCache(llvm::StringRef directory, const MachineConfig &machine);
  std::string pathOf(llvm::StringRef name) const;

  std::string directory, machineIdentity;
  std::atomic<unsigned> damagedEntries = 0;
  mutable std::mutex mutex;
  std::string firstProblem;
};

/// The bytes of an entry, and back; nothing when they are damaged.
std::string encodeKernel(const CompiledKernel &kernel);
std::optional<CompiledKernel> decodeKernel(llvm::StringRef bytes);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_KERNELCACHE_H
