//===- SplitKeys.cpp - Sorts by keys of 64 bits ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A key of 64 bits and a position are two words, and long rows are sorted as
// one (SplitSorts.cpp). But stable sorts compose: by the lower half of the key,
// then by the upper half of what is there. Each sort gives a permutation,
//
//   p = positions(topk(low))                      all elements
//   q = positions(topk(high[p]))                  the first k
//   values = x[p[q]], positions = p[q]
//
//===----------------------------------------------------------------------===//

#include "SplitSorts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "tilewright/Graph/SortWords.h"

using namespace mlir;
using namespace tilewright;
using tm_tensor::KeyOrder;
using tm_tensor::TopkOp;

namespace {

class KeySplitter {
public:
  explicit KeySplitter(TopkOp topk)
      : topk(topk), rows(topk, topk.getDimension()),
        positionType(topk.getPositions().getType().getElementType()) {}
  SmallVector<TopkOp> run();

private:
  /// `values` in the order found so far.
  Value inOrder(Value values) {
    return permutation ? rows.lookUp(values, permutation) : values;
  }
  /// Bits [from, from + 32) of `values`.
  Value halfOf(Value values, unsigned from);
  /// Sorts stably by `keys` (i32), of which the `count` first matter.
  void sortBy(Value keys, KeyOrder order, int64_t count);

  TopkOp topk;
  RowOps rows;
  Type positionType;
  Value permutation; ///< positions in the rows; null: they are as they were
  SmallVector<TopkOp> sorts;
};

} // namespace

Value KeySplitter::halfOf(Value values, unsigned from) {
  Type i32 = rows.builder.getI32Type(),
       element = RowOps::typeOf(values).getElementType();
  return rows.elementwise(
      {{values}}, RowOps::typeOf(values).getShape(), i32,
      [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
        Value value = in[0];
        if (from)
          value = arith::ShRSIOp::create(
              b, value,
              arith::ConstantOp::create(b, b.getIntegerAttr(element, from)));
        return arith::TruncIOp::create(b, i32, value);
      });
}

void KeySplitter::sortBy(Value keys, KeyOrder order, int64_t count) {
  sorts.push_back(
      sortIntegers(rows, keys, positionType, rows.axis, count, order));
  Value found = sorts.back().getPositions();
  permutation = permutation ? rows.lookUp(permutation, found) : found;
}

SmallVector<TopkOp> KeySplitter::run() {
  Value input = topk.getInput();
  const KeyOrder order = topk.getKeyOrder();
  sortBy(halfOf(input, 0), {order.descending, /*isUnsigned=*/true},
         rows.lengthOf(input));
  sortBy(halfOf(inOrder(input), 32), order, rows.lengthOf(topk.getValues()));
  topk.getValues().replaceAllUsesWith(inOrder(input));
  topk.getPositions().replaceAllUsesWith(permutation);
  topk.erase();
  return std::move(sorts);
}

SmallVector<TopkOp> tilewright::splitKey(TopkOp topk) {
  return KeySplitter(topk).run();
}
