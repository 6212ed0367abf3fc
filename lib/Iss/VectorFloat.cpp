//===- VectorFloat.cpp - Floating-point vector arithmetic -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns IEEE arithmetic on f16, f32 and f64 elements, single-width and widening.
// f16 computes in f32 and rounds once more, which is exact for add, sub, mul,
// div and sqrt (24 >= 2 * 11 + 2); its multiply-add goes through f64.
//
//===----------------------------------------------------------------------===//

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "VectorFloat.cpp"
// Must come before what it includes again for every target.
#include "hwy/foreach_target.h"

#include "RoundToInt.h"
#include "VectorFormats-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {
namespace {

// Arithmetic on computed values: a is the vs2 element, b vs1 or the scalar.
struct Add {
  template <class V> static V apply(V a, V b) { return a + b; }
};
struct Sub {
  template <class V> static V apply(V a, V b) { return a - b; }
};
struct Rsub {
  template <class V> static V apply(V a, V b) { return b - a; }
};
struct Mul {
  template <class V> static V apply(V a, V b) { return a * b; }
};
struct Div {
  template <class V> static V apply(V a, V b) { return a / b; }
};
struct Rdiv {
  template <class V> static V apply(V a, V b) { return b / a; }
};
struct Min { // the number if one operand is NaN; -0 < +0
  template <class V> static V apply(V a, V b) {
    V r = a < b ? a : b;
    r = a == b ? (std::signbit(a) ? a : b) : r;
    return a != a ? b : b != b ? a : r;
  }
};
struct Max {
  template <class V> static V apply(V a, V b) {
    V r = a > b ? a : b;
    r = a == b ? (std::signbit(a) ? b : a) : r;
    return a != a ? b : b != b ? a : r;
  }
};

template <class T, class Op> struct Binary {
  static void vv(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2), *b = c.reg<T>(i.rs1);
    elementwise<T>(c, i, [=](size_t k) {
      return Fp<T>::store(Op::apply(Fp<T>::load(a[k]), Fp<T>::load(b[k])));
    });
  }
  static void vs(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2);
    const auto b = Fp<T>::load(floatScalar<T>(c, i));
    elementwise<T>(c, i, [=](size_t k) {
      return Fp<T>::store(Op::apply(Fp<T>::load(a[k]), b));
    });
  }
};

/// Sign injection works on bits.
template <class T, int Kind> struct Sign {
  using W = Bits<T>;
  static W apply(W a, W b) {
    constexpr W kSign = W(1) << (8 * sizeof(W) - 1);
    W s = Kind == 0 ? b : Kind == 1 ? W(~b) : W(a ^ b);
    return W((a & W(~kSign)) | (s & kSign));
  }
  static void vv(Core &c, const Inst &i) {
    const W *a = c.reg<W>(i.rs2), *b = c.reg<W>(i.rs1);
    elementwise<W>(c, i, [=](size_t k) { return apply(a[k], b[k]); });
  }
  static void vs(Core &c, const Inst &i) {
    const W *a = c.reg<W>(i.rs2);
    const W b = std::bit_cast<W>(floatScalar<T>(c, i));
    elementwise<W>(c, i, [=](size_t k) { return apply(a[k], b); });
  }
};

// Multiply-adds: (+-x * y) +- z in one rounding.
template <int Product, int Addend, class V> V fused(V x, V y, V z) {
  return std::fma(Product < 0 ? -x : x, y, Addend < 0 ? -z : z);
}
/// Accumulating forms: vd = vs1 * vs2 + vd; the others: vd = vs1 * vd + vs2.
template <class T, int Product, int Addend, bool Accumulate>
struct MultiplyAdd {
  static T one(T d, T a, T b) {
    T y = Accumulate ? a : d, z = Accumulate ? d : a;
    if constexpr (sizeof(T) == 2) {
      // Exact product; the f64 sum is never near a tie of f16 unless exact.
      double x = Fp<T>::load(b), w = Fp<T>::load(y), v = Fp<T>::load(z);
      return doubleToHalf((Product < 0 ? -x : x) * w + (Addend < 0 ? -v : v),
                          kNearestEven);
    } else {
      return Fp<T>::store(fused<Product, Addend>(b, y, z));
    }
  }
  static void vv(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2), *b = c.reg<T>(i.rs1), *d = c.reg<T>(i.rd);
    elementwise<T>(c, i, [=](size_t k) { return one(d[k], a[k], b[k]); });
  }
  static void vs(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2), *d = c.reg<T>(i.rd);
    const T b = floatScalar<T>(c, i);
    elementwise<T>(c, i, [=](size_t k) { return one(d[k], a[k], b); });
  }
};

