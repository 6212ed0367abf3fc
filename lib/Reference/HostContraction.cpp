//===- HostContraction.cpp - Sums of products, fast and in f64 ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The classical blocked product: panels of both operands are gathered into
// contiguous f64 (which also undoes any layout), a small block of results stays
// in registers over a block of k. Products of two floats are exact in f64, so
// it does not matter whether the host fuses multiplication and addition.
//
//===----------------------------------------------------------------------===//

#include "HostContraction.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace tilewright::reference;
using llvm::ArrayRef;

/// Results in registers: rows, and columns as vectors of four.
static constexpr size_t kRows = 4, kVectors = 2, kColumns = 4 * kVectors;
/// Blocks: a panel of rows (kBlockM x kBlockK) stays in the second-level cache.
static constexpr size_t kBlockM = 64, kBlockN = 512, kBlockK = 256;

typedef double Vector __attribute__((vector_size(32), aligned(8)));

//===----------------------------------------------------------------------===//
// Reading operands
//===----------------------------------------------------------------------===//

static double readHalf(uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double magnitude = std::ldexp(1024 + fraction, exponent - 25);
  if (exponent == 0)
    magnitude = std::ldexp(fraction, -24);
  if (exponent == 31)
    magnitude = fraction ? std::numeric_limits<double>::quiet_NaN()
                         : std::numeric_limits<double>::infinity();
  return bits & 0x8000 ? -magnitude : magnitude;
}
static double readBrain(uint16_t bits) {
  uint32_t wide = uint32_t(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}

/// Packs rows [0, rows) of `width` at a time: for each group of `width` rows,
/// k after k, the values of its rows; missing rows are zero.
template <typename T, typename Read>
static void packAs(const T *data, ArrayRef<int64_t> rowOffsets,
                   ArrayRef<int64_t> kOffsets, size_t width, double *out,
                   Read read) {
  for (size_t row = 0; row < rowOffsets.size(); row += width) {
    size_t count = std::min(width, rowOffsets.size() - row);
    for (int64_t k : kOffsets) {
      const T *at = data + k;
      for (size_t i = 0; i < count; ++i)
        out[i] = read(at[rowOffsets[row + i]]);
      for (size_t i = count; i < width; ++i)
        out[i] = 0;
      out += width;
    }
  }
}

static void pack(HostFloat type, const void *data, ArrayRef<int64_t> rows,
                 ArrayRef<int64_t> ks, size_t width, double *out) {
  auto same = [](auto value) { return double(value); };
  switch (type) {
  case HostFloat::F64:
    return packAs(static_cast<const double *>(data), rows, ks, width, out,
                  same);
  case HostFloat::F32:
    return packAs(static_cast<const float *>(data), rows, ks, width, out, same);
  case HostFloat::F16:
    return packAs(static_cast<const uint16_t *>(data), rows, ks, width, out,
                  readHalf);
  case HostFloat::BF16:
    return packAs(static_cast<const uint16_t *>(data), rows, ks, width, out,
                  readBrain);
  }
}

static const void *advance(HostFloat type, const void *data, int64_t elements) {
  static constexpr unsigned bytes[] = {8, 4, 2, 2};
  return static_cast<const char *>(data) + elements * bytes[unsigned(type)];
}

//===----------------------------------------------------------------------===//
// The product
//===----------------------------------------------------------------------===//

/// kRows x kColumns sums over `depth` steps of packed operands.
static inline __attribute__((always_inline)) void
multiplyBlock(const double *a, const double *b, size_t depth,
              double *__restrict sums) {
  Vector acc[kRows][kVectors] = {};
  for (size_t k = 0; k < depth; ++k, a += kRows, b += kColumns)
    for (size_t v = 0; v < kVectors; ++v) {
      Vector column;
      std::memcpy(&column, b + 4 * v, sizeof(column));
      for (size_t r = 0; r < kRows; ++r)
        acc[r][v] += a[r] * column;
    }
  std::memcpy(sums, acc, sizeof(acc));
}

static void multiplyBaseline(const double *a, const double *b, size_t depth,
                             double *sums) {
  multiplyBlock(a, b, depth, sums);
}
#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void
multiplyAvx2(const double *a, const double *b, size_t depth, double *sums) {
  multiplyBlock(a, b, depth, sums);
}
#endif

using Multiply = void (*)(const double *, const double *, size_t, double *);
static Multiply chooseMultiply() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return multiplyAvx2;
#endif
  return multiplyBaseline;
}

