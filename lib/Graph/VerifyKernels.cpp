//===- VerifyKernels.cpp - The contract of level G2 -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the check of everything Graph.h promises to code generation, and with it
// the errors for ops that no kernel could take. All violations are reported,
// not only the first: a user porting a model wants the list.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Provenance.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Frontend/Frontend.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_VERIFYKERNELSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

//===----------------------------------------------------------------------===//
// Host function
//===----------------------------------------------------------------------===//

static bool isDeviceTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() &&
         isSupportedElementType(tensor.getElementType());
}

static LogicalResult checkHostGeneric(GenericOp generic) {
  if (classify(generic) != WorkKind::Reduction)
    return generic.emitError("'linalg.generic' is not part of any kernel");
  auto yield = cast<linalg::YieldOp>(generic.getBody()->getTerminator());
  Operation *combine = yield.getOperand(0).getDefiningOp();
  auto diagnostic = generic.emitError() << "reduction";
  if (combine)
    diagnostic << " with '" << combine->getName() << "'";
  return diagnostic << " is not supported yet";
}

/// Part of a reduction that no kernel could take; the reduction has its own
/// message.
static bool isLeftOver(Operation *op) {
  Operation *outer = op;
  while (outer && !isa<GenericOp, linalg::FillOp, tensor::EmptyOp>(outer))
    outer = outer->getParentOp();
  return outer;
}

static LogicalResult checkHostOp(Operation &op, SymbolTable &symbols) {
  if (auto generic = dyn_cast<GenericOp>(op))
    return checkHostGeneric(generic);
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    if (isDeviceTensor(constant.getType()) ||
        llvm::all_of(op.getUsers(), isLeftOver))
      return success();
    return op.emitError() << "constant of type " << constant.getType()
                          << " is not a device tensor";
  }
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, func::ReturnOp>(op))
    return success();
  if (auto call = dyn_cast<func::CallOp>(op)) {
    auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
    if (callee && callee->hasAttr(kKernelAttr) && call->hasAttr(kSourceOpsAttr))
      return success();
    return op.emitError() << "calls @" << call.getCallee()
                          << ", which is not a kernel";
  }
  if (isa<linalg::FillOp, tensor::EmptyOp>(op) &&
      llvm::all_of(op.getUsers(), isLeftOver))
    return success();
  return op.emitError() << "'" << op.getName()
                        << "' is not supported in the host function";
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Bodies compute on scalars with arith and math ops and loop indices.
static LogicalResult checkBody(GenericOp generic) {
  bool valid = true;
  for (Operation &op : generic.getBody()->without_terminator()) {
    if (isa<arith::ArithDialect, math::MathDialect>(op.getDialect()) ||
        isa<linalg::IndexOp>(op))
      continue;
    op.emitError() << "'" << op.getName()
                   << "' is not supported inside a kernel"
                   << (isa<tensor::ExtractOp>(op)
                           ? ": indirect access is not supported yet"
                           : "");
    valid = false;
  }
  return success(valid);
}

static LogicalResult checkKernelOp(Operation &op) {
  if (isa<tensor::EmptyOp, func::ReturnOp>(op) ||
      op.hasTrait<OpTrait::ConstantLike>())
    return success();
  if (auto fill = dyn_cast<linalg::FillOp>(op)) {
    if (matchPattern(fill.value(), m_Constant()))
      return success();
    return op.emitError("fill of a value that is not a constant");
  }
  auto generic = dyn_cast<GenericOp>(op);
  if (!generic)
    return op.emitError() << "'" << op.getName()
                          << "' may not be part of a kernel";
  for (auto [index, map] : llvm::enumerate(generic.getIndexingMapsArray()))
    if (!map.isProjectedPermutation())
      return op.emitError()
             << "operand " << index << " is accessed by "
             << AffineMapAttr::get(map) << ", not by a projected permutation";
  if (classify(generic) == WorkKind::Reduction)
    return op.emitError("reduction in a kernel is not supported yet");
  return checkBody(generic);
}

/// The one epilogue reads the contraction's result with the identity map.
static LogicalResult checkEpilogue(GenericOp contraction) {
  if (!contraction->hasOneUse())
    return contraction.emitError(
        "the contraction's result must have one use in its kernel");
  OpOperand &use = *contraction->use_begin();
  if (isa<func::ReturnOp>(use.getOwner()))
    return success();
  auto epilogue = dyn_cast<GenericOp>(use.getOwner());
  if (!epilogue || classify(epilogue) != WorkKind::Elementwise ||
      !epilogue.isDpsInput(&use) ||
      !epilogue.getMatchingIndexingMap(&use).isIdentity())
    return use.getOwner()->emitError("the epilogue must read the contraction's "
                                     "result with the identity map");
  if (!llvm::all_of(epilogue->getUsers(), llvm::IsaPred<func::ReturnOp>))
    return epilogue.emitError("the epilogue must end the kernel");
  return success();
}

