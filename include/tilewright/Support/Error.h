//===- Error.h - The error taxonomy of the whole project --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every failure a user can meet is one of five kinds; the kind is also the
// process exit code. Layers return llvm::Error / llvm::Expected carrying a
// tilewright::Failure; nothing exits or aborts below the tools.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_ERROR_H
#define TILEWRIGHT_SUPPORT_ERROR_H

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include <string>

namespace tilewright {

/// What went wrong, as an exit code (documented in `tilewright --help`).
enum class FailureKind : int {
  Mismatch = 1,    ///< verification: results differ from the reference
  Usage = 2,       ///< bad command line, file, key, input tensor
  Unsupported = 3, ///< valid input that cannot be compiled (yet)
  Program = 4,     ///< the simulator found undefined behaviour in a program
  Internal = 70,   ///< a defect of Tilewright itself
};

/// The payload of every llvm::Error made by Tilewright.
class Failure : public llvm::ErrorInfo<Failure> {
public:
  static char ID;
  Failure(FailureKind kind, std::string message)
      : kind(kind), message(std::move(message)) {}
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

  FailureKind kind;
  std::string message;
};

llvm::Error makeFailure(FailureKind kind, const llvm::Twine &message);
inline llvm::Error usageError(const llvm::Twine &message) {
  return makeFailure(FailureKind::Usage, message);
}
inline llvm::Error unsupportedError(const llvm::Twine &message) {
  return makeFailure(FailureKind::Unsupported, message);
}
inline llvm::Error programError(const llvm::Twine &message) {
  return makeFailure(FailureKind::Program, message);
}
inline llvm::Error internalError(const llvm::Twine &message) {
  return makeFailure(FailureKind::Internal, message);
}

/// Consumes `error`; returns its kind (Internal for foreign errors) and puts
/// the text of all its parts, joined by newlines, into `message`.
FailureKind describeError(llvm::Error error, std::string &message);

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_ERROR_H
