//===- ImportTest.cpp - What may enter the compiler, and what is said -----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "tilewright/Frontend/Frontend.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace tilewright;
using ::testing::HasSubstr;

namespace {
class ImportTest : public ::testing::Test {
protected:
  ImportTest() : context(registry()) {}
  static DialectRegistry registry() {
    DialectRegistry registry;
    registerAllDialects(registry);
    return registry;
  }

  OwningOpRef<ModuleOp> accepts(StringRef text) {
    auto module = importModule(text, "model.mlir", context);
    if (module)
      return std::move(*module);
    std::string message;
    describeError(module.takeError(), message);
    ADD_FAILURE() << "expected the module to be accepted: " << message;
    return {};
  }

  void rejects(StringRef text, FailureKind kind,
               std::initializer_list<const char *> parts) {
    auto module = importModule(text, "model.mlir", context);
    ASSERT_FALSE(bool(module)) << "expected an error for:\n" << text.str();
    std::string message;
    EXPECT_EQ(describeError(module.takeError(), message), kind) << message;
    for (const char *part : parts)
      EXPECT_THAT(message, HasSubstr(part));
  }

  MLIRContext context;
};

constexpr const char *kAdd = R"(
func.func @main(%a: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %r = arith.addf %a, %a : tensor<2x3xf32>
  return %r : tensor<2x3xf32>
})";

TEST_F(ImportTest, ReadsCustomGenericAndBytecodeForms) {
  OwningOpRef<ModuleOp> module = accepts(kAdd);
  ASSERT_TRUE(module);
  std::string generic, bytecode;
  OpPrintingFlags flags;
  llvm::raw_string_ostream genericStream(generic);
  module->print(genericStream, flags.printGenericOpForm());
  EXPECT_THAT(generic, HasSubstr("\"arith.addf\""));
  EXPECT_TRUE(accepts(generic));
  llvm::raw_string_ostream stream(bytecode);
  ASSERT_TRUE(succeeded(writeBytecodeToFile(*module, stream)));
  EXPECT_TRUE(accepts(bytecode));
}

TEST_F(ImportTest, ReadsWhatTorchMlirEmitsBesidesTensors) {
  EXPECT_TRUE(accepts(R"(
#map = affine_map<(d0) -> (d0)>
module attributes {torch.debug_module_name = "M"} {
  ml_program.global private mutable @global_seed(dense<0> : tensor<i64>) : tensor<i64>
  func.func @forward(%a: tensor<4xf32>) -> tensor<4xf32> attributes {torch.assume_strict_symbolic_shapes} {
    %true = arith.constant true
    %scale = arith.constant dense<2.0> : tensor<f64>
    %eps = arith.constant 1.0e-5 : f64
    cf.assert %true, "sizes match"
    return %a : tensor<4xf32>
  }
})"));
}

TEST_F(ImportTest, SyntaxErrorsNameThePosition) {
  rejects("func.func @main(%a: tensor<2xf32>) -> {\n}", FailureKind::Usage,
          {"model.mlir:1:38"});
}

TEST_F(ImportTest, ReshapesWithEmptyGroupsAreErrors) {
  rejects(R"(
func.func @main(%a: tensor<4x2xf32>) -> tensor<2x2x2xf32> {
  %r = tensor.expand_shape %a [[0, 1], []] output_shape [2, 2, 2]
      : tensor<4x2xf32> into tensor<2x2x2xf32>
  return %r : tensor<2x2x2xf32>
})",
          FailureKind::Usage,
          {"model.mlir:3:8", "'tensor.expand_shape' has a group without"});
  rejects(R"(
func.func @main(%a: tensor<2x2xf32>) -> tensor<4x1xf32> {
  %r = tensor.collapse_shape %a [[0, 1], []]
      : tensor<2x2xf32> into tensor<4x1xf32>
  return %r : tensor<4x1xf32>
})",
          FailureKind::Usage,
          {"model.mlir:3:8", "'tensor.collapse_shape' has a group without"});
}

TEST_F(ImportTest, SlicesBeyondTheIntegersAreErrors) {
  // 1 + 3 * 6148914691236517206 is 3 modulo 2^64.
  rejects(R"(
func.func @main(%a: tensor<12x2xf32>) -> tensor<4x2xf32> {
  %r = tensor.extract_slice %a[1, 0] [4, 2] [6148914691236517206, 1]
      : tensor<12x2xf32> to tensor<4x2xf32>
  return %r : tensor<4x2xf32>
})",
          FailureKind::Unsupported,
          {"model.mlir:3:8", "'tensor.extract_slice' along dimension 0",
           "outside every tensor"});
  accepts(R"(
func.func @main(%a: tensor<12x2xf32>) -> tensor<1x2xf32> {
  %r = tensor.extract_slice %a[11, 0] [1, 2] [9223372036854775807, 1]
      : tensor<12x2xf32> to tensor<1x2xf32>
  return %r : tensor<1x2xf32>
})");
}

TEST_F(ImportTest, UnknownDialectIsNamed) {
  rejects(R"(
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %r = "stablehlo.add"(%a, %a) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
})",
          FailureKind::Usage,
          {"model.mlir:3:8", "stablehlo.add", "unknown dialect 'stablehlo'",
           "linalg on tensors"});
  rejects(R"(
func.func @main(%a: !torch.vtensor<[2],f32>) -> tensor<2xf32> {
  %r = "arith.constant"() {value = dense<0.0> : tensor<2xf32>} : () -> tensor<2xf32>
  return %r : tensor<2xf32>
})",
          FailureKind::Usage, {"unknown dialect 'torch'"});
  rejects("%0 = foo.bar : i32", FailureKind::Usage, {"model.mlir:1:6", "foo"});
}

