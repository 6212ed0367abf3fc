//===- HostPipeline.cpp - Tensors to LLVM dialect for the host ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the order of upstream's passes. Results become arguments before buffer
// deallocation is computed, so a call writes the caller's buffers and frees all
// its own.
//
//===----------------------------------------------------------------------===//

#include "HostPipeline.h"
#include "mlir/Conversion/ConvertToLLVM/ToLLVMPass.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "tilewright/Frontend/Float8.h"
#include "tilewright/Frontend/NarrowFloats.h"

using namespace mlir;
using namespace tilewright;
using tilewright::reference::ContractionShape;

static void buildBufferize(OpPassManager &pm) {
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  bufferize.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(bufferize));
}

static void buildOwnership(OpPassManager &pm) {
  bufferization::BufferResultsToOutParamsPassOptions results;
  results.hoistStaticAllocs = true;
  results.modifyPublicFunctions = true;
  pm.addPass(bufferization::createBufferResultsToOutParamsPass(results));
  pm.addPass(createCanonicalizerPass());
  bufferization::buildBufferDeallocationPipeline(pm);
}

static void buildLower(OpPassManager &pm) {
  auto &functions = pm.nest<func::FuncOp>();
  functions.addPass(createConvertLinalgToLoopsPass());
  pm.addPass(memref::createFoldMemRefAliasOpsPass());
  pm.addPass(createExpandFloat8Pass());
  // Narrow floats compute in f32, as every framework's CPU code does.
  pm.addPass(math::createMathExtendToSupportedTypes());
  pm.addPass(createKeepRoundingsPass());
  arith::ArithEmulateUnsupportedFloatsOptions emulate;
  emulate.sourceTypeStrs = {"bf16", "f16"};
  emulate.targetTypeStr = "f32";
  pm.addPass(arith::createArithEmulateUnsupportedFloats(emulate));
  pm.addPass(createKeepRoundingsPass());
  arith::ArithExpandOpsPassOptions expand;
  expand.includeBf16 = true;
  pm.addPass(arith::createArithExpandOpsPass(expand));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // What libm does not have.
  math::MathExpandOpsPassOptions expandMath;
  expandMath.opMnemonics = {"rsqrt", "fpowi", "clampf"};
  pm.addPass(math::createMathExpandOpsPass(expandMath));
  pm.addPass(createConvertMathToFuncs());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

/// Absolute values of integers, which the conversions below refuse.
static void expandAbs(ModuleOp module) {
  IRRewriter rewriter(module.getContext());
  SmallVector<math::AbsIOp> ops;
  module.walk([&](math::AbsIOp op) { ops.push_back(op); });
  for (math::AbsIOp op : ops) {
    rewriter.setInsertionPoint(op);
    Value zero = arith::ConstantOp::create(rewriter, op.getLoc(),
                                           rewriter.getZeroAttr(op.getType()));
    Value negated =
        arith::SubIOp::create(rewriter, op.getLoc(), zero, op.getOperand());
    rewriter.replaceOpWithNewOp<arith::MaxSIOp>(op, op.getOperand(), negated);
  }
}

/// Conversions between f64 and floats below f32 by way of f32: few runtime
/// libraries have direct ones. That may round a tie twice, as f64 values of a
/// model do on the NPU, which has them in f32.
static void splitDoubleConversions(ModuleOp module) {
  IRRewriter rewriter(module.getContext());
  auto width = [](Value value) {
    return getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth();
  };
  SmallVector<Operation *> ops;
  module.walk([&](Operation *op) {
    if (isa<arith::ExtFOp, arith::TruncFOp>(op)) {
      unsigned from = width(op->getOperand(0)), to = width(op->getResult(0));
      if (std::max(from, to) == 64 && std::min(from, to) < 32)
        ops.push_back(op);
    }
  });
  for (Operation *op : ops) {
    rewriter.setInsertionPoint(op);
    Location loc = op->getLoc();
    Type type = op->getResult(0).getType(), single = rewriter.getF32Type();
    if (auto shaped = dyn_cast<ShapedType>(type))
      single = shaped.clone(single);
    Value value = op->getOperand(0);
    if (isa<arith::ExtFOp>(op)) {
      value = arith::ExtFOp::create(rewriter, loc, single, value);
      value = arith::ExtFOp::create(rewriter, loc, type, value);
    } else {
      value = arith::TruncFOp::create(rewriter, loc, single, value);
      value = arith::TruncFOp::create(rewriter, loc, type, value);
    }
    rewriter.replaceOp(op, value);
  }
}

/// Copies of strided buffers as loops instead of calls of a runtime library.
static void expandStridedCopies(ModuleOp module) {
  IRRewriter rewriter(module.getContext());
  SmallVector<memref::CopyOp> copies;
  module.walk([&](memref::CopyOp copy) {
    auto isPlain = [](Value buffer) {
      return cast<MemRefType>(buffer.getType()).getLayout().isIdentity();
    };
    if (!isPlain(copy.getSource()) || !isPlain(copy.getTarget()))
      copies.push_back(copy);
  });
  for (memref::CopyOp copy : copies) {
    rewriter.setInsertionPoint(copy);
    linalg::CopyOp::create(rewriter, copy.getLoc(), copy.getSource(),
                           copy.getTarget());
    rewriter.eraseOp(copy);
  }
}

/// Gives every result of a function its own buffer: turning results into
/// arguments does not expect one buffer to be two of them.
static void separateResults(ModuleOp module) {
  module.walk([](func::ReturnOp op) {
    OpBuilder builder(op);
    llvm::SmallDenseSet<Value> seen;
    for (OpOperand &operand : op->getOpOperands()) {
      auto type = dyn_cast<MemRefType>(operand.get().getType());
      if (!type || seen.insert(operand.get()).second)
        continue;
      Value copy = memref::AllocOp::create(builder, op.getLoc(), type);
      memref::CopyOp::create(builder, op.getLoc(), operand.get(), copy);
      operand.set(copy);
    }
  });
}

static LogicalResult run(ModuleOp module,
                         function_ref<void(OpPassManager &)> build) {
  PassManager pm(module.getContext());
  build(pm);
  return pm.run(module);
}

FailureOr<std::vector<ContractionShape>>
tilewright::reference::lowerToLLVM(ModuleOp module) {
  // The NPU has no assertions either: values are compared.
  module.walk([](cf::AssertOp assertion) { assertion.erase(); });
  auto generalize = [](OpPassManager &pm) {
    pm.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
    pm.addNestedPass<func::FuncOp>(createLinalgGeneralizeNamedOpsPass());
  };
  // What the rewrites of this library create.
  module.getContext()
      ->loadDialect<affine::AffineDialect, bufferization::BufferizationDialect,
                    linalg::LinalgDialect, memref::MemRefDialect,
                    scf::SCFDialect, tensor::TensorDialect>();
  if (failed(expandTmTensor(module)) || failed(run(module, generalize)))
    return failure();
  widenSums(module);
  if (failed(orderLoops(module)) || failed(run(module, buildBufferize)))
    return failure();
  separateResults(module);
  if (failed(run(module, buildOwnership)))
    return failure();
  std::vector<ContractionShape> contractions = callContractions(module);
  if (failed(tileContractions(module)))
    return failure();
  expandStridedCopies(module);
  expandAbs(module);
  splitDoubleConversions(module);
  outlineLoops(module);
  if (failed(run(module, buildLower)))
    return failure();
  return contractions;
}
