//===- DramConstraints.h - DRAM timing rules as a table ---------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the minimum distances between DRAM commands (spec machine.md 7.3). The
// controller obeys the table, and the checker of the tests verifies command logs
// against it; nothing else knows a distance.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MEMORY_DRAMCONSTRAINTS_H
#define TILEWRIGHT_MEMORY_DRAMCONSTRAINTS_H

#include "tilewright/Machine/MachineConfig.h"
#include <cstdint>
#include <vector>

namespace tilewright {

enum class DramCommand : uint8_t {
  Activate,
  Precharge,     ///< one bank
  PrechargeAll,  ///< all banks of a pseudo channel
  Read,
  Write,
  Refresh,       ///< all banks of a pseudo channel
};
constexpr unsigned kNumDramCommands = unsigned(DramCommand::Refresh) + 1;
llvm::StringRef dramCommandName(DramCommand command);

/// Column commands use the column bus, all others the row bus (HBM).
inline bool isColumnCommand(DramCommand c) {
  return c == DramCommand::Read || c == DramCommand::Write;
}

enum class DramScope : uint8_t { PseudoChannel, BankGroup, Bank };

/// In each unit of `scope`: `to` comes at least `cycles` after the `window`-th
/// last `from`.
struct DramConstraint {
  DramCommand from, to;
  DramScope scope;
  unsigned cycles;
  unsigned window = 1;
};

/// DRAM cycles `command` occupies its command bus.
unsigned dramCommandCycles(const DramConfig &config, DramCommand command);
/// The rules of a DRAM type, with the durations of multi-cycle commands applied.
std::vector<DramConstraint> dramConstraints(const DramConfig &config);

} // namespace tilewright

#endif // TILEWRIGHT_MEMORY_DRAMCONSTRAINTS_H