/// vfmerge and vfmv.v.f.
template <class T> struct Merge {
  static void vs(Core &c, const Inst &i) {
    const T b = floatScalar<T>(c, i);
    Active<T> all = activeElements<T>(c, false);
    if (i.vm)
      return assign<T>(c.reg<T>(i.rd), all, [=](size_t) { return b; });
    const T *a = c.reg<T>(i.rs2);
    const Bits<T> *mask = activeElements<T>(c, true).mask;
    assign<T>(c.reg<T>(i.rd), all,
              [=](size_t k) { return blend<T>(mask[k], b, a[k]); });
  }
  static constexpr Handler vv = nullptr;
};

template <class T> struct SquareRoot {
  static void vv(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2);
    elementwise<T>(c, i, [=](size_t k) {
      return Fp<T>::store(std::sqrt(Fp<T>::load(a[k])));
    });
  }
  static constexpr Handler vs = nullptr;
};
template <class T> struct Classify {
  using W = Bits<T>;
  static void vv(Core &c, const Inst &i) {
    const W *a = c.reg<W>(i.rs2);
    elementwise<W>(c, i, [=](size_t k) {
      return W(classifyBits(a[k], 8 * sizeof(W), Fp<T>::kFraction));
    });
  }
  static constexpr Handler vs = nullptr;
};

// Widening: operands of format S are converted to the next wider format D,
// whose operation then rounds once.
template <class S>
using WiderOf = std::conditional_t<sizeof(S) == 2, float, double>;
template <class D, class S>
const D *converted(Core &c, unsigned r, unsigned n) {
  D *to = c.temp<D>(n);
  widen<D, S>(c, to, c.reg<S>(r), c.vl, [](S v) { return D(Fp<S>::load(v)); });
  return to;
}
template <class S, class Op, bool WideA> struct Widening {
  using D = WiderOf<S>;
  static const D *first(Core &c, const Inst &i) {
    if constexpr (WideA)
      return c.reg<D>(i.rs2);
    else
      return converted<D, S>(c, i.rs2, 0);
  }
  static void vv(Core &c, const Inst &i) {
    const D *a = first(c, i), *b = converted<D, S>(c, i.rs1, 1);
    elementwise<D>(
        c, i, [=](size_t k) { return Fp<D>::store(Op::apply(a[k], b[k])); });
  }
  static void vs(Core &c, const Inst &i) {
    const D *a = first(c, i);
    const D b = Fp<S>::load(floatScalar<S>(c, i));
    elementwise<D>(c, i,
                   [=](size_t k) { return Fp<D>::store(Op::apply(a[k], b)); });
  }
};
template <class S, int Product, int Addend> struct WideningMultiplyAdd {
  using D = WiderOf<S>;
  static void vv(Core &c, const Inst &i) {
    const D *a = converted<D, S>(c, i.rs2, 0),
            *b = converted<D, S>(c, i.rs1, 1);
    const D *d = c.reg<D>(i.rd);
    elementwise<D>(c, i, [=](size_t k) {
      return Fp<D>::store(fused<Product, Addend>(b[k], a[k], d[k]));
    });
  }
  static void vs(Core &c, const Inst &i) {
    const D *a = converted<D, S>(c, i.rs2, 0), *d = c.reg<D>(i.rd);
    const D b = Fp<S>::load(floatScalar<S>(c, i));
    elementwise<D>(c, i, [=](size_t k) {
      return Fp<D>::store(fused<Product, Addend>(b, a[k], d[k]));
    });
  }
};

// Handler tables.
template <class Op> struct BinaryOf {
  template <class T> using K = Binary<T, Op>;
};
template <int Kind> struct SignOf {
  template <class T> using K = Sign<T, Kind>;
};
template <int P, int A, bool Acc> struct FmaOf {
  template <class T> using K = MultiplyAdd<T, P, A, Acc>;
};
template <class Op> using Bin = FloatRows<BinaryOf<Op>::template K>;
template <int Kind> using Sgn = FloatRows<SignOf<Kind>::template K>;
template <int P, int A, bool Acc>
using Fma = FloatRows<FmaOf<P, A, Acc>::template K>;
template <class Op, bool WideA> struct Wide {
  static constexpr Handler vv[4] = {nullptr, Widening<uint16_t, Op, WideA>::vv,
                                    Widening<float, Op, WideA>::vv, nullptr};
  static constexpr Handler vs[4] = {nullptr, Widening<uint16_t, Op, WideA>::vs,
                                    Widening<float, Op, WideA>::vs, nullptr};
};
template <int P, int A> struct WideFma {
  static constexpr Handler vv[4] = {
      nullptr, WideningMultiplyAdd<uint16_t, P, A>::vv,
      WideningMultiplyAdd<float, P, A>::vv, nullptr};
  static constexpr Handler vs[4] = {
      nullptr, WideningMultiplyAdd<uint16_t, P, A>::vs,
      WideningMultiplyAdd<float, P, A>::vs, nullptr};
};

