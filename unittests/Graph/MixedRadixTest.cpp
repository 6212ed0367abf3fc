//===- MixedRadixTest.cpp - Simplification by ranges, digits of loops -----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MixedRadix.h"
#include "AffineRanges.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <functional>
#include <random>

using namespace mlir;
using namespace tilewright;
using testing::ElementsAre;

namespace {
int64_t evaluate(AffineExpr expr, llvm::ArrayRef<int64_t> point) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return point[dim.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t left = evaluate(binary.getLHS(), point),
          right = evaluate(binary.getRHS(), point);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return left + right;
  case AffineExprKind::Mul:
    return left * right;
  case AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(left, right);
  case AffineExprKind::CeilDiv:
    return llvm::divideCeilSigned(left, right);
  default:
    return llvm::mod(left, right);
  }
}

/// Calls `visit` with every point of the loops.
template <typename Visit>
void forEachPoint(llvm::ArrayRef<int64_t> extents, Visit visit) {
  llvm::SmallVector<int64_t> point(extents.size(), 0);
  while (true) {
    visit(llvm::ArrayRef<int64_t>(point));
    size_t d = extents.size();
    while (d > 0 && ++point[d - 1] == extents[d - 1])
      point[--d] = 0;
    if (d == 0)
      return;
  }
}

std::string text(AffineExpr expr) {
  std::string result;
  llvm::raw_string_ostream(result) << expr;
  return result;
}

class MixedRadixTest : public testing::Test {
protected:
  AffineExpr d(unsigned i) { return getAffineDimExpr(i, &context); }
  std::string simplified(AffineExpr expr, llvm::ArrayRef<int64_t> extents) {
    return text(simplifyInRange(expr, extents));
  }
  MLIRContext context;
};

TEST_F(MixedRadixTest, RemainderBelowTheDivisorIsTheValue) {
  EXPECT_EQ(simplified(d(0) % 8, {8}), "d0");
  EXPECT_EQ(simplified(d(0).floorDiv(8), {8}), "0");
  EXPECT_EQ(simplified(d(0) % 8, {9}), "d0 mod 8");
}

TEST_F(MixedRadixTest, DivisibleTermsLeaveTheQuotient) {
  EXPECT_EQ(simplified((d(0) * 12 + d(1) * 4 + d(2)).floorDiv(4), {2, 3, 4}),
            "d0 * 3 + d1");
  EXPECT_EQ(simplified((d(0) * 12 + d(1) * 4 + d(2)) % 12, {2, 3, 4}),
            "d1 * 4 + d2");
  EXPECT_EQ(
      simplified(((d(0) * 12 + d(1) * 4 + d(2)) % 12).floorDiv(4), {2, 3, 4}),
      "d1");
}

TEST_F(MixedRadixTest, NestedExtractorsAreOne) {
  EXPECT_EQ(simplified(d(0).floorDiv(4).floorDiv(3), {24}), "d0 floordiv 12");
  EXPECT_EQ(simplified((d(0) % 12).floorDiv(4), {24}), "(d0 floordiv 4) mod 3");
  EXPECT_EQ(simplified((d(0) % 12) % 4, {24}), "d0 mod 4");
}

TEST_F(MixedRadixTest, AllDigitsTogetherAreTheLoop) {
  AffineExpr v = d(0);
  EXPECT_EQ(
      simplified(v.floorDiv(6) * 6 + (v.floorDiv(3) % 2) * 3 + v % 3, {12}),
      "d0");
}

TEST_F(MixedRadixTest, ANegativeFactorFloors) {
  EXPECT_EQ(simplified((d(0) * -1 + 7).floorDiv(8), {8}), "0");
  EXPECT_EQ(simplified((d(0) * -1).floorDiv(8), {8}), "(-d0) floordiv 8");
}

