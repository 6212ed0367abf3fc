//===- TestStream.h - Instruction streams built by hand ---------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the writing of programs as the functional simulator would retire them:
// each call appends one executed instruction at the current pc. Loops are
// unrolled by the caller and jump back with branch(), so that the static
// instructions, known by pc, repeat.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_UNITTESTS_TESTSTREAM_H
#define TILEWRIGHT_UNITTESTS_TESTSTREAM_H

#include "tilewright/Iss/Observer.h"
#include <deque>
#include <initializer_list>
#include <map>
#include <vector>

namespace tilewright::test {

constexpr uint8_t v(unsigned n) { return uint8_t(kFirstVectorRegister + n); }

class TestStream {
public:
  explicit TestStream(const MachineConfig &m) : machine(&m) {}

  uint64_t pc = 0x1000;
  std::deque<RetiredInstruction> stream;

  void play(Observer &observer) const {
    for (const RetiredInstruction &i : stream)
      observer.retired(i);
  }

  void alu(uint8_t rd, std::initializer_list<uint8_t> sources = {}) {
    emit(UnitClass::IntAlu, rd, sources);
  }
  void divide(uint8_t rd, uint8_t rs) { emit(UnitClass::IntDiv, rd, {rs}); }
  void scalarLoad(uint8_t rd, uint8_t base) {
    RetiredInstruction &i = emit(UnitClass::ScalarMemory, rd, {base});
    i.elementBytes = 8;
    info(i).isLoad = true;
  }
  /// Vector operation on `registers` registers of 32-bit elements.
  RetiredInstruction &vector(UnitClass unit, uint8_t vd,
                             std::initializer_list<uint8_t> sources,
                             unsigned registers = 1) {
    RetiredInstruction &i = emit(unit, vd, sources);
    info(i).isVector = true;
    i.registers = uint8_t(registers);
    i.elementBytes = 4;
    i.vl = registers * machine->vectorElements(4);
    return i;
  }
  RetiredInstruction &vload(uint8_t vd, uint8_t base, unsigned registers = 1) {
    RetiredInstruction &i =
        vector(UnitClass::VectorMemory, vd, {base}, registers);
    info(i).isLoad = true;
    return i;
  }
  RetiredInstruction &vstore(uint8_t vs, uint8_t base, unsigned registers = 1) {
    RetiredInstruction &i = vector(UnitClass::VectorMemory, kNoRegister,
                                   {base, vs}, registers);
    info(i).isStore = true;
    return i;
  }
  void push(unsigned array, uint8_t vs, unsigned registers = 1) {
    own(vector(UnitClass::Array, kNoRegister, {vs}, registers),
        isa::Op::ArrayPush, array);
  }
  void weights(unsigned array, uint8_t vs, unsigned registers = 1) {
    own(vector(UnitClass::Array, kNoRegister, {vs}, registers),
        isa::Op::WeightPush, array);
  }
  void pop(unsigned array, uint8_t vd, unsigned registers = 1) {
    own(vector(UnitClass::Array, vd, {}, registers), isa::Op::ArrayPop, array);
  }
  void swap(unsigned array) {
    own(emit(UnitClass::Array, kNoRegister, {}), isa::Op::ArraySwap, array);
  }
  void sfu(uint8_t vd, uint8_t vs, unsigned registers = 1) {
    own(vector(UnitClass::Sfu, vd, {vs}, registers), isa::Op::Exp, 0);
  }
  void marker(unsigned id) {
    RetiredInstruction &i = emit(UnitClass::Misc, kNoRegister, {});
    info(i).op = isa::Op::NodeMarker;
    info(i).word = isa::encoding(isa::Op::NodeMarker).match | id << 20;
  }
  void dma(const DmaDescriptor &d) {
    moves.push_back(d);
    RetiredInstruction &i = emit(UnitClass::Misc, kNoRegister, {10, 11});
    info(i).op = d.isStore() ? isa::Op::DmaStore : isa::Op::DmaLoad;
    i.dma = &moves.back();
  }
  void wait(unsigned tag) {
    RetiredInstruction &i = emit(UnitClass::Misc, kNoRegister, {10});
    info(i).op = isa::Op::DmaWait;
    i.tag = tag;
  }
  /// A conditional branch to `target`; the stream continues where it leads.
  void branch(uint64_t target, bool taken,
              std::initializer_list<uint8_t> sources = {}) {
    bool backward = target < pc;
    RetiredInstruction &i = emit(UnitClass::IntAlu, kNoRegister, sources);
    info(i).isBranch = true;
    info(i).word = 0x63 | uint32_t(backward) << 31;
    i.taken = taken;
    if (taken)
      i.nextPc = pc = target;
  }

private:
  static InstructionInfo &info(RetiredInstruction &i) {
    return const_cast<InstructionInfo &>(*i.info);
  }
  static void own(RetiredInstruction &i, isa::Op op, unsigned array) {
    info(i).op = op;
    info(i).word = isa::encoding(op).match | array << 15;
  }
  RetiredInstruction &emit(UnitClass unit, uint8_t rd,
                           std::initializer_list<uint8_t> sources) {
    InstructionInfo &decoded = program[pc];
    decoded = {};
    decoded.pc = pc;
    decoded.unit = unit;
    decoded.destination = rd;
    std::copy(sources.begin(), sources.end(), decoded.sources);
    pc += 4;
    RetiredInstruction i;
    i.info = &decoded;
    i.nextPc = pc;
    stream.push_back(i);
    return stream.back();
  }

  const MachineConfig *machine;
  std::map<uint64_t, InstructionInfo> program;
  std::deque<DmaDescriptor> moves;
};

} // namespace tilewright::test

#endif // TILEWRIGHT_UNITTESTS_TESTSTREAM_H
