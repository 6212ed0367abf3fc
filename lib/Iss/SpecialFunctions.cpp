//===- SpecialFunctions.cpp - Special function unit and lane index --------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns exp, erf, tanh, sin, cos, log and atan of f32 (and f16 through f32). All
// are evaluated in f64 to about 1e-11 relative error and rounded once, so
// results are the correctly rounded ones but for rare near-ties (error < 0.501
// ulp). Branch-free polynomial code that vectorises; polynomials are Taylor
// series where the argument is small enough, else Chebyshev interpolants.
//
//===----------------------------------------------------------------------===//

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "SpecialFunctions.cpp"
// Must come before what it includes again for every target.
#include "hwy/foreach_target.h"

#include "Units.h"
#include "VectorFormats-inl.h"
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {
namespace {

constexpr double kNan = __builtin_nan(""), kInfinity = __builtin_inf();
// Adding this leaves round-to-nearest integers in the low mantissa bits.
constexpr double kRoundMagic = 0x1.8p52;

/// Horner's rule, highest coefficient first.
template <size_t N> double polynomial(double x, const double (&c)[N]) {
  double r = c[0];
  for (size_t k = 1; k < N; ++k)
    r = r * x + c[k];
  return r;
}

constexpr double kExp[] = {1.0 / 39916800,
                           1.0 / 3628800,
                           1.0 / 362880,
                           1.0 / 40320,
                           1.0 / 5040,
                           1.0 / 720,
                           1.0 / 120,
                           1.0 / 24,
                           1.0 / 6,
                           0.5,
                           1,
                           1};
struct Exp {
  static double apply(double x) {
    // Beyond these f32 has overflowed or underflowed to zero.
    double y = x > 128.0 ? 128.0 : x;
    y = y < -160.0 ? -160.0 : y;
    double shifted = y * 0x1.71547652b82fep0 + kRoundMagic; // x / ln 2
    double n = shifted - kRoundMagic;
    double r = y - n * 0x1.62e42fefa0000p-1 - n * 0x1.cf79abc9e3b3ap-40;
    // The integer in the low bits of `shifted` goes to the exponent.
    uint64_t scale = std::bit_cast<uint64_t>(shifted) << 52;
    double e = polynomial(r, kExp);
    double v = std::bit_cast<double>(std::bit_cast<uint64_t>(e) + scale);
    return x != x ? kNan : v;
  }
};

constexpr double kTanhSmall[] = {-1382.0 / 155925, 62.0 / 2835, -17.0 / 315,
                                 2.0 / 15,         -1.0 / 3,    1};
struct Tanh {
  static double apply(double x) {
    double a = std::fabs(x);
    double e = Exp::apply(-2 * a);
    double large = (1 - e) / (1 + e);
    double small = a * polynomial(a * a, kTanhSmall);
    double v = a < 0.08 ? small : large;
    return std::copysign(v, x); // NaN stays NaN
  }
};

// erf(x) / x in x^2 on [0, 1]; erf(2.5 + 1.5 u) on [1, 4].
constexpr double kErfSmall[] = {
    0x1.43f6d0dee7032p-27,  -0x1.462a758d4591dp-23, 0x1.b5d3ea9fd0b5ap-20,
    -0x1.f4684782919e8p-17, 0x1.f99c295886f05p-14,  -0x1.c02d67e37081ep-11,
    0x1.565bcb082cca2p-8,   -0x1.b82ce3026aae0p-6,  0x1.ce2f21a000d30p-4,
    -0x1.812746b037352p-2,  0x1.20dd750429b6bp+0};
constexpr double kErfLarge[] = {
    0x1.e1811489122f0p-19, -0x1.0490315745a38p-20, -0x1.17a586f36051ap-15,
    0x1.3af7d54933333p-15, 0x1.e1936a521da11p-14,  -0x1.3dc0c9897839ep-12,
    0x1.d14da7f1fff92p-15, 0x1.e709a087eccfep-11,  -0x1.df3c4aa9a8f16p-10,
    0x1.ca1cebb04c0bdp-12, 0x1.29d40025657edp-8,   -0x1.3b371acbabbc1p-7,
    0x1.b5d2184711295p-8,  0x1.2faacee91b88ap-7,   -0x1.0521f53949b68p-5,
    0x1.7c8c5ebf99f9ap-5,  -0x1.65964ef561de8p-5,  0x1.cdb9fd59eb7f6p-6,
    -0x1.9180586b5693fp-7, 0x1.ac44a2cdb3db9p-9,   0x1.ffcaa8f4c9beap-1};
struct Erf {
  static double apply(double x) {
    double a = std::fabs(x);
    double small = a * polynomial(a * a, kErfSmall);
    double inside = a > 4 ? 4 : a;
    double large = polynomial((inside - 2.5) * (1 / 1.5), kErfLarge);
    double v = a < 1 ? small : a >= 4 ? 1 : large;
    return x != x ? kNan : std::copysign(v, x);
  }
};

constexpr double kSin[] = {
    -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880,
    -1.0 / 5040,          1.0 / 120,        -1.0 / 6,        1};
constexpr double kCos[] = {1.0 / 20922789888000,
                           -1.0 / 87178291200,
                           1.0 / 479001600,
                           -1.0 / 3628800,
                           1.0 / 40320,
                           -1.0 / 720,
                           1.0 / 24,
                           -0.5,
                           1};
// Larger arguments need more bits of pi than the fast reduction has.
constexpr double kTrigLimit = 0x1p20;
/// sin(x + quarters * pi/2) for |x| below kTrigLimit.
template <unsigned Quarters> struct Trig {
  static double apply(double x) {
    double shifted = x * 0x1.45f306dc9c883p-1 + kRoundMagic; // x / (pi/2)
    double n = shifted - kRoundMagic;
    // pi/2 in pieces of 33 bits, so that n times the first two is exact.
    double r = x - n * 0x1.921fb544p0;
    r -= n * 0x1.0b4611a6p-34;
    r -= n * 0x1.3198a2e037073p-69;
    uint64_t quadrant = std::bit_cast<uint64_t>(shifted) + Quarters;
    double r2 = r * r;
    double s = r * polynomial(r2, kSin), c = polynomial(r2, kCos);
    double v = quadrant & 1 ? c : s;
    return quadrant & 2 ? -v : v;
  }
  static double exact(double x) { return Quarters ? std::cos(x) : std::sin(x); }
};

constexpr double kLog[] = {1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11,
                           1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3,  1};
struct Log {
  static double apply(double x) {
    // x = m * 2^e with m in [sqrt(1/2), sqrt(2)); every f32 is normal in f64.
    uint64_t bits = std::bit_cast<uint64_t>(x);
    uint64_t offset = bits - 0x3FE6A09E667F3BCD; // sqrt(1/2)
    uint64_t biased = (offset + (uint64_t(2048) << 52)) >> 52 & 0xFFF;
    double e =
        std::bit_cast<double>(biased | 0x4330000000000000) - (0x1p52 + 2048);
    double m =
        std::bit_cast<double>((offset & 0xFFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD);
    double s = (m - 1) / (m + 1);
    double v = e * 0x1.62e42fefa39efp-1 + 2 * s * polynomial(s * s, kLog);
    v = x == kInfinity ? kInfinity : v;
    v = x == 0 ? -kInfinity : v;
    return x != x || x < 0 ? kNan : v;
  }
};

// atan(x) / x in x^2 up to tan(pi/8)^2.
constexpr double kAtan[] = {
    0x1.f65f98a6d1466p-6,  -0x1.e13d4fe7944cap-5, 0x1.35cf2e1ebd059p-4,
    -0x1.73d9d72891b8bp-4, 0x1.c714d4c311554p-4,  -0x1.2492291db1906p-3,
    0x1.99999911d787ep-3,  -0x1.55555554e6115p-2, 0x1.fffffffffff0fp-1};
struct Atan {
  static double apply(double x) {
    double a = std::fabs(x);
    bool inverted = a > 1;
    double t = inverted ? 1 / a : a;
    bool rotated = t > 0x1.a827999fcef32p-2; // tan(pi/8)
    double z = rotated ? (t - 1) / (t + 1) : t;
    double v = z * polynomial(z * z, kAtan);
    v = rotated ? v + 0x1.921fb54442d18p-1 : v;
    v = inverted ? 0x1.921fb54442d18p0 - v : v;
    return x != x ? kNan : std::copysign(v, x);
  }
};

template <class T, class Op> void special(Core &c, const Inst &i) {
  const T *a = c.reg<T>(i.rs2);
  elementwise<T>(c, i, [=](size_t k) {
    return Fp<T>::store(float(Op::apply(double(Fp<T>::load(a[k])))));
  });
}
/// As special, then arguments that the fast reduction cannot handle one by one.
template <class T, unsigned Quarters> void trig(Core &c, const Inst &i) {
  using Op = Trig<Quarters>;
  const T *a = c.reg<T>(i.rs2);
  const size_t total = registersFor<T>(c, c.vl) * perRegister<T>(c);
  bool large = false;
  for (size_t k = 0; k < total; ++k)
    large |= !(std::fabs(double(Fp<T>::load(a[k]))) < kTrigLimit);
  if (!large)
    return special<T, Op>(c, i);
  T *t = c.temp<T>(0);
  for (size_t k = 0; k < total; ++k) {
    double x = Fp<T>::load(a[k]);
    t[k] = Fp<T>::store(
        float(std::fabs(x) < kTrigLimit ? Op::apply(x) : Op::exact(x)));
  }
  elementwise<T>(c, i, [=](size_t k) { return t[k]; });
}

template <class T> struct LaneNumber {
  static void run(Core &c, const Inst &i) {
    T *t = c.temp<T>(0);
    const unsigned n = perLane<T>(c);
    for (unsigned r = 0; r < registersFor<T>(c, c.vl); ++r)
      for (unsigned l = 0; l < c.lanes; ++l)
        for (unsigned e = 0; e < n; ++e)
          t[r * perRegister<T>(c) + size_t(l) * n + e] = T(l);
    elementwise<T>(c, i, [=](size_t k) { return t[k]; });
  }
};

template <class Op>
inline constexpr Handler kSpecial[4] = {nullptr, special<uint16_t, Op>,
                                        special<float, Op>, nullptr};
template <unsigned Quarters>
inline constexpr Handler kTrig[4] = {nullptr, trig<uint16_t, Quarters>,
                                     trig<float, Quarters>, nullptr};

const Handler *laneUnit(isa::Op op) {
  switch (op) {
  case isa::Op::LaneIndex:
    return kIntegerHandlers<LaneNumber, false>;
  case isa::Op::Erf:
    return kSpecial<Erf>;
  case isa::Op::Tanh:
    return kSpecial<Tanh>;
  case isa::Op::Sin:
    return kTrig<0>;
  case isa::Op::Cos:
    return kTrig<1>;
  case isa::Op::Log:
    return kSpecial<Log>;
  case isa::Op::Atan:
    return kSpecial<Atan>;
  case isa::Op::Exp:
    return kSpecial<Exp>;
  default:
    return nullptr;
  }
}

} // namespace
} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tilewright::iss {
HWY_EXPORT(laneUnit);
const Handler *laneUnit(isa::Op op) {
  return HWY_DYNAMIC_DISPATCH(laneUnit)(op);
}
} // namespace tilewright::iss
#endif