TEST_F(ImportTest, UnknownOperationOfAKnownDialectIsNamed) {
  rejects(
      R"(
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %r = "arith.addff"(%a) : (tensor<2xf32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
})",
      FailureKind::Usage,
      {"model.mlir:3:8", "unregistered operation 'arith.addff'", "'arith'"});
}

TEST_F(ImportTest, NeedsOnePublicFunctionAndListsSeveral) {
  rejects("module {}", FailureKind::Unsupported, {"no public function"});
  rejects(R"(
func.func @first(%a: tensor<2xf32>) -> tensor<2xf32> { return %a : tensor<2xf32> }
func.func @second(%a: tensor<2xf32>) -> tensor<2xf32> { return %a : tensor<2xf32> }
)",
          FailureKind::Unsupported,
          {"2 public functions", "@first", "@second", "private"});
}

TEST_F(ImportTest, DynamicShapesNameTheOpAndTheRemedy) {
  rejects("func.func @main(%a: tensor<?x3xf32>) -> tensor<2xf32> {\n"
          "  %r = arith.constant dense<0.0> : tensor<2xf32>\n"
          "  return %r : tensor<2xf32>\n}",
          FailureKind::Unsupported,
          {"model.mlir:1:1", "argument 0 of @main", "tensor<?x3xf32>",
           "dynamic shape", "fixed input shapes"});
  rejects("func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
          "  %n = arith.constant 2 : index\n"
          "  %e = tensor.empty(%n) : tensor<?xf32>\n"
          "  return %a : tensor<2xf32>\n}",
          FailureKind::Unsupported,
          {"model.mlir:3:8", "'tensor.empty'", "dynamic shape"});
}

TEST_F(ImportTest, LocationsOfTheModelWin) {
  rejects("func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
          "  %n = arith.constant 2 : index\n"
          "  %e = tensor.empty(%n) : tensor<?xf32> "
          "loc(callsite(\"linear.py\":134:2 at \"net.py\":7:1))\n"
          "  return %a : tensor<2xf32>\n}",
          FailureKind::Unsupported, {"linear.py:134:2"});
}

TEST_F(ImportTest, OtherTypesAreRejectedWithAReason) {
  rejects("func.func @main(%a: tensor<2xf64>) -> tensor<2xf64> {\n"
          "  return %a : tensor<2xf64>\n}",
          FailureKind::Unsupported, {"double-precision", "float32"});
  rejects("func.func @main(%a: tensor<2xcomplex<f32>>) -> tensor<2xf32> {\n"
          "  %r = arith.constant dense<0.0> : tensor<2xf32>\n"
          "  return %r : tensor<2xf32>\n}",
          FailureKind::Unsupported, {"element type", "supported: f32"});
  rejects("func.func @main(%a: f32) -> tensor<2xf32> {\n"
          "  %r = arith.constant dense<0.0> : tensor<2xf32>\n"
          "  return %r : tensor<2xf32>\n}",
          FailureKind::Unsupported, {"argument 0 of @main is 'f32'", "rank-0"});
  rejects("func.func @main(%a: tensor<0x2xf32>) -> tensor<0x2xf32> {\n"
          "  return %a : tensor<0x2xf32>\n}",
          FailureKind::Unsupported, {"has no elements"});
  rejects("func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
          "  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf64>\n"
          "  return %a : tensor<2xf32>\n}",
          FailureKind::Unsupported, {"model.mlir:2:8", "double-precision"});
}

TEST_F(ImportTest, ElidedConstantsAreAnError) {
  rejects("func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
          "  %c = arith.constant dense_resource<__elided__> : tensor<2xf32>\n"
          "  return %c : tensor<2xf32>\n}",
          FailureKind::Unsupported, {"data are missing"});
}

TEST_F(ImportTest, TheContextIsLeftAsItWas) {
  context.allowUnregisteredDialects(false);
  accepts(kAdd);
  EXPECT_FALSE(context.allowsUnregisteredDialects());
}

TEST_F(ImportTest, FailureWithoutDiagnosticIsOurDefect) {
  std::string message;
  EXPECT_EQ(describeError(withDiagnostics(context, FailureKind::Usage,
                                          [] { return failure(); }),
                          message),
            FailureKind::Internal);
}

TEST_F(ImportTest, LocationStringTakesTheFirstPosition) {
  auto file = [&](StringRef name, unsigned line) -> Location {
    return FileLineColLoc::get(&context, name, line, 3);
  };
  EXPECT_EQ(locationString(file("a.py", 1)), "a.py:1:3");
  EXPECT_EQ(locationString(CallSiteLoc::get(file("a.py", 1), file("b.py", 2))),
            "a.py:1:3");
  EXPECT_EQ(locationString(
                NameLoc::get(StringAttr::get(&context, "x"), file("a.py", 4))),
            "a.py:4:3");
  EXPECT_EQ(locationString(FusedLoc::get(
                &context, {UnknownLoc::get(&context), file("c.py", 5)})),
            "c.py:5:3");
  EXPECT_EQ(locationString(UnknownLoc::get(&context)), "");
}
} // namespace
