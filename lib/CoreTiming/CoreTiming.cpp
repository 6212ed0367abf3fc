//===- CoreTiming.cpp - In-order core timing over an instruction stream ---===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One micro-op at a time, in program order:
//   issue = max(last issue, fetched, operands, unit, memory port, array)
// with at most issueWidth micro-ops per cycle. A vector instruction on n
// registers is n micro-ops; each of the 32 vector registers has its own ready
// time, so groups chain. Fetch runs ahead of issue by up to kFetchBuffer
// instructions, fetchWidth per cycle, and restarts behind branches.
//
//===----------------------------------------------------------------------===//

#include "tilewright/CoreTiming/CoreTiming.h"
#include "ArrayTiming.h"
#include "VectorGroups.h"
#include "llvm/ADT/DenseMap.h"

using namespace tilewright;

/// Instructions between fetch and issue (spec machine.md 4.2, execute input
/// buffer).
static constexpr unsigned kFetchBuffer = 128;

struct CoreTiming::State {
  State(const MachineConfig &machine, DmaPort *port);
  void begin(uint64_t cycle);
  void retired(const RetiredInstruction &inst);
  uint64_t finish();

  uint64_t fetch();
  void redirectFetch(uint64_t cycle);
  void branch(const RetiredInstruction &inst, uint64_t fetched,
              uint64_t issued);
  uint64_t sourcesReady(const RetiredInstruction &inst,
                        const VectorGroups &groups, unsigned microOp,
                        unsigned microOps) const;
  uint64_t memoryReady(uint64_t cycle) const;
  unsigned portBytes(const RetiredInstruction &inst, unsigned microOp,
                     unsigned microOps) const;
  uint64_t arrayReady(const RetiredInstruction &inst, unsigned rows,
                      uint64_t cycle);
  void arrayIssue(const RetiredInstruction &inst, unsigned rows,
                  uint64_t cycle);
  uint64_t takeSlot(uint64_t earliest);
  void writeResults(const RetiredInstruction &inst, const VectorGroups &groups,
                    unsigned microOp, unsigned microOps, uint64_t ready);
  void endNode(uint64_t cycle);

  /// Elements that micro-op `microOp` handles.
  unsigned elements(const RetiredInstruction &inst, unsigned microOp,
                    unsigned microOps) const {
    unsigned perRegister =
        inst.elementBytes ? vectorBytes / inst.elementBytes
                          : (inst.vl + microOps - 1) / microOps;
    unsigned before = microOp * perRegister;
    return inst.vl <= before ? 0 : std::min(inst.vl - before, perRegister);
  }

  const MachineConfig machine;
  DmaPort *const port;
  const unsigned vectorBytes, portWidth;

  uint64_t cycle = 0;     ///< of the last issue
  unsigned slotsUsed = 0; ///< micro-ops issued in it
  uint64_t fetchCycle = 0;
  unsigned fetchUsed = 0;
  std::array<uint64_t, kFetchBuffer> issueTimes; ///< ring, by instruction
  std::array<uint64_t, kNumTimingRegisters> ready;
  std::array<uint8_t, 32> groupSize; ///< as last written, 0 inside a group
  std::array<std::vector<uint64_t>, kNumUnitClasses> unitFree;
  uint64_t portFree = 0; ///< memory port, in bytes: cycle * portWidth + used
  std::vector<uint64_t> memoryDone; ///< ring of completions, for the limit
  uint64_t memoryOps = 0;
  std::vector<ArrayTiming> arrays;
  llvm::DenseMap<uint64_t, uint8_t> predictor; ///< 2-bit counters by pc
  uint64_t completed = 0; ///< latest completion so far
  CoreCounters counters;
  uint64_t epoch = 0;
  std::vector<InheritedWait> inheritedWaits;
  bool recordNodes = false, nodeOpen = false;
  std::vector<NodeInterval> nodes;
};

CoreTiming::State::State(const MachineConfig &m, DmaPort *port)
    : machine(m), port(port), vectorBytes(m.vlenBits / 8),
      portWidth(m.coreTiming.memoryBytesPerCycle),
      memoryDone(std::max(m.coreTiming.maxOutstandingMemory, 1u)) {
  for (unsigned i = 0; i < kNumUnitClasses; ++i)
    unitFree[i].resize(std::max(m.units[i].count, 1u));
  for (unsigned i = 0; i < std::max(m.arrays.perCore, 1u); ++i)
    arrays.emplace_back(m);
  begin(0);
}

