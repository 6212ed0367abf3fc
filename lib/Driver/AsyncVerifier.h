//===- AsyncVerifier.h - The reference chain on a second thread -*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the overlap of verification with simulation. The reference computes from
// its own values, so it needs nothing of the NPU until it compares: the
// simulating thread leaves a copy of what each launch wrote and goes on. What
// is compared, and in which order, does not depend on who is faster.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_ASYNCVERIFIER_H
#define TILEWRIGHT_LIB_DRIVER_ASYNCVERIFIER_H

#include "Verifier.h"
#include "tilewright/Support/PhaseTimes.h"
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace tilewright {

class AsyncVerifier {
public:
  /// Starts the thread. `program`, `inputs` and `cache` (which may be null)
  /// must outlive the verifier.
  AsyncVerifier(const Program &program, llvm::ArrayRef<Tensor> inputs,
                uint64_t deviceMemoryBytes, Tolerance tolerance,
                ContentCache *cache);
  /// Ends the thread early when finish() was not called.
  ~AsyncVerifier();

  /// Launch after launch, when each has run: what it wrote is in `npu`.
  void launched(unsigned number, const DeviceMemory &npu);
  /// Waits for the last comparison. `outputs` are the program's.
  llvm::Error finish(llvm::ArrayRef<Tensor> outputs);

  /// After finish().
  const Verifier &result() const { return *verifier; }
  const PhaseTimes &times() const { return phaseTimes; }

private:
  void body();
  llvm::Error verify();
  /// What the next launch wrote; nothing when the run was given up.
  std::optional<OutputBytes> nextLaunch();
  std::optional<llvm::ArrayRef<Tensor>> finalOutputs();

  const Program &program;
  llvm::ArrayRef<Tensor> inputs;
  uint64_t deviceMemoryBytes;
  Tolerance tolerance;
  ContentCache *cache;
  std::unique_ptr<Verifier> verifier;
  PhaseTimes phaseTimes;
  llvm::Error error = llvm::Error::success(); ///< of the thread

  std::mutex mutex; ///< of what follows
  std::condition_variable changed;
  std::deque<OutputBytes> waiting;
  std::optional<llvm::ArrayRef<Tensor>> outputs;
  bool abandoned = false;

  std::thread thread; ///< last: it uses the others
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_ASYNCVERIFIER_H
