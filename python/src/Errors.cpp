//===- Errors.cpp - Failures as Python exceptions -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Errors.h"
#include <nanobind/nanobind.h>

namespace nb = nanobind;
using namespace tilewright;

void python::check(llvm::Error error) {
  if (!error)
    return;
  std::string message;
  FailureKind kind = describeError(std::move(error), message);
  throw Raised(kind, std::move(message));
}

static const char *className(FailureKind kind) {
  switch (kind) {
  case FailureKind::Mismatch:
    return "MismatchError";
  case FailureKind::Usage:
    return "UsageError";
  case FailureKind::Unsupported:
    return "UnsupportedError";
  case FailureKind::Program:
    return "ProgramError";
  case FailureKind::Internal:
    return "InternalError";
  }
  return "InternalError";
}

void python::registerErrors() {
  nb::register_exception_translator(
      [](const std::exception_ptr &pointer, void *) {
        try {
          std::rethrow_exception(pointer);
        } catch (const Raised &raised) {
          nb::object type = nb::module_::import_("tilewright.errors")
                                .attr(className(raised.kind));
          PyErr_SetString(type.ptr(), raised.what());
        }
      });
}
