//===- BuildTogTest.cpp - What the tile operation graph refuses -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The graph has to name every move's address, bounds and tag as functions of
// the loops (invariant V-6), and its tensor by number (V-1). What it cannot
// follow is an error, never an approximation.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Frontend/Frontend.h"
#include "tilewright/Transforms/Passes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace tilewright;
using ::testing::HasSubstr;

namespace {
class BuildTogTest : public ::testing::Test {
protected:
  BuildTogTest() : context(registry()) { context.loadAllAvailableDialects(); }
  static DialectRegistry registry() {
    DialectRegistry registry;
    registerAllDialects(registry);
    registry.insert<togsim::TogSimDialect>();
    return registry;
  }
  /// A kernel that moves 64 elements into a bank, around which `before` and
  /// `after` stand.
  std::string kernel(StringRef before, StringRef move, StringRef after) {
    return ("func.func @kernel(%x: memref<64xf32>, %s: memref<4xindex>, %n: "
            "index) {\n%c0 = arith.constant 0 : index\n%c64 = arith.constant "
            "64 : index\n%t = togsim.tile at 0 : memref<8xf32, "
            "#togsim.bank>\n" +
            before + move + after + "return\n}\n")
        .str();
  }
  static std::string move(StringRef tensor, StringRef offset) {
    return ("togsim.dma_start load " + tensor + "[" + offset +
            "], %t valid(%c64) tag(%c0) strides [1] fill 0.0 : f32 {extents = "
            "array<i64: 64>, lane_axis = 0 : i64, lane_stride = 8 : i64, "
            "tile_dims = array<i64: 0>} : memref<64xf32>, memref<8xf32, "
            "#togsim.bank>\n")
        .str();
  }
  /// The first error of building the graph; empty when there is one.
  std::string errorOf(const std::string &text) {
    std::string message;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      if (message.empty())
        message = diagnostic.str();
      return success();
    });
    OwningOpRef<ModuleOp> module =
        parseSourceString<ModuleOp>(text, ParserConfig(&context));
    if (!module)
      return "cannot be parsed: " + message;
    auto function = *module->getOps<func::FuncOp>().begin();
    if (succeeded(buildTog(function)))
      return "";
    return message;
  }

  MLIRContext context;
};
} // namespace

TEST_F(BuildTogTest, AffineAddressesAreFollowed) {
  EXPECT_EQ(errorOf(kernel("affine.for %i = 0 to 4 {\n%o = affine.apply "
                           "affine_map<(d0) -> (d0 * 8)>(%i)\n",
                           move("%x", "%o"), "}\n")),
            "");
}

TEST_F(BuildTogTest, AnAddressOutOfMemoryIsAnError) {
  EXPECT_THAT(
      errorOf(kernel("%o = memref.load %s[%c0] : memref<4xindex>\n",
                     move("%x", "%o"), "")),
      HasSubstr("an address, bound or tag of kernel 'kernel' is not an affine "
                "function of its loops"));
}

TEST_F(BuildTogTest, TensorsAreArguments) {
  EXPECT_THAT(errorOf(kernel("%y = memref.alloc() : memref<64xf32>\n",
                             move("%y", "%c0"), "")),
              HasSubstr("device tensor must be an argument of the kernel"));
}

TEST_F(BuildTogTest, ControlFlowAroundMovesIsAffine) {
  EXPECT_THAT(errorOf(kernel("scf.for %i = %c0 to %n step %c64 {\n",
                             move("%x", "%c0"), "}\n")),
              HasSubstr("control flow around moves must be affine.for or"));
}
