//===- Verifier.cpp - The reference chain of --verify ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The reference's values live at the same device addresses as the NPU's, so
// views and reused addresses need no treatment. A kernel's function takes the
// arguments it does not write, in order, and returns those it writes.
//
//===----------------------------------------------------------------------===//

#include "Verifier.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <cstring>

using namespace llvm;
using namespace tilewright;

Verifier::Verifier(const Program &program, ArrayRef<Tensor> inputs,
                   uint64_t deviceMemoryBytes, Tolerance tolerance,
                   ContentCache *cache)
    : program(program), inputs(inputs), tolerance(tolerance), cache(cache),
      memory(deviceMemoryBytes), kernelErrors(program.kernels.size()) {}

Expected<std::unique_ptr<Verifier>>
Verifier::create(const Program &program, ArrayRef<Tensor> inputs,
                 uint64_t deviceMemoryBytes, Tolerance tolerance,
                 ContentCache *cache, PhaseTimes &times) {
  if (program.sourceFunction.empty() || program.sourceModule.empty())
    return internalError("program '" + Twine(program.name) +
                         "' holds no source module to verify against");
  std::unique_ptr<Verifier> verifier(
      new Verifier(program, inputs, deviceMemoryBytes, tolerance, cache));
  if (Error error = placeBuffers(program, inputs, verifier->memory))
    return std::move(error);
  verifier->source = std::async(std::launch::async, [self = verifier.get()] {
    return self->compile(self->program.sourceModule);
  });
  // A program without kernels (it returns its inputs) has no functions.
  if (!program.kernels.empty()) {
    auto kernels =
        verifier->take(verifier->compile(program.graphModule), times);
    if (!kernels)
      return kernels.takeError();
    verifier->kernels = std::move(*kernels);
  }
  return verifier;
}

Verifier::~Verifier() {
  if (source.valid())
    consumeError(source.get().takeError());
}

Expected<Verifier::Compiled> Verifier::compile(StringRef moduleText) const {
  auto start = std::chrono::steady_clock::now();
  auto reference = Reference::create(moduleText, cache);
  if (!reference)
    return reference.takeError();
  std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - start;
  return Compiled{std::move(*reference), elapsed.count()};
}

Expected<std::unique_ptr<Reference>> Verifier::take(Expected<Compiled> compiled,
                                                    PhaseTimes &times) {
  if (!compiled)
    return compiled.takeError();
  times.add("reference_compile", compiled->seconds);
  ++(compiled->reference->isCached() ? loadedModules : compiledModules);
  return std::move(compiled->reference);
}

OutputBytes tilewright::outputsOf(const Program &program, unsigned launch,
                                  const DeviceMemory &memory) {
  const Launch &entry = program.launches[launch];
  OutputBytes outputs;
  for (unsigned argument : program.kernels[entry.kernel].outputs) {
    const Buffer &buffer = program.buffers[entry.buffers[argument]];
    const uint8_t *begin = memory.host(buffer.address);
    outputs.emplace_back(begin, begin + buffer.tensor.bytes());
  }
  return outputs;
}

/// Whether a launch before `number` uses the buffer.
static bool isUsedBefore(const Program &program, unsigned number,
                         unsigned buffer) {
  return any_of(ArrayRef(program.launches).take_front(number),
                [&](const Launch &launch) {
                  return is_contained(launch.buffers, buffer);
                });
}

void tilewright::clearUnwritten(const Program &program, unsigned number,
                                DeviceMemory &memory) {
  const Launch &launch = program.launches[number];
  ArrayRef<unsigned> outputs = program.kernels[launch.kernel].outputs;
  for (auto [argument, index] : enumerate(launch.buffers)) {
    const Buffer &buffer = program.buffers[index];
    if (buffer.kind == Buffer::Kind::Temporary &&
        !is_contained(outputs, argument) &&
        !isUsedBefore(program, number, index))
      std::memset(memory.host(buffer.address), 0, buffer.tensor.bytes());
  }
}

