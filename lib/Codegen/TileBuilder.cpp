//===- TileBuilder.cpp - Emits tile loops, tiles and transfers ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Schedule/Schedule.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

Type codegen::storageType(Type elementType) {
  if (elementType.isInteger(1))
    return IntegerType::get(elementType.getContext(), 8);
  return elementType;
}

AffineMap Tile::map(ArrayRef<unsigned> domain, MLIRContext *context) const {
  SmallVector<AffineExpr> results;
  for (auto [i, d] : llvm::enumerate(dims)) {
    if (splatLast && i + 1 == dims.size()) {
      results.push_back(getAffineConstantExpr(0, context));
      continue;
    }
    unsigned position = llvm::find(domain, d) - domain.begin();
    results.push_back(getAffineDimExpr(position, context));
  }
  return AffineMap::get(domain.size(), 0, results, context);
}

SmallVector<Coordinate>
codegen::joinedCoordinates(ArrayRef<SmallVector<unsigned>> groups,
                           ArrayRef<int64_t> extents) {
  SmallVector<Coordinate> result(extents.size(), Coordinate{0, 1, 1});
  for (auto [number, group] : llvm::enumerate(groups)) {
    int64_t inside = 1;
    for (unsigned d : llvm::reverse(group)) {
      bool outermost = d == group.front();
      result[d] = {unsigned(number), inside, outermost ? 0 : extents[d]};
      inside *= extents[d];
    }
  }
  return result;
}

bool Tile::stores(unsigned d) const {
  for (auto [i, dim] : llvm::enumerate(dims))
    if (dim == d && !(splatLast && i + 1 == dims.size()))
      return true;
  return false;
}

TileBuilder::TileBuilder(OpBuilder &builder, Location loc,
                         const MachineConfig &machine, SmallVector<Dim> dims,
                         unsigned laneDim, unsigned laneStride)
    : builder(builder), loc(loc), machine(machine),
      entry(builder.getInsertionBlock()), dims(std::move(dims)),
      laneDim(laneDim), laneStride(laneStride) {
  ivs.resize(this->dims.size());
}

Value TileBuilder::newTileOp(MemRefType type) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(entry);
  return togsim::TileOp::create(builder, loc, type, IntegerAttr());
}

Value TileBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Tile TileBuilder::createTile(const TensorAccess &access,
                             ArrayRef<unsigned> storage) {
  return createTile(access, storage, laneDim, laneStride);
}

ArrayRef<unsigned> TileBuilder::partnersOf(unsigned d) const {
  auto found = partners.find(d);
  return found == partners.end() ? ArrayRef<unsigned>() : found->second;
}

int64_t TileBuilder::tileExtent(unsigned d) const {
  int64_t extent = dims[d].tile;
  for (unsigned inner : partnersOf(d))
    extent *= dims[inner].tile;
  return extent;
}

int64_t TileBuilder::wholeExtent(unsigned d) const {
  int64_t extent = dims[d].extent;
  for (unsigned inner : partnersOf(d))
    extent *= dims[inner].extent;
  return extent;
}

bool TileBuilder::varies(const TensorAccess &access, unsigned d) const {
  return (access.strides[d] != 0 && dims[d].extent > 1) ||
         llvm::any_of(partnersOf(d), [&](unsigned inner) {
           return access.strides[inner] != 0;
         });
}

/// Four registers of f32. The same for all types, so that ops on row results
/// can work on all copies.
Tile TileBuilder::createTile(Type elementType, ArrayRef<unsigned> storage,
                             unsigned lane, unsigned stride,
                             llvm::function_ref<bool(unsigned)> varies) {
  Tile tile;
  SmallVector<int64_t> shape;
  unsigned axis = 0;
  for (auto [i, d] : llvm::enumerate(storage)) {
    bool last = i + 1 == storage.size(), full = varies(d);
    if (d == lane)
      axis = shape.size();
    else if (!full && !last)
      continue;
    tile.dims.push_back(d);
    tile.splatLast = last && !full && d != lane;
    shape.push_back(tile.splatLast
                        ? std::min(tileExtent(d), splatCopies(machine))
                        : tileExtent(d));
  }
  auto space = togsim::SpadAttr::get(builder.getContext(), axis, stride);
  tile.memref = newTileOp(
      MemRefType::get(shape, elementType, MemRefLayoutAttrInterface(), space));
  return tile;
}

