//===- AxisSplit.cpp - Loops are cut where accesses take digits -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the rewriting of a generic to digit loops (MixedRadix.h): quotients and
// remainders of loops become sums of digits, which are strides. Tensors that
// the old loops index are reshaped, which costs nothing: an expand_shape
// before, a collapse_shape behind. Reduction loops are cut like parallel ones.
//
//===----------------------------------------------------------------------===//

#include "AccessLedger.h"
#include "AffineRanges.h"
#include "Contraction.h"
#include "MixedRadix.h"
#include "Provenance.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_AXISSPLITPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

static bool isLinear(AffineMap map) {
  return llvm::all_of(map.getResults(),
                      [](AffineExpr expr) { return asLinear(expr); });
}

/// How many digits a tensor dimension of `size` has under `expr`, outermost
/// first: loops whose factors are the significances of a mixed radix number
/// that counts exactly to `size`. Empty when the expression is something else.
static SmallVector<unsigned> digitsOfDimension(AffineExpr expr, int64_t size,
                                               ArrayRef<int64_t> extents) {
  std::optional<LinearExpr> linear = asLinear(expr);
  if (!linear || linear->constant != 0)
    return {};
  auto terms = linear->terms;
  llvm::sort(terms, [](auto a, auto b) {
    return std::pair(-a.second, a.first) < std::pair(-b.second, b.first);
  });
  SmallVector<unsigned> digits;
  int64_t significance = 1;
  for (auto [dim, factor] : llvm::reverse(terms)) {
    if (factor != significance)
      return {};
    significance *= extents[dim];
    digits.insert(digits.begin(), dim);
  }
  return significance == size ? digits : SmallVector<unsigned>();
}

namespace {
/// A tensor of split dimensions, and its map.
struct SplitTensor {
  SmallVector<int64_t> shape;
  SmallVector<ReassociationIndices> groups;
  SmallVector<AffineExpr> exprs;
  bool changed = false;

  void add(ArrayRef<int64_t> parts, ArrayRef<AffineExpr> own) {
    ReassociationIndices group;
    for (size_t i = 0; i < parts.size(); ++i)
      group.push_back(shape.size() + i);
    shape.append(parts.begin(), parts.end());
    exprs.append(own.begin(), own.end());
    groups.push_back(std::move(group));
    changed |= parts.size() > 1;
  }
};

/// Rewrites one generic.
class Splitter {
public:
  Splitter(IRRewriter &rewriter, GenericOp generic)
      : rewriter(rewriter), generic(generic),
        extents(generic.getStaticLoopRanges()) {}
  /// Whether something changed.
  bool run();

private:
  bool findCuts();
  SplitTensor splitInput(OpOperand &operand, AffineMap map) const;
  SplitTensor splitInit(OpOperand &operand);
  Value expand(Value value, const SplitTensor &split);
  Value expandInit(Value value, const SplitTensor &split);
  void replaceIndices(GenericOp split);
  void record();

  IRRewriter &rewriter;
  GenericOp generic;
  SmallVector<int64_t> extents;
  SmallVector<AffineMap> inputMaps; ///< simplified
  LoopCuts cuts;
  DigitLoops loops;
};
} // namespace

/// Simplifies the maps; true when loops have to be cut and can be.
bool Splitter::findCuts() {
  cuts.resize(extents.size());
  bool linear = true, digits = true;
  for (OpOperand *input : generic.getDpsInputOperands()) {
    AffineMap map =
        simplifyInRange(generic.getMatchingIndexingMap(input), extents);
    inputMaps.push_back(map);
    linear &= isLinear(map);
    AccessDigits access = digitsOf(map, extents);
    digits &= access.problem == DigitProblem::None;
    uniteCuts(cuts, access.cuts);
  }
  return !linear && digits && areChains(cuts, extents);
}

SplitTensor Splitter::splitInput(OpOperand &operand, AffineMap map) const {
  SplitTensor split;
  auto type = cast<RankedTensorType>(operand.get().getType());
  for (auto [expr, size] : llvm::zip_equal(map.getResults(), type.getShape())) {
    AffineExpr inDigits =
        simplifyInRange(expr.replaceDims(loops.oldLoops), loops.extents);
    SmallVector<unsigned> digits =
        digitsOfDimension(inDigits, size, loops.extents);
    if (digits.size() < 2) {
      split.add(size, inDigits);
      continue;
    }
    SmallVector<int64_t> parts;
    SmallVector<AffineExpr> exprs;
    for (unsigned digit : digits) {
      parts.push_back(loops.extents[digit]);
      exprs.push_back(getAffineDimExpr(digit, expr.getContext()));
    }
    split.add(parts, exprs);
  }
  return split;
}

SplitTensor Splitter::splitInit(OpOperand &operand) {
  SplitTensor split;
  auto type = cast<RankedTensorType>(operand.get().getType());
  AffineMap map = generic.getMatchingIndexingMap(&operand);
  for (auto [expr, size] : llvm::zip_equal(map.getResults(), type.getShape())) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim) {
      split.add(size, expr);
      continue;
    }
    SmallVector<int64_t> parts;
    SmallVector<AffineExpr> exprs;
    for (unsigned digit : loops.digits[dim.getPosition()]) {
      parts.push_back(loops.extents[digit]);
      exprs.push_back(getAffineDimExpr(digit, expr.getContext()));
    }
    split.add(parts, exprs);
  }
  return split;
}

