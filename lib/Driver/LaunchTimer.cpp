//===- LaunchTimer.cpp - The two levels of timing behind one call ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchTimer.h"
#include "tilewright/Support/Error.h"

using namespace tilewright;

namespace {
class TileTimer : public LaunchTimer {
public:
  TileTimer(const Program &program, const MachineConfig &machine)
      : program(program), machine(machine), simulator(machine),
        costs(program.kernels.size()) {}

  Observer *begin(unsigned kernel) override {
    if (costs[kernel])
      return nullptr;
    recorder = std::make_unique<NodeCostRecorder>(
        machine, program.kernels[kernel].graph);
    return recorder.get();
  }

  llvm::Expected<LaunchTiming>
  end(unsigned kernel, llvm::ArrayRef<uint64_t> arguments,
      llvm::ArrayRef<std::vector<int64_t>> indices) override {
    const Kernel &code = program.kernels[kernel];
    if (recorder) {
      llvm::Expected<NodeCosts> measured = recorder->take();
      recorder.reset();
      if (!measured)
        return llvm::joinErrors(
            internalError("kernel '" + llvm::Twine(code.name) + "':"),
            measured.takeError());
      costs[kernel] = std::move(*measured);
    }
    LaunchTiming timing =
        simulator.launch(code.graph, *costs[kernel], arguments, indices);
    if (timing.unmeasuredStretches)
      return internalError("kernel '" + llvm::Twine(code.name) + "' took " +
                           llvm::Twine(timing.unmeasuredStretches) +
                           " ways that its first launch had not taken");
    return timing;
  }

  MemorySystem &memory() override { return simulator.memory(); }

private:
  const Program &program;
  const MachineConfig &machine;
  TileSimulator simulator;
  std::vector<std::optional<NodeCosts>> costs; ///< per kernel, once measured
  std::unique_ptr<NodeCostRecorder> recorder;
};

class InstructionTimer : public LaunchTimer {
public:
  explicit InstructionTimer(const MachineConfig &machine)
      : simulator(machine) {}
  Observer *begin(unsigned) override { return &simulator.beginLaunch(); }
  llvm::Expected<LaunchTiming>
  end(unsigned, llvm::ArrayRef<uint64_t>,
      llvm::ArrayRef<std::vector<int64_t>>) override {
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
