//===- ElementValues.cpp - Tensor elements as numbers ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Types of at most 16 bits are decoded through tables of all their values, made
// once with APFloat.
//
//===----------------------------------------------------------------------===//

#include "ElementValues.h"
#include "llvm/ADT/APFloat.h"
#include <algorithm>
#include <cstring>

using namespace llvm;
using namespace tilewright;

bool tilewright::isFloat(ElementType type) { return type <= ElementType::F64; }

static const fltSemantics &semanticsOf(ElementType type) {
  switch (type) {
  case ElementType::F16:
    return APFloat::IEEEhalf();
  case ElementType::BF16:
    return APFloat::BFloat();
  case ElementType::F8E4M3:
    return APFloat::Float8E4M3FN();
  case ElementType::F8E5M2:
    return APFloat::Float8E5M2();
  case ElementType::F64:
    return APFloat::IEEEdouble();
  default:
    return APFloat::IEEEsingle();
  }
}

static std::vector<double> valuesOf(ElementType type) {
  unsigned bits = 8 * elementBytes(type);
  std::vector<double> values(size_t(1) << bits);
  for (size_t pattern = 0; pattern < values.size(); ++pattern)
    values[pattern] =
        APFloat(semanticsOf(type), APInt(bits, pattern)).convertToDouble();
  return values;
}

static const std::vector<double> &narrowValues(ElementType type) {
  static const std::vector<double> f16 = valuesOf(ElementType::F16),
                                   bf16 = valuesOf(ElementType::BF16),
                                   e4m3 = valuesOf(ElementType::F8E4M3),
                                   e5m2 = valuesOf(ElementType::F8E5M2);
  return type == ElementType::F16      ? f16
         : type == ElementType::BF16   ? bf16
         : type == ElementType::F8E4M3 ? e4m3
                                       : e5m2;
}

template <typename Source>
static void widen(const uint8_t *data, size_t count, double *values) {
  for (size_t i = 0; i < count; ++i) {
    Source value;
    std::memcpy(&value, data + i * sizeof(Source), sizeof(Source));
    values[i] = double(value);
  }
}

template <typename Pattern>
static void look(ElementType type, const uint8_t *data, size_t count,
                 double *values) {
  const std::vector<double> &table = narrowValues(type);
  for (size_t i = 0; i < count; ++i) {
    Pattern pattern;
    std::memcpy(&pattern, data + i * sizeof(Pattern), sizeof(Pattern));
    values[i] = table[pattern];
  }
}

void tilewright::decodeFloats(ElementType type, const uint8_t *data,
                              size_t count, double *values) {
  if (type == ElementType::F32)
    return widen<float>(data, count, values);
  if (type == ElementType::F64)
    return widen<double>(data, count, values);
  if (elementBytes(type) == 2)
    return look<uint16_t>(type, data, count, values);
  look<uint8_t>(type, data, count, values);
}

int64_t tilewright::decodeInteger(ElementType type, const uint8_t *data) {
  unsigned bytes = elementBytes(type);
  uint64_t bits = 0;
  std::memcpy(&bits, data, bytes);
  if (type == ElementType::I1)
    return int64_t(bits);
  unsigned unused = 64 - 8 * bytes;
  return int64_t(bits << unused) >> unused;
}

void tilewright::encodeFloat(ElementType type, double value, uint8_t *data) {
  if (type == ElementType::F32) {
    float narrow = float(value);
    std::memcpy(data, &narrow, sizeof(narrow));
    return;
  }
  APFloat number(value);
  bool inexact;
  number.convert(semanticsOf(type), APFloat::rmNearestTiesToEven, &inexact);
  uint64_t bits = number.bitcastToAPInt().getZExtValue();
  std::memcpy(data, &bits, elementBytes(type));
}

void tilewright::encodeInteger(ElementType type, int64_t value, uint8_t *data) {
  std::memcpy(data, &value, elementBytes(type));
}

std::string tilewright::indexText(const TensorInfo &tensor, uint64_t index) {
  std::vector<uint64_t> coordinates(tensor.shape.size());
  for (size_t axis = tensor.shape.size(); axis-- > 0;) {
    coordinates[axis] = index % uint64_t(tensor.shape[axis]);
    index /= uint64_t(tensor.shape[axis]);
  }
  std::string text;
  for (uint64_t coordinate : coordinates)
    text += (text.empty() ? "" : ", ") + std::to_string(coordinate);
  return "[" + text + "]";
}
