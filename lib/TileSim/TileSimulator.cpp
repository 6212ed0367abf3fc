//===- TileSimulator.cpp - Tile-level simulation of kernels ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Time moves by the costs of stretches between events, plus what waits add. A
// stretch measured n times is charged its mean, with the rounding carried over,
// so that n executions cost exactly what was measured.
//
// Costs were measured without DMA stalls. Let S be the stalls so far: then an
// action measured at time m happens at m + S. A stretch that waited w cycles
// for results decided by a stretch `distance` before it, when stalls stood at
// S', waits only max(0, w - (S - S')) cycles, and S shrinks by what is saved.
//
// What arrays do with a stall is use it up with the rows they still have. For
// the rest of it they are idle, and so are what follows, as late as the core
// is: let I be that time so far. A wait saves no more than S - I.
//
//===----------------------------------------------------------------------===//

#include "LaunchAccount.h"
#include <map>

using namespace tilewright;

namespace {
/// What the walker needs of a stretch, with the remainder of its mean.
struct Charge {
  const StretchCost *cost = nullptr;
  uint64_t remainder = 0, executed = 0;
};

/// Charges stretches in the order of execution.
class Charger {
public:
  Charger(const NodeCosts &costs, const MachineConfig &machine)
      : costs(costs), queueRows(machine.arrays.inputQueueRows),
        latency(2 * machine.lanes) {}

  /// Cycles of the next stretch.
  uint64_t cycles(unsigned from, unsigned to) {
    auto [it, isNew] = charges.try_emplace({from, to});
    Charge &charge = it->second;
    if (isNew)
      charge.cost = find(from, to);
    ++charge.executed;
    if (!arraysBegan && llvm::any_of(charge.cost->counters.arrayRows,
                                     [](uint64_t rows) { return rows > 0; })) {
      arraysBegan = true;
      stallsBeforeArrays = stalls;
    }
    uint64_t n = std::max<uint64_t>(charge.cost->executions, 1);
    charge.remainder += charge.cost->cycles;
    uint64_t cycles = charge.remainder / n;
    charge.remainder %= n;
    for (const InheritedWait &wait : charge.cost->inheritedWaits) {
      uint64_t saved =
          std::min({wait.cycles / n, stalledSince(wait.distance), cycles});
      cycles -= saved;
      stalls -= saved;
    }
    stallsAt[sequence++ % kHistory] = stalls;
    uint64_t rows = 0;
    for (uint64_t ofArray : charge.cost->counters.arrayRows)
      rows = std::max(rows, ofArray / n);
    rowsLeft += rows;
    rowsLeft = std::min(queueRows, rowsLeft - std::min(rowsLeft, cycles));
    return cycles;
  }

  void stall(uint64_t cycles) {
    stalls += cycles;
    if (!arraysBegan)
      return;
    idle += cycles - std::min(cycles, rowsLeft + latency);
    rowsLeft -= std::min(rowsLeft, cycles);
  }

  /// Counters of all executions charged. Totals are scaled per stretch.
  CoreCounters counters() const {
    CoreCounters sum;
    for (const auto &[key, charge] : charges) {
      const StretchCost &cost = *charge.cost;
      if (cost.executions == charge.executed) {
        sum.add(cost.counters);
        continue;
      }
      addScaled(sum, cost, charge.executed);
    }
    return sum;
  }
  uint64_t unmeasured() const { return missing; }

private:
  static constexpr uint64_t kHistory = 1024;

  /// Stalls added since the stretch `distance` before the current one ended.
  /// Arrays hold nothing from before the first stretch that pushes rows: means
  /// of later executions may reach further back than this one can.
  uint64_t stalledSince(uint64_t distance) const {
    uint64_t then = stallsBeforeArrays;
    if (distance <= sequence && distance <= kHistory)
      then = std::max(then, stallsAt[(sequence - distance) % kHistory]);
    then = std::max(then, stallsBeforeArrays + idle);
    return stalls > then ? stalls - then : 0;
  }

