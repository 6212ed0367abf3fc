//===- Fusion.h - Which fusions the graph compiler makes --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the kinds of fusion and their names, which users switch off to see what
// each is worth (--fusion; PyTorchSim: codegen_compiler_optimization).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_GRAPH_FUSION_H
#define TILEWRIGHT_GRAPH_FUSION_H

#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace tilewright {

/// Which fusions are made; all by default.
struct Fusion {
  /// Chains of elementwise ops are one op. Without it, only what computes no
  /// floating-point numbers (indices, masks) moves into its consumers.
  bool elementwise = true;
  /// A product takes the elementwise op of its result.
  bool epilogue = true;
  /// A product takes the elementwise ops of its inputs.
  bool prologue = true;
  /// A product takes the reduction of its result.
  bool reductionEpilogue = true;
  /// A reduction takes elementwise ops before and behind it.
  bool reduction = true;
  /// Reductions along the same rows are one kernel.
  bool reductionReduction = true;
  /// Two products with a softmax between them are one kernel.
  bool attention = true;

  /// "all", "none", or a list of names, separated by commas. Other words are
  /// Usage errors that list the names.
  static llvm::Expected<Fusion> parse(llvm::StringRef text);
  /// What parse() reads.
  std::string str() const;
  /// Names of the kinds, for messages and help.
  static std::vector<std::string> names();

  bool operator==(const Fusion &) const = default;
};

} // namespace tilewright

#endif // TILEWRIGHT_GRAPH_FUSION_H