void CoreTiming::State::begin(uint64_t start) {
  cycle = fetchCycle = completed = start;
  slotsUsed = fetchUsed = 0;
  issueTimes.fill(start);
  ready.fill(start);
  groupSize.fill(0);
  for (auto &unit : unitFree)
    std::fill(unit.begin(), unit.end(), start);
  portFree = start * portWidth;
  std::fill(memoryDone.begin(), memoryDone.end(), start);
  memoryOps = 0;
  for (ArrayTiming &array : arrays)
    array.reset();
  predictor.clear();
  counters = {};
  counters.arrayRows.resize(arrays.size());
  nodes.clear();
  nodeOpen = false;
  epoch = 0;
  inheritedWaits.clear();
}

//===----------------------------------------------------------------------===//
// Front end
//===----------------------------------------------------------------------===//

/// The cycle from which the next instruction can issue as far as fetch goes.
uint64_t CoreTiming::State::fetch() {
  uint64_t room = issueTimes[counters.instructions % kFetchBuffer];
  if (room > fetchCycle)
    redirectFetch(room);
  if (fetchUsed == machine.coreTiming.fetchWidth)
    redirectFetch(fetchCycle + 1);
  ++fetchUsed;
  return fetchCycle;
}

void CoreTiming::State::redirectFetch(uint64_t at) {
  fetchCycle = at;
  fetchUsed = 0;
}

/// Two-bit counters that start weakly at "backward taken, forward not".
void CoreTiming::State::branch(const RetiredInstruction &inst,
                               uint64_t fetched, uint64_t issued) {
  const InstructionInfo &info = *inst.info;
  bool mispredicted = false;
  if (info.isBranch) {
    bool backward = info.bytes == 2 ? info.word >> 12 & 1 : info.word >> 31;
    auto [it, isNew] = predictor.try_emplace(info.pc, backward ? 2 : 1);
    uint8_t &counter = it->second;
    mispredicted = (counter >= 2) != inst.taken;
    counter = inst.taken ? std::min(counter + 1, 3) : std::max(counter - 1, 0);
    ++counters.branches;
    counters.mispredictions += mispredicted;
  }
  if (mispredicted)
    redirectFetch(issued + 1 + machine.coreTiming.mispredictCycles);
  else if (inst.taken || info.isJump)
    redirectFetch(fetched + 1 + machine.coreTiming.takenBranchCycles);
}

//===----------------------------------------------------------------------===//
// Conditions of issue
//===----------------------------------------------------------------------===//

uint64_t CoreTiming::State::sourcesReady(const RetiredInstruction &inst,
                                         const VectorGroups &groups,
                                         unsigned microOp,
                                         unsigned microOps) const {
  uint64_t at = 0;
  for (uint8_t source : inst.info->sources) {
    if (source == kNoRegister)
      continue;
    unsigned v = unsigned(source) - kFirstVectorRegister;
    if (v >= 32) { // scalar, or vl and vtype
      at = std::max(at, ready[source]);
      continue;
    }
    // A source group of another size (widening, masks) is walked in step.
    unsigned size = groupSize[v] ? groupSize[v] : microOps;
    unsigned first = size < microOps ? microOp * size / microOps : microOp;
    unsigned last = first;
    if (groups.wholeSources) {
      first = 0;
      last = size - 1;
    }
    for (unsigned i = first; i <= last; ++i)
      at = std::max(at, ready[kFirstVectorRegister + std::min(v + i, 31u)]);
  }
  return at;
}

/// Bytes a micro-op occupies the port for. An element that is not contiguous
/// with the others takes the port for a cycle.
unsigned CoreTiming::State::portBytes(const RetiredInstruction &inst,
                                      unsigned microOp,
                                      unsigned microOps) const {
  if (!inst.info->isVector)
    return std::min<unsigned>(inst.elementBytes ? inst.elementBytes : 8,
                              portWidth);
  if (inst.contiguous)
    return vectorBytes;
  return std::max(1u, elements(inst, microOp, microOps)) * portWidth;
}

