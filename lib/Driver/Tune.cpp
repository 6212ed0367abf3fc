//===- Tune.cpp - Measured schedules --------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the search: per kernel, the candidates that code generation lists (its
// cost model ranks them) are compiled and timed by the tile simulator, one
// launch each, at the addresses the program has. The heuristic's own schedule
// is always among them and wins ties, so the result is never worse by this
// measure. A schedule that is refused or fails is out of the race, no more.
// Each measurement is independent of all others: the result does not depend on
// the number of threads.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/Tune.h"
#include "Compile.h"
#include "KernelCache.h"
#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Support/Suggest.h"
#include "tilewright/Target/Target.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ThreadPool.h"
#include <atomic>

using namespace llvm;
using namespace tilewright;

namespace {
/// A measurement to be made.
struct Task {
  size_t kernel; ///< of the program
  MeasuredSchedule *result;
};

class Tuner {
public:
  Tuner(StringRef name, const MachineConfig &machine,
        const TuneOptions &options)
      : machine(machine), options(options), compileOptions(options.compile),
        compiler(name, machine, compileOptions), kernels(machine) {}
  /// Everything up to the schedules to measure.
  Expected<TuneResult> list(StringRef text);
  Expected<TuneResult> run(StringRef text);

private:
  Error chooseKernels();
  Error listCandidates();
  Error listCandidatesOf(size_t kernel, TunedKernel &into);
  Error measureAll();
  Expected<uint64_t> cyclesOf(size_t kernel, std::string &schedule);
  Expected<CompiledKernel> compile(const KernelSource &source);
  Expected<Program> programOf(size_t kernel, const CompiledKernel &code);
  template <typename F> void inParallel(size_t count, F body);
  Error chooseBest(TunedKernel &kernel) const;

  const MachineConfig &machine;
  const TuneOptions &options;
  CompileOptions compileOptions;
  Compiler compiler;
  KernelCompiler kernels;
  std::unique_ptr<KernelCache> cache;
  std::vector<size_t> chosen; ///< kernels to tune
  TuneResult result;          ///< one entry for each of them
};
} // namespace

/// Alternatives of a pattern {a,b}.
static constexpr size_t kMaxAlternatives = 256;

Error Tuner::chooseKernels() {
  ArrayRef<KernelSource> sources = compiler.kernelSources();
  Expected<GlobPattern> pattern = GlobPattern::create(
      options.kernels.empty() ? "*" : options.kernels, kMaxAlternatives);
  if (!pattern)
    return usageError("pattern of kernels '" + options.kernels +
                      "': " + toString(pattern.takeError()));
  std::vector<StringRef> names;
  for (auto [number, source] : enumerate(sources)) {
    names.push_back(source.name);
    if (pattern->match(source.name))
      chosen.push_back(number);
  }
  if (chosen.empty() && !sources.empty())
    return usageError("no kernel matches '" + options.kernels + "'" +
                      didYouMean(options.kernels, names));
  return Error::success();
}

template <typename F> void Tuner::inParallel(size_t count, F body) {
  unsigned threads =
      hardware_concurrency(compileOptions.threads).compute_thread_count();
  if (threads <= 1 || count <= 1) {
    for (size_t i = 0; i < count; ++i)
      body(i);
    return;
  }
  DefaultThreadPool pool(hardware_concurrency(threads));
  for (size_t i = 0; i < count; ++i)
    pool.async([&body, i] { body(i); });
  pool.wait();
}

Error Tuner::listCandidatesOf(size_t kernel, TunedKernel &into) {
  const KernelSource &source = compiler.kernelSources()[kernel];
  const Kernel &about = compiler.skeleton().kernels[kernel];
  into.name = about.name;
  into.key = about.key;
  into.location = about.location;
  for (const Launch &launch : compiler.skeleton().launches)
    into.launches += launch.kernel == kernel;
  auto schedules = kernels.candidates(source, options.candidates);
  if (!schedules)
    return schedules.takeError();
  for (ScheduleCandidate &candidate : *schedules)
    into.measured.push_back({std::move(candidate.schedule),
                             candidate.estimatedCycles, std::nullopt, ""});
  if (!source.schedule.empty()) // what a mapping gives takes part
    into.measured.push_back({source.schedule, 0, std::nullopt, ""});
  return Error::success();
}

Error Tuner::listCandidates() {
  result.kernels.resize(chosen.size());
  std::vector<std::string> problems(chosen.size());
  std::vector<FailureKind> kinds(chosen.size(), FailureKind::Internal);
  inParallel(chosen.size(), [&](size_t i) {
    if (Error error = listCandidatesOf(chosen[i], result.kernels[i]))
      kinds[i] = describeError(std::move(error), problems[i]);
  });
  for (auto [problem, kind] : zip_equal(problems, kinds))
    if (!problem.empty())
      return makeFailure(kind, problem);
  return Error::success();
}

