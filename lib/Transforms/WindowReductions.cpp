//===- WindowReductions.cpp - Poolings on the vector lanes ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Vectors run along the last dimension of y. Where neighbours of y are `step`
// elements of x apart, a strided load would take the bank's port for a cycle
// per element. Instead, whole vectors of `step` times the width are combined
// over the lines of the window first, and only their results are taken apart,
// one vector per residue of a tap's offset. Taps that share a vector of x, as
// offsets 0 and 1 of step 2 do, share its loads.
//
// The core issues in order: several vectors of y are computed side by side, so
// that one does not wait for its own results. For the same reason a maximum (or
// minimum), which is NaN when any element is, is a chain of maxima that ignore
// NaN next to a chain of tests.
//
//===----------------------------------------------------------------------===//

#include "WindowReductions.h"
#include "BankLoads.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tilewright;

namespace {
/// Loads that are unrolled, and steps up to which vectors are taken apart.
constexpr int64_t kUnrolledLoads = 64, kLargestShuffledStep = 4;
/// Vectors side by side, and the registers that they may fill.
constexpr int64_t kMostTogether = 4, kRegisters = 26;

/// Taps along the vectors that one load of x serves: at its elements
/// `residues`, `step` apart.
struct SharedLoad {
  int64_t offset = 0;
  SmallVector<int64_t> residues;
};

/// A partial result: a value, and for extremes of floats where it is NaN.
struct Partial {
  Value value, isNan;
};

class WindowReduceLowering {
public:
  WindowReduceLowering(togsim::WindowReduceOp op, const MachineConfig &machine)
      : op(op), machine(machine), builder(op), loc(op.getLoc()),
        y(cast<MemRefType>(op.getY().getType())), rank(y.getRank()) {}
  LogicalResult run();

private:
  using Partials = SmallVector<Partial, kMostTogether>;

  LogicalResult analyze();
  void chooseVectors();
  void shareLoads();
  void chooseTogether();
  void openLoops();
  int64_t registersOf(VectorType type) const {
    return std::max<int64_t>(1, type.getDimSize(0) *
                                    type.getElementTypeBitWidth() /
                                    machine.vlenBits);
  }
  Value create(StringRef name, Value a, Value b) {
    return builder
        .create(loc, StringAttr::get(builder.getContext(), name), {a, b},
                {a.getType()})
        ->getResult(0);
  }
  bool propagatesNan() {
    return op.getCombiner() == arith::MaximumFOp::getOperationName() ||
           op.getCombiner() == arith::MinimumFOp::getOperationName();
  }
  Value isNan(Value value) {
    return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNO, value,
                                 value);
  }
  /// `partial` (null: nothing yet) and a further value.
  void add(Partial &partial, Value value);
  /// The value itself, NaN where it is.
  Value finish(const Partial &partial);
  /// x at `place` of y, at the numbers `taps` of the taps across lines and
  /// `offset` elements along the line.
  Value load(ArrayRef<Value> place, ArrayRef<Value> taps, int64_t offset);
  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  /// Calls `visit` for every combination of the taps across lines from number
  /// `depth` on, unrolled.
  void forEachLine(unsigned depth, SmallVectorImpl<Value> &taps,
                   llvm::function_ref<void(ArrayRef<Value>)> visit);
  void reduceShuffled(Partials &results);
  void reduceDirectly(Partials &results, unsigned depth,
                      SmallVectorImpl<Value> &taps);

  togsim::WindowReduceOp op;
  const MachineConfig &machine;
  OpBuilder builder;
  Location loc;
  MemRefType y;
  unsigned rank;
  SmallVector<SmallVector<int64_t>> factors;  ///< of the map's results
  SmallVector<unsigned> lineTaps, columnTaps; ///< of the op's taps
  SmallVector<SharedLoad> loads;
  /// Indices of y of the vectors that are side by side: `together` of them
  /// along dimension `alongDim`.
  SmallVector<SmallVector<Value>> places;
  unsigned alongDim = 0;
  int64_t together = 1;
  VectorType vector, wide; ///< of y, and of x before it is taken apart
  int64_t step = 1, lines = 1;
};
} // namespace

LogicalResult WindowReduceLowering::analyze() {
  if (!togsim::isBank(y))
    return op.emitOpError("operands are not projected to banks yet");
  factors = *op.factorsOfMap();
  const unsigned last = rank - 1;
  step = factors.back()[last];
  bool elsewhere = llvm::any_of(ArrayRef(factors).drop_back(),
                                [&](auto &row) { return row[last] != 0; });
  if (!step || elsewhere)
    return op.emitOpError("the last dimensions of x and y must be one");
  for (unsigned t = 0; t < op.getTaps().size(); ++t) {
    bool along = factors.back()[rank + t] != 0;
    (along ? columnTaps : lineTaps).push_back(t);
    if (!along)
      lines *= op.getTaps()[t];
  }
  int64_t unit =
      machine.vectorElements(y.getElementType().getIntOrFloatBitWidth() / 8);
  if (y.getDimSize(last) % unit)
    return op.emitOpError("last extent of y (")
           << y.getDimSize(last) << ") must be a multiple of " << unit;
  return success();
}

