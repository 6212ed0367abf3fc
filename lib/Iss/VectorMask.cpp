//===- VectorMask.cpp - Compares and mask registers -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns everything that writes or counts mask bits: integer and floating-point
// compares, carry-out, mask logic, population count, find-first, prefixes,
// iota.
//
//===----------------------------------------------------------------------===//

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "VectorMask.cpp"
// Must come before what it includes again for every target.
#include "hwy/foreach_target.h"

#include "VectorFormats-inl.h"
#include "llvm/Support/FormatVariadic.h"

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {
namespace {

/// Evaluates `f(k)` (a bool) over the group of T and writes the bits to vd.
template <class T, class F>
HWY_INLINE void writeBits(Core &c, const Inst &i, bool masked, F f) {
  uint8_t *bytes = c.temp<uint8_t>(2), *bits = c.temp<uint8_t>(3);
  const size_t total = registersFor<T>(c, c.vl) * perRegister<T>(c);
  TILEWRIGHT_PARALLEL
  for (size_t k = 0; k < total; ++k)
    bytes[k] = f(k);
  // Whole bytes need no blending and go straight to the register.
  if (!masked && c.vstart == 0 && c.vl % 8 == 0)
    return packBits<T>(c, bytes, c.vl, c.v(i.rd));
  packBits<T>(c, bytes, c.vl, bits);
  assignMask(c, i.rd, bits, masked);
}

struct Eq {
  template <class T> static bool apply(T a, T b) { return a == b; }
};
struct Ne {
  template <class T> static bool apply(T a, T b) { return a != b; }
};
struct Lt {
  template <class T> static bool apply(T a, T b) { return a < b; }
};
struct Le {
  template <class T> static bool apply(T a, T b) { return a <= b; }
};
struct Gt {
  template <class T> static bool apply(T a, T b) { return a > b; }
};
struct Ge {
  template <class T> static bool apply(T a, T b) { return a >= b; }
};

template <class T, class Op> struct IntegerCompare {
  static void vv(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2), *b = c.reg<T>(i.rs1);
    writeBits<T>(c, i, !i.vm, [=](size_t k) { return Op::apply(a[k], b[k]); });
  }
  static void vs(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2);
    const T b = T(c.scalarOperand(i));
    writeBits<T>(c, i, !i.vm, [=](size_t k) { return Op::apply(a[k], b); });
  }
};

template <class T, class Op> struct FloatCompare {
  static void vv(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2), *b = c.reg<T>(i.rs1);
    writeBits<T>(c, i, !i.vm, [=](size_t k) {
      return Op::apply(Fp<T>::load(a[k]), Fp<T>::load(b[k]));
    });
  }
  static void vs(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2);
    const auto b = Fp<T>::load(floatScalar<T>(c, i));
    writeBits<T>(c, i, !i.vm,
                 [=](size_t k) { return Op::apply(Fp<T>::load(a[k]), b); });
  }
};

// Carry and borrow out of a (vs2), b and the carry in.
struct CarryOut {
  template <class T> static bool apply(T a, T b, T in) {
    T sum = T(a + b);
    return sum < a || T(sum + in) < sum;
  }
};
struct BorrowOut {
  template <class T> static bool apply(T a, T b, T in) {
    return a < b || (a == b && in);
  }
};
/// vmadc and vmsbc: vm = 0 means that v0 is the carry in.
template <class T, class Op> struct Carry {
  template <class B> static void run(Core &c, const Inst &i, B b) {
    const T *a = c.reg<T>(i.rs2);
    if (i.vm)
      return writeBits<T>(
          c, i, false, [=](size_t k) { return Op::apply(a[k], b(k), T(0)); });
    const Bits<T> *carry = activeElements<T>(c, true).mask;
    writeBits<T>(c, i, false, [=](size_t k) {
      return Op::apply(a[k], b(k), T(carry[k] & 1));
    });
  }
  static void vv(Core &c, const Inst &i) {
    const T *b = c.reg<T>(i.rs1);
    run(c, i, [=](size_t k) { return b[k]; });
  }
  static void vs(Core &c, const Inst &i) {
    const T b = T(c.scalarOperand(i));
    run(c, i, [=](size_t) { return b; });
  }
};

template <auto Op> void logical(Core &c, const Inst &i) {
  const uint8_t *a = c.v(i.rs2), *b = c.v(i.rs1);
  uint8_t *bits = c.temp<uint8_t>(3);
  for (size_t k = 0; k < c.registerBytes; ++k)
    bits[k] = Op(a[k], b[k]);
  assignMask(c, i.rd, bits, false);
}
constexpr auto andNot = [](uint8_t a, uint8_t b) { return uint8_t(a & ~b); };
constexpr auto band = [](uint8_t a, uint8_t b) { return uint8_t(a & b); };
constexpr auto bor = [](uint8_t a, uint8_t b) { return uint8_t(a | b); };
constexpr auto bxor = [](uint8_t a, uint8_t b) { return uint8_t(a ^ b); };
constexpr auto orNot = [](uint8_t a, uint8_t b) { return uint8_t(a | ~b); };
constexpr auto nand = [](uint8_t a, uint8_t b) { return uint8_t(~(a & b)); };
constexpr auto nor = [](uint8_t a, uint8_t b) { return uint8_t(~(a | b)); };
constexpr auto xnor = [](uint8_t a, uint8_t b) { return uint8_t(~(a ^ b)); };

