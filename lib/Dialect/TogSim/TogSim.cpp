//===- TogSim.cpp - The kernel dialect ------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/TogSim/TogSim.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Layout/DmaDescriptor.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::togsim;

#include "tilewright/Dialect/TogSim/TogSimDialect.cpp.inc"
#include "tilewright/Dialect/TogSim/TogSimEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "tilewright/Dialect/TogSim/TogSimAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "tilewright/Dialect/TogSim/TogSimOps.cpp.inc"

void TogSimDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tilewright/Dialect/TogSim/TogSimAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "tilewright/Dialect/TogSim/TogSimOps.cpp.inc"
      >();
}

LogicalResult SpadAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               unsigned axis, unsigned stride) {
  if (stride == 0 || stride > 65535)
    return emitError() << "lane stride must be between 1 and 65535, is "
                       << stride;
  return success();
}

LogicalResult SubtilesAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   int64_t count, int64_t dim, int64_t tag) {
  if (count < 2 || dim < 0 || tag < 0)
    return emitError() << "subtiles are two or more, along a dimension, with "
                          "tags from 0: not "
                       << count << " along " << dim << ", tag " << tag;
  return success();
}

SpadAttr togsim::spadLayout(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  return memref ? dyn_cast_or_null<SpadAttr>(memref.getMemorySpace())
                : SpadAttr();
}

bool togsim::isBank(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  return memref && isa_and_nonnull<BankAttr>(memref.getMemorySpace());
}

FailureOr<SmallVector<unsigned>> togsim::matchExtents(ArrayRef<int64_t> extents,
                                                      ArrayRef<int64_t> shape) {
  SmallVector<unsigned> dims;
  size_t next = 0;
  for (auto [d, size] : llvm::enumerate(shape)) {
    int64_t product = 1;
    // Unit extents go with the dimension before them, one at least per
    // dimension.
    bool any = false;
    while (next < extents.size() && (product < size || !any)) {
      product *= extents[next++];
      dims.push_back(d);
      any = true;
    }
    while (d + 1 == shape.size() && next < extents.size() &&
           extents[next] == 1) {
      ++next;
      dims.push_back(d);
    }
    if (product != size)
      return failure();
  }
  if (next != extents.size())
    return failure();
  return dims;
}

MemRefType togsim::projectToBank(MemRefType tile, unsigned lanes) {
  SpadAttr layout = spadLayout(tile);
  SmallVector<int64_t> shape(tile.getShape());
  shape[layout.getAxis()] =
      LaneLayout{layout.getStride(), lanes}.slotsFor(shape[layout.getAxis()]);
  MemRefLayoutAttrInterface memLayout;
  // A slot of a multi-buffered tile keeps its dynamic offset; strides follow
  // from the projected shape, as tiles are always dense.
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (!tile.getLayout().isIdentity() &&
      succeeded(tile.getStridesAndOffset(strides, offset))) {
    int64_t running = 1;
    for (int64_t d = shape.size() - 1; d >= 0; --d) {
      strides[d] = running;
      running *= shape[d];
    }
    memLayout = StridedLayoutAttr::get(tile.getContext(), offset, strides);
  }
  return MemRefType::get(shape, tile.getElementType(), memLayout,
                         BankAttr::get(tile.getContext()));
}

