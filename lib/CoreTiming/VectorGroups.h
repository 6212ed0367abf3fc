//===- VectorGroups.h - Register groups of vector instructions --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what the scoreboard must know of a vector instruction beyond its class:
// how many registers it writes when it is cracked into `n` micro-ops, and whether
// micro-op i needs source register i only. Read off the instruction word (RVV
// 1.0, OP-V encoding).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CORETIMING_VECTORGROUPS_H
#define TILEWRIGHT_LIB_CORETIMING_VECTORGROUPS_H

#include "tilewright/Iss/Observer.h"
#include <algorithm>

namespace tilewright {

struct VectorGroups {
  enum Result : uint8_t { Same, Single, Half };
  Result result = Same;
  bool wholeSources = false; ///< every micro-op reads the whole groups

  unsigned written(unsigned microOps) const {
    return result == Same     ? microOps
           : result == Single ? 1
                              : std::max(1u, microOps / 2);
  }
};

inline VectorGroups vectorGroups(const InstructionInfo &info) {
  VectorGroups groups;
  if (info.unit == UnitClass::VectorReduce)
    return {VectorGroups::Single, false};
  if ((info.word & 0x7f) != 0x57 || info.op)
    return groups;
  const unsigned funct3 = info.word >> 12 & 7, funct6 = info.word >> 26;
  const unsigned vs1 = info.word >> 15 & 31;
  const bool integer = funct3 == 0 || funct3 == 3 || funct3 == 4;
  const bool floating = funct3 == 1 || funct3 == 5;
  // Compares write a mask, and so do carry-outs (vmadc, vmsbc).
  if (((integer || floating) && funct6 >= 0x18 && funct6 <= 0x1f) ||
      (integer && (funct6 == 0x11 || funct6 == 0x13)))
    groups.result = VectorGroups::Single;
  // Narrowing shifts, clips and conversions.
  if ((integer && funct6 >= 0x2c && funct6 <= 0x2f) ||
      (funct3 == 1 && funct6 == 0x12 && (vs1 & 0x18) == 0x10))
    groups.result = VectorGroups::Half;
  // Gathers, slides, compress.
  groups.wholeSources =
      (integer && (funct6 == 0x0c || funct6 == 0x0e || funct6 == 0x0f)) ||
      (funct3 == 2 && funct6 == 0x17) ||
      ((funct3 == 5 || funct3 == 6) && (funct6 == 0x0e || funct6 == 0x0f));
  return groups;
}

} // namespace tilewright

#endif // TILEWRIGHT_LIB_CORETIMING_VECTORGROUPS_H
