//===- GraphCopy.cpp - Copies of what no cut of the loops makes affine ----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the choice of operands that are read through a copy: one whose own
// access has no mixed radix, or the smaller of two whose radices do not fit
// together. The copy is a generic of its own over the loops that the access
// depends on; loops that occur in one quotient or remainder are one loop there,
// so that axis-split can cut it. Where a divisor does not divide a loop, the
// copy runs over the next multiple and its reader takes a slice. An access that
// no cut makes affine (shifted loops, several radices) is copied by a gather,
// which computes its coordinates.
//
//===----------------------------------------------------------------------===//

#include "AccessLedger.h"
#include "AffineRanges.h"
#include "Contraction.h"
#include "MixedRadix.h"
#include "Provenance.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Frontend/ElementwiseOp.h"
#include "tilewright/Graph/Passes.h"
#include "llvm/ADT/IntEqClasses.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_GRAPHCOPYPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

namespace {
/// One loop of a copy: several loops of the reader, outermost first.
struct CopyLoop {
  SmallVector<unsigned> readerLoops;
  int64_t extent = 1;
  int64_t padded = 1; ///< what the copy runs over
};

/// A copy that axis-split can make affine.
struct CopyPlan {
  SmallVector<CopyLoop> loops;
  AffineMap map; ///< from the loops to the operand
};
} // namespace

/// The loops that `map` depends on, those in one quotient or remainder
/// together, in the order of their factors there: then the sum is one loop's
/// value.
static SmallVector<CopyLoop> joinLoops(AffineMap map,
                                       ArrayRef<AffineExpr> mixed,
                                       ArrayRef<int64_t> extents) {
  llvm::IntEqClasses classes(extents.size());
  SmallVector<int64_t> factor(extents.size(), 0);
  for (AffineExpr expr : mixed) {
    std::optional<unsigned> first;
    for (unsigned d = 0; d < extents.size(); ++d) {
      if (!expr.isFunctionOfDim(d))
        continue;
      classes.join(first.value_or(d), d);
      first = first.value_or(d);
    }
    if (auto linear = asLinear(expr))
      for (auto [dim, own] : linear->terms)
        factor[dim] = own;
  }
  classes.compress();
  SmallVector<CopyLoop> loops(classes.getNumClasses());
  for (unsigned d = 0; d < extents.size(); ++d)
    if (map.isFunctionOfDim(d)) {
      CopyLoop &loop = loops[classes[d]];
      loop.readerLoops.push_back(d);
      loop.extent *= extents[d];
    }
  llvm::erase_if(loops,
                 [](const CopyLoop &l) { return l.readerLoops.empty(); });
  for (CopyLoop &loop : loops) {
    llvm::sort(loop.readerLoops, [&](unsigned a, unsigned b) {
      return std::pair(-factor[a], a) < std::pair(-factor[b], b);
    });
    loop.padded = loop.extent;
  }
  return loops;
}

/// The reader's map as a function of the copy's loops.
static AffineMap mapOfCopy(AffineMap map, ArrayRef<CopyLoop> loops,
                           ArrayRef<int64_t> extents) {
  MLIRContext *context = map.getContext();
  SmallVector<AffineExpr> readerLoops(extents.size(),
                                      getAffineConstantExpr(0, context));
  SmallVector<int64_t> copyExtents;
  for (auto [number, loop] : llvm::enumerate(loops)) {
    AffineExpr value = getAffineDimExpr(number, context);
    int64_t below = 1;
    for (auto [position, reader] :
         llvm::enumerate(llvm::reverse(loop.readerLoops))) {
      AffineExpr digit = value.floorDiv(below);
      bool outermost = position + 1 == loop.readerLoops.size();
      readerLoops[reader] = outermost ? digit : digit % extents[reader];
      below *= extents[reader];
    }
    copyExtents.push_back(loop.padded);
  }
  AffineMap copied =
      map.replaceDimsAndSymbols(readerLoops, {}, loops.size(), 0);
  return simplifyInRange(copied, copyExtents);
}

/// Whether all indices are inside the tensor.
static bool isInBounds(AffineMap map, ArrayRef<int64_t> extents,
                       ArrayRef<int64_t> shape) {
  return llvm::all_of(llvm::zip_equal(map.getResults(), shape), [&](auto pair) {
    std::optional<ExprRange> range = rangeOf(std::get<0>(pair), extents);
    return range && range->min >= 0 && range->max < std::get<1>(pair);
  });
}

