//===- IsaTests.cpp - The encoding table and the DMA registers ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Isa/Isa.h"
#include "gtest/gtest.h"
#include <random>

using namespace tilewright;
using namespace tilewright::isa;

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

TEST(IsaTable, RowsAreInOrderOfOps) {
  ASSERT_EQ(table().size(), kNumOps);
  for (unsigned i = 0; i < kNumOps; ++i) {
    EXPECT_EQ(table()[i].op, Op(i)) << "row " << i;
    EXPECT_EQ(&encoding(Op(i)), &table()[i]);
  }
}

TEST(IsaTable, MatchBitsLieInTheMask) {
  for (const Encoding &row : table())
    EXPECT_EQ(row.match & ~row.mask, 0u)
        << row.mnemonic << ": bits outside the mask are never compared";
}

TEST(IsaTable, NoTwoRowsOverlap) {
  for (const Encoding &a : table())
    for (const Encoding &b : table()) {
      if (a.op >= b.op)
        continue;
      EXPECT_NE((a.match ^ b.match) & a.mask & b.mask, 0u)
          << "some word is both " << a.mnemonic << " and " << b.mnemonic;
    }
}

TEST(IsaTable, OpcodesAreTheCustomOnes) {
  for (const Encoding &row : table()) {
    EXPECT_EQ(row.mask & 0x7f, 0x7fu) << row.mnemonic;
    uint32_t opcode = row.match & 0x7f;
    EXPECT_TRUE(opcode == 0x2b || opcode == 0x5b || opcode == 0x7b)
        << row.mnemonic << " has a standard opcode";
  }
}

TEST(IsaTable, MnemonicsAreUnique) {
  for (const Encoding &a : table())
    for (const Encoding &b : table())
      EXPECT_EQ(a.op == b.op, llvm::StringRef(a.mnemonic) == b.mnemonic);
}

TEST(IsaTable, MatchDecodesToItsRow) {
  for (const Encoding &row : table())
    EXPECT_EQ(decode(row.match), row.op) << row.mnemonic;
}

TEST(IsaTable, OperandBitsDoNotChangeTheInstruction) {
  std::mt19937 random(1);
  for (const Encoding &row : table())
    for (int i = 0; i < 1000; ++i) {
      uint32_t word = row.match | (uint32_t(random()) & ~row.mask);
      ASSERT_EQ(decode(word), row.op)
          << row.mnemonic << " " << std::hex << word;
    }
}

// Operands named by a row have their bits outside its mask.
TEST(IsaTable, OperandFieldsAreFree) {
  struct Field {
    const char *name;
    uint32_t bits;
  };
  const Field fields[] = {{"rs1", 31u << 15},   {"rs2", 31u << 20},
                          {"vd", 31u << 7},     {"vs2", 31u << 20},
                          {"array", 31u << 15}, {"id", 4095u << 20}};
  for (const Encoding &row : table()) {
    llvm::SmallVector<llvm::StringRef, 2> operands;
    llvm::StringRef(row.operands).split(operands, ',');
    for (llvm::StringRef operand : operands) {
      bool known = false;
      for (const Field &field : fields)
        if (operand == field.name) {
          known = true;
          EXPECT_EQ(row.mask & field.bits, 0u)
              << row.mnemonic << " " << operand.str();
        }
      EXPECT_TRUE(known) << row.mnemonic << " has operand " << operand.str();
    }
  }
}

// Words the reference has and we do not, standard instructions, other forms.
TEST(IsaTable, ForeignWordsDoNotDecode) {
  const uint32_t words[] = {
      0x00000000, 0xFFFFFFFF,
      0x00000013, // nop
      0x02008057, // vadd.vv
      0x0200302B, // mvin2
      0x0E00302B, // dma_config_desc
      0x1C00302B, // mvin3
      0x0400305B, // xlu_pop
      0x0C00305B, // msa_pop
      0x2A00305B, // msa_push
      0x2E00305B, // xlu_push
      0x8000007B, // statistics reset
      0x000030AB, // dma.shape with rd = x1
      0x2802305B, // VCIX op 2 with immediate 4: no function
      0x060030DB, // array.swap with a register
      0x2600315B, // array.wpush of an unknown kind
      0x220030DB, // array.push with a register
      0x0000117B, // node with rd
  };
  for (uint32_t word : words)
    EXPECT_EQ(decode(word), std::nullopt) << std::hex << word;
}

