//===- DescriptorFields.h - A dma_start op as descriptor fields -*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the one translation from togsim.dma_start to the static fields of a
// DmaDescriptor; the machine code and the tile operation graph both use it.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_TRANSFORMS_DESCRIPTORFIELDS_H
#define TILEWRIGHT_LIB_TRANSFORMS_DESCRIPTORFIELDS_H

#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Layout/DmaDescriptor.h"

namespace tilewright {

/// Where the op's operands go in the descriptor's four dimensions.
struct DescriptorFields {
  DmaDescriptor fixed; ///< everything known at compile time
  /// Per descriptor dimension, the op's `valid` operand, or null for the
  /// padding dimensions and those whose bound is the constant in `fixed.high`.
  std::array<mlir::Value, 4> valid{};
  std::array<mlir::Value, 4> low{}; ///< likewise, and `fixed.low`
};

/// Strides in elements, per extent of a move: in the bank, and in the index
/// tile's bank (0 without one).
struct MoveStrides {
  llvm::SmallVector<int64_t> bank, index;
};
mlir::FailureOr<MoveStrides> moveStrides(togsim::DmaStartOp op);

/// A bound of a move's valid coordinates, if it is a constant.
std::optional<int64_t> constantBound(mlir::Value bound);

/// Whether dimension `dim` of the move is one of its descriptor.
bool isDescriptorDim(togsim::DmaStartOp op, unsigned dim);

mlir::FailureOr<DescriptorFields> describeMove(togsim::DmaStartOp op);

/// The tile buffer a bank memref belongs to, and the copy number selected from
/// it (null when the buffer has one copy); fails on other producers.
struct BankAddress {
  togsim::TileOp tile;
  mlir::Value copy;
  uint64_t copyBytes = 0;
};
mlir::FailureOr<BankAddress> bankAddress(mlir::Value memref);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_TRANSFORMS_DESCRIPTORFIELDS_H
