//===- TensorInfo.cpp - Element types and tensor shapes -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Program/Program.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Support/Suggest.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tilewright;

namespace {
struct TypeRow {
  ElementType type;
  const char *name;
  unsigned bytes;
};
} // namespace

/// Indexed by ElementType.
static constexpr TypeRow kTypes[] = {
    {ElementType::F32, "f32", 4},       {ElementType::F16, "f16", 2},
    {ElementType::BF16, "bf16", 2},     {ElementType::F8E4M3, "f8E4M3", 1},
    {ElementType::F8E5M2, "f8E5M2", 1}, {ElementType::F64, "f64", 8},
    {ElementType::I1, "i1", 1},         {ElementType::I8, "i8", 1},
    {ElementType::I16, "i16", 2},       {ElementType::I32, "i32", 4},
    {ElementType::I64, "i64", 8}};
static_assert(std::size(kTypes) == unsigned(ElementType::I64) + 1);

unsigned tilewright::elementBytes(ElementType type) {
  return kTypes[unsigned(type)].bytes;
}

StringRef tilewright::elementTypeName(ElementType type) {
  return kTypes[unsigned(type)].name;
}

Expected<ElementType> tilewright::parseElementType(StringRef name) {
  std::vector<std::string> names;
  for (const TypeRow &row : kTypes) {
    if (name == row.name)
      return row.type;
    names.push_back(row.name);
  }
  return usageError("unknown element type '" + Twine(name) + "'" +
                    didYouMean(name, names) + " (types: " + join(names, ", ") +
                    ")");
}

uint64_t TensorInfo::elements() const {
  uint64_t count = 1;
  for (int64_t extent : shape)
    count *= uint64_t(extent);
  return count;
}

std::string TensorInfo::str() const {
  std::string text;
  for (int64_t extent : shape)
    text += std::to_string(extent) + "x";
  return text + elementTypeName(type).str();
}
