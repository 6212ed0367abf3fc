//===- ScheduleTests.cpp - Properties every chosen schedule has -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/ArrayStream.h"
#include "tilewright/Schedule/Schedule.h"
#include "gtest/gtest.h"
#include <random>

using namespace tilewright;

static MachineConfig machineNamed(const char *name) {
  auto machine = loadMachine(name);
  EXPECT_TRUE(bool(machine)) << name;
  return std::move(*machine);
}

/// What an error says, if it is one.
static std::optional<std::string> refusal(llvm::Error error) {
  if (!error)
    return std::nullopt;
  return llvm::toString(std::move(error));
}

class OnMachine : public testing::TestWithParam<const char *> {
protected:
  MachineConfig machine = machineNamed(GetParam());
};

static uint64_t contractionBytes(const ContractionProblem &p, const Schedule &s,
                                 unsigned lanes) {
  auto copies = [&](int64_t trips) { return trips > 1 ? 2u : 1u; };
  auto trips = [](int64_t extent, int64_t tile) {
    return (extent + tile - 1) / tile;
  };
  int64_t m = s.tile[0], n = s.tile[1], k = s.tile[2];
  int64_t tm = trips(p.m, m), tn = trips(p.n, n), tk = trips(p.k, k);
  return m * (k / lanes) * 4 * copies(tm * tk) +
         k * (n / lanes) * 4 * copies(tn * tk) +
         m * (n / lanes) * 4 * copies(tm * tn);
}

TEST_P(OnMachine, ContractionTilesAreAlignedAndFit) {
  const unsigned seed = 11;
  std::mt19937 random(seed);
  auto extent = [&] {
    int magnitude = std::uniform_int_distribution<int>(0, 12)(random);
    return std::uniform_int_distribution<int64_t>(1, int64_t(1)
                                                         << magnitude)(random);
  };
  for (int trial = 0; trial < 60; ++trial) {
    ContractionProblem problem;
    problem.m = extent();
    problem.n = extent();
    problem.k = extent();
    auto schedule = scheduleContraction(problem, machine);
    ASSERT_TRUE(bool(schedule)) << "seed " << seed;
    EXPECT_FALSE(refusal(checkSchedule(*schedule, problem, machine)));
    EXPECT_EQ(schedule->tile[0] % machine.vectorElements(4), 0);
    EXPECT_EQ(schedule->tile[1] % machine.lanes, 0);
    EXPECT_EQ(schedule->tile[2] % machine.lanes, 0);
    EXPECT_LE(contractionBytes(problem, *schedule, machine.lanes) +
                  kernelStackBytes(machine),
              machine.spadBytesPerLane)
        << problem.m << "x" << problem.n << "x" << problem.k;
    for (int64_t tile : schedule->tile)
      EXPECT_LE(tile, 65535);
  }
}

TEST_P(OnMachine, ElementwiseTilesAreAlignedAndUseTheLanes) {
  for (auto [rows, columns] : {std::pair<int64_t, int64_t>{1, 1},
                               {47, 10},
                               {4071, 429},
                               {3, 100000},
                               {100000, 3}}) {
    ElementwiseProblem problem;
    problem.extents = {rows, columns};
    problem.operands.push_back({{columns, 1}, 4});
    problem.operands.push_back({{0, 1}, 4}); // a row vector, broadcast
    problem.operands.push_back({{columns, 1}, 4});
    auto schedule = heuristicSchedule(problem, machine);
    ASSERT_TRUE(bool(schedule));
    EXPECT_FALSE(refusal(checkSchedule(*schedule, problem, machine)));
    EXPECT_EQ(schedule->tile.back() % machine.vectorElements(4), 0);
    for (int64_t tile : schedule->tile)
      EXPECT_LE(tile, 65535);
    // With more rows than lanes, all lanes work.
    if (rows >= int64_t(machine.lanes))
      EXPECT_GE(schedule->tile[schedule->laneDim], int64_t(machine.lanes));
  }
}

