//===- VectorDecode.cpp - Vector arithmetic: table search and checks ------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what all vector arithmetic has in common: finding the row of a word,
// the operand registers, register group rules, and the rounding mode.
//
//===----------------------------------------------------------------------===//

#include "Decode.h"
#include "Half.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cfenv>

using namespace tilewright;
using namespace tilewright::iss;

static const VectorRow *findRow(uint32_t w, bool scalarForm,
                                VectorRow::Group group) {
  unsigned funct6 = w >> 26, vs1 = w >> 15 & 31;
  static const llvm::ArrayRef<VectorRow> kTables[] = {
      vectorIntegerRows(), vectorFixedRows(),  vectorWideRows(),
      vectorMaskRows(),    vectorFloatRows(),  vectorConvertRows(),
      vectorReduceRows(),  vectorPermuteRows()};
  for (llvm::ArrayRef<VectorRow> table : kTables)
    for (const VectorRow &row : table)
      if (row.group == group && row.funct6 == funct6 &&
          (scalarForm ? row.scalar : row.vector) &&
          (scalarForm || row.sub < 0 || unsigned(row.sub) == vs1))
        return &row;
  return nullptr;
}

bool iss::decodeVectorArithmetic(Inst &inst) {
  uint32_t w = inst.word;
  unsigned funct3 = w >> 12 & 7;
  static constexpr VectorRow::Group kGroups[] = {
      VectorRow::Integer, VectorRow::Float,   VectorRow::Multiply,
      VectorRow::Integer, VectorRow::Integer, VectorRow::Float,
      VectorRow::Multiply};
  static constexpr Inst::ScalarKind kKinds[] = {
      Inst::NoScalar,  Inst::NoScalar,  Inst::NoScalar, Inst::Immediate,
      Inst::XRegister, Inst::FRegister, Inst::XRegister};
  bool scalarForm = funct3 >= 3;
  const VectorRow *row = funct3 == 3 && w >> 26 == 0x27
                             ? wholeRegisterMove()
                             : findRow(w, scalarForm, kGroups[funct3]);
  if (!row)
    return false;
  inst.run = runVectorArithmetic;
  inst.bySew = scalarForm ? row->scalar : row->vector;
  inst.rd = w >> 7 & 31;
  inst.rs1 = w >> 15 & 31;
  inst.rs2 = w >> 20 & 31;
  inst.vm = w >> 25 & 1;
  inst.flags = row->flags;
  inst.groupD = row->d;
  inst.group2 = row->s2;
  inst.group1 = scalarForm || row->sub >= 0 ? int8_t(kNoGroup) : row->s1;
  inst.scalarKind = kKinds[funct3];
  if (funct3 == 3)
    inst.imm = row->flags & kUnsignedImm ? inst.rs1 : int(inst.rs1 << 27) >> 27;

  InstructionInfo &info = inst.info;
  info.isVector = true;
  info.unit = row->unit;
  unsigned n = 0;
  auto source = [&](unsigned r) { info.sources[n++] = uint8_t(r); };
  if (inst.group2 != kNoGroup)
    source(kFirstVectorRegister + inst.rs2);
  if (inst.group1 != kNoGroup)
    source(kFirstVectorRegister + inst.rs1);
  if (inst.scalarKind == Inst::XRegister && inst.rs1)
    source(inst.rs1);
  if (inst.scalarKind == Inst::FRegister)
    source(kFirstFloatRegister + inst.rs1);
  if (row->flags & kReadsDestination)
    source(kFirstVectorRegister + inst.rd);
  if (!inst.vm || row->flags & kReadsMask)
    source(kFirstVectorRegister);
  source(kVectorConfigRegister);
  if (row->flags & kScalarResult) {
    bool isFloat = row->group == VectorRow::Float;
    info.destination = isFloat   ? kFirstFloatRegister + inst.rd
                       : inst.rd ? inst.rd
                                 : kNoRegister;
    inst.rd = !isFloat && inst.rd == 0 ? 32 : inst.rd;
  } else {
    info.destination = kFirstVectorRegister + inst.rd;
  }
  if (row == wholeRegisterMove())
    inst.fixedRegisters = uint8_t(inst.rs1 + 1);
  inst.widest = -3;
  for (int8_t group : {inst.groupD, inst.group2, inst.group1})
    if (group < kOneRegister && group > inst.widest)
      inst.widest = group;
  return true;
}

bool iss::legalGroup(const Core &c, unsigned reg, int8_t delta) {
  if (delta >= kOneRegister)
    return true;
  int emul = c.lmulLog + delta;
  if (emul > 3 || emul < -3)
    return false;
  return emul <= 0 || (reg & ((1u << emul) - 1)) == 0;
}

static bool checkConfiguration(Core &c, const Inst &i) {
  if (c.vill) {
    c.fail("illegal instruction: vector operation with vill set");
    return false;
  }
  if (!i.bySew[c.sewLog]) {
    c.fail(
        llvm::formatv("illegal instruction: element width {0} is reserved or "
                      "not supported here",
                      8u << c.sewLog));
    return false;
  }
  bool scalarResult = i.flags & kScalarResult;
  if (!(scalarResult || legalGroup(c, i.rd, i.groupD)) ||
      !legalGroup(c, i.rs2, i.group2) || !legalGroup(c, i.rs1, i.group1)) {
    c.fail("illegal instruction: register group does not fit LMUL");
    return false;
  }
  if (!i.vm && i.rd == 0 && i.groupD < kOneRegister && !scalarResult) {
    c.fail("illegal instruction: masked destination overlaps v0");
    return false;
  }
  return true;
}

void iss::runVectorArithmetic(Core &c, const Inst &i) {
  if (!checkConfiguration(c, i))
    return;
  Handler handler = i.bySew[c.sewLog];
  if (c.frm == kNearestEven || !(i.flags & kRounds)) {
    handler(c, i);
  } else if (c.frm > kNearestAway) {
    return c.fail("illegal instruction: reserved rounding mode in frm");
  } else if (i.flags & kConvertsRounding) {
    handler(c, i);
  } else if (c.frm == kNearestAway || c.sewLog == 1) {
    return c.fail("vector arithmetic in this rounding mode is not supported",
                  FailureKind::Unsupported);
  } else {
    static constexpr int kModes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD,
                                     FE_UPWARD};
    std::fesetround(kModes[c.frm]);
    handler(c, i);
    std::fesetround(FE_TONEAREST);
  }
  if (i.rd == 0 && !(i.flags & kScalarResult))
    ++c.v0Version;
  c.vstart = 0;
}