/// Checks the index tile of an indirect move.
template <typename MoveOp> static LogicalResult verifyIndex(MoveOp op) {
  auto index = dyn_cast_or_null<MemRefType>(
      op.getIndex() ? op.getIndex().getType() : Type());
  if (!index) {
    if (op.getIndexDims() || op.getIndexStride() || op.getIndexBound())
      return op.emitOpError("describes an index tile, but has none");
    return success();
  }
  auto tile = cast<MemRefType>(op.getTile().getType());
  if (!index.getElementType().isInteger(32) &&
      !index.getElementType().isInteger(64))
    return op.emitOpError("index tile must hold i32 or i64, is ") << index;
  if (bool(spadLayout(index)) != bool(spadLayout(tile)) ||
      isBank(index) != isBank(tile))
    return op.emitOpError("index tile must be in scratchpad memory as the tile "
                          "is, but is ")
           << index;
  if (!op.getIndexDims() || !op.getIndexStride() || !op.getIndexBound())
    return op.emitOpError("with an index tile needs its dimensions, stride and "
                          "bound");
  ArrayRef<int64_t> dims = *op.getIndexDims();
  if (dims.size() != op.getExtents().size())
    return op.emitOpError("needs one index dimension (or -1) for each extent");
  if (int64_t(*op.getIndexBound()) < 0)
    return op.emitOpError("bound of the indices is negative");
  llvm::SmallDenseSet<int64_t> seen;
  for (auto [k, dim] : llvm::enumerate(dims)) {
    if (dim == -1)
      continue;
    if (dim < 0 || dim >= index.getRank() || !seen.insert(dim).second)
      return op.emitOpError("extent ")
             << k << " walks dimension " << dim << " of the index tile, which "
             << (dim < 0 || dim >= index.getRank() ? "does not exist"
                                                   : "another one walks");
    bool onLanes = spadLayout(index) && dim == spadLayout(index).getAxis();
    if (!isBank(index) && index.getDimSize(dim) < op.getExtents()[k])
      return op.emitOpError("index tile has ")
             << index.getDimSize(dim) << " indices along dimension " << dim
             << ", the move needs " << op.getExtents()[k];
    if (onLanes &&
        spadLayout(index).getStride() != spadLayout(tile).getStride())
      return op.emitOpError("index tile is spread over lanes by another stride "
                            "than the tile");
  }
  return success();
}

/// Checks what both forms of a move share.
template <typename MoveOp> static LogicalResult verifyMove(MoveOp op) {
  auto dram = cast<MemRefType>(op.getDram().getType());
  auto tile = cast<MemRefType>(op.getTile().getType());
  if (dram.getMemorySpace())
    return op.emitOpError("device tensor must be in the default memory space");
  if (!spadLayout(tile) && !isBank(tile))
    return op.emitOpError("tile must be in scratchpad memory, but is ") << tile;
  if (dram.getElementType() != tile.getElementType())
    return op.emitOpError("moves ")
           << dram.getElementType() << " elements into a tile of "
           << tile.getElementType();
  size_t rank = op.getExtents().size();
  if (op.getDramStrides().size() != rank || op.getValid().size() != rank)
    return op.emitOpError("needs one DRAM stride and one valid bound for each "
                          "of its ")
           << rank << " extents";
  if (!op.getLow().empty() && op.getLow().size() != rank)
    return op.emitOpError("needs no lower bounds or one for each of its ")
           << rank << " extents";
  // Bounds beyond an extent are the extent; negative ones wrap in a register.
  auto isNegative = [](Value bound) {
    llvm::APInt constant;
    return matchPattern(bound, m_ConstantInt(&constant)) &&
           constant.isNegative();
  };
  for (size_t k = 0; k < rank; ++k) {
    if (!op.getLow().empty() && isNegative(op.getLow()[k]))
      return op.emitOpError("lower bound of extent ") << k << " is negative";
    if (isNegative(op.getValid()[k]))
      return op.emitOpError("valid bound of extent ") << k << " is negative";
  }
  if (op.getAccumulate() && !op.isStore())
    return op.emitOpError("accumulates, but is a load");
  if (failed(verifyIndex(op)))
    return failure();
  if (op.getFill().getType() != tile.getElementType())
    return op.emitOpError("fill value has type ")
           << op.getFill().getType() << ", tile elements are "
           << tile.getElementType();
  return success();
}

SmallVector<Value, 2> togsim::tilesWrittenBy(Operation *op) {
  if (auto contract = dyn_cast<ContractOp>(op)) {
    SmallVector<Value, 2> tiles = {contract.getY()};
    if (contract.getPrevious())
      tiles.push_back(contract.getPrevious());
    return tiles;
  }
  if (auto drain = dyn_cast<DrainOp>(op))
    return {drain.getY()};
  if (auto sum = dyn_cast<WindowSumOp>(op))
    return {sum.getY()};
  if (auto reduce = dyn_cast<WindowReduceOp>(op))
    return {reduce.getY()};
  if (auto scan = dyn_cast<ScanOp>(op))
    return {scan.getCarry(), scan.getY()};
  if (auto sort = dyn_cast<SortRowsOp>(op)) {
    SmallVector<Value, 2> tiles = {sort.getWords()};
    if (sort.getSecond())
      tiles.push_back(sort.getSecond());
    return tiles;
  }
  return {};
}

