//===- Generators.h - The kernel generators of this layer -------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_GENERATORS_H
#define TILEWRIGHT_LIB_CODEGEN_GENERATORS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"
#include "tilewright/Machine/MachineConfig.h"
#include "llvm/ADT/DenseMap.h"

namespace tilewright::codegen {

/// The device memrefs that stand for a kernel's tensor arguments and results.
struct KernelArguments {
  llvm::DenseMap<mlir::Value, mlir::Value> inputs;
  llvm::SmallVector<mlir::Value> results;
  mlir::Value lookup(mlir::Value tensor) const { return inputs.lookup(tensor); }
};

/// `values` is the second contraction of the kernel.
mlir::LogicalResult generateAttention(mlir::func::FuncOp kernel,
                                      mlir::linalg::GenericOp values,
                                      const KernelArguments &arguments,
                                      const MachineConfig &machine,
                                      mlir::OpBuilder &builder);
mlir::LogicalResult generateContraction(mlir::func::FuncOp kernel,
                                        mlir::linalg::GenericOp anchor,
                                        const KernelArguments &arguments,
                                        const MachineConfig &machine,
                                        mlir::OpBuilder &builder);
mlir::LogicalResult generateElementwise(mlir::func::FuncOp kernel,
                                        const KernelArguments &arguments,
                                        const MachineConfig &machine,
                                        mlir::OpBuilder &builder);

/// Elementwise kernels whose body reads tensors at computed indices.
mlir::LogicalResult generateGather(mlir::func::FuncOp kernel,
                                   const KernelArguments &arguments,
                                   const MachineConfig &machine,
                                   mlir::OpBuilder &builder);

/// A tm_tensor.scatter onto the last argument.
mlir::LogicalResult generateScatter(mlir::func::FuncOp kernel,
                                    tm_tensor::ScatterOp scatter,
                                    const KernelArguments &arguments,
                                    const MachineConfig &machine,
                                    mlir::OpBuilder &builder);

mlir::LogicalResult generateRows(mlir::func::FuncOp kernel,
                                 const KernelArguments &arguments,
                                 const MachineConfig &machine,
                                 mlir::OpBuilder &builder);

mlir::LogicalResult generateScan(mlir::func::FuncOp kernel,
                                 tm_tensor::ScanOp scan,
                                 const KernelArguments &arguments,
                                 const MachineConfig &machine,
                                 mlir::OpBuilder &builder);

mlir::LogicalResult generateSort(mlir::func::FuncOp kernel,
                                 tm_tensor::TopkOp topk,
                                 const KernelArguments &arguments,
                                 const MachineConfig &machine,
                                 mlir::OpBuilder &builder);

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_GENERATORS_H
