//===- LayoutTests.cpp - Lane layout and descriptor geometry --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Layout/DmaDescriptor.h"
#include "tilewright/Layout/Subtiles.h"
#include "gtest/gtest.h"
#include <map>
#include <random>
#include <set>

using namespace tilewright;

// Spec passes.md, appendix C, vector 3: a 4 x 16 tile spread along its columns.
TEST(LaneLayout, SpecVectorColumnsInPairs) {
  LaneLayout eight{2, 8};
  EXPECT_EQ(eight.slotsFor(16), 2u);
  for (unsigned c = 0; c < 16; ++c) {
    EXPECT_EQ(eight.laneOf(c), c / 2);
    EXPECT_EQ(eight.slotOf(c), c % 2);
  }
  LaneLayout four{2, 4};
  EXPECT_EQ(four.slotsFor(16), 4u);
  for (unsigned c = 0; c < 16; ++c) {
    EXPECT_EQ(four.laneOf(c), c / 2 % 4);
    EXPECT_EQ(four.slotOf(c), 2 * (c / 8) + c % 2);
  }
}

// Vector 4: weight tile [256, 256] on 128 lanes, element (k, n) at n / 128 *
// 256 + k.
TEST(LaneLayout, SpecVectorWeightTile) {
  LaneLayout layout{1, 128};
  for (unsigned n = 0; n < 256; ++n) {
    EXPECT_EQ(layout.laneOf(n), n % 128);
    EXPECT_EQ(layout.slotOf(n) * 256, n / 128 * 256);
  }
}

// Vector 5: subtiles [256, 128] of that tile, rows of 1024 in device memory.
TEST(SubtileGrid, SpecVectorFineGrainedMaps) {
  const SubtileGrid grid{{256, 256}, {256, 128}};
  const LaneLayout lanes{1, 128};
  EXPECT_EQ(grid.count(0), 1);
  EXPECT_EQ(grid.count(1), 2);
  for (int64_t n : {0, 1}) {
    const int64_t c[] = {0, n};
    EXPECT_EQ(grid.dramOffset(c, {1024, 1}), n * 128);
    EXPECT_EQ(grid.bankOffset(c, {1, 256}, /*laneAxis=*/1, lanes),
              n * 128 / 128 * 256);
    EXPECT_EQ(grid.slot(c), n);
  }
  // With two subtiles along k, slots are k * 2 + n.
  const SubtileGrid both{{256, 256}, {128, 128}};
  for (int64_t k : {0, 1})
    for (int64_t n : {0, 1}) {
      const int64_t c[] = {k, n};
      EXPECT_EQ(both.dramOffset(c, {1024, 1}), k * 128 * 1024 + n * 128);
      EXPECT_EQ(both.bankOffset(c, {1, 256}, 1, lanes), n * 256 + k * 128);
      EXPECT_EQ(both.slot(c), k * 2 + n);
    }
}

// What the moves of all subtiles bring is what the move of the tile brings:
// each element once, to the same place.
TEST(SubtileGrid, SubtilesAreTheTile) {
  const int64_t dram[] = {1000, 37, 1};
  for (int64_t lastExtent : {8, 20, 24})
    for (unsigned laneAxis : {0u, 1u, 2u})
      for (unsigned stride : {1u, 2u}) {
        const LaneLayout lanes{stride, 4};
        SubtileGrid grid{{16, 24, lastExtent}, {8, 16, 8}};
        // Strides of the bank, row-major.
        int64_t bank[3], total = 1;
        for (int d = 2; d >= 0; --d) {
          bank[d] = total;
          total *=
              d == int(laneAxis) ? lanes.slotsFor(grid.tile[d]) : grid.tile[d];
        }
        auto place = [&](int64_t first, const int64_t *i) {
          for (unsigned d = 0; d < 3; ++d)
            first +=
                (d == laneAxis ? int64_t(lanes.slotOf(i[d])) : i[d]) * bank[d];
          return std::pair(first, lanes.laneOf(i[laneAxis]));
        };
        std::map<int64_t, std::pair<int64_t, unsigned>> whole, parts;
        auto offset = [&](const int64_t *i) {
          return i[0] * dram[0] + i[1] * dram[1] + i[2];
        };
        auto each = [](const int64_t *extents, auto visit) {
          for (int64_t a = 0; a < extents[0]; ++a)
            for (int64_t b = 0; b < extents[1]; ++b)
              for (int64_t c = 0; c < extents[2]; ++c)
                visit((const int64_t[]){a, b, c});
        };
        each(grid.tile.data(),
             [&](const int64_t *i) { whole[offset(i)] = place(0, i); });
        std::set<int64_t> slots;
        const int64_t counts[] = {grid.count(0), grid.count(1), grid.count(2)};
        each(counts, [&](const int64_t *c) {
          const llvm::ArrayRef<int64_t> at(c, 3);
          slots.insert(grid.slot(at));
          const int64_t extents[] = {grid.extent(at, 0), grid.extent(at, 1),
                                     grid.extent(at, 2)};
          each(extents, [&](const int64_t *i) {
            auto added = parts.insert(
                {grid.dramOffset(at, dram) + offset(i),
                 place(grid.bankOffset(at, bank, laneAxis, lanes), i)});
            EXPECT_TRUE(added.second);
          });
        });
        EXPECT_EQ(whole, parts);
        EXPECT_EQ(slots.size(), size_t(grid.slots()));
        EXPECT_EQ(*slots.rbegin(), grid.slots() - 1);
      }
}

