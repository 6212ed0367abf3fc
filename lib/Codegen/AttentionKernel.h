//===- AttentionKernel.h - What an attention kernel computes ----*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the analysis of an attention for code generation: its inputs, masks and
// epilogue with their strides along one iteration space, whose dimensions are
// joined and named by their role, and where scales are applied.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_ATTENTIONKERNEL_H
#define TILEWRIGHT_LIB_CODEGEN_ATTENTIONKERNEL_H

#include "KernelInfo.h"
#include "TileBuilder.h"
#include "tilewright/Graph/Attention.h"
#include "tilewright/Schedule/AttentionSchedule.h"

namespace tilewright::codegen {

/// One input of a product: a tensor, or an elementwise op on several.
struct AttentionSide {
  mlir::linalg::GenericOp
      prologue; ///< null: the one tensor of `inputs` times `scale`
  llvm::SmallVector<Operand> inputs;
  double scale = 1;
  /// Arrays widen what they take, so a tensor goes to them as it is loaded.
  bool isPlain() const {
    mlir::Type element =
        mlir::getElementTypeOrSelf(inputs.front().value.getType());
    return !prologue && scale == 1.0 && mlir::isa<mlir::FloatType>(element) &&
           element.getIntOrFloatBitWidth() <= 32;
  }
};

/// What a tensor read by the logits or the epilogue is to them.
struct SideInput {
  mlir::linalg::GenericOp reader;
  unsigned number;
  Operand operand;
};

struct AttentionKernel {
  Attention attention;
  AttentionSide query, key, value;
  /// What the first of the remaining logits ops reads.
  mlir::Value scoresValue;
  llvm::SmallVector<SideInput> masks, epilogueInputs;
  mlir::linalg::GenericOp epilogue;
  /// The dimension of the attention's space per loop of the epilogue; -1: none.
  llvm::SmallVector<int64_t> epilogueDims;
  llvm::SmallVector<Operand> results;

  /// The kernel's dimensions: groups of the attention's.
  DimGroups groups;
  llvm::SmallVector<int> groupOf; ///< per dimension of the space; -1: extent 1
  llvm::SmallVector<Dim> dims;
  unsigned rows = 0, keys = 0, depth = 0, width = 0;        ///< tiled
  llvm::SmallVector<unsigned> outer, outerKeys, outerDepth; ///< loops

  /// Reports what the kernel cannot express.
  static mlir::FailureOr<AttentionKernel> analyze(mlir::func::FuncOp kernel,
                                                  Attention attention);

  TensorAccess access(const Operand &operand, mlir::Value memref) const {
    return {memref, stridesAlong(groups, operand), operand.offset};
  }
  bool varies(const Operand &operand, unsigned dim) const;
  AttentionProblem describe() const;

private:
  std::optional<int64_t> findDiagonal() const;
};

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_ATTENTIONKERNEL_H
