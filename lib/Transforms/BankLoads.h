//===- BankLoads.h - Vectors of a bank, widened -----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns how sums of products read their operands: a vector of consecutive or
// strided elements, in the 32-bit type that products and sums are computed in,
// at places that are affine in the loops.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_TRANSFORMS_BANKLOADS_H
#define TILEWRIGHT_LIB_TRANSFORMS_BANKLOADS_H

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "tilewright/Dialect/TogSim/TogSim.h"

namespace tilewright {

/// `expr` of `operands`; an op only where it does not fold.
inline mlir::Value applyFolded(mlir::OpBuilder &builder, mlir::Location loc,
                               mlir::AffineExpr expr,
                               mlir::ValueRange operands) {
  using namespace mlir;
  AffineMap map = AffineMap::get(operands.size(), 0, expr);
  SmallVector<Value> used(operands);
  affine::canonicalizeMapAndOperands(&map, &used);
  return builder.createOrFold<affine::AffineApplyOp>(loc, map, used);
}

/// Every `step`-th element of the bank `source` from `indices` on, as `wanted`.
inline mlir::Value loadWidened(mlir::OpBuilder &builder, mlir::Location loc,
                               mlir::Value source, mlir::ValueRange indices,
                               mlir::VectorType wanted, bool isUnsigned,
                               int64_t step = 1) {
  using namespace mlir;
  Type element = cast<MemRefType>(source.getType()).getElementType();
  auto type = wanted.clone(element);
  Value value;
  if (step == 1)
    value = vector::LoadOp::create(builder, loc, type, source, indices);
  else
    value = togsim::StridedLoadOp::create(builder, loc, type, source, indices,
                                          step);
  if (type == wanted)
    return value;
  if (isa<FloatType>(element))
    return arith::ExtFOp::create(builder, loc, wanted, value);
  if (isUnsigned)
    return arith::ExtUIOp::create(builder, loc, wanted, value);
  return arith::ExtSIOp::create(builder, loc, wanted, value);
}

} // namespace tilewright

#endif // TILEWRIGHT_LIB_TRANSFORMS_BANKLOADS_H
