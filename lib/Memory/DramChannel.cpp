//===- DramChannel.cpp - One DRAM channel and its controller --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each bank has one candidate command: a column command if a queued request of
// the served buffer hits its open row, else the ACT or PRE its oldest request
// needs. So a cycle's decision looks at banks with requests, not at requests,
// and the earliest time of the next decision falls out of the same scan.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Memory/DramChannel.h"
#include <algorithm>

using namespace tilewright;

static constexpr uint64_t kNever = ~uint64_t(0);

DramLocation tilewright::locateInChannel(const DramConfig &config,
                                         uint64_t localAddress) {
  uint64_t index = localAddress / config.requestBytes;
  auto digit = [&](unsigned radix) {
    unsigned d;
    if ((radix & (radix - 1)) == 0) {
      d = unsigned(index & (radix - 1));
      index >>= __builtin_ctz(radix);
    } else {
      d = unsigned(index % radix);
      index /= radix;
    }
    return d;
  };
  DramLocation where;
  where.column = digit(config.rowBytes / config.requestBytes);
  where.pseudoChannel = digit(config.pseudoChannels);
  where.bankGroup = digit(config.bankGroups);
  where.bank = digit(config.banksPerGroup);
  where.row = index;
  where.flatBank = (where.pseudoChannel * config.bankGroups + where.bankGroup) *
                       config.banksPerGroup +
                   where.bank;
  return where;
}

DramChannel::DramChannel(const DramConfig &c)
    : config(c), readLatency(c.timing.nCL + c.timing.nBL),
      capacity{c.readBuffer, c.writeBuffer}, drainHigh(c.writeBuffer * 8 / 10),
      drainLow(c.writeBuffer * 2 / 10), pseudoChannels(c.pseudoChannels) {
  for (const DramConstraint &rule : dramConstraints(c))
    if (rule.window == 1)
      rules[unsigned(rule.from)].push_back({rule.to, rule.scope, rule.cycles});
    else
      fourActivateWindow = rule.cycles;
  for (unsigned i = 0; i < kNumDramCommands; ++i)
    commandCycles[i] = dramCommandCycles(c, DramCommand(i));

  entries.resize(capacity[0] + capacity[1]);
  for (unsigned i = 0; i < entries.size(); ++i)
    freeEntries[i >= capacity[0]].push_back(int(i));

  unsigned groups = c.pseudoChannels * c.bankGroups;
  banks.resize(groups * c.banksPerGroup);
  earliest.resize(c.pseudoChannels + groups + banks.size());
  for (unsigned b = 0; b < banks.size(); ++b) {
    unsigned group = b / c.banksPerGroup;
    DramLocation &where = banks[b].where;
    where.flatBank = b;
    where.bank = b % c.banksPerGroup;
    where.bankGroup = group % c.bankGroups;
    where.pseudoChannel = group / c.bankGroups;
    banks[b].scopes[0] = where.pseudoChannel;
    banks[b].scopes[1] = c.pseudoChannels + group;
    banks[b].scopes[2] = c.pseudoChannels + groups + b;
  }
  nextRefreshDue = c.timing.nREFI ? c.timing.nREFI : kNever;
  for (PseudoChannel &pc : pseudoChannels)
    pc.refreshDue = nextRefreshDue;
}

void DramChannel::push(uint64_t cycle, uint64_t localAddress, bool write,
                       uint32_t cookie) {
  lastArrival = std::max({cycle, lastArrival, current});
  arrivals.push_back({lastArrival, localAddress, cookie, write});
}

/// With nothing buffered and all rows closed, refreshes fall on their due
/// cycles and leave no trace a period later: all but the last two before the
/// next request (or `limit`) are only counted. Logs stay complete: they switch
/// it off.
void DramChannel::skipIdleRefreshes(uint64_t limit) {
  if (commandLog || buffered[0] || buffered[1] || current > nextRefreshDue)
    return;
  const uint64_t period = config.timing.nREFI;
  uint64_t until =
      arrivals.empty() ? limit : std::min(limit, arrivals.front().cycle);
  if (until == kNever || nextRefreshDue == kNever ||
      until < nextRefreshDue + 3 * period)
    return;
  for (const PseudoChannel &pc : pseudoChannels)
    if (pc.openBanks || pc.refreshDue != nextRefreshDue)
      return;
  uint64_t periods = (until - nextRefreshDue) / period - 1;
  for (PseudoChannel &pc : pseudoChannels)
    pc.refreshDue += periods * period;
  count.refreshes += periods * pseudoChannels.size();
  current = nextRefreshDue += periods * period;
}

bool DramChannel::step(uint64_t limit) {
  skipIdleRefreshes(limit);
  while (current < limit) {
    uint64_t next = kNever;
    bool acted = visit(current, next);
    if (acted) {
      ++current;
      return true;
    }
    current = std::min(next, limit);
  }
  return false;
}

