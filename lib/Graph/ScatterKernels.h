//===- ScatterKernels.h - Kernels that write at positions -------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the way of tm_tensor.scatter from G1 to G2: what it writes onto is
// memory of its own, it is a kernel of its own, and its result occupies the
// memory of its last argument.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_SCATTERKERNELS_H
#define TILEWRIGHT_LIB_GRAPH_SCATTERKERNELS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"

namespace tilewright {

/// Why code cannot be generated for `scatter`; empty when it can.
std::string scatterProblem(tm_tensor::ScatterOp scatter);

/// The scatter of a kernel, or null.
tm_tensor::ScatterOp findScatter(mlir::func::FuncOp kernel);

/// Outlines each scatter of `function` as a kernel, numbered from `number` on.
void outlineScatters(mlir::func::FuncOp function, unsigned &number);

/// The contract of a kernel that holds a scatter.
mlir::LogicalResult verifyScatterKernel(mlir::func::FuncOp kernel);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_SCATTERKERNELS_H
