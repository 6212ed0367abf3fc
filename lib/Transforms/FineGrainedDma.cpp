//===- FineGrainedDma.cpp - Loads and products in subtiles ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The groups of a product can run with blocks of k outermost; then its first
// ones need the first blocks of x and w only. Where the pipeliner has marked
// the loads and the product of a tile (`subtiles`), this pass
//
//   - makes of each load one move per subtile along k, and of loads that follow
//     each other one sequence in the order of first use: x0, w0, x1, w1, ...
//   - makes of the product parts between the blocks where subtiles begin, with
//     the waits for what begins there in front of each. What every part reads
//     is there when it starts, weights included: none are pushed ahead into a
//     part that has to wait.
//
// Places and numbers of subtiles are those of Layout/Subtiles.h for both. It
// works on banks, where a subtile is an offset and the strides of the whole
// tile, and before moves are taken apart into descriptors.
//
//===----------------------------------------------------------------------===//

#include "DescriptorFields.h"
#include "MachineOption.h"
#include "MachinePasses.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Layout/Subtiles.h"
#include "tilewright/Schedule/ArrayStream.h"
#include "tilewright/Transforms/Passes.h"

namespace tilewright {
#define GEN_PASS_DEF_FINEGRAINEDDMA
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

namespace {
/// A marked load with its subtiles.
struct SplitLoad {
  togsim::DmaStartOp op;
  SubtileGrid grid;
  LaneLayout lanes;
  SmallVector<int64_t> bankStrides;

