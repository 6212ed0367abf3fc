//===- IterationSpace.cpp - One loop space for several generics -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loops are joined in equivalence classes: two loops are one dimension when
// they index the same dimension of a tensor that both ops touch.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Graph/IterationSpace.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/IntEqClasses.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

/// Joins the loops that index the same dimension of a tensor.
static void joinThroughTensors(ArrayRef<GenericOp> ops,
                               ArrayRef<unsigned> firstLoop,
                               llvm::IntEqClasses &classes) {
  // Per tensor and dimension, a loop that indexes it.
  llvm::DenseMap<std::pair<Value, unsigned>, unsigned> seen;
  auto visit = [&](Value tensor, AffineMap map, unsigned first) {
    for (auto [i, expr] : llvm::enumerate(map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim)
        continue;
      unsigned loop = first + dim.getPosition();
      auto [entry, inserted] = seen.try_emplace({tensor, unsigned(i)}, loop);
      if (!inserted)
        classes.join(entry->second, loop);
    }
  };
  for (auto [member, first] : llvm::zip_equal(ops, firstLoop)) {
    GenericOp op = member;
    for (OpOperand *input : op.getDpsInputOperands())
      visit(input->get(), op.getMatchingIndexingMap(input), first);
    for (auto [i, result] : llvm::enumerate(op.getResults()))
      visit(result, op.getMatchingIndexingMap(op.getDpsInitOperand(i)), first);
  }
}

std::optional<IterationSpace>
tilewright::unifyIterationSpace(ArrayRef<GenericOp> ops) {
  SmallVector<unsigned> firstLoop;
  unsigned total = 0;
  GenericOp largest;
  for (GenericOp op : ops) {
    firstLoop.push_back(total);
    total += op.getNumLoops();
    if (!largest || op.getNumLoops() > largest.getNumLoops())
      largest = op;
  }
  llvm::IntEqClasses classes(total);
  joinThroughTensors(ops, firstLoop, classes);
  classes.compress();

  // Dimensions are numbered as the largest op orders its loops.
  IterationSpace space;
  llvm::DenseMap<unsigned, int> dimOfClass;
  for (auto [member, first] : llvm::zip_equal(ops, firstLoop)) {
    GenericOp op = member;
    if (op != largest)
      continue;
    for (auto [loop, extent] : llvm::enumerate(op.getStaticLoopRanges())) {
      if (!dimOfClass.try_emplace(classes[first + loop], space.extents.size())
               .second)
        return std::nullopt;
      space.extents.push_back(extent);
      space.reduced.push_back(false);
    }
  }
  for (auto [member, first] : llvm::zip_equal(ops, firstLoop)) {
    GenericOp op = member;
    SmallVector<int> &dims = space.dims[op];
    auto iterators = op.getIteratorTypesArray();
    for (auto [loop, extent] : llvm::enumerate(op.getStaticLoopRanges())) {
      auto found = dimOfClass.find(classes[first + loop]);
      if (found == dimOfClass.end()) {
        if (extent != 1)
          return std::nullopt;
        dims.push_back(-1);
        continue;
      }
      int dim = found->second;
      if (space.extents[dim] != extent || llvm::is_contained(dims, dim))
        return std::nullopt;
      if (iterators[loop] == utils::IteratorType::reduction)
        space.reduced[dim] = true;
      dims.push_back(dim);
    }
  }
  // All reductions run along the same dimensions.
  for (GenericOp op : ops) {
    if (op.getNumReductionLoops() == 0)
      continue;
    auto iterators = op.getIteratorTypesArray();
    for (unsigned dim = 0; dim < space.extents.size(); ++dim) {
      bool here = false;
      for (auto [loop, d] : llvm::enumerate(space.dims[op]))
        here |=
            d == int(dim) && iterators[loop] == utils::IteratorType::reduction;
      if (space.reduced[dim] && !here && space.extents[dim] != 1)
        return std::nullopt;
    }
  }
  return space;
}
