//===- MixedRadix.h - Quotients and remainders as digits --------*- C++ -*-===//
//-*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the question whether the quotients and remainders in an access are
// digits of single loops: v floordiv k cuts loop v at k, (v floordiv k) mod m
// cuts it at k and k*m. Where the cuts of a loop of extent E form a
// divisibility chain 1 = b0 | b1 | ... | bn = E, the loop is n digits, digit i
// of extent b(i+1)/b(i) and significance b(i), and every such quotient or
// remainder is a sum of factors times digits: for b(j) | b(j+1) | ... the
// digits below j sum to less than b(j).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_MIXEDRADIX_H
#define TILEWRIGHT_LIB_GRAPH_MIXEDRADIX_H

#include "mlir/IR/AffineMap.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace tilewright {

/// Where each loop has to be cut, ascending and without 1 and the extent.
using LoopCuts = llvm::SmallVector<llvm::SmallVector<int64_t>>;

enum class DigitProblem {
  None,
  SeveralLoops, ///< a quotient or remainder of a sum of loops
  NoDigit,      ///< of a shifted or scaled loop, or by something not constant
};

struct AccessDigits {
  DigitProblem problem = DigitProblem::None;
  LoopCuts cuts; ///< meaningful without a problem
  /// Loops that occur together in a quotient or remainder, with their factors.
  llvm::SmallVector<mlir::AffineExpr> mixed;
};

/// The digits that `map` takes of its loops; `map` is simplified already
/// (AffineRanges.h).
AccessDigits digitsOf(mlir::AffineMap map, llvm::ArrayRef<int64_t> extents);

/// Adds the cuts of `more` to `cuts`.
void uniteCuts(LoopCuts &cuts, const LoopCuts &more);

/// The chain from 1 to `extent` over `cuts`, or nothing when they are none.
std::optional<llvm::SmallVector<int64_t>> chainOf(llvm::ArrayRef<int64_t> cuts,
                                                  int64_t extent);

/// Whether every loop has a chain.
bool areChains(const LoopCuts &cuts, llvm::ArrayRef<int64_t> extents);

/// Loops cut into digits: the new loops in order, the most significant digit of
/// a loop first, and each old loop as a sum over them.
struct DigitLoops {
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<mlir::AffineExpr> oldLoops;
  /// The new loops of each old one.
  llvm::SmallVector<llvm::SmallVector<unsigned>> digits;
};
DigitLoops cutLoops(const LoopCuts &cuts, llvm::ArrayRef<int64_t> extents,
                    mlir::MLIRContext *context);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_MIXEDRADIX_H
