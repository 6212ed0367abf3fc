//===- MemorySystem.cpp - DMA engines, NoC and DRAM in time ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Requests flow one way: engine -> core port -> channel, through queues without
// limit, so arrival times at the channels do not depend on DRAM and every channel
// is simulated on its own. Only waits couple the two sides: what a core submits
// next depends on when its wait ends. Hence the rule that keeps results
// independent of how far each call simulates:
//
//   Nothing is simulated past the end of the wait in progress, except what a
//   later submit cannot change (a started move keeps injecting; responses travel
//   home). An engine picks its next move at cycle t only after the wait has been
//   found incomplete at t.
//
// Ports (spec machine.md 8.1 with max(t + latency, last + 1)): request i of an
// engine leaves through port i mod P; the response of channel m returns to port
// m mod P. Each port and each channel passes one packet per NoC cycle and
// direction. Times are femtoseconds: periods are rounded to 1 fs once and all
// else is exact.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Memory/MemorySystem.h"
#include "tilewright/Isa/Isa.h"
#include "tilewright/Memory/ChannelMap.h"
#include "tilewright/Memory/DramChannel.h"
#include "tilewright/Memory/RequestStream.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <deque>

using namespace tilewright;

namespace {
constexpr uint64_t kNever = ~uint64_t(0);
/// Core cycles that engines inject ahead before channels follow: enough to
/// amortise, little enough to keep arrival queues in the cache.
constexpr uint64_t kChunkCycles = 256;

struct Clock {
  uint64_t periodFs;
  uint64_t at(uint64_t cycle) const { return cycle * periodFs; }
  /// The first cycle that starts at or after `fs`.
  uint64_t ceil(uint64_t fs) const { return (fs + periodFs - 1) / periodFs; }
};

struct Move {
  MoveRecord record;
  DmaDescriptor descriptor;
  std::vector<int64_t> indices; ///< of an indirect move
  uint64_t number = 0;
  uint64_t outstanding = 0; ///< requests on their way
  uint64_t endFs = 0;       ///< latest completion so far
  unsigned tagIndex = 0;    ///< core * kNumTags + tag
  bool injected = false;    ///< all requests have left the engine
};

struct Packet {
  uint64_t sendCycle; ///< NoC
  uint64_t block;
  uint32_t move;
};

struct Engine {
  std::deque<uint32_t> queues[2]; ///< loads, stores
  int active = -1;                ///< move being injected
  RequestStream stream;
  uint64_t cycle = 0; ///< core cycle of the next injection or decision
  unsigned port = 0;  ///< of the next request
  std::vector<uint64_t> sendFree, receiveFree; ///< by port, NoC cycles
  std::deque<Packet> outgoing; ///< several cores only: not yet merged
};

struct Channel {
  explicit Channel(const DramConfig &config, unsigned numTags)
      : dram(config), remaining(numTags) {}
  DramChannel dram;
  std::vector<uint32_t> remaining; ///< requests in the channel, by tag index
  uint64_t inFree = 0, outFree = 0; ///< NoC cycles
};

struct Response {
  uint64_t outCycle; ///< NoC
  unsigned channel;
  uint32_t move;
};
} // namespace

struct MemorySystem::State {
  explicit State(const MachineConfig &machine);

  uint64_t submit(unsigned core, const DmaDescriptor &move, uint64_t cycle,
                  llvm::ArrayRef<int64_t> indices);
  /// Simulates until no move of `tagIndex` (kAll: of any) is outstanding.
  void run(unsigned tagIndex);

  static constexpr unsigned kAll = ~0u;
  bool complete(unsigned tagIndex) const {
    return tagIndex == kAll ? liveMoves == 0 : tagMoves[tagIndex] == 0;
  }
  uint64_t decisionCycle(const Engine &engine) const;
  uint64_t nextDecision() const;
  void decide(Engine &engine, uint64_t until);
  void inject(Engine &engine, uint64_t until);
  void send(Engine &engine, uint64_t block, uint64_t cycle);
  void deliver(const Packet &packet);
  void mergeOutgoing(uint64_t untilNoc);
  bool runChannels(unsigned tagIndex, uint64_t limit);
  void collect(unsigned channel);
  void receive(Response response);
  void finishRequest(Move &move, uint64_t fs);
  void finishMoves();

