//===- EventCheck.h - Graph and binary produce the same events --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the check behind "the binary that is verified is the binary that is
// timed": while a kernel runs, its moves, waits and node starts are compared
// with those its tile operation graph yields. Keeps eight bytes per event.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_EVENTCHECK_H
#define TILEWRIGHT_LIB_DRIVER_EVENTCHECK_H

#include "tilewright/Program/Program.h"
#include <optional>

namespace tilewright {

/// The sink of one functional run.
class EventCheck : public tog::EventSink {
public:
  EventCheck(const Kernel &kernel, llvm::ArrayRef<uint64_t> arguments);
  void dma(const DmaDescriptor &move) override;
  void wait(unsigned tag) override;
  void compute(unsigned id) override;
  /// Internal error with the first event that differs.
  llvm::Error finish() const;

private:
  void event(const tog::Event &event);

  const Kernel &kernel;
  std::vector<uint64_t> arguments;
  std::vector<uint64_t> expected; ///< hash of every event of the graph
  uint64_t seen = 0;
  std::optional<uint64_t> firstDifference;
  std::string binaryEvent; ///< the one at firstDifference
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_EVENTCHECK_H