Error Verifier::runLaunch(unsigned number) {
  clearUnwritten(program, number, memory);
  const Launch &launch = program.launches[number];
  const Kernel &kernel = program.kernels[launch.kernel];
  auto bufferOf = [&](unsigned argument) -> const Buffer & {
    return program.buffers[launch.buffers[argument]];
  };
  std::vector<const void *> arguments;
  for (unsigned i = 0; i < kernel.numArguments; ++i)
    if (!is_contained(kernel.outputs, i))
      arguments.push_back(memory.host(bufferOf(i).address));
  // Results go to buffers of their own: they may share addresses with inputs.
  launchResults.clear();
  std::vector<void *> resultPointers;
  for (unsigned output : kernel.outputs)
    launchResults.emplace_back(bufferOf(output).tensor.bytes());
  for (std::vector<uint8_t> &result : launchResults)
    resultPointers.push_back(result.data());
  if (Error error = kernels->call(kernel.name, arguments, resultPointers))
    return error;
  for (auto [output, result] : zip_equal(kernel.outputs, launchResults))
    std::memcpy(memory.host(bufferOf(output).address), result.data(),
                result.size());
  return Error::success();
}

void Verifier::compareLaunch(unsigned number, const OutputBytes &npu) {
  const Launch &launch = program.launches[number];
  const Kernel &kernel = program.kernels[launch.kernel];
  for (auto [position, output] : enumerate(kernel.outputs)) {
    const Buffer &buffer = program.buffers[launch.buffers[output]];
    Comparison comparison =
        compareTensors(buffer.tensor, npu[position].data(),
                       launchResults[position].data(), tolerance);
    double &error = kernelErrors[launch.kernel];
    error = std::max(error, comparison.maxError);
    largestError = std::max(largestError, comparison.maxError);
    if (comparison.differing && !firstMismatch)
      firstMismatch = "kernel '" + kernel.name + "' (" + kernel.location +
                      "), launch " + std::to_string(number) + ", output " +
                      std::to_string(position) + " '" + buffer.name + "' at " +
                      comparison.describe(buffer.tensor, tolerance);
  }
}

Error Verifier::runSource(PhaseTimes &times) {
  auto reference = take(source.get(), times);
  if (!reference)
    return reference.takeError();
  PhaseTimer run(times, "reference_run");
  std::vector<const void *> arguments;
  for (const Tensor &input : inputs)
    arguments.push_back(input.data.data());
  std::vector<void *> resultPointers;
  sourceResults.clear();
  for (const TensorInfo &info : program.outputTypes)
    sourceResults.emplace_back(info.bytes());
  for (std::vector<uint8_t> &result : sourceResults)
    resultPointers.push_back(result.data());
  return (*reference)->call(program.sourceFunction, arguments, resultPointers);
}

void Verifier::compareOutputs(ArrayRef<Tensor> outputs) {
  for (auto [position, output] : enumerate(outputs)) {
    Comparison comparison =
        compareTensors(output.info, output.data.data(),
                       sourceResults[position].data(), tolerance);
    largestError = std::max(largestError, comparison.maxError);
    outputNaNs += countNaNs(output.info, sourceResults[position].data());
    if (comparison.differing && !firstMismatch)
      firstMismatch = "output " + std::to_string(position) + " of '" +
                      program.name + "' at " +
                      comparison.describe(output.info, tolerance) +
                      "; every kernel agrees with its own function: the "
                      "partition into kernels is wrong, or the plan of "
                      "device memory";
  }
}

Error tilewright::placeBuffers(const Program &program, ArrayRef<Tensor> inputs,
                               DeviceMemory &memory) {
  for (const Buffer &buffer : program.buffers) {
    uint64_t bytes = buffer.tensor.bytes();
    if (!bytes)
      continue;
    if (Error error = memory.allocate(buffer.address, bytes, buffer.name))
      return error;
    if (buffer.kind == Buffer::Kind::Constant)
      std::memcpy(memory.host(buffer.address), buffer.data.data(), bytes);
  }
  for (auto [number, input] : zip_equal(program.inputs, inputs))
    if (!input.data.empty())
      std::memcpy(memory.host(program.buffers[number].address),
                  input.data.data(), input.data.size());
  return Error::success();
}
