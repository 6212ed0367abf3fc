//===- VectorEngine-inl.h - Loops over the elements of all lanes -*- C++
//-*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the loops that all vector handlers share, compiled once per SIMD
// instruction set of the host (Highway's foreach_target).
//
// An operand is a flat array over [register of the group][lane][element]. Same-
// width operations are one loop over it. Which elements are active (vl, vstart,
// v0) is a prefix without a mask plus a rest with one all-ones or zero word per
// element, so that both loops vectorise. Operations of mixed widths first
// convert their operands to the layout of the destination in a temporary.
// Inactive elements are never written (tail and mask undisturbed, which is also
// a legal form of agnostic).
//
//===----------------------------------------------------------------------===//

#if defined(TILEWRIGHT_LIB_ISS_VECTORENGINE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TILEWRIGHT_LIB_ISS_VECTORENGINE_INL_H
#undef TILEWRIGHT_LIB_ISS_VECTORENGINE_INL_H
#else
#define TILEWRIGHT_LIB_ISS_VECTORENGINE_INL_H
#endif

#include "Core.h"
#include "Decode.h"
#include "Half.h"
#include "hwy/highway.h"
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {

// A loop whose iterations are independent although operands may be the same
// array as the result.
#define TILEWRIGHT_PARALLEL                                                    \
  _Pragma("clang loop vectorize(assume_safety) interleave(enable)")

template <unsigned Bytes>
using UInt = std::conditional_t<
    Bytes == 1, uint8_t,
    std::conditional_t<Bytes == 2, uint16_t,
                       std::conditional_t<Bytes == 4, uint32_t, uint64_t>>>;
template <unsigned Bytes> using SInt = std::make_signed_t<UInt<Bytes>>;
template <class T> using Bits = UInt<sizeof(T)>;
constexpr unsigned log2Bytes(unsigned bytes) {
  return bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : 3;
}

/// Elements of T in one register of one lane, and of all lanes.
template <class T> unsigned perLane(const Core &c) {
  return c.vlenb / sizeof(T);
}
template <class T> size_t perRegister(const Core &c) {
  return c.registerBytes / sizeof(T);
}
/// Registers that hold the first `n` elements.
template <class T> unsigned registersFor(const Core &c, unsigned n) {
  return (n + perLane<T>(c) - 1) / perLane<T>(c);
}
/// Flat position of element `i` of lane 0; lane l is l * perLane further.
template <class T> size_t position(const Core &c, unsigned i) {
  unsigned n = perLane<T>(c);
  return i / n * perRegister<T>(c) + i % n;
}

/// The active elements of a group of T: [0, plain) all, [plain, total) those
/// whose mask word (indexed from `plain`) is not zero.
template <class T> struct Active {
  size_t plain = 0, total = 0;
  const Bits<T> *mask = nullptr;
};

/// Expands the bits of mask register `m` at elements [0, regs * perLane) to
/// words and clears those outside [vstart, vl).
template <class W>
void expandMask(const Core &c, const uint8_t *m, unsigned regs, W *out) {
  const unsigned n = perLane<W>(c);
  const unsigned lanes = c.lanes, vlenb = c.vlenb;
  for (unsigned r = 0; r < regs; ++r) {
    W *o = out + r * perRegister<W>(c);
    unsigned first = r * n;
    for (unsigned l = 0; l < lanes; ++l) {
      const uint8_t *bits = m ? m + size_t(l) * vlenb : nullptr;
      for (unsigned e = 0; e < n; e += 8) {
        unsigned at = first + e;
        unsigned byte = bits ? bits[at / 8] >> (at % 8) : 0xFF;
        unsigned count = n - e < 8 ? n - e : 8;
        if (count == 8)
          for (unsigned k = 0; k < 8; ++k)
            o[size_t(l) * n + e + k] = W(0) - W(byte >> k & 1);
        else
          for (unsigned k = 0; k < count; ++k)
            o[size_t(l) * n + e + k] = W(0) - W(byte >> k & 1);
      }
    }
  }
  unsigned total = regs * n;
  for (unsigned i = 0; i < total; ++i)
    if (i < c.vstart || i >= c.vl) {
      W *o = out + position<W>(c, i);
      for (unsigned l = 0; l < lanes; ++l)
        o[size_t(l) * n] = 0;
    }
}

template <class T> Active<T> activeElements(Core &c, bool masked) {
  using W = Bits<T>;
  Active<T> a;
  if (c.vstart >= c.vl)
    return a;
  const unsigned n = perLane<T>(c), regs = registersFor<T>(c, c.vl);
  a.total = regs * perRegister<T>(c);
  constexpr unsigned kLog = log2Bytes(sizeof(T));
  if (!masked && c.vstart == 0) {
    a.plain = c.vl / n * perRegister<T>(c);
    unsigned rest = c.vl % n;
    if (!rest)
      return a;
    MaskCache &cache = c.tailMasks[kLog];
    W *mask = reinterpret_cast<W *>(cache.words.data());
    a.mask = mask;
    if (cache.vl == rest)
      return a;
    cache.vl = rest;
    for (unsigned l = 0; l < c.lanes; ++l)
      for (unsigned e = 0; e < n; ++e)
        mask[size_t(l) * n + e] = e < rest ? W(~W(0)) : W(0);
    return a;
  }
  MaskCache &cache = masked ? c.expandedMasks[kLog] : c.tailMasks[kLog];
  W *mask = reinterpret_cast<W *>(cache.words.data());
  a.mask = mask;
  if (masked && cache.vl == c.vl && cache.version == c.v0Version &&
      c.vstart == 0)
    return a;
  expandMask<W>(c, masked ? c.v(0) : nullptr, regs, mask);
  cache.vl = c.vstart ? 0 : c.vl; // masks with vstart are not kept
  cache.version = c.v0Version;
  return a;
}

/// `yes` where the mask word is all ones, `no` where it is zero. Written in
/// bits: a conditional would become a conditional store, which does not
/// vectorise.
template <class T> HWY_INLINE T blend(Bits<T> mask, T yes, T no) {
  using W = Bits<T>;
  W a = std::bit_cast<W>(yes), b = std::bit_cast<W>(no);
  return std::bit_cast<T>(W((a & mask) | (b & W(~mask))));
}

/// d[k] = f(k) for the active elements.
template <class T, class F>
HWY_INLINE void assign(T *d, const Active<T> &a, F f) {
  const size_t plain = a.plain, total = a.total;
  TILEWRIGHT_PARALLEL
  for (size_t k = 0; k < plain; ++k)
    d[k] = f(k);
  const Bits<T> *mask = a.mask - (a.mask ? plain : 0);
  TILEWRIGHT_PARALLEL
  for (size_t k = plain; k < total; ++k)
    d[k] = blend<T>(mask[k], f(k), d[k]);
}
template <class T, class F>
HWY_INLINE void elementwise(Core &c, const Inst &i, F f) {
  assign<T>(c.reg<T>(i.rd), activeElements<T>(c, !i.vm), f);
}

/// Copies `bytes` of every lane between arrays with different lane strides.
inline void copyStrided(uint8_t *to, size_t toStride, const uint8_t *from,
                        size_t fromStride, unsigned bytes, unsigned lanes) {
  auto loop = [=](auto n) {
    for (unsigned l = 0; l < lanes; ++l)
      std::memcpy(to + l * toStride, from + l * fromStride, n);
  };
  switch (bytes) { // fractions of common register lengths, as constants
  case 4:
    return loop(std::integral_constant<size_t, 4>());
  case 8:
    return loop(std::integral_constant<size_t, 8>());
  case 16:
    return loop(std::integral_constant<size_t, 16>());
  case 32:
    return loop(std::integral_constant<size_t, 32>());
  default:
    return loop(size_t(bytes));
  }
}

/// to[element] = f(from[element]) for elements [0, n), where D is at least as
/// wide as S. Whole registers of D are written.
template <class D, class S, class F>
HWY_INLINE void widen(Core &c, D *to, const S *from, unsigned n, F f) {
  constexpr unsigned kRatio = sizeof(D) / sizeof(S);
  const unsigned part = c.vlenb / kRatio; // bytes of S per register of D
  S *staged = reinterpret_cast<S *>(c.staging.data());
  for (unsigned r = 0, regs = registersFor<D>(c, n); r < regs; ++r) {
    D *d = to + r * perRegister<D>(c);
    const S *s = from + r / kRatio * perRegister<S>(c);
    copyStrided(c.staging.data(), part,
                reinterpret_cast<const uint8_t *>(s) + r % kRatio * part,
                c.vlenb, part, c.lanes);
    const size_t count = perRegister<D>(c);
    TILEWRIGHT_PARALLEL
    for (size_t k = 0; k < count; ++k)
      d[k] = f(staged[k]);
  }
}

/// to[element] = f(from[element]) for elements [0, n), where D is narrower than
/// S. Whole registers of S are read.
template <class D, class S, class F>
HWY_INLINE void narrow(Core &c, D *to, const S *from, unsigned n, F f) {
  constexpr unsigned kRatio = sizeof(S) / sizeof(D);
  const unsigned part = c.vlenb / kRatio;
  D *staged = reinterpret_cast<D *>(c.staging.data());
  for (unsigned r = 0, regs = registersFor<S>(c, n); r < regs; ++r) {
    const S *s = from + r * perRegister<S>(c);
    const size_t count = perRegister<S>(c);
    TILEWRIGHT_PARALLEL
    for (size_t k = 0; k < count; ++k)
      staged[k] = f(s[k]);
    D *d = to + r / kRatio * perRegister<D>(c);
    copyStrided(reinterpret_cast<uint8_t *>(d) + r % kRatio * part, c.vlenb,
                c.staging.data(), part, part, c.lanes);
  }
}

/// Packs one byte per element (0 or 1, laid out as a group of T) to mask
/// registers: bit i of a lane is its element i. The bytes that hold the first
/// `n` bits are written.
template <class T>
void packBits(const Core &c, const uint8_t *bytes, unsigned n, uint8_t *out) {
  const unsigned e = perLane<T>(c), lanes = c.lanes, vlenb = c.vlenb;
  if (e % 8 == 0) {
    for (unsigned at = 0; at < n; at += 8) {
      const uint8_t *b = bytes + position<T>(c, at);
      uint8_t *o = out + at / 8;
      for (unsigned l = 0; l < lanes; ++l) {
        uint64_t eight;
        std::memcpy(&eight, b + size_t(l) * e, 8);
        o[size_t(l) * vlenb] = uint8_t(eight * 0x0102040810204080 >> 56);
      }
    }
    return;
  }
  for (unsigned r = 0, regs = registersFor<T>(c, n); r < regs; ++r)
    for (unsigned l = 0; l < lanes; ++l) {
      const uint8_t *b = bytes + r * perRegister<T>(c) + size_t(l) * e;
      uint8_t *o = out + size_t(l) * vlenb;
      unsigned bits = 0, at = r * e;
      for (unsigned k = 0; k < e; ++k)
        bits |= unsigned(b[k] & 1) << k;
      uint8_t keep = at % 8 ? o[at / 8] & ((1u << at % 8) - 1) : 0;
      o[at / 8] = uint8_t(keep | bits << at % 8);
    }
}

/// Writes bits [vstart, vl) of mask register `rd` in every lane, those set in
/// v0 only if `masked`.
inline void assignMask(Core &c, unsigned rd, const uint8_t *bits, bool masked) {
  uint8_t *d = c.v(rd);
  const uint8_t *v0 = c.v(0);
  for (unsigned l = 0; l < c.lanes; ++l)
    for (unsigned b = c.vstart / 8; b < (c.vl + 7) / 8; ++b) {
      unsigned m = 0xFF;
      if (8 * b + 8 > c.vl)
        m &= 0xFF >> (8 * b + 8 - c.vl);
      if (8 * b < c.vstart)
        m &= 0xFF << (c.vstart - 8 * b);
      size_t k = size_t(l) * c.vlenb + b;
      if (masked)
        m &= v0[k];
      d[k] = uint8_t((bits[k] & m) | (d[k] & ~m));
    }
}

/// The four handlers of `K<T>::run`-like templates over integer widths.
template <template <class> class K, bool Signed>
inline constexpr Handler kIntegerHandlers[4] = {
    K<std::conditional_t<Signed, int8_t, uint8_t>>::run,
    K<std::conditional_t<Signed, int16_t, uint16_t>>::run,
    K<std::conditional_t<Signed, int32_t, uint32_t>>::run,
    K<std::conditional_t<Signed, int64_t, uint64_t>>::run};

} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif // per-target include guard
