//===- ContractionCalls.cpp - Sums of products become calls ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// On buffers, a generic that adds products of two floats to an f64 result
// becomes a call of HostContraction. Loops and strides are static, so they are
// data, which the call finds by number; buffers are passed as addresses. Code
// is generated for what is left, which is little, so compiling the reference is
// quick and its speed does not depend on how well the host's compiler
// vectorises.
//
//===----------------------------------------------------------------------===//

#include "HostPipeline.h"
#include "mlir/Analysis/FlatLinearValueConstraints.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace tilewright::reference;
using linalg::GenericOp;

/// `value` before its conversions to wider floats.
static Value beforeWidening(Value value) {
  while (auto extend = value.getDefiningOp<arith::ExtFOp>())
    value = extend.getIn();
  return value;
}

static std::optional<HostFloat> hostFloat(Type type) {
  if (type.isF64())
    return HostFloat::F64;
  if (type.isF32())
    return HostFloat::F32;
  if (type.isF16())
    return HostFloat::F16;
  if (type.isBF16())
    return HostFloat::BF16;
  return std::nullopt;
}

bool tilewright::reference::isSumOfProducts(GenericOp generic) {
  if (generic.getNumDpsInputs() != 2 || generic.getNumDpsInits() != 1 ||
      generic.getNumReductionLoops() == 0 || generic.hasIndexSemantics())
    return false;
  Block &body = *generic.getBody();
  auto add = body.getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!add || !add.getType().isF64())
    return false;
  BlockArgument accumulator = generic.getRegionOutputArgs()[0];
  Value term = add.getLhs() == accumulator   ? add.getRhs()
               : add.getRhs() == accumulator ? add.getLhs()
                                             : Value();
  auto product = term ? term.getDefiningOp<arith::MulFOp>() : nullptr;
  if (!product)
    return false;
  Value a = beforeWidening(product.getLhs()),
        b = beforeWidening(product.getRhs());
  Value lhs = body.getArgument(0), rhs = body.getArgument(1);
  return (a == lhs && b == rhs) || (a == rhs && b == lhs);
}

/// Element strides of `operand` along the loops; nothing when it is not linear
/// in them or its buffer has dynamic strides.
static std::optional<SmallVector<int64_t>> loopStrides(GenericOp generic,
                                                       OpOperand &operand) {
  auto type = cast<MemRefType>(operand.get().getType());
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (failed(type.getStridesAndOffset(strides, offset)) ||
      llvm::is_contained(strides, ShapedType::kDynamic))
    return std::nullopt;
  AffineMap map = generic.getMatchingIndexingMap(&operand);
  SmallVector<int64_t> result(map.getNumDims(), 0);
  for (auto [expr, stride] : llvm::zip_equal(map.getResults(), strides)) {
    SmallVector<int64_t> flat;
    // Coefficients of the dimensions, then the constant.
    if (failed(getFlattenedAffineExpr(expr, map.getNumDims(), 0, &flat)) ||
        flat.size() != map.getNumDims() + 1 || flat.back() != 0)
      return std::nullopt;
    for (unsigned d = 0; d < map.getNumDims(); ++d)
      result[d] += flat[d] * stride;
  }
  return result;
}

static std::optional<ContractionShape> contractionOf(GenericOp generic) {
  if (!generic.hasPureBufferSemantics() || !isSumOfProducts(generic))
    return std::nullopt;
  SmallVector<SmallVector<int64_t>> strides;
  for (OpOperand &operand : generic->getOpOperands()) {
    auto along = loopStrides(generic, operand);
    if (!along)
      return std::nullopt;
    strides.push_back(std::move(*along));
  }
  auto lhs = hostFloat(getElementTypeOrSelf(generic.getInputs()[0].getType()));
  auto rhs = hostFloat(getElementTypeOrSelf(generic.getInputs()[1].getType()));
  if (!lhs || !rhs)
    return std::nullopt;
  std::vector<ContractionLoop> loops;
  for (auto [i, extent] : llvm::enumerate(generic.getStaticLoopRanges())) {
    if (ShapedType::isDynamic(extent))
      return std::nullopt;
    loops.push_back({extent, strides[0][i], strides[1][i], strides[2][i]});
  }
  return ContractionShape{std::move(loops), *lhs, *rhs};
}

/// Declares the function and the table of contractions, in which numbers of
/// contractions are indices.
static func::FuncOp declareCallee(OpBuilder &builder, ModuleOp module,
                                  int64_t contractions) {
  builder.setInsertionPointToStart(module.getBody());
  Location loc = module.getLoc();
  memref::GlobalOp::create(
      builder, loc, kContractionTable, /*sym_visibility=*/StringAttr(),
      MemRefType::get(contractions, builder.getIndexType()),
      /*initial_value=*/Attribute(), /*constant=*/false,
      /*alignment=*/IntegerAttr());
  SmallVector<Type> types(4, builder.getIndexType());
  auto callee = func::FuncOp::create(builder, loc, kContractionFunction,
                                     builder.getFunctionType(types, {}));
  callee.setPrivate();
  return callee;
}

std::vector<ContractionShape>
tilewright::reference::callContractions(ModuleOp module) {
  std::vector<ContractionShape> shapes;
  SmallVector<GenericOp> work;
  module.walk([&](GenericOp generic) {
    if (auto shape = contractionOf(generic)) {
      work.push_back(generic);
      shapes.push_back(std::move(*shape));
    }
  });
  if (work.empty())
    return shapes;
  OpBuilder builder(module.getContext());
  func::FuncOp callee = declareCallee(builder, module, shapes.size());
  for (auto [number, generic] : llvm::enumerate(work)) {
    builder.setInsertionPoint(generic);
    Location loc = generic.getLoc();
    Value table = memref::GetGlobalOp::create(
        builder, loc, MemRefType::get(shapes.size(), builder.getIndexType()),
        kContractionTable);
    Value index = arith::ConstantIndexOp::create(builder, loc, number);
    SmallVector<Value> arguments{
        memref::LoadOp::create(builder, loc, table, index)};
    for (Value operand : generic->getOperands())
      arguments.push_back(addressOf(builder, loc, operand));
    func::CallOp::create(builder, loc, callee, arguments);
    generic->erase();
  }
  return shapes;
}

void tilewright::reference::runContraction(int64_t contraction, int64_t lhs,
                                           int64_t rhs, int64_t out) {
  auto pointer = [](int64_t address) {
    return reinterpret_cast<void *>(intptr_t(address));
  };
  static_cast<const HostContraction *>(pointer(contraction))
      ->run(pointer(lhs), pointer(rhs), static_cast<double *>(pointer(out)));
}
