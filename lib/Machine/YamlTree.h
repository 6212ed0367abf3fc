//===- YamlTree.h - YAML text as a small tree with positions ----*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the step from text to structure: llvm::yaml parses lazily and in one
// direction, so the document is first copied into nodes that can be looked at
// in any order and know their line and column. Only what a configuration file
// needs is accepted: one document of mappings and scalars; sequences are kept
// as nodes so that the reader of a key can say what it expected instead. Knows
// no keys.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_MACHINE_YAMLTREE_H
#define TILEWRIGHT_LIB_MACHINE_YAMLTREE_H

#include "llvm/Support/Error.h"
#include <compare>
#include <string>
#include <vector>

namespace tilewright {

struct YamlPosition {
  unsigned line = 1, column = 1;
  auto operator<=>(const YamlPosition &) const = default;
};

struct YamlNode {
  enum class Kind { Null, Scalar, Sequence, Mapping };
  struct Entry;

  Kind kind = Kind::Null;
  YamlPosition position;
  std::string text;           ///< Scalar: its value, quotes resolved
  std::vector<Entry> entries; ///< Mapping: in file order, keys unique

  /// What the node is, for messages: "a mapping", "the value '12'", ...
  std::string describe() const;
};

struct YamlNode::Entry {
  std::string key;
  YamlPosition position; ///< of the key
  YamlNode value;
};

/// Parses `text`; the root is a mapping. Errors (kind Usage) hold
/// `file:line:column`.
llvm::Expected<YamlNode> parseYaml(llvm::StringRef text, llvm::StringRef file);

/// `file:line:column: message` as an error of kind Usage.
llvm::Error yamlError(llvm::StringRef file, YamlPosition position,
                      const llvm::Twine &message);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_MACHINE_YAMLTREE_H