LogicalResult SlotOp::verify() {
  auto buffer = cast<MemRefType>(getBuffer().getType());
  auto tile = cast<MemRefType>(getTile().getType());
  SpadAttr from = spadLayout(buffer), to = spadLayout(tile);
  if (!from || !to || from.getStride() != to.getStride() ||
      from.getAxis() != to.getAxis() + 1)
    return emitOpError("buffer and tile must have the same lane layout, one "
                       "dimension apart");
  if (buffer.getShape().drop_front() != tile.getShape() ||
      buffer.getElementType() != tile.getElementType())
    return emitOpError("tile must be the buffer without its first dimension");
  return success();
}

LogicalResult TransferOp::verify() {
  if (!spadLayout(getTile().getType()))
    return emitOpError("tile needs a #togsim.spad layout");
  auto tile = cast<MemRefType>(getTile().getType());
  if (spadLayout(tile).getAxis() >= tile.getRank())
    return emitOpError("lane axis lies outside the tile's rank");
  FailureOr<SmallVector<unsigned>> dims =
      matchExtents(getExtents(), tile.getShape());
  if (failed(dims))
    return emitOpError("extents [")
           << getExtents() << "] do not divide up the tile's shape";
  if (llvm::count(*dims, spadLayout(tile).getAxis()) > 1)
    return emitOpError("splits the lane axis");
  if (failed(verifyMove(*this)))
    return failure();
  if (!getIndex())
    return success();
  // Each lane reads the indices of its own elements.
  SpadAttr layout = spadLayout(getIndex().getType());
  unsigned axis = llvm::find(*dims, spadLayout(tile).getAxis()) - dims->begin();
  if (!layout || (*getIndexDims())[axis] != int64_t(layout.getAxis()))
    return emitOpError("lane axis of the index tile must be walked by the lane "
                       "axis of the move");
  return success();
}

LogicalResult DmaStartOp::verify() {
  if (failed(verifyMove(*this)))
    return failure();
  if (getTileDims().size() != getExtents().size())
    return emitOpError("needs one tile dimension for each extent");
  for (int64_t dim : getTileDims())
    if (dim < 0 || dim >= cast<MemRefType>(getTile().getType()).getRank())
      return emitOpError("extent belongs to tile dimension ")
             << dim << ", which does not exist";
  if (size_t(getLaneAxis()) >= getExtents().size())
    return emitOpError("lane axis lies outside the tile's rank");
  for (int64_t extent : getExtents())
    if (extent < 1 || extent > 65535)
      return emitOpError("extent ")
             << extent << " does not fit a descriptor (1 to 65535)";
  if ((getBankOffset() || getIndexOffset()) && !isBank(getTile().getType()))
    return emitOpError("begins inside its tile, which is not a bank yet");
  for (auto strides : {getBankStrides(), getIndexStrides()})
    if (strides && strides->size() != getExtents().size())
      return emitOpError("needs one bank stride for each of its ")
             << getExtents().size() << " extents";
  if ((getIndexOffset() || getIndexStrides()) && !getIndex())
    return emitOpError(
        "has an offset or strides into an index tile, but no index tile");
  if (auto subtiles = getSubtiles()) {
    if (isStore() || getIndex())
      return emitOpError("has subtiles, which only regular loads have");
    if (size_t(subtiles->getDim()) >= getExtents().size())
      return emitOpError("has subtiles along extent ")
             << subtiles->getDim() << ", which does not exist";
  }
  return success();
}

