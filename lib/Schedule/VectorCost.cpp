//===- VectorCost.cpp - What vector ops on tiles take ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The constants fit softmaxes, normalizations and sums of several shapes as the
// tile simulator measures them.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/VectorCost.h"
#include <algorithm>
#include <cmath>

using namespace tilewright;

/// Cycles of a step besides its registers: latencies, the loop.
static constexpr double kCyclesPerStep = 4;
/// Registers that the vectors of a step take together, and of one vector.
static constexpr double kStepRegisters = 8, kVectorRegisters = 4;
/// Cycles to combine the elements of a row's last vector, per row.
static constexpr double kCombineCycles = 25;

double tilewright::vectorCycles(const VectorOp &op, const VectorShape &shape,
                                const MachineConfig &machine) {
  const double perRegister = machine.vectorElements(4);
  double along = double(shape.along), rows = shape.rows;
  if (!op.alongRows && shape.combinesElements)
    along = kVectorRegisters * perRegister; // the copies of a row's value
  else if (!op.alongRows)
    rows = 1;
  const double registers = std::ceil(along / perRegister),
               perOp = op.loads + op.stores + op.computing;
  if (!op.reduces || !op.alongRows)
    return rows * (std::ceil(registers / kStepRegisters) * kCyclesPerStep +
                   registers * perOp);
  // One vector at a time, a power of two that divides the row.
  double width = 1;
  while (width < kVectorRegisters && std::fmod(registers, 2 * width) == 0)
    width *= 2;
  return rows * (registers / width * kCyclesPerStep + registers * perOp +
                 (shape.combinesElements ? kCombineCycles : 0));
}
