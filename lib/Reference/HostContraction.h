//===- HostContraction.h - Sums of products, fast and in f64 ----*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the numeric work of the reference's contractions: matrix products and
// convolutions in any layout, with f64 accumulators. All operands are linear in
// the loops, so an address is a sum of one table entry per class of loops:
// batch (in all operands), m (left and result), n (right and result), k (left
// and right). Knows no MLIR.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_REFERENCE_HOSTCONTRACTION_H
#define TILEWRIGHT_LIB_REFERENCE_HOSTCONTRACTION_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <vector>

namespace tilewright::reference {

enum class HostFloat : uint8_t { F64, F32, F16, BF16 };

/// A loop and the element strides of left, right and result along it (0: does
/// not vary).
struct ContractionLoop {
  int64_t extent, lhs, rhs, out;
};

/// Which sums of products: loops outermost first; reductions are those along
/// which the result does not vary.
struct ContractionShape {
  std::vector<ContractionLoop> loops;
  HostFloat lhsType, rhsType;
};

/// result[...] += sum over k of lhs[...] * rhs[...], the result in f64.
class HostContraction {
public:
  explicit HostContraction(const ContractionShape &shape);
  /// Adds to `out`. Sums run in increasing k, in blocks.
  void run(const void *lhs, const void *rhs, double *out) const;

private:
  /// Offsets of two operands along the product of some loops.
  struct Table {
    std::vector<int64_t> first, second;
    size_t size() const { return first.size(); }
  };
  HostFloat lhsType, rhsType;
  Table m, n, k; ///< lhs and out; rhs and out; lhs and rhs
  std::vector<int64_t> batchLhs, batchRhs, batchOut;
};

} // namespace tilewright::reference

#endif // TILEWRIGHT_LIB_REFERENCE_HOSTCONTRACTION_H
