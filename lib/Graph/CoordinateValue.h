//===- CoordinateValue.h - Indices that only loops determine ----*- C++ -*-===//
//-*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the recovery of affine expressions from arithmetic on linalg.index in a
// body: first symbolically, with the ranges of the loops to decide comparisons;
// what is a function of one loop only, whatever the arithmetic (float
// included), by computing all its values and recognising quotients and
// remainders in them.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_COORDINATEVALUE_H
#define TILEWRIGHT_LIB_GRAPH_COORDINATEVALUE_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <optional>

namespace tilewright {

/// `value` (an integer or index in the body of `generic`) as a function of the
/// loops, as elements of constant tensors may be too. Null when it depends on
/// data or has no affine form.
mlir::AffineExpr coordinateExpr(mlir::linalg::GenericOp generic,
                                mlir::Value value);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_COORDINATEVALUE_H
