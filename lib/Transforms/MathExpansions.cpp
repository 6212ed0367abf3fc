//===- MathExpansions.cpp - Math functions in terms of others -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MathExpansions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <limits>

using namespace mlir;
using namespace tilewright;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace {

/// Builds expressions of one scalar or vector type.
class Expr {
public:
  Expr(OpBuilder &builder, Operation *op)
      : b(op->getLoc(), builder), type(op->getResult(0).getType()) {}

  Value number(double value) { return splat(type, value); }
  Value splat(Type of, double value) {
    Type element = getElementTypeOrSelf(of);
    TypedAttr attr;
    if (isa<FloatType>(element))
      attr = b.getFloatAttr(element, value);
    else
      attr = b.getIntegerAttr(element, int64_t(value));
    if (auto shaped = dyn_cast<ShapedType>(of))
      attr = DenseElementsAttr::get(shaped, Attribute(attr));
    return arith::ConstantOp::create(b, attr);
  }
  Value add(Value x, Value y) { return arith::AddFOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(b, x, y); }
  Value abs(Value x) { return math::AbsFOp::create(b, x); }
  Value exp(Value x) { return math::ExpOp::create(b, x); }
  Value log(Value x) { return math::LogOp::create(b, x); }
  Value log1p(Value x) { return math::Log1pOp::create(b, x); }
  Value sqrt(Value x) { return math::SqrtOp::create(b, x); }
  Value trunc(Value x) { return math::TruncOp::create(b, x); }
  Value withSign(Value magnitude, Value sign) {
    return math::CopySignOp::create(b, magnitude, sign);
  }
  Value is(CmpFPredicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(b, predicate, x, y);
  }
  Value is(CmpFPredicate predicate, Value x, double y) {
    return is(predicate, x, splat(x.getType(), y));
  }
  Value both(Value x, Value y) { return arith::AndIOp::create(b, x, y); }
  Value either(Value x, Value y) { return arith::OrIOp::create(b, x, y); }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, condition, x, y);
  }

  ImplicitLocOpBuilder b;
  Type type;
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kPi = 3.14159265358979324;
constexpr double kLn2 = 0.693147180559945309;
/// Beyond this, x + 1 and x - 1 are x in f32.
constexpr double kLarge = 0x1p25;

} // namespace

/// exp(a) / 2 for large a, without overflow before the result overflows.
static Value halfExp(Expr &e, Value a) {
  Value root = e.exp(e.mul(a, e.number(0.5)));
  return e.mul(e.mul(root, e.number(0.5)), root);
}

static Value expandSinh(Expr &e, math::SinhOp op) {
  Value a = e.abs(op.getOperand());
  // (e^a - e^-a) / 2 with m = e^a - 1, which is accurate near 0.
  Value m = math::ExpM1Op::create(e.b, a);
  Value small = e.mul(e.number(0.5), e.add(m, e.div(m, e.add(m, e.number(1)))));
  Value large = e.is(CmpFPredicate::OGT, a, 80);
  return e.withSign(e.select(large, halfExp(e, a), small), op.getOperand());
}

static Value expandCosh(Expr &e, math::CoshOp op) {
  Value a = e.abs(op.getOperand());
  Value m = e.exp(a);
  Value small = e.mul(e.number(0.5), e.add(m, e.div(e.number(1), m)));
  return e.select(e.is(CmpFPredicate::OGT, a, 80), halfExp(e, a), small);
}

static Value expandAsinh(Expr &e, math::AsinhOp op) {
  // log(a + sqrt(a^2 + 1)) = log1p(a + a^2 / (1 + sqrt(a^2 + 1)))
  Value a = e.abs(op.getOperand()), one = e.number(1);
  Value square = e.mul(a, a);
  Value root = e.sqrt(e.add(square, one));
  Value small = e.log1p(e.add(a, e.div(square, e.add(one, root))));
  Value large = e.add(e.log(a), e.number(kLn2));
  return e.withSign(e.select(e.is(CmpFPredicate::OGT, a, kLarge), large, small),
                    op.getOperand());
}

