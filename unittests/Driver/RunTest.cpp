//===- RunTest.cpp - Programs run, timed and verified ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiles one small program of two kernels and then breaks it in one place at
// a time: verification has to name that place.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/Driver.h"
#include "tilewright/Support/Error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <cstring>

using namespace tilewright;
using testing::HasSubstr;

namespace {

/// c = a * b; d = c * c^T: two contractions, hence two kernels. The second one
/// reads the temporary c.
const char *const kModule = R"(
func.func @model(%a: tensor<10x24xf32>, %b: tensor<24x12xf32>) -> tensor<10x10xf32> {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<10x12xf32>
  %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<10x12xf32>) -> tensor<10x12xf32>
  %c = linalg.matmul ins(%a, %b : tensor<10x24xf32>, tensor<24x12xf32>)
                     outs(%i0 : tensor<10x12xf32>) -> tensor<10x12xf32>
  %w = arith.constant dense<0.5> : tensor<12x10xf32>
  %e1 = tensor.empty() : tensor<10x10xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<10x10xf32>) -> tensor<10x10xf32>
  %d = linalg.matmul ins(%c, %w : tensor<10x12xf32>, tensor<12x10xf32>)
                     outs(%i1 : tensor<10x10xf32>) -> tensor<10x10xf32>
  return %d : tensor<10x10xf32>
}
)";

const Program &compiled() {
  static const Program program = [] {
    auto machine = loadMachine("small8");
    EXPECT_TRUE(bool(machine));
    auto program = compileModule(kModule, "model.mlir", *machine);
    if (!program)
      ADD_FAILURE() << llvm::toString(program.takeError());
    return program ? std::move(*program) : Program();
  }();
  return program;
}

llvm::Expected<RunResult> run(const Program &program, RunOptions options = {}) {
  return runProgram(program, randomInputs(program, 1), options);
}

RunOptions verifying() {
  RunOptions options;
  options.verify = true;
  options.sanitize = true;
  return options;
}

std::string failure(llvm::Error error, FailureKind kind) {
  std::string message;
  EXPECT_EQ(describeError(std::move(error), message), kind) << message;
  return message;
}

void replace(std::string &text, const std::string &from, const std::string &to,
             bool last = false) {
  size_t at = last ? text.rfind(from) : text.find(from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, from.size(), to);
}

TEST(RunTest, ResultsAreTheProductAndTheReportAddsUp) {
  const Program &program = compiled();
  ASSERT_EQ(program.kernels.size(), 2u);
  auto inputs = randomInputs(program, 1);
  auto result = runProgram(program, inputs, verifying());
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  EXPECT_FALSE(result->mismatch) << *result->mismatch;

  auto value = [](const Tensor &t, size_t i) {
    float v;
    std::memcpy(&v, &t.data[4 * i], 4);
    return v;
  };
  for (size_t i = 0; i < 10; ++i) {
    double sum = 0;
    for (size_t k = 0; k < 12; ++k)
      for (size_t j = 0; j < 24; ++j)
        sum +=
            0.5 * value(inputs[0], i * 24 + j) * value(inputs[1], j * 12 + k);
    for (size_t column = 0; column < 10; ++column)
      EXPECT_NEAR(value(result->outputs[0], i * 10 + column), sum, 1e-4);
  }

  const Report &report = result->report;
  EXPECT_TRUE(report.verified);
  EXPECT_EQ(report.machine, "small8");
  ASSERT_EQ(report.launches.size(), 2u);
  EXPECT_LE(report.launches[0].end, report.launches[1].begin);
  EXPECT_EQ(report.cycles, report.launches[1].end);
  uint64_t macs = 0, dramBytes = 0, busy = 0;
  for (const Report::Kernel &kernel : report.kernels) {
    EXPECT_EQ(kernel.launches, 1u);
    EXPECT_TRUE(kernel.maxError);
    macs += kernel.macs;
    dramBytes += kernel.dramBytes;
    busy += kernel.arrayBusyCycles;
  }
  EXPECT_EQ(macs, 10u * 24 * 12 + 10 * 12 * 10);
  EXPECT_EQ(dramBytes, report.dramBytes);
  EXPECT_EQ(busy, report.arrayBusyCycles);
  EXPECT_EQ(report.dramBytes,
            (report.dramReadRequests + report.dramWriteRequests) * 64);
  EXPECT_GT(report.arrayUtilization(), 0);
  EXPECT_LE(report.arrayUtilization(), 1);
}

