//===- TileBuilder.cpp - Emits tile loops, tiles and transfers ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"

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

Tile TileBuilder::createTile(const TensorAccess &access,
                             ArrayRef<unsigned> storage, unsigned lane,
                             unsigned stride) {
  Type element = cast<MemRefType>(access.memref.getType()).getElementType();
  Tile tile;
  SmallVector<int64_t> shape;
  unsigned axis = 0;
  for (auto [i, d] : llvm::enumerate(storage)) {
    bool last = i + 1 == storage.size();
    bool varies = access.strides[d] != 0 && dims[d].extent > 1;
    if (d == lane)
      axis = shape.size();
    else if (!varies && !last)
      continue;
    tile.dims.push_back(d);
    if (last && !varies && d != lane) {
      // Four registers of copies serve the widest vectors a kernel uses.
      tile.splatLast = true;
      int64_t copies =
          4 * machine.vectorElements(element.getIntOrFloatBitWidth() / 8);
      shape.push_back(std::min<int64_t>(dims[d].tile, copies));
    } else {
      shape.push_back(dims[d].tile);
    }
  }
  auto space = togsim::SpadAttr::get(builder.getContext(), axis, stride);
  tile.memref = newTileOp(
      MemRefType::get(shape, element, MemRefLayoutAttrInterface(), space));
  return tile;
}

Tile TileBuilder::createTile(Type elementType, ArrayRef<unsigned> storage,
                             unsigned lane) {
  Tile tile;
  SmallVector<int64_t> shape;
  for (unsigned d : storage) {
    tile.dims.push_back(d);
    shape.push_back(dims[d].tile);
  }
  unsigned axis = llvm::find(storage, lane) - storage.begin();
  auto space = togsim::SpadAttr::get(builder.getContext(), axis, laneStride);
  tile.memref = newTileOp(
      MemRefType::get(shape, elementType, MemRefLayoutAttrInterface(), space));
  return tile;
}

void TileBuilder::transfer(togsim::Direction direction,
                           const TensorAccess &access, const Tile &tile) {
  MLIRContext *context = builder.getContext();
  // Element offset of the tile's origin.
  AffineExpr offset = getAffineConstantExpr(0, context);
  SmallVector<Value> operands;
  for (auto [d, iv] : llvm::enumerate(ivs)) {
    if (!iv || access.strides[d] == 0)
      continue;
    offset = offset + getAffineDimExpr(operands.size(), context) *
                          (dims[d].tile * access.strides[d]);
    operands.push_back(iv);
  }
  Value offsetValue = affine::AffineApplyOp::create(
      builder, loc, AffineMap::get(operands.size(), 0, offset), operands);
  // Valid coordinates per tile dimension.
  auto type = cast<MemRefType>(tile.memref.getType());
  SmallVector<Value> valid;
  SmallVector<int64_t> strides;
  for (auto [i, d] : llvm::enumerate(tile.dims)) {
    int64_t stride = access.strides[d];
    strides.push_back(dims[d].extent > 1 ? stride : 0);
    if (stride == 0 || dims[d].extent == 1) {
      // A broadcast fills the tile; a unit dimension has one valid element.
      valid.push_back(index(dims[d].extent == 1 ? 1 : type.getDimSize(i)));
      continue;
    }
    int64_t full = dims[d].tile;
    if (dims[d].extent % full == 0 || !ivs[d]) {
      valid.push_back(index(std::min(full, dims[d].extent)));
      continue;
    }
    AffineExpr rest = dims[d].extent - getAffineDimExpr(0, context) * full;
    valid.push_back(affine::AffineMinOp::create(
        builder, loc,
        AffineMap::get(1, 0, {getAffineConstantExpr(full, context), rest},
                       context),
        ValueRange{ivs[d]}));
  }
  togsim::TransferOp::create(
      builder, loc, direction, access.memref, offsetValue, tile.memref, valid,
      strides, cast<TypedAttr>(builder.getZeroAttr(type.getElementType())));
}

