//===- KernelPlan.cpp - Which operations form one kernel ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Decisions in this order, each only with ops that are still free:
//  1. two contractions with a softmax between them are an attention;
//  2. an elementwise op that alone reads a contraction's result, each element
//     once, is its epilogue;
//     then a reduction that alone reads what is left, along all rows or all
//     columns, is its reduction epilogue;
//  3. an insert_slice takes what its only producer computes;
//  4. reductions take their elementwise neighbours, each other, and reductions
//     of the same tensors, as long as all fit one iteration space;
//  5. contractions take elementwise producers of their inputs (prologues);
//  6. what is left is a kernel of its own.
// Each but the third and the last can be switched off (Fusion.h).
// A group never grows so that a path leaves and enters it again: groups can
// then be put in an order (arrange) in which each is a single call.
//
//===----------------------------------------------------------------------===//

#include "KernelPlan.h"
#include "Contraction.h"
#include "OperandCopy.h"
#include "Reduction.h"
#include "tilewright/Graph/Attention.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace {
class Planner {
public:
  Planner(func::FuncOp function, const Fusion &fusion)
      : block(function.getBody().front()), fusion(fusion),
        generics(block.getOps<GenericOp>()) {}
  SmallVector<KernelGroup> run();

private:
  bool isFree(Operation *op) const { return !groupOf.contains(op); }
  void start(GenericOp anchor);
  void add(unsigned group, Operation *op) { groupOf[op] = group; }

  void planAttention(GenericOp values);
  void addEpilogue(GenericOp contraction);
  void addReduction(GenericOp contraction);
  void addPrologues(unsigned group, GenericOp contraction);
  GenericOp findEpilogue(GenericOp contraction) const;
  GenericOp findPrologue(OpOperand *input) const;
  void planInserts();
  void planReduction(GenericOp reduction);
  bool mayJoinReduction(GenericOp candidate) const;
  bool joinReduction(unsigned group, SmallVector<GenericOp> &members,
                     ArrayRef<GenericOp> candidates);
  bool joinReduction(unsigned group, SmallVector<GenericOp> &members,
                     GenericOp candidate);
  bool closesCycle(ArrayRef<Operation *> members);

  /// Operations of the block that use a result of `op`, also inside bodies.
  SmallVector<Operation *> usersOf(Operation *op) const;
  /// Puts each group's operations next to each other.
  void arrange();
  void emit(unsigned group, Operation *op);

  Block &block;
  const Fusion &fusion;
  SmallVector<GenericOp> generics;
  SmallVector<KernelGroup> groups;
  DenseMap<Operation *, unsigned> groupOf;
  SmallVector<SmallVector<Operation *>> operations; ///< of each group, arranged
  DenseSet<Operation *> emitted;
  SmallVector<Operation *> order;
};
} // namespace

SmallVector<Operation *> Planner::usersOf(Operation *op) const {
  SmallVector<Operation *> users;
  for (Operation *user : op->getUsers())
    if (Operation *ancestor = block.findAncestorOpInBlock(*user))
      users.push_back(ancestor);
  return users;
}

/// Whether a path leaves `members` and comes back to them. Each group already
/// planned is passed as a whole, because its call is one operation.
bool Planner::closesCycle(ArrayRef<Operation *> members) {
  DenseSet<Operation *> inside(members.begin(), members.end());
  DenseMap<unsigned, SmallVector<Operation *>> peers;
  for (auto [op, group] : groupOf)
    peers[group].push_back(op);
  DenseSet<Operation *> visited;
  SmallVector<Operation *> pending;
  auto visit = [&](Operation *op) {
    for (Operation *user : usersOf(op))
      if (visited.insert(user).second)
        pending.push_back(user);
  };
  // Uses inside the group are no way out of it.
  for (Operation *member : members)
    for (Operation *user : usersOf(member))
      if (!inside.contains(user) && visited.insert(user).second)
        pending.push_back(user);
  while (!pending.empty()) {
    Operation *op = pending.pop_back_val();
    if (inside.contains(op))
      return true;
    visit(op);
    auto found = groupOf.find(op);
    if (found != groupOf.end())
      for (Operation *peer : peers[found->second]) {
        if (inside.contains(peer))
          return true;
        visit(peer);
      }
  }
  return false;
}