TEST(RunTest, EveryTimingLevelComputesTheSame) {
  RunOptions options;
  std::vector<std::vector<uint8_t>> outputs;
  std::vector<uint64_t> instructions, cycles;
  for (TimingLevel level :
       {TimingLevel::None, TimingLevel::Tile, TimingLevel::Instruction}) {
    options.timing = level;
    auto result = run(compiled(), options);
    ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
    outputs.push_back(result->outputs[0].data);
    instructions.push_back(result->report.instructions);
    cycles.push_back(result->report.cycles);
  }
  EXPECT_EQ(outputs[0], outputs[1]);
  EXPECT_EQ(outputs[0], outputs[2]);
  EXPECT_EQ(instructions[0], instructions[1]);
  EXPECT_EQ(instructions[0], instructions[2]);
  EXPECT_EQ(cycles[0], 0u);
  EXPECT_NEAR(double(cycles[1]), double(cycles[2]), 0.02 * cycles[2]);
}

TEST(RunTest, ADifferenceNamesTheFirstKernelThatDiffers) {
  Program program = compiled();
  // The reference of the second kernel subtracts.
  replace(program.graphModule, "arith.addf", "arith.subf", /*last=*/true);
  auto result = run(program, verifying());
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  ASSERT_TRUE(result->mismatch);
  EXPECT_THAT(
      *result->mismatch,
      HasSubstr("kernel '" + program.kernels[1].name + "' (model.mlir:"));
  EXPECT_THAT(*result->mismatch, HasSubstr("launch 1, output 0"));
  EXPECT_THAT(*result->mismatch, HasSubstr("at [0, 0]: NPU "));
  EXPECT_THAT(*result->mismatch,
              HasSubstr("100 of 100 elements of 10x10xf32 differ"));
  EXPECT_EQ(result->outputs.size(), 1u) << "outputs are there all the same";
  EXPECT_GT(*result->report.kernels[1].maxError, 0.1);
  EXPECT_LT(*result->report.kernels[0].maxError, 1e-4);
}

TEST(RunTest, AWrongPartitionIsFoundThoughAllKernelsAgree) {
  Program program = compiled();
  replace(program.sourceModule, "dense<5.000000e-01>", "dense<6.000000e-01>");
  auto result = run(program, verifying());
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  ASSERT_TRUE(result->mismatch);
  EXPECT_THAT(*result->mismatch,
              HasSubstr("output 0 of 'model.mlir' at [0, 0]: NPU "));
  EXPECT_THAT(*result->mismatch,
              HasSubstr("every kernel agrees with its own function"));
}

TEST(RunTest, OverlappingTensorsInTheDevicePlanAreFound) {
  Program program = compiled();
  // The first kernel's result overwrites the constant of the second. Both
  // kernels do what they should with what they find.
  uint64_t temporary =
      program.buffers[program.launches[0].buffers.back()].address;
  unsigned moved = 0;
  for (Buffer &buffer : program.buffers)
    if (buffer.kind == Buffer::Kind::Constant && ++moved)
      buffer.address = temporary;
  ASSERT_EQ(moved, 1u);
  auto result = run(program, verifying());
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  ASSERT_TRUE(result->mismatch);
  EXPECT_THAT(*result->mismatch, HasSubstr("output 0 of 'model.mlir'"));
  EXPECT_THAT(*result->mismatch, HasSubstr("or the plan of device memory"));
}

