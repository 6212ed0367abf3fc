//===- BuildTog.cpp - The tile operation graph of a kernel ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads a K2 kernel with marked nodes and writes down its events: loops,
// guards, moves, waits, nodes. Index values become expressions by following
// their definitions (affine ops and constants), so nothing is approximated; a
// value that cannot be followed is an error.
//
//===----------------------------------------------------------------------===//

#include "DescriptorFields.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IntegerSet.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Transforms/Passes.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace tilewright;
using tog::Expr;

namespace {

class TogBuilder {
public:
  explicit TogBuilder(func::FuncOp kernel) : kernel(kernel) {}
  FailureOr<tog::Graph> run();

private:
  LogicalResult buildBlock(Block &block, std::vector<tog::Node> &out);
  LogicalResult buildLoop(affine::AffineForOp loop,
                          std::vector<tog::Node> &out);
  LogicalResult buildGuard(affine::AffineIfOp guard,
                           std::vector<tog::Node> &out);
  LogicalResult buildMove(togsim::DmaStartOp move, std::vector<tog::Node> &out);
  LogicalResult appendBank(BankAddress bank, Value offset,
                           unsigned elementBytes, Expr &out);
  /// Appends `value` in postfix form.
  LogicalResult append(Value value, Expr &out);
  LogicalResult append(AffineExpr expr, ValueRange dims, ValueRange symbols,
                       Expr &out);
  LogicalResult boundExpr(AffineMap map, ValueRange operands,
                          Expr::Kind combine, Expr &out);

  func::FuncOp kernel;
  tog::Graph graph;
  llvm::DenseMap<Value, unsigned> loopDepth;
  unsigned depth = 0;
};

} // namespace

static bool holdsEvents(Operation *op) {
  return op
      ->walk([](Operation *inner) {
        return isa<togsim::DmaStartOp, togsim::WaitOp, togsim::NodeOp>(inner)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

LogicalResult TogBuilder::append(AffineExpr expr, ValueRange dims,
                                 ValueRange symbols, Expr &out) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    out.terms.push_back({Expr::Const, constant.getValue()});
    return success();
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return append(dims[dim.getPosition()], out);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return append(symbols[symbol.getPosition()], out);
  auto binary = cast<AffineBinaryOpExpr>(expr);
  if (failed(append(binary.getLHS(), dims, symbols, out)) ||
      failed(append(binary.getRHS(), dims, symbols, out)))
    return failure();
  static const llvm::DenseMap<unsigned, Expr::Kind> kinds = {
      {unsigned(AffineExprKind::Add), Expr::Add},
      {unsigned(AffineExprKind::Mul), Expr::Mul},
      {unsigned(AffineExprKind::Mod), Expr::Mod},
      {unsigned(AffineExprKind::FloorDiv), Expr::FloorDiv},
      {unsigned(AffineExprKind::CeilDiv), Expr::CeilDiv}};
  out.terms.push_back({kinds.lookup(unsigned(expr.getKind())), 0});
  return success();
}

LogicalResult TogBuilder::boundExpr(AffineMap map, ValueRange operands,
                                    Expr::Kind combine, Expr &out) {
  ValueRange dims = operands.take_front(map.getNumDims()),
             symbols = operands.drop_front(map.getNumDims());
  for (auto [i, result] : llvm::enumerate(map.getResults())) {
    if (failed(append(result, dims, symbols, out)))
      return failure();
    if (i > 0)
      out.terms.push_back({combine, 0});
  }
  return success();
}

LogicalResult TogBuilder::append(Value value, Expr &out) {
  auto loop = loopDepth.find(value);
  if (loop != loopDepth.end()) {
    out.terms.push_back({Expr::Iv, int64_t(loop->second)});
    return success();
  }
  llvm::APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant))) {
    out.terms.push_back({Expr::Const, constant.getSExtValue()});
    return success();
  }
  if (auto apply = value.getDefiningOp<affine::AffineApplyOp>())
    return boundExpr(apply.getAffineMap(), apply.getMapOperands(), Expr::Min,
                     out);
  if (auto min = value.getDefiningOp<affine::AffineMinOp>())
    return boundExpr(min.getAffineMap(), min.getMapOperands(), Expr::Min, out);
  if (auto max = value.getDefiningOp<affine::AffineMaxOp>())
    return boundExpr(max.getAffineMap(), max.getMapOperands(), Expr::Max, out);
  return emitError(value.getLoc(), "an address, bound or tag of kernel '")
         << kernel.getName()
         << "' is not an affine function of its loops, so its event stream "
            "cannot be described";
}

LogicalResult TogBuilder::buildLoop(affine::AffineForOp loop,
                                    std::vector<tog::Node> &out) {
  tog::Node node{tog::Node::Kind::Loop};
  if (failed(boundExpr(loop.getLowerBoundMap(), loop.getLowerBoundOperands(),
                       Expr::Max, node.lower)) ||
      failed(boundExpr(loop.getUpperBoundMap(), loop.getUpperBoundOperands(),
                       Expr::Min, node.upper)))
    return failure();
  node.step = loop.getStepAsInt();
  loopDepth[loop.getInductionVar()] = depth++;
  if (failed(buildBlock(*loop.getBody(), node.body)))
    return failure();
  --depth;
  out.push_back(std::move(node));
  return success();
}

