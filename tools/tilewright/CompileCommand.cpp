//===- CompileCommand.cpp - tilewright compile ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace tilewright;
using namespace tilewright::cli;

static cl::opt<std::string> fileOption(cl::Positional, cl::desc("FILE"),
                                       cl::cat(inputCategory),
                                       cl::sub(compileCommand));
static cl::opt<std::string> outputOption("o", cl::desc("Program file to write"),
                                         cl::value_desc("FILE"),
                                         cl::cat(outputCategory),
                                         cl::sub(compileCommand));
static cl::opt<std::string>
    jsonFileOption("json",
                   cl::desc("Write kernels, schedules, accesses and host times "
                            "as JSON ('-': standard "
                            "output, instead of the summary)"),
                   cl::value_desc("FILE"), cl::cat(outputCategory),
                   cl::sub(compileCommand));

static json::Value parsedOrText(StringRef text) {
  Expected<json::Value> value = json::parse(text);
  if (value)
    return std::move(*value);
  consumeError(value.takeError());
  return json::fixUTF8(text);
}

static json::Object kernelJson(const Kernel &kernel, uint64_t launches) {
  return json::Object{{"name", json::fixUTF8(kernel.name)},
                      {"key", kernel.key},
                      {"location", json::fixUTF8(kernel.location)},
                      {"launches", launches},
                      {"macs", kernel.macs},
                      {"code_bytes", kernel.end - kernel.entry},
                      {"spad_bytes_per_lane", kernel.spadBytesPerLane},
                      {"stack_bytes", kernel.stackBytes},
                      {"schedule", parsedOrText(kernel.schedule)}};
}

/// The schema is docs/cli.md.
static json::Value programJson(const Program &program) {
  std::vector<uint64_t> launches(program.kernels.size());
  for (const Launch &launch : program.launches)
    ++launches[launch.kernel];
  json::Array kernels;
  for (size_t k = 0; k < launches.size(); ++k)
    kernels.push_back(kernelJson(program.kernels[k], launches[k]));
  const BuildStatistics &build = program.build;
  json::Object seconds;
  for (const auto &[phase, time] : build.times.list())
    seconds[phase] = time;
  return json::Object{
      {"schema_version", 1},
      {"program", json::fixUTF8(program.name)},
      {"machine", program.machineName},
      {"launches", program.launches.size()},
      {"kernels", std::move(kernels)},
      {"accesses", parsedOrText(program.accesses)},
      {"host",
       json::Object{{"compile_seconds", build.seconds},
                    {"threads", build.threads},
                    {"kernels_compiled", build.kernelsCompiled},
                    {"kernels_cached", build.kernelsLoaded},
                    {"damaged_cache_entries", build.damagedCacheEntries},
                    {"seconds", std::move(seconds)}}}};
}

static Error writeJson(StringRef path, const Program &program) {
  Error error = writeToOutput(path, [&](raw_ostream &os) {
    os << formatv("{0:2}\n", programJson(program));
    return Error::success();
  });
  if (!error)
    return error;
  return usageError("cannot write '" + path +
                    "': " + errorToErrorCode(std::move(error)).message());
}

static void printSummary(StringRef outputFile, const Program &program) {
  uint64_t codeBytes = 0;
  for (const Segment &segment : program.image)
    codeBytes += segment.bytes.size();
  const BuildStatistics &build = program.build;
  std::string cached;
  if (build.kernelsLoaded)
    cached = formatv(" ({0} cached)", build.kernelsLoaded).str();
  outs() << formatv(
      "{0}: {1} kernels{2}, {3} launches, {4} bytes of code for {5}, "
      "compiled in {6:F2} s\n",
      outputFile.empty() ? StringRef(program.name) : outputFile,
      program.kernels.size(), cached, program.launches.size(), codeBytes,
      program.machineName, build.seconds);
}

Error cli::compile() {
  std::string file = fileOption, outputFile = outputOption,
              jsonFile = jsonFileOption;
  Expected<CommonArguments> common = CommonArguments::parse();
  if (!common)
    return common.takeError();
  if (file.empty() || (outputFile.empty() && jsonFile.empty()))
    return usageError("expected an input and an output file: tilewright "
                      "compile FILE.mlir -o FILE (or --json FILE)");
  if (Program::isProgramFile(file))
    return usageError("'" + file + "' is compiled already");
  Expected<MachineConfig> machine = common->loadMachine();
  if (!machine)
    return machine.takeError();
  Expected<Program> program = compileInput(file, *machine, common->compile);
  if (!program)
    return program.takeError();
  if (!outputFile.empty())
    if (Error error = program->save(outputFile))
      return error;
  if (!jsonFile.empty())
    if (Error error = writeJson(jsonFile, *program))
      return error;
  if (jsonFile != "-")
    printSummary(outputFile, *program);
  return Error::success();
}
