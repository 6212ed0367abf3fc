//===- AffineRanges.cpp - Affine expressions over loops of known extent ---===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An expression is brought into a sum of factors times atoms; an atom is a
// loop, a quotient or a remainder. Division distributes over what is divisible
// and looks at the range of the rest.
//
//===----------------------------------------------------------------------===//

#include "AffineRanges.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"
#include <map>
#include <numeric>

using namespace mlir;
using namespace tilewright;

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

/// The divisor of a quotient or remainder, or 0 when it is no positive
/// constant.
static int64_t divisorOf(AffineBinaryOpExpr expr) {
  auto constant = dyn_cast<AffineConstantExpr>(expr.getRHS());
  return constant && constant.getValue() > 0 ? constant.getValue() : 0;
}

static ExprRange scale(ExprRange range, int64_t factor) {
  if (factor < 0)
    std::swap(range.min, range.max);
  return {range.min * factor, range.max * factor};
}

/// Whether all values of `range` have the same quotient by `divisor`.
static bool isInOnePeriod(ExprRange range, int64_t divisor) {
  return llvm::divideFloorSigned(range.min, divisor) ==
         llvm::divideFloorSigned(range.max, divisor);
}

static std::optional<ExprRange> rangeOfBinary(AffineBinaryOpExpr expr,
                                              ArrayRef<int64_t> extents) {
  std::optional<ExprRange> left = rangeOf(expr.getLHS(), extents);
  if (!left)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add) {
    std::optional<ExprRange> right = rangeOf(expr.getRHS(), extents);
    if (!right)
      return std::nullopt;
    return ExprRange{left->min + right->min, left->max + right->max};
  }
  if (expr.getKind() == AffineExprKind::Mul) {
    auto factor = dyn_cast<AffineConstantExpr>(expr.getRHS());
    if (!factor)
      return std::nullopt;
    return scale(*left, factor.getValue());
  }
  int64_t divisor = divisorOf(expr);
  if (!divisor)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return ExprRange{llvm::divideFloorSigned(left->min, divisor),
                     llvm::divideFloorSigned(left->max, divisor)};
  if (expr.getKind() == AffineExprKind::CeilDiv)
    return ExprRange{llvm::divideCeilSigned(left->min, divisor),
                     llvm::divideCeilSigned(left->max, divisor)};
  if (!isInOnePeriod(*left, divisor))
    return ExprRange{0, divisor - 1};
  int64_t start = llvm::divideFloorSigned(left->min, divisor) * divisor;
  return ExprRange{left->min - start, left->max - start};
}

std::optional<ExprRange> tilewright::rangeOf(AffineExpr expr,
                                             ArrayRef<int64_t> extents) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return ExprRange{constant.getValue(), constant.getValue()};
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return ExprRange{0, std::max<int64_t>(extents[dim.getPosition()] - 1, 0)};
  if (auto binary = dyn_cast<AffineBinaryOpExpr>(expr))
    return rangeOfBinary(binary, extents);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

namespace {
/// A constant plus factors times atoms.
struct Sum {
  int64_t constant = 0;
  llvm::SmallMapVector<AffineExpr, int64_t, 4> terms;

  void add(AffineExpr atom, int64_t factor) {
    auto [entry, inserted] = terms.insert({atom, factor});
    if (!inserted)
      entry->second += factor;
    if (entry->second == 0)
      terms.erase(atom);
  }
  void add(const Sum &other, int64_t factor = 1) {
    constant += other.constant * factor;
    for (auto [atom, own] : other.terms)
      add(atom, own * factor);
  }
};

class Simplifier {
public:
  Simplifier(ArrayRef<int64_t> extents, MLIRContext *context)
      : extents(extents), context(context) {}

  Sum sumOf(AffineExpr expr);
  AffineExpr exprOf(const Sum &sum) const;

private:
  std::optional<ExprRange> range(const Sum &sum) const;
  Sum divide(const Sum &sum, int64_t divisor);
  Sum modulo(const Sum &sum, int64_t divisor);
  /// Factors that some but not all of `rest` share with the divisor and whose
  /// other terms stay below them: then (g*a + s) / (g*k) is a / k.
  int64_t commonFactor(const Sum &rest, int64_t divisor, Sum &multiple,
                       Sum &below) const;
  Sum atom(AffineExprKind kind, const Sum &operand, int64_t divisor) const;
  void joinDigits(Sum &sum);

  ArrayRef<int64_t> extents;
  MLIRContext *context;
};
} // namespace

