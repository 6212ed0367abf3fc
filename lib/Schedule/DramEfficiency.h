//===- DramEfficiency.h - How well an access pattern uses DRAM --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_SCHEDULE_DRAMEFFICIENCY_H
#define TILEWRIGHT_LIB_SCHEDULE_DRAMEFFICIENCY_H

#include "tilewright/Machine/MachineConfig.h"

namespace tilewright {

/// A move of `runs` contiguous pieces of `runBytes`, `pitchBytes` apart.
struct RunPattern {
  double runBytes = 0, pitchBytes = 0;
  int64_t runs = 1;
};

/// The part of the peak data rate (0..1) that the pattern can reach: limited by
/// pseudo channels and bank groups it spreads over, and by row activations.
double dramEfficiency(const RunPattern &pattern, const DramConfig &dram);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_SCHEDULE_DRAMEFFICIENCY_H
