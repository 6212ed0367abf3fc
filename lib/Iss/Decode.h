//===- Decode.h - Instruction words to handlers -----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the way from an instruction word to an Inst. Every instruction group is
// a table of rows with the semantics next to the encoding; decoding searches
// the tables, once per static instruction.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_ISS_DECODE_H
#define TILEWRIGHT_LIB_ISS_DECODE_H

#include "Core.h"
#include "llvm/ADT/ArrayRef.h"

namespace tilewright::iss {

enum class ImmFormat : uint8_t { None, I, S, B, U, J, Shift6, Shift5, Csr };

/// One scalar instruction. `registers` gives the class of rd, rs1, rs2, rs3:
/// 'x', 'f', or '-' for absent.
struct ScalarRow {
  enum Flags : uint8_t {
    Load = 1,
    Store = 2,
    Branch = 4,
    Jump = 8,
    EndsBlock = 16
  };
  uint32_t match, mask;
  const char *registers;
  ImmFormat imm;
  UnitClass unit;
  uint8_t flags;
  Handler run;
};

// Which bits of a word are fixed: opcode; + funct3; + funct7; + rs2 field.
constexpr uint32_t kMaskOpcode = 0x7F, kMaskFunct3 = 0x707F,
                   kMaskFunct7 = 0xFE00707F, kMaskFunct6 = 0xFC00707F,
                   kMaskFunct7Rm = 0xFE00007F, kMaskRs2 = 0xFFF0007F,
                   kMaskRs2Funct3 = 0xFFF0707F, kMaskAll = 0xFFFFFFFF;

llvm::ArrayRef<ScalarRow> integerRows();
llvm::ArrayRef<ScalarRow> scalarMemoryRows();
llvm::ArrayRef<ScalarRow> floatRows();
llvm::ArrayRef<ScalarRow> systemRows();

// Vector arithmetic, compiled once per SIMD instruction set of the host.
llvm::ArrayRef<VectorRow> vectorIntegerRows();
llvm::ArrayRef<VectorRow> vectorFixedRows();
llvm::ArrayRef<VectorRow> vectorWideRows();
llvm::ArrayRef<VectorRow> vectorMaskRows();
llvm::ArrayRef<VectorRow> vectorFloatRows();
llvm::ArrayRef<VectorRow> vectorConvertRows();
llvm::ArrayRef<VectorRow> vectorReduceRows();
llvm::ArrayRef<VectorRow> vectorPermuteRows();
/// vmv<n>r.v shares its funct6 with vsmul, which has no immediate form.
const VectorRow *wholeRegisterMove();

/// The 32-bit instruction a compressed one stands for; 0 if there is none.
uint32_t expandCompressed(uint16_t word);

/// Decodes `word` at `pc`. Unknown words get a handler that fails.
Inst decode(uint64_t pc, uint32_t word, uint8_t length);

// Parts of decode, by major opcode; false if the word is not theirs.
bool decodeVectorArithmetic(Inst &inst);
bool decodeVectorMemory(Inst &inst);
bool decodeOwn(Inst &inst); ///< isa::Op

/// Handler of vector arithmetic: checks the configuration, then calls the
/// handler of the current SEW.
void runVectorArithmetic(Core &c, const Inst &i);
/// Whether register group `reg` of LMUL * 2^delta is well-formed.
bool legalGroup(const Core &c, unsigned reg, int8_t delta);

} // namespace tilewright::iss

#endif // TILEWRIGHT_LIB_ISS_DECODE_H
