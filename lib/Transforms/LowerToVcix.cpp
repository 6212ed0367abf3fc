//===- LowerToVcix.cpp - Contractions on the arrays -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A contraction y[n,m] += x[k,m] w[n,k] on banks is a sequence of groups. A
// group gives every used array one L x L block of weights and streams M rows
// through it: `columns` arrays take neighbouring blocks of n and see the same
// rows (one load feeds them all); `rows` arrays share a block of n and split
// the rows. Groups run n fastest, then k, then the taps of a window, or the
// taps inside k, so that the first groups need the first blocks of k only.
//
// One array's stream is groups x chunks vectors of rows. Pops stay `lag` chunks
// behind pushes, across group boundaries, so results are there when they are
// asked for and the arrays never drain between groups; the weights of group g+1
// are pushed into the shadow banks right after the swap that starts group g.
// Nor need they drain between products: one that stays open leaves its last
// `lag` chunks in the arrays, and the next one (or togsim.drain) pops them in
// front of its own.
// With lag = q * chunks + r, group iteration g pushes chunk c of group g and
// pops chunk c-r of group g-q (c >= r) or chunk c-r+chunks of group g-q-1 (c <
// r).
//
// The core issues in order, so a value used right after its load or pop stalls
// it. Loops are therefore unrolled and software-pipelined: loads are two steps
// ahead of pushes and pops, stores one behind, so that the memory port and the
// arrays work at the same time.
//
//===----------------------------------------------------------------------===//

#include "BankLoads.h"
#include "MachineOption.h"
#include "MachinePasses.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IntegerSet.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Frontend/Float8.h"
#include "tilewright/Schedule/ArrayStream.h"
#include "tilewright/Transforms/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace tilewright {
#define GEN_PASS_DEF_LOWERTOVCIX
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

namespace {

/// What remains of a chain of products is a product without groups: a drain.
class ContractLowering : private ArrayStream {
public:
  ContractLowering(togsim::ContractOp op, const MachineConfig &machine)
      : op(op), y(op.getY()), machine(machine), builder(op), loc(op.getLoc()) {}
  ContractLowering(togsim::DrainOp op, const MachineConfig &machine)
      : y(op.getY()), machine(machine), builder(op), loc(op.getLoc()) {}
  LogicalResult run();
  LogicalResult drain(togsim::DrainOp op);

private:
  Value apply(AffineExpr expr, ValueRange operands) {
    return applyFolded(builder, loc, expr, operands);
  }
  /// First block of n of `group`; its block of k and tap as one number, of
  /// which `tap` and `block` are the parts.
  Value columnOf(Value group) { return apply(d0 % groupsN * columns, group); }
  Value depthOf(Value group) { return apply(d0.floorDiv(groupsN), group); }
  bool tapsInside() { return op.getTapsInside() && blocksK > 1; }
  /// The tap of `depth` as an expression of d0, and what d0 is. Divisions by
  /// taps are no shifts, and numbers are not negative.
  AffineExpr tap() { return tapsInside() ? d0 : d0.floorDiv(blocksK); }
  Value tapOperand(Value depth) {
    return tapsInside()
               ? arith::RemUIOp::create(builder, loc, depth, constant(taps))
                     .getResult()
               : depth;
  }
  Value blockOf(Value depth) {
    if (tapsInside())
      return arith::DivUIOp::create(builder, loc, depth, constant(taps));
    return op.getWindow() ? apply(d0 % blocksK, depth) : depth;
  }
  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  unsigned arrayNumber(int64_t column, int64_t row) {
    return column * rows + row;
  }
  Value plus(Value value, int64_t offset) {
    return offset ? apply(d0 + offset, value) : value;
  }
  Value load(Value source, ValueRange indices, bool isUnsigned,
             int64_t step = 1) {
    return loadWidened(builder, loc, source, indices, vector, isUnsigned, step);
  }
  LogicalResult prepare(Operation *at, int64_t line, int64_t lagChunks);
  void pushWeights(Value group);
  void swapWeights();
  /// Chunks that are pushed and popped together: at line `line` and chunk
  /// `chunk` of it (without lines, chunk `chunk` of all), and where each lies
  /// from there, in lines and chunks.
  using Place = std::pair<int64_t, int64_t>;
  struct Chunks {
    Value line, chunk;
    SmallVector<Place> at;
  };
  /// The group whose results are popped and the tile they are added to; no
  /// group: nothing is popped.
  struct Pops {
    Value group, tile;
  };
  /// One accumulator vector: where it lies and which array adds to it.
  struct Sum {
    Value tile;
    SmallVector<Value, 2> indices;
    unsigned array;
    Value value;
  };
  /// The loads of chunks, and what follows them. The chunks popped are
  /// `popOffset` behind those pushed.
  void pushAndPop(const Chunks &chunks, Value pushGroup, Pops pops,
                  int64_t popOffset);
  SmallVector<Value> loadInputs(const Chunks &chunks, Place place, Value depth);
  SmallVector<Sum> loadSums(const Chunks &chunks, Place place, Value tile,
                            Value column, int64_t popOffset);
  void push(ArrayRef<Value> inputs);
  /// Pops products and adds them.
  void pop(MutableArrayRef<Sum> sums);
  /// Loops over chunks [from, to): pushes of `pushGroup` and pops of
  /// `pops` (either may be null).
  void chunkLoop(int64_t from, int64_t to, Value pushGroup, Pops pops,
                 int64_t popOffset);
  void lineLoop(int64_t from, int64_t to, Value pushGroup, Pops pops,
                int64_t popOffset);
  /// Opens an affine.if on `expr(group) >= 0`.
  affine::AffineIfOp guard(AffineExpr expr, Value group, bool orElse);
  void chunkRange(int64_t from, int64_t to, Value group, int64_t popLag,
                  int64_t popOffset);
  /// chunkRange for the ranges [0, r) and [r, chunks) of the header comment.
  void groupIteration(Value group);

