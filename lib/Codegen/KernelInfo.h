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
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/SmallVector.h"
#include <vector>

namespace tilewright::codegen {

/// How a tensor value lies in the memory of a kernel argument (or result).
struct TensorLayout {
  mlir::Value base;                   ///< function argument, or produced value
  int64_t offset = 0;                 ///< elements
  llvm::SmallVector<int64_t> strides; ///< elements, one per tensor dimension
  /// Coordinates of each dimension that memory backs, [first, second); those of
  /// a padded tensor outside are zero.
  llvm::SmallVector<std::pair<int64_t, int64_t>> backed;
};

/// The layout of `value`: row-major, or that of static slices, constant padding
/// and expansions of an argument.
TensorLayout layoutOf(mlir::Value value);
/// The layout of a value the kernel returns: itself, or where it is inserted.
TensorLayout resultLayout(mlir::Value returned);
/// The value computed for a returned one (what an insert_slice inserts).
mlir::Value computedValue(mlir::Value returned);

/// One dimension of a tensor as a map reads it: at the sum of `terms`, loop
/// dimension times factor.
struct Axis {
  llvm::SmallVector<std::pair<unsigned, int64_t>, 2> terms;
  int64_t stride = 0;         ///< elements
  int64_t begin = 0, end = 0; ///< coordinates that memory backs
  int64_t extent = 0;         ///< of the tensor, padding included
  bool isPadded() const { return begin != 0 || end != extent; }
};

/// A tensor operand: where it comes from and how the iteration space reads it.
struct Operand {
  mlir::Value value;                  ///< base of its layout; null: internal
  llvm::SmallVector<int64_t> strides; ///< elements per dimension of the space
  int64_t offset = 0;                 ///< elements
  std::vector<Axis> axes{};           ///< of the tensor
  mlir::Type elementType;             ///< of a contraction's input
  bool isUnsigned = false;            ///< a contraction's input, zero-extended
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
  bool isSwapped = false; ///< lhs is the anchor's second input
  Operand lhs, rhs, out;  ///< of the anchor itself
  llvm::SmallVector<Operand> lhsInputs, rhsInputs; ///< of the prologues
  llvm::SmallVector<Operand>
      epilogueInputs; ///< null value = the anchor's result
  llvm::SmallVector<int64_t>
      epilogueDims; ///< anchor dimension per epilogue loop
  /// A reduction of what comes before it, along all of m or all of n; may be
  /// null. Its inputs (null value = what it reduces) and its loops.
  mlir::linalg::GenericOp reduction;
  llvm::SmallVector<Operand> reductionInputs;
  llvm::SmallVector<int64_t> reductionDims;
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

/// What is loaded from device memory has to be an argument: `reader` reports
/// operands that are not.
mlir::LogicalResult checkLoads(mlir::Operation *reader,
                               llvm::ArrayRef<Operand> operands);

mlir::FailureOr<ContractionKernel>
analyzeContraction(mlir::func::FuncOp kernel, mlir::linalg::GenericOp anchor);
mlir::FailureOr<ElementwiseKernel>
analyzeElementwise(mlir::func::FuncOp kernel);

/// Cycles per vector register that the body of `op` computes, roughly.
unsigned bodyCycles(mlir::linalg::GenericOp op);

/// Groups of dimensions that act as one, the dimensions of a kernel: each inner
/// list holds dimensions outermost first.
using DimGroups = llvm::SmallVector<llvm::SmallVector<unsigned>>;

/// Groups that every operand traverses contiguously. `dims` is given in the
/// wanted order; those of `apart` stay on their own.
DimGroups collapseDims(llvm::ArrayRef<unsigned> dims,
                       llvm::ArrayRef<int64_t> extents,
                       llvm::ArrayRef<const Operand *> operands,
                       llvm::ArrayRef<unsigned> apart = {});
/// The number of iterations of a group.
int64_t extentOf(llvm::ArrayRef<unsigned> group,
                 llvm::ArrayRef<int64_t> extents);
/// The strides of `operand` along groups it traverses contiguously; 0 along a
/// group without dimensions.
llvm::SmallVector<int64_t> stridesAlong(const DimGroups &groups,
                                        const Operand &operand);
/// The groups along which `operand` varies.
llvm::SmallBitVector varyingGroups(const DimGroups &groups,
                                   const Operand &operand);

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_KERNELINFO_H