  togsim::SubtilesAttr subtiles() { return *op.getSubtiles(); }
  unsigned dim() { return subtiles().getDim(); }
  SmallVector<int64_t> coordinates(int64_t i) {
    SmallVector<int64_t> c(grid.tile.size(), 0);
    c[dim()] = i;
    return c;
  }
};

/// A part of a product, which begins where subtiles do.
struct Part {
  int64_t begin = 0;           ///< group
  bool needsSubtiles = false;  ///< so weights are not there before
  SmallVector<int64_t> tags{}; ///< waited for in front of it
};
} // namespace

static FailureOr<SplitLoad> splitLoad(togsim::DmaStartOp op, unsigned lanes) {
  FailureOr<MoveStrides> strides = moveStrides(op);
  if (failed(strides))
    return failure();
  SplitLoad load{
      op, {}, LaneLayout{unsigned(op.getLaneStride()), lanes}, strides->bank};
  load.grid.tile.assign(op.getExtents().begin(), op.getExtents().end());
  load.grid.subtile = load.grid.tile;
  const int64_t extent = load.grid.tile[load.dim()],
                count = load.subtiles().getCount();
  if (extent % lanes || !makesPieces(extent, lanes, count))
    return op.emitError("extent ") << extent << " does not make " << count
                                   << " subtiles of whole blocks of " << lanes;
  load.grid.subtile[load.dim()] = pieceExtent(extent, lanes, count);
  if (auto broken = load.grid.brokenRound(op.getLaneAxis(), load.lanes))
    return op.emitError("subtiles of ")
           << *broken << " along the lane axis are no whole rounds of "
           << load.lanes.stride << " x " << lanes
           << ": a move begins at lane 0";
  return load;
}

/// max(0, min(bound - begin, extent)).
static Value clampBound(OpBuilder &builder, Location loc, Value bound,
                        int64_t begin, int64_t extent) {
  if (auto constant = constantBound(bound))
    return arith::ConstantIndexOp::create(
        builder, loc, std::clamp<int64_t>(*constant - begin, 0, extent));
  AffineExpr d0 = builder.getAffineDimExpr(0);
  auto limited = [&](auto create, Value value, AffineExpr expr, int64_t limit) {
    SmallVector<AffineExpr> exprs{expr, builder.getAffineConstantExpr(limit)};
    return create(AffineMap::get(1, 0, exprs, builder.getContext()), value);
  };
  auto min = [&](AffineMap map, Value value) -> Value {
    return affine::AffineMinOp::create(builder, loc, map, ValueRange{value});
  };
  auto max = [&](AffineMap map, Value value) -> Value {
    return affine::AffineMaxOp::create(builder, loc, map, ValueRange{value});
  };
  return limited(max, limited(min, bound, d0 - begin, extent), d0, 0);
}

/// The move of subtile `i`.
static void createMove(OpBuilder &builder, SplitLoad &load, int64_t i) {
  togsim::DmaStartOp op = load.op;
  Location loc = op.getLoc();
  const unsigned dim = load.dim();
  const SmallVector<int64_t> c = load.coordinates(i);
  const int64_t begin = load.grid.begin(c, dim),
                extent = load.grid.extent(c, dim);
  AffineExpr d0 = builder.getAffineDimExpr(0);
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  auto bounds = [&](ValueRange whole) {
    SmallVector<Value> result(whole);
    if (!result.empty())
      result[dim] = clampBound(builder, loc, whole[dim], begin, extent);
    return result;
  };
  Value offset = builder.createOrFold<affine::AffineApplyOp>(
      loc,
      AffineMap::get(1, 0, d0 + load.grid.dramOffset(c, op.getDramStrides())),
      ValueRange{op.getOffset()});
  SmallVector<Value> valid = bounds(op.getValid()), low = bounds(op.getLow());
  SmallVector<int64_t> extents(op.getExtents());
  extents[dim] = extent;
  togsim::DmaStartOp::create(
      builder, loc, op.getDirectionAttr(), op.getDram(), offset, op.getTile(),
      valid, low, /*index=*/Value(),
      constant(load.grid.bankOffset(c, load.bankStrides, op.getLaneAxis(),
                                    load.lanes)),
      /*index_offset=*/Value(),
      i == 0 ? op.getTag() : constant(load.subtiles().tagOf(i)),
      op.getDramStridesAttr(), op.getFillAttr(),
      builder.getDenseI64ArrayAttr(extents), op.getTileDimsAttr(),
      op.getLaneAxisAttr(), op.getLaneStrideAttr(), /*index_dims=*/nullptr,
      /*index_stride=*/nullptr, /*index_bound=*/nullptr,
      /*accumulate=*/nullptr, builder.getDenseI64ArrayAttr(load.bankStrides),
      /*index_strides=*/nullptr, /*subtiles=*/nullptr);
}

/// The moves of loads that start one after the other, where the last of them
/// stands, by what is needed first.
static void splitTogether(MutableArrayRef<SplitLoad> loads) {
  if (loads.empty())
    return;
  // First index along k, load, subtile.
  SmallVector<std::tuple<int64_t, size_t, int64_t>> moves;
  for (auto [number, load] : llvm::enumerate(loads))
    for (int64_t i = 0; i < load.subtiles().getCount(); ++i)
      moves.push_back(
          {load.grid.begin(load.coordinates(i), load.dim()), number, i});
  llvm::sort(moves);
  OpBuilder builder(loads.back().op);
  for (auto [begin, number, i] : moves)
    createMove(builder, loads[number], i);
  for (SplitLoad &load : loads)
    load.op.erase();
}

/// The tile of which the move loads a copy.
static Value wholeTile(togsim::DmaStartOp op) {
  auto copy = op.getTile().getDefiningOp<memref::SubViewOp>();
  return copy ? copy.getSource() : op.getTile();
}

static LogicalResult splitLoads(Block &block, unsigned lanes) {
  SmallVector<SplitLoad> together;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        if (failed(splitLoads(inner, lanes)))
          return failure();
    auto move = dyn_cast<togsim::DmaStartOp>(op);
    if (!move || !move.getSubtiles())
      continue;
    FailureOr<SplitLoad> load = splitLoad(move, lanes);
    if (failed(load))
      return failure();
    // The same tile again: another iteration's.
    if (llvm::any_of(together, [&](SplitLoad &other) {
          return wholeTile(other.op) == wholeTile(move);
        })) {
      splitTogether(together);
      together.clear();
    }
    together.push_back(std::move(*load));
  }
  splitTogether(together);
  return success();
}

/// The parts of `op`, which runs groups [first, last); a block of k is
/// `groupsPerBlock` groups.
static FailureOr<SmallVector<Part>> partsOf(togsim::ContractOp op,
                                            int64_t groupsPerBlock,
                                            int64_t first, int64_t last) {
  const int64_t blocks = cast<MemRefType>(op.getX().getType()).getDimSize(0);
  SmallVector<Part> parts{{first}};
  for (std::optional<togsim::SubtilesAttr> subtiles :
       {op.getXSubtiles(), op.getWSubtiles()}) {
    if (!subtiles)
      continue;
    if (!makesPieces(blocks, 1, subtiles->getCount()))
      return op.emitError("its ") << blocks << " blocks of k do not make "
                                  << subtiles->getCount() << " subtiles";
    const int64_t piece = pieceExtent(blocks, 1, subtiles->getCount());
    for (int64_t i = 1; i < subtiles->getCount(); ++i) {
      const int64_t begin = i * piece * groupsPerBlock;
      if (begin < first || begin >= last)
        continue; // another part of the product waits
      auto *part =
          llvm::find_if(parts, [&](const Part &p) { return p.begin == begin; });
      if (part == parts.end())
        part = parts.insert(part, Part{begin});
      part->needsSubtiles = true;
      part->tags.push_back(subtiles->tagOf(i));
    }
  }
  llvm::sort(parts,
             [](const Part &a, const Part &b) { return a.begin < b.begin; });
  return parts;
}

