//===- PhaseTimes.h - Where the host's time goes ----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns host seconds by phase, in the order in which phases first ran. Phases of
// several threads are summed, so a phase may take more seconds than passed.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_PHASETIMES_H
#define TILEWRIGHT_SUPPORT_PHASETIMES_H

#include "llvm/ADT/StringRef.h"
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace tilewright {

class PhaseTimes {
public:
  void add(llvm::StringRef phase, double seconds) {
    for (auto &[name, total] : phases)
      if (name == phase) {
        total += seconds;
        return;
      }
    phases.emplace_back(phase.str(), seconds);
  }
  void add(const PhaseTimes &other) {
    for (const auto &[name, seconds] : other.phases)
      add(name, seconds);
  }
  /// Name and seconds of every phase.
  const std::vector<std::pair<std::string, double>> &list() const {
    return phases;
  }

private:
  std::vector<std::pair<std::string, double>> phases;
};

/// Adds the time from its creation to its end (or to stop()) to a phase.
class PhaseTimer {
public:
  PhaseTimer(PhaseTimes &times, llvm::StringRef phase)
      : times(times), phase(phase), start(Clock::now()) {}
  ~PhaseTimer() { stop(); }
  PhaseTimer(const PhaseTimer &) = delete;
  PhaseTimer &operator=(const PhaseTimer &) = delete;
  void stop() {
    if (phase.empty())
      return;
    std::chrono::duration<double> elapsed = Clock::now() - start;
    times.add(phase, elapsed.count());
    phase = {};
  }

private:
  using Clock = std::chrono::steady_clock;
  PhaseTimes &times;
  llvm::StringRef phase;
  Clock::time_point start;
};

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_PHASETIMES_H
