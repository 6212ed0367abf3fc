//===- LowerToLLVM.cpp - Kernel IR to the LLVM dialect --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Upstream conversions plus ours: a tile is a constant address in lane 0's bank
// window, array and SFU ops are `llvm.riscv.sf.vc.*` intrinsics (the forms with
// side effects, so that pushes and pops keep their order).
//
//===----------------------------------------------------------------------===//

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/LLVMCommon/VectorPattern.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Isa/Isa.h"
#include "tilewright/Transforms/Passes.h"

namespace tilewright {
#define GEN_PASS_DEF_LOWERTOLLVM
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

namespace {

/// Calls of VCIX intrinsics with our encodings.
class VcixBuilder {
public:
  VcixBuilder(ConversionPatternRewriter &rewriter, Location loc)
      : rewriter(rewriter), loc(loc) {}

  Value constant(int64_t value) {
    return LLVM::ConstantOp::create(rewriter, loc, rewriter.getI64Type(),
                                    rewriter.getI64IntegerAttr(value));
  }
  LLVM::CallIntrinsicOp call(StringRef name, TypeRange results,
                             ValueRange operands) {
    return LLVM::CallIntrinsicOp::create(
        rewriter, loc, results.empty() ? Type() : results.front(),
        rewriter.getStringAttr(name), operands);
  }
  static int64_t elements(Type vector) {
    return cast<VectorType>(vector).getNumElements();
  }
  /// vs2 -> array: sf.vc.iv, the array number in the immediate.
  void push(isa::Op op, Value vector, int64_t array) {
    call("llvm.riscv.sf.vc.iv.se", {},
         {constant(isa::vcixOp(op)), constant(isa::vd(isa::encoding(op).match)),
          vector, constant(array),
          constant(elements(vector.getType()))});
  }
  Value pop(isa::Op op, Type type, int64_t array) {
    return call("llvm.riscv.sf.vc.v.i.se", {type},
                {constant(isa::vcixOp(op)), constant(0), constant(array),
                 constant(elements(type))})
        .getResults();
  }
  Value unary(isa::Op op, Value vector) {
    return call("llvm.riscv.sf.vc.v.iv.se", {vector.getType()},
                {constant(isa::vcixOp(op)), vector,
                 constant(isa::imm5(isa::encoding(op).match)),
                 constant(elements(vector.getType()))})
        .getResults();
  }

private:
  ConversionPatternRewriter &rewriter;
  Location loc;
};

struct TilePattern : ConvertOpToLLVMPattern<togsim::TileOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(togsim::TileOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value address = LLVM::ConstantOp::create(
        rewriter, loc, rewriter.getI64Type(),
        rewriter.getI64IntegerAttr(int64_t(kSpadWindow + *op.getAddress())));
    Value pointer = LLVM::IntToPtrOp::create(
        rewriter, loc, LLVM::LLVMPointerType::get(op.getContext()), address);
    Value descriptor = MemRefDescriptor::fromStaticShape(
        rewriter, loc, *getTypeConverter(), cast<MemRefType>(op.getType()),
        pointer);
    rewriter.replaceOp(op, descriptor);
    return success();
  }
};

/// The instruction of a push; weights have one for each kind of arithmetic.
isa::Op encodedAs(togsim::PushOp) { return isa::Op::ArrayPush; }
isa::Op encodedAs(togsim::WeightPushOp op) {
  Type element = cast<VectorType>(op.getValue().getType()).getElementType();
  return llvm::isa<FloatType>(element) ? isa::Op::WeightPush
                                       : isa::Op::WeightPushInt;
}

template <typename PushLike>
struct PushPattern : ConvertOpToLLVMPattern<PushLike> {
  using ConvertOpToLLVMPattern<PushLike>::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(PushLike op, typename PushLike::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    VcixBuilder(rewriter, op.getLoc())
        .push(encodedAs(op), adaptor.getValue(), op.getArray());
    rewriter.eraseOp(op);
    return success();
  }
};

struct StridedLoadPattern : ConvertOpToLLVMPattern<togsim::StridedLoadOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(togsim::StridedLoadOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto source = cast<MemRefType>(op.getSource().getType());
    auto type = cast<VectorType>(
        getTypeConverter()->convertType(op.getValue().getType()));
    Value pointer = getStridedElementPtr(rewriter, loc, source,
                                         adaptor.getSource(),
                                         adaptor.getIndices());
    VcixBuilder vcix(rewriter, loc);
    Value bytes =
        vcix.constant(op.getStep() * source.getElementTypeBitWidth() / 8);
    auto mask = DenseElementsAttr::get(
        VectorType::get(type.getShape(), rewriter.getI1Type()), true);
    Value all = LLVM::ConstantOp::create(rewriter, loc, mask.getType(), mask);
    Value count = LLVM::ConstantOp::create(
        rewriter, loc, rewriter.getI32Type(),
        rewriter.getI32IntegerAttr(type.getNumElements()));
    rewriter.replaceOp(op, vcix.call("llvm.experimental.vp.strided.load",
                                     {type}, {pointer, bytes, all, count})
                               .getResults());
    return success();
  }
};

