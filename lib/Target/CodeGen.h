//===- CodeGen.h - Steps of this layer --------------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_TARGET_CODEGEN_H
#define TILEWRIGHT_LIB_TARGET_CODEGEN_H

#include "tilewright/Target/Target.h"
#include "llvm/ADT/SmallVector.h"

namespace tilewright {

/// An ELF object for the control core, and its assembly when asked for.
struct ObjectCode {
  llvm::SmallVector<char, 0> elf;
  std::string assembly;
};
llvm::Expected<ObjectCode> generateObject(mlir::ModuleOp module,
                                          const MachineConfig &machine,
                                          bool wantAssembly);

/// Links one object at kImageBase and reads the result back.
llvm::Expected<LinkedImage> linkImage(llvm::ArrayRef<char> object);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_TARGET_CODEGEN_H
