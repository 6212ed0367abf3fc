//===- TmTensor.cpp - Scans, sorts and scatters of frontends --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what an op of the dialect may look like. Whoever implements one relies
// on the verifiers here and checks nothing again.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/TmTensor/TmTensor.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::tm_tensor;

#include "tilewright/Dialect/TmTensor/TmTensorDialect.cpp.inc"
#define GET_OP_CLASSES
#include "tilewright/Dialect/TmTensor/TmTensorOps.cpp.inc"

void TmTensorDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "tilewright/Dialect/TmTensor/TmTensorOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

/// What the first op of a region with two ops gives to the yield; null
/// otherwise.
static Operation *onlyOp(Region &region) {
  Block &body = region.front();
  if (body.getOperations().size() != 2 ||
      body.getTerminator()->getNumOperands() != 1)
    return nullptr;
  Operation *op = &body.front();
  return body.getTerminator()->getOperand(0).getDefiningOp() == op ? op
                                                                   : nullptr;
}

/// The operands of `op` are the first two arguments of its block: 0 as they
/// are, 1 swapped, nothing when they are others.
static std::optional<unsigned> argumentOrder(Operation *op) {
  if (op->getNumOperands() != 2 || op->getBlock()->getNumArguments() < 2)
    return {};
  Value first = op->getBlock()->getArgument(0),
        second = op->getBlock()->getArgument(1);
  if (op->getOperand(0) == first && op->getOperand(1) == second)
    return 0;
  if (op->getOperand(0) == second && op->getOperand(1) == first)
    return 1;
  return {};
}

Operation *tm_tensor::combinerOf(Region &region) {
  Operation *op = onlyOp(region);
  return op && argumentOrder(op) ? op : nullptr;
}

/// The order of a float predicate.
static std::optional<KeyOrder> orderOf(arith::CmpFPredicate predicate) {
  switch (predicate) {
  case arith::CmpFPredicate::OLE:
  case arith::CmpFPredicate::OLT:
  case arith::CmpFPredicate::ULE:
  case arith::CmpFPredicate::ULT:
    return KeyOrder{false, false};
  case arith::CmpFPredicate::OGE:
  case arith::CmpFPredicate::OGT:
  case arith::CmpFPredicate::UGE:
  case arith::CmpFPredicate::UGT:
    return KeyOrder{true, false};
  default:
    return {};
  }
}

static std::optional<KeyOrder> orderOf(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::sle:
  case arith::CmpIPredicate::slt:
    return KeyOrder{false, false};
  case arith::CmpIPredicate::sge:
  case arith::CmpIPredicate::sgt:
    return KeyOrder{true, false};
  case arith::CmpIPredicate::ule:
  case arith::CmpIPredicate::ult:
    return KeyOrder{false, true};
  case arith::CmpIPredicate::uge:
  case arith::CmpIPredicate::ugt:
    return KeyOrder{true, true};
  default:
    return {};
  }
}