/// Adds a block of sums to the results it belongs to.
static void addBlock(const double *sums, ArrayRef<int64_t> rows,
                     ArrayRef<int64_t> columns, double *out) {
  for (size_t r = 0; r < rows.size(); ++r)
    for (size_t c = 0; c < columns.size(); ++c)
      out[rows[r] + columns[c]] += sums[r * kColumns + c];
}

//===----------------------------------------------------------------------===//
// The contraction
//===----------------------------------------------------------------------===//

/// Appends `loop` inside the loops that `offsets` enumerates.
static void extend(std::vector<int64_t> &offsets, int64_t extent,
                   int64_t stride) {
  std::vector<int64_t> inner;
  inner.reserve(offsets.size() * extent);
  for (int64_t offset : offsets)
    for (int64_t i = 0; i < extent; ++i)
      inner.push_back(offset + i * stride);
  offsets = std::move(inner);
}

HostContraction::HostContraction(const ContractionShape &shape)
    : lhsType(shape.lhsType), rhsType(shape.rhsType), m{{0}, {0}}, n{{0}, {0}},
      k{{0}, {0}}, batchLhs{0}, batchRhs{0}, batchOut{0} {
  for (const ContractionLoop &loop : shape.loops) {
    if (loop.out == 0) {
      extend(k.first, loop.extent, loop.lhs);
      extend(k.second, loop.extent, loop.rhs);
    } else if (loop.rhs == 0) {
      extend(m.first, loop.extent, loop.lhs);
      extend(m.second, loop.extent, loop.out);
    } else if (loop.lhs == 0) {
      extend(n.first, loop.extent, loop.rhs);
      extend(n.second, loop.extent, loop.out);
    } else {
      extend(batchLhs, loop.extent, loop.lhs);
      extend(batchRhs, loop.extent, loop.rhs);
      extend(batchOut, loop.extent, loop.out);
    }
  }
}

void HostContraction::run(const void *lhs, const void *rhs, double *out) const {
  static const Multiply multiply = chooseMultiply();
  const size_t rows = std::min(kBlockM, m.size()),
               columns = std::min(kBlockN, n.size()),
               depth = std::min(kBlockK, k.size());
  auto padded = [](size_t size, size_t width) {
    return (size + width - 1) / width * width;
  };
  std::vector<double> packedA(padded(rows, kRows) * depth),
      packedB(padded(columns, kColumns) * depth);
  double sums[kRows * kColumns];
  auto part = [](const std::vector<int64_t> &all, size_t begin, size_t size) {
    return ArrayRef(all).slice(begin, std::min(size, all.size() - begin));
  };
  for (size_t batch = 0; batch < batchOut.size(); ++batch) {
    const void *a = advance(lhsType, lhs, batchLhs[batch]);
    const void *b = advance(rhsType, rhs, batchRhs[batch]);
    double *c = out + batchOut[batch];
    for (size_t k0 = 0; k0 < k.size(); k0 += kBlockK)
      for (size_t n0 = 0; n0 < n.size(); n0 += kBlockN) {
        ArrayRef<int64_t> kA = part(k.first, k0, kBlockK),
                          kB = part(k.second, k0, kBlockK),
                          nB = part(n.first, n0, kBlockN),
                          nC = part(n.second, n0, kBlockN);
        pack(rhsType, b, nB, kB, kColumns, packedB.data());
        for (size_t m0 = 0; m0 < m.size(); m0 += kBlockM) {
          ArrayRef<int64_t> mA = part(m.first, m0, kBlockM),
                            mC = part(m.second, m0, kBlockM);
          pack(lhsType, a, mA, kA, kRows, packedA.data());
          for (size_t j = 0; j < nC.size(); j += kColumns)
            for (size_t i = 0; i < mC.size(); i += kRows) {
              multiply(packedA.data() + i * kA.size(),
                       packedB.data() + j * kA.size(), kA.size(), sums);
              addBlock(sums, mC.slice(i, std::min(kRows, mC.size() - i)),
                       nC.slice(j, std::min(kColumns, nC.size() - j)), c);
            }
        }
      }
  }
}
