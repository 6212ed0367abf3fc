//===- CoreSimulator.cpp - Runs kernels on a core -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the run loop: decoding into basic blocks on first execution, stepping
// through them, telling the observer, and turning a failure into an error that
// names kernel, pc and source location.
//
//===----------------------------------------------------------------------===//

#include "Core.h"
#include "Decode.h"
#include "Dma.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tilewright;
using namespace tilewright::iss;

/// Where a kernel returns to: no instruction can be there.
static constexpr uint64_t kReturnAddress = 0xFFFFFFFFFFFFFFF0;
/// Longest straight run decoded as one block.
static constexpr size_t kMaxBlock = 256;

Core::Core(const MachineConfig &machine, DeviceMemory &memory,
           Sanitizers checks)
    : lanes(machine.lanes), vlenb(machine.vlenBits / 8),
      vlenbLog2(unsigned(std::countr_zero(vlenb))),
      bankBytes(machine.spadBytesPerLane),
      registerBytes(size_t(machine.lanes) * (machine.vlenBits / 8)),
      memory(memory), checks(checks),
      arrayRowLimit(uint64_t(machine.arrays.inputQueueRows) +
                    machine.arrays.outputQueueRows + 2 * machine.lanes),
      registers(32 * registerBytes), staging(registerBytes),
      spad(registerBytes * (bankBytes / vlenb)),
      shadow(checks, registerBytes * (bankBytes / vlenb)) {
  for (AlignedBytes &s : scratch)
    s = AlignedBytes(8 * registerBytes);
  for (unsigned k = 0; k < 4; ++k) {
    tailMasks[k].words = AlignedBytes(8 * registerBytes);
    expandedMasks[k].words = AlignedBytes(8 * registerBytes);
  }
  for (unsigned k = 0; k < machine.arrays.perCore; ++k)
    arrays.emplace_back(lanes);
}

void Core::fail(const llvm::Twine &text, FailureKind kind) {
  if (failed)
    return;
  failed = true;
  failureKind = kind;
  message = text.str();
}

void Core::reset() {
  std::memset(x, 0, sizeof(x));
  std::memset(f, 0, sizeof(f));
  frm = fflags = vxrm = vxsat = 0;
  reservation = 0;
  std::memset(registers.data(), 0, registers.size());
  vtype = uint64_t(1) << 63;
  vill = true;
  vl = vstart = 0;
  sewLog = 0;
  lmulLog = 0;
  ++v0Version;
  shadow.clear();
  dmaRegisters = {};
  for (auto &moves : pending)
    moves.clear();
  for (SystolicArray &array : arrays)
    array.reset();
  statistics = {};
  failed = false;
  message.clear();
}

void iss::reportUnreadable(Core &c, const char *what, unsigned lane,
                           uint64_t offset) {
  uint8_t flag = *c.shadow.at(c.spadIndex(offset, lane));
  if (flag & Shadow::InFlight && c.shadow.hazard)
    return c.fail(llvm::formatv(
        "DMA hazard: {0} reads {1}, which a move not waited for writes: {2}",
        what, describeBank(c, lane, offset),
        describePending(c, lane, offset, false)));
  c.fail(llvm::formatv("{0} reads uninitialized scratchpad: {1}", what,
                       describeBank(c, lane, offset)));
}

