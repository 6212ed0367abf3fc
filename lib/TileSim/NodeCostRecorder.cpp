//===- NodeCostRecorder.cpp - Costs of a kernel's stretches ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The whole launch is timed without a break, so that a stretch starts from the
// pipeline and array state its predecessor leaves: pops that lag their pushes by
// a node are charged correctly, and costs add up to the unstalled launch exactly.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Error.h"
#include "tilewright/TileSim/TileSim.h"
#include "llvm/ADT/STLExtras.h"

using namespace tilewright;

struct NodeCostRecorder::State {
  State(const MachineConfig &machine, const tog::Graph &graph)
      : graph(graph), core(machine, nullptr), walker(graph, arguments(graph)),
        sites(tog::eventSites(graph)) {
    costs.nodes.resize(graph.computeNodes.size());
    core.begin(0);
  }

  /// Addresses do not matter to the order of events.
  static std::vector<uint64_t> arguments(const tog::Graph &graph) {
    return std::vector<uint64_t>(graph.numArguments());
  }

  void event(const RetiredInstruction &inst);
  std::string mismatch(const RetiredInstruction &inst,
                       const tog::Node *expected) const;
  void closeStretch(unsigned to, uint64_t now);

  const tog::Graph &graph;
  CoreTiming core;
  tog::Walker walker;
  llvm::DenseMap<const tog::Node *, unsigned> sites;
  NodeCosts costs;
  unsigned from = NodeCosts::kEntry;
  const tog::Node *fromNode = nullptr;
  uint64_t since = 0;
  CoreCounters sinceCounters;
  uint64_t numEvents = 0;
  std::string error;
};

/// How the binary's event differs from the graph's, or an empty string.
std::string
NodeCostRecorder::State::mismatch(const RetiredInstruction &inst,
                                  const tog::Node *expected) const {
  using Kind = tog::Event::Kind;
  tog::Event binary{Kind::Compute, {}, isa::markerId(inst.info->word)};
  if (inst.info->op == isa::Op::DmaWait)
    binary = {Kind::Wait, {}, inst.tag};
  else if (inst.dma)
    binary = {Kind::Dma, *inst.dma, 0};
  auto blame = [&](const std::string &what) {
    return "event " + std::to_string(numEvents) + " of the binary (" +
           binary.str() + ") " + what;
  };
  if (!expected)
    return blame("comes after the last one of the tile graph");
  tog::Event graphs{Kind::Compute, {}, expected->id};
  if (expected->kind == tog::Node::Kind::Wait)
    graphs = {Kind::Wait, {}, walker.tag()};
  else if (expected->kind == tog::Node::Kind::Dma)
    graphs = {Kind::Dma, walker.dma(), 0};
  bool same = binary.kind == graphs.kind && binary.id == graphs.id &&
              binary.dma.isStore() == graphs.dma.isStore() &&
              binary.dma.tag == graphs.dma.tag &&
              binary.dma.high == graphs.dma.high &&
              binary.dma.low == graphs.dma.low;
  return same ? ""
              : blame("is not that of the tile graph (" + graphs.str() + ")");
}

void NodeCostRecorder::State::closeStretch(unsigned to, uint64_t now) {
  StretchCost &cost = costs.stretches[{from, to}];
  ++cost.executions;
  cost.cycles += now - since;
  cost.counters.add(core.counters());
  cost.counters.add(sinceCounters, -1);
  if (fromNode && fromNode->kind == tog::Node::Kind::Compute) {
    NodeCost &node = costs.nodes[fromNode->id];
    node.known = true;
    ++node.executions;
    node.cycles += now - since;
    node.instructions +=
        core.counters().instructions - sinceCounters.instructions;
    node.arrayBusyCycles +=
        core.counters().arrayBusyCycles - sinceCounters.arrayBusyCycles;
    node.arrayRows.resize(core.counters().arrayRows.size());
    for (size_t i = 0; i < node.arrayRows.size(); ++i)
      node.arrayRows[i] +=
          core.counters().arrayRows[i] - sinceCounters.arrayRows[i];
  }
  for (const InheritedWait &wait : core.inheritedWaits()) {
    auto it = llvm::find_if(cost.inheritedWaits, [&](const InheritedWait &w) {
      return w.distance >= wait.distance;
    });
    if (it == cost.inheritedWaits.end() || it->distance != wait.distance)
      it = cost.inheritedWaits.insert(it, {wait.distance, 0});
    it->cycles += wait.cycles;
  }
  core.beginEpoch();
  since = now;
  sinceCounters = core.counters();
}

void NodeCostRecorder::State::event(const RetiredInstruction &inst) {
  const tog::Node *node = walker.next();
  error = mismatch(inst, node);
  if (!error.empty())
    return;
  unsigned site = sites.lookup(node);
  closeStretch(site, core.now());
  from = site;
  fromNode = node;
  ++numEvents;
}

NodeCostRecorder::NodeCostRecorder(const MachineConfig &machine,
                                   const tog::Graph &graph)
    : state(std::make_unique<State>(machine, graph)) {
  state->sinceCounters = state->core.counters();
}
NodeCostRecorder::~NodeCostRecorder() = default;

void NodeCostRecorder::retired(const RetiredInstruction &inst) {
  if (!state->error.empty())
    return;
  state->core.retired(inst);
  using isa::Op;
  auto op = inst.info->op;
  if (op == Op::NodeMarker || op == Op::DmaWait || op == Op::DmaLoad ||
      op == Op::DmaStore)
    state->event(inst);
}

llvm::Expected<NodeCosts> NodeCostRecorder::take() {
  State &s = *state;
  if (s.error.empty() && s.walker.next())
    s.error = "the binary returned after event " +
              std::to_string(s.numEvents) + ", the tile graph goes on";
  if (!s.error.empty())
    return internalError(s.error);
  uint64_t end = s.core.finish();
  s.closeStretch(NodeCosts::kReturn, end);
  return std::move(s.costs);
}
