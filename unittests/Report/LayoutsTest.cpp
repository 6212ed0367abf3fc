//===- LayoutsTest.cpp - Padding and lanes of tiles -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Hand-made programs whose padding is counted by hand.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Report/Layouts.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace tilewright;
using tog::Expr;
using tog::Node;

namespace {

Node move(unsigned argument, std::array<uint16_t, 4> extent,
          std::array<Expr, 4> high, std::array<int32_t, 4> strides,
          uint8_t laneAxis, uint16_t laneStride, bool store = false) {
  Node node{Node::Kind::Dma};
  node.dma.argument = argument;
  node.dma.base.extent = extent;
  node.dma.base.dramStride = strides;
  node.dma.base.laneAxis = laneAxis;
  node.dma.base.laneStride = laneStride;
  node.dma.base.flags = store ? DmaDescriptor::Store : 0;
  node.dma.high = std::move(high);
  node.dma.dramOffset = node.dma.spadOffset = node.dma.tag = Expr::constant(0);
  return node;
}

std::array<Expr, 4> constants(int64_t a, int64_t b, int64_t c, int64_t d) {
  return {Expr::constant(a), Expr::constant(b), Expr::constant(c),
          Expr::constant(d)};
}

/// One kernel with one tensor argument, launched `launches` times.
Program programOf(std::vector<Node> body, TensorInfo tensor,
                  unsigned launches = 1) {
  Program program;
  Kernel kernel;
  kernel.name = "k";
  kernel.location = "m.py:3";
  kernel.numArguments = 1;
  kernel.graph.body = std::move(body);
  program.kernels = {kernel};
  program.buffers = {{Buffer::Kind::Input, "x", std::move(tensor), 0, {}}};
  program.launches.assign(launches, Launch{0, {0}});
  return program;
}

std::vector<KernelLayouts> layoutsOf(const Program &program) {
  return collectLayouts(program, /*lanes=*/8);
}

TEST(Layouts, TailsAndLaneRoundsArePadding) {
  // 13 rows of 10 in tiles of 8x12, rows over 8 lanes: the second has 5 rows.
  Node loop{Node::Kind::Loop};
  loop.lower = Expr::constant(0);
  loop.upper = Expr::constant(2);
  Expr rows{{{Expr::Const, 13},
             {Expr::Iv, 0},
             {Expr::Const, -8},
             {Expr::Mul},
             {Expr::Add}}};
  std::array<Expr, 4> high = constants(1, 1, 8, 10);
  high[2] = rows;
  loop.body = {move(0, {1, 1, 8, 12}, high, {0, 0, 10, 1}, 2, 1)};
  auto layouts = layoutsOf(programOf({loop}, {ElementType::F32, {13, 10}}, 3));
  ASSERT_EQ(layouts.size(), 1u);
  EXPECT_EQ(layouts[0].launches, 3u);
  ASSERT_EQ(layouts[0].tiles.size(), 1u);
  const TileLayout &tile = layouts[0].tiles[0];
  ASSERT_EQ(tile.axes.size(), 2u);
  EXPECT_EQ(tile.moves, 2u);
  EXPECT_EQ(tile.laneAxis, 0u);
  EXPECT_EQ(tile.lanesUsed, 8u);
  EXPECT_EQ(tile.axes[0].validMin, 5u);
  EXPECT_EQ(tile.axes[0].validMax, 8u);
  EXPECT_EQ(tile.axes[0].tensorDim, 0);
  EXPECT_EQ(tile.axes[1].tensorDim, 1);
  EXPECT_DOUBLE_EQ(tile.axes[0].padding(tile.moves), 3.0 / 16);
  EXPECT_DOUBLE_EQ(tile.axes[1].padding(tile.moves), 2.0 / 12);
  EXPECT_EQ(tile.validBytes(), 130u * 4);
  EXPECT_EQ(tile.paddedBytes(), 2u * 8 * 12 * 4);
}

TEST(Layouts, UnusedLanesAreWasted) {
  // 3 indices, 2 per lane: two lanes of eight, a round is 16 indices.
  auto layouts = layoutsOf(programOf(
      {move(0, {1, 1, 3, 4}, constants(1, 1, 3, 4), {0, 0, 4, 1}, 2, 2)},
      {ElementType::F32, {3, 4}}));
  const TileLayout &tile = layouts[0].tiles[0];
  EXPECT_EQ(tile.lanesUsed, 2u);
  EXPECT_EQ(tile.axes[0].paddedExtent, 16u);
  EXPECT_EQ(tile.wastedBytes(), (16u - 3) * 4 * 4);
}

TEST(Layouts, LaneAxisOfOneIsShown) {
  auto layouts = layoutsOf(programOf(
      {move(0, {1, 1, 1, 16}, constants(1, 1, 1, 16), {0, 0, 0, 1}, 2, 1)},
      {ElementType::F32, {16}}));
  const TileLayout &tile = layouts[0].tiles[0];
  ASSERT_EQ(tile.axes.size(), 2u);
  EXPECT_EQ(tile.lanesUsed, 1u);
  EXPECT_EQ(tile.axes[0].tensorDim, -1);
  EXPECT_EQ(tile.paddedBytes(), 8u * 16 * 4);
}

TEST(Layouts, FormsAreKeptApart) {
  auto high = constants(1, 1, 8, 8);
  auto layouts = layoutsOf(
      programOf({move(0, {1, 1, 8, 8}, high, {0, 0, 8, 1}, 2, 1),
                 move(0, {1, 1, 8, 8}, high, {0, 0, 8, 1}, 3, 1),
                 move(0, {1, 1, 8, 8}, high, {0, 0, 8, 1}, 2, 1, true),
                 move(0, {1, 1, 8, 8}, high, {0, 0, 8, 1}, 2, 1)},
                {ElementType::F32, {8, 8}}));
  ASSERT_EQ(layouts[0].tiles.size(), 3u);
  EXPECT_EQ(layouts[0].tiles[0].moves, 2u);
  EXPECT_TRUE(layouts[0].tiles[2].store);
}

TEST(Layouts, StridedWindowsNameTheirDimension) {
  // Every second row of every second image line of 4x6x10.
  auto layouts = layoutsOf(programOf(
      {move(0, {1, 4, 3, 10}, constants(1, 4, 3, 10), {0, 60, 20, 1}, 1, 1)},
      {ElementType::F32, {4, 6, 10}}));
  const TileLayout &tile = layouts[0].tiles[0];
  EXPECT_EQ(tile.axes[0].tensorDim, 0);
  EXPECT_EQ(tile.axes[1].tensorDim, 1);
  EXPECT_EQ(tile.axes[2].tensorDim, 2);
}

TEST(Layouts, Forms) {
  auto layouts = layoutsOf(programOf(
      {move(0, {1, 1, 3, 4}, constants(1, 1, 3, 4), {0, 0, 4, 1}, 2, 1)},
      {ElementType::F32, {3, 4}}));
  std::string text;
  llvm::raw_string_ostream os(text);
  printLayouts(layouts, os);
  EXPECT_THAT(text, testing::HasSubstr("k at m.py:3, 1 launch"));
  EXPECT_THAT(text, testing::HasSubstr("3/1x4"));
  EXPECT_THAT(text,
              testing::HasSubstr("128 bytes in tiles, 80 of them padding"));
  llvm::json::Value json = layoutsToJson(layouts);
  const auto &tile =
      *(*(*json.getAsArray())[0].getAsObject()->getArray("tiles"))[0]
           .getAsObject();
  EXPECT_EQ(tile.getInteger("wasted_bytes"), 80);
  EXPECT_EQ(tile.getInteger("lanes_used"), 3);
  EXPECT_EQ(tile.getString("tensor"), "3x4xf32");
}

} // namespace
