//===- RandomGraph.h - Modules to test the graph layer with -----*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes a module with a random graph of elementwise ops, broadcasts,
// transposes, reshapes and matrix products, as frontends emit them. Same seed,
// same text.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_UNITTESTS_GRAPH_RANDOMGRAPH_H
#define TILEWRIGHT_UNITTESTS_GRAPH_RANDOMGRAPH_H

#include <cstdint>
#include <string>
#include <vector>

namespace tilewright {

struct RandomGraph {
  using Shape = std::vector<int64_t>;
  std::string text;
  std::vector<Shape> inputs, outputs;
};
RandomGraph makeRandomGraph(unsigned seed, unsigned operations);

int64_t countElements(const RandomGraph::Shape &shape);

} // namespace tilewright

#endif // TILEWRIGHT_UNITTESTS_GRAPH_RANDOMGRAPH_H
