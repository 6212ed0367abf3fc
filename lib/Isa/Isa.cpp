//===- Isa.cpp - Tilewright's own instructions, in one table --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Match words follow spec machine.md 3.1 wherever the reference has the
// instruction. New: array numbers in simm5, the weight swap, DMA bounds, fill,
// tags and wait, node markers.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Isa/Isa.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tilewright;
using namespace tilewright::isa;

// DMA instructions: opcode, funct3, funct7 and rd = x0 are fixed.
static constexpr uint32_t kDmaMask = 0xFE007FFF;
// VCIX: form, op, vm, funct3 and opcode are fixed.
static constexpr uint32_t kVcixMask = 0xFE00707F;
// VCIX without a destination: the rd field is fixed too (weights of floats and of
// integers are told apart by it).
static constexpr uint32_t kVcixPushMask = 0xFE007FFF;
// VCIX with a fixed simm5 too (operations told apart by it).
static constexpr uint32_t kVcixImmMask = 0xFE0FF07F;
// VCIX without registers: everything but simm5 is fixed.
static constexpr uint32_t kVcixBareMask = 0xFFF07FFF;
static constexpr uint32_t kMarkerMask = 0x000FFFFF;

static constexpr Encoding kTable[] = {
    {Op::DmaShape, "dma.shape", 0x0000302B, kDmaMask, UnitClass::Misc, "rs1,rs2", "tile extents, lane layout, element size"},
    {Op::DmaDramStride, "dma.dram_stride", 0x0800302B, kDmaMask, UnitClass::Misc, "rs1,rs2", "DRAM strides in elements"},
    {Op::DmaBankStride, "dma.bank_stride", 0x0A00302B, kDmaMask, UnitClass::Misc, "rs1,rs2", "bank strides in elements"},
    {Op::DmaBounds, "dma.bounds", 0x1000302B, kDmaMask, UnitClass::Misc, "rs1,rs2", "valid coordinates [low, high) per axis"},
    {Op::DmaFill, "dma.fill", 0x1200302B, kDmaMask, UnitClass::Misc, "rs1", "bit pattern of invalid elements"},
    {Op::DmaIndex, "dma.index", 0x0C00302B, kDmaMask, UnitClass::Misc, "rs1,rs2", "index tile of indirect moves, device stride per index"},
    {Op::DmaIndexStride, "dma.index_stride", 0x1600302B, kDmaMask, UnitClass::Misc, "rs1,rs2", "bank strides of the index tile in elements"},
    {Op::DmaIndexBound, "dma.index_bound", 0x1800302B, kDmaMask, UnitClass::Misc, "rs1", "end of the valid indices"},
    {Op::DmaLoad, "dma.load", 0x0400302B, kDmaMask, UnitClass::Misc, "rs1,rs2", "start a move DRAM -> scratchpad"},
    {Op::DmaStore, "dma.store", 0x0600302B, kDmaMask, UnitClass::Misc, "rs1,rs2", "start a move scratchpad -> DRAM"},
    {Op::DmaWait, "dma.wait", 0x1400302B, kDmaMask, UnitClass::Misc, "rs1", "wait for all moves of a tag"},
    {Op::LaneIndex, "lane.index", 0x0000305B, kVcixMask, UnitClass::VectorMisc, "vd", "lane number in every element"},
    {Op::ArraySwap, "array.swap", 0x0600305B, kVcixBareMask, UnitClass::Array, "array", "shadow weights become current"},
    {Op::ArrayPop, "array.pop", 0x0800305B, kVcixMask, UnitClass::Array, "vd,array", "pop vl result rows"},
    {Op::ArrayPush, "array.push", 0x2200305B, kVcixPushMask, UnitClass::Array, "vs2,array", "push vl input rows"},
    {Op::WeightPush, "array.wpush", 0x2600305B, kVcixPushMask, UnitClass::Array, "vs2,array", "push vl weights into the shadow bank"},
    {Op::WeightPushInt, "array.wpushi", 0x260030DB, kVcixPushMask, UnitClass::Array, "vs2,array", "push vl integer weights into the shadow bank"},
    {Op::Erf, "sfu.erf", 0x2000305B, kVcixMask, UnitClass::Sfu, "vd,vs2", "error function"},
    {Op::Tanh, "sfu.tanh", 0x2400305B, kVcixMask, UnitClass::Sfu, "vd,vs2", "hyperbolic tangent"},
    {Op::Sin, "sfu.sin", 0x2800305B, kVcixImmMask, UnitClass::Sfu, "vd,vs2", "sine"},
    {Op::Cos, "sfu.cos", 0x2800B05B, kVcixImmMask, UnitClass::Sfu, "vd,vs2", "cosine"},
    {Op::Log, "sfu.log", 0x2801305B, kVcixImmMask, UnitClass::Sfu, "vd,vs2", "natural logarithm"},
    {Op::Atan, "sfu.atan", 0x2801B05B, kVcixImmMask, UnitClass::Sfu, "vd,vs2", "arc tangent"},
    {Op::Exp, "sfu.exp", 0x2C00305B, kVcixMask, UnitClass::Sfu, "vd,vs2", "exponential"},
    {Op::NodeMarker, "node", 0x0000107B, kMarkerMask, UnitClass::Misc, "id", "compute node boundary (no cost)"},
};
static_assert(std::size(kTable) == kNumOps);

