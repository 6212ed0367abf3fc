//===- ReferenceTest.cpp - The host oracle computes what modules say ------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Reference/Reference.h"
#include "tilewright/Support/Error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>
#include <vector>

using namespace tilewright;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {
std::unique_ptr<Reference> compile(llvm::StringRef text) {
  auto reference = Reference::create(text);
  if (reference)
    return std::move(*reference);
  std::string message;
  describeError(reference.takeError(), message);
  ADD_FAILURE() << message;
  return nullptr;
}

void call(Reference &reference, llvm::StringRef function,
          std::vector<const void *> inputs, std::vector<void *> outputs) {
  llvm::Error error = reference.call(function, inputs, outputs);
  if (!error)
    return;
  std::string message;
  describeError(std::move(error), message);
  ADD_FAILURE() << message;
}

std::vector<float> random(size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float &value : values)
    value = normal(generator);
  return values;
}

std::string matmulText(int64_t m, int64_t k, int64_t n) {
  auto type = [](int64_t rows, int64_t columns) {
    return "tensor<" + std::to_string(rows) + "x" + std::to_string(columns) +
           "xf32>";
  };
  std::string a = type(m, k), b = type(k, n), c = type(m, n);
  return "func.func @main(%a: " + a + ", %b: " + b + ") -> " + c +
         " {\n %z = arith.constant 0.0 : f32\n %e = tensor.empty() : " + c +
         "\n %f = linalg.fill ins(%z : f32) outs(%e : " + c + ") -> " + c +
         "\n %r = linalg.matmul ins(%a, %b : " + a + ", " + b +
         ") outs(%f : " + c + ") -> " + c + "\n return %r : " + c + "\n}";
}

/// Products and sums in f64 with increasing k, rounded once.
std::vector<float> matmulInOrder(const std::vector<float> &a,
                                 const std::vector<float> &b, int64_t m,
                                 int64_t k, int64_t n) {
  std::vector<float> c(m * n);
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int64_t l = 0; l < k; ++l)
        sum += double(a[i * k + l]) * double(b[l * n + j]);
      c[i * n + j] = float(sum);
    }
  return c;
}

TEST(Reference, MatmulSumsInDoubleAndRoundsOnce) {
  // The last two are larger than the cache tiles and not multiples of them.
  const int64_t shapes[][3] = {
      {1, 1, 1}, {3, 5, 7}, {33, 127, 61}, {4, 130, 520}, {2, 64, 1030}};
  for (auto [m, k, n] : shapes) {
    std::vector<float> a = random(m * k, 1), b = random(k * n, 2), c(m * n);
    auto reference = compile(matmulText(m, k, n));
    ASSERT_TRUE(reference);
    call(*reference, "main", {a.data(), b.data()}, {c.data()});
    EXPECT_EQ(c, matmulInOrder(a, b, m, k, n))
        << m << "x" << k << "x" << n << ", seeds 1 and 2";
  }
}

