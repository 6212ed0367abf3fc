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
// measure. Each measurement is independent of all others: the result does not
// depend on the number of threads.
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

using namespace llvm;
using namespace tilewright;

namespace {
/// One schedule of one kernel, and what came of it.
struct Measurement {
  size_t kernel = 0;
  std::string schedule;
  std::optional<uint64_t> cycles; ///< none: it could not be compiled or run
  std::string problem;
};

class Tuner {
public:
  Tuner(StringRef name, const MachineConfig &machine,
        const TuneOptions &options)
      : machine(machine), options(options), compileOptions(options.compile),
        compiler(name, machine, compileOptions), kernels(machine) {}
  Expected<TuneResult> run(StringRef text);

private:
  Error chooseKernels();
  Error listCandidates();
  Error listCandidatesOf(size_t kernel, std::vector<Measurement> &into);
  void measure(Measurement &m);
  Expected<uint64_t> cyclesOf(const Measurement &m);
  Expected<CompiledKernel> compile(const KernelSource &source);
  Expected<Program> programOf(size_t kernel, const CompiledKernel &code);
  template <typename F> void inParallel(size_t count, F body);
  Expected<TuneResult> collect() const;

  const MachineConfig &machine;
  const TuneOptions &options;
  CompileOptions compileOptions;
  Compiler compiler;
  KernelCompiler kernels;
  std::unique_ptr<KernelCache> cache;
  std::vector<size_t> chosen; ///< kernels to tune
  std::vector<Measurement> measurements;
};
} // namespace

