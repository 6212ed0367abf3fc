//===- RoundToInt.h - Conversions between floats and integers ---*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns RISC-V's float-to-integer conversion (saturating, NaN gives the largest
// value), the integer-to-float conversion in any rounding mode and format, and
// the class mask of fclass. The host must be in round-to-nearest-even.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_ISS_ROUNDTOINT_H
#define TILEWRIGHT_LIB_ISS_ROUNDTOINT_H

#include "Half.h"
#include <cmath>
#include <limits>
#include <type_traits>

namespace tilewright::iss {

template <class F> inline F roundToIntegral(F v, Rounding mode) {
  switch (mode) {
  case kTowardsZero:
    return std::trunc(v);
  case kDown:
    return std::floor(v);
  case kUp:
    return std::ceil(v);
  case kNearestAway: {
    F t = std::trunc(v);
    return std::fabs(v - t) >= F(0.5) ? t + std::copysign(F(1), v) : t;
  }
  default: {
    // Nearest even without relying on the host's rounding instruction.
    F t = std::trunc(v), rest = std::fabs(v - t);
    bool odd = std::trunc(t * F(0.5)) != t * F(0.5);
    return rest > F(0.5) || (rest == F(0.5) && odd) ? t + std::copysign(F(1), v)
                                                    : t;
  }
  }
}

/// Saturates an integral-valued float.
template <class I, class F> inline I saturateToInteger(F v) {
  constexpr I kMax = std::numeric_limits<I>::max();
  constexpr I kMin = std::numeric_limits<I>::min();
  // 2^bits (or 2^(bits-1)) is exact in every format wide enough to reach it.
  const F limit = std::is_signed_v<I> ? -F(kMin) : F(2) * F(kMax / 2 + 1);
  bool high = !(v < limit); // also NaN
  bool low = std::is_signed_v<I> ? v < -limit : v < F(0);
  I inside = I(high || low ? F(0) : v);
  return high ? kMax : low ? kMin : inside;
}

template <class I, class F> inline I roundToInteger(F v, Rounding mode) {
  return saturateToInteger<I>(roundToIntegral(v, mode));
}

/// The bits of integer `v` in the float format of `bits` bits.
template <class I>
inline uint64_t integerToFloatBits(I v, unsigned bits, Rounding mode) {
  bool negative = std::is_signed_v<I> && v < 0;
  uint64_t magnitude = negative ? 0 - uint64_t(v) : uint64_t(v);
  const unsigned fraction = bits == 64 ? 52 : bits == 32 ? 23 : 10;
  const unsigned bias = bits == 64 ? 1023 : bits == 32 ? 127 : 15;
  uint64_t sign = uint64_t(negative) << (bits - 1);
  if (!magnitude)
    return sign;
  unsigned top = 63 - unsigned(std::countl_zero(magnitude));
  uint64_t significand =
      top > fraction ? roundShift(magnitude, top - fraction, negative, mode)
                     : magnitude << (fraction - top);
  uint64_t result = (uint64_t(top + bias - 1) << fraction) + significand;
  uint64_t infinity = ((uint64_t(1) << (bits - 1 - fraction)) - 1) << fraction;
  if (result >= infinity) {
    bool saturate = mode == kTowardsZero || (mode == kDown && !negative) ||
                    (mode == kUp && negative);
    result = saturate ? infinity - 1 : infinity;
  }
  return sign | result;
}

/// The class mask of fclass for a value with `bits` bits and `fraction`
/// fraction bits.
inline uint64_t classifyBits(uint64_t b, unsigned bits, unsigned fraction) {
  bool negative = b >> (bits - 1) & 1;
  uint64_t f = b & ((uint64_t(1) << fraction) - 1);
  uint64_t mask = (uint64_t(1) << (bits - 1 - fraction)) - 1;
  uint64_t e = b >> fraction & mask;
  if (e == mask)
    return f ? (f >> (fraction - 1) ? 512 : 256) : negative ? 1 : 128;
  if (e)
    return negative ? 2 : 64;
  if (f)
    return negative ? 4 : 32;
  return negative ? 8 : 16;
}

} // namespace tilewright::iss

#endif // TILEWRIGHT_LIB_ISS_ROUNDTOINT_H
