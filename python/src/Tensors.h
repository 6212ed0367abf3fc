//===- Tensors.h - Host tensors and Python arrays ---------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the conversion between tilewright::Tensor and arrays that speak DLPack
// or the buffer protocol (NumPy, PyTorch). Inputs are copied once, outputs not
// at all: the array owns the tensor's bytes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_PYTHON_TENSORS_H
#define TILEWRIGHT_PYTHON_TENSORS_H

#include "tilewright/Driver/Driver.h"
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

namespace tilewright::python {

/// Unsigned integers become the signless type of their width. Raises Usage for
/// objects that are no host array and for element types no machine has, naming
/// input `number`.
Tensor toTensor(nanobind::handle object, unsigned number);

/// An object with __dlpack__, for numpy.from_dlpack and torch.from_dlpack.
nanobind::object toArray(Tensor tensor);

} // namespace tilewright::python

#endif // TILEWRIGHT_PYTHON_TENSORS_H
