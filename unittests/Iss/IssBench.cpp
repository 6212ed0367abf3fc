//===- IssBench.cpp - Speed of the functional simulator -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Measures the array (GMAC/s), vector instructions on 128 lanes, special
// functions, the control core and DMA, on the machine of the tpuv3 preset (128
// lanes of 256 bits). `IssBench --benchmark_filter=Array`.
//
//===----------------------------------------------------------------------===//

#include "TestMachine.h"
#include <benchmark/benchmark.h>

using namespace tilewright;
using namespace tilewright::test;
using isa::Op;

namespace {

constexpr unsigned kLanes = 128;

MachineConfig bigMachine() {
  MachineConfig m = smallMachine(kLanes);
  m.spadBytesPerLane = 128 << 10;
  return m;
}

std::string loop(unsigned count, const std::string &body) {
  return llvm::formatv(
      "li s2, {0}\nagain:\n{1}\naddi s2, s2, -1\nbnez s2, again\n", count,
      body);
}
std::string repeat(unsigned n, const std::string &text) {
  std::string all;
  while (n--)
    all += text;
  return all;
}

void runOrSkip(benchmark::State &state, TestMachine &m,
               const std::string &code) {
  for (auto _ : state) {
    std::string error = m.run(code);
    if (!error.empty())
      state.SkipWithError(error.c_str());
  }
}

/// 128x128x128 blocks: 16 weight pushes, a swap, 16 pushes and 16 pops.
void Array(benchmark::State &state) {
  TestMachine m({}, bigMachine());
  constexpr unsigned kBlocks = 100;
  std::string body = "vsetivli x0, 8, e32, m1, ta, ma\n" +
                     repeat(16, ownVector(Op::WeightPush, 0, 8)) +
                     ownVector(Op::ArraySwap) +
                     repeat(16, ownVector(Op::ArrayPush, 0, 16)) +
                     repeat(16, ownVector(Op::ArrayPop, 24));
  runOrSkip(state, m, loop(kBlocks, body));
  state.counters["GMAC/s"] =
      benchmark::Counter(double(kBlocks) * kLanes * kLanes * kLanes * 1e-9,
                         benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(Array);

/// One instruction, 64 times in a loop; the label names it.
void vector(benchmark::State &state, const char *config, const char *text) {
  TestMachine m({}, bigMachine());
  constexpr unsigned kLoops = 200, kUnroll = 64;
  std::string body = loop(kLoops, repeat(kUnroll, std::string(text) + "\n"));
  runOrSkip(
      state, m,
      llvm::formatv("li s0, {0}\nli a3, 12\nli t0, 1000\nvsetvli x0, t0, {1}, "
                    "ta, ma\nvmset.m v0\n{2}",
                    kSpadWindow, config, body));
  state.counters["inst/s"] = benchmark::Counter(
      double(kLoops) * kUnroll, benchmark::Counter::kIsIterationInvariantRate);
}
#define VECTOR(name, config, text) BENCHMARK_CAPTURE(vector, name, config, text)
VECTOR(vfadd, "e32, m1", "vfadd.vv v8, v16, v24");
VECTOR(vfadd_masked, "e32, m1", "vfadd.vv v8, v16, v24, v0.t");
VECTOR(vfmacc, "e32, m1", "vfmacc.vv v8, v16, v24");
VECTOR(vfmacc_m4, "e32, m4", "vfmacc.vv v8, v16, v24");
VECTOR(vfmul_vf, "e32, m1", "vfmul.vf v8, v16, fa0");
VECTOR(vfadd_f16, "e16, m1", "vfadd.vv v8, v16, v24");
VECTOR(vfdiv, "e32, m1", "vfdiv.vv v8, v16, v24");
VECTOR(vadd, "e32, m1", "vadd.vv v8, v16, v24");
VECTOR(vmflt, "e32, m1", "vmflt.vv v8, v16, v24");
VECTOR(vmerge, "e32, m1", "vmerge.vvm v8, v16, v24, v0");
VECTOR(vle32, "e32, m1", "vle32.v v8, (s0)");
VECTOR(vse32, "e32, m1", "vse32.v v8, (s0)");
VECTOR(vle32_m8, "e32, m8", "vle32.v v8, (s0)");
VECTOR(vlse32, "e32, m1", "vlse32.v v8, (s0), a3");
VECTOR(vfredusum, "e32, m1", "vfredusum.vs v8, v16, v24");
VECTOR(vfwcvt, "e16, mf2", "vfwcvt.f.f.v v8, v16");
VECTOR(vfncvt, "e16, mf2", "vfncvt.f.f.w v8, v16");
VECTOR(vrgather, "e32, m1", "vrgather.vv v8, v16, v24");
VECTOR(vslidedown, "e32, m1", "vslidedown.vi v8, v16, 1");

/// Special functions of values spread over [-1, 1): elements per second.
void special(benchmark::State &state, Op op) {
  TestMachine m({}, bigMachine());
  constexpr unsigned kLoops = 50, kUnroll = 16;
  std::string setup = "li t0, 1000\nvsetvli x0, t0, e32, m4, ta, ma\n" +
                      ownVector(Op::LaneIndex, 16) +
                      "vid.v v8\nvsll.vi v8, v8, 7\nvadd.vv v8, v8, v16\n"
                      "vfcvt.f.x.v v8, v8\nli t0, 0x3a800000\nfmv.w.x fa0, t0\n"
                      "vfmul.vf v8, v8, fa0\n";
  runOrSkip(state, m,
            setup + loop(kLoops, repeat(kUnroll, ownVector(op, 24, 8))));
  state.counters["elements/s"] =
      benchmark::Counter(double(kLoops) * kUnroll * kLanes * 32,
                         benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(special, exp, Op::Exp);
BENCHMARK_CAPTURE(special, erf, Op::Erf);
BENCHMARK_CAPTURE(special, tanh, Op::Tanh);
BENCHMARK_CAPTURE(special, sin, Op::Sin);
BENCHMARK_CAPTURE(special, log, Op::Log);
BENCHMARK_CAPTURE(special, atan, Op::Atan);

void Scalar(benchmark::State &state) {
  TestMachine m({}, bigMachine());
  constexpr unsigned kLoops = 20000;
  runOrSkip(state, m,
            loop(kLoops, repeat(8, "addi t0, t0, 1\nxor t1, t0, t2\nsd t1, "
                                   "-8(sp)\nld t2, -8(sp)\n")));
  state.counters["inst/s"] = benchmark::Counter(
      kLoops * 34.0, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(Scalar);

enum Layout { LanesContiguous, RowsContiguous, Blocked };
/// Moves of a 512x512 f32 tile.
void dma(benchmark::State &state, Layout layout, bool store, bool sanitized) {
  TestMachine m(sanitized ? Sanitizers::all() : Sanitizers{}, bigMachine());
  uint64_t tensor = m.tensor("t", 512 * 512 * 4);
  std::memset(m.data<uint8_t>(tensor), 1, 512 * 512 * 4);
  DmaDescriptor d;
  d.extent = d.high = {1, 1, 512, 512};
  d.dramStride = {0, 0, 512, 1};
  d.dramAddress = tensor;
  d.spadAddress = kSpadWindow;
  d.laneAxis = layout == RowsContiguous ? 2 : 3;
  d.laneStride = layout == Blocked ? 4 : 1;
  // Rows of a lane's columns (a GEMM operand), its own rows, or 4-wide blocks.
  d.bankStride =
      layout == LanesContiguous  ? std::array<uint32_t, 4>{0, 0, 1, 512}
      : layout == RowsContiguous ? std::array<uint32_t, 4>{0, 0, 512, 1}
                                 : std::array<uint32_t, 4>{0, 0, 4, 1};
  constexpr unsigned kMoves = 20;
  std::string first = moveAndWait(d);
  d.flags = store ? DmaDescriptor::Store : 0;
  runOrSkip(state, m, first + loop(kMoves, moveAndWait(d)));
  state.counters["GB/s"] =
      benchmark::Counter((kMoves + 1) * 512.0 * 512 * 4 * 1e-9,
                         benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(dma, load_lanes_contiguous, LanesContiguous, false, false);
BENCHMARK_CAPTURE(dma, store_lanes_contiguous, LanesContiguous, true, false);
BENCHMARK_CAPTURE(dma, load_rows_contiguous, RowsContiguous, false, false);
BENCHMARK_CAPTURE(dma, store_rows_contiguous, RowsContiguous, true, false);
BENCHMARK_CAPTURE(dma, load_blocked, Blocked, false, false);
BENCHMARK_CAPTURE(dma, load_sanitized, LanesContiguous, false, true);

} // namespace
