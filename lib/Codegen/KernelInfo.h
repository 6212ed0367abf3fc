//===- KernelInfo.h - What a kernel function computes -----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the analysis of a level-G2 kernel function: its anchor, prologues and
// epilogue, and each tensor's element strides along the anchor's dimensions.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_KERNELINFO_H
#define TILEWRIGHT_LIB_CODEGEN_KERNELINFO_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/SmallVector.h"

namespace tilewright::codegen {

/// A tensor operand: where it comes from and how the iteration space reads it.
struct Operand {
  mlir::Value value;                  ///< function argument, or produced value
  llvm::SmallVector<int64_t> strides; ///< elements per anchor dimension
};

/// Row-major strides of a static shape.
llvm::SmallVector<int64_t> rowMajorStrides(llvm::ArrayRef<int64_t> shape);

/// Strides along the dimensions of `map` (a projected permutation) of a tensor
/// of `shape`.
llvm::SmallVector<int64_t> stridesAlong(mlir::AffineMap map,
                                        llvm::ArrayRef<int64_t> shape);

/// How a contraction kernel is put together.
struct ContractionKernel {
  mlir::linalg::GenericOp anchor;
  mlir::linalg::GenericOp lhsPrologue, rhsPrologue, epilogue; ///< may be null
  llvm::SmallVector<int64_t> extents; ///< of the anchor's dimensions
  llvm::SmallVector<unsigned> batch, m, n, k;
  Operand lhs, rhs, out;              ///< of the anchor itself
  llvm::SmallVector<Operand> lhsInputs, rhsInputs; ///< of the prologues
  llvm::SmallVector<Operand> epilogueInputs;  ///< null value = the anchor's result
  llvm::SmallVector<Operand> results;         ///< function results
  mlir::Value init;                   ///< tensor argument, or null
  mlir::TypedAttr initFill;           ///< constant, when init is null
};

struct ElementwiseKernel {
  mlir::linalg::GenericOp anchor;
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<Operand> inputs, results;
};

/// The contraction generic of the kernel, or null when it is elementwise.
mlir::linalg::GenericOp findContraction(mlir::func::FuncOp kernel);

mlir::FailureOr<ContractionKernel>
analyzeContraction(mlir::func::FuncOp kernel, mlir::linalg::GenericOp anchor);
mlir::FailureOr<ElementwiseKernel>
analyzeElementwise(mlir::func::FuncOp kernel);

/// Groups of dimensions that act as one: each inner list holds anchor dimensions
/// outermost first that every operand traverses contiguously. `dims` is given in
/// the wanted order.
llvm::SmallVector<llvm::SmallVector<unsigned>>
collapseDims(llvm::ArrayRef<unsigned> dims, llvm::ArrayRef<int64_t> extents,
             llvm::ArrayRef<const Operand *> operands);

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_KERNELINFO_H
