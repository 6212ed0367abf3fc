//===- Error.cpp - The error taxonomy of the whole project ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

using namespace tilewright;

char Failure::ID = 0;

void Failure::log(llvm::raw_ostream &os) const { os << message; }

std::error_code Failure::convertToErrorCode() const {
  return llvm::inconvertibleErrorCode();
}

llvm::Error tilewright::makeFailure(FailureKind kind,
                                    const llvm::Twine &message) {
  return llvm::make_error<Failure>(kind, message.str());
}

FailureKind tilewright::describeError(llvm::Error error, std::string &message) {
  FailureKind kind = FailureKind::Internal;
  bool first = true;
  llvm::handleAllErrors(
      std::move(error),
      [&](const Failure &failure) {
        if (first)
          kind = failure.kind;
        message += (first ? "" : "\n") + failure.message;
        first = false;
      },
      [&](const llvm::ErrorInfoBase &other) {
        message += (first ? "" : "\n") + other.message();
        first = false;
      });
  return kind;
}
