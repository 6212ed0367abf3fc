//===- FrameworkSemanticsTest.cpp - What import restores ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/MLIRContext.h"
#include "tilewright/Frontend/Frontend.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace tilewright;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

/// The imported module as text.
std::string imported(StringRef text) {
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  auto module = importModule(text, "model.mlir", context);
  if (!module) {
    std::string message;
    describeError(module.takeError(), message);
    ADD_FAILURE() << message;
    return "";
  }
  std::string result;
  llvm::raw_string_ostream stream(result);
  (*module)->print(stream);
  return result;
}

/// A maximum with its position, compared by `predicate`.
std::string argMax(StringRef predicate) {
  return R"(
func.func @main(%x: tensor<3x5xf32>) -> tensor<3xi64> {
  %c0 = arith.constant 0 : i64
  %least = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<3xi64>
  %i = linalg.fill ins(%c0 : i64) outs(%e : tensor<3xi64>) -> tensor<3xi64>
  %f = tensor.empty() : tensor<3xf32>
  %v = linalg.fill ins(%least : f32) outs(%f : tensor<3xf32>) -> tensor<3xf32>
  %r:2 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>,
      affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<3x5xf32>) outs(%v, %i : tensor<3xf32>, tensor<3xi64>) {
  ^bb0(%in: f32, %out: f32, %at: i64):
    %d = linalg.index 1 : index
    %n = arith.index_cast %d : index to i64
    %m = arith.maximumf %in, %out : f32
    %c = arith.cmpf )" +
         predicate.str() + R"(, %in, %out : f32
    %s = arith.select %c, %n, %at : i64
    linalg.yield %m, %s : f32, i64
  } -> (tensor<3xf32>, tensor<3xi64>)
  return %r#1 : tensor<3xi64>
})";
}

TEST(FrameworkSemanticsTest, ArgReductionBecomesValuesAndPositions) {
  std::string text = imported(argMax("ogt"));
  // The smallest coordinate whose element equals the maximum or is NaN.
  EXPECT_THAT(text, HasSubstr("arith.cmpf oeq"));
  EXPECT_THAT(text, HasSubstr("arith.cmpf uno"));
  EXPECT_THAT(text, HasSubstr("arith.minsi"));
  EXPECT_THAT(text, Not(HasSubstr("arith.cmpf ogt")));
}

TEST(FrameworkSemanticsTest, LastPositionIsLeftAlone) {
  // "Greater or equal" keeps the last position: another function.
  std::string text = imported(argMax("oge"));
  EXPECT_THAT(text, HasSubstr("arith.cmpf oge"));
  EXPECT_THAT(text, Not(HasSubstr("arith.minsi")));
}

TEST(FrameworkSemanticsTest, NarrowSumsAccumulateInSinglePrecision) {
  std::string text = imported(R"(
func.func @main(%x: tensor<3x5xbf16>) -> tensor<3xbf16> {
  %zero = arith.constant 0.0 : bf16
  %e = tensor.empty() : tensor<3xbf16>
  %f = linalg.fill ins(%zero : bf16) outs(%e : tensor<3xbf16>) -> tensor<3xbf16>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>,
      affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<3x5xbf16>) outs(%f : tensor<3xbf16>) {
  ^bb0(%in: bf16, %out: bf16):
    %s = arith.addf %in, %out : bf16
    linalg.yield %s : bf16
  } -> tensor<3xbf16>
  return %r : tensor<3xbf16>
})");
  EXPECT_THAT(text, HasSubstr("arith.extf"));
  EXPECT_THAT(text, HasSubstr("tensor<3xf32>"));
  EXPECT_THAT(text, HasSubstr("arith.truncf"));
}

std::string quotient(StringRef rounding, StringRef type) {
  return llvm::formatv(R"(
func.func @main(%x: tensor<5xi32>, %y: tensor<5x{1}>) -> tensor<5xi32> {{
  %e = tensor.empty() : tensor<5xi32>
  %r = linalg.generic {{indexing_maps = [affine_map<(d0) -> (d0)>,
      affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
      iterator_types = ["parallel"]}
      ins(%x, %y : tensor<5xi32>, tensor<5x{1}>) outs(%e : tensor<5xi32>) {{
  ^bb0(%m: i32, %n: {1}, %o: i32):
    %a = arith.sitofp %m : i32 to f64
    %b = arith.sitofp %n : {1} to f64
    %q = arith.divf %a, %b : f64
    %t = math.{0} %q : f64
    %i = arith.fptosi %t : f64 to i32
    linalg.yield %i : i32
  } -> tensor<5xi32>
  return %r : tensor<5xi32>
})",
                       rounding, type)
      .str();
}

TEST(FrameworkSemanticsTest, IntegerQuotientsAreIntegerDivisions) {
  EXPECT_THAT(imported(quotient("floor", "i32")),
              HasSubstr("arith.floordivsi"));
  EXPECT_THAT(imported(quotient("trunc", "i32")), HasSubstr("arith.divsi"));
  // Operands of other types have no common division.
  EXPECT_THAT(imported(quotient("floor", "i64")), HasSubstr("arith.divf"));
}

} // namespace