Tile TileBuilder::createTile(const TensorAccess &access,
                             ArrayRef<unsigned> storage, unsigned lane,
                             unsigned stride) {
  Type element = cast<MemRefType>(access.memref.getType()).getElementType();
  return createTile(element, storage, lane, stride,
                    [&](unsigned d) { return varies(access, d); });
}

Tile TileBuilder::createTile(Type elementType, ArrayRef<unsigned> storage,
                             unsigned lane) {
  Tile tile;
  SmallVector<int64_t> shape;
  for (unsigned d : storage) {
    tile.dims.push_back(d);
    shape.push_back(tileExtent(d));
  }
  unsigned axis = llvm::find(storage, lane) - storage.begin();
  auto space = togsim::SpadAttr::get(builder.getContext(), axis, laneStride);
  tile.memref = newTileOp(
      MemRefType::get(shape, elementType, MemRefLayoutAttrInterface(), space));
  return tile;
}

Tile TileBuilder::createBox(Type elementType, ArrayRef<int64_t> shape,
                            unsigned axis, unsigned stride) {
  Tile tile;
  auto space = togsim::SpadAttr::get(builder.getContext(), axis, stride);
  tile.memref = newTileOp(
      MemRefType::get(shape, elementType, MemRefLayoutAttrInterface(), space));
  return tile;
}

Tile TileBuilder::createSplatTile(Type elementType, unsigned lane,
                                  unsigned vector) {
  Tile tile;
  tile.dims = {lane, vector};
  tile.splatLast = true;
  auto space = togsim::SpadAttr::get(builder.getContext(), 0, laneStride);
  tile.memref = newTileOp(MemRefType::get(
      {tileExtent(lane), std::min(tileExtent(vector), splatCopies(machine))},
      elementType, MemRefLayoutAttrInterface(), space));
  return tile;
}

Tile TileBuilder::createTileOver(Type elementType, ArrayRef<unsigned> storage,
                                 const llvm::SmallBitVector &varying) {
  return createTile(elementType, storage, laneDim, laneStride,
                    [&](unsigned d) { return varying.test(d); });
}

Value TileBuilder::restOf(unsigned d) {
  const int64_t inside = wholeExtent(d) / dims[d].extent;
  AffineExpr rest = builder.getAffineConstantExpr(wholeExtent(d));
  SmallVector<Value> operands;
  if (ivs[d]) {
    rest = rest - builder.getAffineDimExpr(0) * (dims[d].tile * inside);
    operands.push_back(ivs[d]);
  }
  return affine::AffineApplyOp::create(
      builder, loc, AffineMap::get(operands.size(), 0, rest), operands);
}

Value TileBuilder::startOf(unsigned d, bool alone) {
  if (!ivs[d])
    return {};
  return affine::AffineApplyOp::create(
      builder, loc,
      AffineMap::get(1, 0,
                     builder.getAffineDimExpr(0) *
                         (alone ? dims[d].tile : tileExtent(d))),
      ValueRange{ivs[d]});
}

TileBuilder::Starts TileBuilder::makeStarts(linalg::GenericOp source,
                                            ArrayRef<Coordinate> coordinates) {
  Starts starts;
  source.getRegion().walk([&](linalg::IndexOp op) {
    const Coordinate &coordinate = coordinates[op.getDim()];
    unsigned d = coordinate.dim;
    if (starts.contains(d))
      return;
    if (Value start = startOf(d, /*alone=*/coordinate.place.has_value()))
      starts[d] = start;
  });
  return starts;
}