struct SwapPattern : ConvertOpToLLVMPattern<togsim::SwapOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(togsim::SwapOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    VcixBuilder vcix(rewriter, op.getLoc());
    // sf.vc.i: opcode, rs2 field, rd field, immediate, sew, log2(lmul), vl.
    vcix.call("llvm.riscv.sf.vc.i.se", {},
              {vcix.constant(isa::vcixOp(isa::Op::ArraySwap)), vcix.constant(0),
               vcix.constant(0), vcix.constant(op.getArray()),
               vcix.constant(32), vcix.constant(0), vcix.constant(1)});
    rewriter.eraseOp(op);
    return success();
  }
};

struct PopPattern : ConvertOpToLLVMPattern<togsim::PopOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(togsim::PopOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(
        op, VcixBuilder(rewriter, op.getLoc())
                .pop(isa::Op::ArrayPop, op.getType(), op.getArray()));
    return success();
  }
};

struct LaneIndexPattern : ConvertOpToLLVMPattern<togsim::LaneIndexOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(togsim::LaneIndexOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op,
                       VcixBuilder(rewriter, op.getLoc())
                           .pop(isa::Op::LaneIndex, op.getType(), /*array=*/0));
    return success();
  }
};

struct SfuPattern : ConvertOpToLLVMPattern<togsim::SfuOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(togsim::SfuOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    static constexpr isa::Op encodings[] = {
        isa::Op::Exp, isa::Op::Erf, isa::Op::Tanh, isa::Op::Sin,
        isa::Op::Cos, isa::Op::Log, isa::Op::Atan};
    rewriter.replaceOp(op, VcixBuilder(rewriter, op.getLoc())
                               .unary(encodings[unsigned(op.getFunction())],
                                      adaptor.getOperand()));
    return success();
  }
};

/// Tiles have become banks with addresses; a tile's type says nothing of where
/// one lane's part of it lies.
LogicalResult checkTiles(ModuleOp module) {
  auto isTile = [](Type type) {
    auto memref = dyn_cast<BaseMemRefType>(type);
    return memref && isa_and_nonnull<togsim::SpadAttr>(memref.getMemorySpace());
  };
  WalkResult result = module.walk([&](Operation *op) -> WalkResult {
    if (llvm::any_of(op->getResultTypes(), isTile) ||
        llvm::any_of(op->getOperandTypes(), isTile))
      return op->emitError("tile is not a bank; run togsim-project-lanes first");
    auto tile = dyn_cast<togsim::TileOp>(op);
    if (tile && !tile.getAddress())
      return op->emitError(
          "bank has no address; run togsim-allocate-scratchpad first");
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

struct LowerToLLVMPass : tilewright::impl::LowerToLLVMBase<LowerToLLVMPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    MLIRContext *context = &getContext();
    if (failed(checkTiles(module)))
      return signalPassFailure();
    LLVMTypeConverter converter(context);
    converter.addTypeAttributeConversion(
        [](BaseMemRefType type, togsim::BankAttr) -> Attribute {
          return IntegerAttr::get(IntegerType::get(type.getContext(), 64), 0);
        });
    RewritePatternSet patterns(context);
    patterns.add<TilePattern, StridedLoadPattern, SwapPattern, PopPattern, LaneIndexPattern,
                 SfuPattern, PushPattern<togsim::PushOp>,
                 PushPattern<togsim::WeightPushOp>>(converter);
    arith::populateArithToLLVMConversionPatterns(converter, patterns);
    arith::populateArithExpandOpsPatterns(patterns);
    // The expansion makes four instructions of what vectors have one for.
    patterns.add<VectorConvertToLLVMPattern<arith::MaxNumFOp, LLVM::MaxNumOp>,
                 VectorConvertToLLVMPattern<arith::MinNumFOp, LLVM::MinNumOp>>(
        converter, /*benefit=*/2);
    cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
    index::populateIndexToLLVMConversionPatterns(converter, patterns);
    populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
    populateFuncToLLVMConversionPatterns(converter, patterns);
    populateMathToLLVMConversionPatterns(converter, patterns);
    populateVectorToLLVMConversionPatterns(converter, patterns);
    vector::populateVectorBroadcastLoweringPatterns(patterns);
    ub::populateUBToLLVMConversionPatterns(converter, patterns);
    LLVMConversionTarget target(*context);
    target.addLegalOp<ModuleOp>();
    if (failed(applyFullConversion(module, target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
