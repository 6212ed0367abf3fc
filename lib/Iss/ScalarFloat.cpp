//===- ScalarFloat.cpp - RV64FD and Zfh -----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns scalar floating point. Arithmetic runs on the host's IEEE unit in the
// instruction's rounding mode (this file is compiled with -frounding-math);
// half precision computes in single precision and narrows, which rounds
// correctly because 24 >= 2 * 11 + 2. Results that are NaN are the canonical
// NaN; values in registers are NaN-boxed. Exception flags are not raised:
// fflags holds what was written to it.
//
//===----------------------------------------------------------------------===//

#include "Decode.h"
#include "Half.h"
#include "RoundToInt.h"
#include <cfenv>
#include <cmath>

using namespace tilewright;
using namespace tilewright::iss;

namespace {

struct H {}; // binary16
template <class F> struct Format;
template <> struct Format<H> {
  using Value = float;
  static constexpr unsigned kBits = 16;
  static constexpr uint64_t kNan = kHalfNan, kSign = 0x8000;
  static float get(uint64_t bits) { return halfToFloat(uint16_t(bits)); }
  static uint64_t put(float v, Rounding mode) {
    return std::isnan(v) ? kNan : floatToHalf(v, mode);
  }
};
template <> struct Format<float> {
  using Value = float;
  static constexpr unsigned kBits = 32;
  static constexpr uint64_t kNan = kFloatNan, kSign = 0x80000000;
  static float get(uint64_t bits) {
    return std::bit_cast<float>(uint32_t(bits));
  }
  static uint64_t put(float v, Rounding) {
    return std::isnan(v) ? kNan : std::bit_cast<uint32_t>(v);
  }
};
template <> struct Format<double> {
  using Value = double;
  static constexpr unsigned kBits = 64;
  static constexpr uint64_t kNan = kDoubleNan, kSign = uint64_t(1) << 63;
  static double get(uint64_t bits) { return std::bit_cast<double>(bits); }
  static uint64_t put(double v, Rounding) {
    return std::isnan(v) ? kNan : std::bit_cast<uint64_t>(v);
  }
};

template <class F>
constexpr uint64_t kBox =
    Format<F>::kBits == 64 ? 0 : ~uint64_t(0) << (Format<F>::kBits & 63);
/// The bits of a register read in format F; NaN if it is not boxed.
template <class F> uint64_t bits(const Core &c, unsigned r) {
  uint64_t v = c.f[r];
  return (v & kBox<F>) == kBox<F> ? v & ~kBox<F> : Format<F>::kNan;
}
template <class F> auto value(const Core &c, unsigned r) {
  return Format<F>::get(bits<F>(c, r));
}
template <class F> void setBits(Core &c, unsigned r, uint64_t v) {
  c.f[r] = v | kBox<F>;
}

/// The rounding mode of an instruction; fails on reserved ones.
bool roundingMode(Core &c, const Inst &i, Rounding &mode) {
  unsigned rm = i.rounding == 7 ? c.frm : i.rounding;
  mode = Rounding(rm);
  if (rm <= kNearestAway)
    return true;
  c.fail("illegal instruction: reserved rounding mode");
  return false;
}

/// Switches the host's rounding mode for the life of the object. Nearest-away
/// has no host equivalent; arithmetic in it is refused.
class HostRounding {
public:
  HostRounding(Core &c, const Inst &i) {
    if (!roundingMode(c, i, mode))
      return;
    if (mode == kNearestAway) {
      c.fail("arithmetic in rounding mode rmm is not supported",
             FailureKind::Unsupported);
      return;
    }
    static constexpr int kModes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD,
                                     FE_UPWARD};
    if (mode != kNearestEven)
      std::fesetround(kModes[mode]);
    valid = true;
  }
  ~HostRounding() {
    if (mode != kNearestEven)
      std::fesetround(FE_TONEAREST);
  }
  explicit operator bool() const { return valid; }
  Rounding mode = kNearestEven;

private:
  bool valid = false;
};

template <class F, auto Op> void binary(Core &c, const Inst &i) {
  if (HostRounding host{c, i})
    setBits<F>(
        c, i.rd,
        Format<F>::put(Op(value<F>(c, i.rs1), value<F>(c, i.rs2)), host.mode));
}
template <class F> void squareRoot(Core &c, const Inst &i) {
  if (HostRounding host{c, i})
    setBits<F>(c, i.rd,
               Format<F>::put(std::sqrt(value<F>(c, i.rs1)), host.mode));
}
/// rd = (+-rs1 * rs2) +- rs3, rounded once.
template <class F, int Product, int Addend> void fused(Core &c, const Inst &i) {
  HostRounding host{c, i};
  if (!host)
    return;
  auto a = Product * value<F>(c, i.rs1), b = value<F>(c, i.rs2),
       d = Addend * value<F>(c, i.rs3);
  if constexpr (std::is_same_v<F, H>) {
    // The product is exact in f64 and the sum cannot lie near a tie of f16
    // when it is not.
    double r = double(a) * double(b) + double(d);
    setBits<F>(c, i.rd, doubleToHalf(r, host.mode));
  } else {
    setBits<F>(c, i.rd, Format<F>::put(std::fma(a, b, d), host.mode));
  }
}