std::optional<KeyOrder> tm_tensor::keyOrderOf(Region &region) {
  Operation *op = onlyOp(region);
  if (!op)
    return {};
  std::optional<unsigned> swapped = argumentOrder(op);
  std::optional<KeyOrder> order;
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    order = orderOf(compare.getPredicate());
  else if (auto compare = dyn_cast<arith::CmpIOp>(op))
    order = orderOf(compare.getPredicate());
  if (!swapped || !order)
    return {};
  order->descending ^= bool(*swapped);
  // false comes before true, whatever the predicate says of the bit.
  order->isUnsigned |= op->getOperand(0).getType().isInteger(1);
  return order;
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

/// Arguments of the types `arguments`, one yielded value of type `result`.
static LogicalResult verifyRegion(Operation *op, ArrayRef<Type> arguments,
                                  Type result) {
  Block &body = op->getRegion(0).front();
  if (body.getArgumentTypes() != TypeRange(arguments))
    return op->emitOpError("needs a region with arguments of types ")
           << TypeRange(arguments);
  if (body.getTerminator()->getOperandTypes() != TypeRange(result))
    return op->emitOpError("needs a region that yields one ") << result;
  return success();
}

static LogicalResult verifyDimension(Operation *op, int64_t dimension,
                                     RankedTensorType type) {
  if (dimension >= 0 && dimension < type.getRank())
    return success();
  return op->emitOpError("dimension ")
         << dimension << " does not exist in " << type;
}

static LogicalResult verifyComparator(Operation *op) {
  if (keyOrderOf(op->getRegion(0)))
    return success();
  return op->emitOpError("needs a region that compares its first two arguments "
                         "with one arith.cmpf or arith.cmpi (less or greater, "
                         "with or without equal)");
}

/// Results have the types of the destinations.
static LogicalResult verifyResults(DestinationStyleOpInterface op) {
  for (auto [init, result] :
       llvm::zip_equal(op.getDpsInits(), op->getResults()))
    if (init.getType() != result.getType())
      return op->emitOpError("result ")
             << result.getType() << " must have the type of its destination, "
             << init.getType();
  return success();
}

LogicalResult ScanOp::verify() {
  RankedTensorType type = getInput().getType();
  if (getOutput().getType() != type)
    return emitOpError("output must have the type of the input, ") << type;
  if (failed(verifyDimension(*this, getDimension(), type)))
    return failure();
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + getDimension());
  if (getCarry().getType() != type.clone(shape))
    return emitOpError("carry must have the type ")
           << type.clone(shape) << ", the input without dimension "
           << getDimension();
  if (failed(verifyResults(*this)))
    return failure();
  Type element = type.getElementType();
  return verifyRegion(*this, {element, element}, element);
}

LogicalResult SortOp::verify() {
  if (getOutputs().empty())
    return emitOpError("needs a destination, the keys");
  if (getResults().size() != getOutputs().size())
    return emitOpError("needs a result for every destination");
  auto keys = cast<RankedTensorType>(getOutputs().front().getType());
  SmallVector<Type> arguments;
  for (Value output : getOutputs()) {
    auto type = cast<RankedTensorType>(output.getType());
    if (type.getShape() != keys.getShape())
      return emitOpError("destinations must have one shape, but ")
             << type << " is not of the shape of " << keys;
    arguments.append(2, type.getElementType());
  }
  if (failed(verifyDimension(*this, getDimension(), keys)) ||
      failed(verifyResults(*this)) ||
      failed(verifyRegion(*this, arguments, IntegerType::get(getContext(), 1))))
    return failure();
  return verifyComparator(*this);
}

LogicalResult TopkOp::verify() {
  RankedTensorType input = getInput().getType(),
                   values = getOutputValues().getType(),
                   positions = getOutputIndices().getType();
  if (failed(verifyDimension(*this, getDimension(), input)))
    return failure();
  if (values.getElementType() != input.getElementType() ||
      values.getRank() != input.getRank() ||
      values.getShape() != positions.getShape())
    return emitOpError(
        "destinations must have the input's rank, one shape, and "
        "the first of them the input's element type");
  for (int64_t d = 0; d < input.getRank(); ++d)
    if (d == int64_t(getDimension())
            ? values.getDimSize(d) > input.getDimSize(d)
            : values.getDimSize(d) != input.getDimSize(d))
      return emitOpError("cannot select ") << values << " along dimension "
                                           << getDimension() << " of " << input;
  if (!isa<IntegerType>(positions.getElementType()))
    return emitOpError("indices must be integers");
  if (getIndices() &&
      getIndices().getType() != positions.clone(input.getShape()))
    return emitOpError("the indices of the input must have the type ")
           << positions.clone(input.getShape());
  Type element = input.getElementType();
  if (failed(verifyResults(*this)) ||
      failed(verifyRegion(*this, {element, element},
                          IntegerType::get(getContext(), 1))))
    return failure();
  return verifyComparator(*this);
}

