//===- Frontend.h - Import of linalg-on-tensors modules ---------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what may enter the compiler: parsing, the set of dialects, and the input
// contract (one public function, static ranked tensors, supported element
// types). Violations are errors that name the op, its location and what to do.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_FRONTEND_FRONTEND_H
#define TILEWRIGHT_FRONTEND_FRONTEND_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/Error.h"
#include <string>

namespace mlir {
class DialectRegistry;
class MLIRContext;
} // namespace mlir

namespace tilewright {

/// Adds every dialect and extension the compiler uses: the input dialects, what
/// they lower to, and the interface implementations that tiling, bufferization
/// and LLVM translation look up.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Parses text (custom or generic form) or bytecode, and checks the input
/// contract. Usage errors for syntax and unknown dialects, Unsupported for
/// dynamic shapes and types; messages hold file:line:column.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
importModule(llvm::StringRef text, llvm::StringRef name,
             mlir::MLIRContext &context);

/// Emits a diagnostic for the first violation of the input contract.
mlir::LogicalResult verifyInputContract(mlir::ModuleOp module);

/// Whether device tensors of this element type exist.
bool isSupportedElementType(mlir::Type type);

/// Runs `body` collecting MLIR diagnostics; on failure returns them as one
/// error of `kind` with locations shortened to file:line:column. Warnings go to
/// the context's other handlers.
llvm::Error withDiagnostics(mlir::MLIRContext &context, FailureKind kind,
                            llvm::function_ref<mlir::LogicalResult()> body);

/// "file:line:column" of the source position a location names first: the callee
/// of a call site, the first part of a fused location. Empty when unknown.
std::string locationString(mlir::Location location);

} // namespace tilewright

#endif // TILEWRIGHT_FRONTEND_FRONTEND_H