static Value expandAcosh(Expr &e, math::AcoshOp op) {
  // With t = x - 1: log(x + sqrt(x^2 - 1)) = log1p(t + sqrt(t (t + 2)))
  Value x = op.getOperand(), t = e.sub(x, e.number(1));
  Value small = e.log1p(e.add(t, e.sqrt(e.mul(t, e.add(t, e.number(2))))));
  Value large = e.add(e.log(x), e.number(kLn2));
  Value result = e.select(e.is(CmpFPredicate::OGT, x, kLarge), large, small);
  return e.select(e.is(CmpFPredicate::OLT, x, 1), e.number(kNan), result);
}

static Value expandAtanh(Expr &e, math::AtanhOp op) {
  Value a = e.abs(op.getOperand());
  Value ratio = e.div(e.add(a, a), e.sub(e.number(1), a));
  return e.withSign(e.mul(e.number(0.5), e.log1p(ratio)), op.getOperand());
}

/// The angle of (x, y), special cases as in C: in the first octant the arc
/// tangent of the smaller part over the larger one, then turned and mirrored.
static Value expandAtan2(Expr &e, math::Atan2Op op) {
  Value y = op.getLhs(), x = op.getRhs(), b = e.abs(y), a = e.abs(x);
  Value steep = e.is(CmpFPredicate::OGT, b, a);
  Value small = e.select(steep, a, b), large = e.select(steep, b, a);
  Value ratio = e.div(small, large);
  ratio = e.select(e.is(CmpFPredicate::OEQ, large, 0), e.number(0), ratio);
  ratio =
      e.select(e.is(CmpFPredicate::OEQ, small, kInfinity), e.number(1), ratio);
  Value angle = math::AtanOp::create(e.b, ratio);
  angle = e.select(steep, e.sub(e.number(kPi / 2), angle), angle);
  // The sign of x, also of a zero.
  Value left = e.is(CmpFPredicate::OLT, e.withSign(e.number(1), x), 0);
  angle = e.select(left, e.sub(e.number(kPi), angle), angle);
  return e.withSign(angle, y);
}

static Value expandLog10(Expr &e, math::Log10Op op) {
  return e.mul(e.log(op.getOperand()), e.number(0.434294481903251828));
}

/// x to the power y, special cases as in C.
static Value power(Expr &e, Value x, Value y) {
  Value a = e.abs(x);
  Value result = e.exp(e.mul(y, e.log(a)));
  // A negative base has powers with integral exponents; odd ones keep the sign.
  // Half of an odd number is no integer; numbers from 2^24 on are even.
  Value half = e.mul(y, e.number(0.5));
  Value integral = e.is(CmpFPredicate::OEQ, e.trunc(y), y);
  Value odd = e.both(integral, e.is(CmpFPredicate::UNE, e.trunc(half), half));
  result = e.select(odd, e.withSign(result, x), result);
  Value undefined = e.both(e.is(CmpFPredicate::OLT, x, 0),
                           e.both(e.is(CmpFPredicate::UNE, a, kInfinity),
                                  e.is(CmpFPredicate::UNE, e.trunc(y), y)));
  result = e.select(undefined, e.number(kNan), result);
  Value unit = e.both(e.is(CmpFPredicate::OEQ, a, 1),
                      e.is(CmpFPredicate::OEQ, e.abs(y), kInfinity));
  Value one = e.either(
      e.either(e.is(CmpFPredicate::OEQ, y, 0), e.is(CmpFPredicate::OEQ, x, 1)),
      unit);
  return e.select(one, e.number(1), result);
}

static Value expandPowF(Expr &e, math::PowFOp op) {
  return power(e, op.getLhs(), op.getRhs());
}

static Value expandFPowI(Expr &e, math::FPowIOp op) {
  Value exponent = arith::SIToFPOp::create(e.b, e.type, op.getRhs());
  return power(e, op.getLhs(), exponent);
}

