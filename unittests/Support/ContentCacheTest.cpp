//===- ContentCacheTest.cpp - Entries survive, damage does not ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/ContentCache.h"
#include "../TestDirectory.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <thread>

using namespace tilewright;
using ::testing::HasSubstr;

namespace {
class OnDisk : public test::InDirectory {
protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(InDirectory::SetUp());
    cache = llvm::cantFail(ContentCache::open(path));
  }

  std::unique_ptr<ContentCache> cache;
};
} // namespace

TEST(ContentCacheName, PartsAreKeptApart) {
  EXPECT_EQ(ContentCache::nameOf({"a", "b"}), ContentCache::nameOf({"a", "b"}));
  EXPECT_NE(ContentCache::nameOf({"ab", ""}), ContentCache::nameOf({"a", "b"}));
  EXPECT_NE(ContentCache::nameOf({"a", "b"}), ContentCache::nameOf({"b", "a"}));
}

TEST(ContentCacheEntry, EveryDamageIsNoticed) {
  const std::string bytes = sealEntry("some content");
  ASSERT_TRUE(openEntry(bytes));
  EXPECT_EQ(*openEntry(bytes), "some content");
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(openEntry(llvm::StringRef(bytes).take_front(length)))
        << "cut to " << length;
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] ^= 0x10;
    EXPECT_FALSE(openEntry(damaged)) << "byte " << at;
  }
  EXPECT_FALSE(openEntry(bytes + "x"));
}

TEST(ContentCacheEntry, HeaderAndBodyComeBack) {
  const std::string content = joinContent("head", "the rest");
  auto parts = splitContent(content);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->first, "head");
  EXPECT_EQ(parts->second, "the rest");
  EXPECT_FALSE(splitContent("short"));
  EXPECT_FALSE(splitContent(llvm::StringRef(content).take_front(10)))
      << "a header longer than the content";
}

TEST_F(OnDisk, StoredEntriesAreFound) {
  EXPECT_FALSE(cache->load("abc"));
  cache->store("abc", llvm::StringRef("with\0zero", 9));
  EXPECT_EQ(cache->problem(), "");
  EXPECT_EQ(cache->load("abc"), std::string("with\0zero", 9));
  EXPECT_EQ(cache->damaged(), 0u);
}

TEST_F(OnDisk, DamagedEntriesAreMissingAndReplaced) {
  cache->store("abc", "content");
  {
    std::error_code error;
    llvm::raw_fd_ostream os(files().at(0), error, llvm::sys::fs::OF_Append);
    os << "x";
  }
  EXPECT_FALSE(cache->load("abc"));
  EXPECT_EQ(cache->damaged(), 1u);
  cache->store("abc", "content");
  EXPECT_EQ(cache->load("abc"), "content");
  EXPECT_EQ(files().size(), 1u);
}

TEST_F(OnDisk, WritersAtOnceLeaveAWholeEntry) {
  auto second = llvm::cantFail(ContentCache::open(path));
  const std::string content(100000, 'c');
  std::vector<std::thread> threads;
  for (ContentCache *each : {cache.get(), second.get()})
    threads.emplace_back([&content, each] {
      for (int i = 0; i < 50; ++i) {
        each->store("abc", content);
        EXPECT_EQ(each->load("abc"), content);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(cache->damaged() + second->damaged(), 0u);
  EXPECT_EQ(files().size(), 1u);
}

TEST_F(OnDisk, WhatCannotBeWrittenIsAProblemNotAnError) {
  llvm::sys::fs::remove_directories(path);
  cache->store("abc", "content");
  EXPECT_THAT(cache->problem(), HasSubstr("cannot write"));
  EXPECT_FALSE(cache->load("abc"));
}

TEST_F(OnDisk, ADirectoryThatIsAFileIsAnError) {
  cache->store("abc", "content");
  auto opened = ContentCache::open(files().at(0) + "/x");
  ASSERT_FALSE(bool(opened));
  std::string message;
  EXPECT_EQ(describeError(opened.takeError(), message), FailureKind::Usage);
  EXPECT_THAT(message, HasSubstr("cannot use cache directory"));
}
