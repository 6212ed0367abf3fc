//===- MemorySystemTest.cpp - DMA engines, NoC and DRAM together ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../TestMachines.h"
#include "tilewright/Memory/MemorySystem.h"
#include "gtest/gtest.h"
#include <ctime>
#include <map>
#include <random>

using namespace tilewright;
using namespace tilewright::test;

namespace {

DmaDescriptor tile(uint16_t rows, uint16_t columns, uint64_t address,
                   bool store = false, uint8_t tag = 0,
                   int32_t rowStride = 0) {
  DmaDescriptor d;
  d.extent = d.high = {1, 1, rows, columns};
  d.dramStride = {0, 0, rowStride ? rowStride : columns, 1};
  d.bankStride = {0, 0, 1, rows};
  d.dramAddress = kDramBase + address;
  d.spadAddress = kSpadWindow;
  d.flags = store ? DmaDescriptor::Store : 0;
  d.tag = tag;
  return d;
}

double gigabytesPerSecond(const MachineConfig &m, uint64_t requests,
                          uint64_t cycles) {
  return double(requests) * m.dram.requestBytes * m.coreFreqMHz /
         (1e3 * double(cycles));
}

/// Cycles to load `count` dense tiles of 512x512 f32, all submitted at once.
uint64_t streamCycles(const MachineConfig &m, unsigned count,
                      bool store = false) {
  MemorySystem memory(m);
  for (unsigned i = 0; i < count; ++i)
    memory.submit(0, tile(512, 512, uint64_t(i) << 20, store), 0);
  return memory.drain();
}

} // namespace

TEST(MemorySystem, IdleReadLatency) {
  MachineConfig m = tpuv3();
  MemorySystem memory(m);
  memory.submit(0, tile(1, 8, 0), 1000);
  uint64_t end = memory.waitTag(0, 0);
  // NoC 10, ACT to RD 14, RD to end of data 15 at 1064 ps, NoC 10; and up to a
  // cycle at each of the two clock crossings.
  double cycles = 10 + (14 + 15) * 1064 / m.corePeriodPs() + 10;
  EXPECT_GE(end - 1000, cycles);
  EXPECT_LE(end - 1000, cycles + 3);
}

TEST(MemorySystem, TileCountsAndEvenChannels) {
  MemorySystem memory(tpuv3());
  memory.submit(0, tile(512, 512, 0), 0);
  memory.submit(0, tile(512, 512, 1 << 20, true), 0);
  memory.drain();
  const MemoryStatistics &s = memory.statistics();
  EXPECT_EQ(s.readRequests, 32768u);
  EXPECT_EQ(s.writeRequests, 32768u);
  EXPECT_EQ(s.bytes, 2u << 20);
  EXPECT_EQ(s.dmaActiveCycles, 2u * 32768 / 16);
  for (const ChannelStatistics &c : s.channels) {
    EXPECT_EQ(c.reads, 2048u);
    EXPECT_EQ(c.writes, 2048u);
  }
}

TEST(MemorySystem, SixteenChannelsReachTheRefreshBound) {
  MachineConfig m = tpuv3();
  uint64_t cycles = streamCycles(m, 16);
  double gbps = gigabytesPerSecond(m, 16 * 32768, cycles);
  // P * 32 B * 940 MHz = 481 GB/s at the engine, 438 after refresh.
  EXPECT_LE(gbps, 438.3);
  EXPECT_GE(gbps, 425);
  RecordProperty("GBps", std::to_string(gbps));
}

TEST(MemorySystem, OneChannelStream) {
  MachineConfig m = tpuv3(1);
  double gbps = gigabytesPerSecond(m, 2 * 32768, streamCycles(m, 2));
  EXPECT_LE(gbps, 27.4);
  EXPECT_GE(gbps, 26.5);
}

TEST(MemorySystem, Ddr4Works) {
  MachineConfig m = tpuv3();
  m.dram = ddr4();
  double gbps = gigabytesPerSecond(m, 16384, streamCycles(m, 1));
  EXPECT_LE(gbps, 25.6);
  EXPECT_GE(gbps, 12.2);
}

