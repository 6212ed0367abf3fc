//===- KernelCompiler.cpp - One kernel, from tensors to object code -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel travels as text between the program's context and its own: text is
// also what identifies it, and small (constants of a kernel are scalars).
//
//===----------------------------------------------------------------------===//

#include "KernelCompiler.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "tilewright/Codegen/Codegen.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Frontend/Frontend.h"
#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Target/Target.h"
#include "tilewright/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace tilewright;

static constexpr const char *kBanksPhase = "banks"; ///< level K2

static constexpr KernelPhase kPhases[] = {
    {"tiles", buildTilesPhase},
    {"descriptors", buildDescriptorsPhase},
    {kBanksPhase, buildBanksPhase},
    {"llvm", buildLLVMPhase},
};

ArrayRef<KernelPhase> tilewright::kernelPhases() { return kPhases; }

/// The first 16 hexadecimal digits of a text's hash.
static std::string digestOf(StringRef text) {
  auto hash = llvm::BLAKE3::hash<8>(llvm::arrayRefFromStringRef(text));
  return llvm::toHex(hash, /*LowerCase=*/true);
}

/// Text of `op` without locations, and without the attributes that do not say
/// what it computes.
static std::string identityOf(func::FuncOp function) {
  OwningOpRef<func::FuncOp> copy(function.clone());
  copy->setName("kernel");
  for (const char *attribute : {"togsim.ops", kScheduleAttr})
    (*copy)->removeAttr(attribute);
  std::string text;
  llvm::raw_string_ostream os(text);
  copy.get()->print(os, OpPrintingFlags().useLocalScope());
  return text;
}

KernelSource KernelSource::of(func::FuncOp kernel) {
  KernelSource source;
  source.name = kernel.getName().str();
  OwningOpRef<func::FuncOp> copy(kernel.clone());
  if (auto given = kernel->getAttrOfType<StringAttr>(kScheduleAttr))
    source.schedule = given.getValue().str();
  (*copy)->removeAttr(kScheduleAttr);
  llvm::raw_string_ostream os(source.text);
  copy.get()->print(os, OpPrintingFlags().useLocalScope().enableDebugInfo());
  source.identity = identityOf(kernel);
  return source;
}

std::string KernelSource::key() const { return digestOf(identity); }

KernelCompiler::KernelCompiler(const MachineConfig &machine, DumpSink dump)
    : machine(machine), dump(std::move(dump)) {}
KernelCompiler::~KernelCompiler() = default;

PhaseTimes KernelCompiler::times() const {
  std::lock_guard<std::mutex> lock(mutex);
  return phaseTimes;
}

void KernelCompiler::addTimes(const PhaseTimes &times) {
  std::lock_guard<std::mutex> lock(mutex);
  phaseTimes.add(times);
}

std::unique_ptr<MLIRContext> KernelCompiler::takeContext() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (!contexts.empty()) {
      auto context = std::move(contexts.back());
      contexts.pop_back();
      return context;
    }
  }
  DialectRegistry registry;
  registerAllDialects(registry);
  registry.insert<togsim::TogSimDialect>();
  return std::make_unique<MLIRContext>(registry,
                                       MLIRContext::Threading::DISABLED);
}

void KernelCompiler::giveContext(std::unique_ptr<MLIRContext> context) {
  std::lock_guard<std::mutex> lock(mutex);
  contexts.push_back(std::move(context));
}

llvm::Expected<CompiledKernel>
KernelCompiler::compile(const KernelSource &source) {
  std::unique_ptr<MLIRContext> context = takeContext();
  llvm::Expected<CompiledKernel> result = compileIn(*context, source);
  giveContext(std::move(context));
  return result;
}

llvm::Error KernelCompiler::runPhase(const KernelPhase &phase, ModuleOp module,
                                     const KernelSource &source) {
  PhaseTimes times;
  PhaseTimer timer(times, phase.name);
  MLIRContext &context = *module.getContext();
  auto body = [&]() -> LogicalResult {
    PassManager pm(&context);
    phase.build(pm, machine);
    return pm.run(module);
  };
  llvm::Error error = withDiagnostics(context, FailureKind::Unsupported, body);
  timer.stop();
  addTimes(times);
  if (!error && dump) {
    std::string text;
    llvm::raw_string_ostream os(text);
    module->print(os, OpPrintingFlags().enableDebugInfo());
    dump(phase.name, source.name, std::move(text));
  }
  return error;
}

llvm::Expected<OwningOpRef<ModuleOp>>
KernelCompiler::parse(MLIRContext &context, const KernelSource &source) {
  OwningOpRef<ModuleOp> module;
  auto body = [&]() -> LogicalResult {
    module = parseSourceString<ModuleOp>(source.text, ParserConfig(&context));
    return success(bool(module));
  };
  if (llvm::Error error = withDiagnostics(context, FailureKind::Internal, body))
    return std::move(error);
  if (!source.schedule.empty())
    for (auto kernel : module->getOps<func::FuncOp>())
      kernel->setAttr(kScheduleAttr,
                      StringAttr::get(&context, source.schedule));
  return module;
}