void TileBuilder::addMoveDim(unsigned d, int64_t tileSize,
                             const TensorAccess &access, bool varies,
                             SmallVectorImpl<int64_t> &extents,
                             SmallVectorImpl<int64_t> &strides,
                             SmallVectorImpl<Value> &valid) {
  const Dim &dim = dims[d];
  extents.push_back(tileSize);
  strides.push_back(dim.extent > 1 ? access.strides[d] : 0);
  if (strides.back() == 0 && !(varies && dim.extent > 1)) {
    // A broadcast fills the tile; a unit dimension has one valid element.
    valid.push_back(index(dim.extent == 1 ? 1 : tileSize));
  } else if (dim.extent % dim.tile == 0 || !ivs[d]) {
    valid.push_back(index(std::min(dim.tile, dim.extent)));
  } else {
    AffineExpr rest = dim.extent - builder.getAffineDimExpr(0) * dim.tile;
    valid.push_back(affine::AffineMinOp::create(
        builder, loc,
        AffineMap::get(1, 0, {builder.getAffineConstantExpr(dim.tile), rest},
                       builder.getContext()),
        ValueRange{ivs[d]}));
  }
}

Value TileBuilder::originOf(const TensorAccess &access) {
  MLIRContext *context = builder.getContext();
  AffineExpr offset = getAffineConstantExpr(access.offset, context);
  SmallVector<Value> operands;
  for (auto [d, iv] : llvm::enumerate(ivs)) {
    if (!iv || access.strides[d] == 0)
      continue;
    offset = offset + getAffineDimExpr(operands.size(), context) *
                          (dims[d].tile * access.strides[d]);
    operands.push_back(iv);
  }
  return affine::AffineApplyOp::create(
      builder, loc, AffineMap::get(operands.size(), 0, offset), operands);
}

Value TileBuilder::extremeOf(ArrayRef<AffineExpr> bounds, bool smallest) {
  // Dimensions without a loop are at tile 0.
  SmallVector<AffineExpr> numbers;
  SmallVector<Value> operands;
  for (Value iv : ivs) {
    numbers.push_back(iv ? builder.getAffineDimExpr(operands.size())
                         : builder.getAffineConstantExpr(0));
    if (iv)
      operands.push_back(iv);
  }
  SmallVector<AffineExpr> results;
  for (AffineExpr bound : bounds) {
    AffineExpr expr =
        simplifyAffineExpr(bound.replaceDims(numbers), operands.size(), 0);
    if (!llvm::is_contained(results, expr))
      results.push_back(expr);
  }
  if (llvm::all_of(results, llvm::IsaPred<AffineConstantExpr>)) {
    auto value = [](AffineExpr e) {
      return cast<AffineConstantExpr>(e).getValue();
    };
    int64_t extreme = value(results.front());
    for (AffineExpr expr : results)
      extreme = smallest ? std::min(extreme, value(expr))
                         : std::max(extreme, value(expr));
    return index(extreme);
  }
  AffineMap map =
      AffineMap::get(operands.size(), 0, results, builder.getContext());
  if (smallest)
    return affine::AffineMinOp::create(builder, loc, map, operands);
  return affine::AffineMaxOp::create(builder, loc, map, operands);
}

void TileBuilder::loadBox(const TensorAccess &access, const Tile &tile,
                          ArrayRef<BoxDim> box, TypedAttr fill) {
  auto type = cast<MemRefType>(tile.memref.getType());
  SmallVector<int64_t> extents, strides;
  SmallVector<Value> valid, low;
  bool anyLow = false;
  for (const BoxDim &dim : box) {
    extents.push_back(dim.extent);
    strides.push_back(dim.stride);
    AffineExpr zero = builder.getAffineConstantExpr(0),
               extent = builder.getAffineConstantExpr(dim.extent),
               rest = dim.end - dim.origin, first = dim.begin - dim.origin;
    if (dim.begin > dim.extent) {
      // Only single coordinates lie so far in front: none or all are valid.
      assert(dim.extent == 1 && "padding wider than its window");
      first = -((-first).floorDiv(dim.begin + 1));
    }
    SmallVector<AffineExpr> lows{zero, first};
    if (dim.largestOrigin >= dim.end) {
      // Tiles may begin behind the last backed coordinate, where `rest` is not
      // positive: it is kept from being negative, and nothing is valid.
      int64_t large = dim.largestOrigin + dim.extent + 1;
      lows.push_back(((-rest).floorDiv(large) + 1) * dim.extent);
      rest = rest % large;
    }
    valid.push_back(extremeOf({extent, rest}, /*smallest=*/true));
    low.push_back(extremeOf(lows, /*smallest=*/false));
    llvm::APInt constant;
    anyLow |= !matchPattern(low.back(), m_ConstantInt(&constant)) ||
              !constant.isZero();
  }
  if (!anyLow)
    low.clear();
  togsim::TransferOp::create(
      builder, loc, togsim::Direction::Load, access.memref, originOf(access),
      tile.memref, valid, low, extents, strides,
      fill ? fill
           : cast<TypedAttr>(builder.getZeroAttr(type.getElementType())));
}