// Match words of the reference (spec machine.md 3.1) for what we share.
TEST(IsaTable, SharedEncodingsAreTheReferences) {
  EXPECT_EQ(encoding(Op::DmaShape).match, 0x0000302Bu);
  EXPECT_EQ(encoding(Op::DmaDramStride).match, 0x0800302Bu);
  EXPECT_EQ(encoding(Op::DmaBankStride).match, 0x0A00302Bu);
  EXPECT_EQ(encoding(Op::DmaLoad).match, 0x0400302Bu);
  EXPECT_EQ(encoding(Op::DmaStore).match, 0x0600302Bu);
  EXPECT_EQ(encoding(Op::LaneIndex).match, 0x0000305Bu);
  EXPECT_EQ(encoding(Op::ArrayPop).match, 0x0800305Bu);
  EXPECT_EQ(encoding(Op::ArrayPush).match, 0x2200305Bu);
  EXPECT_EQ(encoding(Op::WeightPush).match, 0x2600305Bu);
  EXPECT_EQ(encoding(Op::WeightPushInt).match, 0x260030DBu);
  EXPECT_EQ(encoding(Op::Erf).match, 0x2000305Bu);
  EXPECT_EQ(encoding(Op::Tanh).match, 0x2400305Bu);
  EXPECT_EQ(encoding(Op::Sin).match, 0x2800305Bu);
  EXPECT_EQ(encoding(Op::Cos).match, 0x2800B05Bu);
  EXPECT_EQ(encoding(Op::Log).match, 0x2801305Bu);
  EXPECT_EQ(encoding(Op::Atan).match, 0x2801B05Bu);
  EXPECT_EQ(encoding(Op::Exp).match, 0x2C00305Bu);
}

// What the compiler emits from: .insn takes funct7, intrinsics take the VCIX op
// and, where it tells functions apart, the immediate.
TEST(IsaTable, EmissionFieldsGiveTheMatchWord) {
  for (const Encoding &row : table())
    if ((row.match & 0x7f) == 0x2b) {
      EXPECT_EQ(funct7(row.op) << 25 | 3u << 12 | 0x2b, row.match)
          << row.mnemonic;
    }
  struct Vcix {
    Op op;
    unsigned number;
    unsigned immediate;
  };
  for (Vcix v : {Vcix{Op::LaneIndex, 0, 0},
                 {Op::ArraySwap, 1, 0},
                 {Op::ArrayPop, 2, 0},
                 {Op::ArrayPush, 0, 0},
                 {Op::WeightPush, 1, 0},
                 {Op::WeightPushInt, 1, 0},
                 {Op::Erf, 0, 0},
                 {Op::Tanh, 1, 0},
                 {Op::Sin, 2, 0},
                 {Op::Cos, 2, 1},
                 {Op::Log, 2, 2},
                 {Op::Atan, 2, 3},
                 {Op::Exp, 3, 0}}) {
    EXPECT_EQ(vcixOp(v.op), v.number) << encoding(v.op).mnemonic;
    EXPECT_EQ(imm5(encoding(v.op).match), v.immediate)
        << encoding(v.op).mnemonic;
  }
}

TEST(IsaTable, EveryMarkerIdFits) {
  for (unsigned id = 0; id <= kMaxNodeId; ++id) {
    uint32_t word = encoding(Op::NodeMarker).match | id << 20;
    ASSERT_EQ(decode(word), Op::NodeMarker);
    ASSERT_EQ(markerId(word), id);
  }
}

