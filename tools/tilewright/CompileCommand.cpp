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

Error cli::compile() {
  std::string file = fileOption, outputFile = outputOption;
  Expected<CommonArguments> common = CommonArguments::parse();
  if (!common)
    return common.takeError();
  if (file.empty() || outputFile.empty())
    return usageError("expected an input and an output file: tilewright "
                      "compile FILE.mlir -o FILE");
  if (Program::isProgramFile(file))
    return usageError("'" + file + "' is compiled already");
  Expected<MachineConfig> machine = common->loadMachine();
  if (!machine)
    return machine.takeError();
  double seconds = 0;
  Expected<Program> program =
      compileInput(file, *machine, common->compile, seconds);
  if (!program)
    return program.takeError();
  if (Error error = program->save(outputFile))
    return error;
  uint64_t codeBytes = 0;
  for (const Segment &segment : program->image)
    codeBytes += segment.bytes.size();
  outs() << formatv(
      "{0}: {1} kernels, {2} launches, {3} bytes of code for {4}, "
      "compiled in {5:F2} s\n",
      outputFile, program->kernels.size(), program->launches.size(), codeBytes,
      machine->name, seconds);
  return Error::success();
}
