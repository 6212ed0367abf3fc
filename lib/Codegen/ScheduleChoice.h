//===- ScheduleChoice.h - The schedule a generator follows ------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns where a kernel's schedule comes from. The attribute `togsim.schedule` of
// a function on tensors holds keys (JSON) that a mapping or a search decided;
// the heuristic decides the rest. The generator leaves the whole schedule in
// the same attribute.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_SCHEDULECHOICE_H
#define TILEWRIGHT_LIB_CODEGEN_SCHEDULECHOICE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilewright/Schedule/ScheduleSpace.h"

namespace tilewright::codegen {

/// The schedule of `kernel`: the heuristic's of `space` with the keys given for
/// the kernel, recorded on it. Emits an error on `kernel` when there is none.
/// When the tuner asks (attribute kCandidatesAttr), the candidates are recorded
/// too.
mlir::FailureOr<Schedule> chooseSchedule(mlir::func::FuncOp kernel,
                                         const ScheduleSpace &space);

template <typename Problem>
mlir::FailureOr<Schedule> chooseSchedule(mlir::func::FuncOp kernel,
                                         const Problem &problem,
                                         const MachineConfig &machine) {
  return chooseSchedule(kernel, ProblemSpace<Problem>(problem, machine));
}

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_SCHEDULECHOICE_H