/// Offsets of the taps along the line, grouped by the load that serves them.
void WindowReduceLowering::shareLoads() {
  SmallVector<int64_t> offsets{0};
  for (unsigned t : columnTaps) {
    SmallVector<int64_t> next;
    for (int64_t offset : offsets)
      for (int64_t tap = 0; tap < op.getTaps()[t]; ++tap)
        next.push_back(offset + tap * factors.back()[rank + t]);
    offsets = std::move(next);
  }
  const bool shuffled = wide != vector;
  llvm::MapVector<int64_t, SmallVector<int64_t>> grouped;
  for (int64_t offset : offsets) {
    int64_t residue = shuffled ? offset % step : 0;
    grouped[offset - residue].push_back(residue);
  }
  loads.clear();
  for (auto &[offset, residues] : grouped)
    loads.push_back({offset, residues});
}

/// Up to four registers: of y, or of x where it is taken apart.
void WindowReduceLowering::chooseVectors() {
  auto x = cast<MemRefType>(op.getX().getType());
  const int64_t extent = y.getShape().back();
  const int64_t unit =
      machine.vectorElements(y.getElementType().getIntOrFloatBitWidth() / 8);
  const int64_t whole = llvm::PowerOf2Ceil(step);
  auto widest = [&](int64_t registers) {
    int64_t width = unit;
    while (width * 2 <= registers * unit && extent % (width * 2) == 0)
      width *= 2;
    return width;
  };
  if (step > 1 && step <= kLargestShuffledStep) {
    int64_t width = widest(4 / whole);
    vector = VectorType::get({width}, y.getElementType());
    wide = VectorType::get({width * whole}, y.getElementType());
    shareLoads();
    int64_t end = 0;
    for (const SharedLoad &shared : loads)
      end = std::max(end,
                     (extent - width) * step + shared.offset + width * whole);
    if (end <= x.getShape().back() &&
        lines * int64_t(loads.size()) <= kUnrolledLoads)
      return;
  }
  vector = wide = VectorType::get({widest(4)}, y.getElementType());
  shareLoads();
}

/// Vectors next to each other, or on neighbouring lines.
void WindowReduceLowering::chooseTogether() {
  const int64_t nan = propagatesNan();
  const int64_t perVector =
      wide == vector ? 2 * registersOf(vector) + nan
                     : int64_t(loads.size()) * (registersOf(wide) + nan) +
                           registersOf(wide);
  const int64_t most =
      std::clamp<int64_t>(kRegisters / perVector, 1, kMostTogether);
  auto consider = [&](unsigned dim, int64_t count) {
    int64_t divisor = std::min(most, count);
    while (count % divisor)
      --divisor;
    if (divisor > together) {
      together = divisor;
      alongDim = dim;
    }
  };
  consider(rank - 1, y.getShape().back() / vector.getDimSize(0));
  if (rank > 1)
    consider(rank - 2, y.getDimSize(rank - 2));
}

void WindowReduceLowering::add(Partial &partial, Value value) {
  if (!propagatesNan()) {
    partial.value =
        partial.value ? create(op.getCombiner(), partial.value, value) : value;
    return;
  }
  bool isMaximum = op.getCombiner() == arith::MaximumFOp::getOperationName();
  Value nan = isNan(value);
  if (!partial.value) {
    partial = {value, nan};
    return;
  }
  partial.value = create(isMaximum ? arith::MaxNumFOp::getOperationName()
                                   : arith::MinNumFOp::getOperationName(),
                         partial.value, value);
  partial.isNan = partial.isNan
                      ? arith::OrIOp::create(builder, loc, partial.isNan, nan)
                      : nan;
}

Value WindowReduceLowering::finish(const Partial &partial) {
  if (!partial.isNan)
    return partial.value;
  auto type = cast<VectorType>(partial.value.getType());
  auto element = cast<FloatType>(type.getElementType());
  Value nan = arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(type,
                             APFloat::getQNaN(element.getFloatSemantics())));
  return arith::SelectOp::create(builder, loc, partial.isNan, nan,
                                 partial.value);
}

Value WindowReduceLowering::load(ArrayRef<Value> place, ArrayRef<Value> taps,
                                 int64_t offset) {
  SmallVector<Value> operands(place);
  llvm::append_range(operands, taps);
  SmallVector<Value> indices;
  for (auto [dim, row] : llvm::enumerate(factors)) {
    AffineExpr expr = builder.getAffineConstantExpr(0);
    for (unsigned d = 0; d < rank; ++d)
      expr = expr + builder.getAffineDimExpr(d) * row[d];
    for (auto [number, t] : llvm::enumerate(lineTaps))
      expr = expr + builder.getAffineDimExpr(rank + number) * row[rank + t];
    if (dim + 1 == factors.size())
      expr = expr + offset;
    AffineMap map = AffineMap::get(operands.size(), 0, expr);
    indices.push_back(affine::makeComposedAffineApply(
                          builder, loc, map, getAsOpFoldResult(operands))
                          .getResult());
  }
  return loadWidened(builder, loc, op.getX(), indices, wide, op.getXUnsigned(),
                     wide == vector ? step : 1);
}