TEST(Reference, InputsAreNotOverwritten) {
  auto reference = compile(R"(
#id = affine_map<(d0) -> (d0)>
func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {
  %r = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%a : tensor<4xf32>) {
  ^bb0(%x: f32):
    %s = arith.addf %x, %x : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
})");
  ASSERT_TRUE(reference);
  std::vector<float> a = {1, 2, 3, 4}, r(4);
  for (int i = 0; i < 2; ++i)
    call(*reference, "main", {a.data()}, {r.data()});
  EXPECT_THAT(a, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(r, ElementsAre(2, 4, 6, 8));
}

TEST(Reference, ViewsAndRepeatedResultsAreCopied) {
  auto reference = compile(R"(
func.func @main(%a: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<4xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2xf32>) {
  %c = tensor.collapse_shape %a [[0, 1]] : tensor<2x2xf32> into tensor<4xf32>
  %n = arith.negf %a : tensor<2x2xf32>
  %k = arith.constant dense<[8.0, 9.0]> : tensor<2xf32>
  return %a, %c, %n, %n, %k : tensor<2x2xf32>, tensor<4xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2xf32>
})");
  ASSERT_TRUE(reference);
  std::vector<float> a = {1, 2, 3, 4}, same(4), flat(4), n0(4), n1(4), k(2);
  call(*reference, "main", {a.data()},
       {same.data(), flat.data(), n0.data(), n1.data(), k.data()});
  EXPECT_EQ(same, a);
  EXPECT_EQ(flat, a);
  EXPECT_THAT(n0, ElementsAre(-1, -2, -3, -4));
  EXPECT_EQ(n1, n0);
  EXPECT_THAT(k, ElementsAre(8, 9));
}

TEST(Reference, BooleansAreBytes) {
  auto reference = compile(R"(
func.func @main(%a: tensor<4xi1>, %b: tensor<4xi1>) -> tensor<4xi1> {
  %r = arith.xori %a, %b : tensor<4xi1>
  return %r : tensor<4xi1>
})");
  ASSERT_TRUE(reference);
  std::vector<uint8_t> a = {0, 1, 0, 1}, b = {0, 0, 1, 1}, r(4, 0xff);
  call(*reference, "main", {a.data(), b.data()}, {r.data()});
  EXPECT_THAT(r, ElementsAre(0, 1, 1, 0));
}

TEST(Reference, TranscendentalsAreThoseOfLibm) {
  auto reference = compile(R"(
func.func @main(%a: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) {
  %e = math.exp %a : tensor<64xf32>
  %f = math.erf %a : tensor<64xf32>
  %t = math.tanh %a : tensor<64xf32>
  %q = arith.mulf %a, %a : tensor<64xf32>
  %r = math.rsqrt %q : tensor<64xf32>
  return %e, %f, %t, %r : tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>
})");
  ASSERT_TRUE(reference);
  std::vector<float> a = random(64, 3), e(64), f(64), t(64), r(64);
  call(*reference, "main", {a.data()},
       {e.data(), f.data(), t.data(), r.data()});
  for (int i = 0; i < 64; ++i) {
    EXPECT_FLOAT_EQ(e[i], std::exp(a[i]));
    EXPECT_FLOAT_EQ(f[i], std::erf(a[i]));
    EXPECT_FLOAT_EQ(t[i], std::tanh(a[i]));
    EXPECT_FLOAT_EQ(r[i], 1 / std::sqrt(a[i] * a[i]));
  }
}

TEST(Reference, NarrowFloatsRoundToNearestEven) {
  auto reference = compile(R"(
func.func @main(%a: tensor<2xbf16>, %b: tensor<2xf16>) -> (tensor<2xbf16>, tensor<2xf16>) {
  %r = arith.addf %a, %a : tensor<2xbf16>
  %s = math.exp %b : tensor<2xf16>
  return %r, %s : tensor<2xbf16>, tensor<2xf16>
})");
  ASSERT_TRUE(reference);
  std::vector<uint16_t> a = {0x3f81, 0xc000}, b = {0x0000, 0x3c00}, r(2), s(2);
  call(*reference, "main", {a.data(), b.data()}, {r.data(), s.data()});
  EXPECT_THAT(r, ElementsAre(0x4001, 0xc080));
  EXPECT_THAT(s, ElementsAre(0x3c00, 0x4170)); // 1, e
}

// There are hosts without a function for f64 to bf16.
TEST(Reference, DoublesBecomeNarrowFloatsAndBack) {
  auto reference = compile(R"(
func.func @main(%a: tensor<2xbf16>, %b: tensor<2xf16>) -> (tensor<2xbf16>, tensor<2xf16>) {
  %half = arith.constant dense<0.5> : tensor<2xf64>
  %c = arith.extf %a : tensor<2xbf16> to tensor<2xf64>
  %d = arith.extf %b : tensor<2xf16> to tensor<2xf64>
  %x = arith.mulf %c, %half : tensor<2xf64>
  %y = arith.mulf %d, %half : tensor<2xf64>
  %r = arith.truncf %x : tensor<2xf64> to tensor<2xbf16>
  %s = arith.truncf %y : tensor<2xf64> to tensor<2xf16>
  return %r, %s : tensor<2xbf16>, tensor<2xf16>
})");
  ASSERT_TRUE(reference);
  std::vector<uint16_t> a = {0x3f80, 0xc040}, b = {0x3c00, 0xc200}, r(2), s(2);
  call(*reference, "main", {a.data(), b.data()}, {r.data(), s.data()});
  EXPECT_THAT(r, ElementsAre(0x3f00, 0xbfc0)); // 0.5, -1.5
  EXPECT_THAT(s, ElementsAre(0x3800, 0xbe00));
}

TEST(Reference, LargeConstantsReachTheFunction) {
  std::string values;
  for (int i = 0; i < 100; ++i)
    values += (i ? ", " : "") + std::to_string(i) + ".0";
  auto reference = compile("func.func @main(%a: tensor<100xf32>) -> "
                           "tensor<100xf32> {\n %c = arith.constant dense<[" +
                           values +
                           "]> : tensor<100xf32>\n %r = arith.addf %a, %c : "
                           "tensor<100xf32>\n return %r : tensor<100xf32>\n}");
  ASSERT_TRUE(reference);
  std::vector<float> a(100, 0.5f), r(100);
  call(*reference, "main", {a.data()}, {r.data()});
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(r[i], i + 0.5f);
}

TEST(Reference, KernelsAreCallableAloneAndThroughTheHost) {
  auto reference = compile(R"(
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %x = call @kernel_0(%a) : (tensor<2xf32>) -> tensor<2xf32>
  %y = call @kernel_0(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
func.func private @kernel_0(%a: tensor<2xf32>) -> tensor<2xf32> attributes {togsim.kernel} {
  %r = arith.mulf %a, %a : tensor<2xf32>
  return %r : tensor<2xf32>
})");
  ASSERT_TRUE(reference);
  std::vector<float> a = {2, 3}, r(2);
  call(*reference, "kernel_0", {a.data()}, {r.data()});
  EXPECT_THAT(r, ElementsAre(4, 9));
  call(*reference, "main", {a.data()}, {r.data()});
  EXPECT_THAT(r, ElementsAre(16, 81));
}

TEST(Reference, LongSumsAndProductsRoundOnce) {
  // 0.1f added up in f32 is off by 1 % after 10^6 terms.
  auto reference = compile(R"(
#in = affine_map<(d0) -> (d0)>
#out = affine_map<(d0) -> ()>
func.func @main(%a: tensor<1000000xf32>, %b: tensor<100000xbf16>) -> (tensor<f32>, tensor<f32>, tensor<bf16>) {
  %z = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %zb = arith.constant 0.0 : bf16
  %e = tensor.empty() : tensor<f32>
  %eb = tensor.empty() : tensor<bf16>
  %s0 = linalg.fill ins(%z : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %p0 = linalg.fill ins(%one : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %b0 = linalg.fill ins(%zb : bf16) outs(%eb : tensor<bf16>) -> tensor<bf16>
  %r:2 = linalg.generic {indexing_maps = [#in, #out, #out], iterator_types = ["reduction"]} ins(%a : tensor<1000000xf32>) outs(%s0, %p0 : tensor<f32>, tensor<f32>) {
  ^bb0(%x: f32, %s: f32, %p: f32):
    %t = arith.addf %x, %s : f32
    %near = arith.constant 1.000001 : f32
    %q = arith.mulf %p, %near : f32
    linalg.yield %t, %q : f32, f32
  } -> (tensor<f32>, tensor<f32>)
  %w = linalg.generic {indexing_maps = [#in, #out], iterator_types = ["reduction"]} ins(%b : tensor<100000xbf16>) outs(%b0 : tensor<bf16>) {
  ^bb0(%x: bf16, %s: bf16):
    %t = arith.addf %s, %x : bf16
    linalg.yield %t : bf16
  } -> tensor<bf16>
  return %r#0, %r#1, %w : tensor<f32>, tensor<f32>, tensor<bf16>
})");
  ASSERT_TRUE(reference);
  std::vector<float> a(1000000, 0.1f), sum(1), product(1);
  std::vector<uint16_t> b(100000, 0x3f80), narrow(1);
  call(*reference, "main", {a.data(), b.data()},
       {sum.data(), product.data(), narrow.data()});
  EXPECT_EQ(sum[0], float(1e6 * double(0.1f)));
  EXPECT_FLOAT_EQ(product[0], float(std::pow(double(1.000001f), 1e6)));
  EXPECT_EQ(narrow[0], 0x47c3); // 99840, the bf16 next to 100000
}

TEST(Reference, ScansAreInclusiveOrExclusiveAlongAnyAxis) {
  auto reference = compile(R"(
func.func @main(%a: tensor<3x2xi32>, %c: tensor<2xi32>) -> (tensor<3x2xi32>, tensor<3x2xi32>, tensor<2xi32>, tensor<3x2xi32>) {
  %e = tensor.empty() : tensor<3x2xi32>
  %e3 = tensor.empty() : tensor<3xi32>
  %r:2 = tm_tensor.scan dimension(0) inclusive(true) ins(%a : tensor<3x2xi32>) outs(%e, %c : tensor<3x2xi32>, tensor<2xi32>) {
  ^bb0(%x: i32, %y: i32):
    %s = arith.addi %x, %y : i32
    tm_tensor.yield %s : i32
  } -> tensor<3x2xi32>, tensor<2xi32>
  %q:2 = tm_tensor.scan dimension(0) inclusive(false) ins(%a : tensor<3x2xi32>) outs(%e, %c : tensor<3x2xi32>, tensor<2xi32>) {
  ^bb0(%x: i32, %y: i32):
    %s = arith.addi %x, %y : i32
    tm_tensor.yield %s : i32
  } -> tensor<3x2xi32>, tensor<2xi32>
  %p:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%a : tensor<3x2xi32>) outs(%e, %e3 : tensor<3x2xi32>, tensor<3xi32>) {
  ^bb0(%x: i32, %y: i32):
    %s = arith.muli %x, %y : i32
    tm_tensor.yield %s : i32
  } -> tensor<3x2xi32>, tensor<3xi32>
  return %r#0, %q#0, %q#1, %p#0 : tensor<3x2xi32>, tensor<3x2xi32>, tensor<2xi32>, tensor<3x2xi32>
})");
  ASSERT_TRUE(reference);
  std::vector<int32_t> a = {1, 2, 3, 4, 5, 6}, carry = {100, 200};
  std::vector<int32_t> inclusive(6), exclusive(6), carried(2), product(6);
  call(*reference, "main", {a.data(), carry.data()},
       {inclusive.data(), exclusive.data(), carried.data(), product.data()});
  EXPECT_THAT(inclusive, ElementsAre(1, 2, 4, 6, 9, 12));
  EXPECT_THAT(exclusive, ElementsAre(100, 200, 101, 202, 104, 206));
  EXPECT_THAT(carried, ElementsAre(109, 212));
  EXPECT_THAT(product, ElementsAre(1, 2, 3, 12, 5, 30));
}

TEST(Reference, SortsAreStableAndNanIsTheGreatestNumber) {
  auto reference = compile(R"(
func.func @main(%a: tensor<2x7xf32>, %i: tensor<2x7xi64>) -> (tensor<2x7xf32>, tensor<2x7xi64>, tensor<2x3xi32>) {
  %r:2 = tm_tensor.sort dimension(1) outs(%a, %i : tensor<2x7xf32>, tensor<2x7xi64>) {
  ^bb0(%x: f32, %y: f32, %m: i64, %n: i64):
    %c = arith.cmpf ole, %x, %y : f32
    tm_tensor.yield %c : i1
  } -> tensor<2x7xf32>, tensor<2x7xi64>
  %v = tensor.empty() : tensor<2x3xf32>
  %p = tensor.empty() : tensor<2x3xi32>
  %t:2 = tm_tensor.topk dimension(1) ins(%a : tensor<2x7xf32>) outs(%v, %p : tensor<2x3xf32>, tensor<2x3xi32>) {
  ^bb0(%x: f32, %y: f32):
    %c = arith.cmpf ogt, %x, %y : f32
    tm_tensor.yield %c : i1
  } -> tensor<2x3xf32>, tensor<2x3xi32>
  return %r#0, %r#1, %t#1 : tensor<2x7xf32>, tensor<2x7xi64>, tensor<2x3xi32>
})");
  ASSERT_TRUE(reference);
  const float nan = std::nanf(""), inf = INFINITY;
  std::vector<float> a = {3, nan,   1, 3, -inf, inf, nan,
                          0, -0.0f, 2, 2, 1,    1,   0};
  std::vector<int64_t> i, order(14);
  for (int n = 0; n < 14; ++n)
    i.push_back(n % 7);
  std::vector<float> sorted(14);
  std::vector<int32_t> top(6);
  call(*reference, "main", {a.data(), i.data()},
       {sorted.data(), order.data(), top.data()});
  EXPECT_THAT(order, ElementsAre(4, 2, 0, 3, 5, 1, 6, 0, 1, 6, 4, 5, 2, 3));
  EXPECT_THAT(top, ElementsAre(1, 6, 5, 2, 3, 4));
  EXPECT_EQ(sorted[0], -inf);
  EXPECT_TRUE(std::isnan(sorted[5]) && std::isnan(sorted[6]));
}

TEST(Reference, ScattersAccumulateDuplicatesAndPlaceWindows) {
  auto reference = compile(R"(
func.func @main(%a: tensor<3x2xf32>, %u: tensor<3x1x2xf32>, %i: tensor<3x1xi64>, %e: tensor<2xf32>, %p: tensor<2x2xi64>)
    -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  %r = tm_tensor.scatter {dimension_map = array<i64: 0>} unique_indices(false) ins(%u, %i : tensor<3x1x2xf32>, tensor<3x1xi64>) outs(%a : tensor<3x2xf32>) {
  ^bb0(%x: f32, %y: f32):
    %s = arith.addf %y, %x : f32
    tm_tensor.yield %s : f32
  } -> tensor<3x2xf32>
  %q = tm_tensor.scatter {dimension_map = array<i64: 1, 0>} unique_indices(true) ins(%e, %p : tensor<2xf32>, tensor<2x2xi64>) outs(%a : tensor<3x2xf32>) {
  ^bb0(%x: f32, %y: f32):
    tm_tensor.yield %x : f32
  } -> tensor<3x2xf32>
  return %r, %q : tensor<3x2xf32>, tensor<3x2xf32>
})");
  ASSERT_TRUE(reference);
  std::vector<float> a = {1, 2, 3, 4, 5, 6}, u = {10, 20, 30, 40, 50, 60},
                     e = {-1, -2}, sum(6), set(6);
  std::vector<int64_t> rows = {2, 0, 2}, pairs = {1, 0, 0, 2};
  call(*reference, "main",
       {a.data(), u.data(), rows.data(), e.data(), pairs.data()},
       {sum.data(), set.data()});
  EXPECT_THAT(sum, ElementsAre(31, 42, 3, 4, 65, 86));
  EXPECT_THAT(set, ElementsAre(1, -1, 3, 4, -2, 6));
}

TEST(Reference, WrongCallsAreUsageErrors) {
  auto reference = compile(matmulText(2, 2, 2));
  ASSERT_TRUE(reference);
  std::vector<float> a(4);
  std::string message;
  EXPECT_EQ(
      describeError(reference->call("other", {a.data()}, {a.data()}), message),
      FailureKind::Usage);
  EXPECT_THAT(message, HasSubstr("no function @other"));
  message.clear();
  EXPECT_EQ(
      describeError(reference->call("main", {a.data()}, {a.data()}), message),
      FailureKind::Usage);
  EXPECT_THAT(message, HasSubstr("takes 2 inputs and 1 outputs, not 1 and 1"));
}

TEST(Reference, BadModulesAreErrorsWithAReason) {
  std::string message;
  auto parse = Reference::create("func.func @main(");
  ASSERT_FALSE(bool(parse));
  EXPECT_EQ(describeError(parse.takeError(), message), FailureKind::Usage);
  auto dynamic = Reference::create(
      "func.func @main(%a: tensor<?xf32>) -> tensor<?xf32> { return %a : "
      "tensor<?xf32> }");
  ASSERT_FALSE(bool(dynamic));
  message.clear();
  EXPECT_EQ(describeError(dynamic.takeError(), message),
            FailureKind::Unsupported);
  EXPECT_THAT(message, HasSubstr("static ranked tensors"));
}
} // namespace
