//===- LowerDmaToGemmini.cpp - Moves, waits and markers as instructions ---===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A move writes the five pairs of configuration registers and starts. Inline
// assembly carries the instructions; it has side effects and clobbers memory,
// so neither LLVM IR nor code generation moves bank accesses across it. The
// kernel becomes `void kernel(ptr arguments)`, arguments[i] the device address
// of tensor i.
//
//===----------------------------------------------------------------------===//

#include "DescriptorFields.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "tilewright/Isa/Isa.h"
#include "tilewright/Transforms/Passes.h"
#include "llvm/Support/FormatVariadic.h"

namespace tilewright {
#define GEN_PASS_DEF_LOWERDMATOGEMMINI
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

namespace {

/// Emits DMA instructions and the 64-bit arithmetic in front of them.
class Emitter {
public:
  Emitter(OpBuilder &builder, Location loc) : b(builder), loc(loc) {}

  Value constant(uint64_t value) {
    return arith::ConstantOp::create(b, loc,
                                     b.getI64IntegerAttr(int64_t(value)));
  }
  Value integer(Value index) {
    return arith::IndexCastOp::create(b, loc, b.getI64Type(), index);
  }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, loc, x, y); }
  Value mul(Value x, uint64_t y) {
    return arith::MulIOp::create(b, loc, x, constant(y));
  }
  Value shiftLeft(Value x, unsigned bits) {
    return bits ? arith::ShLIOp::create(b, loc, x, constant(bits)).getResult()
                : x;
  }

  /// Four 16-bit fields: `known`, but `dynamic` where that is not null.
  Value pack16(std::array<uint16_t, 4> known,
               const std::array<Value, 4> &dynamic) {
    Value sum;
    for (unsigned k = 0; k < 4; ++k)
      if (dynamic[k]) {
        known[k] = 0;
        Value field = shiftLeft(integer(dynamic[k]), 16 * (3 - k));
        sum = sum ? add(sum, field) : field;
      }
    Value packed = constant(isa::pack16(known));
    return sum ? add(sum, packed) : packed;
  }
  /// Address of a place in the bank, `offset` elements (or null) into a tile.
  Value bank(BankAddress bank, Value offset, unsigned elementBytes) {
    Value address = constant(kSpadWindow + *bank.tile.getAddress());
    if (bank.copy)
      address = add(address, mul(integer(bank.copy), bank.copyBytes));
    if (offset)
      address = add(address, mul(integer(offset), elementBytes));
    return address;
  }

  /// `.insn` text of one of our instructions with operands $0, $1.
  void assembly(const std::string &text, ValueRange operands) {
    std::string constraints;
    for (size_t i = 0; i < operands.size(); ++i)
      constraints += "r,";
    LLVM::InlineAsmOp::create(
        b, loc, TypeRange(), operands, text, constraints + "~{memory}",
        /*has_side_effects=*/true, /*is_align_stack=*/false,
        LLVM::tailcallkind::TailCallKind::None, LLVM::AsmDialectAttr(),
        ArrayAttr());
  }
  void dma(isa::Op op, Value rs1, Value rs2) {
    uint32_t word = isa::encoding(op).match;
    assembly(llvm::formatv(".insn r {0}, {1}, {2}, x0, {3}, {4}", word & 0x7f,
                           word >> 12 & 7, isa::funct7(op), "$0",
                           rs2 ? "$1" : "x0")
                 .str(),
             rs2 ? ValueRange{rs1, rs2} : ValueRange{rs1});
  }
  void marker(unsigned id) {
    uint32_t word = isa::encoding(isa::Op::NodeMarker).match;
    // The assembler takes the 12-bit immediate as a signed number.
    int immediate = id < 2048 ? int(id) : int(id) - 4096;
    assembly(llvm::formatv(".insn i {0}, {1}, x0, x0, {2}", word & 0x7f,
                           word >> 12 & 7, immediate)
                 .str(),
             {});
  }

private:
  OpBuilder &b;
  Location loc;
};

class LowerDmaToGemminiPass
    : public tilewright::impl::LowerDmaToGemminiBase<LowerDmaToGemminiPass> {
public:
  void runOnOperation() override;

private:
  LogicalResult lowerMove(togsim::DmaStartOp op);
  LogicalResult lowerIndex(togsim::DmaStartOp op, const DmaDescriptor &d,
                           Emitter &emit);
  void lowerSignature(func::FuncOp kernel);

  SmallVector<Value> bases; ///< device address of every tensor argument, i64
};

} // namespace

