//===- Options.h - Options that several commands share ----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the groups of `--help` and the options about machine and compiler. Each
// command lives in a file of its own, declares the rest of its options there
// and reports failure as llvm::Error only.
//
// Linking (lld, in process) resets all llvm::cl options to their defaults: a
// command copies what it was given before it does anything else.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TOOLS_TILEWRIGHT_OPTIONS_H
#define TILEWRIGHT_TOOLS_TILEWRIGHT_OPTIONS_H

#include "tilewright/Driver/Driver.h"
#include "llvm/Support/CommandLine.h"

namespace tilewright::cli {

extern llvm::cl::SubCommand runCommand, compileCommand, tuneCommand,
    machinesCommand, reportCommand, coverageCommand;

/// The groups of --help, by purpose.
extern llvm::cl::OptionCategory inputCategory, executionCategory,
    outputCategory, compilerCategory;

llvm::Error run();
llvm::Error compile();
llvm::Error tune();
llvm::Error machines();
llvm::Error report();
/// Becomes `python -m tilewright coverage`; returns only when that fails.
llvm::Error coverage(llvm::ArrayRef<char *> arguments, const char *argv0);

/// The shared options as given.
struct CommonArguments {
  std::optional<std::string> machine; ///< --machine
  CompileOptions compile;             ///< all options about the compiler

  static llvm::Expected<CommonArguments> parse();
  /// --machine, else $TILEWRIGHT_MACHINE, else tpuv3.
  llvm::Expected<MachineConfig> loadMachine() const;
  /// Why what decides about kernels cannot be given for `file`, a program, if
  /// it was.
  llvm::Error checkNotLate(llvm::StringRef file) const;
};

/// Compiles `path`. A cache that cannot be written is a warning on standard
/// error.
llvm::Expected<Program> compileInput(llvm::StringRef path,
                                     const MachineConfig &machine,
                                     const CompileOptions &options);

} // namespace tilewright::cli

#endif // TILEWRIGHT_TOOLS_TILEWRIGHT_OPTIONS_H
