//===- Verifier.h - The reference chain of --verify -------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns a second device memory that only the reference writes. For each launch
// the kernel's function of the partitioned module computes the same step from
// the reference's own values, and the NPU's outputs are compared with it: the
// first kernel that differs is the one that is wrong (errors of earlier ones
// cannot hide in its inputs). At the end the source module runs as a whole,
// which also catches mistakes made before or in the partition, and in the plan
// of device memory. Knows nothing of cores or time.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_VERIFIER_H
#define TILEWRIGHT_LIB_DRIVER_VERIFIER_H

#include "Compare.h"
#include "tilewright/Driver/Driver.h"
#include "tilewright/Iss/Iss.h"
#include "tilewright/Reference/Reference.h"
#include "tilewright/Support/PhaseTimes.h"
#include <future>

namespace tilewright {

/// Copies of the tensors a launch wrote, in the order of the kernel's outputs.
using OutputBytes = std::vector<std::vector<uint8_t>>;
OutputBytes outputsOf(const Program &program, unsigned launch,
                      const DeviceMemory &memory);

/// Before launch `number`: temporaries that it takes as they are, to write only
/// a part of them, and that no launch wrote, become zero. Else they would hold
/// what other tensors left there, which is compared with the result.
void clearUnwritten(const Program &program, unsigned number,
                    DeviceMemory &memory);

class Verifier {
public:
  ~Verifier();
  /// `inputs` and `cache` (which may be null) must outlive the verifier. The
  /// source module is compiled on a thread of its own from here on.
  static llvm::Expected<std::unique_ptr<Verifier>>
  create(const Program &program, llvm::ArrayRef<Tensor> inputs,
         uint64_t deviceMemoryBytes, Tolerance tolerance, ContentCache *cache,
         PhaseTimes &times);

  /// Repeats launch `number`; launches in order.
  llvm::Error runLaunch(unsigned number);
  /// Compares what the NPU wrote in launch `number` with what runLaunch just
  /// computed.
  void compareLaunch(unsigned number, const OutputBytes &npu);
  /// Runs the source module, after all launches; adds to `times`.
  llvm::Error runSource(PhaseTimes &times);
  /// Compares the program's outputs with those of runSource.
  void compareOutputs(llvm::ArrayRef<Tensor> outputs);

  /// The first difference found, if any.
  const std::optional<std::string> &mismatch() const { return firstMismatch; }
  /// Largest error of a kernel over its launches, and of all comparisons.
  double kernelError(unsigned kernel) const { return kernelErrors[kernel]; }
  double maxError() const { return largestError; }
  /// Elements of the reference's outputs that are NaN.
  uint64_t nanOutputs() const { return outputNaNs; }
  /// Modules compiled for the host, and those that the cache had.
  unsigned modulesCompiled() const { return compiledModules; }
  unsigned modulesLoaded() const { return loadedModules; }

private:
  Verifier(const Program &program, llvm::ArrayRef<Tensor> inputs,
           uint64_t deviceMemoryBytes, Tolerance tolerance,
           ContentCache *cache);
  /// A module compiled for the host, and the seconds that took.
  struct Compiled {
    std::unique_ptr<Reference> reference;
    double seconds = 0;
  };
  llvm::Expected<Compiled> compile(llvm::StringRef moduleText) const;
  llvm::Expected<std::unique_ptr<Reference>>
  take(llvm::Expected<Compiled> compiled, PhaseTimes &times);

  const Program &program;
  llvm::ArrayRef<Tensor> inputs;
  Tolerance tolerance;
  ContentCache *cache;
  unsigned compiledModules = 0, loadedModules = 0;
  DeviceMemory memory;
  std::unique_ptr<Reference> kernels;
  std::future<llvm::Expected<Compiled>> source; ///< until runSource takes it
  OutputBytes launchResults, sourceResults;
  std::vector<double> kernelErrors;
  double largestError = 0;
  uint64_t outputNaNs = 0;
  std::optional<std::string> firstMismatch;
};

/// Registers all buffers of `program` in `memory` and copies its constants and
/// `inputs` there.
llvm::Error placeBuffers(const Program &program, llvm::ArrayRef<Tensor> inputs,
                         DeviceMemory &memory);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_VERIFIER_H
