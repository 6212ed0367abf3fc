//===- YamlTree.cpp - YAML text as a small tree with positions ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The first problem found ends the parse: after a syntax error llvm::yaml has
// no reliable position to continue from.
//
//===----------------------------------------------------------------------===//

#include "YamlTree.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

using namespace llvm;
using namespace tilewright;

/// Machine files nest three levels deep; the limit bounds recursion on hostile
/// input.
static constexpr unsigned kMaxDepth = 16;
static constexpr size_t kMaxBytes = 1 << 20;

std::string YamlNode::describe() const {
  switch (kind) {
  case Kind::Null:
    return "nothing";
  case Kind::Scalar:
    return "'" + text + "'";
  case Kind::Sequence:
    return "a list";
  case Kind::Mapping:
    return "a mapping";
  }
  return "";
}

Error tilewright::yamlError(StringRef file, YamlPosition position,
                            const Twine &message) {
  return usageError(Twine(file) + ":" + Twine(position.line) + ":" +
                    Twine(position.column) + ": " + message);
}

namespace {
class TreeBuilder {
public:
  TreeBuilder(StringRef text, StringRef file)
      : file(file), stream(text, sourceManager, /*ShowColors=*/false) {
    sourceManager.setDiagHandler(
        [](const SMDiagnostic &diagnostic, void *self) {
          static_cast<TreeBuilder *>(self)->syntaxError(diagnostic);
        },
        this);
  }

  Expected<YamlNode> build() {
    YamlNode root;
    auto document = stream.begin();
    if (document != stream.end())
      if (yaml::Node *node = document->getRoot())
        convert(node, root, 0);
    if (!failed() && root.kind != YamlNode::Kind::Mapping)
      fail(root.position,
           "expected a mapping of machine keys, found " + root.describe());
    if (!failed() && ++document != stream.end())
      fail({1, 1}, "the file holds more than one YAML document");
    if (!failed() && stream.failed())
      fail(root.position, "malformed YAML");
    if (failed())
      return yamlError(file, errorPosition, message);
    return root;
  }

private:
  bool failed() const { return !message.empty(); }

  void fail(YamlPosition position, const Twine &text) {
    if (failed())
      return;
    errorPosition = position;
    message = text.str();
  }

  void syntaxError(const SMDiagnostic &diagnostic) {
    unsigned line = std::max(diagnostic.getLineNo(), 1);
    unsigned column = std::max(diagnostic.getColumnNo(), 0) + 1;
    fail({line, column}, "YAML syntax: " + diagnostic.getMessage());
  }

  /// Where a scalar starts. Other nodes are reported at `otherwise`, their key:
  /// llvm::yaml places collections behind their bracket and empty values at the
  /// next token.
  YamlPosition positionOf(yaml::Node *node, YamlPosition otherwise) {
    SMLoc loc = node->getSourceRange().Start;
    if (!isa<yaml::ScalarNode>(node) || !loc.isValid() ||
        !sourceManager.FindBufferContainingLoc(loc))
      return otherwise;
    auto [line, column] = sourceManager.getLineAndColumn(loc);
    return {line, column};
  }

  /// Fills `result` from `node`; on a problem records it and returns.
  void convert(yaml::Node *node, YamlNode &result, unsigned depth) {
    result.position = positionOf(node, result.position);
    if (depth > kMaxDepth)
      return fail(result.position, "nested too deeply");
    if (!node->getAnchor().empty() || isa<yaml::AliasNode>(node))
      return fail(result.position, "anchors and aliases are not supported");
    if (!node->getRawTag().empty())
      return fail(result.position, "tags are not supported");
    if (auto *scalar = dyn_cast<yaml::ScalarNode>(node)) {
      SmallString<64> storage;
      result.text = scalar->getValue(storage).str();
      result.kind = YamlNode::Kind::Scalar;
    } else if (auto *mapping = dyn_cast<yaml::MappingNode>(node)) {
      result.kind = YamlNode::Kind::Mapping;
      convertMapping(*mapping, result, depth);
    } else if (isa<yaml::SequenceNode>(node)) {
      result.kind = YamlNode::Kind::Sequence;
      node->skip();
    } else if (!isa<yaml::NullNode>(node)) {
      fail(result.position, "multi-line text is not supported");
    }
  }

  void convertMapping(yaml::MappingNode &mapping, YamlNode &result,
                      unsigned depth) {
    StringMap<unsigned> lineOfKey;
    for (yaml::KeyValueNode &entry : mapping) {
      yaml::Node *key = entry.getKey();
      if (failed() || stream.failed() || !key)
        return;
      YamlNode keyNode;
      convert(key, keyNode, depth + 1);
      if (failed())
        return;
      if (keyNode.kind != YamlNode::Kind::Scalar)
        return fail(keyNode.position,
                    "expected a key, found " + keyNode.describe());
      auto [it, inserted] =
          lineOfKey.try_emplace(keyNode.text, keyNode.position.line);
      if (!inserted)
        return fail(keyNode.position, "key '" + keyNode.text +
                                          "' is given twice (first on line " +
                                          Twine(it->second) + ")");
      YamlNode value;
      value.position = keyNode.position;
      if (yaml::Node *valueNode = entry.getValue())
        convert(valueNode, value, depth + 1);
      if (failed() || stream.failed())
        return;
      result.entries.push_back(
          {keyNode.text, keyNode.position, std::move(value)});
    }
  }

  StringRef file;
  SourceMgr sourceManager;
  yaml::Stream stream;
  YamlPosition errorPosition;
  std::string message;
};
} // namespace

Expected<YamlNode> tilewright::parseYaml(StringRef text, StringRef file) {
  if (text.size() > kMaxBytes)
    return usageError(Twine(file) + ": larger than 1 MiB; not a machine file");
  if (size_t zero = text.find('\0'); zero != StringRef::npos)
    return usageError(Twine(file) + ": byte " + Twine(zero) +
                      " is zero; not a text file");
  return TreeBuilder(text, file).build();
}
