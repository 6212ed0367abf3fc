//===- DescriptorFields.cpp - A dma_start op as descriptor fields ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Unit dimensions are dropped, the rest is padded on the left to four. Kept are
// always the lane axis, and unit dimensions that may be invalid (a line of an
// image that lies in its padding).
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

/// Strides of a bank memref, by dimension.
static FailureOr<SmallVector<int64_t>> stridesOf(Value bank) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (!togsim::isBank(bank.getType()) ||
      failed(cast<MemRefType>(bank.getType())
                 .getStridesAndOffset(strides, offset)))
    return failure();
  return strides;
}

FailureOr<MoveStrides> tilewright::moveStrides(togsim::DmaStartOp op) {
  FailureOr<SmallVector<int64_t>> bank = stridesOf(op.getTile());
  if (failed(bank))
    return op.emitError("tile is not a strided bank; run togsim-project-lanes "
                        "first");
  ArrayRef<int64_t> extents = op.getExtents(), dims = op.getTileDims();
  MoveStrides result;
  result.bank.resize(extents.size());
  result.index.resize(extents.size(), 0);
  if (op.getBankStrides())
    llvm::copy(*op.getBankStrides(), result.bank.begin());
  else // extents that share a tile dimension are row-major in it
    for (size_t i = extents.size(); i-- > 0;) {
      bool last = i + 1 == extents.size() || dims[i + 1] != dims[i];
      result.bank[i] =
          last ? (*bank)[dims[i]] : result.bank[i + 1] * extents[i + 1];
    }
  if (!op.getIndex())
    return result;
  FailureOr<SmallVector<int64_t>> index = stridesOf(op.getIndex());
  if (failed(index))
    return op.emitError("index tile is not a strided bank");
  for (auto [i, dim] : llvm::enumerate(*op.getIndexDims()))
    result.index[i] = op.getIndexStrides() ? (*op.getIndexStrides())[i]
                      : dim >= 0           ? (*index)[dim]
                                           : 0;
  return result;
}

std::optional<int64_t> tilewright::constantBound(Value bound) {
  llvm::APInt value;
  if (matchPattern(bound, m_ConstantInt(&value)))
    return value.getSExtValue();
  return std::nullopt;
}

bool tilewright::isDescriptorDim(togsim::DmaStartOp op, unsigned dim) {
  if (op.getExtents()[dim] > 1 || dim == op.getLaneAxis())
    return true;
  // Moves without lower bounds start inside their tensor.
  if (op.getLow().empty())
    return false;
  std::optional<int64_t> high = constantBound(op.getValid()[dim]),
                         low = constantBound(op.getLow()[dim]);
  return !(low && *low == 0 && high && *high >= 1);
}

/// Flags of an accumulating store of elements of type `type`.
static uint8_t accumulateFlags(togsim::Combine combine, Type type) {
  uint8_t flags = DmaDescriptor::Accumulate |
                  DmaDescriptor::combineFlags(Combine(unsigned(combine)));
  if (isa<FloatType>(type))
    flags |= DmaDescriptor::AccumulateFloat;
  if (type.isBF16())
    flags |= DmaDescriptor::AccumulateBfloat;
  return flags;
}

FailureOr<DescriptorFields> tilewright::describeMove(togsim::DmaStartOp op) {
  if (op.getSubtiles())
    return op.emitError("load stands for several moves; run "
                        "togsim-fine-grained-dma first");
  FailureOr<MoveStrides> strides = moveStrides(op);
  if (failed(strides))
    return failure();
  auto bank = cast<MemRefType>(op.getTile().getType());
  ArrayRef<int64_t> extents = op.getExtents();
  SmallVector<unsigned> kept;
  for (unsigned d = 0; d < extents.size(); ++d)
    if (isDescriptorDim(op, d))
      kept.push_back(d);
  if (kept.size() > 4)
    return op.emitError("moves ")
           << kept.size()
           << " dimensions at once, a descriptor has 4; run "
              "togsim-decompose-transfer first";
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
    d.bankStride[k] = strides->bank[dim];
    d.index.bankStride[k] = strides->index[dim];
    if (auto high = constantBound(op.getValid()[dim]))
      d.high[k] = std::clamp<int64_t>(*high, 0, extents[dim]);
    else
      fields.valid[k] = op.getValid()[dim];
    if (!op.getLow().empty()) {
      if (auto low = constantBound(op.getLow()[dim]))
        d.low[k] = std::min(*low, extents[dim]);
      else
        fields.low[k] = op.getLow()[dim];
    }
    if (dim == op.getLaneAxis())
      d.laneAxis = k;
  }
  d.laneStride = op.getLaneStride();
  d.elementBytes = bank.getElementTypeBitWidth() / 8;
  d.fill = fillBits(op.getFill());
  if (op.getDirection() == togsim::Direction::Store)
    d.flags |= DmaDescriptor::Store;
  if (op.getAccumulate())
    d.flags |= accumulateFlags(*op.getAccumulate(), bank.getElementType());
  if (op.getIndex()) {
    auto index = cast<MemRefType>(op.getIndex().getType());
    d.flags |= DmaDescriptor::Indirect;
    d.index.bytes = index.getElementTypeBitWidth() / 8;
    d.index.stride = *op.getIndexStride();
    d.index.bound = *op.getIndexBound();
  }
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
