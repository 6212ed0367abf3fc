//===- VectorPermute.cpp - Slides, gathers, compress, scalar moves --------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns instructions that move elements to other positions of the same lane, and
// those between lane 0 and scalar registers.
//
//===----------------------------------------------------------------------===//

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "VectorPermute.cpp"
// Must come before what it includes again for every target.
#include "hwy/foreach_target.h"

#include "VectorFormats-inl.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {
namespace {

template <class T> uint64_t vlmax(const Core &c) {
  int shift = int(c.vlenbLog2) - int(log2Bytes(sizeof(T))) + c.lmulLog;
  return uint64_t(1) << shift;
}

/// to[at + k] = from[start + k] for k in [0, count), in every lane. Runs inside
/// one register of either side are plain two-dimensional copies.
template <class T>
void copyElements(const Core &c, T *to, unsigned at, const T *from,
                  unsigned start, unsigned count) {
  const unsigned n = perLane<T>(c), lanes = c.lanes;
  while (count) {
    unsigned run = std::min({count, n - at % n, n - start % n});
    T *d = to + position<T>(c, at);
    const T *s = from + position<T>(c, start);
    for (unsigned l = 0; l < lanes; ++l)
      for (unsigned k = 0; k < run; ++k)
        d[size_t(l) * n + k] = s[size_t(l) * n + k];
    at += run;
    start += run;
    count -= run;
  }
}
template <class T>
void fillElements(const Core &c, T *to, unsigned at, unsigned count, T value) {
  const unsigned n = perLane<T>(c);
  for (unsigned k = 0; k < count; ++k) {
    T *d = to + position<T>(c, at + k);
    for (unsigned l = 0; l < c.lanes; ++l)
      d[size_t(l) * n] = value;
  }
}

/// vslideup leaves the elements below the offset alone.
template <class T> struct SlideUp {
  static void vs(Core &c, const Inst &i) {
    uint64_t offset = c.scalarOperand(i);
    if (offset >= c.vl)
      return;
    T *t = c.temp<T>(0);
    copyElements<T>(c, t, unsigned(offset), c.reg<T>(i.rs2), 0,
                    c.vl - unsigned(offset));
    copyElements<T>(c, t, 0, c.reg<T>(i.rd), 0, unsigned(offset));
    elementwise<T>(c, i, [=](size_t k) { return t[k]; });
  }
};
template <class T> struct SlideDown {
  static void vs(Core &c, const Inst &i) {
    uint64_t offset = c.scalarOperand(i), maximum = vlmax<T>(c);
    unsigned have = offset >= maximum
                        ? 0
                        : unsigned(std::min<uint64_t>(c.vl, maximum - offset));
    T *t = c.temp<T>(0);
    copyElements<T>(c, t, 0, c.reg<T>(i.rs2), unsigned(offset), have);
    fillElements<T>(c, t, have, c.vl - have, T(0));
    elementwise<T>(c, i, [=](size_t k) { return t[k]; });
  }
};
/// vslide1up/down and their float forms, whose scalar is `value`.
template <class T, bool Up> void slideOne(Core &c, const Inst &i, T value) {
  if (c.vl == 0)
    return;
  T *t = c.temp<T>(0);
  copyElements<T>(c, t, Up ? 1 : 0, c.reg<T>(i.rs2), Up ? 0 : 1, c.vl - 1);
  fillElements<T>(c, t, Up ? 0 : c.vl - 1, 1, value);
  elementwise<T>(c, i, [=](size_t k) { return t[k]; });
}
template <bool Up> struct SlideOne {
  template <class T> struct K {
    static void vs(Core &c, const Inst &i) {
      slideOne<T, Up>(c, i, T(c.scalarOperand(i)));
    }
  };
};
template <bool Up> struct FloatSlideOne {
  template <class T> struct K {
    static void vs(Core &c, const Inst &i) {
      slideOne<T, Up>(c, i, floatScalar<T>(c, i));
    }
    static constexpr Handler vv = nullptr;
  };
};

/// vrgather.vv and vrgatherei16: index elements X.
template <class T, class X> void gather(Core &c, const Inst &i) {
  const uint64_t maximum = vlmax<T>(c);
  const unsigned n = perLane<T>(c), nx = perLane<X>(c), lanes = c.lanes;
  const unsigned shift = unsigned(std::countr_zero(n));
  const size_t step = perRegister<T>(c);
  const T *a = c.reg<T>(i.rs2);
  T *t = c.temp<T>(0);
  for (unsigned e = 0; e < c.vl; ++e) {
    const X *x = c.reg<X>(i.rs1) + position<X>(c, e);
    T *d = t + position<T>(c, e);
    for (unsigned l = 0; l < lanes; ++l) {
      uint64_t index = x[size_t(l) * nx];
      d[size_t(l) * n] =
          index < maximum
              ? a[(index >> shift) * step + size_t(l) * n + (index & (n - 1))]
              : T(0);
    }
  }
  elementwise<T>(c, i, [=](size_t k) { return t[k]; });
}
template <class T> struct Gather {
  static void vv(Core &c, const Inst &i) { gather<T, T>(c, i); }
  static void vs(Core &c, const Inst &i) {
    uint64_t index = c.scalarOperand(i);
    const unsigned n = perLane<T>(c);
    T *t = c.temp<T>(0);
    const T *a = c.reg<T>(i.rs2);
    bool inside = index < vlmax<T>(c);
    size_t at = inside ? position<T>(c, unsigned(index)) : 0;
    for (unsigned r = 0; r < registersFor<T>(c, c.vl); ++r)
      for (unsigned l = 0; l < c.lanes; ++l) {
        T v = inside ? a[at + size_t(l) * n] : T(0);
        for (unsigned e = 0; e < n; ++e)
          t[r * perRegister<T>(c) + size_t(l) * n + e] = v;
      }
    elementwise<T>(c, i, [=](size_t k) { return t[k]; });
  }
};
/// The group of 16-bit indices is 2 / SEW bytes as large, which a table row
/// cannot say; it is checked here.
template <class T> struct Gather16 {
  static void vv(Core &c, const Inst &i) {
    if (!legalGroup(c, i.rs1, int8_t(1 - int(log2Bytes(sizeof(T))))))
      return c.fail(
          "illegal instruction: index register group does not fit LMUL");
    gather<T, uint16_t>(c, i);
  }
};

template <class T> struct Compress {
  static void run(Core &c, const Inst &i) {
    const unsigned n = perLane<T>(c);
    const T *a = c.reg<T>(i.rs2);
    T *d = c.reg<T>(i.rd);
    for (unsigned l = 0; l < c.lanes; ++l) {
      const uint8_t *m = c.v(i.rs1) + size_t(l) * c.vlenb;
      unsigned out = 0;
      for (unsigned e = 0; e < c.vl; ++e)
        if (m[e / 8] >> (e % 8) & 1)
          d[position<T>(c, out++) + size_t(l) * n] =
              a[position<T>(c, e) + size_t(l) * n];
    }
  }
};

/// Element 0 of lane 0, after the check that all lanes agree.
template <class T>
bool lane0(Core &c, const Inst &i, const char *name, T &value) {
  const T *a = c.reg<T>(i.rs2);
  value = a[0];
  if (!c.checks.laneDivergence)
    return true;
  for (unsigned l = 1; l < c.lanes; ++l)
    if (a[size_t(l) * perLane<T>(c)] != value) {
      c.fail(llvm::formatv(
          "lane divergence: {0} reads {1:x} in lane 0 and {2:x} "
          "in lane {3}",
          name, uint64_t(value), uint64_t(a[size_t(l) * perLane<T>(c)]), l));
      return false;
    }
  return true;
}
template <class T> struct MoveToX {
  static void run(Core &c, const Inst &i) {
    T v;
    if (lane0<T>(c, i, "vmv.x.s", v))
      c.x[i.rd] = uint64_t(int64_t(v));
  }
};
template <class T> struct MoveToF {
  static void vv(Core &c, const Inst &i) {
    Bits<T> v;
    if (!lane0<Bits<T>>(c, i, "vfmv.f.s", v))
      return;
    uint64_t box = sizeof(T) == 8 ? 0 : ~uint64_t(0) << (8 * sizeof(T) & 63);
    c.f[i.rd] = v | box;
  }
  static constexpr Handler vs = nullptr;
};
template <class T> void setFirst(Core &c, const Inst &i, T value) {
  if (c.vstart < c.vl)
    fillElements<T>(c, c.reg<T>(i.rd), 0, 1, value);
}
template <class T> struct MoveFromX {
  static void vs(Core &c, const Inst &i) {
    setFirst<T>(c, i, T(c.scalarOperand(i)));
  }
};
template <class T> struct MoveFromF {
  static void vs(Core &c, const Inst &i) {
    setFirst<T>(c, i, floatScalar<T>(c, i));
  }
  static constexpr Handler vv = nullptr;
};
/// vmv<n>r.v: the immediate is n - 1; vl and vtype do not matter.
void moveRegisters(Core &c, const Inst &i) {
  unsigned n = unsigned(i.imm & 31) + 1;
  if ((n & (n - 1)) || n > 8 || i.rd % n || i.rs2 % n)
    return c.fail("illegal instruction: malformed whole-register move");
  std::memmove(c.v(i.rd), c.v(i.rs2), n * c.registerBytes);
}

template <template <class> class K> struct Vs {
  static constexpr Handler rows[4] = {K<uint8_t>::vs, K<uint16_t>::vs,
                                      K<uint32_t>::vs, K<uint64_t>::vs};
};
template <template <class> class K> struct Vv {
  static constexpr Handler rows[4] = {K<uint8_t>::vv, K<uint16_t>::vv,
                                      K<uint32_t>::vv, K<uint64_t>::vv};
};
template <Handler H> inline constexpr Handler kAny[4] = {H, H, H, H};

constexpr auto I = VectorRow::Integer, M = VectorRow::Multiply,
               F = VectorRow::Float;
constexpr UnitClass kUnit = UnitClass::VectorMisc;
constexpr int8_t k1 = kOneRegister, kNo = kNoGroup;
constexpr uint8_t kImm = kUnsignedImm, kRd = kReadsDestination;

// clang-format off
const VectorRow kRows[] = {
    {I, 0x0C, -1, Vv<Gather>::rows, Vs<Gather>::rows, kUnit, 0, 0, 0, kImm},
    {I, 0x0E, -1, Vv<Gather16>::rows, nullptr, kUnit, 0, 0, k1},
    {I, 0x0E, -1, nullptr, Vs<SlideUp>::rows, kUnit, 0, 0, 0, kImm | kRd},
    {I, 0x0F, -1, nullptr, Vs<SlideDown>::rows, kUnit, 0, 0, 0, kImm},
    {M, 0x0E, -1, nullptr, Vs<SlideOne<true>::K>::rows, kUnit},
    {M, 0x0F, -1, nullptr, Vs<SlideOne<false>::K>::rows, kUnit},
    {F, 0x0E, -1, nullptr, FloatRows<FloatSlideOne<true>::K>::vs, kUnit},
    {F, 0x0F, -1, nullptr, FloatRows<FloatSlideOne<false>::K>::vs, kUnit},
    {M, 0x17, -1, kIntegerHandlers<Compress, false>, nullptr, kUnit, 0, 0, k1, kRd},
    {M, 0x10, 0, kIntegerHandlers<MoveToX, true>, nullptr, kUnit, kNo, k1, kNo, kScalarResult},
    {M, 0x10, -1, nullptr, Vs<MoveFromX>::rows, kUnit, k1, kNo, kNo, kRd},
    {F, 0x10, 0, FloatRows<MoveToF>::vv, nullptr, kUnit, kNo, k1, kNo, kScalarResult},
    {F, 0x10, -1, nullptr, FloatRows<MoveFromF>::vs, kUnit, k1, kNo, kNo, kRd},
};
// clang-format on
/// Chosen over the scaling multiply by decode: same funct6, immediate form.
constexpr VectorRow kMoveRegisters = {
    I, 0x27, -1, nullptr, kAny<moveRegisters>, kUnit, k1, k1, kNo, kImm};

llvm::ArrayRef<VectorRow> vectorPermuteRows() { return kRows; }
const VectorRow *wholeRegisterMove() { return &kMoveRegisters; }

} // namespace
} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tilewright::iss {
HWY_EXPORT(vectorPermuteRows);
HWY_EXPORT(wholeRegisterMove);
llvm::ArrayRef<VectorRow> vectorPermuteRows() {
  return HWY_DYNAMIC_DISPATCH(vectorPermuteRows)();
}
const VectorRow *wholeRegisterMove() {
  return HWY_DYNAMIC_DISPATCH(wholeRegisterMove)();
}
} // namespace tilewright::iss
#endif
