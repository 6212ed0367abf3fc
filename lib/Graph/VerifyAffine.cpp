//===- VerifyAffine.cpp - The affine-only contract of level G1 ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what may remain after view folding, and the message for what may not: a
// wrong stride must never come out of an op nobody looked at.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Padding.h"
#include "ScatterKernels.h"
#include "Subsets.h"
#include "TmTensorKernels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;

namespace tilewright {
#define GEN_PASS_DEF_VERIFYAFFINEPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

namespace {
struct Unsupported {
  const char *op, *reason;
};
} // namespace

/// Ops that users meet, with what is missing; others get a general message.
static constexpr Unsupported kUnsupported[] = {
    {"tensor.pad", "only padding with a constant and by fixed amounts is "
                   "supported"},
    {"tensor.extract_slice",
     "only slices with constant bounds and positive strides are supported"},
    {"tensor.insert_slice",
     "only slices with constant bounds and positive strides are supported"},
    {"tensor.gather", "indirect access is not supported yet"},
    {"tensor.scatter", "indirect access is not supported yet"},
    {"tensor.generate", "tensors computed from indices are not supported yet"},
    {"tensor.extract",
     "a scalar read out of a tensor cannot leave the device; keep it a rank-0 "
     "tensor"},
    {"tensor.reshape", "only reshapes with static groups are supported"},
    {"cf.assert", "an assertion on run-time values cannot be checked on the "
                  "device; remove it from the model"},
    {"tm_tensor.attention", "decompose it into products and a softmax"},
    {"ml_program.global_load", "state kept between calls is not supported"},
    {"ml_program.global_store", "state kept between calls is not supported"},
    {"scf.for", "control flow is not supported"},
    {"scf.while", "control flow is not supported"},
    {"scf.if", "control flow is not supported"},
};

static StringRef reasonFor(Operation *op) {
  for (const Unsupported &entry : kUnsupported)
    if (op->getName().getStringRef() == entry.op)
      return entry.reason;
  return "there is no lowering for it";
}

static LogicalResult checkGeneric(linalg::GenericOp generic) {
  bool valid = true;
  for (auto [index, map] : llvm::enumerate(generic.getIndexingMapsArray())) {
    bool isRead = int64_t(index) < generic.getNumDpsInputs();
    if (isRead ? isReadable(generic, map) : map.isProjectedPermutation())
      continue;
    StringRef supported =
        !isRead ? "permutations of loop dimensions are"
        : generic.getNumReductionLoops() == 0
            ? "sums of loop dimensions times constants are"
            : "sums of loop dimensions with positive factors are";
    generic.emitError() << "operand " << index << " is accessed by "
                        << AffineMapAttr::get(map) << "; only " << supported
                        << " supported";
    valid = false;
  }
  return success(valid);
}

static LogicalResult checkOp(Operation &op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return checkGeneric(generic);
  if (isa<tensor::ExtractSliceOp, tensor::InsertSliceOp>(op) &&
      isStaticSubset(cast<OffsetSizeAndStrideOpInterface>(op)))
    return success();
  if (auto pad = dyn_cast<tensor::PadOp>(op); pad && isWindowPadding(pad))
    return success();
  auto scatter = dyn_cast<tm_tensor::ScatterOp>(op);
  if (scatter || isTmTensorAnchor(&op)) {
    std::string problem =
        scatter ? scatterProblem(scatter) : tmTensorProblem(&op);
    if (problem.empty())
      return success();
    return op.emitError() << "'" << op.getName()
                          << "' cannot be compiled: " << problem;
  }
  if (op.hasTrait<OpTrait::ConstantLike>() ||
      isa<tensor::EmptyOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp,
          linalg::FillOp, func::ReturnOp, func::CallOp>(op))
    return success();
  return op.emitError() << "'" << op.getName()
                        << "' cannot be compiled: " << reasonFor(&op);
}

namespace {
struct VerifyAffinePass
    : tilewright::impl::VerifyAffinePassBase<VerifyAffinePass> {
  using VerifyAffinePassBase::VerifyAffinePassBase;
  void runOnOperation() override {
    bool valid = true;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (!function.isExternal() && !function.getBody().hasOneBlock()) {
        function.emitError() << "@" << function.getSymName()
                             << " has control flow, which is not supported";
        valid = false;
        continue;
      }
      for (Operation &op : function.getBody().getOps())
        valid &= succeeded(checkOp(op));
    }
    if (!valid)
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