bool bit(const uint8_t *m, unsigned i) { return m[i / 8] >> (i % 8) & 1; }
bool activeBit(const Core &c, const Inst &i, const uint8_t *v0, unsigned e) {
  return e >= c.vstart && (i.vm || bit(v0, e));
}

/// vcpop.m (count) and vfirst.m: a scalar from lane 0.
template <bool First> void scalarOfMask(Core &c, const Inst &i) {
  int64_t lane0 = 0;
  for (unsigned l = 0; l < c.lanes; ++l) {
    const uint8_t *m = c.v(i.rs2) + size_t(l) * c.vlenb;
    const uint8_t *v0 = c.v(0) + size_t(l) * c.vlenb;
    int64_t result = First ? -1 : 0;
    for (unsigned e = 0; e < c.vl; ++e) {
      if (!bit(m, e) || !activeBit(c, i, v0, e))
        continue;
      if (First) {
        result = e;
        break;
      }
      ++result;
    }
    if (l == 0)
      lane0 = result;
    if (!c.checks.laneDivergence)
      break;
    if (result != lane0)
      return c.fail(
          llvm::formatv("lane divergence: {0} gives {1} in lane 0 and "
                        "{2} in lane {3}",
                        First ? "vfirst.m" : "vcpop.m", lane0, result, l));
  }
  c.x[i.rd] = uint64_t(lane0);
}

/// vmsbf, vmsof, vmsif: before, only, including the first set bit.
template <bool Before, bool At> void upToFirst(Core &c, const Inst &i) {
  uint8_t *bits = c.temp<uint8_t>(3);
  std::memset(bits, 0, c.registerBytes);
  for (unsigned l = 0; l < c.lanes; ++l) {
    const size_t base = size_t(l) * c.vlenb;
    const uint8_t *m = c.v(i.rs2) + base, *v0 = c.v(0) + base;
    for (unsigned e = 0; e < c.vl; ++e) {
      if (!activeBit(c, i, v0, e))
        continue;
      bool here = bit(m, e);
      if (here ? At : Before)
        bits[base + e / 8] |= uint8_t(1u << e % 8);
      if (here)
        break;
    }
  }
  assignMask(c, i.rd, bits, !i.vm);
}

/// viota.m: how many bits are set before each element.
template <class T> struct Iota {
  static void run(Core &c, const Inst &i) {
    T *t = c.temp<T>(0);
    for (unsigned l = 0; l < c.lanes; ++l) {
      const size_t base = size_t(l) * c.vlenb;
      const uint8_t *m = c.v(i.rs2) + base, *v0 = c.v(0) + base;
      unsigned count = 0;
      for (unsigned e = 0; e < c.vl; ++e) {
        t[position<T>(c, e) + size_t(l) * perLane<T>(c)] = T(count);
        count += bit(m, e) && activeBit(c, i, v0, e);
      }
    }
    elementwise<T>(c, i, [=](size_t k) { return t[k]; });
  }
};
template <class T> struct ElementIndex { // vid.v
  static void run(Core &c, const Inst &i) {
    T *t = c.temp<T>(0);
    const unsigned n = perLane<T>(c);
    for (unsigned r = 0; r < registersFor<T>(c, c.vl); ++r)
      for (unsigned l = 0; l < c.lanes; ++l)
        for (unsigned e = 0; e < n; ++e)
          t[r * perRegister<T>(c) + size_t(l) * n + e] = T(r * n + e);
    elementwise<T>(c, i, [=](size_t k) { return t[k]; });
  }
};

template <template <class, class> class K, class Op, bool Signed> struct Rows {
  using I8 = std::conditional_t<Signed, int8_t, uint8_t>;
  using I16 = std::conditional_t<Signed, int16_t, uint16_t>;
  using I32 = std::conditional_t<Signed, int32_t, uint32_t>;
  using I64 = std::conditional_t<Signed, int64_t, uint64_t>;
  static constexpr Handler vv[4] = {K<I8, Op>::vv, K<I16, Op>::vv,
                                    K<I32, Op>::vv, K<I64, Op>::vv};
  static constexpr Handler vs[4] = {K<I8, Op>::vs, K<I16, Op>::vs,
                                    K<I32, Op>::vs, K<I64, Op>::vs};
};
template <class Op, bool Signed> using Int = Rows<IntegerCompare, Op, Signed>;
template <class Op> struct FloatOp {
  static constexpr Handler vv[4] = {nullptr, FloatCompare<uint16_t, Op>::vv,
                                    FloatCompare<float, Op>::vv,
                                    FloatCompare<double, Op>::vv};
  static constexpr Handler vs[4] = {nullptr, FloatCompare<uint16_t, Op>::vs,
                                    FloatCompare<float, Op>::vs,
                                    FloatCompare<double, Op>::vs};
};
/// The same handler at every SEW.
template <Handler H> inline constexpr Handler kAny[4] = {H, H, H, H};

