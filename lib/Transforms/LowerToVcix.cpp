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
// the rows. Groups run n fastest, then k.
//
// One array's stream is groups x chunks vectors of rows. Pops stay `lag` chunks
// behind pushes, across group boundaries, so results are there when they are
// asked for and the arrays never drain between groups; the weights of group g+1
// are pushed into the shadow banks right after the swap that starts group g.
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
#include "tilewright/Transforms/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace tilewright {
#define GEN_PASS_DEF_LOWERTOVCIX
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

namespace {

class ContractLowering {
public:
  ContractLowering(togsim::ContractOp op, const MachineConfig &machine)
      : op(op), machine(machine), builder(op), loc(op.getLoc()) {}
  LogicalResult run();

private:
  Value apply(AffineExpr expr, ValueRange operands) {
    return applyFolded(builder, loc, expr, operands);
  }
  /// First block of n of `group`; its block of k, counted over all taps of the
  /// window.
  Value columnOf(Value group) { return apply(d0 % groupsN * columns, group); }
  Value depthOf(Value group) { return apply(d0.floorDiv(groupsN), group); }
  unsigned arrayNumber(int64_t column, int64_t row) {
    return column * rows + row;
  }
  /// Chunks of one pass through the loop over them.
  int64_t together() const {
    return std::max<int64_t>(1, 16 / (columns * rows));
  }
  Value plus(Value value, int64_t offset) {
    return offset ? apply(d0 + offset, value) : value;
  }
  Value load(Value source, ValueRange indices, bool isUnsigned,
             int64_t step = 1) {
    return loadWidened(builder, loc, source, indices, vector, isUnsigned, step);
  }
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
  /// One accumulator vector: where it lies and which array adds to it.
  struct Sum {
    SmallVector<Value, 2> indices;
    unsigned array;
    Value value;
  };
  /// The loads of chunks, and what follows them. The chunks popped are
  /// `popOffset` behind those pushed.
  void pushAndPop(const Chunks &chunks, Value pushGroup, Value popGroup,
                  int64_t popOffset);
  SmallVector<Value> loadInputs(const Chunks &chunks, Place place, Value depth);
  SmallVector<Sum> loadSums(const Chunks &chunks, Place place, Value column,
                            int64_t popOffset);
  void push(ArrayRef<Value> inputs);
  /// Pops products and adds them.
  void pop(MutableArrayRef<Sum> sums);
  /// Loops over chunks [from, to): pushes of `pushGroup` and pops of
  /// `popGroup` (either may be null).
  void chunkLoop(int64_t from, int64_t to, Value pushGroup, Value popGroup,
                 int64_t popOffset);
  void lineLoop(int64_t from, int64_t to, Value pushGroup, Value popGroup,
                int64_t popOffset);
  /// Opens an affine.if on `expr(group) >= 0`.
  affine::AffineIfOp guard(AffineExpr expr, Value group, bool orElse);
  void chunkRange(int64_t from, int64_t to, Value group, int64_t popLag,
                  int64_t popOffset);

  togsim::ContractOp op;
  const MachineConfig &machine;
  OpBuilder builder;
  Location loc;
  AffineExpr d0;
  VectorType vector;
  int64_t elements = 0;            ///< rows per push
  int64_t columns = 1, rows = 1;   ///< arrays along n and along m
  int64_t groupsN = 1, groups = 1; ///< groups along n; in all
  int64_t chunks = 1;              ///< pushes per array and group
  int64_t blocksK = 1;             ///< of x
  int64_t lineChunks = 0;          ///< chunks per line; 0: no lines
};

} // namespace

/// The largest divisor of `number` that divides `extent`.
static int64_t commonArrays(int64_t number, int64_t extent) {
  for (int64_t d = number; d > 1; --d)
    if (number % d == 0 && extent % d == 0)
      return d;
  return 1;
}

