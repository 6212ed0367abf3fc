//===- Generators.h - The kernel generators of this layer -------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_GENERATORS_H
#define TILEWRIGHT_LIB_CODEGEN_GENERATORS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilewright/Machine/MachineConfig.h"
#include "llvm/ADT/DenseMap.h"

namespace tilewright::codegen {

/// The device memrefs that stand for a kernel's tensor arguments and results.
struct KernelArguments {
  llvm::DenseMap<mlir::Value, mlir::Value> inputs;
  llvm::SmallVector<mlir::Value> results;
  mlir::Value lookup(mlir::Value tensor) const { return inputs.lookup(tensor); }
};

/// A generator rewrites the tensor ops of `kernel` as ops on tiles, at
/// `builder`. It finds its anchor in the kernel, and reports what it cannot
/// express.
using Generator = mlir::LogicalResult(mlir::func::FuncOp kernel,
                                      const KernelArguments &arguments,
                                      const MachineConfig &machine,
                                      mlir::OpBuilder &builder);

/// What all kernels need: one block, static shapes with at least one element
/// (loops run at least once), element types of whole bytes.
mlir::LogicalResult checkTensors(mlir::func::FuncOp kernel);

Generator generateAttention;   ///< two contractions and a softmax
Generator generateContraction; ///< one contraction with its neighbours
Generator generateElementwise;
Generator generateGather; ///< elementwise, reads tensors at computed indices
Generator generateRows;   ///< reductions along rows
Generator generateScan;
Generator generateScatter; ///< writes the last argument at computed indices
Generator generateSort;
Generator generateWindows; ///< a pooling (tilewright/Graph/Pooling.h)

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_GENERATORS_H
