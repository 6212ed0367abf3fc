//===- Tog.h - Tile operation graph: a kernel's events ----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the compact form of what a kernel does to the machine around its core:
// loops and guards over induction variables, DMA moves with affine addresses,
// waits, compute nodes. A Graph is data (saved with the program); walking it
// yields exactly the events that the kernel's binary produces, in order, which
// tests check. Knows no MLIR; lib/Transforms builds it from kernel IR.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TOG_TOG_H
#define TILEWRIGHT_TOG_TOG_H

#include "tilewright/Layout/DmaDescriptor.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <cstdint>
#include <string>
#include <vector>

namespace tilewright::tog {

/// Receives a kernel's events in program order. Implemented by recorders, by
/// the tile simulator, and fed by both the graph walker and the functional
/// simulator.
class EventSink {
public:
  virtual ~EventSink() = default;
  virtual void dma(const DmaDescriptor &move) = 0;
  /// Comes in front of dma() of an indirect move when the sender executes it:
  /// the indices (forEachRow), which are data and no part of a graph.
  virtual void indices(llvm::ArrayRef<int64_t>) {}
  virtual void wait(unsigned tag) = 0;
  /// Compute node `id` starts; it lasts until the next event.
  virtual void compute(unsigned id) = 0;
};

/// An integer expression over the enclosing induction variables, in postfix
/// order on a stack. FloorDiv and Mod have positive constant right sides and
/// round towards minus infinity.
struct Expr {
  enum Kind : uint8_t { Const, Iv, Add, Mul, FloorDiv, CeilDiv, Mod, Min, Max };
  struct Term {
    Kind kind;
    int64_t value = 0; ///< constant, or depth of the loop (0 = outermost)
    bool operator==(const Term &) const = default;
  };
  std::vector<Term> terms;

  static Expr constant(int64_t v) { return {{{Const, v}}}; }
  /// Value with `ivs[d]` the induction variable of the loop at depth d. The
  /// expression must be well formed (Graph::verify).
  int64_t evaluate(llvm::ArrayRef<int64_t> ivs) const;
  /// Infix text, e.g. `(i0*128 + 64) floordiv 8`.
  std::string str() const;
  bool operator==(const Expr &) const = default;
};

/// One move as a template; the final descriptor is `base` with valid bounds,
/// addresses and tag evaluated.
struct DmaNode {
  DmaDescriptor base;
  unsigned argument = 0;  ///< kernel argument whose tensor is moved
  Expr dramOffset;        ///< elements from the start of that tensor
  Expr spadOffset;        ///< bytes from the start of the bank
  Expr tag;
  std::array<Expr, 4> high; ///< clamped to [0, extent]
  std::array<Expr, 4> low;  ///< likewise; without terms: base.low
  Expr indexOffset;         ///< indirect: bytes of the index tile in the bank
};

struct Node {
  enum class Kind : uint8_t { Loop, Guard, Dma, Wait, Compute };
  Kind kind;
  // Loop: iv runs lower, lower+step, ... < upper.
  Expr lower, upper;
  int64_t step = 1;
  // Guard: body runs when every condition evaluates to 0 (equalities) or
  // >= 0 (inequalities); otherwise orElse runs.
  std::vector<Expr> equalities, inequalities;
  std::vector<Node> body, orElse;
  DmaNode dma;
  Expr tag;            ///< Wait
  unsigned id = 0;     ///< Compute

  bool isEvent() const { return kind >= Kind::Dma; }
};

/// What is known about one compute node without running it.
struct ComputeInfo {
  std::string label;   ///< e.g. "matmul", "vector"
  std::string location;
  uint64_t macs = 0;   ///< multiply-accumulates of useful array work per run
};

struct Graph {
  std::vector<Node> body;
  std::vector<ComputeInfo> computeNodes; ///< indexed by compute id

  /// Sends the kernel's events to `sink`. `arguments` are the DRAM byte
  /// addresses of the kernel's tensors.
  void walk(llvm::ArrayRef<uint64_t> arguments, EventSink &sink) const;
  /// Checks what walking relies on: expressions are well formed and use only
  /// enclosing loops, steps and divisors are positive, compute ids exist. Errors
  /// (kind Internal) name the node by path: `body[2].loop.body[0].tag`.
  llvm::Error verify() const;
  /// One more than the highest argument number used.
  unsigned numArguments() const;
  llvm::json::Value toJson() const;
  /// The inverse of toJson. Unknown, missing and ill-typed keys are errors (kind
  /// Usage) that name the node by path; the result passes verify().
  static llvm::Expected<Graph> fromJson(const llvm::json::Value &value);
  /// Human-readable indented text.
  std::string str() const;
};

/// A graph's events one by one, for those who advance several streams together.
/// Nothing is expanded: the state is one frame per enclosing loop or guard.
class Walker {
public:
  Walker(const Graph &graph, llvm::ArrayRef<uint64_t> arguments);
  /// The node (Dma, Wait or Compute) of the next event, or null at the end.
  const Node *next();
  /// The move of the Dma node that next() returned last.
  DmaDescriptor dma() const;
  /// The tag of the Wait node that next() returned last.
  unsigned tag() const;

private:
  struct Frame {
    const std::vector<Node> *nodes;
    size_t index = 0;
    const Node *loop = nullptr; ///< null for a guard's branch
    int64_t upper = 0;
  };
  const Node *current = nullptr;
  llvm::SmallVector<Frame, 8> frames;
  llvm::SmallVector<int64_t, 8> ivs;
  llvm::SmallVector<uint64_t, 8> arguments;
};

/// Numbers the event nodes of a graph from 0 in order of appearance (a guard's
/// body before its orElse). Costs between events are kept by these numbers.
llvm::DenseMap<const Node *, unsigned> eventSites(const Graph &graph);

/// An event as a value, for comparing streams.
struct Event {
  enum class Kind : uint8_t { Dma, Wait, Compute } kind;
  DmaDescriptor dma;
  unsigned id = 0; ///< tag or compute id
  bool operator==(const Event &) const = default;
  std::string str() const;
};

class EventRecorder : public EventSink {
public:
  std::vector<Event> events;
  void dma(const DmaDescriptor &d) override {
    events.push_back({Event::Kind::Dma, d, 0});
  }
  void wait(unsigned tag) override {
    events.push_back({Event::Kind::Wait, {}, tag});
  }
  void compute(unsigned id) override {
    events.push_back({Event::Kind::Compute, {}, id});
  }
};

} // namespace tilewright::tog

#endif // TILEWRIGHT_TOG_TOG_H