  togsim::ContractOp op; ///< null: a drain
  Value y;
  const MachineConfig &machine;
  OpBuilder builder;
  Location loc;
  AffineExpr d0;
  VectorType vector;
  int64_t elements = 0;        ///< rows per push
  int64_t groups = 1;          ///< in all
  int64_t first = 0, last = 1; ///< the part of them that is streamed
  int64_t weightsFirst = 0, weightsLast = 1; ///< whose weights are pushed
  int64_t blocksK = 1, taps = 1;             ///< of x, of the window
};

} // namespace

void ContractLowering::pushWeights(Value group) {
  Value column = columnOf(group), depth = depthOf(group);
  const int64_t lanes = machine.lanes;
  Value start =
      tapsInside() ? apply((d0 * blocksK + builder.getAffineDimExpr(1)) * lanes,
                           {tapOperand(depth), blockOf(depth)})
                   : apply(d0 * lanes, depth);
  // Loads first, as many as leave registers for others, so that pushes do not
  // wait for them one by one.
  constexpr int64_t kLoads = 16;
  for (int64_t c = 0; c < columns; ++c) {
    Value n = plus(column, c);
    for (int64_t from = 0; from < int64_t(machine.lanes);
         from += kLoads * elements) {
      SmallVector<Value> weights;
      for (int64_t k = from;
           k < std::min<int64_t>(from + kLoads * elements, machine.lanes);
           k += elements)
        weights.push_back(
            load(op.getW(), {n, plus(start, k)}, op.getWUnsigned()));
      for (Value w : weights)
        for (int64_t r = 0; r < rows; ++r)
          togsim::WeightPushOp::create(builder, loc, w, arrayNumber(c, r));
    }
  }
}

void ContractLowering::swapWeights() {
  for (int64_t a = 0; a < columns * rows; ++a)
    togsim::SwapOp::create(builder, loc, a);
}

/// The vectors of x that chunk `place` streams, one for each array along rows.
SmallVector<Value> ContractLowering::loadInputs(const Chunks &places,
                                                Place place, Value depth) {
  std::optional<AffineMap> window = op.getWindow();
  const int64_t step = window ? togsim::columnStep(*window) : 1;
  const auto [line, chunk] = place;
  // d0 gives the tap, d1 is the line, d2 the chunk.
  AffineExpr d1 = builder.getAffineDimExpr(1), d2 = builder.getAffineDimExpr(2);
  Value at = tapOperand(depth), row = blockOf(depth);
  SmallVector<Value> inputs;
  for (int64_t r = 0; r < rows; ++r) {
    AffineExpr column = (d2 + (chunk + r * chunks)) * elements;
    if (lineChunks) {
      AffineExpr first =
          (d1 + (line + r * (chunks / lineChunks))) * (lineChunks * elements);
      column = window->getResult(0).replaceDims({tap(), first}) +
               (d2 + chunk) * (elements * step);
    } else if (window) {
      column = window->getResult(0).replaceDims({tap(), column});
    }
    inputs.push_back(load(op.getX(),
                          {row, apply(column, {at, places.line, places.chunk})},
                          op.getXUnsigned(), step));
  }
  return inputs;
}

