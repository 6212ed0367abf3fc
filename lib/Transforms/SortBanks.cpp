//===- SortBanks.cpp - Sorting networks on banks --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each lane sorts its own rows with one bitonic network; nothing in it depends
// on data. A phase merges sorted runs of `size / 2` elements into runs of
// `size`: first element i of a run meets element size - 1 - i, which leaves the
// smaller half in front and makes both halves bitonic, then elements at
// distances size / 4, size / 8, ... 1 meet. All exchanges put the smaller
// element first. Distances of a vector or more pair whole vectors; smaller ones
// pair the elements of one vector with a permutation of itself, several steps
// between one load and store.
//
//===----------------------------------------------------------------------===//

#include "BankOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "tilewright/Dialect/TogSim/TogSim.h"

using namespace mlir;
using namespace tilewright;

namespace {

/// A vector of words, or of pairs of words.
struct Words {
  Value first, second; ///< second may be null
};

class RowSorter {
public:
  RowSorter(togsim::SortRowsOp op, const MachineConfig &machine)
      : op(op), builder(op), loc(op.getLoc()) {
    auto type = cast<MemRefType>(op.getWords().getType());
    rows = type.getDimSize(0);
    length = type.getDimSize(1);
    width = std::min<int64_t>(length, 4 * machine.vlenBits /
                                          type.getElementTypeBitWidth());
    vector = VectorType::get({width}, type.getElementType());
  }
  LogicalResult run();

private:
  Value apply(AffineExpr expr, ValueRange operands) {
    return builder.createOrFold<affine::AffineApplyOp>(
        loc, AffineMap::get(operands.size(), 0, expr), operands);
  }
  Words load(Value at);
  void store(Words words, Value at);
  Words permute(Words words, ArrayRef<int64_t> order);
  /// Whether pairs of `a` come before those of `b`.
  Value less(Words a, Words b);
  /// Orders the elements of two vectors: the smaller go to `a`.
  void exchange(Words &a, Words &b);
  /// Element i meets element i ^ `flip` of the same vector; those with bit
  /// `half` clear keep the smaller one.
  Words exchangeInside(Words words, int64_t flip, int64_t half);
  /// A loop over all vectors of the row that rewrites each.
  void forEachVector(function_ref<Words(Words)> rewrite);
  /// Pairs the vectors of runs of `size`: j with j + `distance`, or, mirrored,
  /// with the one as far from the run's end.
  void pairVectors(int64_t size, int64_t distance, bool mirrored);

  togsim::SortRowsOp op;
  OpBuilder builder;
  Location loc;
  int64_t rows = 0, length = 0, width = 0;
  VectorType vector;
  Value row;
};

} // namespace

Words RowSorter::load(Value at) {
  Words words;
  words.first = vector::LoadOp::create(builder, loc, vector, op.getWords(),
                                       ValueRange{row, at});
  if (op.getSecond())
    words.second = vector::LoadOp::create(builder, loc, vector, op.getSecond(),
                                          ValueRange{row, at});
  return words;
}

void RowSorter::store(Words words, Value at) {
  vector::StoreOp::create(builder, loc, words.first, op.getWords(),
                          ValueRange{row, at});
  if (words.second)
    vector::StoreOp::create(builder, loc, words.second, op.getSecond(),
                            ValueRange{row, at});
}

Words RowSorter::permute(Words words, ArrayRef<int64_t> order) {
  auto shuffle = [&](Value value) -> Value {
    return value ? vector::ShuffleOp::create(builder, loc, value, value, order)
                       .getResult()
                 : Value();
  };
  return {shuffle(words.first), shuffle(words.second)};
}

Value RowSorter::less(Words a, Words b) {
  auto compare = [&](arith::CmpIPredicate predicate, Value x,
                     Value y) -> Value {
    return arith::CmpIOp::create(builder, loc, predicate, x, y);
  };
  Value before = compare(arith::CmpIPredicate::slt, a.first, b.first);
  Value equal = compare(arith::CmpIPredicate::eq, a.first, b.first);
  Value second = compare(arith::CmpIPredicate::slt, a.second, b.second);
  return arith::OrIOp::create(
      builder, loc, before, arith::AndIOp::create(builder, loc, equal, second));
}

