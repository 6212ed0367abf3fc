//===- DramChannelTest.cpp - DRAM channel and controller ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In four layers: single latencies equal their formula, streams reach their
// bound, every command obeys the table, commands equal the per-cycle model's.
//
//===----------------------------------------------------------------------===//

#include "../TestMachines.h"
#include "DramModels.h"
#include "gtest/gtest.h"
#include <random>

using namespace tilewright;
using namespace tilewright::test;

namespace {

/// GB/s of `requests` requests finished after `cycles` DRAM cycles.
double bandwidth(const DramConfig &d, size_t requests, uint64_t cycles) {
  return double(requests) * d.requestBytes * 1e3 /
         (double(cycles) * d.clockPs);
}

std::vector<Request> sequential(const DramConfig &d, size_t count,
                                bool write = false) {
  std::vector<Request> r;
  for (size_t i = 0; i < count; ++i)
    r.push_back({0, i * d.requestBytes, write});
  return r;
}

std::vector<Request> random(const DramConfig &d, size_t count, unsigned seed,
                            double writeShare, unsigned gap,
                            uint64_t rangeBytes) {
  std::mt19937_64 rng(seed);
  std::vector<Request> r;
  uint64_t cycle = 0;
  uint64_t address = 0;
  for (size_t i = 0; i < count; ++i) {
    if (gap && rng() % 8 == 0)
      cycle += rng() % gap;
    // Streams of a few with jumps between: hits, misses and conflicts.
    address = rng() % 4 == 0
                  ? rng() % (rangeBytes / d.requestBytes) * d.requestBytes
                  : address + d.requestBytes;
    r.push_back({cycle, address, (rng() >> 11) * 0x1p-53 < writeShare});
  }
  return r;
}

uint64_t count(const ChannelRun &run, DramCommand c) {
  uint64_t n = 0;
  for (const IssuedCommand &i : run.log)
    n += i.command == c;
  return n;
}

struct NamedConfig {
  const char *name;
  DramConfig config;
};
const NamedConfig kConfigs[] = {
    {"hbm2", hbm2Tpuv3(1)}, {"ddr4", ddr4()}, {"hbm3", hbm3Tpuv6e()}};

} // namespace

TEST(DramConstraints, Hbm2DistancesAreThoseOfTheSpec) {
  // Spec 7.3 with the TPUv3 numbers of 7.2: ACT lasts two cycles.
  auto distance = [](DramCommand from, DramCommand to, DramScope scope,
                     unsigned window = 1) {
    for (const DramConstraint &r : dramConstraints(hbm2Tpuv3(1)))
      if (r.from == from && r.to == to && r.scope == scope &&
          r.window == window)
        return int(r.cycles);
    return -1;
  };
  using enum DramCommand;
  using enum DramScope;
  EXPECT_EQ(distance(Read, Read, PseudoChannel), 2);
  EXPECT_EQ(distance(Write, Write, BankGroup), 4);
  EXPECT_EQ(distance(Read, Write, PseudoChannel), 13 + 2 + 2 - 5);
  EXPECT_EQ(distance(Write, Read, PseudoChannel), 5 + 2 + 6);
  EXPECT_EQ(distance(Write, Read, BankGroup), 5 + 2 + 8);
  EXPECT_EQ(distance(Activate, Activate, Bank), 44);
  EXPECT_EQ(distance(Activate, Activate, PseudoChannel, 4), 15);
  EXPECT_EQ(distance(Activate, Read, Bank), 13 + 1);
  EXPECT_EQ(distance(Activate, Write, Bank), 11 + 1);
  EXPECT_EQ(distance(Activate, Precharge, Bank), 31 + 1);
  EXPECT_EQ(distance(Precharge, Activate, Bank), 13 - 1);
  EXPECT_EQ(distance(Read, Precharge, Bank), 5);
  EXPECT_EQ(distance(Write, Precharge, Bank), 5 + 2 + 15);
  EXPECT_EQ(distance(Activate, Refresh, PseudoChannel), 44 + 1);
  EXPECT_EQ(distance(Refresh, Activate, PseudoChannel), 329 - 1);
}

