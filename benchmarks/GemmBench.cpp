// LINK: TilewrightDriver
//===- GemmBench.cpp - A matrix product from text to verified cycles ------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How long a user waits for 512^3 on tpuv3, cold: MLIR text in, verified values
// and tile-level cycles out; and how that splits. Machines are noisy, so each
// figure comes with a ratio to a bound taken in the same run: `x_host` is the
// time over that of the same product by the host's own compiler (Reference).
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/Driver.h"
#include "tilewright/Reference/Reference.h"
#include "llvm/Support/FormatVariadic.h"
#include <benchmark/benchmark.h>
#include <chrono>

using namespace tilewright;
using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

static std::string matmulText(int64_t size) {
  return llvm::formatv(R"(
func.func @main(%a: tensor<{0}x{0}xf32>, %b: tensor<{0}x{0}xf32>) -> tensor<{0}x{0}xf32> {{
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<{0}x{0}xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<{0}x{0}xf32>) -> tensor<{0}x{0}xf32>
  %r = linalg.matmul ins(%a, %b : tensor<{0}x{0}xf32>, tensor<{0}x{0}xf32>) outs(%init : tensor<{0}x{0}xf32>) -> tensor<{0}x{0}xf32>
  return %r : tensor<{0}x{0}xf32>
}
)",
                       size)
      .str();
}

template <typename T> static T must(llvm::Expected<T> value) {
  return llvm::cantFail(std::move(value));
}

/// Seconds the host needs for the product alone, compiled by Reference.
static double hostSeconds(const Program &program,
                          const std::vector<Tensor> &inputs) {
  auto reference = must(Reference::create(program.sourceModule));
  std::vector<uint8_t> output(program.outputTypes[0].bytes());
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    auto start = Clock::now();
    llvm::cantFail(reference->call(
        "main", {inputs[0].data.data(), inputs[1].data.data()}, {output.data()}));
    best = std::min(best, secondsSince(start));
  }
  return best;
}

static void runGemm(benchmark::State &state, bool cold, RunOptions options) {
  MachineConfig machine = must(loadMachine("tpuv3"));
  std::string text = matmulText(state.range(0));
  Program program = must(compileModule(text, "gemm", machine));
  std::vector<Tensor> inputs = randomInputs(program, 1);
  double host = hostSeconds(program, inputs), total = 0;
  uint64_t cycles = 0;
  for (auto _ : state) {
    auto start = Clock::now();
    if (cold)
      program = must(compileModule(text, "gemm", machine));
    RunResult result = must(runProgram(program, inputs, options));
    total += secondsSince(start);
    cycles = result.report.cycles;
    if (result.mismatch)
      state.SkipWithError(result.mismatch->c_str());
  }
  double macs = double(state.range(0)) * state.range(0) * state.range(0);
  state.counters["x_host"] = total / state.iterations() / host;
  state.counters["cycles"] = double(cycles);
  state.counters["GMAC/s"] = macs * state.iterations() / total / 1e9;
}

static void compileOnly(benchmark::State &state) {
  MachineConfig machine = must(loadMachine("tpuv3"));
  std::string text = matmulText(state.range(0));
  for (auto _ : state)
    benchmark::DoNotOptimize(must(compileModule(text, "gemm", machine)));
}

static RunOptions options(TimingLevel timing, bool verify) {
  RunOptions result;
  result.timing = timing;
  result.verify = verify;
  return result;
}

BENCHMARK(compileOnly)->Arg(512)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(runGemm, cold_verified_tile, true,
                  options(TimingLevel::Tile, true))
    ->Arg(512)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(runGemm, functional, false, options(TimingLevel::None, false))
    ->Arg(512)
    ->Arg(2048)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(runGemm, tile, false, options(TimingLevel::Tile, false))
    ->Arg(512)
    ->Arg(2048)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(runGemm, instruction, false,
                  options(TimingLevel::Instruction, false))
    ->Arg(512)
    ->Unit(benchmark::kMillisecond);
