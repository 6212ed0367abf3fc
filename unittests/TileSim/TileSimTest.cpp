//===- TileSimTest.cpp - Tile level against instruction level -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kernels written twice, as a tile graph and as the instruction stream of a
// binary with loops, guards and code between nodes; both levels must agree.
//
//===----------------------------------------------------------------------===//

#include "tilewright/TileSim/TileSim.h"
#include "../TestMachines.h"
#include "../TestStream.h"
#include "tilewright/Support/Error.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace tilewright;
using namespace tilewright::test;
using tog::Expr;
using tog::Node;

namespace {

Expr c(int64_t v) { return Expr::constant(v); }
Expr iv(int64_t scale = 1, int64_t offset = 0) {
  return {{{Expr::Iv, 0},
           {Expr::Const, scale},
           {Expr::Mul},
           {Expr::Const, offset},
           {Expr::Add}}};
}
Expr mod(Expr e, int64_t m) {
  e.terms.push_back({Expr::Const, m});
  e.terms.push_back({Expr::Mod});
  return e;
}

/// A double-buffered matmul over `tiles` tiles: while tile i is computed, tile
/// i+1 is loaded and tile i-1 stored. `rows` rows per tile stream through the
/// array in blocks of 128. With `lag`, the pops of a tile come after the wait
/// for the next one.
struct PipelinedKernel {
  const MachineConfig &machine;
  unsigned tiles, rows, columns; ///< loads of rows x columns f32
  bool lag = false;
  static constexpr uint64_t kInput = kDramBase, kOutput = kDramBase + (1 << 28);

  DmaDescriptor move(bool store) const {
    DmaDescriptor d;
    d.extent = d.high = {1, 1, uint16_t(rows), uint16_t(columns)};
    d.dramStride = {0, 0, int32_t(columns), 1};
    d.bankStride = {0, 0, 1, rows};
    d.flags = store ? DmaDescriptor::Store : 0;
    return d;
  }

  tog::Graph graph() const {
    tog::Graph g;
    g.computeNodes = {{"push", "", 0}, {"pop", "", 0}};
    int64_t elements = int64_t(rows) * columns;
    auto dma = [&](bool store, Expr offset, Expr tag) {
      Node n{Node::Kind::Dma};
      n.dma.base = move(store);
      n.dma.argument = store;
      n.dma.dramOffset = std::move(offset);
      n.dma.spadOffset = c(0);
      n.dma.tag = std::move(tag);
      n.dma.high = {c(1), c(1), c(rows), c(columns)};
      return n;
    };
    auto wait = [&](Expr tag) {
      Node n{Node::Kind::Wait};
      n.tag = std::move(tag);
      return n;
    };
    auto compute = [](unsigned id) {
      Node n{Node::Kind::Compute};
      n.id = id;
      return n;
    };
    Node more{Node::Kind::Guard};
    more.inequalities = {iv(-1, int64_t(tiles) - 2)};
    more.body = {dma(false, iv(elements, elements), mod(iv(1, 1), 2))};
    Node reuse{Node::Kind::Guard};
    reuse.inequalities = {iv(1, -2)};
    reuse.body = {wait(mod(iv(), 2))};
    // Store tags are 2 and 3.
    reuse.body[0].tag.terms.push_back({Expr::Const, 2});
    reuse.body[0].tag.terms.push_back({Expr::Add});
    Expr storeTag = reuse.body[0].tag;
    Node loop{Node::Kind::Loop};
    loop.lower = c(0);
    loop.upper = c(tiles);
    if (lag)
      loop.body = {more,       wait(mod(iv(), 2)),
                   compute(1), compute(0),
                   reuse,      dma(true, iv(elements), storeTag)};
    else
      loop.body = {more,       wait(mod(iv(), 2)),
                   compute(0), compute(1),
                   reuse,      dma(true, iv(elements), storeTag)};
    g.body = {dma(false, c(0), c(0)), loop, wait(c(2)), wait(c(3))};
    return g;
  }