void ContractLowering::pushWeights(Value group) {
  Value column = columnOf(group), depth = depthOf(group);
  Value start = apply(d0 * int64_t(machine.lanes), depth);
  for (int64_t c = 0; c < columns; ++c) {
    Value n = plus(column, c);
    for (int64_t k = 0; k < int64_t(machine.lanes); k += elements) {
      Value weights = load(op.getW(), {n, plus(start, k)}, op.getWUnsigned());
      for (int64_t r = 0; r < rows; ++r)
        togsim::WeightPushOp::create(builder, loc, weights, arrayNumber(c, r));
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
  // d0 is the depth, d1 the line, d2 the chunk.
  AffineExpr d1 = builder.getAffineDimExpr(1), d2 = builder.getAffineDimExpr(2);
  SmallVector<Value> inputs;
  for (int64_t r = 0; r < rows; ++r) {
    AffineExpr column = (d2 + (chunk + r * chunks)) * elements;
    if (lineChunks) {
      AffineExpr first =
          (d1 + (line + r * (chunks / lineChunks))) * (lineChunks * elements);
      column = window->getResult(0).replaceDims({d0.floorDiv(blocksK), first}) +
               (d2 + chunk) * (elements * step);
    } else if (window) {
      column = window->getResult(0).replaceDims({d0.floorDiv(blocksK), column});
    }
    inputs.push_back(load(op.getX(),
                          {window ? apply(d0 % blocksK, depth) : depth,
                           apply(column, {depth, places.line, places.chunk})},
                          op.getXUnsigned(), step));
  }
  return inputs;
}

/// The sums that chunk `place` of a group adds to: vectors of y.
SmallVector<ContractLowering::Sum>
ContractLowering::loadSums(const Chunks &places, Place place, Value column,
                           int64_t popOffset) {
  const auto [line, chunk] = place;
  AffineExpr d1 = builder.getAffineDimExpr(1);
  SmallVector<Sum> sums;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c) {
      AffineExpr number =
          (d0 + line) * lineChunks + d1 + (chunk + r * chunks + popOffset);
      Value m = apply(number * elements, {places.line, places.chunk});
      Sum sum{{plus(column, c), m}, arrayNumber(c, r), Value()};
      sum.value =
          vector::LoadOp::create(builder, loc, vector, op.getY(), sum.indices);
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
                                  Value popGroup, int64_t popOffset) {
  // What is loaded in step i is pushed, or added to, in step i + kAhead, and
  // stored in the step after that.
  constexpr size_t kAhead = 2;
  const size_t count = places.at.size();
  SmallVector<SmallVector<Value>> inputs(count);
  SmallVector<SmallVector<Sum>> sums(count);
  Value depth = pushGroup ? depthOf(pushGroup) : Value(),
        column = popGroup ? columnOf(popGroup) : Value();
  for (size_t step = 0; step <= count + kAhead; ++step) {
    if (step < count && pushGroup)
      inputs[step] = loadInputs(places, places.at[step], depth);
    if (step < count && popGroup)
      sums[step] = loadSums(places, places.at[step], column, popOffset);
    if (step >= kAhead && step - kAhead < count) {
      push(inputs[step - kAhead]);
      pop(sums[step - kAhead]);
    }
    if (step > kAhead)
      for (Sum &sum : sums[step - kAhead - 1])
        vector::StoreOp::create(builder, loc, sum.value, op.getY(),
                                sum.indices);
  }
}

void ContractLowering::chunkLoop(int64_t from, int64_t to, Value pushGroup,
                                 Value popGroup, int64_t popOffset) {
  if (lineChunks)
    return lineLoop(from, to, pushGroup, popGroup, popOffset);
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
  pushAndPop(chunk, pushGroup, popGroup, popOffset);
}

/// The same line by line, so that addresses are sums: short lines several at
/// once, long lines in pieces.
void ContractLowering::lineLoop(int64_t from, int64_t to, Value pushGroup,
                                Value popGroup, int64_t popOffset) {
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
    pushAndPop(places, pushGroup, popGroup, popOffset);
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
/// left, pops of group - popLag once there is one.
void ContractLowering::chunkRange(int64_t from, int64_t to, Value group,
                                  int64_t popLag, int64_t popOffset) {
  if (from >= to)
    return;
  auto popGroup = [&] { return plus(group, -popLag); };
  OpBuilder::InsertionGuard insertion(builder);
  auto pushing = guard(groups - 1 - d0, group, /*orElse=*/true);
  builder.setInsertionPointToStart(pushing.getThenBlock());
  if (popLag == 0) {
    chunkLoop(from, to, group, group, popOffset);
  } else {
    auto both = guard(d0 - popLag, group, /*orElse=*/true);
    builder.setInsertionPointToStart(both.getThenBlock());
    chunkLoop(from, to, group, popGroup(), popOffset);
    builder.setInsertionPointToStart(both.getElseBlock());
    chunkLoop(from, to, group, Value(), popOffset);
  }
  builder.setInsertionPointToStart(pushing.getElseBlock());
  auto range = affine::AffineIfOp::create(
      builder, loc,
      IntegerSet::get(1, 0, {d0 - popLag, groups - 1 + popLag - d0},
                      {false, false}),
      ValueRange{group}, /*withElseRegion=*/false);
  builder.setInsertionPointToStart(range.getThenBlock());
  chunkLoop(from, to, Value(), popGroup(), popOffset);
}

LogicalResult ContractLowering::run() {
  auto x = cast<MemRefType>(op.getX().getType());
  auto y = cast<MemRefType>(op.getY().getType());
  if (!togsim::isBank(x) || !togsim::isBank(y))
    return op.emitError("operands are not projected to banks yet");
  d0 = builder.getAffineDimExpr(0);
  elements = machine.vectorElements(4);
  vector = VectorType::get({elements}, y.getElementType());
  auto w = cast<MemRefType>(op.getW().getType());
  const int64_t m = y.getDimSize(1), blocksN = y.getDimSize(0),
                arrays = machine.arrays.perCore;
  blocksK = x.getDimSize(0);
  if (m % elements)
    return op.emitError("rows (")
           << m << ") must be a multiple of " << elements;
  columns = commonArrays(arrays, blocksN);
  const int64_t line = op.getLineRows();
  if (line % elements)
    return op.emitError("lines (")
           << line << " rows) must be a multiple of " << elements;
  rows = commonArrays(arrays / columns, m / (line ? line : elements));
  groupsN = blocksN / columns;
  groups = groupsN * (w.getDimSize(1) / int64_t(machine.lanes));
  chunks = m / elements / rows;
  int64_t lag = op.getLagChunks();
  // Multiples of the unrolling, and whole lines, keep both loops of a group
  // free of remainders. Lines so long that arrays cannot hold one are not told
  // apart.
  const int64_t held = (machine.arrays.inputQueueRows + 2 * machine.lanes +
                        machine.arrays.outputQueueRows) /
                       elements;
  if (line &&
      int64_t(llvm::alignTo(lag, line / elements)) + together() <= held) {
    lineChunks = line / elements;
    lag = llvm::alignTo(lag, lineChunks);
  } else if (chunks % 8 == 0) {
    lag = llvm::alignTo(lag, 8);
  }
  const int64_t q = lag / chunks, r = lag % chunks;

  pushWeights(arith::ConstantIndexOp::create(builder, loc, 0));
  auto loop =
      affine::AffineForOp::create(builder, loc, 0, groups + q + (r ? 1 : 0));
  builder.setInsertionPointToStart(loop.getBody());
  Value group = loop.getInductionVar();
  {
    OpBuilder::InsertionGuard insertion(builder);
    auto active = guard(groups - 1 - d0, group, /*orElse=*/false);
    builder.setInsertionPointToStart(active.getThenBlock());
    swapWeights();
    auto more = guard(groups - 2 - d0, group, /*orElse=*/false);
    builder.setInsertionPointToStart(more.getThenBlock());
    pushWeights(plus(group, 1));
  }
  chunkRange(0, r, group, q + 1, chunks - r);
  chunkRange(r, chunks, group, q, -r);
  op.erase();
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
