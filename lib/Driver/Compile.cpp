//===- Compile.cpp - From MLIR text to a program --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The compiler's phases in order. A phase is a name, what it does to the
// module, and the kind of failure its diagnostics are: the graph phases reject
// what is not supported, later ones only fail by a defect or for lack of
// scratchpad.
//
//===----------------------------------------------------------------------===//

#include "DevicePlan.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Driver/Driver.h"
#include "tilewright/Frontend/Frontend.h"
#include "tilewright/Graph/Graph.h"
#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Target/Target.h"
#include "tilewright/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tilewright;

namespace {
/// A named phase that transforms the module through a pass pipeline.
struct Phase {
  const char *name;
  void (*build)(OpPassManager &pm, const MachineConfig &machine);
};
} // namespace

static constexpr const char *kImportPhase = "import";
static constexpr const char *kAssemblyPhase = "assembly";
static constexpr const char *kGraphPhase = "kernels"; ///< level G2
static constexpr const char *kBanksPhase = "banks";   ///< level K2

static const Phase kPhases[] = {
    {"graph", [](OpPassManager &pm,
                 const MachineConfig &) { buildAffineGraphPipeline(pm); }},
    {kGraphPhase, [](OpPassManager &pm,
                     const MachineConfig &) { buildPartitionPipeline(pm); }},
    {"tiles", buildTilesPhase},
    {"descriptors", buildDescriptorsPhase},
    {kBanksPhase, buildBanksPhase},
    {"llvm", buildLLVMPhase},
};

std::vector<std::string> tilewright::compilerPhases() {
  std::vector<std::string> names{kImportPhase};
  for (const Phase &phase : kPhases)
    names.push_back(phase.name);
  names.push_back(kAssemblyPhase);
  return names;
}

namespace {

class Compiler {
public:
  Compiler(StringRef name, const MachineConfig &machine,
           const CompileOptions &options)
      : name(name), machine(machine), options(options),
        context(makeRegistry()) {
    context.disableMultithreading();
  }
  llvm::Expected<Program> run(StringRef text);

private:
  static DialectRegistry makeRegistry() {
    DialectRegistry registry;
    registerAllDialects(registry);
    registry.insert<togsim::TogSimDialect>();
    return registry;
  }
  bool dumps(StringRef phase) const {
    return llvm::is_contained(options.dumpAfter, phase) ||
           llvm::is_contained(options.dumpAfter, "all");
  }
  llvm::Error checkOptions() const;
  llvm::Error dump(StringRef phase, StringRef extension, StringRef text) const;
  llvm::Error dumpModule(StringRef phase) const;
  llvm::Error runPhase(const Phase &phase);
  llvm::Error afterGraph(Program &program);
  llvm::Error afterBanks(Program &program);
  llvm::Error link(Program &program);

  std::string name;
  const MachineConfig &machine;
  const CompileOptions &options;
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

} // namespace

static std::string textOf(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, OpPrintingFlags().enableDebugInfo());
  return text;
}

llvm::Error Compiler::checkOptions() const {
  std::vector<std::string> known = compilerPhases();
  for (const std::string &phase : options.dumpAfter)
    if (phase != "all" && !llvm::is_contained(known, phase))
      return usageError("unknown phase '" + phase +
                        "' in --dump-after; phases "
                        "are all, " +
                        llvm::join(known, ", "));
  return llvm::Error::success();
}

llvm::Error Compiler::dump(StringRef phase, StringRef extension,
                           StringRef text) const {
  if (std::error_code error =
          llvm::sys::fs::create_directories(options.dumpDir))
    return usageError("cannot create dump directory '" + options.dumpDir +
                      "': " + error.message());
  std::vector<std::string> all = compilerPhases();
  unsigned number = llvm::find(all, phase) - all.begin();
  SmallString<128> path(options.dumpDir);
  llvm::sys::path::append(path, llvm::Twine(number) + "-" + phase + extension);
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  if (error)
    return usageError("cannot write '" + llvm::Twine(path) +
                      "': " + error.message());
  file << text;
  return llvm::Error::success();
}

