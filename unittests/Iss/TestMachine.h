//===- TestMachine.h - A small machine that runs assembly -------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the test fixture: a machine of a few lanes, tensors in device memory,
// and text for the instructions that the assembler does not know.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_UNITTESTS_ISS_TESTMACHINE_H
#define TILEWRIGHT_UNITTESTS_ISS_TESTMACHINE_H

#include "Assembler.h"
#include "tilewright/Iss/Iss.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>
#include <random>

namespace tilewright::test {

constexpr uint64_t kCode = 0x10000;

inline MachineConfig smallMachine(unsigned lanes = 4, unsigned vlenBits = 256) {
  MachineConfig machine;
  machine.lanes = lanes;
  machine.vlenBits = vlenBits;
  machine.spadBytesPerLane = 16 << 10;
  machine.deviceMemoryBytes = 64 << 20;
  machine.arrays.perCore = 2;
  return machine;
}

/// Text of one of our instructions with scalar registers.
inline std::string own(isa::Op op, const char *rs1 = "x0",
                       const char *rs2 = "x0") {
  return llvm::formatv(".insn r 0x2B, 3, {0}, x0, {1}, {2}\n", isa::funct7(op),
                       rs1, rs2);
}
/// Text of a lane or array instruction: `vd` and `vs2` are vector register
/// numbers, `imm` the array.
inline std::string ownVector(isa::Op op, unsigned vd = 0, unsigned vs2 = 0,
                             unsigned imm = 0) {
  return llvm::formatv(".word {0}\n", isa::encoding(op).match | vd << 7 |
                                          vs2 << 20 | imm << 15);
}
inline std::string marker(unsigned id) {
  return llvm::formatv(".word {0}\n",
                       isa::encoding(isa::Op::NodeMarker).match | id << 20);
}
/// Configures and starts a move; clobbers t0 and t1.
inline std::string startMove(const DmaDescriptor &d) {
  auto li = [](uint64_t a, uint64_t b) {
    return llvm::formatv("li t0, {0}\nli t1, {1}\n", int64_t(a), int64_t(b))
        .str();
  };
  using isa::Op;
  auto two = [&](uint64_t a, uint64_t b, Op op) {
    return li(a, b) + own(op, "t0", "t1");
  };
  return two(isa::pack16(d.extent), isa::packShape(d), Op::DmaShape) +
         two(isa::pack32(d.dramStride[0], d.dramStride[1]),
             isa::pack32(d.dramStride[2], d.dramStride[3]), Op::DmaDramStride) +
         two(isa::pack32(d.bankStride[0], d.bankStride[1]),
             isa::pack32(d.bankStride[2], d.bankStride[3]), Op::DmaBankStride) +
         two(isa::pack16(d.high), isa::pack16(d.low), Op::DmaBounds) +
         two(d.fill, 0, Op::DmaFill) +
         (d.isIndirect()
              ? two(isa::packIndex(d.index.address, d.index.bytes),
                    uint64_t(d.index.stride), Op::DmaIndex) +
                    two(isa::pack32(d.index.bankStride[0],
                                    d.index.bankStride[1]),
                        isa::pack32(d.index.bankStride[2],
                                    d.index.bankStride[3]),
                        Op::DmaIndexStride) +
                    two(d.index.bound, 0, Op::DmaIndexBound)
              : "") +
         two(d.dramAddress, isa::packMoveTarget(d.spadAddress, d.tag),
             d.isStore() ? Op::DmaStore : Op::DmaLoad);
}
inline std::string waitFor(unsigned tag) {
  return llvm::formatv("li t0, {0}\n", tag).str() + own(isa::Op::DmaWait, "t0");
}
inline std::string moveAndWait(const DmaDescriptor &d) {
  return startMove(d) + waitFor(d.tag);
}

/// `bytesPerLane` consecutive bytes of every lane: DRAM [lane][bytes] and the
/// bank at `offset`.
inline DmaDescriptor laneBytes(const MachineConfig &m, uint64_t dram,
                               uint64_t offset, unsigned bytesPerLane,
                               bool store, unsigned tag = 0) {
  DmaDescriptor d;
  d.extent = {1, 1, uint16_t(m.lanes), uint16_t(bytesPerLane)};
  d.high = d.extent;
  d.dramStride = {0, 0, int32_t(bytesPerLane), 1};
  d.bankStride = {0, 0, bytesPerLane, 1};
  d.elementBytes = 1;
  d.laneAxis = 2;
  d.dramAddress = dram;
  d.spadAddress = kSpadWindow + offset;
  d.flags = store ? DmaDescriptor::Store : 0;
  d.tag = uint8_t(tag);
  return d;
}

class TestMachine {
public:
  explicit TestMachine(Sanitizers sanitizers = Sanitizers::all(),
                       MachineConfig config = smallMachine())
      : machine(config), memory(machine.deviceMemoryBytes),
        core(machine, memory, sanitizers) {}

  /// A tensor of `bytes` device bytes; its address.
  uint64_t tensor(const std::string &name, uint64_t bytes) {
    uint64_t address = next;
    next += (bytes + 4095) / 4096 * 4096 + 4096;
    EXPECT_FALSE(bool(memory.allocate(address, bytes, name)));
    return address;
  }
  template <class T> T *data(uint64_t address) {
    return reinterpret_cast<T *>(memory.host(address));
  }

  /// Runs assembly as a kernel ("ret" is appended); the error text, or "".
  std::string run(const std::string &assembly,
                  std::vector<uint64_t> arguments = {}) {
    std::vector<uint8_t> code = assemble(assembly + "\nret\n");
    if (code.empty())
      return "assembly failed";
    llvm::Error loaded = core.loadSegment(kCode, code, true);
    if (loaded)
      return llvm::toString(std::move(loaded));
    KernelCode kernel;
    kernel.entry = kCode;
    kernel.end = kCode + code.size();
    kernel.name = "test";
    kernel.stackBytes = stackBytes;
    kernel.locate = [](uint64_t pc) {
      return llvm::formatv("line {0}", pc - kCode).str();
    };
    auto result = core.run(kernel, arguments, observer, events);
    if (result) {
      statistics = *result;
      return "";
    }
    std::string text;
    kind = describeError(result.takeError(), text);
    return text;
  }

  MachineConfig machine;
  DeviceMemory memory;
  CoreSimulator core;
  Observer *observer = nullptr;
  tog::EventSink *events = nullptr;
  uint64_t stackBytes = 1024;
  RunStatistics statistics;
  FailureKind kind = FailureKind::Internal;

private:
  uint64_t next = kDramBase;
};

} // namespace tilewright::test

#endif // TILEWRIGHT_UNITTESTS_ISS_TESTMACHINE_H
