//===- WindowSums.cpp - Depthwise windows on the vector lanes -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// y[c, m] += sum over t of x[c, window(t, m)] * w[c, t]: for every channel of a
// lane and every line of rows, several vectors at once, so that the in-order
// core has independent work; the taps follow each other without a loop as long
// as they are few. Weights, which all rows use alike, are loaded once per
// channel if they fit the registers.
//
//===----------------------------------------------------------------------===//

#include "WindowSums.h"
#include "BankLoads.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"

using namespace mlir;
using namespace tilewright;

namespace {
/// Taps that are unrolled, and registers that sums and weights may fill.
constexpr int64_t kUnrolledTaps = 32, kRegisters = 24;

class WindowSumLowering {
public:
  WindowSumLowering(togsim::WindowSumOp op, const MachineConfig &machine)
      : op(op), machine(machine), builder(op), loc(op.getLoc()) {}
  LogicalResult run();

private:
  Value apply(AffineExpr expr, ValueRange operands) {
    return applyFolded(builder, loc, expr, operands);
  }
  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value weight(Value tap) {
    return loadWidened(builder, loc, op.getW(), {channel, tap, constant(0)},
                       vector, op.getWUnsigned());
  }
  /// Opens a loop and moves inside.
  Value open(int64_t extent, int64_t step) {
    auto loop = affine::AffineForOp::create(builder, loc, 0, extent, step);
    builder.setInsertionPointToStart(loop.getBody());
    return loop.getInductionVar();
  }
  /// `sums`, of vectors of rows next to each other, plus tap `tap`.
  void accumulate(SmallVectorImpl<Value> &sums, Value tap, Value weights);
  /// All taps of the vectors from row `row` of line `line` on.
  void sumRows(int64_t count, ArrayRef<Value> registers);

  togsim::WindowSumOp op;
  const MachineConfig &machine;
  OpBuilder builder;
  Location loc;
  VectorType vector;
  int64_t elements = 0, lineRows = 0, taps = 0;
  Value channel, line, row;
};
} // namespace

void WindowSumLowering::accumulate(SmallVectorImpl<Value> &sums, Value tap,
                                   Value weights) {
  AffineMap window = op.getWindow();
  const int64_t step = togsim::columnStep(window);
  AffineExpr d0 = builder.getAffineDimExpr(0), d1 = builder.getAffineDimExpr(1),
             d2 = builder.getAffineDimExpr(2);
  SmallVector<Value> inputs;
  for (int64_t i = 0, e = sums.size(); i < e; ++i) {
    AffineExpr column = window.getResult(0).replaceDims({d0, d1 * lineRows}) +
                        (d2 + i * elements) * step;
    inputs.push_back(loadWidened(builder, loc, op.getX(),
                                 {channel, apply(column, {tap, line, row})},
                                 vector, op.getXUnsigned(), step));
  }
  for (auto [sum, input] : llvm::zip_equal(sums, inputs)) {
    if (isa<FloatType>(vector.getElementType())) {
      sum = vector::FMAOp::create(builder, loc, input, weights, sum);
      continue;
    }
    Value product = arith::MulIOp::create(builder, loc, input, weights);
    sum = arith::AddIOp::create(builder, loc, sum, product);
  }
}

void WindowSumLowering::sumRows(int64_t count, ArrayRef<Value> registers) {
  AffineExpr d0 = builder.getAffineDimExpr(0), d1 = builder.getAffineDimExpr(1);
  SmallVector<Value> starts, sums;
  for (int64_t i = 0; i < count; ++i) {
    starts.push_back(apply(d0 * lineRows + d1 + i * elements, {line, row}));
    sums.push_back(vector::LoadOp::create(builder, loc, vector, op.getY(),
                                          ValueRange{channel, starts.back()}));
  }
  if (taps <= kUnrolledTaps) {
    for (int64_t tap = 0; tap < taps; ++tap) {
      Value number = constant(tap);
      accumulate(sums, number,
                 registers.empty() ? weight(number) : registers[tap]);
    }
  } else {
    auto loop = affine::AffineForOp::create(builder, loc, 0, taps, 1, sums);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> inside(loop.getRegionIterArgs());
    accumulate(inside, loop.getInductionVar(), weight(loop.getInductionVar()));
    affine::AffineYieldOp::create(builder, loc, inside);
    sums.assign(loop.result_begin(), loop.result_end());
  }
  for (auto [sum, start] : llvm::zip_equal(sums, starts))
    vector::StoreOp::create(builder, loc, sum, op.getY(),
                            ValueRange{channel, start});
}

LogicalResult WindowSumLowering::run() {
  auto y = cast<MemRefType>(op.getY().getType());
  if (!togsim::isBank(y))
    return op.emitError("operands are not projected to banks yet");
  elements = machine.vectorElements(4);
  taps = cast<MemRefType>(op.getW().getType()).getDimSize(1);
  const int64_t rows = y.getDimSize(1);
  lineRows = op.getLineRows() ? op.getLineRows() : rows;
  if (lineRows % elements)
    return op.emitError("rows (")
           << lineRows << ") must be a multiple of " << elements;
  vector = VectorType::get({elements}, y.getElementType());
  int64_t together = 8;
  while ((lineRows / elements) % together)
    --together;

  channel = open(y.getDimSize(0), 1);
  SmallVector<Value> registers;
  if (taps + together <= kRegisters)
    for (int64_t tap = 0; tap < taps; ++tap)
      registers.push_back(weight(constant(tap)));
  line = open(rows / lineRows, 1);
  row = open(lineRows, together * elements);
  sumRows(together, registers);
  op.erase();
  return success();
}

LogicalResult tilewright::lowerWindowSum(togsim::WindowSumOp op,
                                         const MachineConfig &machine) {
  return WindowSumLowering(op, machine).run();
}
