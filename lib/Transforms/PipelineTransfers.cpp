//===- PipelineTransfers.cpp - Explicit double buffering ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Takes a K0 kernel: a (possibly imperfect) nest of tile loops with synchronous
// transfers. The nest of T iterations in all becomes one loop over `it`:
//
//   start the loads of iterations 0 .. distance-1
//   for it in 0 .. T:
//     start the loads of iteration it + distance
//     for every section of the nest that runs in this iteration:
//       wait where it loads; compute; start where it stores
//   wait for all stores
//
// A section at depth d (before or behind the loop at that depth) runs when all
// deeper loops are at their first (or last) iteration. With D the product of
// the deeper trip counts, that is it mod D == 0 (or D-1). A load that depends
// on loops up to depth d is new whenever it mod D == 0; its copy number is (it
// / D) mod copies, and likewise for stored tiles. So guards, copies and tags
// are affine in `it`, and the same expressions serve the tile operation graph.
//
// An indirect load cannot run ahead: the indices it needs are computed in the
// iteration itself. It starts where it stands and is waited for where its tile
// is first used.
//
// A chained product (togsim.contract) need not be over when the next one
// begins: it leaves its last results in the arrays, and the first groups of the
// next one pop them. What follows the product, its `late` sections, then runs
// behind these groups:
//
//   for it in 0 .. T + 1:
//     start loads ahead
//     if it < T: sections up to the product; its first groups, which complete
//                the sums of iteration it-1
//     else:      drain
//     if it > 0: late sections of iteration it-1
//     if it < T: the rest of the product
//
// So epilogues run, and stores start, while the arrays work. Loads of late
// sections start with the iteration before, which is as far ahead as others.
// The sums of a product have a copy more than their stores need.
//
// Nothing hides the loads of the first iteration, nor the product of the last
// one. Where a product asks for it, their loads and products are marked for
// togsim-fine-grained-dma, with tags for the subtiles; the iterations between
// are as above.
//
// Stores that may meet each other's elements (indirect, accumulating) happen in
// order: one copy, and a wait before it is written again.
//
// Hazards: a load into a copy starts only after the compute that last read that
// copy (distance < copies); a stored tile is written again only after a wait on
// the tag of its earlier store, and so is the index tile of that store.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/IntegerSet.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Isa/Isa.h"
#include "tilewright/Transforms/Passes.h"

namespace tilewright {
#define GEN_PASS_DEF_PIPELINETRANSFERS
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

namespace {

/// Operations between loops of the nest, run once per iteration of the loops
/// around them.
struct Section {
  unsigned depth = 0;  ///< loops around it
  bool behind = false; ///< after the deeper loops rather than before
  bool late = false;   ///< an iteration later: behind a product that stays open
  SmallVector<Operation *> ops;
};

/// What is special about an iteration: the first (also the only one) and the
/// last of a kernel may load and multiply subtiles.
enum class Edge { None, First, Last };

/// A tile that transfers touch, with the copies it gets.
struct Buffer {
  togsim::TileOp tile;
  MemRefType type;
  togsim::TransferOp load, store;
  int64_t period = 1; ///< iterations per copy: D of the header comment
  int64_t copies = 1;
  int64_t firstTag = 0;
  bool late = false;                ///< transferred in a late section
  bool behindProduct = false;       ///< not used before it
  Operation *firstWriter = nullptr; ///< of a stored tile
  Value multi; ///< the tile with its leading copy dimension

  /// Of an operand of the product, at each edge where its load is split.
  togsim::SubtilesAttr first, last;
  togsim::SubtilesAttr subtiles(Edge edge) const {
    return edge == Edge::First ? first : edge == Edge::Last ? last : nullptr;
  }

