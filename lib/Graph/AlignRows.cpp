//===- AlignRows.cpp - Inputs that do not break rows into pieces ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the copies of inputs that views were folded into and that then lie so
// differently from the result that a tile could hold only few of their rows:
// the windows of a partitioned image in a product with weights, or in a
// normalisation. Reading them once in their own order costs less than running
// the kernel on tiles of a few rows.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "OperandCopy.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_ALIGNROWSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

/// Rows that a tile can hold: those of the two largest groups.
static int64_t tileRows(ArrayRef<SmallVector<unsigned>> groups,
                        ArrayRef<int64_t> extents) {
  int64_t largest = 1, second = 1;
  for (ArrayRef<unsigned> group : groups) {
    int64_t rows = 1;
    for (unsigned loop : group)
      rows *= extents[loop];
    if (rows > largest)
      std::swap(rows, largest);
    second = std::max(second, rows);
  }
  return largest * second;
}

/// Whether all accesses are of whole dimensions in some order.
static bool hasPlainAccesses(GenericOp generic) {
  return generic.hasPureTensorSemantics() && generic->getNumResults() == 1 &&
         llvm::all_of(generic.getIndexingMapsArray(), [](AffineMap map) {
           return map.isProjectedPermutation();
         });
}

/// The rows of input `number`: the loops of the result it varies along, in the
/// order of the result, without those that all inputs of a product share.
static SmallVector<unsigned> rowsOf(GenericOp generic, unsigned number) {
  SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
  bool isProduct = classify(generic) == WorkKind::Contraction;
  SmallVector<unsigned> rows;
  for (AffineExpr expr : maps.back().getResults()) {
    unsigned loop = cast<AffineDimExpr>(expr).getPosition();
    bool isBatch = isProduct && maps[0].isFunctionOfDim(loop) &&
                   maps[1].isFunctionOfDim(loop);
    if (maps[number].isFunctionOfDim(loop) && !isBatch)
      rows.push_back(loop);
  }
  return rows;
}

/// Whether input `number` cuts the rows of the result to pieces of fewer than
/// `lanes`, and to an eighth of what fits without it.
static bool breaksRows(GenericOp generic, unsigned number, int64_t lanes) {
  OpOperand *input = generic.getDpsInputOperand(number);
  SmallVector<int64_t> extents = generic.getStaticLoopRanges();
  SmallVector<unsigned> rows = rowsOf(generic, number);
  SmallVector<int64_t> result =
      stridesAlongLoops(generic.getDpsInitOperand(0)->get(),
                        generic.getIndexingMapsArray().back());
  SmallVector<int64_t> own =
      stridesAlongLoops(input->get(), generic.getMatchingIndexingMap(input));
  int64_t together = tileRows(joinLoops(rows, extents, {result, own}), extents),
          alone = tileRows(joinLoops(rows, extents, ArrayRef<int64_t>(result)),
                           extents);
  return together < lanes && together * 8 <= alone;
}

/// A reduction, or an elementwise op on the results of one: they make one
/// kernel over rows.
static bool isRowOp(GenericOp op) {
  if (classify(op) != WorkKind::Elementwise)
    return classify(op) == WorkKind::Reduction;
  return llvm::any_of(op.getInputs(), [](Value input) {
    auto producer = input.getDefiningOp<GenericOp>();
    return producer && classify(producer) == WorkKind::Reduction;
  });
}

namespace {
struct AlignRowsPass : tilewright::impl::AlignRowsPassBase<AlignRowsPass> {
  using AlignRowsPassBase::AlignRowsPassBase;
  void runOnOperation() override;

private:
  /// Input `number` of `op`, and of all ops that may form a kernel with it.
  void align(GenericOp op, unsigned number, IRRewriter &rewriter,
             OperandCopies &copies);

  SmallVector<GenericOp> generics;
};
} // namespace

void AlignRowsPass::align(GenericOp op, unsigned number, IRRewriter &rewriter,
                          OperandCopies &copies) {
  Value input = op.getDpsInputOperand(number)->get();
  AffineMap map = op.getIndexingMapsArray()[number];
  SmallVector<unsigned> loops;
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
    if (map.isFunctionOfDim(loop))
      loops.push_back(loop);
  // The first reader in the block makes the copy.
  for (GenericOp reader : generics)
    if (reader->getBlock() == op->getBlock() &&
        llvm::is_contained(reader.getInputs(), input)) {
      rewriter.setInsertionPoint(reader);
      break;
    }
  copies.read(op, number, loops);
  Value copy = op.getDpsInputOperand(number)->get();
  auto made = copy.getDefiningOp<GenericOp>();
  AffineMap copied = made.getIndexingMapsArray().front();
  for (GenericOp reader : generics)
    for (unsigned i = 0; i < reader.getNumDpsInputs(); ++i) {
      OpOperand *read = reader.getDpsInputOperand(i);
      SmallVector<AffineMap> maps = reader.getIndexingMapsArray();
      bool samePlace = isRowOp(op) && isRowOp(reader) && copied.isPermutation();
      if (reader == made || read->get() != input ||
          reader->getBlock() != op->getBlock() ||
          !(samePlace || maps[i] == map))
        continue;
      maps[i] = copied.isPermutation()
                    ? inversePermutation(copied).compose(maps[i])
                    : op.getIndexingMapsArray()[number];
      rewriter.modifyOpInPlace(reader, [&] {
        read->set(copy);
        reader.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      });
    }
}

void AlignRowsPass::runOnOperation() {
  generics.clear();
  getOperation().walk([&](GenericOp op) {
    if (hasPlainAccesses(op))
      generics.push_back(op);
  });
  IRRewriter rewriter(&getContext());
  OperandCopies copies(rewriter);
  bool changed = false;
  for (GenericOp op : generics)
    for (unsigned i = 0; i < op.getNumDpsInputs(); ++i) {
      // What a member of the same kernel computes follows its order.
      Value input = op.getDpsInputOperand(i)->get();
      auto producer = input.getDefiningOp<GenericOp>();
      bool isInside = isRowOp(op) && producer && isRowOp(producer);
      if (isInside || (!op.getNumReductionLoops() && !isRowOp(op)) ||
          !breaksRows(op, i, lanes))
        continue;
      align(op, i, rewriter, copies);
      changed = true;
    }
  if (!changed)
    markAllAnalysesPreserved();
}
