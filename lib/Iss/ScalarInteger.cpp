//===- ScalarInteger.cpp - RV64IM arithmetic and control flow -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decode.h"

using namespace tilewright;
using namespace tilewright::iss;

namespace {

int64_t sext32(uint64_t v) { return int32_t(v); }

uint64_t divide(int64_t a, int64_t b) {
  if (b == 0)
    return UINT64_MAX;
  return a == INT64_MIN && b == -1 ? uint64_t(a) : uint64_t(a / b);
}
uint64_t remainder(int64_t a, int64_t b) {
  if (b == 0)
    return a;
  return a == INT64_MIN && b == -1 ? 0 : uint64_t(a % b);
}

void branchTo(Core &c, const Inst &i, bool taken) {
  c.branchTaken = taken;
  if (taken)
    c.nextPc = i.pc + i.imm;
}

// Short names for the two operands of a row's expression.
using U = uint64_t;
using S = int64_t;
template <auto F> void rr(Core &c, const Inst &i) {
  c.x[i.rd] = F(c.x[i.rs1], c.x[i.rs2]);
}
template <auto F> void ri(Core &c, const Inst &i) {
  c.x[i.rd] = F(c.x[i.rs1], U(i.imm));
}
template <auto F> void br(Core &c, const Inst &i) {
  branchTo(c, i, F(c.x[i.rs1], c.x[i.rs2]));
}

constexpr auto add = [](U a, U b) -> U { return a + b; };
constexpr auto sub = [](U a, U b) -> U { return a - b; };
constexpr auto slt = [](U a, U b) -> U { return S(a) < S(b); };
constexpr auto sltu = [](U a, U b) -> U { return a < b; };
constexpr auto bxor = [](U a, U b) -> U { return a ^ b; };
constexpr auto bor = [](U a, U b) -> U { return a | b; };
constexpr auto band = [](U a, U b) -> U { return a & b; };
constexpr auto sll = [](U a, U b) -> U { return a << (b & 63); };
constexpr auto srl = [](U a, U b) -> U { return a >> (b & 63); };
constexpr auto sra = [](U a, U b) -> U { return S(a) >> (b & 63); };
constexpr auto addw = [](U a, U b) -> U { return sext32(a + b); };
constexpr auto subw = [](U a, U b) -> U { return sext32(a - b); };
constexpr auto sllw = [](U a, U b) -> U { return sext32(a << (b & 31)); };
constexpr auto srlw = [](U a, U b) -> U {
  return sext32(uint32_t(a) >> (b & 31));
};
constexpr auto sraw = [](U a, U b) -> U { return int32_t(a) >> (b & 31); };
constexpr auto mul = [](U a, U b) -> U { return a * b; };
constexpr auto mulh = [](U a, U b) -> U {
  return U((__int128(S(a)) * S(b)) >> 64);
};
constexpr auto mulhsu = [](U a, U b) -> U {
  return U((__int128(S(a)) * __int128(b)) >> 64);
};
constexpr auto mulhu = [](U a, U b) -> U {
  return U((static_cast<unsigned __int128>(a) * b) >> 64);
};
constexpr auto div_ = [](U a, U b) -> U { return divide(a, b); };
constexpr auto divu = [](U a, U b) -> U { return b ? a / b : UINT64_MAX; };
constexpr auto rem_ = [](U a, U b) -> U { return remainder(a, b); };
constexpr auto remu = [](U a, U b) -> U { return b ? a % b : a; };
constexpr auto mulw = [](U a, U b) -> U { return sext32(a * b); };
constexpr auto divw = [](U a, U b) -> U {
  return sext32(divide(sext32(a), sext32(b)));
};
constexpr auto divuw = [](U a, U b) -> U {
  return uint32_t(b) ? sext32(uint32_t(a) / uint32_t(b)) : UINT64_MAX;
};
constexpr auto remw = [](U a, U b) -> U {
  return sext32(remainder(sext32(a), sext32(b)));
};
constexpr auto remuw = [](U a, U b) -> U {
  return sext32(uint32_t(b) ? uint32_t(a) % uint32_t(b) : uint32_t(a));
};
constexpr auto eq = [](U a, U b) { return a == b; };
constexpr auto ne = [](U a, U b) { return a != b; };
constexpr auto lt = [](U a, U b) { return S(a) < S(b); };
constexpr auto ge = [](U a, U b) { return S(a) >= S(b); };
constexpr auto ltu = [](U a, U b) { return a < b; };
constexpr auto geu = [](U a, U b) { return a >= b; };

void lui(Core &c, const Inst &i) { c.x[i.rd] = i.imm; }
void auipc(Core &c, const Inst &i) { c.x[i.rd] = i.pc + i.imm; }
void jal(Core &c, const Inst &i) {
  c.x[i.rd] = i.pc + i.info.bytes;
  branchTo(c, i, true);
}
void jalr(Core &c, const Inst &i) {
  uint64_t target = (c.x[i.rs1] + i.imm) & ~uint64_t(1);
  c.x[i.rd] = i.pc + i.info.bytes;
  c.branchTaken = true;
  c.nextPc = target;
}

constexpr UnitClass kAlu = UnitClass::IntAlu, kMul = UnitClass::IntMul,
                    kDiv = UnitClass::IntDiv;
constexpr ImmFormat kNoImm = ImmFormat::None;
constexpr uint8_t kBranch = ScalarRow::Branch | ScalarRow::EndsBlock,
                  kJump = ScalarRow::Jump | ScalarRow::EndsBlock;

// clang-format off
constexpr ScalarRow kRows[] = {
    {0x37, kMaskOpcode, "x---", ImmFormat::U, kAlu, 0, lui},
    {0x17, kMaskOpcode, "x---", ImmFormat::U, kAlu, 0, auipc},
    {0x6F, kMaskOpcode, "x---", ImmFormat::J, kAlu, kJump, jal},
    {0x67, kMaskFunct3, "xx--", ImmFormat::I, kAlu, kJump, jalr},
    {0x0063, kMaskFunct3, "-xx-", ImmFormat::B, kAlu, kBranch, br<eq>},
    {0x1063, kMaskFunct3, "-xx-", ImmFormat::B, kAlu, kBranch, br<ne>},
    {0x4063, kMaskFunct3, "-xx-", ImmFormat::B, kAlu, kBranch, br<lt>},
    {0x5063, kMaskFunct3, "-xx-", ImmFormat::B, kAlu, kBranch, br<ge>},
    {0x6063, kMaskFunct3, "-xx-", ImmFormat::B, kAlu, kBranch, br<ltu>},
    {0x7063, kMaskFunct3, "-xx-", ImmFormat::B, kAlu, kBranch, br<geu>},
    {0x0013, kMaskFunct3, "xx--", ImmFormat::I, kAlu, 0, ri<add>},
    {0x2013, kMaskFunct3, "xx--", ImmFormat::I, kAlu, 0, ri<slt>},
    {0x3013, kMaskFunct3, "xx--", ImmFormat::I, kAlu, 0, ri<sltu>},
    {0x4013, kMaskFunct3, "xx--", ImmFormat::I, kAlu, 0, ri<bxor>},
    {0x6013, kMaskFunct3, "xx--", ImmFormat::I, kAlu, 0, ri<bor>},
    {0x7013, kMaskFunct3, "xx--", ImmFormat::I, kAlu, 0, ri<band>},
    {0x1013, kMaskFunct6, "xx--", ImmFormat::Shift6, kAlu, 0, ri<sll>},
    {0x5013, kMaskFunct6, "xx--", ImmFormat::Shift6, kAlu, 0, ri<srl>},
    {0x40005013, kMaskFunct6, "xx--", ImmFormat::Shift6, kAlu, 0, ri<sra>},
    {0x001B, kMaskFunct3, "xx--", ImmFormat::I, kAlu, 0, ri<addw>},
    {0x101B, kMaskFunct7, "xx--", ImmFormat::Shift5, kAlu, 0, ri<sllw>},
    {0x501B, kMaskFunct7, "xx--", ImmFormat::Shift5, kAlu, 0, ri<srlw>},
    {0x4000501B, kMaskFunct7, "xx--", ImmFormat::Shift5, kAlu, 0, ri<sraw>},
    {0x00000033, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<add>},
    {0x40000033, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<sub>},
    {0x00001033, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<sll>},
    {0x00002033, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<slt>},
    {0x00003033, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<sltu>},
    {0x00004033, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<bxor>},
    {0x00005033, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<srl>},
    {0x40005033, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<sra>},
    {0x00006033, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<bor>},
    {0x00007033, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<band>},
    {0x0000003B, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<addw>},
    {0x4000003B, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<subw>},
    {0x0000103B, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<sllw>},
    {0x0000503B, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<srlw>},
    {0x4000503B, kMaskFunct7, "xxx-", kNoImm, kAlu, 0, rr<sraw>},
    {0x02000033, kMaskFunct7, "xxx-", kNoImm, kMul, 0, rr<mul>},
    {0x02001033, kMaskFunct7, "xxx-", kNoImm, kMul, 0, rr<mulh>},
    {0x02002033, kMaskFunct7, "xxx-", kNoImm, kMul, 0, rr<mulhsu>},
    {0x02003033, kMaskFunct7, "xxx-", kNoImm, kMul, 0, rr<mulhu>},
    {0x02004033, kMaskFunct7, "xxx-", kNoImm, kDiv, 0, rr<div_>},
    {0x02005033, kMaskFunct7, "xxx-", kNoImm, kDiv, 0, rr<divu>},
    {0x02006033, kMaskFunct7, "xxx-", kNoImm, kDiv, 0, rr<rem_>},
    {0x02007033, kMaskFunct7, "xxx-", kNoImm, kDiv, 0, rr<remu>},
    {0x0200003B, kMaskFunct7, "xxx-", kNoImm, kMul, 0, rr<mulw>},
    {0x0200403B, kMaskFunct7, "xxx-", kNoImm, kDiv, 0, rr<divw>},
    {0x0200503B, kMaskFunct7, "xxx-", kNoImm, kDiv, 0, rr<divuw>},
    {0x0200603B, kMaskFunct7, "xxx-", kNoImm, kDiv, 0, rr<remw>},
    {0x0200703B, kMaskFunct7, "xxx-", kNoImm, kDiv, 0, rr<remuw>},
};
// clang-format on

} // namespace

llvm::ArrayRef<ScalarRow> iss::integerRows() { return kRows; }