/// Column of x that `window` gives.
static int64_t columnOf(AffineMap window, int64_t tap, int64_t row) {
  Builder builder(window.getContext());
  SmallVector<Attribute> result;
  (void)window.constantFold(
      {builder.getIndexAttr(tap), builder.getIndexAttr(row)}, result);
  return cast<IntegerAttr>(result[0]).getInt();
}

int64_t togsim::columnStep(AffineMap window) {
  return columnOf(window, 0, 1) - columnOf(window, 0, 0);
}

/// Every one of `taps` taps of every row is a column of x.
template <typename WindowOp>
static LogicalResult verifyWindow(WindowOp op, AffineMap window, int64_t taps) {
  auto x = cast<MemRefType>(op.getX().getType());
  auto y = cast<MemRefType>(op.getY().getType());
  if (window.getNumDims() != 2 || window.getNumSymbols() ||
      window.getNumResults() != 1)
    return op.emitOpError("window must map a tap and a row to a column of x");
  int64_t line = op.getLineRows();
  if (line < 0 || (line && y.getDimSize(1) % line))
    return op.emitOpError("lines of ") << line << " rows do not divide up the "
                                       << y.getDimSize(1) << " rows of y";
  for (int64_t tap : {int64_t(0), taps - 1})
    for (int64_t row : {int64_t(0), y.getDimSize(1) - 1}) {
      int64_t column = columnOf(window, tap, row);
      if (column < 0 || column >= x.getDimSize(1))
        return op.emitOpError("window reads column ")
               << column << " of x, which has " << x.getDimSize(1);
    }
  return success();
}

/// The element types of a sum of products.
template <typename SumOp> static LogicalResult verifyElements(SumOp op) {
  Type sum = cast<MemRefType>(op.getY().getType()).getElementType();
  if (!sum.isF32() && !sum.isSignlessInteger(32))
    return op.emitOpError("accumulates in f32 or i32, but y holds ") << sum;
  for (Value side : {op.getX(), op.getW()}) {
    Type element = cast<MemRefType>(side.getType()).getElementType();
    if (element.getIntOrFloatBitWidth() > 32 ||
        isa<FloatType>(element) != isa<FloatType>(sum))
      return op.emitOpError("cannot multiply ")
             << element << " elements into " << sum;
  }
  return success();
}

LogicalResult StridedLoadOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  auto value = cast<VectorType>(getValue().getType());
  if (value.getRank() != 1 || value.isScalable())
    return emitOpError("gives a fixed vector of rank 1, not ") << value;
  if (value.getElementType() != source.getElementType())
    return emitOpError("gives ")
           << value.getElementType() << " elements of a source of "
           << source.getElementType() << " elements";
  if (getIndices().size() != size_t(source.getRank()))
    return emitOpError("has ")
           << getIndices().size() << " indices for a source of rank "
           << source.getRank();
  if (getStep() < 1)
    return emitOpError("step must be positive, not ") << getStep();
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(source.getStridesAndOffset(strides, offset)) || strides.empty() ||
      strides.back() != 1)
    return emitOpError("the source must be contiguous along its innermost "
                       "dimension");
  return success();
}

/// Sums of products spread their operands one row per lane.
static LogicalResult verifySpreadRows(Operation *op) {
  for (Value operand : op->getOperands()) {
    SpadAttr layout = spadLayout(operand.getType());
    if (layout && (layout.getAxis() != 0 || layout.getStride() != 1))
      return op->emitOpError("operands must be spread along axis 0 with lane "
                             "stride 1, but one is ")
             << operand.getType();
  }
  return success();
}

LogicalResult WindowSumOp::verify() {
  auto x = cast<MemRefType>(getX().getType());
  auto w = cast<MemRefType>(getW().getType());
  auto y = cast<MemRefType>(getY().getType());
  if (x.getRank() != 2 || w.getRank() != 3 || y.getRank() != 2)
    return emitOpError("operands must be x [C, X], w [C, T, V], y [C, M]");
  if (x.getDimSize(0) != y.getDimSize(0) || w.getDimSize(0) != y.getDimSize(0))
    return emitOpError("x ") << x << ", w " << w << " and y " << y
                             << " do not have the same channels";
  if (failed(verifySpreadRows(*this)) || failed(verifyElements(*this)))
    return failure();
  return verifyWindow(*this, getWindow(), w.getDimSize(1));
}