Expected<CompiledKernel> Tuner::compile(const KernelSource &source) {
  std::string entry = cache ? cache->nameOf(source) : "";
  if (cache)
    if (std::optional<CompiledKernel> kernel = cache->load(entry))
      return std::move(*kernel);
  Expected<CompiledKernel> kernel = kernels.compile(source);
  if (kernel && cache)
    cache->store(entry, *kernel);
  return kernel;
}

/// A program of the first launch of `kernel` alone. What it reads are inputs.
Expected<Program> Tuner::programOf(size_t kernel, const CompiledKernel &code) {
  const Program &whole = compiler.skeleton();
  auto launch = find_if(whole.launches,
                        [&](const Launch &l) { return l.kernel == kernel; });
  if (launch == whole.launches.end())
    return internalError("kernel '" + whole.kernels[kernel].name +
                         "' is never launched");
  Program program;
  program.name = whole.kernels[kernel].name;
  program.machineName = whole.machineName;
  program.machineYaml = whole.machineYaml;
  program.kernels.push_back(whole.kernels[kernel]);
  program.launches.push_back({0, {}});
  std::map<unsigned, unsigned> numbers; ///< buffers of the whole program
  for (auto [argument, original] : enumerate(launch->buffers)) {
    auto [entry, isNew] = numbers.try_emplace(original, program.buffers.size());
    if (isNew) {
      Buffer buffer = whole.buffers[original];
      bool written = is_contained(program.kernels[0].outputs, argument);
      buffer.kind = written ? Buffer::Kind::Temporary : Buffer::Kind::Input;
      buffer.data.clear();
      if (!written) {
        program.inputs.push_back(entry->second);
        program.inputTypes.push_back(buffer.tensor);
      }
      program.buffers.push_back(std::move(buffer));
    }
    program.launches[0].buffers.push_back(entry->second);
  }
  StringRef object = code.object;
  Expected<LinkedImage> image = linkImage(object);
  if (!image)
    return image.takeError();
  program.image = std::move(image->segments);
  CodeRange range = image->functions.lookup(code.symbol);
  Kernel &made = program.kernels[0];
  made.entry = range.begin;
  made.end = range.end;
  made.macs = code.macs;
  made.spadBytesPerLane = code.spadBytesPerLane;
  made.stackBytes = kernelStackBytes(machine);
  made.schedule = code.schedule;
  made.graph = code.graph;
  return program;
}

/// Completes `schedule` and times it. Costs do not depend on data, so it is all
/// zeros: valid indices of a gather.
Expected<uint64_t> Tuner::cyclesOf(size_t kernel, std::string &schedule) {
  Expected<CompiledKernel> code =
      compile(compiler.kernelSources()[kernel].with(schedule));
  if (!code)
    return code.takeError();
  schedule = code->schedule;
  Expected<Program> program = programOf(kernel, *code);
  if (!program)
    return program.takeError();
  std::vector<Tensor> inputs;
  for (const TensorInfo &type : program->inputTypes)
    inputs.push_back({type, std::vector<uint8_t>(type.bytes())});
  Expected<RunResult> run = runProgram(*program, inputs);
  if (!run)
    return run.takeError();
  return run->report.cycles;
}

Error Tuner::measureAll() {
  std::vector<Task> tasks;
  for (auto [number, kernel] : zip_equal(chosen, result.kernels))
    for (MeasuredSchedule &measured : kernel.measured)
      tasks.push_back({number, &measured});
  std::mutex mutex;
  size_t done = 0;
  std::atomic<bool> cancelled = false;
  inParallel(tasks.size(), [&](size_t i) {
    if (cancelled || (options.isCancelled && options.isCancelled())) {
      cancelled = true;
      return;
    }
    MeasuredSchedule &into = *tasks[i].result;
    Expected<uint64_t> cycles = cyclesOf(tasks[i].kernel, into.schedule);
    if (cycles)
      into.cycles = *cycles;
    else
      describeError(cycles.takeError(), into.refusal);
    std::lock_guard<std::mutex> lock(mutex);
    if (options.progress)
      options.progress(++done, tasks.size());
  });
  return cancelled ? usageError("tuning was interrupted") : Error::success();
}

/// Reasons that an error shows.
static constexpr size_t kShownReasons = 3;