void Planner::start(GenericOp anchor) {
  add(groups.size(), anchor);
  KernelGroup &group = groups.emplace_back();
  group.members.push_back(anchor);
  group.anchor = anchor;
}

static bool isPlainElementwise(GenericOp generic) {
  return !generic->hasAttr(kOwnKernelAttr) &&
         classify(generic) == WorkKind::Elementwise && !countGathers(generic);
}

/// The elementwise generic that alone reads the contraction's result, each
/// element once, if it is free to join.
GenericOp Planner::findEpilogue(GenericOp contraction) const {
  if (!contraction->hasOneUse())
    return {};
  OpOperand &use = *contraction->use_begin();
  auto consumer = dyn_cast<GenericOp>(use.getOwner());
  if (!consumer || !isFree(consumer) || !consumer.isDpsInput(&use) ||
      consumer->getBlock() != &block || !isPlainElementwise(consumer) ||
      consumer->getNumResults() != 1)
    return {};
  bool eachOnce = consumer.getMatchingIndexingMap(&use).isPermutation() &&
                  consumer.getIndexingMapsArray().back().isPermutation();
  return eachOnce ? consumer : GenericOp();
}

/// The elementwise producer of a contraction's input that nothing else reads.
/// A window would compute it again for each of its positions.
GenericOp Planner::findPrologue(OpOperand *input) const {
  auto producer = input->get().getDefiningOp<GenericOp>();
  auto contraction = cast<GenericOp>(input->getOwner());
  if (!producer || !isFree(producer) || !producer->hasOneUse() ||
      producer->getBlock() != &block || !isPlainElementwise(producer) ||
      producer->getNumResults() != 1 || producer.hasIndexSemantics() ||
      !contraction.getMatchingIndexingMap(input).isProjectedPermutation() ||
      !producer.getIndexingMapsArray().back().isPermutation() ||
      !llvm::all_of(producer.getIndexingMapsArray(), [](AffineMap map) {
        return map.isProjectedPermutation(); // not the copy of a window
      }))
    return {};
  return producer;
}

/// Gives the group of `contraction`, the last one, its epilogue.
void Planner::addEpilogue(GenericOp contraction) {
  if (!fusion.epilogue)
    return;
  GenericOp epilogue = findEpilogue(contraction);
  if (!epilogue)
    return;
  groups.back().epilogue = epilogue;
  groups.back().members.push_back(epilogue);
  add(groups.size() - 1, epilogue);
}

/// Gives the group of `contraction`, the last one, its reduction epilogue.
void Planner::addReduction(GenericOp contraction) {
  if (!fusion.reductionEpilogue)
    return;
  KernelGroup &group = groups.back();
  Value value = group.members.back().getResult(0);
  if (!value.hasOneUse())
    return;
  auto reduction = dyn_cast<GenericOp>(value.use_begin()->getOwner());
  if (!reduction || reduction->getBlock() != &block || !isFree(reduction) ||
      classify(reduction) != WorkKind::Reduction ||
      !reductionEpilogueProblem(contraction, group.epilogue, reduction).empty())
    return;
  group.reduction = reduction;
  group.members.push_back(reduction);
  add(groups.size() - 1, reduction);
}

void Planner::addPrologues(unsigned group, GenericOp contraction) {
  if (!fusion.prologue)
    return;
  for (OpOperand *input : contraction.getDpsInputOperands())
    if (GenericOp prologue = findPrologue(input)) {
      groups[group].members.push_back(prologue);
      add(group, prologue);
    }
}

