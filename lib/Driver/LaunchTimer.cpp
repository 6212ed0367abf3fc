//===- LaunchTimer.cpp - The two levels of timing behind one call ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchTimer.h"
#include "llvm/ADT/STLExtras.h"

using namespace tilewright;

namespace {
class TileTimer : public LaunchTimer {
public:
  TileTimer(const Program &program, const MachineConfig &machine)
      : program(program), machine(machine), simulator(machine),
        costs(program.kernels.size()) {
    for (auto [kernel, nodes] : llvm::zip_equal(program.kernels, costs))
      nodes.resize(kernel.graph.computeNodes.size());
  }

  Observer *begin(unsigned kernel) override {
    bool complete = llvm::all_of(
        costs[kernel], [](const NodeCost &cost) { return cost.known; });
    if (complete)
      return nullptr;
    recorder =
        std::make_unique<NodeCostRecorder>(machine, costs[kernel].size());
    return recorder.get();
  }

  LaunchTiming end(unsigned kernel,
                   llvm::ArrayRef<uint64_t> arguments) override {
    if (recorder) {
      NodeCosts measured = recorder->take();
      recorder.reset();
      // The first measurement of a node stays: later launches must not depend
      // on which nodes earlier ones happened to reach.
      for (auto [cost, fresh] : llvm::zip_equal(costs[kernel], measured))
        if (!cost.known)
          cost = std::move(fresh);
    }
    return simulator.launch(program.kernels[kernel].graph, costs[kernel],
                            arguments);
  }

  MemorySystem &memory() override { return simulator.memory(); }

private:
  const Program &program;
  const MachineConfig &machine;
  TileSimulator simulator;
  std::vector<NodeCosts> costs; ///< per kernel
  std::unique_ptr<NodeCostRecorder> recorder;
};

class InstructionTimer : public LaunchTimer {
public:
  explicit InstructionTimer(const MachineConfig &machine)
      : simulator(machine) {}
  Observer *begin(unsigned) override { return &simulator.beginLaunch(); }
  LaunchTiming end(unsigned, llvm::ArrayRef<uint64_t>) override {
    return simulator.endLaunch();
  }
  MemorySystem &memory() override { return simulator.memory(); }

private:
  InstructionSimulator simulator;
};
} // namespace

std::unique_ptr<LaunchTimer> LaunchTimer::create(TimingLevel level,
                                                 const Program &program,
                                                 const MachineConfig &machine) {
  if (level == TimingLevel::Tile)
    return std::make_unique<TileTimer>(program, machine);
  if (level == TimingLevel::Instruction)
    return std::make_unique<InstructionTimer>(machine);
  return nullptr;
}

const char *tilewright::timingLevelName(TimingLevel level) {
  static constexpr const char *names[] = {"none", "tile", "instruction"};
  return names[unsigned(level)];
}