constexpr auto add = [](auto a, auto b) { return a + b; };
constexpr auto sub = [](auto a, auto b) { return a - b; };
constexpr auto mul = [](auto a, auto b) { return a * b; };
constexpr auto div_ = [](auto a, auto b) { return a / b; };

template <class F, bool Max> void extreme(Core &c, const Inst &i) {
  uint64_t a = bits<F>(c, i.rs1), b = bits<F>(c, i.rs2);
  auto x = Format<F>::get(a), y = Format<F>::get(b);
  uint64_t r;
  if (std::isnan(x))
    r = std::isnan(y) ? Format<F>::kNan : b;
  else if (std::isnan(y))
    r = a;
  else if (x == y) // +0 is larger than -0
    r = Max ? a & b : a | b;
  else
    r = (x < y) != Max ? a : b;
  setBits<F>(c, i.rd, r);
}
/// Sign injection: 0 copies, 1 negates, 2 xors.
template <class F, int Kind> void sign(Core &c, const Inst &i) {
  uint64_t a = bits<F>(c, i.rs1), b = bits<F>(c, i.rs2);
  uint64_t s = Kind == 0 ? b : Kind == 1 ? ~b : a ^ b;
  setBits<F>(c, i.rd, (a & ~Format<F>::kSign) | (s & Format<F>::kSign));
}
template <class F, auto Op> void compare(Core &c, const Inst &i) {
  c.x[i.rd] = Op(value<F>(c, i.rs1), value<F>(c, i.rs2));
}
constexpr auto eq = [](auto a, auto b) { return a == b; };
constexpr auto lt = [](auto a, auto b) { return a < b; };
constexpr auto le = [](auto a, auto b) { return a <= b; };

template <class F> void classify(Core &c, const Inst &i) {
  uint64_t b = bits<F>(c, i.rs1);
  constexpr unsigned kFraction = std::is_same_v<F, H>       ? 10
                                 : std::is_same_v<F, float> ? 23
                                                            : 52;
  c.x[i.rd] = classifyBits(b, Format<F>::kBits, kFraction);
}

/// Integer from float.
template <class F, class I> void toInteger(Core &c, const Inst &i) {
  Rounding mode;
  if (roundingMode(c, i, mode))
    c.x[i.rd] = uint64_t(int64_t(
        std::make_signed_t<I>(roundToInteger<I>(value<F>(c, i.rs1), mode))));
}
/// Float from integer.
template <class F, class I> void fromInteger(Core &c, const Inst &i) {
  Rounding mode;
  if (!roundingMode(c, i, mode))
    return;
  setBits<F>(c, i.rd,
             integerToFloatBits<I>(I(c.x[i.rs1]), Format<F>::kBits, mode));
}
/// Float from another float format.
template <class To, class From> void convert(Core &c, const Inst &i) {
  Rounding mode;
  if (!roundingMode(c, i, mode))
    return;
  double v = value<From>(c, i.rs1);
  uint64_t r;
  if constexpr (std::is_same_v<To, H>)
    r = doubleToHalf(v, mode);
  else if constexpr (std::is_same_v<To, float>)
    r = narrowDouble<8, 23>(v, mode);
  else
    r = Format<double>::put(v, mode);
  setBits<To>(c, i.rd, r);
}

template <class F> void moveToInteger(Core &c, const Inst &i) {
  if constexpr (Format<F>::kBits == 16)
    c.x[i.rd] = uint64_t(int64_t(int16_t(c.f[i.rs1])));
  else if constexpr (Format<F>::kBits == 32)
    c.x[i.rd] = uint64_t(int64_t(int32_t(c.f[i.rs1])));
  else
    c.x[i.rd] = c.f[i.rs1];
}
template <class F> void moveFromInteger(Core &c, const Inst &i) {
  setBits<F>(c, i.rd, c.x[i.rs1]);
}

constexpr UnitClass kFp = UnitClass::ScalarFp;
constexpr ImmFormat kNone = ImmFormat::None;