void RowSorter::exchange(Words &a, Words &b) {
  if (!a.second) {
    Value smaller = arith::MinSIOp::create(builder, loc, a.first, b.first);
    b.first = arith::MaxSIOp::create(builder, loc, a.first, b.first);
    a.first = smaller;
    return;
  }
  Value swap = less(b, a);
  auto select = [&](Value ifSwapped, Value otherwise) -> Value {
    return arith::SelectOp::create(builder, loc, swap, ifSwapped, otherwise);
  };
  Words smaller{select(b.first, a.first), select(b.second, a.second)};
  b = {select(a.first, b.first), select(a.second, b.second)};
  a = smaller;
}

Words RowSorter::exchangeInside(Words words, int64_t flip, int64_t half) {
  SmallVector<int64_t> order(width);
  SmallVector<bool> keepsSmaller(width);
  for (int64_t i = 0; i < width; ++i) {
    order[i] = i ^ flip;
    keepsSmaller[i] = (i & half) == 0;
  }
  Words other = permute(words, order);
  auto mask = VectorType::get({width}, builder.getI1Type());
  Value smallerHere = arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(mask, keepsSmaller));
  if (!words.second) {
    Value smaller =
        arith::MinSIOp::create(builder, loc, words.first, other.first);
    Value greater =
        arith::MaxSIOp::create(builder, loc, words.first, other.first);
    return {
        arith::SelectOp::create(builder, loc, smallerHere, smaller, greater),
        Value()};
  }
  // Pairs are different from each other: one of two comes first.
  Value moves =
      arith::XOrIOp::create(builder, loc, less(words, other), smallerHere);
  return {
      arith::SelectOp::create(builder, loc, moves, other.first, words.first),
      arith::SelectOp::create(builder, loc, moves, other.second, words.second)};
}

void RowSorter::forEachVector(function_ref<Words(Words)> rewrite) {
  auto loop = affine::AffineForOp::create(builder, loc, 0, length, width);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value at = loop.getInductionVar();
  store(rewrite(load(at)), at);
}

void RowSorter::pairVectors(int64_t size, int64_t distance, bool mirrored) {
  SmallVector<int64_t> reversed(width);
  for (int64_t i = 0; i < width; ++i)
    reversed[i] = width - 1 - i;
  OpBuilder::InsertionGuard guard(builder);
  auto runs = affine::AffineForOp::create(builder, loc, 0, length, size);
  builder.setInsertionPointToStart(runs.getBody());
  auto pairs = affine::AffineForOp::create(builder, loc, 0, size / 2, width);
  builder.setInsertionPointToStart(pairs.getBody());
  SmallVector<Value> ivs = {runs.getInductionVar(), pairs.getInductionVar()};
  AffineExpr run = builder.getAffineDimExpr(0), j = builder.getAffineDimExpr(1);
  Value first = apply(run + j, ivs);
  Value second =
      apply(mirrored ? run + (size - width) - j : run + j + distance, ivs);
  Words a = load(first), b = load(second);
  if (mirrored)
    b = permute(b, reversed);
  exchange(a, b);
  if (mirrored)
    b = permute(b, reversed);
  store(a, first);
  store(b, second);
}

LogicalResult RowSorter::run() {
  if (width < 2)
    return op.emitError("rows of ") << length << " elements are no vectors";
  auto loop = affine::AffineForOp::create(builder, loc, 0, rows);
  builder.setInsertionPointToStart(loop.getBody());
  row = loop.getInductionVar();
  forEachVector([&](Words words) {
    for (int64_t size = 2; size <= width; size *= 2) {
      words = exchangeInside(words, size - 1, size / 2);
      for (int64_t distance = size / 4; distance >= 1; distance /= 2)
        words = exchangeInside(words, distance, distance);
    }
    return words;
  });
  for (int64_t size = 2 * width; size <= length; size *= 2) {
    pairVectors(size, 0, /*mirrored=*/true);
    for (int64_t distance = size / 4; distance >= width; distance /= 2)
      pairVectors(2 * distance, distance, /*mirrored=*/false);
    forEachVector([&](Words words) {
      for (int64_t distance = width / 2; distance >= 1; distance /= 2)
        words = exchangeInside(words, distance, distance);
      return words;
    });
  }
  op.erase();
  return success();
}

LogicalResult vectorizeSorts(func::FuncOp kernel,
                             const MachineConfig &machine) {
  SmallVector<togsim::SortRowsOp> sorts;
  kernel.walk([&](togsim::SortRowsOp op) { sorts.push_back(op); });
  for (togsim::SortRowsOp op : sorts)
    if (failed(RowSorter(op, machine).run()))
      return failure();
  return success();
}