TEST(IsaDisassembly, OneOfEachForm) {
  EXPECT_EQ(disassemble(0x04B5302B), "dma.load x10, x11");
  EXPECT_EQ(disassemble(0x1205302B), "dma.fill x10");
  EXPECT_EQ(disassemble(0x1405302B), "dma.wait x10");
  EXPECT_EQ(disassemble(0x000035DB), "lane.index v11");
  EXPECT_EQ(disassemble(0x0601B05B), "array.swap 3");
  EXPECT_EQ(disassemble(0x0800B45B), "array.pop v8, 1");
  EXPECT_EQ(disassemble(0x2280B05B), "array.push v8, 1");
  EXPECT_EQ(disassemble(0x2681B05B), "array.wpush v8, 3");
  EXPECT_EQ(disassemble(0x2CA0355B), "sfu.exp v10, v10");
  EXPECT_EQ(disassemble(0x2881345B), "sfu.log v8, v8");
  EXPECT_EQ(disassemble(0xFFF0107B), "node 4095");
  EXPECT_EQ(disassemble(0x00000013), ".word 0x00000013");
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

// Spec passes.md, appendix C, vector 1: X tile of 256 x 128 f32, pitch 512.
TEST(IsaPacking, SpecVectorGemmTile) {
  DmaDescriptor d;
  d.extent = {1, 1, 256, 128};
  d.dramStride = {0, 0, 512, 1};
  d.bankStride = {0, 0, 1, 256};
  d.laneAxis = 3;
  d.laneStride = 1;
  d.elementBytes = 4;
  EXPECT_EQ(pack16(d.extent), 0x0001000101000080u);
  EXPECT_EQ(packShape(d), 0x000000010000C004u);
  EXPECT_EQ(pack32(d.dramStride[0], d.dramStride[1]), 0u);
  EXPECT_EQ(pack32(d.dramStride[2], d.dramStride[3]), 0x0000020000000001u);
  EXPECT_EQ(pack32(d.bankStride[0], d.bankStride[1]), 0u);
  EXPECT_EQ(pack32(d.bankStride[2], d.bankStride[3]), 0x0000000100000100u);
  EXPECT_EQ(funct7(Op::DmaLoad), 2u);
}

// Vector 2: 2 x 3 x 8 x 16 f16, contiguous. The reference's word also carries
// its class of move (3 << 17), which we do not have.
TEST(IsaPacking, SpecVectorFourDimensions) {
  DmaDescriptor d;
  d.extent = {2, 3, 8, 16};
  d.laneAxis = 3;
  d.laneStride = 2;
  d.elementBytes = 2;
  EXPECT_EQ(pack16(d.extent), 0x0002000300080010u);
  EXPECT_EQ(packShape(d) | 3u << 17, 0x000000020006C002u);
  EXPECT_EQ(pack32(384, 128), 0x0000018000000080u);
  EXPECT_EQ(pack32(16, 1), 0x0000001000000001u);
  EXPECT_EQ(funct7(Op::DmaStore), 3u);
}

TEST(IsaPacking, Pack16RoundTrips) {
  std::mt19937 random(2);
  for (int i = 0; i < 1000; ++i) {
    std::array<uint16_t, 4> v;
    for (uint16_t &x : v)
      x = uint16_t(random());
    ASSERT_EQ(unpack16(pack16(v)), v);
  }
  EXPECT_EQ(unpack16(0x0001000200030004),
            (std::array<uint16_t, 4>{1, 2, 3, 4}));
}

TEST(IsaPacking, MoveTargetKeepsFieldsApart) {
  EXPECT_EQ(packMoveTarget(0xD0000040, 5), 0x5D0000040u);
  EXPECT_EQ(packMoveTarget(0xD0000040, kNumTags - 1), 0x3FD0000040u);
}

//===----------------------------------------------------------------------===//
// Configuration registers
//===----------------------------------------------------------------------===//

namespace {
/// Writes all configuration registers for `d` and starts it.
DmaDescriptor throughRegisters(const DmaDescriptor &d,
                               DmaRegisters &registers) {
  registers.configure(Op::DmaShape, pack16(d.extent), packShape(d));
  registers.configure(Op::DmaDramStride,
                      pack32(d.dramStride[0], d.dramStride[1]),
                      pack32(d.dramStride[2], d.dramStride[3]));
  registers.configure(Op::DmaBankStride,
                      pack32(d.bankStride[0], d.bankStride[1]),
                      pack32(d.bankStride[2], d.bankStride[3]));
  registers.configure(Op::DmaBounds, pack16(d.high), pack16(d.low));
  registers.configure(Op::DmaFill, d.fill, 0);
  registers.configure(Op::DmaIndex, packIndex(d.index.address, d.index.bytes),
                      uint64_t(d.index.stride));
  registers.configure(
      Op::DmaIndexStride,
      pack32(d.index.bankStride[0], d.index.bankStride[1]),
      pack32(d.index.bankStride[2], d.index.bankStride[3]));
  registers.configure(Op::DmaIndexBound, d.index.bound, 0);
  return registers.move(d.isStore() ? Op::DmaStore : Op::DmaLoad, d.dramAddress,
                        packMoveTarget(d.spadAddress, d.tag));
}
} // namespace

TEST(DmaRegisters, EveryFieldArrives) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 2000; ++i) {
    DmaDescriptor d;
    for (int k = 0; k < 4; ++k) {
      d.extent[k] = uint16_t(random());
      d.low[k] = uint16_t(random());
      d.high[k] = uint16_t(random());
      d.dramStride[k] = int32_t(random()); // half of them negative
      d.bankStride[k] = uint32_t(random());
    }
    d.elementBytes = random() & 0x3fff;
    d.laneAxis = random() & 3;
    d.laneStride = uint16_t(random());
    d.flags = random() & 0x7f; // all
    if (d.isIndirect()) {
      d.index.bytes = random() & 15;
      for (uint32_t &stride : d.index.bankStride)
        stride = uint32_t(random());
      d.index.stride = int64_t(random());
      d.index.bound = random();
      d.index.address = uint32_t(random());
    }
    d.tag = random() % kNumTags;
    d.fill = random();
    d.dramAddress = random();
    d.spadAddress = uint32_t(random());
    DmaRegisters registers;
    ASSERT_EQ(throughRegisters(d, registers), d) << d.str();
  }
}