/// How to copy what `map` reads, or nothing when a copy would not help either.
static std::optional<CopyPlan>
planCopy(AffineMap map, ArrayRef<int64_t> extents, ArrayRef<int64_t> shape) {
  CopyPlan plan;
  plan.loops = joinLoops(map, digitsOf(map, extents).mixed, extents);
  plan.map = mapOfCopy(map, plan.loops, extents);
  SmallVector<int64_t> copyExtents;
  for (const CopyLoop &loop : plan.loops)
    copyExtents.push_back(loop.extent);
  AccessDigits digits = digitsOf(plan.map, copyExtents);
  if (digits.problem != DigitProblem::None)
    return std::nullopt;
  bool padded = false;
  for (auto [loop, cuts] : llvm::zip_equal(plan.loops, digits.cuts)) {
    if (cuts.empty())
      continue;
    if (!chainOf(ArrayRef(cuts).drop_back(), cuts.back()))
      return std::nullopt;
    loop.padded = llvm::alignTo(loop.extent, cuts.back());
    padded |= loop.padded != loop.extent;
  }
  for (auto [extent, loop] : llvm::zip_equal(copyExtents, plan.loops))
    extent = loop.padded;
  if (padded && !isInBounds(plan.map, copyExtents, shape))
    return std::nullopt;
  return plan;
}

/// The generic of the copy, sliced and reshaped to the reader's loops.
static Value makeCopy(IRRewriter &rewriter, GenericOp reader, Value operand,
                      const CopyPlan &plan, ArrayRef<int64_t> extents) {
  Location loc = reader.getLoc();
  auto type = cast<RankedTensorType>(operand.getType());
  SmallVector<int64_t> padded, exact, readerShape;
  SmallVector<ReassociationIndices> groups;
  for (const CopyLoop &loop : plan.loops) {
    padded.push_back(loop.padded);
    exact.push_back(loop.extent);
    ReassociationIndices &group = groups.emplace_back();
    for (unsigned reader : loop.readerLoops) {
      group.push_back(readerShape.size());
      readerShape.push_back(extents[reader]);
    }
  }
  GenericOp copy = createCopy(rewriter, loc, operand, padded, plan.map);
  copy->setAttr(kSourceOpsAttr, sourceOps(reader));
  Value result = copy.getResult(0);
  if (padded != exact) {
    SmallVector<OpFoldResult> offsets(exact.size(), rewriter.getIndexAttr(0)),
        strides(exact.size(), rewriter.getIndexAttr(1)), sizes;
    for (int64_t size : exact)
      sizes.push_back(rewriter.getIndexAttr(size));
    auto slice = tensor::ExtractSliceOp::create(rewriter, loc, result, offsets,
                                                sizes, strides);
    slice->setAttr(kSourceOpsAttr, sourceOps(reader));
    result = slice;
  }
  if (readerShape.size() != exact.size())
    result = tensor::ExpandShapeOp::create(
        rewriter, loc, type.clone(readerShape), result, groups);
  return result;
}

/// The copy of an access that stays quotients and remainders: a gather over the
/// loops that `map` depends on.
static Value makeGather(IRRewriter &rewriter, GenericOp reader, Value operand,
                        AffineMap map, ArrayRef<unsigned> loops,
                        ArrayRef<int64_t> extents) {
  Location loc = reader.getLoc();
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> readerLoops(extents.size(),
                                      rewriter.getAffineConstantExpr(0));
  for (auto [position, loop] : llvm::enumerate(loops)) {
    shape.push_back(extents[loop]);
    readerLoops[loop] = rewriter.getAffineDimExpr(position);
  }
  AffineMap coordinates =
      map.replaceDimsAndSymbols(readerLoops, {}, loops.size(), 0);
  GenericOp copy = createElementwise(
      rewriter, loc, {}, shape, getElementTypeOrSelf(operand),
      [&](OpBuilder &body, Location loc, ValueRange) -> Value {
        SmallVector<Value> indices, at;
        for (unsigned position = 0; position < loops.size(); ++position)
          indices.push_back(linalg::IndexOp::create(body, loc, position));
        for (unsigned i = 0; i < coordinates.getNumResults(); ++i)
          at.push_back(affine::AffineApplyOp::create(
              body, loc, coordinates.getSubMap({i}), indices));
        return tensor::ExtractOp::create(body, loc, operand, at);
      });
  copy->setAttr(kSourceOpsAttr, sourceOps(reader));
  recordCopied(copy, sourceOps(reader), map,
               cast<RankedTensorType>(copy.getResult(0).getType()));
  return copy.getResult(0);
}

/// Copies made so far, by operand and by map and extents of the reader: several
/// ops that read a tensor alike share the copy, and with it their iteration
/// space.
using Copies = DenseMap<std::pair<Value, Attribute>, Value>;

