//===- RequestStreamTest.cpp - Requests of moves, channels of requests ----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Memory/RequestStream.h"
#include "tilewright/Memory/ChannelMap.h"
#include "gtest/gtest.h"
#include <map>
#include <random>
#include <set>

using namespace tilewright;

static std::vector<uint64_t> blocks(const DmaDescriptor &d, unsigned bytes) {
  std::vector<uint64_t> result;
  RequestStream stream(d, bytes);
  while (stream.hasNext())
    result.push_back(stream.next());
  return result;
}

/// The definition: blocks of all valid elements, sorted, without repetition.
static std::vector<uint64_t> definition(const DmaDescriptor &d,
                                        unsigned bytes) {
  std::set<uint64_t> set;
  std::array<int64_t, 4> i;
  for (i[0] = d.low[0]; i[0] < d.high[0]; ++i[0])
    for (i[1] = d.low[1]; i[1] < d.high[1]; ++i[1])
      for (i[2] = d.low[2]; i[2] < d.high[2]; ++i[2])
        for (i[3] = d.low[3]; i[3] < d.high[3]; ++i[3]) {
          int64_t offset = 0;
          for (int k = 0; k < 4; ++k)
            offset += i[k] * d.dramStride[k];
          uint64_t first = d.dramAddress + offset * d.elementBytes;
          set.insert(first / bytes);
          set.insert((first + d.elementBytes - 1) / bytes);
        }
  return {set.begin(), set.end()};
}

static DmaDescriptor tile(uint16_t rows, uint16_t columns, int32_t rowStride,
                          int32_t columnStride, uint16_t bytes) {
  DmaDescriptor d;
  d.extent = d.high = {1, 1, rows, columns};
  d.dramStride = {0, 0, rowStride, columnStride};
  d.elementBytes = bytes;
  d.dramAddress = 0x80000000;
  return d;
}

TEST(RequestStream, DenseTileIsItsBytes) {
  EXPECT_EQ(blocks(tile(512, 512, 512, 1, 4), 32).size(), 32768u);
  EXPECT_EQ(blocks(tile(512, 512, 1, 512, 4), 32).size(), 32768u)
      << "orientation does not matter";
  EXPECT_EQ(blocks(tile(128, 128, 4096, 1, 2), 32).size(), 128u * 8);
  EXPECT_EQ(blocks(tile(1, 128, 0, 4096, 4), 32).size(), 128u)
      << "a column costs a request per element";
}

TEST(RequestStream, MisalignedRunsTakeOneMore) {
  DmaDescriptor d = tile(4, 8, 64, 1, 4);
  d.dramAddress += 4;
  EXPECT_EQ(blocks(d, 32).size(), 8u);
}

TEST(RequestStream, BroadcastAndEmptyMoves) {
  EXPECT_EQ(blocks(tile(128, 64, 0, 1, 4), 32).size(), 8u);
  DmaDescriptor d = tile(4, 8, 64, 1, 4);
  d.high[2] = 0;
  EXPECT_TRUE(blocks(d, 32).empty());
  EXPECT_TRUE(blocks(DmaDescriptor{}, 32).size() == 1);
}

TEST(RequestStream, EqualsTheDefinitionOnRandomMoves) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    std::mt19937 rng(seed);
    DmaDescriptor d;
    const uint16_t sizes[] = {1, 2, 4, 8, 6};
    d.elementBytes = sizes[rng() % 5];
    d.dramAddress = 0x80000000 + rng() % 4096;
    for (int k = 0; k < 4; ++k) {
      d.extent[k] = 1 + rng() % 9;
      d.low[k] = rng() % 4 ? 0 : rng() % d.extent[k];
      d.high[k] = d.low[k] + rng() % (d.extent[k] - d.low[k] + 1);
      if (rng() % 8)
        d.high[k] = d.extent[k];
      const int32_t strides[] = {0, 1, 1, 3, 8, 9, 64, 72, 500, -1, -64, 7};
      d.dramStride[k] = strides[rng() % 12];
    }
    unsigned bytes = rng() % 2 ? 32 : 64;
    ASSERT_EQ(blocks(d, bytes), definition(d, bytes))
        << "seed " << seed << ": " << d.str();
  }
}

/// 4 rows of `columns` f32 of a table with rows of 64, at `rows`.
static std::vector<uint64_t> gathered(uint16_t columns,
                                      std::vector<int64_t> rows) {
  DmaDescriptor d = tile(uint16_t(rows.size()), columns, 0, 1, 4);
  d.laneAxis = 2;
  d.flags = DmaDescriptor::Indirect;
  d.index.bankStride = {0, 0, 1, 0};
  d.index.stride = 64;
  std::vector<uint64_t> result;
  RequestStream stream(d, 32, rows);
  while (stream.hasNext())
    result.push_back(stream.next() - 0x80000000 / 32);
  return result;
}

