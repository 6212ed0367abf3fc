//===- TogTest.cpp - Tile operation graph ---------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Tog/Tog.h"
#include "gtest/gtest.h"

using namespace tilewright;
using namespace tilewright::tog;
using Term = Expr::Term;

namespace {

Expr c(int64_t v) { return Expr::constant(v); }
Expr iv(int64_t depth) { return {{{Expr::Iv, depth}}}; }
Expr binary(Expr a, Expr b, Expr::Kind kind) {
  a.terms.insert(a.terms.end(), b.terms.begin(), b.terms.end());
  a.terms.push_back({kind});
  return a;
}

Node wait(Expr tag) {
  Node n{Node::Kind::Wait};
  n.tag = std::move(tag);
  return n;
}
Node compute(unsigned id) {
  Node n{Node::Kind::Compute};
  n.id = id;
  return n;
}
Node loop(Expr lower, Expr upper, int64_t step, std::vector<Node> body) {
  Node n{Node::Kind::Loop};
  n.lower = std::move(lower);
  n.upper = std::move(upper);
  n.step = step;
  n.body = std::move(body);
  return n;
}
Node load(unsigned argument, Expr dram, Expr high3) {
  Node n{Node::Kind::Dma};
  n.dma.base.extent = {1, 1, 8, 64};
  n.dma.base.dramStride = {0, 0, 256, 1};
  n.dma.base.bankStride = {0, 0, 1, 8};
  n.dma.base.elementBytes = 2;
  n.dma.base.fill = 0xffffffffffffffff;
  n.dma.argument = argument;
  n.dma.dramOffset = std::move(dram);
  n.dma.spadOffset = c(4096);
  n.dma.tag = binary(iv(0), c(2), Expr::Mod);
  n.dma.high = {c(1), c(1), c(8), std::move(high3)};
  return n;
}

/// for i0: load, if i0 == 0: compute 0 else wait 5; for i1 < i0: compute 1.
Graph sample() {
  Graph g;
  g.computeNodes = {{"init", "a.py:3", 0}, {"matmul", "a.py:4", 1 << 20}};
  Node guard{Node::Kind::Guard};
  guard.equalities = {iv(0)};
  guard.body = {compute(0)};
  guard.orElse = {wait(c(5))};
  Expr rest = binary(c(100), binary(iv(0), c(-64), Expr::Mul), Expr::Add);
  g.body = {loop(c(0), c(3), 1,
                 {load(1, binary(iv(0), c(64), Expr::Mul), rest), guard,
                  loop(c(0), iv(0), 1, {compute(1)})})};
  return g;
}

std::string failure(llvm::Error e) {
  std::string text;
  describeError(std::move(e), text);
  return text;
}

std::string loadFailure(llvm::StringRef text) {
  llvm::Expected<llvm::json::Value> v = llvm::json::parse(text);
  if (!v)
    return "not JSON: " + llvm::toString(v.takeError());
  llvm::Expected<Graph> g = Graph::fromJson(*v);
  return g ? "no error" : failure(g.takeError());
}

} // namespace

TEST(Expr, DivisionsRoundTowardsMinusInfinity) {
  struct Case {
    Expr::Kind kind;
    int64_t a, b, expected;
  } cases[] = {{Expr::FloorDiv, 7, 4, 1},  {Expr::FloorDiv, -7, 4, -2},
               {Expr::FloorDiv, -8, 4, -2}, {Expr::CeilDiv, 7, 4, 2},
               {Expr::CeilDiv, -7, 4, -1}, {Expr::Mod, 7, 4, 3},
               {Expr::Mod, -7, 4, 1},      {Expr::Mod, -8, 4, 0},
               {Expr::Min, -3, 2, -3},     {Expr::Max, -3, 2, 2},
               {Expr::Add, -3, 2, -1},     {Expr::Mul, -3, 2, -6}};
  for (const Case &x : cases) {
    EXPECT_EQ(binary(c(x.a), c(x.b), x.kind).evaluate({}), x.expected)
        << "kind " << x.kind << " of " << x.a << ", " << x.b;
    EXPECT_EQ(binary(iv(1), c(x.b), x.kind).evaluate({99, x.a}), x.expected);
  }
}

TEST(Expr, TextIsInfixWithParentheses) {
  Expr e = binary(binary(binary(iv(0), c(128), Expr::Mul), c(64), Expr::Add),
                  c(8), Expr::FloorDiv);
  EXPECT_EQ(e.str(), "((i0*128) + 64) floordiv 8");
  EXPECT_EQ(binary(iv(0), e, Expr::Min).str(),
            "min(i0, ((i0*128) + 64) floordiv 8)");
}

