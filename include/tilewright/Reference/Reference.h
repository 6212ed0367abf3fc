//===- Reference.h - The host oracle of --verify ----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns running a module on the host through upstream bufferization, linalg
// loops and MLIR's ExecutionEngine: no Tilewright pass touches the code path,
// so it is an independent oracle. Runs the imported module (G0) as a whole, and
// single kernel functions of the partitioned module (G2) to localise errors.
// No MLIR in this header.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_REFERENCE_REFERENCE_H
#define TILEWRIGHT_REFERENCE_REFERENCE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <memory>

namespace tilewright {

class ContentCache;

class Reference {
public:
  ~Reference();
  /// Compiles all public and kernel functions of `moduleText` for the host, or
  /// takes the code from `cache`, where it also leaves it.
  static llvm::Expected<std::unique_ptr<Reference>>
  create(llvm::StringRef moduleText, ContentCache *cache = nullptr);
  /// Calls `function`: `inputs` and `outputs` are row-major buffers of its
  /// tensor arguments and results, in order; outputs are overwritten. i1 is one
  /// byte per element.
  llvm::Error call(llvm::StringRef function,
                   llvm::ArrayRef<const void *> inputs,
                   llvm::ArrayRef<void *> outputs);
  /// Whether the code came from the cache.
  bool isCached() const;

private:
  struct State;
  explicit Reference(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

} // namespace tilewright

#endif // TILEWRIGHT_REFERENCE_REFERENCE_H
