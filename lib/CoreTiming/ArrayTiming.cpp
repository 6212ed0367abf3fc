//===- ArrayTiming.cpp - One weight-stationary array in closed form -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArrayTiming.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace tilewright;

ArrayTiming::ArrayTiming(const MachineConfig &machine)
    : depth(2 * machine.lanes - 1),
      inputRows(machine.arrays.inputQueueRows),
      outputRows(machine.arrays.outputQueueRows) {
  // Rows in the queues, the array and one instruction (at most VLEN elements),
  // and the pops exit() looks back to.
  const unsigned instructionRows = machine.vlenBits;
  uint64_t size =
      llvm::PowerOf2Ceil(inputRows + depth + 2 * outputRows + instructionRows);
  ring.resize(size);
  mask = size - 1;
  weightArrivals.resize(llvm::PowerOf2Ceil(inputRows + instructionRows));
}

void ArrayTiming::reset() {
  pushed = entered = exited = popped = errors = 0;
  swaps.clear();
  lastWeight = shadowFree = {};
  weightsPushed = 0;
}

bool ArrayTiming::exitThrough(uint64_t r) {
  for (; exited <= r; ++exited) {
    if (exited >= outputRows && exited - outputRows >= popped)
      return false; // waits for a pop not seen yet
    if (!enterThrough(exited))
      return false;
    Row &x = row(exited);
    x.exit = x.entry + depth;
    if (exited > 0)
      x.exit = std::max(x.exit, row(exited - 1).exit + 1);
    if (exited >= outputRows)
      x.exit = std::max(x.exit, row(exited - outputRows).pop);
  }
  return true;
}

bool ArrayTiming::enterThrough(uint64_t r) {
  if (r >= pushed)
    return false;
  for (; entered <= r; ++entered) {
    if (entered >= depth && !exitThrough(entered - depth))
      return false;
    Row &x = row(entered);
    x.entry = x.push;
    if (entered > 0)
      x.entry = std::max(x.entry, row(entered - 1).entry + 1);
    if (entered >= depth)
      x.entry = std::max(x.entry, row(entered - depth).exit);
    while (!swaps.empty() && swaps.front().row == entered) {
      x.entry = std::max(x.entry, swaps.front().time);
      swaps.erase(swaps.begin());
    }
  }
  return true;
}

Stamp ArrayTiming::pushReady(unsigned rows, Stamp now) {
  uint64_t last = pushed + rows;
  if (last <= inputRows || last - inputRows - 1 >= pushed)
    return now;
  uint64_t leaving = last - inputRows - 1; // must have left the queue
  if (enterThrough(leaving))
    return std::max(now, row(leaving).entry);
  // Full, and only pops after this push could make room.
  ++errors;
  pop(rows, now);
  return now;
}

void ArrayTiming::push(unsigned rows, Stamp now) {
  for (unsigned i = 0; i < rows; ++i)
    row(pushed++).push = now;
}

Stamp ArrayTiming::weightReady(unsigned rows, Stamp now) {
  uint64_t last = weightsPushed + rows;
  if (last <= inputRows || last - inputRows - 1 >= weightsPushed)
    return now;
  uint64_t leaving = last - inputRows - 1;
  return std::max(now, weightArrivals[leaving & (weightArrivals.size() - 1)]);
}

void ArrayTiming::pushWeights(unsigned rows, Stamp now) {
  for (unsigned i = 0; i < rows; ++i) {
    Stamp arrival = std::max({now, lastWeight, shadowFree});
    weightArrivals[weightsPushed++ & (weightArrivals.size() - 1)] = arrival;
    lastWeight = arrival + 1;
  }
}

void ArrayTiming::swap(Stamp now) {
  Stamp at = std::max(now, lastWeight);
  swaps.push_back({pushed, at});
  // The shadow bank is free when the swap has followed the last row into the
  // array. If that row's entry hangs on a later pop, it enters one per cycle
  // after the last known one at best.
  if (pushed > 0) {
    if (enterThrough(pushed - 1))
      at = std::max(at, row(pushed - 1).entry + 1);
    else if (entered > 0)
      at = std::max(at, row(entered - 1).entry + 1 + (pushed - entered));
  }
  shadowFree = at;
}

Stamp ArrayTiming::popReady(unsigned rows, Stamp now) {
  if (rows == 0)
    return now;
  uint64_t last = popped + rows - 1;
  if (last >= pushed || !exitThrough(last)) {
    ++errors; // never pushed, or more at once than the queue holds
    return now;
  }
  return std::max(now, row(last).exit);
}

void ArrayTiming::pop(unsigned rows, Stamp now) {
  for (unsigned i = 0; i < rows && popped < pushed; ++i)
    row(popped++).pop = now;
}
