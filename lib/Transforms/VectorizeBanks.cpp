//===- VectorizeBanks.cpp - linalg on banks to loops over vectors ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every op becomes a loop nest over its domain, the innermost dimension in
// vectors of a power of two elements that divides its extent, so there is
// neither a mask nor a remainder. An operand either runs along that dimension
// contiguously, or holds a splat row (its map ends in the constant 0), or is a
// scalar. Values of one lane never become scalars.
//
// Elementwise ops compute what does not vary along the innermost dimension in
// front of its loop, and the rest for several vectors at once: the core issues
// in order, so the vectors of one step hide each other's latencies.
//
// A reduction keeps its partial result in a vector through the loops of the
// reduced dimensions. When the innermost dimension is one of them, the elements
// of the vector are combined at the end, once per row.
//
//===----------------------------------------------------------------------===//

#include "BankLoads.h"
#include "BankOps.h"
#include "MachineOption.h"
#include "MachinePasses.h"
#include "WindowReductions.h"
#include "WindowSums.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Transforms/Passes.h"

namespace tilewright {
#define GEN_PASS_DEF_VECTORIZEBANKS
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

namespace {

class BankVectorizer {
public:
  BankVectorizer(linalg::GenericOp op, const MachineConfig &machine)
      : op(op), machine(machine), builder(op),
        extents(op.getStaticLoopRanges()),
        iterators(op.getIteratorTypesArray()), ivs(extents.size()) {}
  LogicalResult run();

private:
  LogicalResult chooseWidth();
  VectorType vectorOf(Type element) {
    // Coordinates are computed in 32 bits.
    if (element.isIndex())
      element = builder.getI32Type();
    return VectorType::get({width}, element);
  }
  FailureOr<Value> operandVector(OpOperand &operand);
  std::optional<int64_t> stepAlongVector(AffineMap map) const;
  Value indexOf(AffineExpr expr);
  Value coordinates(unsigned dim);
  Value vectorFor(Value value, IRMapping &mapping);
  /// Vectors of all inputs at the current indices.
  LogicalResult loadInputs(IRMapping &mapping);
  LogicalResult cloneBody(IRMapping &mapping);
  void openLoop(unsigned dim);
  bool isReduced(unsigned dim) const {
    return iterators[dim] == utils::IteratorType::reduction;
  }
  LogicalResult emitElementwise();
  /// Operands and body operations that are equal along the innermost dimension.
  LogicalResult hoistInvariants(IRMapping &mapping);
  int64_t vectorsPerStep(const IRMapping &invariant);
  /// Elements `position` + i * width, i < `count`, of the innermost dimension.
  LogicalResult emitStep(const IRMapping &invariant, Value position,
                         int64_t count);
  LogicalResult storeResults(IRMapping &mapping);
  LogicalResult matchCombiners();
  LogicalResult emitReduction();
  /// The loops over the reduced dimensions from `dim` on, with the partial
  /// results `partial`; gives the final ones.
  FailureOr<SmallVector<Value>> reduceFrom(unsigned dim,
                                           SmallVector<Value> partial);
  LogicalResult storeCombined(unsigned number, Value partial, Value start);
  /// `combiner` applied to two vectors.
  Value combine(Operation *combiner, Value a, Value b);
  /// All elements of `value` combined, in every element.
  Value combineElements(Operation *combiner, Value value);
  LogicalResult cloneOp(Operation &inner, IRMapping &mapping);
  Value indexConstant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, op.getLoc(), value);
  }

  linalg::GenericOp op;
  const MachineConfig &machine;
  OpBuilder builder;
  SmallVector<int64_t> extents;
  SmallVector<utils::IteratorType> iterators;
  SmallVector<Value> ivs; ///< one per dimension; null outside its loop
  SmallVector<Operation *> combiners; ///< of a reduction, one per result
  int64_t width = 0;
};

} // namespace

