//===- ScheduleSpace.h - What can be decided for a kernel -------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what all kinds of kernels have in common about schedules: a heuristic, a
// check, an estimate, and an enumeration. From these follow the schedule for
// keys that a user gives and the candidates that the tuner measures.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SCHEDULE_SCHEDULESPACE_H
#define TILEWRIGHT_SCHEDULE_SCHEDULESPACE_H

#include "tilewright/Schedule/Schedule.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace tilewright {

class ScheduleSpace {
public:
  virtual ~ScheduleSpace();
  /// The default; an error when nothing fits the machine.
  virtual llvm::Expected<Schedule> heuristic() const = 0;
  /// Why code generation cannot realise a schedule (Usage). It starts with the
  /// key concerned.
  virtual llvm::Error check(const Schedule &schedule) const = 0;
  /// The cost model's estimate of a launch, in core cycles, of a schedule that
  /// `check` accepts.
  virtual double cycles(const Schedule &schedule) const = 0;
  /// Schedules worth looking at beside `heuristic`. Not all of them can be
  /// realised.
  virtual std::vector<Schedule> enumerate(const Schedule &heuristic) const = 0;
};

/// The space of a problem description that the functions of its kind take.
template <typename Problem> class ProblemSpace : public ScheduleSpace {
public:
  ProblemSpace(const Problem &problem, const MachineConfig &machine)
      : problem(problem), machine(machine) {}
  llvm::Expected<Schedule> heuristic() const override {
    return heuristicSchedule(problem, machine);
  }
  llvm::Error check(const Schedule &schedule) const override {
    return checkSchedule(schedule, problem, machine);
  }
  double cycles(const Schedule &schedule) const override {
    return estimatedCycles(problem, schedule, machine);
  }
  std::vector<Schedule> enumerate(const Schedule &heuristic) const override {
    return enumerateSchedules(problem, heuristic, machine);
  }

private:
  const Problem &problem;
  const MachineConfig &machine;
};

/// The schedule of the fewest cycles, the first of equal ones. `cycles` gives
/// none for a schedule that cannot be realised; no schedule if that is so for
/// all.
std::optional<Schedule> cheapestSchedule(
    std::vector<Schedule> schedules,
    llvm::function_ref<std::optional<double>(const Schedule &)> cycles);

/// A schedule that can be realised, with its estimate.
struct Candidate {
  Schedule schedule;
  double cycles = 0;
};

/// The heuristic's schedule first, then at most `limit` others of the space,
/// best estimate first. Equal estimates keep the order of enumeration, so lists
/// are the same in every run.
std::vector<Candidate> candidatesOf(const ScheduleSpace &space,
                                    const Schedule &heuristic, unsigned limit);

/// The schedule with the keys of `given`, an object: keys that decide how tiles
/// are put together (lane_dim, vector_dim, streams, tap_axes, images,
/// image_group) restrict the search, what else is given replaces what it finds.
/// Usage errors name the key and what is possible.
llvm::Expected<Schedule> completeSchedule(const ScheduleSpace &space,
                                          const Schedule &heuristic,
                                          const llvm::json::Value &given);

} // namespace tilewright

#endif // TILEWRIGHT_SCHEDULE_SCHEDULESPACE_H
