//===- KernelInfo.cpp - What a kernel function computes -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelInfo.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

SmallVector<int64_t> codegen::rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t running = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = running;
    running *= shape[i];
  }
  return strides;
}

SmallVector<int64_t> codegen::stridesAlong(AffineMap map,
                                           ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(map.getNumDims(), 0);
  SmallVector<int64_t> tensor = rowMajorStrides(shape);
  for (auto [i, expr] : llvm::enumerate(map.getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      strides[dim.getPosition()] += tensor[i];
  return strides;
}

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

linalg::GenericOp codegen::findContraction(func::FuncOp kernel) {
  linalg::GenericOp found;
  kernel.walk([&](linalg::GenericOp op) {
    if (op.getNumReductionLoops() > 0)
      found = op;
  });
  return found;
}

FailureOr<ElementwiseKernel> codegen::analyzeElementwise(func::FuncOp kernel) {
  ElementwiseKernel info;
  for (auto op : kernel.getBody().getOps<linalg::GenericOp>()) {
    if (info.anchor)
      return op.emitOpError("is a second op of an elementwise kernel; the "
                            "partition should have fused or separated them");
    info.anchor = op;
  }
  if (!info.anchor)
    return kernel.emitOpError("kernel has no linalg.generic to execute");
  info.extents = info.anchor.getStaticLoopRanges();
  for (OpOperand *input : info.anchor.getDpsInputOperands())
    info.inputs.push_back(
        {input->get(), stridesAlong(info.anchor.getMatchingIndexingMap(input),
                                    shapeOf(input->get()))});
  auto ret = cast<func::ReturnOp>(kernel.getBody().front().getTerminator());
  for (Value value : ret.getOperands()) {
    auto result = dyn_cast<OpResult>(value);
    if (!result || result.getOwner() != info.anchor)
      return kernel.emitOpError("returns a value its anchor does not compute");
    OpOperand *init = info.anchor.getDpsInitOperand(result.getResultNumber());
    info.results.push_back(
        {value, stridesAlong(info.anchor.getMatchingIndexingMap(init),
                             shapeOf(value))});
  }
  return info;
}

/// Strides along the anchor's dimensions of each tensor a prologue reads, given
/// how the anchor reads the prologue's result.
static LogicalResult addPrologue(linalg::GenericOp prologue,
                                 AffineMap anchorMap, unsigned numDims,
                                 SmallVectorImpl<Operand> &inputs) {
  AffineMap outMap =
      prologue.getMatchingIndexingMap(prologue.getDpsInitOperand(0));
  if (!outMap.isPermutation() || prologue.getNumReductionLoops())
    return prologue.emitOpError(
        "cannot run as a prologue: its result map is not "
        "a permutation of its loops");
  for (OpOperand *input : prologue.getDpsInputOperands()) {
    SmallVector<int64_t> own = stridesAlong(
        prologue.getMatchingIndexingMap(input), shapeOf(input->get()));
    SmallVector<int64_t> strides(numDims, 0);
    for (auto [i, expr] : llvm::enumerate(outMap.getResults())) {
      unsigned prologueDim = cast<AffineDimExpr>(expr).getPosition();
      if (auto dim = dyn_cast<AffineDimExpr>(anchorMap.getResult(i)))
        strides[dim.getPosition()] += own[prologueDim];
    }
    inputs.push_back({input->get(), strides});
  }
  return success();
}

static LogicalResult analyzeEpilogue(ContractionKernel &info,
                                     AffineMap outMap) {
  linalg::GenericOp epilogue = info.epilogue;
  unsigned numDims = info.extents.size();
  // Epilogue loop -> anchor dimension, through the anchor's result.
  SmallVector<int64_t> anchorDim(epilogue.getNumLoops(), -1);
  for (OpOperand *input : epilogue.getDpsInputOperands()) {
    if (input->get().getDefiningOp() != info.anchor)
      continue;
    AffineMap map = epilogue.getMatchingIndexingMap(input);
    if (!map.isPermutation())
      return epilogue.emitOpError(
          "cannot run as an epilogue: it does not read "
          "the contraction's result element by element");
    for (auto [i, expr] : llvm::enumerate(map.getResults()))
      anchorDim[cast<AffineDimExpr>(expr).getPosition()] =
          cast<AffineDimExpr>(outMap.getResult(i)).getPosition();
  }
  auto toAnchor = [&](AffineMap map, ArrayRef<int64_t> shape) {
    SmallVector<int64_t> own = stridesAlong(map, shape);
    SmallVector<int64_t> strides(numDims, 0);
    for (auto [loop, stride] : llvm::enumerate(own))
      if (anchorDim[loop] >= 0)
        strides[anchorDim[loop]] += stride;
    return strides;
  };
  for (OpOperand *input : epilogue.getDpsInputOperands()) {
    bool isAnchor = input->get().getDefiningOp() == info.anchor;
    info.epilogueInputs.push_back(
        {isAnchor ? Value() : input->get(),
         toAnchor(epilogue.getMatchingIndexingMap(input),
                  shapeOf(input->get()))});
  }
  for (auto [i, result] : llvm::enumerate(epilogue.getResults()))
    info.results.push_back({result, toAnchor(epilogue.getMatchingIndexingMap(
                                                 epilogue.getDpsInitOperand(i)),
                                             shapeOf(result))});
  return success();
}

FailureOr<ContractionKernel>
codegen::analyzeContraction(func::FuncOp kernel, linalg::GenericOp anchor) {
  ContractionKernel info;
  info.anchor = anchor;
  info.extents = anchor.getStaticLoopRanges();
  if (anchor.getNumDpsInputs() != 2 || anchor.getNumDpsInits() != 1)
    return anchor.emitOpError("is not a contraction of two tensors");
  AffineMap maps[3];
  for (unsigned i = 0; i < 3; ++i)
    maps[i] = anchor.getIndexingMapsArray()[i];
  for (unsigned d = 0; d < info.extents.size(); ++d) {
    bool inLhs = maps[0].isFunctionOfDim(d), inRhs = maps[1].isFunctionOfDim(d),
         inOut = maps[2].isFunctionOfDim(d);
    if (inLhs && inRhs && inOut)
      info.batch.push_back(d);
    else if (inLhs && inOut)
      info.m.push_back(d);
    else if (inRhs && inOut)
      info.n.push_back(d);
    else if (inLhs && inRhs)
      info.k.push_back(d);
    else
      return anchor.emitOpError("has an iteration dimension (")
             << d << ") that is neither batch, row, column nor contraction";
  }
  Value lhs = anchor.getDpsInputOperand(0)->get(),
        rhs = anchor.getDpsInputOperand(1)->get();
  info.lhs = {lhs, stridesAlong(maps[0], shapeOf(lhs))};
  info.rhs = {rhs, stridesAlong(maps[1], shapeOf(rhs))};
  info.out = {anchor.getResult(0),
              stridesAlong(maps[2], shapeOf(anchor.getResult(0)))};

  info.lhsPrologue = lhs.getDefiningOp<linalg::GenericOp>();
  info.rhsPrologue = rhs.getDefiningOp<linalg::GenericOp>();
  unsigned numDims = info.extents.size();
  if (info.lhsPrologue &&
      failed(addPrologue(info.lhsPrologue, maps[0], numDims, info.lhsInputs)))
    return failure();
  if (info.rhsPrologue &&
      failed(addPrologue(info.rhsPrologue, maps[1], numDims, info.rhsInputs)))
    return failure();

  Value init = anchor.getDpsInitOperand(0)->get();
  if (auto fill = init.getDefiningOp<linalg::FillOp>()) {
    if (!matchPattern(fill.getInputs()[0], m_Constant(&info.initFill)))
      return fill.emitOpError("fills with a value that is not a constant");
  } else if (isa<BlockArgument>(init)) {
    info.init = init;
  } else {
    return anchor.emitOpError("starts from a value that is neither a constant "
                              "fill nor a kernel argument");
  }

  for (Operation *user : anchor.getResult(0).getUsers())
    if (auto generic = dyn_cast<linalg::GenericOp>(user))
      info.epilogue = generic;
  if (info.epilogue)
    return failed(analyzeEpilogue(info, maps[2]))
               ? FailureOr<ContractionKernel>(failure())
               : info;
  info.results.push_back(info.out);
  return info;
}

SmallVector<SmallVector<unsigned>>
codegen::collapseDims(ArrayRef<unsigned> dims, ArrayRef<int64_t> extents,
                      ArrayRef<const Operand *> operands) {
  SmallVector<SmallVector<unsigned>> groups;
  for (unsigned d : dims) {
    if (extents[d] == 1)
      continue;
    bool joins =
        !groups.empty() && llvm::all_of(operands, [&](const Operand *o) {
          return o->strides[groups.back().back()] == o->strides[d] * extents[d];
        });
    if (joins)
      groups.back().push_back(d);
    else
      groups.push_back({d});
  }
  return groups;
}