TEST_F(MixedRadixTest, SimplifiedExpressionsHaveTheSameValues) {
  const unsigned seed = 20;
  std::mt19937 random(seed);
  auto pick = [&](int low, int high) {
    return int64_t(low + random() % (high - low + 1));
  };
  for (int round = 0; round < 2000; ++round) {
    llvm::SmallVector<int64_t> extents = {pick(1, 7), pick(1, 6), pick(1, 12)};
    std::function<AffineExpr(int)> make = [&](int depth) -> AffineExpr {
      if (depth == 0)
        return d(pick(0, 2));
      switch (pick(0, 5)) {
      case 0:
        return make(depth - 1) + make(depth - 1);
      case 1:
        return make(depth - 1) * pick(-4, 12);
      case 2:
        return make(depth - 1) + pick(-5, 9);
      case 3:
        return make(depth - 1).floorDiv(pick(1, 12));
      case 4:
        return make(depth - 1).ceilDiv(pick(1, 5));
      default:
        return make(depth - 1) % pick(1, 12);
      }
    };
    AffineExpr expr = make(4), simple = simplifyInRange(expr, extents);
    auto range = rangeOf(expr, extents);
    ASSERT_TRUE(range);
    forEachPoint(extents, [&](llvm::ArrayRef<int64_t> point) {
      int64_t value = evaluate(expr, point);
      ASSERT_EQ(value, evaluate(simple, point))
          << text(expr) << " became " << text(simple) << ", seed " << seed;
      ASSERT_LE(range->min, value) << text(expr);
      ASSERT_GE(range->max, value) << text(expr);
    });
  }
}

TEST_F(MixedRadixTest, ChainsDivideEachOther) {
  EXPECT_THAT(*chainOf({4, 12}, 24), ElementsAre(1, 4, 12, 24));
  EXPECT_FALSE(chainOf({2, 3}, 6)); // incompatible radices
  EXPECT_FALSE(chainOf({3}, 8));    // does not divide
  EXPECT_THAT(*chainOf({}, 1), ElementsAre(1));
}

TEST_F(MixedRadixTest, DigitsOfAnAccess) {
  auto map = [&](llvm::ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(2, 0, exprs, &context);
  };
  AccessDigits one =
      digitsOf(map({d(0).floorDiv(2) * 3 + (d(1).floorDiv(4)) % 3}), {6, 24});
  EXPECT_EQ(one.problem, DigitProblem::None);
  EXPECT_THAT(one.cuts[0], ElementsAre(2));
  EXPECT_THAT(one.cuts[1], ElementsAre(4, 12));
  EXPECT_EQ(digitsOf(map({(d(0) * 3 + d(1)) % 4}), {8, 3}).problem,
            DigitProblem::SeveralLoops);
  EXPECT_EQ(digitsOf(map({(d(0) + 1) % 4}), {8, 3}).problem,
            DigitProblem::NoDigit);
  EXPECT_EQ(digitsOf(map({(d(0) * 3).floorDiv(2)}), {8, 3}).problem,
            DigitProblem::NoDigit);
}

/// The proof obligation of the split: over the digits of a chain every quotient
/// and remainder of the chain is linear.
TEST_F(MixedRadixTest, DigitsMakeEveryExtractorLinear) {
  const llvm::SmallVector<int64_t> chain = {1, 2, 6, 24, 120};
  LoopCuts cuts(1);
  cuts[0].assign({2, 6, 24});
  DigitLoops loops = cutLoops(cuts, {120}, &context);
  EXPECT_THAT(loops.extents, ElementsAre(5, 4, 3, 2));
  for (size_t low = 0; low < chain.size(); ++low)
    for (size_t high = low; high < chain.size(); ++high) {
      AffineExpr digit = d(0).floorDiv(chain[low]) % (chain[high] / chain[low]);
      AffineExpr split =
          simplifyInRange(digit.replaceDims(loops.oldLoops), loops.extents);
      EXPECT_TRUE(asLinear(split)) << text(split);
    }
}
} // namespace
