//===- DramModels.cpp - Checker and per-cycle model of a channel ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DramModels.h"
#include "llvm/Support/FormatVariadic.h"
#include <deque>
#include <map>
#include <optional>
#include <set>

using namespace tilewright;
using namespace tilewright::test;

static std::string text(const IssuedCommand &c) {
  return llvm::formatv("{0} at {1} pc {2} group {3} bank {4} row {5}",
                       dramCommandName(c.command), c.cycle,
                       c.where.pseudoChannel, c.where.bankGroup, c.where.bank,
                       c.where.row)
      .str();
}

static bool sameUnit(DramScope scope, const DramLocation &a,
                     const DramLocation &b) {
  return a.pseudoChannel == b.pseudoChannel &&
         (scope == DramScope::PseudoChannel ||
          (a.bankGroup == b.bankGroup &&
           (scope == DramScope::BankGroup || a.bank == b.bank)));
}

bool test::isLegal(const DramConfig &config,
                   const std::vector<IssuedCommand> &log,
                   const IssuedCommand &next, std::string *why) {
  // Cache of the tables: the slow model asks thousands of times.
  static std::map<std::string, std::vector<DramConstraint>> tables;
  std::vector<DramConstraint> &table = tables[config.preset];
  if (table.empty())
    table = dramConstraints(config);
  unsigned longest = 0;
  for (const DramConstraint &rule : table)
    longest = std::max(longest, rule.cycles);

  auto complain = [&](const IssuedCommand &before, llvm::StringRef rule) {
    if (why)
      *why = llvm::formatv("{0} after {1}: {2}", text(next), text(before), rule);
    return false;
  };
  // The last `window` commands of each kind in the same unit.
  for (const DramConstraint &rule : table) {
    if (rule.to != next.command)
      continue;
    unsigned seen = 0;
    for (size_t i = log.size(); i-- > 0;) {
      if (log[i].cycle + longest < next.cycle)
        break;
      if (log[i].command != rule.from ||
          !sameUnit(rule.scope, log[i].where, next.where) ||
          ++seen < rule.window)
        continue;
      if (next.cycle < log[i].cycle + rule.cycles)
        return complain(log[i],
                        llvm::formatv("needs {0} cycles", rule.cycles).str());
      break;
    }
  }
  for (size_t i = log.size(); i-- > 0 && log[i].cycle + 8 > next.cycle;) {
    bool sameBus = !config.dualCommandBus || isColumnCommand(log[i].command) ==
                                                 isColumnCommand(next.command);
    if (sameBus && next.cycle < log[i].cycle + dramCommandCycles(
                                                  config, log[i].command))
      return complain(log[i], "command bus is taken");
  }
  return true;
}

std::string test::checkLog(const DramConfig &config,
                           const std::vector<IssuedCommand> &log) {
  std::map<unsigned, uint64_t> open; // flat bank -> row
  std::map<unsigned, uint64_t> dataEnd, lastRefresh;
  std::vector<IssuedCommand> before;
  for (const IssuedCommand &c : log) {
    if (!before.empty() && c.cycle < before.back().cycle)
      return "log is not in order at " + text(c);
    std::string why;
    if (!isLegal(config, before, c, &why))
      return why;
    auto it = open.find(c.where.flatBank);
    unsigned pc = c.where.pseudoChannel;
    unsigned perPc = config.bankGroups * config.banksPerGroup;
    auto begin = open.lower_bound(pc * perPc),
         end = open.lower_bound((pc + 1) * perPc);
    switch (c.command) {
    case DramCommand::Activate:
      if (it != open.end())
        return text(c) + ": bank is open";
      open[c.where.flatBank] = c.where.row;
      break;
    case DramCommand::Precharge:
      if (it == open.end())
        return text(c) + ": bank is closed";
      open.erase(it);
      break;
    case DramCommand::PrechargeAll:
      open.erase(begin, end);
      break;
    case DramCommand::Read:
    case DramCommand::Write: {
      if (it == open.end() || it->second != c.where.row)
        return text(c) + ": row is not open";
      bool read = c.command == DramCommand::Read;
      uint64_t data = c.cycle + (read ? config.timing.nCL : config.timing.nCWL);
      if (data < dataEnd[pc])
        return text(c) + ": data bus is taken";
      dataEnd[pc] = data + config.timing.nBL;
      break;
    }
    case DramCommand::Refresh:
      if (begin != end)
        return text(c) + ": a bank is open";
      // Due every nREFI; served at once but for closing rows.
      if (c.cycle > lastRefresh[pc] + config.timing.nREFI + 200)
        return text(c) + ": refresh is late";
      lastRefresh[pc] += config.timing.nREFI;
      break;
    }
    before.push_back(c);
  }
  return "";
}

ChannelRun test::runFast(const DramConfig &config,
                         const std::vector<Request> &requests) {
  ChannelRun run;
  run.done.resize(requests.size());
  DramChannel channel(config);
  channel.keepLog(&run.log);
  for (size_t i = 0; i < requests.size(); ++i)
    channel.push(requests[i].cycle, requests[i].address, requests[i].write,
                 uint32_t(i));
  while (channel.pending() && channel.step(~uint64_t(0)))
    ;
  for (const DramChannel::Completion &c : channel.completions()) {
    run.done[c.cookie] = c.cycle;
    run.lastCycle = std::max(run.lastCycle, c.cycle);
  }
  run.counters = channel.counters();
  return run;
}

