//===- CompileTest.cpp - Compilation: threads, cache, schedules, tuning ---===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/Tune.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace tilewright;
using testing::HasSubstr;

namespace {

/// Two different products and a sum along rows.
const char *const kModule = R"(
func.func @model(%a: tensor<64x40xf32>, %b: tensor<40x32xf32>) -> tensor<64xf32> {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<64x32xf32>
  %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<64x32xf32>) -> tensor<64x32xf32>
  %c = linalg.matmul ins(%a, %b : tensor<64x40xf32>, tensor<40x32xf32>)
                     outs(%i0 : tensor<64x32xf32>) -> tensor<64x32xf32>
  %w = arith.constant dense<0.5> : tensor<32x24xf32>
  %e1 = tensor.empty() : tensor<64x24xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<64x24xf32>) -> tensor<64x24xf32>
  %d = linalg.matmul ins(%c, %w : tensor<64x32xf32>, tensor<32x24xf32>)
                     outs(%i1 : tensor<64x24xf32>) -> tensor<64x24xf32>
  %e2 = tensor.empty() : tensor<64xf32>
  %i2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<64xf32>) -> tensor<64xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
                       iterator_types = ["parallel", "reduction"]}
      ins(%d : tensor<64x24xf32>) outs(%i2 : tensor<64xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %y = arith.addf %acc, %x : f32
    linalg.yield %y : f32
  } -> tensor<64xf32>
  return %s : tensor<64xf32>
}
)";

class Compilation : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("tilewright-test", path));
    auto loaded = loadMachine("small8");
    ASSERT_TRUE(bool(loaded));
    machine = *loaded;
  }
  void TearDown() override { llvm::sys::fs::remove_directories(path); }

  Program compile(const CompileOptions &options = {}) {
    auto program = compileModule(kModule, "model.mlir", machine, options);
    if (!program) {
      ADD_FAILURE() << llvm::toString(program.takeError());
      return Program();
    }
    return std::move(*program);
  }
  std::string refusal(const CompileOptions &options, FailureKind expected) {
    auto program = compileModule(kModule, "model.mlir", machine, options);
    if (program)
      return "compiled";
    std::string message;
    EXPECT_EQ(describeError(program.takeError(), message), expected) << message;
    return message;
  }
  /// The bytes of the program's file.
  std::string bytesOf(const Program &program) {
    std::string file = std::string(path) + "/program";
    llvm::cantFail(program.save(file));
    return (*llvm::MemoryBuffer::getFile(file))->getBuffer().str();
  }

  llvm::SmallString<128> path;
  MachineConfig machine;
};

uint64_t cyclesOf(const Program &program) {
  RunOptions options;
  options.verify = true;
  auto result = runProgram(program, randomInputs(program, 1), options);
  if (!result) {
    ADD_FAILURE() << llvm::toString(result.takeError());
    return 0;
  }
  EXPECT_FALSE(result->mismatch) << *result->mismatch;
  return result->report.cycles;
}
} // namespace

TEST_F(Compilation, TheNumberOfThreadsDoesNotShow) {
  CompileOptions one, four;
  one.threads = 1;
  four.threads = 4;
  EXPECT_EQ(bytesOf(compile(one)), bytesOf(compile(four)));
}

TEST_F(Compilation, ASecondRunCompilesNothing) {
  CompileOptions options;
  options.cacheDir = std::string(path) + "/cache";
  Program cold = compile(options);
  EXPECT_EQ(cold.build.kernelsLoaded, 0u);
  EXPECT_EQ(cold.build.kernelsCompiled, cold.kernels.size());
  Program warm = compile(options);
  EXPECT_EQ(warm.build.kernelsLoaded, warm.kernels.size());
  EXPECT_EQ(warm.build.kernelsCompiled, 0u);
  EXPECT_EQ(bytesOf(cold), bytesOf(warm));
  EXPECT_EQ(bytesOf(cold), bytesOf(compile()));
}

TEST_F(Compilation, DamagedEntriesAreCompiledAgain) {
  CompileOptions options;
  options.cacheDir = std::string(path) + "/cache";
  Program cold = compile(options);
  std::error_code error;
  for (llvm::sys::fs::directory_iterator i(options.cacheDir, error), end;
       i != end; i.increment(error)) {
    llvm::raw_fd_ostream file(i->path(), error, llvm::sys::fs::OF_Append);
    file << "x";
  }
  Program again = compile(options);
  EXPECT_EQ(again.build.kernelsLoaded, 0u);
  EXPECT_EQ(again.build.damagedCacheEntries, again.kernels.size());
  EXPECT_EQ(bytesOf(cold), bytesOf(again));
  EXPECT_EQ(compile(options).build.kernelsLoaded, again.kernels.size());
}