uint64_t CoreTiming::State::memoryReady(uint64_t at) const {
  return std::max({at, portFree / portWidth,
                   memoryDone[memoryOps % memoryDone.size()]});
}

uint64_t CoreTiming::State::arrayReady(const RetiredInstruction &inst,
                                       unsigned rows, uint64_t at) {
  ArrayTiming &array = arrays[isa::imm5(inst.info->word) % arrays.size()];
  const Stamp now{at, epoch};
  Stamp result = now;
  switch (*inst.info->op) {
  case isa::Op::ArrayPush:
    result = array.pushReady(rows, now);
    break;
  case isa::Op::WeightPush:
  case isa::Op::WeightPushInt:
    result = array.weightReady(rows, now);
    break;
  case isa::Op::ArrayPop:
    result = array.popReady(rows, now);
    break;
  default:
    break;
  }
  uint64_t wait = result.cycle() - at;
  counters.arrayWaitCycles += wait;
  uint64_t distance = result.distanceTo(epoch);
  if (wait && distance) {
    if (inheritedWaits.empty() || inheritedWaits.back().distance != distance)
      inheritedWaits.push_back({distance, 0});
    inheritedWaits.back().cycles += wait;
  }
  return result.cycle();
}

void CoreTiming::State::arrayIssue(const RetiredInstruction &inst,
                                   unsigned rows, uint64_t at) {
  unsigned index = isa::imm5(inst.info->word) % arrays.size();
  ArrayTiming &array = arrays[index];
  Stamp arrives{at + machine.unit(UnitClass::Array).latencyCycles, epoch};
  switch (*inst.info->op) {
  case isa::Op::ArrayPush:
    array.push(rows, arrives);
    counters.arrayRows[index] += rows;
    counters.arrayBusyCycles += rows;
    break;
  case isa::Op::WeightPush:
  case isa::Op::WeightPushInt:
    array.pushWeights(rows, arrives);
    break;
  case isa::Op::ArrayPop:
    array.pop(rows, {at, epoch});
    break;
  case isa::Op::ArraySwap:
    array.swap(arrives);
    break;
  default:
    break;
  }
}

