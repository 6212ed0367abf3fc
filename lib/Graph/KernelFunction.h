//===- KernelFunction.h - Kernels as functions ------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns how ops of the graph become a private function and a call of it: the
// attributes of both, the mapping of tensors to arguments, which tensors a
// kernel makes itself, and the source ops that it stands for.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_KERNELFUNCTION_H
#define TILEWRIGHT_LIB_GRAPH_KERNELFUNCTION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace tilewright {

/// An empty tensor, or one filled with a constant: made again in a kernel
/// instead of being passed.
bool isRemade(mlir::Value tensor);

class KernelFunction {
public:
  /// An empty function `kernel_<number>_<what>` in `module`. With `writesLast`,
  /// its result occupies the memory of the last argument.
  KernelFunction(mlir::ModuleOp module, mlir::Location loc, unsigned number,
                 llvm::StringRef what, mlir::ValueRange arguments,
                 mlir::ValueRange results, bool writesLast);

  /// Clones `op` to the end of the kernel, which from now on stands for its
  /// source ops.
  void clone(mlir::Operation *op);
  /// Makes a tensor for which isRemade() holds, and clones constants.
  void remake(mlir::Value value);
  bool contains(mlir::Value value) const { return mapping.contains(value); }
  /// The source ops of what was cloned.
  mlir::ArrayAttr getSources() const { return sources; }
  /// Ends the kernel, which returns the results, and calls it before `where`.
  mlir::func::CallOp finish(mlir::Operation *where);

private:
  mlir::func::FuncOp kernel;
  llvm::SmallVector<mlir::Value> arguments, results;
  mlir::IRMapping mapping;
  mlir::OpBuilder body;
  mlir::ArrayAttr sources;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_KERNELFUNCTION_H
