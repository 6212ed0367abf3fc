//===- AsyncVerifier.cpp - The reference chain on a second thread ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AsyncVerifier.h"
#include "tilewright/Support/Error.h"

using namespace llvm;
using namespace tilewright;

AsyncVerifier::AsyncVerifier(const Program &program, ArrayRef<Tensor> inputs,
                             uint64_t deviceMemoryBytes, Tolerance tolerance,
                             ContentCache *cache)
    : program(program), inputs(inputs), deviceMemoryBytes(deviceMemoryBytes),
      tolerance(tolerance), cache(cache), thread([this] { body(); }) {}

AsyncVerifier::~AsyncVerifier() {
  if (!thread.joinable())
    return;
  {
    std::lock_guard<std::mutex> lock(mutex);
    abandoned = true;
  }
  changed.notify_all();
  thread.join();
  consumeError(std::move(error));
}

void AsyncVerifier::launched(unsigned number, const DeviceMemory &npu) {
  OutputBytes written = outputsOf(program, number, npu);
  {
    std::lock_guard<std::mutex> lock(mutex);
    waiting.push_back(std::move(written));
  }
  changed.notify_all();
}

Error AsyncVerifier::finish(ArrayRef<Tensor> results) {
  {
    std::lock_guard<std::mutex> lock(mutex);
    outputs = results;
  }
  changed.notify_all();
  thread.join();
  return std::move(error);
}

std::optional<OutputBytes> AsyncVerifier::nextLaunch() {
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [&] { return abandoned || !waiting.empty(); });
  if (abandoned)
    return std::nullopt;
  OutputBytes written = std::move(waiting.front());
  waiting.pop_front();
  return written;
}

std::optional<ArrayRef<Tensor>> AsyncVerifier::finalOutputs() {
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [&] { return abandoned || outputs; });
  return abandoned ? std::nullopt : outputs;
}

Error AsyncVerifier::verify() {
  auto created = Verifier::create(program, inputs, deviceMemoryBytes, tolerance,
                                  cache, phaseTimes);
  if (!created)
    return created.takeError();
  verifier = std::move(*created);
  for (unsigned number = 0; number < program.launches.size(); ++number) {
    // Not before the NPU has: it checks indices, which the reference believes.
    std::optional<OutputBytes> written = nextLaunch();
    if (!written)
      return Error::success();
    PhaseTimer run(phaseTimes, "reference_run");
    if (Error error = verifier->runLaunch(number))
      return error;
    run.stop();
    PhaseTimer compare(phaseTimes, "compare");
    verifier->compareLaunch(number, *written);
  }
  if (Error error = verifier->runSource(phaseTimes))
    return error;
  if (std::optional<ArrayRef<Tensor>> results = finalOutputs())
    verifier->compareOutputs(*results);
  return Error::success();
}

void AsyncVerifier::body() {
  // The members this thread writes are read after it has ended.
  if (Error problem = verify())
    error = std::move(problem);
}
