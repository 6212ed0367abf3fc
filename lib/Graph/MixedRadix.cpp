//===- MixedRadix.cpp - Quotients and remainders as digits of loops -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The formulas are those of the axis-split plan: cuts are united per loop over
// all accesses of an operation, sorted, and have to divide each other.
//
//===----------------------------------------------------------------------===//

#include "MixedRadix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace tilewright;

namespace {
/// Looks at the quotients and remainders of expressions.
class DigitFinder {
public:
  explicit DigitFinder(ArrayRef<int64_t> extents) : extents(extents) {
    result.cuts.resize(extents.size());
  }
  void visit(AffineExpr expr);
  AccessDigits result;

private:
  void cut(AffineExpr loop, int64_t at);
  void addProblem(AffineBinaryOpExpr expr);

  ArrayRef<int64_t> extents;
};
} // namespace

void DigitFinder::cut(AffineExpr loop, int64_t at) {
  unsigned position = cast<AffineDimExpr>(loop).getPosition();
  SmallVector<int64_t> &cuts = result.cuts[position];
  if (at <= 1 || at >= extents[position] || llvm::is_contained(cuts, at))
    return;
  cuts.insert(llvm::lower_bound(cuts, at), at);
}

void DigitFinder::addProblem(AffineBinaryOpExpr expr) {
  unsigned loops = 0;
  for (unsigned d = 0; d < extents.size(); ++d)
    loops += expr.getLHS().isFunctionOfDim(d);
  if (loops > 1 && result.problem != DigitProblem::NoDigit &&
      isa<AffineConstantExpr>(expr.getRHS())) {
    result.problem = DigitProblem::SeveralLoops;
    result.mixed.push_back(expr.getLHS());
  } else {
    result.problem = DigitProblem::NoDigit;
  }
}

void DigitFinder::visit(AffineExpr expr) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return;
  if (expr.getKind() == AffineExprKind::Add ||
      expr.getKind() == AffineExprKind::Mul) {
    visit(binary.getLHS());
    visit(binary.getRHS());
    return;
  }
  auto divisor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  AffineExpr operand = binary.getLHS();
  if (!divisor || divisor.getValue() <= 0 ||
      expr.getKind() == AffineExprKind::CeilDiv)
    return addProblem(binary);
  if (isa<AffineDimExpr>(operand))
    return cut(operand, divisor.getValue());
  auto inner = dyn_cast<AffineBinaryOpExpr>(operand);
  auto innerDivisor =
      inner ? dyn_cast<AffineConstantExpr>(inner.getRHS()) : AffineExpr();
  if (expr.getKind() == AffineExprKind::Mod && innerDivisor &&
      inner.getKind() == AffineExprKind::FloorDiv &&
      isa<AffineDimExpr>(inner.getLHS())) {
    int64_t lower = cast<AffineConstantExpr>(innerDivisor).getValue();
    cut(inner.getLHS(), lower);
    return cut(inner.getLHS(), lower * divisor.getValue());
  }
  // What is inside is looked at too: all mixed sums have to become one loop.
  visit(operand);
  addProblem(binary);
}

AccessDigits tilewright::digitsOf(AffineMap map, ArrayRef<int64_t> extents) {
  DigitFinder finder(extents);
  for (AffineExpr expr : map.getResults())
    finder.visit(expr);
  return finder.result;
}

void tilewright::uniteCuts(LoopCuts &cuts, const LoopCuts &more) {
  cuts.resize(std::max(cuts.size(), more.size()));
  for (auto [own, other] : llvm::zip(cuts, more)) {
    own.append(other.begin(), other.end());
    llvm::sort(own);
    own.erase(llvm::unique(own), own.end());
  }
}

std::optional<SmallVector<int64_t>> tilewright::chainOf(ArrayRef<int64_t> cuts,
                                                        int64_t extent) {
  SmallVector<int64_t> chain = {1};
  for (int64_t at : llvm::concat<const int64_t>(cuts, ArrayRef(extent))) {
    if (at % chain.back() != 0)
      return std::nullopt;
    if (at != chain.back())
      chain.push_back(at);
  }
  return chain;
}

bool tilewright::areChains(const LoopCuts &cuts, ArrayRef<int64_t> extents) {
  return llvm::all_of(llvm::zip(cuts, extents), [](auto pair) {
    return chainOf(std::get<0>(pair), std::get<1>(pair)).has_value();
  });
}

DigitLoops tilewright::cutLoops(const LoopCuts &cuts, ArrayRef<int64_t> extents,
                                MLIRContext *context) {
  DigitLoops loops;
  for (auto [own, extent] : llvm::zip_equal(cuts, extents)) {
    SmallVector<int64_t> chain = *chainOf(own, extent);
    AffineExpr sum = getAffineConstantExpr(0, context);
    SmallVector<unsigned> &digits = loops.digits.emplace_back();
    if (chain.size() == 1)
      chain.push_back(1); // a loop of extent 1 stays one
    for (size_t i = chain.size() - 1; i-- > 0;) {
      digits.push_back(loops.extents.size());
      sum = sum + getAffineDimExpr(loops.extents.size(), context) * chain[i];
      loops.extents.push_back(chain[i + 1] / chain[i]);
    }
    loops.oldLoops.push_back(sum);
  }
  return loops;
}