/// Whether the first result is written in loop order, reductions last.
static bool writesInLoopOrder(GenericOp generic) {
  AffineMap map = generic.getIndexingMapsArray()[generic.getNumDpsInputs()];
  return map ==
         AffineMap::getMultiDimIdentityMap(map.getNumDims(), map.getContext())
             .getMajorSubMap(map.getNumResults());
}

/// Loop orders, and where the accumulator starts.
static LogicalResult checkWrites(GenericOp generic, GenericOp contraction) {
  bool ontoArgument =
      contraction && isa<BlockArgument>(contraction.getOutputs()[0]);
  if (generic == contraction && !ontoArgument &&
      !contraction.getOutputs()[0].getDefiningOp<linalg::FillOp>())
    return generic.emitError(
        "a contraction must start from a fill or from a kernel argument");
  bool isEpilogue = contraction && contraction->isBeforeInBlock(generic);
  if (writesInLoopOrder(generic) || (isEpilogue && ontoArgument))
    return success();
  return generic.emitError("results must be written in the order of the loops, "
                           "reductions innermost");
}

/// One elementwise generic, or a contraction with prologues and an epilogue.
static LogicalResult checkShape(func::FuncOp kernel) {
  SmallVector<GenericOp> generics(kernel.getOps<GenericOp>());
  SmallVector<GenericOp> contractions;
  for (GenericOp generic : generics)
    if (classify(generic) == WorkKind::Contraction)
      contractions.push_back(generic);
  GenericOp contraction =
      contractions.empty() ? GenericOp() : contractions.front();
  for (GenericOp generic : generics)
    if (failed(checkWrites(generic, contraction)))
      return failure();
  if (contractions.empty())
    return generics.size() == 1
               ? success()
               : LogicalResult(kernel.emitError()
                               << "an elementwise kernel holds one generic, "
                                  "this one has "
                               << generics.size());
  if (contractions.size() > 1)
    return kernel.emitError() << "a kernel holds one contraction, this one has "
                              << contractions.size();
  for (GenericOp generic : generics) {
    if (generic == contraction || !generic->isBeforeInBlock(contraction))
      continue;
    auto feeds = [&](OpOperand &use) {
      return use.getOwner() == contraction && contraction.isDpsInput(&use);
    };
    if (!llvm::all_of(generic->getUses(), feeds))
      return generic.emitError(
          "a prologue may only produce inputs of the contraction");
  }
  return checkEpilogue(contraction);
}

static LogicalResult checkKernel(func::FuncOp kernel) {
  if (kernel.isPublic() || kernel.isExternal() ||
      !kernel.getBody().hasOneBlock())
    return kernel.emitError("a kernel is a private function with one block");
  if (!kernel->getAttrOfType<ArrayAttr>(kSourceOpsAttr))
    return kernel.emitError()
           << "a kernel needs the array attribute '" << kSourceOpsAttr << "'";
  for (Type type : llvm::concat<const Type>(kernel.getArgumentTypes(),
                                            kernel.getResultTypes()))
    if (!isDeviceTensor(type))
      return kernel.emitError() << "type " << type
                                << " at a kernel's boundary is not a device "
                                   "tensor";
  bool valid = true;
  for (Operation &op : kernel.getBody().front())
    valid &= succeeded(checkKernelOp(op));
  return valid ? checkShape(kernel) : failure();
}

namespace {
struct VerifyKernelsPass
    : tilewright::impl::VerifyKernelsPassBase<VerifyKernelsPass> {
  using VerifyKernelsPassBase::VerifyKernelsPassBase;
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    unsigned publicFunctions = 0;
    bool valid = true;
    for (Operation &op : *module.getBody()) {
      auto function = dyn_cast<func::FuncOp>(op);
      if (!function) {
        op.emitError() << "'" << op.getName()
                       << "' is not supported at module level";
        valid = false;
        continue;
      }
      if (function->hasAttr(kKernelAttr)) {
        valid &= succeeded(checkKernel(function));
        continue;
      }
      publicFunctions += function.isPublic();
      if (!function.isPublic()) {
        function.emitError() << "private function @" << function.getSymName()
                             << " is not a kernel";
        valid = false;
      }
      for (Operation &hostOp : function.getBody().getOps())
        valid &= succeeded(checkHostOp(hostOp, symbols));
    }
    if (publicFunctions != 1) {
      module.emitError() << "exactly one public function is expected, found "
                         << publicFunctions;
      valid = false;
    }
    if (!valid)
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