TEST(DmaRegisters, KeepWhatIsNotWritten) {
  DmaDescriptor d;
  d.extent = {1, 1, 256, 128};
  d.high = {1, 1, 250, 128};
  d.dramStride = {0, 0, 512, 1};
  d.bankStride = {0, 0, 1, 256};
  d.fill = 0x3F800000;
  d.dramAddress = 0x80000000;
  d.spadAddress = 0xD0000000;
  d.tag = 1;
  DmaRegisters registers;
  ASSERT_EQ(throughRegisters(d, registers), d);
  // Another tile of the same tensor: only the addresses and the tag differ.
  DmaDescriptor next = d;
  next.dramAddress += 4096;
  next.spadAddress += 512;
  next.tag = 2;
  EXPECT_EQ(registers.move(Op::DmaLoad, next.dramAddress,
                           packMoveTarget(next.spadAddress, next.tag)),
            next);
  // The last tile: one register more.
  next.high[2] = 17;
  registers.configure(Op::DmaBounds, pack16(next.high), pack16(next.low));
  EXPECT_EQ(registers.move(Op::DmaLoad, next.dramAddress,
                           packMoveTarget(next.spadAddress, next.tag)),
            next);
}

// A regular move after an indirect one has nothing of its index tile.
TEST(DmaRegisters, IndexBelongsToIndirectMoves) {
  DmaDescriptor d;
  d.flags = DmaDescriptor::Indirect;
  d.index = {8, {1, 2, 3, 4}, -5, 6, 0xD0000040};
  DmaRegisters registers;
  EXPECT_EQ(throughRegisters(d, registers), d);
  DmaDescriptor regular = d;
  regular.flags = 0;
  registers.configure(Op::DmaShape, pack16(regular.extent), packShape(regular));
  EXPECT_EQ(registers.move(Op::DmaLoad, 0, 0).index, IndexTile());
}

// Spec machine.md 3.2: [16] indirect; 3.1: config4 is funct7 6.
TEST(IsaPacking, IndirectFlagIsTheReferences) {
  DmaDescriptor d;
  uint64_t regular = packShape(d);
  d.flags = DmaDescriptor::Indirect;
  EXPECT_EQ(packShape(d) ^ regular, uint64_t(1) << 16);
  EXPECT_EQ(funct7(Op::DmaIndex), 6u);
}

TEST(DmaRegisters, DirectionBelongsToTheMove) {
  DmaRegisters registers;
  EXPECT_TRUE(registers.move(Op::DmaStore, 0, 0).isStore());
  EXPECT_FALSE(registers.move(Op::DmaLoad, 0, 0).isStore());
  // Accumulate flags are configuration, the direction is not.
  DmaDescriptor d;
  d.flags = DmaDescriptor::Accumulate | DmaDescriptor::AccumulateFloat;
  registers.configure(Op::DmaShape, pack16(d.extent), packShape(d));
  EXPECT_EQ(registers.move(Op::DmaStore, 0, 0).flags,
            DmaDescriptor::Store | DmaDescriptor::Accumulate |
                DmaDescriptor::AccumulateFloat);
}

TEST(DmaRegisters, OtherInstructionsDoNotWriteThem) {
  DmaRegisters registers;
  const DmaDescriptor before = registers.state;
  for (Op op :
       {Op::DmaLoad, Op::DmaStore, Op::DmaWait, Op::ArrayPush, Op::NodeMarker})
    registers.configure(op, ~uint64_t(0), ~uint64_t(0));
  EXPECT_EQ(registers.state, before);
}
