//===- GraphJson.cpp - Tile graphs as JSON --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the saved form of a tile graph:
//   {"body": [node...], "compute": [{"label", "location", "macs"}...]}
// A node is an object with one key, its kind; an expression is a number, or an
// array in postfix order of numbers, variables "i0" and operators. Reading is
// strict: every key must be known and present, every value in range.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Error.h"
#include "tilewright/Support/Suggest.h"
#include "tilewright/Tog/Tog.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <limits>

using namespace tilewright;
using namespace tilewright::tog;
namespace json = llvm::json;

/// Spelling of operators, by Expr::Kind.
static constexpr llvm::StringLiteral kOperators[] = {
    "", "", "+", "*", "floordiv", "ceildiv", "mod", "min", "max"};

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static json::Value write(const Expr &e) {
  if (e.terms.size() == 1 && e.terms[0].kind == Expr::Const)
    return e.terms[0].value;
  json::Array terms;
  for (const Expr::Term &term : e.terms) {
    if (term.kind == Expr::Const)
      terms.push_back(term.value);
    else if (term.kind == Expr::Iv)
      terms.push_back("i" + std::to_string(term.value));
    else
      terms.push_back(kOperators[term.kind]);
  }
  return terms;
}

template <typename Range> static json::Array writeExprs(const Range &exprs) {
  json::Array array;
  for (const Expr &e : exprs)
    array.push_back(write(e));
  return array;
}

template <typename T>
static json::Array writeNumbers(const std::array<T, 4> &values) {
  json::Array array;
  for (T v : values)
    array.push_back(int64_t(v));
  return array;
}

static json::Array writeLow(const DmaNode &dma) {
  json::Array array;
  for (int k = 0; k < 4; ++k)
    array.push_back(dma.low[k].terms.empty() ? json::Value(dma.base.low[k])
                                             : write(dma.low[k]));
  return array;
}

static json::Object write(const DmaNode &dma) {
  const DmaDescriptor &d = dma.base;
  json::Object object{{"argument", dma.argument},
                      {"dram_offset", write(dma.dramOffset)},
                      {"spad_offset", write(dma.spadOffset)},
                      {"tag", write(dma.tag)},
                      {"high", writeExprs(dma.high)},
                      {"low", writeLow(dma)},
                      {"extent", writeNumbers(d.extent)},
                      {"dram_stride", writeNumbers(d.dramStride)},
                      {"bank_stride", writeNumbers(d.bankStride)},
                      {"element_bytes", d.elementBytes},
                      {"lane_axis", d.laneAxis},
                      {"lane_stride", d.laneStride},
                      {"flags", d.flags},
                      {"fill", d.fill}};
  if (d.isIndirect())
    object["index"] =
        json::Object{{"spad_offset", write(dma.indexOffset)},
                     {"bank_stride", writeNumbers(d.index.bankStride)},
                     {"bytes", d.index.bytes},
                     {"stride", d.index.stride},
                     {"bound", d.index.bound}};
  return object;
}

static json::Array write(const std::vector<Node> &nodes) {
  json::Array array;
  for (const Node &node : nodes) {
    switch (node.kind) {
    case Node::Kind::Loop:
      array.push_back(json::Object{
          {"loop", json::Object{{"lower", write(node.lower)},
                                {"upper", write(node.upper)},
                                {"step", node.step},
                                {"body", write(node.body)}}}});
      break;
    case Node::Kind::Guard:
      array.push_back(json::Object{
          {"guard",
           json::Object{{"equalities", writeExprs(node.equalities)},
                        {"inequalities", writeExprs(node.inequalities)},
                        {"body", write(node.body)},
                        {"else", write(node.orElse)}}}});
      break;
    case Node::Kind::Dma:
      array.push_back(json::Object{{"dma", write(node.dma)}});
      break;
    case Node::Kind::Wait:
      array.push_back(json::Object{{"wait", write(node.tag)}});
      break;
    case Node::Kind::Compute:
      array.push_back(json::Object{{"compute", node.id}});
      break;
    }
  }
  return array;
}

