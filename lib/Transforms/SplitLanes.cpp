//===- SplitLanes.cpp - Few long rows over all lanes ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A reduction kernel has a row per lane. Where rows are few and long, each is
// cut into equal parts, which become rows of their own:
//
//   parts    reduces C parts of every row, views [.., C, R / C, ..] of inputs
//
//   rest     reduces the R mod C elements behind them, if there are any
//
//   combine  reduces the C results of each row, adds the rest's, and does what
//            the kernel did with the results
//
// Lanes cannot exchange values, so the results of the parts go through memory.
// Shorter chains of sums are more exact, too.
//
//===----------------------------------------------------------------------===//

#include "SplitLanes.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "tilewright/Codegen/Codegen.h"
#include "tilewright/Graph/IterationSpace.h"
#include "tilewright/Graph/Pooling.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

/// Elements of a row from which two more launches pay, and elements in whose
/// time a further launch runs.
static constexpr int64_t kLongRow = 8192, kLaunch = 1024;

static bool isReduction(GenericOp op) { return op.getNumReductionLoops() > 0; }

/// The op that combines the accumulator of a reduction with one value, and the
/// value that leaves it as it is.
static Operation *combinerOf(GenericOp reduction) {
  SmallVector<Operation *, 1> combiners;
  if (reduction.getNumDpsInits() != 1 ||
      !matchReduction(reduction.getRegionOutputArgs(), 0, combiners) ||
      combiners.size() != 1 || !arith::getNeutralElement(combiners.front()))
    return nullptr;
  return combiners.front();
}

namespace {
class LaneSplitter {
public:
  LaneSplitter(func::FuncOp kernel, const MachineConfig &machine)
      : kernel(kernel), machine(machine), builder(kernel.getContext()) {}
  bool isFewAndLong();
  void choosePieces();
  /// Whether parts can be reduced on their own.
  bool isSplittable();
  void run();

private:
  /// A new kernel of the same arguments; those it does not use are removed when
  /// it is finished.
  struct Part {
    func::FuncOp function;
    IRMapping mapping;
    SmallVector<unsigned> arguments; ///< of the kernel
    /// Parts of tensors along a dimension: one value each, for ops of a kernel
    /// share their iteration space through what they read.
    llvm::DenseMap<std::pair<Value, unsigned>, Value> views;
    Value shape; ///< of the parts' results: what ties reductions together
  };
  Part begin(StringRef suffix);
  void finish(Part &part, ValueRange results);
  func::CallOp call(func::CallOp original, Part &part, ValueRange further);
  void cloneDefinition(Operation *op, Part &part);
  /// Reduces elements [from, from + pieces * length) of every row in `pieces`
  /// parts; none: as one, which has no dimension of parts.
  Part buildPart(StringRef suffix, int64_t from, int64_t length,
                 std::optional<int64_t> pieces);
  void cloneOnto(GenericOp op, Part &part, int64_t from, int64_t length,
                 std::optional<int64_t> pieces);
  Value viewOf(Value tensor, AffineMap map, unsigned loop, Part &part,
               int64_t from, int64_t length, std::optional<int64_t> pieces);
  Value empty(RankedTensorType like, ArrayRef<int64_t> shape) {
    return tensor::EmptyOp::create(builder, kernel.getLoc(), shape,
                                   like.getElementType());
  }
  Part buildCombine(int64_t pieces, bool hasRest);
  Value combineParts(GenericOp reduction, Part &part, Value parts, Value rest);
  int loopOf(GenericOp op) const {
    ArrayRef<int> dims = space.dims.find(op)->second;
    auto found = llvm::find(dims, int(dim));
    return found == dims.end() ? -1 : int(found - dims.begin());
  }
  bool usesRow(GenericOp op) const {
    return llvm::any_of(space.dims.find(op)->second,
                        [&](int d) { return d >= 0 && space.reduced[d]; });
  }

  func::FuncOp kernel;
  const MachineConfig &machine;
  OpBuilder builder;
  SmallVector<GenericOp> ops, reductions;
  llvm::DenseSet<Operation *> dependent; ///< on a reduction
  llvm::DenseSet<Operation *> inParts;   ///< what reductions need
  IterationSpace space;
  unsigned dim = 0; ///< the reduced dimension that is cut
  int64_t rows = 1, rowLength = 1;
  int64_t pieces = 0; ///< of it; 0: none
};
} // namespace

