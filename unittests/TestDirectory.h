//===- TestDirectory.h - A directory of a test of caches --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns a fresh directory for each test, removed behind it.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_UNITTESTS_TESTDIRECTORY_H
#define TILEWRIGHT_UNITTESTS_TESTDIRECTORY_H

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"
#include <string>
#include <vector>

namespace tilewright::test {

class InDirectory : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(
        llvm::sys::fs::createUniqueDirectory("tilewright-cache", path));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(path); }
  /// Paths of what is in the directory.
  std::vector<std::string> files() {
    std::error_code error;
    std::vector<std::string> found;
    for (llvm::sys::fs::directory_iterator i(path, error), end; i != end;
         i.increment(error))
      found.push_back(i->path());
    return found;
  }

  llvm::SmallString<128> path;
};

} // namespace tilewright::test

#endif // TILEWRIGHT_UNITTESTS_TESTDIRECTORY_H
