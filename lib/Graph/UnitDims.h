//===- UnitDims.h - Dimensions of extent 1 ----------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the removal of loops and result dimensions of extent 1. What remains are
// reshapes around the generic.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_UNITDIMS_H
#define TILEWRIGHT_LIB_GRAPH_UNITDIMS_H

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"

namespace tilewright {

/// Results written at a constant 0 (of reductions that keep their dimensions)
/// lose the dimension.
void populateUnitResultPatterns(mlir::RewritePatternSet &patterns);

/// Which loops of extent 1 may be dropped: a window that moves by one step only
/// may still see less than the whole tensor (3 of 4 elements), and then its
/// loop has to stay.
mlir::linalg::ControlDropUnitDims unitDimControl();

/// Removes the loops of extent 1 from every generic, as far as they may be.
void dropUnitLoops(mlir::ModuleOp module);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_UNITDIMS_H
