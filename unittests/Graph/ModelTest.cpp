//===- ModelTest.cpp - Frontends' modules compute the same ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The modules in Models/ are what torch-mlir makes of small models. Each is run
// on the host as it is and partitioned into kernels. Results differ only by
// rounding: doubles become floats, and a bias is added after a sum instead of
// before.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "tilewright/Frontend/Frontend.h"
#include "tilewright/Graph/Graph.h"
#include "tilewright/Reference/Reference.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstring>
#include <random>

using namespace mlir;
using namespace tilewright;

namespace {
using Bytes = std::vector<char>;

/// Data of one argument or result.
struct Tensor {
  RankedTensorType type;
  Bytes data;

  explicit Tensor(Type type) : type(cast<RankedTensorType>(type)) {
    unsigned bits = this->type.getElementTypeBitWidth();
    data.resize(this->type.getNumElements() * ((bits + 7) / 8));
  }
  template <typename T> T *as() { return reinterpret_cast<T *>(data.data()); }
};

/// Floats and small indices.
void fill(Tensor &tensor, std::mt19937 &generator) {
  std::normal_distribution<float> normal;
  Type element = tensor.type.getElementType();
  for (int64_t i = 0; i < tensor.type.getNumElements(); ++i) {
    if (element.isF32())
      // Variances are vectors, and not negative.
      tensor.as<float>()[i] = tensor.type.getRank() == 1
                                  ? std::fabs(normal(generator)) + 0.5f
                                  : normal(generator);
    else if (element.isInteger(64))
      tensor.as<int64_t>()[i] = int64_t(generator() % 2);
    else
      tensor.data[i] = char(generator() % 2);
  }
}

std::string messageOf(llvm::Error error) {
  std::string message;
  describeError(std::move(error), message);
  return message;
}

/// A module with its types, before and after partition.
struct Model {
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::string before, after;
  SmallVector<Type> inputs, outputs;

  static DialectRegistry registry() {
    DialectRegistry registry;
    registerAllDialects(registry);
    return registry;
  }
  explicit Model(StringRef path) : context(registry()) {
    auto text = llvm::MemoryBuffer::getFile(path);
    if (!text) {
      ADD_FAILURE() << "cannot read " << path.str();
      return;
    }
    before = (*text)->getBuffer().str();
    auto imported =
        importModule(before, llvm::sys::path::filename(path), context);
    if (!imported) {
      ADD_FAILURE() << messageOf(imported.takeError());
      return;
    }
    module = std::move(*imported);
    for (auto function : module->getOps<func::FuncOp>())
      if (function.isPublic()) {
        inputs.append(function.getArgumentTypes().begin(),
                      function.getArgumentTypes().end());
        outputs.append(function.getResultTypes().begin(),
                       function.getResultTypes().end());
      }
    PassManager pm(&context);
    buildAffineGraphPipeline(pm);
    buildPartitionPipeline(pm);
    auto run = [&] { return pm.run(*module); };
    if (llvm::Error error =
            withDiagnostics(context, FailureKind::Unsupported, run)) {
      ADD_FAILURE() << messageOf(std::move(error));
      return;
    }
    // As a whole, with the data of constants.
    llvm::raw_string_ostream stream(after);
    module->print(stream);
  }
};

std::vector<Tensor> evaluate(StringRef text, Model &model,
                             const std::vector<Tensor> &inputs) {
  std::vector<Tensor> outputs(model.outputs.begin(), model.outputs.end());
  std::vector<const void *> in;
  std::vector<void *> out;
  for (const Tensor &input : inputs)
    in.push_back(input.data.data());
  for (Tensor &output : outputs)
    out.push_back(output.data.data());
  auto reference = Reference::create(text);
  if (!reference)
    ADD_FAILURE() << messageOf(reference.takeError());
  else if (llvm::Error error = (*reference)->call("main", in, out))
    ADD_FAILURE() << messageOf(std::move(error));
  return outputs;
}

void expectClose(Tensor &expected, Tensor &actual) {
  if (!expected.type.getElementType().isF32()) {
    EXPECT_EQ(expected.data, actual.data);
    return;
  }
  for (int64_t i = 0; i < expected.type.getNumElements(); ++i) {
    float a = expected.as<float>()[i], b = actual.as<float>()[i];
    if (std::isnan(a) ? std::isnan(b) : a == b)
      continue;
    ASSERT_LE(std::fabs(a - b), 1e-4f * std::max(1.0f, std::fabs(a)))
        << "element " << i << ": " << a << " became " << b;
  }
}

std::vector<std::string> modelPaths() {
  std::vector<std::string> paths;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator i(TILEWRIGHT_GRAPH_MODELS, error), end;
       i != end && !error; i.increment(error))
    if (StringRef(i->path()).ends_with(".mlir"))
      paths.push_back(i->path());
  llvm::sort(paths);
  return paths;
}

class Models : public ::testing::TestWithParam<std::string> {};

TEST_P(Models, PartitionKeepsResults) {
  Model model(GetParam());
  ASSERT_FALSE(model.after.empty());
  std::mt19937 generator(1);
  std::vector<Tensor> inputs(model.inputs.begin(), model.inputs.end());
  for (Tensor &input : inputs)
    fill(input, generator);
  std::vector<Tensor> expected = evaluate(model.before, model, inputs);
  std::vector<Tensor> actual = evaluate(model.after, model, inputs);
  ASSERT_EQ(expected.size(), actual.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE("output " + std::to_string(i));
    expectClose(expected[i], actual[i]);
  }
}
INSTANTIATE_TEST_SUITE_P(Torch, Models, ::testing::ValuesIn(modelPaths()),
                         [](const ::testing::TestParamInfo<std::string> &info) {
                           return llvm::sys::path::stem(info.param).str();
                         });

TEST(Models, AreThere) { EXPECT_GE(modelPaths().size(), 20u); }
} // namespace
