//===- DramEfficiency.cpp - How well an access pattern uses DRAM ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inside a channel, addresses count up through column, pseudo channel, bank
// group, bank, row (spec machine.md 7.4); consecutive requests go to different
// channels, so a DRAM row of every channel together holds a "stripe" of
// channels x row bytes. The runs of a window of the pattern are mapped to
// stripes; the distinct pseudo channels, groups and banks among them bound the
// rate: the data bus by nBL, a bank group by nCCDL, activations by nFAW, nRC
// and the bus of row commands.
//
//===----------------------------------------------------------------------===//

#include "DramEfficiency.h"
#include "tilewright/Schedule/Schedule.h"
#include <algorithm>
#include <cmath>
#include <set>

using namespace tilewright;

/// Cycles of the row command bus for an activation and its precharge.
static constexpr double kRowCommandCycles = 3;

double tilewright::dramEfficiency(const RunPattern &pattern,
                                  const DramConfig &dram) {
  const DramTiming &t = dram.timing;
  if (!t.nFAW || pattern.runBytes <= 0)
    return 1;
  const double stripe = double(dram.channels) * dram.rowBytes;
  const int64_t units =
      int64_t(dram.pseudoChannels) * dram.bankGroups * dram.banksPerGroup;
  // What the controllers can reorder over: about their read buffers.
  const int64_t window =
      std::clamp<int64_t>(int64_t(dram.readBuffer * double(dram.channels) *
                                  dram.requestBytes / pattern.runBytes),
                          1, 1024);
  std::set<int64_t> stripes, pseudoChannels, groups, banks;
  double bytes = 0;
  for (int64_t i = 0; i < std::min(window, pattern.runs); ++i) {
    double begin = i * pattern.pitchBytes, end = begin + pattern.runBytes;
    bytes += pattern.runBytes;
    for (int64_t s = int64_t(begin / stripe); s * stripe < end; ++s) {
      stripes.insert(s);
      pseudoChannels.insert(s % dram.pseudoChannels);
      groups.insert(s % (dram.pseudoChannels * dram.bankGroups));
      banks.insert(s % units);
    }
  }
  // A short run wastes the rest of its requests.
  const double useful =
      pattern.runBytes /
      (std::ceil(pattern.runBytes / dram.requestBytes) * dram.requestBytes);
  const double burstsPerActivation = std::max(
      1.0, bytes / useful / stripes.size() / dram.channels / dram.requestBytes);
  const double busCycles = std::max(t.nBL, t.nCCDS);
  const double peak = dram.pseudoChannels / busCycles;
  const double bus = pseudoChannels.size() / busCycles;
  const double group = groups.size() / double(std::max(t.nCCDL, 1u));
  // A stripe is opened and closed by row commands, which share a bus per
  // channel (with column commands, where the type has one bus only).
  const double commands =
      kRowCommandCycles + (dram.dualCommandBus ? 0.0 : burstsPerActivation);
  const double activations =
      std::min({pseudoChannels.size() * 4.0 / t.nFAW,
                banks.size() / double(std::max(t.nRC, 1u)), 1 / commands});
  const double rows = activations * burstsPerActivation;
  return useful * std::min({peak, bus, group, rows}) / peak;
}

/// What whole tile moves reach of the streaming rate (start-up, turnarounds and
/// row misses between descriptors), as observed in the tile simulator.
static constexpr double kSustainedRate = 0.85;

double tilewright::dramBytesPerCycle(const MachineConfig &machine) {
  const DramConfig &dram = machine.dram;
  const DramTiming &t = dram.timing;
  double burstPs = double(std::max(t.nBL, t.nCCDS)) * dram.clockPs;
  double channelBytesPerPs =
      dram.pseudoChannels * dram.requestBytes / std::max(burstPs, 1.0);
  double refresh = t.nREFI ? 1.0 - double(t.nRFC) / t.nREFI : 1.0;
  double dramRate = dram.channels * channelBytesPerPs * refresh;
  double portRate = machine.dma.requestsPerCycle * double(dram.requestBytes) /
                    machine.corePeriodPs();
  return kSustainedRate * std::min(dramRate, portRate) * machine.corePeriodPs();
}
