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

struct LinkedImage {
  std::vector<Segment> segments;
  llvm::StringMap<CodeRange> functions;
  std::string assembly;   ///< when asked for
};

/// Compiles a module of LLVM-dialect kernels. Code that would need a library
/// routine is an Unsupported error that names the routine.
llvm::Expected<LinkedImage> compileToImage(mlir::ModuleOp module,
                                           const MachineConfig &machine,
                                           bool wantAssembly);

} // namespace tilewright

#endif // TILEWRIGHT_TARGET_TARGET_H
