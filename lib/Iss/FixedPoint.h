//===- FixedPoint.h - Rounding of fixed-point results -----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_ISS_FIXEDPOINT_H
#define TILEWRIGHT_LIB_ISS_FIXEDPOINT_H

#include <cstdint>
#include <type_traits>

namespace tilewright::iss {

/// An integer that holds any sum or product of two T, signed as T.
template <class T>
using WideInt = std::conditional_t<
    sizeof(T) == 8,
    std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>,
    std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;

/// v >> shift, rounded as vxrm says: 0 nearest up, 1 nearest even, 2 down, 3 to
/// odd.
template <class W> inline W roundOff(W v, unsigned shift, unsigned mode) {
  if (shift == 0)
    return v;
  W kept = v >> shift;
  W one = 1;
  bool half = v >> (shift - 1) & one;
  bool below = (v & ((one << (shift - 1)) - 1)) != 0; // bits under the half
  bool odd = kept & one;
  bool up = mode == 0   ? half
            : mode == 1 ? half && (below || odd)
            : mode == 2 ? false
                        : !odd && (half || below);
  return kept + W(up);
}

} // namespace tilewright::iss

#endif // TILEWRIGHT_LIB_ISS_FIXEDPOINT_H
