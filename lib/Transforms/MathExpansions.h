//===- MathExpansions.h - Math functions in terms of others -----*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the functions that neither the machine has nor upstream expands well:
// formulas that keep their relative accuracy near zero, do not overflow early,
// and treat infinities, zeros and NaN as C's math library does. Operands are
// f32 (integers for ipowi), scalars or vectors; results use the functions of
// the SFU, log1p and expm1.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_TRANSFORMS_MATHEXPANSIONS_H
#define TILEWRIGHT_LIB_TRANSFORMS_MATHEXPANSIONS_H

#include "mlir/IR/PatternMatch.h"

namespace tilewright {

/// sinh, cosh, asinh, acosh, atanh, atan2, log10, powf, fpowi, ipowi, absi,
/// remf.
void populateMathExpansions(mlir::RewritePatternSet &patterns);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_TRANSFORMS_MATHEXPANSIONS_H
