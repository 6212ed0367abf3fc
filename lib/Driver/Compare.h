//===- Compare.h - NPU results against reference results --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what "equal" means: floats within atol + rtol * |reference|, NaN only
// with NaN, infinities and integers exactly. For floats of 16 bits and less
// rtol, unless it is 0, is at least one unit in the last place.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_COMPARE_H
#define TILEWRIGHT_LIB_DRIVER_COMPARE_H

#include "tilewright/Program/Program.h"

namespace tilewright {

struct Tolerance {
  double relative = 0, absolute = 0;
};

struct Comparison {
  double maxError = 0;    ///< largest |a - b|; infinite where only one is NaN
  uint64_t differing = 0; ///< elements outside the tolerance
  uint64_t first = 0;     ///< row-major index of the first of them
  std::string npuValue, referenceValue; ///< of the first

  /// "[0, 3]: NPU 1.5, reference 1.25; 2 of 12 elements differ, ...".
  std::string describe(const TensorInfo &tensor, Tolerance tolerance) const;
};

/// Compares two row-major buffers of `tensor`.
Comparison compareTensors(const TensorInfo &tensor, const uint8_t *npu,
                          const uint8_t *reference, Tolerance tolerance);

/// Elements that are NaN.
uint64_t countNaNs(const TensorInfo &tensor, const uint8_t *data);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_COMPARE_H
