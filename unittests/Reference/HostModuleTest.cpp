//===- HostModuleTest.cpp - Compiled references can be kept ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostModule.h"
#include "../TestDirectory.h"
#include "tilewright/Reference/Reference.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace tilewright;
using namespace tilewright::reference;
using ::testing::ElementsAre;

/// A contraction, two equal loops, and a constant that is passed by address.
static std::string moduleText(int first = 0) {
  std::string numbers;
  for (int i = 0; i < 64; ++i)
    numbers += (i ? ", " : "") + std::to_string(i + first) + ".0";
  return R"(
    #id = affine_map<(i) -> (i)>
    func.func @main(%a: tensor<1x2xf32>, %b: tensor<2x64xf32>) -> tensor<64xf32> {
      %c = arith.constant dense<[)" +
         numbers + R"(]> : tensor<64xf32>
      %z = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<1x64xf32>
      %f = linalg.fill ins(%z : f32) outs(%e : tensor<1x64xf32>) -> tensor<1x64xf32>
      %p = linalg.matmul ins(%a, %b : tensor<1x2xf32>, tensor<2x64xf32>)
                         outs(%f : tensor<1x64xf32>) -> tensor<1x64xf32>
      %s = tensor.collapse_shape %p [[0, 1]] : tensor<1x64xf32> into tensor<64xf32>
      %o = tensor.empty() : tensor<64xf32>
      %x = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
        ins(%s, %c : tensor<64xf32>, tensor<64xf32>) outs(%o : tensor<64xf32>) {
      ^bb0(%u: f32, %v: f32, %w: f32):
        %t = arith.addf %u, %v : f32
        linalg.yield %t : f32
      } -> tensor<64xf32>
      %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
        ins(%x, %c : tensor<64xf32>, tensor<64xf32>) outs(%o : tensor<64xf32>) {
      ^bb0(%u: f32, %v: f32, %w: f32):
        %t = arith.addf %u, %v : f32
        linalg.yield %t : f32
      } -> tensor<64xf32>
      return %y : tensor<64xf32>
    })";
}

namespace {
class CachedReference : public test::InDirectory {
protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(InDirectory::SetUp());
    cache = llvm::cantFail(ContentCache::open(path));
  }

  /// Compiles, or loads, and checks what the code computes.
  bool comesFromCache(llvm::StringRef text, int first = 0) {
    auto reference = Reference::create(text, cache.get());
    if (!reference) {
      ADD_FAILURE() << llvm::toString(reference.takeError());
      return false;
    }
    std::vector<float> a{2, 3}, b(128), out(64);
    for (int i = 0; i < 64; ++i)
      b[i] = float(i), b[64 + i] = 1;
    llvm::cantFail(
        (*reference)->call("main", {a.data(), b.data()}, {out.data()}));
    for (int i = 0; i < 64; ++i)
      EXPECT_EQ(out[i], float(2 * i + 3 + 2 * (i + first)));
    return (*reference)->isCached();
  }

  std::string onlyEntry() {
    std::error_code error;
    llvm::sys::fs::directory_iterator file(path, error);
    llvm::StringRef name = llvm::sys::path::filename(file->path());
    return name.drop_front(llvm::StringRef("llvmcache-").size()).str();
  }

  std::unique_ptr<ContentCache> cache;
};
} // namespace

TEST_F(CachedReference, TheSecondIsNotCompiled) {
  EXPECT_FALSE(comesFromCache(moduleText()));
  EXPECT_TRUE(comesFromCache(moduleText()));
  EXPECT_EQ(cache->damaged(), 0u);
}

TEST_F(CachedReference, LocationsAndLargeConstantsAreNotPartOfTheName) {
  EXPECT_FALSE(comesFromCache(moduleText()));
  EXPECT_TRUE(comesFromCache("// a comment\n\n" + moduleText()));
  EXPECT_TRUE(comesFromCache(moduleText(/*first=*/1), /*first=*/1));
}

TEST_F(CachedReference, WhatCannotBeLoadedIsCompiledAgain) {
  EXPECT_FALSE(comesFromCache(moduleText()));
  const std::string name = onlyEntry();
  for (llvm::StringRef content :
       {llvm::StringRef("no header"), llvm::StringRef("\2\0\0\0\0\0\0\0[]", 10),
        llvm::StringRef("\2\0\0\0\0\0\0\0{}object", 16)}) {
    cache->store(name, content);
    EXPECT_FALSE(comesFromCache(moduleText()));
    EXPECT_TRUE(comesFromCache(moduleText()));
  }
  EXPECT_EQ(cache->damaged(), 3u);
}

TEST_F(CachedReference, ContractionsComeBack) {
  HostModule module;
  module.object = "object";
  module.contractions = {
      {{{3, 1, 0, 2}, {4, 0, 5, 1}}, HostFloat::F32, HostFloat::BF16}};
  storeModule(*cache, "name", module);
  auto again = loadModule(*cache, "name");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->object, "object");
  ASSERT_EQ(again->contractions.size(), 1u);
  const ContractionShape &shape = again->contractions[0];
  EXPECT_EQ(shape.lhsType, HostFloat::F32);
  EXPECT_EQ(shape.rhsType, HostFloat::BF16);
  ASSERT_EQ(shape.loops.size(), 2u);
  const ContractionLoop &loop = shape.loops[1];
  EXPECT_THAT((std::vector{loop.extent, loop.lhs, loop.rhs, loop.out}),
              ElementsAre(4, 0, 5, 1));
}
