//===- Units.h - Units behind Tilewright's own instructions -----*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_ISS_UNITS_H
#define TILEWRIGHT_LIB_ISS_UNITS_H

#include "Core.h"

namespace tilewright::iss {

/// The handlers by SEW of a special function or of the lane index; null for
/// other operations.
const Handler *laneUnit(isa::Op op);

} // namespace tilewright::iss

#endif // TILEWRIGHT_LIB_ISS_UNITS_H
