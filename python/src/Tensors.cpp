//===- Tensors.cpp - Host tensors and Python arrays -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tensors.h"
#include "Errors.h"
#include <memory>
#include <nanobind/stl/string.h>

namespace nb = nanobind;
using namespace tilewright;
using Code = nb::dlpack::dtype_code;

namespace {
struct TypeRow {
  Code code;
  uint8_t bits;
  ElementType type;
};
} // namespace

/// Array element types and ours. The first row of a type is the one given out;
/// unsigned rows come after signed ones.
static constexpr TypeRow types[] = {
    {Code::Float, 32, ElementType::F32},
    {Code::Float, 16, ElementType::F16},
    {Code::Float, 64, ElementType::F64},
    {Code::Bfloat, 16, ElementType::BF16},
    {Code::Float8_E4M3FN, 8, ElementType::F8E4M3},
    {Code::Float8_E5M2, 8, ElementType::F8E5M2},
    {Code::Bool, 8, ElementType::I1},
    {Code::Int, 8, ElementType::I8},
    {Code::Int, 16, ElementType::I16},
    {Code::Int, 32, ElementType::I32},
    {Code::Int, 64, ElementType::I64},
    {Code::UInt, 8, ElementType::I8},
    {Code::UInt, 16, ElementType::I16},
    {Code::UInt, 32, ElementType::I32},
    {Code::UInt, 64, ElementType::I64},
};

Tensor python::toTensor(nb::handle object, unsigned number) {
  nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu> array;
  if (!nb::try_cast(object, array))
    throw Raised(FailureKind::Usage,
                 "input " + std::to_string(number) + " is a " +
                     nb::cast<std::string>(object.type().attr("__name__")) +
                     "; it has to be an array in host memory (NumPy, PyTorch, "
                     "DLPack)");
  nb::dlpack::dtype dtype = array.dtype();
  for (const TypeRow &row : types) {
    if (uint8_t(row.code) != dtype.code || row.bits != dtype.bits ||
        dtype.lanes != 1)
      continue;
    Tensor tensor;
    tensor.info.type = row.type;
    for (size_t axis = 0; axis < array.ndim(); ++axis)
      tensor.info.shape.push_back(array.shape(axis));
    const auto *bytes = static_cast<const uint8_t *>(array.data());
    if (array.size())
      tensor.data.assign(bytes, bytes + array.nbytes());
    return tensor;
  }
  throw Raised(FailureKind::Usage,
               "input " + std::to_string(number) +
                   " has an element type that no machine has (DLPack code " +
                   std::to_string(dtype.code) + ", " +
                   std::to_string(dtype.bits) + " bits)");
}

nb::object python::toArray(Tensor tensor) {
  for (const TypeRow &row : types) {
    if (row.type != tensor.info.type)
      continue;
    auto owned = std::make_unique<Tensor>(std::move(tensor));
    std::vector<size_t> shape(owned->info.shape.begin(),
                              owned->info.shape.end());
    // Arrays want a pointer even when they are empty.
    owned->data.reserve(1);
    void *bytes = owned->data.data();
    nb::capsule owner(owned.release(), [](void *p) noexcept {
      delete static_cast<Tensor *>(p);
    });
    return nb::cast(nb::ndarray<nb::array_api>(
        bytes, shape.size(), shape.data(), owner, nullptr,
        nb::dlpack::dtype{uint8_t(row.code), row.bits, 1}));
  }
  throw Raised(FailureKind::Internal, "output of an unknown element type");
}