  const MachineConfig machine;
  const Clock coreClock, nocClock, dramClock;
  const ChannelMap channelMap;
  const bool sharedPorts; ///< several channels answer to one port
  std::vector<Engine> engines;
  std::vector<Channel> channels;
  std::vector<Move> moves;
  std::vector<uint32_t> freeMoves;
  std::vector<uint32_t> tagMoves;  ///< outstanding moves by tag index
  std::vector<uint64_t> tagEnd;    ///< last completion by tag index
  uint64_t liveMoves = 0, nextNumber = 0, lastEnd = 0;
  uint64_t front = 0; ///< core cycle up to which engines have acted
  std::vector<Response> responses;
  std::vector<uint32_t> ended; ///< moves whose last request has completed
  MemoryStatistics statistics;
  bool keepRecords = false;
  std::vector<MoveRecord> records;
};

static Clock clockOf(double mhz) {
  return {uint64_t(std::llround(1e9 / mhz))};
}

MemorySystem::State::State(const MachineConfig &m)
    : machine(m), coreClock(clockOf(m.coreFreqMHz)),
      nocClock(clockOf(m.noc.freqMHz)),
      dramClock{uint64_t(m.dram.clockPs) * 1000},
      channelMap(m.dram.channels),
      sharedPorts(m.dram.channels > m.dma.requestsPerCycle),
      engines(m.cores) {
  unsigned numTags = m.cores * isa::kNumTags;
  for (unsigned i = 0; i < m.dram.channels; ++i)
    channels.emplace_back(m.dram, numTags);
  for (Engine &engine : engines) {
    engine.sendFree.resize(m.dma.requestsPerCycle);
    engine.receiveFree.resize(m.dma.requestsPerCycle);
  }
  tagMoves.resize(numTags);
  tagEnd.resize(numTags);
  statistics.channels.resize(m.dram.channels);
}

uint64_t MemorySystem::State::submit(unsigned core, const DmaDescriptor &d,
                                     uint64_t cycle,
                                     llvm::ArrayRef<int64_t> indices) {
  if (freeMoves.empty()) {
    freeMoves.push_back(uint32_t(moves.size()));
    moves.emplace_back();
  }
  uint32_t slot = freeMoves.back();
  freeMoves.pop_back();
  Move &move = moves[slot];
  move = Move();
  move.descriptor = d;
  move.indices = indices.vec();
  move.number = nextNumber++;
  move.tagIndex = core * isa::kNumTags + d.tag % isa::kNumTags;
  move.record.core = core;
  move.record.store = d.isStore();
  move.record.tag = d.tag;
  move.record.submitCycle = cycle;
  move.record.bytes = validBytes(d);
  ++tagMoves[move.tagIndex];
  ++liveMoves;
  engines[core].queues[d.isStore()].push_back(slot);
  return move.number;
}

//===----------------------------------------------------------------------===//
// Engines
//===----------------------------------------------------------------------===//

/// When an idle engine picks its next move, or kNever.
uint64_t MemorySystem::State::decisionCycle(const Engine &engine) const {
  uint64_t submitted = kNever;
  for (const auto &queue : engine.queues)
    if (!queue.empty())
      submitted =
          std::min(submitted, moves[queue.front()].record.submitCycle);
  if (engine.active >= 0 || submitted == kNever)
    return kNever;
  return std::max(engine.cycle, submitted);
}

uint64_t MemorySystem::State::nextDecision() const {
  uint64_t cycle = kNever;
  for (const Engine &engine : engines)
    cycle = std::min(cycle, decisionCycle(engine));
  return cycle;
}

void MemorySystem::State::decide(Engine &engine, uint64_t until) {
  for (uint64_t cycle; (cycle = decisionCycle(engine)) <= until;) {
    auto &loads = engine.queues[0];
    bool load =
        !loads.empty() && moves[loads.front()].record.submitCycle <= cycle;
    auto &queue = engine.queues[!load];
    uint32_t slot = queue.front();
    queue.pop_front();
    Move &move = moves[slot];
    move.record.startCycle = cycle;
    engine.cycle = cycle + machine.dma.setupCycles;
    engine.stream =
        RequestStream(move.descriptor, machine.dram.requestBytes, move.indices);
    if (engine.stream.hasNext()) {
      engine.active = int(slot);
    } else { // nothing valid to move
      move.injected = true;
      move.endFs = coreClock.at(engine.cycle);
      ended.push_back(slot);
    }
  }
}