  static void addScaled(CoreCounters &sum, const StretchCost &cost,
                        uint64_t executed) {
    uint64_t n = std::max<uint64_t>(cost.executions, 1);
    for (uint64_t i = 0; i < executed / n; ++i)
      sum.add(cost.counters);
    CoreCounters part = cost.counters;
    auto scale = [&](uint64_t &v) { v = v * (executed % n) / n; };
    scale(part.instructions);
    scale(part.arrayBusyCycles);
    for (uint64_t &rows : part.arrayRows)
      scale(rows);
    scale(part.dmaWaitCycles);
    scale(part.arrayWaitCycles);
    scale(part.vectorMemoryBytes);
    scale(part.branches);
    scale(part.mispredictions);
    scale(part.arrayProtocolErrors);
    sum.add(part);
  }

  const StretchCost *find(unsigned from, unsigned to) {
    auto it = costs.stretches.find({from, to});
    if (it != costs.stretches.end())
      return &it->second;
    ++missing;
    StretchCost &mean = substitutes[{from, to}];
    for (const auto &[key, cost] : costs.stretches)
      if (key.first == from) {
        mean.executions += cost.executions;
        mean.cycles += cost.cycles;
        mean.counters.add(cost.counters);
      }
    return &mean;
  }

  const NodeCosts &costs;
  llvm::DenseMap<NodeCosts::Stretch, Charge> charges;
  std::map<NodeCosts::Stretch, StretchCost> substitutes;
  uint64_t missing = 0;
  uint64_t stalls = 0; ///< S
  bool arraysBegan = false;
  uint64_t stallsBeforeArrays = 0;           ///< S at the first rows pushed
  const uint64_t queueRows, latency;         ///< of an array, in cycles
  uint64_t rowsLeft = 0;                     ///< to enter the fullest array
  uint64_t idle = 0;                         ///< I, since then
  uint64_t sequence = 0;                     ///< stretches so far
  std::array<uint64_t, kHistory> stallsAt{}; ///< S at their ends, a ring
};
} // namespace

struct TileSimulator::State {
  explicit State(const MachineConfig &machine)
      : machine(machine), memory(machine) {}
  const MachineConfig machine;
  MemorySystem memory;
  uint64_t cycle = 0;
};

TileSimulator::TileSimulator(const MachineConfig &machine)
    : state(std::make_unique<State>(machine)) {}
TileSimulator::~TileSimulator() = default;
MemorySystem &TileSimulator::memory() { return state->memory; }
uint64_t TileSimulator::cycle() const { return state->cycle; }

LaunchTiming
TileSimulator::launch(const tog::Graph &graph, const NodeCosts &costs,
                      llvm::ArrayRef<uint64_t> arguments,
                      llvm::ArrayRef<std::vector<int64_t>> indices) {
  MemorySystem &memory = state->memory;
  LaunchAccount account(memory, state->cycle);
  LaunchTiming &timing = account.timing;
  Charger charger(costs, state->machine);
  auto sites = tog::eventSites(graph);
  tog::Walker walker(graph, arguments);

  uint64_t now = state->cycle, waited = 0;
  unsigned from = NodeCosts::kEntry;
  bool nodeOpen = false;
  while (const tog::Node *node = walker.next()) {
    unsigned site = sites.lookup(node);
    now += charger.cycles(from, site);
    from = site;
    if (nodeOpen)
      timing.nodes.back().end = now;
    nodeOpen = node->kind == tog::Node::Kind::Compute;
    if (nodeOpen) {
      timing.nodes.push_back({node->id, now, now});
    } else if (node->kind == tog::Node::Kind::Dma) {
      DmaDescriptor move = walker.dma();
      bool known = move.isIndirect() && !indices.empty();
      memory.submit(0, move, now,
                    known ? llvm::ArrayRef<int64_t>(indices.front())
                          : llvm::ArrayRef<int64_t>());
      indices = indices.drop_front(known);
    } else {
      uint64_t done = memory.waitTag(0, walker.tag());
      if (done > now) {
        waited += done - now;
        charger.stall(done - now);
        now = done;
      }
    }
  }
  now += charger.cycles(from, NodeCosts::kReturn);
  if (nodeOpen)
    timing.nodes.back().end = now;
  timing.counters = charger.counters();
  timing.counters.dmaWaitCycles = waited;
  timing.unmeasuredStretches = charger.unmeasured();
  state->cycle = account.close(now);
  return std::move(timing);
}
