//===- ArrayTiming.h - One weight-stationary array in closed form -*- C++ -*-=//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns when rows enter and leave one array (spec machine.md 4.4). With D = 2L-1
// and row r pushed at push(r), all rows in push order:
//   entry(r) = max(push(r), entry(r-1) + 1, weights(r), exit(r-D))
//   exit(r)  = max(entry(r) + D, exit(r-1) + 1, pop(r - output queue rows))
// so a row enters per cycle, a full output queue holds rows inside the array, and
// a full array holds rows in the input queue. Weights enter a shadow bank a row
// per cycle on a port of their own; a swap makes the bank current for the rows
// pushed after it, travelling with the data: it costs no row slot, but waits for
// the bank's weights, and the next bank's weights wait for it.
//
// Each time is kept with the epoch of the push, swap or pop that determined it, so
// that a stall can be blamed on the stretch of code that caused it.
//
// Entries and exits are computed when someone asks for them, because exit(r)
// needs a pop that comes later in the program than push(r).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CORETIMING_ARRAYTIMING_H
#define TILEWRIGHT_LIB_CORETIMING_ARRAYTIMING_H

#include "tilewright/Machine/MachineConfig.h"
#include <cstdint>
#include <vector>

namespace tilewright {

/// A cycle and the epoch whose action determined it, in one word: the later cycle
/// wins, then the later epoch. Holds 2^42 cycles (78 minutes at 940 MHz); epochs
/// count modulo 2^22.
class Stamp {
public:
  static constexpr unsigned kEpochBits = 22;
  static constexpr uint64_t kEpochMask = (uint64_t(1) << kEpochBits) - 1;

  Stamp() = default;
  Stamp(uint64_t cycle, uint64_t epoch)
      : bits(cycle << kEpochBits | (epoch & kEpochMask)) {}
  uint64_t cycle() const { return bits >> kEpochBits; }
  /// Epochs from the one of this stamp to `epoch`.
  uint64_t distanceTo(uint64_t epoch) const {
    return (epoch - bits) & kEpochMask;
  }
  bool operator<(Stamp other) const { return bits < other.bits; }
  Stamp operator+(uint64_t cycles) const {
    Stamp s;
    s.bits = bits + (cycles << kEpochBits);
    return s;
  }

private:
  uint64_t bits = 0;
};

class ArrayTiming {
public:
  explicit ArrayTiming(const MachineConfig &machine);
  /// Forgets all rows; the array is empty.
  void reset();

  /// Earliest time from `now` at which `rows` more inputs fit in the queue.
  Stamp pushReady(unsigned rows, Stamp now);
  void push(unsigned rows, Stamp now);
  /// The same for weights.
  Stamp weightReady(unsigned rows, Stamp now);
  void pushWeights(unsigned rows, Stamp now);
  void swap(Stamp now);
  /// Earliest time from `now` at which the next `rows` results are there.
  Stamp popReady(unsigned rows, Stamp now);
  void pop(unsigned rows, Stamp now);

  uint64_t protocolErrors() const { return errors; }

private:
  struct Row {
    Stamp push, entry, exit, pop;
  };
  Row &row(uint64_t r) { return ring[r & mask]; }
  /// Computes entries (and the exits they need) up to row `r`, exits up to `r`.
  bool enterThrough(uint64_t r);
  bool exitThrough(uint64_t r);

  const unsigned depth, inputRows, outputRows; ///< depth = D
  std::vector<Row> ring;
  uint64_t mask = 0;
  uint64_t pushed = 0, entered = 0, exited = 0, popped = 0; ///< rows so far
  uint64_t errors = 0;

  /// A swap not yet in effect: rows from `row` on wait until `time`.
  struct Swap {
    uint64_t row;
    Stamp time;
  };
  std::vector<Swap> swaps; ///< pending, in order
  Stamp lastWeight;        ///< arrival of the last weight row + 1
  Stamp shadowFree;        ///< weights may enter the shadow bank from here
  std::vector<Stamp> weightArrivals; ///< ring, for the queue limit
  uint64_t weightsPushed = 0;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_CORETIMING_ARRAYTIMING_H
