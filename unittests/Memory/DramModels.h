//===- DramModels.h - Checker and per-cycle model of a channel --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns two oracles for DramChannel: a checker that verifies a command log
// against the constraint table, the bank states and the data bus; and the
// controller's policy written down cycle by cycle, with lists instead of queues
// and legality looked up in the log.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_UNITTESTS_MEMORY_DRAMMODELS_H
#define TILEWRIGHT_UNITTESTS_MEMORY_DRAMMODELS_H

#include "tilewright/Memory/DramChannel.h"
#include <string>

namespace tilewright::test {

/// Whether `command` may issue at `cycle` after `log` (ordered by cycle). If not
/// and `why` is given, says which rule forbids it.
bool isLegal(const DramConfig &config, const std::vector<IssuedCommand> &log,
             const IssuedCommand &next, std::string *why = nullptr);

/// The first violation in a log, or an empty string.
std::string checkLog(const DramConfig &config,
                     const std::vector<IssuedCommand> &log);

struct Request {
  uint64_t cycle, address;
  bool write;
};

/// What a channel did with requests numbered in order of arrival.
struct ChannelRun {
  std::vector<IssuedCommand> log;
  std::vector<uint64_t> done; ///< completion cycle by request
  uint64_t lastCycle = 0;     ///< latest completion
  DramCounters counters;
};
ChannelRun runFast(const DramConfig &config,
                   const std::vector<Request> &requests);
ChannelRun runSlow(const DramConfig &config,
                   const std::vector<Request> &requests);

} // namespace tilewright::test

#endif // TILEWRIGHT_UNITTESTS_MEMORY_DRAMMODELS_H