void TileBuilder::transfer(togsim::Direction direction,
                           const TensorAccess &access, const Tile &tile,
                           const IndexAccess *indirect,
                           std::optional<togsim::Combine> accumulate,
                           TypedAttr fill) {
  Value offsetValue = originOf(access);
  auto type = cast<MemRefType>(tile.memref.getType());
  SmallVector<Value> valid;
  SmallVector<int64_t> extents, strides, indexDims;
  for (auto [i, d] : llvm::enumerate(tile.dims)) {
    int64_t indexDim = -1;
    if (indirect) {
      ArrayRef<unsigned> dims = indirect->tile.dims;
      const auto *at = llvm::find(dims, d);
      bool isSplat = indirect->tile.splatLast && at + 1 == dims.end();
      if (at != dims.end() && !isSplat)
        indexDim = at - dims.begin();
      assert(partnersOf(d).empty() && "indices of merged dimensions");
      indexDims.push_back(indexDim);
    }
    if (tile.splatLast && i + 1 == tile.dims.size()) {
      // Copies of one value: all when loading, the first when storing.
      extents.push_back(type.getDimSize(i));
      strides.push_back(0);
      valid.push_back(index(
          direction == togsim::Direction::Store ? 1 : type.getDimSize(i)));
    } else {
      addMoveDim(d, dims[d].tile, access, indexDim >= 0, extents, strides,
                 valid);
      for (unsigned inner : partnersOf(d))
        addMoveDim(inner, dims[inner].tile, access, /*varies=*/false, extents,
                   strides, valid);
    }
  }
  if (!fill)
    fill = cast<TypedAttr>(builder.getZeroAttr(type.getElementType()));
  auto op = togsim::TransferOp::create(
      builder, loc, direction, access.memref, offsetValue, tile.memref, valid,
      /*low=*/ValueRange(), extents, strides, fill);
  if (accumulate)
    op.setAccumulate(*accumulate);
  if (!indirect)
    return;
  op.getIndexMutable().assign(indirect->tile.memref);
  op.setIndexDims(indexDims);
  op.setIndexStride(indirect->stride);
  op.setIndexBound(indirect->bound);
}

void TileBuilder::load(const TensorAccess &access, const Tile &tile,
                       TypedAttr fill) {
  transfer(togsim::Direction::Load, access, tile, /*indirect=*/nullptr,
           /*accumulate=*/std::nullopt, fill);
}

void TileBuilder::store(const TensorAccess &access, const Tile &tile) {
  transfer(togsim::Direction::Store, access, tile);
}

void TileBuilder::load(const TensorAccess &access, const Tile &tile,
                       const IndexAccess &index) {
  transfer(togsim::Direction::Load, access, tile, &index);
}

void TileBuilder::store(const TensorAccess &access, const Tile &tile,
                        const IndexAccess &index,
                        std::optional<togsim::Combine> accumulate) {
  transfer(togsim::Direction::Store, access, tile, &index, accumulate);
}

void TileBuilder::openLoops(ArrayRef<unsigned> order) {
  for (unsigned d : order) {
    if (dims[d].trips() == 1) {
      loops.push_back(nullptr);
      continue;
    }
    auto loop = affine::AffineForOp::create(builder, loc, 0, dims[d].trips());
    ivs[d] = loop.getInductionVar();
    loops.push_back(loop);
    builder.setInsertionPointToStart(loop.getBody());
  }
}

void TileBuilder::closeLoops(unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    if (Operation *loop = loops.pop_back_val()) {
      for (Value &iv : ivs)
        if (iv == cast<affine::AffineForOp>(loop).getInductionVar())
          iv = nullptr;
      builder.setInsertionPointAfter(loop);
    }
}