void MemorySystem::State::inject(Engine &engine, uint64_t until) {
  while (engine.active >= 0 && engine.cycle <= until) {
    Move &move = moves[engine.active];
    uint64_t ready = nocClock.ceil(coreClock.at(engine.cycle));
    unsigned n = 0;
    while (n < machine.dma.requestsPerCycle && engine.stream.hasNext()) {
      send(engine, engine.stream.next(), ready);
      ++n;
    }
    move.outstanding += n;
    move.record.requests += n;
    (move.record.store ? statistics.writeRequests
                       : statistics.readRequests) += n;
    ++statistics.dmaActiveCycles;
    ++engine.cycle;
    if (!engine.stream.hasNext()) {
      move.injected = true;
      engine.active = -1;
    }
  }
}

//===----------------------------------------------------------------------===//
// NoC
//===----------------------------------------------------------------------===//

void MemorySystem::State::send(Engine &engine, uint64_t block,
                               uint64_t ready) {
  uint64_t &free = engine.sendFree[engine.port];
  if (++engine.port == machine.dma.requestsPerCycle)
    engine.port = 0;
  uint64_t cycle = std::max(ready, free);
  free = cycle + 1;
  Packet packet{cycle, block, uint32_t(engine.active)};
  if (engines.size() == 1)
    deliver(packet);
  else
    engine.outgoing.push_back(packet);
}

void MemorySystem::State::deliver(const Packet &packet) {
  ChannelMap::Target target = channelMap(packet.block);
  Channel &channel = channels[target.channel];
  uint64_t arrival = std::max(packet.sendCycle + machine.noc.latencyCycles,
                              channel.inFree);
  channel.inFree = arrival + 1;
  const Move &move = moves[packet.move];
  ++channel.remaining[move.tagIndex];
  channel.dram.push(dramClock.ceil(nocClock.at(arrival)),
                    target.localBlock * machine.dram.requestBytes,
                    move.record.store, packet.move);
}

/// Delivers packets of all cores sent up to `untilNoc`, by time, then core.
void MemorySystem::State::mergeOutgoing(uint64_t untilNoc) {
  for (;;) {
    Engine *first = nullptr;
    for (Engine &engine : engines)
      if (!engine.outgoing.empty() &&
          (!first || engine.outgoing.front().sendCycle <
                         first->outgoing.front().sendCycle))
        first = &engine;
    if (!first || first->outgoing.front().sendCycle > untilNoc)
      return;
    deliver(first->outgoing.front());
    first->outgoing.pop_front();
  }
}

void MemorySystem::State::finishRequest(Move &move, uint64_t fs) {
  move.endFs = std::max(move.endFs, fs);
  if (--move.outstanding == 0 && move.injected)
    ended.push_back(uint32_t(&move - moves.data()));
}

/// Takes the new completions of a channel home.
void MemorySystem::State::collect(unsigned index) {
  Channel &channel = channels[index];
  for (const DramChannel::Completion &done : channel.dram.completions()) {
    Move &move = moves[done.cookie];
    --channel.remaining[move.tagIndex];
    uint64_t fs = dramClock.at(done.cycle);
    if (done.write) {
      finishRequest(move, fs);
      continue;
    }
    uint64_t out = std::max(nocClock.ceil(fs), channel.outFree);
    channel.outFree = out + 1;
    Response response{out, index, done.cookie};
    if (sharedPorts)
      responses.push_back(response);
    else
      receive(response);
  }
  channel.dram.completions().clear();
}

void MemorySystem::State::receive(Response response) {
  Move &move = moves[response.move];
  uint64_t &free = engines[move.record.core]
                       .receiveFree[response.channel %
                                    machine.dma.requestsPerCycle];
  uint64_t arrival =
      std::max(response.outCycle + machine.noc.latencyCycles, free);
  free = arrival + 1;
  finishRequest(move, nocClock.at(arrival));
}

//===----------------------------------------------------------------------===//
// Simulation
//===----------------------------------------------------------------------===//