TEST_P(OnMachine, ASmallWholeProblemIsOneTile) {
  ContractionProblem problem{8, 8, 8};
  auto schedule = scheduleContraction(problem, machine);
  ASSERT_TRUE(bool(schedule));
  EXPECT_EQ(schedule->tile[1], std::max<int64_t>(machine.lanes, 8));
  EXPECT_EQ(schedule->tile[2], std::max<int64_t>(machine.lanes, 8));
}

INSTANTIATE_TEST_SUITE_P(Presets, OnMachine,
                         testing::Values("tpuv3", "small32", "small8"));

TEST(Schedule, JsonRoundTrip) {
  for (llvm::StringRef kind : scheduleKinds()) {
    Schedule schedule;
    schedule.kind = kind.str();
    schedule.tile = {512, 256, 128};
    auto again = Schedule::fromJson(schedule.toJson());
    ASSERT_TRUE(bool(again)) << kind.str();
    EXPECT_EQ(*again, schedule) << kind.str();
  }
  Schedule product;
  product.kind = "convolution";
  product.tile = {512, 256, 128};
  product.loopOrder = {1, 0, 2};
  product.lagChunks = 33;
  product.streams = "rhs";
  product.tapAxes = 2;
  product.images = "inside";
  product.imageGroup = 16;
  product.firstSubtiles = {1, 4};
  product.lastSubtiles = {2, 2};
  auto again = Schedule::fromJson(product.toJson());
  ASSERT_TRUE(bool(again));
  EXPECT_EQ(*again, product);
}

TEST(Schedule, KeysAreOverriddenOneByOne) {
  Schedule schedule;
  schedule.kind = "contraction";
  schedule.tile = {512, 256, 128};
  schedule.lagChunks = 33;
  Schedule expected = schedule;
  expected.tile = {8, 128, 128};
  EXPECT_FALSE(refusal(schedule.apply(
      llvm::json::Object{{"tile", llvm::json::Array{8, 128, 128}}})));
  EXPECT_EQ(schedule, expected);
}

TEST_P(OnMachine, SubtilesAreOfWhatTheFirstAndLastStepsLoad) {
  const int64_t lanes = machine.lanes;
  ContractionProblem problem{8 * lanes, 4 * lanes, 6 * lanes};
  Schedule schedule;
  schedule.loopOrder = {0, 1, 2};
  schedule.lagChunks = 8;
  schedule.tile = {lanes, lanes, 6 * lanes};
  auto with = [&](auto first, auto last) {
    schedule.firstSubtiles = first;
    schedule.lastSubtiles = last;
    return refusal(checkSchedule(schedule, problem, machine)).value_or("");
  };
  using Pair = llvm::SmallVector<int64_t>;
  EXPECT_EQ(with(Pair{1, 1}, Pair{1, 1}), "");
  EXPECT_EQ(with(Pair{2, 6}, Pair{1, 3}), "");
  // 6 blocks make no 4 or 5 equal pieces, nor 7.
  for (int64_t count : {4, 5, 7, 9})
    EXPECT_NE(with(Pair{count, 1}, Pair{1, 1}).find("first_subtiles: "),
              std::string::npos);
  // Columns are inside rows: the last step has the x of the one before.
  EXPECT_NE(with(Pair{1, 1}, Pair{2, 1})
                .find("last_subtiles: of x only 1 is possible here: the last "
                      "step has the tile of the one before"),
            std::string::npos);
  schedule.loopOrder = {1, 0, 2};
  EXPECT_EQ(with(Pair{1, 1}, Pair{2, 1}), "");
  EXPECT_NE(with(Pair{1, 1}, Pair{1, 2}), "");
  problem.computesX = true;
  EXPECT_NE(with(Pair{2, 1}, Pair{1, 1}).find("a prologue computes it"),
            std::string::npos);
  EXPECT_EQ(with(Pair{1, 2}, Pair{1, 1}), "");
}

