//===- ReportCommand.cpp - tilewright report ------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What can be said about a program without running it: the layouts of its
// tensors in the scratchpad, and their padding.
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "tilewright/Report/Layouts.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace tilewright;
using namespace tilewright::cli;

static cl::opt<std::string> fileOption(cl::Positional, cl::desc("FILE"),
                                       cl::cat(inputCategory),
                                       cl::sub(reportCommand));
static cl::opt<bool> asJson("json", cl::desc("Print the layouts as JSON"),
                            cl::cat(outputCategory), cl::sub(reportCommand));

static Expected<Program> obtain(const std::string &file,
                                const CommonArguments &common) {
  if (Program::isProgramFile(file)) {
    if (common.machine)
      return usageError("'" + file +
                        "' is compiled already; leave --machine out");
    if (Error error = common.checkNotLate(file))
      return std::move(error);
    return Program::load(file);
  }
  Expected<MachineConfig> machine = common.loadMachine();
  if (!machine)
    return machine.takeError();
  return compileInput(file, *machine, common.compile);
}

Error cli::report() {
  std::string file = fileOption;
  bool json = asJson;
  if (file.empty())
    return usageError("no input file: tilewright report FILE, where FILE is a "
                      "linalg-on-tensors module or a compiled program");
  Expected<CommonArguments> common = CommonArguments::parse();
  if (!common)
    return common.takeError();
  Expected<Program> program = obtain(file, *common);
  if (!program)
    return program.takeError();
  auto layouts = collectLayouts(*program);
  if (!layouts)
    return layouts.takeError();
  if (json)
    outs() << formatv("{0:2}\n", layoutsToJson(*layouts));
  else
    printLayouts(*layouts, outs());
  return Error::success();
}
