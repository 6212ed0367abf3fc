//===- HostPipeline.h - Tensors to host machine code ------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The steps between a parsed module and MLIR's ExecutionEngine, private to the
// reference. Only upstream passes and the few host-only rewrites declared here:
// nothing is shared with the compiler, or it would not be an oracle.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_REFERENCE_HOSTPIPELINE_H
#define TILEWRIGHT_LIB_REFERENCE_HOSTPIPELINE_H

#include "HostContraction.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"

namespace tilewright::reference {

/// A constant that a function takes as a hidden trailing argument.
struct HiddenInput {
  mlir::RankedTensorType type;
  const void *data; ///< in the context's attribute storage
};

/// Turns the large tensor constants of functions nobody calls into trailing
/// arguments, so that weights never pass through code generation.
llvm::SmallVector<HiddenInput> hideConstants(mlir::func::FuncOp function);

/// Scans, sorts and scatters as loops on tensors.
mlir::LogicalResult expandTmTensor(mlir::ModuleOp module);

/// Makes float accumulators of reductions f64, rounded once at the end.
void widenSums(mlir::ModuleOp module);
/// Whether accumulators of this element type are kept in f64.
bool isWidened(mlir::Type element);
/// `value`, of such a type, in f64; and back.
mlir::Value widen(mlir::OpBuilder &builder, mlir::Location loc,
                  mlir::Value value);
mlir::Value narrow(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Value value, mlir::Type type);

/// Orders the loops of contractions so that the innermost one runs along
/// contiguous elements of the result and vectorises without reordering any sum,
/// and transposes inputs that are not contiguous along it.
mlir::LogicalResult orderLoops(mlir::ModuleOp module);

/// On buffers: tiles contractions for the caches.
mlir::LogicalResult tileContractions(mlir::ModuleOp module);

/// On buffers: makes loop nests functions that are called, equal ones once.
void outlineLoops(mlir::ModuleOp module);
/// The address of a buffer's first element, as an integer.
mlir::Value addressOf(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value buffer);

/// Whether a generic adds products of its two float inputs to an f64 result.
bool isSumOfProducts(mlir::linalg::GenericOp generic);
/// On buffers: turns such generics into calls of kContractionFunction, each
/// with its entry of kContractionTable: the number of what is returned.
std::vector<ContractionShape> callContractions(mlir::ModuleOp module);
constexpr const char *kContractionFunction = "tilewright_run_contraction";
constexpr const char *kContractionTable = "tilewright_contractions";
/// What the calls run; all arguments are addresses.
void runContraction(int64_t contraction, int64_t lhs, int64_t rhs, int64_t out);

/// Tensors to LLVM dialect; results become trailing memref arguments. Gives the
/// contractions that the code refers to.
mlir::FailureOr<std::vector<ContractionShape>>
lowerToLLVM(mlir::ModuleOp module);

} // namespace tilewright::reference

#endif // TILEWRIGHT_LIB_REFERENCE_HOSTPIPELINE_H
