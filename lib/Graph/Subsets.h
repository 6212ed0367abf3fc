//===- Subsets.h - Slices that are read, parts that are written -*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what the passes of this layer share about slices and inserts.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_SUBSETS_H
#define TILEWRIGHT_LIB_GRAPH_SUBSETS_H

#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace tilewright {

/// Whether offsets, sizes and strides are numbers, and the strides positive.
bool isStaticSubset(mlir::OffsetSizeAndStrideOpInterface op);

/// Padding and concatenation become inserts; reshapes move before slices.
void populateSubsetPatterns(mlir::RewritePatternSet &patterns);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_SUBSETS_H
