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

/// How a tensor value lies in the memory of a kernel argument (or result).
struct TensorLayout {
  mlir::Value base;                   ///< function argument, or produced value
  int64_t offset = 0;                 ///< elements
  llvm::SmallVector<int64_t> strides; ///< elements, one per tensor dimension
};

/// The layout of `value`: row-major, or a static slice of an argument.
TensorLayout layoutOf(mlir::Value value);
/// The layout of a value the kernel returns: itself, or where it is inserted.
TensorLayout resultLayout(mlir::Value returned);
/// The value computed for a returned one (what an insert_slice inserts).
mlir::Value computedValue(mlir::Value returned);

/// A tensor operand: where it comes from and how the iteration space reads it.
struct Operand {
  mlir::Value value;                  ///< base of its layout; null: internal
  llvm::SmallVector<int64_t> strides; ///< elements per dimension of the space
  int64_t offset = 0;                 ///< elements
};

/// Strides of a tensor along the dimensions of `map`, whose results are sums of
/// dimensions times constants, and of constants.
llvm::SmallVector<int64_t> stridesAlong(mlir::AffineMap map,
                                        llvm::ArrayRef<int64_t> tensorStrides);
/// Operand reading `value` through `map`.
Operand operandAlong(mlir::Value value, mlir::AffineMap map);

/// How a contraction kernel is put together.
struct ContractionKernel {
  mlir::linalg::GenericOp anchor;
  mlir::linalg::GenericOp lhsPrologue, rhsPrologue, epilogue; ///< may be null
  llvm::SmallVector<int64_t> extents; ///< of the anchor's dimensions
  llvm::SmallVector<unsigned> batch, m, n, k;
  Operand lhs, rhs, out;                           ///< of the anchor itself
  llvm::SmallVector<Operand> lhsInputs, rhsInputs; ///< of the prologues
  llvm::SmallVector<Operand>
      epilogueInputs; ///< null value = the anchor's result
  llvm::SmallVector<int64_t>
      epilogueDims;                   ///< anchor dimension per epilogue loop
  llvm::SmallVector<Operand> results; ///< function results
  mlir::Value init;                   ///< tensor argument, or null
  mlir::TypedAttr initFill;           ///< constant, when init is null
};

struct ElementwiseKernel {
  mlir::linalg::GenericOp anchor;
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<Operand> inputs, results;
};

/// The contractions of the kernel in program order; an attention has two.
llvm::SmallVector<mlir::linalg::GenericOp>
findContractions(mlir::func::FuncOp kernel);

/// Appends each tensor that `prologue` reads, along the `numDims` loops of the
/// op that reads the prologue's result through `map`.
mlir::LogicalResult addPrologue(mlir::linalg::GenericOp prologue,
                                mlir::AffineMap map, unsigned numDims,
                                llvm::SmallVectorImpl<Operand> &inputs);

mlir::FailureOr<ContractionKernel>
analyzeContraction(mlir::func::FuncOp kernel, mlir::linalg::GenericOp anchor);
mlir::FailureOr<ElementwiseKernel>
analyzeElementwise(mlir::func::FuncOp kernel);

/// Groups of dimensions that act as one: each inner list holds anchor
/// dimensions outermost first that every operand traverses contiguously. `dims`
/// is given in the wanted order.
llvm::SmallVector<llvm::SmallVector<unsigned>>
collapseDims(llvm::ArrayRef<unsigned> dims, llvm::ArrayRef<int64_t> extents,
             llvm::ArrayRef<const Operand *> operands);

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_KERNELINFO_H