TEST(DramChannel, AddressBitsAreRoBaRaCoCh) {
  DramConfig d = hbm2Tpuv3(1);
  auto at = [&](uint64_t a) { return locateInChannel(d, a); };
  EXPECT_EQ(at(7 * 32).column, 7u);
  EXPECT_EQ(at(256).pseudoChannel, 1u) << "pseudo channel every 256 B";
  EXPECT_EQ(at(512).bankGroup, 1u) << "bank group every 512 B";
  EXPECT_EQ(at(2048).bank, 1u) << "bank every 2 KiB";
  EXPECT_EQ(at(8192).row, 1u) << "row every 8 KiB";
  EXPECT_EQ(at(8191).flatBank, 31u);
}

TEST(DramChannel, IdleReadAndWriteLatency) {
  DramConfig d = hbm2Tpuv3(1);
  EXPECT_EQ(runFast(d, {{100, 0, false}}).done[0], 100u + (13 + 1) + 13 + 2)
      << "ACT, nRCDRD+1, RD, nCL + nBL";
  EXPECT_EQ(runFast(d, {{100, 0, true}}).done[0], 100u + (11 + 1))
      << "a write is done when WR issues";
  DramConfig e = ddr4();
  EXPECT_EQ(runFast(e, {{0, 0, false}}).done[0], 22u + 22 + 4);
}

TEST(DramChannel, RowHitMissConflictLatencies) {
  DramConfig d = hbm2Tpuv3(1);
  // Far apart in time; the same bank is every 8 KiB.
  ChannelRun run = runFast(
      d, {{0, 0, false}, {500, 32, false}, {1000, 8192, false}});
  EXPECT_EQ(run.done[1], 500u + 13 + 2) << "row hit";
  EXPECT_EQ(run.done[2], 1000u + 12 + 14 + 13 + 2) << "PRE, ACT, RD";
  EXPECT_EQ(run.counters.rowMisses, 1u);
  EXPECT_EQ(run.counters.rowHits, 1u);
  EXPECT_EQ(run.counters.rowConflicts, 1u);
}

TEST(DramChannel, SequentialReadsReachTheRefreshBound) {
  DramConfig d = hbm2Tpuv3(1);
  const size_t n = 1 << 17;
  ChannelRun run = runFast(d, sequential(d, n));
  double gbps = bandwidth(d, n, run.lastCycle);
  // 30.08 GB/s less nRFC/nREFI.
  EXPECT_LE(gbps, 27.4);
  EXPECT_GE(gbps, 26.8) << "a stream must hide activation behind transfers";
  RecordProperty("GBps", std::to_string(gbps));
}

TEST(DramChannel, SequentialWritesReachTheRefreshBound) {
  DramConfig d = hbm2Tpuv3(1);
  const size_t n = 1 << 16;
  double gbps = bandwidth(d, n, runFast(d, sequential(d, n, true)).lastCycle);
  EXPECT_LE(gbps, 27.4);
  EXPECT_GE(gbps, 26.5);
}

TEST(DramChannel, RandomReadsAreBoundByRowCommands) {
  DramConfig d = hbm2Tpuv3(1);
  std::mt19937_64 rng(7);
  std::vector<Request> r;
  for (size_t i = 0; i < (1 << 16); ++i)
    r.push_back({0, rng() % (1 << 24) * 32, false});
  double gbps = bandwidth(d, r.size(), runFast(d, r).lastCycle);
  // nFAW allows 2 pseudo channels * 4 activates of 32 B per 15 cycles, 16 GB/s.
  // The row bus they share is tighter: two cycles of ACT and one of PRE each.
  EXPECT_LE(gbps, 2 * 4 * 32 / (15 * 1.064));
  double bound = 32 / (3 * 1.064) * (1 - 329.0 / 3666);
  EXPECT_LE(gbps, bound * 1.001);
  EXPECT_GE(gbps, 0.97 * bound);
}

TEST(DramChannel, RefreshTakesItsShare) {
  DramConfig d = hbm2Tpuv3(1);
  ChannelRun run = runFast(d, sequential(d, 1 << 16));
  EXPECT_EQ(run.counters.refreshes / 2, run.lastCycle / 3666)
      << "every pseudo channel, every nREFI";
  EXPECT_EQ(count(run, DramCommand::Refresh), run.counters.refreshes);
  DramConfig none = d;
  none.timing.nREFI = 0;
  double share = 1 - double(runFast(none, sequential(d, 1 << 16)).lastCycle) /
                         double(run.lastCycle);
  EXPECT_NEAR(share, 329.0 / 3666, 0.02);
}