Error Tuner::chooseKernels() {
  ArrayRef<KernelSource> sources = compiler.kernelSources();
  Expected<GlobPattern> pattern =
      GlobPattern::create(options.kernels.empty() ? "*" : options.kernels);
  if (!pattern)
    return usageError("--kernels: " + toString(pattern.takeError()));
  std::vector<StringRef> names;
  for (auto [number, source] : enumerate(sources)) {
    names.push_back(source.name);
    if (pattern->match(source.name))
      chosen.push_back(number);
  }
  if (chosen.empty() && !sources.empty())
    return usageError("no kernel is called '" + options.kernels + "'" +
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

Error Tuner::listCandidatesOf(size_t kernel, std::vector<Measurement> &into) {
  // Contractions may stream either input, which is another problem each.
  for (const char *given :
       {"", R"({"streams":"lhs"})", R"({"streams":"rhs"})"}) {
    Expected<std::vector<std::string>> schedules = kernels.candidates(
        compiler.kernelSources()[kernel], given, options.candidates);
    if (!schedules) {
      if (!*given)
        return schedules.takeError();
      consumeError(schedules.takeError()); // not a contraction
      continue;
    }
    for (std::string &schedule : *schedules)
      if (none_of(into,
                  [&](const Measurement &m) { return m.schedule == schedule; }))
        into.push_back({kernel, std::move(schedule), std::nullopt, ""});
  }
  return Error::success();
}

Error Tuner::listCandidates() {
  std::vector<std::vector<Measurement>> lists(chosen.size());
  std::vector<std::string> problems(chosen.size());
  std::vector<FailureKind> kinds(chosen.size(), FailureKind::Internal);
  inParallel(chosen.size(), [&](size_t i) {
    if (Error error = listCandidatesOf(chosen[i], lists[i]))
      kinds[i] = describeError(std::move(error), problems[i]);
  });
  for (auto [list, problem, kind] : zip_equal(lists, problems, kinds)) {
    if (!problem.empty())
      return makeFailure(kind, problem);
    for (Measurement &m : list)
      measurements.push_back(std::move(m));
  }
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

/// Costs do not depend on data, so it is all zeros: valid indices of a gather.
Expected<uint64_t> Tuner::cyclesOf(const Measurement &m) {
  KernelSource source = compiler.kernelSources()[m.kernel].with(m.schedule);
  Expected<CompiledKernel> code = compile(source);
  if (!code)
    return code.takeError();
  Expected<Program> program = programOf(m.kernel, *code);
  if (!program)
    return program.takeError();
  std::vector<Tensor> inputs;
  for (const TensorInfo &type : program->inputTypes)
    inputs.push_back({type, std::vector<uint8_t>(type.bytes())});
  Expected<RunResult> result = runProgram(*program, inputs);
  if (!result)
    return result.takeError();
  return result->report.cycles;
}

void Tuner::measure(Measurement &m) {
  Expected<uint64_t> cycles = cyclesOf(m);
  if (cycles)
    m.cycles = *cycles;
  else
    describeError(cycles.takeError(), m.problem);
}

/// The first measurement of a kernel is the heuristic's.
Expected<TuneResult> Tuner::collect() const {
  TuneResult result;
  result.machine = machine.name;
  for (size_t kernel : chosen) {
    TunedKernel tuned;
    const Kernel &about = compiler.skeleton().kernels[kernel];
    tuned.name = about.name;
    tuned.key = about.key;
    tuned.location = about.location;
    for (const Launch &launch : compiler.skeleton().launches)
      tuned.launches += launch.kernel == kernel;
    bool first = true;
    for (const Measurement &m : measurements) {
      if (m.kernel != kernel)
        continue;
      ++tuned.tried;
      if (first && !m.cycles)
        return makeFailure(FailureKind::Unsupported, m.problem);
      if (first)
        tuned.heuristicCycles = *m.cycles;
      tuned.rejected += !m.cycles;
      if (first || (m.cycles && *m.cycles < tuned.cycles)) {
        tuned.cycles = *m.cycles;
        tuned.schedule = m.schedule;
      }
      first = false;
    }
    result.kernels.push_back(std::move(tuned));
  }
  return result;
}

Expected<TuneResult> Tuner::run(StringRef text) {
  if (Error error = compiler.lowerGraph(text))
    return std::move(error);
  if (!compileOptions.cacheDir.empty()) {
    auto opened = KernelCache::open(compileOptions.cacheDir, machine);
    if (!opened)
      return opened.takeError();
    cache = std::move(*opened);
  }
  if (Error error = chooseKernels())
    return std::move(error);
  if (Error error = listCandidates())
    return std::move(error);
  std::mutex mutex;
  size_t done = 0;
  inParallel(measurements.size(), [&](size_t i) {
    measure(measurements[i]);
    std::lock_guard<std::mutex> lock(mutex);
    if (options.progress)
      options.progress(++done, measurements.size());
  });
  return collect();
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

json::Value TuneResult::toMapping() const {
  json::Array schedules;
  for (const TunedKernel &kernel : kernels)
    schedules.push_back(
        json::Object{{"kernel", json::fixUTF8(kernel.name)},
                     {"key", kernel.key},
                     {"cycles", kernel.cycles},
                     {"heuristic_cycles", kernel.heuristicCycles},
                     {"schedule", cantFail(json::parse(kernel.schedule))}});
  return json::Object{{"tilewright_mapping", 1},
                      {"machine", machine},
                      {"schedules", std::move(schedules)}};
}

json::Value TuneResult::toJson() const {
  json::Array list;
  for (const TunedKernel &kernel : kernels)
    list.push_back(
        json::Object{{"name", json::fixUTF8(kernel.name)},
                     {"key", kernel.key},
                     {"location", json::fixUTF8(kernel.location)},
                     {"launches", kernel.launches},
                     {"tried", kernel.tried},
                     {"rejected", kernel.rejected},
                     {"cycles", kernel.cycles},
                     {"heuristic_cycles", kernel.heuristicCycles},
                     {"schedule", cantFail(json::parse(kernel.schedule))}});
  return json::Object{{"schema_version", 1},
                      {"machine", machine},
                      {"kernels", std::move(list)}};
}
