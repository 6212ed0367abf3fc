//===- NodeCostCache.h - Measured costs of kernels on disk ------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the form of NodeCosts in a ContentCache. What a kernel's instructions
// cost depends on its code (whose control flow does not depend on data), where
// it lies, its tile graph, the machine and the simulators' sources.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_NODECOSTCACHE_H
#define TILEWRIGHT_LIB_DRIVER_NODECOSTCACHE_H

#include "tilewright/Program/Program.h"
#include "tilewright/Support/ContentCache.h"
#include "tilewright/TileSim/TileSim.h"

namespace tilewright {

/// The name of the entry for kernel `number`.
std::string nodeCostsName(const Program &program, unsigned number);
/// Nothing when there is no entry, or none that can be used.
std::optional<NodeCosts> loadNodeCosts(ContentCache &cache,
                                       llvm::StringRef name);
void storeNodeCosts(ContentCache &cache, llvm::StringRef name,
                    const NodeCosts &costs);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_NODECOSTCACHE_H