void iss::reportUnwritable(Core &c, const char *what, unsigned lane,
                           uint64_t offset) {
  uint8_t flag = *c.shadow.at(c.spadIndex(offset, lane));
  bool source = flag & Shadow::Source;
  c.fail(llvm::formatv(
      "DMA hazard: {0} overwrites {1}, which a move not waited for {2}: {3}",
      what, describeBank(c, lane, offset), source ? "reads" : "writes",
      describePending(c, lane, offset, source)));
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

static std::unique_ptr<Block> decodeBlock(const Segment &segment, uint64_t pc) {
  auto block = std::make_unique<Block>();
  while (block->insts.size() < kMaxBlock) {
    if (!segment.contains(pc, 2))
      break;
    const uint8_t *p = segment.bytes.data() + (pc - segment.address);
    uint16_t low;
    std::memcpy(&low, p, 2);
    uint8_t length = (low & 3) == 3 ? 4 : 2;
    if (!segment.contains(pc, length))
      break;
    uint32_t word = low;
    if (length == 4)
      std::memcpy(&word, p, 4);
    block->insts.push_back(decode(pc, word, length));
    pc += length;
    if (block->insts.back().endsBlock)
      break;
  }
  block->next = pc;
  return block;
}

static Block *findBlock(Core &c, uint64_t pc) {
  for (Segment &segment : c.segments) {
    if (!segment.executable || (pc & 1) || !segment.contains(pc, 2))
      continue;
    auto &slot = segment.blocks[(pc - segment.address) / 2];
    if (!slot)
      slot = decodeBlock(segment, pc);
    return slot.get();
  }
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Observation
//===----------------------------------------------------------------------===//

static void fillVector(const Core &c, const Inst &i, RetiredInstruction &r) {
  r.vl = c.vl;
  r.elementBytes = uint16_t(1u << c.sewLog);
  int emul = c.lmulLog + i.widest;
  if (i.info.unit == UnitClass::VectorMemory) {
    bool indexed = (i.word >> 26 & 1) != 0;
    int eew = std::countr_zero(unsigned(i.elementBytes)) - c.sewLog;
    emul = c.lmulLog + (indexed ? std::max(eew, 0) : eew);
    r.elementBytes = indexed ? r.elementBytes : i.elementBytes;
    r.contiguous = (i.word >> 26 & 3) == 0;
    r.registers = uint8_t((emul > 0 ? 1u << emul : 1u) * i.fields);
  } else {
    r.registers = uint8_t(emul > 0 ? 1u << emul : 1u);
  }
  if (i.fixedRegisters)
    r.registers = i.fixedRegisters;
}

static void observe(const Core &c, const Inst &i, bool last,
                    Observer &observer) {
  RetiredInstruction r;
  r.info = &i.info;
  bool control = i.info.isBranch || i.info.isJump;
  r.taken = control && c.branchTaken;
  r.nextPc = last ? c.nextPc : i.pc + i.info.bytes;
  if (i.info.isLoad || i.info.isStore) {
    r.address = c.lastAddress;
    // Scalar accesses: the width is in funct3; vectors are below.
    r.elementBytes = uint16_t(1u << (i.word >> 12 & 3));
  }
  if (i.info.isVector)
    fillVector(c, i, r);
  else if (i.info.unit == UnitClass::VectorConfig)
    r.vl = c.vl;
  if (i.info.op == isa::Op::DmaLoad || i.info.op == isa::Op::DmaStore) {
    r.dma = &c.lastMove;
    r.indices = c.lastIndices;
  }
  if (i.info.op == isa::Op::DmaWait)
    r.tag = unsigned(c.x[i.rs1]);
  observer.retired(r);
}

//===----------------------------------------------------------------------===//
// The simulator
//===----------------------------------------------------------------------===//

struct CoreSimulator::State : Core {
  using Core::Core;
  uint64_t budget = uint64_t(1) << 40;

  template <bool Observed> const Inst *execute(uint64_t pc, Observer *observer);
};

/// Runs from `pc` to the return address; the failing instruction or null.
template <bool Observed>
const Inst *CoreSimulator::State::execute(uint64_t pc, Observer *observer) {
  uint64_t vectorInstructions = 0;
  while (pc != kReturnAddress) {
    Block *block = findBlock(*this, pc);
    if (!block || block->insts.empty()) {
      fail(llvm::formatv("jump to {0:x}, which is not code", pc));
      return nullptr;
    }
    nextPc = block->next;
    branchTaken = false;
    for (const Inst &i : block->insts) {
      i.run(*this, i);
      vectorInstructions += i.info.isVector;
      if (LLVM_UNLIKELY(failed))
        return &i;
      if (Observed)
        observe(*this, i, &i == &block->insts.back(), *observer);
    }
    statistics.instructions += block->insts.size();
    statistics.vectorInstructions += std::exchange(vectorInstructions, 0);
    if (statistics.instructions > budget) {
      fail(llvm::formatv("{0} instructions executed without returning: endless "
                         "loop, or raise the instruction budget",
                         budget));
      return &block->insts.back();
    }
    pc = nextPc;
  }
  return nullptr;
}

CoreSimulator::CoreSimulator(const MachineConfig &machine, DeviceMemory &memory,
                             Sanitizers sanitizers)
    : state(std::make_unique<State>(machine, memory, sanitizers)) {}
CoreSimulator::~CoreSimulator() = default;

void CoreSimulator::setInstructionBudget(uint64_t instructions) {
  state->budget = instructions;
}

llvm::Error CoreSimulator::loadSegment(uint64_t address,
                                       llvm::ArrayRef<uint8_t> bytes,
                                       bool executable) {
  if (address % 2 || bytes.empty() || bytes.size() > kBroadcastLimit ||
      address > kBroadcastLimit - bytes.size())
    return internalError(llvm::formatv(
        "program segment at {0:x}, {1} bytes, must lie below {2:x} and be even",
        address, bytes.size(), kBroadcastLimit));
  // Loading over a segment replaces it.
  llvm::erase_if(state->segments, [&](const Segment &s) {
    return s.address < address + bytes.size() &&
           address < s.address + s.bytes.size();
  });
  Segment segment{address, bytes.vec(), executable, {}};
  if (executable)
    segment.blocks.resize(bytes.size() / 2 + 1);
  state->segments.push_back(std::move(segment));
  return llvm::Error::success();
}

/// A place below the broadcast limit for the argument array: downwards from the
/// limit, past any segment in the way.
static uint64_t placeArguments(const Core &c, uint64_t bytes) {
  uint64_t address = (kBroadcastLimit - bytes) & ~uint64_t(63);
  for (bool moved = true; moved;) {
    moved = false;
    for (const Segment &s : c.segments)
      if (s.address < address + bytes && address < s.address + s.bytes.size()) {
        if (s.address < bytes + 64)
          return 0;
        address = (s.address - bytes) & ~uint64_t(63);
        moved = true;
      }
  }
  return address;
}

llvm::Expected<RunStatistics>
CoreSimulator::run(const KernelCode &kernel, llvm::ArrayRef<uint64_t> arguments,
                   Observer *observer, tog::EventSink *events) {
  State &c = *state;
  c.reset();
  if (kernel.stackBytes > c.bankBytes)
    return internalError(llvm::formatv(
        "kernel '{0}': stack of {1} bytes per lane in banks of {2}",
        kernel.name, kernel.stackBytes, c.bankBytes));
  c.events = events;
  c.stackBytes = kernel.stackBytes;
  c.arguments = arguments.vec();
  c.argumentAddress = placeArguments(c, arguments.size() * 8);
  if (!arguments.empty() && !c.argumentAddress)
    return internalError(
        "no room for kernel arguments below the broadcast limit");
  c.x[1] = kReturnAddress;
  c.x[2] = kSpadWindow + c.bankBytes;
  c.x[10] = c.argumentAddress;
  const Inst *culprit = observer ? c.execute<true>(kernel.entry, observer)
                                 : c.execute<false>(kernel.entry, nullptr);
  if (!c.failed)
    return c.statistics;
  std::string where = llvm::formatv("kernel '{0}'", kernel.name).str();
  if (culprit) {
    where += llvm::formatv(" at pc {0:x}", culprit->pc).str();
    std::string location = kernel.locate ? kernel.locate(culprit->pc) : "";
    if (!location.empty())
      where += " (" + location + ")";
  }
  return makeFailure(c.failureKind, where + ": " + c.message);
}