/// Runs channels up to DRAM cycle `limit`, but none past the last request of
/// `tagIndex` if that is served before.
bool MemorySystem::State::runChannels(unsigned tagIndex, uint64_t limit) {
  bool served = tagIndex != kAll;
  if (tagIndex != kAll) {
    uint64_t last = 0;
    for (unsigned i = 0; i < channels.size(); ++i) {
      Channel &channel = channels[i];
      if (channel.remaining[tagIndex] == 0)
        continue;
      while (channel.remaining[tagIndex] != 0 && channel.dram.step(limit))
        collect(i);
      served &= channel.remaining[tagIndex] == 0;
      last = std::max(last, channel.dram.now());
    }
    for (const Engine &engine : engines)
      served &= engine.active < 0 || moves[engine.active].tagIndex != tagIndex;
    if (served && last != 0)
      limit = last;
  }
  for (unsigned i = 0; i < channels.size(); ++i) {
    DramChannel &dram = channels[i].dram;
    while (dram.pending() != 0 && dram.step(limit))
      ;
    collect(i);
  }
  if (sharedPorts) {
    llvm::sort(responses, [](const Response &a, const Response &b) {
      return std::tie(a.outCycle, a.channel) < std::tie(b.outCycle, b.channel);
    });
    for (const Response &response : responses)
      receive(response);
    responses.clear();
  }
  return served;
}

void MemorySystem::State::finishMoves() {
  llvm::sort(ended, [&](uint32_t a, uint32_t b) {
    return std::tie(moves[a].endFs, moves[a].number) <
           std::tie(moves[b].endFs, moves[b].number);
  });
  for (uint32_t slot : ended) {
    Move &move = moves[slot];
    move.record.endCycle = coreClock.ceil(move.endFs);
    lastEnd = std::max(lastEnd, move.record.endCycle);
    uint64_t &end = tagEnd[move.tagIndex];
    end = std::max(end, move.record.endCycle);
    --tagMoves[move.tagIndex];
    --liveMoves;
    if (keepRecords)
      records.push_back(move.record);
    freeMoves.push_back(slot);
  }
  ended.clear();
}

void MemorySystem::State::run(unsigned tagIndex) {
  while (!complete(tagIndex)) {
    uint64_t decision = nextDecision();
    bool idle = llvm::all_of(
                    engines,
                    [](const Engine &e) {
                      return e.active < 0 && e.outgoing.empty();
                    }) &&
                llvm::all_of(channels,
                             [](const Channel &c) {
                               return c.dram.pending() == 0;
                             });
    uint64_t until =
        idle ? decision : std::min(decision, front + kChunkCycles);
    for (Engine &engine : engines)
      inject(engine, until);
    // A move that ended on the way makes its engine decide earlier.
    until = std::min(until, nextDecision());
    uint64_t sent = nocClock.ceil(coreClock.at(until));
    if (engines.size() > 1)
      mergeOutgoing(sent);
    // Arrivals before this cycle are all known.
    runChannels(tagIndex, dramClock.ceil(nocClock.at(
                              sent + machine.noc.latencyCycles)));
    finishMoves();
    front = until;
    if (complete(tagIndex))
      break;
    for (Engine &engine : engines)
      decide(engine, front);
    finishMoves();
  }
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

MemorySystem::MemorySystem(const MachineConfig &machine)
    : state(std::make_unique<State>(machine)) {}
MemorySystem::~MemorySystem() = default;

uint64_t MemorySystem::submit(unsigned core, const DmaDescriptor &move,
                              uint64_t cycle,
                              llvm::ArrayRef<int64_t> indices) {
  return state->submit(core, move, cycle, indices);
}

uint64_t MemorySystem::waitTag(unsigned core, unsigned tag) {
  unsigned tagIndex = core * isa::kNumTags + tag % isa::kNumTags;
  if (!state->complete(tagIndex)) {
    state->run(tagIndex);
    // Engines may have injected past the end; later submits start from it.
    state->front = std::min(state->front, state->tagEnd[tagIndex]);
  }
  return state->tagEnd[tagIndex];
}

uint64_t MemorySystem::drain() {
  state->run(State::kAll);
  return state->lastEnd;
}

const MemoryStatistics &MemorySystem::statistics() const {
  MemoryStatistics &s = state->statistics;
  s.bytes = (s.readRequests + s.writeRequests) *
            state->machine.dram.requestBytes;
  for (unsigned i = 0; i < state->channels.size(); ++i) {
    const DramCounters &c = state->channels[i].dram.counters();
    s.channels[i] = {c.reads,        c.writes,       c.rowHits,
                     c.rowMisses,    c.rowConflicts, c.refreshes};
  }
  return s;
}

void MemorySystem::keepRecords(bool keep) { state->keepRecords = keep; }

const std::vector<MoveRecord> &MemorySystem::records() const {
  return state->records;
}
