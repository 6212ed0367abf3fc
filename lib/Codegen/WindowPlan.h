//===- WindowPlan.h - How a pooling lies on the lanes -----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the choice of lanes, vectors and tiles for a pooling. A tile of the
// input holds the input itself along its axes (at row * step + tap * dilation),
// so that memory is read once whatever the windows overlap. Arrangements:
//
//   channels, columns   a plain dimension on the lanes, vectors along the rows
//                       of the innermost axis
//   channels, channels  a plain dimension on the lanes, several neighbours per
//                       lane that vectors run along: small images
//   lines, columns      rows of an outer axis on the lanes: few channels. Lanes
//                       cannot shift rows, so each tap of that axis has a tile
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_WINDOWPLAN_H
#define TILEWRIGHT_LIB_CODEGEN_WINDOWPLAN_H

#include "RowPlan.h"

namespace tilewright::codegen {

/// An axis of the input. Coordinates outside [begin, end) are padding.
struct WindowAxis {
  std::optional<unsigned> row; ///< kernel dimension; none: one row
  int64_t step = 1, dilation = 1, taps = 1;
  int64_t stride = 0; ///< elements of memory
  int64_t begin = 0, end = 0;

  int64_t reach() const { return (taps - 1) * dilation; }
  /// Coordinates that `rows` rows read.
  int64_t covered(int64_t rows) const {
    return (rows - 1) * step + reach() + 1;
  }
};

struct WindowProblem {
  llvm::SmallVector<Dim> dims;       ///< tile extents are the result
  llvm::SmallVector<unsigned> plain; ///< dimensions that no window walks
  std::vector<WindowAxis> axes;      ///< outermost in memory first
  unsigned inputBytes = 4;
  RowValue result;                    ///< what windows are reduced to
  llvm::SmallVector<RowValue> values; ///< that other ops read and compute
  unsigned combinerOps = 1; ///< vector instructions to combine two values
};

struct WindowPlan {
  llvm::SmallVector<Dim> dims;
  unsigned lane = 0, laneStride = 1;
  llvm::SmallVector<unsigned> storage; ///< of results, outermost first
  std::optional<unsigned> lineAxis;    ///< the axis whose rows are on the lanes
  llvm::SmallVector<unsigned> loops;   ///< outermost first
  llvm::SmallVector<int64_t> inputShape; ///< of a tile of the input
  /// Extents along the axes in a tile of the input; of `lineAxis`, 1.
  llvm::SmallVector<int64_t> covered;
  uint64_t bytes = 0; ///< per lane, of all tiles

  bool vectorsOnLanes() const { return storage.back() == lane; }
  Schedule schedule() const;
};

/// What can be decided about a pooling. The lanes and vectors of a schedule say
/// which arrangement it has.
class WindowChoice : public ScheduleSpace {
public:
  WindowChoice(const WindowProblem &problem, const MachineConfig &machine)
      : problem(problem), machine(machine) {}
  llvm::Expected<Schedule> heuristic() const override;
  llvm::Error check(const Schedule &schedule) const override;
  double cycles(const Schedule &schedule) const override;
  std::vector<Schedule> enumerate(const Schedule &heuristic) const override;

  /// The plan that a schedule describes, or why there is none (Usage).
  llvm::Expected<WindowPlan> plan(const Schedule &schedule) const;

private:
  const WindowProblem &problem;
  const MachineConfig &machine;
};

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_WINDOWPLAN_H
