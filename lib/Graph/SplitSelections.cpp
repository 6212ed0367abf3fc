//===- SplitSelections.cpp - Selections out of long rows ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel sorts rows that fit a lane's bank. The k first elements of a longer
// row are among the k first of each of its chunks: those candidates, with their
// positions, are a shorter row to select from. Chunks of one row are rows of
// their own, so a single long row is spread over the lanes. When most of a row
// is wanted it is sorted in chunks instead (SplitSorts.cpp), keys of 64 bits by
// their halves (SplitKeys.cpp).
//
// Indices that a module gives are looked up afterwards: equal elements keep the
// order they have in the row, whatever their indices.
//
//===----------------------------------------------------------------------===//

#include "RowOps.h"
#include "SplitSorts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"
#include "tilewright/Graph/Passes.h"
#include "tilewright/Graph/SortWords.h"

using namespace mlir;
using namespace tilewright;
using tm_tensor::TopkOp;

namespace tilewright {
#define GEN_PASS_DEF_SPLITSELECTIONSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

/// Whether `rows` leave most lanes idle.
static bool areFew(int64_t rows, int64_t lanes) { return 4 * rows <= lanes; }

namespace {

/// Selected elements and where they were.
struct Selection {
  Value values, positions;
};

class SelectionSplitter {
public:
  /// `lanes`: rows that are sorted at the same time.
  SelectionSplitter(TopkOp topk, int64_t longest, int64_t lanes)
      : topk(topk), longest(longest), lanes(lanes),
        rows(topk, topk.getDimension()),
        positionType(topk.getPositions().getType().getElementType()) {}
  /// Whether chunks of rows of `length` are needed, or worth their kernels.
  bool isNeeded(int64_t length);
  void run();

private:
  /// Elements of a chunk when rows have `length` elements.
  int64_t chunkOf(int64_t length);
  int64_t count() { return rows.lengthOf(topk.getValues()); }
  int64_t rowCount() {
    return RowOps::typeOf(topk.getInput()).getNumElements() /
           rows.lengthOf(topk.getInput());
  }
  /// The `count` first of `values` along `axis`; `positions` may be null.
  Selection select(Value values, Value positions, int64_t axis, int64_t count);
  /// Positions in the row for positions in its chunks, of which the first
  /// begins at `from`; `chunkLength` is 0 when there is one chunk and no
  /// dimension.
  Value shift(Value positions, int64_t from, int64_t chunkLength);
  Selection selectFromChunks(const Selection &row, int64_t from, int64_t chunks,
                             int64_t length, int64_t count);
  Selection shorten(const Selection &row);

