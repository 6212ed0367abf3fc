//===- DramChannel.h - One DRAM channel and its controller ------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns when one channel serves its requests, in DRAM cycles. Takes requests in
// order of arrival, gives completions. Policy (spec machine.md 7.4):
//  * one request per cycle moves from the arrival queue into the read or write
//    buffer, in order, while there is room. A read that finds its address among
//    the pending writes is answered from there a cycle later; a write that does
//    is merged and complete at once;
//  * the controller serves one buffer at a time: writes from 80 % full or when
//    no read is pending, until below 20 % with reads pending;
//  * first ready, first come first served: the oldest request whose column
//    command can issue; on the row bus the oldest request that needs an ACT or
//    PRE that can issue. A row with pending hits is not closed; rows stay open;
//  * every nREFI each pseudo channel stops, closes its rows and refreshes.
// Address bits from low to high: column, pseudo channel, bank group, bank, row.
//
// The invariant: cycles are visited only when something can happen in them, and
// the commands equal those of visiting every cycle (unittests/Memory compares
// with such a model).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MEMORY_DRAMCHANNEL_H
#define TILEWRIGHT_MEMORY_DRAMCHANNEL_H

#include "tilewright/Memory/DramConstraints.h"
#include <deque>

namespace tilewright {

/// Where a channel-local request lies.
struct DramLocation {
  unsigned pseudoChannel = 0, bankGroup = 0, bank = 0;
  unsigned flatBank = 0; ///< over all pseudo channels and groups
  unsigned column = 0;   ///< burst within the row
  uint64_t row = 0;
  bool operator==(const DramLocation &) const = default;
};
DramLocation locateInChannel(const DramConfig &config, uint64_t localAddress);

/// One issued command, for logs. PrechargeAll and Refresh address a pseudo
/// channel; their other fields are 0.
struct IssuedCommand {
  uint64_t cycle;
  DramCommand command;
  DramLocation where;
  bool operator==(const IssuedCommand &) const = default;
};

struct DramCounters {
  uint64_t reads = 0, writes = 0, rowHits = 0, rowMisses = 0, rowConflicts = 0,
           refreshes = 0, forwardedReads = 0, mergedWrites = 0;
};

class DramChannel {
public:
  explicit DramChannel(const DramConfig &config);

  struct Completion {
    uint64_t cycle;  ///< reads: end of data; writes: issue of WR
    uint32_t cookie; ///< as given to push
    bool write;
  };

  /// A request arrives at `cycle`, not before earlier ones and not in the past
  /// of the simulation (both are enforced by delaying it).
  void push(uint64_t cycle, uint64_t localAddress, bool write, uint32_t cookie);
  /// Advances to the next cycle before `limit` in which something happens and
  /// performs it; false (and at `limit`) if there is none.
  bool step(uint64_t limit);
  /// The first cycle not simulated yet.
  uint64_t now() const { return current; }
  /// Requests pushed but not complete.
  uint64_t pending() const { return arrivals.size() + buffered[0] + buffered[1]; }
  /// Completions since the last call, in order of issue; the caller clears.
  std::vector<Completion> &completions() { return finished; }
  const DramCounters &counters() const { return count; }
  /// Commands issued from now on are appended to `log` (null: none).
  void keepLog(std::vector<IssuedCommand> *log) { commandLog = log; }

private:
  static constexpr int kNone = -1;
  struct Arrival {
    uint64_t cycle, address;
    uint32_t cookie;
    bool write;
  };
  struct Entry {
    uint64_t row, age;
    uint32_t column, cookie;
    int next;
    bool activated, precharged; ///< needed an ACT, a PRE
  };
  struct Queue {
    int head = kNone, tail = kNone; ///< by age
    int hit = kNone;                ///< oldest one to the open row
    int hitPrevious = kNone;        ///< the entry before `hit`
    unsigned activeIndex = 0;       ///< position in active[], unless empty
  };
  struct Bank {
    bool open = false;
    uint64_t row = 0;
    Queue queue[2]; ///< reads, writes
    DramLocation where;
    unsigned scopes[3]; ///< rows of `earliest`, by DramScope
  };
  /// A bank with queued requests. Its candidate command cannot issue before
  /// `wake`: constraints only grow, so the bound holds until the candidate
  /// changes, which resets it.
  struct ActiveBank {
    uint64_t wake;       ///< 0: the candidate is to be determined
    uint64_t age = 0;    ///< of the request the candidate serves
    unsigned bank;
    DramCommand command = DramCommand::Read;
  };
  struct Rule {
    DramCommand to;
    DramScope scope;
    unsigned cycles;
  };
  struct Pick {
    uint64_t age = ~uint64_t(0);
    int bank = kNone;
    DramCommand command = DramCommand::Read;
  };

  void skipIdleRefreshes(uint64_t limit);
  bool visit(uint64_t now, uint64_t &next);
  bool accept(uint64_t now);
  void chooseMode();
  bool refresh(uint64_t now, uint64_t &next);
  void findCandidate(ActiveBank &active) const;
  int findWrite(const DramLocation &where) const;
  void findHit(Bank &bank, unsigned mode, int from, int previous);
  void insert(const DramLocation &where, unsigned mode, uint32_t cookie);
  uint64_t ready(const Bank &bank, DramCommand command) const;
  void issue(DramCommand command, const DramLocation &where,
             const unsigned *scopes, uint64_t now);
  void issueColumn(const Pick &pick, uint64_t now);
  void issueRow(const Pick &pick, uint64_t now);
  void setRow(Bank &bank, bool open, uint64_t row);
  void wake(const Queue &queue, unsigned kind) {
    if (queue.head != kNone)
      active[kind][queue.activeIndex].wake = 0;
  }

  const DramConfig config;
  const unsigned readLatency;
  unsigned capacity[2], drainHigh, drainLow;
  unsigned fourActivateWindow = 0;
  std::vector<Rule> rules[kNumDramCommands];
  unsigned commandCycles[kNumDramCommands];

  uint64_t current = 0;      ///< all cycles before are done
  uint64_t lastArrival = 0, nextAge = 0;
  std::deque<Arrival> arrivals;
  std::vector<Entry> entries; ///< reads and writes
  std::vector<int> freeEntries[2];
  unsigned buffered[2] = {0, 0};
  unsigned mode = 0;          ///< buffer being served: 0 reads, 1 writes
  std::vector<Bank> banks;
  std::vector<ActiveBank> active[2]; ///< by buffer
  /// Earliest cycle of each command by unit (pseudo channels, groups, banks).
  std::vector<std::array<uint64_t, kNumDramCommands>> earliest;
  uint64_t rowBusFree = 0, columnBusFree = 0;
  /// Per pseudo channel: last four activations (a ring), refresh state.
  struct PseudoChannel {
    uint64_t activations[4] = {};
    unsigned numActivations = 0;
    unsigned openBanks = 0;
    uint64_t refreshDue = 0;
  };
  std::vector<PseudoChannel> pseudoChannels;
  uint64_t nextRefreshDue = 0; ///< earliest over the pseudo channels
  std::vector<Completion> finished;
  DramCounters count;
  std::vector<IssuedCommand> *commandLog = nullptr;
};

} // namespace tilewright

#endif // TILEWRIGHT_MEMORY_DRAMCHANNEL_H
