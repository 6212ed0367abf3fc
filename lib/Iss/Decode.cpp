//===- Decode.cpp - Instruction words to handlers -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decode.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tilewright;
using namespace tilewright::iss;

static int64_t immediate(uint32_t w, ImmFormat format) {
  auto field = [w](unsigned from, unsigned width, unsigned to) {
    return int64_t(w >> from & ((1u << width) - 1)) << to;
  };
  int64_t sign = int32_t(w) >> 31; // 0 or -1
  switch (format) {
  case ImmFormat::None:
    return 0;
  case ImmFormat::I:
    return int32_t(w) >> 20;
  case ImmFormat::S:
    return (int32_t(w) >> 25) * 32 | field(7, 5, 0);
  case ImmFormat::B:
    return sign * 4096 | field(7, 1, 11) | field(25, 6, 5) | field(8, 4, 1);
  case ImmFormat::U:
    return int32_t(w & 0xFFFFF000);
  case ImmFormat::J:
    return sign * 1048576 | field(12, 8, 12) | field(20, 1, 11) |
           field(21, 10, 1);
  case ImmFormat::Shift6:
    return field(20, 6, 0);
  case ImmFormat::Shift5:
    return field(20, 5, 0);
  case ImmFormat::Csr:
    return field(20, 12, 0);
  }
  return 0;
}

static uint8_t timingRegister(char kind, unsigned r) {
  if (kind == 'x')
    return r ? uint8_t(r) : kNoRegister;
  return kind == 'f' ? uint8_t(kFirstFloatRegister + r) : kNoRegister;
}

static void illegal(Core &c, const Inst &i) {
  if (i.info.word == 0 || i.info.word == 0xC0001073)
    c.fail("trap instruction executed (unreachable code)");
  else
    c.fail(llvm::formatv("illegal instruction {0:x}", i.info.word));
}

static void fillScalar(Inst &inst, const ScalarRow &row) {
  uint32_t w = inst.word;
  unsigned fields[4] = {w >> 7 & 31, w >> 15 & 31, w >> 20 & 31, w >> 27};
  inst.run = row.run;
  inst.rd = row.registers[0] == 'x' && fields[0] == 0 ? 32 : fields[0];
  inst.rs1 = fields[1];
  inst.rs2 = fields[2];
  inst.rs3 = fields[3];
  inst.rounding = w >> 12 & 7;
  inst.imm = immediate(w, row.imm);
  inst.endsBlock = row.flags & ScalarRow::EndsBlock;
  InstructionInfo &info = inst.info;
  info.unit = row.unit;
  info.isLoad = row.flags & ScalarRow::Load;
  info.isStore = row.flags & ScalarRow::Store;
  info.isBranch = row.flags & ScalarRow::Branch;
  info.isJump = row.flags & ScalarRow::Jump;
  info.destination = timingRegister(row.registers[0], fields[0]);
  unsigned n = 0;
  for (unsigned k = 1; k < 4; ++k)
    if (uint8_t r = timingRegister(row.registers[k], fields[k]);
        r != kNoRegister)
      info.sources[n++] = r;
  if (row.unit != UnitClass::VectorConfig)
    return;
  if (info.destination == kNoRegister)
    info.destination = kVectorConfigRegister;
  if (row.registers[1] == 'x' && !fields[0] && !fields[1]) // keeps vl
    info.sources[n++] = kVectorConfigRegister;
}

static bool decodeScalar(Inst &inst) {
  for (auto rows :
       {integerRows(), scalarMemoryRows(), systemRows(), floatRows()})
    for (const ScalarRow &row : rows)
      if ((inst.word & row.mask) == row.match) {
        fillScalar(inst, row);
        return true;
      }
  return false;
}

Inst iss::decode(uint64_t pc, uint32_t word, uint8_t length) {
  Inst inst;
  inst.pc = pc;
  inst.info.pc = pc;
  inst.info.word = word;
  inst.info.bytes = length;
  inst.word = length == 2 ? expandCompressed(uint16_t(word)) : word;
  unsigned opcode = inst.word & 127, funct3 = inst.word >> 12 & 7;
  bool done = false;
  if (opcode == 0x57 && funct3 != 7)
    done = decodeVectorArithmetic(inst);
  else if ((opcode == 0x07 || opcode == 0x27) && (funct3 == 0 || funct3 > 4))
    done = decodeVectorMemory(inst);
  else if (isa::decode(inst.word) && length == 4)
    done = decodeOwn(inst);
  else if (inst.word)
    done = decodeScalar(inst);
  if (!done) {
    inst.run = illegal;
    inst.endsBlock = true;
  }
  return inst;
}
