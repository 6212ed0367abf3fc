//===- KernelCache.h - Compiled kernels on disk -----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the form of compiled kernels in a ContentCache. An entry's name is the
// hash of what the kernel computes, the machine, the given schedule, and the
// compiler itself (compilerBuildId). It holds a JSON header and the ELF object.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_KERNELCACHE_H
#define TILEWRIGHT_LIB_DRIVER_KERNELCACHE_H

#include "KernelSource.h"
#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Support/ContentCache.h"

namespace tilewright {

/// Changes whenever a source file of the compiler or its LLVM does.
llvm::StringRef compilerBuildId();

class KernelCache {
public:
  /// As ContentCache::open.
  static llvm::Expected<std::unique_ptr<KernelCache>>
  open(llvm::StringRef directory, const MachineConfig &machine);

  // All of these may be called from several threads.
  std::string nameOf(const KernelSource &source) const;
  /// Nothing when there is no entry, or none that can be used.
  std::optional<CompiledKernel> load(llvm::StringRef name);
  void store(llvm::StringRef name, const CompiledKernel &kernel);

  void prune() const { entries->prune(); }
  unsigned damaged() const { return entries->damaged(); }
  std::string problem() const { return entries->problem(); }

private:
  KernelCache(std::unique_ptr<ContentCache> entries,
              const MachineConfig &machine)
      : entries(std::move(entries)), machineIdentity(machine.yaml) {}

  std::unique_ptr<ContentCache> entries;
  std::string machineIdentity;
};

/// The bytes of an entry, and back; nothing when they are damaged.
std::string encodeKernel(const CompiledKernel &kernel);
std::optional<CompiledKernel> decodeKernel(llvm::StringRef bytes);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_KERNELCACHE_H