/// The first wait of a graph.
tog::Node *findWait(std::vector<tog::Node> &nodes) {
  for (tog::Node &node : nodes) {
    if (node.kind == tog::Node::Kind::Wait)
      return &node;
    if (tog::Node *found = findWait(node.body))
      return found;
  }
  return nullptr;
}

TEST(RunTest, AGraphThatIsNotTheBinaryIsAnInternalError) {
  Program program = compiled();
  tog::Node *wait = findWait(program.kernels[0].graph.body);
  ASSERT_TRUE(wait);
  wait->tag = tog::Expr::constant(61);
  RunOptions options = verifying();
  options.timing = TimingLevel::None;
  EXPECT_THAT(
      failure(run(program, options).takeError(), FailureKind::Internal),
      HasSubstr("of its tile operation graph is not the binary's: graph: "));
  options.verify = false;
  options.timing = TimingLevel::Tile;
  EXPECT_THAT(failure(run(program, options).takeError(), FailureKind::Internal),
              HasSubstr("kernel '" + program.kernels[0].name + "'"));
}

TEST(RunTest, WrongInputsAreUsageErrors) {
  const Program &program = compiled();
  auto inputs = randomInputs(program, 1);
  auto message = [&](std::vector<Tensor> wrong) {
    return failure(runProgram(program, wrong, {}).takeError(),
                   FailureKind::Usage);
  };
  EXPECT_EQ(message({inputs[0]}),
            "program 'model.mlir' takes 2 inputs, 1 given");
  EXPECT_THAT(message({inputs[1], inputs[0]}),
              HasSubstr("expected 10x24xf32, found 24x12xf32"));
  std::vector<Tensor> shorter = inputs;
  shorter[1].data.pop_back();
  EXPECT_THAT(message(shorter), HasSubstr("expected 1152 bytes, found 1151"));
  shorter[1].data = inputs[1].data;
  shorter[1].info.type = ElementType::I32;
  EXPECT_THAT(message(shorter), HasSubstr("input 1 '"));
}

TEST(RunTest, MalformedProgramsDoNotRun) {
  Program program = compiled();
  program.launches[0].buffers[0] = 1000;
  EXPECT_THAT(failure(run(program).takeError(), FailureKind::Internal),
              HasSubstr("launch 0 refers to buffer 1000"));
  program = compiled();
  program.machineYaml = "lanes: 3\n";
  EXPECT_THAT(failure(run(program).takeError(), FailureKind::Usage),
              HasSubstr("machine 'small8' of the program:1:8"));
}

TEST(RunTest, TracesHoldNodesAndMoves) {
  RunOptions options;
  options.trace = true;
  for (TimingLevel level : {TimingLevel::Tile, TimingLevel::Instruction}) {
    options.timing = level;
    auto result = run(compiled(), options);
    ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
    const Report &report = result->report;
    EXPECT_EQ(report.moves.size(), report.dmaMoves);
    for (const Report::Launch &launch : report.launches) {
      EXPECT_FALSE(launch.nodes.empty());
      for (const NodeInterval &node : launch.nodes) {
        EXPECT_LE(launch.begin, node.begin);
        EXPECT_LE(node.begin, node.end);
        EXPECT_LE(node.end, launch.end);
        EXPECT_LT(node.id, launch.nodeLabels.size());
      }
    }
  }
}

TEST(RunTest, ASavedProgramRunsTheSame) {
  std::string path = testing::TempDir() + "/run-test.tw";
  ASSERT_EQ(llvm::toString(compiled().save(path)), "");
  auto loaded = Program::load(path);
  ASSERT_TRUE(bool(loaded)) << llvm::toString(loaded.takeError());
  auto a = run(compiled(), verifying()), b = run(*loaded, verifying());
  ASSERT_TRUE(bool(a) && bool(b));
  EXPECT_FALSE(b->mismatch);
  EXPECT_EQ(a->outputs[0].data, b->outputs[0].data);
  EXPECT_EQ(a->report.cycles, b->report.cycles);
}

} // namespace
