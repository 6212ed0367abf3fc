//===- Contraction.h - What kind of work a generic is -----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what fusion, partition and the verifier share about linalg.generic ops.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_CONTRACTION_H
#define TILEWRIGHT_LIB_GRAPH_CONTRACTION_H

#include "tilewright/Graph/WorkKind.h"
#include <string>

namespace tilewright {

/// Whether the generic sums products of two inputs, whatever the width of the
/// sums. Arrays sum in 32 bits: wider ones are reductions.
bool isMultiplyAccumulate(mlir::linalg::GenericOp generic);
/// The same of the body alone, for any linalg op.
bool isMultiplyAccumulateBody(mlir::linalg::LinalgOp op);

/// Rewrites of contractions into forms the arrays compute.
void populateContractionPatterns(mlir::RewritePatternSet &patterns);

/// Whether each result is a sum of distinct dimensions with positive constant
/// factors, as a convolution reads its input, and no dimension occurs twice.
bool isLinearMap(mlir::AffineMap map);

/// Whether each result is a constant plus dimensions times constants, negative
/// ones included: strides and an offset.
bool isStridedMap(mlir::AffineMap map);

/// Whether kernels read an input of `generic` by `map`: elementwise ones by any
/// strides, others by linear maps.
bool isReadable(mlir::linalg::GenericOp generic, mlir::AffineMap map);

/// Whether input `number` gives only extents: a tensor.empty that the body does
/// not read, as the window of a pooling.
bool isShapeOnly(mlir::linalg::GenericOp generic, unsigned number);

/// Number of tensor.extract ops (indirect reads) in the body.
unsigned countGathers(mlir::linalg::GenericOp generic);

/// All loops parallel and the body only forwards input `number`: a transpose, a
/// broadcast, or both. -1 when it is something else.
int forwardedInput(mlir::linalg::GenericOp generic);

/// "matmul", "batch_matmul", "conv", "contraction", "elementwise", "gather",
/// "copy", "fill" or "reduction".
llvm::StringRef describeWork(mlir::linalg::GenericOp generic);

/// Why `reduction` cannot be the reduction epilogue of `contraction`, or "". It
/// reads the contraction's result, or that of `epilogue` (which may be null),
/// and reduces all its rows, or all its columns: the lanes keep the others.
std::string reductionEpilogueProblem(mlir::linalg::GenericOp contraction,
                                     mlir::linalg::GenericOp epilogue,
                                     mlir::linalg::GenericOp reduction);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_CONTRACTION_H
