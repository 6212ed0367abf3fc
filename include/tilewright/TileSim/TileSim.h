//===- TileSim.h - Tile-level simulation of kernels -------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the tile-level machine: walks a kernel's tile operation graph, charges
// each compute node its measured cost, and moves tiles through MemorySystem.
// The event stream is the binary's; only costs inside nodes are memoised.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TILESIM_TILESIM_H
#define TILEWRIGHT_TILESIM_TILESIM_H

#include "tilewright/CoreTiming/CoreTiming.h"
#include "tilewright/Memory/MemorySystem.h"
#include "tilewright/Tog/Tog.h"
#include <vector>

namespace tilewright {

/// The measured cost of one compute node of one kernel.
struct NodeCost {
  bool known = false;
  uint64_t cycles = 0;            ///< from its start to the next event's issue
  uint64_t instructions = 0;
  uint64_t arrayBusyCycles = 0;
  std::vector<uint64_t> arrayRows; ///< per array
};
using NodeCosts = std::vector<NodeCost>; ///< indexed by compute id

/// Measures node costs from a kernel's instruction stream: the first execution
/// of every node is timed with an idle pipeline before it and no DMA stalls.
class NodeCostRecorder : public Observer {
public:
  explicit NodeCostRecorder(const MachineConfig &machine, unsigned numNodes);
  ~NodeCostRecorder() override;
  void retired(const RetiredInstruction &inst) override;
  NodeCosts take();

private:
  struct State;
  std::unique_ptr<State> state;
};

/// The result of timing one launch (either level).
struct LaunchTiming {
  uint64_t begin = 0, end = 0;    ///< core cycles
  CoreCounters counters;
  uint64_t readRequests = 0, writeRequests = 0, dramBytes = 0;
  std::vector<NodeInterval> nodes;
};

/// One machine in time; launches run one after the other on core 0.
class TileSimulator {
public:
  explicit TileSimulator(const MachineConfig &machine);
  ~TileSimulator();
  LaunchTiming launch(const tog::Graph &graph, const NodeCosts &costs,
                      llvm::ArrayRef<uint64_t> arguments);
  MemorySystem &memory();
  uint64_t cycle() const; ///< end of the last launch

private:
  struct State;
  std::unique_ptr<State> state;
};

/// Instruction-level counterpart: a DmaPort over a MemorySystem plus a
/// CoreTiming that observes the functional simulator, launch after launch.
class InstructionSimulator {
public:
  explicit InstructionSimulator(const MachineConfig &machine);
  ~InstructionSimulator();
  Observer &beginLaunch();
  LaunchTiming endLaunch();
  MemorySystem &memory();
  uint64_t cycle() const;

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace tilewright

#endif // TILEWRIGHT_TILESIM_TILESIM_H
