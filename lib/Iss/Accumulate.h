//===- Accumulate.h - What an accumulating store writes ---------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the arithmetic of dma.store with the accumulate flag, on elements as bit
// patterns: every step is rounded to the element type.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_ISS_ACCUMULATE_H
#define TILEWRIGHT_LIB_ISS_ACCUMULATE_H

#include "Half.h"
#include "tilewright/Layout/DmaDescriptor.h"
#include <type_traits>

namespace tilewright::iss {

template <class T> T combineValues(Combine how, T a, T b) {
  switch (how) {
  case Combine::Add:
    return a + b;
  case Combine::Multiply:
    return a * b;
  case Combine::Minimum:
    return a != a || a < b ? a : b; // NaN if either is
  case Combine::Maximum:
    return a != a || a > b ? a : b;
  }
  return a;
}

template <class T> uint64_t combineInts(Combine how, uint64_t a, uint64_t b) {
  using U = std::make_unsigned_t<T>;
  // 64-bit unsigned arithmetic wraps like the element type.
  if (how == Combine::Add || how == Combine::Multiply)
    return U(combineValues<uint64_t>(how, a, b));
  return U(combineValues<T>(how, T(a), T(b)));
}

/// What an accumulating store writes over `a`, given tile element `b`.
inline uint64_t accumulate(const DmaDescriptor &d, uint64_t a, uint64_t b) {
  const Combine how = d.combine();
  if (!(d.flags & DmaDescriptor::AccumulateFloat))
    switch (d.elementBytes) {
    case 1:
      return combineInts<int8_t>(how, a, b);
    case 2:
      return combineInts<int16_t>(how, a, b);
    case 4:
      return combineInts<int32_t>(how, a, b);
    default:
      return combineInts<int64_t>(how, a, b);
    }
  if (d.elementBytes == 8) {
    double r =
        combineValues(how, std::bit_cast<double>(a), std::bit_cast<double>(b));
    return r != r ? kDoubleNan : std::bit_cast<uint64_t>(r);
  }
  if (d.elementBytes == 4) {
    float r = combineValues(how, std::bit_cast<float>(uint32_t(a)),
                            std::bit_cast<float>(uint32_t(b)));
    return r != r ? kFloatNan : std::bit_cast<uint32_t>(r);
  }
  if (d.flags & DmaDescriptor::AccumulateBfloat)
    return floatToBfloat(combineValues(how, bfloatToFloat(uint16_t(a)),
                                       bfloatToFloat(uint16_t(b))));
  return floatToHalf(
      combineValues(how, halfToFloat(uint16_t(a)), halfToFloat(uint16_t(b))));
}

} // namespace tilewright::iss

#endif // TILEWRIGHT_LIB_ISS_ACCUMULATE_H