Value Splitter::expand(Value value, const SplitTensor &split) {
  if (!split.changed)
    return value;
  auto type = cast<RankedTensorType>(value.getType()).clone(split.shape);
  return tensor::ExpandShapeOp::create(rewriter, generic.getLoc(), type, value,
                                       split.groups);
}

/// What starts a result is made in the new shape where that is possible.
Value Splitter::expandInit(Value value, const SplitTensor &split) {
  if (!split.changed)
    return value;
  Location loc = generic.getLoc();
  auto type = cast<RankedTensorType>(value.getType());
  auto fill = value.getDefiningOp<linalg::FillOp>();
  if (!fill && !value.getDefiningOp<tensor::EmptyOp>())
    return expand(value, split);
  Value empty = tensor::EmptyOp::create(rewriter, loc, split.shape,
                                        type.getElementType());
  if (!fill)
    return empty;
  auto start = linalg::FillOp::create(rewriter, loc, fill.value(), empty);
  start->setAttr(kSourceOpsAttr, sourceOps(fill));
  return start.getResult(0);
}

/// Coordinates of old loops are sums over digits.
void Splitter::replaceIndices(GenericOp split) {
  SmallVector<linalg::IndexOp> indices;
  split.getRegion().walk([&](linalg::IndexOp op) { indices.push_back(op); });
  for (linalg::IndexOp index : indices) {
    rewriter.setInsertionPoint(index);
    Location loc = index.getLoc();
    Value sum;
    LinearExpr linear = *asLinear(loops.oldLoops[index.getDim()]);
    for (auto [digit, factor] : linear.terms) {
      Value term = linalg::IndexOp::create(rewriter, loc, digit);
      if (factor != 1)
        term = arith::MulIOp::create(
            rewriter, loc, term,
            arith::ConstantIndexOp::create(rewriter, loc, factor));
      sum = sum ? Value(arith::AddIOp::create(rewriter, loc, sum, term)) : term;
    }
    rewriter.replaceOp(index, sum);
  }
}

void Splitter::record() {
  SmallVector<std::string> chains;
  for (auto [loop, own] : llvm::enumerate(cuts)) {
    if (own.empty())
      continue;
    std::string text = "d" + std::to_string(loop) + ": 1";
    for (int64_t at : own)
      text += "|" + std::to_string(at);
    chains.push_back(text + "|" + std::to_string(extents[loop]));
  }
  for (AffineMap map : inputMaps)
    if (!isLinear(map))
      recordSplit(generic, sourceOps(generic), map, chains);
}

bool Splitter::run() {
  if (!generic.hasPureTensorSemantics() ||
      llvm::any_of(extents, ShapedType::isDynamic) || !findCuts())
    return false;
  record();
  loops = cutLoops(cuts, extents, generic.getContext());
  rewriter.setInsertionPoint(generic);
  SmallVector<Value> inputs, inits;
  SmallVector<AffineMap> maps;
  auto addMap = [&](ArrayRef<AffineExpr> exprs) {
    maps.push_back(
        AffineMap::get(loops.extents.size(), 0, exprs, generic.getContext()));
  };
  for (auto [input, map] :
       llvm::zip_equal(generic.getDpsInputOperands(), inputMaps)) {
    if (!isa<RankedTensorType>(input->get().getType())) {
      inputs.push_back(input->get());
      addMap({});
      continue;
    }
    SplitTensor split = splitInput(*input, map);
    inputs.push_back(expand(input->get(), split));
    addMap(split.exprs);
  }
  SmallVector<SplitTensor> results;
  for (OpOperand &init : generic.getDpsInitsMutable()) {
    SplitTensor split = splitInit(init);
    inits.push_back(expandInit(init.get(), split));
    addMap(split.exprs);
    results.push_back(std::move(split));
  }
  SmallVector<utils::IteratorType> iterators;
  for (auto [type, digits] :
       llvm::zip_equal(generic.getIteratorTypesArray(), loops.digits))
    iterators.append(digits.size(), type);

  auto split = GenericOp::create(rewriter, generic.getLoc(),
                                 ValueRange(inits).getTypes(), inputs, inits,
                                 maps, iterators);
  split->setAttr(kSourceOpsAttr, sourceOps(generic));
  rewriter.inlineRegionBefore(generic.getRegion(), split.getRegion(),
                              split.getRegion().begin());
  replaceIndices(split);
  rewriter.setInsertionPointAfter(split);
  SmallVector<Value> replacements;
  for (auto [result, old, form] :
       llvm::zip_equal(split.getResults(), generic.getResults(), results))
    replacements.push_back(form.changed
                               ? Value(tensor::CollapseShapeOp::create(
                                     rewriter, generic.getLoc(), old.getType(),
                                     result, form.groups))
                               : result);
  rewriter.replaceOp(generic, replacements);
  return true;
}

namespace {
struct AxisSplitPass : tilewright::impl::AxisSplitPassBase<AxisSplitPass> {
  using AxisSplitPassBase::AxisSplitPassBase;
  void runOnOperation() override {
    SmallVector<GenericOp> generics;
    getOperation().walk(
        [&](GenericOp generic) { generics.push_back(generic); });
    IRRewriter rewriter(&getContext());
    bool changed = false;
    for (GenericOp generic : generics)
      changed |= Splitter(rewriter, generic).run();
    if (!changed)
      markAllAnalysesPreserved();
  }
};
} // namespace
