//===- GraphText.cpp - Tile graphs and events as text ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the human-readable form: one line per node, bodies indented, expressions
// infix with affine-map spelling.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Tog/Tog.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace tilewright;
using namespace tilewright::tog;

std::string Expr::str() const {
  static constexpr const char *kOperators[] = {
      "", "", " + ", "*", " floordiv ", " ceildiv ", " mod "};
  struct Text {
    std::string text;
    bool atomic;
  };
  auto operand = [](const Text &t) {
    return t.atomic ? t.text : "(" + t.text + ")";
  };
  std::vector<Text> stack;
  for (const Term &term : terms) {
    if (term.kind == Const) {
      stack.push_back({std::to_string(term.value), true});
      continue;
    }
    if (term.kind == Iv) {
      stack.push_back({"i" + std::to_string(term.value), true});
      continue;
    }
    if (stack.size() < 2)
      return "<malformed>";
    Text right = std::move(stack.back());
    stack.pop_back();
    Text &left = stack.back();
    if (term.kind == Min || term.kind == Max)
      left = {(term.kind == Min ? "min(" : "max(") + left.text + ", " +
                  right.text + ")",
              true};
    else
      left = {operand(left) + kOperators[term.kind] + operand(right), false};
  }
  return stack.size() == 1 ? stack[0].text : "<malformed>";
}

template <typename Range>
static std::string exprList(const Range &exprs, llvm::StringRef suffix = "") {
  std::string text;
  for (const Expr &e : exprs)
    text += (text.empty() ? "" : ", ") + e.str() + suffix.str();
  return text;
}

/// `l0, l1, l2, l3 to ` unless all lower bounds are 0.
static std::string lowBounds(const DmaNode &dma) {
  std::array<Expr, 4> low = dma.low;
  bool any = false;
  for (int k = 0; k < 4; ++k) {
    if (low[k].terms.empty())
      low[k] = Expr::constant(dma.base.low[k]);
    any |= low[k] != Expr::constant(0);
  }
  return any ? exprList(low) + " to " : "";
}

static void print(llvm::raw_ostream &os, const std::vector<Node> &nodes,
                  unsigned depth, unsigned indent, const Graph &graph) {
  for (const Node &node : nodes) {
    os.indent(indent);
    switch (node.kind) {
    case Node::Kind::Loop:
      os << "for i" << depth << " = " << node.lower.str() << " to "
         << node.upper.str() << " step " << node.step << "\n";
      print(os, node.body, depth + 1, indent + 2, graph);
      break;
    case Node::Kind::Guard: {
      std::string equalities = exprList(node.equalities, " == 0");
      std::string inequalities = exprList(node.inequalities, " >= 0");
      os << "if " << equalities
         << (equalities.empty() || inequalities.empty() ? "" : ", ")
         << inequalities << "\n";
      print(os, node.body, depth, indent + 2, graph);
      if (!node.orElse.empty()) {
        os.indent(indent) << "else\n";
        print(os, node.orElse, depth, indent + 2, graph);
      }
      break;
    }
    case Node::Kind::Dma: {
      const DmaNode &dma = node.dma;
      const DmaDescriptor &d = dma.base;
      os << (d.isStore() ? "store" : "load") << " arg" << dma.argument << "["
         << dma.dramOffset.str() << "] bank[" << dma.spadOffset.str()
         << "] tag " << dma.tag.str()
         << llvm::formatv(" {0}x{1}x{2}x{3}x{4}B", d.extent[0], d.extent[1],
                          d.extent[2], d.extent[3], d.elementBytes)
         << " valid [" << lowBounds(dma) << exprList(dma.high) << "]"
         << llvm::formatv(" axis {0}/{1} dram [{2}, {3}, {4}, {5}]",
                          unsigned(d.laneAxis), d.laneStride, d.dramStride[0],
                          d.dramStride[1], d.dramStride[2], d.dramStride[3]);
      if (d.isIndirect())
        os << " index bank[" << dma.indexOffset.str() << "] "
           << unsigned(d.index.bytes) << "B stride " << d.index.stride
           << " below " << d.index.bound;
      os << "\n";
      break;
    }
    case Node::Kind::Wait:
      os << "wait " << node.tag.str() << "\n";
      break;
    case Node::Kind::Compute:
      os << "compute " << node.id;
      if (node.id < graph.computeNodes.size() &&
          !graph.computeNodes[node.id].label.empty())
        os << " \"" << graph.computeNodes[node.id].label << "\"";
      os << "\n";
      break;
    }
  }
}

std::string Graph::str() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  print(os, body, 0, 0, *this);
  return text;
}

std::string Event::str() const {
  if (kind == Kind::Dma)
    return dma.str();
  return (kind == Kind::Wait ? "wait " : "compute ") + std::to_string(id);
}