void Planner::planAttention(GenericOp values) {
  std::optional<Attention> attention = matchAttention(values);
  auto isFreeMember = [&](GenericOp member) { return isFree(member); };
  if (!attention || !llvm::all_of(attention->members, isFreeMember))
    return;
  start(values);
  groups.back().isAttention = true;
  groups.back().members = attention->members;
  for (GenericOp member : attention->members)
    add(groups.size() - 1, member);
  addEpilogue(values);
}

void Planner::planInserts() {
  for (auto insert : block.getOps<tensor::InsertSliceOp>()) {
    auto producer = insert.getSource().getDefiningOp<GenericOp>();
    if (!producer || !producer->hasOneUse() || producer->getNumResults() != 1)
      continue;
    if (isFree(producer)) {
      if (classify(producer) != WorkKind::Elementwise)
        continue;
      start(producer);
    }
    unsigned number = groupOf[producer];
    if (groups[number].reduction)
      continue;
    groups[number].insert = insert;
    add(number, insert);
  }
}

bool Planner::mayJoinReduction(GenericOp candidate) const {
  return candidate && candidate->getBlock() == &block && isFree(candidate) &&
         candidate->getNumResults() == 1 &&
         !candidate->hasAttr(kOwnKernelAttr) &&
         (classify(candidate) == WorkKind::Elementwise
              ? fusion.reduction
              : classify(candidate) == WorkKind::Reduction &&
                    fusion.reductionReduction);
}

/// Each tensor that a kernel moves takes two of the machine's 64 DMA tags.
static constexpr size_t kMostTensors = 30;

/// How many tensors a kernel of these members reads and writes.
static size_t countTensors(ArrayRef<GenericOp> members) {
  llvm::SmallPtrSet<Operation *, 8> inside;
  for (GenericOp member : members)
    inside.insert(member);
  llvm::SmallDenseSet<Value, 32> moved;
  for (GenericOp member : members) {
    for (Value input : member.getDpsInputs())
      if (!inside.contains(input.getDefiningOp()))
        moved.insert(input);
    for (Value result : member.getResults())
      if (llvm::any_of(result.getUsers(),
                       [&](Operation *user) { return !inside.contains(user); }))
        moved.insert(result);
  }
  return moved.size();
}

/// Puts `candidates` into the group of reductions if all fit together.
bool Planner::joinReduction(unsigned group, SmallVector<GenericOp> &members,
                            ArrayRef<GenericOp> candidates) {
  SmallVector<GenericOp> joined(members);
  joined.append(candidates.begin(), candidates.end());
  llvm::sort(joined,
             [](GenericOp a, GenericOp b) { return a->isBeforeInBlock(b); });
  if (!reductionGroupProblem(joined).empty() ||
      countTensors(joined) > kMostTensors)
    return false;
  SmallVector<Operation *> operations(joined.begin(), joined.end());
  if (closesCycle(operations))
    return false;
  members = std::move(joined);
  for (GenericOp candidate : candidates)
    add(group, candidate);
  return true;
}

/// Joins `candidate` alone, or with the elementwise ops that compute its
/// inputs: they may be what connects it to the members.
bool Planner::joinReduction(unsigned group, SmallVector<GenericOp> &members,
                            GenericOp candidate) {
  if (!mayJoinReduction(candidate))
    return false;
  if (joinReduction(group, members, ArrayRef(candidate)))
    return true;
  llvm::SmallSetVector<Operation *, 4> together;
  for (OpOperand *input : candidate.getDpsInputOperands())
    if (auto producer = input->get().getDefiningOp<GenericOp>();
        mayJoinReduction(producer) &&
        classify(producer) == WorkKind::Elementwise)
      together.insert(producer);
  if (together.empty())
    return false;
  SmallVector<GenericOp> candidates = {candidate};
  for (Operation *producer : together)
    candidates.push_back(cast<GenericOp>(producer));
  return joinReduction(group, members, candidates);
}

