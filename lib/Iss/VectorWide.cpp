//===- VectorWide.cpp - Widening and narrowing integer arithmetic ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns integer operations whose operands and results differ in width. Operands
// are first extended to the layout of 2*SEW elements; the operation then has
// one width, because 2*SEW bits hold every exact sum and product.
//
//===----------------------------------------------------------------------===//

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "VectorWide.cpp"
// Must come before what it includes again for every target.
#include "hwy/foreach_target.h"

#include "FixedPoint.h"
#include "VectorEngine-inl.h"
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {
namespace {

template <class T>
using Double = std::conditional_t<std::is_signed_v<T>,
                                  SInt<sizeof(T) == 8 ? 8 : 2 * sizeof(T)>,
                                  UInt<sizeof(T) == 8 ? 8 : 2 * sizeof(T)>>;

/// Register `r` extended to W in temporary `n`.
template <class W, class T> const W *extended(Core &c, unsigned r, unsigned n) {
  W *to = c.temp<W>(n);
  widen<W, T>(c, to, c.reg<T>(r), c.vl, [](T v) { return W(v); });
  return to;
}

// Operations on 2*SEW elements d (old destination), a (vs2), b (vs1 or scalar);
// W is unsigned, so nothing overflows.
struct Add {
  template <class W> static W apply(W, W a, W b) { return W(a + b); }
};
struct Sub {
  template <class W> static W apply(W, W a, W b) { return W(a - b); }
};
struct Mul {
  template <class W> static W apply(W, W a, W b) {
    return W((sizeof(W) < 4 ? W(uint32_t(a) * uint32_t(b)) : a * b));
  }
};
struct Macc {
  template <class W> static W apply(W d, W a, W b) {
    return W(d + Mul::apply(d, a, b));
  }
};

/// A and B are the types (signedness) of the SEW operands; WideA means that vs2
/// already has 2*SEW elements.
template <class A, class B, class Op, bool WideA> struct Widening {
  using W = UInt<sizeof(Double<A>)>;
  static const W *first(Core &c, const Inst &i) {
    if constexpr (WideA)
      return c.reg<W>(i.rs2);
    else
      return extended<W, A>(c, i.rs2, 0);
  }
  static void vv(Core &c, const Inst &i) {
    const W *a = first(c, i), *b = extended<W, B>(c, i.rs1, 1);
    const W *d = c.reg<W>(i.rd);
    elementwise<W>(c, i, [=](size_t k) { return Op::apply(d[k], a[k], b[k]); });
  }
  static void vs(Core &c, const Inst &i) {
    const W *a = first(c, i), *d = c.reg<W>(i.rd);
    const W b = W(B(c.scalarOperand(i)));
    elementwise<W>(c, i, [=](size_t k) { return Op::apply(d[k], a[k], b); });
  }
};

template <class Op, bool SignedA, bool SignedB, bool WideA = false>
struct Wide {
  template <unsigned N>
  using K = Widening<std::conditional_t<SignedA, SInt<N>, UInt<N>>,
                     std::conditional_t<SignedB, SInt<N>, UInt<N>>, Op, WideA>;
  static constexpr Handler vv[4] = {K<1>::vv, K<2>::vv, K<4>::vv, nullptr};
  static constexpr Handler vs[4] = {K<1>::vs, K<2>::vs, K<4>::vs, nullptr};
};

/// Narrowing shifts: vs2 has 2*SEW elements, the shift amount SEW. W carries
/// the signedness.
template <class T, bool Clip> struct Narrowing {
  using W = Double<T>;
  template <class B> static void run(Core &c, const Inst &i, B amount) {
    const W *a = c.reg<W>(i.rs2);
    const unsigned mode = c.vxrm;
    T *result = c.temp<T>(2);
    W *shifted = c.temp<W>(3);
    const size_t total = registersFor<W>(c, c.vl) * perRegister<W>(c);
    TILEWRIGHT_PARALLEL
    for (size_t k = 0; k < total; ++k) {
      unsigned s = unsigned(amount(k)) & (sizeof(W) * 8 - 1);
      shifted[k] = Clip ? W(roundOff(WideInt<W>(a[k]), s, mode)) : W(a[k] >> s);
    }
    using L = std::numeric_limits<T>;
    Active<T> active = activeElements<T>(c, !i.vm);
    narrow<T, W>(c, result, shifted, c.vl, [](W v) {
      return Clip ? (v > W(L::max())   ? L::max()
                     : v < W(L::min()) ? L::min()
                                       : T(v))
                  : T(v);
    });
    if constexpr (Clip)
      noteSaturation(c, shifted, active);
    assign<T>(c.reg<T>(i.rd), active, [=](size_t k) { return result[k]; });
  }
  static void noteSaturation(Core &c, const W *shifted,
                             const Active<T> &active) {
    using L = std::numeric_limits<T>;
    T *out = c.temp<T>(1);
    narrow<T, W>(c, out, shifted, c.vl,
                 [](W v) { return T(v > W(L::max()) || v < W(L::min())); });
    for (size_t k = 0; k < active.total; ++k)
      if (out[k] && (k < active.plain || active.mask[k - active.plain]))
        c.vxsat = 1;
  }
  static void vv(Core &c, const Inst &i) {
    using U = UInt<sizeof(W)>;
    const U *b = extended<U, UInt<sizeof(T)>>(c, i.rs1, 0);
    run(c, i, [=](size_t k) { return b[k]; });
  }
  static void vs(Core &c, const Inst &i) {
    const uint64_t b = c.scalarOperand(i);
    run(c, i, [=](size_t) { return b; });
  }
};
template <bool Signed, bool Clip> struct Narrow {
  template <unsigned N>
  using K = Narrowing<std::conditional_t<Signed, SInt<N>, UInt<N>>, Clip>;
  static constexpr Handler vv[4] = {K<1>::vv, K<2>::vv, K<4>::vv, nullptr};
  static constexpr Handler vs[4] = {K<1>::vs, K<2>::vs, K<4>::vs, nullptr};
};

/// vzext and vsext: SEW from elements Ratio times narrower.
template <class W, unsigned Ratio, bool Signed>
void extend(Core &c, const Inst &i) {
  constexpr unsigned kBytes = sizeof(W) / Ratio;
  using T = std::conditional_t<Signed, SInt<kBytes>, UInt<kBytes>>;
  const W *v = extended<W, T>(c, i.rs2, 0);
  elementwise<W>(c, i, [=](size_t k) { return v[k]; });
}
template <unsigned Ratio, bool Signed, class W> constexpr Handler extendFor() {
  if constexpr (sizeof(W) >= Ratio)
    return extend<W, Ratio, Signed>;
  else
    return nullptr;
}
template <unsigned Ratio, bool Signed>
inline constexpr Handler kExtend[4] = {
    nullptr, extendFor<Ratio, Signed, uint16_t>(),
    extendFor<Ratio, Signed, uint32_t>(), extendFor<Ratio, Signed, uint64_t>()};

constexpr auto I = VectorRow::Integer, M = VectorRow::Multiply;
constexpr UnitClass kAdd = UnitClass::VectorAdd, kMul = UnitClass::VectorMul,
                    kMisc = UnitClass::VectorMisc;
constexpr int8_t kW = kWideGroup;

// clang-format off
const VectorRow kRows[] = {
    {M, 0x30, -1, Wide<Add, false, false>::vv, Wide<Add, false, false>::vs, kAdd, kW},
    {M, 0x31, -1, Wide<Add, true, true>::vv, Wide<Add, true, true>::vs, kAdd, kW},
    {M, 0x32, -1, Wide<Sub, false, false>::vv, Wide<Sub, false, false>::vs, kAdd, kW},
    {M, 0x33, -1, Wide<Sub, true, true>::vv, Wide<Sub, true, true>::vs, kAdd, kW},
    {M, 0x34, -1, Wide<Add, false, false, true>::vv, Wide<Add, false, false, true>::vs, kAdd, kW, kW},
    {M, 0x35, -1, Wide<Add, true, true, true>::vv, Wide<Add, true, true, true>::vs, kAdd, kW, kW},
    {M, 0x36, -1, Wide<Sub, false, false, true>::vv, Wide<Sub, false, false, true>::vs, kAdd, kW, kW},
    {M, 0x37, -1, Wide<Sub, true, true, true>::vv, Wide<Sub, true, true, true>::vs, kAdd, kW, kW},
    {M, 0x38, -1, Wide<Mul, false, false>::vv, Wide<Mul, false, false>::vs, kMul, kW},
    {M, 0x3A, -1, Wide<Mul, true, false>::vv, Wide<Mul, true, false>::vs, kMul, kW},
    {M, 0x3B, -1, Wide<Mul, true, true>::vv, Wide<Mul, true, true>::vs, kMul, kW},
    {M, 0x3C, -1, Wide<Macc, false, false>::vv, Wide<Macc, false, false>::vs, kMul, kW, 0, 0, kReadsDestination},
    {M, 0x3D, -1, Wide<Macc, true, true>::vv, Wide<Macc, true, true>::vs, kMul, kW, 0, 0, kReadsDestination},
    // vwmaccus: the scalar is unsigned, vs2 signed; vwmaccsu the other way round.
    {M, 0x3E, -1, nullptr, Wide<Macc, true, false>::vs, kMul, kW, 0, 0, kReadsDestination},
    {M, 0x3F, -1, Wide<Macc, false, true>::vv, Wide<Macc, false, true>::vs, kMul, kW, 0, 0, kReadsDestination},
    {I, 0x2C, -1, Narrow<false, false>::vv, Narrow<false, false>::vs, kAdd, 0, kW, 0, kUnsignedImm},
    {I, 0x2D, -1, Narrow<true, false>::vv, Narrow<true, false>::vs, kAdd, 0, kW, 0, kUnsignedImm},
    {I, 0x2E, -1, Narrow<false, true>::vv, Narrow<false, true>::vs, kAdd, 0, kW, 0, kUnsignedImm},
    {I, 0x2F, -1, Narrow<true, true>::vv, Narrow<true, true>::vs, kAdd, 0, kW, 0, kUnsignedImm},
    {M, 0x12, 2, kExtend<8, false>, nullptr, kMisc, 0, -3},
    {M, 0x12, 3, kExtend<8, true>, nullptr, kMisc, 0, -3},
    {M, 0x12, 4, kExtend<4, false>, nullptr, kMisc, 0, -2},
    {M, 0x12, 5, kExtend<4, true>, nullptr, kMisc, 0, -2},
    {M, 0x12, 6, kExtend<2, false>, nullptr, kMisc, 0, -1},
    {M, 0x12, 7, kExtend<2, true>, nullptr, kMisc, 0, -1},
};
// clang-format on

llvm::ArrayRef<VectorRow> vectorWideRows() { return kRows; }

} // namespace
} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tilewright::iss {
HWY_EXPORT(vectorWideRows);
llvm::ArrayRef<VectorRow> vectorWideRows() {
  return HWY_DYNAMIC_DISPATCH(vectorWideRows)();
}
} // namespace tilewright::iss
#endif
