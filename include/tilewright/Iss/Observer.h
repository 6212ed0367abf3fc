//===- Observer.h - What the functional simulator tells others --*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the interface between the functional simulator, which executes, and the
// timing models, which follow. One call per retired instruction; a vector
// instruction is one call however many lanes and elements it has.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_ISS_OBSERVER_H
#define TILEWRIGHT_ISS_OBSERVER_H

#include "tilewright/Isa/Isa.h"
#include <cstdint>
#include <optional>

namespace tilewright {

/// Register numbers in one space: x0-31 = 0-31, f0-31 = 32-63, v0-31 = 64-95,
/// vl and vtype together = 96. kNoRegister where an operand is absent. x0 is
/// reported as absent.
constexpr uint8_t kFirstFloatRegister = 32, kFirstVectorRegister = 64,
                  kVectorConfigRegister = 96, kNoRegister = 255;
constexpr unsigned kNumTimingRegisters = 97;

/// What is fixed when an instruction is decoded.
struct InstructionInfo {
  uint64_t pc = 0;
  uint32_t word = 0;
  uint8_t bytes = 4;             ///< 2 for compressed
  UnitClass unit = UnitClass::IntAlu;
  std::optional<isa::Op> op;     ///< one of ours
  /// VectorConfig instructions also write kVectorConfigRegister, which is named
  /// here only if they have no scalar destination.
  uint8_t destination = kNoRegister;
  uint8_t sources[5] = {kNoRegister, kNoRegister, kNoRegister, kNoRegister,
                        kNoRegister}; ///< incl. v0 masks, vl, old destinations
  bool isLoad = false, isStore = false, isBranch = false, isJump = false;
  bool isVector = false;
};

/// One executed instruction.
struct RetiredInstruction {
  const InstructionInfo *info = nullptr;
  bool taken = false;             ///< branches
  uint64_t nextPc = 0;
  uint64_t address = 0;           ///< memory: effective byte address (lane 0)
  uint32_t vl = 0;                ///< vector: elements
  uint8_t registers = 1;          ///< vector: registers of the widest group
                                  ///< (EMUL rounded up), i.e. micro-ops
  uint16_t elementBytes = 0;      ///< vector: SEW / 8; memory: EEW / 8
  bool contiguous = true;         ///< vector memory: unit stride
  const DmaDescriptor *dma = nullptr; ///< DmaLoad, DmaStore
  llvm::ArrayRef<int64_t> indices;    ///< of an indirect move (forEachRow)
  unsigned tag = 0;               ///< DmaWait
};

class Observer {
public:
  virtual ~Observer() = default;
  virtual void retired(const RetiredInstruction &inst) = 0;
};

} // namespace tilewright

#endif // TILEWRIGHT_ISS_OBSERVER_H