TEST(MemorySystem, InjectionBoundsShortBursts) {
  // P = 1: one request per cycle, whatever DRAM can do.
  MachineConfig m = tpuv3();
  m.dma.requestsPerCycle = 1;
  uint64_t cycles = streamCycles(m, 1);
  EXPECT_GE(cycles, 32768u);
  EXPECT_LE(cycles, 32768u + 450) << "latency and at most one refresh";
}

TEST(MemorySystem, MoreChannelsOrPortsAreNotSlower) {
  uint64_t before = ~uint64_t(0);
  for (unsigned channels : {1, 2, 4, 8, 16, 32}) {
    uint64_t cycles = streamCycles(tpuv3(channels), 2);
    EXPECT_LE(cycles, before) << channels << " channels";
    before = cycles;
  }
  before = ~uint64_t(0);
  for (unsigned ports : {1, 2, 4, 8, 16, 32}) {
    MachineConfig m = tpuv3();
    m.dma.requestsPerCycle = ports;
    uint64_t cycles = streamCycles(m, 2);
    EXPECT_LE(cycles, before) << ports << " ports";
    before = cycles;
  }
}

TEST(MemorySystem, SharedPortsBoundResponses) {
  // Four ports answer at most four requests per cycle.
  MachineConfig m = tpuv3();
  m.dma.requestsPerCycle = 4;
  EXPECT_GE(streamCycles(m, 1), 32768u / 4);
  EXPECT_LE(streamCycles(m, 1), 32768u / 4 + 450);
}

TEST(MemorySystem, LoadsGoBeforeStoresAndBothInOrder) {
  MemorySystem memory(tpuv3());
  memory.keepRecords(true);
  memory.submit(0, tile(128, 128, 0 << 20, true, 1), 0);
  memory.submit(0, tile(128, 128, 1 << 20, true, 2), 10);
  memory.submit(0, tile(128, 128, 2 << 20, false, 3), 20);
  memory.submit(0, tile(128, 128, 3 << 20, false, 4), 20);
  memory.drain();
  std::map<unsigned, uint64_t> start;
  for (const MoveRecord &r : memory.records())
    start[r.tag] = r.startCycle;
  // 128*128*4/32/16 = 128 cycles each, back to back.
  EXPECT_EQ(start[1], 0u);
  EXPECT_EQ(start[3], 128u) << "a load overtakes the waiting store";
  EXPECT_EQ(start[4], 256u);
  EXPECT_EQ(start[2], 384u);
}

TEST(MemorySystem, SetupCyclesAreSpentPerMove) {
  MachineConfig m = tpuv3();
  m.dma.setupCycles = 50;
  MemorySystem memory(m);
  memory.keepRecords(true);
  memory.submit(0, tile(128, 128, 0), 0);
  memory.submit(0, tile(128, 128, 1 << 20), 0);
  memory.drain();
  EXPECT_EQ(memory.records()[1].startCycle, 178u);
}

TEST(MemorySystem, WaitsSimulateOnlyAsFarAsNeeded) {
  // A wait for the first of many moves must not fix what comes after it: a load
  // submitted at the end of the wait overtakes stores queued before.
  MemorySystem memory(tpuv3());
  memory.keepRecords(true);
  memory.submit(0, tile(64, 64, 0, false, 1), 0);
  for (unsigned i = 1; i <= 8; ++i)
    memory.submit(0, tile(512, 512, uint64_t(i) << 20, true, 2), 0);
  uint64_t end = memory.waitTag(0, 1);
  EXPECT_LT(end, 200u);
  memory.submit(0, tile(64, 64, 16 << 20, false, 3), end);
  memory.drain();
  uint64_t start = 0, stores = 0;
  for (const MoveRecord &r : memory.records())
    if (r.tag == 3)
      start = r.startCycle;
    else if (r.tag == 2)
      stores = std::max(stores, r.startCycle);
  EXPECT_GE(start, end);
  EXPECT_LE(start, 32u + 2048) << "after the store in progress, before the rest";
  EXPECT_GT(stores, start);
}