TEST(Graph, WalkGivesEventsInProgramOrder) {
  EventRecorder r;
  sample().walk({0x80000000, 0x90000000}, r);
  std::vector<std::string> kinds;
  for (const Event &e : r.events)
    kinds.push_back(e.kind == Event::Kind::Dma ? "dma" : e.str());
  EXPECT_EQ(kinds, (std::vector<std::string>{
                       "dma", "compute 0", "dma", "wait 5", "compute 1", "dma",
                       "wait 5", "compute 1", "compute 1"}));
}

TEST(Graph, DmaIsEvaluatedFromItsTemplate) {
  EventRecorder r;
  sample().walk({0x80000000, 0x90000000}, r);
  DmaDescriptor last = r.events[5].dma;
  EXPECT_EQ(last.dramAddress, 0x90000000u + 2 * 64 * 2)
      << "argument + offset * element bytes";
  EXPECT_EQ(last.spadAddress, kSpadWindow + 4096);
  EXPECT_EQ(last.tag, 0);
  EXPECT_EQ(r.events[2].dma.tag, 1);
  EXPECT_EQ(r.events[0].dma.high[3], 64) << "100 is clamped to the extent";
  EXPECT_EQ(r.events[2].dma.high[3], 36);
  EXPECT_EQ(last.high[3], 0) << "-28 is clamped to 0";
  EXPECT_EQ(last.extent[3], 64);
}

TEST(Graph, EmptyAndSteppedLoops) {
  Graph g;
  g.computeNodes.resize(1);
  g.body = {loop(c(5), c(5), 1, {compute(0)}),
            loop(c(7), c(5), 1, {compute(0)}),
            loop(c(0), c(10), 4, {loop(iv(0), c(9), 4, {wait(iv(1))})})};
  EventRecorder r;
  g.walk({}, r);
  std::vector<unsigned> tags;
  for (const Event &e : r.events) {
    EXPECT_EQ(e.kind, Event::Kind::Wait);
    tags.push_back(e.id);
  }
  EXPECT_EQ(tags, (std::vector<unsigned>{0, 4, 8, 4, 8, 8}));
}

TEST(Graph, WalkIsLazy) {
  // 10^12 events cannot be expanded; taking ten must be immediate.
  Graph g;
  g.body = {loop(c(0), c(1000000), 1,
                 {loop(c(0), c(1000000), 1, {wait(iv(1))})})};
  Walker w(g, {});
  for (unsigned i = 0; i < 10; ++i) {
    ASSERT_NE(w.next(), nullptr);
    EXPECT_EQ(w.tag(), i);
  }
}

TEST(Graph, SitesAreNumberedInOrderOfAppearance) {
  Graph g = sample();
  auto sites = eventSites(g);
  const std::vector<Node> &body = g.body[0].body;
  EXPECT_EQ(sites.size(), 4u);
  EXPECT_EQ(sites.lookup(&body[0]), 0u);
  EXPECT_EQ(sites.lookup(&body[1].body[0]), 1u);
  EXPECT_EQ(sites.lookup(&body[1].orElse[0]), 2u);
  EXPECT_EQ(sites.lookup(&body[2].body[0]), 3u);
}

TEST(GraphJson, RoundTripKeepsEverything) {
  Graph g = sample();
  llvm::json::Value first = g.toJson();
  // Through text, as in a saved program.
  std::string text;
  llvm::raw_string_ostream(text) << first;
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(text);
  ASSERT_TRUE(bool(parsed));
  llvm::Expected<Graph> back = Graph::fromJson(*parsed);
  ASSERT_TRUE(bool(back)) << failure(back.takeError());
  EXPECT_EQ(back->toJson(), first);
  EXPECT_EQ(back->str(), g.str());
  EventRecorder a, b;
  g.walk({0x80000000, 0x90000000}, a);
  back->walk({0x80000000, 0x90000000}, b);
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(back->computeNodes[1].macs, uint64_t(1) << 20);
}

