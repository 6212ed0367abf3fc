//===- NarrowFloats.cpp - Rounding of 16-bit floats -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Frontend/NarrowFloats.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tilewright;

void tilewright::keepRoundings(Operation *op) {
  auto strict = [](auto conversion) {
    conversion.removeFastmathAttr();
  };
  op->walk([&](arith::ExtFOp extension) { strict(extension); });
  op->walk([&](arith::TruncFOp truncation) { strict(truncation); });
}

namespace {
struct KeepRoundings : PassWrapper<KeepRoundings, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(KeepRoundings)
  void runOnOperation() override { keepRoundings(getOperation()); }
};
} // namespace

std::unique_ptr<Pass> tilewright::createKeepRoundingsPass() {
  return std::make_unique<KeepRoundings>();
}
