//===- HostScalars.h - Scalars between tensor ops ---------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the way of a scalar that is read out of a tensor and used by other tensor
// ops: it never leaves the device, so it becomes a tensor of rank 0, and
// arithmetic on it an elementwise generic without loops.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_HOSTSCALARS_H
#define TILEWRIGHT_LIB_GRAPH_HOSTSCALARS_H

#include "mlir/IR/BuiltinOps.h"

namespace tilewright {

/// Rewrites the users of scalars that come out of tensors at constant indices.
/// What cannot be rewritten keeps the scalar, which togsim-verify-affine reports.
void liftHostScalars(mlir::ModuleOp module);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_HOSTSCALARS_H
