//===- AlignAttention.cpp - Masks that do not break rows into pieces ------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the copies of what an attention's logits read besides the scores. The
// kernel treats the query dimensions as one when every operand does, and so the
// key dimensions. An operand that lies otherwise (the regions of a shifted
// window, folded from an image) would cut the tiles to pieces.
//
//===----------------------------------------------------------------------===//

#include "OperandCopy.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Graph/Attention.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_ALIGNATTENTIONPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

namespace {
/// One attention's operands along its common dimensions.
class Aligner {
public:
  Aligner(IRRewriter &rewriter, const Attention &attention)
      : rewriter(rewriter), attention(attention), copies(rewriter) {}
  bool run();

private:
  /// Strides of input `number` of `op` along the common dimensions.
  SmallVector<int64_t> stridesOf(GenericOp op, unsigned number) const;
  /// Whether `dims`, outermost first, can be counted through as one.
  bool isOne(ArrayRef<int64_t> strides, ArrayRef<unsigned> dims) const {
    return joinLoops(dims, attention.extents, strides).size() == 1;
  }
  /// The dimensions of a role in the order in which `strides` has them.
  SmallVector<unsigned> ordered(ArrayRef<unsigned> dims,
                                ArrayRef<int64_t> strides) const;
  void copy(GenericOp op, unsigned number);

  IRRewriter &rewriter;
  const Attention &attention;
  SmallVector<SmallVector<unsigned>, 2> joined; ///< rows, keys; those of one
  OperandCopies copies;
};
} // namespace

SmallVector<int64_t> Aligner::stridesOf(GenericOp op, unsigned number) const {
  OpOperand *input = op.getDpsInputOperand(number);
  SmallVector<int64_t> strides(attention.extents.size(), 0);
  ArrayRef<unsigned> dims = attention.dims.find(op)->second;
  for (auto [loop, stride] : llvm::enumerate(
           stridesAlongLoops(input->get(), op.getMatchingIndexingMap(input))))
    strides[dims[loop]] += stride;
  return strides;
}

SmallVector<unsigned> Aligner::ordered(ArrayRef<unsigned> dims,
                                       ArrayRef<int64_t> strides) const {
  SmallVector<unsigned> order;
  for (unsigned dim : dims)
    if (attention.extents[dim] > 1)
      order.push_back(dim);
  llvm::sort(order, [&](unsigned a, unsigned b) {
    return std::pair(-strides[a], a) < std::pair(-strides[b], b);
  });
  return order;
}

void Aligner::copy(GenericOp op, unsigned number) {
  OpOperand *input = op.getDpsInputOperand(number);
  ArrayRef<unsigned> dims = attention.dims.find(op)->second;
  AffineMap map = op.getMatchingIndexingMap(input);
  // The copy runs over the loops that the access depends on, and over all
  // dimensions of a role it depends on.
  SmallVector<unsigned> loops;
  auto touches = [&](ArrayRef<unsigned> role) {
    return llvm::any_of(llvm::seq<unsigned>(0, dims.size()), [&](unsigned l) {
      return map.isFunctionOfDim(l) && llvm::is_contained(role, dims[l]);
    });
  };
  SmallVector<unsigned> roleDims;
  for (ArrayRef<unsigned> role : joined)
    if (touches(role))
      llvm::append_range(roleDims, role);
  for (unsigned l = 0; l < dims.size(); ++l)
    if (map.isFunctionOfDim(l) && !llvm::is_contained(roleDims, dims[l]))
      loops.push_back(l);
  for (unsigned dim : roleDims)
    loops.push_back(llvm::find(dims, dim) - dims.begin());

  rewriter.setInsertionPoint(attention.members.front());
  copies.read(op, number, loops);
}

bool Aligner::run() {
  SmallVector<int64_t> query =
                           stridesOf(attention.scores, attention.queryInput),
                       key = stridesOf(attention.scores,
                                       1 - attention.queryInput);
  for (auto &[dims, strides] : {std::pair(ArrayRef(attention.rows), query),
                                std::pair(ArrayRef(attention.keys), key)}) {
    SmallVector<unsigned> order = ordered(dims, strides);
    if (order.size() > 1 && isOne(strides, order))
      joined.push_back(order);
  }
  bool changed = false;
  for (GenericOp op : attention.logits) {
    ArrayRef<unsigned> dims = attention.dims.find(op)->second;
    for (unsigned number = 0; number < op.getNumDpsInputs(); ++number) {
      OpOperand *input = op.getDpsInputOperand(number);
      auto producer = input->get().getDefiningOp<GenericOp>();
      if ((producer && llvm::is_contained(attention.members, producer)) ||
          !isa<RankedTensorType>(input->get().getType()) ||
          !op.getMatchingIndexingMap(input).isProjectedPermutation())
        continue;
      SmallVector<int64_t> strides = stridesOf(op, number);
      bool apart = llvm::any_of(joined, [&](ArrayRef<unsigned> role) {
        return llvm::all_of(
                   role,
                   [&](unsigned d) { return llvm::is_contained(dims, d); }) &&
               !isOne(strides, role);
      });
      if (!apart)
        continue;
      copy(op, number);
      changed = true;
    }
  }
  return changed;
}

namespace {
struct AlignAttentionPass
    : tilewright::impl::AlignAttentionPassBase<AlignAttentionPass> {
  using AlignAttentionPassBase::AlignAttentionPassBase;
  void runOnOperation() override {
    SmallVector<GenericOp> generics;
    getOperation().walk([&](GenericOp op) { generics.push_back(op); });
    IRRewriter rewriter(&getContext());
    bool changed = false;
    for (GenericOp op : generics)
      if (std::optional<Attention> attention = matchAttention(op))
        changed |= Aligner(rewriter, *attention).run();
    if (!changed)
      markAllAnalysesPreserved();
  }
};
} // namespace
