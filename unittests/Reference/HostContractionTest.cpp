//===- HostContractionTest.cpp - Blocked products equal plain loops -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostContraction.h"
#include "gtest/gtest.h"
#include <random>

using namespace tilewright::reference;

namespace {
/// Values small enough for all sums to be exact: equality is equality.
std::vector<float> values(size_t count, std::mt19937 &random) {
  std::vector<float> result(count);
  for (float &value : result)
    value = float(int(random() % 33) - 16) / 4;
  return result;
}

/// One more than the largest offset along the loops.
size_t extentOf(llvm::ArrayRef<ContractionLoop> loops,
                int64_t ContractionLoop::*stride) {
  int64_t last = 0;
  for (const ContractionLoop &loop : loops)
    last += (loop.extent - 1) * loop.*stride;
  return size_t(last) + 1;
}

void addPlainly(llvm::ArrayRef<ContractionLoop> loops, const float *lhs,
                const float *rhs, double *out) {
  if (loops.empty()) {
    *out += double(*lhs) * double(*rhs);
    return;
  }
  const ContractionLoop &loop = loops.front();
  for (int64_t i = 0; i < loop.extent; ++i)
    addPlainly(loops.drop_front(), lhs + i * loop.lhs, rhs + i * loop.rhs,
               out + i * loop.out);
}

void expectEqual(llvm::ArrayRef<ContractionLoop> loops, const char *what) {
  std::mt19937 random(7);
  std::vector<float> lhs =
                         values(extentOf(loops, &ContractionLoop::lhs), random),
                     rhs =
                         values(extentOf(loops, &ContractionLoop::rhs), random);
  std::vector<double> expected(extentOf(loops, &ContractionLoop::out), 0.5),
      actual = expected;
  addPlainly(loops, lhs.data(), rhs.data(), expected.data());
  HostContraction({loops.vec(), HostFloat::F32, HostFloat::F32})
      .run(lhs.data(), rhs.data(), actual.data());
  EXPECT_EQ(expected, actual) << what;
}
} // namespace

TEST(HostContraction, MatrixProductsOfAnySize) {
  for (int64_t m : {1, 3, 4, 65})
    for (int64_t n : {1, 7, 8, 513})
      for (int64_t k : {1, 2, 257})
        expectEqual({{m, k, 0, n}, {n, 0, 1, 1}, {k, 1, n, 0}}, "row major");
  expectEqual({{5, 1, 0, 1}, {9, 0, 11, 5}, {11, 5, 1, 0}}, "transposed");
}

TEST(HostContraction, BatchesAndBroadcasts) {
  expectEqual({{3, 20, 30, 24}, {4, 5, 0, 6}, {6, 0, 1, 1}, {5, 1, 6, 0}},
              "batch");
  expectEqual({{3, 0, 0, 24}, {4, 5, 0, 6}, {6, 0, 1, 1}, {5, 1, 6, 0}},
              "an output loop that neither input has");
}

TEST(HostContraction, Convolutions) {
  // Channels out, rows, columns, channels in, 3 x 3 window, stride 2 on 9 x 9.
  expectEqual({{6, 0, 36, 16},
               {4, 18, 0, 4},
               {4, 2, 0, 1},
               {4, 81, 9, 0},
               {3, 9, 3, 0},
               {3, 1, 1, 0}},
              "strided");
  expectEqual(
      {{6, 81, 9, 49}, {7, 9, 0, 7}, {7, 1, 0, 1}, {3, 9, 3, 0}, {3, 1, 1, 0}},
      "depthwise");
}

TEST(HostContraction, NarrowFloatsAreReadExactly) {
  const uint16_t half[] = {0x3C00, 0xC100, 0x0001},
                 brain[] = {0x3F80, 0xC020, 0x0001};
  double sum = 0;
  HostContraction({{{3, 1, 1, 0}}, HostFloat::F16, HostFloat::BF16})
      .run(half, brain, &sum);
  double tiny = 0x1p-24 * 0x1p-133;
  EXPECT_EQ(sum, 1.0 + (-2.5) * (-2.5) + tiny);
}
