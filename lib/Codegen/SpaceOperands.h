//===- SpaceOperands.h - What ops of one iteration space touch --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the tensors that a kernel of several ops reads and returns, as strides
// along the dimensions of the iteration space that the ops share, and their
// tiles.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_SPACEOPERANDS_H
#define TILEWRIGHT_LIB_CODEGEN_SPACEOPERANDS_H

#include "Generators.h"
#include "KernelInfo.h"
#include "TileBuilder.h"
#include "tilewright/Graph/IterationSpace.h"
#include "llvm/ADT/MapVector.h"

namespace tilewright::codegen {

class SpaceOperands {
public:
  /// Fills the members; emits an error when the ops share no space.
  mlir::LogicalResult collect(mlir::func::FuncOp kernel);

  /// Whether memory is read through `input`: not results of the kernel, nor the
  /// shape of a window.
  static bool readsMemory(mlir::OpOperand *input);
  Operand readBy(mlir::linalg::GenericOp op, mlir::OpOperand *input) const;
  /// A tensor with these strides along the loops of an op, along the space.
  Operand alongSpace(llvm::ArrayRef<int64_t> loopStrides,
                     llvm::ArrayRef<int> loops, mlir::Value base,
                     int64_t offset) const;
  /// Loops of `op`, as dimensions of the space.
  llvm::ArrayRef<int> loopsOf(mlir::linalg::GenericOp op) const {
    return space.dims.find(op)->second;
  }
  /// Whether `op` iterates over a reduced dimension.
  bool usesRow(mlir::linalg::GenericOp op) const;

  llvm::SmallVector<mlir::linalg::GenericOp> ops; ///< in program order
  IterationSpace space;
  /// Tensors read, each way of reading once; values returned.
  llvm::SmallVector<Operand> reads, writes;
};

/// The tiles of a kernel whose ops share one iteration space.
class SpaceTiles : public SpaceOperands {
protected:
  SpaceTiles(mlir::func::FuncOp kernel, const KernelArguments &arguments)
      : kernel(kernel), arguments(arguments) {}

  TensorAccess access(const Operand &operand, mlir::Value memref) const {
    return {memref, stridesAlong(groups, operand), operand.offset};
  }
  /// The tiles of the inputs of `op`, over the dimensions `storage` where they
  /// are loaded: each way of reading a tensor once. A null tile is not read.
  llvm::SmallVector<Tile> inputTiles(TileBuilder &tiles,
                                     mlir::linalg::GenericOp op,
                                     llvm::ArrayRef<unsigned> storage);
  /// Stores the results of the function that are `result`.
  void store(TileBuilder &tiles, mlir::Value result) const;

  mlir::func::FuncOp kernel;
  const KernelArguments &arguments;
  DimGroups groups; ///< kernel dimensions: groups of space dimensions
  llvm::DenseMap<mlir::Value, Tile> computed;

private:
  Tile &loadedTile(TileBuilder &tiles, const Operand &operand,
                   llvm::ArrayRef<unsigned> storage);

  llvm::MapVector<std::pair<mlir::Value, mlir::Attribute>, Tile> loaded;
};

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_SPACEOPERANDS_H
