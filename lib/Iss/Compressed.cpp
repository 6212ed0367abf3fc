//===- Compressed.cpp - 16-bit instructions as 32-bit ones ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the RVC expansion for RV64 with F and D. Every compressed instruction is
// exactly one 32-bit instruction, so nothing else needs to know about them.
//
//===----------------------------------------------------------------------===//

#include "Decode.h"

using namespace tilewright::iss;

namespace {

/// Gathers an immediate: each pair moves bits [from+width-1:from] of the word
/// to position `to`.
struct Move {
  uint8_t from, width, to;
};
uint32_t gather(uint16_t w, std::initializer_list<Move> moves) {
  uint32_t value = 0;
  for (Move m : moves)
    value |= (uint32_t(w) >> m.from & ((1u << m.width) - 1)) << m.to;
  return value;
}
int32_t sext(uint32_t v, unsigned bits) {
  return int32_t(v << (32 - bits)) >> (32 - bits);
}

uint32_t iType(uint32_t base, unsigned rd, unsigned rs1, int32_t imm) {
  return base | rd << 7 | rs1 << 15 | uint32_t(imm) << 20;
}
uint32_t rType(uint32_t base, unsigned rd, unsigned rs1, unsigned rs2) {
  return base | rd << 7 | rs1 << 15 | rs2 << 20;
}
uint32_t sType(uint32_t base, unsigned rs1, unsigned rs2, uint32_t imm) {
  return base | rs1 << 15 | rs2 << 20 | (imm & 31) << 7 |
         (imm >> 5 & 127) << 25;
}
uint32_t bType(uint32_t base, unsigned rs1, int32_t imm) {
  uint32_t u = imm;
  return base | rs1 << 15 | (u >> 11 & 1) << 7 | (u >> 1 & 15) << 8 |
         (u >> 5 & 63) << 25 | (u >> 12 & 1) << 31;
}
uint32_t jType(unsigned rd, int32_t imm) {
  uint32_t u = imm;
  return 0x6F | rd << 7 | (u >> 12 & 255) << 12 | (u >> 11 & 1) << 20 |
         (u >> 1 & 1023) << 21 | (u >> 20 & 1) << 31;
}

enum : uint32_t {
  kAddi = 0x13,
  kAddiw = 0x1B,
  kLui = 0x37,
  kSlli = 0x1013,
  kSrli = 0x5013,
  kSrai = 0x40005013,
  kAndi = 0x7013,
  kAdd = 0x33,
  kSub = 0x40000033,
  kXor = 0x4033,
  kOr = 0x6033,
  kAnd = 0x7033,
  kAddw = 0x3B,
  kSubw = 0x4000003B,
  kLw = 0x2003,
  kLd = 0x3003,
  kFld = 0x3007,
  kSw = 0x2023,
  kSd = 0x3023,
  kFsd = 0x3027,
  kBeq = 0x63,
  kBne = 0x1063,
  kJalr = 0x67,
  kEbreak = 0x100073,
};

uint32_t quadrant0(uint16_t w) {
  unsigned rd = 8 + (w >> 2 & 7), rs1 = 8 + (w >> 7 & 7);
  uint32_t imm8 = gather(w, {{10, 3, 3}, {5, 2, 6}});
  uint32_t imm4 = gather(w, {{10, 3, 3}, {6, 1, 2}, {5, 1, 6}});
  switch (w >> 13) {
  case 0: {
    uint32_t imm = gather(w, {{11, 2, 4}, {7, 4, 6}, {6, 1, 2}, {5, 1, 3}});
    return imm ? iType(kAddi, rd, 2, imm) : 0;
  }
  case 1:
    return iType(kFld, rd, rs1, imm8);
  case 2:
    return iType(kLw, rd, rs1, imm4);
  case 3:
    return iType(kLd, rd, rs1, imm8);
  case 5:
    return sType(kFsd, rs1, rd, imm8);
  case 6:
    return sType(kSw, rs1, rd, imm4);
  case 7:
    return sType(kSd, rs1, rd, imm8);
  default:
    return 0;
  }
}

uint32_t miscAlu(uint16_t w) {
  unsigned rd = 8 + (w >> 7 & 7), rs2 = 8 + (w >> 2 & 7);
  uint32_t shamt = gather(w, {{2, 5, 0}, {12, 1, 5}});
  switch (w >> 10 & 3) {
  case 0:
    return iType(kSrli, rd, rd, shamt);
  case 1:
    return iType(kSrai, rd, rd, shamt);
  case 2:
    return iType(kAndi, rd, rd, sext(shamt, 6));
  }
  static constexpr uint32_t kOps[2][4] = {{kSub, kXor, kOr, kAnd},
                                          {kSubw, kAddw, 0, 0}};
  uint32_t op = kOps[w >> 12 & 1][w >> 5 & 3];
  return op ? rType(op, rd, rd, rs2) : 0;
}

uint32_t quadrant1(uint16_t w) {
  unsigned rd = w >> 7 & 31, rs1 = 8 + (w >> 7 & 7);
  int32_t imm = sext(gather(w, {{2, 5, 0}, {12, 1, 5}}), 6);
  int32_t branch = sext(
      gather(w, {{12, 1, 8}, {10, 2, 3}, {5, 2, 6}, {3, 2, 1}, {2, 1, 5}}), 9);
  switch (w >> 13) {
  case 0:
    return iType(kAddi, rd, rd, imm);
  case 1:
    return rd ? iType(kAddiw, rd, rd, imm) : 0;
  case 2:
    return iType(kAddi, rd, 0, imm);
  case 3:
    if (rd == 2) {
      int32_t sp = sext(
          gather(w, {{12, 1, 9}, {6, 1, 4}, {5, 1, 6}, {3, 2, 7}, {2, 1, 5}}),
          10);
      return sp ? iType(kAddi, 2, 2, sp) : 0;
    }
    return imm ? kLui | rd << 7 | uint32_t(imm) << 12 : 0;
  case 4:
    return miscAlu(w);
  case 5:
    return jType(0, sext(gather(w, {{12, 1, 11},
                                    {11, 1, 4},
                                    {9, 2, 8},
                                    {8, 1, 10},
                                    {7, 1, 6},
                                    {6, 1, 7},
                                    {3, 3, 1},
                                    {2, 1, 5}}),
                         12));
  case 6:
    return bType(kBeq, rs1, branch);
  default:
    return bType(kBne, rs1, branch);
  }
}

uint32_t quadrant2(uint16_t w) {
  unsigned rd = w >> 7 & 31, rs2 = w >> 2 & 31;
  uint32_t load8 = gather(w, {{12, 1, 5}, {5, 2, 3}, {2, 3, 6}});
  uint32_t load4 = gather(w, {{12, 1, 5}, {4, 3, 2}, {2, 2, 6}});
  uint32_t store8 = gather(w, {{10, 3, 3}, {7, 3, 6}});
  uint32_t store4 = gather(w, {{9, 4, 2}, {7, 2, 6}});
  switch (w >> 13) {
  case 0:
    return iType(kSlli, rd, rd, gather(w, {{2, 5, 0}, {12, 1, 5}}));
  case 1:
    return iType(kFld, rd, 2, load8);
  case 2:
    return rd ? iType(kLw, rd, 2, load4) : 0;
  case 3:
    return rd ? iType(kLd, rd, 2, load8) : 0;
  case 4:
    if (!(w >> 12 & 1)) {
      if (rs2)
        return rType(kAdd, rd, 0, rs2); // c.mv
      return rd ? iType(kJalr, 0, rd, 0) : 0;
    }
    if (rs2)
      return rType(kAdd, rd, rd, rs2);
    return rd ? iType(kJalr, 1, rd, 0) : uint32_t(kEbreak);
  case 5:
    return sType(kFsd, 2, rs2, store8);
  case 6:
    return sType(kSw, 2, rs2, store4);
  default:
    return sType(kSd, 2, rs2, store8);
  }
}

} // namespace

uint32_t tilewright::iss::expandCompressed(uint16_t w) {
  switch (w & 3) {
  case 0:
    return quadrant0(w);
  case 1:
    return quadrant1(w);
  case 2:
    return quadrant2(w);
  default:
    return 0;
  }
}
