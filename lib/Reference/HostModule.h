//===- HostModule.h - A compiled reference as data --------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What compiling a module for the host gives: an object file and the
// contractions its calls refer to by number. It holds no addresses, so it can
// be kept in a ContentCache, under the hash of what the module computes, the host and
// the sources of the reference itself.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_REFERENCE_HOSTMODULE_H
#define TILEWRIGHT_LIB_REFERENCE_HOSTMODULE_H

#include "HostContraction.h"
#include "tilewright/Support/ContentCache.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <vector>

namespace tilewright::reference {

struct HostModule {
  std::string object;
  std::vector<ContractionShape> contractions;
};

/// The name of the entry for what a module computes, as text.
std::string cacheNameOf(llvm::StringRef identity);
/// Nothing when there is no entry, or none that can be used.
std::optional<HostModule> loadModule(ContentCache &cache, llvm::StringRef name);
void storeModule(ContentCache &cache, llvm::StringRef name,
                 const HostModule &module);

} // namespace tilewright::reference

#endif // TILEWRIGHT_LIB_REFERENCE_HOSTMODULE_H