TEST(RequestStream, RowsOfAnIndirectMoveComeInTheOrderOfIndices) {
  using V = std::vector<uint64_t>;
  EXPECT_EQ(gathered(16, {3, 0, 7, 0}), (V{24, 25, 0, 1, 56, 57, 0, 1}));
  EXPECT_EQ(gathered(1, {5, 5, 5}), (V{40}))
      << "the block at hand serves again";
  EXPECT_EQ(gathered(1, {5, 2, 5}), (V{40, 16, 40}));
  EXPECT_EQ(gathered(64, {1, 1}).size(), 16u);
}

TEST(RequestStream, IndirectRowsOfTwoAxes) {
  // 2 indices; rows are 3 lines of 4 f32, 128 bytes apart.
  DmaDescriptor d;
  d.extent = d.high = {1, 2, 3, 4};
  d.dramStride = {0, 0, 32, 1};
  d.laneAxis = 1;
  d.dramAddress = 0x80000000;
  d.flags = DmaDescriptor::Indirect;
  d.index.bankStride = {0, 1, 0, 0};
  d.index.stride = 8;
  std::vector<int64_t> indices{2, 0};
  std::vector<uint64_t> result;
  RequestStream stream(d, 32, indices);
  while (stream.hasNext())
    result.push_back(stream.next() - 0x80000000 / 32);
  EXPECT_EQ(result, (std::vector<uint64_t>{2, 6, 10, 0, 4, 8}));
}

TEST(ChannelMap, TileIsEvenOverSixteenChannels) {
  ChannelMap map(16);
  std::map<unsigned, unsigned> count;
  for (uint64_t block : blocks(tile(512, 512, 512, 1, 4), 32))
    ++count[map(block).channel];
  EXPECT_EQ(count.size(), 16u);
  for (auto [channel, n] : count)
    EXPECT_EQ(n, 2048u) << "channel " << channel;
}

TEST(ChannelMap, KeepsAddressesApart) {
  for (unsigned channels : {1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 100, 128}) {
    ChannelMap map(channels);
    std::set<std::pair<unsigned, uint64_t>> seen;
    for (uint64_t block = 1 << 26; block < (1 << 26) + 5000; ++block) {
      ChannelMap::Target t = map(block);
      EXPECT_LT(t.channel, channels);
      EXPECT_EQ(t.localBlock, block / channels);
      EXPECT_TRUE(seen.insert({t.channel, t.localBlock}).second)
          << channels << " channels, block " << block;
    }
  }
}

// Machine.md 6.4: the address bits above the channel number (a) that each bit
// of the number is the exclusive or of, besides its own (b).
TEST(ChannelMap, EveryHashBitIsThatOfTheSpec) {
  using Terms = std::vector<std::vector<unsigned>>;
  const std::map<unsigned, Terms> spec = {{16,
                                           {{0, 3, 4, 6, 8, 9, 10, 11},
                                            {0, 1, 3, 5, 6, 7, 8, 12},
                                            {1, 2, 4, 6, 7, 8, 9},
                                            {2, 3, 5, 7, 8, 9, 10}}},
                                          {32,
                                           {{0, 3, 5, 6, 9, 10, 11, 12, 13},
                                            {1, 4, 6, 7, 10, 11, 12, 13, 14},
                                            {0, 2, 3, 6, 7, 8, 9, 10, 14},
                                            {1, 3, 4, 7, 8, 9, 10, 11},
                                            {2, 4, 5, 8, 9, 10, 11, 12}}},
                                          {64,
                                           {{0, 5, 6, 10, 12, 15, 16, 17, 18},
                                            {0, 1, 5, 7, 10, 11, 12, 13, 15},
                                            {1, 2, 6, 8, 11, 12, 13, 14, 16},
                                            {2, 3, 7, 9, 12, 13, 14, 15, 17},
                                            {3, 4, 8, 10, 13, 14, 15, 16, 18},
                                            {4, 5, 9, 11, 14, 15, 16, 17}}}};
  std::mt19937_64 random(3);
  for (const auto &[channels, terms] : spec) {
    ChannelMap map(channels);
    for (unsigned trial = 0; trial < 1000; ++trial) {
      uint64_t block = random() & ((uint64_t(1) << 30) - 1);
      uint64_t high = block / channels;
      unsigned expected = 0;
      for (unsigned bit = 0; bit < terms.size(); ++bit) {
        unsigned value = block >> bit & 1;
        for (unsigned a : terms[bit])
          value ^= high >> a & 1;
        expected |= value << bit;
      }
      ASSERT_EQ(map(block).channel, expected)
          << channels << " channels, block " << block;
    }
  }
}

TEST(ChannelMap, HashBitsAreThoseOfTheSpec) {
  // Spec 6.4, 16 channels: a0 flips bits 0 and 1, a4 bits 0 and 2.
  ChannelMap map(16);
  EXPECT_EQ(map(0).channel, 0u);
  EXPECT_EQ(map(5).channel, 5u);
  EXPECT_EQ(map(1 << 4).channel, 3u);
  EXPECT_EQ(map(1 << 8).channel, 5u);
  EXPECT_EQ(ChannelMap(32)(1 << 5).channel, 5u) << "a0: bits 0 and 2";
  EXPECT_EQ(ChannelMap(64)(1 << 6).channel, 3u) << "a0: bits 0 and 1";
}