TEST(GraphJson, ErrorsNameThePlace) {
  struct Case {
    const char *text, *expected;
  } cases[] = {
      {R"([])", "tile graph: graph: expected an object"},
      {R"({"body":[]})", "tile graph: graph: missing key 'compute'"},
      {R"({"body":[],"compute":[],"extra":1})",
       "tile graph: graph: unknown key 'extra'"},
      {R"({"body":[{"lop":{}}],"compute":[]})",
       "tile graph: body[0]: unknown kind of node 'lop'; did you mean 'loop'?"},
      {R"({"body":[{"loop":{"lower":0,"upper":4,"step":0,"body":[]}}],"compute":[]})",
       "tile graph: body[0].loop.step: expected an integer in [1, "
       "9223372036854775807]"},
      {R"({"body":[{"wait":["i0"]}],"compute":[]})",
       "tile graph: body[0].wait: variable i0 in a nest of 0 loops"},
      {R"({"body":[{"wait":[1,"+"]}],"compute":[]})",
       "tile graph: body[0].wait: operator without two operands"},
      {R"({"body":[{"wait":[1,2]}],"compute":[]})",
       "tile graph: body[0].wait: operands without an operator"},
      {R"({"body":[{"wait":[8,0,"mod"]}],"compute":[]})",
       "tile graph: body[0].wait: divisor is not a positive constant"},
      {R"({"body":[{"wait":[8,2,"flordiv"]}],"compute":[]})",
       "tile graph: body[0].wait: expected an integer, a variable like \"i0\" "
       "or an operator, got 'flordiv'; did you mean 'floordiv'?"},
      {R"({"body":[{"wait":true}],"compute":[]})",
       "tile graph: body[0].wait: expected an integer or a postfix array"},
      {R"({"body":[{"compute":0}],"compute":[]})",
       "tile graph: body[0].compute: id 0, but the graph has 0 compute nodes"},
      {R"({"body":[],"compute":[{"label":"x","location":"","macs":-1}]})",
       "tile graph: compute[0].macs: expected an unsigned 64-bit number"},
  };
  for (const Case &x : cases)
    EXPECT_EQ(loadFailure(x.text), x.expected) << x.text;
}

TEST(GraphJson, DmaFieldsAreChecked) {
  Graph g;
  g.body = {loop(c(0), c(1), 1, {load(0, c(0), c(64))})};
  std::string good;
  llvm::raw_string_ostream(good) << g.toJson();
  EXPECT_EQ(loadFailure(good), "no error");
  struct Case {
    const char *from, *to, *expected;
  } cases[] = {
      {"\"extent\":[1,1,8,64]", "\"extent\":[1,1,8]",
       "dma.extent: expected 4 entries, got 3"},
      {"\"extent\":[1,1,8,64]", "\"extent\":[1,1,8,65536]",
       "dma.extent[3]: expected an integer in [0, 65535]"},
      {"\"extent\":[1,1,8,64]", "\"extent\":[1,1,0,64]", "dma.extent: extent 0"},
      {"\"lane_axis\":3", "\"lane_axis\":4", "dma.lane_axis: axis beyond 3"},
      {"\"element_bytes\":2", "\"element_bytes\":0",
       "dma.element_bytes: element of 0 bytes"},
      {"\"lane_stride\":1", "\"lanestride\":1",
       "dma: unknown key 'lanestride'; did you mean 'lane_stride'?"},
  };
  for (const Case &x : cases) {
    std::string text = good;
    size_t at = text.find(x.from);
    ASSERT_NE(at, std::string::npos) << x.from;
    text.replace(at, strlen(x.from), x.to);
    EXPECT_EQ(loadFailure(text),
              std::string("tile graph: body[0].loop.body[0].") + x.expected);
  }
}

TEST(Graph, VerifierFindsDefectsOfBuilders) {
  Graph g = sample();
  EXPECT_EQ(failure(g.verify()), "");
  g.body[0].body[0].dma.tag = {};
  EXPECT_EQ(failure(g.verify()),
            "tile graph: body[0].loop.body[0].dma.tag: empty expression");
}

TEST(Graph, TextShowsStructure) {
  EXPECT_EQ(sample().str(),
            "for i0 = 0 to 3 step 1\n"
            "  load arg1[i0*64] bank[4096] tag i0 mod 2 1x1x8x64x2B valid "
            "[1, 1, 8, 100 + (i0*-64)] axis 3/1 dram [0, 0, 256, 1]\n"
            "  if i0 == 0\n"
            "    compute 0 \"init\"\n"
            "  else\n"
            "    wait 5\n"
            "  for i1 = 0 to i0 step 1\n"
            "    compute 1 \"matmul\"\n");
}