LogicalResult BankVectorizer::chooseWidth() {
  if (extents.empty())
    return op.emitError("op on banks has no dimension to vectorize");
  unsigned last = extents.size() - 1;
  unsigned widest = 8;
  auto look = [&](Type type) {
    type = getElementTypeOrSelf(type);
    if (type.isIntOrFloat())
      widest = std::max(widest, type.getIntOrFloatBitWidth());
    else if (type.isIndex())
      widest = std::max(widest, 32u);
  };
  for (Value operand : op->getOperands())
    look(operand.getType());
  op.getBody()->walk([&](Operation *inner) {
    for (Type type : inner->getResultTypes())
      look(type);
  });
  // Groups of four registers keep several values live without spills.
  int64_t most = 4 * machine.vlenBits / widest;
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (map.getNumResults() && isa<AffineConstantExpr>(map.getResults().back()))
      most = std::min(
          most, cast<MemRefType>(operand.get().getType()).getShape().back());
  }
  width = 1;
  while (width * 2 <= most && extents[last] % (width * 2) == 0)
    width *= 2;
  if (width < 2)
    return op.emitError("innermost extent ")
           << extents[last] << " cannot be divided into vectors; tiles must be "
           << "aligned to vector registers";
  return success();
}

FailureOr<Value> BankVectorizer::operandVector(OpOperand &operand) {
  Location loc = op.getLoc();
  Value source = operand.get();
  auto memref = dyn_cast<MemRefType>(source.getType());
  if (!memref)
    return vector::BroadcastOp::create(builder, loc, vectorOf(source.getType()),
                                       source)
        .getResult();
  AffineMap map = op.getMatchingIndexingMap(&operand);
  SmallVector<Value> indices;
  for (AffineExpr expr : map.getResults())
    indices.push_back(indexOf(expr));
  if (!stepAlongVector(map)) {
    op.emitError("operand ")
        << operand.getOperandNumber()
        << " is not contiguous along the innermost dimension of the op";
    return failure();
  }
  return vector::LoadOp::create(builder, loc, vectorOf(memref.getElementType()),
                                source, indices)
      .getResult();
}

/// 1 when neighbours of a vector are neighbours in a memref read by `map`, 0
/// when they are copies of one value, nothing otherwise.
std::optional<int64_t> BankVectorizer::stepAlongVector(AffineMap map) const {
  const unsigned last = extents.size() - 1;
  for (AffineExpr expr : map.getResults().drop_back())
    if (expr.isFunctionOfDim(last))
      return std::nullopt;
  if (isa<AffineConstantExpr>(map.getResults().back()))
    return 0;
  auto dim = dyn_cast<AffineDimExpr>(map.getResults().back());
  return dim && dim.getPosition() == last ? std::optional(1) : std::nullopt;
}

/// Lane projection leaves dimensions and constants only.
Value BankVectorizer::indexOf(AffineExpr expr) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return ivs[dim.getPosition()];
  return indexConstant(cast<AffineConstantExpr>(expr).getValue());
}

/// The coordinates of the current vector along domain dimension `dim`.
Value BankVectorizer::coordinates(unsigned dim) {
  Location loc = op.getLoc();
  auto type = VectorType::get({width}, builder.getI32Type());
  auto laneDim = op->getAttrOfType<IntegerAttr>("togsim.lane_dim");
  auto strideAttr = op->getAttrOfType<IntegerAttr>("togsim.lane_stride");
  bool onLanes = laneDim && laneDim.getInt() == int64_t(dim);
  bool innermost = dim + 1 == extents.size();
  AffineExpr d0 = builder.getAffineDimExpr(0);
  AffineExpr base = d0;
  int64_t stride = onLanes ? strideAttr.getInt() : 1;
  // Slot s of a lane is index (s / stride)*stride*L + lane*stride + s mod
  // stride.
  if (onLanes)
    base = d0.floorDiv(stride) * (stride * machine.lanes) + d0 % stride;
  Value start = affine::AffineApplyOp::create(
      builder, loc, AffineMap::get(1, 0, base), ValueRange{ivs[dim]});
  start = arith::IndexCastOp::create(builder, loc, builder.getI32Type(), start);
  Value result = vector::BroadcastOp::create(builder, loc, type, start);
  if (innermost) {
    SmallVector<int32_t> steps(width);
    for (int64_t i = 0; i < width; ++i)
      steps[i] = i;
    Value step = arith::ConstantOp::create(
        builder, loc, DenseElementsAttr::get(type, ArrayRef<int32_t>(steps)));
    result = arith::AddIOp::create(builder, loc, result, step);
  }
  if (onLanes) {
    Value lane = togsim::LaneIndexOp::create(builder, loc, type);
    if (stride != 1) {
      Value factor = arith::ConstantOp::create(
          builder, loc,
          DenseElementsAttr::get(type, builder.getI32IntegerAttr(stride)));
      lane = arith::MulIOp::create(builder, loc, lane, factor);
    }
    result = arith::AddIOp::create(builder, loc, result, lane);
  }
  return result;
}