bool LaneSplitter::isFewAndLong() {
  if (kernel->hasAttr("togsim.inplace") || countMacs(kernel))
    return false;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    auto generic = dyn_cast<GenericOp>(op);
    if (!generic) {
      if (!isa<linalg::FillOp, tensor::EmptyOp, tensor::ExtractSliceOp>(op) &&
          !op.hasTrait<OpTrait::ConstantLike>())
        return false;
      continue;
    }
    if (matchPooling(generic))
      return false;
    ops.push_back(generic);
    if (isReduction(generic))
      reductions.push_back(generic);
  }
  if (reductions.empty())
    return false;
  std::optional<IterationSpace> unified = unifyIterationSpace(ops);
  if (!unified)
    return false;
  space = std::move(*unified);
  for (auto [d, extent] : llvm::enumerate(space.extents))
    (space.reduced[d] ? rowLength : rows) *= extent;
  return rows * 2 <= int64_t(machine.lanes) && rowLength >= kLongRow;
}

/// The dimension and the number of pieces for which lanes have the least to do:
/// first a piece each, then one the rest.
void LaneSplitter::choosePieces() {
  int64_t least = 0;
  const int64_t lanes = machine.lanes; // rows are a loop around the pieces
  for (auto [d, extent] : llvm::enumerate(space.extents)) {
    if (!space.reduced[d])
      continue;
    for (int64_t count = 2; count <= std::min(extent, lanes); ++count) {
      const int64_t length = extent / count, rest = extent % count;
      // A dimension of one element is none.
      if (rest == 1)
        continue;
      int64_t work =
          (length + rest) * (rowLength / extent) + (rest ? kLaunch : 0);
      if (pieces && work >= least)
        continue;
      least = work;
      dim = d;
      pieces = count;
    }
  }
}

bool LaneSplitter::isSplittable() {
  choosePieces();
  if (!pieces)
    return false;
  auto returned = kernel.getBody().front().getTerminator()->getOperands();
  for (GenericOp op : ops) {
    if (isReduction(op) && !combinerOf(op))
      return false;
    for (Value input : op.getInputs())
      if (auto producer = input.getDefiningOp<GenericOp>())
        if (isReduction(producer) || dependent.contains(producer))
          dependent.insert(op);
    if (!usesRow(op))
      continue;
    if (dependent.contains(op) ||
        (!isReduction(op) && llvm::any_of(op.getResults(), [&](Value result) {
          return llvm::is_contained(returned, result);
        })))
      return false;
    // One dimension of a tensor follows the loop that is cut.
    int loop = loopOf(op);
    for (AffineMap map : op.getIndexingMapsArray())
      for (AffineExpr expr : map.getResults())
        if (loop >= 0 && expr.isFunctionOfDim(loop) &&
            !isa<AffineDimExpr>(expr))
          return false;
    if (loop < 0)
      return false;
  }
  for (GenericOp op : llvm::reverse(ops)) {
    bool needed =
        isReduction(op) || llvm::any_of(op->getUsers(), [&](Operation *user) {
          return inParts.contains(user);
        });
    if (needed)
      inParts.insert(op);
  }
  return true;
}

LaneSplitter::Part LaneSplitter::begin(StringRef suffix) {
  Part part;
  builder.setInsertionPoint(kernel);
  part.function = func::FuncOp::create(
      builder, kernel.getLoc(), (kernel.getSymName() + "_" + suffix).str(),
      builder.getFunctionType(kernel.getArgumentTypes(), {}));
  part.function.setPrivate();
  for (StringRef name : {"togsim.kernel", "togsim.ops"})
    if (Attribute attribute = kernel->getAttr(name))
      part.function->setAttr(name, attribute);
  Block *body = part.function.addEntryBlock();
  for (auto [from, to] :
       llvm::zip_equal(kernel.getArguments(), body->getArguments()))
    part.mapping.map(from, to);
  builder.setInsertionPointToStart(body);
  return part;
}

void LaneSplitter::finish(Part &part, ValueRange results) {
  func::ReturnOp::create(builder, kernel.getLoc(), results);
  llvm::BitVector unused(part.function.getNumArguments());
  for (BlockArgument argument : part.function.getArguments()) {
    if (argument.use_empty())
      unused.set(argument.getArgNumber());
    else if (argument.getArgNumber() < kernel.getNumArguments())
      part.arguments.push_back(argument.getArgNumber());
  }
  (void)part.function.eraseArguments(unused);
  SmallVector<Type> inputs(part.function.getBody().getArgumentTypes());
  part.function.setFunctionType(
      builder.getFunctionType(inputs, results.getTypes()));
}