json::Value Graph::toJson() const {
  json::Array compute;
  for (const ComputeInfo &info : computeNodes)
    compute.push_back(json::Object{{"label", info.label},
                                   {"location", info.location},
                                   {"macs", info.macs}});
  return json::Object{{"body", write(body)}, {"compute", std::move(compute)}};
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
/// Reads values and keeps the first error; once failed, further reads return
/// defaults and do nothing.
class Reader {
public:
  bool failed() const { return !message.empty(); }
  llvm::Error takeError() {
    return failed() ? usageError("tile graph: " + message)
                    : llvm::Error::success();
  }

  Graph graph(const json::Value &value) {
    Graph result;
    const json::Object *o = object(value, "graph", {"body", "compute"});
    if (!o)
      return result;
    result.body = nodes(*o->get("body"), "body");
    if (const json::Array *list = array(*o->get("compute"), "compute"))
      for (auto [i, entry] : llvm::enumerate(*list))
        result.computeNodes.push_back(
            info(entry, "compute[" + std::to_string(i) + "]"));
    return result;
  }

private:
  void fail(const std::string &path, const llvm::Twine &why) {
    if (!failed())
      message = path + ": " + why.str();
  }

  /// The object, if it has exactly the keys `keys`, but for the optional ones,
  /// the last `numOptional`.
  const json::Object *object(const json::Value &value, const std::string &path,
                             llvm::ArrayRef<llvm::StringRef> keys,
                             size_t numOptional = 0) {
    const json::Object *o = value.getAsObject();
    if (!o) {
      fail(path, "expected an object");
      return nullptr;
    }
    // json::Object is a hash map: name the first bad key in sorted order.
    std::vector<llvm::StringRef> present;
    for (const auto &entry : *o)
      present.push_back(entry.first);
    llvm::sort(present);
    for (llvm::StringRef key : present)
      if (!llvm::is_contained(keys, key)) {
        fail(path, "unknown key '" + key.str() + "'" + didYouMean(key, keys));
        return nullptr;
      }
    for (llvm::StringRef key : keys.drop_back(numOptional))
      if (!o->get(key)) {
        fail(path, "missing key '" + key + "'");
        return nullptr;
      }
    return o;
  }

  const json::Array *array(const json::Value &value, const std::string &path) {
    const json::Array *a = value.getAsArray();
    if (!a)
      fail(path, "expected an array");
    return a;
  }

  const json::Array *array4(const json::Value &value, const std::string &path) {
    const json::Array *a = array(value, path);
    if (a && a->size() != 4) {
      fail(path, "expected 4 entries, got " + llvm::Twine(a->size()));
      return nullptr;
    }
    return a;
  }

  template <typename T>
  T number(const json::Value &value, const std::string &path,
           T low = std::numeric_limits<T>::min()) {
    if constexpr (std::is_same_v<T, uint64_t>) {
      if (auto n = value.getAsUINT64())
        return *n;
      fail(path, "expected an unsigned 64-bit number");
      return low;
    } else {
      constexpr int64_t high = std::numeric_limits<T>::max();
      auto n = value.getAsInteger();
      if (n && *n >= int64_t(low) && *n <= high)
        return T(*n);
      fail(path, "expected an integer in [" + llvm::Twine(int64_t(low)) +
                     ", " + llvm::Twine(high) + "]");
      return low;
    }
  }

  template <typename T>
  std::array<T, 4> numbers(const json::Value &value, const std::string &path) {
    std::array<T, 4> result{};
    if (const json::Array *a = array4(value, path))
      for (int k = 0; k < 4; ++k)
        result[k] =
            number<T>((*a)[k], path + "[" + std::to_string(k) + "]");
    return result;
  }

  std::string text(const json::Value &value, const std::string &path) {
    auto s = value.getAsString();
    if (!s)
      fail(path, "expected a string");
    return s ? s->str() : "";
  }

  Expr expr(const json::Value &value, const std::string &path) {
    if (auto n = value.getAsInteger())
      return Expr::constant(*n);
    Expr result;
    const json::Array *a = value.getAsArray();
    if (!a) {
      fail(path, "expected an integer or a postfix array");
      return result;
    }
    for (const json::Value &entry : *a) {
      if (auto n = entry.getAsInteger()) {
        result.terms.push_back({Expr::Const, *n});
        continue;
      }
      llvm::StringRef word = entry.getAsString().value_or("");
      unsigned depth = 0;
      if (word.starts_with("i") && !word.drop_front().getAsInteger(10, depth)) {
        result.terms.push_back({Expr::Iv, depth});
        continue;
      }
      const auto *it = llvm::find(kOperators, word);
      if (word.empty() || it == std::end(kOperators)) {
        fail(path, "expected an integer, a variable like \"i0\" or an "
                   "operator, got '" +
                       word + "'" +
                       didYouMean(word, llvm::ArrayRef(kOperators).drop_front(2)));
        return result;
      }
      result.terms.push_back({Expr::Kind(it - std::begin(kOperators)), 0});
    }
    return result;
  }

  std::vector<Expr> exprs(const json::Value &value, const std::string &path) {
    std::vector<Expr> result;
    if (const json::Array *a = array(value, path))
      for (auto [i, entry] : llvm::enumerate(*a))
        result.push_back(expr(entry, path + "[" + std::to_string(i) + "]"));
    return result;
  }

  ComputeInfo info(const json::Value &value, const std::string &path) {
    ComputeInfo result;
    if (const json::Object *o =
            object(value, path, {"label", "location", "macs"})) {
      result.label = text(*o->get("label"), path + ".label");
      result.location = text(*o->get("location"), path + ".location");
      result.macs = number<uint64_t>(*o->get("macs"), path + ".macs");
    }
    return result;
  }

  void index(const json::Value &value, const std::string &path,
             DmaNode &result) {
    const json::Object *o =
        object(value, path,
               {"spad_offset", "bank_stride", "bytes", "stride", "bound"});
    if (!o)
      return;
    IndexTile &tile = result.base.index;
    result.indexOffset = expr(*o->get("spad_offset"), path + ".spad_offset");
    tile.bankStride =
        numbers<uint32_t>(*o->get("bank_stride"), path + ".bank_stride");
    tile.bytes = number<uint8_t>(*o->get("bytes"), path + ".bytes");
    tile.stride = number<int64_t>(*o->get("stride"), path + ".stride");
    tile.bound = number<uint64_t>(*o->get("bound"), path + ".bound");
  }

  DmaNode dma(const json::Value &value, const std::string &path) {
    DmaNode result;
    const json::Object *o = object(
        value, path,
        {"argument", "dram_offset", "spad_offset", "tag", "high", "low",
         "extent", "dram_stride", "bank_stride", "element_bytes", "lane_axis",
         "lane_stride", "flags", "fill", "index"},
        /*numOptional=*/1);
    if (!o)
      return result;
    auto at = [&](const char *key) { return path + "." + key; };
    DmaDescriptor &d = result.base;
    result.argument = number<unsigned>(*o->get("argument"), at("argument"));
    result.dramOffset = expr(*o->get("dram_offset"), at("dram_offset"));
    result.spadOffset = expr(*o->get("spad_offset"), at("spad_offset"));
    result.tag = expr(*o->get("tag"), at("tag"));
    if (const json::Array *a = array4(*o->get("high"), at("high")))
      for (int k = 0; k < 4; ++k)
        result.high[k] =
            expr((*a)[k], at("high") + "[" + std::to_string(k) + "]");
    if (const json::Array *a = array4(*o->get("low"), at("low")))
      for (int k = 0; k < 4; ++k) {
        std::string path = at("low") + "[" + std::to_string(k) + "]";
        if ((*a)[k].getAsInteger())
          d.low[k] = number<uint16_t>((*a)[k], path);
        else
          result.low[k] = expr((*a)[k], path);
      }
    d.extent = numbers<uint16_t>(*o->get("extent"), at("extent"));
    d.dramStride = numbers<int32_t>(*o->get("dram_stride"), at("dram_stride"));
    d.bankStride = numbers<uint32_t>(*o->get("bank_stride"), at("bank_stride"));
    d.elementBytes =
        number<uint16_t>(*o->get("element_bytes"), at("element_bytes"));
    d.laneAxis = number<uint8_t>(*o->get("lane_axis"), at("lane_axis"));
    d.laneStride = number<uint16_t>(*o->get("lane_stride"), at("lane_stride"));
    d.flags = number<uint8_t>(*o->get("flags"), at("flags"));
    d.fill = number<uint64_t>(*o->get("fill"), at("fill"));
    if (d.isIndirect() != bool(o->get("index")))
      fail(path, d.isIndirect() ? "missing key 'index' of an indirect move"
                                : "key 'index' of a move without indirect flag");
    else if (d.isIndirect())
      index(*o->get("index"), at("index"), result);
    return result;
  }

  std::vector<Node> nodes(const json::Value &value, const std::string &path) {
    std::vector<Node> result;
    if (const json::Array *a = array(value, path))
      for (auto [i, entry] : llvm::enumerate(*a)) {
        if (failed())
          break;
        result.push_back(node(entry, path + "[" + std::to_string(i) + "]"));
      }
    return result;
  }

  Node node(const json::Value &value, const std::string &path) {
    static constexpr llvm::StringLiteral kKinds[] = {"loop", "guard", "dma",
                                                     "wait", "compute"};
    Node result{Node::Kind::Loop};
    const json::Object *o = value.getAsObject();
    if (!o || o->size() != 1) {
      fail(path, "expected an object with one key, the kind of node");
      return result;
    }
    llvm::StringRef kind = o->begin()->first;
    const json::Value &content = o->begin()->second;
    const auto *it = llvm::find(kKinds, kind);
    if (it == std::end(kKinds)) {
      fail(path, "unknown kind of node '" + kind.str() + "'" +
                     didYouMean(kind, kKinds));
      return result;
    }
    result.kind = Node::Kind(it - std::begin(kKinds));
    std::string inside = path + "." + kind.str();
    switch (result.kind) {
    case Node::Kind::Loop:
      if (const json::Object *l =
              object(content, inside, {"lower", "upper", "step", "body"})) {
        result.lower = expr(*l->get("lower"), inside + ".lower");
        result.upper = expr(*l->get("upper"), inside + ".upper");
        result.step = number<int64_t>(*l->get("step"), inside + ".step", 1);
        result.body = nodes(*l->get("body"), inside + ".body");
      }
      break;
    case Node::Kind::Guard:
      if (const json::Object *g =
              object(content, inside,
                     {"equalities", "inequalities", "body", "else"})) {
        result.equalities = exprs(*g->get("equalities"), inside + ".equalities");
        result.inequalities =
            exprs(*g->get("inequalities"), inside + ".inequalities");
        result.body = nodes(*g->get("body"), inside + ".body");
        result.orElse = nodes(*g->get("else"), inside + ".else");
      }
      break;
    case Node::Kind::Dma:
      result.dma = dma(content, inside);
      break;
    case Node::Kind::Wait:
      result.tag = expr(content, inside);
      break;
    case Node::Kind::Compute:
      result.id = number<unsigned>(content, inside);
      break;
    }
    return result;
  }

  std::string message;
};
} // namespace

llvm::Expected<Graph> Graph::fromJson(const json::Value &value) {
  Reader reader;
  Graph graph = reader.graph(value);
  if (reader.failed())
    return reader.takeError();
  if (llvm::Error e = graph.verify()) {
    // What is a defect in a graph just built is bad input in one just read.
    std::string text;
    describeError(std::move(e), text);
    return usageError(text);
  }
  return graph;
}
