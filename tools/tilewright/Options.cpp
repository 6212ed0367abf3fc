//===- Options.cpp - Options that several commands share ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace tilewright;

namespace tilewright::cli {
cl::SubCommand runCommand("run",
                          "compile a linalg-on-tensors module, or load a "
                          "compiled program; execute, time and report it");
cl::SubCommand
    compileCommand("compile",
                   "compile a linalg-on-tensors module to a program file");
cl::SubCommand tuneCommand("tune",
                           "measure schedules of a module's kernels in the "
                           "tile simulator; write the best as a mapping");
cl::SubCommand machinesCommand("machines", "list the machines there are");
cl::SubCommand reportCommand("report",
                             "show how a program's tensors lie in the "
                             "scratchpad, and what is padding");
cl::SubCommand coverageCommand("coverage",
                               "list the ops of PyTorch models and which of "
                               "them compile (see coverage --help)");

cl::OptionCategory inputCategory("Input and machine");
cl::OptionCategory executionCategory("Execution");
cl::OptionCategory outputCategory("Output");
cl::OptionCategory compilerCategory("Compiler debugging");
} // namespace tilewright::cli

using namespace tilewright::cli;

static cl::opt<std::string>
    machineOption("machine",
                  cl::desc("Machine to compile for and simulate: a preset or a "
                           "YAML file (default: $TILEWRIGHT_MACHINE, else "
                           "tpuv3)"),
                  cl::value_desc("NAME|FILE"), cl::cat(inputCategory),
                  cl::sub(runCommand), cl::sub(compileCommand),
                  cl::sub(reportCommand), cl::sub(tuneCommand));
static cl::list<std::string> dumpAfter(
    "dump-after", cl::desc("Write the IR after these phases, or after 'all'"),
    cl::value_desc("PHASE,..."), cl::CommaSeparated, cl::cat(compilerCategory),
    cl::sub(runCommand), cl::sub(compileCommand), cl::sub(reportCommand));
static cl::opt<std::string>
    dumpDir("dump-dir", cl::desc("Directory for --dump-after (default: .)"),
            cl::value_desc("DIR"), cl::init("."), cl::cat(compilerCategory),
            cl::sub(runCommand), cl::sub(compileCommand),
            cl::sub(reportCommand));

static cl::opt<std::string> cacheDirOption(
    "cache-dir",
    cl::desc("Directory of what earlier runs compiled and measured, to reuse "
             "and add to (default: $TILEWRIGHT_CACHE_DIR, else none)"),
    cl::value_desc("DIR"), cl::cat(inputCategory), cl::sub(runCommand),
    cl::sub(compileCommand), cl::sub(tuneCommand));
static cl::opt<std::string>
    mappingOption("mapping",
                  cl::desc("Schedules of kernels: a file of 'tilewright tune', "
                           "or PyTorchSim's M_N_K form"),
                  cl::value_desc("FILE"), cl::cat(inputCategory),
                  cl::sub(runCommand), cl::sub(compileCommand),
                  cl::sub(tuneCommand));
static cl::opt<std::string> fusionOption(
    "fusion",
    cl::desc("Which ops may share a kernel: all (default), none, or a list of "
             "elementwise, epilogue, prologue, reduction-epilogue, reduction, "
             "reduction-reduction, attention"),
    cl::value_desc("KINDS"), cl::init("all"), cl::cat(inputCategory),
    cl::sub(runCommand), cl::sub(compileCommand), cl::sub(reportCommand),
    cl::sub(tuneCommand));
static cl::opt<unsigned> threadsOption(
    "threads",
    cl::desc("Kernels compiled at a time (default: one per processor)"),
    cl::value_desc("N"), cl::cat(inputCategory), cl::sub(runCommand),
    cl::sub(compileCommand), cl::sub(tuneCommand));

Expected<CommonArguments> CommonArguments::parse() {
  CommonArguments arguments;
  if (machineOption.getNumOccurrences())
    arguments.machine = machineOption;
  arguments.compile.dumpAfter = dumpAfter;
  arguments.compile.dumpDir = dumpDir;
  arguments.compile.cacheDir =
      cacheDirOption.getNumOccurrences()
          ? std::string(cacheDirOption)
          : sys::Process::GetEnv("TILEWRIGHT_CACHE_DIR").value_or("");
  arguments.compile.mappingFile = mappingOption;
  arguments.compile.threads = threadsOption;
  Expected<Fusion> fusion = Fusion::parse(fusionOption);
  if (!fusion)
    return fusion.takeError();
  arguments.compile.fusion = *fusion;
  if (mappingOption.getNumOccurrences() && mappingOption.empty())
    return usageError("--mapping needs a file");
  if (dumpDir.getNumOccurrences() && dumpAfter.empty())
    return usageError("--dump-dir needs --dump-after");
  return arguments;
}

Expected<MachineConfig> CommonArguments::loadMachine() const {
  if (machine)
    return tilewright::loadMachine(*machine);
  return tilewright::loadMachine(
      sys::Process::GetEnv("TILEWRIGHT_MACHINE").value_or("tpuv3"));
}

Error CommonArguments::checkNotLate(StringRef file) const {
  for (auto [option, isGiven] :
       {std::pair("--mapping", !compile.mappingFile.empty()),
        std::pair("--fusion", compile.fusion != Fusion())})
    if (isGiven)
      return usageError("'" + file + "' is compiled already; " + option +
                        " comes too late");
  return Error::success();
}

Expected<Program> cli::compileInput(StringRef path,
                                    const MachineConfig &machine,
                                    const CompileOptions &options) {
  if (sys::fs::is_directory(path))
    return usageError("'" + path + "' is a directory");
  Expected<Program> program = compileFile(path, machine, options);
  if (program && !program->build.warning.empty())
    errs() << "tilewright: warning: " << program->build.warning << "\n";
  return program;
}