LogicalResult TogBuilder::buildGuard(affine::AffineIfOp guard,
                                     std::vector<tog::Node> &out) {
  tog::Node node{tog::Node::Kind::Guard};
  IntegerSet set = guard.getIntegerSet();
  ValueRange operands = guard.getOperands();
  for (auto [i, constraint] : llvm::enumerate(set.getConstraints())) {
    Expr expr;
    if (failed(append(constraint, operands.take_front(set.getNumDims()),
                      operands.drop_front(set.getNumDims()), expr)))
      return failure();
    (set.isEq(i) ? node.equalities : node.inequalities).push_back(expr);
  }
  if (failed(buildBlock(*guard.getThenBlock(), node.body)))
    return failure();
  if (guard.hasElse() && failed(buildBlock(*guard.getElseBlock(), node.orElse)))
    return failure();
  out.push_back(std::move(node));
  return success();
}

/// Byte offset in the bank of a place `offset` elements (or null) into a tile.
LogicalResult TogBuilder::appendBank(BankAddress bank, Value offset,
                                     unsigned elementBytes, Expr &out) {
  out = Expr::constant(int64_t(*bank.tile.getAddress()));
  auto addProduct = [&](Value value, uint64_t factor) -> LogicalResult {
    if (!value)
      return success();
    if (failed(append(value, out)))
      return failure();
    out.terms.push_back({Expr::Const, int64_t(factor)});
    out.terms.push_back({Expr::Mul, 0});
    out.terms.push_back({Expr::Add, 0});
    return success();
  };
  return failure(failed(addProduct(bank.copy, bank.copyBytes)) ||
                 failed(addProduct(offset, elementBytes)));
}

LogicalResult TogBuilder::buildMove(togsim::DmaStartOp move,
                                    std::vector<tog::Node> &out) {
  FailureOr<DescriptorFields> fields = describeMove(move);
  FailureOr<BankAddress> bank = bankAddress(move.getTile());
  if (failed(fields) || failed(bank))
    return failure();
  tog::Node node{tog::Node::Kind::Dma};
  node.dma.base = fields->fixed;
  auto argument = dyn_cast<BlockArgument>(move.getDram());
  if (!argument || argument.getOwner() != &kernel.getBody().front())
    return move.emitError("device tensor must be an argument of the kernel");
  node.dma.argument = argument.getArgNumber();
  if (failed(append(move.getOffset(), node.dma.dramOffset)) ||
      failed(append(move.getTag(), node.dma.tag)))
    return failure();
  for (unsigned k = 0; k < 4; ++k) {
    if (!fields->valid[k])
      node.dma.high[k] = Expr::constant(fields->fixed.high[k]);
    else if (failed(append(fields->valid[k], node.dma.high[k])))
      return failure();
    if (fields->low[k] && failed(append(fields->low[k], node.dma.low[k])))
      return failure();
  }
  if (failed(appendBank(*bank, move.getBankOffset(), node.dma.base.elementBytes,
                        node.dma.spadOffset)))
    return failure();
  if (move.getIndex()) {
    FailureOr<BankAddress> index = bankAddress(move.getIndex());
    if (failed(index) ||
        failed(appendBank(*index, move.getIndexOffset(),
                          node.dma.base.index.bytes, node.dma.indexOffset)))
      return failure();
  }
  out.push_back(std::move(node));
  return success();
}

LogicalResult TogBuilder::buildBlock(Block &block,
                                     std::vector<tog::Node> &out) {
  for (Operation &op : block) {
    if (auto node = dyn_cast<togsim::NodeOp>(op)) {
      tog::Node compute{tog::Node::Kind::Compute};
      compute.id = node.getId();
      if (graph.computeNodes.size() <= compute.id)
        graph.computeNodes.resize(compute.id + 1);
      graph.computeNodes[compute.id].label = node.getLabel().str();
      out.push_back(std::move(compute));
    } else if (auto wait = dyn_cast<togsim::WaitOp>(op)) {
      tog::Node event{tog::Node::Kind::Wait};
      if (failed(append(wait.getTag(), event.tag)))
        return failure();
      out.push_back(std::move(event));
    } else if (auto move = dyn_cast<togsim::DmaStartOp>(op)) {
      if (failed(buildMove(move, out)))
        return failure();
    } else if (!holdsEvents(&op)) {
      continue;
    } else if (auto loop = dyn_cast<affine::AffineForOp>(op)) {
      if (failed(buildLoop(loop, out)))
        return failure();
    } else if (auto guard = dyn_cast<affine::AffineIfOp>(op)) {
      if (failed(buildGuard(guard, out)))
        return failure();
    } else {
      return op.emitError("control flow around moves must be affine.for or "
                          "affine.if");
    }
  }
  return success();
}

FailureOr<tog::Graph> TogBuilder::run() {
  if (failed(buildBlock(kernel.getBody().front(), graph.body)))
    return failure();
  return std::move(graph);
}

FailureOr<tog::Graph> tilewright::buildTog(func::FuncOp kernel) {
  return TogBuilder(kernel).run();
}
