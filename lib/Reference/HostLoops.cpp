//===- HostLoops.cpp - Contractions as loops a host vectorises ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the speed of the reference on reductions over products. Sums keep the
// order of increasing reduction indices: parallel loops, reductions, and then
// the result's contiguous dimension innermost, where LLVM vectorises without
// reassociation.
//
//===----------------------------------------------------------------------===//

#include "HostPipeline.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using linalg::GenericOp;

/// Extents of the tiles of the reduction and of the innermost loop: 128 KB of
/// the second operand in f32 stay in the second-level cache.
static constexpr int64_t kReductionTile = 64, kInnerTile = 512;

/// A generic with reductions, one tensor result, and inputs all indexed by
/// projected permutations.
static bool isCandidate(GenericOp generic) {
  return generic.getNumReductionLoops() > 0 && generic.getNumDpsInits() == 1 &&
         !generic.hasIndexSemantics() &&
         !tilewright::reference::isSumOfProducts(generic) &&
         llvm::all_of(generic.getIndexingMapsArray(), [](AffineMap map) {
           return map.isProjectedPermutation();
         });
}

/// The loop along the result's last dimension of extent > 1; -1 without one.
static int innermostLoop(GenericOp generic) {
  AffineMap result = generic.getIndexingMapsArray().back();
  SmallVector<int64_t> extents = generic.getStaticLoopRanges();
  for (unsigned i = result.getNumResults(); i-- > 0;)
    if (extents[result.getDimPosition(i)] != 1)
      return result.getDimPosition(i);
  return -1;
}

/// `input` transposed so that `loop` runs along its last dimension.
static void makeContiguous(IRRewriter &rewriter, GenericOp generic,
                           OpOperand *input, unsigned loop) {
  AffineMap map = generic.getMatchingIndexingMap(input);
  std::optional<unsigned> position =
      map.getResultPosition(getAffineDimExpr(loop, map.getContext()));
  if (!position || *position + 1 == map.getNumResults())
    return;
  SmallVector<int64_t> order;
  for (unsigned i = 0; i < map.getNumResults(); ++i)
    if (i != *position)
      order.push_back(i);
  order.push_back(*position);
  auto type = cast<RankedTensorType>(input->get().getType());
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> results;
  for (int64_t dim : order) {
    shape.push_back(type.getDimSize(dim));
    results.push_back(map.getResult(dim));
  }
  rewriter.setInsertionPoint(generic);
  Location loc = generic.getLoc();
  Value empty =
      tensor::EmptyOp::create(rewriter, loc, shape, type.getElementType());
  auto transposed =
      linalg::TransposeOp::create(rewriter, loc, input->get(), empty, order);
  SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
  maps[input->getOperandNumber()] =
      AffineMap::get(map.getNumDims(), 0, results, map.getContext());
  input->set(transposed->getResult(0));
  generic.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
}

LogicalResult tilewright::reference::orderLoops(ModuleOp module) {
  IRRewriter rewriter(module.getContext());
  SmallVector<GenericOp> candidates;
  module.walk([&](GenericOp generic) {
    if (generic.hasPureTensorSemantics() && isCandidate(generic))
      candidates.push_back(generic);
  });
  for (GenericOp generic : candidates) {
    int inner = innermostLoop(generic);
    if (inner < 0)
      continue;
    for (OpOperand *input : generic.getDpsInputOperands())
      makeContiguous(rewriter, generic, input, inner);
    SmallVector<unsigned> order;
    auto append = [&](utils::IteratorType type) {
      for (auto [loop, each] : llvm::enumerate(generic.getIteratorTypesArray()))
        if (each == type && int(loop) != inner)
          order.push_back(loop);
    };
    append(utils::IteratorType::parallel);
    append(utils::IteratorType::reduction);
    order.push_back(inner);
    if (!llvm::is_sorted(order) &&
        failed(linalg::interchangeGenericOp(rewriter, generic, order)))
      return failure();
  }
  return success();
}

LogicalResult tilewright::reference::tileContractions(ModuleOp module) {
  IRRewriter rewriter(module.getContext());
  SmallVector<GenericOp> candidates;
  module.walk([&](GenericOp generic) {
    if (generic.hasPureBufferSemantics() && isCandidate(generic) &&
        generic.getNumDpsInputs() == 2)
      candidates.push_back(generic);
  });
  for (GenericOp generic : candidates) {
    unsigned loops = generic.getNumLoops();
    auto types = generic.getIteratorTypesArray();
    SmallVector<int64_t> extents = generic.getStaticLoopRanges();
    if (loops < 3 || types[loops - 1] != utils::IteratorType::parallel ||
        types[loops - 2] != utils::IteratorType::reduction)
      continue;
    SmallVector<int64_t> sizes(loops, 0);
    if (extents[loops - 2] > kReductionTile)
      sizes[loops - 2] = kReductionTile;
    if (extents[loops - 1] > kInnerTile)
      sizes[loops - 1] = kInnerTile;
    if (llvm::all_of(sizes, [](int64_t size) { return size == 0; }))
      continue;
    linalg::LinalgTilingOptions options;
    options.setTileSizes(sizes);
    rewriter.setInsertionPoint(generic);
    FailureOr<linalg::TiledLinalgOp> tiled =
        linalg::tileLinalgOp(rewriter, generic, options);
    if (failed(tiled))
      return failure();
    rewriter.eraseOp(generic);
  }
  return success();
}
