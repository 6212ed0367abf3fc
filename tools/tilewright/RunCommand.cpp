//===- RunCommand.cpp - tilewright run ------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A run that does not verify still writes everything it was asked for, then
// fails with the mismatch.
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace tilewright;
using namespace tilewright::cli;

static cl::opt<std::string> fileOption(cl::Positional, cl::desc("FILE"),
                                       cl::cat(inputCategory),
                                       cl::sub(runCommand));
static cl::list<std::string>
    inputFilesOption("inputs", cl::desc("NumPy files of the inputs, in order"),
                     cl::value_desc("A.npy,..."), cl::CommaSeparated,
                     cl::cat(inputCategory), cl::sub(runCommand));
static cl::opt<uint64_t> seedOption(
    "seed", cl::desc("Seed of random inputs, without --inputs (default: 0)"),
    cl::value_desc("N"), cl::cat(inputCategory), cl::sub(runCommand));

static cl::opt<std::string>
    timingOption("timing",
                 cl::desc("How time is measured: tile (fast, the default), "
                          "instruction (slow, the ground truth) or none"),
                 cl::value_desc("LEVEL"), cl::init("tile"),
                 cl::cat(executionCategory), cl::sub(runCommand));
static cl::opt<bool> verifyOption(
    "verify",
    cl::desc("Compare every kernel and all outputs with the reference"),
    cl::cat(executionCategory), cl::sub(runCommand));
static cl::opt<double>
    rtolOption("rtol",
               cl::desc("Relative tolerance of --verify (default: 1e-4)"),
               cl::value_desc("X"), cl::init(1e-4), cl::cat(executionCategory),
               cl::sub(runCommand));
static cl::opt<double>
    atolOption("atol",
               cl::desc("Absolute tolerance of --verify (default: 1e-4)"),
               cl::value_desc("X"), cl::init(1e-4), cl::cat(executionCategory),
               cl::sub(runCommand));
static cl::opt<bool> sanitizeOption(
    "sanitize",
    cl::desc("Check the program while it runs: DMA hazards, lane "
             "divergence, uninitialised reads, stack collisions"),
    cl::cat(executionCategory), cl::sub(runCommand));

static cl::opt<std::string> outputDirOption(
    "outputs", cl::desc("Write the results there as output_<i>.npy"),
    cl::value_desc("DIR"), cl::cat(outputCategory), cl::sub(runCommand));
static cl::opt<std::string>
    jsonFileOption("json",
                   cl::desc("Write the report as JSON ('-': standard output, "
                            "instead of the summary)"),
                   cl::value_desc("FILE"), cl::cat(outputCategory),
                   cl::sub(runCommand));
static cl::opt<std::string> traceFileOption(
    "trace", cl::desc("Write a trace for Perfetto (ui.perfetto.dev)"),
    cl::value_desc("FILE"), cl::cat(outputCategory), cl::sub(runCommand));

namespace {
/// What the command line says.
struct RunArguments {
  std::string file;
  CommonArguments common;
  std::vector<std::string> inputFiles;
  uint64_t seed = 0;
  RunOptions options;
  std::string outputDir, jsonFile, traceFile;

  static Expected<RunArguments> parse();
  /// What can be rejected before anything is compiled.
  Error check() const;
};
} // namespace

static Expected<TimingLevel> parseTiming(StringRef name) {
  auto level = StringSwitch<std::optional<TimingLevel>>(name)
                   .Case("tile", TimingLevel::Tile)
                   .Case("instruction", TimingLevel::Instruction)
                   .Case("none", TimingLevel::None)
                   .Default(std::nullopt);
  if (!level)
    return usageError("--timing: expected tile, instruction or none, found '" +
                      name + "'");
  return *level;
}

Expected<RunArguments> RunArguments::parse() {
  RunArguments a;
  a.file = fileOption;
  a.inputFiles = inputFilesOption;
  a.seed = seedOption;
  a.options.verify = verifyOption;
  a.options.rtol = rtolOption;
  a.options.atol = atolOption;
  a.options.sanitize = sanitizeOption;
  a.options.trace = !traceFileOption.empty();
  a.outputDir = outputDirOption;
  a.jsonFile = jsonFileOption;
  a.traceFile = traceFileOption;
  if (!a.inputFiles.empty() && seedOption.getNumOccurrences())
    return usageError("--inputs and --seed exclude each other");
  Expected<TimingLevel> timing = parseTiming(timingOption);
  if (!timing)
    return timing.takeError();
  a.options.timing = *timing;
  Expected<CommonArguments> common = CommonArguments::parse();
  if (!common)
    return common.takeError();
  a.common = std::move(*common);
  a.options.cacheDir = a.common.compile.cacheDir;
  if (Error error = a.check())
    return std::move(error);
  return a;
}