/// The vector form of a value of the body: mapped, or a broadcast of a scalar
/// from outside.
Value BankVectorizer::vectorFor(Value value, IRMapping &mapping) {
  if (mapping.contains(value))
    return mapping.lookup(value);
  Value scalar = value;
  if (value.getType().isIndex())
    scalar = arith::IndexCastOp::create(builder, op.getLoc(),
                                        builder.getI32Type(), value);
  Value vector = vector::BroadcastOp::create(builder, op.getLoc(),
                                             vectorOf(value.getType()), scalar);
  mapping.map(value, vector);
  return vector;
}

LogicalResult BankVectorizer::cloneOp(Operation &inner, IRMapping &mapping) {
  Location loc = inner.getLoc();
  if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
    mapping.map(index.getResult(), coordinates(index.getDim()));
    return success();
  }
  Attribute constant;
  if (matchPattern(&inner, m_Constant(&constant))) {
    auto type = vectorOf(inner.getResult(0).getType());
    if (inner.getResult(0).getType().isIndex())
      constant =
          builder.getI32IntegerAttr(cast<IntegerAttr>(constant).getInt());
    mapping.map(inner.getResult(0),
                arith::ConstantOp::create(
                    builder, loc, DenseElementsAttr::get(type, constant))
                    .getResult());
    return success();
  }
  SmallVector<Value> operands;
  for (Value operand : inner.getOperands())
    operands.push_back(vectorFor(operand, mapping));
  if (auto cast = dyn_cast<arith::IndexCastOp>(inner)) {
    auto to = vectorOf(cast.getType());
    Value in = operands[0];
    unsigned from = getElementTypeOrSelf(in.getType()).getIntOrFloatBitWidth(),
             wanted = to.getElementTypeBitWidth();
    if (wanted > from)
      in = arith::ExtSIOp::create(builder, loc, to, in);
    else if (wanted < from)
      in = arith::TruncIOp::create(builder, loc, to, in);
    mapping.map(cast.getResult(), in);
    return success();
  }
  if (!OpTrait::hasElementwiseMappableTraits(&inner) ||
      inner.getNumResults() != 1)
    return inner.emitError("unsupported: '")
           << inner.getName() << "' has no vector form";
  Operation *vectorOp = builder.create(
      loc, inner.getName().getIdentifier(), operands,
      {vectorOf(inner.getResult(0).getType())}, inner.getAttrs());
  mapping.map(inner.getResult(0), vectorOp->getResult(0));
  return success();
}

LogicalResult BankVectorizer::cloneBody(IRMapping &mapping) {
  for (Operation &inner : op.getBody()->without_terminator())
    if (failed(cloneOp(inner, mapping)))
      return failure();
  return success();
}

LogicalResult BankVectorizer::loadInputs(IRMapping &mapping) {
  for (OpOperand *input : op.getDpsInputOperands()) {
    FailureOr<Value> vector = operandVector(*input);
    if (failed(vector))
      return failure();
    mapping.map(op.getMatchingBlockArgument(input), *vector);
  }
  return success();
}

/// The loop over `dim`, the insertion point inside.
void BankVectorizer::openLoop(unsigned dim) {
  int64_t step = dim + 1 == extents.size() ? width : 1;
  if (extents[dim] == step) {
    ivs[dim] = indexConstant(0);
    return;
  }
  auto loop =
      affine::AffineForOp::create(builder, op.getLoc(), 0, extents[dim], step);
  builder.setInsertionPointToStart(loop.getBody());
  ivs[dim] = loop.getInductionVar();
}

LogicalResult BankVectorizer::hoistInvariants(IRMapping &mapping) {
  const unsigned last = extents.size() - 1;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    if (isa<MemRefType>(input->get().getType()) && stepAlongVector(map) != 0)
      continue;
    FailureOr<Value> vector = operandVector(*input);
    if (failed(vector))
      return failure();
    mapping.map(op.getMatchingBlockArgument(input), *vector);
  }
  for (Operation &inner : op.getBody()->without_terminator()) {
    auto index = dyn_cast<linalg::IndexOp>(inner);
    bool invariant = index ? index.getDim() != last
                           : llvm::all_of(inner.getOperands(), [&](Value v) {
                               return mapping.contains(v) ||
                                      v.getParentBlock() != op.getBody();
                             });
    if (invariant && failed(cloneOp(inner, mapping)))
      return failure();
  }
  // Broadcasts of values from outside.
  op.getBody()->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (operand.getParentBlock() != op.getBody())
        vectorFor(operand, mapping);
  });
  return success();
}