/// Clones `op` and what it uses of the kernel: constants, fills, slices.
void LaneSplitter::cloneDefinition(Operation *op, Part &part) {
  op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands()) {
      Operation *definition = operand.getDefiningOp();
      if (definition && definition->getParentOp() == kernel.getOperation() &&
          !part.mapping.contains(operand))
        cloneDefinition(definition, part);
    }
  });
  builder.clone(*op, part.mapping);
}

/// The part of an input that a part of the rows reads; the dimension that
/// follows `loop` becomes two.
Value LaneSplitter::viewOf(Value tensor, AffineMap map, unsigned loop,
                           Part &part, int64_t from, int64_t length,
                           std::optional<int64_t> pieces) {
  if (Operation *definition = tensor.getDefiningOp();
      definition && !part.mapping.contains(tensor))
    cloneDefinition(definition, part);
  Value source = part.mapping.lookup(tensor);
  std::optional<unsigned> position =
      map.getResultPosition(getAffineDimExpr(loop, builder.getContext()));
  if (!position)
    return source;
  Value &view = part.views[{tensor, *position}];
  if (view)
    return view;
  auto type = cast<RankedTensorType>(source.getType());
  const int64_t covered = length * pieces.value_or(1);
  SmallVector<int64_t> shape(type.getShape());
  if (covered != shape[*position]) {
    SmallVector<OpFoldResult> offsets(shape.size(), builder.getIndexAttr(0)),
        strides(shape.size(), builder.getIndexAttr(1)), sizes;
    offsets[*position] = builder.getIndexAttr(from);
    shape[*position] = covered;
    for (int64_t extent : shape)
      sizes.push_back(builder.getIndexAttr(extent));
    source = tensor::ExtractSliceOp::create(builder, tensor.getLoc(),
                                            type.clone(shape), source, offsets,
                                            sizes, strides);
  }
  if (!pieces)
    return view = source;
  SmallVector<ReassociationIndices> groups;
  unsigned next = 0;
  for (unsigned d = 0; d < shape.size(); ++d) {
    groups.push_back({next++});
    if (d == *position)
      groups.back().push_back(next++);
  }
  shape[*position] = length;
  shape.insert(shape.begin() + *position, *pieces);
  return view = tensor::ExpandShapeOp::create(
             builder, tensor.getLoc(), type.clone(shape), source, groups);
}