/// The sums that chunk `place` of a group adds to: vectors of y.
SmallVector<ContractLowering::Sum>
ContractLowering::loadSums(const Chunks &places, Place place, Value tile,
                           Value column, int64_t popOffset) {
  const auto [line, chunk] = place;
  AffineExpr d1 = builder.getAffineDimExpr(1);
  SmallVector<Sum> sums;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c) {
      AffineExpr number =
          (d0 + line) * lineChunks + d1 + (chunk + r * chunks + popOffset);
      Value m = apply(number * elements, {places.line, places.chunk});
      Sum sum{tile, {plus(column, c), m}, arrayNumber(c, r), Value()};
      sum.value =
          vector::LoadOp::create(builder, loc, vector, tile, sum.indices);
      sums.push_back(sum);
    }
  return sums;
}

void ContractLowering::push(ArrayRef<Value> inputs) {
  for (auto [r, input] : llvm::enumerate(inputs))
    for (int64_t c = 0; c < columns; ++c)
      togsim::PushOp::create(builder, loc, input, arrayNumber(c, r));
}

void ContractLowering::pop(MutableArrayRef<Sum> sums) {
  for (Sum &sum : sums) {
    Value product = togsim::PopOp::create(builder, loc, vector, sum.array);
    sum.value = isa<FloatType>(vector.getElementType())
                    ? arith::AddFOp::create(builder, loc, sum.value, product)
                          .getResult()
                    : arith::AddIOp::create(builder, loc, sum.value, product)
                          .getResult();
  }
}

void ContractLowering::pushAndPop(const Chunks &places, Value pushGroup,
                                  Pops pops, int64_t popOffset) {
  // What is loaded in step i is pushed, or added to, in step i + kAhead, and
  // stored in the step after that.
  constexpr size_t kAhead = 2;
  const size_t count = places.at.size();
  SmallVector<SmallVector<Value>> inputs(count);
  SmallVector<SmallVector<Sum>> sums(count);
  Value depth = pushGroup ? depthOf(pushGroup) : Value(),
        column = pops.group ? columnOf(pops.group) : Value();
  for (size_t step = 0; step <= count + kAhead; ++step) {
    if (step < count && pushGroup)
      inputs[step] = loadInputs(places, places.at[step], depth);
    if (step < count && pops.group)
      sums[step] =
          loadSums(places, places.at[step], pops.tile, column, popOffset);
    if (step >= kAhead && step - kAhead < count) {
      push(inputs[step - kAhead]);
      pop(sums[step - kAhead]);
    }
    if (step > kAhead)
      for (Sum &sum : sums[step - kAhead - 1])
        vector::StoreOp::create(builder, loc, sum.value, sum.tile, sum.indices);
  }
}