/// Adds `expr`'s factors of its dimensions, positive ones, to `factors`.
static bool addFactors(AffineExpr expr, SmallVectorImpl<int64_t> &factors) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    factors[dim.getPosition()] += 1;
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (expr.getKind() == AffineExprKind::Add)
    return addFactors(binary.getLHS(), factors) &&
           addFactors(binary.getRHS(), factors);
  auto dim = dyn_cast<AffineDimExpr>(binary.getLHS());
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (expr.getKind() != AffineExprKind::Mul || !dim || !factor ||
      factor.getValue() < 1)
    return false;
  factors[dim.getPosition()] += factor.getValue();
  return true;
}

FailureOr<SmallVector<SmallVector<int64_t>>> WindowReduceOp::factorsOfMap() {
  SmallVector<SmallVector<int64_t>> result;
  for (AffineExpr expr : getMap().getResults())
    if (!addFactors(expr,
                    result.emplace_back(size_t(getMap().getNumDims()), 0)))
      return failure();
  return result;
}

LogicalResult WindowReduceOp::verify() {
  auto x = cast<MemRefType>(getX().getType());
  auto y = cast<MemRefType>(getY().getType());
  SmallVector<int64_t> extents(y.getShape());
  llvm::append_range(extents, getTaps());
  if (getMap().getNumDims() != extents.size() || getMap().getNumSymbols() ||
      getMap().getNumResults() != unsigned(x.getRank()))
    return emitOpError("map must give an index of x for each dimension of y "
                       "and each tap");
  auto factors = factorsOfMap();
  if (failed(factors))
    return emitOpError("map must be sums of dimensions times positive factors");
  for (auto [dim, row] : llvm::enumerate(*factors)) {
    int64_t last = 0;
    for (auto [extent, factor] : llvm::zip_equal(extents, row))
      last += (extent - 1) * factor;
    if (last >= x.getDimSize(dim))
      return emitOpError("reads index ")
             << last << " of dimension " << dim << " of x, which has "
             << x.getDimSize(dim);
  }
  SpadAttr ofX = spadLayout(x), ofY = spadLayout(y);
  if (bool(ofX) != bool(ofY))
    return emitOpError("x and y must both be spread over the lanes");
  if (ofX && (ofX.getStride() != ofY.getStride() ||
              getMap().getResult(ofX.getAxis()) !=
                  getAffineDimExpr(ofY.getAxis(), getContext()) ||
              x.getDimSize(ofX.getAxis()) != y.getDimSize(ofY.getAxis())))
    return emitOpError("x and y must be spread equally along one dimension");
  if (!OperationName(getCombiner(), getContext()).isRegistered())
    return emitOpError("'") << getCombiner() << "' is not a known operation";
  Type from = x.getElementType(), to = y.getElementType();
  if (from != to &&
      (isa<FloatType>(from) != isa<FloatType>(to) ||
       from.getIntOrFloatBitWidth() >= to.getIntOrFloatBitWidth()))
    return emitOpError("cannot widen ") << from << " elements to " << to;
  return success();
}

