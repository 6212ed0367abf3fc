//===- Core.h - State of one simulated core ---------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the architectural state of a core as the instruction handlers see it,
// the memory map, and the form of a decoded instruction. Handlers are free
// functions `void(Core &, const Inst &)`; one that cannot go on calls
// Core::fail once and returns, and the run loop turns that into an error that
// names the instruction.
//
// Storage is laid out for lane-SIMD. A vector register is lanes x VLENB
// contiguous bytes, so one register of all lanes is one flat array and a
// register group of LMUL m is m such arrays in a row. The scratchpad is
// spad[offset / VLENB][lane][VLENB]: an aligned vector load of one register is
// one contiguous copy, and equal offsets of neighbouring lanes do not alias in
// the host's caches.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_ISS_CORE_H
#define TILEWRIGHT_LIB_ISS_CORE_H

#include "AlignedBytes.h"
#include "Array.h"
#include "Shadow.h"
#include "tilewright/Iss/Iss.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/Twine.h"
#include <cstring>
#include <memory>
#include <vector>

namespace tilewright::iss {

struct Core;
struct Inst;
using Handler = void (*)(Core &, const Inst &);

/// Register group sizes of vector operands relative to LMUL, as log2 factors,
/// and the operand kinds that are no group.
enum : int8_t {
  kGroup = 0,
  kWideGroup = 1,
  kOneRegister = 64, ///< masks, reduction scalars
  kNoGroup = 65,
};

/// What is special about a vector instruction, as bits of VectorRow::flags.
enum VectorFlags : uint8_t {
  kReadsDestination = 1,  ///< multiply-add, slide-up, scalar inserts
  kRounds = 2,            ///< depends on frm
  kWritesMask = 4,        ///< destination is a mask register
  kReadsMask = 8,         ///< v0 is an operand even when vm = 1 is impossible
  kUnsignedImm = 16,      ///< the 5-bit immediate is zero-extended
  kScalarResult = 32,     ///< writes x[rd] or f[rd], not a vector register
  kConvertsRounding = 64, ///< handles every rounding mode itself
};

/// One vector arithmetic instruction: encoding and handlers per SEW (index
/// log2(SEW / 8)) for vector-vector and vector-scalar operands.
struct VectorRow {
  enum Group : uint8_t { Integer, Multiply, Float }; ///< OPI*, OPM*, OPF*
  Group group;
  uint8_t funct6;
  int8_t sub; ///< required vs1 field of unary instructions, or -1
  const Handler *vector = nullptr, *scalar = nullptr;
  UnitClass unit = UnitClass::VectorAdd;
  int8_t d = kGroup, s2 = kGroup, s1 = kGroup;
  uint8_t flags = 0;
};

/// A decoded instruction. x0 as a destination is register 32 of Core::x, which
/// nobody reads.
struct Inst {
  Handler run = nullptr;
  uint8_t rd = 0, rs1 = 0, rs2 = 0, rs3 = 0, rounding = 0;
  bool vm = true; ///< unmasked
  bool endsBlock = false;
  int64_t imm = 0;
  uint64_t pc = 0;
  uint32_t word = 0; ///< expanded if compressed
  // Vector arithmetic.
  const Handler *bySew = nullptr;
  int8_t groupD = kNoGroup, group2 = kNoGroup, group1 = kNoGroup;
  uint8_t flags = 0;
  enum ScalarKind : uint8_t { NoScalar, XRegister, Immediate, FRegister };
  ScalarKind scalarKind = NoScalar;
  // Vector memory.
  uint8_t elementBytes = 0, fields = 1;
  // For observers: micro-ops are 2^max(0, lmul + widest) registers, or a fixed
  // number (whole-register moves, mask operations).
  int8_t widest = 0;
  uint8_t fixedRegisters = 0;
  InstructionInfo info;
};

/// A straight run of decoded instructions.
struct Block {
  std::vector<Inst> insts;
  uint64_t next = 0; ///< pc after the last instruction
};

struct Segment {
  uint64_t address;
  std::vector<uint8_t> bytes;
  bool executable;
  std::vector<std::unique_ptr<Block>> blocks; ///< by (pc - address) / 2
  bool contains(uint64_t a, uint64_t n) const {
    return a >= address && n <= bytes.size() && a - address <= bytes.size() - n;
  }
};

/// Expanded mask words with the configuration they were made for.
struct MaskCache {
  AlignedBytes words;
  uint32_t vl = 0;
  uint64_t version = 0;
};

struct Core {
  Core(const MachineConfig &machine, DeviceMemory &memory, Sanitizers checks);