TEST(SubtileGrid, MovesBeginAtLaneZero) {
  // Subtiles of 4 on 8 lanes would overwrite lanes 0 to 3.
  EXPECT_EQ((SubtileGrid{{32, 8}, {4, 8}}.brokenRound(0, {1, 8})), 4);
  EXPECT_EQ((SubtileGrid{{32, 8}, {8, 8}}.brokenRound(0, {1, 8})),
            std::nullopt);
  EXPECT_EQ((SubtileGrid{{32, 8}, {16, 8}}.brokenRound(0, {1, 8})),
            std::nullopt);
  EXPECT_EQ((SubtileGrid{{32, 8}, {8, 8}}.brokenRound(0, {2, 8})), 8);
  // All of a tile is always possible, as is any piece along the other axis.
  EXPECT_EQ((SubtileGrid{{20, 8}, {20, 3}}.brokenRound(0, {2, 8})),
            std::nullopt);
}

TEST(SubtileGrid, PiecesAreEqualButForTheLast) {
  EXPECT_EQ(pieceExtent(768, 128, 3), 256);
  EXPECT_EQ(pieceExtent(640, 128, 2), 384); // and 256
  EXPECT_TRUE(makesPieces(640, 128, 2));
  EXPECT_TRUE(makesPieces(640, 128, 5));
  EXPECT_FALSE(makesPieces(640, 128, 4)); // 2, 2, 1 blocks are three
  EXPECT_FALSE(makesPieces(640, 128, 6));
  EXPECT_FALSE(makesPieces(640, 128, 0));
}

// Passes.md 1.4: rounds over the lanes, and the extent one lane keeps (P).
TEST(LaneLayout, SpecVectorSharesOfALane) {
  struct {
    unsigned extent, stride, lanes, share;
  } vectors[] = {
      {16, 2, 8, 2},    // appendix C 3
      {16, 2, 4, 4},    // two rounds
      {256, 1, 128, 2}, // appendix C 4
      {8, 2, 4, 2},     // appendix C 6
      {19, 2, 8, 4},    // appendix C 7: ragged, room for 32
      {7, 2, 4, 2},     // 1.4: ragged, room for 8
      {1, 1, 128, 1},   // one lane
  };
  for (auto [extent, stride, lanes, share] : vectors)
    EXPECT_EQ((LaneLayout{stride, lanes}).slotsFor(extent), share)
        << extent << " in blocks of " << stride << " on " << lanes << " lanes";
}

// Passes.md 1.6: coordinate = slot % stride + slot / stride * (lanes * stride)
// + lane * stride. The reference multiplies by the lanes alone, which is wrong
// as soon as a tile goes around the lanes in blocks of more than one.
TEST(LaneLayout, SpecVectorCoordinates) {
  LaneLayout layout{2, 8};
  EXPECT_EQ(layout.indexOf(0, 0), 0u);
  EXPECT_EQ(layout.indexOf(3, 1), 7u);
  EXPECT_EQ(layout.indexOf(0, 2), 16u) << "the second round";
  EXPECT_EQ(layout.indexOf(3, 3), 23u);
}

TEST(LaneLayout, IndexOfInvertsTheDistribution) {
  for (unsigned lanes : {1, 2, 8, 32, 128})
    for (unsigned stride : {1, 2, 3, 8, 24}) {
      LaneLayout layout{stride, lanes};
      std::set<std::pair<unsigned, uint64_t>> used;
      for (uint64_t i = 0; i < 1000; ++i) {
        unsigned lane = layout.laneOf(i);
        uint64_t slot = layout.slotOf(i);
        ASSERT_LT(lane, lanes);
        EXPECT_EQ(layout.indexOf(lane, slot), i);
        EXPECT_LT(slot, layout.slotsFor(1000));
        EXPECT_TRUE(used.insert({lane, slot}).second)
            << "index " << i << " shares its place";
      }
    }
}

