//===- SpaceOperands.h - What ops of one iteration space touch --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the tensors that a kernel of several ops reads and returns, as strides
// along the dimensions of the iteration space that the ops share.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_SPACEOPERANDS_H
#define TILEWRIGHT_LIB_CODEGEN_SPACEOPERANDS_H

#include "KernelInfo.h"
#include "tilewright/Graph/IterationSpace.h"

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

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_SPACEOPERANDS_H
