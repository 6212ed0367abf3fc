//===- LaunchTimer.h - The two levels of timing behind one call -*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns which observer a functional run needs and who is asked for its time:
//  * tile: a kernel's costs are measured during its first launch (its graph
//    depends on no data, so that launch is like all others); then and later the
//    graph walks through the tile simulator, on a thread of its own: it needs
//    nothing from the functional simulator but the order of launches;
//  * instruction: the instruction simulator observes every launch.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_LAUNCHTIMER_H
#define TILEWRIGHT_LIB_DRIVER_LAUNCHTIMER_H

#include "tilewright/Driver/Driver.h"
#include "tilewright/Support/ContentCache.h"
#include "tilewright/Support/PhaseTimes.h"
#include "tilewright/TileSim/TileSim.h"

namespace tilewright {

class LaunchTimer {
public:
  virtual ~LaunchTimer() = default;
  /// The observer for the functional run of kernel `kernel`; may be null.
  virtual Observer *begin(unsigned kernel) = 0;
  /// The launch has run; `indices` are those of its indirect moves, in order.
  /// Its timing is among those of finish().
  virtual llvm::Error end(unsigned kernel, llvm::ArrayRef<uint64_t> arguments,
                          std::vector<std::vector<int64_t>> indices) = 0;
  /// The timings of all launches, in order; once, at the end. Adds to `times`.
  virtual llvm::Expected<std::vector<LaunchTiming>>
  finish(PhaseTimes &times) = 0;
  /// Before the first launch and after finish().
  virtual MemorySystem &memory() = 0;

  /// Null for TimingLevel::None. `cache` (which may be null) keeps what was
  /// measured.
  static std::unique_ptr<LaunchTimer> create(TimingLevel level,
                                             const Program &program,
                                             const MachineConfig &machine,
                                             ContentCache *cache);
};

/// "tile", "instruction", "none".
const char *timingLevelName(TimingLevel level);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_LAUNCHTIMER_H