/// Bytes touched by the descriptor's valid elements, one by one.
static std::set<uint64_t> bytesTouched(const DmaDescriptor &d) {
  std::set<uint64_t> bytes;
  std::array<int64_t, 4> c;
  for (c[0] = d.low[0]; c[0] < std::min(d.high[0], d.extent[0]); ++c[0])
    for (c[1] = d.low[1]; c[1] < std::min(d.high[1], d.extent[1]); ++c[1])
      for (c[2] = d.low[2]; c[2] < std::min(d.high[2], d.extent[2]); ++c[2])
        for (c[3] = d.low[3]; c[3] < std::min(d.high[3], d.extent[3]); ++c[3]) {
          int64_t offset = 0;
          for (int k = 0; k < 4; ++k)
            offset += c[k] * d.dramStride[k];
          for (unsigned b = 0; b < d.elementBytes; ++b)
            bytes.insert(d.dramAddress + offset * d.elementBytes + b);
        }
  return bytes;
}

TEST(DmaDescriptor, RunsCoverExactlyTheValidElements) {
  const unsigned seed = 7;
  std::mt19937 random(seed);
  auto pick = [&](int lo, int hi) {
    return std::uniform_int_distribution<int>(lo, hi)(random);
  };
  for (int trial = 0; trial < 500; ++trial) {
    DmaDescriptor d;
    d.dramAddress = 0x80000000 + pick(0, 100) * 4;
    d.elementBytes = 1 << pick(0, 3);
    for (int k = 0; k < 4; ++k) {
      d.extent[k] = pick(1, 6);
      d.low[k] = pick(0, 2);
      d.high[k] = pick(0, 7);
      d.dramStride[k] = pick(0, 3) == 0 ? 0 : pick(1, 40);
    }
    if (trial % 2) { // dense row-major
      int stride = 1;
      for (int k = 3; k >= 0; --k) {
        d.dramStride[k] = stride;
        stride *= d.extent[k];
      }
    }
    std::set<uint64_t> covered;
    forEachDramRun(d, [&](DramRun run) {
      for (uint64_t b = 0; b < run.bytes; ++b)
        covered.insert(run.address + b);
    });
    EXPECT_EQ(covered, bytesTouched(d))
        << "seed " << seed << " trial " << trial << ": " << d.str();
  }
}

TEST(DmaDescriptor, ADenseTileIsOneRun) {
  DmaDescriptor d;
  d.extent = d.high = {2, 3, 8, 16};
  d.dramStride = {384, 128, 16, 1};
  d.dramAddress = 0x80000000;
  std::vector<DramRun> runs;
  forEachDramRun(d, [&](DramRun run) { runs.push_back(run); });
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].bytes, 2u * 3 * 8 * 16 * 4);
}

TEST(DmaDescriptor, FootprintCountsWholeLaneShares) {
  DmaDescriptor d; // [K = 100 on lanes, M = 64]
  d.extent = d.high = {1, 1, 100, 64};
  d.laneAxis = 2;
  d.bankStride = {0, 0, 64, 1};
  EXPECT_EQ(bankFootprintBytes(d, 128), 64u * 4);
  EXPECT_EQ(bankFootprintBytes(d, 32), 4u * 64 * 4);
}

// The index tile of rows along the lane axis is read once per row.
TEST(DmaDescriptor, RowsOfAnIndirectMove) {
  DmaDescriptor d;
  d.extent = {1, 2, 5, 16};
  d.low = {0, 0, 1, 0};
  d.high = {1, 2, 4, 16};
  d.dramStride = {0, 1000, 0, 1};
  d.laneAxis = 2;
  d.elementBytes = 4;
  d.dramAddress = 0x80000000;
  d.flags = DmaDescriptor::Indirect;
  d.index = {8, {0, 0, 1, 0}, 16, 100, 0xD0000100};
  DmaDescriptor m = indexMove(d);
  EXPECT_EQ(m.extent, (std::array<uint16_t, 4>{1, 1, 5, 1}));
  EXPECT_EQ(m.low, d.low);
  EXPECT_EQ(m.high, (std::array<uint16_t, 4>{1, 1, 4, 1}));
  EXPECT_EQ(m.spadAddress, 0xD0000100u);
  EXPECT_EQ(m.elementBytes, 8);
  std::vector<std::pair<unsigned, uint64_t>> rows;
  forEachRow(d, {7, 3, 9}, [&](const DmaDescriptor &row, int64_t) {
    EXPECT_FALSE(row.isIndirect());
    EXPECT_EQ(row.high[2], row.low[2] + 1);
    EXPECT_EQ(row.high[1], 2);
    rows.push_back({row.low[2], (row.dramAddress - d.dramAddress) / 64});
  });
  EXPECT_EQ(rows, (std::vector<std::pair<unsigned, uint64_t>>{
                      {1, 7}, {2, 3}, {3, 9}}));
}
