//===- DramPresets.h - Published DRAM parameter sets ------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the DRAM parameter sets that a machine file can name. Channels are the
// machine's choice and are 1 here.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_MACHINE_DRAMPRESETS_H
#define TILEWRIGHT_LIB_MACHINE_DRAMPRESETS_H

#include "tilewright/Machine/MachineConfig.h"

namespace tilewright {

/// The preset of that name, or null.
const DramConfig *findDramPreset(llvm::StringRef name);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_MACHINE_DRAMPRESETS_H