namespace {
/// The policy of DramChannel.h, one method per sentence.
class SlowChannel {
public:
  SlowChannel(const DramConfig &config, const std::vector<Request> &requests)
      : config(config), requests(requests) {
    run.done.resize(requests.size());
    refreshDue.assign(config.pseudoChannels, config.timing.nREFI
                                                 ? config.timing.nREFI
                                                 : ~uint64_t(0));
    for (const Request &r : requests)
      places.push_back(locateInChannel(config, r.address));
  }

  ChannelRun go() {
    for (uint64_t now = 0; left() > 0; ++now) {
      accept(now);
      chooseMode();
      bool rowBus = refresh(now);
      if (rowBus && !config.dualCommandBus)
        continue;
      // Rows as they are at the start of the cycle decide both buses.
      std::optional<size_t> column = pickColumn(now), row = pickRow(now);
      if (column)
        serve(*column, now);
      if (row && !rowBus && (config.dualCommandBus || !column))
        openOrClose(*row, now);
    }
    return std::move(run);
  }

private:
  size_t left() const {
    return requests.size() - arrived + buffers[0].size() + buffers[1].size();
  }
  const DramLocation &at(size_t r) const { return places[r]; }

  void accept(uint64_t now) {
    if (arrived == requests.size() || requests[arrived].cycle > now)
      return;
    const Request &r = requests[arrived];
    for (size_t w : buffers[1])
      if (requests[w].address == r.address) {
        run.done[arrived++] = r.write ? now : now + 1;
        return;
      }
    size_t room = r.write ? config.writeBuffer : config.readBuffer;
    if (buffers[r.write].size() < room)
      buffers[r.write].push_back(arrived++);
  }

  void chooseMode() {
    size_t reads = buffers[0].size(), writes = buffers[1].size();
    if (!writing)
      writing = writes > config.writeBuffer * 8 / 10 || (!reads && writes);
    else if (!writes || (writes < config.writeBuffer * 2 / 10 && reads))
      writing = false;
  }

  bool refresh(uint64_t now) {
    for (unsigned pc = 0; pc < config.pseudoChannels; ++pc) {
      if (refreshDue[pc] > now)
        continue;
      bool anyOpen = false;
      for (auto &[bank, row] : open)
        anyOpen |= bank / banksPerPc() == pc;
      IssuedCommand c{now,
                      anyOpen ? DramCommand::PrechargeAll
                              : DramCommand::Refresh,
                      {}};
      c.where.pseudoChannel = pc;
      if (!isLegal(config, run.log, c))
        continue;
      run.log.push_back(c);
      if (anyOpen)
        std::erase_if(open, [&](auto &e) { return e.first / banksPerPc() == pc; });
      else
        refreshDue[pc] += config.timing.nREFI;
      return true;
    }
    return false;
  }

  unsigned banksPerPc() const {
    return config.bankGroups * config.banksPerGroup;
  }
  bool stopped(const DramLocation &where, uint64_t now) const {
    return refreshDue[where.pseudoChannel] <= now;
  }
  bool hits(size_t r) const {
    auto it = open.find(at(r).flatBank);
    return it != open.end() && it->second == at(r).row;
  }

  std::optional<size_t> pickColumn(uint64_t now) {
    std::set<unsigned> tried; // banks; legality depends on nothing else
    for (size_t r : buffers[writing])
      if (!stopped(at(r), now) && hits(r) &&
          tried.insert(at(r).flatBank).second &&
          isLegal(config, run.log,
                  {now, writing ? DramCommand::Write : DramCommand::Read,
                   at(r)}))
        return r;
    return std::nullopt;
  }

  IssuedCommand rowCommand(size_t r, uint64_t now) const {
    IssuedCommand c{now, DramCommand::Activate, at(r)};
    c.where.column = 0;
    if (auto it = open.find(c.where.flatBank); it != open.end()) {
      c.command = DramCommand::Precharge;
      c.where.row = it->second;
    }
    return c;
  }

  std::optional<size_t> pickRow(uint64_t now) {
    std::set<unsigned> tried; // banks
    for (size_t r : buffers[writing])
      if (hits(r)) // someone still hits the bank's open row
        tried.insert(at(r).flatBank);
    for (size_t r : buffers[writing])
      if (!stopped(at(r), now) && tried.insert(at(r).flatBank).second &&
          isLegal(config, run.log, rowCommand(r, now)))
        return r;
    return std::nullopt;
  }

  void serve(size_t r, uint64_t now) {
    run.log.push_back(
        {now, writing ? DramCommand::Write : DramCommand::Read, at(r)});
    run.done[r] =
        writing ? now : now + config.timing.nCL + config.timing.nBL;
    std::erase(buffers[writing], r);
  }

  void openOrClose(size_t r, uint64_t now) {
    IssuedCommand c = rowCommand(r, now);
    run.log.push_back(c);
    if (c.command == DramCommand::Activate)
      open[c.where.flatBank] = c.where.row;
    else
      open.erase(c.where.flatBank);
  }

  const DramConfig &config;
  const std::vector<Request> &requests;
  std::vector<DramLocation> places;
  ChannelRun run;
  size_t arrived = 0;
  std::vector<size_t> buffers[2];
  bool writing = false;
  std::map<unsigned, uint64_t> open;
  std::vector<uint64_t> refreshDue;
};
} // namespace

ChannelRun test::runSlow(const DramConfig &config,
                         const std::vector<Request> &requests) {
  ChannelRun run = SlowChannel(config, requests).go();
  for (uint64_t cycle : run.done)
    run.lastCycle = std::max(run.lastCycle, cycle);
  return run;
}
