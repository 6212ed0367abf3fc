//===- Tune.h - Measured schedules ------------------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns `tilewright tune` as a library call: the schedules of a module's kernels
// that the tile simulator finds fastest, and their form as a mapping file. No
// MLIR in this header.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DRIVER_TUNE_H
#define TILEWRIGHT_DRIVER_TUNE_H

#include "tilewright/Driver/Driver.h"
#include "llvm/Support/JSON.h"
#include <functional>
#include <optional>

namespace tilewright {

struct TuneOptions {
  CompileOptions compile;  ///< cache and threads matter here
  unsigned candidates = 4; ///< measured per kernel beside the heuristic's
  std::string kernels;     ///< pattern of names; empty: all
  /// Called after each measurement, one at a time.
  std::function<void(size_t done, size_t all)> progress;
  /// Asked before each measurement: whether to give up, which is an error.
  std::function<bool()> isCancelled;
};

/// One schedule of a kernel, and what came of it.
struct MeasuredSchedule {
  std::string schedule;           ///< whole, as JSON
  double estimatedCycles = 0;     ///< of a launch, by the cost model
  std::optional<uint64_t> cycles; ///< of a launch; none: it was refused
  std::string refusal;            ///< why
};

struct TunedKernel {
  std::string name, key, location;
  unsigned launches = 0;
  /// The heuristic's schedule is the first.
  std::vector<MeasuredSchedule> measured;
  size_t best = 0; ///< number in `measured`; the first among equals

  const MeasuredSchedule &heuristic() const { return measured.front(); }
  const MeasuredSchedule &tuned() const { return measured[best]; }
  /// Schedules that could not be compiled or run.
  unsigned rejected() const;
};

struct TuneResult {
  std::string machine;
  std::vector<TunedKernel> kernels;

  /// The mapping file (docs/cli.md).
  llvm::json::Value toMapping() const;
  /// Everything that was measured (docs/cli.md).
  llvm::json::Value toJson() const;
};

/// The schedules that tuning would measure, unmeasured.
llvm::Expected<TuneResult> listSchedules(llvm::StringRef text,
                                         llvm::StringRef name,
                                         const MachineConfig &machine,
                                         const TuneOptions &options);
/// A kernel of which nothing can be measured is an error with the reasons.
llvm::Expected<TuneResult> tuneModule(llvm::StringRef text,
                                      llvm::StringRef name,
                                      const MachineConfig &machine,
                                      const TuneOptions &options);
llvm::Expected<TuneResult> tuneFile(llvm::StringRef path,
                                    const MachineConfig &machine,
                                    const TuneOptions &options);

} // namespace tilewright

#endif // TILEWRIGHT_DRIVER_TUNE_H
