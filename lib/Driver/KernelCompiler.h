//===- KernelCompiler.h - One kernel, from tensors to object code -*- C++
//-*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the compilation of a single kernel as a pure function: text of level G2
// in, object code and tile operation graph out. What comes out depends on what
// the kernel computes, the machine and the given schedule alone: not on its
// name, its source locations, other kernels or threads. So kernels compile in
// parallel, each in an MLIR context of its own, and results can be kept.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_KERNELCOMPILER_H
#define TILEWRIGHT_LIB_DRIVER_KERNELCOMPILER_H

#include "KernelSource.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"
#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Support/PhaseTimes.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <future>
#include <map>
#include <mutex>

namespace tilewright {

/// A named phase that transforms a module of kernels.
struct KernelPhase {
  const char *name;
  void (*build)(mlir::OpPassManager &pm, const MachineConfig &machine);
};
/// In order; the assembly follows them.
llvm::ArrayRef<KernelPhase> kernelPhases();
constexpr const char *kAssemblyPhase = "assembly";

class KernelCompiler {
public:
  /// Receives the module text that a phase leaves (or the assembly, for
  /// kAssemblyPhase). Called from several threads.
  using DumpSink = std::function<void(llvm::StringRef phase,
                                      llvm::StringRef kernel, std::string)>;

  /// With `dump`, kernels keep their names in what is dumped, and equal ones
  /// are not shared.
  explicit KernelCompiler(const MachineConfig &machine, DumpSink dump = {});
  ~KernelCompiler();

  /// May be called from several threads.
  llvm::Expected<CompiledKernel> compile(const KernelSource &source);

  /// Schedules worth measuring, the heuristic's first, then `limit` more, best
  /// estimate first.
  llvm::Expected<std::vector<ScheduleCandidate>>
  candidates(const KernelSource &source, unsigned limit);

  /// Seconds per phase, over all threads.
  PhaseTimes times() const;

private:
  std::unique_ptr<mlir::MLIRContext> takeContext();
  void giveContext(std::unique_ptr<mlir::MLIRContext> context);
  llvm::Expected<CompiledKernel> compileIn(mlir::MLIRContext &context,
                                           const KernelSource &source);
  llvm::Error runPhase(const KernelPhase &phase, mlir::ModuleOp module,
                       const KernelSource &source);
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
  parse(mlir::MLIRContext &context, const KernelSource &source);
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
  lowerToBanks(mlir::MLIRContext &context, const KernelSource &source);
  llvm::Error refusal(mlir::MLIRContext &context, const KernelSource &source,
                      llvm::Error error);
  llvm::Expected<std::string> objectOf(mlir::ModuleOp module,
                                       const KernelSource &source,
                                       const std::string &symbol);
  llvm::Expected<std::string> generate(mlir::ModuleOp module,
                                       const KernelSource &source,
                                       const std::string &symbol);
  void addTimes(const PhaseTimes &times);

  const MachineConfig &machine;
  DumpSink dump;
  mutable std::mutex mutex; ///< of what follows
  PhaseTimes phaseTimes;
  std::vector<std::unique_ptr<mlir::MLIRContext>> contexts; ///< idle ones
  /// Object code by symbol, for kernels that are equal after scheduling; empty
  /// when it could not be made.
  std::map<std::string, std::shared_future<std::string>> objects;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_KERNELCOMPILER_H