/// As many as registers allow, since what is loaded for a step and what its
/// operations compute should not be spilled; and fewer of long bodies, whose
/// operations hide each other's latencies as they are.
int64_t BankVectorizer::vectorsPerStep(const IRMapping &invariant) {
  constexpr int64_t kRegisters = 16, kOperations = 24;
  int64_t bits = 8, inputs = 1;
  for (OpOperand &operand : op->getOpOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(&operand);
    const bool isInput = !argument.use_empty() && !invariant.contains(argument);
    inputs += isInput;
    if (isInput || op.isDpsInit(&operand))
      bits =
          std::max<int64_t>(bits, getElementTypeOrSelf(operand.get().getType())
                                      .getIntOrFloatBitWidth());
  }
  int64_t varying = 0;
  for (Operation &inner : op.getBody()->without_terminator())
    varying += !invariant.contains(inner.getResult(0));
  const int64_t each =
      inputs * llvm::divideCeil(width * bits, int64_t(machine.vlenBits));
  return std::max<int64_t>(
      1, std::min(kRegisters / each,
                  kOperations / (inputs + varying + op.getNumDpsInits())));
}

LogicalResult BankVectorizer::storeResults(IRMapping &mapping) {
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  for (auto [i, value] : llvm::enumerate(yield.getOperands())) {
    OpOperand *init = op.getDpsInitOperand(i);
    AffineMap map = op.getMatchingIndexingMap(init);
    if (stepAlongVector(map) != 1)
      return op.emitError("writes a splat row");
    SmallVector<Value> indices;
    for (AffineExpr expr : map.getResults())
      indices.push_back(indexOf(expr));
    vector::StoreOp::create(builder, op.getLoc(), vectorFor(value, mapping),
                            init->get(), indices);
  }
  return success();
}

LogicalResult BankVectorizer::emitStep(const IRMapping &invariant,
                                       Value position, int64_t count) {
  // All loads, then each operation for all vectors, then all stores.
  SmallVector<IRMapping> mappings(count, invariant);
  SmallVector<Value> positions;
  auto each = [&](llvm::function_ref<LogicalResult(IRMapping &)> emit) {
    for (auto [at, mapping] : llvm::zip_equal(positions, mappings)) {
      ivs.back() = at;
      if (failed(emit(mapping)))
        return failure();
    }
    return success();
  };
  AffineExpr d0 = builder.getAffineDimExpr(0);
  for (int64_t i = 0; i < count; ++i)
    positions.push_back(
        i ? applyFolded(builder, op.getLoc(), d0 + i * width, position)
          : position);
  LogicalResult loaded = each([&](IRMapping &mapping) -> LogicalResult {
    for (OpOperand &operand : op->getOpOperands()) {
      BlockArgument argument = op.getMatchingBlockArgument(&operand);
      if (argument.use_empty() || mapping.contains(argument))
        continue;
      FailureOr<Value> vector = operandVector(operand);
      if (failed(vector))
        return failure();
      mapping.map(argument, *vector);
    }
    return success();
  });
  if (failed(loaded))
    return failure();
  for (Operation &inner : op.getBody()->without_terminator())
    if (!invariant.contains(inner.getResult(0)) &&
        failed(
            each([&](IRMapping &mapping) { return cloneOp(inner, mapping); })))
      return failure();
  return each([&](IRMapping &mapping) { return storeResults(mapping); });
}

