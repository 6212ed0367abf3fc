//===- Compile.cpp - From MLIR text to a program --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The compiler's phases in order: import and graph phases work on the module,
// then every kernel is compiled by itself (KernelCompiler), in parallel or from
// the cache, and the objects are linked in kernel order. Nothing here depends
// on the number of threads.
//
//===----------------------------------------------------------------------===//

#include "Compile.h"
#include "DevicePlan.h"
#include "InputUses.h"
#include "KernelCache.h"
#include "Mapping.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "tilewright/Codegen/Codegen.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Frontend/Frontend.h"
#include "tilewright/Graph/Graph.h"
#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Target/Target.h"
#include "tilewright/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ThreadPool.h"

using namespace mlir;
using namespace tilewright;

namespace {
/// A named phase that transforms the whole module.
struct GraphPhase {
  const char *name;
  void (*build)(OpPassManager &pm, const MachineConfig &machine,
                const Fusion &fusion);
};
} // namespace

static constexpr const char *kImportPhase = "import";
static constexpr GraphPhase kGraphPhases[] = {
    {"graph",
     [](OpPassManager &pm, const MachineConfig &machine, const Fusion &fusion) {
       GraphOptions options;
       options.fusion = fusion;
       options.bankBytes = machine.spadBytesPerLane - kernelStackBytes(machine);
       options.lanes = machine.lanes;
       buildAffineGraphPipeline(pm, options);
     }},
    {"kernels",
     [](OpPassManager &pm, const MachineConfig &machine, const Fusion &fusion) {
       buildPartitionPipeline(pm, fusion); // level G2
       buildFitPhase(pm, machine);
     }},
};

/// Errors of several kernels that are shown.
static constexpr size_t kShownErrors = 8;

std::vector<std::string> tilewright::compilerPhases() {
  std::vector<std::string> names{kImportPhase};
  for (const GraphPhase &phase : kGraphPhases)
    names.push_back(phase.name);
  for (const KernelPhase &phase : kernelPhases())
    names.push_back(phase.name);
  names.push_back(kAssemblyPhase);
  return names;
}

static DialectRegistry compilerDialects() {
  DialectRegistry registry;
  registerAllDialects(registry);
  registry.insert<togsim::TogSimDialect>();
  return registry;
}

Compiler::Compiler(StringRef name, const MachineConfig &machine,
                   const CompileOptions &options)
    : name(name), machine(machine), options(options), dumps(options),
      context(compilerDialects(), MLIRContext::Threading::DISABLED) {}

/// Bytes of the module with the source locations that its text implies.
static std::string textOf(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, OpPrintingFlags().enableDebugInfo());
  return text;
}

llvm::Error
Compiler::runPhase(const char *phase,
                   llvm::function_ref<void(OpPassManager &)> build) {
  PhaseTimer timer(program.build.times, phase);
  auto body = [&]() -> LogicalResult {
    PassManager pm(&context);
    build(pm);
    return pm.run(*module);
  };
  if (llvm::Error error =
          withDiagnostics(context, FailureKind::Unsupported, body))
    return error;
  timer.stop();
  return dumps.module(phase, *module);
}

llvm::Error Compiler::lowerGraph(StringRef text) {
  if (llvm::Error error = dumps.check())
    return error;
  PhaseTimer importTimer(program.build.times, kImportPhase);
  auto imported = importModule(text, name, context);
  if (!imported)
    return imported.takeError();
  module = std::move(*imported);
  program.name = name;
  program.machineName = machine.name;
  program.machineYaml = machine.yaml;
  program.sourceModule = textOf(*module);
  importTimer.stop();
  if (llvm::Error error = dumps.module(kImportPhase, *module))
    return error;
  for (const GraphPhase &phase : kGraphPhases)
    if (llvm::Error error = runPhase(phase.name, [&](OpPassManager &pm) {
          phase.build(pm, machine, options.fusion);
        }))
      return error;
  PhaseTimer planTimer(program.build.times, "plan");
  program.accesses = takeAccessLedger(*module);
  program.graphModule = textOf(*module);
  program.inputUses = findInputUses(*module);
  if (llvm::Error error = planDevice(*module, machine, program))
    return error;
  return collectKernels();
}

