//===- Reduction.cpp - Reductions and groups of them ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reduction.h"
#include "Contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Graph/IterationSpace.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

/// Associative ops with two operands that accumulate.
static bool isCombiner(Operation *op) {
  return isa<arith::AddFOp, arith::MulFOp, arith::MaximumFOp, arith::MinimumFOp,
             arith::MaxNumFOp, arith::MinNumFOp, arith::AddIOp, arith::MulIOp,
             arith::MaxSIOp, arith::MinSIOp, arith::MaxUIOp, arith::MinUIOp,
             arith::AndIOp, arith::OrIOp, arith::XOrIOp>(op);
}

Operation *tilewright::reductionCombiner(GenericOp reduction) {
  if (reduction.getNumDpsInits() != 1)
    return nullptr;
  Block &body = *reduction.getBody();
  Value accumulator = body.getArguments().back();
  Operation *combiner = body.getTerminator()->getOperand(0).getDefiningOp();
  if (!combiner || combiner->getBlock() != &body || !isCombiner(combiner) ||
      !accumulator.hasOneUse() || *accumulator.user_begin() != combiner)
    return nullptr;
  return combiner;
}

static bool isLinearRead(GenericOp generic, OpOperand *input) {
  return !generic.getMatchingIndexingMap(input).isProjectedPermutation();
}

/// A pooling: one input is read through a linear map.
static bool hasLinearRead(GenericOp generic) {
  return llvm::any_of(generic.getDpsInputOperands(), [&](OpOperand *input) {
    return isLinearRead(generic, input);
  });
}

/// The window of a reduction is read as one tensor.
static std::string mapProblem(GenericOp reduction) {
  unsigned linear = 0, read = 0;
  for (OpOperand *input : reduction.getDpsInputOperands()) {
    if (!isLinearMap(reduction.getMatchingIndexingMap(input)))
      return "an input is not read by a sum of loop dimensions";
    linear += isLinearRead(reduction, input);
    read += !isShapeOnly(reduction, input->getOperandNumber());
  }
  if (linear && read > 1)
    return "a reduction over windows of more than one input";
  AffineMap result = reduction.getIndexingMapsArray().back();
  if (!result.isProjectedPermutation())
    return "the result is not written by loop dimensions";
  for (auto [dim, type] : llvm::enumerate(reduction.getIteratorTypesArray()))
    if ((type == utils::IteratorType::reduction) ==
        result.isFunctionOfDim(unsigned(dim)))
      return "a parallel loop does not index the result";
  return "";
}

std::string tilewright::reductionProblem(GenericOp reduction) {
  if (reduction.getNumDpsInits() != 1)
    return "several results (as argmax and argmin have)";
  if (!reductionCombiner(reduction)) {
    Operation *last =
        reduction.getBody()->getTerminator()->getOperand(0).getDefiningOp();
    return last ? "combiner '" + last->getName().getStringRef().str() +
                      "' in this form"
                : "a result that is not combined with the accumulator";
  }
  if (countGathers(reduction))
    return "indirect access in a reduction";
  auto fill =
      reduction.getDpsInitOperand(0)->get().getDefiningOp<linalg::FillOp>();
  if (!fill || !matchPattern(fill.value(), m_Constant()))
    return "an accumulator that does not start from a constant";
  return mapProblem(reduction);
}

/// Whether the loops of `op` are all parallel dimensions of `space`, or all
/// dimensions. Dimensions of extent 1 may be left out.
static bool spansRows(const IterationSpace &space, ArrayRef<int> loops) {
  bool anyReduced = llvm::any_of(
      loops, [&](int dim) { return dim >= 0 && space.reduced[dim]; });
  for (auto [dim, extent] : llvm::enumerate(space.extents))
    if (extent != 1 && (anyReduced || !space.reduced[dim]) &&
        !llvm::is_contained(loops, int(dim)))
      return false;
  return true;
}

std::string tilewright::reductionGroupProblem(ArrayRef<GenericOp> members) {
  unsigned reductions = 0, windows = 0;
  for (GenericOp member : members) {
    if (member.getNumReductionLoops() != 0) {
      std::string problem = reductionProblem(member);
      if (!problem.empty())
        return problem;
      ++reductions;
      windows += hasLinearRead(member);
    } else if (countGathers(member)) {
      return "indirect access in a reduction kernel";
    } else if (hasLinearRead(member)) {
      return "an elementwise op that reads by a sum of loop dimensions";
    }
  }
  if (windows && reductions > 1)
    return "a reduction over windows next to another reduction";
  std::optional<IterationSpace> space = unifyIterationSpace(members);
  if (!space)
    return "the operations do not share one iteration space";
  for (auto &[op, loops] : space->dims)
    if (!spansRows(*space, loops))
      return "an operation spans neither the parallel nor all dimensions";
  return "";
}

StringRef tilewright::describeReduction(ArrayRef<GenericOp> members) {
  bool maximum = false, exponential = false, sum = false;
  for (GenericOp member : members) {
    if (member.getNumReductionLoops() == 0) {
      for (Operation &op : *member.getBody())
        exponential |= isa<math::ExpOp>(op);
      continue;
    }
    Operation *combiner = reductionCombiner(member);
    sum |= exponential && isa_and_nonnull<arith::AddFOp>(combiner);
    maximum |= isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(combiner);
  }
  return maximum && exponential && sum ? "softmax" : "reduction";
}