void TileBuilder::load(const TensorAccess &access, const Tile &tile) {
  transfer(togsim::Direction::Load, access, tile);
}

void TileBuilder::store(const TensorAccess &access, const Tile &tile) {
  transfer(togsim::Direction::Store, access, tile);
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

/// Rewrites a value of an i1 tensor between its stored byte and the bit that
/// bodies compute with.
static Value fromStorage(OpBuilder &b, Location loc, Value stored,
                         Type wanted) {
  if (stored.getType() == wanted)
    return stored;
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

LogicalResult TileBuilder::emitElementwise(linalg::GenericOp source,
                                           ArrayRef<unsigned> domain,
                                           ArrayRef<Tile> inputs,
                                           ArrayRef<Tile> outputs,
                                           std::optional<unsigned> masked) {
  Block *body = source.getBlock();
  for (OpOperand &init : source.getDpsInitsMutable())
    if (!source.getMatchingBlockArgument(&init).use_empty())
      return source.emitOpError(
          "elementwise op reads its output operand, which "
          "is not supported");
  MLIRContext *context = builder.getContext();
  SmallVector<Value> ins, outs;
  SmallVector<AffineMap> maps;
  for (const Tile &tile : inputs) {
    ins.push_back(tile.memref);
    maps.push_back(tile.map(domain, context));
  }
  for (const Tile &tile : outputs) {
    outs.push_back(tile.memref);
    maps.push_back(tile.map(domain, context));
  }
  // Padding of a masked dimension must come out as zero.
  Value bound;
  if (masked) {
    const Dim &d = dims[*masked];
    AffineExpr rest = getAffineConstantExpr(d.extent, context);
    if (ivs[*masked])
      rest = rest - getAffineDimExpr(0, context) * d.tile;
    bound = affine::AffineApplyOp::create(
        builder, loc, AffineMap::get(ivs[*masked] ? 1 : 0, 0, rest),
        ivs[*masked] ? ValueRange{ivs[*masked]} : ValueRange{});
  }
  SmallVector<utils::IteratorType> iterators(domain.size(),
                                             utils::IteratorType::parallel);
  linalg::GenericOp::create(
      builder, source.getLoc(), TypeRange(), ins, outs, maps, iterators,
      [&](OpBuilder &b, Location bodyLoc, ValueRange args) {
        IRMapping mapping;
        for (auto [i, arg] :
             llvm::enumerate(body->getArguments().take_front(inputs.size())))
          mapping.map(arg, fromStorage(b, bodyLoc, args[i], arg.getType()));
        for (Operation &op : body->without_terminator()) {
          for (Value operand : op.getOperands())
            if (!mapping.contains(operand))
              if (Operation *constant = operand.getDefiningOp())
                mapping.map(operand, b.clone(*constant)->getResult(0));
          b.clone(op, mapping);
        }
        SmallVector<Value> results;
        for (Value result : body->getTerminator()->getOperands()) {
          if (!mapping.contains(result))
            if (Operation *constant = result.getDefiningOp())
              mapping.map(result, b.clone(*constant)->getResult(0));
          Value value = toStorage(b, bodyLoc, mapping.lookupOrDefault(result));
          if (bound) {
            unsigned position = llvm::find(domain, *masked) - domain.begin();
            Value coordinate = linalg::IndexOp::create(b, bodyLoc, position);
            Value inside = arith::CmpIOp::create(
                b, bodyLoc, arith::CmpIPredicate::slt, coordinate, bound);
            Value zero = arith::ConstantOp::create(
                b, bodyLoc, b.getZeroAttr(value.getType()));
            value = arith::SelectOp::create(b, bodyLoc, inside, value, zero);
          }
          results.push_back(value);
        }
        linalg::YieldOp::create(b, bodyLoc, results);
      });
  return success();
}
