//===- TogSim.h - The kernel dialect ----------------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the dialect of kernel IR: types of scratchpad tiles, tile moves, arrays.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_TOGSIM_TOGSIM_H
#define TILEWRIGHT_DIALECT_TOGSIM_TOGSIM_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "tilewright/Dialect/TogSim/TogSimDialect.h.inc"
#include "tilewright/Dialect/TogSim/TogSimEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "tilewright/Dialect/TogSim/TogSimAttrs.h.inc"
#define GET_OP_CLASSES
#include "tilewright/Dialect/TogSim/TogSimOps.h.inc"

namespace tilewright::togsim {

/// The lane layout of a scratchpad tile type; null for other memrefs.
SpadAttr spadLayout(mlir::Type type);
/// Whether `type` is a memref in one lane's bank.
bool isBank(mlir::Type type);
/// The tiles that `op`, an op of this dialect that computes on tiles, writes;
/// empty for others.
llvm::SmallVector<mlir::Value, 2> tilesWrittenBy(mlir::Operation *op);
/// For every extent of a move, the tile dimension it belongs to: `extents`
/// splits the dimensions of `shape` in order. Fails when it does not.
mlir::FailureOr<llvm::SmallVector<unsigned>>
matchExtents(llvm::ArrayRef<int64_t> extents, llvm::ArrayRef<int64_t> shape);
/// The bank type of a scratchpad tile on `lanes` lanes.
mlir::MemRefType projectToBank(mlir::MemRefType tile, unsigned lanes);

/// Columns of x that neighbouring rows of a `window` of togsim.contract or
/// togsim.window_sum are apart.
int64_t columnStep(mlir::AffineMap window);

} // namespace tilewright::togsim

#endif // TILEWRIGHT_DIALECT_TOGSIM_TOGSIM_H