  /// Loaded where the transfer stands, not ahead.
  bool loadsInPlace() { return load && load.getIndex(); }
  bool storesInOrder() {
    return store && (store.getIndex() || store.getAccumulate());
  }
};

class Pipeliner {
public:
  Pipeliner(func::FuncOp kernel, unsigned copies)
      : kernel(kernel), wantedCopies(copies), builder(kernel.getContext()) {}
  LogicalResult run();

private:
  LogicalResult collectNest(Block &block);
  LogicalResult collectBuffers();
  /// Gives the operands of a product that asks for it subtiles, whose tags
  /// count on from `tag`.
  LogicalResult findEdges(int64_t &tag);
  void createBuffers();
  /// Makes what follows a chained product late, if nothing else ties it to its
  /// iteration.
  void findStream();
  int64_t innerIterations(unsigned depth) const;
  Value apply(AffineExpr expr, Value it);
  AffineExpr copyNumber(const Buffer &buffer, AffineExpr it) const {
    return it.floorDiv(buffer.period) % buffer.copies;
  }
  /// Values of the nest's induction variables and index computations at `it`.
  void mapIndices(Operation *op, Value it, IRMapping &mapping);
  /// The copy of the buffer's tile that iteration `it` uses.
  Value view(const Buffer &buffer, Value it);
  void startMove(const Buffer &buffer, togsim::TransferOp transfer, Value it,
                 Edge edge = Edge::None);
  void waitFor(const Buffer &buffer, Value it);
  bool writesFirst(Operation *op, Buffer &buffer);
  /// Starts the loads that iteration `it` + `distance` is the first to use.
  void emitPrefetch(Value it, int64_t distance, bool late);
  void startAhead(int64_t distance);
  void emitSection(const Section &section, Value it);
  void emitProduct(Value it);
  /// `emit` for whichever edge iteration `it` is, which it then gets as a
  /// constant: never the first unless `maybeFirst`.
  void atEdges(Value it, bool maybeFirst,
               llvm::function_ref<void(Edge, Value)> emit);
  /// The tiles of the product that iteration `it` uses.
  IRMapping productViews(Value it);
  /// The product, or a part of one that stays open.
  void emitContract(IRMapping views, Edge edge,
                    std::optional<ArrayRef<int64_t>> part, Value previous);
  void emitRest(Value it, std::optional<ArrayRef<int64_t>> part);
  void emitIteration(Value it, bool late);
  void emitStreamIteration(Value it, int64_t distance);
  /// Opens an affine.if over `constraints` >= 0 in `it`.
  affine::AffineIfOp guard(ArrayRef<AffineExpr> constraints, Value it,
                           bool orElse = false);