/// Products wrap. Negative exponents give 1/x^n rounded towards zero: 0 but for
/// 1 and -1.
static Value expandIPowI(Expr &e, math::IPowIOp op) {
  Value x = op.getLhs(), n = op.getRhs();
  Value one = e.number(1), zero = e.number(0), minusOne = e.number(-1);
  auto isOdd = [&](Value v) -> Value {
    return arith::CmpIOp::create(e.b, CmpIPredicate::ne,
                                 arith::AndIOp::create(e.b, v, one), zero);
  };
  unsigned bits = getElementTypeOrSelf(e.type).getIntOrFloatBitWidth();
  Value result = one, square = x, rest = n;
  for (unsigned bit = 0; bit + 1 < bits; ++bit) {
    Value more = arith::MulIOp::create(e.b, result, square);
    result = e.select(isOdd(rest), more, result);
    square = arith::MulIOp::create(e.b, square, square);
    rest = arith::ShRUIOp::create(e.b, rest, one);
  }
  auto equals = [&](Value v, Value w) -> Value {
    return arith::CmpIOp::create(e.b, CmpIPredicate::eq, v, w);
  };
  Value signs = e.select(isOdd(n), minusOne, one);
  Value inverse =
      e.select(equals(x, one), one, e.select(equals(x, minusOne), signs, zero));
  Value negative = arith::CmpIOp::create(e.b, CmpIPredicate::slt, n, zero);
  return e.select(negative, inverse, result);
}

/// The smallest number is its own absolute value.
static Value expandAbsI(Expr &e, math::AbsIOp op) {
  Value x = op.getOperand();
  Value negated = arith::SubIOp::create(e.b, e.number(0), x);
  return arith::MaxSIOp::create(e.b, x, negated);
}

/// fmod. In f64, a - q b is exact for a quotient q of 53 bits, and every step
/// reduces a by that many; f32 quotients have at most 277 bits.
static Value expandRemF(Expr &e, arith::RemFOp op) {
  Type wide = e.b.getF64Type();
  if (auto shaped = dyn_cast<ShapedType>(e.type))
    wide = shaped.clone(wide);
  Value x = op.getLhs(), y = op.getRhs();
  Value a = arith::ExtFOp::create(e.b, wide, e.abs(x));
  Value divisor = arith::ExtFOp::create(e.b, wide, e.abs(y));
  for (unsigned step = 0; step < 6; ++step) {
    Value quotient = e.trunc(e.div(a, divisor));
    a = math::FmaOp::create(e.b, arith::NegFOp::create(e.b, quotient), divisor,
                            a);
  }
  // The last quotient may have been rounded up or down.
  a = e.select(e.is(CmpFPredicate::OLT, a, 0), e.add(a, divisor), a);
  a = e.select(e.is(CmpFPredicate::OGE, a, divisor), e.sub(a, divisor), a);
  Value result = arith::TruncFOp::create(e.b, e.type, a);
  result = e.withSign(result, x);
  Value whole = e.both(e.is(CmpFPredicate::OEQ, e.abs(y), kInfinity),
                       e.is(CmpFPredicate::ONE, e.abs(x), kInfinity));
  return e.select(whole, x, result);
}

namespace {
/// Replaces ops of type OpTy on f32 (or integers) by what `expand` builds.
template <typename OpTy, Value (*expand)(Expr &, OpTy)>
struct Expand : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Type element = getElementTypeOrSelf(op.getResult().getType());
    if (!element.isF32() && !isa<IntegerType>(element))
      return failure();
    Expr e(rewriter, op);
    rewriter.replaceOp(op, expand(e, op));
    return success();
  }
};
} // namespace

void tilewright::populateMathExpansions(RewritePatternSet &patterns) {
  patterns.add<
      Expand<math::SinhOp, expandSinh>, Expand<math::CoshOp, expandCosh>,
      Expand<math::AsinhOp, expandAsinh>, Expand<math::AcoshOp, expandAcosh>,
      Expand<math::AtanhOp, expandAtanh>, Expand<math::Atan2Op, expandAtan2>,
      Expand<math::Log10Op, expandLog10>, Expand<math::PowFOp, expandPowF>,
      Expand<math::FPowIOp, expandFPowI>, Expand<math::IPowIOp, expandIPowI>,
      Expand<math::AbsIOp, expandAbsI>, Expand<arith::RemFOp, expandRemF>>(
      patterns.getContext());
}