TEST(Schedule, AGivenTileHasNoSubtilesUnlessTheyAreGiven) {
  Schedule schedule;
  schedule.kind = "contraction";
  schedule.tile = {512, 256, 256};
  schedule.firstSubtiles = schedule.lastSubtiles = {2, 2};
  EXPECT_FALSE(refusal(schedule.apply(
      llvm::json::Object{{"tile", llvm::json::Array{8, 128, 128}},
                         {"last_subtiles", llvm::json::Array{1, 2}}})));
  EXPECT_EQ(schedule.firstSubtiles, (llvm::SmallVector<int64_t>{1, 1}));
  EXPECT_EQ(schedule.lastSubtiles, (llvm::SmallVector<int64_t>{1, 2}));
}

TEST(Schedule, EachKindHasItsKeys) {
  Schedule scan;
  scan.kind = "scan";
  auto message = refusal(scan.apply(llvm::json::Object{{"streams", "lhs"}}));
  ASSERT_TRUE(message);
  EXPECT_EQ(*message, "a schedule of kind 'scan' has no key 'streams' (there "
                      "are: kind, tile, lane_dim, lane_stride)");
  message = refusal(scan.apply(llvm::json::Object{{"kind", "sort"}}));
  ASSERT_TRUE(message);
  EXPECT_EQ(*message,
            "kind: the schedule is of kind 'sort', the kernel of kind "
            "'scan'");
  message = refusal(scan.apply(llvm::json::Object{{"kind", "scans"}}));
  ASSERT_TRUE(message);
  EXPECT_NE(message->find("did you mean 'scan'?"), std::string::npos)
      << *message;
}

TEST(Schedule, UnknownKeysComeWithASuggestion) {
  Schedule schedule;
  auto message = refusal(schedule.apply(llvm::json::Object{{"lagchunks", 3}}));
  ASSERT_TRUE(message);
  EXPECT_NE(message->find("did you mean 'lag_chunks'?"), std::string::npos)
      << *message;
}

TEST_P(OnMachine, ContractionSchedulesThatCannotBeRealisedAreRefused) {
  ContractionProblem problem{4096, 4096, 4096};
  auto heuristic = scheduleContraction(problem, machine);
  ASSERT_TRUE(bool(heuristic));
  const int64_t lanes = machine.lanes;
  auto with = [&](auto change) {
    Schedule schedule = *heuristic;
    change(schedule);
    return refusal(checkSchedule(schedule, problem, machine)).value_or("");
  };
  EXPECT_EQ(with([](Schedule &) {}), "");
  EXPECT_EQ(with([](Schedule &s) { s.loopOrder = {1, 0, 2}; }), "");
  EXPECT_NE(with([](Schedule &s) { s.loopOrder = {2, 0, 1}; }), "");
  EXPECT_NE(with([](Schedule &s) { s.tile = {8, 8}; }), "");
  EXPECT_NE(with([](Schedule &s) { s.tile[0] += 1; }), "");
  EXPECT_NE(with([](Schedule &s) { s.tile[1] += 1; }), "");
  EXPECT_NE(with([](Schedule &s) { s.tile[2] = 0; }), "");
  EXPECT_NE(with([](Schedule &s) { s.lagChunks = 0; }), "");
  EXPECT_NE(with([](Schedule &s) { s.lagChunks = 100000; }), "");
  EXPECT_NE(with([](Schedule &s) { s.firstSubtiles = {1}; }), "");
  EXPECT_NE(with([](Schedule &s) { s.firstSubtiles = {0, 1}; }), "");
  EXPECT_NE(with([](Schedule &s) { s.lastSubtiles = {1, 100}; }), "");
  std::string large = with([&](Schedule &s) {
    s.tile = {4096, 4096 / lanes * lanes, 4096 / lanes * lanes};
  });
  EXPECT_NE(large.find("bytes per lane, machine '" + machine.name + "' has"),
            std::string::npos)
      << large;
}

