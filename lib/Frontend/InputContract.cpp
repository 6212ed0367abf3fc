//===- InputContract.cpp - What a module must look like to be compiled ----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the checks on an imported module: one public function with a body,
// static ranked tensors of device element types everywhere, constants with
// data, slices that end inside the integers of 64 bits (upstream's check of
// their bounds wraps around). Each message names the operation and says what to
// do about it.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "tilewright/Frontend/Frontend.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tilewright;

bool tilewright::isSupportedElementType(Type type) {
  if (isa<Float32Type, Float16Type, BFloat16Type, Float8E4M3FNType,
          Float8E4M3Type, Float8E5M2Type>(type))
    return true;
  if (!type.isSignlessInteger())
    return false;
  unsigned width = type.getIntOrFloatBitWidth();
  return width == 1 || width == 8 || width == 16 || width == 32 || width == 64;
}

/// Why a tensor type cannot be compiled, with the remedy; empty when it can. A
/// tensor without elements can be read (a sum over nothing), not returned.
static std::string typeProblem(Type type, bool isReturned = false) {
  auto tensor = dyn_cast<TensorType>(type);
  if (!tensor)
    return "";
  if (!tensor.hasRank())
    return "is an unranked tensor; export the model with example inputs";
  if (!tensor.hasStaticShape())
    return "has a dynamic shape; export the model with fixed input shapes";
  if (isReturned && tensor.getNumElements() == 0)
    return "has no elements; there is nothing to compute";
  Type element = tensor.getElementType();
  if (element.isF64())
    return "holds double-precision data, which the machine does not have; "
           "convert the model to float32";
  if (!isSupportedElementType(element))
    return "has an element type that device tensors do not have (supported: "
           "f32, f16, bf16, f8E4M3FN, f8E5M2, i1, i8, i16, i32, i64)";
  return "";
}

static LogicalResult checkPublicFunction(ModuleOp module) {
  SmallVector<func::FuncOp> functions;
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPublic() && !function.isExternal())
      functions.push_back(function);
  if (functions.empty())
    return module.emitError()
           << "the module has no public function with a body; exactly one is "
              "needed, the entry point";
  if (functions.size() > 1) {
    auto diagnostic = module.emitError()
                      << "the module has " << functions.size()
                      << " public functions; keep the entry point public and "
                         "make the others private";
    for (func::FuncOp function : functions)
      diagnostic.attachNote(function.getLoc())
          << "public function @" << function.getSymName();
    return failure();
  }
  func::FuncOp main = functions.front();
  auto check = [&](StringRef what, unsigned index, Type type) {
    if (isa<RankedTensorType>(type)) {
      std::string problem = typeProblem(type, what == "result");
      if (problem.empty())
        return success();
      return LogicalResult(main.emitError() << what << " " << index << " of @"
                                            << main.getSymName() << ", " << type
                                            << ", " << problem);
    }
    return LogicalResult(main.emitError()
                         << what << " " << index << " of @" << main.getSymName()
                         << " is " << type
                         << "; only ranked tensors can be passed (wrap a "
                            "scalar in a rank-0 tensor)");
  };
  for (auto [index, type] : llvm::enumerate(main.getArgumentTypes()))
    if (failed(check("argument", index, type)))
      return failure();
  for (auto [index, type] : llvm::enumerate(main.getResultTypes()))
    if (failed(check("result", index, type)))
      return failure();
  if (main.getNumResults() == 0)
    return main.emitError() << "@" << main.getSymName()
                            << " returns nothing; there is nothing to compute";
  return success();
}

/// A constant whose data were left out when the text was printed.
static bool lacksData(arith::ConstantOp constant) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
  if (!resource)
    return false;
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  if (!blob)
    return true;
  auto type = dyn_cast<RankedTensorType>(resource.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isIntOrFloat())
    return false;
  uint64_t bytes =
      type.getNumElements() *
      llvm::divideCeil(type.getElementType().getIntOrFloatBitWidth(), 8);
  return blob->getData().size() < bytes &&
         !(type.getElementType().isInteger(1) && !blob->getData().empty());
}

/// Doubles may occur between the tensors of a model, where the graph layer
/// computes them in f32: intermediate results, and scalars written as
/// one-element or splat constants. Data in double precision may not.
static bool mayBeDouble(Operation *op) {
  auto constant = dyn_cast<arith::ConstantOp>(op);
  if (!constant)
    return true;
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  return dense && dense.isSplat();
}

static LogicalResult checkSlice(OffsetSizeAndStrideOpInterface slice) {
  for (auto [dim, offset, size, stride] :
       llvm::enumerate(slice.getStaticOffsets(), slice.getStaticSizes(),
                       slice.getStaticStrides())) {
    int64_t reach, last;
    if (ShapedType::isDynamic(offset) || ShapedType::isDynamic(size) ||
        ShapedType::isDynamic(stride) || size == 0)
      continue;
    if (llvm::MulOverflow(size - 1, stride, reach) ||
        llvm::AddOverflow(offset, reach, last))
      return slice->emitError()
             << "'" << slice->getName() << "' along dimension " << dim
             << ": element " << size - 1 << " of a slice of stride " << stride
             << " from " << offset << " lies outside every tensor";
  }
  return success();
}

static LogicalResult checkOperation(Operation *op) {
  if (auto slice = dyn_cast<OffsetSizeAndStrideOpInterface>(op);
      slice && failed(checkSlice(slice)))
    return failure();
  if (auto constant = dyn_cast<arith::ConstantOp>(op);
      constant && lacksData(constant))
    return op->emitError()
           << "the constant's data are missing; print the module without "
              "eliding resources";
  if (auto function = dyn_cast<func::FuncOp>(op);
      function && function.isExternal())
    return op->emitError()
           << "function @" << function.getSymName()
           << " has no body; every callee must be in the module";
  for (Type type : op->getResultTypes()) {
    std::string problem = typeProblem(type);
    if (problem.empty())
      continue;
    if (cast<TensorType>(type).getElementType().isF64() && mayBeDouble(op))
      continue;
    return op->emitError() << "'" << op->getName() << "' gives " << type
                           << ", which " << problem;
  }
  return success();
}

LogicalResult tilewright::verifyInputContract(ModuleOp module) {
  if (failed(checkPublicFunction(module)))
    return failure();
  WalkResult result = module.walk<WalkOrder::PreOrder>([](Operation *op) {
    return failed(checkOperation(op)) ? WalkResult::interrupt()
                                      : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}
