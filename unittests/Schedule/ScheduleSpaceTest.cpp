//===- ScheduleSpaceTest.cpp - Candidates and given keys of all kinds -----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/ScheduleSpace.h"
#include "tilewright/Schedule/AttentionSchedule.h"
#include "tilewright/Schedule/AxisSchedule.h"
#include "gtest/gtest.h"
#include <random>

using namespace tilewright;

namespace {

std::string refusal(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : "";
}

/// What holds for the space of any problem.
void checkSpace(const ScheduleSpace &space, llvm::StringRef what) {
  auto heuristic = space.heuristic();
  ASSERT_TRUE(bool(heuristic)) << what.str();
  EXPECT_EQ(refusal(space.check(*heuristic)), "") << what.str();
  auto again = Schedule::fromJson(heuristic->toJson());
  ASSERT_TRUE(bool(again)) << what.str();
  Schedule restored = *heuristic;
  EXPECT_EQ(refusal(restored.apply(heuristic->toJson())), "");
  EXPECT_EQ(restored, *heuristic) << what.str();

  std::vector<Candidate> candidates = candidatesOf(space, *heuristic, 50);
  ASSERT_FALSE(candidates.empty());
  EXPECT_EQ(candidates[0].schedule, *heuristic) << "the heuristic's is first";
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate &candidate = candidates[i];
    EXPECT_EQ(refusal(space.check(candidate.schedule)), "") << what.str();
    EXPECT_GT(candidate.cycles, 0) << what.str();
    if (i > 1)
      EXPECT_GE(candidate.cycles, candidates[i - 1].cycles) << what.str();
    for (size_t j = 0; j < i; ++j)
      EXPECT_NE(candidates[j].schedule, candidate.schedule) << what.str();
    // As a mapping gives it.
    auto given =
        completeSchedule(space, *heuristic, candidate.schedule.toJson());
    ASSERT_TRUE(bool(given)) << llvm::toString(given.takeError());
    EXPECT_EQ(*given, candidate.schedule) << what.str();
  }
}

class SpacesOn : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    auto loaded = loadMachine(GetParam());
    ASSERT_TRUE(bool(loaded)) << GetParam();
    machine = std::move(*loaded);
  }
  int64_t extent(int64_t most) {
    // As many small extents as large ones.
    double scale = std::uniform_real_distribution<double>(0, 1)(random);
    return std::max<int64_t>(1, int64_t(std::pow(double(most), scale)));
  }
  template <typename Problem>
  void check(const Problem &problem, llvm::StringRef what) {
    checkSpace(ProblemSpace<Problem>(problem, machine), what);
  }
  MachineConfig machine;
  std::mt19937 random{17};
};

TEST_P(SpacesOn, Elementwise) {
  for (int trial = 0; trial < 25; ++trial) {
    ElementwiseProblem problem;
    const unsigned rank = 1 + trial % 4;
    for (unsigned d = 0; d < rank; ++d)
      problem.extents.push_back(extent(3000 >> d));
    llvm::SmallVector<int64_t> whole(rank, 1), column(rank, 0);
    for (unsigned d = rank - 1; d > 0; --d)
      whole[d - 1] = whole[d] * problem.extents[d];
    column[0] = 1;
    problem.operands = {{whole, 4}, {column, 2}, {whole, 1}};
    check(problem, "elementwise");
  }
}

TEST_P(SpacesOn, Attention) {
  for (int trial = 0; trial < 15; ++trial) {
    AttentionProblem problem;
    problem.rows = extent(2000);
    problem.keys = extent(2000);
    problem.depth = problem.width = extent(128);
    problem.outer = extent(8);
    problem.query.moved = problem.key.moved = problem.value.moved = 4;
    problem.scores.computed = problem.result.computed = 4;
    problem.result.moved = 4;
    if (trial % 2)
      problem.diagonal = 0;
    check(problem, "attention");
  }
}

TEST_P(SpacesOn, ScansAndSorts) {
  for (int trial = 0; trial < 25; ++trial) {
    ScanProblem scan;
    scan.extents = {extent(3000), extent(3000), extent(300)};
    scan.elementBytes = 1u << trial % 4;
    scan.accumulatorBytes = std::max(scan.elementBytes, 4u);
    check(scan, "scan");
    SortProblem sort;
    sort.extents = {extent(3000), extent(512), extent(300)};
    sort.length = 512;
    sort.bytesOnce = 16;
    sort.bytesTwice = 24;
    check(sort, "sort");
  }
}
INSTANTIATE_TEST_SUITE_P(Machines, SpacesOn,
                         testing::Values("tpuv3", "small32", "small8"));

class GivenKeys : public testing::Test {
protected:
  void SetUp() override {
    machine = llvm::cantFail(loadMachine("small8"));
    problem.extents = {40, 64};
    problem.operands = {{{64, 1}, 4}, {{64, 1}, 4}};
  }
  llvm::Expected<Schedule> complete(llvm::StringRef given) {
    ProblemSpace<ElementwiseProblem> space(problem, machine);
    return completeSchedule(space, llvm::cantFail(space.heuristic()),
                            llvm::cantFail(llvm::json::parse(given)));
  }
  std::string refused(llvm::StringRef given) {
    auto schedule = complete(given);
    return schedule ? "accepted" : llvm::toString(schedule.takeError());
  }
  MachineConfig machine;
  ElementwiseProblem problem;
};

TEST_F(GivenKeys, WhatDecidesTheStructureRestrictsTheSearch) {
  for (unsigned lane : {0u, 1u}) {
    auto schedule = complete("{\"lane_dim\": " + std::to_string(lane) + "}");
    ASSERT_TRUE(bool(schedule)) << llvm::toString(schedule.takeError());
    EXPECT_EQ(schedule->laneDim, lane) << "with tiles that fit that";
  }
  auto tiled =
      complete(R"({"lane_dim": 0, "lane_stride": 1, "tile": [16, 8]})");
  ASSERT_TRUE(bool(tiled)) << llvm::toString(tiled.takeError());
  EXPECT_EQ(tiled->tile, (llvm::SmallVector<int64_t>{16, 8}));
}

TEST_F(GivenKeys, RefusalsNameTheKeyAndWhatIsPossible) {
  EXPECT_EQ(refused(R"({"lane_dim": 7})"),
            "schedule refused: lane_dim: 7 is not possible for this kernel "
            "(possible: 0, 1)");
  EXPECT_EQ(refused(R"({"loop_order": [0, 0]})"),
            "schedule refused: loop_order: is not a permutation of the 2 "
            "dimensions");
  EXPECT_EQ(refused(R"({"lane_dim": 0, "lane_stride": 1, "tile": [12, 8]})"),
            "schedule refused: tile: extent of the lane dimension 12 is not a "
            "multiple of 8 (lane_stride times lanes)");
  std::string large =
      refused(R"({"lane_dim": 0, "lane_stride": 1, "tile": [8, 60000]})");
  EXPECT_NE(large.find("tile: its tiles need 960,000 bytes per lane, machine "
                       "'small8' has 28,672"),
            std::string::npos)
      << large;
}

} // namespace
