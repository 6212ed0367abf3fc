//===- OperandCopy.h - Operands copied into the order of loops --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns how a tensor lies along the loops of the generics that read it, and the
// copies of those that lie badly.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_OPERANDCOPY_H
#define TILEWRIGHT_LIB_GRAPH_OPERANDCOPY_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace tilewright {

/// Of a copy that is a kernel of its own: fused with its reader it would only
/// be another way to read badly.
inline constexpr llvm::StringLiteral kOwnKernelAttr = "togsim.own_kernel";

/// Elements between neighbours along each dimension of `value` in the tensor
/// that holds it: a slice lies in its source.
llvm::SmallVector<int64_t> memoryStrides(mlir::Value value);

/// The same along the loops of a map without quotients: the reader of `value`.
llvm::SmallVector<int64_t> stridesAlongLoops(mlir::Value value,
                                             mlir::AffineMap map);

/// Groups of `loops`, in that order, through which every one of `strides`
/// counts as through one loop. Loops of one iteration are left out.
llvm::SmallVector<llvm::SmallVector<unsigned>>
joinLoops(llvm::ArrayRef<unsigned> loops, llvm::ArrayRef<int64_t> extents,
          llvm::ArrayRef<llvm::ArrayRef<int64_t>> strides);

/// Copies of operands, each once.
class OperandCopies {
public:
  explicit OperandCopies(mlir::RewriterBase &rewriter) : rewriter(rewriter) {}
  /// Lets input `number` of `reader` read a copy over `loops` of it, made at
  /// the insertion point the first time that one like it is needed.
  void read(mlir::linalg::GenericOp reader, unsigned number,
            llvm::ArrayRef<unsigned> loops);

private:
  mlir::RewriterBase &rewriter;
  /// By operand, its map from the copy's loops, and their extents.
  llvm::DenseMap<std::pair<mlir::Value, mlir::Attribute>, mlir::Value> copies;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_OPERANDCOPY_H