TEST_F(Compilation, ACachedRunMeasuresAndCompilesNothing) {
  Program program = compile();
  RunOptions options;
  options.verify = true;
  options.cacheDir = std::string(path) + "/cache";
  auto files = [&] {
    std::error_code error;
    std::vector<std::string> found;
    for (llvm::sys::fs::directory_iterator i(options.cacheDir, error), end;
         i != end; i.increment(error))
      if (llvm::sys::path::filename(i->path()).starts_with("llvmcache-"))
        found.push_back(i->path());
    return found;
  };
  auto run = [&] {
    return llvm::cantFail(
        runProgram(program, randomInputs(program, 1), options));
  };
  auto figures = [](RunResult result) {
    llvm::json::Value report = result.report.toJson();
    report.getAsObject()->erase("host");
    std::string text;
    llvm::raw_string_ostream(text) << report;
    return text;
  };
  const std::string uncached =
      figures(llvm::cantFail(runProgram(program, randomInputs(program, 1), [&] {
        RunOptions plain = options;
        plain.cacheDir.clear();
        return plain;
      }())));
  RunResult cold = run();
  EXPECT_EQ(cold.report.referencesCompiled, 2u);
  // Costs of each kernel, and the two modules of the reference.
  EXPECT_EQ(files().size(), program.kernels.size() + 2);
  EXPECT_EQ(figures(std::move(cold)), uncached);
  RunResult warm = run();
  EXPECT_EQ(warm.report.referencesLoaded, 2u);
  EXPECT_EQ(figures(std::move(warm)), uncached);
  for (const std::string &file : files()) {
    std::error_code error;
    llvm::raw_fd_ostream(file, error, llvm::sys::fs::OF_Append) << "x";
  }
  RunResult again = run();
  EXPECT_EQ(again.report.referencesCompiled, 2u);
  EXPECT_EQ(figures(std::move(again)), uncached);
}

TEST_F(Compilation, AMappingDecides) {
  CompileOptions options;
  options.mappingText =
      R"({"64_32_40": {"TILE_M": 16, "TILE_N": 8, "TILE_K": 8}})";
  Program program = compile(options);
  EXPECT_THAT(program.kernels[0].schedule, HasSubstr(R"("tile":[16,8,8])"));
  EXPECT_THAT(program.kernels[0].schedule, HasSubstr(R"("streams":"lhs")"));
  EXPECT_NE(cyclesOf(program), cyclesOf(compile()));
}

TEST_F(Compilation, AScheduleThatDoesNotFitIsRefusedWithTheBytes) {
  CompileOptions options;
  options.mappingText =
      R"({"64_32_40": {"TILE_M": 16384, "TILE_N": 32, "TILE_K": 40}})";
  std::string message = refusal(options, FailureKind::Usage);
  EXPECT_THAT(message, HasSubstr("the schedule given for kernel 'kernel_0_"));
  EXPECT_THAT(message,
              HasSubstr("bytes per lane, machine 'small8' has 28,672"));
}

TEST_F(Compilation, TuningIsNeverWorseAndTheSameForAnyThreads) {
  TuneOptions options;
  options.candidates = 2;
  auto tune = [&](unsigned threads) {
    options.compile.threads = threads;
    return llvm::cantFail(tuneModule(kModule, "model.mlir", machine, options));
  };
  TuneResult result = tune(1);
  ASSERT_EQ(result.kernels.size(), compile().kernels.size());
  for (const TunedKernel &kernel : result.kernels) {
    ASSERT_TRUE(kernel.tuned().cycles && kernel.heuristic().cycles);
    EXPECT_LE(*kernel.tuned().cycles, *kernel.heuristic().cycles)
        << kernel.name;
    EXPECT_GT(kernel.tuned().estimatedCycles, 0) << kernel.name;
    // Some small kernels have one schedule only.
    bool isProduct =
        kernel.tuned().schedule.find("contraction") != std::string::npos;
    EXPECT_GE(kernel.measured.size(), isProduct ? 2u : 1u) << kernel.name;
  }
  EXPECT_EQ(result.toMapping(), tune(3).toMapping());

  CompileOptions tuned;
  std::string text;
  llvm::raw_string_ostream(text) << result.toMapping();
  tuned.mappingText = text;
  EXPECT_LE(cyclesOf(compile(tuned)), cyclesOf(compile()));
  // The mapping reproduces the schedules.
  for (auto [kernel, about] :
       llvm::zip_equal(compile(tuned).kernels, result.kernels))
    EXPECT_EQ(kernel.schedule, about.tuned().schedule) << kernel.name;
}

TEST_F(Compilation, TuningStopsWhenItIsCancelled) {
  TuneOptions options;
  options.isCancelled = [] { return true; };
  auto result = tuneModule(kModule, "model.mlir", machine, options);
  ASSERT_FALSE(bool(result));
  EXPECT_EQ(llvm::toString(result.takeError()), "tuning was interrupted");
}

TEST_F(Compilation, AMappingTakesPartInTuning) {
  TuneOptions options;
  options.candidates = 1;
  options.kernels = "*matmul*";
  // The second is refused, which is no more than a schedule out of the race.
  for (auto [mapping, rejected] :
       {std::pair(R"({"64_32_40": {"TILE_M": 16, "TILE_N": 8, "TILE_K": 8}})",
                  0u),
        std::pair(
            R"({"64_32_40": {"TILE_M": 16384, "TILE_N": 32, "TILE_K": 40}})",
            1u)}) {
    options.compile.mappingText = mapping;
    TuneResult result =
        llvm::cantFail(tuneModule(kModule, "model.mlir", machine, options));
    const TunedKernel &kernel = result.kernels.front();
    EXPECT_EQ(kernel.measured.size(), 3u);
    EXPECT_EQ(kernel.rejected(), rejected);
    EXPECT_TRUE(kernel.tuned().cycles);
    if (rejected)
      EXPECT_THAT(kernel.measured.back().refusal,
                  HasSubstr("bytes per lane, machine 'small8' has 28,672"));
  }
}
