//===- CoverageCommand.cpp - tilewright coverage --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Coverage looks at PyTorch models, so the Python package does it
// (python -m tilewright coverage): this process becomes that one. The
// interpreter is $TILEWRIGHT_PYTHON, else the one of the build; the package is
// the one beside this binary, else an installed one.
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

using namespace llvm;
using namespace tilewright;

/// Puts `<build>/python` of a binary in `<build>/bin` in front of PYTHONPATH.
static void preferOwnPackage(const char *argv0) {
  static int anchor;
  SmallString<256> path(sys::fs::getMainExecutable(argv0, &anchor));
  path = sys::path::parent_path(sys::path::parent_path(path));
  sys::path::append(path, "python");
  if (!sys::fs::exists(Twine(path) + "/tilewright/__main__.py"))
    return;
  if (auto others = sys::Process::GetEnv("PYTHONPATH");
      others && !others->empty())
    path += ":" + *others;
  setenv("PYTHONPATH", path.c_str(), /*overwrite=*/1);
}

Error cli::coverage(ArrayRef<char *> arguments, const char *argv0) {
  preferOwnPackage(argv0);
  std::string python = sys::Process::GetEnv("TILEWRIGHT_PYTHON")
                           .value_or(TILEWRIGHT_PYTHON_EXECUTABLE);
  std::vector<char *> command{python.data(), const_cast<char *>("-m"),
                              const_cast<char *>("tilewright"),
                              const_cast<char *>("coverage")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.push_back(nullptr);
  execvp(python.c_str(), command.data());
  return usageError("cannot run '" + python + "': " + std::strerror(errno) +
                    "; set TILEWRIGHT_PYTHON to a Python that has PyTorch and "
                    "torch-mlir");
}