  // The machine.
  const unsigned lanes, vlenb, vlenbLog2;
  const uint64_t bankBytes;
  const size_t registerBytes; ///< of one vector register, all lanes
  DeviceMemory &memory;
  const Sanitizers checks;
  const uint64_t arrayRowLimit; ///< rows an array and its queues can hold

  // Scalar state.
  uint64_t x[33] = {};
  uint64_t f[32] = {};
  uint64_t nextPc = 0;
  uint8_t frm = 0, fflags = 0, vxrm = 0, vxsat = 0;
  uint64_t reservation = 0; ///< address of a pending lr, or 0
  bool branchTaken = false;

  // Vector state.
  AlignedBytes registers;
  uint64_t vtype = 0;
  uint32_t vl = 0, vstart = 0;
  bool vill = true;
  uint8_t sewLog = 0; ///< log2 of element bytes
  int8_t lmulLog = 0;
  uint64_t v0Version = 1;                   ///< changes whenever v0 may have
  MaskCache tailMasks[4], expandedMasks[4]; ///< by log2 of element bytes
  AlignedBytes scratch[4]; ///< temporaries of one register group of 8 each
  AlignedBytes staging;    ///< one register, between lane strides

  // Memory.
  AlignedBytes spad;
  Shadow shadow;
  std::vector<Segment> segments;
  std::vector<uint64_t> arguments;
  uint64_t argumentAddress = 0;
  uint64_t stackBytes = 0;  ///< of the running kernel, per lane
  uint64_t lastAddress = 0; ///< effective address of the last access

  // Units.
  isa::DmaRegisters dmaRegisters;
  DmaDescriptor lastMove;
  std::vector<int64_t> lastIndices; ///< of lastMove, if indirect; see forEachRow
  std::vector<DmaDescriptor> pending[isa::kNumTags]; ///< with dmaHazard only
  std::vector<SystolicArray> arrays;
  tog::EventSink *events = nullptr;
  RunStatistics statistics;

  // Errors.
  bool failed = false;
  FailureKind failureKind = FailureKind::Program;
  std::string message;
  void fail(const llvm::Twine &text, FailureKind kind = FailureKind::Program);

  uint8_t *v(unsigned r) { return registers.data() + r * registerBytes; }
  template <class T> T *reg(unsigned r) { return reinterpret_cast<T *>(v(r)); }
  template <class T> T *temp(unsigned n) {
    return reinterpret_cast<T *>(scratch[n].data());
  }

  // Scratchpad geometry. A row is VLENB bytes of every lane.
  size_t spadIndex(uint64_t offset, unsigned lane) const {
    return (offset >> vlenbLog2) * registerBytes + size_t(lane) * vlenb +
           (offset & (vlenb - 1));
  }
  uint64_t windowBytes() const { return bankBytes * lanes; }
  uint64_t stackBegin() const { return bankBytes - stackBytes; }

  /// Host bytes of program data, for broadcast loads and fetch.
  const uint8_t *programBytes(uint64_t address, uint64_t bytes) const;
  /// Reads or writes `bytes` (1..8) for a scalar instruction.
  uint64_t scalarLoad(uint64_t address, unsigned bytes);
  void scalarStore(uint64_t address, unsigned bytes, uint64_t value);
  /// The scalar operand of a vector instruction; f registers are unboxed by
  /// the handlers that know the format.
  uint64_t scalarOperand(const Inst &i) const {
    return i.scalarKind == Inst::Immediate   ? uint64_t(i.imm)
           : i.scalarKind == Inst::XRegister ? x[i.rs1]
                                             : f[i.rs1];
  }
  /// Fresh state for a launch.
  void reset();
};

/// Text "lane l at bank offset 0x.. (address 0x..)".
std::string describeBank(const Core &c, unsigned lane, uint64_t offset);
/// Fails with the reason why a scratchpad byte must not be read or written.
void reportUnreadable(Core &c, const char *what, unsigned lane,
                      uint64_t offset);
void reportUnwritable(Core &c, const char *what, unsigned lane,
                      uint64_t offset);

} // namespace tilewright::iss

#endif // TILEWRIGHT_LIB_ISS_CORE_H
