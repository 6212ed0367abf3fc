//===- Constants.cpp - Weights as arguments of the reference --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns passing constant data to compiled code by address, straight from the
// attribute that holds it. Through an LLVM global they would be copied four
// times and dominate compile time.
//
//===----------------------------------------------------------------------===//

#include "HostPipeline.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace tilewright::reference;

/// Constants below this many elements are left to the compiler if they can be.
static constexpr int64_t kMinHiddenElements = 64;

/// The row-major data of a non-splat constant, null when it has another form.
static const void *rawData(arith::ConstantOp constant, RankedTensorType type) {
  Type element = type.getElementType();
  // Bits of i1 may be packed; the calling convention has a byte per element.
  if (!element.isIntOrFloat() || element.getIntOrFloatBitWidth() % 8 != 0)
    return nullptr;
  uint64_t bytes =
      type.getNumElements() * (element.getIntOrFloatBitWidth() / 8);
  if (auto dense = dyn_cast<DenseElementsAttr>(constant.getValue()))
    return !dense.isSplat() && dense.getRawData().size() == bytes
               ? dense.getRawData().data()
               : nullptr;
  if (auto resource =
          dyn_cast<DenseResourceElementsAttr>(constant.getValue())) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (blob && blob->getData().size() == bytes)
      return blob->getData().data();
  }
  return nullptr;
}

SmallVector<HiddenInput>
tilewright::reference::hideConstants(func::FuncOp function) {
  SmallVector<HiddenInput> hidden;
  for (auto constant :
       llvm::make_early_inc_range(function.getOps<arith::ConstantOp>())) {
    auto type = dyn_cast<RankedTensorType>(constant.getType());
    // Resources have no translation to LLVM at all.
    bool isResource = isa<DenseResourceElementsAttr>(constant.getValue());
    if (!type || (type.getNumElements() < kMinHiddenElements && !isResource))
      continue;
    const void *data = rawData(constant, type);
    if (!data)
      continue;
    unsigned index = function.getNumArguments();
    if (failed(function.insertArgument(index, type, {}, constant.getLoc())))
      continue;
    constant.replaceAllUsesWith(function.getArgument(index));
    constant.erase();
    hidden.push_back({type, data});
  }
  return hidden;
}
