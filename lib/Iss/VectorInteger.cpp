//===- VectorInteger.cpp - Single-width integer vector arithmetic ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns add to multiply-add, logic, shifts, min/max, divide, merges and moves of
// elements of SEW.
//
//===----------------------------------------------------------------------===//

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "VectorInteger.cpp"
// Must come before what it includes again for every target.
#include "hwy/foreach_target.h"

#include "FixedPoint.h"
#include "VectorEngine-inl.h"
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {
namespace {

// Operations take the vs2 element first, then vs1 or the scalar. They are
// total: inactive elements are computed too.
template <class T> using Un = std::make_unsigned_t<T>;
template <class T> constexpr unsigned kShiftMask = sizeof(T) * 8 - 1;

struct Add {
  template <class T> static T apply(T a, T b) { return T(Un<T>(a) + Un<T>(b)); }
};
struct Sub {
  template <class T> static T apply(T a, T b) { return T(Un<T>(a) - Un<T>(b)); }
};
struct Rsub {
  template <class T> static T apply(T a, T b) { return T(Un<T>(b) - Un<T>(a)); }
};
struct Min {
  template <class T> static T apply(T a, T b) { return a < b ? a : b; }
};
struct Max {
  template <class T> static T apply(T a, T b) { return a > b ? a : b; }
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
struct Sll {
  template <class T> static T apply(T a, T b) {
    return T(a << (b & kShiftMask<T>));
  }
};
/// Right shift, arithmetic for signed T.
struct Shr {
  template <class T> static T apply(T a, T b) {
    return T(a >> (b & kShiftMask<T>));
  }
};
struct Mul {
  template <class T> static T apply(T a, T b) {
    // Promoted to 32 bits unsigned so that no width overflows a signed int.
    using W = std::conditional_t<(sizeof(T) < 4), uint32_t, Un<T>>;
    return T(W(a) * W(b));
  }
};
struct Mulh {
  template <class T> static T apply(T a, T b) {
    return T((WideInt<T>(a) * WideInt<T>(b)) >> (8 * sizeof(T)));
  }
};
struct Mulhsu { // signed times unsigned; T is signed
  template <class T> static T apply(T a, T b) {
    return T((WideInt<T>(a) * WideInt<T>(Un<T>(b))) >> (8 * sizeof(T)));
  }
};
struct Div {
  template <class T> static T apply(T a, T b) {
    if (b == 0)
      return T(-1);
    if (std::is_signed_v<T> && b == T(-1))
      return T(0 - Un<T>(a));
    return T(a / b);
  }
};
struct Rem {
  template <class T> static T apply(T a, T b) {
    if (b == 0)
      return a;
    if (std::is_signed_v<T> && b == T(-1))
      return 0;
    return T(a % b);
  }
};

template <class T, class Op> struct Binary {
  static void vv(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2), *b = c.reg<T>(i.rs1);
    elementwise<T>(c, i, [=](size_t k) { return Op::apply(a[k], b[k]); });
  }
  static void vs(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2);
    const T b = T(c.scalarOperand(i));
    elementwise<T>(c, i, [=](size_t k) { return Op::apply(a[k], b); });
  }
};

// Multiply-add: the result from the old destination d, vs2 element a, vs1 b.
struct Macc {
  template <class T> static T apply(T d, T a, T b) {
    return T(Un<T>(d) + Un<T>(Mul::apply(a, b)));
  }
};
struct Nmsac {
  template <class T> static T apply(T d, T a, T b) {
    return T(Un<T>(d) - Un<T>(Mul::apply(a, b)));
  }
};
struct Madd {
  template <class T> static T apply(T d, T a, T b) {
    return T(Un<T>(Mul::apply(d, b)) + Un<T>(a));
  }
};
struct Nmsub {
  template <class T> static T apply(T d, T a, T b) {
    return T(Un<T>(a) - Un<T>(Mul::apply(d, b)));
  }
};

template <class T, class Op> struct Ternary {
  static void vv(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2), *b = c.reg<T>(i.rs1), *d = c.reg<T>(i.rd);
    elementwise<T>(c, i, [=](size_t k) { return Op::apply(d[k], a[k], b[k]); });
  }
  static void vs(Core &c, const Inst &i) {
    const T *a = c.reg<T>(i.rs2), *d = c.reg<T>(i.rd);
    const T b = T(c.scalarOperand(i));
    elementwise<T>(c, i, [=](size_t k) { return Op::apply(d[k], a[k], b); });
  }
};