TEST(DramChannel, TurnaroundsCostWhatTheTableSays) {
  DramConfig d = hbm2Tpuv3(1);
  // A write, then a read of another column of its open row, once WR has issued.
  ChannelRun run = runFast(d, {{0, 0, true}, {13, 32, false}});
  EXPECT_EQ(run.done[0], 12u);
  EXPECT_EQ(run.done[1], 12u + (5 + 2 + 8) + 13 + 2)
      << "WR->RD in a bank group: nCWL + nBL + nWTRL";
  run = runFast(d, {{0, 0, false}, {15, 32, true}});
  EXPECT_EQ(run.done[1], 14u + (13 + 2 + 2 - 5)) << "RD->WR";
}

TEST(DramChannel, ReadsAreForwardedAndWritesMerged) {
  DramConfig d = hbm2Tpuv3(1);
  ChannelRun run =
      runFast(d, {{0, 64, true}, {0, 64, true}, {0, 64, false}, {0, 64, false}});
  EXPECT_EQ(count(run, DramCommand::Write), 1u);
  EXPECT_EQ(count(run, DramCommand::Read), 0u);
  EXPECT_EQ(run.counters.mergedWrites, 1u);
  EXPECT_EQ(run.counters.forwardedReads, 2u);
  EXPECT_EQ(run.done[2], 3u) << "accepted in cycle 2, answered the next";
}

TEST(DramChannel, FullBuffersHoldRequestsBack) {
  DramConfig d = hbm2Tpuv3(1);
  d.timing.nREFI = 0;
  // Conflicts in one bank: 64 fit, the 65th read waits for the first to leave;
  // a write behind it waits too.
  std::vector<Request> r;
  for (unsigned i = 0; i < 65; ++i)
    r.push_back({0, i * 8192ull, false});
  r.push_back({0, 32, true});
  ChannelRun run = runFast(d, r);
  EXPECT_GT(run.done[65], run.done[63]);
  EXPECT_EQ(run.lastCycle, runSlow(d, r).lastCycle);
}

TEST(DramChannel, WritesDrainInBatches) {
  DramConfig d = hbm2Tpuv3(1);
  // Alternating reads and writes would turn the bus around each time.
  std::vector<Request> r;
  for (size_t i = 0; i < 4096; ++i)
    r.push_back({0, (i / 2 + (i % 2) * 4096) * 32, i % 2 == 1});
  ChannelRun run = runFast(d, r);
  unsigned turns = 0;
  const IssuedCommand *last = nullptr;
  for (const IssuedCommand &c : run.log)
    if (isColumnCommand(c.command)) {
      turns += last && last->command != c.command;
      last = &c;
    }
  EXPECT_LT(turns, 4096u / 30) << "hysteresis of 80 %/20 % of 64 entries";
  EXPECT_GT(bandwidth(d, r.size(), run.lastCycle), 17.0);
}

TEST(DramChannel, Ddr4StreamBound) {
  DramConfig d = ddr4();
  const size_t n = 1 << 16;
  double gbps = bandwidth(d, n, runFast(d, sequential(d, n)).lastCycle);
  // Columns come before bank groups in the address: a stream stays in one bank
  // group for a row and is bound by nCCDL = 8 against a burst of 4, except where
  // the window of 32 requests reaches into the next group.
  EXPECT_GE(gbps, 12.8 * (1 - 576.0 / 12480));
  EXPECT_LE(gbps, 25.6 * (1 - 576.0 / 12480));
}

TEST(DramChannel, EveryCommandObeysTheTable) {
  for (const NamedConfig &c : kConfigs)
    for (unsigned seed = 0; seed < 4; ++seed) {
      std::vector<Request> r = random(c.config, 6000, seed, 0.1 * seed,
                                      seed % 2 ? 400 : 0, 1 << 20);
      ChannelRun run = runFast(c.config, r);
      EXPECT_EQ(checkLog(c.config, run.log), "")
          << c.name << " seed " << seed;
      EXPECT_EQ(run.counters.reads + run.counters.writes, r.size());
      EXPECT_EQ(run.counters.rowHits + run.counters.rowMisses +
                    run.counters.rowConflicts + run.counters.forwardedReads +
                    run.counters.mergedWrites,
                r.size());
    }
}

