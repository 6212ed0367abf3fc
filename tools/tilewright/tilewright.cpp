//===- tilewright.cpp - The command line of Tilewright --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the process: choice of the command, the form of errors, exit codes. The
// exit code is the kind of the failure (Support/Error.h); whatever ends the
// process otherwise (a crash, a fatal error inside LLVM) is a defect and exits
// with 70.
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdio>
#include <unistd.h>

using namespace llvm;
using namespace tilewright;
using namespace tilewright::cli;

static constexpr char kOverview[] =
    "Tilewright compiles deep-learning models to TPU-like NPUs and simulates "
    "them:\nwhat they compute, and how many cycles it takes.\n";

static cl::extrahelp
    exitCodes("\nExit codes:\n"
              "  0   success\n"
              "  1   verification: results differ from the reference\n"
              "  2   command line, file, machine or input tensor is wrong\n"
              "  3   the module is valid but cannot be compiled\n"
              "  4   the simulator found undefined behaviour in the program\n"
              "  70  a defect of Tilewright\n");

static int report(FailureKind kind, StringRef message) {
  outs().flush();
  errs() << "tilewright: "
         << (kind == FailureKind::Internal ? "internal error: " : "error: ")
         << message.rtrim() << "\n";
  return int(kind);
}

/// Runs inside a signal handler: only write() and _exit().
static void onCrash(void *) {
  static constexpr char message[] =
      "tilewright: internal error: crashed (this is a defect of Tilewright)\n";
  (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
  _exit(int(FailureKind::Internal));
}

static void onFatalError(void *, const char *reason, bool) {
  (void)report(FailureKind::Internal, reason);
  _exit(int(FailureKind::Internal));
}

static void installHandlers(const char *program) {
  sys::PrintStackTraceOnErrorSignal(program);
  sys::AddSignalHandler(onCrash, nullptr);
  install_fatal_error_handler(onFatalError);
  install_bad_alloc_error_handler(onFatalError);
}

namespace {
struct Command {
  cl::SubCommand &command;
  Error (*body)();
};
} // namespace

static const Command kCommands[] = {{runCommand, run},
                                    {compileCommand, compile},
                                    {tuneCommand, tune},
                                    {machinesCommand, machines},
                                    {reportCommand, cli::report}};

/// LLVM registers hundreds of options; only ours are shown.
static void hideForeignOptions() {
  const cl::OptionCategory *ours[] = {&inputCategory, &executionCategory,
                                      &outputCategory, &compilerCategory};
  cl::HideUnrelatedOptions(ours, cl::SubCommand::getTopLevel());
  for (const Command &command : kCommands)
    cl::HideUnrelatedOptions(ours, command.command);
}

namespace {
/// Collects what is written to standard error: llvm::cl gives some complaints
/// to its caller and prints others.
class StderrCapture {
public:
  StderrCapture() : file(std::tmpfile()), saved(dup(STDERR_FILENO)) {
    if (file && saved >= 0)
      dup2(fileno(file), STDERR_FILENO);
  }
  /// Ends the capture and returns what came.
  std::string end() {
    std::string text;
    if (!file || saved < 0)
      return text;
    dup2(saved, STDERR_FILENO);
    close(saved);
    std::rewind(file);
    char buffer[1024];
    while (size_t count = std::fread(buffer, 1, sizeof(buffer), file))
      text.append(buffer, count);
    std::fclose(file);
    return text;
  }

private:
  std::FILE *file;
  int saved;
};
} // namespace

/// The parser's complaint in our form: one line, lower case, no prefixes.
static std::string cleaned(StringRef complaint) {
  SmallVector<StringRef> lines;
  complaint.split(lines, '\n', -1, /*KeepEmpty=*/false);
  std::string text;
  for (StringRef line : lines) {
    line.consume_front("tilewright: ");
    line = line.split("  Try: ").first.rtrim(".! ");
    std::string sentence = line.str();
    if (!sentence.empty())
      sentence[0] = toLower(sentence[0]);
    text += (text.empty() ? "" : "; ") + sentence;
  }
  return text.empty() ? "malformed command line" : text;
}

int main(int argc, char **argv) {
  installHandlers(argv[0]);
  // Python reads this command's options.
  if (argc > 1 && StringRef(argv[1]) == "coverage") {
    std::string message;
    FailureKind kind =
        describeError(coverage(ArrayRef(argv + 2, argc - 2), argv[0]), message);
    return report(kind, message);
  }
  cl::SetVersionPrinter(
      [](raw_ostream &os) { os << "tilewright " TILEWRIGHT_VERSION "\n"; });
  hideForeignOptions();
  SmallVector<const char *> arguments(argv, argv + argc);
  arguments[0] = "tilewright"; // not the path, in messages
  StderrCapture capture;
  std::string complaint;
  raw_string_ostream complaints(complaint);
  bool parsed = cl::ParseCommandLineOptions(arguments.size(), arguments.data(),
                                            kOverview, &complaints);
  complaint += capture.end();
  if (!parsed)
    return report(FailureKind::Usage, cleaned(complaint));

  for (const Command &command : kCommands) {
    if (!command.command)
      continue;
    Error error = command.body();
    if (!error)
      return 0;
    std::string message;
    FailureKind kind = describeError(std::move(error), message);
    return report(kind, message);
  }
  return report(FailureKind::Usage, "no command given (run, compile, tune, "
                                    "machines, report, coverage); try "
                                    "'tilewright --help'");
}
