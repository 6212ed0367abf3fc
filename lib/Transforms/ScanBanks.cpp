//===- ScanBanks.cpp - Scans on banks as loops over vectors ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The columns of a scan are independent, so a vector of them advances with one
// operation per row. A few rows are loaded ahead of the operations, which form
// a chain: the core issues in order.
//
//===----------------------------------------------------------------------===//

#include "BankOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "tilewright/Dialect/TogSim/TogSim.h"

using namespace mlir;
using namespace tilewright;

/// `value` in `element`, a wider or narrower float, or of the same type.
static Value convert(OpBuilder &builder, Location loc, Value value,
                     Type element) {
  auto type = cast<VectorType>(value.getType());
  if (type.getElementType() == element)
    return value;
  auto wanted = type.clone(element);
  if (element.getIntOrFloatBitWidth() > type.getElementTypeBitWidth())
    return arith::ExtFOp::create(builder, loc, wanted, value);
  return arith::TruncFOp::create(builder, loc, wanted, value);
}

/// The largest power of two up to `most` that divides `extent`.
static int64_t dividingPower(int64_t extent, int64_t most) {
  int64_t power = 1;
  while (power * 2 <= most && extent % (power * 2) == 0)
    power *= 2;
  return power;
}

static LogicalResult vectorizeScan(togsim::ScanOp op,
                                   const MachineConfig &machine) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  auto x = cast<MemRefType>(op.getX().getType());
  Type element = cast<MemRefType>(op.getCarry().getType()).getElementType();
  Type result = cast<MemRefType>(op.getY().getType()).getElementType();
  const int64_t rows = x.getDimSize(0), columns = x.getDimSize(1);
  const int64_t width = dividingPower(
      columns, 4 * machine.vlenBits / element.getIntOrFloatBitWidth());
  if (width < 2)
    return op.emitError("innermost extent ")
           << columns << " cannot be divided into vectors";
  const int64_t unroll = dividingPower(rows, 4);
  auto vectorOf = [&](Type type) { return VectorType::get({width}, type); };

  auto outer = affine::AffineForOp::create(builder, loc, 0, columns, width);
  builder.setInsertionPointToStart(outer.getBody());
  Value column = outer.getInductionVar();
  Value start = vector::LoadOp::create(builder, loc, vectorOf(element),
                                       op.getCarry(), column);
  auto inner =
      affine::AffineForOp::create(builder, loc, 0, rows, unroll, start);
  builder.setInsertionPointToStart(inner.getBody());
  SmallVector<Value> numbers, loaded, sums;
  for (int64_t u = 0; u < unroll; ++u) {
    numbers.push_back(builder.createOrFold<affine::AffineApplyOp>(
        loc, AffineMap::get(1, 0, builder.getAffineDimExpr(0) + u),
        ValueRange{inner.getInductionVar()}));
    loaded.push_back(
        vector::LoadOp::create(builder, loc, vectorOf(x.getElementType()),
                               op.getX(), ValueRange{numbers.back(), column}));
  }
  Value carry = inner.getRegionIterArgs().front();
  StringAttr combiner = op.getCombinerAttr();
  for (Value value : loaded) {
    Value before = carry;
    carry = builder
                .create(loc, combiner,
                        {carry, convert(builder, loc, value, element)},
                        {carry.getType()})
                ->getResult(0);
    sums.push_back(op.getExclusive() ? before : carry);
  }
  for (auto [row, sum] : llvm::zip_equal(numbers, sums))
    vector::StoreOp::create(builder, loc, convert(builder, loc, sum, result),
                            op.getY(), ValueRange{row, column});
  affine::AffineYieldOp::create(builder, loc, carry);
  builder.setInsertionPointAfter(inner);
  vector::StoreOp::create(builder, loc, inner.getResult(0), op.getCarry(),
                          column);
  op.erase();
  return success();
}

LogicalResult vectorizeScans(func::FuncOp kernel,
                             const MachineConfig &machine) {
  SmallVector<togsim::ScanOp> scans;
  kernel.walk([&](togsim::ScanOp op) { scans.push_back(op); });
  for (togsim::ScanOp op : scans)
    if (failed(vectorizeScan(op, machine)))
      return failure();
  return success();
}
