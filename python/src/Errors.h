//===- Errors.h - Failures as Python exceptions -----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the way of an llvm::Error to Python: a Raised C++ exception, which
// nanobind turns into the class of tilewright/errors.py for its kind.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_PYTHON_ERRORS_H
#define TILEWRIGHT_PYTHON_ERRORS_H

#include "tilewright/Support/Error.h"
#include <exception>
#include <string>

namespace tilewright::python {

class Raised : public std::exception {
public:
  Raised(FailureKind kind, std::string message)
      : kind(kind), message(std::move(message)) {}
  const char *what() const noexcept override { return message.c_str(); }

  FailureKind kind;

private:
  std::string message;
};

/// Throws Raised if `error` is a failure.
void check(llvm::Error error);

template <typename T> T check(llvm::Expected<T> value) {
  if (!value)
    check(value.takeError());
  return std::move(*value);
}

/// Makes nanobind translate Raised.
void registerErrors();

} // namespace tilewright::python

#endif // TILEWRIGHT_PYTHON_ERRORS_H