TEST(MemorySystem, WaitOfACompletedOrUnusedTag) {
  MemorySystem memory(tpuv3());
  EXPECT_EQ(memory.waitTag(0, 7), 0u);
  memory.submit(0, tile(8, 8, 0, false, 7), 0);
  uint64_t end = memory.waitTag(0, 7);
  EXPECT_GT(end, 0u);
  EXPECT_EQ(memory.waitTag(0, 7), end);
  EXPECT_EQ(memory.drain(), end);
}

TEST(MemorySystem, EmptyMovesComplete) {
  MemorySystem memory(tpuv3());
  DmaDescriptor d = tile(8, 8, 0, false, 7);
  d.high[3] = 0;
  memory.submit(0, d, 40);
  EXPECT_EQ(memory.waitTag(0, 7), 40u);
}

/// Waits in between never change what a program with the same submit times sees.
TEST(MemorySystem, ResultsDoNotDependOnHowFarWaitsSimulate) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 rng(seed);
    struct Step {
      DmaDescriptor move;
      uint64_t cycle;
    };
    std::vector<Step> steps;
    MemorySystem first(tpuv3());
    first.keepRecords(true);
    uint64_t now = 0;
    for (unsigned i = 0; i < 60; ++i) {
      DmaDescriptor d =
          tile(1 + rng() % 100, 1 + rng() % 100, rng() % (1 << 22) * 4,
               rng() % 3 == 0, rng() % 8, 100 + rng() % 100);
      steps.push_back({d, now});
      first.submit(0, d, now);
      if (rng() % 2)
        now = std::max(now, first.waitTag(0, rng() % 8));
      now += rng() % 100;
    }
    first.drain();
    MemorySystem second(tpuv3());
    second.keepRecords(true);
    for (const Step &s : steps)
      second.submit(0, s.move, s.cycle);
    second.drain();
    ASSERT_EQ(first.records().size(), second.records().size());
    auto ends = [](const MemorySystem &m) {
      std::vector<std::tuple<uint64_t, uint64_t, uint64_t>> v;
      for (const MoveRecord &r : m.records())
        v.push_back({r.submitCycle, r.startCycle, r.endCycle});
      std::sort(v.begin(), v.end());
      return v;
    };
    EXPECT_EQ(ends(first), ends(second)) << "seed " << seed;
  }
}

TEST(MemorySystem, CoresShareChannels) {
  MachineConfig m = tpuv3();
  m.cores = 2;
  MemorySystem memory(m);
  for (unsigned core : {0, 1})
    for (unsigned i = 0; i < 4; ++i)
      memory.submit(core, tile(512, 512, uint64_t(core * 4 + i) << 20), 0);
  uint64_t both = memory.drain();
  EXPECT_EQ(memory.statistics().readRequests, 8u * 32768);
  uint64_t alone = streamCycles(tpuv3(), 4);
  EXPECT_GE(both, alone * 19 / 10) << "bandwidth is shared";
  EXPECT_LE(both, alone * 23 / 10);
}

TEST(MemorySystem, SimulatesMillionsOfRequestsPerSecond) {
  // About ten million on the machines this was written on; the limit leaves room
  // for sanitizers and slow hosts, not for work per cycle or per element.
  std::clock_t start = std::clock();
  streamCycles(tpuv3(), 16);
  double seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
  double rate = 16 * 32768 / seconds;
  RecordProperty("requestsPerSecond", std::to_string(rate));
  EXPECT_GT(rate, 2e5);
}

TEST(MemorySystem, IdleTimeCostsNothing) {
  // A minute of simulated time between two moves: 15 million refresh periods.
  MemorySystem memory(tpuv3());
  memory.submit(0, tile(8, 8, 0), 0);
  memory.waitTag(0, 0);
  uint64_t later = 940'000'000ull * 60;
  memory.submit(0, tile(8, 8, 1 << 20), later);
  std::clock_t start = std::clock();
  uint64_t end = memory.waitTag(0, 0);
  EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 1.0);
  EXPECT_LE(end, later + 450);
}
