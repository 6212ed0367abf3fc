//===- AccessLedger.h - How each access was made affine ---------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the module attribute `togsim.accesses`, to which the passes of this
// layer append an entry whenever data movement becomes an access of another op,
// or a copy. One dictionary per access:
//   op     "name|file:line:column" of the source op that asked for it
//   how    "folded": read in place through the map
//          "split": read in place after loops were cut into digits
//          "copied": a kernel of its own that only moves data
//   map    how the reading loops access the tensor
//   chains (split) per cut loop "d1: 1|8|16", in the reader's old loops
//   bytes  (copied) size of the copy
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_GRAPH_ACCESSLEDGER_H
#define TILEWRIGHT_LIB_GRAPH_ACCESSLEDGER_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinOps.h"

namespace tilewright {

inline constexpr llvm::StringLiteral kAccessesAttr = "togsim.accesses";

/// An access of `map` by the op whose record is `source` was folded.
void recordFolded(mlir::Operation *at, mlir::ArrayAttr source,
                  mlir::AffineMap map);
void recordSplit(mlir::Operation *at, mlir::ArrayAttr source,
                 mlir::AffineMap map, llvm::ArrayRef<std::string> chains);
void recordCopied(mlir::Operation *at, mlir::ArrayAttr source,
                  mlir::AffineMap map, mlir::RankedTensorType copy);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_GRAPH_ACCESSLEDGER_H
