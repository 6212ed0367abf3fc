//===- InstructionSimulator.cpp - Timing of every instruction -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The core model with the real memory system behind its DMA port.
//
//===----------------------------------------------------------------------===//

#include "LaunchAccount.h"
#include <optional>

using namespace tilewright;

namespace {
class MemoryPort : public DmaPort {
public:
  explicit MemoryPort(MemorySystem &memory) : memory(memory) {}
  void start(const DmaDescriptor &move, uint64_t cycle,
             llvm::ArrayRef<int64_t> indices) override {
    memory.submit(0, move, cycle, indices);
  }
  uint64_t wait(unsigned tag, uint64_t) override {
    return memory.waitTag(0, tag);
  }

private:
  MemorySystem &memory;
};
} // namespace

struct InstructionSimulator::State {
  explicit State(const MachineConfig &machine)
      : memory(machine), port(memory), core(machine, &port) {
    core.recordNodes(true);
  }
  MemorySystem memory;
  MemoryPort port;
  CoreTiming core;
  std::optional<LaunchAccount> account;
  uint64_t cycle = 0;
};

InstructionSimulator::InstructionSimulator(const MachineConfig &machine)
    : state(std::make_unique<State>(machine)) {}
InstructionSimulator::~InstructionSimulator() = default;
MemorySystem &InstructionSimulator::memory() { return state->memory; }
uint64_t InstructionSimulator::cycle() const { return state->cycle; }

Observer &InstructionSimulator::beginLaunch() {
  state->account.emplace(state->memory, state->cycle);
  state->core.begin(state->cycle);
  return state->core;
}

LaunchTiming InstructionSimulator::endLaunch() {
  State &s = *state;
  uint64_t finished = s.core.finish();
  s.cycle = s.account->close(finished);
  LaunchTiming timing = std::move(s.account->timing);
  timing.counters = s.core.counters();
  timing.nodes = s.core.nodes();
  s.account.reset();
  return timing;
}
