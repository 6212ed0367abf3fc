//===- VectorFormats-inl.h - Floating-point element formats -----*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns how elements are stored and computed: f16 is stored as uint16_t and
// computed in f32; f32 and f64 are their own. `load` and `store` convert; store
// makes every NaN canonical, in integer code because compilers take a floating-
// point select between NaNs for no operation.
//
//===----------------------------------------------------------------------===//

#if defined(TILEWRIGHT_LIB_ISS_VECTORFORMATS_INL_H) ==                         \
    defined(HWY_TARGET_TOGGLE)
#ifdef TILEWRIGHT_LIB_ISS_VECTORFORMATS_INL_H
#undef TILEWRIGHT_LIB_ISS_VECTORFORMATS_INL_H
#else
#define TILEWRIGHT_LIB_ISS_VECTORFORMATS_INL_H
#endif

#include "Half.h"
#include "VectorEngine-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {

template <class T> struct Fp;
template <> struct Fp<uint16_t> {
  using Value = float;
  static constexpr uint64_t kNan = kHalfNan;
  static constexpr unsigned kFraction = 10;
  static float load(uint16_t v) { return halfToFloat(v); }
  static uint16_t store(float v) { return floatToHalf(v); }
};
template <> struct Fp<float> {
  using Value = float;
  static constexpr uint64_t kNan = kFloatNan;
  static constexpr unsigned kFraction = 23;
  static float load(float v) { return v; }
  static float store(float v) {
    uint32_t b = std::bit_cast<uint32_t>(v);
    return std::bit_cast<float>((b & 0x7FFFFFFF) > 0x7F800000 ? kFloatNan : b);
  }
};
template <> struct Fp<double> {
  using Value = double;
  static constexpr uint64_t kNan = kDoubleNan;
  static constexpr unsigned kFraction = 52;
  static double load(double v) { return v; }
  static double store(double v) {
    uint64_t b = std::bit_cast<uint64_t>(v);
    constexpr uint64_t kMagnitude = ~uint64_t(0) >> 1;
    return std::bit_cast<double>(
        (b & kMagnitude) > 0x7FF0000000000000 ? kDoubleNan : b);
  }
};

/// The f register operand in element format T; the canonical NaN if it is not
/// properly boxed.
template <class T> T floatScalar(const Core &c, const Inst &i) {
  uint64_t v = c.f[i.rs1];
  if constexpr (sizeof(T) < 8) {
    constexpr uint64_t kBox = ~uint64_t(0) << (8 * sizeof(T) & 63);
    if ((v & kBox) != kBox)
      v = Fp<T>::kNan;
  }
  return std::bit_cast<T>(Bits<T>(v));
}

/// Handlers of `K<T>::vv` and `K<T>::vs` for f16, f32 and f64.
template <template <class> class K> struct FloatRows {
  static constexpr Handler vv[4] = {nullptr, K<uint16_t>::vv, K<float>::vv,
                                    K<double>::vv};
  static constexpr Handler vs[4] = {nullptr, K<uint16_t>::vs, K<float>::vs,
                                    K<double>::vs};
};

} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif // per-target include guard