/// Rewrites a value between how it is stored and the type that bodies compute
/// with: the byte of a bit, and the 32 bits of a narrower accumulator.
static Value fromStorage(OpBuilder &b, Location loc, Value stored,
                         Type wanted) {
  if (stored.getType() == wanted)
    return stored;
  if (isa<FloatType>(wanted))
    return arith::TruncFOp::create(b, loc, wanted, stored);
  if (!wanted.isInteger(1))
    return arith::TruncIOp::create(b, loc, wanted, stored);
  Value zero =
      arith::ConstantOp::create(b, loc, b.getZeroAttr(stored.getType()));
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, stored, zero);
}

static Value toStorage(OpBuilder &b, Location loc, Value value) {
  Type stored = storageType(value.getType());
  if (stored == value.getType())
    return value;
  return arith::ExtUIOp::create(b, loc, stored, value);
}

namespace {
/// Clones the operations of a generic's body into a tile op's body.
class BodyCloner {
public:
  BodyCloner(OpBuilder &b, Location loc, Block *source)
      : b(b), loc(loc), source(source) {}

  /// Block argument `number` of the source is `stored`, as memory holds it.
  void bind(unsigned number, Value stored) {
    BlockArgument argument = source->getArgument(number);
    mapping.map(argument, fromStorage(b, loc, stored, argument.getType()));
  }
  void map(Value from, Value to) { mapping.map(from, to); }
  void clone(Operation &op) {
    for (Value operand : op.getOperands())
      (void)lookup(operand);
    b.clone(op, mapping);
  }
  /// The clone of a value; constants from outside the body are cloned now.
  Value lookup(Value value) {
    if (!mapping.contains(value))
      if (Operation *constant = value.getDefiningOp())
        mapping.map(value, b.clone(*constant)->getResult(0));
    return mapping.lookupOrDefault(value);
  }

private:
  OpBuilder &b;
  Location loc;
  Block *source;
  IRMapping mapping;
};
} // namespace

/// Memrefs and maps of tiles as operands of a linalg op over `domain`.
static void addOperands(ArrayRef<Tile> tiles, ArrayRef<unsigned> domain,
                        MLIRContext *context, SmallVectorImpl<Value> &memrefs,
                        SmallVectorImpl<AffineMap> &maps) {
  for (const Tile &tile : tiles) {
    if (!tile.memref) // not read
      continue;
    memrefs.push_back(tile.memref);
    maps.push_back(tile.map(domain, context));
  }
}

/// Binds the block arguments of the inputs that are read to `args`; returns how
/// many there are.
static unsigned bindInputs(BodyCloner &cloner, ArrayRef<Tile> inputs,
                           ValueRange args) {
  unsigned next = 0;
  for (auto [i, tile] : llvm::enumerate(inputs))
    if (tile.memref)
      cloner.bind(i, args[next++]);
  return next;
}

/// `coordinate < bound ? value : otherwise` at position `position`.
static Value selectInside(OpBuilder &b, Location loc, unsigned position,
                          Value bound, Value value, Value otherwise) {
  Value coordinate = linalg::IndexOp::create(b, loc, position);
  Value inside = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                       coordinate, bound);
  return arith::SelectOp::create(b, loc, inside, value, otherwise);
}

/// Clones one operation of a body; coordinates are those of the tensor's loops.
static void cloneOrIndex(BodyCloner &cloner, OpBuilder &b, Location loc,
                         Operation &op, ArrayRef<unsigned> domain,
                         ArrayRef<Coordinate> coordinates, ArrayRef<Dim> dims,
                         const llvm::SmallDenseMap<unsigned, Value> &starts) {
  auto index = dyn_cast<linalg::IndexOp>(op);
  if (!index) {
    cloner.clone(op);
    return;
  }
  const Coordinate &coordinate = coordinates[index.getDim()];
  unsigned host = coordinate.place ? coordinate.place->host : coordinate.dim;
  unsigned position = llvm::find(domain, host) - domain.begin();
  auto start = starts.find(coordinate.dim);
  auto constant = [&](int64_t number) -> Value {
    return arith::ConstantIndexOp::create(b, loc, number);
  };
  Value value;
  if (position < domain.size())
    value = linalg::IndexOp::create(b, loc, position);
  if (value && coordinate.place && coordinate.place->inside != 1)
    value = arith::DivUIOp::create(b, loc, value,
                                   constant(coordinate.place->inside));
  if (value && coordinate.place && !coordinate.place->isOutermost)
    value = arith::RemUIOp::create(b, loc, value,
                                   constant(dims[coordinate.dim].tile));
  if (start != starts.end())
    value = value ? arith::AddIOp::create(b, loc, value, start->second)
                  : start->second;
  if (!value)
    value = constant(0);
  if (coordinate.divisor != 1)
    value = arith::DivUIOp::create(b, loc, value, constant(coordinate.divisor));
  if (coordinate.extent)
    value = arith::RemUIOp::create(b, loc, value, constant(coordinate.extent));
  cloner.map(index.getResult(), value);
}

