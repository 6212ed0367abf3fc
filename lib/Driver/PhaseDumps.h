//===- PhaseDumps.h - Files of --dump-after ---------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what --dump-after writes: one file per phase, also of the phases that
// run kernel by kernel, whose texts are collected and joined in kernel order.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_PHASEDUMPS_H
#define TILEWRIGHT_LIB_DRIVER_PHASEDUMPS_H

#include "KernelCompiler.h"
#include "tilewright/Driver/Driver.h"

namespace tilewright {

class PhaseDumps {
public:
  explicit PhaseDumps(const CompileOptions &options) : options(options) {}
  /// Usage error for a phase that does not exist.
  llvm::Error check() const;
  /// Writes the module when `phase` is asked for.
  llvm::Error module(llvm::StringRef phase, mlir::ModuleOp module) const;

  /// Where kernels' texts go; none when no kernel phase is asked for.
  KernelCompiler::DumpSink sink();
  /// Writes what the sink received.
  llvm::Error kernels(llvm::ArrayRef<KernelSource> order,
                      mlir::MLIRContext &context) const;

private:
  bool wants(llvm::StringRef phase) const;
  llvm::Error write(llvm::StringRef phase, llvm::StringRef extension,
                    llvm::StringRef text) const;

  const CompileOptions &options;
  std::mutex mutex;
  /// By phase and kernel.
  std::map<std::pair<std::string, std::string>, std::string> texts;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_PHASEDUMPS_H
