//===- KernelCacheTest.cpp - Entries survive, damage does not -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelCache.h"
#include "../TestDirectory.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <thread>

using namespace tilewright;

namespace {
CompiledKernel someKernel() {
  CompiledKernel kernel;
  kernel.symbol = "kernel_0123456789abcdef";
  kernel.object = std::string("\x7f"
                              "ELF\0\1\2\3",
                              8);
  kernel.macs = 123456789;
  kernel.spadBytesPerLane = 4096;
  kernel.schedule = R"({"kind":"rows"})";
  tog::Node wait;
  wait.kind = tog::Node::Kind::Wait;
  wait.tag = tog::Expr::constant(3);
  kernel.graph.body.push_back(wait);
  return kernel;
}

void expectEqual(const CompiledKernel &a, const CompiledKernel &b) {
  EXPECT_EQ(a.symbol, b.symbol);
  EXPECT_EQ(a.object, b.object);
  EXPECT_EQ(a.macs, b.macs);
  EXPECT_EQ(a.spadBytesPerLane, b.spadBytesPerLane);
  EXPECT_EQ(a.schedule, b.schedule);
  EXPECT_EQ(a.graph.str(), b.graph.str());
}

class OnDisk : public test::InDirectory {
protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(InDirectory::SetUp());
    auto loaded = loadMachine("small8");
    ASSERT_TRUE(bool(loaded));
    machine = *loaded;
    cache = open(machine);
  }
  std::unique_ptr<KernelCache> open(const MachineConfig &config) {
    return llvm::cantFail(KernelCache::open(path, config));
  }
  std::string onlyFile() {
    std::vector<std::string> found = files();
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? "" : found[0];
  }

  MachineConfig machine;
  std::unique_ptr<KernelCache> cache;
};
} // namespace

TEST(KernelCacheEntry, RoundTrip) {
  auto again = decodeKernel(encodeKernel(someKernel()));
  ASSERT_TRUE(again);
  expectEqual(*again, someKernel());
}

TEST(KernelCacheEntry, EveryDamageIsNoticed) {
  const std::string bytes = encodeKernel(someKernel());
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(decodeKernel(llvm::StringRef(bytes).take_front(length)))
        << "cut to " << length;
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] ^= 0x10;
    EXPECT_FALSE(decodeKernel(damaged)) << "byte " << at;
  }
  EXPECT_FALSE(decodeKernel(bytes + "x"));
}

TEST_F(OnDisk, StoredEntriesAreFound) {
  EXPECT_FALSE(cache->load("abc"));
  cache->store("abc", someKernel());
  EXPECT_EQ(cache->problem(), "");
  auto kernel = cache->load("abc");
  ASSERT_TRUE(kernel);
  expectEqual(*kernel, someKernel());
  EXPECT_EQ(cache->damaged(), 0u);
}

TEST_F(OnDisk, DamagedEntriesAreReplaced) {
  cache->store("abc", someKernel());
  std::string file = onlyFile();
  {
    std::error_code error;
    llvm::raw_fd_ostream os(file, error);
    os << "TILEKRN1 and then something else that is long enough";
  }
  EXPECT_FALSE(cache->load("abc"));
  EXPECT_EQ(cache->damaged(), 1u);
  cache->store("abc", someKernel());
  EXPECT_TRUE(cache->load("abc"));
}

TEST_F(OnDisk, ThePartsOfANameAreKeptApart) {
  KernelSource source{"kernel_0_a", "text", "identity", ""};
  const std::string name = cache->nameOf(source);
  KernelSource renamed = source;
  renamed.name = "kernel_9_b";
  renamed.text = "the same elsewhere";
  EXPECT_EQ(cache->nameOf(renamed), name) << "names and places do not matter";
  EXPECT_NE(cache->nameOf(source.with("{}")), name);
  KernelSource shifted = source;
  shifted.identity = "identit";
  shifted.schedule = "y";
  EXPECT_NE(cache->nameOf(shifted), name);
  MachineConfig other = machine;
  other.yaml += "\n# another";
  EXPECT_NE(open(other)->nameOf(source), name);
}

TEST_F(OnDisk, WritersAtOnceLeaveAWholeEntry) {
  auto second = open(machine);
  std::vector<std::thread> threads;
  for (KernelCache *each : {cache.get(), second.get()})
    threads.emplace_back([each] {
      for (int i = 0; i < 50; ++i) {
        each->store("abc", someKernel());
        auto kernel = each->load("abc");
        EXPECT_TRUE(kernel);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(cache->damaged() + second->damaged(), 0u);
  onlyFile();
}

TEST_F(OnDisk, AFileInTheWayIsAnError) {
  std::string file = std::string(path) + "/file";
  std::error_code error;
  llvm::raw_fd_ostream(file, error) << "x";
  auto opened = KernelCache::open(file + "/cache", machine);
  ASSERT_FALSE(bool(opened));
  std::string message = llvm::toString(opened.takeError());
  EXPECT_NE(message.find("cannot use cache directory"), std::string::npos)
      << message;
}
