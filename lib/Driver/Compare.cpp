//===- Compare.cpp - NPU results against reference results ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compare.h"
#include "ElementValues.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <cstring>
#include <limits>

using namespace llvm;
using namespace tilewright;

/// Elements decoded at a time.
static constexpr size_t kBlock = 1024;

static std::string floatText(double value) {
  char text[32];
  snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

/// Spacing of neighbouring values relative to their size. A result rounded to a
/// narrow type may land on the neighbour of the reference's, however small the
/// difference before rounding; wider types hide behind any useful tolerance.
static double narrowSpacing(ElementType type) {
  switch (type) {
  case ElementType::F16:
    return 0x1p-10;
  case ElementType::BF16:
    return 0x1p-7;
  case ElementType::F8E4M3:
    return 0x1p-3;
  case ElementType::F8E5M2:
    return 0x1p-2;
  default:
    return 0;
  }
}

/// |a - b|; 0 for equal infinities and two NaNs, infinite for one NaN.
static double distance(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return std::isnan(a) == std::isnan(b)
               ? 0
               : std::numeric_limits<double>::infinity();
  return a == b ? 0 : std::fabs(a - b);
}

static void compareFloats(const TensorInfo &tensor, const uint8_t *npu,
                          const uint8_t *reference, Tolerance tolerance,
                          Comparison &result) {
  double a[kBlock], b[kBlock];
  unsigned width = elementBytes(tensor.type);
  for (uint64_t at = 0, end = tensor.elements(); at < end; at += kBlock) {
    size_t count = std::min<uint64_t>(kBlock, end - at);
    decodeFloats(tensor.type, npu + at * width, count, a);
    decodeFloats(tensor.type, reference + at * width, count, b);
    for (size_t i = 0; i < count; ++i) {
      double error = distance(a[i], b[i]);
      result.maxError = std::max(result.maxError, error);
      // An infinite reference tolerates nothing but itself.
      double allowed =
          std::isfinite(b[i])
              ? tolerance.absolute + tolerance.relative * std::fabs(b[i])
              : 0;
      if (error <= allowed || result.differing++)
        continue;
      result.first = at + i;
      result.npuValue = floatText(a[i]);
      result.referenceValue = floatText(b[i]);
    }
  }
}

static void compareIntegers(const TensorInfo &tensor, const uint8_t *npu,
                            const uint8_t *reference, Comparison &result) {
  unsigned width = elementBytes(tensor.type);
  for (uint64_t i = 0, end = tensor.elements(); i < end; ++i) {
    int64_t a = decodeInteger(tensor.type, npu + i * width);
    int64_t b = decodeInteger(tensor.type, reference + i * width);
    if (a == b)
      continue;
    result.maxError =
        std::max(result.maxError, std::fabs(double(a) - double(b)));
    if (result.differing++)
      continue;
    result.first = i;
    result.npuValue = std::to_string(a);
    result.referenceValue = std::to_string(b);
  }
}

Comparison tilewright::compareTensors(const TensorInfo &tensor,
                                      const uint8_t *npu,
                                      const uint8_t *reference,
                                      Tolerance tolerance) {
  Comparison result;
  if (std::memcmp(npu, reference, tensor.bytes()) == 0)
    return result;
  if (tolerance.relative > 0)
    tolerance.relative =
        std::max(tolerance.relative, narrowSpacing(tensor.type));
  if (isFloat(tensor.type))
    compareFloats(tensor, npu, reference, tolerance, result);
  else
    compareIntegers(tensor, npu, reference, result);
  return result;
}

uint64_t tilewright::countNaNs(const TensorInfo &tensor, const uint8_t *data) {
  if (!isFloat(tensor.type))
    return 0;
  double values[kBlock];
  uint64_t found = 0;
  unsigned width = elementBytes(tensor.type);
  for (uint64_t at = 0, end = tensor.elements(); at < end; at += kBlock) {
    size_t count = std::min<uint64_t>(kBlock, end - at);
    decodeFloats(tensor.type, data + at * width, count, values);
    found += count_if(ArrayRef(values, count),
                      [](double value) { return std::isnan(value); });
  }
  return found;
}

std::string Comparison::describe(const TensorInfo &tensor,
                                 Tolerance tolerance) const {
  std::string text =
      formatv("{0}: NPU {1}, reference {2}; {3} of {4} elements of {5} "
              "differ, largest difference {6}",
              indexText(tensor, first), npuValue, referenceValue, differing,
              tensor.elements(), tensor.str(), floatText(maxError));
  if (isFloat(tensor.type))
    text +=
        formatv(" (allowed {0} + {1} * |reference|)",
                floatText(tolerance.absolute), floatText(tolerance.relative));
  return text;
}
