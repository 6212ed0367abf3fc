//===- LaunchTimer.cpp - The two levels of timing behind one call ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchTimer.h"
#include "NodeCostCache.h"
#include "tilewright/Support/Error.h"
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

using namespace tilewright;

namespace {
class TileTimer : public LaunchTimer {
public:
  TileTimer(const Program &program, const MachineConfig &machine,
            ContentCache *cache)
      : program(program), machine(machine), cache(cache), simulator(machine),
        costs(program.kernels.size()), thread([this] { body(); }) {}
  ~TileTimer() override { stop(/*abandon=*/true); }

  Observer *begin(unsigned kernel) override {
    if (costs[kernel])
      return nullptr;
    if (cache) {
      entry = nodeCostsName(program, kernel);
      costs[kernel] = loadNodeCosts(*cache, entry);
      if (costs[kernel])
        return nullptr;
    }
    recorder = std::make_unique<NodeCostRecorder>(
        machine, program.kernels[kernel].graph);
    return recorder.get();
  }

  llvm::Error end(unsigned kernel, llvm::ArrayRef<uint64_t> arguments,
                  std::vector<std::vector<int64_t>> indices) override {
    if (recorder) {
      llvm::Expected<NodeCosts> measured = recorder->take();
      recorder.reset();
      if (!measured)
        return llvm::joinErrors(
            internalError("kernel '" + program.kernels[kernel].name + "':"),
            measured.takeError());
      costs[kernel] = std::move(*measured);
      if (cache)
        storeNodeCosts(*cache, entry, *costs[kernel]);
    }
    {
      std::lock_guard<std::mutex> lock(mutex);
      waiting.push_back({kernel, arguments.vec(), std::move(indices)});
    }
    changed.notify_all();
    return llvm::Error::success();
  }

  llvm::Expected<std::vector<LaunchTiming>> finish(PhaseTimes &times) override {
    stop(/*abandon=*/false);
    times.add(phaseTimes);
    if (unmeasured)
      return internalError("kernel '" + program.kernels[*unmeasured].name +
                           "' took ways that its first launch had not taken");
    return std::move(timings);
  }

  MemorySystem &memory() override { return simulator.memory(); }

private:
  struct Pending {
    unsigned kernel;
    std::vector<uint64_t> arguments;
    std::vector<std::vector<int64_t>> indices;
  };

  void stop(bool abandon) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      ended = true;
      if (abandon)
        waiting.clear();
    }
    changed.notify_all();
    if (thread.joinable())
      thread.join();
  }

  /// Launches as they come, until there will be no more.
  void body() {
    for (;;) {
      Pending next;
      {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return ended || !waiting.empty(); });
        if (waiting.empty())
          return;
        next = std::move(waiting.front());
        waiting.pop_front();
      }
      PhaseTimer timer(phaseTimes, "timing");
      timings.push_back(simulator.launch(program.kernels[next.kernel].graph,
                                         *costs[next.kernel], next.arguments,
                                         next.indices));
      if (timings.back().unmeasuredStretches && !unmeasured)
        unmeasured = next.kernel;
    }
  }

  const Program &program;
  const MachineConfig &machine;
  ContentCache *cache;
  std::string entry;       ///< of what is being measured
  TileSimulator simulator; ///< the thread's, until it has ended
  std::vector<std::optional<NodeCosts>> costs; ///< per kernel, once measured
  std::unique_ptr<NodeCostRecorder> recorder;
  // Of the thread, read after its end.
  std::vector<LaunchTiming> timings;
  std::optional<unsigned> unmeasured; ///< the first kernel that was
  PhaseTimes phaseTimes;

  std::mutex mutex; ///< of what follows
  std::condition_variable changed;
  std::deque<Pending> waiting;
  bool ended = false;

  std::thread thread; ///< last: it uses the others
};

class InstructionTimer : public LaunchTimer {
public:
  explicit InstructionTimer(const MachineConfig &machine)
      : simulator(machine) {}
  Observer *begin(unsigned) override { return &simulator.beginLaunch(); }
  llvm::Error end(unsigned, llvm::ArrayRef<uint64_t>,
                  std::vector<std::vector<int64_t>>) override {
    timings.push_back(simulator.endLaunch());
    return llvm::Error::success();
  }
  llvm::Expected<std::vector<LaunchTiming>> finish(PhaseTimes &) override {
    return std::move(timings);
  }
  MemorySystem &memory() override { return simulator.memory(); }

private:
  InstructionSimulator simulator;
  std::vector<LaunchTiming> timings;
};
} // namespace

std::unique_ptr<LaunchTimer> LaunchTimer::create(TimingLevel level,
                                                 const Program &program,
                                                 const MachineConfig &machine,
                                                 ContentCache *cache) {
  if (level == TimingLevel::Tile)
    return std::make_unique<TileTimer>(program, machine, cache);
  if (level == TimingLevel::Instruction)
    return std::make_unique<InstructionTimer>(machine);
  return nullptr;
}

const char *tilewright::timingLevelName(TimingLevel level) {
  static constexpr const char *names[] = {"none", "tile", "instruction"};
  return names[unsigned(level)];
}