/// Reads input `number` of `reader` through a copy.
static void copyInput(IRRewriter &rewriter, GenericOp reader, unsigned number,
                      Copies &copies) {
  OpOperand *input = reader.getDpsInputOperand(number);
  SmallVector<int64_t> extents = reader.getStaticLoopRanges();
  auto type = cast<RankedTensorType>(input->get().getType());
  AffineMap map =
      simplifyInRange(reader.getMatchingIndexingMap(input), extents);
  std::optional<CopyPlan> plan = planCopy(map, extents, type.getShape());
  SmallVector<unsigned> readLoops;
  if (plan) {
    for (const CopyLoop &loop : plan->loops)
      llvm::append_range(readLoops, loop.readerLoops);
  } else {
    for (unsigned loop = 0; loop < extents.size(); ++loop)
      if (map.isFunctionOfDim(loop))
        readLoops.push_back(loop);
  }
  rewriter.setInsertionPoint(reader);
  Attribute key = rewriter.getArrayAttr(
      {AffineMapAttr::get(map), rewriter.getDenseI64ArrayAttr(extents)});
  Value &copy = copies[{input->get(), key}];
  if (!copy)
    copy = plan ? makeCopy(rewriter, reader, input->get(), *plan, extents)
                : makeGather(rewriter, reader, input->get(), map, readLoops,
                             extents);
  SmallVector<AffineExpr> read;
  for (unsigned loop : readLoops)
    read.push_back(rewriter.getAffineDimExpr(loop));
  SmallVector<AffineMap> maps = reader.getIndexingMapsArray();
  maps[number] =
      AffineMap::get(maps[number].getNumDims(), 0, read, reader.getContext());
  rewriter.modifyOpInPlace(reader, [&] {
    input->set(copy);
    reader.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
  });
}

namespace {
/// What the inputs of one generic ask of its loops.
struct Demands {
  SmallVector<AffineMap> maps; ///< simplified
  SmallVector<AccessDigits> digits;
  LoopCuts cuts; ///< united
};
} // namespace

static Demands demandsOf(GenericOp generic, ArrayRef<int64_t> extents) {
  Demands demands;
  demands.cuts.resize(extents.size());
  for (OpOperand *input : generic.getDpsInputOperands()) {
    demands.maps.push_back(
        simplifyInRange(generic.getMatchingIndexingMap(input), extents));
    demands.digits.push_back(digitsOf(demands.maps.back(), extents));
    if (demands.digits.back().problem == DigitProblem::None)
      uniteCuts(demands.cuts, demands.digits.back().cuts);
  }
  return demands;
}

/// The map over digit loops, when the cuts are chains.
static AffineMap inDigits(AffineMap map, const LoopCuts &cuts,
                          ArrayRef<int64_t> extents) {
  DigitLoops loops = cutLoops(cuts, extents, map.getContext());
  return simplifyInRange(
      map.replaceDimsAndSymbols(loops.oldLoops, {}, loops.extents.size(), 0),
      loops.extents);
}

/// The input that has to be copied first, or nothing.
static std::optional<unsigned> findVictim(GenericOp generic,
                                          const Demands &demands,
                                          ArrayRef<int64_t> extents) {
  // An access that is not affine on any cut of its own.
  for (auto [number, access] : llvm::enumerate(demands.digits))
    if (access.problem != DigitProblem::None ||
        !areChains(access.cuts, extents))
      return number;
  // Radices that do not fit together: the smallest of those involved.
  std::optional<unsigned> victim;
  int64_t smallest = 0;
  for (auto [loop, cuts] : llvm::enumerate(demands.cuts)) {
    if (chainOf(cuts, extents[loop]))
      continue;
    for (auto [number, access] : llvm::enumerate(demands.digits)) {
      if (access.cuts[loop].empty())
        continue;
      int64_t size = cast<RankedTensorType>(
                         generic.getDpsInputOperand(number)->get().getType())
                         .getNumElements();
      if (!victim || size < smallest) {
        victim = number;
        smallest = size;
      }
    }
    return victim;
  }
  // Forms that only elementwise kernels read.
  for (auto [number, map] : llvm::enumerate(demands.maps))
    if (!isReadable(generic, inDigits(map, demands.cuts, extents)))
      return number;
  return std::nullopt;
}

namespace {
struct GraphCopyPass : tilewright::impl::GraphCopyPassBase<GraphCopyPass> {
  using GraphCopyPassBase::GraphCopyPassBase;
  void runOnOperation() override {
    SmallVector<GenericOp> generics;
    getOperation().walk([&](GenericOp generic) {
      SmallVector<int64_t> extents = generic.getStaticLoopRanges();
      if (generic.hasPureTensorSemantics() &&
          llvm::none_of(extents, ShapedType::isDynamic))
        generics.push_back(generic);
    });
    IRRewriter rewriter(&getContext());
    Copies copies;
    bool changed = false;
    for (GenericOp generic : generics) {
      SmallVector<int64_t> extents = generic.getStaticLoopRanges();
      // Each copy makes one input plain, so this ends.
      while (auto victim =
                 findVictim(generic, demandsOf(generic, extents), extents)) {
        copyInput(rewriter, generic, *victim, copies);
        changed = true;
      }
    }
    if (!changed)
      markAllAnalysesPreserved();
  }
};
} // namespace