constexpr auto I = VectorRow::Integer, M = VectorRow::Multiply,
               F = VectorRow::Float;
constexpr UnitClass kAdd = UnitClass::VectorAdd, kMisc = UnitClass::VectorMisc;
constexpr int8_t k1 = kOneRegister, kNo = kNoGroup;
constexpr uint8_t kMask = kWritesMask | kReadsDestination;

// clang-format off
const VectorRow kRows[] = {
    {I, 0x11, -1, Rows<Carry, CarryOut, false>::vv, Rows<Carry, CarryOut, false>::vs, kAdd, k1, 0, 0, kMask},
    {I, 0x13, -1, Rows<Carry, BorrowOut, false>::vv, Rows<Carry, BorrowOut, false>::vs, kAdd, k1, 0, 0, kMask},
    {I, 0x18, -1, Int<Eq, false>::vv, Int<Eq, false>::vs, kAdd, k1, 0, 0, kMask},
    {I, 0x19, -1, Int<Ne, false>::vv, Int<Ne, false>::vs, kAdd, k1, 0, 0, kMask},
    {I, 0x1A, -1, Int<Lt, false>::vv, Int<Lt, false>::vs, kAdd, k1, 0, 0, kMask},
    {I, 0x1B, -1, Int<Lt, true>::vv, Int<Lt, true>::vs, kAdd, k1, 0, 0, kMask},
    {I, 0x1C, -1, Int<Le, false>::vv, Int<Le, false>::vs, kAdd, k1, 0, 0, kMask},
    {I, 0x1D, -1, Int<Le, true>::vv, Int<Le, true>::vs, kAdd, k1, 0, 0, kMask},
    {I, 0x1E, -1, nullptr, Int<Gt, false>::vs, kAdd, k1, 0, 0, kMask},
    {I, 0x1F, -1, nullptr, Int<Gt, true>::vs, kAdd, k1, 0, 0, kMask},
    {F, 0x18, -1, FloatOp<Eq>::vv, FloatOp<Eq>::vs, kAdd, k1, 0, 0, kMask},
    {F, 0x19, -1, FloatOp<Le>::vv, FloatOp<Le>::vs, kAdd, k1, 0, 0, kMask},
    {F, 0x1B, -1, FloatOp<Lt>::vv, FloatOp<Lt>::vs, kAdd, k1, 0, 0, kMask},
    {F, 0x1C, -1, FloatOp<Ne>::vv, FloatOp<Ne>::vs, kAdd, k1, 0, 0, kMask},
    {F, 0x1D, -1, nullptr, FloatOp<Gt>::vs, kAdd, k1, 0, 0, kMask},
    {F, 0x1F, -1, nullptr, FloatOp<Ge>::vs, kAdd, k1, 0, 0, kMask},
    {M, 0x18, -1, kAny<logical<andNot>>, nullptr, kMisc, k1, k1, k1, kMask},
    {M, 0x19, -1, kAny<logical<band>>, nullptr, kMisc, k1, k1, k1, kMask},
    {M, 0x1A, -1, kAny<logical<bor>>, nullptr, kMisc, k1, k1, k1, kMask},
    {M, 0x1B, -1, kAny<logical<bxor>>, nullptr, kMisc, k1, k1, k1, kMask},
    {M, 0x1C, -1, kAny<logical<orNot>>, nullptr, kMisc, k1, k1, k1, kMask},
    {M, 0x1D, -1, kAny<logical<nand>>, nullptr, kMisc, k1, k1, k1, kMask},
    {M, 0x1E, -1, kAny<logical<nor>>, nullptr, kMisc, k1, k1, k1, kMask},
    {M, 0x1F, -1, kAny<logical<xnor>>, nullptr, kMisc, k1, k1, k1, kMask},
    {M, 0x10, 16, kAny<scalarOfMask<false>>, nullptr, kMisc, kNo, k1, kNo, kScalarResult},
    {M, 0x10, 17, kAny<scalarOfMask<true>>, nullptr, kMisc, kNo, k1, kNo, kScalarResult},
    {M, 0x14, 1, kAny<upToFirst<true, false>>, nullptr, kMisc, k1, k1, kNo, kMask},
    {M, 0x14, 2, kAny<upToFirst<false, true>>, nullptr, kMisc, k1, k1, kNo, kMask},
    {M, 0x14, 3, kAny<upToFirst<true, true>>, nullptr, kMisc, k1, k1, kNo, kMask},
    {M, 0x14, 16, kIntegerHandlers<Iota, false>, nullptr, kMisc, 0, k1, kNo},
    {M, 0x14, 17, kIntegerHandlers<ElementIndex, false>, nullptr, kMisc, 0, kNo, kNo},
};
// clang-format on

llvm::ArrayRef<VectorRow> vectorMaskRows() { return kRows; }

} // namespace
} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tilewright::iss {
HWY_EXPORT(vectorMaskRows);
llvm::ArrayRef<VectorRow> vectorMaskRows() {
  return HWY_DYNAMIC_DISPATCH(vectorMaskRows)();
}
} // namespace tilewright::iss
#endif
