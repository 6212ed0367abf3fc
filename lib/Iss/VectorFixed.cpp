//===- VectorFixed.cpp - Fixed-point vector arithmetic --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns saturating, averaging and scaling arithmetic of SEW, add and subtract
// with carry. vxsat is set when an active element saturates.
//
//===----------------------------------------------------------------------===//

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "VectorFixed.cpp"
// Must come before what it includes again for every target.
#include "hwy/foreach_target.h"

#include "FixedPoint.h"
#include "VectorEngine-inl.h"
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {
namespace {

/// Operand pairs: vs2 element first, then vs1 or the scalar.
template <class T, class Op> struct Fixed {
  template <class B> static void run(Core &c, const Inst &i, B b) {
    const T *a = c.reg<T>(i.rs2);
    const unsigned mode = c.vxrm;
    Active<T> active = activeElements<T>(c, !i.vm);
    if constexpr (Op::kSaturates) {
      bool saturated = false;
      const size_t plain = active.plain;
      for (size_t k = 0; k < active.total; ++k) {
        bool s = false;
        (void)Op::apply(a[k], b(k), mode, s);
        saturated |= s && (k < plain || active.mask[k - plain]);
      }
      c.vxsat |= saturated;
    }
    assign<T>(c.reg<T>(i.rd), active, [=](size_t k) {
      bool ignored = false;
      return Op::apply(a[k], b(k), mode, ignored);
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

struct SaturatingAdd {
  static constexpr bool kSaturates = true;
  template <class T> static T apply(T a, T b, unsigned, bool &saturated) {
    T r;
    saturated = __builtin_add_overflow(a, b, &r);
    using L = std::numeric_limits<T>;
    return saturated ? (std::is_signed_v<T> && a < 0 ? L::min() : L::max()) : r;
  }
};
struct SaturatingSub {
  static constexpr bool kSaturates = true;
  template <class T> static T apply(T a, T b, unsigned, bool &saturated) {
    T r;
    saturated = __builtin_sub_overflow(a, b, &r);
    using L = std::numeric_limits<T>;
    T limit = std::is_signed_v<T> ? (a < 0 ? L::min() : L::max()) : T(0);
    return saturated ? limit : r;
  }
};
struct AveragingAdd {
  static constexpr bool kSaturates = false;
  template <class T> static T apply(T a, T b, unsigned mode, bool &) {
    return T(roundOff(WideInt<T>(a) + WideInt<T>(b), 1, mode));
  }
};
struct AveragingSub {
  static constexpr bool kSaturates = false;
  template <class T> static T apply(T a, T b, unsigned mode, bool &) {
    return T(roundOff(WideInt<T>(a) - WideInt<T>(b), 1, mode));
  }
};
/// Fractional multiply.
struct ScalingMul {
  static constexpr bool kSaturates = true;
  template <class T> static T apply(T a, T b, unsigned mode, bool &saturated) {
    using L = std::numeric_limits<T>;
    saturated = a == L::min() && b == L::min();
    auto r = roundOff(WideInt<T>(a) * WideInt<T>(b), sizeof(T) * 8 - 1, mode);
    return saturated ? L::max() : T(r);
  }
};
struct ScalingShift {
  static constexpr bool kSaturates = false;
  template <class T> static T apply(T a, T b, unsigned mode, bool &) {
    return T(roundOff(WideInt<T>(a), unsigned(b) & (sizeof(T) * 8 - 1), mode));
  }
};

/// vadc and vsbc: v0 holds the carry of every element; nothing is masked.
template <class T, class Op> struct Carry {
  template <class B> static void run(Core &c, const Inst &i, B b) {
    const T *a = c.reg<T>(i.rs2);
    Active<T> carries = activeElements<T>(c, true);
    const Bits<T> *carry = carries.mask;
    assign<T>(c.reg<T>(i.rd), activeElements<T>(c, false),
              [=](size_t k) { return Op::apply(a[k], b(k), T(carry[k] & 1)); });
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
struct Adc {
  template <class T> static T apply(T a, T b, T carry) {
    return T(a + b + carry);
  }
};
struct Sbc {
  template <class T> static T apply(T a, T b, T carry) {
    return T(a - b - carry);
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
template <class Op, bool Signed> using Fix = Rows<Fixed, Op, Signed>;

constexpr auto I = VectorRow::Integer, M = VectorRow::Multiply;
constexpr UnitClass kAdd = UnitClass::VectorAdd, kMul = UnitClass::VectorMul;

// clang-format off
const VectorRow kRows[] = {
    {I, 0x10, -1, Rows<Carry, Adc, false>::vv, Rows<Carry, Adc, false>::vs, kAdd},
    {I, 0x12, -1, Rows<Carry, Sbc, false>::vv, Rows<Carry, Sbc, false>::vs, kAdd},
    {I, 0x20, -1, Fix<SaturatingAdd, false>::vv, Fix<SaturatingAdd, false>::vs, kAdd},
    {I, 0x21, -1, Fix<SaturatingAdd, true>::vv, Fix<SaturatingAdd, true>::vs, kAdd},
    {I, 0x22, -1, Fix<SaturatingSub, false>::vv, Fix<SaturatingSub, false>::vs, kAdd},
    {I, 0x23, -1, Fix<SaturatingSub, true>::vv, Fix<SaturatingSub, true>::vs, kAdd},
    // The immediate form of 0x27 is the whole-register move (VectorPermute).
    {I, 0x27, -1, Fix<ScalingMul, true>::vv, Fix<ScalingMul, true>::vs, kMul},
    {I, 0x2A, -1, Fix<ScalingShift, false>::vv, Fix<ScalingShift, false>::vs, kAdd,
     0, 0, 0, kUnsignedImm},
    {I, 0x2B, -1, Fix<ScalingShift, true>::vv, Fix<ScalingShift, true>::vs, kAdd, 0,
     0, 0, kUnsignedImm},
    {M, 0x08, -1, Fix<AveragingAdd, false>::vv, Fix<AveragingAdd, false>::vs, kAdd},
    {M, 0x09, -1, Fix<AveragingAdd, true>::vv, Fix<AveragingAdd, true>::vs, kAdd},
    {M, 0x0A, -1, Fix<AveragingSub, false>::vv, Fix<AveragingSub, false>::vs, kAdd},
    {M, 0x0B, -1, Fix<AveragingSub, true>::vv, Fix<AveragingSub, true>::vs, kAdd},
};
// clang-format on

llvm::ArrayRef<VectorRow> vectorFixedRows() { return kRows; }

} // namespace
} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tilewright::iss {
HWY_EXPORT(vectorFixedRows);
llvm::ArrayRef<VectorRow> vectorFixedRows() {
  return HWY_DYNAMIC_DISPATCH(vectorFixedRows)();
}
} // namespace tilewright::iss
#endif
