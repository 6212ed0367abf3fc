//===- DescriptorFields.cpp - A dma_start op as descriptor fields ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Unit dimensions are dropped (never the lane axis), the rest is padded on the
// left to four. A unit dimension whose valid bound could be 0 does not occur:
// tiles start inside their tensor.
//
//===----------------------------------------------------------------------===//

#include "DescriptorFields.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tilewright;

static uint64_t fillBits(Attribute fill) {
  if (auto number = dyn_cast<FloatAttr>(fill))
    return number.getValue().bitcastToAPInt().getZExtValue();
  return cast<IntegerAttr>(fill).getValue().getZExtValue();
}

/// Bank stride of every extent: those that share a tile dimension are row-major
/// in it.
static SmallVector<int64_t> extentStrides(togsim::DmaStartOp op,
                                          ArrayRef<int64_t> bankStrides) {
  ArrayRef<int64_t> extents = op.getExtents(), dims = op.getTileDims();
  SmallVector<int64_t> strides(extents.size());
  for (size_t i = extents.size(); i-- > 0;) {
    bool last = i + 1 == extents.size() || dims[i + 1] != dims[i];
    strides[i] = last ? bankStrides[dims[i]] : strides[i + 1] * extents[i + 1];
  }
  return strides;
}

FailureOr<DescriptorFields> tilewright::describeMove(togsim::DmaStartOp op) {
  auto bank = cast<MemRefType>(op.getTile().getType());
  SmallVector<int64_t> bankStrides;
  int64_t offset;
  if (!togsim::isBank(bank) ||
      failed(bank.getStridesAndOffset(bankStrides, offset)))
    return op.emitError("tile is not a strided bank; run togsim-project-lanes "
                        "first");
  ArrayRef<int64_t> extents = op.getExtents();
  SmallVector<int64_t> strides = extentStrides(op, bankStrides);
  SmallVector<unsigned> kept;
  for (unsigned d = 0; d < extents.size(); ++d)
    if (extents[d] > 1 || d == op.getLaneAxis())
      kept.push_back(d);
  if (kept.size() > 4)
    return op.emitError("moves ")
           << kept.size() << " dimensions at once, a descriptor has 4";

  DescriptorFields fields;
  DmaDescriptor &d = fields.fixed;
  d.high = {1, 1, 1, 1};
  for (auto [i, dim] : llvm::enumerate(kept)) {
    unsigned k = 4 - kept.size() + i;
    d.extent[k] = extents[dim];
    d.dramStride[k] = op.getDramStrides()[dim];
    if (d.dramStride[k] != op.getDramStrides()[dim])
      return op.emitError("device stride of ")
             << op.getDramStrides()[dim]
             << " elements does not fit the descriptor's 32 bits";
    d.bankStride[k] = strides[dim];
    llvm::APInt bound;
    if (matchPattern(op.getValid()[dim], m_ConstantInt(&bound)))
      d.high[k] = std::min<int64_t>(bound.getSExtValue(), extents[dim]);
    else
      fields.valid[k] = op.getValid()[dim];
    if (dim == op.getLaneAxis())
      d.laneAxis = k;
  }
  d.laneStride = op.getLaneStride();
  d.elementBytes = bank.getElementTypeBitWidth() / 8;
  d.fill = fillBits(op.getFill());
  if (op.getDirection() == togsim::Direction::Store)
    d.flags |= DmaDescriptor::Store;
  return fields;
}

FailureOr<BankAddress> tilewright::bankAddress(Value memref) {
  BankAddress result;
  if (auto view = memref.getDefiningOp<memref::SubViewOp>()) {
    result.tile = view.getSource().getDefiningOp<togsim::TileOp>();
    SmallVector<OpFoldResult> offsets = view.getMixedOffsets();
    auto source = cast<MemRefType>(view.getSource().getType());
    result.copyBytes = source.getNumElements() / source.getDimSize(0) *
                       source.getElementTypeBitWidth() / 8;
    if (auto value = dyn_cast<Value>(offsets[0]))
      result.copy = value;
    else
      return view.emitError("selects its copy by a constant; expected a value");
  } else {
    result.tile = memref.getDefiningOp<togsim::TileOp>();
  }
  if (!result.tile || !result.tile.getAddress())
    return emitError(
        memref.getLoc(),
        "bank has no address; run togsim-allocate-scratchpad first");
  return result;
}