LogicalResult BankVectorizer::emitElementwise() {
  Location loc = op.getLoc();
  const unsigned last = extents.size() - 1;
  for (unsigned d = 0; d < last; ++d)
    openLoop(d);
  IRMapping invariant;
  if (failed(hoistInvariants(invariant)))
    return failure();
  const int64_t vectors = extents[last] / width;
  int64_t count = std::min(vectorsPerStep(invariant), vectors);
  // Rather a shorter step than a remainder.
  for (int64_t shorter = count; 2 * shorter > count; --shorter)
    if (vectors % shorter == 0) {
      count = shorter;
      break;
    }
  const int64_t whole = vectors / count, rest = vectors % count;
  if (whole == 1) {
    if (failed(emitStep(invariant, indexConstant(0), count)))
      return failure();
  } else {
    auto loop = affine::AffineForOp::create(
        builder, loc, 0, whole * count * width, count * width);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    if (failed(emitStep(invariant, loop.getInductionVar(), count)))
      return failure();
  }
  return rest ? emitStep(invariant, indexConstant(whole * count * width), rest)
              : success();
}

Value BankVectorizer::combine(Operation *combiner, Value a, Value b) {
  return builder
      .create(combiner->getLoc(), combiner->getName().getIdentifier(), {a, b},
              {a.getType()}, combiner->getAttrs())
      ->getResult(0);
}

Value BankVectorizer::combineElements(Operation *combiner, Value value) {
  for (int64_t distance = width / 2; distance >= 1; distance /= 2) {
    SmallVector<int64_t> order(width);
    for (int64_t i = 0; i < width; ++i)
      order[i] = i ^ distance;
    Value other =
        vector::ShuffleOp::create(builder, op.getLoc(), value, value, order);
    value = combine(combiner, value, other);
  }
  return value;
}

LogicalResult BankVectorizer::matchCombiners() {
  const bool rows = isReduced(extents.size() - 1);
  for (unsigned i = 0; i < op.getNumDpsInits(); ++i) {
    SmallVector<Operation *, 1> ops;
    AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(i));
    if (!matchReduction(op.getRegionOutputArgs(), i, ops) || ops.size() != 1 ||
        stepAlongVector(map) != (rows ? 0 : 1))
      return op.emitError("reduction must combine into ")
             << (rows ? "a splat row" : "vectors") << " by one operation";
    if (!arith::getNeutralElement(ops.front()))
      return ops.front()->emitError("unsupported: reduction by '")
             << ops.front()->getName() << "'";
    combiners.push_back(ops.front());
  }
  return success();
}

FailureOr<SmallVector<Value>>
BankVectorizer::reduceFrom(unsigned dim, SmallVector<Value> partial) {
  Location loc = op.getLoc();
  while (dim < extents.size() && !isReduced(dim))
    ++dim;
  if (dim == extents.size()) {
    IRMapping mapping;
    if (failed(loadInputs(mapping)))
      return failure();
    for (auto [argument, value] :
         llvm::zip_equal(op.getRegionOutputArgs(), partial))
      mapping.map(argument, value);
    if (failed(cloneBody(mapping)))
      return failure();
    SmallVector<Value> next;
    for (Value value : op.getBody()->getTerminator()->getOperands())
      next.push_back(vectorFor(value, mapping));
    return next;
  }
  int64_t step = dim + 1 == extents.size() ? width : 1;
  if (extents[dim] == step) {
    ivs[dim] = indexConstant(0);
    return reduceFrom(dim + 1, std::move(partial));
  }
  auto loop =
      affine::AffineForOp::create(builder, loc, 0, extents[dim], step, partial);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  ivs[dim] = loop.getInductionVar();
  FailureOr<SmallVector<Value>> next =
      reduceFrom(dim + 1, SmallVector<Value>(loop.getRegionIterArgs()));
  if (failed(next))
    return failure();
  affine::AffineYieldOp::create(builder, loc, *next);
  return SmallVector<Value>(loop.getResults());
}

/// Combines the elements of `partial` with each other and with `start`, into
/// every copy of the splat row.
LogicalResult BankVectorizer::storeCombined(unsigned number, Value partial,
                                            Value start) {
  OpOperand *init = op.getDpsInitOperand(number);
  AffineMap map = op.getMatchingIndexingMap(init);
  Value result = combineElements(combiners[number], partial);
  result = combine(combiners[number], start, result);
  SmallVector<Value> indices;
  for (AffineExpr expr : map.getResults().drop_back())
    indices.push_back(indexOf(expr));
  int64_t copies = cast<MemRefType>(init->get().getType()).getShape().back();
  for (int64_t c = 0; c + width <= copies; c += width) {
    SmallVector<Value> at(indices);
    at.push_back(indexConstant(c));
    vector::StoreOp::create(builder, op.getLoc(), result, init->get(), at);
  }
  return success();
}

