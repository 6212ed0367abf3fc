//===- HostCode.h - Machine code of the host --------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what lies behind the LLVM dialect: an object file for this CPU, which
// depends on the module alone and can be kept, and its loading into the
// process. Code refers to the outside by symbols only.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_REFERENCE_HOSTCODE_H
#define TILEWRIGHT_LIB_REFERENCE_HOSTCODE_H

#include "HostContraction.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace llvm::orc {
class LLJIT;
} // namespace llvm::orc

namespace tilewright::reference {

/// Triple, CPU and features that object files are for.
std::string hostIdentity();

/// Code of a module of the LLVM dialect. Each of `entries` has C interface
/// and gets a packed form, which load() finds. Code that loops is optimised,
/// the straight-line code of entries is only translated.
llvm::Expected<std::string> generateObject(mlir::ModuleOp module,
                                           llvm::ArrayRef<std::string> entries);

/// An object file in memory that can be executed.
class LoadedCode {
public:
  /// Takes the addresses of an entry's arguments.
  using Entry = void (*)(void **);

  /// `contractions` is what the code's calls refer to; both must outlive this.
  static llvm::Expected<std::unique_ptr<LoadedCode>>
  load(llvm::StringRef object,
       llvm::ArrayRef<const HostContraction *> contractions);
  ~LoadedCode();
  llvm::Expected<Entry> entry(llvm::StringRef name) const;

private:
  explicit LoadedCode(std::unique_ptr<llvm::orc::LLJIT> jit);
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

} // namespace tilewright::reference

#endif // TILEWRIGHT_LIB_REFERENCE_HOSTCODE_H