AffineExpr Simplifier::exprOf(const Sum &sum) const {
  AffineExpr expr = getAffineConstantExpr(0, context);
  for (auto [atom, factor] : sum.terms)
    expr = expr + atom * factor;
  return expr + sum.constant;
}

std::optional<ExprRange> Simplifier::range(const Sum &sum) const {
  ExprRange total{sum.constant, sum.constant};
  for (auto [atom, factor] : sum.terms) {
    std::optional<ExprRange> own = rangeOf(atom, extents);
    if (!own)
      return std::nullopt;
    ExprRange scaled = scale(*own, factor);
    total.min += scaled.min;
    total.max += scaled.max;
  }
  return total;
}

Sum Simplifier::atom(AffineExprKind kind, const Sum &operand,
                     int64_t divisor) const {
  Sum result;
  result.add(getAffineBinaryOpExpr(kind, exprOf(operand),
                                   getAffineConstantExpr(divisor, context)),
             1);
  return result;
}

int64_t Simplifier::commonFactor(const Sum &rest, int64_t divisor,
                                 Sum &multiple, Sum &below) const {
  SmallVector<int64_t> candidates;
  for (auto [term, factor] : rest.terms)
    candidates.push_back(std::gcd(divisor, std::abs(factor)));
  llvm::sort(candidates, std::greater<>());
  for (int64_t g : candidates) {
    if (g == 1)
      break;
    multiple = below = Sum();
    multiple.constant = llvm::divideFloorSigned(rest.constant, g);
    below.constant = rest.constant - multiple.constant * g;
    for (auto [term, factor] : rest.terms) {
      if (factor % g == 0)
        multiple.add(term, factor / g);
      else
        below.add(term, factor);
    }
    std::optional<ExprRange> values = range(below);
    if (values && values->min >= 0 && values->max < g)
      return g;
  }
  return 1;
}

/// The one atom that is the whole sum but for a constant, with factor 1.
static AffineBinaryOpExpr onlyAtom(const Sum &sum, AffineExprKind kind) {
  if (sum.terms.size() != 1 || sum.terms.front().second != 1 ||
      sum.terms.front().first.getKind() != kind)
    return nullptr;
  auto binary = cast<AffineBinaryOpExpr>(sum.terms.front().first);
  return divisorOf(binary) ? binary : AffineBinaryOpExpr(nullptr);
}

Sum Simplifier::divide(const Sum &sum, int64_t divisor) {
  if (divisor == 1)
    return sum;
  Sum quotient, rest;
  quotient.constant = llvm::divideFloorSigned(sum.constant, divisor);
  rest.constant = sum.constant - quotient.constant * divisor;
  for (auto [term, factor] : sum.terms) {
    if (factor % divisor == 0)
      quotient.add(term, factor / divisor);
    else
      rest.add(term, factor);
  }
  std::optional<ExprRange> values = range(rest);
  if (values && isInOnePeriod(*values, divisor)) {
    quotient.constant += llvm::divideFloorSigned(values->min, divisor);
    return quotient;
  }
  Sum multiple, below;
  if (int64_t g = commonFactor(rest, divisor, multiple, below); g > 1) {
    quotient.add(divide(multiple, divisor / g));
  } else if (auto inner = onlyAtom(rest, AffineExprKind::FloorDiv)) {
    Sum operand = sumOf(inner.getLHS());
    operand.constant += rest.constant * divisorOf(inner);
    quotient.add(divide(operand, divisorOf(inner) * divisor));
  } else if (auto inner = onlyAtom(rest, AffineExprKind::Mod);
             inner && rest.constant == 0 && divisorOf(inner) % divisor == 0) {
    quotient.add(modulo(divide(sumOf(inner.getLHS()), divisor),
                        divisorOf(inner) / divisor));
  } else {
    quotient.add(atom(AffineExprKind::FloorDiv, rest, divisor));
  }
  return quotient;
}

