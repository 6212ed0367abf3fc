//===- System.cpp - CSRs, fences, traps and vsetvl ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decode.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tilewright;
using namespace tilewright::iss;

namespace {

/// One CSR: number, and how to read and write it. A null writer is read-only.
struct Csr {
  uint16_t number;
  uint64_t (*read)(Core &);
  void (*write)(Core &, uint64_t);
};
// clang-format off
constexpr Csr kCsrs[] = {
    {0x001, [](Core &c) -> uint64_t { return c.fflags; },
     [](Core &c, uint64_t v) { c.fflags = v & 31; }},
    {0x002, [](Core &c) -> uint64_t { return c.frm; },
     [](Core &c, uint64_t v) { c.frm = v & 7; }},
    {0x003, [](Core &c) -> uint64_t { return c.frm << 5 | c.fflags; },
     [](Core &c, uint64_t v) {
       c.fflags = v & 31;
       c.frm = v >> 5 & 7;
     }},
    {0x008, [](Core &c) -> uint64_t { return c.vstart; },
     [](Core &c, uint64_t v) { c.vstart = v & (c.vlenb * 8 - 1); }},
    {0x009, [](Core &c) -> uint64_t { return c.vxsat; },
     [](Core &c, uint64_t v) { c.vxsat = v & 1; }},
    {0x00A, [](Core &c) -> uint64_t { return c.vxrm; },
     [](Core &c, uint64_t v) { c.vxrm = v & 3; }},
    {0x00F, [](Core &c) -> uint64_t { return c.vxrm << 1 | c.vxsat; },
     [](Core &c, uint64_t v) {
       c.vxsat = v & 1;
       c.vxrm = v >> 1 & 3;
     }},
    {0xC00, [](Core &c) -> uint64_t { return c.statistics.instructions; }, nullptr},
    {0xC01, [](Core &c) -> uint64_t { return c.statistics.instructions; }, nullptr},
    {0xC02, [](Core &c) -> uint64_t { return c.statistics.instructions; }, nullptr},
    {0xC20, [](Core &c) -> uint64_t { return c.vl; }, nullptr},
    {0xC21, [](Core &c) -> uint64_t { return c.vtype; }, nullptr},
    {0xC22, [](Core &c) -> uint64_t { return c.vlenb; }, nullptr},
};
// clang-format on

/// Write, set or clear, with a register or an immediate source.
template <char Kind, bool Immediate> void csr(Core &c, const Inst &i) {
  unsigned number = i.word >> 20;
  uint64_t operand = Immediate ? i.word >> 15 & 31 : c.x[i.rs1];
  bool writes = Kind == 'w' || (i.word >> 15 & 31) != 0;
  for (const Csr &row : kCsrs) {
    if (row.number != number)
      continue;
    if (writes && !row.write)
      return c.fail(
          llvm::formatv("illegal instruction: CSR {0:x} is read-only", number));
    uint64_t old = row.read(c);
    if (writes)
      row.write(c, Kind == 'w'   ? operand
                   : Kind == 's' ? old | operand
                                 : old & ~operand);
    c.x[i.rd] = old;
    return;
  }
  c.fail(llvm::formatv("illegal instruction: no CSR {0:x}", number));
}

void nothing(Core &, const Inst &) {}
void ecall(Core &c, const Inst &) {
  c.fail("ecall: a kernel has no environment to call");
}
void ebreak(Core &c, const Inst &) { c.fail("ebreak: trap executed"); }

void setVector(Core &c, const Inst &i, uint64_t requested, uint64_t vtype) {
  unsigned lmulField = vtype & 7, sewField = vtype >> 3 & 7;
  int lmul = int(lmulField ^ 4) - 4; // sign-extends three bits
  int elements = int(c.vlenbLog2) + lmul - int(sewField); // log2 of VLMAX
  // ELEN is 64; a fractional LMUL must still hold one element of SEW.
  bool legal = !(vtype >> 8) && lmulField != 4 && sewField <= 3 &&
               elements >= 0 && (lmul >= 0 || int(sewField) <= 3 + lmul);
  if (!legal) {
    c.vill = true;
    c.vtype = uint64_t(1) << 63;
    c.vl = 0;
  } else {
    c.vill = false;
    c.vtype = vtype;
    c.sewLog = sewField;
    c.lmulLog = lmul;
    uint64_t maximum = uint64_t(1) << elements;
    c.vl = uint32_t(requested < maximum ? requested : maximum);
  }
  c.vstart = 0;
  c.x[i.rd] = c.vl;
}
/// The application vector length: x0 asks for the maximum, or keeps vl when the
/// destination is x0 too.
uint64_t requestedLength(Core &c, const Inst &i) {
  if (i.rs1)
    return c.x[i.rs1];
  return (i.word >> 7 & 31) ? UINT64_MAX : c.vl;
}
void vsetvli(Core &c, const Inst &i) {
  setVector(c, i, requestedLength(c, i), i.word >> 20 & 0x7FF);
}
void vsetivli(Core &c, const Inst &i) {
  setVector(c, i, i.word >> 15 & 31, i.word >> 20 & 0x3FF);
}
void vsetvl(Core &c, const Inst &i) {
  setVector(c, i, requestedLength(c, i), c.x[i.rs2]);
}

constexpr UnitClass kMisc = UnitClass::Misc, kVset = UnitClass::VectorConfig;
constexpr ImmFormat kNone = ImmFormat::None, kCsrImm = ImmFormat::Csr;

// clang-format off
constexpr ScalarRow kRows[] = {
    {0x000F, kMaskFunct3, "----", kNone, kMisc, 0, nothing}, // fence
    {0x100F, kMaskFunct3, "----", kNone, kMisc, 0, nothing}, // fence.i
    {0x00000073, kMaskAll, "----", kNone, kMisc, ScalarRow::EndsBlock, ecall},
    {0x00100073, kMaskAll, "----", kNone, kMisc, ScalarRow::EndsBlock, ebreak},
    {0x1073, kMaskFunct3, "xx--", kCsrImm, kMisc, 0, csr<'w', false>},
    {0x2073, kMaskFunct3, "xx--", kCsrImm, kMisc, 0, csr<'s', false>},
    {0x3073, kMaskFunct3, "xx--", kCsrImm, kMisc, 0, csr<'c', false>},
    {0x5073, kMaskFunct3, "x---", kCsrImm, kMisc, 0, csr<'w', true>},
    {0x6073, kMaskFunct3, "x---", kCsrImm, kMisc, 0, csr<'s', true>},
    {0x7073, kMaskFunct3, "x---", kCsrImm, kMisc, 0, csr<'c', true>},
    {0x00007057, 0x8000707F, "xx--", kNone, kVset, 0, vsetvli},
    {0xC0007057, 0xC000707F, "x---", kNone, kVset, 0, vsetivli},
    {0x80007057, kMaskFunct7, "xxx-", kNone, kVset, 0, vsetvl},
};
// clang-format on

} // namespace

llvm::ArrayRef<ScalarRow> iss::systemRows() { return kRows; }
