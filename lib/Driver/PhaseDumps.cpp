//===- PhaseDumps.cpp - Files of --dump-after -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PhaseDumps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Parser/Parser.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Support/Suggest.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tilewright;

bool PhaseDumps::wants(StringRef phase) const {
  return llvm::is_contained(options.dumpAfter, phase) ||
         llvm::is_contained(options.dumpAfter, "all");
}

llvm::Error PhaseDumps::check() const {
  std::vector<std::string> known = compilerPhases();
  for (const std::string &phase : options.dumpAfter)
    if (phase != "all" && !llvm::is_contained(known, phase))
      return usageError("unknown phase '" + phase + "' in --dump-after" +
                        didYouMean(phase, known) + "; phases are all, " +
                        llvm::join(known, ", "));
  return llvm::Error::success();
}

llvm::Error PhaseDumps::write(StringRef phase, StringRef extension,
                              StringRef text) const {
  if (std::error_code error =
          llvm::sys::fs::create_directories(options.dumpDir))
    return usageError("cannot create dump directory '" + options.dumpDir +
                      "': " + error.message());
  std::vector<std::string> all = compilerPhases();
  unsigned number = llvm::find(all, phase) - all.begin();
  SmallString<128> path(options.dumpDir);
  llvm::sys::path::append(path, llvm::Twine(number) + "-" + phase + extension);
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  if (error)
    return usageError("cannot write '" + llvm::Twine(path) +
                      "': " + error.message());
  file << text;
  return llvm::Error::success();
}

llvm::Error PhaseDumps::module(StringRef phase, ModuleOp module) const {
  if (!wants(phase))
    return llvm::Error::success();
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream);
  return write(phase, ".mlir", text + "\n");
}

KernelCompiler::DumpSink PhaseDumps::sink() {
  bool any = wants(kAssemblyPhase);
  for (const KernelPhase &phase : kernelPhases())
    any |= wants(phase.name);
  if (!any)
    return {};
  return [this](StringRef phase, StringRef kernel, std::string text) {
    std::lock_guard<std::mutex> lock(mutex);
    texts[{phase.str(), kernel.str()}] = std::move(text);
  };
}

/// Moves the ops of `part` to the end of `whole`, but for symbols that are
/// there already (declarations that kernels share).
static void append(ModuleOp whole, ModuleOp part) {
  for (Operation &op : llvm::make_early_inc_range(*part.getBody())) {
    auto name = op.getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
    if (name && SymbolTable::lookupSymbolIn(whole, name))
      continue;
    op.moveBefore(whole.getBody(), whole.getBody()->end());
  }
}

llvm::Error PhaseDumps::kernels(ArrayRef<KernelSource> order,
                                MLIRContext &context) const {
  auto textOf = [&](StringRef phase, const KernelSource &kernel) -> StringRef {
    auto found = texts.find({phase.str(), kernel.name});
    return found == texts.end() ? StringRef() : StringRef(found->second);
  };
  for (const KernelPhase &phase : kernelPhases()) {
    if (!wants(phase.name))
      continue;
    OwningOpRef<ModuleOp> whole(ModuleOp::create(UnknownLoc::get(&context)));
    for (const KernelSource &kernel : order) {
      auto part = parseSourceString<ModuleOp>(textOf(phase.name, kernel),
                                              ParserConfig(&context));
      if (!part)
        return internalError("kernel '" + kernel.name + "' after phase '" +
                             phase.name + "' cannot be read back");
      append(*whole, *part);
    }
    if (llvm::Error error = module(phase.name, *whole))
      return error;
  }
  if (!wants(kAssemblyPhase))
    return llvm::Error::success();
  std::string assembly;
  for (const KernelSource &kernel : order)
    assembly += textOf(kAssemblyPhase, kernel);
  return write(kAssemblyPhase, ".s", assembly);
}