LogicalResult ContractOp::verify() {
  auto x = cast<MemRefType>(getX().getType());
  auto w = cast<MemRefType>(getW().getType());
  auto y = cast<MemRefType>(getY().getType());
  if (x.getRank() != 2 || w.getRank() != 2 || y.getRank() != 2)
    return emitOpError(
        "operands must have rank 2: x [K, M], w [N, K], y [N, M]");
  if (std::optional<AffineMap> window = getWindow()) {
    // Once tiles are banks, their extent of K is one lane's share.
    int64_t depth = w.getDimSize(1);
    if (spadLayout(x) && depth % x.getDimSize(0))
      return emitOpError("w must hold K weights for each tap, but has ")
             << depth << " for K = " << x.getDimSize(0);
    if (failed(verifyWindow(*this, *window,
                            spadLayout(x) ? depth / x.getDimSize(0) : 1)))
      return failure();
  }
  if ((!getWindow() && x.getDimSize(1) != y.getDimSize(1)) ||
      w.getDimSize(0) != y.getDimSize(0))
    return emitOpError("extents of x ")
           << x << ", w " << w << " and y " << y << " do not agree";
  auto isRange = [](ArrayRef<int64_t> range) {
    return range.size() == 2 && range[0] >= 0 &&
           (range[1] == -1 || range[1] >= range[0]);
  };
  auto part = getPart();
  if (part && (!isRange(*part) || (!getOpen() && (*part)[1] != -1)))
    return emitOpError("part is the first group and the one behind the last "
                       "(-1: all), of a product that is open unless it is the "
                       "last part");
  if (auto weights = getWeights())
    if (!part || !isRange(*weights) || (*weights)[0] < (*part)[0] ||
        (*weights)[0] > (*part)[0] + 1)
      return emitOpError(
          "weights are those of a part's groups, with or without "
          "its first");
  for (auto subtiles : {getFirstSubtiles(), getLastSubtiles()})
    if (subtiles &&
        (subtiles->size() != 2 || (*subtiles)[0] < 1 || (*subtiles)[1] < 1))
      return emitOpError("subtiles are a number for x and one for w");
  if (Value previous = getPrevious()) {
    auto type = cast<MemRefType>(previous.getType());
    if (type.getShape() != y.getShape() ||
        type.getElementType() != y.getElementType() ||
        spadLayout(type) != spadLayout(y))
      return emitOpError("previous ")
             << type << " must have the shape, layout and type of y " << y;
  }
  return failure(failed(verifyElements(*this)) ||
                 failed(verifySpreadRows(*this)));
}

LogicalResult DrainOp::verify() {
  if (cast<MemRefType>(getY().getType()).getRank() != 2)
    return emitOpError("y must have rank 2: [N, M]");
  return success();
}

LogicalResult togsim::ScanOp::verify() {
  auto x = cast<MemRefType>(getX().getType());
  auto y = cast<MemRefType>(getY().getType());
  auto carry = cast<MemRefType>(getCarry().getType());
  if (x.getRank() != 2 || carry.getRank() != 1 ||
      x.getShape() != y.getShape() || x.getDimSize(1) != carry.getDimSize(0))
    return emitOpError("needs tiles x [S, P], carry [P] and y [S, P]");
  SpadAttr layout = spadLayout(x), ofCarry = spadLayout(carry);
  if (layout != spadLayout(y) || bool(layout) != bool(ofCarry) ||
      (layout && (layout.getAxis() != 1 || ofCarry.getAxis() != 0 ||
                  layout.getStride() != ofCarry.getStride())))
    return emitOpError("x, carry and y must be spread equally along p");
  if (!OperationName(getCombiner(), getContext()).isRegistered())
    return emitOpError("'") << getCombiner() << "' is not a known operation";
  Type element = carry.getElementType();
  for (Type type : {x.getElementType(), y.getElementType()})
    if (type != element &&
        !(isa<FloatType>(type) && isa<FloatType>(element) &&
          type.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth()))
      return emitOpError("cannot combine ") << type << " in " << element;
  return success();
}

LogicalResult SortRowsOp::verify() {
  auto words = cast<MemRefType>(getWords().getType());
  if (!isa<IntegerType>(words.getElementType()))
    return emitOpError("words must be integers, not ")
           << words.getElementType();
  if (words.getRank() != 2 || !llvm::isPowerOf2_64(words.getDimSize(1)))
    return emitOpError("needs rows [P, N] whose length is a power of two");
  if (SpadAttr layout = spadLayout(words); layout && layout.getAxis() != 0)
    return emitOpError("rows must be spread along p");
  auto second =
      getSecond() ? cast<MemRefType>(getSecond().getType()) : MemRefType();
  if (second && (second.getShape() != words.getShape() ||
                 second.getElementType() != words.getElementType() ||
                 spadLayout(second) != spadLayout(words)))
    return emitOpError("both tiles must have one shape, layout and type");
  return success();
}
