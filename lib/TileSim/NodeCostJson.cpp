//===- NodeCostJson.cpp - Costs of a kernel as JSON -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the saved form of NodeCosts:
//   {"nodes": [{"executions", "cycles", ...}...],
//    "stretches": [{"from", "to", "executions", "cycles", "counters",
//                   "inherited": [[distance, cycles]...]}...]}
// Stretches are sorted, so that equal costs have equal text.
//
//===----------------------------------------------------------------------===//

#include "tilewright/TileSim/TileSim.h"
#include "llvm/ADT/STLExtras.h"

using namespace tilewright;
namespace json = llvm::json;

/// The integer fields of counters, with their names.
template <typename Counters, typename Visit>
static void visitCounters(Counters &c, Visit visit) {
  visit("instructions", c.instructions);
  visit("array_busy_cycles", c.arrayBusyCycles);
  visit("array_rows", c.arrayRows);
  visit("dma_wait_cycles", c.dmaWaitCycles);
  visit("array_wait_cycles", c.arrayWaitCycles);
  visit("vector_memory_bytes", c.vectorMemoryBytes);
  visit("branches", c.branches);
  visit("mispredictions", c.mispredictions);
  visit("array_protocol_errors", c.arrayProtocolErrors);
}
template <typename Cost, typename Visit>
static void visitNode(Cost &c, Visit visit) {
  visit("known", c.known);
  visit("executions", c.executions);
  visit("cycles", c.cycles);
  visit("instructions", c.instructions);
  visit("array_busy_cycles", c.arrayBusyCycles);
  visit("array_rows", c.arrayRows);
}

json::Value NodeCosts::toJson() const {
  auto writeInto = [](json::Object &object) {
    return [&object](llvm::StringLiteral key, const auto &value) {
      object[key] = json::Value(value);
    };
  };
  json::Array nodeList, stretchList;
  for (const NodeCost &node : nodes) {
    json::Object object;
    visitNode(node, writeInto(object));
    nodeList.push_back(std::move(object));
  }
  std::vector<Stretch> keys;
  for (const auto &entry : stretches)
    keys.push_back(entry.first);
  llvm::sort(keys);
  for (const Stretch &key : keys) {
    const StretchCost &cost = stretches.find(key)->second;
    json::Object counters;
    visitCounters(cost.counters, writeInto(counters));
    json::Array inherited;
    for (const InheritedWait &wait : cost.inheritedWaits)
      inherited.push_back(json::Array{wait.distance, wait.cycles});
    stretchList.push_back(json::Object{{"from", key.first},
                                       {"to", key.second},
                                       {"executions", cost.executions},
                                       {"cycles", cost.cycles},
                                       {"counters", std::move(counters)},
                                       {"inherited", std::move(inherited)}});
  }
  return json::Object{{"nodes", std::move(nodeList)},
                      {"stretches", std::move(stretchList)}};
}

static bool readNode(const json::Value &value, NodeCost &node) {
  json::Path::Root root;
  json::ObjectMapper mapper(value, root);
  bool valid = bool(mapper);
  visitNode(node, [&](llvm::StringLiteral key, auto &field) {
    valid = valid && mapper.map(key, field);
  });
  return valid;
}

static bool readStretch(const json::Value &value, NodeCosts::Stretch &key,
                        StretchCost &cost) {
  json::Path::Root root;
  json::ObjectMapper mapper(value, root);
  std::vector<std::vector<uint64_t>> inherited;
  if (!mapper || !mapper.map("from", key.first) ||
      !mapper.map("to", key.second) ||
      !mapper.map("executions", cost.executions) ||
      !mapper.map("cycles", cost.cycles) || !mapper.map("inherited", inherited))
    return false;
  for (const std::vector<uint64_t> &wait : inherited) {
    if (wait.size() != 2)
      return false;
    cost.inheritedWaits.push_back({wait[0], wait[1]});
  }
  const json::Value *counters = value.getAsObject()->get("counters");
  if (!counters)
    return false;
  json::ObjectMapper fields(*counters, root);
  bool valid = bool(fields);
  visitCounters(cost.counters, [&](llvm::StringLiteral name, auto &field) {
    valid = valid && fields.map(name, field);
  });
  return valid;
}

std::optional<NodeCosts> NodeCosts::fromJson(const json::Value &value) {
  const json::Object *object = value.getAsObject();
  const json::Array *nodeList = object ? object->getArray("nodes") : nullptr;
  const json::Array *stretchList =
      object ? object->getArray("stretches") : nullptr;
  if (!nodeList || !stretchList)
    return std::nullopt;
  NodeCosts costs;
  for (const json::Value &each : *nodeList)
    if (!readNode(each, costs.nodes.emplace_back()))
      return std::nullopt;
  for (const json::Value &each : *stretchList) {
    Stretch key;
    StretchCost cost;
    if (!readStretch(each, key, cost))
      return std::nullopt;
    costs.stretches[key] = std::move(cost);
  }
  return costs;
}