  func::FuncOp kernel;
  int64_t wantedCopies;
  OpBuilder builder;
  SmallVector<affine::AffineForOp> loops;
  SmallVector<int64_t> trips;
  SmallVector<Section> sections; ///< in execution order
  llvm::MapVector<Value, Buffer> buffers;
  Block *entry = nullptr;
  togsim::ContractOp stream; ///< the product that stays open, or null
  togsim::ContractOp split;  ///< the product that has edges, or null
  bool hasFirstEdge = false, hasLastEdge = false;
};

} // namespace

/// What all sections share, in front of the loop: tiles and constants.
static bool isCommon(Operation *op) {
  return llvm::isa<togsim::TileOp, arith::ConstantOp>(op);
}

int64_t Pipeliner::innerIterations(unsigned depth) const {
  int64_t total = 1;
  for (unsigned d = depth; d < trips.size(); ++d)
    total *= trips[d];
  return total;
}

LogicalResult Pipeliner::collectNest(Block &block) {
  affine::AffineForOp inner;
  Section before, behind;
  before.depth = behind.depth = loops.size();
  behind.behind = true;
  for (Operation &op : block.without_terminator()) {
    if (isCommon(&op))
      continue;
    auto loop = dyn_cast<affine::AffineForOp>(op);
    bool isNest = false;
    if (loop)
      loop.walk([&](togsim::TransferOp) { isNest = true; });
    if (!isNest) {
      (inner ? behind : before).ops.push_back(&op);
      continue;
    }
    if (inner)
      return loop.emitError("kernel has two tile loops at one level; only a "
                            "single nest can be pipelined");
    if (!loop.hasConstantBounds() || loop.getConstantLowerBound() != 0 ||
        loop.getStepAsInt() != 1 || loop.getNumIterOperands() != 0)
      return loop.emitError("tile loop must count from 0 by 1 to a constant");
    inner = loop;
  }
  sections.push_back(before);
  if (inner) {
    loops.push_back(inner);
    trips.push_back(inner.getConstantUpperBound());
    if (failed(collectNest(*inner.getBody())))
      return failure();
    sections.push_back(behind);
  }
  return success();
}

/// The operations of the nest that compute `op`'s index operands.
static void indexSlice(Operation *op, SetVector<Operation *> &slice) {
  for (Value operand : op->getOperands()) {
    Operation *def = operand.getDefiningOp();
    if (!def || slice.contains(def) ||
        !llvm::isa<affine::AffineApplyOp, affine::AffineMinOp,
                   affine::AffineMaxOp, arith::ConstantIndexOp>(def))
      continue;
    indexSlice(def, slice);
    slice.insert(def);
  }
}

/// Whether `op` writes `tile`.
static bool writes(Operation *op, Value tile) {
  if (llvm::is_contained(togsim::tilesWrittenBy(op), tile))
    return true;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return llvm::is_contained(linalgOp.getDpsInits(), tile);
  return false;
}

/// Whether `op` or an operation inside reads or writes `tile`.
static bool usesTile(Operation *op, Value tile) {
  return op
      ->walk([&](Operation *inner) {
        return llvm::is_contained(inner->getOperands(), tile)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Whether `op` is the first in an iteration to write what the buffer's store
/// reads: the tile, or the store's index tile.
bool Pipeliner::writesFirst(Operation *op, Buffer &buffer) {
  if (buffer.firstWriter == op)
    return true;
  Value index = buffer.store.getIndex();
  return index && buffers.find(index)->second.firstWriter == op;
}

void Pipeliner::findStream() {
  SmallVector<togsim::ContractOp> products;
  kernel.walk([&](togsim::ContractOp op) { products.push_back(op); });
  if (products.size() != 1 || !products[0].getChained() ||
      innerIterations(0) == 1)
    return;
  auto *inner = llvm::find_if(sections, [&](const Section &section) {
    return llvm::is_contained(section.ops, products[0].getOperation());
  });
  if (inner == sections.end() || inner->depth != loops.size())
    return;
  const size_t position =
      llvm::find(inner->ops, products[0]) - inner->ops.begin();
  // Tiles in use on both sides: only the sums may be.
  llvm::SmallPtrSet<Value, 8> early;
  bool isBehind = false, isTied = false;
  for (const Section &section : sections)
    for (Operation *op : section.ops) {
      op->walk([&](Operation *used) {
        for (Value operand : used->getOperands())
          if (!togsim::spadLayout(operand.getType()) ||
              operand == products[0].getY())
            continue;
          else if (!isBehind)
            early.insert(operand);
          else
            isTied |= early.contains(operand);
      });
      isBehind |= op == products[0];
    }
  if (isTied)
    return;
  stream = products[0];
  Section rest;
  rest.depth = inner->depth;
  rest.ops.assign(inner->ops.begin() + position + 1, inner->ops.end());
  inner->ops.truncate(position + 1);
  auto *next = sections.insert(std::next(inner), rest);
  for (; next != sections.end(); ++next)
    next->late = true;
}

LogicalResult Pipeliner::findEdges(int64_t &tag) {
  const int64_t total = innerIterations(0);
  SmallVector<togsim::ContractOp> products;
  kernel.walk([&](togsim::ContractOp op) {
    if (op.getFirstSubtiles() || op.getLastSubtiles())
      products.push_back(op);
  });
  if (products.empty())
    return success();
  if (products.size() > 1)
    return products[1].emitError("is a second product with subtiles");
  split = products[0];
  if (!llvm::any_of(sections, [&](const Section &section) {
        return section.depth == loops.size() &&
               llvm::is_contained(section.ops, split.getOperation());
      }))
    return split.emitError("has subtiles, but is not run by every iteration");
  for (auto [number, operand] :
       llvm::enumerate(ValueRange{split.getX(), split.getW()})) {
    auto count = [&](std::optional<ArrayRef<int64_t>> subtiles) {
      return subtiles ? (*subtiles)[number] : 1;
    };
    const int64_t first = count(split.getFirstSubtiles()),
                  last = count(split.getLastSubtiles());
    if (first == 1 && last == 1)
      continue;
    const char *name = number ? "w" : "x";
    auto found = buffers.find(operand);
    if (found == buffers.end() || !found->second.load ||
        found->second.loadsInPlace())
      return split.emitError("has subtiles of ")
             << name << ", which no regular load brings";
    Buffer &buffer = found->second;
    if (last > 1 && (total == 1 || buffer.period == total ||
                     (total - 1) % buffer.period != 0))
      return split.emitError("has last subtiles of ")
             << name << ", which the last iteration does not load";
    // k is the innermost extent of its tile dimension.
    auto dims =
        togsim::matchExtents(buffer.load.getExtents(), buffer.type.getShape());
    int64_t dim = dims->size() - 1;
    while ((*dims)[dim] != number)
      --dim;
    auto reserve = [&](int64_t subtiles) -> togsim::SubtilesAttr {
      if (subtiles == 1)
        return nullptr;
      tag += subtiles - 1;
      return togsim::SubtilesAttr::get(kernel.getContext(), subtiles, dim,
                                       tag - (subtiles - 1));
    };
    buffer.first = reserve(first);
    buffer.last = reserve(last);
    hasFirstEdge |= first > 1;
    hasLastEdge |= last > 1;
  }
  return success();
}

LogicalResult Pipeliner::collectBuffers() {
  int64_t total = innerIterations(0);
  bool isBehind = false;
  for (auto tile : entry->getOps<togsim::TileOp>()) {
    Buffer &buffer = buffers[tile.getMemref()];
    buffer.tile = tile;
    buffer.type = cast<MemRefType>(tile.getType());
  }
  for (const Section &section : sections)
    for (Operation *op : section.ops) {
      for (auto &[tile, buffer] : buffers)
        if (!buffer.firstWriter && writes(op, tile))
          buffer.firstWriter = op;
      isBehind |= llvm::isa<togsim::ContractOp>(op);
      auto transfer = dyn_cast<togsim::TransferOp>(op);
      if (!transfer)
        continue;
      Buffer &buffer = buffers[transfer.getTile()];
      if (!buffer.tile)
        return transfer.emitError("tile is not a togsim.tile of this kernel");
      bool isLoad = transfer.getDirection() == togsim::Direction::Load;
      if (buffer.load || (buffer.store && (isLoad || buffer.store)))
        return transfer.emitError(
            "tile takes part in a second transfer; use one tile per transfer");
      (isLoad ? buffer.load : buffer.store) = transfer;
      buffer.late = section.late;
      buffer.behindProduct = isBehind;
      unsigned depth = section.depth;
      if (isLoad) {
        // Depends on loops up to the deepest whose variable it uses.
        SetVector<Operation *> slice;
        indexSlice(transfer, slice);
        slice.insert(transfer);
        for (depth = section.depth; depth > 0; --depth) {
          Value iv = loops[depth - 1].getInductionVar();
          if (trips[depth - 1] > 1 && llvm::any_of(slice, [&](Operation *o) {
                return llvm::is_contained(o->getOperands(), iv);
              }))
            break;
        }
      }
      buffer.period = innerIterations(depth);
      buffer.copies = buffer.loadsInPlace() || buffer.storesInOrder()
                          ? 1
                          : std::min(wantedCopies, total / buffer.period);
    }
  for (auto &[tile, buffer] : buffers)
    if (buffer.store && buffer.store.getIndex()) {
      auto index = buffers.find(buffer.store.getIndex());
      if (index == buffers.end() || index->second.load)
        return buffer.store.emitError("index tile of a store must be computed "
                                      "by the kernel: a load could "
                                      "overwrite it while the store reads it");
    }
  if (stream) {
    Buffer &sums = buffers[stream.getY()];
    for (const Section &section : sections)
      if (llvm::is_contained(section.ops, sums.firstWriter))
        sums.period = innerIterations(section.depth);
    sums.copies =
        std::min(wantedCopies + (sums.store ? 1 : 0), total / sums.period);
  }
  int64_t tag = 0;
  for (auto &[tile, buffer] : buffers) {
    if (!buffer.load && !buffer.store)
      continue;
    buffer.firstTag = tag;
    tag += buffer.copies;
  }
  if (failed(findEdges(tag)))
    return failure();
  if (tag > int64_t(isa::kNumTags))
    return kernel.emitError("kernel needs ")
           << tag << " DMA tags, the machine has " << isa::kNumTags;
  return success();
}

void Pipeliner::createBuffers() {
  for (auto &[tile, buffer] : buffers) {
    auto type = cast<MemRefType>(tile.getType());
    if (buffer.copies == 1) {
      buffer.multi = tile;
      continue;
    }
    SmallVector<int64_t> shape{buffer.copies};
    llvm::append_range(shape, type.getShape());
    auto layout = togsim::spadLayout(type);
    auto space = togsim::SpadAttr::get(type.getContext(), layout.getAxis() + 1,
                                       layout.getStride());
    builder.setInsertionPoint(buffer.tile);
    buffer.multi = togsim::TileOp::create(
        builder, buffer.tile.getLoc(),
        MemRefType::get(shape, type.getElementType(),
                        MemRefLayoutAttrInterface(), space),
        IntegerAttr());
  }
}

Value Pipeliner::apply(AffineExpr expr, Value it) {
  return builder.createOrFold<affine::AffineApplyOp>(
      kernel.getLoc(), AffineMap::get(1, 0, expr), ValueRange{it});
}

void Pipeliner::mapIndices(Operation *op, Value it, IRMapping &mapping) {
  AffineExpr d0 = builder.getAffineDimExpr(0);
  for (auto [i, loop] : llvm::enumerate(loops)) {
    if (mapping.contains(loop.getInductionVar()))
      continue;
    AffineExpr number = d0.floorDiv(innerIterations(i + 1));
    if (i > 0)
      number = number % trips[i];
    mapping.map(loop.getInductionVar(), apply(number, it));
  }
  SetVector<Operation *> slice;
  indexSlice(op, slice);
  for (Operation *def : slice)
    if (!mapping.contains(def->getResult(0)))
      builder.clone(*def, mapping);
}

Value Pipeliner::view(const Buffer &buffer, Value it) {
  if (buffer.copies == 1)
    return buffer.multi;
  Value copy = apply(copyNumber(buffer, builder.getAffineDimExpr(0)), it);
  SmallVector<int64_t> strides;
  int64_t offset;
  (void)buffer.type.getStridesAndOffset(strides, offset);
  auto layout = StridedLayoutAttr::get(builder.getContext(),
                                       ShapedType::kDynamic, strides);
  auto result =
      MemRefType::get(buffer.type.getShape(), buffer.type.getElementType(),
                      layout, buffer.type.getMemorySpace());
  return togsim::SlotOp::create(builder, kernel.getLoc(), result, buffer.multi,
                                copy);
}

void Pipeliner::startMove(const Buffer &buffer, togsim::TransferOp transfer,
                          Value it, Edge edge) {
  IRMapping mapping;
  mapIndices(transfer, it, mapping);
  auto mapped = [&](ValueRange values) {
    SmallVector<Value> result;
    for (Value v : values)
      result.push_back(mapping.lookupOrDefault(v));
    return result;
  };
  SmallVector<Value> low = mapped(transfer.getLow()),
                     valid = mapped(transfer.getValid());
  Value index;
  if (transfer.getIndex()) {
    auto tile = buffers.find(transfer.getIndex());
    index =
        tile == buffers.end() ? transfer.getIndex() : view(tile->second, it);
  }
  Value tag = apply(
      copyNumber(buffer, builder.getAffineDimExpr(0)) + buffer.firstTag, it);
  auto type = cast<MemRefType>(transfer.getTile().getType());
  auto layout = togsim::spadLayout(type);
  // The lane axis among the move's extents.
  auto dims = togsim::matchExtents(transfer.getExtents(), type.getShape());
  unsigned axis = llvm::find(*dims, layout.getAxis()) - dims->begin();
  SmallVector<int64_t> tileDims(dims->begin(), dims->end());
  togsim::DmaStartOp::create(
      builder, transfer.getLoc(), transfer.getDirectionAttr(),
      transfer.getDram(), mapping.lookupOrDefault(transfer.getOffset()),
      view(buffer, it), valid, low, index, /*bank_offset=*/Value(),
      /*index_offset=*/Value(), tag, transfer.getDramStridesAttr(),
      transfer.getFillAttr(), transfer.getExtentsAttr(),
      builder.getDenseI64ArrayAttr(tileDims), builder.getI64IntegerAttr(axis),
      builder.getI64IntegerAttr(layout.getStride()),
      transfer.getIndexDimsAttr(), transfer.getIndexStrideAttr(),
      transfer.getIndexBoundAttr(), transfer.getAccumulateAttr(),
      /*bank_strides=*/nullptr, /*index_strides=*/nullptr,
      buffer.subtiles(edge));
}

void Pipeliner::waitFor(const Buffer &buffer, Value it) {
  Value tag = apply(
      copyNumber(buffer, builder.getAffineDimExpr(0)) + buffer.firstTag, it);
  togsim::WaitOp::create(builder, kernel.getLoc(), tag);
}

affine::AffineIfOp Pipeliner::guard(ArrayRef<AffineExpr> constraints, Value it,
                                    bool orElse) {
  SmallVector<bool> equalities(constraints.size(), false);
  return affine::AffineIfOp::create(
      builder, kernel.getLoc(), IntegerSet::get(1, 0, constraints, equalities),
      ValueRange{it}, orElse);
}

void Pipeliner::emitPrefetch(Value it, int64_t distance, bool late) {
  int64_t total = innerIterations(0);
  AffineExpr next = builder.getAffineDimExpr(0) + distance;
  for (auto &[tile, buffer] : buffers) {
    if (!buffer.load || buffer.loadsInPlace() || total / buffer.period <= 1 ||
        buffer.late != late)
      continue;
    const int64_t end = total - (buffer.last ? 1 : 0);
    if (end <= distance)
      continue;
    SmallVector<AffineExpr> constraints{end - 1 - next};
    SmallVector<bool> equalities{false};
    if (buffer.period > 1) {
      constraints.push_back(next % buffer.period);
      equalities.push_back(true);
    }
    auto guard = affine::AffineIfOp::create(
        builder, kernel.getLoc(),
        IntegerSet::get(1, 0, constraints, equalities), ValueRange{it},
        /*withElseRegion=*/false);
    OpBuilder::InsertionGuard insertion(builder);
    builder.setInsertionPointToStart(guard.getThenBlock());
    startMove(buffer, buffer.load, apply(next, it));
  }
  if (!hasLastEdge || late || total <= distance)
    return;
  // The last loads start one after the other, so that their subtiles alternate.
  auto last = affine::AffineIfOp::create(
      builder, kernel.getLoc(),
      IntegerSet::get(1, 0, {next - (total - 1)}, {true}), ValueRange{it},
      /*withElseRegion=*/false);
  OpBuilder::InsertionGuard insertion(builder);
  builder.setInsertionPointToStart(last.getThenBlock());
  for (auto &[tile, buffer] : buffers)
    if (buffer.last)
      startMove(buffer, buffer.load, apply(next, it), Edge::Last);
}

/// Loads of the first iterations. Late ones are behind by an iteration; but
/// those that never change start here. In front of a product of subtiles goes
/// first what it needs.
void Pipeliner::startAhead(int64_t distance) {
  const int64_t total = innerIterations(0);
  auto start = [&](int64_t p, llvm::function_ref<bool(Buffer &)> starts) {
    Value it = arith::ConstantIndexOp::create(builder, kernel.getLoc(), p);
    Edge edge = p == 0 ? Edge::First : p == total - 1 ? Edge::Last : Edge::None;
    for (auto &[tile, buffer] : buffers)
      if (buffer.load && !buffer.loadsInPlace() && p % buffer.period == 0 &&
          starts(buffer))
        startMove(buffer, buffer.load, it, edge);
  };
  for (int64_t p = 0; p < std::max<int64_t>(distance, 1); ++p) {
    if (!split) {
      start(p, [&](Buffer &buffer) { return !buffer.late; });
      continue;
    }
    auto operand = [&](Buffer &buffer) { return buffer.first != nullptr; };
    start(p, [&](Buffer &buffer) {
      return !operand(buffer) && !buffer.behindProduct;
    });
    start(p, operand);
    start(p,
          [&](Buffer &buffer) { return buffer.behindProduct && !buffer.late; });
  }
  for (int64_t p = 0; p < std::max<int64_t>(distance, 1); ++p)
    start(p, [&](Buffer &buffer) {
      return buffer.late && (p < distance - 1 || total / buffer.period <= 1);
    });
}

void Pipeliner::atEdges(Value it, bool maybeFirst,
                        llvm::function_ref<void(Edge, Value)> emit) {
  const int64_t total = innerIterations(0);
  if (!split)
    return emit(Edge::None, it);
  auto emitEdge = [&](Edge edge) {
    emit(edge,
         arith::ConstantIndexOp::create(builder, kernel.getLoc(),
                                        edge == Edge::First ? 0 : total - 1));
  };
  if (maybeFirst && total == 1)
    return emitEdge(Edge::First);
  AffineExpr d0 = builder.getAffineDimExpr(0);
  OpBuilder::InsertionGuard insertion(builder);
  if (maybeFirst && hasFirstEdge) {
    auto others = guard(d0 - 1, it, /*orElse=*/true);
    builder.setInsertionPointToStart(others.getElseBlock());
    emitEdge(Edge::First);
    builder.setInsertionPointToStart(others.getThenBlock());
  }
  if (!hasLastEdge)
    return emit(Edge::None, it);
  if (total == 2 && (!maybeFirst || hasFirstEdge))
    return emitEdge(Edge::Last);
  auto others = guard(total - 2 - d0, it, /*orElse=*/true);
  builder.setInsertionPointToStart(others.getElseBlock());
  emitEdge(Edge::Last);
  builder.setInsertionPointToStart(others.getThenBlock());
  emit(Edge::None, it);
}

IRMapping Pipeliner::productViews(Value it) {
  IRMapping mapping;
  for (Value operand : (stream ? stream : split)->getOperands())
    if (auto found = buffers.find(operand);
        found != buffers.end() && !mapping.contains(operand))
      mapping.map(operand, view(found->second, it));
  return mapping;
}

void Pipeliner::emitContract(IRMapping views, Edge edge,
                             std::optional<ArrayRef<int64_t>> part,
                             Value previous) {
  togsim::ContractOp product = stream ? stream : split;
  auto op = cast<togsim::ContractOp>(builder.clone(*product, views));
  op.removeFirstSubtilesAttr();
  op.removeLastSubtilesAttr();
  if (split) {
    op.setXSubtilesAttr(buffers[product.getX()].subtiles(edge));
    op.setWSubtilesAttr(buffers[product.getW()].subtiles(edge));
  }
  if (part) {
    op.removeChainedAttr();
    op.setOpen(true);
    op.setPart(*part);
  }
  if (previous)
    op.getPreviousMutable().assign(previous);
}

/// The first groups of iteration `it`'s product, which stays open.
void Pipeliner::emitProduct(Value it) {
  const int64_t part[] = {0, int64_t(*stream.getChained())};
  const AffineExpr before = builder.getAffineDimExpr(0) - 1;
  const IRMapping views = productViews(it);
  auto previous = [&](Value it) {
    return view(buffers[stream.getY()], apply(before, it));
  };
  auto follows = guard(before, it, /*orElse=*/true);
  OpBuilder::InsertionGuard insertion(builder);
  builder.setInsertionPointToStart(follows.getThenBlock());
  Value sums = previous(it);
  atEdges(it, /*maybeFirst=*/false, [&](Edge edge, Value at) {
    emitContract(edge == Edge::None ? views : productViews(at), edge, part,
                 edge == Edge::None ? sums : previous(at));
  });
  builder.setInsertionPointToStart(follows.getElseBlock());
  if (hasFirstEdge)
    emitContract(productViews(arith::ConstantIndexOp::create(
                     builder, kernel.getLoc(), 0)),
                 Edge::First, part, Value());
  else
    emitContract(views, Edge::None, part, Value());
}

/// What `part` of iteration `it`'s product is left.
void Pipeliner::emitRest(Value it, std::optional<ArrayRef<int64_t>> part) {
  const IRMapping views = productViews(it);
  atEdges(it, /*maybeFirst=*/true, [&](Edge edge, Value at) {
    emitContract(edge == Edge::None ? views : productViews(at), edge, part,
                 Value());
  });
}

void Pipeliner::emitSection(const Section &section, Value it) {
  IRMapping mapping;
  // Tile views are made once per section.
  auto useView = [&](Value tile) {
    auto found = buffers.find(tile);
    if (found != buffers.end() && !mapping.contains(tile))
      mapping.map(tile, view(found->second, it));
  };
  llvm::SmallSetVector<Value, 4> started; ///< tiles loaded in place
  for (Operation *op : section.ops) {
    for (auto &[tile, buffer] : buffers) {
      int64_t stores = innerIterations(0) / buffer.period;
      if (buffer.store && writesFirst(op, buffer) && stores > buffer.copies)
        waitFor(buffer, it);
    }
    for (Value tile : started.takeVector())
      if (usesTile(op, tile))
        waitFor(buffers.find(tile)->second, it);
      else
        started.insert(tile);
    if (auto transfer = dyn_cast<togsim::TransferOp>(op)) {
      Buffer &buffer = buffers.find(transfer.getTile())->second;
      bool isLoad = transfer.getDirection() == togsim::Direction::Load;
      if (isLoad && !buffer.loadsInPlace()) {
        waitFor(buffer, it);
        continue;
      }
      startMove(buffer, transfer, it);
      if (isLoad)
        started.insert(transfer.getTile());
      continue;
    }
    if (llvm::isa<affine::AffineApplyOp, affine::AffineMinOp,
                  affine::AffineMaxOp, arith::ConstantIndexOp>(op))
      continue; // index computations are cloned where they are used
    if (op == stream) {
      emitProduct(it);
      continue;
    }
    if (op == split) {
      emitRest(it, std::nullopt);
      continue;
    }
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        useView(operand);
      mapIndices(inner, it, mapping);
    });
    builder.clone(*op, mapping);
  }
  for (Value tile : started)
    waitFor(buffers.find(tile)->second, it);
}

void Pipeliner::emitIteration(Value it, bool late) {
  AffineExpr d0 = builder.getAffineDimExpr(0);
  for (const Section &section : sections) {
    if (section.ops.empty() || section.late != late)
      continue;
    int64_t period = innerIterations(section.depth);
    OpBuilder::InsertionGuard insertion(builder);
    if (period > 1) {
      AffineExpr first = d0 % period;
      auto guard = affine::AffineIfOp::create(
          builder, kernel.getLoc(),
          IntegerSet::get(1, 0, {section.behind ? first - (period - 1) : first},
                          {true}),
          ValueRange{it}, /*withElseRegion=*/false);
      builder.setInsertionPointToStart(guard.getThenBlock());
    }
    emitSection(section, it);
  }
}

void Pipeliner::emitStreamIteration(Value it, int64_t distance) {
  AffineExpr d0 = builder.getAffineDimExpr(0), before = d0 - 1;
  const int64_t total = innerIterations(0);
  emitPrefetch(it, distance, /*late=*/false);
  emitPrefetch(it, distance - 1, /*late=*/true);
  auto more = guard(total - 1 - d0, it, /*orElse=*/true);
  {
    OpBuilder::InsertionGuard insertion(builder);
    builder.setInsertionPointToStart(more.getThenBlock());
    emitIteration(it, /*late=*/false);
    builder.setInsertionPointToStart(more.getElseBlock());
    togsim::DrainOp::create(builder, stream.getLoc(),
                            view(buffers[stream.getY()], apply(before, it)),
                            stream.getLineRows(), stream.getLagChunks());
  }
  OpBuilder::InsertionGuard insertion(builder);
  auto second = guard(before, it);
  builder.setInsertionPointToStart(second.getThenBlock());
  emitIteration(apply(before, it), /*late=*/true);
  builder.setInsertionPointAfter(second);
  builder.setInsertionPointToStart(guard(total - 1 - d0, it).getThenBlock());
  const int64_t rest[] = {int64_t(*stream.getChained()), -1};
  emitRest(it, rest);
}

LogicalResult Pipeliner::run() {
  entry = &kernel.getBody().front();
  SmallVector<arith::ConstantOp> constants;
  kernel.walk([&](arith::ConstantOp op) {
    // Constants of bodies stay there.
    if (!op->getParentOfType<linalg::LinalgOp>() && op->getBlock() != entry)
      constants.push_back(op);
  });
  for (arith::ConstantOp op : constants)
    op->moveBefore(entry, entry->begin());
  if (failed(collectNest(*entry)))
    return failure();
  findStream();
  if (failed(collectBuffers()))
    return failure();
  createBuffers();
  int64_t total = innerIterations(0);
  int64_t distance = std::min<int64_t>(wantedCopies - 1, total);
  // With one copy nothing can be fetched ahead.
  SmallVector<Operation *> old;
  for (Operation &op : entry->without_terminator())
    if (!isCommon(&op))
      old.push_back(&op);
  builder.setInsertionPoint(entry->getTerminator());
  startAhead(distance);
  if (total == 1) {
    emitIteration(arith::ConstantIndexOp::create(builder, kernel.getLoc(), 0),
                  /*late=*/false);
  } else {
    auto loop = affine::AffineForOp::create(builder, kernel.getLoc(), 0,
                                            total + (stream ? 1 : 0));
    OpBuilder::InsertionGuard insertion(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value it = loop.getInductionVar();
    if (stream) {
      emitStreamIteration(it, distance);
    } else {
      emitPrefetch(it, distance, /*late=*/false);
      emitIteration(it, /*late=*/false);
    }
  }
  for (auto &[tile, buffer] : buffers)
    for (int64_t copy = 0; buffer.store && copy < buffer.copies; ++copy)
      togsim::WaitOp::create(
          builder, kernel.getLoc(),
          arith::ConstantIndexOp::create(builder, kernel.getLoc(),
                                         buffer.firstTag + copy));
  for (Operation *op : llvm::reverse(old)) {
    op->dropAllUses();
    op->erase();
  }
  for (auto &[tile, buffer] : buffers)
    if (buffer.copies > 1)
      buffer.tile.erase();
  return success();
}

namespace {
struct PipelineTransfersPass
    : tilewright::impl::PipelineTransfersBase<PipelineTransfersPass> {
  using PipelineTransfersBase::PipelineTransfersBase;
  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    bool hasTransfers = false;
    kernel.walk([&](togsim::TransferOp) { hasTransfers = true; });
    if (!hasTransfers)
      return;
    if (buffers < 2) {
      kernel.emitError("togsim-pipeline-transfers needs at least 2 buffers");
      return signalPassFailure();
    }
    if (failed(Pipeliner(kernel, buffers).run()))
      signalPassFailure();
  }
};
} // namespace