  TestStream binary() const {
    TestStream s(machine);
    auto dma = [&](bool store, unsigned tile) {
      // Address arithmetic and configuration come with every move.
      for (unsigned k = 0; k < 6; ++k)
        s.alu(uint8_t(10 + k % 2), {uint8_t(10 + k % 2)});
      DmaDescriptor d = move(store);
      d.dramAddress =
          (store ? kOutput : kInput) + uint64_t(tile) * rows * columns * 4;
      d.spadAddress = kSpadWindow;
      d.tag = uint8_t(tile % 2 + (store ? 2 : 0));
      s.dma(d);
    };
    dma(false, 0);
    uint64_t top = s.pc;
    for (unsigned i = 0; i < tiles; ++i) {
      s.pc = top;
      guarded(s, i + 1 < tiles, 8, [&] { dma(false, i + 1); });
      s.wait(i % 2);
      if (lag) {
        s.marker(1);
        guarded(s, i > 0, 100, [&] { pops(s); });
        s.marker(0);
        pushes(s);
      } else {
        s.marker(0);
        pushes(s);
        s.marker(1);
        pops(s);
      }
      guarded(s, i >= 2, 2, [&] { s.wait(2 + i % 2); });
      dma(true, i);
      s.alu(20, {20});
      s.branch(top, i + 1 < tiles, {20});
    }
    if (lag)
      pops(s);
    s.wait(2);
    s.wait(3);
    s.alu(5);
    return s;
  }

  /// `body` is at most `size` instructions; skipped by a forward branch.
  template <typename Fn>
  static void guarded(TestStream &s, bool run, unsigned size, Fn &&body) {
    s.alu(21, {20});
    uint64_t end = s.pc + 4 + 4 * size;
    s.branch(end, !run, {21});
    if (run)
      body();
    s.pc = end;
  }
  void pushes(TestStream &s) const {
    uint64_t top = s.pc;
    for (unsigned i = 0; i < rows / 32; ++i) {
      s.pc = top;
      for (unsigned k = 0; k < 4; ++k) {
        s.vload(v(k), 12);
        s.push(0, v(k));
      }
      s.alu(12, {12});
      s.branch(top, i + 1 < rows / 32, {12});
    }
  }
  void pops(TestStream &s) const {
    uint64_t top = s.pc;
    for (unsigned i = 0; i < rows / 32; ++i) {
      s.pc = top;
      for (unsigned k = 0; k < 4; ++k) {
        s.pop(0, v(8 + k));
        s.vector(UnitClass::VectorAdd, v(16 + k), {v(8 + k)});
        s.vstore(v(16 + k), 13);
      }
      s.alu(13, {13});
      s.branch(top, i + 1 < rows / 32, {13});
    }
  }
};

struct BothLevels {
  LaunchTiming instruction, tile;
  NodeCosts costs;
  double difference() const {
    double a = double(instruction.end - instruction.begin),
           b = double(tile.end - tile.begin);
    return (b - a) / a;
  }
};

BothLevels runBoth(const MachineConfig &machine, const PipelinedKernel &k) {
  BothLevels both;
  TestStream s = k.binary();
  tog::Graph g = k.graph();
  EXPECT_FALSE(bool(g.verify()));
  InstructionSimulator instruction(machine);
  s.play(instruction.beginLaunch());
  both.instruction = instruction.endLaunch();
  NodeCostRecorder recorder(machine, g);
  s.play(recorder);
  llvm::Expected<NodeCosts> costs = recorder.take();
  if (!costs) {
    ADD_FAILURE() << llvm::toString(costs.takeError());
    return both;
  }
  both.costs = *costs;
  TileSimulator tile(machine);
  both.tile = tile.launch(g, *costs,
                          {PipelinedKernel::kInput, PipelinedKernel::kOutput});
  return both;
}

struct Case {
  const char *name;
  unsigned tiles, rows, columns;
  bool lag;
};
const Case kCases[] = {
    {"DmaBound", 40, 128, 512, false},
    {"ComputeBound", 40, 512, 128, false},
    {"Balanced", 40, 256, 384, false},
    {"SmallTiles", 200, 64, 64, false},
    {"LaggedDmaBound", 40, 128, 512, true},
    {"LaggedComputeBound", 40, 512, 128, true},
    {"LaggedBalanced", 40, 256, 384, true},
    {"OneTile", 1, 128, 128, false},
};

class Levels : public testing::TestWithParam<Case> {};

} // namespace

