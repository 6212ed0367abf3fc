//===- InputUses.cpp - What a program does with its inputs ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From each place that asks something of its operand (a product, a root, a
// look-up) the operand is followed back, through the launch that its kernel is
// called by, to an argument of the host function.
//
//===----------------------------------------------------------------------===//

#include "InputUses.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace {
class UseFinder {
public:
  explicit UseFinder(ModuleOp module) : module(module) {}
  std::vector<InputUse> run();

private:
  /// The host argument whose elements `tensor` holds; -1: none, or several.
  /// `call` launches the kernel that `tensor` is in; null in the host function.
  int source(Value tensor, func::CallOp call);
  int sourceOfResult(OpResult result, func::CallOp call);
  /// The same for a scalar in the body of a generic.
  int scalarSource(Value scalar, func::CallOp call);
  func::FuncOp calleeOf(func::CallOp call) {
    return module.lookupSymbol<func::FuncOp>(call.getCallee());
  }

  void visit(GenericOp generic, func::CallOp call);
  void visit(tm_tensor::ScatterOp scatter, func::CallOp call);
  void addIndex(int input, int64_t extent);

  ModuleOp module;
  std::vector<InputUse> uses;
};
} // namespace

int UseFinder::source(Value tensor, func::CallOp call) {
  if (auto argument = dyn_cast<BlockArgument>(tensor))
    return call ? source(call.getOperand(argument.getArgNumber()), nullptr)
                : int(argument.getArgNumber());
  return sourceOfResult(cast<OpResult>(tensor), call);
}

int UseFinder::sourceOfResult(OpResult result, func::CallOp call) {
  Operation *op = result.getOwner();
  if (auto launch = dyn_cast<func::CallOp>(op)) {
    Operation *end = calleeOf(launch).getBody().front().getTerminator();
    return source(end->getOperand(result.getResultNumber()), launch);
  }
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
          tensor::ExtractSliceOp, tensor::PadOp, tensor::InsertSliceOp>(op))
    return source(op->getOperand(0), call);
  auto generic = dyn_cast<GenericOp>(op);
  if (!generic || generic.getNumReductionLoops() > 0)
    return -1;
  return scalarSource(
      generic.getBody()->getTerminator()->getOperand(result.getResultNumber()),
      call);
}

int UseFinder::scalarSource(Value scalar, func::CallOp call) {
  if (auto argument = dyn_cast<BlockArgument>(scalar)) {
    auto generic = dyn_cast<GenericOp>(argument.getOwner()->getParentOp());
    return generic ? source(generic->getOperand(argument.getArgNumber()), call)
                   : -1;
  }
  Operation *op = scalar.getDefiningOp();
  if (isa<arith::ExtFOp, arith::TruncFOp, arith::ExtSIOp, arith::ExtUIOp,
          arith::TruncIOp, arith::IndexCastOp>(op))
    return scalarSource(op->getOperand(0), call);
  if (auto lookUp = dyn_cast<tensor::ExtractOp>(op))
    return source(lookUp.getTensor(), call);
  // Negative indices count from the end: one choice is the other plus a
  // constant.
  if (auto select = dyn_cast<arith::SelectOp>(op)) {
    int chosen = scalarSource(select.getFalseValue(), call);
    return chosen == scalarSource(select.getTrueValue(), call) ? chosen : -1;
  }
  if (isa<arith::AddFOp, arith::AddIOp>(op))
    for (unsigned i : {0, 1})
      if (matchPattern(op->getOperand(i), m_Constant()))
        return scalarSource(op->getOperand(1 - i), call);
  return -1;
}

void UseFinder::addIndex(int input, int64_t extent) {
  if (input < 0)
    return;
  uint64_t &bound = uses[input].indexBelow;
  bound = bound ? std::min<uint64_t>(bound, extent) : extent;
}

static bool isProductPair(Operation *product, Operation *sum) {
  return isa<arith::MulFOp>(product) && isa<arith::AddFOp>(sum);
}

void UseFinder::visit(GenericOp generic, func::CallOp call) {
  if (generic.getNumReductionLoops() > 0 && generic.getNumDpsInputs() == 2 &&
      linalg::detail::isContractionBody(*generic.getBody(), isProductPair)) {
    int weight = source(generic.getInputs()[1], call);
    if (weight < 0)
      weight = source(generic.getInputs()[0], call);
    uint64_t products = 1;
    for (auto [extent, kind] : llvm::zip_equal(generic.getStaticLoopRanges(),
                                               generic.getIteratorTypesArray()))
      if (kind == utils::IteratorType::reduction)
        products *= std::max<int64_t>(extent, 1);
    if (weight >= 0)
      uses[weight].fanIn = std::max(uses[weight].fanIn, products);
  }
  generic.getBody()->walk([&](Operation *op) {
    if (isa<math::SqrtOp, math::RsqrtOp, math::LogOp, math::Log2Op,
            math::Log10Op>(op)) {
      if (int input = scalarSource(op->getOperand(0), call); input >= 0)
        uses[input].positive = true;
    } else if (auto lookUp = dyn_cast<tensor::ExtractOp>(op)) {
      for (auto [index, extent] : llvm::zip_equal(
               lookUp.getIndices(), lookUp.getTensor().getType().getShape()))
        addIndex(scalarSource(index, call), extent);
    }
  });
}

void UseFinder::visit(tm_tensor::ScatterOp scatter, func::CallOp call) {
  int input = source(scatter.getIndices(), call);
  auto original = cast<RankedTensorType>(scatter.getOriginal().getType());
  for (int64_t dim : scatter.getDimensionMap())
    addIndex(input, original.getDimSize(dim));
}

std::vector<InputUse> UseFinder::run() {
  func::FuncOp host;
  for (auto function : module.getOps<func::FuncOp>())
    if (!function->hasAttr("togsim.kernel"))
      host = function;
  if (!host)
    return {};
  uses.resize(host.getNumArguments());
  host.walk([&](func::CallOp call) {
    for (Operation &op : calleeOf(call).getBody().front())
      if (auto generic = dyn_cast<GenericOp>(op))
        visit(generic, call);
      else if (auto scatter = dyn_cast<tm_tensor::ScatterOp>(op))
        visit(scatter, call);
  });
  return std::move(uses);
}

std::vector<InputUse> tilewright::findInputUses(ModuleOp module) {
  return UseFinder(module).run();
}
