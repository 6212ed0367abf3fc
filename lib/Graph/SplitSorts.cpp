//===- SplitSorts.cpp - Sorts of long rows --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A bitonic sort of words (SortWords.h) in device memory. The row is padded to
// a power of two and consists of chunks that a kernel can sort. A phase makes
// sorted runs of `size` elements, every second one descending:
//
//   for distance = size/2, size/4, ... while it is a chunk or more:
//     elements at that distance are exchanged                (elementwise)
//   each chunk is sorted                                     (tm_tensor.topk)
//
// for a bitonic run whose halves are ordered stays so in its halves, and what
// remains of the phase happens inside chunks. A descending chunk is the
// complement of an ascending one: the last exchange of a phase writes, and the
// first of the next reads, the complement, so that chunks are always sorted
// ascending.
//
//===----------------------------------------------------------------------===//

#include "SplitSorts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Graph/SortWords.h"

using namespace mlir;
using namespace tilewright;
using tm_tensor::TopkOp;

namespace {

class SortSplitter {
public:
  SortSplitter(TopkOp topk, SortWordCoder coder, int64_t chunk)
      : topk(topk), coder(coder), rows(topk, topk.getDimension()),
        word(rows.builder.getI64Type()), chunk(chunk),
        length(llvm::PowerOf2Ceil(rows.lengthOf(topk.getInput()))) {}
  void run();

private:
  /// The input's extents with `extents` in place of the row's.
  SmallVector<int64_t> shapeWith(ArrayRef<int64_t> extents) {
    return rows.shapeWith(topk.getInput(), extents);
  }
  /// i64: whether the coordinate along `loop` plus `offset`, in units of `unit`
  /// (a power of two), is odd.
  Value isOdd(ImplicitLocOpBuilder &b, int64_t loop, int64_t unit,
              int64_t offset = 0);
  /// `word`, complemented where `bit` (i64) is 1.
  Value complementIf(ImplicitLocOpBuilder &b, Value word, Value bit);

  Value encode();
  Value sortChunks(Value words);
  Value exchange(Value words, int64_t size, int64_t distance);
  void decode(Value words);

  TopkOp topk;
  SortWordCoder coder;
  RowOps rows;
  Type word;
  int64_t chunk, length;
};

} // namespace

static Value constant(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
}

Value SortSplitter::isOdd(ImplicitLocOpBuilder &b, int64_t loop, int64_t unit,
                          int64_t offset) {
  Value at =
      arith::IndexCastOp::create(b, word, linalg::IndexOp::create(b, loop));
  if (offset)
    at = arith::AddIOp::create(b, at, constant(b, offset));
  at = arith::ShRUIOp::create(b, at, constant(b, llvm::Log2_64(unit)));
  return arith::AndIOp::create(b, at, constant(b, 1));
}

Value SortSplitter::complementIf(ImplicitLocOpBuilder &b, Value word,
                                 Value bit) {
  Value mask = arith::SubIOp::create(b, constant(b, 0), bit);
  return arith::XOrIOp::create(b, word, mask);
}

/// Words of the padded row, those of every second chunk complemented.
Value SortSplitter::encode() {
  const int64_t count = rows.lengthOf(topk.getInput());
  SmallVector<RowOps::Input> inputs = {{topk.getInput()}};
  if (topk.getIndices())
    inputs.push_back({topk.getIndices()});
  Value words = rows.elementwise(
      inputs, shapeWith(count), word,
      [&](ImplicitLocOpBuilder &b, ValueRange values) {
        Value position;
        if (values.size() == 1)
          position = arith::IndexCastOp::create(
              b, word, linalg::IndexOp::create(b, rows.axis));
        else if (values[1].getType() == word)
          position = values[1];
        else
          position = arith::ExtSIOp::create(b, word, values[1]);
        return complementIf(b, coder.encode(b, values[0], position).first,
                            isOdd(b, rows.axis, chunk));
      });
  if (count == length)
    return words;
  Value padding =
      rows.elementwise({}, shapeWith(length - count), word,
                       [&](ImplicitLocOpBuilder &b, ValueRange) {
                         return complementIf(b, constant(b, INT64_MAX),
                                             isOdd(b, rows.axis, chunk, count));
                       });
  return rows.concatenate(words, padding);
}