TEST_P(Levels, AgreeWithinOnePercent) {
  MachineConfig machine = tpuv3();
  const Case &x = GetParam();
  PipelinedKernel k{machine, x.tiles, x.rows, x.columns, x.lag};
  BothLevels both = runBoth(machine, k);
  printf("%-20s instruction %8lu tile %8lu difference %+.2f %%, waits %lu, "
         "array waits %lu\n",
         x.name, both.instruction.end, both.tile.end, 100 * both.difference(),
         both.instruction.counters.dmaWaitCycles,
         both.instruction.counters.arrayWaitCycles);
  EXPECT_LE(std::abs(both.difference()), 0.01);
  EXPECT_EQ(both.tile.unmeasuredStretches, 0u);
  EXPECT_EQ(both.instruction.counters.arrayProtocolErrors, 0u);
}

TEST_P(Levels, CountTheSameWork) {
  MachineConfig machine = tpuv3();
  const Case &x = GetParam();
  PipelinedKernel k{machine, x.tiles, x.rows, x.columns, x.lag};
  BothLevels both = runBoth(machine, k);
  const LaunchTiming &a = both.instruction, &b = both.tile;
  EXPECT_EQ(a.counters.instructions, b.counters.instructions);
  EXPECT_EQ(a.counters.arrayBusyCycles, b.counters.arrayBusyCycles);
  EXPECT_EQ(a.counters.arrayRows, b.counters.arrayRows);
  EXPECT_EQ(a.counters.arrayRows[0], uint64_t(x.tiles) * x.rows);
  EXPECT_EQ(a.counters.vectorMemoryBytes, b.counters.vectorMemoryBytes);
  EXPECT_EQ(a.readRequests, b.readRequests);
  EXPECT_EQ(a.writeRequests, b.writeRequests);
  EXPECT_EQ(a.dramBytes, uint64_t(x.tiles) * x.rows * x.columns * 4 * 2);
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (size_t i = 0; i < a.nodes.size(); ++i)
    EXPECT_EQ(a.nodes[i].id, b.nodes[i].id);
  EXPECT_EQ(both.costs[0].executions, x.tiles);
}

TEST_P(Levels, RespectBounds) {
  MachineConfig machine = tpuv3();
  const Case &x = GetParam();
  PipelinedKernel k{machine, x.tiles, x.rows, x.columns, x.lag};
  BothLevels both = runBoth(machine, k);
  uint64_t rows = uint64_t(x.tiles) * x.rows;
  uint64_t requests = both.tile.readRequests + both.tile.writeRequests;
  for (const LaunchTiming *t : {&both.instruction, &both.tile}) {
    EXPECT_GE(t->end - t->begin, rows) << "a row per cycle and array";
    EXPECT_GE(t->end - t->begin, requests / machine.dma.requestsPerCycle);
  }
}

INSTANTIATE_TEST_SUITE_P(TileSim, Levels, testing::ValuesIn(kCases),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });

TEST(TileSim, WithoutDmaStallsLevelsAreEqual) {
  // Requests that take no time but latency: costs add up to the launch exactly
  // when no wait stalls.
  MachineConfig machine = tpuv3();
  PipelinedKernel k{machine, 20, 256, 8, false};
  BothLevels both = runBoth(machine, k);
  uint64_t stalls = both.instruction.counters.dmaWaitCycles;
  uint64_t first = both.instruction.nodes[0].begin;
  // Only the first load and the last stores are waited for.
  EXPECT_LE(stalls, first + 100);
  EXPECT_NEAR(double(both.tile.end), double(both.instruction.end), 4);
}

TEST(TileSim, LaunchesFollowEachOther) {
  MachineConfig machine = tpuv3();
  PipelinedKernel k{machine, 4, 128, 128, false};
  TestStream s = k.binary();
  tog::Graph g = k.graph();
  NodeCostRecorder recorder(machine, g);
  s.play(recorder);
  llvm::Expected<NodeCosts> costs = recorder.take();
  ASSERT_TRUE(bool(costs));
  TileSimulator tile(machine);
  InstructionSimulator instruction(machine);
  for (unsigned i = 0; i < 3; ++i) {
    uint64_t before = tile.cycle();
    LaunchTiming t = tile.launch(
        g, *costs, {PipelinedKernel::kInput, PipelinedKernel::kOutput});
    EXPECT_EQ(t.begin, before);
    EXPECT_EQ(t.end, tile.cycle());
    EXPECT_EQ(t.readRequests, 4u * 2048);
    before = instruction.cycle();
    s.play(instruction.beginLaunch());
    t = instruction.endLaunch();
    EXPECT_EQ(t.begin, before);
    EXPECT_EQ(t.end, instruction.cycle());
    EXPECT_EQ(t.readRequests, 4u * 2048);
    ASSERT_FALSE(t.nodes.empty());
    EXPECT_GE(t.nodes[0].begin, before);
  }
}

