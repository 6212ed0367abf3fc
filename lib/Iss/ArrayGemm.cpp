//===- ArrayGemm.cpp - The array's matrix product -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the innermost loop of the functional simulator. Rows are the SIMD
// dimension, a block of columns is kept in registers, and k runs in order with
// a separate multiplication and addition, so every result has exactly the bits
// that the sequential definition gives.
//
//===----------------------------------------------------------------------===//

#include "Array.h"
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ArrayGemm.cpp"
// Must come before what it includes again for every target.
#include "hwy/foreach_target.h"

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tilewright::iss::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using IntTag = hn::RebindToUnsigned<Tag>;

// Elements live in float storage; integers are the same bits.
HWY_INLINE hn::Vec<Tag> load(Tag d, const float *p) { return hn::Load(d, p); }
HWY_INLINE hn::Vec<IntTag> load(IntTag d, const float *p) {
  return hn::BitCast(d, hn::Load(Tag(), p));
}
HWY_INLINE hn::Vec<Tag> splat(Tag d, const float *p) { return hn::Set(d, *p); }
HWY_INLINE hn::Vec<IntTag> splat(IntTag d, const float *p) {
  uint32_t bits;
  std::memcpy(&bits, p, sizeof bits);
  return hn::Set(d, bits);
}
HWY_INLINE void store(Tag d, hn::Vec<Tag> value, float *p) {
  // A NaN is the canonical one, as everywhere in RISC-V.
  const auto nan = hn::BitCast(d, hn::Set(IntTag(), 0x7fc00000));
  hn::Store(hn::IfThenElse(hn::IsNaN(value), nan, value), d, p);
}
HWY_INLINE void store(IntTag, hn::Vec<IntTag> value, float *p) {
  hn::Store(hn::BitCast(Tag(), value), Tag(), p);
}

/// Columns [0, Columns) of `Vectors` vectors of rows.
template <class D, int Vectors, int Columns>
HWY_INLINE void block(const float *HWY_RESTRICT in,
                      const float *HWY_RESTRICT weights, size_t weightStride,
                      unsigned lanes, float *HWY_RESTRICT out) {
  const D d;
  const size_t n = hn::Lanes(d);
  hn::Vec<D> sum[Columns][Vectors];
  for (int j = 0; j < Columns; ++j)
    for (int v = 0; v < Vectors; ++v)
      sum[j][v] = hn::Zero(d);
  for (unsigned k = 0; k < lanes; ++k) {
    hn::Vec<D> row[Vectors];
    for (int v = 0; v < Vectors; ++v)
      row[v] = load(d, in + size_t(k) * kPanelRows + v * n);
    for (int j = 0; j < Columns; ++j) {
      const auto w = splat(d, weights + j * weightStride + k);
      for (int v = 0; v < Vectors; ++v)
        sum[j][v] = hn::Add(sum[j][v], hn::Mul(row[v], w));
    }
  }
  for (int j = 0; j < Columns; ++j)
    for (int v = 0; v < Vectors; ++v)
      store(d, sum[j][v], out + size_t(j) * kPanelRows + v * n);
}

template <class D, int Vectors>
HWY_INLINE void columns(const float *in, const float *weights,
                        size_t weightStride, unsigned lanes, float *out) {
  constexpr int kColumns = HWY_TARGET <= HWY_AVX3 ? 8 : 4;
  unsigned j = 0;
  for (; j + kColumns <= lanes; j += kColumns)
    block<D, Vectors, kColumns>(in, weights + j * weightStride, weightStride,
                                lanes, out + size_t(j) * kPanelRows);
  for (; j < lanes; ++j)
    block<D, Vectors, 1>(in, weights + j * weightStride, weightStride, lanes,
                         out + size_t(j) * kPanelRows);
}

template <class D>
HWY_INLINE void panel(const float *in, const float *weights,
                      size_t weightStride, unsigned lanes, unsigned rows,
                      float *out) {
  const size_t n = hn::Lanes(Tag());
  size_t row = 0;
  for (; row + n < rows; row += 2 * n)
    columns<D, 2>(in + row, weights, weightStride, lanes, out + row);
  if (row < rows)
    columns<D, 1>(in + row, weights, weightStride, lanes, out + row);
}

HWY_ATTR void multiplyPanel(const float *in, const float *weights,
                            size_t weightStride, unsigned lanes, unsigned rows,
                            float *out) {
  panel<Tag>(in, weights, weightStride, lanes, rows, out);
}
HWY_ATTR void multiplyPanelInt(const float *in, const float *weights,
                               size_t weightStride, unsigned lanes,
                               unsigned rows, float *out) {
  panel<IntTag>(in, weights, weightStride, lanes, rows, out);
}

} // namespace tilewright::iss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tilewright::iss {
HWY_EXPORT(multiplyPanel);
HWY_EXPORT(multiplyPanelInt);
void multiplyPanel(const float *in, const float *weights, size_t weightStride,
                   unsigned lanes, unsigned rows, float *out) {
  HWY_DYNAMIC_DISPATCH(multiplyPanel)
  (in, weights, weightStride, lanes, rows, out);
}
void multiplyPanelInt(const float *in, const float *weights,
                      size_t weightStride, unsigned lanes, unsigned rows,
                      float *out) {
  HWY_DYNAMIC_DISPATCH(multiplyPanelInt)
  (in, weights, weightStride, lanes, rows, out);
}
} // namespace tilewright::iss
#endif