void ContractLowering::chunkLoop(int64_t from, int64_t to, Value pushGroup,
                                 Pops pops, int64_t popOffset) {
  if (lineChunks)
    return lineLoop(from, to, pushGroup, pops, popOffset);
  int64_t unroll = together();
  while ((to - from) % unroll)
    unroll /= 2;
  auto loop = affine::AffineForOp::create(builder, loc, from, to, unroll);
  OpBuilder::InsertionGuard insertion(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Chunks chunk{arith::ConstantIndexOp::create(builder, loc, 0),
               loop.getInductionVar(),
               {}};
  for (int64_t u = 0; u < unroll; ++u)
    chunk.at.push_back({0, u});
  pushAndPop(chunk, pushGroup, pops, popOffset);
}

/// The same line by line, so that addresses are sums: short lines several at
/// once, long lines in pieces.
void ContractLowering::lineLoop(int64_t from, int64_t to, Value pushGroup,
                                Pops pops, int64_t popOffset) {
  from /= lineChunks;
  to /= lineChunks;
  int64_t lines = std::max<int64_t>(together() / lineChunks, 1);
  while ((to - from) % lines)
    --lines;
  auto loop = affine::AffineForOp::create(builder, loc, from, to, lines);
  OpBuilder::InsertionGuard insertion(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value line = loop.getInductionVar(),
        zero = arith::ConstantIndexOp::create(builder, loc, 0);
  auto body = [&](Value chunk, int64_t first, int64_t count) {
    Chunks places{line, chunk, {}};
    for (int64_t l = 0; l < lines; ++l)
      for (int64_t c = first; c < first + count; ++c)
        places.at.push_back({l, c});
    pushAndPop(places, pushGroup, pops, popOffset);
  };
  // Pieces of equal length when there are such, else a shorter one at the end.
  int64_t pieces = llvm::divideCeil(lineChunks, together());
  int64_t length = lineChunks % pieces == 0 ? lineChunks / pieces : together();
  int64_t whole = lineChunks / length;
  if (whole > 2) {
    auto inner =
        affine::AffineForOp::create(builder, loc, 0, whole * length, length);
    OpBuilder::InsertionGuard inside(builder);
    builder.setInsertionPointToStart(inner.getBody());
    body(inner.getInductionVar(), 0, length);
  } else {
    for (int64_t piece = 0; piece < whole; ++piece)
      body(zero, piece * length, length);
  }
  if (int64_t rest = lineChunks % length)
    body(zero, whole * length, rest);
}

affine::AffineIfOp ContractLowering::guard(AffineExpr expr, Value group,
                                           bool orElse) {
  return affine::AffineIfOp::create(builder, loc,
                                    IntegerSet::get(1, 0, {expr}, {false}),
                                    ValueRange{group}, orElse);
}

/// Chunks [from, to) of group iteration `group`: pushes while there are groups
/// left, pops of group - popLag once there is one; before that, if a previous
/// product is open, pops of its groups, which count backwards from -1.
void ContractLowering::chunkRange(int64_t from, int64_t to, Value group,
                                  int64_t popLag, int64_t popOffset) {
  if (from >= to)
    return;
  auto own = [&] { return Pops{plus(group, -popLag), y}; };
  OpBuilder::InsertionGuard insertion(builder);
  affine::AffineIfOp pushing;
  const bool isOpen = op && op.getOpen();
  if (op && !isOpen) {
    pushing = guard(groups - 1 - d0, group, /*orElse=*/true);
    builder.setInsertionPointToStart(pushing.getThenBlock());
  }
  if (op && popLag == 0) {
    chunkLoop(from, to, group, own(), popOffset);
  } else if (op && first >= popLag) {
    chunkLoop(from, to, group, own(), popOffset);
  } else if (op) {
    if (last > popLag) {
      auto both = guard(d0 - popLag, group, /*orElse=*/true);
      builder.setInsertionPointToStart(both.getThenBlock());
      chunkLoop(from, to, group, own(), popOffset);
      builder.setInsertionPointToStart(both.getElseBlock());
    }
    Pops before;
    if (op.getPrevious())
      before = {plus(group, -popLag), op.getPrevious()};
    chunkLoop(from, to, group, before, popOffset);
  }
  if (isOpen || popLag == 0)
    return;
  if (pushing)
    builder.setInsertionPointToStart(pushing.getElseBlock());
  // A drain's groups count on from those of the product before it.
  auto range = affine::AffineIfOp::create(
      builder, loc,
      IntegerSet::get(
          1, 0, {d0 - (op ? popLag : 0), (op ? groups : 0) - 1 + popLag - d0},
          {false, false}),
      ValueRange{group}, /*withElseRegion=*/false);
  builder.setInsertionPointToStart(range.getThenBlock());
  chunkLoop(from, to, Value(), own(), popOffset);
}

void ContractLowering::groupIteration(Value group) {
  const int64_t q = lag / chunks, r = lag % chunks;
  chunkRange(0, r, group, q + 1, chunks - r);
  chunkRange(r, chunks, group, q, -r);
}

LogicalResult ContractLowering::prepare(Operation *at, int64_t line,
                                        int64_t lagChunks) {
  auto type = cast<MemRefType>(y.getType());
  if (!togsim::isBank(type))
    return at->emitError("operands are not projected to banks yet");
  d0 = builder.getAffineDimExpr(0);
  elements = machine.vectorElements(4);
  vector = VectorType::get({elements}, type.getElementType());
  if (type.getDimSize(1) % elements)
    return at->emitError("rows (")
           << type.getDimSize(1) << ") must be a multiple of " << elements;
  if (line % elements)
    return at->emitError("lines (")
           << line << " rows) must be a multiple of " << elements;
  static_cast<ArrayStream &>(*this) = ArrayStream::of(
      type.getDimSize(0), type.getDimSize(1), line, lagChunks, machine);
  return success();
}

LogicalResult ContractLowering::run() {
  auto x = cast<MemRefType>(op.getX().getType()),
       w = cast<MemRefType>(op.getW().getType());
  if (!togsim::isBank(x))
    return op.emitError("operands are not projected to banks yet");
  if (failed(prepare(op, op.getLineRows(), op.getLagChunks())))
    return failure();
  blocksK = x.getDimSize(0);
  const int64_t depth = w.getDimSize(1) / int64_t(machine.lanes);
  if (depth < blocksK || depth % blocksK)
    return op.emitError("w must hold the weights of ")
           << blocksK << " blocks of k for each tap, but has " << depth;
  taps = depth / blocksK;
  groups = groupsN * depth;
  last = groups;
  if (auto part = op.getPart()) {
    first = (*part)[0];
    last = (*part)[1] < 0 ? groups : (*part)[1];
  }
  const bool leavesRows = op.getOpen() && last >= groups;
  if ((leavesRows || op.getPrevious()) && !canStayOpen(depth))
    return op.emitError("pops that lag by ")
           << lag << " chunks reach behind the previous product: this one has "
           << groups * chunks;
  if (last > groups)
    return op.emitError("part ends at group ") << last << " of " << groups;
  if (op.getXSubtiles() || op.getWSubtiles())
    return op.emitError("product of tiles in subtiles; run "
                        "togsim-fine-grained-dma first");
  weightsFirst = first == 0 ? 0 : first + 1;
  weightsLast = groups;
  if (auto weights = op.getWeights()) {
    weightsFirst = (*weights)[0];
    if ((*weights)[1] >= 0)
      weightsLast = std::min((*weights)[1], groups);
  }
  if (weightsFirst == first)
    pushWeights(arith::ConstantIndexOp::create(builder, loc, first));
  const int64_t popped = op.getOpen() ? 0 : groupsBehind();
  auto loop = affine::AffineForOp::create(builder, loc, first, last + popped);
  builder.setInsertionPointToStart(loop.getBody());
  Value group = loop.getInductionVar();
  {
    OpBuilder::InsertionGuard insertion(builder);
    auto active = guard(groups - 1 - d0, group, /*orElse=*/false);
    builder.setInsertionPointToStart(active.getThenBlock());
    swapWeights();
    auto more = guard(weightsLast - 2 - d0, group, /*orElse=*/false);
    builder.setInsertionPointToStart(more.getThenBlock());
    pushWeights(plus(group, 1));
  }
  groupIteration(group);
  op.erase();
  return success();
}

LogicalResult ContractLowering::drain(togsim::DrainOp drain) {
  if (failed(prepare(drain, drain.getLineRows(), drain.getLagChunks())))
    return failure();
  auto loop = affine::AffineForOp::create(builder, loc, 0, groupsBehind());
  builder.setInsertionPointToStart(loop.getBody());
  groupIteration(loop.getInductionVar());
  drain.erase();
  return success();
}

/// Whether values of 8-bit floating types are converted in the kernel.
static bool usesFloat8(func::FuncOp kernel) {
  auto isFloat8 = [](Value value) {
    Type element = getElementTypeOrSelf(value.getType());
    return isa<FloatType>(element) && element.getIntOrFloatBitWidth() == 8;
  };
  return kernel
      .walk([&](Operation *op) {
        bool converts =
            isa<arith::ExtFOp, arith::TruncFOp>(op) &&
            (isFloat8(op->getOperand(0)) || isFloat8(op->getResult(0)));
        return converts ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

namespace {
struct LowerToVcixPass : tilewright::impl::LowerToVcixBase<LowerToVcixPass> {
  using LowerToVcixBase::LowerToVcixBase;
  explicit LowerToVcixPass(const MachineConfig &machine) : machine(machine) {}

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (failed(machine.resolve(machineName, kernel.getLoc())))
      return signalPassFailure();
    SmallVector<togsim::ContractOp> contracts;
    kernel.walk([&](togsim::ContractOp op) { contracts.push_back(op); });
    for (togsim::ContractOp op : contracts)
      if (failed(ContractLowering(op, machine.get()).run()))
        return signalPassFailure();
    SmallVector<togsim::DrainOp> drains;
    kernel.walk([&](togsim::DrainOp op) { drains.push_back(op); });
    for (togsim::DrainOp op : drains)
      if (failed(ContractLowering(op, machine.get()).drain(op)))
        return signalPassFailure();
    if (usesFloat8(kernel)) {
      RewritePatternSet narrow(kernel.getContext());
      populateExpandFloat8Patterns(narrow);
      if (failed(applyPatternsGreedily(kernel, std::move(narrow))))
        return signalPassFailure();
    }
  }

private:
  MachineHolder machine;
};
} // namespace

std::unique_ptr<Pass> createLowerToVcix(const MachineConfig &machine) {
  return std::make_unique<LowerToVcixPass>(machine);
}
