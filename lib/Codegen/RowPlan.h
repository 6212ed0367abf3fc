//===- RowPlan.h - How a reduction kernel lies on the lanes -----*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the choice of lanes, vectors and tiles for a reduction kernel. Its space
// has parallel and reduced dimensions; one parallel dimension is spread over
// the lanes. The innermost dimension in the bank, along which vectors run, is
//
//   a reduced one     rows: elements of a vector are combined once per row, row
//                     results are splats. For long rows.
//   a parallel one    columns: no element of a vector meets another. For short
//                     rows, such as windows. It may be the lane dimension
//                     itself, with several consecutive indices per lane.
//
// A kernel whose reductions do not depend on each other may take rows in
// pieces: reduced dimensions become loops around partial results.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_ROWPLAN_H
#define TILEWRIGHT_LIB_CODEGEN_ROWPLAN_H

#include "TileBuilder.h"
#include "tilewright/Schedule/ScheduleSpace.h"
#include "tilewright/Schedule/VectorCost.h"
#include "llvm/Support/Error.h"

namespace tilewright::codegen {

/// A value of the kernel that gets a tile.
struct RowValue {
  llvm::SmallVector<bool> varies; ///< per dimension
  unsigned bytes = 4;             ///< of an element
  bool moves = false;             ///< loaded or stored: double buffered
};

/// The schedule of a kernel (of `kind`) whose tiles have a dimension along
/// which vectors run.
Schedule tileSchedule(llvm::StringRef kind, llvm::ArrayRef<Dim> dims,
                      unsigned lane, unsigned laneStride, unsigned vectorDim,
                      llvm::ArrayRef<unsigned> loops);

struct RowProblem {
  llvm::SmallVector<Dim> dims; ///< tile extents are the result
  llvm::SmallVector<unsigned> parallel, reduced; ///< outermost first
  llvm::SmallVector<RowValue> values;
  llvm::SmallVector<VectorOp> ops;
  bool wholeRows = false; ///< a reduction depends on another's result
};

struct RowPlan {
  llvm::SmallVector<Dim> dims;
  unsigned lane = 0, laneStride = 1;
  /// The parallel dimension along which vectors run; none: the last of `rows`.
  std::optional<unsigned> vector;
  /// Reduced dimensions stored in tiles, outermost first.
  llvm::SmallVector<unsigned> rows;
  /// Stored with the last of `rows` as one dimension, inside of it.
  std::optional<unsigned> inner;
  /// Loops, outermost first: parallel dimensions, then reduced ones.
  llvm::SmallVector<unsigned> outerLoops, rowLoops;

  uint64_t bytes = 0; ///< per lane, of all tiles

  /// Dimensions of a tile, and of one that does not vary along rows.
  llvm::SmallVector<unsigned> storage() const, columnStorage() const;
  Schedule schedule() const;
};

/// What can be decided about a reduction kernel.
class RowChoice : public ScheduleSpace {
public:
  RowChoice(const RowProblem &problem, const MachineConfig &machine)
      : problem(problem), machine(machine) {}
  llvm::Expected<Schedule> heuristic() const override;
  llvm::Error check(const Schedule &schedule) const override;
  double cycles(const Schedule &schedule) const override;
  std::vector<Schedule> enumerate(const Schedule &heuristic) const override;

  /// The plan that a schedule describes, or why there is none (Usage).
  llvm::Expected<RowPlan> plan(const Schedule &schedule) const;

private:
  const RowProblem &problem;
  const MachineConfig &machine;
};

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_ROWPLAN_H