Error RunArguments::check() const {
  if (file.empty())
    return usageError("no input file: tilewright run FILE, where FILE is a "
                      "linalg-on-tensors module or a compiled program");
  if (options.trace && options.timing == TimingLevel::None)
    return usageError("--trace needs timing; --timing=none has none");
  for (auto [name, value] :
       {std::pair("--rtol", options.rtol), {"--atol", options.atol}})
    if (!(value >= 0))
      return usageError(Twine(name) + ": expected a number of at least 0");
  return Error::success();
}

static Expected<Program> loadCompiled(const RunArguments &arguments) {
  const std::string &file = arguments.file;
  Expected<Program> program = Program::load(file);
  if (!program)
    return program.takeError();
  if (!arguments.common.compile.dumpAfter.empty())
    return usageError("'" + file +
                      "' is compiled already; --dump-after has "
                      "nothing to write");
  if (Error error = arguments.common.checkNotLate(file))
    return std::move(error);
  if (!arguments.common.machine)
    return program;
  Expected<MachineConfig> wanted = arguments.common.loadMachine();
  if (!wanted)
    return wanted.takeError();
  Expected<MachineConfig> compiledFor =
      parseMachine(program->machineYaml, "machine of '" + file + "'");
  if (!compiledFor)
    return compiledFor.takeError();
  if (!wanted->sameMachine(*compiledFor))
    return usageError("'" + file + "' was compiled for another machine ('" +
                      compiledFor->name + "') than '" + wanted->name + "' of " +
                      wanted->file +
                      "; compile it again or leave --machine out");
  return program;
}

static Expected<Program> obtainProgram(const RunArguments &arguments) {
  if (Program::isProgramFile(arguments.file))
    return loadCompiled(arguments);
  Expected<MachineConfig> machine = arguments.common.loadMachine();
  if (!machine)
    return machine.takeError();
  return compileInput(arguments.file, *machine, arguments.common.compile);
}

static Expected<std::vector<Tensor>> obtainInputs(const RunArguments &arguments,
                                                  const Program &program) {
  if (arguments.inputFiles.empty())
    return randomInputs(program, arguments.seed);
  size_t expected = program.inputTypes.size();
  if (arguments.inputFiles.size() != expected)
    return usageError("'" + arguments.file + "' takes " + Twine(expected) +
                      " inputs, --inputs names " +
                      Twine(arguments.inputFiles.size()));
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < expected; ++i) {
    Expected<Tensor> input =
        readNpy(arguments.inputFiles[i], &program.inputTypes[i]);
    if (!input)
      return usageError("input " + Twine(i) + ", " +
                        toString(input.takeError()));
    inputs.push_back(std::move(*input));
  }
  return inputs;
}

static Error writeOutputs(StringRef directory, ArrayRef<Tensor> outputs) {
  if (directory.empty())
    return Error::success();
  if (std::error_code ec = sys::fs::create_directories(directory))
    return usageError("cannot create directory '" + directory +
                      "': " + ec.message());
  for (size_t i = 0; i < outputs.size(); ++i) {
    SmallString<256> path(directory);
    sys::path::append(path, formatv("output_{0}.npy", i).str());
    if (Error error = writeNpy(path, outputs[i]))
      return error;
  }
  return Error::success();
}

static Error writeReport(const RunArguments &arguments, const Report &report) {
  if (!arguments.traceFile.empty())
    if (Error error = report.writeTrace(arguments.traceFile))
      return error;
  if (!arguments.jsonFile.empty())
    if (Error error = report.writeJson(arguments.jsonFile))
      return error;
  if (arguments.jsonFile != "-")
    report.print(outs());
  return Error::success();
}

Error cli::run() {
  Expected<RunArguments> arguments = RunArguments::parse();
  if (!arguments)
    return arguments.takeError();
  Expected<Program> program = obtainProgram(*arguments);
  if (!program)
    return program.takeError();
  Expected<std::vector<Tensor>> inputs = obtainInputs(*arguments, *program);
  if (!inputs)
    return inputs.takeError();
  Expected<RunResult> result =
      runProgram(*program, *inputs, arguments->options);
  if (!result)
    return result.takeError();
  if (program->build.warning.empty() && !result->report.cacheWarning.empty())
    errs() << "tilewright: warning: " << result->report.cacheWarning << "\n";
  if (Error error = writeOutputs(arguments->outputDir, result->outputs))
    return error;
  if (Error error = writeReport(*arguments, result->report))
    return error;
  if (result->mismatch)
    return makeFailure(FailureKind::Mismatch,
                       "verification failed: " + *result->mismatch);
  return Error::success();
}