/// Whether the product goes on behind group `last` with a subtile.
static bool subtileBeginsAt(togsim::ContractOp op, int64_t groupsPerBlock,
                            int64_t group) {
  const int64_t blocks = cast<MemRefType>(op.getX().getType()).getDimSize(0);
  for (std::optional<togsim::SubtilesAttr> subtiles :
       {op.getXSubtiles(), op.getWSubtiles()})
    if (subtiles && group % (pieceExtent(blocks, 1, subtiles->getCount()) *
                             groupsPerBlock) ==
                        0)
      return true;
  return false;
}

static LogicalResult splitProduct(togsim::ContractOp op,
                                  const MachineConfig &machine) {
  auto w = cast<MemRefType>(op.getW().getType()),
       y = cast<MemRefType>(op.getY().getType());
  if (!togsim::isBank(y))
    return op.emitError("operands are not projected to banks yet");
  const ArrayStream stream =
      ArrayStream::of(y.getDimSize(0), y.getDimSize(1), op.getLineRows(),
                      op.getLagChunks(), machine);
  const int64_t blocks = cast<MemRefType>(op.getX().getType()).getDimSize(0),
                depth = w.getDimSize(1) / int64_t(machine.lanes),
                groups = stream.groupsN * depth,
                groupsPerBlock = groups / blocks;
  if (depth < blocks || depth % blocks)
    return op.emitError("w must hold the weights of ")
           << blocks << " blocks of k for each tap, but has " << depth;
  int64_t first = 0, last = groups;
  if (auto part = op.getPart()) {
    first = (*part)[0];
    last = (*part)[1] < 0 ? groups : (*part)[1];
  }
  FailureOr<SmallVector<Part>> parts = partsOf(op, groupsPerBlock, first, last);
  if (failed(parts))
    return failure();
  OpBuilder builder(op);
  for (auto [i, part] : llvm::enumerate(*parts)) {
    for (int64_t tag : part.tags)
      togsim::WaitOp::create(
          builder, op.getLoc(),
          arith::ConstantIndexOp::create(builder, op.getLoc(), tag));
    const bool isLast = i + 1 == parts->size();
    const int64_t end = isLast ? last : (*parts)[i + 1].begin;
    auto piece = cast<togsim::ContractOp>(builder.clone(*op));
    piece.removeXSubtilesAttr();
    piece.removeWSubtilesAttr();
    piece.setTapsInside(depth > blocks);
    piece.setPart(
        ArrayRef<int64_t>{part.begin, end == groups ? int64_t(-1) : end});
    piece.setOpen(op.getOpen() || !isLast);
    // Weights: from its first group on where it had to wait, up to the next
    // group that has to.
    const bool owns = part.begin == 0 || part.needsSubtiles,
               stops = end < groups && subtileBeginsAt(op, groupsPerBlock, end);
    if (part.needsSubtiles || stops)
      piece.setWeights(ArrayRef<int64_t>{part.begin + (owns ? 0 : 1),
                                         stops ? end : int64_t(-1)});
  }
  op.erase();
  return success();
}

namespace {
struct FineGrainedDmaPass
    : tilewright::impl::FineGrainedDmaBase<FineGrainedDmaPass> {
  using FineGrainedDmaBase::FineGrainedDmaBase;
  explicit FineGrainedDmaPass(const MachineConfig &machine)
      : machine(machine) {}

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (failed(machine.resolve(machineName, kernel.getLoc())))
      return signalPassFailure();
    for (Block &block : kernel.getBody())
      if (failed(splitLoads(block, machine.get().lanes)))
        return signalPassFailure();
    SmallVector<togsim::ContractOp> products;
    kernel.walk([&](togsim::ContractOp op) {
      if (op.getXSubtiles() || op.getWSubtiles())
        products.push_back(op);
    });
    for (togsim::ContractOp op : products)
      if (failed(splitProduct(op, machine.get())))
        return signalPassFailure();
  }

private:
  MachineHolder machine;
};
} // namespace

std::unique_ptr<Pass> createFineGrainedDma(const MachineConfig &machine) {
  return std::make_unique<FineGrainedDmaPass>(machine);
}
