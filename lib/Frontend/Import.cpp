//===- Import.cpp - Text or bytecode to a checked module ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns parsing. Generic-form operations of dialects we do not know are parsed
// as opaque operations first, so that the error can name the dialect, the
// operation and its position instead of the parser's internal options.
//
//===----------------------------------------------------------------------===//

#include "FrameworkSemantics.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "tilewright/Frontend/Frontend.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace tilewright;

static constexpr const char *kExpectedInput =
    "the input must be linalg on tensors (dialects func, linalg, tensor, "
    "arith, math); lower it to that form in the frontend";

/// The dialect of the first type or attribute of `op` that no loaded dialect
/// defines; empty when all are known.
static std::string unknownDialectInTypes(Operation *op) {
  std::string found;
  auto look = [&](Type type) {
    type.walk([&](OpaqueType opaque) {
      if (found.empty())
        found = opaque.getDialectNamespace().str();
    });
  };
  for (Type type : op->getResultTypes())
    look(type);
  for (NamedAttribute attribute : op->getAttrs())
    attribute.getValue().walk([&](OpaqueType opaque) {
      if (found.empty())
        found = opaque.getDialectNamespace().str();
    });
  return found;
}

/// Diagnoses the first operation or type of an unknown dialect.
static LogicalResult verifyDialectsKnown(ModuleOp module) {
  WalkResult result = module.walk<WalkOrder::PreOrder>([](Operation *op) {
    if (!op->isRegistered()) {
      StringRef dialect = op->getName().getDialectNamespace();
      auto diagnostic = op->emitError()
                        << "operation '" << op->getName() << "' ";
      if (dialect.empty())
        diagnostic << "belongs to no dialect";
      else
        diagnostic << "is of the unknown dialect '" << dialect << "'";
      diagnostic.attachNote() << kExpectedInput;
      return WalkResult::interrupt();
    }
    std::string dialect = unknownDialectInTypes(op);
    if (dialect.empty())
      return WalkResult::advance();
    auto diagnostic = op->emitError()
                      << "'" << op->getName()
                      << "' uses a type of the unknown dialect '" << dialect
                      << "'";
    diagnostic.attachNote() << kExpectedInput;
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// MLIR 22's verifiers of reshapes die of a group without dimensions, so it has
/// to be looked for before they run.
static LogicalResult verifyReshapeGroups(ModuleOp module) {
  WalkResult result = module.walk([](Operation *op) {
    SmallVector<ReassociationIndices> groups;
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
      groups = expand.getReassociationIndices();
    else if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
      groups = collapse.getReassociationIndices();
    if (llvm::none_of(groups, [](auto &group) { return group.empty(); }))
      return WalkResult::advance();
    op->emitError() << "'" << op->getName()
                    << "' has a group without dimensions";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

llvm::Expected<OwningOpRef<ModuleOp>>
tilewright::importModule(StringRef text, StringRef name, MLIRContext &context) {
  bool allowed = context.allowsUnregisteredDialects();
  context.allowUnregisteredDialects(true);
  llvm::scope_exit restore([&] { context.allowUnregisteredDialects(allowed); });

  OwningOpRef<ModuleOp> module;
  auto parse = [&]() -> LogicalResult {
    llvm::SourceMgr sources;
    sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy(text, name),
                               llvm::SMLoc());
    module = parseSourceFile<ModuleOp>(
        sources, ParserConfig(&context, /*verifyAfterParse=*/false));
    if (!module || failed(verifyReshapeGroups(*module)) ||
        failed(verify(*module)))
      return failure();
    return verifyDialectsKnown(*module);
  };
  if (llvm::Error error = withDiagnostics(context, FailureKind::Usage, parse))
    return error;
  auto check = [&] {
    if (failed(verifyInputContract(*module)))
      return failure();
    return restoreFrameworkSemantics(*module);
  };
  if (llvm::Error error =
          withDiagnostics(context, FailureKind::Unsupported, check))
    return error;
  return std::move(module);
}