Error Tuner::chooseBest(TunedKernel &kernel) const {
  std::optional<size_t> best;
  std::vector<StringRef> reasons;
  for (auto [number, measured] : enumerate(kernel.measured)) {
    if (!measured.cycles) {
      if (!is_contained(reasons, measured.refusal))
        reasons.push_back(measured.refusal);
    } else if (!best || *measured.cycles < *kernel.measured[*best].cycles) {
      best = number;
    }
  }
  if (best) {
    kernel.best = *best;
    return Error::success();
  }
  if (reasons.size() > kShownReasons)
    reasons.resize(kShownReasons);
  return makeFailure(FailureKind::Unsupported,
                     "none of the " + std::to_string(kernel.measured.size()) +
                         " schedules of kernel '" + kernel.name +
                         "' could be measured:\n" + join(reasons, "\n"));
}

unsigned TunedKernel::rejected() const {
  return count_if(measured,
                  [](const MeasuredSchedule &m) { return !m.cycles; });
}

Expected<TuneResult> Tuner::list(StringRef text) {
  if (Error error = compiler.lowerGraph(text))
    return std::move(error);
  if (Error error = chooseKernels())
    return std::move(error);
  if (Error error = listCandidates())
    return std::move(error);
  result.machine = machine.name;
  return std::move(result);
}

Expected<TuneResult> Tuner::run(StringRef text) {
  if (!compileOptions.cacheDir.empty()) {
    auto opened = KernelCache::open(compileOptions.cacheDir, machine);
    if (!opened)
      return opened.takeError();
    cache = std::move(*opened);
  }
  Expected<TuneResult> listed = list(text);
  if (!listed)
    return listed;
  result = std::move(*listed);
  if (Error error = measureAll())
    return std::move(error);
  for (TunedKernel &kernel : result.kernels)
    if (Error error = chooseBest(kernel))
      return std::move(error);
  if (cache)
    cache->prune();
  return std::move(result);
}

Expected<TuneResult> tilewright::listSchedules(StringRef text, StringRef name,
                                               const MachineConfig &machine,
                                               const TuneOptions &options) {
  return Tuner(name, machine, options).list(text);
}

Expected<TuneResult> tilewright::tuneModule(StringRef text, StringRef name,
                                            const MachineConfig &machine,
                                            const TuneOptions &options) {
  return Tuner(name, machine, options).run(text);
}

Expected<TuneResult> tilewright::tuneFile(StringRef path,
                                          const MachineConfig &machine,
                                          const TuneOptions &options) {
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return usageError("cannot read '" + path +
                      "': " + buffer.getError().message());
  return tuneModule((*buffer)->getBuffer(), path, machine, options);
}

/// Cycles, null where a schedule was not measured.
static json::Value cyclesOrNull(const MeasuredSchedule &measured) {
  return measured.cycles ? json::Value(*measured.cycles) : json::Value(nullptr);
}

json::Value TuneResult::toMapping() const {
  json::Array schedules;
  for (const TunedKernel &kernel : kernels)
    schedules.push_back(json::Object{
        {"kernel", json::fixUTF8(kernel.name)},
        {"key", kernel.key},
        {"cycles", *kernel.tuned().cycles},
        {"heuristic_cycles", cyclesOrNull(kernel.heuristic())},
        {"schedule", cantFail(json::parse(kernel.tuned().schedule))}});
  return json::Object{{"tilewright_mapping", 1},
                      {"machine", machine},
                      {"schedules", std::move(schedules)}};
}

static json::Value toJson(const MeasuredSchedule &measured) {
  json::Object object{{"schedule", cantFail(json::parse(measured.schedule))},
                      {"estimated_cycles", measured.estimatedCycles},
                      {"cycles", cyclesOrNull(measured)}};
  if (!measured.refusal.empty())
    object["refusal"] = json::fixUTF8(measured.refusal);
  return object;
}

json::Value TuneResult::toJson() const {
  json::Array list;
  for (const TunedKernel &kernel : kernels) {
    json::Array measured;
    for (const MeasuredSchedule &one : kernel.measured)
      measured.push_back(::toJson(one));
    list.push_back(json::Object{
        {"name", json::fixUTF8(kernel.name)},
        {"key", kernel.key},
        {"location", json::fixUTF8(kernel.location)},
        {"launches", kernel.launches},
        {"tried", kernel.measured.size()},
        {"rejected", kernel.rejected()},
        {"cycles", cyclesOrNull(kernel.tuned())},
        {"heuristic_cycles", cyclesOrNull(kernel.heuristic())},
        {"schedule", cantFail(json::parse(kernel.tuned().schedule))},
        {"measured", std::move(measured)}});
  }
  return json::Object{{"schema_version", 1},
                      {"machine", machine},
                      {"kernels", std::move(list)}};
}