/// The schedules a mapping gives go to the sources they are for.
llvm::Error Compiler::applyMapping(ArrayRef<func::FuncOp> functions) {
  std::string text = options.mappingText, file = options.mappingFile;
  if (!file.empty()) {
    auto buffer = llvm::MemoryBuffer::getFile(file);
    if (!buffer)
      return usageError("cannot read '" + file +
                        "': " + buffer.getError().message());
    text = (*buffer)->getBuffer().str();
  }
  if (text.empty() && file.empty())
    return llvm::Error::success();
  auto mapping = Mapping::parse(text, file.empty() ? "given" : file);
  if (!mapping)
    return mapping.takeError();
  std::vector<MappedKernel> kernels;
  for (auto [function, source] : llvm::zip_equal(functions, sources))
    kernels.push_back({source.name, source.key(), matrixShapeOf(function)});
  auto schedules = mapping->apply(kernels, machine);
  if (!schedules)
    return schedules.takeError();
  for (auto [source, given] : llvm::zip_equal(sources, *schedules)) {
    if (given.keys.empty())
      continue;
    source.schedule = std::move(given.keys);
    source.origin = std::move(given.origin);
  }
  return llvm::Error::success();
}

llvm::Error Compiler::collectKernels() {
  SmallVector<func::FuncOp> functions;
  for (const Kernel &kernel : program.kernels)
    functions.push_back(module->lookupSymbol<func::FuncOp>(kernel.name));
  for (auto [kernel, function] : llvm::zip_equal(program.kernels, functions)) {
    sources.push_back(KernelSource::of(function));
    kernel.key = sources.back().key();
  }
  return applyMapping(functions);
}

/// All failures, in kernel order, the same text once.
static llvm::Error
joinFailures(std::vector<llvm::Expected<CompiledKernel>> &results) {
  FailureKind kind = FailureKind::Internal;
  std::vector<std::string> messages;
  llvm::StringSet<> seen;
  for (auto &result : results) {
    if (result)
      continue;
    std::string message;
    FailureKind own = describeError(result.takeError(), message);
    if (!seen.insert(message).second)
      continue;
    // A defect outranks what is merely unsupported.
    if (messages.empty() || own == FailureKind::Internal)
      kind = own;
    messages.push_back(std::move(message));
  }
  if (messages.empty())
    return llvm::Error::success();
  if (messages.size() > kShownErrors) {
    size_t more = messages.size() - kShownErrors;
    messages.resize(kShownErrors);
    messages.push_back("and " + std::to_string(more) + " more errors");
  }
  return makeFailure(kind, llvm::join(messages, "\n"));
}

llvm::Expected<CompiledKernel>
Compiler::compileOrLoad(const KernelSource &source, KernelCompiler &compiler,
                        KernelCache *cache) {
  std::string entry;
  if (cache) {
    entry = cache->nameOf(source);
    if (auto kernel = cache->load(entry)) {
      ++loadedKernels;
      return std::move(*kernel);
    }
  }
  auto kernel = compiler.compile(source);
  if (kernel && cache)
    cache->store(entry, *kernel);
  return kernel;
}