LogicalResult LowerDmaToGemminiPass::lowerMove(togsim::DmaStartOp op) {
  FailureOr<DescriptorFields> fields = describeMove(op);
  FailureOr<BankAddress> bank = bankAddress(op.getTile());
  if (failed(fields) || failed(bank))
    return failure();
  const DmaDescriptor &d = fields->fixed;
  OpBuilder builder(op);
  Emitter emit(builder, op.getLoc());
  emit.dma(isa::Op::DmaShape, emit.constant(isa::pack16(d.extent)),
           emit.constant(isa::packShape(d)));
  emit.dma(isa::Op::DmaDramStride,
           emit.constant(isa::pack32(d.dramStride[0], d.dramStride[1])),
           emit.constant(isa::pack32(d.dramStride[2], d.dramStride[3])));
  emit.dma(isa::Op::DmaBankStride,
           emit.constant(isa::pack32(d.bankStride[0], d.bankStride[1])),
           emit.constant(isa::pack32(d.bankStride[2], d.bankStride[3])));
  emit.dma(isa::Op::DmaBounds, emit.pack16(d.high, fields->valid),
           emit.pack16(d.low, fields->low));
  if (!d.isStore())
    emit.dma(isa::Op::DmaFill, emit.constant(d.fill), Value());
  if (d.isIndirect() && failed(lowerIndex(op, d, emit)))
    return failure();

  unsigned argument = cast<BlockArgument>(op.getDram()).getArgNumber();
  Value dram = emit.add(bases[argument],
                        emit.mul(emit.integer(op.getOffset()), d.elementBytes));
  Value target = emit.bank(*bank, op.getBankOffset(), d.elementBytes);
  target = emit.add(target, emit.shiftLeft(emit.integer(op.getTag()), 32));
  emit.dma(d.isStore() ? isa::Op::DmaStore : isa::Op::DmaLoad, dram, target);
  op.erase();
  return success();
}

LogicalResult LowerDmaToGemminiPass::lowerIndex(togsim::DmaStartOp op,
                                                const DmaDescriptor &d,
                                                Emitter &emit) {
  FailureOr<BankAddress> bank = bankAddress(op.getIndex());
  if (failed(bank))
    return failure();
  Value address = emit.bank(*bank, op.getIndexOffset(), d.index.bytes);
  emit.dma(isa::Op::DmaIndex,
           emit.add(address, emit.constant(isa::packIndex(0, d.index.bytes))),
           emit.constant(uint64_t(d.index.stride)));
  const auto &strides = d.index.bankStride;
  emit.dma(isa::Op::DmaIndexStride,
           emit.constant(isa::pack32(strides[0], strides[1])),
           emit.constant(isa::pack32(strides[2], strides[3])));
  emit.dma(isa::Op::DmaIndexBound, emit.constant(d.index.bound), Value());
  return success();
}

void LowerDmaToGemminiPass::lowerSignature(func::FuncOp kernel) {
  Block &entry = kernel.getBody().front();
  OpBuilder builder = OpBuilder::atBlockBegin(&entry);
  auto pointer = LLVM::LLVMPointerType::get(kernel.getContext());
  Value table = entry.addArgument(pointer, kernel.getLoc());
  for (unsigned i = 0; i + 1 < entry.getNumArguments(); ++i) {
    Value slot = LLVM::GEPOp::create(builder, kernel.getLoc(), pointer,
                                     builder.getI64Type(), table,
                                     ArrayRef<LLVM::GEPArg>{int32_t(i)});
    bases.push_back(LLVM::LoadOp::create(builder, kernel.getLoc(),
                                         builder.getI64Type(), slot,
                                         /*alignment=*/8));
  }
}

void LowerDmaToGemminiPass::runOnOperation() {
  func::FuncOp kernel = getOperation();
  if (kernel.isExternal())
    return;
  auto isDevice = [](Type type) {
    auto memref = dyn_cast<MemRefType>(type);
    return memref && !memref.getMemorySpace();
  };
  if (kernel.getNumResults() > 0 || !kernel.getBody().hasOneBlock() ||
      !llvm::all_of(kernel.getArgumentTypes(), isDevice)) {
    kernel.emitError("is no kernel on banks: one block, memrefs of device "
                     "memory as arguments and no results are expected");
    return signalPassFailure();
  }
  bases.clear();
  lowerSignature(kernel);
  SmallVector<togsim::DmaStartOp> moves;
  kernel.walk([&](togsim::DmaStartOp op) { moves.push_back(op); });
  for (togsim::DmaStartOp op : moves)
    if (failed(lowerMove(op)))
      return signalPassFailure();
  kernel.walk([&](togsim::WaitOp op) {
    OpBuilder builder(op);
    Emitter emit(builder, op.getLoc());
    emit.dma(isa::Op::DmaWait, emit.integer(op.getTag()), Value());
    op.erase();
  });
  kernel.walk([&](togsim::NodeOp op) {
    OpBuilder builder(op);
    Emitter(builder, op.getLoc()).marker(op.getId());
    op.erase();
  });
  Block &entry = kernel.getBody().front();
  for (BlockArgument tensor : entry.getArguments().drop_back())
    if (!tensor.use_empty()) {
      tensor.user_begin()->emitError(
          "uses a tensor in device memory; only moves "
          "can");
      return signalPassFailure();
    }
  entry.eraseArguments(0, entry.getNumArguments() - 1);
  kernel.setFunctionType(FunctionType::get(
      kernel.getContext(), entry.getArgumentTypes(), TypeRange()));
}
