//===- ContractionChoice.h - Schedules of a contraction kernel --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what the schedule of a contraction can decide: which input streams, how
// the rows of a window's tile are arranged, and tiles of the problem that this
// makes. An arrangement is an iteration space; all of them are made, and the
// keys `streams`, `tap_axes`, `images` and `image_group` of a schedule name
// one.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_CONTRACTIONCHOICE_H
#define TILEWRIGHT_LIB_CODEGEN_CONTRACTIONCHOICE_H

#include "ContractionSpace.h"
#include "tilewright/Schedule/ScheduleSpace.h"

namespace tilewright::codegen {

/// One way to put a contraction's tiles together.
struct Arrangement {
  ContractionKernel info;
  ContractionSpace space;
  ContractionProblem problem;
  Schedule keys; ///< those that name it
};

/// Ways to arrange a window's tile; of a kernel without one, one.
llvm::SmallVector<WindowTiling> windowTilings(const ContractionKernel &info,
                                              const MachineConfig &machine);
/// The schedule keys of an arrangement.
Schedule arrangementKeys(const ContractionKernel &info,
                         const ContractionSpace &space,
                         const WindowTiling &tiling);

class ContractionChoice : public ScheduleSpace {
public:
  /// `arrangements`: the heuristic takes one of the input that streams in the
  /// first, unless another one is estimated clearly better, with as many taps
  /// in the tile as fit.
  ContractionChoice(llvm::ArrayRef<Arrangement> arrangements,
                    const MachineConfig &machine)
      : arrangements(arrangements), machine(machine) {}

  llvm::Expected<Schedule> heuristic() const override;
  llvm::Error check(const Schedule &schedule) const override;
  double cycles(const Schedule &schedule) const override;
  std::vector<Schedule> enumerate(const Schedule &heuristic) const override;

  /// The arrangement that a schedule names, if there is such a one.
  const Arrangement *find(const Schedule &schedule) const;

private:
  /// The cheapest schedule in which this input streams.
  llvm::Expected<Schedule> bestOf(llvm::StringRef streams) const;

  llvm::ArrayRef<Arrangement> arrangements;
  const MachineConfig &machine;
};

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_CONTRACTIONCHOICE_H
