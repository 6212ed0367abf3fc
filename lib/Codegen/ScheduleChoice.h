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
#include "tilewright/Schedule/Schedule.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace tilewright::codegen {

/// Lists schedules worth measuring, at most `limit`.
using CandidateList = llvm::function_ref<std::vector<Schedule>(
    const Schedule &heuristic, unsigned limit)>;

/// `heuristic` overridden by the keys given for `kernel`, which `check` accepts
/// (it is not asked about the heuristic alone), recorded on `kernel`. Emits an
/// error on `kernel` otherwise. When the tuner asks (attribute
/// kCandidatesAttr), the candidates are recorded too.
mlir::FailureOr<Schedule>
chooseSchedule(mlir::func::FuncOp kernel, llvm::Expected<Schedule> heuristic,
               llvm::function_ref<llvm::Error(const Schedule &)> check,
               CandidateList candidates = nullptr);

/// The text given for `key`, for decisions that shape the problem itself.
std::optional<std::string> givenText(mlir::func::FuncOp kernel,
                                     llvm::StringRef key);

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_SCHEDULECHOICE_H
