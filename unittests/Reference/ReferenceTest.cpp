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

/// Products and sums in f32 with increasing k: the order docs/isa.md fixes.
std::vector<float> matmulInOrder(const std::vector<float> &a,
                                 const std::vector<float> &b, int64_t m,
                                 int64_t k, int64_t n) {
  std::vector<float> c(m * n, 0.0f);
  for (int64_t i = 0; i < m; ++i)
    for (int64_t l = 0; l < k; ++l)
      for (int64_t j = 0; j < n; ++j) {
        volatile float product = a[i * k + l] * b[l * n + j]; // no contraction
        c[i * n + j] += product;
      }
  return c;
}

TEST(Reference, MatmulIsBitExactInIncreasingK) {
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
