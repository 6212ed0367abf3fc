//===- SortWords.cpp - Elements to sort as integer words ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Graph/SortWords.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tilewright;

static constexpr int64_t kNanKey = 0x7fffffff, kCanonicalNan = 0x7fc00000;

static Value constant(ImplicitLocOpBuilder &b, Type type, int64_t value) {
  return arith::ConstantOp::create(b, b.getIntegerAttr(type, value));
}

/// Swaps the order of the bits of negative floats; its own inverse.
static Value flipNegative(ImplicitLocOpBuilder &b, Value bits) {
  Type i32 = b.getI32Type();
  Value sign = arith::ShRSIOp::create(b, bits, constant(b, i32, 31));
  Value lower = arith::AndIOp::create(b, sign, constant(b, i32, 0x7fffffff));
  return arith::XOrIOp::create(b, bits, lower);
}

static Value complement(ImplicitLocOpBuilder &b, Value value) {
  return arith::XOrIOp::create(b, value, constant(b, value.getType(), -1));
}

/// Swaps the halves of the range: unsigned order becomes signed, and back.
static Value flipTopBit(ImplicitLocOpBuilder &b, Value value) {
  int64_t top = value.getType().isInteger(64) ? INT64_MIN : INT32_MIN;
  return arith::XOrIOp::create(b, value, constant(b, value.getType(), top));
}

Value SortWordCoder::floatKey(ImplicitLocOpBuilder &b, Value value,
                              Value &minusZero) const {
  Type i32 = b.getI32Type();
  if (value.getType().getIntOrFloatBitWidth() < 32)
    value = arith::ExtFOp::create(b, b.getF32Type(), value);
  Value bits = arith::BitcastOp::create(b, i32, value);
  Value key = flipNegative(b, bits);
  Value isNan =
      arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, value, value);
  key = arith::SelectOp::create(b, isNan, constant(b, i32, kNanKey), key);
  Value zero = arith::ConstantOp::create(b, b.getF32FloatAttr(0));
  Value isZero =
      arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, value, zero);
  key = arith::SelectOp::create(b, isZero, constant(b, i32, 0), key);
  Value isNegative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, bits,
                                           constant(b, i32, 0));
  minusZero = arith::AndIOp::create(b, isZero, isNegative);
  return key;
}

Value SortWordCoder::integerKey(ImplicitLocOpBuilder &b, Value value) const {
  if (value.getType().getIntOrFloatBitWidth() >= 32)
    return order.isUnsigned ? flipTopBit(b, value) : value;
  if (order.isUnsigned)
    return arith::ExtUIOp::create(b, b.getI32Type(), value);
  return arith::ExtSIOp::create(b, b.getI32Type(), value);
}

SortWords SortWordCoder::encode(ImplicitLocOpBuilder &b, Value value,
                                Value position) const {
  Value minusZero;
  Value key = isa<FloatType>(element) ? floatKey(b, value, minusZero)
                                      : integerKey(b, value);
  if (order.descending)
    key = complement(b, key);
  if (isWide())
    return {key, keepsPositions ? position : Value()};
  Type i64 = b.getI64Type();
  Value high = arith::ShLIOp::create(b, arith::ExtSIOp::create(b, i64, key),
                                     constant(b, i64, 32));
  Value low = arith::ShLIOp::create(b, position, constant(b, i64, 1));
  Value word = arith::OrIOp::create(b, high, low);
  if (minusZero)
    word = arith::OrIOp::create(b, word,
                                arith::ExtUIOp::create(b, i64, minusZero));
  return {word, Value()};
}

Value SortWordCoder::decodeValue(ImplicitLocOpBuilder &b, SortWords words,
                                 Type type) const {
  Type i32 = b.getI32Type(), i64 = b.getI64Type();
  Value key = words.first;
  if (!isWide())
    key = arith::TruncIOp::create(
        b, i32, arith::ShRSIOp::create(b, key, constant(b, i64, 32)));
  if (order.descending)
    key = complement(b, key);
  if (isa<IntegerType>(element)) {
    if (type.getIntOrFloatBitWidth() >= 32)
      return order.isUnsigned ? flipTopBit(b, key) : key;
    return arith::TruncIOp::create(b, type, key);
  }
  Value isNan = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, key,
                                      constant(b, i32, kNanKey));
  Value bits = arith::SelectOp::create(
      b, isNan, constant(b, i32, kCanonicalNan), flipNegative(b, key));
  Value minusZero = arith::TruncIOp::create(
      b, i32, arith::AndIOp::create(b, words.first, constant(b, i64, 1)));
  bits = arith::OrIOp::create(
      b, bits, arith::ShLIOp::create(b, minusZero, constant(b, i32, 31)));
  Value value = arith::BitcastOp::create(b, b.getF32Type(), bits);
  if (type.getIntOrFloatBitWidth() < 32)
    value = arith::TruncFOp::create(b, type, value);
  return value;
}

Value SortWordCoder::decodePosition(ImplicitLocOpBuilder &b,
                                    SortWords words) const {
  if (words.second)
    return words.second;
  Type i64 = b.getI64Type();
  Value low =
      arith::AndIOp::create(b, words.first, constant(b, i64, 0xffffffffll));
  return arith::ShRUIOp::create(b, low, constant(b, i64, 1));
}

TypedAttr SortWordCoder::lastElement(Type type) const {
  bool first = order.descending;
  if (auto number = dyn_cast<FloatType>(element)) {
    const llvm::fltSemantics &format = number.getFloatSemantics();
    return FloatAttr::get(type, first ? APFloat::getInf(format, true)
                                      : APFloat::getQNaN(format));
  }
  unsigned width = type.getIntOrFloatBitWidth();
  if (element.isInteger(1))
    return IntegerAttr::get(type, APInt(width, first ? 0 : 1));
  APInt last = order.isUnsigned
                   ? (first ? APInt::getZero(width) : APInt::getMaxValue(width))
                   : (first ? APInt::getSignedMinValue(width)
                            : APInt::getSignedMaxValue(width));
  return IntegerAttr::get(type, last);
}

int64_t tilewright::selectionBytes(const SelectionRow &row, unsigned copies) {
  auto bytesOf = [](Type element) {
    return int64_t(llvm::divideCeil(element.getIntOrFloatBitWidth(), 8));
  };
  int64_t moved =
      bytesOf(row.key) * (1 + row.writesValues) +
      bytesOf(row.position) * (row.readsPositions + row.writesPositions);
  bool twoWords =
      SortWordCoder(row.key, {}, row.readsPositions || row.writesPositions)
          .needsTwoWords();
  return moved * copies + (twoWords ? 16 : 8);
}