LogicalResult TileBuilder::emitElementwise(linalg::GenericOp source,
                                           ArrayRef<unsigned> domain,
                                           ArrayRef<Tile> inputs,
                                           ArrayRef<Tile> outputs,
                                           std::optional<unsigned> masked,
                                           ArrayRef<Coordinate> coordinates) {
  Block *body = source.getBlock();
  for (OpOperand &init : source.getDpsInitsMutable())
    if (!source.getMatchingBlockArgument(&init).use_empty())
      return source.emitOpError(
          "elementwise op reads its output operand, which "
          "is not supported");
  if (source.hasIndexSemantics() && coordinates.empty())
    return source.emitError("unsupported: op computes from coordinates, which "
                            "this kernel does not have");
  MLIRContext *context = builder.getContext();
  SmallVector<Value> ins, outs;
  SmallVector<AffineMap> maps;
  addOperands(inputs, domain, context, ins, maps);
  addOperands(outputs, domain, context, outs, maps);
  // Padding of a masked dimension must come out as zero.
  Value bound = masked ? restOf(*masked) : Value();
  Starts starts = makeStarts(source, coordinates);
  SmallVector<utils::IteratorType> iterators(domain.size(),
                                             utils::IteratorType::parallel);
  linalg::GenericOp::create(
      builder, source.getLoc(), TypeRange(), ins, outs, maps, iterators,
      [&](OpBuilder &b, Location bodyLoc, ValueRange args) {
        BodyCloner cloner(b, bodyLoc, body);
        bindInputs(cloner, inputs, args);
        for (Operation &op : body->without_terminator())
          cloneOrIndex(cloner, b, bodyLoc, op, domain, coordinates, dims,
                       starts);
        SmallVector<Value> results;
        for (Value result : body->getTerminator()->getOperands()) {
          Value value = toStorage(b, bodyLoc, cloner.lookup(result));
          if (bound) {
            Value zero = arith::ConstantOp::create(
                b, bodyLoc, b.getZeroAttr(value.getType()));
            value = selectInside(b, bodyLoc,
                                 llvm::find(domain, *masked) - domain.begin(),
                                 bound, value, zero);
          }
          results.push_back(value);
        }
        linalg::YieldOp::create(b, bodyLoc, results);
      });
  return success();
}

LogicalResult TileBuilder::emitStart(linalg::GenericOp source,
                                     const Tile &output) {
  auto fill =
      source.getDpsInitOperand(0)->get().getDefiningOp<linalg::FillOp>();
  TypedAttr start;
  if (!fill || !matchPattern(fill.value(), m_Constant(&start)))
    return source.emitError("unsupported: reduction that starts from anything "
                            "but a constant fill");
  Value value = arith::ConstantOp::create(builder, loc, start);
  linalg::FillOp::create(builder, loc, toStorage(builder, loc, value),
                         output.memref);
  return success();
}

/// The combiner of a reduction on stored values: sums and products of bits wrap
/// to exclusive or and and.
static FailureOr<OperationName> storedCombiner(Operation *combiner) {
  if (!combiner->getResult(0).getType().isInteger(1))
    return combiner->getName();
  MLIRContext *context = combiner->getContext();
  if (isa<arith::OrIOp, arith::MaxUIOp, arith::MinSIOp>(combiner))
    return OperationName(arith::OrIOp::getOperationName(), context);
  if (isa<arith::AndIOp, arith::MulIOp, arith::MinUIOp, arith::MaxSIOp>(
          combiner))
    return OperationName(arith::AndIOp::getOperationName(), context);
  if (isa<arith::XOrIOp, arith::AddIOp>(combiner))
    return OperationName(arith::XOrIOp::getOperationName(), context);
  return combiner->emitError("unsupported: reduction of bits by '")
         << combiner->getName() << "'";
}

