//===- Target.h - From the LLVM dialect to a linked image -------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns code generation for the control core: LLVM IR, the RISC-V backend and
// lld, all in process. The image lies below the broadcast limit, so that vector
// constants reach every lane; kernels are its only entry points and it needs no
// runtime library.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TARGET_TARGET_H
#define TILEWRIGHT_TARGET_TARGET_H

#include "mlir/IR/BuiltinOps.h"
#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Program/Program.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace tilewright {

/// Where the program image starts.
constexpr uint64_t kImageBase = 0x10000;

struct CodeRange {
  uint64_t begin = 0, end = 0;
};

/// An ELF object for the control core, and its assembly when asked for.
struct ObjectCode {
  llvm::SmallVector<char, 0> elf;
  std::string assembly;
};

/// Compiles `kernel`, a function of a module in the LLVM dialect, under the name
/// `symbol`. May run in several threads.
llvm::Expected<ObjectCode> generateObject(mlir::ModuleOp module,
                                          const MachineConfig &machine,
                                          llvm::StringRef kernel,
                                          llvm::StringRef symbol,
                                          bool wantAssembly);

struct LinkedImage {
  std::vector<Segment> segments;
  llvm::StringMap<CodeRange> functions;
};

/// Links objects, in their order, at kImageBase. Code that would need a library
/// routine is an Unsupported error that names the routine.
llvm::Expected<LinkedImage> linkImage(llvm::ArrayRef<llvm::StringRef> objects);

} // namespace tilewright

#endif // TILEWRIGHT_TARGET_TARGET_H
