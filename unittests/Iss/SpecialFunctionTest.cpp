//===- SpecialFunctionTest.cpp - Accuracy of the special functions --------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The definition is the host's double function rounded once. Arguments sweep
// the whole f32 range by bit pattern (a prime step, both signs, subnormals,
// infinities and NaN) plus a dense range around zero.
//
//===----------------------------------------------------------------------===//

#include "TestMachine.h"
#include <cmath>
#include <cstring>

using namespace tilewright;
using namespace tilewright::test;
using isa::Op;

namespace {

struct Function {
  Op op;
  double (*exact)(double);
};
constexpr Function kFunctions[] = {
    {Op::Exp, [](double x) { return std::exp(x); }},
    {Op::Erf, [](double x) { return std::erf(x); }},
    {Op::Tanh, [](double x) { return std::tanh(x); }},
    {Op::Sin, [](double x) { return std::sin(x); }},
    {Op::Cos, [](double x) { return std::cos(x); }},
    {Op::Log, [](double x) { return std::log(x); }},
    {Op::Atan, [](double x) { return std::atan(x); }},
};

constexpr unsigned kLanes = 8, kPerLane = 2048, kBatch = kLanes * kPerLane;

/// Applies `op` to kBatch elements of `bytes` bytes.
void apply(TestMachine &m, Op op, uint64_t in, uint64_t out, unsigned bytes) {
  auto tile = [&](uint64_t dram, bool store) {
    return laneBytes(m.machine, dram, 0, kPerLane * bytes, store);
  };
  std::string code =
      moveAndWait(tile(in, false)) +
      llvm::formatv(
          "li s0, {0}\nli s1, {1}\nmore:\nvsetvli t0, s1, e{2}, m8, ta, "
          "ma\nvle{2}.v v8, (s0)\n{3}vse{2}.v v16, (s0)\n"
          "sub s1, s1, t0\nslli t0, t0, {4}\nadd s0, s0, t0\n"
          "bnez s1, more\n",
          kSpadWindow, kPerLane, 8 * bytes, ownVector(op, 16, 8),
          bytes == 4 ? 2 : 1)
          .str() +
      moveAndWait(tile(out, true));
  ASSERT_EQ(m.run(code), "");
}

/// Distance in representable values; both of a sign or adjacent to zero.
int64_t distance(float a, float b) {
  auto order = [](float v) {
    int32_t i;
    std::memcpy(&i, &v, 4);
    return int64_t(i < 0 ? INT32_MIN - i : i);
  };
  return std::abs(order(a) - order(b));
}

TEST(SpecialFunction, WithinOneUlpOfTheDoubleFunction) {
  for (const Function &f : kFunctions) {
    TestMachine m(Sanitizers{}, smallMachine(kLanes));
    uint64_t in = m.tensor("in", kBatch * 4), out = m.tensor("out", kBatch * 4);
    uint64_t inexact = 0, total = 0;
    uint32_t bits = 0;
    for (unsigned batch = 0; batch < 40; ++batch) {
      for (unsigned k = 0; k < kBatch; ++k) {
        if (batch % 2) { // dense: (-11, 11)
          m.data<float>(in)[k] =
              (float(k) / kBatch - 0.5f) * (batch + 0.37f) * 0.55f;
          continue;
        }
        bits += 6563; // 2^32 / 6563 values are 40 half batches
        m.data<uint32_t>(in)[k] = bits;
      }
      apply(m, f.op, in, out, 4);
      if (HasFatalFailure())
        return;
      for (unsigned k = 0; k < kBatch; ++k) {
        float x = m.data<float>(in)[k], y = m.data<float>(out)[k];
        float expected = float(f.exact(x));
        if (expected != expected) {
          ASSERT_EQ(m.data<uint32_t>(out)[k], 0x7fc00000u)
              << isa::encoding(f.op).mnemonic << "(" << x << ") must be NaN";
          continue;
        }
        ++total;
        inexact += y != expected;
        ASSERT_LE(distance(y, expected), 1)
            << isa::encoding(f.op).mnemonic << "(" << x << ") = " << y
            << ", expected " << expected;
      }
    }
    // f64 evaluation makes even a last-bit difference rare.
    EXPECT_LT(inexact, total / 10000) << isa::encoding(f.op).mnemonic;
  }
}

TEST(SpecialFunction, SpecialValues) {
  TestMachine m(Sanitizers{}, smallMachine(kLanes));
  uint64_t in = m.tensor("in", kBatch * 4), out = m.tensor("out", kBatch * 4);
  const float kInf = INFINITY;
  const struct {
    Op op;
    float x, y;
  } cases[] = {{Op::Exp, kInf, kInf},
               {Op::Exp, -kInf, 0},
               {Op::Exp, 0, 1},
               {Op::Exp, 88.8f, kInf},
               {Op::Exp, -104, 0},
               {Op::Erf, kInf, 1},
               {Op::Erf, -kInf, -1},
               {Op::Erf, -0.0f, -0.0f},
               {Op::Tanh, kInf, 1},
               {Op::Tanh, -0.0f, -0.0f},
               {Op::Sin, -0.0f, -0.0f},
               {Op::Cos, 0, 1},
               {Op::Log, 0, -kInf},
               {Op::Log, 1, 0},
               {Op::Log, kInf, kInf},
               {Op::Atan, -0.0f, -0.0f},
               {Op::Atan, kInf, 1.5707964f}};
  for (const auto &c : cases) {
    m.data<float>(in)[0] = c.x;
    apply(m, c.op, in, out, 4);
    float y = m.data<float>(out)[0];
    EXPECT_EQ(std::memcmp(&y, &c.y, 4), 0)
        << isa::encoding(c.op).mnemonic << "(" << c.x << ") = " << y
        << ", expected " << c.y;
  }
  for (auto [op, x] : {std::pair{Op::Sin, kInf},
                       {Op::Cos, -kInf},
                       {Op::Log, -1.0f},
                       {Op::Exp, NAN}}) {
    m.data<float>(in)[0] = x;
    apply(m, op, in, out, 4);
    EXPECT_EQ(m.data<uint32_t>(out)[0], 0x7fc00000u)
        << isa::encoding(op).mnemonic << "(" << x << ")";
  }
}

TEST(SpecialFunction, HalfPrecisionGoesThroughSingle) {
  for (const Function &f : kFunctions) {
    TestMachine m(Sanitizers{}, smallMachine(kLanes));
    uint64_t in = m.tensor("in", kBatch * 2), out = m.tensor("out", kBatch * 2);
    for (unsigned batch = 0; batch < 4; ++batch) {
      for (unsigned k = 0; k < kBatch; ++k)
        m.data<uint16_t>(in)[k] = uint16_t(batch * kBatch + k);
      apply(m, f.op, in, out, 2);
      for (unsigned k = 0; k < kBatch; ++k) {
        float x = m.data<_Float16>(in)[k], y = m.data<_Float16>(out)[k];
        _Float16 expected = _Float16(float(f.exact(x)));
        if (expected != expected)
          ASSERT_EQ(m.data<uint16_t>(out)[k], 0x7e00) << x;
        else
          ASSERT_EQ(y, float(expected))
              << isa::encoding(f.op).mnemonic << "(" << x << ")";
      }
    }
  }
}

} // namespace
