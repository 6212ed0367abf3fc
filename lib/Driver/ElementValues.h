//===- ElementValues.h - Tensor elements as numbers -------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the conversion between bytes of an element type and numbers, for input
// generation and for comparison. f8E4M3 is the finite variant (no infinities),
// as in PyTorch.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_ELEMENTVALUES_H
#define TILEWRIGHT_LIB_DRIVER_ELEMENTVALUES_H

#include "tilewright/Program/Program.h"

namespace tilewright {

bool isFloat(ElementType type);

/// Values of `count` elements of a float type, exactly.
void decodeFloats(ElementType type, const uint8_t *data, size_t count,
                  double *values);
/// The integer at `data`; i1 is 0 or its byte.
int64_t decodeInteger(ElementType type, const uint8_t *data);
/// Stores `value` rounded to nearest even.
void encodeFloat(ElementType type, double value, uint8_t *data);
void encodeInteger(ElementType type, int64_t value, uint8_t *data);

/// Coordinates of row-major element `index`, as "[1, 2, 3]".
std::string indexText(const TensorInfo &tensor, uint64_t index);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_ELEMENTVALUES_H
