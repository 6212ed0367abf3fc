//===- Views.h - Views folded into their readers ----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_VIEWS_H
#define TILEWRIGHT_LIB_GRAPH_VIEWS_H

#include "mlir/IR/PatternMatch.h"

namespace tilewright {

/// A generic that only moves its input is composed into its readers' maps.
void populateViewFoldingPatterns(mlir::RewritePatternSet &patterns);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_VIEWS_H