void WindowReduceLowering::forEachLine(
    unsigned depth, SmallVectorImpl<Value> &taps,
    llvm::function_ref<void(ArrayRef<Value>)> visit) {
  if (depth == lineTaps.size())
    return visit(taps);
  for (int64_t tap = 0; tap < op.getTaps()[lineTaps[depth]]; ++tap) {
    taps.push_back(constant(tap));
    forEachLine(depth + 1, taps, visit);
    taps.pop_back();
  }
}

void WindowReduceLowering::reduceShuffled(Partials &results) {
  SmallVector<Partials> partial(loads.size(), Partials(places.size()));
  SmallVector<Value> taps;
  forEachLine(0, taps, [&](ArrayRef<Value> line) {
    for (auto [shared, sums] : llvm::zip_equal(loads, partial)) {
      SmallVector<Value> values;
      for (ArrayRef<Value> place : places)
        values.push_back(load(place, line, shared.offset));
      for (auto [sum, value] : llvm::zip_equal(sums, values))
        add(sum, value);
    }
  });
  for (auto [shared, sums] : llvm::zip_equal(loads, partial)) {
    SmallVector<Value> whole;
    for (const Partial &sum : sums)
      whole.push_back(finish(sum));
    for (int64_t residue : shared.residues) {
      SmallVector<int64_t> elements;
      for (int64_t i = 0; i < vector.getDimSize(0); ++i)
        elements.push_back(residue + i * step);
      for (auto [result, value] : llvm::zip_equal(results, whole))
        add(result,
            vector::ShuffleOp::create(builder, loc, value, value, elements));
    }
  }
}

/// Loops over taps across lines while too many are left to unroll.
void WindowReduceLowering::reduceDirectly(Partials &results, unsigned depth,
                                          SmallVectorImpl<Value> &taps) {
  int64_t left = loads.size();
  for (unsigned t : ArrayRef(lineTaps).drop_front(depth))
    left *= op.getTaps()[t];
  if (left > kUnrolledLoads && depth < lineTaps.size()) {
    SmallVector<Value> carried;
    for (const Partial &result : results)
      carried.push_back(finish(result));
    auto loop = affine::AffineForOp::create(
        builder, loc, 0, op.getTaps()[lineTaps[depth]], 1, carried);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Partials inside;
    for (Value value : loop.getRegionIterArgs())
      add(inside.emplace_back(), value);
    taps.push_back(loop.getInductionVar());
    reduceDirectly(inside, depth + 1, taps);
    taps.pop_back();
    SmallVector<Value> next;
    for (const Partial &result : inside)
      next.push_back(finish(result));
    affine::AffineYieldOp::create(builder, loc, next);
    for (auto [result, value] : llvm::zip_equal(results, loop.getResults()))
      result = {value, Value()};
    return;
  }
  forEachLine(depth, taps, [&](ArrayRef<Value> line) {
    for (const SharedLoad &shared : loads) {
      SmallVector<Value> values;
      for (ArrayRef<Value> place : places)
        values.push_back(load(place, line, shared.offset));
      for (auto [result, value] : llvm::zip_equal(results, values))
        add(result, value);
    }
  });
}

/// Loops over y, and the places of the vectors that are side by side.
void WindowReduceLowering::openLoops() {
  places.assign(together, SmallVector<Value>(rank));
  for (auto [d, extent] : llvm::enumerate(y.getShape())) {
    const int64_t by = d + 1 == rank ? vector.getDimSize(0) : 1;
    const int64_t count = d == alongDim ? together : 1;
    Value first;
    if (extent != by * count) {
      auto loop =
          affine::AffineForOp::create(builder, loc, 0, extent, by * count);
      builder.setInsertionPointToStart(loop.getBody());
      first = loop.getInductionVar();
    }
    for (int64_t i = 0; i < together; ++i) {
      int64_t shift = d == alongDim ? i * by : 0;
      Value &at = places[i][d];
      if (!first)
        at = constant(shift);
      else if (!shift)
        at = first;
      else
        at = affine::AffineApplyOp::create(
            builder, loc,
            AffineMap::get(1, 0, builder.getAffineDimExpr(0) + shift),
            ValueRange{first});
    }
  }
}

LogicalResult WindowReduceLowering::run() {
  if (failed(analyze()))
    return failure();
  chooseVectors();
  chooseTogether();
  openLoops();
  Partials results;
  for (ArrayRef<Value> place : places)
    add(results.emplace_back(),
        vector::LoadOp::create(builder, loc, vector, op.getY(), place));
  SmallVector<Value> taps;
  if (wide == vector)
    reduceDirectly(results, 0, taps);
  else
    reduceShuffled(results);
  for (auto [result, place] : llvm::zip_equal(results, places))
    vector::StoreOp::create(builder, loc, finish(result), op.getY(), place);
  op.erase();
  return success();
}

LogicalResult tilewright::lowerWindowReduce(togsim::WindowReduceOp op,
                                            const MachineConfig &machine) {
  return WindowReduceLowering(op, machine).run();
}
