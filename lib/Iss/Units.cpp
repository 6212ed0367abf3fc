//===- Units.cpp - Tilewright's own instructions --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the handlers of the instructions in isa::table(): the array protocol,
// DMA configuration, moves and waits, node markers.
//
//===----------------------------------------------------------------------===//

#include "Units.h"
#include "Decode.h"
#include "Dma.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tilewright;
using namespace tilewright::iss;

namespace {

/// The array an instruction names, if vtype and the register group allow it.
SystolicArray *arrayOf(Core &c, const Inst &i, unsigned reg) {
  if (i.imm >= int64_t(c.arrays.size())) {
    c.fail(llvm::formatv("illegal instruction: array {0} of {1}", i.imm,
                         c.arrays.size()));
    return nullptr;
  }
  if (c.vill) {
    c.fail("illegal instruction: vector operation with vill set");
    return nullptr;
  }
  if (c.sewLog != 2) {
    c.fail(llvm::formatv("unsupported element width {0} in an array operation "
                         "(arrays take 32-bit elements)",
                         8u << c.sewLog),
           FailureKind::Unsupported);
    return nullptr;
  }
  if (!legalGroup(c, reg, kGroup)) {
    c.fail("illegal instruction: register group does not fit LMUL");
    return nullptr;
  }
  return &c.arrays[i.imm];
}

/// Calls f(data, count) for the vl elements, register by register.
template <class F> void forEachRegister(Core &c, unsigned reg, F f) {
  unsigned perLane = c.vlenb / 4;
  for (unsigned done = 0; done < c.vl; done += perLane)
    f(c.reg<float>(reg++), std::min(perLane, c.vl - done));
}

template <bool Integer> void weightPush(Core &c, const Inst &i) {
  SystolicArray *array = arrayOf(c, i, i.rs2);
  if (!array)
    return;
  if (array->shadowWeights() + c.vl > c.lanes)
    return c.fail(llvm::formatv(
        "array {0}: {1} weights per lane pushed before a swap, the array holds "
        "{2}",
        i.imm, array->shadowWeights() + c.vl, c.lanes));
  if (array->shadowWeights() && array->shadowIsInteger() != Integer)
    return c.fail(llvm::formatv(
        "array {0}: integer and f32 weights pushed into one bank", i.imm));
  forEachRegister(c, i.rs2, [&](const float *data, unsigned n) {
    array->pushWeights(data, c.vlenb / 4, n, Integer);
  });
}

void arraySwap(Core &c, const Inst &i) {
  if (i.imm >= int64_t(c.arrays.size()))
    return c.fail(llvm::formatv("illegal instruction: array {0} of {1}", i.imm,
                                c.arrays.size()));
  SystolicArray &array = c.arrays[i.imm];
  if (array.shadowWeights() != c.lanes)
    return c.fail(llvm::formatv(
        "array {0}: swap with {1} shadow weights per lane, {2} are needed",
        i.imm, array.shadowWeights(), c.lanes));
  array.swap();
}

void arrayPush(Core &c, const Inst &i) {
  SystolicArray *array = arrayOf(c, i, i.rs2);
  if (!array)
    return;
  if (!array->hasWeights())
    return c.fail(
        llvm::formatv("array {0}: rows pushed before any weights", i.imm));
  if (array->rowsOutstanding() + c.vl > c.arrayRowLimit)
    return c.fail(llvm::formatv("array {0}: deadlock, {1} rows pushed and not "
                                "popped; queues and pipeline "
                                "hold {2}",
                                i.imm, array->rowsOutstanding() + c.vl,
                                c.arrayRowLimit));
  c.statistics.arrayRows += c.vl;
  forEachRegister(c, i.rs2, [&](const float *data, unsigned n) {
    array->pushRows(data, c.vlenb / 4, n);
  });
}

void arrayPop(Core &c, const Inst &i) {
  SystolicArray *array = arrayOf(c, i, i.rd);
  if (!array)
    return;
  if (array->rowsOutstanding() < c.vl)
    return c.fail(llvm::formatv(
        "array {0}: pop of {1} rows, but only {2} have been pushed", i.imm,
        c.vl, array->rowsOutstanding()));
  forEachRegister(c, i.rd, [&](float *data, unsigned n) {
    array->popRows(data, c.vlenb / 4, n);
  });
  if (i.rd == 0)
    ++c.v0Version;
}

template <isa::Op O> void configure(Core &c, const Inst &i) {
  c.dmaRegisters.configure(O, c.x[i.rs1], c.x[i.rs2]);
}
template <isa::Op O> void move(Core &c, const Inst &i) {
  startMove(c, c.dmaRegisters.move(O, c.x[i.rs1], c.x[i.rs2]));
}
void wait(Core &c, const Inst &i) {
  uint64_t tag = c.x[i.rs1];
  if (tag >= isa::kNumTags)
    return c.fail(llvm::formatv("dma.wait for tag {0}; tags are 0 to {1}", tag,
                                isa::kNumTags - 1));
  waitForTag(c, unsigned(tag));
}
void marker(Core &c, const Inst &i) {
  if (c.events)
    c.events->compute(unsigned(i.imm));
}

Handler unitHandler(isa::Op op) {
  using isa::Op;
  switch (op) {
  case Op::DmaIndex:
    return configure<Op::DmaIndex>;
  case Op::DmaIndexStride:
    return configure<Op::DmaIndexStride>;
  case Op::DmaIndexBound:
    return configure<Op::DmaIndexBound>;
  case Op::DmaShape:
    return configure<Op::DmaShape>;
  case Op::DmaDramStride:
    return configure<Op::DmaDramStride>;
  case Op::DmaBankStride:
    return configure<Op::DmaBankStride>;
  case Op::DmaBounds:
    return configure<Op::DmaBounds>;
  case Op::DmaFill:
    return configure<Op::DmaFill>;
  case Op::DmaLoad:
    return move<Op::DmaLoad>;
  case Op::DmaStore:
    return move<Op::DmaStore>;
  case Op::DmaWait:
    return wait;
  case Op::ArraySwap:
    return arraySwap;
  case Op::ArrayPop:
    return arrayPop;
  case Op::ArrayPush:
    return arrayPush;
  case Op::WeightPush:
    return weightPush<false>;
  case Op::WeightPushInt:
    return weightPush<true>;
  case Op::NodeMarker:
    return marker;
  default:
    return nullptr; // laneUnit
  }
}

} // namespace

