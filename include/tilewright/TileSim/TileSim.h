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
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <optional>
#include <utility>
#include <vector>

namespace tilewright {

/// What happened in some executions of a stretch of instructions: totals.
struct StretchCost {
  uint64_t executions = 0;
  uint64_t cycles = 0;
  CoreCounters counters;
  /// Part of `cycles` spent waiting for arrays because of what stretches before
  /// this one did. A DMA stall in between hides it.
  std::vector<InheritedWait> inheritedWaits; ///< by distance, ascending
};

/// The measured cost of one compute node (for reports): totals over all its
/// executions in one launch, from its marker to the issue of the next event.
struct NodeCost {
  bool known = false; ///< executed at least once
  uint64_t executions = 0;
  uint64_t cycles = 0;
  uint64_t instructions = 0;
  uint64_t arrayBusyCycles = 0;
  std::vector<uint64_t> arrayRows; ///< per array
};

/// Costs of one kernel. Every instruction lies in exactly one stretch: from one
/// event (DMA start, wait, node marker, kernel entry) to the next (or the
/// return). Events are told apart by site, their node in the tile graph
/// (tog::eventSites), so that code between nodes - addresses, descriptors, loop
/// control - is charged where it runs, and the way out of a loop apart from the
/// way round.
struct NodeCosts {
  static constexpr unsigned kEntry = ~0u - 1, kReturn = ~0u - 2;
  using Stretch = std::pair<unsigned, unsigned>; ///< sites from, to
  llvm::DenseMap<Stretch, StretchCost> stretches;
  std::vector<NodeCost> nodes; ///< by compute id

  const NodeCost &operator[](unsigned id) const { return nodes[id]; }
  size_t size() const { return nodes.size(); }
  llvm::json::Value toJson() const;
  /// The inverse; nothing for what toJson cannot have written.
  static std::optional<NodeCosts> fromJson(const llvm::json::Value &value);
};

/// Measures a kernel's costs from the instruction stream of one launch, timed
/// with no DMA stalls. Walks the graph along with the stream, which binds the
/// binary's events to sites, and checks that both agree: kind, compute id, tag,
/// direction and valid bounds of every event.
class NodeCostRecorder : public Observer {
public:
  /// `graph` must outlive the recorder.
  NodeCostRecorder(const MachineConfig &machine, const tog::Graph &graph);
  ~NodeCostRecorder() override;
  void retired(const RetiredInstruction &inst) override;
  /// Call after the kernel's return. Fails (kind Internal) when the stream's
  /// events were not the graph's, naming the first difference.
  llvm::Expected<NodeCosts> take();

private:
  struct State;
  std::unique_ptr<State> state;
};

/// The result of timing one launch (either level).
struct LaunchTiming {
  uint64_t begin = 0, end = 0; ///< core cycles
  CoreCounters counters;
  uint64_t readRequests = 0, writeRequests = 0, dramBytes = 0;
  std::vector<NodeInterval> nodes;
  /// Tile level: stretches executed that were never measured, charged the mean
  /// of what is known from the same site (0: all were measured).
  uint64_t unmeasuredStretches = 0;
};

/// One machine in time; launches run one after the other on core 0. A launch
/// ends when its instructions have completed and its moves have drained.
class TileSimulator {
public:
  explicit TileSimulator(const MachineConfig &machine);
  ~TileSimulator();
  /// `indices` holds those of the launch's indirect moves, in order: where such
  /// a move goes depends on data, which the functional run knows.
  LaunchTiming launch(const tog::Graph &graph, const NodeCosts &costs,
                      llvm::ArrayRef<uint64_t> arguments,
                      llvm::ArrayRef<std::vector<int64_t>> indices = {});
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