TEST(Schedule, JsonErrorsNameTheKey) {
  auto broken = Schedule::fromJson(llvm::json::Object{
      {"tile", llvm::json::Array{1, 2}}, {"loop_order", "x"}});
  ASSERT_FALSE(bool(broken));
  std::string message = llvm::toString(broken.takeError());
  EXPECT_NE(message.find("loop_order"), std::string::npos) << message;
}

//===----------------------------------------------------------------------===//
// How products are divided over the arrays
//===----------------------------------------------------------------------===//

/// 8 f32 per vector, as many arrays as asked for.
static MachineConfig machineWith(unsigned arrays) {
  auto machine = loadMachine("tpuv3");
  EXPECT_TRUE(bool(machine));
  machine->arrays.perCore = arrays;
  return std::move(*machine);
}

TEST(ArrayStream, ArraysTakeNeighbouringColumnsWhereThereAreEnough) {
  ArrayStream stream = ArrayStream::of(4, 512, 0, 48, machineWith(2));
  EXPECT_EQ(stream.columns, 2);
  EXPECT_EQ(stream.rows, 1);
  EXPECT_EQ(stream.groupsN, 2);
  EXPECT_EQ(stream.chunks, 64);
}

TEST(ArrayStream, OneColumnIsSharedByRows) {
  ArrayStream stream = ArrayStream::of(1, 512, 0, 48, machineWith(2));
  EXPECT_EQ(stream.columns, 1);
  EXPECT_EQ(stream.rows, 2);
  EXPECT_EQ(stream.groupsN, 1);
  EXPECT_EQ(stream.chunks, 32);
  // An odd number of vectors cannot be shared: one array stays idle.
  EXPECT_EQ(ArrayStream::of(1, 24, 0, 48, machineWith(2)).rows, 1);
  // Nor can lines be taken apart.
  EXPECT_EQ(ArrayStream::of(1, 3 * 64, 64, 48, machineWith(2)).rows, 1);
}

TEST(ArrayStream, LagIsWholeGroupsWhereTheyFit) {
  // Arrays and queues hold 96 vectors; a loop has 16 more under way.
  const MachineConfig machine = machineWith(1);
  EXPECT_EQ(ArrayStream::of(1, 8 * 61, 0, 41, machine).lag, 61);
  EXPECT_EQ(ArrayStream::of(1, 8 * 28, 0, 41, machine).lag, 56);
  EXPECT_EQ(ArrayStream::of(1, 8 * 80, 0, 41, machine).lag, 80);
}

TEST(ArrayStream, LagIsElseWholeLinesOrStepsOfTheLoop) {
  const MachineConfig machine = machineWith(1);
  EXPECT_EQ(ArrayStream::of(1, 8 * 96, 0, 41, machine).lag, 48);
  EXPECT_EQ(ArrayStream::of(1, 8 * 97, 0, 41, machine).lag, 41);
  ArrayStream lines = ArrayStream::of(1, 8 * 120, 8 * 12, 41, machine);
  EXPECT_EQ(lines.lineChunks, 12);
  EXPECT_EQ(lines.lag, 48);
  // A line that is more than arrays hold.
  EXPECT_EQ(ArrayStream::of(1, 1600, 800, 41, machine).lineChunks, 0);
}

TEST(ArrayStream, StaysOpenWhileResultsLeftAreItsOwn) {
  // 2 chunks of rows, 6 to lag: three groups.
  const MachineConfig machine = machineWith(1);
  ArrayStream stream = ArrayStream::of(1, 16, 0, 6, machine);
  EXPECT_EQ(stream.groupsBehind(), 3);
  EXPECT_FALSE(stream.canStayOpen(2));
  EXPECT_TRUE(stream.canStayOpen(3));
  EXPECT_TRUE(ArrayStream::of(3, 16, 0, 6, machine).canStayOpen(1));
}
