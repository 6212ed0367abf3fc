//===- Report.h - What a run tells its user ---------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the figures of one run and their forms: JSON (docs/report.md is the
// schema, versioned by kSchemaVersion), Perfetto trace, terminal summary. Holds
// data only; the Driver fills it.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_REPORT_REPORT_H
#define TILEWRIGHT_REPORT_REPORT_H

#include "tilewright/CoreTiming/CoreTiming.h"
#include "tilewright/Memory/MemorySystem.h"
#include "tilewright/Support/PhaseTimes.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <optional>
#include <string>
#include <vector>

namespace tilewright {

struct Report {
  static constexpr int kSchemaVersion = 1;

  struct Op {
    std::string name, location; ///< "linalg.matmul", "model.py:12"
    std::string kernel;         ///< the kernel that executes it
  };
  struct Kernel {
    std::string name, location;
    uint64_t launches = 0, cycles = 0, macs = 0, dramBytes = 0,
             arrayBusyCycles = 0;
    std::optional<double> maxError; ///< when verified
    std::string schedule;           ///< JSON text
  };
  struct Launch {
    unsigned kernel = 0;
    uint64_t begin = 0, end = 0; ///< core cycles
    std::vector<NodeInterval> nodes;
    std::vector<std::string> nodeLabels; ///< by node id
  };

  std::string program, machine,
      timing; ///< timing: "tile", "instruction", "none"
  double coreFreqMHz = 0;
  unsigned arrays = 0; ///< in the whole machine
  uint64_t cycles = 0;
  double seconds = 0;             ///< of simulated time
  std::optional<double> maxError; ///< largest absolute error when verified
  bool verified = false;
  /// Elements of the reference's outputs, and those that are NaN, when verified.
  uint64_t outputElements = 0, nanOutputs = 0;
  // Counters of the whole run.
  uint64_t arrayBusyCycles = 0;    ///< summed over arrays
  std::vector<uint64_t> arrayRows; ///< input rows per array
  uint64_t dramReadRequests = 0, dramWriteRequests = 0, dramBytes = 0,
           instructions = 0, vectorInstructions = 0, dmaMoves = 0,
           dmaWaitCycles = 0, arrayWaitCycles = 0, dmaActiveCycles = 0;
  double compileSeconds = 0, simulateSeconds = 0; ///< host time
  PhaseTimes phases; ///< host time of compiler and run
  unsigned kernelsCompiled = 0, kernelsLoaded = 0; ///< loaded from a cache
  /// Modules that the host reference compiled, and those from a cache.
  unsigned referencesCompiled = 0, referencesLoaded = 0;
  std::string cacheWarning; ///< why the cache could not be written, if so
  std::vector<Op> ops;
  std::vector<Kernel> kernels;
  std::vector<Launch> launches;
  std::vector<MoveRecord> moves; ///< when a trace was asked for
  MemoryStatistics memory;
  std::string accesses; ///< JSON text, Program::accesses

  /// Fraction of cycles the arrays were accepting rows, 0..1.
  double arrayUtilization() const;
  llvm::json::Value toJson() const;
  llvm::Error writeJson(llvm::StringRef path) const;
  /// Perfetto / Chrome trace-event JSON: one track per core for kernels and
  /// compute nodes, one for loads, one for stores. Times in microseconds.
  llvm::Error writeTrace(llvm::StringRef path) const;
  /// The short readable summary that `tilewright run` prints.
  void print(llvm::raw_ostream &os) const;
};

} // namespace tilewright

#endif // TILEWRIGHT_REPORT_REPORT_H