/// Performs cycle `now`. Without an action, `next` is the earliest cycle that
/// can have one.
bool DramChannel::visit(uint64_t now, uint64_t &next) {
  bool acted = accept(now);
  if (!acted && !arrivals.empty() && arrivals.front().cycle > now)
    next = arrivals.front().cycle;
  chooseMode();

  bool refreshIssued = false;
  if (now >= nextRefreshDue)
    refreshIssued = refresh(now, next);
  else
    next = std::min(next, nextRefreshDue);
  acted |= refreshIssued;
  bool rowBusTaken = refreshIssued;

  const bool someStopped = now >= nextRefreshDue;
  Pick column, row;
  uint64_t wake = next; // in a register
  for (ActiveBank &candidate : active[mode]) {
    if (candidate.wake > now) {
      wake = std::min(wake, candidate.wake);
      continue;
    }
    if (candidate.wake == 0)
      findCandidate(candidate);
    bool isColumn = isColumnCommand(candidate.command);
    Pick &pick = isColumn ? column : row;
    // Something older issues now, so it does not matter when this one could.
    if (candidate.age > pick.age)
      continue;
    const Bank &bank = banks[candidate.bank];
    if (someStopped &&
        pseudoChannels[bank.where.pseudoChannel].refreshDue <= now)
      continue; // stopped for refresh
    uint64_t at = std::max(ready(bank, candidate.command),
                           isColumn ? columnBusFree : rowBusFree);
    candidate.wake = at;
    if (at > now)
      wake = std::min(wake, at);
    else
      pick = {candidate.age, int(candidate.bank), candidate.command};
  }
  next = wake;

  if (!config.dualCommandBus && rowBusTaken)
    return true;
  if (column.bank != kNone) {
    issueColumn(column, now);
    acted = true;
    if (!config.dualCommandBus)
      return true;
  }
  if (row.bank != kNone && !rowBusTaken) {
    issueRow(row, now);
    acted = true;
  }
  return acted;
}