// The rows of one format; `fmt` is the two-bit format field.
template <class F> std::vector<ScalarRow> formatRows(uint32_t fmt) {
  auto op = [fmt](uint32_t funct5, uint32_t rest = 0) {
    return funct5 << 27 | fmt << 25 | rest | 0x53;
  };
  auto unary = [op](uint32_t funct5, uint32_t rs2) {
    return op(funct5, rs2 << 20);
  };
  uint32_t f3 = 1u << 12;
  std::vector<ScalarRow> rows = {
      {fmt << 25 | 0x43, 0x0600007F, "ffff", kNone, kFp, 0, fused<F, 1, 1>},
      {fmt << 25 | 0x47, 0x0600007F, "ffff", kNone, kFp, 0, fused<F, 1, -1>},
      {fmt << 25 | 0x4B, 0x0600007F, "ffff", kNone, kFp, 0, fused<F, -1, 1>},
      {fmt << 25 | 0x4F, 0x0600007F, "ffff", kNone, kFp, 0, fused<F, -1, -1>},
      {op(0), kMaskFunct7Rm, "fff-", kNone, kFp, 0, binary<F, add>},
      {op(1), kMaskFunct7Rm, "fff-", kNone, kFp, 0, binary<F, sub>},
      {op(2), kMaskFunct7Rm, "fff-", kNone, kFp, 0, binary<F, mul>},
      {op(3), kMaskFunct7Rm, "fff-", kNone, kFp, 0, binary<F, div_>},
      {unary(11, 0), kMaskRs2, "ff--", kNone, kFp, 0, squareRoot<F>},
      {op(4), kMaskFunct7, "fff-", kNone, kFp, 0, sign<F, 0>},
      {op(4, f3), kMaskFunct7, "fff-", kNone, kFp, 0, sign<F, 1>},
      {op(4, 2 * f3), kMaskFunct7, "fff-", kNone, kFp, 0, sign<F, 2>},
      {op(5), kMaskFunct7, "fff-", kNone, kFp, 0, extreme<F, false>},
      {op(5, f3), kMaskFunct7, "fff-", kNone, kFp, 0, extreme<F, true>},
      {op(20), kMaskFunct7, "xff-", kNone, kFp, 0, compare<F, le>},
      {op(20, f3), kMaskFunct7, "xff-", kNone, kFp, 0, compare<F, lt>},
      {op(20, 2 * f3), kMaskFunct7, "xff-", kNone, kFp, 0, compare<F, eq>},
      {unary(28, 0) | f3, kMaskRs2Funct3, "xf--", kNone, kFp, 0, classify<F>},
      {unary(28, 0), kMaskRs2Funct3, "xf--", kNone, kFp, 0, moveToInteger<F>},
      {unary(30, 0), kMaskRs2Funct3, "fx--", kNone, kFp, 0, moveFromInteger<F>},
      {unary(24, 0), kMaskRs2, "xf--", kNone, kFp, 0, toInteger<F, int32_t>},
      {unary(24, 1), kMaskRs2, "xf--", kNone, kFp, 0, toInteger<F, uint32_t>},
      {unary(24, 2), kMaskRs2, "xf--", kNone, kFp, 0, toInteger<F, int64_t>},
      {unary(24, 3), kMaskRs2, "xf--", kNone, kFp, 0, toInteger<F, uint64_t>},
      {unary(26, 0), kMaskRs2, "fx--", kNone, kFp, 0, fromInteger<F, int32_t>},
      {unary(26, 1), kMaskRs2, "fx--", kNone, kFp, 0, fromInteger<F, uint32_t>},
      {unary(26, 2), kMaskRs2, "fx--", kNone, kFp, 0, fromInteger<F, int64_t>},
      {unary(26, 3), kMaskRs2, "fx--", kNone, kFp, 0, fromInteger<F, uint64_t>},
  };
  // Conversions between formats: rs2 names the source format.
  if constexpr (!std::is_same_v<F, float>)
    rows.push_back(
        {unary(8, 0), kMaskRs2, "ff--", kNone, kFp, 0, convert<F, float>});
  if constexpr (!std::is_same_v<F, double>)
    rows.push_back(
        {unary(8, 1), kMaskRs2, "ff--", kNone, kFp, 0, convert<F, double>});
  if constexpr (!std::is_same_v<F, H>)
    rows.push_back(
        {unary(8, 2), kMaskRs2, "ff--", kNone, kFp, 0, convert<F, H>});
  return rows;
}

} // namespace

llvm::ArrayRef<ScalarRow> iss::floatRows() {
  static const std::vector<ScalarRow> rows = [] {
    std::vector<ScalarRow> all = formatRows<float>(0);
    for (const auto &more : {formatRows<double>(1), formatRows<H>(2)})
      all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return rows;
}