llvm::Expected<std::vector<CompiledKernel>> Compiler::compileKernels() {
  PhaseTimer timer(program.build.times, "compile_kernels");
  KernelCompiler::DumpSink sink = dumps.sink();
  std::unique_ptr<KernelCache> cache;
  // What is dumped has to be made.
  if (!options.cacheDir.empty() && !sink) {
    auto opened = KernelCache::open(options.cacheDir, machine);
    if (!opened)
      return opened.takeError();
    cache = std::move(*opened);
  }
  KernelCompiler compiler(machine, sink);
  std::vector<std::optional<llvm::Expected<CompiledKernel>>> slots(
      sources.size());
  auto compileOne = [&](size_t i) {
    slots[i].emplace(compileOrLoad(sources[i], compiler, cache.get()));
  };
  unsigned threads =
      llvm::hardware_concurrency(options.threads).compute_thread_count();
  threads = std::min<size_t>(threads, sources.size());
  if (threads <= 1) {
    for (size_t i = 0; i < sources.size(); ++i)
      compileOne(i);
  } else {
    llvm::DefaultThreadPool pool(llvm::hardware_concurrency(threads));
    for (size_t i = 0; i < sources.size(); ++i)
      pool.async([&compileOne, i] { compileOne(i); });
    pool.wait();
  }
  std::vector<llvm::Expected<CompiledKernel>> results;
  for (auto &slot : slots)
    results.push_back(std::move(*slot));
  if (llvm::Error error = joinFailures(results))
    return std::move(error);
  timer.stop();
  program.build.threads = std::max(threads, 1u);
  program.build.kernelsLoaded = loadedKernels;
  program.build.kernelsCompiled = sources.size() - loadedKernels;
  program.build.times.add(compiler.times());
  if (cache) {
    program.build.warning = cache->problem();
    program.build.damagedCacheEntries = cache->damaged();
    cache->prune();
  }
  if (sink)
    if (llvm::Error error = dumps.kernels(sources, context))
      return std::move(error);
  std::vector<CompiledKernel> kernels;
  for (auto &result : results)
    kernels.push_back(std::move(*result));
  return kernels;
}

llvm::Error Compiler::link(std::vector<CompiledKernel> compiled) {
  PhaseTimer timer(program.build.times, "link");
  llvm::StringSet<> seen;
  std::vector<StringRef> objects;
  for (const CompiledKernel &kernel : compiled)
    if (seen.insert(kernel.symbol).second)
      objects.push_back(kernel.object);
  auto image = linkImage(objects);
  if (!image)
    return image.takeError();
  for (auto [kernel, made] : llvm::zip_equal(program.kernels, compiled)) {
    auto code = image->functions.find(made.symbol);
    if (code == image->functions.end())
      return internalError("kernel '" + kernel.name +
                           "' is missing in the linked image");
    kernel.entry = code->second.begin;
    kernel.end = code->second.end;
    kernel.macs = made.macs;
    kernel.spadBytesPerLane = made.spadBytesPerLane;
    kernel.stackBytes = kernelStackBytes(machine);
    kernel.schedule = std::move(made.schedule);
    kernel.graph = std::move(made.graph);
  }
  program.image = std::move(image->segments);
  return llvm::Error::success();
}

llvm::Expected<Program> Compiler::run(StringRef text) {
  if (llvm::Error error = lowerGraph(text))
    return std::move(error);
  if (program.kernels.empty())
    return std::move(program);
  auto compiled = compileKernels();
  if (!compiled)
    return compiled.takeError();
  if (llvm::Error error = link(std::move(*compiled)))
    return std::move(error);
  return std::move(program);
}

llvm::Expected<Program>
tilewright::compileModule(StringRef text, StringRef name,
                          const MachineConfig &machine,
                          const CompileOptions &options) {
  auto start = std::chrono::steady_clock::now();
  auto program = Compiler(name, machine, options).run(text);
  if (program) {
    std::chrono::duration<double> elapsed =
        std::chrono::steady_clock::now() - start;
    program->build.seconds = elapsed.count();
  }
  return program;
}

llvm::Expected<Program> tilewright::compileFile(StringRef path,
                                                const MachineConfig &machine,
                                                const CompileOptions &options) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return usageError("cannot read '" + path +
                      "': " + buffer.getError().message());
  return compileModule((*buffer)->getBuffer(), path, machine, options);
}
