//===- Padding.h - Padding that windows make themselves ---------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns which tensor.pad ops stay: those in front of the windows of convolutions
// and poolings, whose kernels make them by bounds of their loads. The padded
// tensor is never in memory. Other pads become inserts.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_PADDING_H
#define TILEWRIGHT_LIB_GRAPH_PADDING_H

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace tilewright {

/// Whether every use of `pad` is a window that reaches over the padding: of a
/// convolution (a linalg op that sums products of two inputs; zeros) or of a
/// pooling (any constant).
bool isWindowPadding(mlir::tensor::PadOp pad);

/// Moves reshapes in front of such pads, and turns the others into inserts.
void populatePaddingPatterns(mlir::RewritePatternSet &patterns);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_PADDING_H
