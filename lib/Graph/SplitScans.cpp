//===- SplitScans.cpp - Scans of few long rows ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A lane scans a row element after element. Rows that are fewer than the lanes
// are cut into chunks, which are scanned as rows of their own; what all chunks
// before it combine to (an exclusive scan of their totals) is then combined
// into each element. Only for operations where that is the same but for
// rounding: a product could overflow in a chunk and not in the row.
//
//===----------------------------------------------------------------------===//

#include "RowOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using tm_tensor::ScanOp;

namespace tilewright {
#define GEN_PASS_DEF_SPLITSCANSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

namespace {

class ScanSplitter {
public:
  explicit ScanSplitter(ScanOp scan)
      : scan(scan), rows(scan, scan.getDimension()),
        element(scan.getInput().getType().getElementType()) {}
  void run(int64_t chunk);

private:
  ScanOp scanAlong(Value input, int64_t axis, bool inclusive);
  /// `before`, which does not have dimension `dropped`, combined into `values`.
  Value combine(Value before, Value values, int64_t dropped);

  ScanOp scan;
  RowOps rows;
  Type element;
};

} // namespace

ScanOp ScanSplitter::scanAlong(Value input, int64_t axis, bool inclusive) {
  RankedTensorType type = RowOps::typeOf(input);
  SmallVector<int64_t> others(type.getShape());
  others.erase(others.begin() + axis);
  Value output = rows.empty(type.getShape(), element),
        carry = rows.empty(others, element);
  if (!inclusive) {
    Value neutral = arith::ConstantOp::create(
        rows.builder, *arith::getNeutralElement(scan.getCombiner()));
    carry = rows.mark(
        linalg::FillOp::create(rows.builder, neutral, carry).getResult(0));
  }
  auto part = ScanOp::create(rows.builder, type, carry.getType(), input, output,
                             carry, axis, inclusive);
  IRMapping mapping;
  scan.getRegion().cloneInto(&part.getRegion(), mapping);
  rows.mark(part.getResult());
  return part;
}

Value ScanSplitter::combine(Value before, Value values, int64_t dropped) {
  return rows.elementwise({{before, dropped}, {values}},
                          RowOps::typeOf(values).getShape(), element,
                          [&](ImplicitLocOpBuilder &b, ValueRange inputs) {
                            Block &body = scan.getRegion().front();
                            IRMapping mapping;
                            mapping.map(body.getArguments(), inputs);
                            return b.clone(body.front(), mapping)->getResult(0);
                          });
}

void ScanSplitter::run(int64_t chunk) {
  const int64_t length = rows.lengthOf(scan.getInput()),
                chunks = length / chunk, rest = length % chunk;
  Value whole = rows.slice(scan.getInput(), rows.axis, 0, chunks * chunk);
  ScanOp inside = scanAlong(rows.split(whole, {chunks, chunk}), rows.axis + 1,
                            /*inclusive=*/true);
  ScanOp across =
      scanAlong(inside.getCarried(), rows.axis, /*inclusive=*/false);
  Value result = rows.join(
      combine(across.getResult(), inside.getResult(), rows.axis + 1), 2);
  if (rest) {
    Value tail = rows.slice(scan.getInput(), rows.axis, chunks * chunk, rest);
    ScanOp last = scanAlong(tail, rows.axis, /*inclusive=*/true);
    result = rows.concatenate(
        result, combine(across.getCarried(), last.getResult(), rows.axis));
  }
  scan.getResult().replaceAllUsesWith(result);
  scan.erase();
}

/// Elements of a chunk; 0 when the scan stays as it is.
static int64_t chunkOf(ScanOp scan, int64_t lanes) {
  // Shorter chunks are not worth the additional kernels.
  constexpr int64_t kShortest = 64;
  Operation *combiner = scan.getCombiner();
  if (!scan.getInclusive() || !scan.getCarried().use_empty() || !combiner ||
      !isa<arith::AddFOp, arith::AddIOp, arith::MulIOp, arith::MaximumFOp,
           arith::MinimumFOp, arith::MaxSIOp, arith::MinSIOp>(combiner))
    return 0;
  RankedTensorType type = scan.getInput().getType();
  if (!type.hasStaticShape() || type.getNumElements() == 0)
    return 0;
  // What chunks hand on is rounded to the element type, which is too coarse
  // when it is narrow; a carry inside a kernel is f32.
  if (isa<FloatType>(type.getElementType()) &&
      type.getElementTypeBitWidth() < 32)
    return 0;
  const int64_t length = type.getDimSize(scan.getDimension()),
                rows = type.getNumElements() / length;
  if (rows * 4 > lanes || length < 4 * kShortest)
    return 0;
  // Eight rows per lane are a vector of them.
  int64_t wanted =
      std::max(kShortest, int64_t(llvm::divideCeil(length * rows, 8 * lanes)));
  // Chunks of equal length leave no rest.
  for (int64_t chunk = wanted; chunk <= std::min(2 * wanted, length / 2);
       ++chunk)
    if (length % chunk == 0)
      return chunk;
  return wanted;
}

namespace {
struct SplitScansPass : tilewright::impl::SplitScansPassBase<SplitScansPass> {
  using SplitScansPassBase::SplitScansPassBase;
  void runOnOperation() override {
    SmallVector<ScanOp> scans;
    getOperation().walk([&](ScanOp scan) { scans.push_back(scan); });
    for (ScanOp scan : scans)
      if (int64_t chunk = chunkOf(scan, lanes))
        ScanSplitter(scan).run(chunk);
  }
};
} // namespace