llvm::Expected<OwningOpRef<ModuleOp>>
KernelCompiler::lowerToBanks(MLIRContext &context, const KernelSource &source) {
  auto module = parse(context, source);
  if (!module)
    return module;
  for (const KernelPhase &phase : kPhases) {
    if (llvm::Error error = runPhase(phase, **module, source))
      return std::move(error);
    if (StringRef(phase.name) == kBanksPhase)
      break;
  }
  return module;
}

/// The candidate that an element of kCandidatesAttr says.
static ScheduleCandidate candidateOf(StringRef text) {
  llvm::json::Value value = llvm::cantFail(llvm::json::parse(text));
  const llvm::json::Object &object = *value.getAsObject();
  return {llvm::formatv("{0}", *object.get("schedule")).str(),
          object.getNumber("estimated_cycles").value_or(0)};
}

llvm::Expected<std::vector<ScheduleCandidate>>
KernelCompiler::candidates(const KernelSource &source, unsigned limit) {
  std::unique_ptr<MLIRContext> context = takeContext();
  auto list = [&]() -> llvm::Expected<std::vector<ScheduleCandidate>> {
    KernelSource plain = source.with("");
    auto module = parse(*context, plain);
    if (!module)
      return module.takeError();
    auto kernel = *(*module)->getOps<func::FuncOp>().begin();
    Builder builder(context.get());
    kernel->setAttr(kCandidatesAttr, builder.getI64IntegerAttr(limit));
    if (llvm::Error error = runPhase(kPhases[0], **module, plain))
      return std::move(error);
    kernel = *(*module)->getOps<func::FuncOp>().begin();
    std::vector<ScheduleCandidate> schedules;
    for (StringAttr text : kernel->getAttrOfType<ArrayAttr>(kCandidatesAttr)
                               .getAsRange<StringAttr>())
      schedules.push_back(candidateOf(text.getValue()));
    return schedules;
  }();
  giveContext(std::move(context));
  return list;
}

/// Whose fault `error` is when a schedule was given: the schedule's, if the
/// heuristic's own leads to code.
llvm::Error KernelCompiler::refusal(MLIRContext &context,
                                    const KernelSource &source,
                                    llvm::Error error) {
  if (source.schedule.empty())
    return error;
  auto lowered = lowerToBanks(context, source.with(""));
  if (!lowered) {
    llvm::consumeError(lowered.takeError());
    return error;
  }
  std::string message;
  describeError(std::move(error), message);
  return usageError((source.origin.empty() ? "" : source.origin + ": ") +
                    "the schedule given for kernel '" + source.name +
                    "' cannot be used: " + message);
}

llvm::Expected<std::string>
KernelCompiler::generate(ModuleOp module, const KernelSource &source,
                         const std::string &symbol) {
  if (llvm::Error error =
          runPhase(kPhases[std::size(kPhases) - 1], module, source))
    return std::move(error);
  PhaseTimes times;
  PhaseTimer timer(times, "machine_code");
  auto object =
      generateObject(module, machine, source.name, symbol, bool(dump));
  timer.stop();
  addTimes(times);
  if (!object)
    return object.takeError();
  if (dump)
    dump(kAssemblyPhase, source.name, std::move(object->assembly));
  return std::string(object->elf.begin(), object->elf.end());
}

/// The object that defines `symbol`: made here, or by another thread that has
/// the same kernel.
llvm::Expected<std::string>
KernelCompiler::objectOf(ModuleOp module, const KernelSource &source,
                         const std::string &symbol) {
  std::promise<std::string> promise;
  std::shared_future<std::string> made;
  {
    std::lock_guard<std::mutex> lock(mutex);
    auto [entry, first] =
        objects.try_emplace(symbol, promise.get_future().share());
    if (!first)
      made = entry->second;
  }
  if (made.valid() && !made.get().empty())
    return made.get();
  auto object = generate(module, source, symbol);
  if (!made.valid())
    promise.set_value(object ? *object : std::string());
  return object;
}

llvm::Expected<CompiledKernel>
KernelCompiler::compileIn(MLIRContext &context, const KernelSource &source) {
  auto module = lowerToBanks(context, source);
  if (!module)
    return refusal(context, source, module.takeError());
  auto function = (*module)->lookupSymbol<func::FuncOp>(source.name);
  if (!function)
    return internalError("kernel '" + source.name +
                         "' was lost in compilation");
  CompiledKernel kernel;
  FailureOr<tog::Graph> graph;
  auto build = [&] {
    graph = buildTog(function);
    return LogicalResult(graph);
  };
  if (llvm::Error error =
          withDiagnostics(context, FailureKind::Internal, build))
    return std::move(error);
  kernel.graph = std::move(*graph);
  auto integer = [&](StringRef attribute) -> uint64_t {
    auto value = function->getAttrOfType<IntegerAttr>(attribute);
    return value ? value.getInt() : 0;
  };
  kernel.macs = integer("togsim.macs");
  kernel.spadBytesPerLane = integer(kSpadBytesAttr);
  if (auto schedule = function->getAttrOfType<StringAttr>(kScheduleAttr))
    kernel.schedule = schedule.getValue().str();
  kernel.symbol =
      dump ? source.name : "kernel_" + digestOf(identityOf(function));
  auto object = dump ? generate(**module, source, kernel.symbol)
                     : objectOf(**module, source, kernel.symbol);
  if (!object)
    return object.takeError();
  kernel.object = std::move(*object);
  return kernel;
}
