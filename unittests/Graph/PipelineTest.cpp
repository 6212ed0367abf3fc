//===- PipelineTest.cpp - Partitioned graphs compute the same -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The graph layer moves work around but never changes an arithmetic operation
// or the order of a sum, so the partitioned module must give the same bits.
//
//===----------------------------------------------------------------------===//

#include "RandomGraph.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "tilewright/Frontend/Frontend.h"
#include "tilewright/Graph/Graph.h"
#include "tilewright/Reference/Reference.h"
#include "gtest/gtest.h"
#include <cstring>
#include <random>

using namespace mlir;
using namespace tilewright;

namespace {
using Tensors = std::vector<std::vector<float>>;

/// Level G2 of a module as text; empty on failure, which is reported.
std::string partition(StringRef text) {
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  auto module = importModule(text, "random.mlir", context);
  std::string message;
  if (!module) {
    describeError(module.takeError(), message);
    ADD_FAILURE() << message;
    return "";
  }
  PassManager pm(&context);
  buildAffineGraphPipeline(pm);
  buildPartitionPipeline(pm);
  auto run = [&] { return pm.run(**module); };
  if (llvm::Error error =
          withDiagnostics(context, FailureKind::Unsupported, run)) {
    describeError(std::move(error), message);
    ADD_FAILURE() << message;
    return "";
  }
  std::string result;
  llvm::raw_string_ostream(result) << **module;
  return result;
}

Tensors evaluate(StringRef text, const RandomGraph &graph,
                 const Tensors &inputs) {
  Tensors outputs;
  std::vector<const void *> in;
  std::vector<void *> out;
  for (const std::vector<float> &input : inputs)
    in.push_back(input.data());
  for (const RandomGraph::Shape &shape : graph.outputs)
    outputs.emplace_back(countElements(shape), -1.0f);
  for (std::vector<float> &output : outputs)
    out.push_back(output.data());
  auto reference = Reference::create(text);
  std::string message;
  if (!reference) {
    describeError(reference.takeError(), message);
    ADD_FAILURE() << message;
    return {};
  }
  if (llvm::Error error = (*reference)->call("main", in, out)) {
    describeError(std::move(error), message);
    ADD_FAILURE() << message;
  }
  return outputs;
}

class RandomGraphs : public ::testing::TestWithParam<unsigned> {};

TEST_P(RandomGraphs, PartitionKeepsEveryBit) {
  RandomGraph graph = makeRandomGraph(GetParam(), 12);
  std::mt19937 generator(GetParam());
  std::normal_distribution<float> normal;
  Tensors inputs;
  for (const RandomGraph::Shape &shape : graph.inputs) {
    inputs.emplace_back(countElements(shape));
    for (float &value : inputs.back())
      value = normal(generator);
  }
  std::string partitioned = partition(graph.text);
  ASSERT_FALSE(partitioned.empty()) << "seed " << GetParam() << "\n"
                                    << graph.text;
  Tensors expected = evaluate(graph.text, graph, inputs);
  Tensors actual = evaluate(partitioned, graph, inputs);
  ASSERT_EQ(expected.size(), actual.size());
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(std::memcmp(expected[i].data(), actual[i].data(),
                          expected[i].size() * sizeof(float)),
              0)
        << "output " << i << " of seed " << GetParam() << "\n"
        << graph.text << "\npartitioned:\n"
        << partitioned;
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomGraphs, ::testing::Range(0u, 24u));

TEST(Pipeline, PartitioningIsDeterministic) {
  for (unsigned seed : {100u, 101u, 102u}) {
    RandomGraph graph = makeRandomGraph(seed, 16);
    EXPECT_EQ(partition(graph.text), partition(graph.text)) << "seed " << seed;
  }
}
} // namespace