/// The same op on a part of each row. With pieces, its loop along rows becomes
/// two, pieces and elements, and so do the dimensions of tensors that follow
/// it; results of reductions get a last dimension of pieces.
void LaneSplitter::cloneOnto(GenericOp op, Part &part, int64_t from,
                             int64_t length, std::optional<int64_t> pieces) {
  const int found = loopOf(op);
  if (found < 0)
    return cloneDefinition(op, part);
  const unsigned loop = found;
  const unsigned loops = op.getNumLoops() + (pieces ? 1 : 0);
  const unsigned element = loop + (pieces ? 1 : 0); ///< the loop of elements
  MLIRContext *context = builder.getContext();
  auto moved = [&](AffineExpr expr) {
    unsigned d = cast<AffineDimExpr>(expr).getPosition();
    return getAffineDimExpr(d > loop ? d + (pieces ? 1 : 0) : d, context);
  };
  auto newMap = [&](AffineMap map, bool takesPieces) {
    SmallVector<AffineExpr> results;
    for (AffineExpr expr : map.getResults()) {
      if (auto d = dyn_cast<AffineDimExpr>(expr);
          d && d.getPosition() == loop && pieces) {
        results.push_back(getAffineDimExpr(loop, context));
        results.push_back(getAffineDimExpr(element, context));
      } else if (isa<AffineConstantExpr>(expr)) {
        results.push_back(expr);
      } else {
        results.push_back(moved(expr));
      }
    }
    if (takesPieces && pieces)
      results.push_back(getAffineDimExpr(loop, context));
    return AffineMap::get(loops, 0, results, context);
  };
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  if (pieces)
    iterators.insert(iterators.begin() + loop, utils::IteratorType::parallel);
  SmallVector<Value> inputs, inits;
  SmallVector<AffineMap> maps;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    maps.push_back(newMap(map, false));
    auto producer = input->get().getDefiningOp<GenericOp>();
    inputs.push_back(
        producer ? part.mapping.lookup(input->get())
                 : viewOf(input->get(), map, loop, part, from, length, pieces));
  }
  SmallVector<Type> types;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    auto type = cast<RankedTensorType>(init.get().getType());
    SmallVector<int64_t> shape;
    for (auto [expr, extent] :
         llvm::zip_equal(map.getResults(), type.getShape())) {
      auto d = dyn_cast<AffineDimExpr>(expr);
      bool follows = d && d.getPosition() == loop;
      if (follows && pieces)
        shape.push_back(*pieces);
      shape.push_back(follows ? length : extent);
    }
    if (isReduction(op) && pieces)
      shape.push_back(*pieces);
    Value start = empty(type, shape);
    if (isReduction(op)) {
      // Parts start neutral; what the kernel starts from comes once.
      Value neutral = arith::ConstantOp::create(
          builder, op.getLoc(), *arith::getNeutralElement(combinerOf(op)));
      start = linalg::FillOp::create(builder, op.getLoc(), neutral, start)
                  .getResult(0);
    }
    maps.push_back(newMap(map, isReduction(op)));
    inits.push_back(start);
    types.push_back(start.getType());
  }
  // Constants from outside the body.
  op.getRegion().walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (Operation *definition = operand.getDefiningOp();
          definition && definition->getParentOp() == kernel.getOperation() &&
          !part.mapping.contains(operand))
        cloneDefinition(definition, part);
  });
  auto made = GenericOp::create(
      builder, op.getLoc(), types, inputs, inits, maps, iterators,
      [&](OpBuilder &b, Location loc, ValueRange arguments) {
        IRMapping body(part.mapping);
        for (auto [from, to] :
             llvm::zip_equal(op.getBody()->getArguments(), arguments))
          body.map(from, to);
        for (Operation &inner : *op.getBody()) {
          auto index = dyn_cast<linalg::IndexOp>(inner);
          if (!index) {
            b.clone(inner, body);
            continue;
          }
          unsigned d = index.getDim();
          Value value = linalg::IndexOp::create(b, loc,
                                                d == loop            ? element
                                                : d > loop && pieces ? d + 1
                                                                     : d);
          auto constant = [&](int64_t number) -> Value {
            return arith::ConstantIndexOp::create(b, loc, number);
          };
          if (d == loop && pieces) {
            Value piece = linalg::IndexOp::create(b, loc, loop);
            piece = arith::MulIOp::create(b, loc, piece, constant(length));
            value = arith::AddIOp::create(b, loc, piece, value);
          }
          if (d == loop && from)
            value = arith::AddIOp::create(b, loc, value, constant(from));
          body.map(index.getResult(), value);
        }
      });
  for (auto [from, to] : llvm::zip_equal(op.getResults(), made.getResults()))
    part.mapping.map(from, to);
}

LaneSplitter::Part LaneSplitter::buildPart(StringRef suffix, int64_t from,
                                           int64_t length,
                                           std::optional<int64_t> pieces) {
  Part part = begin(suffix);
  for (GenericOp op : ops)
    if (inParts.contains(op))
      cloneOnto(op, part, from, length, pieces);
  SmallVector<Value> results;
  for (GenericOp op : reductions)
    results.push_back(part.mapping.lookup(op.getResult(0)));
  finish(part, results);
  return part;
}

/// The results of the parts of each row, and of the rest if there is one, and
/// what the reduction starts from, combined.
Value LaneSplitter::combineParts(GenericOp reduction, Part &part, Value parts,
                                 Value rest) {
  auto type = cast<RankedTensorType>(reduction.getResult(0).getType());
  Operation *combiner = combinerOf(reduction);
  Value init = reduction.getDpsInitOperand(0)->get();
  if (!part.mapping.contains(init))
    cloneDefinition(init.getDefiningOp(), part);
  const unsigned rank = type.getRank();
  AffineMap all = builder.getMultiDimIdentityMap(rank + 1),
            row = rank ? all.getMajorSubMap(rank)
                       : AffineMap::get(1, 0, builder.getContext());
  // Of the rows, in the order of the space's dimensions, and the parts.
  SmallVector<std::pair<int, unsigned>> order;
  AffineMap written =
      reduction.getMatchingIndexingMap(reduction.getDpsInitOperand(0));
  for (auto [i, expr] : llvm::enumerate(written.getResults())) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    order.push_back(
        {loop ? space.dims[reduction][loop.getPosition()] : -1, unsigned(i)});
  }
  llvm::sort(order);
  SmallVector<AffineExpr> indices;
  SmallVector<int64_t> extents;
  for (auto [d, position] : order) {
    indices.push_back(builder.getAffineDimExpr(position));
    extents.push_back(type.getDimSize(position));
  }
  indices.push_back(builder.getAffineDimExpr(rank));
  extents.push_back(pieces);
  if (!part.shape)
    part.shape = empty(type, extents);
  AffineMap ofShape =
      AffineMap::get(rank + 1, 0, indices, builder.getContext());
  auto combine = [&](OpBuilder &b, Location loc, Value a, Value c) {
    Value result = b.create(loc, combiner->getName().getIdentifier(), {a, c},
                            {a.getType()}, combiner->getAttrs())
                       ->getResult(0);
    linalg::YieldOp::create(b, loc, result);
  };
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  iterators.push_back(utils::IteratorType::reduction);
  Value result = GenericOp::create(
                     builder, reduction.getLoc(), TypeRange(type),
                     ValueRange{parts, part.shape}, part.mapping.lookup(init),
                     ArrayRef({all, ofShape, row}), iterators,
                     [&](OpBuilder &b, Location loc, ValueRange values) {
                       combine(b, loc, values[2], values[0]);
                     })
                     .getResult(0);
  if (!rest)
    return result;
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  iterators.pop_back();
  return GenericOp::create(builder, reduction.getLoc(), TypeRange(type),
                           ValueRange{result, rest},
                           empty(type, type.getShape()),
                           ArrayRef({identity, identity, identity}), iterators,
                           [&](OpBuilder &b, Location loc, ValueRange values) {
                             combine(b, loc, values[0], values[1]);
                           })
      .getResult(0);
}

