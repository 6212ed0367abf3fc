//===- Compile.h - The steps of one compilation -----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the state of one compilation: the module on its way to level G2, the
// program that grows from it, and the kernels as self-contained sources. The
// steps are separate because the tuner takes the first and repeats the others
// kernel by kernel.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_COMPILE_H
#define TILEWRIGHT_LIB_DRIVER_COMPILE_H

#include "KernelCompiler.h"
#include "PhaseDumps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "tilewright/Driver/Driver.h"
#include <atomic>

namespace tilewright {

class KernelCache;

class Compiler {
public:
  Compiler(llvm::StringRef name, const MachineConfig &machine,
           const CompileOptions &options);
  /// Everything: text to program.
  llvm::Expected<Program> run(llvm::StringRef text);

  /// Import, graph phases, device plan: fills the program but for its code, and
  /// the kernel sources.
  llvm::Error lowerGraph(llvm::StringRef text);
  const Program &skeleton() const { return program; }
  llvm::ArrayRef<KernelSource> kernelSources() const { return sources; }

private:
  llvm::Error runPhase(const char *phase,
                       llvm::function_ref<void(mlir::OpPassManager &)> build);
  llvm::Error applyMapping(llvm::ArrayRef<mlir::func::FuncOp> functions);
  llvm::Error collectKernels();
  llvm::Expected<CompiledKernel> compileOrLoad(const KernelSource &source,
                                               KernelCompiler &compiler,
                                               KernelCache *cache);
  llvm::Expected<std::vector<CompiledKernel>> compileKernels();
  llvm::Error link(std::vector<CompiledKernel> compiled);

  std::string name;
  const MachineConfig &machine;
  const CompileOptions &options;
  PhaseDumps dumps;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Program program;
  std::vector<KernelSource> sources; ///< one per kernel of the program
  std::atomic<unsigned> loadedKernels = 0;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_COMPILE_H
