//===- VectorTest.cpp - Vector instructions against a scalar model --------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every case runs one instruction on random register files of all lanes, for
// every element width it has, several LMUL, vector lengths and masks, and
// compares all 32 registers of every lane with a one-element model; so what
// must not change is checked as well as what must.
//
//===----------------------------------------------------------------------===//

#include "TestMachine.h"
#include <cmath>
#include <cstring>

using namespace tilewright;
using namespace tilewright::test;

namespace {

using U = uint64_t;
using S = int64_t;

/// The 32 registers of every lane.
struct File {
  unsigned lanes, vlenb;
  std::vector<uint8_t> bytes;
  File(unsigned lanes, unsigned vlenb)
      : lanes(lanes), vlenb(vlenb), bytes(size_t(lanes) * 32 * vlenb) {}
  uint8_t *at(unsigned lane, unsigned reg, unsigned byte) {
    return &bytes[(size_t(lane) * 32 + reg) * vlenb + byte];
  }
  /// Element `e` of `bits` wide elements of the group at `reg`.
  U get(unsigned lane, unsigned reg, unsigned e, unsigned bits) {
    U v = 0;
    std::memcpy(&v, at(lane, reg, e * bits / 8), bits / 8);
    return v;
  }
  void set(unsigned lane, unsigned reg, unsigned e, unsigned bits, U v) {
    std::memcpy(at(lane, reg, e * bits / 8), &v, bits / 8);
  }
  bool mask(unsigned lane, unsigned reg, unsigned e) {
    return *at(lane, reg, e / 8) >> (e % 8) & 1;
  }
  void setMask(unsigned lane, unsigned reg, unsigned e, bool v) {
    uint8_t &b = *at(lane, reg, e / 8);
    b = uint8_t((b & ~(1u << e % 8)) | unsigned(v) << e % 8);
  }
};

struct Config {
  unsigned sew = 32;
  int lmul = 0; ///< log2
  unsigned vl = 0;
  bool masked = false;
  U scalar = 0;
  std::string text() const {
    static const char *const kNames[] = {"mf8", "mf4", "mf2", "m1",
                                         "m2",  "m4",  "m8"};
    return llvm::formatv("e{0}, {1}, vl {2}{3}, scalar {4:x}", sew,
                         kNames[lmul + 3], vl, masked ? ", masked" : "",
                         scalar);
  }
};

struct VectorMachine : TestMachine {
  uint64_t in, out;
  unsigned vlenb, fileBytes;
  explicit VectorMachine(unsigned lanes = 3, unsigned vlenBits = 256)
      : TestMachine(Sanitizers{}, smallMachine(lanes, vlenBits)),
        vlenb(vlenBits / 8), fileBytes(32 * vlenb) {
    in = tensor("in", uint64_t(lanes) * fileBytes);
    out = tensor("out", uint64_t(lanes) * fileBytes);
  }
  /// Runs `instruction` on `file` (in place). a5 and fa5 hold the scalar.
  ::testing::AssertionResult step(File &file, const Config &c,
                                  const std::string &instruction) {
    std::memcpy(data<uint8_t>(in), file.bytes.data(), file.bytes.size());
    auto whole = [&](const char *op, uint64_t base) {
      std::string text;
      for (unsigned r = 0; r < 32; r += 8)
        text += llvm::formatv("li t0, {0}\n{1} v{2}, (t0)\n",
                              kSpadWindow + base + r * vlenb, op, r);
      return text;
    };
    static const char *const kNames[] = {"mf8", "mf4", "mf2", "m1",
                                         "m2",  "m4",  "m8"};
    std::string code =
        moveAndWait(laneBytes(machine, in, 0, fileBytes, false)) +
        whole("vl8re8.v", 0);
    code += llvm::formatv("li a5, {0}\nfmv.d.x fa5, a5\nli t0, {1}\n"
                          "vsetvli x0, t0, e{2}, {3}, tu, mu\n{4}\n",
                          S(c.scalar), c.vl, c.sew, kNames[c.lmul + 3],
                          instruction);
    code += whole("vs8r.v", fileBytes) +
            moveAndWait(laneBytes(machine, out, fileBytes, fileBytes, true));
    std::string error = run(code);
    if (!error.empty())
      return ::testing::AssertionFailure() << error;
    std::memcpy(file.bytes.data(), data<uint8_t>(out), file.bytes.size());
    return ::testing::AssertionSuccess();
  }
  unsigned maximum(unsigned sew, int lmul) const {
    unsigned n = vlenb * 8 / sew;
    return lmul >= 0 ? n << lmul : n >> -lmul;
  }
};

class Random {
public:
  Random() : seed(std::random_device()()), engine(seed) {}
  U bits() { return engine(); }
  unsigned below(unsigned n) { return unsigned(engine() % n); }
  /// Values that matter: small, extreme, or any.
  U integer() {
    switch (below(4)) {
    case 0:
      return below(70);
    case 1:
      return U(-1) << below(64);
    case 2:
      return (U(1) << below(64)) - 1;
    default:
      return bits();
    }
  }
  const uint32_t seed;

private:
  std::mt19937_64 engine;
};

constexpr unsigned kD = 8, kA = 16, kB = 24; // vd, vs2, vs1

S sx(U v, unsigned bits) { return S(v << (64 - bits)) >> (64 - bits); }
U zx(U v, unsigned bits) { return bits == 64 ? v : v & ((U(1) << bits) - 1); }

/// One instruction: the text with % for the suffix of operands and mask, and
/// the element result from the old destination d, vs2 element a and b. Operand
/// widths are sew times these factors (2 for wide).
struct Case {
  const char *name;
  std::function<U(U d, U a, U b, unsigned bits)> model;
  const char *forms = "vx"; ///< of v, x, i (float: v, f)
  unsigned wideD = 1, wideA = 1;
  enum Kind { Normal, MaskResult, MultiplyAdd } kind = Normal;
};

/// The operands of a form: "v8, v16, v24".
std::string operands(const Case &k, char form) {
  const char *second = form == 'v'   ? "v24"
                       : form == 'x' ? "a5"
                       : form == 'f' ? "fa5"
                                     : "7";
  return k.kind == Case::MultiplyAdd
             ? llvm::formatv("v8, {0}, v16", second).str()
             : llvm::formatv("v8, v16, {0}", second).str();
}
std::string mnemonic(const Case &k, char form) {
  std::string suffix(1, form);
  if (k.wideA == 2)
    return std::string(k.name) + ".w" + suffix;
  return std::string(k.name) + (form == 'v' ? ".vv" : ".v" + suffix);
}

using Fill = std::function<U(Random &, unsigned bits)>;

void checkCase(VectorMachine &m, Random &random, const Case &k, char form,
               Config c, const Fill &fill) {
  File file(m.machine.lanes, m.vlenb);
  // Elements of the operands' own widths, so that floats are floats.
  for (unsigned l = 0; l < file.lanes; ++l)
    for (unsigned r = 0; r < 32; ++r) {
      unsigned bits = c.sew * (r >= kB   ? 1
                               : r >= kA ? k.wideA
                               : r >= kD ? k.wideD
                                         : 1);
      for (unsigned e = 0; e < m.vlenb * 8 / bits; ++e)
        file.set(l, r, e, bits, fill(random, bits));
    }
  for (unsigned l = 0; l < file.lanes; ++l)
    for (unsigned b = 0; b < m.vlenb; ++b)
      *file.at(l, 0, b) = uint8_t(random.bits());
  c.scalar = fill(random, c.sew);
  if (form == 'f' && c.sew < 64)
    c.scalar |= ~U(0) << c.sew;
  File expected = file;
  const unsigned dBits = c.sew * k.wideD, aBits = c.sew * k.wideA;
  for (unsigned l = 0; l < file.lanes; ++l)
    for (unsigned e = 0; e < c.vl; ++e) {
      if (c.masked && !file.mask(l, 0, e))
        continue;
      U a = file.get(l, kA, e, aBits);
      U b = form == 'v'   ? file.get(l, kB, e, c.sew)
            : form == 'i' ? 7
                          : zx(c.scalar, c.sew);
      U d = k.kind == Case::MaskResult ? 0 : file.get(l, kD, e, dBits);
      U r = k.model(d, a, b, c.sew);
      if (k.kind == Case::MaskResult)
        expected.setMask(l, kD, e, r);
      else
        expected.set(l, kD, e, dBits, r);
    }
  std::string text =
      mnemonic(k, form) + " " + operands(k, form) + (c.masked ? ", v0.t" : "");
  ASSERT_TRUE(m.step(file, c, text));
  for (unsigned l = 0; l < file.lanes; ++l)
    for (unsigned r = 0; r < 32; ++r)
      for (unsigned b = 0; b < m.vlenb; ++b)
        ASSERT_EQ(*file.at(l, r, b), *expected.at(l, r, b))
            << text << " at " << c.text() << ": lane " << l << ", v" << r
            << " byte " << b << ", seed " << random.seed;
}

void checkCases(llvm::ArrayRef<Case> cases, llvm::ArrayRef<unsigned> widths,
                const Fill &fill) {
  Random random;
  VectorMachine m;
  for (const Case &k : cases)
    for (char form : llvm::StringRef(k.forms))
      for (unsigned sew : widths)
        for (int lmul : {-1, 0, 1, 3}) {
          bool wide = k.wideD == 2 || k.wideA == 2;
          if ((wide && (sew == 64 || lmul == 3)) || (sew == 64 && lmul < 0))
            continue;
          Config c{sew, lmul};
          c.masked = random.below(2);
          unsigned most = m.maximum(sew, lmul);
          c.vl = random.below(2) ? most : random.below(most + 1);
          checkCase(m, random, k, form, c, fill);
          if (testing::Test::HasFatalFailure())
            return;
        }
}

const Fill kIntegers = [](Random &random, unsigned) {
  return random.integer();
};

TEST(Vector, IntegerArithmetic) {
  auto shift = [](unsigned bits) { return bits - 1; };
  // clang-format off
  const Case cases[] = {
      {"vadd", [](U, U a, U b, unsigned) { return a + b; }, "vxi"},
      {"vsub", [](U, U a, U b, unsigned) { return a - b; }},
      {"vrsub", [](U, U a, U b, unsigned) { return b - a; }, "xi"},
      {"vand", [](U, U a, U b, unsigned) { return a & b; }, "vxi"},
      {"vor", [](U, U a, U b, unsigned) { return a | b; }, "vxi"},
      {"vxor", [](U, U a, U b, unsigned) { return a ^ b; }, "vxi"},
      {"vsll", [=](U, U a, U b, unsigned n) { return a << (b & shift(n)); }, "vxi"},
      {"vsrl", [=](U, U a, U b, unsigned n) { return a >> (b & shift(n)); }, "vxi"},
      {"vsra", [=](U, U a, U b, unsigned n) { return U(sx(a, n) >> (b & shift(n))); }, "vxi"},
      {"vminu", [](U, U a, U b, unsigned) { return std::min(a, b); }},
      {"vmin", [](U, U a, U b, unsigned n) { return U(std::min(sx(a, n), sx(b, n))); }},
      {"vmaxu", [](U, U a, U b, unsigned) { return std::max(a, b); }},
      {"vmax", [](U, U a, U b, unsigned n) { return U(std::max(sx(a, n), sx(b, n))); }},
      {"vmul", [](U, U a, U b, unsigned) { return a * b; }},
      {"vmulhu", [](U, U a, U b, unsigned n) { return U((unsigned __int128)(a)*b >> n); }},
      {"vmulh", [](U, U a, U b, unsigned n) { return U(__int128(sx(a, n)) * sx(b, n) >> n); }},
      {"vmulhsu", [](U, U a, U b, unsigned n) { return U(__int128(sx(a, n)) * __int128(b) >> n); }},
      {"vdivu", [](U, U a, U b, unsigned) { return b ? a / b : ~U(0); }},
      {"vremu", [](U, U a, U b, unsigned) { return b ? a % b : a; }},
      {"vdiv", [](U, U a, U b, unsigned n) { return !b ? ~U(0) : sx(b, n) == -1 ? 0 - a : U(sx(a, n) / sx(b, n)); }},
      {"vrem", [](U, U a, U b, unsigned n) { return !b ? a : sx(b, n) == -1 ? 0 : U(sx(a, n) % sx(b, n)); }},
      {"vmacc", [](U d, U a, U b, unsigned) { return d + a * b; }, "vx", 1, 1, Case::MultiplyAdd},
      {"vnmsac", [](U d, U a, U b, unsigned) { return d - a * b; }, "vx", 1, 1, Case::MultiplyAdd},
      {"vmadd", [](U d, U a, U b, unsigned) { return d * b + a; }, "vx", 1, 1, Case::MultiplyAdd},
      {"vnmsub", [](U d, U a, U b, unsigned) { return a - d * b; }, "vx", 1, 1, Case::MultiplyAdd},
      {"vsaddu", [](U, U a, U b, unsigned n) { U r; bool o = __builtin_add_overflow(a, b, &r); return o || r > zx(~U(0), n) ? ~U(0) : r; }},
      {"vssubu", [](U, U a, U b, unsigned) { return a < b ? 0 : a - b; }},
  };
  // clang-format on
  checkCases(cases, {8, 16, 32, 64}, kIntegers);
}

TEST(Vector, IntegerCompares) {
  const auto kMask = Case::MaskResult;
  // clang-format off
  const Case cases[] = {
      {"vmseq", [](U, U a, U b, unsigned) { return U(a == b); }, "vxi", 1, 1, kMask},
      {"vmsne", [](U, U a, U b, unsigned) { return U(a != b); }, "vxi", 1, 1, kMask},
      {"vmsltu", [](U, U a, U b, unsigned) { return U(a < b); }, "vx", 1, 1, kMask},
      {"vmslt", [](U, U a, U b, unsigned n) { return U(sx(a, n) < sx(b, n)); }, "vx", 1, 1, kMask},
      {"vmsleu", [](U, U a, U b, unsigned) { return U(a <= b); }, "vxi", 1, 1, kMask},
      {"vmsle", [](U, U a, U b, unsigned n) { return U(sx(a, n) <= sx(b, n)); }, "vxi", 1, 1, kMask},
      {"vmsgtu", [](U, U a, U b, unsigned) { return U(a > b); }, "xi", 1, 1, kMask},
      {"vmsgt", [](U, U a, U b, unsigned n) { return U(sx(a, n) > sx(b, n)); }, "xi", 1, 1, kMask},
  };
  // clang-format on
  checkCases(cases, {8, 16, 32, 64}, [](Random &random, unsigned) {
    return random.below(2) ? 7 : random.integer();
  });
}

TEST(Vector, WideningAndNarrowing) {
  const auto kFma = Case::MultiplyAdd;
  // clang-format off
  const Case cases[] = {
      {"vwaddu", [](U, U a, U b, unsigned) { return a + b; }, "vx", 2},
      {"vwadd", [](U, U a, U b, unsigned n) { return U(sx(a, n) + sx(b, n)); }, "vx", 2},
      {"vwsubu", [](U, U a, U b, unsigned) { return a - b; }, "vx", 2},
      {"vwsub", [](U, U a, U b, unsigned n) { return U(sx(a, n) - sx(b, n)); }, "vx", 2},
      {"vwmulu", [](U, U a, U b, unsigned) { return a * b; }, "vx", 2},
      {"vwmul", [](U, U a, U b, unsigned n) { return U(sx(a, n) * sx(b, n)); }, "vx", 2},
      {"vwmulsu", [](U, U a, U b, unsigned n) { return U(sx(a, n)) * b; }, "vx", 2},
      {"vwadd", [](U, U a, U b, unsigned n) { return a + U(sx(b, n)); }, "vx", 2, 2},
      {"vwsubu", [](U, U a, U b, unsigned) { return a - b; }, "vx", 2, 2},
      {"vwmaccu", [](U d, U a, U b, unsigned) { return d + a * b; }, "vx", 2, 1, kFma},
      {"vwmacc", [](U d, U a, U b, unsigned n) { return d + U(sx(a, n) * sx(b, n)); }, "vx", 2, 1, kFma},
      {"vwmaccsu", [](U d, U a, U b, unsigned n) { return d + a * U(sx(b, n)); }, "vx", 2, 1, kFma},
      {"vwmaccus", [](U d, U a, U b, unsigned n) { return d + U(sx(a, n)) * b; }, "x", 2, 1, kFma},
      {"vnsrl", [](U, U a, U b, unsigned n) { return a >> (b & (2 * n - 1)); }, "vxi", 1, 2},
      {"vnsra", [](U, U a, U b, unsigned n) { return U(sx(a, 2 * n) >> (b & (2 * n - 1))); }, "vxi", 1, 2},
  };
  // clang-format on
  checkCases(cases, {8, 16, 32}, kIntegers);
}

// Floating point: the host's own types are the model.
template <class F> F toFloat(U v) {
  if constexpr (sizeof(F) == 2)
    return std::bit_cast<F>(uint16_t(v));
  else if constexpr (sizeof(F) == 4)
    return std::bit_cast<F>(uint32_t(v));
  else
    return std::bit_cast<F>(v);
}
template <class F> U fromFloat(F v) {
  if (v != v)
    return sizeof(F) == 2   ? 0x7E00
           : sizeof(F) == 4 ? 0x7FC00000
                            : 0x7FF8000000000000;
  if constexpr (sizeof(F) == 2)
    return std::bit_cast<uint16_t>(v);
  else if constexpr (sizeof(F) == 4)
    return std::bit_cast<uint32_t>(v);
  else
    return std::bit_cast<U>(v);
}
/// Applies a generic lambda in the format of `bits`.
template <class Op> std::function<U(U, U, U, unsigned)> inFormat(Op op) {
  return [op](U d, U a, U b, unsigned bits) {
    auto run = [&](auto zero) {
      using F = decltype(zero);
      return fromFloat<F>(F(op(toFloat<F>(d), toFloat<F>(a), toFloat<F>(b))));
    };
    return bits == 16   ? run(_Float16())
           : bits == 32 ? run(float())
                        : run(double());
  };
}
/// A fused multiply-add in any format; f16 is exact in double before rounding.
template <class F> F fusedHost(F x, F y, F z) {
  if constexpr (sizeof(F) == 2)
    return F(double(x) * double(y) + double(z));
  else
    return std::fma(x, y, z);
}
const Fill kFloats = [](Random &random, unsigned bits) -> U {
  double v = (double(random.below(1u << 20)) - (1 << 19)) *
             std::ldexp(1.0, int(random.below(24)) - 30);
  switch (random.below(8)) {
  case 0:
    v = std::floor(v);
    break;
  case 1:
    return random.bits(); // anything, NaN and subnormals included
  case 2:
    v = random.below(2) ? 0.0 : -0.0;
    break;
  case 3:
    v = random.below(2) ? INFINITY : -INFINITY;
    break;
  default:
    break;
  }
  return bits == 16   ? fromFloat(_Float16(v))
         : bits == 32 ? fromFloat(float(v))
         : bits == 64 ? fromFloat(v)
                      : random.bits();
};

TEST(Vector, FloatArithmetic) {
  const auto kFma = Case::MultiplyAdd;
  auto minimum = [](auto, auto a, auto b) {
    return a != a   ? b
           : b != b ? a
           : a == b ? (std::signbit(float(a)) ? a : b)
           : a < b  ? a
                    : b;
  };
  auto maximum = [](auto, auto a, auto b) {
    return a != a   ? b
           : b != b ? a
           : a == b ? (std::signbit(float(a)) ? b : a)
           : a > b  ? a
                    : b;
  };
  // clang-format off
  const Case cases[] = {
      {"vfadd", inFormat([](auto, auto a, auto b) { return a + b; }), "vf"},
      {"vfsub", inFormat([](auto, auto a, auto b) { return a - b; }), "vf"},
      {"vfrsub", inFormat([](auto, auto a, auto b) { return b - a; }), "f"},
      {"vfmul", inFormat([](auto, auto a, auto b) { return a * b; }), "vf"},
      {"vfdiv", inFormat([](auto, auto a, auto b) { return a / b; }), "vf"},
      {"vfrdiv", inFormat([](auto, auto a, auto b) { return b / a; }), "f"},
      {"vfmin", inFormat(minimum), "vf"},
      {"vfmax", inFormat(maximum), "vf"},
      {"vfmacc", inFormat([](auto d, auto a, auto b) { return fusedHost(b, a, d); }), "vf", 1, 1, kFma},
      {"vfnmacc", inFormat([](auto d, auto a, auto b) { return fusedHost(decltype(b)(-b), a, decltype(d)(-d)); }), "vf", 1, 1, kFma},
      {"vfmsac", inFormat([](auto d, auto a, auto b) { return fusedHost(b, a, decltype(d)(-d)); }), "vf", 1, 1, kFma},
      {"vfnmsac", inFormat([](auto d, auto a, auto b) { return fusedHost(decltype(b)(-b), a, d); }), "vf", 1, 1, kFma},
      {"vfmadd", inFormat([](auto d, auto a, auto b) { return fusedHost(b, d, a); }), "vf", 1, 1, kFma},
      {"vfnmsub", inFormat([](auto d, auto a, auto b) { return fusedHost(decltype(b)(-b), d, a); }), "vf", 1, 1, kFma},
      {"vfsgnj", [](U, U a, U b, unsigned n) { U s = U(1) << (n - 1); return (a & ~s) | (b & s); }, "vf"},
      {"vfsgnjn", [](U, U a, U b, unsigned n) { U s = U(1) << (n - 1); return (a & ~s) | (~b & s); }, "vf"},
      {"vfsgnjx", [](U, U a, U b, unsigned n) { U s = U(1) << (n - 1); return a ^ (b & s); }, "vf"},
  };
  // clang-format on
  checkCases(cases, {16, 32, 64}, kFloats);
}

// Zvfbfmin. The model takes bfloat16 as the upper half of binary32.
TEST(Vector, BfloatConversions) {
  VectorMachine m;
  Random random;
  auto isNan = [](uint32_t bits) { return (bits & 0x7FFFFFFF) > 0x7F800000; };
  // The two neighbours of a float, and which of them is nearer or even.
  auto rounded = [&](uint32_t bits) -> uint16_t {
    if (isNan(bits))
      return 0x7FC0;
    const uint32_t low = bits & 0xFFFF;
    uint32_t result = bits >> 16;
    if (low > 0x8000 || (low == 0x8000 && (result & 1)))
      ++result; // into infinity, too
    return uint16_t(result);
  };
  const uint32_t corners[] = {0,          0x80000000, 0x7F800000, 0xFF800000,
                              0x7FC00001, 0x7F800001, 0x7F7FFFFF, 0x3F808000,
                              0x3F818000, 0x3F808001, 1,          0x00007FFF};
  for (int lmul : {-1, 0, 1, 2})
    for (bool masked : {false, true}) {
      Config c{16, lmul};
      c.masked = masked;
      c.vl = m.maximum(16, lmul);
      for (bool narrow : {false, true}) {
        File file(m.machine.lanes, m.vlenb);
        for (unsigned l = 0; l < file.lanes; ++l)
          for (unsigned e = 0; e < c.vl; ++e) {
            const uint32_t value =
                e < std::size(corners) ? corners[e] : uint32_t(random.bits());
            file.set(l, kA, e, narrow ? 32 : 16, narrow ? value : value >> 16);
            file.setMask(l, 0, e, random.below(2));
          }
        File expected = file;
        for (unsigned l = 0; l < file.lanes; ++l)
          for (unsigned e = 0; e < c.vl; ++e) {
            if (masked && !file.mask(l, 0, e))
              continue;
            if (narrow) {
              expected.set(l, kD, e, 16,
                           rounded(uint32_t(file.get(l, kA, e, 32))));
              continue;
            }
            uint32_t wide = uint32_t(file.get(l, kA, e, 16)) << 16;
            expected.set(l, kD, e, 32, isNan(wide) ? 0x7FC00000 : wide);
          }
        const std::string text =
            std::string(narrow ? "vfncvtbf16.f.f.w" : "vfwcvtbf16.f.f.v") +
            " v8, v16" + (masked ? ", v0.t" : "");
        ASSERT_TRUE(m.step(file, c, text));
        for (unsigned l = 0; l < file.lanes; ++l)
          for (unsigned e = 0; e < c.vl; ++e)
            ASSERT_EQ(file.get(l, kD, e, narrow ? 16 : 32),
                      expected.get(l, kD, e, narrow ? 16 : 32))
                << text << " at " << c.text() << ": lane " << l << ", element "
                << e << ", seed " << random.seed;
        ASSERT_EQ(file.bytes, expected.bytes)
            << text << " writes something else, seed " << random.seed;
      }
    }
}

TEST(Vector, BfloatConversionsRoundAsTheModeSays) {
  VectorMachine m;
  // 1 + 2^-8 lies halfway between two bfloat16.
  const struct {
    const char *mode;
    uint16_t positive, negative;
  } modes[] = {{"0", 0x3F80, 0xBF80},  // nearest, ties to even
               {"1", 0x3F80, 0xBF80},  // towards zero
               {"2", 0x3F80, 0xBF81},  // down
               {"3", 0x3F81, 0xBF80},  // up
               {"4", 0x3F81, 0xBF81}}; // nearest, ties away from zero
  for (const auto &mode : modes) {
    File file(m.machine.lanes, m.vlenb);
    file.set(0, kA, 0, 32, 0x3F808000);
    file.set(0, kA, 1, 32, 0xBF808000);
    Config c{16, 0};
    c.vl = 2;
    ASSERT_TRUE(m.step(file, c,
                       std::string("fsrmi ") + mode.mode +
                           "\nvfncvtbf16.f.f.w v8, v16\nfsrmi 0"));
    EXPECT_EQ(file.get(0, kD, 0, 16), mode.positive) << "mode " << mode.mode;
    EXPECT_EQ(file.get(0, kD, 1, 16), mode.negative) << "mode " << mode.mode;
  }
}

TEST(Vector, FloatCompares) {
  const auto kMask = Case::MaskResult;
  auto compare = [](auto op) {
    return [op](U, U a, U b, unsigned bits) -> U {
      if (bits == 16)
        return op(float(toFloat<_Float16>(a)), float(toFloat<_Float16>(b)));
      if (bits == 32)
        return op(toFloat<float>(a), toFloat<float>(b));
      return op(toFloat<double>(a), toFloat<double>(b));
    };
  };
  // clang-format off
  const Case cases[] = {
      {"vmfeq", compare([](auto a, auto b) { return a == b; }), "vf", 1, 1, kMask},
      {"vmfne", compare([](auto a, auto b) { return a != b; }), "vf", 1, 1, kMask},
      {"vmflt", compare([](auto a, auto b) { return a < b; }), "vf", 1, 1, kMask},
      {"vmfle", compare([](auto a, auto b) { return a <= b; }), "vf", 1, 1, kMask},
      {"vmfgt", compare([](auto a, auto b) { return a > b; }), "f", 1, 1, kMask},
      {"vmfge", compare([](auto a, auto b) { return a >= b; }), "f", 1, 1, kMask},
  };
  // clang-format on
  checkCases(cases, {16, 32, 64}, kFloats);
}

//===----------------------------------------------------------------------===//
// Instructions that look at positions
//===----------------------------------------------------------------------===//

struct Positions : testing::TestWithParam<unsigned> {
  Random random;
  VectorMachine m{4};
  Config c;
  File before{4, 32}, after{4, 32};