LaneSplitter::Part LaneSplitter::buildCombine(int64_t pieces, bool hasRest) {
  Part part = begin("combine");
  Block *body = &part.function.getBody().front();
  SmallVector<Value> parts, rests(reductions.size());
  for (GenericOp op : reductions) {
    auto type = cast<RankedTensorType>(op.getResult(0).getType());
    SmallVector<int64_t> shape(type.getShape());
    shape.push_back(pieces);
    parts.push_back(body->addArgument(type.clone(shape), op.getLoc()));
  }
  if (hasRest)
    for (auto [rest, op] : llvm::zip_equal(rests, reductions))
      rest = body->addArgument(op.getResult(0).getType(), op.getLoc());
  part.function.setFunctionType(
      builder.getFunctionType(body->getArgumentTypes(), {}));
  for (auto [op, partial, rest] : llvm::zip_equal(reductions, parts, rests))
    part.mapping.map(op.getResult(0), combineParts(op, part, partial, rest));
  // Ops that belong to the parts only are along rows, or needed there.
  auto returned = kernel.getBody().front().getTerminator()->getOperands();
  SmallVector<Value> results;
  for (Value value : returned) {
    if (!part.mapping.contains(value))
      cloneDefinition(value.getDefiningOp(), part);
    results.push_back(part.mapping.lookup(value));
  }
  finish(part, results);
  return part;
}

func::CallOp LaneSplitter::call(func::CallOp original, Part &part,
                                ValueRange further) {
  SmallVector<Value> operands;
  for (unsigned number : part.arguments)
    operands.push_back(original.getOperand(number));
  llvm::append_range(operands, further);
  auto made =
      func::CallOp::create(builder, original.getLoc(), part.function, operands);
  for (NamedAttribute attribute : original->getDiscardableAttrs())
    made->setDiscardableAttr(attribute.getName(), attribute.getValue());
  return made;
}

void LaneSplitter::run() {
  const int64_t extent = space.extents[dim];
  const int64_t length = extent / pieces, rest = extent % pieces;
  Part parts = buildPart("parts", 0, length, pieces);
  std::optional<Part> restPart;
  if (rest)
    restPart = buildPart("rest", length * pieces, rest, std::nullopt);
  Part combine = buildCombine(pieces, rest != 0);
  SmallVector<func::CallOp> calls;
  kernel->getParentOfType<ModuleOp>().walk([&](func::CallOp call) {
    if (call.getCallee() == kernel.getSymName())
      calls.push_back(call);
  });
  for (func::CallOp original : calls) {
    builder.setInsertionPoint(original);
    SmallVector<Value> further(call(original, parts, {}).getResults());
    if (restPart)
      llvm::append_range(further, call(original, *restPart, {}).getResults());
    original.replaceAllUsesWith(call(original, combine, further).getResults());
    original.erase();
  }
  kernel.erase();
}

bool tilewright::hasFewLongRows(func::FuncOp kernel,
                                const MachineConfig &machine) {
  return LaneSplitter(kernel, machine).isFewAndLong();
}

void tilewright::splitOverLanes(func::FuncOp kernel,
                                const MachineConfig &machine) {
  LaneSplitter splitter(kernel, machine);
  if (splitter.isFewAndLong() && splitter.isSplittable())
    splitter.run();
}