TEST(TileSim, Deterministic) {
  MachineConfig machine = tpuv3();
  PipelinedKernel k{machine, 30, 256, 200, true};
  BothLevels a = runBoth(machine, k), b = runBoth(machine, k);
  EXPECT_EQ(a.instruction.end, b.instruction.end);
  EXPECT_EQ(a.tile.end, b.tile.end);
}

TEST(NodeCostRecorder, EveryInstructionIsCharged) {
  MachineConfig machine = tpuv3();
  PipelinedKernel k{machine, 10, 128, 128, false};
  TestStream s = k.binary();
  tog::Graph g = k.graph();
  NodeCostRecorder recorder(machine, g);
  s.play(recorder);
  llvm::Expected<NodeCosts> costs = recorder.take();
  ASSERT_TRUE(bool(costs));
  CoreTiming core(machine, nullptr);
  core.begin(0);
  s.play(core);
  uint64_t total = core.finish(), cycles = 0, instructions = 0;
  for (const auto &[key, cost] : costs->stretches) {
    cycles += cost.cycles;
    instructions += cost.counters.instructions;
  }
  EXPECT_EQ(cycles, total);
  EXPECT_EQ(instructions, core.counters().instructions);
}

TEST(NodeCosts, ComeBackFromJson) {
  PipelinedKernel k{tpuv3(), 10, 128, 128, true};
  BothLevels both = runBoth(k.machine, k);
  auto textOf = [](const NodeCosts &costs) {
    std::string text;
    llvm::raw_string_ostream(text) << costs.toJson();
    return text;
  };
  const std::string text = textOf(both.costs);
  auto again = NodeCosts::fromJson(llvm::cantFail(llvm::json::parse(text)));
  ASSERT_TRUE(again);
  EXPECT_EQ(textOf(*again), text);
  TileSimulator tile(k.machine);
  EXPECT_EQ(tile.launch(k.graph(), *again,
                        {PipelinedKernel::kInput, PipelinedKernel::kOutput})
                .end,
            both.tile.end);
  for (const char *wrong : {"[]", "{}", R"({"nodes": [], "stretches": [{}]})",
                            R"({"nodes": [{"known": 1}], "stretches": []})"})
    EXPECT_FALSE(NodeCosts::fromJson(llvm::cantFail(llvm::json::parse(wrong))))
        << wrong;
}

TEST(NodeCostRecorder, DifferencesFromTheGraphAreErrors) {
  MachineConfig machine = tpuv3();
  PipelinedKernel k{machine, 3, 128, 128, false};
  TestStream s = k.binary();
  auto message = [&](const tog::Graph &g) {
    NodeCostRecorder recorder(machine, g);
    s.play(recorder);
    llvm::Expected<NodeCosts> costs = recorder.take();
    return costs ? std::string("no error") : llvm::toString(costs.takeError());
  };
  EXPECT_EQ(message(k.graph()), "no error");
  tog::Graph g = k.graph();
  std::swap(g.body[1].body[2], g.body[1].body[3]);
  EXPECT_EQ(message(g), "event 3 of the binary (compute 0) is not that of the "
                        "tile graph (compute 1)");
  g = k.graph();
  g.body.pop_back();
  EXPECT_EQ(message(g).find("event 17 of the binary (wait 3) comes after the "
                            "last one"),
            0u)
      << message(g);
  g = k.graph();
  g.body.push_back(g.body.back());
  EXPECT_EQ(message(g),
            "the binary returned after event 18, the tile graph goes on");
  g = k.graph();
  g.body[0].dma.high[2] = c(64);
  EXPECT_EQ(message(g).find("event 0 of the binary (load"), 0u) << message(g);
}
