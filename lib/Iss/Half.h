//===- Half.h - Conversions between IEEE formats in integer code -*- C++
//-*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns binary16 and bfloat16 as the simulator sees them: exact widening, and
// narrowing in every RISC-V rounding mode. Written without branches on the data so that
// loops over these functions vectorise on any host.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_ISS_HALF_H
#define TILEWRIGHT_LIB_ISS_HALF_H

#include <bit>
#include <cstdint>

namespace tilewright::iss {

/// RISC-V rounding modes (frm encoding); Odd is only used by vfncvt.rod.
enum Rounding : uint8_t {
  kNearestEven,
  kTowardsZero,
  kDown,
  kUp,
  kNearestAway,
  kOdd
};

constexpr uint16_t kHalfNan = 0x7E00;
constexpr uint16_t kBfloatNan = 0x7FC0;
constexpr uint32_t kFloatNan = 0x7FC00000;
constexpr uint64_t kDoubleNan = 0x7FF8000000000000;

inline float halfToFloat(uint16_t h) {
  uint32_t sign = uint32_t(h & 0x8000) << 16;
  uint32_t magnitude = h & 0x7FFF;
  // Subnormals: the integer value times 2^-24 is exact in f32.
  uint32_t small =
      std::bit_cast<uint32_t>(float(int32_t(magnitude)) * 0x1p-24f);
  uint32_t normal = (magnitude << 13) + (112u << 23);
  uint32_t special = magnitude << 13 | 0x7F800000;
  uint32_t bits = magnitude < 0x400     ? small
                  : magnitude >= 0x7C00 ? special
                                        : normal;
  return std::bit_cast<float>(bits | sign);
}

/// Nearest-even; NaN becomes the canonical NaN.
inline uint16_t floatToHalf(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t sign = bits >> 16 & 0x8000;
  uint32_t magnitude = bits & 0x7FFFFFFF;
  // Normal results: round at bit 13; a carry moves into the exponent.
  uint32_t normal =
      (magnitude - (112u << 23) + 0xFFF + (magnitude >> 13 & 1)) >> 13;
  // Subnormal results: adding 0.5 aligns the value so that the f32 addition
  // itself rounds at the right bit (the host rounds to nearest even here).
  float shifted = std::bit_cast<float>(magnitude) + 0.5f;
  uint32_t small = std::bit_cast<uint32_t>(shifted) - 0x3F000000;
  uint32_t result = magnitude < 0x38800000    ? small
                    : magnitude >= 0x477FF000 ? 0x7C00
                                              : normal;
  return magnitude > 0x7F800000 ? kHalfNan : uint16_t(result | sign);
}

/// Drops `drop` (1..63) low bits of `v`, rounding as asked.
inline uint64_t roundShift(uint64_t v, unsigned drop, bool negative,
                           Rounding mode) {
  uint64_t kept = v >> drop, lost = v & ((uint64_t(1) << drop) - 1);
  uint64_t half = uint64_t(1) << (drop - 1);
  switch (mode) {
  case kNearestEven:
    return kept + (lost > half || (lost == half && (kept & 1)));
  case kNearestAway:
    return kept + (lost >= half);
  case kTowardsZero:
    return kept;
  case kDown:
    return kept + (negative && lost);
  case kUp:
    return kept + (!negative && lost);
  case kOdd:
    return kept | (lost != 0);
  }
  return kept;
}

/// Narrows a double to a format with `E` exponent and `M` fraction bits.
template <unsigned E, unsigned M>
uint64_t narrowDouble(double value, Rounding mode) {
  constexpr uint64_t kInfinity = ((uint64_t(1) << E) - 1) << M;
  constexpr int kBias = (1 << (E - 1)) - 1;
  uint64_t bits = std::bit_cast<uint64_t>(value);
  bool negative = bits >> 63;
  uint64_t sign = uint64_t(negative) << (E + M);
  uint64_t fraction = bits & 0xFFFFFFFFFFFFF;
  int exponent = int(bits >> 52 & 0x7FF);
  if (exponent == 0x7FF)
    return fraction ? kInfinity | uint64_t(1) << (M - 1) : sign | kInfinity;
  if (exponent == 0 && fraction == 0)
    return sign;
  if (exponent)
    fraction |= uint64_t(1) << 52;
  else
    exponent = 1;
  int target = exponent - 1023 + kBias; // biased exponent of the result
  unsigned drop = 52 - M;
  if (target < 1) {
    drop = drop + unsigned(1 - target) > 63 ? 63 : drop + unsigned(1 - target);
    target = 1;
  }
  uint64_t rounded = roundShift(fraction, drop, negative, mode);
  // The implicit bit of `rounded` adds one to the exponent field.
  uint64_t result = (uint64_t(target - 1) << M) + rounded;
  if (result >= kInfinity) {
    bool saturate = mode == kTowardsZero || mode == kOdd ||
                    (mode == kDown && !negative) || (mode == kUp && negative);
    result = saturate ? kInfinity - 1 : kInfinity;
  }
  return sign | result;
}
inline uint16_t doubleToHalf(double value, Rounding mode) {
  return uint16_t(narrowDouble<5, 10>(value, mode));
}
inline uint16_t floatToHalf(float value, Rounding mode) {
  return mode == kNearestEven ? floatToHalf(value) : doubleToHalf(value, mode);
}

/// A NaN becomes the canonical NaN.
inline float bfloatToFloat(uint16_t b) {
  uint32_t bits = uint32_t(b) << 16;
  return std::bit_cast<float>((bits & 0x7FFFFFFF) > 0x7F800000 ? kFloatNan
                                                               : bits);
}
/// Nearest-even: a carry moves into the exponent.
inline uint16_t floatToBfloat(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  return (bits & 0x7FFFFFFF) > 0x7F800000 ? kBfloatNan : uint16_t(rounded);
}
inline uint16_t floatToBfloat(float value, Rounding mode) {
  return mode == kNearestEven ? floatToBfloat(value)
                              : uint16_t(narrowDouble<8, 7>(value, mode));
}

} // namespace tilewright::iss

#endif // TILEWRIGHT_LIB_ISS_HALF_H
