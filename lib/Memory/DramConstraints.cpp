//===- DramConstraints.cpp - DRAM timing rules as a table -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The table holds latencies as the standards give them, from the end of one
// command to the end of the next. A command that occupies its bus for several
// cycles is logged when it starts, so the distance between starts is
//   latency + duration(from) - duration(to).
//
//===----------------------------------------------------------------------===//

#include "tilewright/Memory/DramConstraints.h"
#include <algorithm>

using namespace tilewright;

llvm::StringRef tilewright::dramCommandName(DramCommand command) {
  static constexpr llvm::StringLiteral kNames[] = {"ACT", "PRE", "PREA",
                                                   "RD",  "WR",  "REF"};
  return kNames[unsigned(command)];
}

namespace {
/// What types differ in beyond the numbers of DramTiming.
struct TypeTraits {
  llvm::StringLiteral type;
  unsigned activateCycles, columnCycles;
  unsigned turnaround; ///< idle data bus cycles between read and write data
};
constexpr TypeTraits kTraits[] = {
    {"HBM3", 3, 2, 4}, // ticks of half a clock
    {"HBM", 2, 1, 2},
    {"", 1, 1, 2},
};

const TypeTraits &traits(const DramConfig &config) {
  for (const TypeTraits &t : kTraits)
    if (llvm::StringRef(config.type).starts_with(t.type))
      return t;
  return kTraits[std::size(kTraits) - 1];
}
} // namespace

unsigned tilewright::dramCommandCycles(const DramConfig &config,
                                       DramCommand command) {
  const TypeTraits &t = traits(config);
  if (command == DramCommand::Activate)
    return t.activateCycles;
  return isColumnCommand(command) ? t.columnCycles : 1;
}

std::vector<DramConstraint>
tilewright::dramConstraints(const DramConfig &config) {
  using enum DramCommand;
  using enum DramScope;
  const DramTiming &t = config.timing;
  const unsigned burst = std::max(t.nBL, t.nCCDS);
  const unsigned readToWrite =
      t.nCL + t.nBL + traits(config).turnaround - t.nCWL;
  const unsigned writeToRead = t.nCWL + t.nBL;
  const unsigned writeToPrecharge = t.nCWL + t.nBL + t.nWR;
  std::vector<DramConstraint> table = {
      // Data bus and column access.
      {Read, Read, PseudoChannel, burst},
      {Read, Read, BankGroup, t.nCCDL},
      {Write, Write, PseudoChannel, burst},
      {Write, Write, BankGroup, t.nCCDL},
      {Read, Write, PseudoChannel, readToWrite},
      {Write, Read, PseudoChannel, writeToRead + t.nWTRS},
      {Write, Read, BankGroup, writeToRead + t.nWTRL},
      // Activation.
      {Activate, Activate, PseudoChannel, t.nRRDS},
      {Activate, Activate, BankGroup, t.nRRDL},
      {Activate, Activate, PseudoChannel, t.nFAW, 4},
      {Activate, Activate, Bank, t.nRC},
      {Activate, Read, Bank, t.nRCDRD},
      {Activate, Write, Bank, t.nRCDWR},
      // Precharge.
      {Activate, Precharge, Bank, t.nRAS},
      {Activate, PrechargeAll, PseudoChannel, t.nRAS},
      {Read, Precharge, Bank, t.nRTP},
      {Read, PrechargeAll, PseudoChannel, t.nRTP},
      {Write, Precharge, Bank, writeToPrecharge},
      {Write, PrechargeAll, PseudoChannel, writeToPrecharge},
      {Precharge, Activate, Bank, t.nRP},
      {PrechargeAll, Activate, PseudoChannel, t.nRP},
      // Refresh.
      {Activate, Refresh, PseudoChannel, t.nRC},
      {Precharge, Refresh, PseudoChannel, t.nRP},
      {PrechargeAll, Refresh, PseudoChannel, t.nRP},
      {Refresh, Activate, PseudoChannel, t.nRFC},
      {Refresh, Refresh, PseudoChannel, t.nRFC},
  };
  for (DramConstraint &rule : table) {
    int cycles = int(rule.cycles) +
                 int(dramCommandCycles(config, rule.from)) -
                 int(dramCommandCycles(config, rule.to));
    rule.cycles = unsigned(std::max(cycles, 1));
  }
  return table;
}
