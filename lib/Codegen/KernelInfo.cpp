//===- KernelInfo.cpp - What a kernel function computes -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelInfo.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Graph/WorkKind.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

static SmallVector<int64_t> rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t running = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = running;
    running *= shape[i];
  }
  return strides;
}

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// The layout of a static slice of a tensor with layout `source`.
template <typename SliceOp>
static TensorLayout sliceLayout(SliceOp slice, TensorLayout source,
                                const llvm::SmallBitVector &dropped) {
  TensorLayout result{source.base, source.offset, {}, {}};
  for (unsigned d = 0; d < source.strides.size(); ++d) {
    result.offset += slice.getStaticOffset(d) * source.strides[d];
    if (dropped.test(d))
      continue;
    result.strides.push_back(slice.getStaticStride(d) * source.strides[d]);
    result.backed.push_back({0, slice.getStaticSize(d)});
  }
  return result;
}

static TensorLayout rowMajorLayout(Value value) {
  TensorLayout layout{value, 0, rowMajorStrides(shapeOf(value)), {}};
  for (int64_t extent : shapeOf(value))
    layout.backed.push_back({0, extent});
  return layout;
}

/// The layout of a padded tensor: coordinates count from the padding.
static TensorLayout padLayout(tensor::PadOp pad) {
  TensorLayout layout = layoutOf(pad.getSource());
  for (auto [d, low] : llvm::enumerate(pad.getStaticLow())) {
    layout.offset -= low * layout.strides[d];
    layout.backed[d].first += low;
    layout.backed[d].second += low;
  }
  return layout;
}

/// The layout of a tensor some of whose dimensions are several.
static TensorLayout expandLayout(tensor::ExpandShapeOp expand) {
  TensorLayout source = layoutOf(expand.getSrc());
  TensorLayout layout{source.base, source.offset, {}, {}};
  ArrayRef<int64_t> shape = shapeOf(expand.getResult());
  layout.strides.resize(shape.size());
  for (auto [d, group] : llvm::enumerate(expand.getReassociationIndices())) {
    int64_t inside = source.strides[d];
    for (int64_t part : llvm::reverse(group)) {
      layout.strides[part] = inside;
      inside *= shape[part];
    }
  }
  for (int64_t extent : shape)
    layout.backed.push_back({0, extent});
  return layout;
}

TensorLayout codegen::layoutOf(Value value) {
  if (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>())
    return sliceLayout(slice, layoutOf(slice.getSource()),
                       slice.getDroppedDims());
  if (auto pad = value.getDefiningOp<tensor::PadOp>())
    return padLayout(pad);
  if (auto expand = value.getDefiningOp<tensor::ExpandShapeOp>())
    return expandLayout(expand);
  return rowMajorLayout(value);
}

TensorLayout codegen::resultLayout(Value returned) {
  TensorLayout whole = rowMajorLayout(returned);
  if (auto insert = returned.getDefiningOp<tensor::InsertSliceOp>())
    return sliceLayout(insert, whole, insert.getDroppedDims());
  return whole;
}

Value codegen::computedValue(Value returned) {
  if (auto insert = returned.getDefiningOp<tensor::InsertSliceOp>())
    return insert.getSource();
  return returned;
}

static void addStrides(AffineExpr expr, int64_t factor,
                       SmallVectorImpl<int64_t> &strides) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    strides[dim.getPosition()] += factor;
    return;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary) // a constant: part of the offset
    return;
  if (binary.getKind() == AffineExprKind::Add) {
    addStrides(binary.getLHS(), factor, strides);
    addStrides(binary.getRHS(), factor, strides);
  } else {
    assert(binary.getKind() == AffineExprKind::Mul &&
           "checked by togsim-verify-affine");
    addStrides(binary.getLHS(),
               factor * cast<AffineConstantExpr>(binary.getRHS()).getValue(),
               strides);
  }
}

SmallVector<int64_t> codegen::stridesAlong(AffineMap map,
                                           ArrayRef<int64_t> tensorStrides) {
  SmallVector<int64_t> strides(map.getNumDims(), 0);
  for (auto [i, expr] : llvm::enumerate(map.getResults()))
    addStrides(expr, tensorStrides[i], strides);
  return strides;
}

/// Where `map` starts in a tensor: the constants of its results.
static int64_t offsetAt(AffineMap map, ArrayRef<int64_t> tensorStrides) {
  Builder builder(map.getContext());
  SmallVector<AffineExpr> origin(map.getNumDims(),
                                 builder.getAffineConstantExpr(0));
  AffineMap start = map.replaceDimsAndSymbols(origin, {}, 0, 0);
  int64_t offset = 0;
  for (auto [i, constant] : llvm::enumerate(start.getConstantResults()))
    offset += constant * tensorStrides[i];
  return offset;
}

