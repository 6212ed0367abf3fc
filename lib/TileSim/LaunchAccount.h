//===- LaunchAccount.h - Memory traffic of one launch -----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what both levels do around a launch: remember the traffic before it, let
// its moves drain, and take the differences.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_TILESIM_LAUNCHACCOUNT_H
#define TILEWRIGHT_LIB_TILESIM_LAUNCHACCOUNT_H

#include "tilewright/TileSim/TileSim.h"

namespace tilewright {

class LaunchAccount {
public:
  LaunchAccount(MemorySystem &memory, uint64_t begin) : memory(memory) {
    timing.begin = begin;
    read(-1);
  }
  /// The core finished at `cycle`; returns the end of the launch.
  uint64_t close(uint64_t cycle) {
    timing.end = std::max(cycle, memory.drain());
    read(1);
    return timing.end;
  }
  LaunchTiming timing;

private:
  void read(int sign) {
    const MemoryStatistics &s = memory.statistics();
    timing.readRequests += uint64_t(sign) * s.readRequests;
    timing.writeRequests += uint64_t(sign) * s.writeRequests;
    timing.dramBytes += uint64_t(sign) * s.bytes;
  }
  MemorySystem &memory;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_TILESIM_LAUNCHACCOUNT_H