/// The command a bank with requests needs next, and for which of them.
void DramChannel::findCandidate(ActiveBank &candidate) const {
  const Bank &bank = banks[candidate.bank];
  const Queue &queue = bank.queue[mode];
  bool hits = bank.open && queue.hit != kNone;
  candidate.age = entries[hits ? queue.hit : queue.head].age;
  candidate.command = hits ? (mode ? DramCommand::Write : DramCommand::Read)
                      : bank.open ? DramCommand::Precharge
                                  : DramCommand::Activate;
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

int DramChannel::findWrite(const DramLocation &where) const {
  int i = banks[where.flatBank].queue[1].head;
  while (i != kNone &&
         (entries[i].row != where.row || entries[i].column != where.column))
    i = entries[i].next;
  return i;
}

bool DramChannel::accept(uint64_t now) {
  if (arrivals.empty() || arrivals.front().cycle > now)
    return false;
  const Arrival &request = arrivals.front();
  DramLocation where = locateInChannel(config, request.address);
  if (findWrite(where) != kNone) {
    ++(request.write ? count.mergedWrites : count.forwardedReads);
    ++(request.write ? count.writes : count.reads);
    finished.push_back(
        {request.write ? now : now + 1, request.cookie, request.write});
  } else if (buffered[request.write] < capacity[request.write]) {
    insert(where, request.write, request.cookie);
  } else {
    return false;
  }
  arrivals.pop_front();
  return true;
}

void DramChannel::insert(const DramLocation &where, unsigned kind,
                         uint32_t cookie) {
  int index = freeEntries[kind].back();
  freeEntries[kind].pop_back();
  ++buffered[kind];
  entries[index] = {where.row, nextAge++, where.column, cookie,
                    kNone,     false,     false};
  Bank &bank = banks[where.flatBank];
  Queue &queue = bank.queue[kind];
  if (queue.head == kNone) {
    queue.head = index;
    queue.activeIndex = unsigned(active[kind].size());
    active[kind].push_back({0, 0, where.flatBank});
  } else {
    entries[queue.tail].next = index;
  }
  if (bank.open && queue.hit == kNone && bank.row == where.row) {
    queue.hit = index;
    queue.hitPrevious = queue.tail;
    wake(queue, kind);
  }
  queue.tail = index;
}

void DramChannel::findHit(Bank &bank, unsigned kind, int from, int previous) {
  Queue &queue = bank.queue[kind];
  while (from != kNone && entries[from].row != bank.row) {
    previous = from;
    from = entries[from].next;
  }
  queue.hit = from;
  queue.hitPrevious = previous;
}

void DramChannel::chooseMode() {
  unsigned reads = buffered[0], writes = buffered[1];
  if (mode == 0)
    mode = writes > drainHigh || (reads == 0 && writes > 0);
  else if (writes == 0 || (writes < drainLow && reads > 0))
    mode = 0;
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

uint64_t DramChannel::ready(const Bank &bank, DramCommand command) const {
  unsigned c = unsigned(command);
  return std::max(
      std::max(earliest[bank.scopes[0]][c], earliest[bank.scopes[1]][c]),
      earliest[bank.scopes[2]][c]);
}

void DramChannel::issue(DramCommand command, const DramLocation &where,
                        const unsigned *scopes, uint64_t now) {
  for (const Rule &rule : rules[unsigned(command)]) {
    uint64_t &at = earliest[scopes[unsigned(rule.scope)]][unsigned(rule.to)];
    at = std::max(at, now + rule.cycles);
  }
  uint64_t busFree = now + commandCycles[unsigned(command)];
  if (isColumnCommand(command) || !config.dualCommandBus)
    columnBusFree = busFree;
  if (!isColumnCommand(command) || !config.dualCommandBus)
    rowBusFree = busFree;
  if (command == DramCommand::Activate) {
    // Four activate window: the fourth last one bounds the next.
    PseudoChannel &pc = pseudoChannels[where.pseudoChannel];
    pc.activations[pc.numActivations++ % 4] = now;
    if (pc.numActivations >= 4) {
      uint64_t &at =
          earliest[where.pseudoChannel][unsigned(DramCommand::Activate)];
      at = std::max(at,
                    pc.activations[pc.numActivations % 4] + fourActivateWindow);
    }
  }
  if (commandLog)
    commandLog->push_back({now, command, where});
}

void DramChannel::setRow(Bank &bank, bool open, uint64_t row) {
  unsigned &openBanks = pseudoChannels[bank.where.pseudoChannel].openBanks;
  openBanks += unsigned(open) - unsigned(bank.open);
  bank.open = open;
  bank.row = row;
  for (unsigned kind : {0u, 1u}) {
    if (open)
      findHit(bank, kind, bank.queue[kind].head, kNone);
    else
      bank.queue[kind].hit = kNone;
    wake(bank.queue[kind], kind);
  }
}

void DramChannel::issueRow(const Pick &pick, uint64_t now) {
  Bank &bank = banks[pick.bank];
  Entry &entry = entries[bank.queue[mode].head];
  DramLocation where = bank.where;
  if (pick.command == DramCommand::Activate) {
    entry.activated = true;
    where.row = entry.row;
    setRow(bank, true, entry.row);
  } else {
    entry.precharged = true;
    where.row = bank.row;
    setRow(bank, false, 0);
  }
  issue(pick.command, where, bank.scopes, now);
}

void DramChannel::issueColumn(const Pick &pick, uint64_t now) {
  Bank &bank = banks[pick.bank];
  Queue &queue = bank.queue[mode];
  int index = queue.hit, previous = queue.hitPrevious;
  const Entry entry = entries[index];
  DramLocation where = bank.where;
  where.row = entry.row;
  where.column = entry.column;
  issue(pick.command, where, bank.scopes, now);

  ++(entry.precharged  ? count.rowConflicts
     : entry.activated ? count.rowMisses
                       : count.rowHits);
  ++(mode ? count.writes : count.reads);
  finished.push_back({mode ? now : now + readLatency, entry.cookie, mode == 1});

  // Unlink.
  if (previous == kNone)
    queue.head = entry.next;
  else
    entries[previous].next = entry.next;
  if (queue.tail == index)
    queue.tail = previous;
  findHit(bank, mode, entry.next, previous);
  freeEntries[mode].push_back(index);
  --buffered[mode];
  wake(queue, mode);
  if (queue.head == kNone) {
    ActiveBank last = active[mode].back();
    active[mode][queue.activeIndex] = last;
    banks[last.bank].queue[mode].activeIndex = queue.activeIndex;
    active[mode].pop_back();
  }
}

/// Serves pseudo channels whose refresh is due: close all rows, then refresh.
bool DramChannel::refresh(uint64_t now, uint64_t &next) {
  bool issued = false;
  uint64_t due = kNever;
  for (unsigned p = 0; p < pseudoChannels.size(); ++p) {
    PseudoChannel &pc = pseudoChannels[p];
    if (pc.refreshDue <= now && !issued) {
      DramCommand command =
          pc.openBanks ? DramCommand::PrechargeAll : DramCommand::Refresh;
      uint64_t at = std::max(earliest[p][unsigned(command)], rowBusFree);
      if (at > now) {
        next = std::min(next, at);
      } else {
        DramLocation where;
        where.pseudoChannel = p;
        const unsigned scopes[3] = {p, p, p};
        issue(command, where, scopes, now);
        issued = true;
        if (command == DramCommand::Refresh) {
          pc.refreshDue += config.timing.nREFI;
          ++count.refreshes;
        } else {
          for (Bank &bank : banks)
            if (bank.where.pseudoChannel == p && bank.open)
              setRow(bank, false, 0);
        }
      }
    }
    due = std::min(due, pc.refreshDue);
  }
  nextRefreshDue = due;
  if (nextRefreshDue > now)
    next = std::min(next, nextRefreshDue);
  return issued;
}