LogicalResult ScatterOp::verify() {
  RankedTensorType updates = getUpdates().getType(),
                   indices = getIndices().getType(),
                   original = getOriginal().getType();
  if (indices.getRank() != 2 || !isa<IntegerType>(indices.getElementType()))
    return emitOpError("indices must be a matrix of integers, not ") << indices;
  if (updates.getRank() < 1 || updates.getDimSize(0) != indices.getDimSize(0))
    return emitOpError("needs an update for every row of ")
           << indices << ", not " << updates;
  if (updates.getElementType() != original.getElementType())
    return emitOpError("updates ")
           << updates << " must have the element type of " << original;
  if (updates.getRank() - 1 > original.getRank())
    return emitOpError("the windows of ")
           << updates << " have more dimensions than " << original;
  for (int64_t d = 1; d < updates.getRank(); ++d)
    if (updates.getDimSize(d) >
        original.getDimSize(getFirstWindowDim() + d - 1))
      return emitOpError("the windows of ")
             << updates << " are larger than " << original;
  llvm::SmallBitVector seen(original.getRank());
  if (int64_t(getDimensionMap().size()) != indices.getDimSize(1))
    return emitOpError("needs a dimension in dimension_map for each of the ")
           << indices.getDimSize(1) << " columns of the indices";
  for (int64_t dim : getDimensionMap()) {
    if (dim < 0 || dim >= original.getRank() || seen.test(dim))
      return emitOpError("dimension_map holds ")
             << dim << ", which is not a dimension of " << original
             << " or occurs twice";
    seen.set(dim);
  }
  if (failed(verifyResults(*this)))
    return failure();
  Type element = original.getElementType();
  return verifyRegion(*this, {element, element}, element);
}

LogicalResult AttentionOp::verify() {
  if (getInputs().size() != 3 && getInputs().size() != 4)
    return emitOpError("needs query, key, value and perhaps a mask");
  SmallVector<RankedTensorType> types;
  for (Value input : getInputs())
    types.push_back(cast<RankedTensorType>(input.getType()));
  int64_t rank = types[0].getRank();
  if (rank < 2)
    return emitOpError("needs a query of rank 2 or more");
  SmallVector<int64_t> leading(types[0].getShape().drop_back(2));
  Type element = types[0].getElementType();
  auto typeOf = [&](int64_t rows, int64_t columns, Type element) {
    SmallVector<int64_t> shape(leading);
    shape.append({rows, columns});
    return RankedTensorType::get(shape, element);
  };
  auto rows = [&](RankedTensorType type) {
    return type.getRank() < 2 ? 0 : type.getDimSize(type.getRank() - 2);
  };
  auto columns = [&](RankedTensorType type) {
    return type.getRank() < 2 ? 0 : type.getDimSize(type.getRank() - 1);
  };
  if (types[1] != typeOf(rows(types[1]), columns(types[0]), element) ||
      types[2] != typeOf(rows(types[1]), columns(types[2]), element))
    return emitOpError("query ")
           << types[0] << ", key " << types[1] << " and value " << types[2]
           << " do not agree";
  if (types.size() == 4) {
    Type mask = types[3].getElementType();
    if ((mask != element && !mask.isInteger(1)) ||
        types[3] != typeOf(rows(types[0]), rows(types[1]), mask))
      return emitOpError("mask ")
             << types[3] << " must have the type "
             << typeOf(rows(types[0]), rows(types[1]), element)
             << ", or i1 elements";
  }
  if (getOutput().getType() !=
      typeOf(rows(types[0]), columns(types[2]), element))
    return emitOpError("destination ")
           << getOutput().getType() << " must have the type "
           << typeOf(rows(types[0]), columns(types[2]), element);
  return verifyResults(*this);
}