llvm::Error Compiler::dumpModule(StringRef phase) const {
  if (!dumps(phase))
    return llvm::Error::success();
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.get()->print(stream);
  return dump(phase, ".mlir", text + "\n");
}

llvm::Error Compiler::runPhase(const Phase &phase) {
  llvm::Error error = withDiagnostics(context, FailureKind::Unsupported,
                                      [&]() -> LogicalResult {
                                        PassManager pm(&context);
                                        phase.build(pm, machine);
                                        return pm.run(*module);
                                      });
  if (error)
    return error;
  return dumpModule(phase.name);
}

llvm::Error Compiler::afterGraph(Program &program) {
  program.graphModule = textOf(*module);
  return planDevice(*module, machine, program);
}

llvm::Error Compiler::afterBanks(Program &program) {
  for (Kernel &kernel : program.kernels) {
    auto function = module->lookupSymbol<func::FuncOp>(kernel.name);
    if (!function)
      return internalError("kernel '" + llvm::Twine(kernel.name) +
                           "' was lost in compilation");
    FailureOr<tog::Graph> graph;
    if (llvm::Error error =
            withDiagnostics(context, FailureKind::Internal, [&] {
              graph = buildTog(function);
              return LogicalResult(graph);
            }))
      return error;
    kernel.graph = std::move(*graph);
    auto integer = [&](StringRef attribute) -> uint64_t {
      auto value = function->getAttrOfType<IntegerAttr>(attribute);
      return value ? value.getInt() : 0;
    };
    kernel.macs = integer("togsim.macs");
    kernel.spadBytesPerLane = integer(kSpadBytesAttr);
    kernel.stackBytes = kernelStackBytes(machine);
    if (auto schedule = function->getAttrOfType<StringAttr>("togsim.schedule"))
      kernel.schedule = schedule.getValue().str();
  }
  return llvm::Error::success();
}

llvm::Error Compiler::link(Program &program) {
  bool wantAssembly = dumps(kAssemblyPhase);
  auto image = compileToImage(*module, machine, wantAssembly);
  if (!image)
    return image.takeError();
  if (wantAssembly)
    if (llvm::Error error = dump(kAssemblyPhase, ".s", image->assembly))
      return error;
  for (Kernel &kernel : program.kernels) {
    auto code = image->functions.find(kernel.name);
    if (code == image->functions.end())
      return internalError("kernel '" + llvm::Twine(kernel.name) +
                           "' is missing in the linked image");
    kernel.entry = code->second.begin;
    kernel.end = code->second.end;
  }
  program.image = std::move(image->segments);
  return llvm::Error::success();
}

llvm::Expected<Program> Compiler::run(StringRef text) {
  if (llvm::Error error = checkOptions())
    return std::move(error);
  auto imported = importModule(text, name, context);
  if (!imported)
    return imported.takeError();
  module = std::move(*imported);
  Program program;
  program.name = name;
  program.machineName = machine.name;
  program.machineYaml = machine.yaml;
  program.sourceModule = textOf(*module);
  if (llvm::Error error = dumpModule(kImportPhase))
    return std::move(error);
  for (const Phase &phase : kPhases) {
    if (llvm::Error error = runPhase(phase))
      return std::move(error);
    if (StringRef(phase.name) == kGraphPhase)
      if (llvm::Error error = afterGraph(program))
        return std::move(error);
    if (StringRef(phase.name) == kBanksPhase)
      if (llvm::Error error = afterBanks(program))
        return std::move(error);
  }
  if (!program.kernels.empty())
    if (llvm::Error error = link(program))
      return std::move(error);
  return program;
}

llvm::Expected<Program>
tilewright::compileModule(StringRef text, StringRef name,
                          const MachineConfig &machine,
                          const CompileOptions &options) {
  return Compiler(name, machine, options).run(text);
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
