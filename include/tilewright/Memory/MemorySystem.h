//===- MemorySystem.h - DMA engines, NoC and DRAM in time -------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns when data moves: per-core DMA engines turn descriptors into requests,
// the NoC carries them to channels, DRAM controllers serve them. Event driven,
// in femtoseconds internally, core cycles at this interface. Knows descriptors
// and the machine; no programs, no instructions.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MEMORY_MEMORYSYSTEM_H
#define TILEWRIGHT_MEMORY_MEMORYSYSTEM_H

#include "tilewright/Layout/DmaDescriptor.h"
#include "tilewright/Machine/MachineConfig.h"
#include <cstdint>
#include <memory>
#include <vector>

namespace tilewright {

struct ChannelStatistics {
  uint64_t reads = 0, writes = 0, rowHits = 0, rowMisses = 0, rowConflicts = 0,
           refreshes = 0;
};

/// One finished move, for traces.
struct MoveRecord {
  unsigned core = 0;
  bool store = false;
  uint8_t tag = 0;
  uint64_t submitCycle = 0, startCycle = 0, endCycle = 0;
  uint64_t requests = 0, bytes = 0; ///< bytes: of the valid tile elements
};

struct MemoryStatistics {
  uint64_t readRequests = 0, writeRequests = 0;
  uint64_t bytes = 0;                ///< requests times request size
  uint64_t dmaActiveCycles = 0;      ///< cycles some engine was injecting
  std::vector<ChannelStatistics> channels;
};

/// Later submits of a core must come at or after the completion of its last
/// wait: that is how far a wait simulates. With several cores, the caller makes
/// calls in the order of their cycles; a submit before what is already simulated
/// takes effect where the simulation stands.
class MemorySystem {
public:
  explicit MemorySystem(const MachineConfig &machine);
  ~MemorySystem();

  /// Core `core` starts `move` at core cycle `cycle`; cycles of successive calls
  /// must not decrease per core. `indices` are those of an indirect move (see
  /// forEachRow). Returns the number of the move.
  uint64_t submit(unsigned core, const DmaDescriptor &move, uint64_t cycle,
                  llvm::ArrayRef<int64_t> indices = {});
  /// Simulates until every move of `tag` submitted so far by `core` has
  /// completed (loads: last data arrived; stores: last write accepted by DRAM).
  /// Returns the core cycle of completion of the latest one (which may lie
  /// before the last call), or 0 when there never was one.
  uint64_t waitTag(unsigned core, unsigned tag);
  /// Simulates until nothing is outstanding; returns the core cycle of the last
  /// completion so far (0 if there was none).
  uint64_t drain();

  const MemoryStatistics &statistics() const;
  /// Moves completed so far, in completion order (kept when enabled).
  void keepRecords(bool keep);
  const std::vector<MoveRecord> &records() const;

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace tilewright

#endif // TILEWRIGHT_MEMORY_MEMORYSYSTEM_H