/// Whether zeros, which loads put into padding, do not change a reduction by
/// `combiner` of `value`.
static bool paddingIsNeutral(Operation *combiner, Value value, Block *body) {
  return isa<arith::AddFOp, arith::AddIOp, arith::OrIOp, arith::XOrIOp>(
             combiner) &&
         llvm::is_contained(body->getArguments().drop_back(), value);
}

LogicalResult TileBuilder::emitReduction(linalg::GenericOp source,
                                         ArrayRef<unsigned> domain,
                                         ArrayRef<unsigned> reduced,
                                         ArrayRef<Tile> inputs,
                                         const Tile &output,
                                         ArrayRef<Coordinate> coordinates) {
  Block *body = source.getBlock();
  // The result is combine(accumulator, value).
  SmallVector<Operation *, 1> combiners;
  Value value = matchReduction(source.getRegionOutputArgs(), 0, combiners);
  if (!value || combiners.size() != 1)
    return source.emitError("unsupported: reduction whose body is not one "
                            "combining operation on the accumulator");
  Operation *combiner = combiners.front();
  FailureOr<OperationName> stored = storedCombiner(combiner);
  if (failed(stored))
    return failure();
  MLIRContext *context = builder.getContext();
  SmallVector<Value> ins, outs;
  SmallVector<AffineMap> maps;
  addOperands(inputs, domain, context, ins, maps);
  addOperands({output}, domain, context, outs, maps);
  SmallVector<utils::IteratorType> iterators(domain.size(),
                                             utils::IteratorType::parallel);
  // Bounds of dimensions that the last tile overhangs, by position.
  SmallVector<std::pair<unsigned, Value>> bounds;
  const Tile *loaded = nullptr;
  if (paddingIsNeutral(combiner, value, body))
    loaded = &inputs[cast<BlockArgument>(value).getArgNumber()];
  for (unsigned d : reduced) {
    unsigned position = llvm::find(domain, d) - domain.begin();
    iterators[position] = utils::IteratorType::reduction;
    bool zeros = loaded && loaded->loaded && loaded->stores(d);
    if (wholeExtent(d) % tileExtent(d) && !zeros)
      bounds.push_back({position, restOf(d)});
  }
  Starts starts = makeStarts(source, coordinates);
  std::optional<TypedAttr> neutral;
  linalg::GenericOp::create(
      builder, source.getLoc(), TypeRange(), ins, outs, maps, iterators,
      [&](OpBuilder &b, Location bodyLoc, ValueRange args) {
        BodyCloner cloner(b, bodyLoc, body);
        bindInputs(cloner, inputs, args);
        for (Operation &op : body->without_terminator())
          if (&op != combiner)
            cloneOrIndex(cloner, b, bodyLoc, op, domain, coordinates, dims,
                         starts);
        Value next = toStorage(b, bodyLoc, cloner.lookup(value));
        Value accumulator = args.back();
        bool first = combiner->getOperand(0) == value;
        Operation *combined = b.create(bodyLoc, stored->getIdentifier(),
                                       first ? ValueRange{next, accumulator}
                                             : ValueRange{accumulator, next},
                                       {next.getType()});
        neutral = arith::getNeutralElement(combined);
        if (neutral && !bounds.empty()) {
          b.setInsertionPoint(combined);
          Value identity = arith::ConstantOp::create(b, bodyLoc, *neutral);
          Value inside = next;
          for (auto [position, bound] : bounds)
            inside =
                selectInside(b, bodyLoc, position, bound, inside, identity);
          combined->setOperand(first ? 0 : 1, inside);
          b.setInsertionPointAfter(combined);
        }
        linalg::YieldOp::create(b, bodyLoc, combined->getResult(0));
      });
  if (!neutral)
    return combiner->emitError("unsupported: reduction by '")
           << combiner->getName() << "'";
  return success();
}
