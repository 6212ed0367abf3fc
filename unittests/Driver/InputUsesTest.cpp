//===- InputUsesTest.cpp - What random inputs have to know ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementValues.h"
#include "tilewright/Driver/Driver.h"
#include "llvm/Support/Error.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace tilewright;

namespace {
Program compile(llvm::StringRef text) {
  auto machine = loadMachine("small8");
  EXPECT_TRUE(bool(machine));
  auto program = compileModule(text, "model.mlir", *machine);
  if (!program) {
    ADD_FAILURE() << llvm::toString(program.takeError());
    return Program();
  }
  return std::move(*program);
}

std::vector<double> valuesOf(const Tensor &tensor) {
  std::vector<double> values(tensor.info.elements());
  decodeFloats(tensor.info.type, tensor.data.data(), values.size(),
               values.data());
  return values;
}

double varianceOf(const Tensor &tensor) {
  double squares = 0;
  for (double value : valuesOf(tensor))
    squares += value * value;
  return squares / tensor.info.elements();
}

const char *kLinear = R"(
func.func @main(%x: tensor<32x128xf32>, %w: tensor<64x128xf32>,
                %b: tensor<64xf32>) -> tensor<32x64xf32> {
  %t = tensor.empty() : tensor<128x64xf32>
  %wt = linalg.transpose ins(%w : tensor<64x128xf32>)
      outs(%t : tensor<128x64xf32>) permutation = [1, 0]
  %e = tensor.empty() : tensor<32x64xf32>
  %y = linalg.broadcast ins(%b : tensor<64xf32>)
      outs(%e : tensor<32x64xf32>) dimensions = [0]
  %r = linalg.matmul ins(%x, %wt : tensor<32x128xf32>, tensor<128x64xf32>)
      outs(%y : tensor<32x64xf32>) -> tensor<32x64xf32>
  return %r : tensor<32x64xf32>
})";
} // namespace

TEST(InputUsesTest, TheWeightOfAProductIsScaledByItsSums) {
  Program program = compile(kLinear);
  EXPECT_EQ(program.inputUses, (std::vector<InputUse>{{}, {128}, {}}));
  auto inputs = randomInputs(program, 1);
  EXPECT_NEAR(varianceOf(inputs[0]), 1, 0.1);
  EXPECT_NEAR(varianceOf(inputs[1]) * 128, 1, 0.1);
  auto result = llvm::cantFail(runProgram(program, inputs));
  EXPECT_NEAR(varianceOf(result.outputs[0]), 2, 0.5) << "product plus bias";
}

TEST(InputUsesTest, ProductsOfTwoKernelsTakeTheLongerSum) {
  Program program = compile(R"(
func.func @main(%x: tensor<8x24xf32>, %w: tensor<24x24xf32>)
    -> tensor<24x24xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8x24xf32>)
      -> tensor<8x24xf32>
  %y = linalg.matmul ins(%x, %w : tensor<8x24xf32>, tensor<24x24xf32>)
      outs(%f : tensor<8x24xf32>) -> tensor<8x24xf32>
  %t = tensor.empty() : tensor<24x8xf32>
  %yt = linalg.transpose ins(%y : tensor<8x24xf32>)
      outs(%t : tensor<24x8xf32>) permutation = [1, 0]
  %e2 = tensor.empty() : tensor<24x24xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<24x24xf32>)
      -> tensor<24x24xf32>
  %z = linalg.matmul ins(%yt, %x : tensor<24x8xf32>, tensor<8x24xf32>)
      outs(%f2 : tensor<24x24xf32>) -> tensor<24x24xf32>
  return %z : tensor<24x24xf32>
})");
  EXPECT_EQ(program.inputUses, (std::vector<InputUse>{{8}, {24}}));
}

TEST(InputUsesTest, VariancesArePositive) {
  Program program = compile(R"(
func.func @main(%x: tensor<8x24xf32>, %v: tensor<24xf32>) -> tensor<8x24xf32> {
  %epsilon = arith.constant 1.0e-5 : f32
  %e = tensor.empty() : tensor<8x24xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                       affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %v : tensor<8x24xf32>, tensor<24xf32>)
      outs(%e : tensor<8x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %b, %epsilon : f32
    %r = math.rsqrt %s : f32
    %p = arith.mulf %a, %r : f32
    linalg.yield %p : f32
  } -> tensor<8x24xf32>
  return %y : tensor<8x24xf32>
})");
  InputUse positive;
  positive.positive = true;
  EXPECT_EQ(program.inputUses, (std::vector<InputUse>{{}, positive}));
  for (double value : valuesOf(randomInputs(program, 1)[1])) {
    EXPECT_GE(value, 0.5);
    EXPECT_LE(value, 3.5);
  }
}

TEST(InputUsesTest, IndicesStayInTheirTable) {
  Program program = compile(R"(
func.func @main(%table: tensor<5x16xf32>, %i: tensor<40xi64>)
    -> tensor<40x16xf32> {
  %zero = arith.constant 0 : i64
  %five = arith.constant 5 : i64
  %e = tensor.empty() : tensor<40x16xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%i : tensor<40xi64>) outs(%e : tensor<40x16xf32>) {
  ^bb0(%a: i64, %o: f32):
    %n = arith.cmpi slt, %a, %zero : i64
    %w = arith.addi %a, %five : i64
    %s = arith.select %n, %w, %a : i64
    %r = arith.index_cast %s : i64 to index
    %c = linalg.index 1 : index
    %v = tensor.extract %table[%r, %c] : tensor<5x16xf32>
    linalg.yield %v : f32
  } -> tensor<40x16xf32>
  return %y : tensor<40x16xf32>
})");
  InputUse index;
  index.indexBelow = 5;
  EXPECT_EQ(program.inputUses, (std::vector<InputUse>{{}, index}));
  auto inputs = randomInputs(program, 1);
  for (size_t at = 0; at < inputs[1].data.size(); at += 8) {
    int64_t value = decodeInteger(ElementType::I64, &inputs[1].data[at]);
    EXPECT_GE(value, 0);
    EXPECT_LT(value, 5);
  }
}

TEST(InputUsesTest, ProgramsNobodyLookedAtDrawWithVarianceOne) {
  Program program = compile(kLinear);
  program.inputUses.clear();
  EXPECT_NEAR(varianceOf(randomInputs(program, 1)[1]), 1, 0.1);
}

TEST(InputUsesTest, VerificationCountsNaNs) {
  Program program = compile(kLinear);
  auto inputs = randomInputs(program, 1);
  encodeFloat(ElementType::F32, NAN, inputs[0].data.data());
  RunOptions options;
  options.verify = true;
  auto result = llvm::cantFail(runProgram(program, inputs, options));
  EXPECT_FALSE(result.mismatch);
  EXPECT_EQ(result.report.nanOutputs, 64u) << "one row";
  EXPECT_EQ(result.report.outputElements, 32u * 64);
}
