//===- ReferenceTilesTest.cpp - Our schedules beside the reference's ------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The worked numbers of codegen.md, section 10: for problem sizes on three
// machines, the tiles that the reference takes (the largest that fit half a
// bank). Ours come from a cost model instead. What has to hold is that the
// reference's tiles, as a mapping file gives them, are accepted or refused with
// the bytes they need, and that ours are not worse by the model, which is
// checked against the simulator elsewhere.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/Schedule.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include "gtest/gtest.h"

using namespace tilewright;
using llvm::alignTo;
using llvm::divideCeil;

namespace {
struct Matrix {
  int64_t m, n, k;
  int64_t tiles[3][3]; ///< m, n, k on tpuv3, small32, small8
};
} // namespace

static const char *const kMachines[] = {"tpuv3", "small32", "small8"};
static constexpr Matrix kMatrices[] = {
    {32, 32, 32, {{32, 32, 32}, {32, 32, 32}, {32, 32, 32}}},
    {128, 63, 56, {{128, 64, 56}, {128, 64, 64}, {128, 64, 56}}},
    {129, 61, 56, {{256, 64, 56}, {160, 64, 64}, {136, 64, 56}}},
    {256, 256, 256, {{256, 256, 256}, {256, 256, 64}, {64, 256, 32}}},
    {512, 512, 512, {{512, 512, 512}, {128, 512, 64}, {64, 256, 32}}},
    {1024, 1024, 1024, {{1024, 1024, 256}, {128, 512, 64}, {64, 256, 32}}},
    {2048, 2048, 2048, {{512, 2048, 256}, {128, 512, 64}, {64, 256, 32}}},
    {512, 3072, 768, {{256, 3072, 384}, {64, 768, 96}, {128, 192, 24}}},
    {1, 1000, 512, {{8, 1024, 512}, {8, 1024, 64}, {8, 200, 128}}},
};

static MachineConfig machineNamed(const char *name) {
  auto machine = loadMachine(name);
  EXPECT_TRUE(bool(machine)) << name;
  return std::move(*machine);
}

static ContractionProblem rowMajor(const Matrix &matrix) {
  ContractionProblem problem{matrix.m, matrix.n, matrix.k};
  problem.xStrideM = matrix.k;
  problem.wStrideK = problem.yStrideM = matrix.n;
  return problem;
}

TEST(ReferenceTiles, OfMatricesAreAcceptedOrRefusedWithTheirBytes) {
  for (auto [number, name] : llvm::enumerate(kMachines)) {
    MachineConfig machine = machineNamed(name);
    for (const Matrix &matrix : kMatrices) {
      ContractionProblem problem = rowMajor(matrix);
      auto schedule = scheduleContraction(problem, machine);
      ASSERT_TRUE(bool(schedule));
      // As the mapping rounds them: whole vectors, all lanes.
      const int64_t *tile = matrix.tiles[number];
      Schedule given = *schedule;
      given.firstSubtiles = given.lastSubtiles = {1, 1};
      given.tile = {int64_t(alignTo(tile[0], machine.vectorElements(4))),
                    int64_t(alignTo(tile[1], machine.lanes)),
                    int64_t(alignTo(tile[2], machine.lanes))};
      std::string text = std::to_string(matrix.m) + "x" +
                         std::to_string(matrix.n) + "x" +
                         std::to_string(matrix.k) + " on " + name;
      if (llvm::Error refusal = checkSchedule(given, problem, machine)) {
        std::string reason = llvm::toString(std::move(refusal));
        EXPECT_NE(reason.find("bytes per lane"), std::string::npos)
            << text << ": " << reason;
        EXPECT_GT(tileBytesPerLane(problem, given, machine),
                  tileBudget(machine))
            << text;
        continue;
      }
      EXPECT_LE(estimatedCycles(problem, *schedule, machine),
                estimatedCycles(problem, given, machine))
          << text;
    }
  }
}

TEST(ReferenceTiles, NoLegalCandidateIsEstimatedMuchBetterThanTheChoice) {
  for (const char *name : kMachines) {
    MachineConfig machine = machineNamed(name);
    for (const Matrix &matrix : kMatrices) {
      ContractionProblem problem = rowMajor(matrix);
      auto schedule = scheduleContraction(problem, machine);
      ASSERT_TRUE(bool(schedule));
      const double chosen = estimatedCycles(problem, *schedule, machine);
      std::string text = std::to_string(matrix.m) + "x" +
                         std::to_string(matrix.n) + "x" +
                         std::to_string(matrix.k) + " on " + name;
      unsigned legal = 0;
      for (const Schedule &candidate :
           enumerateSchedules(problem, *schedule, machine)) {
        if (llvm::Error refusal = checkSchedule(candidate, problem, machine)) {
          llvm::consumeError(std::move(refusal));
          continue;
        }
        ++legal;
        EXPECT_LE(chosen, estimatedCycles(problem, candidate, machine) * 1.1)
            << text << ": " << llvm::formatv("{0}", candidate.toJson()).str();
      }
      EXPECT_GT(legal, 0u) << text;
    }
  }
}

namespace {
struct Generic {
  llvm::SmallVector<int64_t> extents, tile;
  unsigned laneDim;
  int64_t perLane; ///< elements of the reference's tile in a lane
  bool transposed = false;
};
} // namespace

// On 128 lanes, with 8 f32 in a vector register.
TEST(ReferenceTiles, OfElementwiseKernelsTakeNoFewerVectors) {
  const Generic kernels[] = {
      {{16384}, {512}, 0, 4},
      {{470}, {512}, 0, 4},
      {{47, 10}, {48, 10}, 0, 20},
      {{4071, 429}, {256, 216}, 0, 432},
      {{12, 512, 64}, {2, 512, 64}, 1, 512, true},
      {{62, 34, 44}, {2, 34, 44}, 2, 136},
      {{2, 3, 4, 5}, {1, 2, 4, 6}, 3, 16},
  };
  MachineConfig machine = machineNamed("tpuv3");
  const int64_t vector = machine.vectorElements(4);
  for (const Generic &kernel : kernels) {
    const unsigned rank = kernel.extents.size();
    ElementwiseProblem problem;
    problem.extents = kernel.extents;
    OperandAccess dense{llvm::SmallVector<int64_t>(rank, 1), 4};
    for (unsigned d = rank - 1; d-- > 0;)
      dense.strides[d] = dense.strides[d + 1] * kernel.extents[d + 1];
    problem.operands = {dense, dense};
    if (kernel.transposed)
      problem.operands[0].strides = {64, 12 * 64, 1};
    auto schedule = heuristicSchedule(problem, machine);
    ASSERT_TRUE(bool(schedule));

    int64_t theirs = divideCeil(kernel.perLane, vector), ours = 1;
    for (unsigned d = 0; d < rank; ++d) {
      theirs *= divideCeil(kernel.extents[d], kernel.tile[d]);
      int64_t tile = schedule->tile[d];
      int64_t share = d == schedule->laneDim
                          ? divideCeil(tile, schedule->laneStride *
                                                 int64_t(machine.lanes)) *
                                schedule->laneStride
                          : tile;
      if (d == schedule->vectorDim)
        share = divideCeil(share, vector);
      ours *= divideCeil(kernel.extents[d], tile) * share;
    }
    EXPECT_LE(ours, theirs)
        << "rank " << rank << ", outermost extent " << kernel.extents[0] << ": "
        << llvm::formatv("{0}", schedule->toJson()).str();
  }
}
