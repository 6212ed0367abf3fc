//===- Run.cpp - Execute, time and verify a program -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Per launch: the functional simulator runs the kernel's binary; the timer says
// how long it took, on its own thread where it can; the verifier compares what
// it wrote on a thread of its own and reports when all has run. Figures that
// concern execution come from the functional run, figures of time from the
// timer.
//
//===----------------------------------------------------------------------===//

#include "AsyncVerifier.h"
#include "EventCheck.h"
#include "LaunchTimer.h"
#include "tilewright/Support/ContentCache.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <chrono>
#include <cstring>

using namespace llvm;
using namespace tilewright;

/// Errors name the input by number and by the name it has in the module.
static Error checkInputs(const Program &program, ArrayRef<Tensor> inputs) {
  size_t expectedCount = program.inputTypes.size();
  if (inputs.size() != expectedCount)
    return usageError("program '" + Twine(program.name) + "' takes " +
                      Twine(expectedCount) + " inputs, " +
                      Twine(inputs.size()) + " given");
  for (auto [i, input, expected] : enumerate(inputs, program.inputTypes)) {
    std::string name = "input " + std::to_string(i) + " '" +
                       program.buffers[program.inputs[i]].name + "'";
    if (input.info != expected)
      return usageError(Twine(name) + ": expected " + expected.str() +
                        ", found " + input.info.str());
    if (input.data.size() != expected.bytes())
      return usageError(Twine(name) + ": expected " + Twine(expected.bytes()) +
                        " bytes, found " + Twine(input.data.size()));
  }
  return Error::success();
}

namespace {
/// Keeps the indices of a launch's indirect moves, and passes events on.
class IndexRecorder : public tog::EventSink {
public:
  explicit IndexRecorder(tog::EventSink *next) : next(next) {}
  void indices(ArrayRef<int64_t> values) override {
    moves.push_back(values.vec());
  }
  void dma(const DmaDescriptor &move) override {
    if (next)
      next->dma(move);
  }
  void wait(unsigned tag) override {
    if (next)
      next->wait(tag);
  }
  void compute(unsigned id) override {
    if (next)
      next->compute(id);
  }

  std::vector<std::vector<int64_t>> moves;

private:
  tog::EventSink *next;
};

class ProgramRun {
public:
  ProgramRun(const Program &program, const MachineConfig &machine,
             const RunOptions &options)
      : program(program), machine(machine), options(options),
        memory(machine.deviceMemoryBytes),
        core(machine, memory,
             options.sanitize ? Sanitizers::all() : Sanitizers()) {}

  Expected<RunResult> run(ArrayRef<Tensor> inputs) {
    if (Error error = prepare(inputs))
      return std::move(error);
    describeProgram();
    auto start = std::chrono::steady_clock::now();
    for (unsigned number = 0; number < program.launches.size(); ++number)
      if (Error error = launch(number))
        return std::move(error);
    if (timer)
      if (Error error = recordTimings())
        return std::move(error);
    std::chrono::duration<double> elapsed =
        std::chrono::steady_clock::now() - start;
    result.report.simulateSeconds = elapsed.count();
    collectOutputs();
    if (Error error = finishVerification())
      return std::move(error);
    finishReport();
    return std::move(result);
  }

private:
  Error prepare(ArrayRef<Tensor> inputs) {
    if (Error error = placeBuffers(program, inputs, memory))
      return error;
    for (const Segment &segment : program.image)
      if (Error error = core.loadSegment(segment.address, segment.bytes,
                                         segment.executable))
        return error;
    if (!options.cacheDir.empty()) {
      auto opened = ContentCache::open(options.cacheDir);
      if (!opened)
        return opened.takeError();
      cache = std::move(*opened);
    }
    timer = LaunchTimer::create(options.timing, program, machine, cache.get());
    if (timer)
      timer->memory().keepRecords(options.trace);
    if (!options.verify)
      return Error::success();
    verifier = std::make_unique<AsyncVerifier>(
        program, inputs, machine.deviceMemoryBytes,
        Tolerance{/*relative=*/options.rtol, /*absolute=*/options.atol},
        cache.get());
    return Error::success();
  }

  /// What the report says without running anything.
  void describeProgram() {
    Report &report = result.report;
    report.program = program.name;
    report.machine = machine.name;
    report.accesses = program.accesses;
    report.timing = timingLevelName(options.timing);
    report.coreFreqMHz = machine.coreFreqMHz;
    report.phases = program.build.times;
    report.compileSeconds = program.build.seconds;
    report.kernelsCompiled = program.build.kernelsCompiled;
    report.kernelsLoaded = program.build.kernelsLoaded;
    report.arrays = machine.arrays.perCore * machine.cores;
    for (const Kernel &kernel : program.kernels) {
      Report::Kernel entry;
      entry.name = kernel.name;
      entry.location = kernel.location;
      entry.schedule = kernel.schedule;
      report.kernels.push_back(std::move(entry));
      for (auto [op, location] : zip_equal(kernel.ops, kernel.opLocations))
        report.ops.push_back({op, location, kernel.name});
    }
  }

  Error launch(unsigned number) {
    const Launch &launch = program.launches[number];
    const Kernel &kernel = program.kernels[launch.kernel];
    std::vector<uint64_t> arguments;
    for (unsigned buffer : launch.buffers)
      arguments.push_back(program.buffers[buffer].address);

    KernelCode code{kernel.entry, kernel.end, kernel.stackBytes, kernel.name,
                    [&](uint64_t) { return kernel.location; }};
    std::optional<EventCheck> check;
    if (options.verify) {
      clearUnwritten(program, number, memory);
      check.emplace(kernel, arguments);
    }
    IndexRecorder events(check ? &*check : nullptr);
    Observer *observer = timer ? timer->begin(launch.kernel) : nullptr;
    PhaseTimer functional(result.report.phases, "functional");
    Expected<RunStatistics> executed =
        core.run(code, arguments, observer, &events);
    if (!executed)
      return executed.takeError();
    if (check)
      if (Error error = check->finish())
        return error;
    functional.stop();
    count(launch.kernel, *executed);
    if (timer)
      if (Error error =
              timer->end(launch.kernel, arguments, std::move(events.moves)))
        return error;
    if (verifier)
      verifier->launched(number, memory);
    return Error::success();
  }

