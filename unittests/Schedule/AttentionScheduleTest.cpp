//===- AttentionScheduleTest.cpp - Tiles of attention kernels -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/AttentionSchedule.h"
#include "gtest/gtest.h"
#include <random>

using namespace tilewright;

namespace {

class AttentionOn : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    auto loaded = loadMachine(GetParam());
    ASSERT_TRUE(bool(loaded)) << GetParam();
    machine = std::move(*loaded);
  }
  MachineConfig machine;
};

AttentionProblem heads(int64_t rows, int64_t keys, int64_t size,
                       int64_t outer = 8) {
  AttentionProblem problem;
  problem.rows = rows;
  problem.keys = keys;
  problem.depth = problem.width = size;
  problem.outer = outer;
  problem.query.moved = problem.key.moved = problem.value.moved = 4;
  problem.scores.computed = problem.result.computed = 4;
  problem.result.moved = 4;
  return problem;
}

TEST_P(AttentionOn, RowsAndKeysAreMultiplesOfLanesAndFit) {
  const unsigned seed = 5;
  std::mt19937 random(seed);
  auto extent = [&](int magnitudes) {
    int magnitude = std::uniform_int_distribution<int>(0, magnitudes)(random);
    return std::uniform_int_distribution<int64_t>(1, int64_t(1)
                                                         << magnitude)(random);
  };
  for (int trial = 0; trial < 60; ++trial) {
    AttentionProblem p = heads(extent(12), extent(13), extent(8), extent(4));
    auto schedule = heuristicSchedule(p, machine);
    ASSERT_TRUE(bool(schedule)) << "seed " << seed;
    const int64_t lanes = machine.lanes, rows = schedule->tile[0],
                  keys = schedule->tile[1], depth = schedule->tile[2],
                  width = schedule->tile[3];
    for (int64_t tile : {rows, keys, depth})
      EXPECT_EQ(tile % lanes, 0);
    EXPECT_EQ(width % machine.vectorElements(4), 0);
    EXPECT_LE(rows, 65535);
    EXPECT_LE(keys, 65535);
    // Once each: the least that must be there at a time.
    const int64_t bytes = 4 * (rows / lanes * (depth + keys + 2 * width) +
                               depth / lanes * keys + keys / lanes * width);
    EXPECT_LE(bytes + int64_t(kernelStackBytes(machine)),
              int64_t(machine.spadBytesPerLane))
        << p.rows << "x" << p.keys << "x" << p.depth;
  }
}
INSTANTIATE_TEST_SUITE_P(Machines, AttentionOn,
                         testing::Values("tpuv3", "small32", "small8"));

TEST(AttentionSchedule, AHeadThatFitsIsOneTile) {
  auto machine = loadMachine("tpuv3");
  ASSERT_TRUE(bool(machine));
  auto schedule = heuristicSchedule(heads(512, 512, 64), *machine);
  ASSERT_TRUE(bool(schedule));
  EXPECT_EQ(schedule->tile[1], 512) << "nothing has to be rescaled";
}

TEST(AttentionSchedule, ANarrowHeadSaysWhatDoesNotFit) {
  auto machine = loadMachine("small8");
  ASSERT_TRUE(bool(machine));
  auto schedule = heuristicSchedule(heads(8, 8, 1 << 20), *machine);
  ASSERT_FALSE(bool(schedule));
  EXPECT_NE(llvm::toString(schedule.takeError()).find("1048576"),
            std::string::npos);
}

} // namespace