LogicalResult BankVectorizer::emitReduction() {
  Location loc = op.getLoc();
  const bool rows = isReduced(extents.size() - 1);
  if (failed(matchCombiners()))
    return failure();
  for (unsigned d = 0; d < extents.size(); ++d)
    if (!isReduced(d))
      openLoop(d);
  // What the reduction starts from. Elements of a row that are combined later
  // start neutral.
  SmallVector<Value> starts, partial;
  for (auto [i, combiner] : llvm::enumerate(combiners)) {
    FailureOr<Value> start = operandVector(*op.getDpsInitOperand(i));
    if (failed(start))
      return failure();
    starts.push_back(*start);
    auto type = cast<VectorType>(start->getType());
    partial.push_back(
        rows ? arith::ConstantOp::create(
                   builder, loc,
                   DenseElementsAttr::get(
                       type, Attribute(*arith::getNeutralElement(combiner))))
             : *start);
  }
  FailureOr<SmallVector<Value>> results = reduceFrom(0, partial);
  if (failed(results))
    return failure();
  for (unsigned i = 0; i < combiners.size(); ++i) {
    if (rows) {
      if (failed(storeCombined(i, (*results)[i], starts[i])))
        return failure();
      continue;
    }
    OpOperand *init = op.getDpsInitOperand(i);
    SmallVector<Value> indices;
    for (AffineExpr expr : op.getMatchingIndexingMap(init).getResults())
      indices.push_back(indexOf(expr));
    vector::StoreOp::create(builder, loc, (*results)[i], init->get(), indices);
  }
  return success();
}

LogicalResult BankVectorizer::run() {
  if (failed(chooseWidth()) ||
      failed(op.getNumReductionLoops() ? emitReduction() : emitElementwise()))
    return failure();
  op.erase();
  return success();
}

namespace {
struct VectorizeBanksPass
    : tilewright::impl::VectorizeBanksBase<VectorizeBanksPass> {
  using VectorizeBanksBase::VectorizeBanksBase;
  explicit VectorizeBanksPass(const MachineConfig &machine)
      : machine(machine) {}

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (failed(machine.resolve(machineName, kernel.getLoc())))
      return signalPassFailure();
    SmallVector<togsim::WindowSumOp> sums;
    kernel.walk([&](togsim::WindowSumOp op) { sums.push_back(op); });
    for (togsim::WindowSumOp op : sums)
      if (failed(lowerWindowSum(op, machine.get())))
        return signalPassFailure();
    SmallVector<togsim::WindowReduceOp> windows;
    kernel.walk([&](togsim::WindowReduceOp op) { windows.push_back(op); });
    for (togsim::WindowReduceOp op : windows)
      if (failed(lowerWindowReduce(op, machine.get())))
        return signalPassFailure();
    SmallVector<linalg::LinalgOp> ops;
    kernel.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    IRRewriter rewriter(kernel.getContext());
    for (linalg::LinalgOp op : ops) {
      if (!op.hasPureBufferSemantics()) {
        op.emitError("works on tensors, not on banks; run the passes from "
                     "togsim-codegen to togsim-project-lanes first");
        return signalPassFailure();
      }
      auto hasElements = [](Type type) {
        auto memref = dyn_cast<MemRefType>(type);
        return !memref ||
               (memref.hasStaticShape() && memref.getNumElements() > 0);
      };
      if (!llvm::all_of(op->getOperandTypes(), hasElements)) {
        op.emitError("works on memory of dynamic shape or without elements");
        return signalPassFailure();
      }
      auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
      if (!generic) {
        rewriter.setInsertionPoint(op);
        FailureOr<linalg::GenericOp> made =
            linalg::generalizeNamedOp(rewriter, op);
        if (failed(made)) {
          op.emitError("cannot be generalized");
          return signalPassFailure();
        }
        generic = *made;
      }
      if (failed(BankVectorizer(generic, machine.get()).run()))
        return signalPassFailure();
    }
    if (failed(vectorizeScans(kernel, machine.get())) ||
        failed(vectorizeSorts(kernel, machine.get())))
      return signalPassFailure();
  }

private:
  MachineHolder machine;
};
} // namespace

std::unique_ptr<Pass> createVectorizeBanks(const MachineConfig &machine) {
  return std::make_unique<VectorizeBanksPass>(machine);
}