TopkOp tilewright::sortIntegers(RowOps &rows, Value keys, Type positionType,
                                int64_t axis, int64_t count,
                                tm_tensor::KeyOrder order) {
  OpBuilder &builder = rows.builder;
  Location loc = rows.builder.getLoc();
  Type key = RowOps::typeOf(keys).getElementType();
  SmallVector<int64_t> shape(RowOps::typeOf(keys).getShape());
  shape[axis] = count;
  Value values = rows.empty(shape, key),
        positions = rows.empty(shape, positionType);
  auto sort =
      TopkOp::create(rows.builder, values.getType(), positions.getType(), keys,
                     Value(), values, positions, axis);
  OpBuilder::InsertionGuard guard(builder);
  Block *body =
      builder.createBlock(&sort.getRegion(), {}, {key, key}, {loc, loc});
  using P = arith::CmpIPredicate;
  P predicate = order.isUnsigned ? (order.descending ? P::ugt : P::ult)
                                 : (order.descending ? P::sgt : P::slt);
  Value first = arith::CmpIOp::create(
      builder, loc, predicate, body->getArgument(0), body->getArgument(1));
  tm_tensor::YieldOp::create(builder, loc, first);
  rows.mark(sort.getValues());
  return sort;
}

Value SortSplitter::sortChunks(Value words) {
  Value chunks = rows.split(words, {length / chunk, chunk});
  TopkOp sort = sortIntegers(rows, chunks, rows.builder.getI32Type(),
                             rows.axis + 1, chunk, tm_tensor::KeyOrder());
  return rows.join(sort.getValues(), 2);
}

/// Exchanges elements at `distance` in the phase that makes runs of `size`.
Value SortSplitter::exchange(Value words, int64_t size, int64_t distance) {
  const int64_t pairs = rows.axis + 1; // dimension of the two partners
  SmallVector<int64_t> extents = {length / (2 * distance), 2, distance};
  Value view = rows.split(words, extents);
  Value low = rows.slice(view, pairs, 0, 1, /*drop=*/true),
        high = rows.slice(view, pairs, 1, 1, /*drop=*/true);
  const bool first = distance == size / 2, last = distance == chunk,
             mixed = size < length; // ascending and descending runs
  Value exchanged = rows.elementwise(
      {{low, pairs}, {high, pairs}}, shapeWith(extents), word,
      [&](ImplicitLocOpBuilder &b, ValueRange values) {
        Value a = values[0], z = values[1], one = constant(b, 1);
        if (first)
          z = complementIf(b, z, one);
        Value takesGreater = isOdd(b, pairs, 1), descends;
        if (mixed) {
          descends = isOdd(b, rows.axis, size / (2 * distance));
          takesGreater = arith::XOrIOp::create(b, takesGreater, descends);
        }
        Value isGreater = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                                takesGreater, one);
        Value result = arith::SelectOp::create(b, isGreater,
                                               arith::MaxSIOp::create(b, a, z),
                                               arith::MinSIOp::create(b, a, z));
        return mixed && last ? complementIf(b, result, descends) : result;
      });
  return rows.join(exchanged, 3);
}

void SortSplitter::decode(Value words) {
  for (Value old : {topk.getValues(), topk.getPositions()}) {
    if (old.use_empty())
      continue;
    RankedTensorType type = RowOps::typeOf(old);
    Type element = type.getElementType();
    Value selected = rows.slice(words, rows.axis, 0, rows.lengthOf(old));
    Value result = rows.elementwise(
        {{selected}}, type.getShape(), element,
        [&](ImplicitLocOpBuilder &b, ValueRange values) -> Value {
          SortWords coded{values[0], Value()};
          if (old == topk.getValues())
            return coder.decodeValue(b, coded, element);
          Value position = coder.decodePosition(b, coded);
          if (element == word)
            return position;
          return arith::TruncIOp::create(b, element, position);
        });
    old.replaceAllUsesWith(result);
  }
  topk.erase();
}

void SortSplitter::run() {
  Value words = sortChunks(encode());
  for (int64_t size = 2 * chunk; size <= length; size *= 2) {
    for (int64_t distance = size / 2; distance >= chunk; distance /= 2)
      words = exchange(words, size, distance);
    words = sortChunks(words);
  }
  decode(words);
}

static SortWordCoder coderOf(TopkOp topk) {
  return {topk.getInput().getType().getElementType(), topk.getKeyOrder(),
          topk.getIndices() || !topk.getPositions().use_empty()};
}

bool tilewright::needsTwoWords(TopkOp topk) {
  return coderOf(topk).needsTwoWords();
}

void tilewright::splitSort(TopkOp topk, int64_t bankBytes, int64_t lanes) {
  // Words are sorted in place of values; nobody asks for their positions.
  Type i64 = IntegerType::get(topk.getContext(), 64);
  int64_t longest = llvm::bit_floor<uint64_t>(
      bankBytes / selectionBytes({i64, i64, false, true, false}, 2));
  // Shorter chunks use more lanes.
  int64_t spread = llvm::bit_ceil<uint64_t>(
      llvm::divideCeil(topk.getInput().getType().getNumElements(), lanes));
  int64_t chunk = std::min(longest, std::max(spread, kShortestSortedChunk));
  SortSplitter(topk, coderOf(topk), chunk).run();
}