llvm::ArrayRef<Encoding> isa::table() { return kTable; }

const Encoding &isa::encoding(Op op) { return kTable[unsigned(op)]; }

std::optional<Op> isa::decode(uint32_t word) {
  for (const Encoding &row : kTable)
    if ((word & row.mask) == row.match)
      return row.op;
  return std::nullopt;
}

std::string isa::disassemble(uint32_t word) {
  std::optional<Op> op = decode(word);
  if (!op)
    return llvm::formatv(".word {0:x8}", word).str();
  const Encoding &row = encoding(*op);
  llvm::SmallVector<llvm::StringRef, 2> fields;
  llvm::StringRef(row.operands).split(fields, ',');
  std::string text = row.mnemonic;
  for (auto [i, field] : llvm::enumerate(fields)) {
    text += i ? ", " : " ";
    if (field == "rs1")
      text += llvm::formatv("x{0}", rs1(word)).str();
    else if (field == "rs2")
      text += llvm::formatv("x{0}", rs2(word)).str();
    else if (field == "vd")
      text += llvm::formatv("v{0}", vd(word)).str();
    else if (field == "vs2")
      text += llvm::formatv("v{0}", vs2(word)).str();
    else if (field == "array")
      text += llvm::utostr(imm5(word));
    else
      text += llvm::utostr(markerId(word));
  }
  return text;
}

void DmaRegisters::configure(Op op, uint64_t a, uint64_t b) {
  switch (op) {
  case Op::DmaShape:
    state.extent = unpack16(a);
    state.laneStride = uint16_t(b >> 32);
    state.flags = uint8_t((b >> 20 & 7) << 1) |
                  DmaDescriptor::combineFlags(Combine(b >> 23 & 3)) |
                  (b >> 16 & 1 ? DmaDescriptor::Indirect : 0);
    state.laneAxis = uint8_t(b >> 14 & 3);
    state.elementBytes = uint16_t(b & 0x3fff);
    return;
  case Op::DmaDramStride:
    state.dramStride = {int32_t(a >> 32), int32_t(a), int32_t(b >> 32),
                        int32_t(b)};
    return;
  case Op::DmaBankStride:
    state.bankStride = {uint32_t(a >> 32), uint32_t(a), uint32_t(b >> 32),
                        uint32_t(b)};
    return;
  case Op::DmaBounds:
    state.high = unpack16(a);
    state.low = unpack16(b);
    return;
  case Op::DmaFill:
    state.fill = a;
    return;
  case Op::DmaIndex:
    state.index.address = a & 0xffffffff;
    state.index.bytes = uint8_t(a >> 32 & 15);
    state.index.stride = int64_t(b);
    return;
  case Op::DmaIndexStride:
    state.index.bankStride = {uint32_t(a >> 32), uint32_t(a),
                              uint32_t(b >> 32), uint32_t(b)};
    return;
  case Op::DmaIndexBound:
    state.index.bound = a;
    return;
  default:
    return;
  }
}

DmaDescriptor DmaRegisters::move(Op op, uint64_t a, uint64_t b) const {
  DmaDescriptor d = state;
  d.dramAddress = a;
  d.spadAddress = b & 0xffffffff;
  d.tag = uint8_t(b >> 32 & 63);
  if (!d.isIndirect())
    d.index = IndexTile();
  if (op == Op::DmaStore)
    d.flags |= DmaDescriptor::Store;
  return d;
}
