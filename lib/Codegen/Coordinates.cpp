//===- Coordinates.cpp - What a body computes from coordinates ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Coordinates.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

static bool isConstant(const LinearCoordinate &c) {
  return llvm::all_of(c.coefficients, [](int64_t f) { return f == 0; });
}

/// a + factor * b.
static LinearCoordinate combine(LinearCoordinate a, const LinearCoordinate &b,
                                int64_t factor) {
  a.constant += factor * b.constant;
  for (auto [x, y] : llvm::zip_equal(a.coefficients, b.coefficients))
    x += factor * y;
  return a;
}

std::optional<LinearCoordinate> codegen::linearCoordinate(linalg::GenericOp op,
                                                          Value value) {
  LinearCoordinate result{0, SmallVector<int64_t>(op.getNumLoops(), 0)};
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant))) {
    result.constant = constant.getSExtValue();
    return result;
  }
  Operation *def = value.getDefiningOp();
  if (!def)
    return std::nullopt;
  if (auto index = dyn_cast<linalg::IndexOp>(def)) {
    result.coefficients[index.getDim()] = 1;
    return result;
  }
  // Coordinates are small: none of these wraps.
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtSIOp,
          arith::ExtUIOp>(def))
    return linearCoordinate(op, def->getOperand(0));
  if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(def))
    return std::nullopt;
  auto a = linearCoordinate(op, def->getOperand(0)),
       b = linearCoordinate(op, def->getOperand(1));
  if (!a || !b)
    return std::nullopt;
  if (isa<arith::AddIOp>(def))
    return combine(*a, *b, 1);
  if (isa<arith::SubIOp>(def))
    return combine(*a, *b, -1);
  if (isConstant(*a))
    std::swap(a, b);
  if (!isConstant(*b))
    return std::nullopt;
  return combine(std::move(result), *a, b->constant);
}

const llvm::SmallBitVector &LoopDependence::of(Value value) {
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  llvm::SmallBitVector loops(op.getNumLoops());
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    if (argument.getOwner() == op.getBlock()) {
      AffineMap map = op.getIndexingMapsArray()[argument.getArgNumber()];
      for (unsigned d = 0; d < op.getNumLoops(); ++d)
        if (map.isFunctionOfDim(d))
          loops.set(d);
    }
  } else if (auto index = value.getDefiningOp<linalg::IndexOp>()) {
    loops.set(index.getDim());
  } else if (op.getRegion().isAncestor(value.getParentRegion())) {
    for (Value operand : value.getDefiningOp()->getOperands())
      loops |= of(operand);
  }
  return known[value] = loops;
}
