//===- Shadow.h - What is known about each scratchpad byte ------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns one flag byte per scratchpad byte, in the scratchpad's own layout, for
// the dmaHazard and uninitialized sanitizers. Not allocated when both are off.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_ISS_SHADOW_H
#define TILEWRIGHT_LIB_ISS_SHADOW_H

#include "AlignedBytes.h"
#include "tilewright/Iss/Iss.h"
#include <cstring>

namespace tilewright::iss {

class Shadow {
public:
  enum : uint8_t {
    Written = 1,  ///< since the launch
    InFlight = 2, ///< destination of a load whose tag was not waited for
    Source = 4,   ///< source of a store whose tag was not waited for
  };

  Shadow(const Sanitizers &checks, size_t bytes)
      : hazard(checks.dmaHazard), uninitialized(checks.uninitialized) {
    if (enabled())
      flags = AlignedBytes(bytes);
    readMask = (hazard ? InFlight : 0) | (uninitialized ? Written : 0);
    readGood = uninitialized ? Written : 0;
    writeMask = hazard ? InFlight | Source : 0;
  }

  bool enabled() const { return hazard || uninitialized; }
  /// Forgets everything.
  void clear() {
    if (enabled())
      std::memset(flags.data(), 0, flags.size());
  }
  uint8_t *at(size_t index) { return flags.data() + index; }
  bool readable(uint8_t flag) const { return (flag & readMask) == readGood; }
  bool writable(uint8_t flag) const { return !(flag & writeMask); }

  /// Index of the first byte of [index, index+n) that must not be read, or n.
  size_t firstUnreadable(size_t index, size_t n) {
    const uint8_t *p = at(index);
    uint8_t bad = 0;
    for (size_t i = 0; i < n; ++i)
      bad |= (p[i] & readMask) ^ readGood;
    size_t i = bad ? 0 : n;
    while (i < n && readable(p[i]))
      ++i;
    return i;
  }
  /// Marks [index, index+n) written; the index of the first byte that must not
  /// be written, or n.
  size_t write(size_t index, size_t n) {
    uint8_t *p = at(index);
    uint8_t bad = 0;
    for (size_t i = 0; i < n; ++i) {
      bad |= p[i] & writeMask;
      p[i] |= Written;
    }
    size_t i = bad ? 0 : n;
    while (i < n && writable(p[i]))
      ++i;
    return i;
  }

  const bool hazard, uninitialized;

private:
  AlignedBytes flags;
  uint8_t readMask, readGood, writeMask;
};

} // namespace tilewright::iss

#endif // TILEWRIGHT_LIB_ISS_SHADOW_H
