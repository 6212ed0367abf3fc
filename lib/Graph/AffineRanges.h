//===- AffineRanges.h - Affine expressions over loops -----------*- C++ -*-===//
//-*-//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns interval arithmetic on affine expressions whose dimensions are loops
// from 0 to an extent, and the simplification that it allows: a remainder of a
// value that never reaches the divisor is the value, a quotient of it is zero.
// Pure functions of expressions; nothing here knows an operation.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_AFFINERANGES_H
#define TILEWRIGHT_LIB_GRAPH_AFFINERANGES_H

#include "mlir/IR/AffineMap.h"
#include <optional>

namespace tilewright {

/// Smallest and largest value; both are not necessarily taken.
struct ExprRange {
  int64_t min, max;
};

/// The values of `expr` where dimension d runs over [0, extents[d]). Nothing
/// for symbols and for divisors that are not positive constants.
std::optional<ExprRange> rangeOf(mlir::AffineExpr expr,
                                 llvm::ArrayRef<int64_t> extents);

/// An equal expression, as a sum of factors times loops, quotients and
/// remainders, with as few of the latter as the identities below give:
///   (k*q + r) floordiv k = q + r floordiv k          (k*q + r) mod k = r mod k
///   r floordiv k = 0 and r mod k = r where 0 <= r < k
///   (g*a + s) floordiv (g*k) = a floordiv k          where 0 <= s < g
///   (g*a + s) mod (g*k) = g*(a mod k) + s            where 0 <= s < g
///   (a floordiv b) floordiv c = a floordiv (b*c)
///   (a mod b) floordiv c = (a floordiv c) mod (b/c)  where c divides b
///   (a mod b) mod c = a mod c                        where c divides b
///   k*(a floordiv k) + a mod k = a
mlir::AffineExpr simplifyInRange(mlir::AffineExpr expr,
                                 llvm::ArrayRef<int64_t> extents);
mlir::AffineMap simplifyInRange(mlir::AffineMap map,
                                llvm::ArrayRef<int64_t> extents);

/// A constant plus integer factors times distinct dimensions.
struct LinearExpr {
  int64_t constant = 0;
  /// (dimension, factor), factors not zero, dimensions ascending.
  llvm::SmallVector<std::pair<unsigned, int64_t>> terms;
};
/// `expr` in that form, or nothing when it has a quotient or remainder.
std::optional<LinearExpr> asLinear(mlir::AffineExpr expr);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_AFFINERANGES_H
