//===- SortWords.h - Elements to sort as integer words ----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the integers that stand for elements while they are sorted, for kernels
// (lib/Codegen) and for sorts of several kernels (lib/Graph). Their signed
// order is the wanted order, positions included:
//
//   keys up to 32 bits       one word: key << 32 | position << 1 | was -0.0
//   i64 keys                 two words: key, position
//   i64 keys, values only    one word: key
//
// The key of a float is its bits, the lower ones inverted when it is negative;
// all NaN are the greatest key, both zeros are one. A descending key is the
// complement. Positions are below 2^31.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_GRAPH_SORTWORDS_H
#define TILEWRIGHT_GRAPH_SORTWORDS_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"

namespace tilewright {

/// The words of one element; `second` is null when there is one.
struct SortWords {
  mlir::Value first, second;
};

/// The scalar computations between elements and words.
class SortWordCoder {
public:
  /// Of a tensor's element type; `keepsPositions`: they are wanted afterwards.
  SortWordCoder(mlir::Type element, tm_tensor::KeyOrder order,
                bool keepsPositions)
      : element(element), order(order), keepsPositions(keepsPositions) {}
  bool needsTwoWords() const { return isWide() && keepsPositions; }
  /// The words of `value` (an i1 may be a byte) at `position` (i64).
  SortWords encode(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                   mlir::Value position) const;
  /// The element, an i1 as `type`.
  mlir::Value decodeValue(mlir::ImplicitLocOpBuilder &b, SortWords words,
                          mlir::Type type) const;
  /// As i64.
  mlir::Value decodePosition(mlir::ImplicitLocOpBuilder &b,
                             SortWords words) const;
  /// The element that comes last, an i1 as `type`.
  mlir::TypedAttr lastElement(mlir::Type type) const;

private:
  bool isWide() const { return element.isInteger(64); }
  mlir::Value floatKey(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                       mlir::Value &minusZero) const;
  mlir::Value integerKey(mlir::ImplicitLocOpBuilder &b,
                         mlir::Value value) const;

  mlir::Type element;
  tm_tensor::KeyOrder order;
  bool keepsPositions;
};

/// What a selection kernel reads and writes for each element of a row.
struct SelectionRow {
  mlir::Type key, position; ///< element types
  bool readsPositions = true, writesValues = true, writesPositions = true;
};
/// Bytes of a lane's bank per element of a row: its words, and `copies` tiles
/// of everything that moves.
int64_t selectionBytes(const SelectionRow &row, unsigned copies);

} // namespace tilewright

#endif // TILEWRIGHT_GRAPH_SORTWORDS_H
