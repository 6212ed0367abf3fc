//===- OutlineLoopsTest.cpp - Equal loop nests are one function -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostPipeline.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "tilewright/Frontend/Frontend.h"
#include "gtest/gtest.h"

using namespace tilewright;

namespace {
class Outlining : public testing::Test {
protected:
  Outlining() : context(registry()) {}
  static mlir::DialectRegistry registry() {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    return registry;
  }
  /// Outlines a function with this body and one buffer argument %a.
  void outline(llvm::StringRef type, llvm::StringRef body) {
    std::string text = ("#id = affine_map<(i) -> (i)>\n"
                        "func.func @main(%a: " +
                        type + ", %f: f32) {\n" + body + "\n return\n}")
                           .str();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    ASSERT_TRUE(module);
    reference::outlineLoops(*module);
    ASSERT_TRUE(succeeded(mlir::verify(*module)));
  }
  unsigned functions() {
    return llvm::range_size(module->getOps<mlir::func::FuncOp>());
  }
  unsigned calls() {
    unsigned count = 0;
    module->walk([&](mlir::func::CallOp) { ++count; });
    return count;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};
} // namespace

static std::string negate(llvm::StringRef type) {
  return "linalg.generic {indexing_maps = [#id, #id], iterator_types = "
         "[\"parallel\"]} ins(%a : " +
         type.str() + ") outs(%a : " + type.str() +
         ") {\n^bb0(%u: f32, %v: f32):\n %t = arith.negf %u : f32\n"
         " linalg.yield %t : f32\n}\n";
}

TEST_F(Outlining, EqualNestsAreOneFunction) {
  const std::string nest = negate("memref<8xf32>");
  outline("memref<8xf32>", nest + nest + nest);
  EXPECT_EQ(functions(), 2u);
  EXPECT_EQ(calls(), 3u);
}

TEST_F(Outlining, ConstantsArePartOfANestAndOtherScalarsAreNot) {
  auto fill = [](llvm::StringRef value) {
    return ("linalg.fill ins(" + value + " : f32) outs(%a : memref<8xf32>)\n")
        .str();
  };
  outline("memref<8xf32>", "%c = arith.constant 1.0 : f32\n"
                           "%d = arith.constant 2.0 : f32\n"
                           "%e = arith.addf %f, %f : f32\n" +
                               fill("%c") + fill("%d") + fill("%e") +
                               fill("%f"));
  EXPECT_EQ(functions(), 4u) << "1.0, 2.0, and any scalar";
  EXPECT_EQ(calls(), 4u);
}

TEST_F(Outlining, BuffersOfUnknownStridesStay) {
  const std::string type = "memref<8xf32, strided<[?], offset: ?>>";
  outline(type, negate(type));
  EXPECT_EQ(functions(), 1u);
  EXPECT_EQ(calls(), 0u);
}

TEST_F(Outlining, OffsetsAreInTheAddress) {
  const std::string type = "memref<8xf32, strided<[2], offset: ?>>";
  outline(type, negate(type));
  EXPECT_EQ(functions(), 2u);
  bool scaled = false;
  module->walk([&](mlir::arith::MulIOp) { scaled = true; });
  EXPECT_TRUE(scaled);
}
