//===- VectorConvert.cpp - Vector conversions of number formats -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns conversions between integers and floats of equal width, twice and half
// the width, and between float formats (bfloat16 among them), in every rounding
// mode including nearest-away (which compilers use for round()).
//
//===----------------------------------------------------------------------===//

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "VectorConvert.cpp"
// Must come before what it includes again for every target.
#include "hwy/foreach_target.h"

#include "RoundToInt.h"
#include "VectorFormats-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {
namespace {

/// Calls f with a function that rounds V to an integral value in mode `mode`,
/// so that the mode is chosen once per instruction.
template <class V, class F> HWY_INLINE void withRounding(unsigned mode, F f) {
  switch (mode) {
  case kTowardsZero:
    return f([](V v) { return std::trunc(v); });
  case kDown:
    return f([](V v) { return std::floor(v); });
  case kUp:
    return f([](V v) { return std::ceil(v); });
  case kNearestAway:
    return f([](V v) { return roundToIntegral(v, kNearestAway); });
  default:
    return f([](V v) { return std::nearbyint(v); });
  }
}

/// Applies `f` to vs2 (elements S) and writes vd (elements D) of any widths.
template <class D, class S, class F>
HWY_INLINE void convert(Core &c, const Inst &i, F f) {
  const S *a = c.reg<S>(i.rs2);
  if constexpr (sizeof(D) == sizeof(S)) {
    elementwise<D>(c, i, [=](size_t k) { return f(a[k]); });
  } else {
    D *t = c.temp<D>(0);
    if constexpr (sizeof(D) > sizeof(S))
      widen<D, S>(c, t, a, c.vl, f);
    else
      narrow<D, S>(c, t, a, c.vl, f);
    elementwise<D>(c, i, [=](size_t k) { return t[k]; });
  }
}

/// Float format S to integer I.
template <class I, class S, bool Truncate>
void toInteger(Core &c, const Inst &i) {
  using V = typename Fp<S>::Value;
  withRounding<V>(Truncate ? unsigned(kTowardsZero) : c.frm, [&](auto round) {
    convert<I, S>(
        c, i, [=](S v) { return saturateToInteger<I>(round(Fp<S>::load(v))); });
  });
}

/// Integer I to float format D. In nearest-even mode the host converts.
template <class D, class I> void fromInteger(Core &c, const Inst &i) {
  const Rounding mode = Rounding(c.frm);
  if (mode == kNearestEven && sizeof(D) > 2)
    return convert<D, I>(c, i, [](I v) { return D(v); });
  if (mode == kNearestEven && sizeof(I) <= 2) // exact in f32
    return convert<D, I>(c, i, [](I v) { return Fp<D>::store(float(v)); });
  convert<D, I>(c, i, [=](I v) {
    return std::bit_cast<D>(
        Bits<D>(integerToFloatBits<I>(v, 8 * sizeof(D), mode)));
  });
}

/// Float format S to a wider one.
template <class D, class S> void widenFloat(Core &c, const Inst &i) {
  convert<D, S>(c, i, [](S v) { return Fp<D>::store(Fp<S>::load(v)); });
}
/// Float format S to a narrower one; Odd is vfncvt.rod.
template <class D, class S, bool Odd> void narrowFloat(Core &c, const Inst &i) {
  const Rounding mode = Odd ? kOdd : Rounding(c.frm);
  if (mode == kNearestEven)
    return convert<D, S>(c, i, [](S v) {
      if constexpr (sizeof(D) == 2)
        return floatToHalf(v);
      else
        return Fp<D>::store(D(v));
    });
  convert<D, S>(c, i, [=](S v) {
    constexpr unsigned kFraction = Fp<D>::kFraction;
    return std::bit_cast<D>(Bits<D>(
        narrowDouble<8 * sizeof(D) - 1 - kFraction, kFraction>(v, mode)));
  });
}
/// Between bfloat16 and f32 (Zvfbfmin).
void widenBfloat(Core &c, const Inst &i) {
  convert<float, uint16_t>(c, i, [](uint16_t v) { return bfloatToFloat(v); });
}
void narrowBfloat(Core &c, const Inst &i) {
  const Rounding mode = Rounding(c.frm);
  if (mode == kNearestEven)
    return convert<uint16_t, float>(c, i,
                                    [](float v) { return floatToBfloat(v); });
  convert<uint16_t, float>(c, i,
                           [=](float v) { return floatToBfloat(v, mode); });
}

// Handler tables, by SEW: the width of the narrower side.
template <bool Signed, unsigned N>
using Int = std::conditional_t<Signed, SInt<N>, UInt<N>>;
template <bool Signed, bool Truncate>
inline constexpr Handler kToInteger[4] = {
    nullptr, toInteger<Int<Signed, 2>, uint16_t, Truncate>,
    toInteger<Int<Signed, 4>, float, Truncate>,
    toInteger<Int<Signed, 8>, double, Truncate>};
template <bool Signed>
inline constexpr Handler kFromInteger[4] = {
    nullptr, fromInteger<uint16_t, Int<Signed, 2>>,
    fromInteger<float, Int<Signed, 4>>, fromInteger<double, Int<Signed, 8>>};
template <bool Signed, bool Truncate>
inline constexpr Handler kWideToInteger[4] = {
    nullptr, toInteger<Int<Signed, 4>, uint16_t, Truncate>,
    toInteger<Int<Signed, 8>, float, Truncate>, nullptr};
template <bool Signed>
inline constexpr Handler kWideFromInteger[4] = {
    fromInteger<uint16_t, Int<Signed, 1>>, fromInteger<float, Int<Signed, 2>>,
    fromInteger<double, Int<Signed, 4>>, nullptr};
constexpr Handler kWiden[4] = {nullptr, widenFloat<float, uint16_t>,
                               widenFloat<double, float>, nullptr};
template <bool Signed, bool Truncate>
inline constexpr Handler kNarrowToInteger[4] = {
    toInteger<Int<Signed, 1>, uint16_t, Truncate>,
    toInteger<Int<Signed, 2>, float, Truncate>,
    toInteger<Int<Signed, 4>, double, Truncate>, nullptr};
template <bool Signed>
inline constexpr Handler kNarrowFromInteger[4] = {
    nullptr, fromInteger<uint16_t, Int<Signed, 4>>,
    fromInteger<float, Int<Signed, 8>>, nullptr};
template <bool Odd>
inline constexpr Handler kNarrow[4] = {
    nullptr, narrowFloat<uint16_t, float, Odd>, narrowFloat<float, double, Odd>,
    nullptr};

constexpr Handler kWidenBfloat[4] = {nullptr, widenBfloat, nullptr, nullptr};
constexpr Handler kNarrowBfloat[4] = {nullptr, narrowBfloat, nullptr, nullptr};

constexpr auto F = VectorRow::Float;
constexpr UnitClass kMisc = UnitClass::VectorMisc;
constexpr int8_t kW = kWideGroup;
constexpr uint8_t kR = kRounds | kConvertsRounding;

// clang-format off
const VectorRow kRows[] = {
    {F, 0x12, 0, kToInteger<false, false>, nullptr, kMisc, 0, 0, 0, kR},
    {F, 0x12, 1, kToInteger<true, false>, nullptr, kMisc, 0, 0, 0, kR},
    {F, 0x12, 2, kFromInteger<false>, nullptr, kMisc, 0, 0, 0, kR},
    {F, 0x12, 3, kFromInteger<true>, nullptr, kMisc, 0, 0, 0, kR},
    {F, 0x12, 6, kToInteger<false, true>, nullptr, kMisc},
    {F, 0x12, 7, kToInteger<true, true>, nullptr, kMisc},
    {F, 0x12, 8, kWideToInteger<false, false>, nullptr, kMisc, kW, 0, 0, kR},
    {F, 0x12, 9, kWideToInteger<true, false>, nullptr, kMisc, kW, 0, 0, kR},
    {F, 0x12, 10, kWideFromInteger<false>, nullptr, kMisc, kW},
    {F, 0x12, 11, kWideFromInteger<true>, nullptr, kMisc, kW},
    {F, 0x12, 12, kWiden, nullptr, kMisc, kW},
    {F, 0x12, 13, kWidenBfloat, nullptr, kMisc, kW},
    {F, 0x12, 14, kWideToInteger<false, true>, nullptr, kMisc, kW},
    {F, 0x12, 15, kWideToInteger<true, true>, nullptr, kMisc, kW},
    {F, 0x12, 16, kNarrowToInteger<false, false>, nullptr, kMisc, 0, kW, 0, kR},
    {F, 0x12, 17, kNarrowToInteger<true, false>, nullptr, kMisc, 0, kW, 0, kR},
    {F, 0x12, 18, kNarrowFromInteger<false>, nullptr, kMisc, 0, kW, 0, kR},
    {F, 0x12, 19, kNarrowFromInteger<true>, nullptr, kMisc, 0, kW, 0, kR},
    {F, 0x12, 20, kNarrow<false>, nullptr, kMisc, 0, kW, 0, kR},
    {F, 0x12, 21, kNarrow<true>, nullptr, kMisc, 0, kW},
    {F, 0x12, 22, kNarrowToInteger<false, true>, nullptr, kMisc, 0, kW},
    {F, 0x12, 23, kNarrowToInteger<true, true>, nullptr, kMisc, 0, kW},
    {F, 0x12, 29, kNarrowBfloat, nullptr, kMisc, 0, kW, 0, kR},
};
// clang-format on

llvm::ArrayRef<VectorRow> vectorConvertRows() { return kRows; }

} // namespace
} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tilewright::iss {
HWY_EXPORT(vectorConvertRows);
llvm::ArrayRef<VectorRow> vectorConvertRows() {
  return HWY_DYNAMIC_DISPATCH(vectorConvertRows)();
}
} // namespace tilewright::iss
#endif