uint64_t CoreTiming::State::takeSlot(uint64_t earliest) {
  if (earliest > cycle) {
    cycle = earliest;
    slotsUsed = 0;
  } else if (slotsUsed == machine.coreTiming.issueWidth) {
    ++cycle;
    slotsUsed = 0;
  }
  ++slotsUsed;
  return cycle;
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

void CoreTiming::State::writeResults(const RetiredInstruction &inst,
                                     const VectorGroups &groups,
                                     unsigned microOp, unsigned microOps,
                                     uint64_t at) {
  completed = std::max(completed, at);
  unsigned destination = inst.info->destination;
  if (destination == kNoRegister)
    return;
  unsigned v = destination - kFirstVectorRegister;
  if (v >= 32) {
    ready[destination] = at;
    return;
  }
  unsigned written = groups.written(microOps);
  unsigned i = std::min(v + microOp * written / microOps, 31u);
  ready[kFirstVectorRegister + i] = at;
  groupSize[i] = i == v ? uint8_t(written) : 0;
}

void CoreTiming::State::endNode(uint64_t at) {
  if (nodeOpen)
    nodes.back().end = at;
  nodeOpen = false;
}

void CoreTiming::State::retired(const RetiredInstruction &inst) {
  const InstructionInfo &info = *inst.info;
  if (info.op == isa::Op::NodeMarker) {
    if (recordNodes) {
      endNode(cycle);
      nodes.push_back({isa::markerId(info.word), cycle, cycle});
      nodeOpen = true;
    }
    return;
  }
  const unsigned microOps =
      info.isVector ? std::max<unsigned>(inst.registers, 1) : 1;
  const VectorGroups groups =
      microOps > 1 ? vectorGroups(info) : VectorGroups();
  const UnitTiming &timing = machine.unit(info.unit);
  std::vector<uint64_t> &units = unitFree[unsigned(info.unit)];
  const bool isMemory = info.isLoad || info.isStore;
  const bool isArray = info.unit == UnitClass::Array && info.op;
  const uint64_t fetched = fetch();
  uint64_t issued = cycle;

  for (unsigned i = 0; i < microOps; ++i) {
    uint64_t at = std::max({cycle, fetched,
                            sourcesReady(inst, groups, i, microOps)});
    auto unit = std::min_element(units.begin(), units.end());
    at = std::max(at, *unit);
    unsigned bytes = 0, rows = 0;
    if (isMemory) {
      bytes = portBytes(inst, i, microOps);
      at = memoryReady(at);
    }
    if (isArray) {
      rows = elements(inst, i, microOps);
      at = arrayReady(inst, rows, at);
    }
    issued = takeSlot(at);
    *unit = issued + timing.issueInterval;

    uint64_t done = issued + timing.latencyCycles;
    if (isMemory) {
      portFree = std::max(portFree, issued * portWidth) + bytes;
      // The last byte passes the port at the end of cycle (portFree-1)/width.
      done = (portFree - 1) / portWidth + machine.coreTiming.loadToUseCycles;
      memoryDone[memoryOps++ % memoryDone.size()] = done;
      if (info.isVector)
        counters.vectorMemoryBytes +=
            uint64_t(elements(inst, i, microOps)) * inst.elementBytes;
    }
    if (isArray)
      arrayIssue(inst, rows, issued);
    writeResults(inst, groups, i, microOps, done);
  }

  issueTimes[counters.instructions % kFetchBuffer] = issued;
  ++counters.instructions;
  if (info.isBranch || info.isJump)
    branch(inst, fetched, issued);

  if (info.op == isa::Op::DmaLoad || info.op == isa::Op::DmaStore) {
    endNode(issued);
    if (port)
      port->start(*inst.dma, issued, inst.indices);
  } else if (info.op == isa::Op::DmaWait) {
    endNode(issued);
    uint64_t done = port ? port->wait(inst.tag, issued) : 0;
    if (done > issued) {
      counters.dmaWaitCycles += done - issued;
      cycle = done;
      slotsUsed = 0;
      completed = std::max(completed, done);
    }
  }
}

uint64_t CoreTiming::State::finish() {
  uint64_t end = std::max(completed, cycle);
  endNode(end);
  counters.arrayProtocolErrors = 0;
  for (const ArrayTiming &array : arrays)
    counters.arrayProtocolErrors += array.protocolErrors();
  return end;
}

void CoreCounters::add(const CoreCounters &other, int sign) {
  static constexpr uint64_t CoreCounters::*kFields[] = {
      &CoreCounters::instructions,      &CoreCounters::arrayBusyCycles,
      &CoreCounters::dmaWaitCycles,     &CoreCounters::arrayWaitCycles,
      &CoreCounters::vectorMemoryBytes, &CoreCounters::branches,
      &CoreCounters::mispredictions,    &CoreCounters::arrayProtocolErrors};
  for (uint64_t CoreCounters::*field : kFields)
    this->*field += uint64_t(sign) * (other.*field);
  if (arrayRows.size() < other.arrayRows.size())
    arrayRows.resize(other.arrayRows.size());
  for (size_t i = 0; i < other.arrayRows.size(); ++i)
    arrayRows[i] += uint64_t(sign) * other.arrayRows[i];
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

CoreTiming::CoreTiming(const MachineConfig &machine, DmaPort *port)
    : state(std::make_unique<State>(machine, port)) {}
CoreTiming::~CoreTiming() = default;
void CoreTiming::retired(const RetiredInstruction &inst) {
  state->retired(inst);
}
void CoreTiming::begin(uint64_t cycle) { state->begin(cycle); }
uint64_t CoreTiming::finish() { return state->finish(); }
uint64_t CoreTiming::now() const { return state->cycle; }
const CoreCounters &CoreTiming::counters() const { return state->counters; }
void CoreTiming::beginEpoch() {
  ++state->epoch;
  state->inheritedWaits.clear();
}
const std::vector<InheritedWait> &CoreTiming::inheritedWaits() const {
  return state->inheritedWaits;
}
void CoreTiming::recordNodes(bool record) { state->recordNodes = record; }
const std::vector<NodeInterval> &CoreTiming::nodes() const {
  return state->nodes;
}