  /// Runs on random registers; `prepare` may change them first.
  void step(
      const std::string &text, int lmul, unsigned vl, U scalar = 0,
      std::function<void()> prepare = [] {}) {
    c.sew = GetParam();
    c.lmul = lmul;
    c.vl = vl;
    c.scalar = scalar;
    for (uint8_t &b : before.bytes)
      b = uint8_t(random.bits());
    prepare();
    after = before;
    ASSERT_TRUE(m.step(after, c, text)) << text;
  }
  U old(unsigned l, unsigned reg, unsigned e) {
    return before.get(l, reg, e, c.sew);
  }
  /// Elements [0, n) of v8 equal `model(lane, element)`, the rest is unchanged.
  void expect(unsigned n, std::function<U(unsigned, unsigned)> model) {
    for (unsigned l = 0; l < 4; ++l) {
      for (unsigned e = 0; e < n; ++e)
        before.set(l, kD, e, c.sew, model(l, e));
    }
    for (size_t b = 0; b < before.bytes.size(); ++b)
      ASSERT_EQ(after.bytes[b], before.bytes[b])
          << c.text() << ": lane " << b / 1024 << ", v" << b / 32 % 32
          << " byte " << b % 32 << ", seed " << random.seed;
  }
};

TEST_P(Positions, SlidesMoveInsideALane) {
  for (int lmul : {0, 1, 2}) {
    unsigned most = m.maximum(GetParam(), lmul);
    for (unsigned offset : {0u, 1u, 3u, most - 1, most}) {
      unsigned vl = most - random.below(most);
      step("vslidedown.vx v8, v16, a5", lmul, vl, offset);
      expect(vl, [&](unsigned l, unsigned e) {
        return e + offset < most ? old(l, kA, e + offset) : 0;
      });
      step("vslideup.vx v8, v16, a5", lmul, vl, offset);
      expect(vl, [&](unsigned l, unsigned e) {
        return e < offset ? old(l, kD, e) : old(l, kA, e - offset);
      });
    }
    step("vslide1down.vx v8, v16, a5", lmul, most, 42);
    expect(most, [&](unsigned l, unsigned e) {
      return e + 1 < most ? old(l, kA, e + 1) : 42;
    });
    step("vslide1up.vx v8, v16, a5", lmul, most, 42);
    expect(most,
           [&](unsigned l, unsigned e) { return e ? old(l, kA, e - 1) : 42; });
  }
}

TEST_P(Positions, GathersUseTheLanesOwnIndices) {
  unsigned most = m.maximum(GetParam(), 1);
  auto indices = [&](unsigned bits) {
    for (unsigned l = 0; l < 4; ++l)
      for (unsigned e = 0; e < most; ++e)
        before.set(l, kB, e, bits, random.below(std::min(most + 4, 255u)));
  };
  step("vrgather.vv v8, v16, v24", 1, most, 0, [&] { indices(GetParam()); });
  expect(most, [&](unsigned l, unsigned e) {
    U x = old(l, kB, e);
    return x < most ? old(l, kA, unsigned(x)) : 0;
  });
  step("vrgatherei16.vv v8, v16, v24", 1, most, 0, [&] { indices(16); });
  expect(most, [&](unsigned l, unsigned e) {
    U x = before.get(l, kB, e, 16);
    return x < most ? old(l, kA, unsigned(x)) : 0;
  });
  step("vrgather.vx v8, v16, a5", 1, most, 2);
  expect(most, [&](unsigned l, unsigned) { return old(l, kA, 2); });
  step("vcompress.vm v8, v16, v24", 1, most);
  for (unsigned l = 0; l < 4; ++l) {
    unsigned n = 0;
    for (unsigned e = 0; e < most; ++e)
      if (before.mask(l, kB, e))
        before.set(l, kD, n++, GetParam(), old(l, kA, e));
  }
  expect(0, nullptr);
}

TEST_P(Positions, ReductionsStayInTheirLane) {
  for (int lmul : {0, 2}) {
    unsigned vl = 1 + random.below(m.maximum(GetParam(), lmul));
    step("vredsum.vs v8, v16, v24", lmul, vl);
    expect(1, [&](unsigned l, unsigned) {
      U sum = old(l, kB, 0);
      for (unsigned e = 0; e < vl; ++e)
        sum += old(l, kA, e);
      return sum;
    });
    step("vredmax.vs v8, v16, v24, v0.t", lmul, vl);
    expect(1, [&](unsigned l, unsigned) {
      S most = sx(old(l, kB, 0), c.sew);
      for (unsigned e = 0; e < vl; ++e)
        if (before.mask(l, 0, e))
          most = std::max(most, sx(old(l, kA, e), c.sew));
      return U(most);
    });
  }
  step("vredsum.vs v8, v16, v24", 0, 0);
  expect(0, nullptr); // vl = 0 writes nothing
}

TEST_P(Positions, IotaAndIndicesCountPerLane) {
  unsigned vl = m.maximum(GetParam(), 1);
  step("vid.v v8", 1, vl);
  expect(vl, [](unsigned, unsigned e) { return e; });
  step("viota.m v8, v24", 1, vl);
  expect(vl, [&](unsigned l, unsigned e) {
    U n = 0;
    for (unsigned k = 0; k < e; ++k)
      n += before.mask(l, kB, k);
    return n;
  });
  step(ownVector(isa::Op::LaneIndex, kD), 1, vl);
  expect(vl, [](unsigned l, unsigned) { return l; });
  step("vmsbf.m v8, v24", 1, vl);
  for (unsigned l = 0; l < 4; ++l)
    for (unsigned e = 0, found = 0; e < vl; ++e) {
      found |= before.mask(l, kB, e);
      before.setMask(l, kD, e, !found);
    }
  expect(0, nullptr);
}

INSTANTIATE_TEST_SUITE_P(Widths, Positions, testing::Values(8, 16, 32, 64));

} // namespace