constexpr auto F = VectorRow::Float;
constexpr UnitClass kAdd = UnitClass::VectorAdd, kMul = UnitClass::VectorMul,
                    kDiv = UnitClass::VectorDiv, kMisc = UnitClass::VectorMisc;
constexpr int8_t kW = kWideGroup;
constexpr uint8_t kR = kRounds, kRd = kRounds | kReadsDestination;

// clang-format off
const VectorRow kRows[] = {
    {F, 0x00, -1, Bin<Add>::vv, Bin<Add>::vs, kAdd, 0, 0, 0, kR},
    {F, 0x02, -1, Bin<Sub>::vv, Bin<Sub>::vs, kAdd, 0, 0, 0, kR},
    {F, 0x04, -1, Bin<Min>::vv, Bin<Min>::vs, kAdd},
    {F, 0x06, -1, Bin<Max>::vv, Bin<Max>::vs, kAdd},
    {F, 0x08, -1, Sgn<0>::vv, Sgn<0>::vs, kAdd},
    {F, 0x09, -1, Sgn<1>::vv, Sgn<1>::vs, kAdd},
    {F, 0x0A, -1, Sgn<2>::vv, Sgn<2>::vs, kAdd},
    {F, 0x17, -1, nullptr, FloatRows<Merge>::vs, kMisc},
    {F, 0x13, 0, FloatRows<SquareRoot>::vv, nullptr, kMul, 0, 0, 0, kR},
    {F, 0x13, 16, FloatRows<Classify>::vv, nullptr, kMisc},
    {F, 0x20, -1, Bin<Div>::vv, Bin<Div>::vs, kDiv, 0, 0, 0, kR},
    {F, 0x21, -1, nullptr, Bin<Rdiv>::vs, kDiv, 0, 0, 0, kR},
    {F, 0x24, -1, Bin<Mul>::vv, Bin<Mul>::vs, kMul, 0, 0, 0, kR},
    {F, 0x27, -1, nullptr, Bin<Rsub>::vs, kAdd, 0, 0, 0, kR},
    {F, 0x28, -1, Fma<1, 1, false>::vv, Fma<1, 1, false>::vs, kMul, 0, 0, 0, kRd},
    {F, 0x29, -1, Fma<-1, -1, false>::vv, Fma<-1, -1, false>::vs, kMul, 0, 0, 0, kRd},
    {F, 0x2A, -1, Fma<1, -1, false>::vv, Fma<1, -1, false>::vs, kMul, 0, 0, 0, kRd},
    {F, 0x2B, -1, Fma<-1, 1, false>::vv, Fma<-1, 1, false>::vs, kMul, 0, 0, 0, kRd},
    {F, 0x2C, -1, Fma<1, 1, true>::vv, Fma<1, 1, true>::vs, kMul, 0, 0, 0, kRd},
    {F, 0x2D, -1, Fma<-1, -1, true>::vv, Fma<-1, -1, true>::vs, kMul, 0, 0, 0, kRd},
    {F, 0x2E, -1, Fma<1, -1, true>::vv, Fma<1, -1, true>::vs, kMul, 0, 0, 0, kRd},
    {F, 0x2F, -1, Fma<-1, 1, true>::vv, Fma<-1, 1, true>::vs, kMul, 0, 0, 0, kRd},
    {F, 0x30, -1, Wide<Add, false>::vv, Wide<Add, false>::vs, kAdd, kW, 0, 0, kR},
    {F, 0x32, -1, Wide<Sub, false>::vv, Wide<Sub, false>::vs, kAdd, kW, 0, 0, kR},
    {F, 0x34, -1, Wide<Add, true>::vv, Wide<Add, true>::vs, kAdd, kW, kW, 0, kR},
    {F, 0x36, -1, Wide<Sub, true>::vv, Wide<Sub, true>::vs, kAdd, kW, kW, 0, kR},
    {F, 0x38, -1, Wide<Mul, false>::vv, Wide<Mul, false>::vs, kMul, kW, 0, 0, kR},
    {F, 0x3C, -1, WideFma<1, 1>::vv, WideFma<1, 1>::vs, kMul, kW, 0, 0, kRd},
    {F, 0x3D, -1, WideFma<-1, -1>::vv, WideFma<-1, -1>::vs, kMul, kW, 0, 0, kRd},
    {F, 0x3E, -1, WideFma<1, -1>::vv, WideFma<1, -1>::vs, kMul, kW, 0, 0, kRd},
    {F, 0x3F, -1, WideFma<-1, 1>::vv, WideFma<-1, 1>::vs, kMul, kW, 0, 0, kRd},
};
// clang-format on

llvm::ArrayRef<VectorRow> vectorFloatRows() { return kRows; }

} // namespace
} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tilewright::iss {
HWY_EXPORT(vectorFloatRows);
llvm::ArrayRef<VectorRow> vectorFloatRows() {
  return HWY_DYNAMIC_DISPATCH(vectorFloatRows)();
}
} // namespace tilewright::iss
#endif