  void count(unsigned kernel, const RunStatistics &executed) {
    Report &report = result.report;
    report.instructions += executed.instructions;
    report.vectorInstructions += executed.vectorInstructions;
    report.dmaMoves += executed.dmaMoves;
    report.kernels[kernel].launches += 1;
    report.kernels[kernel].macs += program.kernels[kernel].macs;
    if (!timer)
      report.launches.push_back({kernel, 0, 0, {}, {}});
  }

  /// The times of all launches.
  Error recordTimings() {
    PhaseTimer waiting(result.report.phases, "wait_for_timing");
    Expected<std::vector<LaunchTiming>> timings =
        timer->finish(result.report.phases);
    if (!timings)
      return timings.takeError();
    waiting.stop();
    for (auto [launch, timing] : zip_equal(program.launches, *timings))
      if (Error error = record(launch.kernel, timing))
        return error;
    return Error::success();
  }

  Error record(unsigned kernel, LaunchTiming &timing) {
    const CoreCounters &counters = timing.counters;
    Report &report = result.report;
    if (counters.arrayProtocolErrors)
      return programError("kernel '" + report.kernels[kernel].name + "' (" +
                          report.kernels[kernel].location +
                          ") waits for array rows or space that never come");
    report.cycles = timing.end;
    report.arrayBusyCycles += counters.arrayBusyCycles;
    report.dmaWaitCycles += counters.dmaWaitCycles;
    report.arrayWaitCycles += counters.arrayWaitCycles;
    report.arrayRows.resize(
        std::max(report.arrayRows.size(), counters.arrayRows.size()));
    for (auto [i, rows] : enumerate(counters.arrayRows))
      report.arrayRows[i] += rows;
    Report::Kernel &entry = report.kernels[kernel];
    entry.cycles += timing.end - timing.begin;
    entry.dramBytes += timing.dramBytes;
    entry.arrayBusyCycles += counters.arrayBusyCycles;

    Report::Launch launch{kernel, timing.begin, timing.end, {}, {}};
    if (options.trace) {
      launch.nodes = std::move(timing.nodes);
      for (const auto &node : program.kernels[kernel].graph.computeNodes)
        launch.nodeLabels.push_back(node.label);
    }
    report.launches.push_back(std::move(launch));
    return Error::success();
  }

  void collectOutputs() {
    for (auto [number, type] :
         zip_equal(program.outputs, program.outputTypes)) {
      Tensor output{type, std::vector<uint8_t>(type.bytes())};
      if (!output.data.empty())
        std::memcpy(output.data.data(),
                    memory.host(program.buffers[number].address),
                    output.data.size());
      result.outputs.push_back(std::move(output));
    }
  }

  Error finishVerification() {
    if (!verifier)
      return Error::success();
    PhaseTimer waiting(result.report.phases, "wait_for_reference");
    if (Error error = verifier->finish(result.outputs))
      return error;
    waiting.stop();
    const Verifier &verified = verifier->result();
    Report &report = result.report;
    report.phases.add(verifier->times());
    report.verified = true;
    report.maxError = verified.maxError();
    report.nanOutputs = verified.nanOutputs();
    for (const TensorInfo &type : program.outputTypes)
      report.outputElements += type.elements();
    report.referencesCompiled = verified.modulesCompiled();
    report.referencesLoaded = verified.modulesLoaded();
    for (unsigned k = 0; k < report.kernels.size(); ++k)
      if (report.kernels[k].launches)
        report.kernels[k].maxError = verified.kernelError(k);
    result.mismatch = verified.mismatch();
    return Error::success();
  }

  void finishReport() {
    Report &report = result.report;
    if (cache) {
      report.cacheWarning = cache->problem();
      cache->prune();
    }
    if (!timer)
      return;
    report.seconds = double(report.cycles) / (machine.coreFreqMHz * 1e6);
    report.memory = timer->memory().statistics();
    report.dramReadRequests = report.memory.readRequests;
    report.dramWriteRequests = report.memory.writeRequests;
    report.dramBytes = report.memory.bytes;
    report.dmaActiveCycles = report.memory.dmaActiveCycles;
    report.arrayRows.resize(report.arrays);
    if (options.trace)
      report.moves = timer->memory().records();
  }

  const Program &program;
  const MachineConfig &machine;
  const RunOptions &options;
  DeviceMemory memory;
  CoreSimulator core;
  std::unique_ptr<ContentCache> cache;
  std::unique_ptr<LaunchTimer> timer;
  std::unique_ptr<AsyncVerifier> verifier;
  RunResult result;
};
} // namespace

Expected<RunResult> tilewright::runProgram(const Program &program,
                                           ArrayRef<Tensor> inputs,
                                           const RunOptions &options) {
  Expected<MachineConfig> machine =
      parseMachine(program.machineYaml,
                   "machine '" + program.machineName + "' of the program");
  if (!machine)
    return machine.takeError();
  if (Error error = program.verify())
    return std::move(error);
  if (Error error = checkInputs(program, inputs))
    return std::move(error);
  return ProgramRun(program, *machine, options).run(inputs);
}