/// vmerge (masked) and vmv.v (not masked).
template <class T> struct Merge {
  template <class F> static void merge(Core &c, const Inst &i, F b) {
    Active<T> all = activeElements<T>(c, false);
    if (i.vm)
      return assign<T>(c.reg<T>(i.rd), all, b);
    // The mask selects; it is no write mask.
    const T *a = c.reg<T>(i.rs2);
    Active<T> chosen = activeElements<T>(c, true);
    const Bits<T> *mask = chosen.mask;
    assign<T>(c.reg<T>(i.rd), all,
              [=](size_t k) { return blend<T>(mask[k], b(k), a[k]); });
  }
  static void vv(Core &c, const Inst &i) {
    const T *b = c.reg<T>(i.rs1);
    merge(c, i, [=](size_t k) { return b[k]; });
  }
  static void vs(Core &c, const Inst &i) {
    const T b = T(c.scalarOperand(i));
    merge(c, i, [=](size_t) { return b; });
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
template <class T, class> using MergeOf = Merge<T>;
template <class Op, bool Signed> using Bin = Rows<Binary, Op, Signed>;
template <class Op> using Tern = Rows<Ternary, Op, false>;
using Moves = Rows<MergeOf, void, false>;

constexpr auto I = VectorRow::Integer, M = VectorRow::Multiply;
constexpr UnitClass kAdd = UnitClass::VectorAdd, kMul = UnitClass::VectorMul,
                    kDiv = UnitClass::VectorDiv, kMisc = UnitClass::VectorMisc;

// clang-format off
const VectorRow kRows[] = {
    {I, 0x00, -1, Bin<Add, false>::vv, Bin<Add, false>::vs, kAdd},
    {I, 0x02, -1, Bin<Sub, false>::vv, Bin<Sub, false>::vs, kAdd},
    {I, 0x03, -1, nullptr, Bin<Rsub, false>::vs, kAdd},
    {I, 0x04, -1, Bin<Min, false>::vv, Bin<Min, false>::vs, kAdd},
    {I, 0x05, -1, Bin<Min, true>::vv, Bin<Min, true>::vs, kAdd},
    {I, 0x06, -1, Bin<Max, false>::vv, Bin<Max, false>::vs, kAdd},
    {I, 0x07, -1, Bin<Max, true>::vv, Bin<Max, true>::vs, kAdd},
    {I, 0x09, -1, Bin<And, false>::vv, Bin<And, false>::vs, kAdd},
    {I, 0x0A, -1, Bin<Or, false>::vv, Bin<Or, false>::vs, kAdd},
    {I, 0x0B, -1, Bin<Xor, false>::vv, Bin<Xor, false>::vs, kAdd},
    {I, 0x25, -1, Bin<Sll, false>::vv, Bin<Sll, false>::vs, kAdd, 0, 0, 0,
     kUnsignedImm},
    {I, 0x28, -1, Bin<Shr, false>::vv, Bin<Shr, false>::vs, kAdd, 0, 0, 0,
     kUnsignedImm},
    {I, 0x29, -1, Bin<Shr, true>::vv, Bin<Shr, true>::vs, kAdd, 0, 0, 0,
     kUnsignedImm},
    {M, 0x20, -1, Bin<Div, false>::vv, Bin<Div, false>::vs, kDiv},
    {M, 0x21, -1, Bin<Div, true>::vv, Bin<Div, true>::vs, kDiv},
    {M, 0x22, -1, Bin<Rem, false>::vv, Bin<Rem, false>::vs, kDiv},
    {M, 0x23, -1, Bin<Rem, true>::vv, Bin<Rem, true>::vs, kDiv},
    {M, 0x24, -1, Bin<Mulh, false>::vv, Bin<Mulh, false>::vs, kMul},
    {M, 0x25, -1, Bin<Mul, false>::vv, Bin<Mul, false>::vs, kMul},
    {M, 0x26, -1, Bin<Mulhsu, true>::vv, Bin<Mulhsu, true>::vs, kMul},
    {M, 0x27, -1, Bin<Mulh, true>::vv, Bin<Mulh, true>::vs, kMul},
    {M, 0x29, -1, Tern<Madd>::vv, Tern<Madd>::vs, kMul, 0, 0, 0, kReadsDestination},
    {M, 0x2B, -1, Tern<Nmsub>::vv, Tern<Nmsub>::vs, kMul, 0, 0, 0, kReadsDestination},
    {M, 0x2D, -1, Tern<Macc>::vv, Tern<Macc>::vs, kMul, 0, 0, 0, kReadsDestination},
    {M, 0x2F, -1, Tern<Nmsac>::vv, Tern<Nmsac>::vs, kMul, 0, 0, 0, kReadsDestination},
    {I, 0x17, -1, Moves::vv, Moves::vs, kMisc},
};
// clang-format on

llvm::ArrayRef<VectorRow> vectorIntegerRows() { return kRows; }

} // namespace
} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tilewright::iss {
HWY_EXPORT(vectorIntegerRows);
llvm::ArrayRef<VectorRow> vectorIntegerRows() {
  return HWY_DYNAMIC_DISPATCH(vectorIntegerRows)();
}
} // namespace tilewright::iss
#endif
