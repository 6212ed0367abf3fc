//===- TuneCommand.cpp - tilewright tune ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "tilewright/Driver/Tune.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace tilewright;
using namespace tilewright::cli;

static cl::opt<std::string> fileOption(cl::Positional, cl::desc("FILE"),
                                       cl::cat(inputCategory),
                                       cl::sub(tuneCommand));
static cl::opt<std::string> kernelsOption(
    "kernels", cl::desc("Tune kernels whose name matches (default: all)"),
    cl::value_desc("PATTERN"), cl::cat(inputCategory), cl::sub(tuneCommand));
static cl::opt<unsigned> candidatesOption(
    "candidates",
    cl::desc("Schedules measured per kernel beside the heuristic's (default: "
             "4)"),
    cl::value_desc("N"), cl::init(4), cl::cat(executionCategory),
    cl::sub(tuneCommand));
static cl::opt<std::string>
    outputOption("o", cl::desc("Mapping file to write, for --mapping"),
                 cl::value_desc("FILE"), cl::cat(outputCategory),
                 cl::sub(tuneCommand));
static cl::opt<std::string> jsonFileOption(
    "json",
    cl::desc("Write all figures as JSON ('-': standard output, instead of the "
             "table)"),
    cl::value_desc("FILE"), cl::cat(outputCategory), cl::sub(tuneCommand));

static Error writeJson(StringRef path, const json::Value &value) {
  if (path.empty())
    return Error::success();
  Error error = writeToOutput(path, [&](raw_ostream &os) {
    os << formatv("{0:2}\n", value);
    return Error::success();
  });
  if (!error)
    return error;
  return usageError("cannot write '" + path +
                    "': " + errorToErrorCode(std::move(error)).message());
}

/// On terminals, one line that is written over.
static void showProgress(size_t done, size_t all) {
  errs() << formatv("\rtuning: {0} of {1} measured", done, all);
  if (done == all)
    errs() << "\r\033[K";
}

static void print(const TuneResult &result) {
  const char *row = "{0,-36} {1,8} {2,7} {3,12} {4,12} {5,7}\n";
  outs() << formatv(row, "kernel", "launches", "tried", "heuristic", "tuned",
                    "gain");
  uint64_t before = 0, after = 0;
  for (const TunedKernel &kernel : result.kernels) {
    const uint64_t cycles = *kernel.tuned().cycles,
                   heuristic = kernel.heuristic().cycles.value_or(cycles);
    before += heuristic * kernel.launches;
    after += cycles * kernel.launches;
    const double gain = cycles ? double(heuristic) / cycles : 1.0;
    std::string name = kernel.name;
    if (name.size() > 36)
      name = name.substr(0, 33) + "...";
    outs() << formatv(row, name, kernel.launches, kernel.measured.size(),
                      heuristic, cycles, formatv("{0:F2} x", gain).str());
  }
  outs() << formatv("all launches: {0} cycles by the heuristic, {1} tuned\n",
                    before, after);
}

Error cli::tune() {
  std::string file = fileOption, outputFile = outputOption,
              jsonFile = jsonFileOption;
  TuneOptions options;
  options.kernels = kernelsOption;
  options.candidates = candidatesOption;
  Expected<CommonArguments> common = CommonArguments::parse();
  if (!common)
    return common.takeError();
  options.compile = common->compile;
  if (file.empty())
    return usageError("no input file: tilewright tune FILE.mlir -o MAPPING");
  if (Program::isProgramFile(file))
    return usageError("'" + file + "' is compiled already; tune its source");
  if (!options.candidates)
    return usageError("--candidates: expected at least 1");
  if (sys::Process::StandardErrIsDisplayed())
    options.progress = showProgress;
  Expected<MachineConfig> machine = common->loadMachine();
  if (!machine)
    return machine.takeError();
  Expected<TuneResult> result = tuneFile(file, *machine, options);
  if (!result)
    return result.takeError();
  if (Error error = writeJson(outputFile, result->toMapping()))
    return error;
  if (Error error = writeJson(jsonFile, result->toJson()))
    return error;
  if (jsonFile != "-" && outputFile != "-")
    print(*result);
  return Error::success();
}
