//===- Scan.cpp - Kernels that scan along an axis -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rows are independent: each lane holds `stride` neighbouring ones, a vector
// (or a few) wide, with the scanned axis in the bank. Tiles along the axis
// follow each other and hand on a carry, which lives in the scratchpad, so an
// axis may be any length. Narrow floats accumulate in f32.
//
//===----------------------------------------------------------------------===//

#include "AxisSpace.h"
#include "Generators.h"
#include "ScheduleChoice.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

/// The type that values of `element` accumulate in.
static Type accumulatorType(Type element) {
  bool isNarrow =
      isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 32;
  return isNarrow ? Float32Type::get(element.getContext()) : element;
}

/// What the carry is before the first element.
static TypedAttr startValue(tm_tensor::ScanOp scan) {
  TypedAttr start;
  auto fill = scan.getCarry().getDefiningOp<linalg::FillOp>();
  if (scan.getInclusive() || !fill ||
      !matchPattern(fill.value(), m_Constant(&start)))
    start = *arith::getNeutralElement(scan.getCombiner());
  auto number = dyn_cast<FloatAttr>(start);
  if (!number)
    return start;
  Type wide = accumulatorType(number.getType());
  APFloat value = number.getValue();
  bool losesInfo;
  value.convert(cast<FloatType>(wide).getFloatSemantics(),
                APFloat::rmNearestTiesToEven, &losesInfo);
  return FloatAttr::get(wide, value);
}

/// The carry in the element type of the result, to be stored.
static Tile narrowCarry(TileBuilder &tiles, const Tile &carry, Type element,
                        unsigned lane) {
  if (cast<MemRefType>(carry.memref.getType()).getElementType() == element)
    return carry;
  Tile narrow = tiles.createTile(element, {lane}, lane);
  AffineMap identity = tiles.builder.getMultiDimIdentityMap(1);
  linalg::GenericOp::create(
      tiles.builder, tiles.loc, TypeRange(), carry.memref, narrow.memref,
      ArrayRef<AffineMap>{identity, identity},
      ArrayRef{utils::IteratorType::parallel},
      [&](OpBuilder &body, Location loc, ValueRange values) {
        Value value = arith::TruncFOp::create(body, loc, element, values[0]);
        linalg::YieldOp::create(body, loc, value);
      });
  return narrow;
}

LogicalResult codegen::generateScan(func::FuncOp kernel,
                                    const KernelArguments &arguments,
                                    const MachineConfig &machine,
                                    OpBuilder &builder) {
  tm_tensor::ScanOp scan =
      *kernel.getBody().getOps<tm_tensor::ScanOp>().begin();
  RankedTensorType type = scan.getInput().getType();
  Type element = storageType(type.getElementType());
  Type accumulator = accumulatorType(element);
  AxisSpace space(type, scan.getDimension());
  const ScanProblem problem{space, element.getIntOrFloatBitWidth() / 8,
                            accumulator.getIntOrFloatBitWidth() / 8};
  FailureOr<Schedule> plan = chooseSchedule(kernel, problem, machine);
  if (failed(plan))
    return failure();

  SmallVector<Dim> dims = {{space.before, plan->tile[0]},
                           {space.extent, plan->tile[1]},
                           {space.after, plan->tile[2]}};
  const unsigned lane = plan->laneDim, other = 2 - lane;
  TileBuilder tiles(builder, scan.getLoc(), machine, dims, lane,
                    plan->laneStride);
  tiles.openLoops({other, lane});
  Tile carry = tiles.createTile(accumulator, {lane}, lane);
  Value start =
      arith::ConstantOp::create(builder, scan.getLoc(), startValue(scan));
  linalg::FillOp::create(builder, scan.getLoc(), start, carry.memref);
  tiles.openLoops({AxisSpace::kAxis});
  const SmallVector<unsigned> storage = {AxisSpace::kAxis, lane};
  Tile x = tiles.createTile(element, storage, lane),
       y = tiles.createTile(element, storage, lane);
  TensorAccess access{arguments.lookup(scan.getInput()),
                      space.strides(space.extent)};
  // Beyond the end the carry must not change.
  TypedAttr neutral = *arith::getNeutralElement(scan.getCombiner());
  tiles.load(access, x, neutral);
  togsim::ScanOp::create(builder, scan.getLoc(),
                         scan.getCombiner()->getName().getStringRef(), x.memref,
                         carry.memref, y.memref, !scan.getInclusive());
  unsigned next = 0;
  for (Value returned :
       kernel.getBody().front().getTerminator()->getOperands()) {
    if (returned == scan.getResult()) {
      access.memref = arguments.results[next];
      tiles.store(access, y);
    }
    ++next;
  }
  tiles.closeLoops(1);
  next = 0;
  for (Value returned :
       kernel.getBody().front().getTerminator()->getOperands()) {
    if (returned == scan.getCarried())
      tiles.store({arguments.results[next], {space.after, 0, 1}},
                  narrowCarry(tiles, carry, element, lane));
    ++next;
  }
  tiles.closeLoops(2);
  return success();
}
