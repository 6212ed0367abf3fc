//===- DedupeKernels.cpp - Equal kernels become one function --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns kernel identity. Partition builds kernels deterministically (argument
// and constant order follow first use), so equality of the bodies as text
// without locations is equality of the kernels.
//
//===----------------------------------------------------------------------===//

#include "Provenance.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OperationSupport.h"
#include "tilewright/Graph/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace tilewright;

namespace tilewright {
#define GEN_PASS_DEF_DEDUPEKERNELSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

/// What the kernel computes, as text. The anchor's name is part of it, so that
/// a name never describes another kernel's work.
static std::string identity(func::FuncOp kernel, StringRef anchor) {
  std::string text = anchor.str();
  llvm::raw_string_ostream os(text);
  os << kernel.getFunctionType();
  OpPrintingFlags flags;
  flags.useLocalScope().enableDebugInfo(false);
  for (Operation &op : kernel.getBody().front()) {
    os << '\n';
    op.print(os, flags);
  }
  return text;
}

/// The part of "kernel_<n>_<anchor>" after the number.
static StringRef anchorOf(StringRef name) {
  StringRef rest = name;
  if (!rest.consume_front("kernel_"))
    return name;
  return rest.ltrim("0123456789").ltrim('_');
}

namespace {
struct DedupeKernelsPass
    : tilewright::impl::DedupeKernelsPassBase<DedupeKernelsPass> {
  using DedupeKernelsPassBase::DedupeKernelsPassBase;
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    llvm::StringMap<func::FuncOp> byIdentity;
    DenseMap<StringAttr, func::FuncOp> representative;
    for (auto kernel : module.getOps<func::FuncOp>()) {
      if (!kernel->hasAttr(kKernelAttr) || kernel.isExternal())
        continue;
      auto entry = byIdentity.try_emplace(
          identity(kernel, anchorOf(kernel.getSymName())), kernel);
      representative[kernel.getSymNameAttr()] = entry.first->second;
    }

    SmallVector<func::CallOp> calls;
    module.walk([&](func::CallOp call) {
      if (representative.contains(call.getCalleeAttr().getAttr()))
        calls.push_back(call);
    });
    llvm::MapVector<Operation *, SmallVector<func::CallOp>> callsOf;
    for (func::CallOp call : calls)
      callsOf[representative[call.getCalleeAttr().getAttr()]].push_back(call);

    for (auto &[name, kernel] : representative)
      if (kernel.getSymNameAttr() != name)
        symbols.erase(symbols.lookup(name));
    renumber(symbols, callsOf);
  }

private:
  using CallMap = llvm::MapVector<Operation *, SmallVector<func::CallOp>>;

  /// Consecutive numbers in the order of first calls; a first round of names
  /// that nothing else has avoids clashes between old and new ones.
  void renumber(SymbolTable &symbols, CallMap &callsOf) {
    SmallVector<std::string> names;
    for (auto [number, entry] : llvm::enumerate(callsOf)) {
      auto kernel = cast<func::FuncOp>(entry.first);
      names.push_back(
          ("kernel_" + Twine(number) + "_" + anchorOf(kernel.getSymName()))
              .str());
      rename(symbols, kernel, "renumbered_" + names.back());
    }
    for (auto [entry, name] : llvm::zip_equal(callsOf, names)) {
      auto kernel = cast<func::FuncOp>(entry.first);
      rename(symbols, kernel, name);
      for (func::CallOp call : entry.second)
        call.setCallee(kernel.getSymName());
    }
  }

  static void rename(SymbolTable &symbols, func::FuncOp kernel,
                     const Twine &name) {
    symbols.remove(kernel);
    kernel.setSymName(name.str());
    symbols.insert(kernel, Block::iterator(kernel));
  }
};
} // namespace
