//===- Padding.h - Padding that a convolution makes itself ------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns which tensor.pad ops stay: those by zeros in front of a convolution's
// window, which its kernel makes by bounds of its loads. The padded tensor is
// never in memory. Other pads become inserts.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_PADDING_H
#define TILEWRIGHT_LIB_GRAPH_PADDING_H

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace tilewright {

/// Whether every use of `pad` is a window of a convolution (a linalg op that
/// sums products of two inputs) that reaches over the padding.
bool isWindowPadding(mlir::tensor::PadOp pad);

/// Moves reshapes in front of such pads, and turns the others into inserts.
void populatePaddingPatterns(mlir::RewritePatternSet &patterns);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_PADDING_H