/// The axes of a tensor with this layout, as `map` reads them.
static std::vector<Axis> axesOf(Value value, AffineMap map,
                                const TensorLayout &layout) {
  std::vector<Axis> axes;
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    SmallVector<int64_t> factors(map.getNumDims(), 0);
    addStrides(expr, 1, factors);
    Axis axis;
    for (auto [dim, factor] : llvm::enumerate(factors))
      if (factor)
        axis.terms.push_back({unsigned(dim), factor});
    axis.stride = layout.strides[i];
    std::tie(axis.begin, axis.end) = layout.backed[i];
    axis.extent = shapeOf(value)[i];
    axes.push_back(std::move(axis));
  }
  return axes;
}

Operand codegen::operandAlong(Value value, AffineMap map) {
  TensorLayout layout = layoutOf(value);
  return {layout.base, stridesAlong(map, layout.strides),
          layout.offset + offsetAt(map, layout.strides),
          axesOf(value, map, layout)};
}

SmallVector<linalg::GenericOp> codegen::findContractions(func::FuncOp kernel) {
  SmallVector<linalg::GenericOp> found;
  kernel.walk([&](linalg::GenericOp op) {
    if (classify(op) == WorkKind::Contraction)
      found.push_back(op);
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
        operandAlong(input->get(), info.anchor.getMatchingIndexingMap(input)));
  auto ret = cast<func::ReturnOp>(kernel.getBody().front().getTerminator());
  for (Value value : ret.getOperands()) {
    auto result = dyn_cast<OpResult>(computedValue(value));
    if (!result || result.getOwner() != info.anchor)
      return kernel.emitOpError("returns a value its anchor does not compute");
    OpOperand *init = info.anchor.getDpsInitOperand(result.getResultNumber());
    TensorLayout layout = resultLayout(value);
    info.results.push_back(
        {value,
         stridesAlong(info.anchor.getMatchingIndexingMap(init), layout.strides),
         layout.offset});
  }
  return info;
}

LogicalResult codegen::checkLoads(Operation *reader,
                                  ArrayRef<Operand> operands) {
  for (const Operand &operand : operands)
    if (!isa<BlockArgument>(operand.value))
      return reader->emitOpError("reads a value that its kernel computes where "
                                 "an argument of the kernel is expected");
  return success();
}

LogicalResult codegen::addPrologue(linalg::GenericOp prologue,
                                   AffineMap anchorMap, unsigned numDims,
                                   SmallVectorImpl<Operand> &inputs) {
  AffineMap outMap =
      prologue.getMatchingIndexingMap(prologue.getDpsInitOperand(0));
  if (!outMap.isPermutation() || prologue.getNumReductionLoops())
    return prologue.emitOpError(
        "cannot run as a prologue: its result map is not "
        "a permutation of its loops");
  for (OpOperand *input : prologue.getDpsInputOperands()) {
    Operand operand =
        operandAlong(input->get(), prologue.getMatchingIndexingMap(input));
    ArrayRef<int64_t> own = operand.strides;
    SmallVector<int64_t> strides(numDims, 0);
    for (auto [i, expr] : llvm::enumerate(outMap.getResults())) {
      unsigned prologueDim = cast<AffineDimExpr>(expr).getPosition();
      addStrides(anchorMap.getResult(i), own[prologueDim], strides);
    }
    inputs.push_back({operand.value, strides, operand.offset});
  }
  return success();
}

namespace {
/// An op behind the contraction: the anchor dimension (or -1) per loop, and its
/// inputs along the anchor's dimensions.
struct Follower {
  linalg::GenericOp op;
  SmallVector<int64_t> &dims;
  SmallVector<Operand> &inputs;

  /// `strides` of its loops, along `numDims` dimensions of the anchor.
  SmallVector<int64_t> alongAnchor(ArrayRef<int64_t> strides,
                                   unsigned numDims) const {
    SmallVector<int64_t> result(numDims, 0);
    for (auto [loop, stride] : llvm::enumerate(strides))
      if (dims[loop] >= 0)
        result[dims[loop]] += stride;
    return result;
  }
};
} // namespace

/// `previous` computes the value that the follower takes up, dimension i of
/// which is anchor dimension `valueDims[i]`.
static LogicalResult analyzeFollower(const Follower &follower,
                                     linalg::GenericOp previous,
                                     ArrayRef<int64_t> valueDims,
                                     unsigned numDims) {
  linalg::GenericOp op = follower.op;
  follower.dims.assign(op.getNumLoops(), -1);
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (input->get().getDefiningOp() != previous)
      continue;
    AffineMap map = op.getMatchingIndexingMap(input);
    if (!map.isPermutation())
      return op.emitOpError("cannot run as an epilogue: it does not read "
                            "the contraction's result element by element");
    for (auto [i, expr] : llvm::enumerate(map.getResults()))
      follower.dims[cast<AffineDimExpr>(expr).getPosition()] = valueDims[i];
  }
  for (OpOperand *input : op.getDpsInputOperands()) {
    bool isPrevious = input->get().getDefiningOp() == previous;
    Operand operand =
        operandAlong(input->get(), op.getMatchingIndexingMap(input));
    follower.inputs.push_back({isPrevious ? Value() : operand.value,
                               follower.alongAnchor(operand.strides, numDims),
                               operand.offset});
  }
  return success();
}

