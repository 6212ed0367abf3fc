//===- Isa.h - Tilewright's own instructions, in one table ------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the encodings of every instruction that is not standard RISC-V: DMA
// (custom-1), lane, array and SFU instructions (VCIX, custom-2) and node
// markers (custom-3). The compiler emits, the disassembler prints and the
// simulator decodes from the one table below; docs/isa.md is its prose.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_ISA_ISA_H
#define TILEWRIGHT_ISA_ISA_H

#include "tilewright/Layout/DmaDescriptor.h"
#include "tilewright/Machine/MachineConfig.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

namespace tilewright::isa {

enum class Op : uint8_t {
  // DMA, custom-1, R-type: rs1 and rs2 are scalar registers.
  DmaShape,       ///< rs1 = extents 4x16 (outermost in the top bits); rs2 = packShape
  DmaDramStride,  ///< rs1 = strides 0,1; rs2 = strides 2,3 (32 bits, signed, elements)
  DmaBankStride,  ///< rs1 = strides 0,1; rs2 = strides 2,3 (32 bits, elements)
  DmaBounds,      ///< rs1 = high 4x16; rs2 = low 4x16
  DmaFill,        ///< rs1 = fill bit pattern
  DmaIndex,       ///< rs1 = packIndex; rs2 = device stride per index (elements)
  DmaIndexStride, ///< rs1 = index bank strides 0,1; rs2 = 2,3 (32 bits, elements)
  DmaIndexBound,  ///< rs1 = bound of the indices
  DmaLoad,        ///< rs1 = DRAM address; rs2 = spad address [31:0], tag [37:32]
  DmaStore,       ///< as DmaLoad
  DmaWait,        ///< rs1 = tag: block until all its moves have completed
  // Lane and array, custom-2 (VCIX). vd/vs2 vector registers, simm5 immediates.
  LaneIndex,      ///< vd[i] = lane number, at SEW
  ArraySwap,      ///< simm5 = array: the shadow weights become current
  ArrayPop,       ///< vd, simm5 = array: vl result rows
  ArrayPush,      ///< vs2, simm5 = array: vl input rows
  WeightPush,     ///< vs2, simm5 = array: vl f32 weights into the shadow bank
  WeightPushInt,  ///< the same of 32-bit integers
  Erf, Tanh, Sin, Cos, Log, Atan, Exp, ///< vd, vs2: special function unit
  // Markers, custom-3: no effect, no cost.
  NodeMarker,     ///< I-type, imm12: compute node id begins here
};
constexpr unsigned kNumOps = unsigned(Op::NodeMarker) + 1;

/// One row of the encoding table.
struct Encoding {
  Op op;
  const char *mnemonic;
  uint32_t match, mask;  ///< word & mask == match
  UnitClass unit;
  const char *operands;  ///< "rs1,rs2", "vd,vs2", "vs2,array", "vd,array", ...
  const char *summary;
};
llvm::ArrayRef<Encoding> table();
const Encoding &encoding(Op op);
/// The instruction `word` is, if it is one of ours.
std::optional<Op> decode(uint32_t word);
/// Text of one of our instructions: `array.push v8, 1`.
std::string disassemble(uint32_t word);

// Fields of a 32-bit instruction word.
inline unsigned rd(uint32_t w) { return w >> 7 & 31; }
inline unsigned rs1(uint32_t w) { return w >> 15 & 31; }
inline unsigned rs2(uint32_t w) { return w >> 20 & 31; }
inline unsigned vd(uint32_t w) { return rd(w); }
inline unsigned vs2(uint32_t w) { return rs2(w); }
inline unsigned imm5(uint32_t w) { return w >> 15 & 31; }
inline unsigned markerId(uint32_t w) { return w >> 20; } ///< 12 bits, unsigned

/// funct7 of a DMA instruction, and (VCIX op, immediate forms) for emission.
inline unsigned funct7(Op op) { return encoding(op).match >> 25; }
inline unsigned vcixOp(Op op) { return encoding(op).match >> 26 & 3; }

/// Number of DMA tags per core.
constexpr unsigned kNumTags = 64;
/// Largest node id a marker can carry.
constexpr unsigned kMaxNodeId = 4095;

// Packing of descriptors into DMA registers, and back.
inline uint64_t pack16(const std::array<uint16_t, 4> &v) {
  return uint64_t(v[0]) << 48 | uint64_t(v[1]) << 32 | uint64_t(v[2]) << 16 |
         v[3];
}
inline std::array<uint16_t, 4> unpack16(uint64_t w) {
  return {uint16_t(w >> 48), uint16_t(w >> 32), uint16_t(w >> 16), uint16_t(w)};
}
inline uint64_t pack32(uint32_t hi, uint32_t lo) {
  return uint64_t(hi) << 32 | lo;
}
/// rs2 of DmaShape: [63:32] lane stride, [24:23] Combine, [22:20] accumulate
/// flags (bit 20 accumulate, bit 21 as float, bit 22 as bf16), [16] indirect,
/// [15:14] lane axis, [13:0] element bytes.
inline uint64_t packShape(const DmaDescriptor &d) {
  return uint64_t(d.laneStride) << 32 | uint64_t(d.combine()) << 23 |
         uint64_t(d.flags >> 1 & 7) << 20 | uint64_t(d.isIndirect()) << 16 |
         uint64_t(d.laneAxis & 3) << 14 | (d.elementBytes & 0x3fff);
}
/// rs1 of DmaIndex: [35:32] bytes of an index, [31:0] scratchpad address.
inline uint64_t packIndex(uint64_t spadAddress, unsigned bytes) {
  return (spadAddress & 0xffffffff) | uint64_t(bytes & 15) << 32;
}
/// The configuration registers of one core's DMA engine.
struct DmaRegisters {
  DmaDescriptor state;
  /// Applies a configuration instruction.
  void configure(Op op, uint64_t rs1, uint64_t rs2);
  /// The move a DmaLoad/DmaStore with these operands starts.
  DmaDescriptor move(Op op, uint64_t rs1, uint64_t rs2) const;
};
inline uint64_t packMoveTarget(uint64_t spadAddress, unsigned tag) {
  return (spadAddress & 0xffffffff) | uint64_t(tag & 63) << 32;
}

} // namespace tilewright::isa

#endif // TILEWRIGHT_ISA_ISA_H
