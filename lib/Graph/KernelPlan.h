//===- KernelPlan.h - Which operations form one kernel ----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the fusion decisions between kernels' members. Nothing is rewritten here
// but the order of operations: afterwards the members of each group stand next
// to each other.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_KERNELPLAN_H
#define TILEWRIGHT_LIB_GRAPH_KERNELPLAN_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Graph/Fusion.h"

namespace tilewright {

/// One kernel to be.
struct KernelGroup {
  /// In program order.
  llvm::SmallVector<mlir::linalg::GenericOp> members;
  /// The contraction (of an attention the second), the first reduction, or the
  /// one elementwise op.
  mlir::linalg::GenericOp anchor;
  /// Of a contraction; null when there is none. The reduction reads what comes
  /// before it.
  mlir::linalg::GenericOp epilogue, reduction;
  /// Takes the last member's result; null when there is none.
  mlir::tensor::InsertSliceOp insert;
  /// An attention: members between two contractions, prologues of both.
  bool isAttention = false;

  mlir::Operation *last() {
    return insert ? insert.getOperation() : members.back().getOperation();
  }
};

/// The groups of a function with one block, in the order in which they can
/// execute. Reductions that no kernel can hold are in none.
llvm::SmallVector<KernelGroup> planKernels(mlir::func::FuncOp function,
                                           const Fusion &fusion);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_KERNELPLAN_H