/// The epilogue and the reduction behind the anchor.
static LogicalResult analyzeFollowers(ContractionKernel &info,
                                      AffineMap outMap) {
  const unsigned numDims = info.extents.size();
  linalg::GenericOp previous = info.anchor;
  SmallVector<int64_t> valueDims;
  for (AffineExpr expr : outMap.getResults())
    valueDims.push_back(cast<AffineDimExpr>(expr).getPosition());
  auto next = [&](Value value) -> linalg::GenericOp {
    for (Operation *user : value.getUsers())
      if (auto generic = dyn_cast<linalg::GenericOp>(user))
        return generic;
    return {};
  };
  linalg::GenericOp user = next(info.anchor.getResult(0));
  if (user && user.getNumReductionLoops() == 0) {
    info.epilogue = user;
    if (failed(analyzeFollower({user, info.epilogueDims, info.epilogueInputs},
                               previous, valueDims, numDims)))
      return failure();
    AffineMap map = user.getMatchingIndexingMap(user.getDpsInitOperand(0));
    valueDims.clear();
    for (AffineExpr expr : map.getResults()) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      valueDims.push_back(dim ? info.epilogueDims[dim.getPosition()] : -1);
    }
    previous = user;
    user = next(user.getResult(0));
  }
  if (!user)
    return success();
  if (user.getNumReductionLoops() == 0)
    return user.emitOpError("cannot run in the kernel of a contraction: it is "
                            "a second epilogue");
  info.reduction = user;
  return analyzeFollower({user, info.reductionDims, info.reductionInputs},
                         previous, valueDims, numDims);
}

/// The function results, as the anchor's dimensions write them.
static LogicalResult addResults(func::FuncOp kernel, ContractionKernel &info) {
  linalg::GenericOp last = info.reduction  ? info.reduction
                           : info.epilogue ? info.epilogue
                                           : info.anchor;
  SmallVector<int64_t> &dims =
      info.reduction ? info.reductionDims : info.epilogueDims;
  auto ret = cast<func::ReturnOp>(kernel.getBody().front().getTerminator());
  for (Value value : ret.getOperands()) {
    auto result = dyn_cast<OpResult>(computedValue(value));
    if (!result || result.getOwner() != last)
      return kernel.emitOpError("returns a value its last op does not compute");
    TensorLayout layout = resultLayout(value);
    AffineMap map = last.getMatchingIndexingMap(
        last.getDpsInitOperand(result.getResultNumber()));
    SmallVector<int64_t> own = stridesAlong(map, layout.strides);
    if (last != info.anchor) {
      SmallVector<Operand> none;
      own = Follower{last, dims, none}.alongAnchor(own, info.extents.size());
    }
    info.results.push_back({value, own, layout.offset});
  }
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
  info.lhs = operandAlong(lhs, maps[0]);
  info.rhs = operandAlong(rhs, maps[1]);
  info.out = operandAlong(anchor.getResult(0), maps[2]);

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

  if (failed(analyzeFollowers(info, maps[2])))
    return failure();
  if (failed(addResults(kernel, info)))
    return failure();
  return info;
}

DimGroups codegen::collapseDims(ArrayRef<unsigned> dims,
                                ArrayRef<int64_t> extents,
                                ArrayRef<const Operand *> operands,
                                ArrayRef<unsigned> apart) {
  DimGroups groups;
  for (unsigned d : dims) {
    if (extents[d] == 1)
      continue;
    bool joins =
        !groups.empty() && !llvm::is_contained(apart, d) &&
        !llvm::is_contained(apart, groups.back().back()) &&
        llvm::all_of(operands, [&](const Operand *o) {
          return o->strides[groups.back().back()] == o->strides[d] * extents[d];
        });
    if (joins)
      groups.back().push_back(d);
    else
      groups.push_back({d});
  }
  return groups;
}

int64_t codegen::extentOf(ArrayRef<unsigned> group, ArrayRef<int64_t> extents) {
  int64_t product = 1;
  for (unsigned d : group)
    product *= extents[d];
  return product;
}

SmallVector<int64_t> codegen::stridesAlong(const DimGroups &groups,
                                           const Operand &operand) {
  SmallVector<int64_t> strides;
  for (ArrayRef<unsigned> group : groups)
    strides.push_back(group.empty() ? 0 : operand.strides[group.back()]);
  return strides;
}

llvm::SmallBitVector codegen::varyingGroups(const DimGroups &groups,
                                            const Operand &operand) {
  llvm::SmallBitVector result(groups.size());
  for (auto [i, stride] : llvm::enumerate(stridesAlong(groups, operand)))
    if (stride != 0)
      result.set(i);
  return result;
}

/// Special functions take the unit that computes them, and what goes around.
static constexpr unsigned kFunctionCycles = 5;

unsigned codegen::bodyCycles(linalg::GenericOp op) {
  unsigned cycles = 0;
  for (Operation &inner : op.getBlock()->without_terminator())
    cycles += isa<math::MathDialect>(inner.getDialect()) ? kFunctionCycles : 1;
  return cycles;
}
