//===- MachineDirectories.cpp - Where machine files are found -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A preset is a file <name>.yaml or <name>.yml in one of the machine
// directories; the first directory that has it wins. An argument with a slash
// or a YAML extension is a path and is never looked up.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Support/Suggest.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include <mutex>
#include <set>

using namespace llvm;
using namespace tilewright;

static constexpr const char *kExtensions[] = {".yaml", ".yml"};

namespace {
struct AddedDirectories {
  std::mutex mutex;
  std::vector<std::string> paths;
};
} // namespace

static AddedDirectories &addedDirectories() {
  static AddedDirectories directories;
  return directories;
}

void tilewright::addMachineDirectory(StringRef path) {
  AddedDirectories &added = addedDirectories();
  std::lock_guard<std::mutex> lock(added.mutex);
  if (!is_contained(added.paths, path))
    added.paths.push_back(path.str());
}

std::vector<std::string> tilewright::machineDirectories() {
  std::vector<std::string> directories;
  if (auto list = sys::Process::GetEnv("TILEWRIGHT_MACHINES")) {
    SmallVector<StringRef> parts;
    StringRef(*list).split(parts, ':', -1, /*KeepEmpty=*/false);
    for (StringRef part : parts)
      directories.push_back(part.str());
  }
  {
    AddedDirectories &added = addedDirectories();
    std::lock_guard<std::mutex> lock(added.mutex);
    append_range(directories, added.paths);
  }
  directories.push_back(TILEWRIGHT_SOURCE_MACHINES);
  static int anchor;
  std::string executable = sys::fs::getMainExecutable(nullptr, &anchor);
  if (!executable.empty()) {
    SmallString<256> installed(sys::path::parent_path(executable));
    sys::path::append(installed, "..", "share", "tilewright", "machines");
    sys::path::remove_dots(installed, /*remove_dot_dot=*/true);
    directories.push_back(installed.str().str());
  }
  return directories;
}

std::vector<std::string> tilewright::availableMachines() {
  std::set<std::string> names;
  for (const std::string &directory : machineDirectories()) {
    std::error_code ec;
    for (sys::fs::directory_iterator it(directory, ec), end; it != end && !ec;
         it.increment(ec))
      if (is_contained(kExtensions, sys::path::extension(it->path())))
        names.insert(sys::path::stem(it->path()).str());
  }
  return {names.begin(), names.end()};
}

/// The file of a preset, or an empty string.
static std::string findPreset(StringRef name) {
  for (const std::string &directory : machineDirectories())
    for (const char *extension : kExtensions) {
      SmallString<256> path(directory);
      sys::path::append(path, name + extension);
      if (sys::fs::is_regular_file(path))
        return path.str().str();
    }
  return {};
}

static Error unknownPreset(StringRef name) {
  std::vector<std::string> names = availableMachines();
  if (names.empty())
    return usageError("no machine '" + Twine(name) + "': no machine files in " +
                      join(machineDirectories(), ", "));
  return usageError(
      "no machine '" + Twine(name) + "'" + didYouMean(name, names) +
      " (machines: " + join(names, ", ") +
      "; a path to a machine file contains '/' or ends in .yaml)");
}

Expected<MachineConfig> tilewright::loadMachine(StringRef nameOrPath) {
  if (nameOrPath.empty())
    return usageError("the machine name is empty (machines: " +
                      join(availableMachines(), ", ") + ")");
  std::string path = nameOrPath.str();
  bool isPath = nameOrPath.contains('/') ||
                is_contained(kExtensions, sys::path::extension(nameOrPath));
  if (!isPath) {
    path = findPreset(nameOrPath);
    if (path.empty())
      return unknownPreset(nameOrPath);
  }
  if (sys::fs::is_directory(path))
    return usageError("machine file '" + Twine(path) + "' is a directory");
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/true,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return usageError("cannot read machine file '" + Twine(path) +
                      "': " + buffer.getError().message());
  return parseMachine((*buffer)->getBuffer(), path);
}
