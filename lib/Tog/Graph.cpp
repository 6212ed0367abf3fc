//===- Graph.cpp - Walking and checking a tile graph ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the order of a graph's events and what a well-formed graph is.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Tog/Tog.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"

using namespace tilewright;
using namespace tilewright::tog;

//===----------------------------------------------------------------------===//
// Walking
//===----------------------------------------------------------------------===//

Walker::Walker(const Graph &graph, llvm::ArrayRef<uint64_t> arguments)
    : arguments(arguments) {
  if (graph.numArguments() > arguments.size())
    llvm::report_fatal_error(llvm::Twine("tile graph uses ") +
                             llvm::Twine(graph.numArguments()) +
                             " arguments, but only " +
                             llvm::Twine(arguments.size()) + " were given");
  frames.push_back({&graph.body});
}

static bool holds(const Node &guard, llvm::ArrayRef<int64_t> ivs) {
  return llvm::all_of(guard.equalities,
                      [&](const Expr &e) { return e.evaluate(ivs) == 0; }) &&
         llvm::all_of(guard.inequalities,
                      [&](const Expr &e) { return e.evaluate(ivs) >= 0; });
}

const Node *Walker::next() {
  while (!frames.empty()) {
    Frame &frame = frames.back();
    if (frame.index == frame.nodes->size()) {
      if (frame.loop && (ivs.back() += frame.loop->step) < frame.upper) {
        frame.index = 0;
        continue;
      }
      if (frame.loop)
        ivs.pop_back();
      frames.pop_back();
      continue;
    }
    const Node &node = (*frame.nodes)[frame.index++];
    if (node.isEvent())
      return current = &node;
    if (node.kind == Node::Kind::Guard) {
      frames.push_back({holds(node, ivs) ? &node.body : &node.orElse});
      continue;
    }
    int64_t lower = node.lower.evaluate(ivs), upper = node.upper.evaluate(ivs);
    if (lower < upper) {
      frames.push_back({&node.body, 0, &node, upper});
      ivs.push_back(lower);
    }
  }
  return current = nullptr;
}

DmaDescriptor Walker::dma() const {
  const DmaNode &node = current->dma;
  DmaDescriptor d = node.base;
  d.dramAddress = arguments[node.argument] +
                  uint64_t(node.dramOffset.evaluate(ivs)) * d.elementBytes;
  d.spadAddress = kSpadWindow + uint64_t(node.spadOffset.evaluate(ivs));
  d.tag = uint8_t(node.tag.evaluate(ivs));
  for (int k = 0; k < 4; ++k)
    d.high[k] = uint16_t(std::clamp<int64_t>(node.high[k].evaluate(ivs), 0,
                                             d.extent[k]));
  for (int k = 0; k < 4; ++k)
    if (!node.low[k].terms.empty())
      d.low[k] = uint16_t(std::clamp<int64_t>(node.low[k].evaluate(ivs), 0,
                                              d.extent[k]));
  if (d.isIndirect())
    d.index.address = kSpadWindow + uint64_t(node.indexOffset.evaluate(ivs));
  return d;
}

unsigned Walker::tag() const { return unsigned(current->tag.evaluate(ivs)); }

void Graph::walk(llvm::ArrayRef<uint64_t> arguments, EventSink &sink) const {
  Walker walker(*this, arguments);
  while (const Node *node = walker.next()) {
    if (node->kind == Node::Kind::Dma)
      sink.dma(walker.dma());
    else if (node->kind == Node::Kind::Wait)
      sink.wait(walker.tag());
    else
      sink.compute(node->id);
  }
}

//===----------------------------------------------------------------------===//
// Properties of the whole graph
//===----------------------------------------------------------------------===//

template <typename Fn>
static void forEachEvent(const std::vector<Node> &nodes, Fn &&visit) {
  for (const Node &node : nodes) {
    if (node.isEvent())
      visit(node);
    forEachEvent(node.body, visit);
    forEachEvent(node.orElse, visit);
  }
}

unsigned Graph::numArguments() const {
  unsigned count = 0;
  forEachEvent(body, [&](const Node &node) {
    if (node.kind == Node::Kind::Dma)
      count = std::max(count, node.dma.argument + 1);
  });
  return count;
}

llvm::DenseMap<const Node *, unsigned> tog::eventSites(const Graph &graph) {
  llvm::DenseMap<const Node *, unsigned> sites;
  forEachEvent(graph.body, [&](const Node &node) {
    unsigned site = sites.size();
    sites[&node] = site;
  });
  return sites;
}

namespace {
class Verifier {
public:
  explicit Verifier(const Graph &graph) : graph(graph) {}
  llvm::Error run() { return list(graph.body, "body", 0); }

private:
  static llvm::Error bad(const std::string &path, const llvm::Twine &why) {
    return internalError("tile graph: " + path + ": " + why);
  }

