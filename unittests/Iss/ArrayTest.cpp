//===- ArrayTest.cpp - Systolic arrays ------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestMachine.h"
#include "llvm/ADT/bit.h"

using namespace tilewright;
using namespace tilewright::test;
using isa::Op;

namespace {

/// A machine with random weights W[set][k][j], rows X[m][k] and room for
/// Y[m][j] in its banks: lane j has column j of each weight set, lane k
/// x[.][k], lane j y[.][j].
struct ArrayMachine : TestMachine {
  static constexpr unsigned kRows = 40, kSets = 2;
  unsigned lanes;
  uint64_t w, x, y;
  std::vector<float> weights, rows;

  explicit ArrayMachine(unsigned lanes, uint32_t seed = 1)
      : TestMachine(Sanitizers::all(), smallMachine(lanes)), lanes(lanes) {
    w = tensor("w", kSets * lanes * lanes * 4);
    x = tensor("x", kRows * lanes * 4);
    y = tensor("y", kRows * lanes * 4);
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (unsigned k = 0; k < kSets * lanes * lanes; ++k)
      weights.push_back(data<float>(w)[k] = normal(random));
    for (unsigned k = 0; k < kRows * lanes; ++k)
      rows.push_back(data<float>(x)[k] = normal(random));
  }
  /// [rows][lanes] in DRAM, split on the columns, rows contiguous in the bank.
  DmaDescriptor matrix(uint64_t dram, unsigned count, uint64_t offset,
                       bool store) const {
    DmaDescriptor d;
    d.extent = {1, 1, uint16_t(count), uint16_t(lanes)};
    d.high = d.extent;
    d.dramStride = {0, 0, int32_t(lanes), 1};
    d.bankStride = {0, 0, 1, count};
    d.dramAddress = dram;
    d.spadAddress = kSpadWindow + offset;
    d.flags = store ? DmaDescriptor::Store : 0;
    return d;
  }
  uint64_t weightOffset(unsigned set) const { return set * lanes * 4; }
  uint64_t rowOffset() const { return 4096; }
  uint64_t resultOffset() const { return 8192; }
  std::string prologue() const {
    return moveAndWait(matrix(w, kSets * lanes, 0, false)) +
           moveAndWait(matrix(x, kRows, rowOffset(), false));
  }
  std::string epilogue() const {
    return moveAndWait(matrix(y, kRows, resultOffset(), true));
  }
  /// Code that loads `count` f32 of every lane at bank offset `at` into v8.
  static std::string load(uint64_t at, unsigned count) {
    return llvm::formatv(
        "li t0, {0}\nli t1, {1}\nvsetvli x0, t1, e32, m1, ta, ma\n"
        "vle32.v v8, (t0)\n",
        kSpadWindow + at, count);
  }
  std::string pushWeights(unsigned set, unsigned array, unsigned count,
                          Op op = Op::WeightPush) const {
    std::string code;
    for (unsigned k = 0; k < count; k += 8)
      code += load(weightOffset(set) + 4 * k, std::min(8u, count - k)) +
              ownVector(op, 0, 8, array);
    return code;
  }
  /// The same of integers, whose bits weights and rows are.
  uint32_t expectedInteger(unsigned set, unsigned m, unsigned j) const {
    uint32_t sum = 0;
    for (unsigned k = 0; k < lanes; ++k)
      sum += llvm::bit_cast<uint32_t>(rows[m * lanes + k]) *
             llvm::bit_cast<uint32_t>(weights[(set * lanes + k) * lanes + j]);
    return sum;
  }
  std::string pushRows(unsigned first, unsigned count, unsigned array) const {
    return load(rowOffset() + 4 * first, count) +
           ownVector(Op::ArrayPush, 0, 8, array);
  }
  std::string popRows(unsigned first, unsigned count, unsigned array) const {
    return llvm::formatv("li t0, {0}\nli t1, {1}\nvsetvli x0, t1, e32, m1, ta, "
                         "ma\n{2}vse32.v v8, (t0)\n",
                         kSpadWindow + resultOffset() + 4 * first, count,
                         ownVector(Op::ArrayPop, 8, 0, array));
  }
  static std::string swap(unsigned array) {
    return ownVector(Op::ArraySwap, 0, 0, array);
  }
  /// The definition: f32, increasing k, product and sum rounded.
  float expected(unsigned set, unsigned m, unsigned j) const {
    float sum = 0;
    for (unsigned k = 0; k < lanes; ++k) {
      volatile float product =
          rows[m * lanes + k] * weights[(set * lanes + k) * lanes + j];
      sum = sum + product;
    }
    return sum;
  }
  void expectRows(unsigned set, unsigned first, unsigned count) {
    for (unsigned m = first; m < first + count; ++m)
      for (unsigned j = 0; j < lanes; ++j)
        ASSERT_EQ(data<float>(y)[m * lanes + j], expected(set, m, j))
            << "row " << m << ", column " << j << " of " << lanes;
  }
};

class ArrayLanes : public testing::TestWithParam<unsigned> {};

TEST_P(ArrayLanes, ProductsAreExactInIncreasingK) {
  ArrayMachine m(GetParam());
  std::string code = m.prologue() + m.pushWeights(0, 0, m.lanes) + m.swap(0);
  for (unsigned r = 0; r < 40; r += 8)
    code += m.pushRows(r, 8, 0);
  for (unsigned r = 0; r < 40; r += 8)
    code += m.popRows(r, 8, 0);
  ASSERT_EQ(m.run(code + m.epilogue()), "");
  m.expectRows(0, 0, 40);
  EXPECT_EQ(m.statistics.arrayRows, 40u);
}
INSTANTIATE_TEST_SUITE_P(Sizes, ArrayLanes, testing::Values(1, 3, 8, 32, 37));

TEST(Array, RowsUseTheWeightsOfTheirPush) {
  ArrayMachine m(8);
  // Pops lag pushes, sizes do not match, the swap lies between.
  ASSERT_EQ(
      m.run(m.prologue() + m.pushWeights(0, 1, 8) + m.swap(1) +
            m.pushRows(0, 5, 1) + m.pushWeights(1, 1, 8) + m.pushRows(5, 4, 1) +
            m.popRows(0, 2, 1) + m.swap(1) + m.pushRows(9, 7, 1) +
            m.popRows(2, 8, 1) + m.pushRows(16, 8, 1) + m.pushRows(24, 8, 1) +
            m.pushRows(32, 8, 1) + m.popRows(10, 6, 1) + m.popRows(16, 8, 1) +
            m.popRows(24, 8, 1) + m.popRows(32, 8, 1) + m.epilogue()),
      "");
  m.expectRows(0, 0, 9);
  m.expectRows(1, 9, 31);
}

TEST(Array, IntegersWrapAndBanksKeepTheirKind) {
  ArrayMachine m(8);
  ASSERT_EQ(m.run(m.prologue() + m.pushWeights(0, 0, 8, Op::WeightPushInt) +
                  m.swap(0) + m.pushRows(0, 8, 0) + m.pushWeights(1, 0, 8) +
                  m.swap(0) + m.pushRows(8, 8, 0) + m.popRows(0, 8, 0) +
                  m.popRows(8, 8, 0) + m.pushRows(16, 8, 0) +
                  m.pushRows(24, 8, 0) + m.pushRows(32, 8, 0) +
                  m.popRows(16, 8, 0) + m.popRows(24, 8, 0) +
                  m.popRows(32, 8, 0) + m.epilogue()),
            "");
  for (unsigned row = 0; row < 8; ++row)
    for (unsigned j = 0; j < 8; ++j)
      ASSERT_EQ(m.data<uint32_t>(m.y)[row * 8 + j],
                m.expectedInteger(0, row, j))
          << "row " << row << ", column " << j;
  m.expectRows(1, 8, 32);
}

TEST(Array, ArraysAreIndependent) {
  ArrayMachine m(8);
  ASSERT_EQ(m.run(m.prologue() + m.pushWeights(0, 0, 8) + m.swap(0) +
                  m.pushWeights(1, 1, 8) + m.swap(1) + m.pushRows(0, 8, 0) +
                  m.pushRows(8, 8, 1) + m.popRows(8, 8, 1) +
                  m.popRows(0, 8, 0) + m.pushRows(16, 8, 0) +
                  m.pushRows(24, 8, 0) + m.pushRows(32, 8, 0) +
                  m.popRows(16, 8, 0) + m.popRows(24, 8, 0) +
                  m.popRows(32, 8, 0) + m.epilogue()),
            "");
  m.expectRows(0, 0, 8);
  m.expectRows(1, 8, 8);
  m.expectRows(0, 16, 24);
}

TEST(Array, ProtocolErrorsAreReported) {
  ArrayMachine m(8);
  auto expect = [&](const std::string &code, const char *message,
                    FailureKind kind = FailureKind::Program) {
    std::string error = m.run(m.prologue() + code);
    EXPECT_NE(error.find(message), std::string::npos)
        << "expected '" << message << "', got '" << error << "'";
    EXPECT_EQ(m.kind, kind);
  };
  expect(m.swap(0), "swap with 0 shadow weights");
  expect(m.pushWeights(0, 0, 7) + m.swap(0), "swap with 7 shadow weights");
  expect(m.pushWeights(0, 0, 8) + m.pushWeights(0, 0, 1),
         "9 weights per lane pushed before a swap");
  expect(m.pushWeights(0, 0, 8) + m.swap(0) + m.swap(0),
         "swap with 0 shadow weights");
  expect(m.pushWeights(0, 0, 4) + m.pushWeights(0, 0, 4, Op::WeightPushInt),
         "integer and f32 weights pushed into one bank");
  expect(m.pushRows(0, 8, 0), "rows pushed before any weights");
  expect(m.pushWeights(0, 0, 8) + m.pushRows(0, 8, 0),
         "rows pushed before any weights");
  expect(m.pushWeights(0, 0, 8) + m.swap(0) + m.pushRows(0, 4, 0) +
             m.popRows(0, 5, 0),
         "pop of 5 rows, but only 4");
  expect(m.swap(2), "array 2 of 2");
  expect("li t1, 4\nvsetvli x0, t1, e16, m1, ta, ma\n" +
             ownVector(Op::WeightPush, 0, 8, 0),
         "unsupported element width 16", FailureKind::Unsupported);
  std::string flood = m.pushWeights(0, 0, 8) + m.swap(0) +
                      "li s2, 100\nmore:\n" + m.pushRows(0, 8, 0) +
                      "addi s2, s2, -1\nbnez s2, more\n";
  expect(flood, "deadlock");
}

TEST(Array, RowGroupsSpanRegisters) {
  ArrayMachine m(8);
  std::string group = llvm::formatv("li t0, {0}\nli t1, 20\nvsetvli x0, t1, "
                                    "e32, m4, ta, ma\nvle32.v v8, (t0)\n",
                                    kSpadWindow + m.rowOffset());
  std::string pop = llvm::formatv("{0}li t0, {1}\nvse32.v v16, (t0)\n",
                                  ownVector(Op::ArrayPop, 16, 0, 0),
                                  kSpadWindow + m.resultOffset());
  ASSERT_EQ(m.run(m.prologue() + m.pushWeights(0, 0, 8) + m.swap(0) + group +
                  ownVector(Op::ArrayPush, 0, 8, 0) + pop +
                  m.pushRows(20, 8, 0) + m.pushRows(28, 8, 0) +
                  m.pushRows(36, 4, 0) + m.popRows(20, 8, 0) +
                  m.popRows(28, 8, 0) + m.popRows(36, 4, 0) + m.epilogue()),
            "");
  m.expectRows(0, 0, 40);
}

} // namespace