  TopkOp topk;
  int64_t longest, lanes;
  RowOps rows;
  Type positionType;
};

} // namespace

Selection SelectionSplitter::select(Value values, Value positions, int64_t axis,
                                    int64_t count) {
  SmallVector<int64_t> shape(RowOps::typeOf(values).getShape());
  shape[axis] = count;
  Value outValues = rows.empty(shape, RowOps::typeOf(values).getElementType()),
        outPositions = rows.empty(shape, positionType);
  auto part =
      TopkOp::create(rows.builder, outValues.getType(), outPositions.getType(),
                     values, positions, outValues, outPositions, axis);
  IRMapping mapping;
  topk.getRegion().cloneInto(&part.getRegion(), mapping);
  return {rows.mark(part.getValues()), part.getPositions()};
}

Value SelectionSplitter::shift(Value positions, int64_t from,
                               int64_t chunkLength) {
  if (from == 0 && chunkLength == 0)
    return positions;
  return rows.elementwise(
      {{positions}}, RowOps::typeOf(positions).getShape(), positionType,
      [&](ImplicitLocOpBuilder &b, ValueRange values) -> Value {
        auto constant = [&](int64_t value) {
          return arith::ConstantOp::create(
              b, b.getIntegerAttr(positionType, value));
        };
        Value result = arith::AddIOp::create(b, values[0], constant(from));
        if (!chunkLength)
          return result;
        Value chunk = arith::IndexCastOp::create(
            b, positionType, linalg::IndexOp::create(b, rows.axis));
        return arith::AddIOp::create(
            b, result, arith::MulIOp::create(b, chunk, constant(chunkLength)));
      });
}

Selection SelectionSplitter::selectFromChunks(const Selection &row,
                                              int64_t from, int64_t chunks,
                                              int64_t length, int64_t count) {
  count = std::min(count, length);
  auto part = [&](Value tensor) {
    return tensor ? rows.slice(tensor, rows.axis, from, chunks * length)
                  : Value();
  };
  Value values = part(row.values), given = part(row.positions);
  if (chunks == 1) {
    Selection found = select(values, given, rows.axis, count);
    if (!given)
      found.positions = shift(found.positions, from, 0);
    return found;
  }
  Selection found =
      select(rows.split(values, {chunks, length}),
             given ? rows.split(given, {chunks, length}) : Value(),
             rows.axis + 1, count);
  if (!given)
    found.positions = shift(found.positions, from, length);
  return {rows.join(found.values, 2), rows.join(found.positions, 2)};
}

int64_t SelectionSplitter::chunkOf(int64_t length) {
  // Short chunks sort faster and use more lanes, but each hands on `count`
  // candidates.
  constexpr int64_t kShortest = 64;
  const int64_t least = std::max(kShortest, 4 * count()),
                spread = llvm::divideCeil(length * rowCount(), lanes);
  int64_t chunk = std::min<int64_t>(
      longest, llvm::bit_ceil<uint64_t>(std::max<int64_t>(least, spread)));
  // Chunks of equal length need neither a copy nor a rest.
  for (int64_t candidate = chunk;
       2 * candidate > chunk && candidate >= 2 * count(); --candidate)
    if (length % candidate == 0)
      return candidate;
  return chunk;
}

bool SelectionSplitter::isNeeded(int64_t length) {
  return length > longest ||
         (areFew(rowCount(), lanes) && length >= 2 * chunkOf(length));
}

/// The candidates for the first elements of `row`.
Selection SelectionSplitter::shorten(const Selection &row) {
  const int64_t length = rows.lengthOf(row.values), chunk = chunkOf(length),
                chunks = length / chunk, rest = length % chunk;
  Selection found = selectFromChunks(row, 0, chunks, chunk, count());
  if (!rest)
    return found;
  Selection last = selectFromChunks(row, chunks * chunk, 1, rest, count());
  return {rows.concatenate(found.values, last.values),
          rows.concatenate(found.positions, last.positions)};
}

void SelectionSplitter::run() {
  Selection row{topk.getInput(), topk.getIndices()};
  while (isNeeded(rows.lengthOf(row.values)))
    row = shorten(row);
  Selection selected = select(row.values, row.positions, rows.axis, count());
  topk.getValues().replaceAllUsesWith(selected.values);
  topk.getPositions().replaceAllUsesWith(selected.positions);
  topk.erase();
}

/// Selects positions in place of the indices given, and looks those up.
static TopkOp withoutIndices(TopkOp topk) {
  Value given = topk.getIndices();
  if (!given)
    return topk;
  RowOps rows(topk, topk.getDimension());
  Value positions = rows.empty(topk.getPositions().getType().getShape(),
                               rows.builder.getI32Type());
  auto plain =
      TopkOp::create(rows.builder, topk.getValues().getType(),
                     positions.getType(), topk.getInput(), Value(),
                     topk.getOutputValues(), positions, topk.getDimension());
  rows.mark(plain.getValues());
  plain.getRegion().takeBody(topk.getRegion());
  topk.getValues().replaceAllUsesWith(plain.getValues());
  topk.getPositions().replaceAllUsesWith(
      rows.lookUp(given, plain.getPositions()));
  topk.erase();
  return plain;
}

namespace {
struct SplitSelectionsPass
    : tilewright::impl::SplitSelectionsPassBase<SplitSelectionsPass> {
  using SplitSelectionsPassBase::SplitSelectionsPassBase;
  /// Whether a kernel can sort the rows at once if there are no others.
  bool fitsWhole(TopkOp topk) const {
    RankedTensorType type = topk.getInput().getType();
    int64_t length = type.getDimSize(topk.getDimension());
    SelectionRow row{type.getElementType(),
                     topk.getPositions().getType().getElementType(),
                     bool(topk.getIndices()), !topk.getValues().use_empty(),
                     !topk.getPositions().use_empty()};
    return int64_t(llvm::PowerOf2Ceil(length)) * selectionBytes(row, 2) <=
           bankBytes;
  }
  /// Splits `topk` if its rows are long; gives what is to be looked at then.
  SmallVector<TopkOp> split(TopkOp topk) const {
    RankedTensorType type = topk.getInput().getType();
    if (!type.hasStaticShape() || type.getNumElements() == 0)
      return {};
    int64_t length = type.getDimSize(topk.getDimension());
    int64_t count = topk.getValues().getType().getDimSize(topk.getDimension());
    int64_t longest = llvm::bit_floor<uint64_t>(
        bankBytes /
        selectionBytes({type.getElementType(),
                        topk.getPositions().getType().getElementType()},
                       /*copies=*/2));
    // Each round of selections at least halves the row.
    if (2 * count <= longest) {
      SelectionSplitter splitter(topk, longest, lanes);
      if (splitter.isNeeded(length))
        splitter.run();
      return {};
    }
    const bool isTooLong = length > longest && !fitsWhole(topk),
               leavesLanesIdle =
                   areFew(type.getNumElements() / length, lanes) &&
                   length >= 4 * kShortestSortedChunk;
    if (needsTwoWords(topk))
      return isTooLong ? splitKey(topk) : SmallVector<TopkOp>();
    if (isTooLong || leavesLanesIdle)
      splitSort(topk, bankBytes, lanes);
    return {};
  }
  void runOnOperation() override {
    SmallVector<TopkOp> pending;
    getOperation().walk([&](TopkOp topk) { pending.push_back(topk); });
    for (TopkOp &topk : pending)
      topk = withoutIndices(topk);
    while (!pending.empty())
      pending.append(split(pending.pop_back_val()));
  }
};
} // namespace
