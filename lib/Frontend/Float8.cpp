//===- Float8.cpp - Conversions of 8-bit floats ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An 8-bit float shifted to where f32 has its exponent and mantissa is the same
// number times a power of two, subnormal numbers included; one product corrects
// the bias exactly. The other way, adding half of the last kept place (less one
// where the kept number is even) rounds to nearest even before the shift; below
// the normal numbers, the sum with a power of two whose last place is the
// smallest subnormal rounds.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Frontend/Float8.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace tilewright;

namespace {
/// An 8-bit format: mantissa bits, exponent bias, and its special codes.
struct Format {
  int mantissa, bias;
  uint32_t infinity; ///< 0: none
  uint32_t nan;
};

/// Operations on values of one shape.
class Bits {
public:
  Bits(OpBuilder &builder, Location loc, Type shape)
      : b(builder), loc(loc), shape(shape) {}

  Type typed(Type element) const {
    if (auto shaped = dyn_cast<ShapedType>(shape))
      return shaped.clone(element);
    return element;
  }
  Type i32() const { return typed(b.getI32Type()); }
  Type f32() const { return typed(b.getF32Type()); }
  Value constant(uint32_t value) {
    Attribute attribute = b.getI32IntegerAttr(int32_t(value));
    if (auto shaped = dyn_cast<ShapedType>(i32()))
      attribute = DenseElementsAttr::get(shaped, attribute);
    return arith::ConstantOp::create(b, loc, i32(), cast<TypedAttr>(attribute));
  }
  Value mask(Value x, uint32_t bits) {
    return arith::AndIOp::create(b, loc, x, constant(bits));
  }
  Value join(Value x, Value y) { return arith::OrIOp::create(b, loc, x, y); }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, loc, x, y); }
  Value subtract(Value x, uint32_t y) {
    return arith::SubIOp::create(b, loc, x, constant(y));
  }
  Value left(Value x, uint32_t bits) {
    return arith::ShLIOp::create(b, loc, x, constant(bits));
  }
  Value right(Value x, uint32_t bits) {
    return arith::ShRUIOp::create(b, loc, x, constant(bits));
  }
  Value is(arith::CmpIPredicate predicate, Value x, uint32_t y) {
    return arith::CmpIOp::create(b, loc, predicate, x, constant(y));
  }
  Value choose(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, loc, condition, x, y);
  }
  Value toFloat(Value x) { return arith::BitcastOp::create(b, loc, f32(), x); }
  Value toBits(Value x) { return arith::BitcastOp::create(b, loc, i32(), x); }

  OpBuilder &b;
  Location loc;

private:
  Type shape;
};
} // namespace

static std::optional<Format> formatOf(Type type) {
  Type element = getElementTypeOrSelf(type);
  if (isa<Float8E4M3FNType>(element))
    return Format{3, 7, 0, 0x7f};
  if (isa<Float8E5M2Type>(element))
    return Format{2, 15, 0x7c, 0x7f};
  return std::nullopt;
}

static constexpr uint32_t kInfinity = 0x7f800000, kNan = 0x7fc00000;

namespace {
struct ExpandExtension : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Format> format = formatOf(op.getIn().getType());
    if (!format)
      return failure();
    using enum arith::CmpIPredicate;
    Bits bits(rewriter, op.getLoc(), op.getType());
    Value code = arith::ExtUIOp::create(
        rewriter, op.getLoc(), bits.i32(),
        arith::BitcastOp::create(rewriter, op.getLoc(),
                                 bits.typed(rewriter.getI8Type()), op.getIn()));
    Value magnitude = bits.mask(code, 0x7f);
    Value shifted = bits.toFloat(bits.left(magnitude, 23 - format->mantissa));
    Value scale = bits.toFloat(bits.constant((2 * 127 - format->bias) << 23));
    Value number = bits.toBits(
        arith::MulFOp::create(rewriter, op.getLoc(), shifted, scale));
    if (format->infinity) {
      number = bits.choose(bits.is(eq, magnitude, format->infinity),
                           bits.constant(kInfinity), number);
      number = bits.choose(bits.is(ugt, magnitude, format->infinity),
                           bits.constant(kNan), number);
    } else {
      number = bits.choose(bits.is(eq, magnitude, format->nan),
                           bits.constant(kNan), number);
    }
    Value sign = bits.left(bits.mask(code, 0x80), 24);
    Value result = bits.toFloat(bits.join(number, sign));
    // Every 8-bit float is an f16 and a bf16.
    if (result.getType() != op.getType())
      result =
          arith::TruncFOp::create(rewriter, op.getLoc(), op.getType(), result);
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct ExpandTruncation : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Format> format = formatOf(op.getType());
    if (!format)
      return failure();
    using enum arith::CmpIPredicate;
    Location loc = op.getLoc();
    Bits bits(rewriter, loc, op.getType());
    Value input = op.getIn();
    if (input.getType() != bits.f32())
      input = arith::ExtFOp::create(rewriter, loc, bits.f32(), input);
    const uint32_t drop = 23 - format->mantissa, rebias = 127 - format->bias;
    Value code = bits.toBits(input);
    Value magnitude = bits.mask(code, 0x7fffffff);
    Value odd = bits.mask(bits.right(magnitude, drop), 1);
    Value rounded = bits.add(
        bits.add(magnitude, bits.constant((1u << (drop - 1)) - 1)), odd);
    Value normal =
        bits.subtract(bits.right(rounded, drop), rebias << format->mantissa);
    // The power of two whose last place is the smallest subnormal number.
    const uint32_t power = (rebias + drop + 1) << 23;
    Value sum = arith::AddFOp::create(rewriter, loc, bits.toFloat(magnitude),
                                      bits.toFloat(bits.constant(power)));
    Value subnormal = bits.subtract(bits.toBits(sum), power);
    Value number = bits.choose(bits.is(ult, magnitude, (rebias + 1) << 23),
                               subnormal, normal);
    // What rounds beyond the largest number has the code behind it, which is
    // infinity (f8E5M2) or NaN (f8E4M3FN); the rest would wrap around.
    const uint32_t largest = format->infinity ? format->infinity : format->nan;
    const uint32_t overflow = (largest + (rebias << format->mantissa)) << drop;
    number = bits.choose(bits.is(uge, magnitude, overflow),
                         bits.constant(largest), number);
    number = bits.choose(bits.is(ugt, magnitude, kInfinity),
                         bits.constant(format->nan), number);
    Value sign = bits.mask(bits.right(code, 24), 0x80);
    Value byte =
        arith::TruncIOp::create(rewriter, loc, bits.typed(rewriter.getI8Type()),
                                bits.join(number, sign));
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, op.getType(), byte);
    return success();
  }
};

struct ExpandFloat8Pass : PassWrapper<ExpandFloat8Pass, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ExpandFloat8Pass)
  StringRef getArgument() const override { return "togsim-expand-float8"; }
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateExpandFloat8Patterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

void tilewright::populateExpandFloat8Patterns(RewritePatternSet &patterns) {
  patterns.add<ExpandExtension, ExpandTruncation>(patterns.getContext());
}

std::unique_ptr<Pass> tilewright::createExpandFloat8Pass() {
  return std::make_unique<ExpandFloat8Pass>();
}