  static llvm::Error expr(const Expr &e, const std::string &path,
                          unsigned depth) {
    int64_t height = 0;
    for (auto [i, term] : llvm::enumerate(e.terms)) {
      if (term.kind == Expr::Const || term.kind == Expr::Iv) {
        ++height;
        if (term.kind == Expr::Iv &&
            (term.value < 0 || term.value >= int64_t(depth)))
          return bad(path, "variable i" + llvm::Twine(term.value) +
                               " in a nest of " + llvm::Twine(depth) +
                               " loops");
        continue;
      }
      if (--height < 1)
        return bad(path, "operator without two operands");
      bool divides = term.kind == Expr::FloorDiv ||
                     term.kind == Expr::CeilDiv || term.kind == Expr::Mod;
      if (divides && (e.terms[i - 1].kind != Expr::Const ||
                      e.terms[i - 1].value <= 0))
        return bad(path, "divisor is not a positive constant");
    }
    if (height != 1)
      return bad(path, height == 0 ? "empty expression"
                                   : "operands without an operator");
    return llvm::Error::success();
  }

  llvm::Error list(const std::vector<Node> &nodes, const std::string &path,
                   unsigned depth) {
    for (auto [i, node] : llvm::enumerate(nodes))
      if (llvm::Error e =
              one(node, path + "[" + std::to_string(i) + "]", depth))
        return e;
    return llvm::Error::success();
  }

  llvm::Error dma(const DmaNode &dma, const std::string &path,
                  unsigned depth) {
    if (llvm::is_contained(dma.base.extent, 0))
      return bad(path + ".extent", "extent 0");
    if (dma.base.elementBytes == 0)
      return bad(path + ".element_bytes", "element of 0 bytes");
    if (dma.base.laneAxis > 3)
      return bad(path + ".lane_axis", "axis beyond 3");
    if (dma.base.laneStride == 0)
      return bad(path + ".lane_stride", "stride 0");
    if (llvm::Error e = expr(dma.dramOffset, path + ".dram_offset", depth))
      return e;
    if (llvm::Error e = expr(dma.spadOffset, path + ".spad_offset", depth))
      return e;
    if (llvm::Error e = expr(dma.tag, path + ".tag", depth))
      return e;
    for (auto [i, high] : llvm::enumerate(dma.high))
      if (llvm::Error e = expr(
              high, path + ".high[" + std::to_string(i) + "]", depth))
        return e;
    for (auto [i, low] : llvm::enumerate(dma.low))
      if (!low.terms.empty())
        if (llvm::Error e = expr(low, path + ".low[" + std::to_string(i) + "]",
                                 depth))
          return e;
    if (!dma.base.isIndirect())
      return llvm::Error::success();
    if (dma.base.index.bytes != 4 && dma.base.index.bytes != 8)
      return bad(path + ".index.bytes", "is neither 4 nor 8");
    if (llvm::Error e =
            expr(dma.indexOffset, path + ".index.spad_offset", depth))
      return e;
    return llvm::Error::success();
  }

  llvm::Error one(const Node &node, const std::string &path, unsigned depth) {
    switch (node.kind) {
    case Node::Kind::Dma:
      return dma(node.dma, path + ".dma", depth);
    case Node::Kind::Wait:
      return expr(node.tag, path + ".wait", depth);
    case Node::Kind::Compute:
      if (node.id >= graph.computeNodes.size())
        return bad(path + ".compute",
                   "id " + llvm::Twine(node.id) + ", but the graph has " +
                       llvm::Twine(graph.computeNodes.size()) +
                       " compute nodes");
      return llvm::Error::success();
    case Node::Kind::Loop:
      if (node.step <= 0)
        return bad(path + ".loop.step", "step is not positive");
      if (llvm::Error e = expr(node.lower, path + ".loop.lower", depth))
        return e;
      if (llvm::Error e = expr(node.upper, path + ".loop.upper", depth))
        return e;
      return list(node.body, path + ".loop.body", depth + 1);
    case Node::Kind::Guard:
      for (const Expr &e : node.equalities)
        if (llvm::Error error = expr(e, path + ".guard.equalities", depth))
          return error;
      for (const Expr &e : node.inequalities)
        if (llvm::Error error = expr(e, path + ".guard.inequalities", depth))
          return error;
      if (llvm::Error e = list(node.body, path + ".guard.body", depth))
        return e;
      return list(node.orElse, path + ".guard.else", depth);
    }
    return bad(path, "unknown kind of node");
  }

  const Graph &graph;
};
} // namespace

llvm::Error Graph::verify() const { return Verifier(*this).run(); }