TEST(DramChannel, CheckerFindsViolations) {
  // A log that is legal, and each way to spoil it.
  DramConfig d = hbm2Tpuv3(1);
  DramLocation a = locateInChannel(d, 0), b = locateInChannel(d, 512);
  using enum DramCommand;
  std::vector<IssuedCommand> good = {
      {0, Activate, a}, {4, Activate, b}, {14, Read, a}, {18, Read, b}};
  EXPECT_EQ(checkLog(d, good), "");
  auto spoiled = [&](size_t i, IssuedCommand c) {
    auto log = good;
    log[i] = c;
    return checkLog(d, log);
  };
  EXPECT_NE(spoiled(2, {13, Read, a}), "") << "nRCD";
  EXPECT_NE(spoiled(1, {3, Activate, b}), "") << "nRRD";
  EXPECT_NE(spoiled(3, {15, Read, a}), "") << "nCCD";
  EXPECT_NE(spoiled(3, {40, Activate, a}), "") << "open bank";
  EXPECT_NE(spoiled(3, {40, Refresh, {}}), "") << "refresh of open banks";
  DramLocation other = a;
  other.row = 5;
  EXPECT_NE(spoiled(3, {30, Read, other}), "") << "wrong row";
}

TEST(DramChannel, CommandsEqualThePerCycleModel) {
  for (const NamedConfig &c : kConfigs)
    for (unsigned seed = 0; seed < 8; ++seed) {
      double writes[] = {0, 0.5, 0.1, 0.9};
      std::vector<Request> r =
          random(c.config, 1500, seed, writes[seed % 4], seed < 4 ? 0 : 150,
                 seed % 2 ? 1 << 14 : 1 << 22);
      ChannelRun fast = runFast(c.config, r), slow = runSlow(c.config, r);
      ASSERT_EQ(fast.done, slow.done) << c.name << " seed " << seed;
      size_t n = std::min(fast.log.size(), slow.log.size());
      for (size_t i = 0; i < n; ++i)
        ASSERT_TRUE(fast.log[i] == slow.log[i])
            << c.name << " seed " << seed << " command " << i << " at "
            << fast.log[i].cycle << " and " << slow.log[i].cycle;
      EXPECT_EQ(fast.log.size(), slow.log.size());
    }
}

TEST(DramChannel, StepLimitDoesNotChangeResults) {
  DramConfig d = hbm2Tpuv3(1);
  std::vector<Request> r = random(d, 3000, 5, 0.3, 300, 1 << 18);
  ChannelRun whole = runFast(d, r);
  DramChannel channel(d);
  std::vector<uint64_t> done(r.size());
  std::mt19937 rng(3);
  size_t pushed = 0;
  for (uint64_t limit = 0; pushed < r.size() || channel.pending();) {
    limit += 1 + rng() % 60;
    for (; pushed < r.size() && r[pushed].cycle < limit; ++pushed)
      channel.push(r[pushed].cycle, r[pushed].address, r[pushed].write,
                   uint32_t(pushed));
    while (channel.step(limit))
      ;
  }
  for (const auto &c : channel.completions())
    done[c.cookie] = c.cycle;
  EXPECT_EQ(done, whole.done);
}

TEST(DramChannel, SkippedRefreshesAreAsIfPerformed) {
  DramConfig d = hbm2Tpuv3(1);
  for (uint64_t gap : {3666 * 3, 3666 * 4 - 10, 100000, 123456, 3666 * 50 + 5}) {
    std::vector<Request> r;
    for (unsigned i = 0; i < 20; ++i)
      r.push_back({i * gap, i * 4096ull, i % 3 == 0});
    ChannelRun logged = runFast(d, r); // a log switches skipping off
    DramChannel channel(d);
    for (size_t i = 0; i < r.size(); ++i)
      channel.push(r[i].cycle, r[i].address, r[i].write, uint32_t(i));
    while (channel.pending() && channel.step(~uint64_t(0)))
      ;
    std::vector<uint64_t> done(r.size());
    for (const auto &c : channel.completions())
      done[c.cookie] = c.cycle;
    EXPECT_EQ(done, logged.done) << "gap " << gap;
    EXPECT_EQ(channel.counters().refreshes, logged.counters.refreshes);
    EXPECT_EQ(channel.now(), logged.log.back().cycle + 1);
  }
}