/// Grows a group around `reduction` over producers and consumers.
void Planner::planReduction(GenericOp reduction) {
  if (!isFree(reduction) || !reductionGroupProblem({reduction}).empty())
    return;
  start(reduction);
  unsigned group = groups.size() - 1;
  SmallVector<GenericOp> members = {reduction};
  for (bool changed = true; changed;) {
    changed = false;
    llvm::SmallSetVector<Operation *, 8> neighbours;
    for (GenericOp member : members) {
      for (OpOperand *input : member.getDpsInputOperands()) {
        if (auto producer = input->get().getDefiningOp<GenericOp>())
          neighbours.insert(producer);
        // Reductions of one tensor read it once.
        for (Operation *reader : input->get().getUsers())
          if (auto other = dyn_cast<GenericOp>(reader);
              other && classify(other) == WorkKind::Reduction)
            neighbours.insert(other);
      }
      for (Operation *user : usersOf(member))
        if (isa<GenericOp>(user))
          neighbours.insert(user);
    }
    for (Operation *neighbour : neighbours)
      changed |= joinReduction(group, members, cast<GenericOp>(neighbour));
  }
  groups[group].members = std::move(members);
}

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

/// Emits the operations of a group, or `op` when it is in none, after
/// everything they use.
void Planner::emit(unsigned group, Operation *op) {
  bool single = group == groups.size();
  ArrayRef<Operation *> unit =
      single ? ArrayRef<Operation *>(op) : operations[group];
  if (emitted.contains(unit.front()))
    return;
  emitted.insert(unit.begin(), unit.end());
  for (Operation *member : unit)
    member->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands()) {
        Operation *definition = operand.getDefiningOp();
        if (!definition || definition->getBlock() != &block ||
            emitted.contains(definition))
          continue;
        auto found = groupOf.find(definition);
        emit(found == groupOf.end() ? groups.size() : found->second,
             definition);
      }
    });
  order.append(unit.begin(), unit.end());
}

void Planner::arrange() {
  operations.resize(groups.size());
  for (Operation &op : block)
    if (auto found = groupOf.find(&op); found != groupOf.end())
      operations[found->second].push_back(&op);
  // A group goes where its last operation is, unless something needs it before.
  for (Operation &op : block) {
    auto found = groupOf.find(&op);
    if (found == groupOf.end())
      emit(groups.size(), &op);
    else if (&op == operations[found->second].back())
      emit(found->second, &op);
  }
  for (Operation *op : order)
    op->moveBefore(&block, block.end());
}

SmallVector<KernelGroup> Planner::run() {
  // An elementwise op that could finish two contractions joins the later one:
  // by then the other's result exists.
  for (GenericOp generic : llvm::reverse(generics))
    if (fusion.attention && classify(generic) == WorkKind::Contraction)
      planAttention(generic);
  for (GenericOp generic : llvm::reverse(generics)) {
    if (classify(generic) != WorkKind::Contraction || !isFree(generic))
      continue;
    start(generic);
    addEpilogue(generic);
    addReduction(generic);
  }
  planInserts();
  for (GenericOp generic : generics)
    if (classify(generic) == WorkKind::Reduction)
      planReduction(generic);
  for (KernelGroup &group : groups) {
    if (classify(group.anchor) != WorkKind::Contraction)
      continue;
    for (GenericOp member : SmallVector<GenericOp>(group.members))
      if (classify(member) == WorkKind::Contraction)
        addPrologues(&group - groups.begin(), member);
    llvm::sort(group.members,
               [](GenericOp a, GenericOp b) { return a->isBeforeInBlock(b); });
  }
  for (GenericOp generic : generics)
    if (isFree(generic) && classify(generic) == WorkKind::Elementwise)
      start(generic);

  arrange();
  llvm::sort(groups, [](KernelGroup &a, KernelGroup &b) {
    return a.last()->isBeforeInBlock(b.last());
  });
  return std::move(groups);
}

SmallVector<KernelGroup> tilewright::planKernels(func::FuncOp function,
                                                 const Fusion &fusion) {
  return Planner(function, fusion).run();
}