bool iss::decodeOwn(Inst &inst) {
  isa::Op op = *isa::decode(inst.word);
  const isa::Encoding &row = isa::encoding(op);
  llvm::StringRef operands(row.operands);
  inst.rd = uint8_t(isa::vd(inst.word));
  inst.rs1 = uint8_t(isa::rs1(inst.word));
  inst.rs2 = uint8_t(isa::rs2(inst.word));
  InstructionInfo &info = inst.info;
  info.op = op;
  info.unit = row.unit;
  unsigned n = 0;
  if (operands.contains("rs1") && inst.rs1)
    info.sources[n++] = inst.rs1;
  if (operands.contains("rs2") && inst.rs2)
    info.sources[n++] = inst.rs2;
  if (operands.contains("vs2"))
    info.sources[n++] = uint8_t(kFirstVectorRegister + inst.rs2);
  if (operands.contains("vd"))
    info.destination = uint8_t(kFirstVectorRegister + inst.rd);
  info.isVector = operands.contains("vd") || operands.contains("vs2");
  if (info.isVector)
    info.sources[n++] = kVectorConfigRegister;
  inst.imm = op == isa::Op::NodeMarker ? isa::markerId(inst.word)
                                       : isa::imm5(inst.word);
  if (const Handler *bySew = laneUnit(op)) {
    inst.run = runVectorArithmetic;
    inst.bySew = bySew;
    inst.groupD = kGroup;
    inst.group2 = operands.contains("vs2") ? int8_t(kGroup) : int8_t(kNoGroup);
    return true;
  }
  inst.run = unitHandler(op);
  return inst.run != nullptr;
}
