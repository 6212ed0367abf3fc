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
#include "llvm/Support/Error.h"

namespace mlir {
class DialectRegistry;
class MLIRContext;
} // namespace mlir

namespace tilewright {

/// Adds every dialect and extension the compiler uses.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Parses text (custom or generic form) or bytecode, and checks the input
/// contract. Usage errors for syntax and unknown dialects, Unsupported for
/// dynamic shapes and types; messages hold file:line:column.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
importModule(llvm::StringRef text, llvm::StringRef name,
             mlir::MLIRContext &context);

/// Runs `body` collecting MLIR diagnostics; on failure returns them as one
/// error of `kind` (5-digit loc lists shortened to file:line:column).
llvm::Error withDiagnostics(mlir::MLIRContext &context, int failureKind,
                            llvm::function_ref<mlir::LogicalResult()> body);

} // namespace tilewright

#endif // TILEWRIGHT_FRONTEND_FRONTEND_H