Sum Simplifier::modulo(const Sum &sum, int64_t divisor) {
  if (divisor == 1)
    return Sum();
  Sum rest;
  rest.constant = llvm::mod(sum.constant, divisor);
  for (auto [term, factor] : sum.terms)
    if (factor % divisor != 0)
      rest.add(term, factor);
  std::optional<ExprRange> values = range(rest);
  if (values && isInOnePeriod(*values, divisor)) {
    rest.constant -= llvm::divideFloorSigned(values->min, divisor) * divisor;
    return rest;
  }
  Sum multiple, below;
  if (int64_t g = commonFactor(rest, divisor, multiple, below); g > 1) {
    below.add(modulo(multiple, divisor / g), g);
    return below;
  }
  if (auto inner = onlyAtom(rest, AffineExprKind::Mod);
      inner && divisorOf(inner) % divisor == 0) {
    Sum operand = sumOf(inner.getLHS());
    operand.constant += rest.constant;
    return modulo(operand, divisor);
  }
  return atom(AffineExprKind::Mod, rest, divisor);
}

/// c*k*(a floordiv k) + c*(a mod k) -> c*a, until there is no such pair.
void Simplifier::joinDigits(Sum &sum) {
  for (bool changed = true; changed;) {
    changed = false;
    for (auto [term, factor] : sum.terms) {
      auto remainder = dyn_cast<AffineBinaryOpExpr>(term);
      if (!remainder || term.getKind() != AffineExprKind::Mod)
        continue;
      int64_t divisor = divisorOf(remainder), own = factor;
      Sum operand = divisor ? sumOf(remainder.getLHS()) : Sum();
      Sum quotient = divisor ? divide(operand, divisor) : Sum();
      if (quotient.terms.size() != 1 || quotient.constant != 0)
        continue;
      auto [partner, scale] = quotient.terms.front();
      auto found = sum.terms.find(partner);
      if (found == sum.terms.end() || found->second != own * divisor * scale)
        continue;
      AffineExpr first = term; // the entries move
      sum.terms.erase(partner);
      sum.terms.erase(first);
      sum.add(operand, own);
      changed = true;
      break;
    }
  }
}

Sum Simplifier::sumOf(AffineExpr expr) {
  Sum sum;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    sum.constant = constant.getValue();
    return sum;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary) {
    sum.add(expr, 1);
    return sum;
  }
  auto right = dyn_cast<AffineConstantExpr>(binary.getRHS());
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    sum = sumOf(binary.getLHS());
    sum.add(sumOf(binary.getRHS()));
    joinDigits(sum);
    return sum;
  case AffineExprKind::Mul:
    if (right)
      sum.add(sumOf(binary.getLHS()), right.getValue());
    else
      sum.add(expr, 1);
    return sum;
  default:
    break;
  }
  int64_t divisor = divisorOf(binary);
  if (!divisor) {
    sum.add(expr, 1);
    return sum;
  }
  sum = sumOf(binary.getLHS());
  if (expr.getKind() == AffineExprKind::Mod)
    return modulo(sum, divisor);
  if (expr.getKind() == AffineExprKind::CeilDiv)
    sum.constant += divisor - 1;
  return divide(sum, divisor);
}

AffineExpr tilewright::simplifyInRange(AffineExpr expr,
                                       ArrayRef<int64_t> extents) {
  Simplifier simplifier(extents, expr.getContext());
  return simplifier.exprOf(simplifier.sumOf(expr));
}

AffineMap tilewright::simplifyInRange(AffineMap map,
                                      ArrayRef<int64_t> extents) {
  SmallVector<AffineExpr> results;
  for (AffineExpr expr : map.getResults())
    results.push_back(simplifyInRange(expr, extents));
  return AffineMap::get(map.getNumDims(), map.getNumSymbols(), results,
                        map.getContext());
}

//===----------------------------------------------------------------------===//
// Linear expressions
//===----------------------------------------------------------------------===//

static bool addLinear(AffineExpr expr, int64_t factor, int64_t &constant,
                      std::map<unsigned, int64_t> &factors) {
  if (auto number = dyn_cast<AffineConstantExpr>(expr)) {
    constant += number.getValue() * factor;
    return true;
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    factors[dim.getPosition()] += factor;
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (expr.getKind() == AffineExprKind::Add)
    return addLinear(binary.getLHS(), factor, constant, factors) &&
           addLinear(binary.getRHS(), factor, constant, factors);
  auto right = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return expr.getKind() == AffineExprKind::Mul && right &&
         addLinear(binary.getLHS(), factor * right.getValue(), constant,
                   factors);
}

std::optional<LinearExpr> tilewright::asLinear(AffineExpr expr) {
  LinearExpr linear;
  std::map<unsigned, int64_t> factors;
  if (!addLinear(expr, 1, linear.constant, factors))
    return std::nullopt;
  for (auto [dim, factor] : factors)
    if (factor != 0)
      linear.terms.push_back({dim, factor});
  return linear;
}
