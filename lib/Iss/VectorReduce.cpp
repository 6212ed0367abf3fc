//===- VectorReduce.cpp - Reductions inside each lane ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns integer and floating-point reductions. A lane reduces its own elements
// onto element 0 of its vs1; lanes never mix. Floating-point sums, ordered or
// not, add in increasing element order.
//
//===----------------------------------------------------------------------===//

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "VectorReduce.cpp"
// Must come before what it includes again for every target.
#include "hwy/foreach_target.h"

#include "VectorFormats-inl.h"
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {
namespace {

/// Folds elements S of vs2 into accumulators D (one per lane, from and to
/// element 0 of vs1 and vd).
template <class D, class S, class F>
HWY_INLINE void reduce(Core &c, const Inst &i, F f) {
  if (c.vl == 0)
    return;
  D *sum = c.temp<D>(0);
  const D *start = c.reg<D>(i.rs1);
  const unsigned nd = perLane<D>(c), ns = perLane<S>(c), lanes = c.lanes;
  for (unsigned l = 0; l < lanes; ++l)
    sum[l] = start[size_t(l) * nd];
  const Bits<S> *mask = i.vm ? nullptr : activeElements<S>(c, true).mask;
  for (unsigned e = c.vstart; e < c.vl; ++e) {
    const size_t at = position<S>(c, e);
    const S *a = c.reg<S>(i.rs2) + at;
    if (mask) {
      const Bits<S> *m = mask + at;
      for (unsigned l = 0; l < lanes; ++l) {
        D r = f(sum[l], a[size_t(l) * ns]);
        sum[l] = m[size_t(l) * ns] ? r : sum[l];
      }
    } else {
      for (unsigned l = 0; l < lanes; ++l)
        sum[l] = f(sum[l], a[size_t(l) * ns]);
    }
  }
  D *d = c.reg<D>(i.rd);
  for (unsigned l = 0; l < lanes; ++l)
    d[size_t(l) * nd] = sum[l];
}

struct Sum {
  template <class T> static T apply(T a, T b) { return T(a + b); }
};
struct And {
  template <class T> static T apply(T a, T b) { return a & b; }
};
struct Or {
  template <class T> static T apply(T a, T b) { return a | b; }
};
struct Xor {
  template <class T> static T apply(T a, T b) { return a ^ b; }
};
struct Min {
  template <class T> static T apply(T a, T b) { return a < b ? a : b; }
};
struct Max {
  template <class T> static T apply(T a, T b) { return a > b ? a : b; }
};

template <class T, class Op> void integer(Core &c, const Inst &i) {
  reduce<T, T>(c, i, [](T a, T b) { return Op::apply(a, b); });
}
template <class S, bool Signed> void wideSum(Core &c, const Inst &i) {
  using D =
      std::conditional_t<Signed, SInt<2 * sizeof(S)>, UInt<2 * sizeof(S)>>;
  reduce<UInt<sizeof(D)>, S>(c, i, [](UInt<sizeof(D)> a, S b) {
    return UInt<sizeof(D)>(a + UInt<sizeof(D)>(D(b)));
  });
}

template <class T> void floatSum(Core &c, const Inst &i) {
  reduce<T, T>(c, i, [](T a, T b) {
    return Fp<T>::store(Fp<T>::load(a) + Fp<T>::load(b));
  });
}
template <class S> void wideFloatSum(Core &c, const Inst &i) {
  using D = std::conditional_t<sizeof(S) == 2, float, double>;
  reduce<D, S>(c, i,
               [](D a, S b) { return Fp<D>::store(a + D(Fp<S>::load(b))); });
}
template <class T, bool Max> void floatExtreme(Core &c, const Inst &i) {
  reduce<T, T>(c, i, [](T x, T y) {
    auto a = Fp<T>::load(x), b = Fp<T>::load(y);
    auto r = (Max ? a > b : a < b) ? a : b;
    r = a == b ? (std::signbit(a) != Max ? a : b) : r;
    return Fp<T>::store(a != a ? b : b != b ? a : r);
  });
}

template <class Op, bool Signed> struct Int {
  template <unsigned N> using T = std::conditional_t<Signed, SInt<N>, UInt<N>>;
  static constexpr Handler rows[4] = {integer<T<1>, Op>, integer<T<2>, Op>,
                                      integer<T<4>, Op>, integer<T<8>, Op>};
};
template <bool Signed> struct WideInt {
  template <unsigned N> using T = std::conditional_t<Signed, SInt<N>, UInt<N>>;
  static constexpr Handler rows[4] = {wideSum<T<1>, Signed>,
                                      wideSum<T<2>, Signed>,
                                      wideSum<T<4>, Signed>, nullptr};
};
constexpr Handler kSum[4] = {nullptr, floatSum<uint16_t>, floatSum<float>,
                             floatSum<double>};
constexpr Handler kWideSum[4] = {nullptr, wideFloatSum<uint16_t>,
                                 wideFloatSum<float>, nullptr};
template <bool Max>
inline constexpr Handler kExtreme[4] = {nullptr, floatExtreme<uint16_t, Max>,
                                        floatExtreme<float, Max>,
                                        floatExtreme<double, Max>};

constexpr auto I = VectorRow::Integer, M = VectorRow::Multiply,
               F = VectorRow::Float;
constexpr UnitClass kUnit = UnitClass::VectorReduce;
constexpr int8_t k1 = kOneRegister;
constexpr uint8_t kRd = kReadsDestination;

// clang-format off
const VectorRow kRows[] = {
    {M, 0x00, -1, Int<Sum, false>::rows, nullptr, kUnit, k1, 0, k1, kRd},
    {M, 0x01, -1, Int<And, false>::rows, nullptr, kUnit, k1, 0, k1, kRd},
    {M, 0x02, -1, Int<Or, false>::rows, nullptr, kUnit, k1, 0, k1, kRd},
    {M, 0x03, -1, Int<Xor, false>::rows, nullptr, kUnit, k1, 0, k1, kRd},
    {M, 0x04, -1, Int<Min, false>::rows, nullptr, kUnit, k1, 0, k1, kRd},
    {M, 0x05, -1, Int<Min, true>::rows, nullptr, kUnit, k1, 0, k1, kRd},
    {M, 0x06, -1, Int<Max, false>::rows, nullptr, kUnit, k1, 0, k1, kRd},
    {M, 0x07, -1, Int<Max, true>::rows, nullptr, kUnit, k1, 0, k1, kRd},
    {I, 0x30, -1, WideInt<false>::rows, nullptr, kUnit, k1, 0, k1, kRd},
    {I, 0x31, -1, WideInt<true>::rows, nullptr, kUnit, k1, 0, k1, kRd},
    {F, 0x01, -1, kSum, nullptr, kUnit, k1, 0, k1, kRd | kRounds},
    {F, 0x03, -1, kSum, nullptr, kUnit, k1, 0, k1, kRd | kRounds},
    {F, 0x05, -1, kExtreme<false>, nullptr, kUnit, k1, 0, k1, kRd},
    {F, 0x07, -1, kExtreme<true>, nullptr, kUnit, k1, 0, k1, kRd},
    {F, 0x31, -1, kWideSum, nullptr, kUnit, k1, 0, k1, kRd | kRounds},
    {F, 0x33, -1, kWideSum, nullptr, kUnit, k1, 0, k1, kRd | kRounds},
};
// clang-format on

llvm::ArrayRef<VectorRow> vectorReduceRows() { return kRows; }

} // namespace
} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tilewright::iss {
HWY_EXPORT(vectorReduceRows);
llvm::ArrayRef<VectorRow> vectorReduceRows() {
  return HWY_DYNAMIC_DISPATCH(vectorReduceRows)();
}
} // namespace tilewright::iss
#endif
