//===- HostScalars.cpp - Scalars between tensor ops -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostScalars.h"
#include "Provenance.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Frontend/ElementwiseOp.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace {
class Lifter {
public:
  explicit Lifter(func::FuncOp function)
      : function(function), rewriter(function.getContext()) {}
  void run();

private:
  /// Each gives the rank-0 tensor of the op's scalar, or null.
  Value liftExtract(tensor::ExtractOp extract);
  Value liftArithmetic(Operation *op);
  void replaceUses(Value scalar, Value tensor);
  void addInput(GenericOp generic, Value scalar, Value tensor);
  Value spread(Operation *op, Value tensor, RankedTensorType type);

  func::FuncOp function;
  IRRewriter rewriter;
  DenseMap<Value, Value> lifted; ///< rank-0 tensor of a scalar
};
} // namespace

static bool isNumber(Type type) { return isa<IntegerType, FloatType>(type); }

Value Lifter::liftExtract(tensor::ExtractOp extract) {
  auto type = dyn_cast<RankedTensorType>(extract.getTensor().getType());
  if (!type || !type.hasStaticShape() || !isNumber(type.getElementType()))
    return {};
  if (type.getRank() == 0)
    return extract.getTensor();
  SmallVector<OpFoldResult> offsets;
  for (Value index : extract.getIndices()) {
    APInt number;
    if (!matchPattern(index, m_ConstantInt(&number)))
      return {};
    offsets.push_back(rewriter.getIndexAttr(number.getSExtValue()));
  }
  SmallVector<OpFoldResult> ones(type.getRank(), rewriter.getIndexAttr(1));
  rewriter.setInsertionPoint(extract);
  auto slice = tensor::ExtractSliceOp::create(
      rewriter, extract.getLoc(),
      RankedTensorType::get({}, type.getElementType()), extract.getTensor(),
      offsets, ones, ones);
  slice->setAttr(kSourceOpsAttr, sourceOps(extract));
  return slice;
}

Value Lifter::liftArithmetic(Operation *op) {
  if (!isa<arith::ArithDialect, math::MathDialect>(op->getDialect()) ||
      op->getNumResults() != 1 || !isNumber(op->getResult(0).getType()))
    return {};
  SmallVector<Value> scalars, tensors;
  for (Value operand : op->getOperands()) {
    Value tensor = lifted.lookup(operand);
    if (tensor && !llvm::is_contained(scalars, operand)) {
      scalars.push_back(operand);
      tensors.push_back(tensor);
    } else if (!tensor && !matchPattern(operand, m_Constant())) {
      return {};
    }
  }
  if (scalars.empty())
    return {};
  rewriter.setInsertionPoint(op);
  Value empty = tensor::EmptyOp::create(
      rewriter, op->getLoc(), ArrayRef<int64_t>(), op->getResult(0).getType());
  SmallVector<AffineMap> maps(tensors.size() + 1,
                              AffineMap::get(0, 0, {}, rewriter.getContext()));
  auto generic = GenericOp::create(
      rewriter, op->getLoc(), empty.getType(), tensors, empty, maps,
      ArrayRef<utils::IteratorType>(),
      [&](OpBuilder &body, Location loc, ValueRange values) {
        IRMapping mapping;
        for (auto [scalar, value] : llvm::zip(scalars, values))
          mapping.map(scalar, value);
        Operation *clone = body.clone(*op, mapping);
        clone->removeAttr(kSourceOpsAttr);
        linalg::YieldOp::create(body, loc, clone->getResult(0));
      });
  generic->setAttr(kSourceOpsAttr, sourceOps(op));
  return generic.getResult(0);
}

/// `generic` reads `tensor` where it read or captured `scalar`.
void Lifter::addInput(GenericOp generic, Value scalar, Value tensor) {
  AffineMap nothing =
      AffineMap::get(generic.getNumLoops(), 0, {}, rewriter.getContext());
  bool isOperand = false;
  for (OpOperand *input : generic.getDpsInputOperands())
    if (input->get() == scalar) {
      input->set(tensor); // its map has no results either
      isOperand = true;
    }
  unsigned number = generic.getNumDpsInputs();
  auto isCaptured = [&](OpOperand &use) {
    return generic.getRegion().isAncestor(use.getOwner()->getParentRegion());
  };
  if (isOperand && llvm::none_of(scalar.getUses(), isCaptured))
    return;
  SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
  maps.insert(maps.begin() + number, nothing);
  BlockArgument element = generic.getBody()->insertArgument(
      number, scalar.getType(), scalar.getLoc());
  generic.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
  generic.getInputsMutable().append(tensor);
  scalar.replaceUsesWithIf(element, isCaptured);
}

/// A tensor with all elements equal to that of `tensor`.
Value Lifter::spread(Operation *op, Value tensor, RankedTensorType type) {
  rewriter.setInsertionPoint(op);
  GenericOp generic =
      createCopy(rewriter, op->getLoc(), tensor, type.getShape(),
                 AffineMap::get(type.getRank(), 0, {}, type.getContext()));
  generic->setAttr(kSourceOpsAttr, sourceOps(op));
  return generic.getResult(0);
}

void Lifter::replaceUses(Value scalar, Value tensor) {
  Block &block = function.getBody().front();
  SmallVector<Operation *> users;
  for (Operation *user : scalar.getUsers())
    if (Operation *ancestor = block.findAncestorOpInBlock(*user))
      if (!llvm::is_contained(users, ancestor))
        users.push_back(ancestor);
  for (Operation *user : users) {
    if (auto generic = dyn_cast<GenericOp>(user)) {
      addInput(generic, scalar, tensor);
      continue;
    }
    bool spreads =
        isa<tensor::SplatOp>(user) ||
        (isa<linalg::FillOp>(user) && user->getNumResults() == 1) ||
        (isa<tensor::FromElementsOp>(user) && user->getNumOperands() == 1);
    auto type = user->getNumResults() == 1
                    ? dyn_cast<RankedTensorType>(user->getResult(0).getType())
                    : RankedTensorType();
    if (spreads && type && type.hasStaticShape())
      rewriter.replaceOp(user, spread(user, tensor, type));
  }
}

void Lifter::run() {
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front())
    ops.push_back(&op);
  SmallVector<std::pair<Operation *, Value>> scalars;
  for (Operation *op : ops) {
    auto extract = dyn_cast<tensor::ExtractOp>(op);
    Value tensor = extract ? liftExtract(extract) : liftArithmetic(op);
    if (!tensor)
      continue;
    lifted[op->getResult(0)] = tensor;
    scalars.push_back({op, tensor});
  }
  for (auto [op, tensor] : scalars)
    replaceUses(op->getResult(0), tensor);
  for (auto [op, tensor] : llvm::reverse(scalars))
    if (op->use_empty())
      rewriter.eraseOp(op);
}

void tilewright::liftHostScalars(ModuleOp module) {
  for (auto function : module.getOps<func::FuncOp>())
    if (function.getBody().hasOneBlock())
      Lifter(function).run();
}
