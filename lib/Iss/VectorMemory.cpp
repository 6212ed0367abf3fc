//===- VectorMemory.cpp - Vector loads and stores -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the lane view of memory: loads below kBroadcastLimit read the same
// program bytes in every lane; everything else addresses lane 0's bank in the
// scratchpad window and means the same offset of every bank. Unit-stride,
// strided, indexed (every lane uses its own indices), segment, whole-register
// and mask forms.
//
//===----------------------------------------------------------------------===//

#include "Decode.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tilewright;
using namespace tilewright::iss;

namespace {

enum Mode : uint8_t { Unit, IndexedUnordered, Strided, IndexedOrdered };

bool maskBit(const Core &c, unsigned lane, unsigned e) {
  return c.registers.data()[size_t(lane) * c.vlenb + e / 8] >> (e % 8) & 1;
}

/// What one instruction accesses: `elements` of `bytes` in each of `fields`
/// register groups of `groupRegisters` registers.
struct Access {
  bool store, masked;
  unsigned bytes, elements, fields, groupRegisters;
  uint64_t base;
  const char *what() const { return store ? "vector store" : "vector load"; }
};

/// Whether a bank access of `n` bytes at `offset` is allowed; fails if not.
bool checkBank(Core &c, const Access &a, unsigned lane, int64_t offset,
               uint64_t n) {
  if (offset < 0 || n > c.bankBytes || uint64_t(offset) > c.bankBytes - n) {
    c.fail(llvm::formatv(
        "{0} of {1} bytes out of bank: lane {2}, address {3:x}, bank offset "
        "{4} of {5} bytes",
        a.what(), n, lane, kSpadWindow + lane * c.bankBytes + uint64_t(offset),
        offset, c.bankBytes));
    return false;
  }
  // A base inside the stack zone is the kernel's own frame.
  bool stackBase = a.base - kSpadWindow >= c.stackBegin();
  if (c.checks.stackCollision && !stackBase && c.stackBytes &&
      uint64_t(offset) + n > c.stackBegin()) {
    c.fail(llvm::formatv("{0} collides with the kernel's stack ({1} bytes per "
                         "lane): {2}",
                         a.what(), c.stackBytes,
                         describeBank(c, lane, uint64_t(offset))));
    return false;
  }
  return true;
}

bool checkShadow(Core &c, const Access &a, unsigned lane, uint64_t offset,
                 size_t index, size_t n) {
  if (!c.shadow.enabled())
    return true;
  size_t bad =
      a.store ? c.shadow.write(index, n) : c.shadow.firstUnreadable(index, n);
  if (bad == n)
    return true;
  if (a.store)
    reportUnwritable(c, a.what(), lane, offset + bad);
  else
    reportUnreadable(c, a.what(), lane, offset + bad);
  return false;
}

/// One element in one lane, at any offset aligned to its size.
void moveElement(Core &c, const Access &a, unsigned lane, int64_t offset,
                 uint8_t *registerBytes) {
  if (!checkBank(c, a, lane, offset, a.bytes))
    return;
  if (offset % a.bytes) {
    c.fail(llvm::formatv("{0} misaligned: {1} byte element, {2}", a.what(),
                         a.bytes, describeBank(c, lane, uint64_t(offset))));
    return;
  }
  size_t index = c.spadIndex(uint64_t(offset), lane);
  if (!checkShadow(c, a, lane, uint64_t(offset), index, a.bytes))
    return;
  uint8_t *memory = c.spad.data() + index;
  if (a.store)
    std::memcpy(memory, registerBytes, a.bytes);
  else
    std::memcpy(registerBytes, memory, a.bytes);
}

/// Element e of field f of register rd in lane 0.
uint8_t *elementOf(Core &c, const Access &a, unsigned rd, unsigned f,
                   unsigned e) {
  unsigned at = e * a.bytes;
  return c.v(rd + f * a.groupRegisters + at / c.vlenb) + at % c.vlenb;
}

/// The general form: `offsetOf(lane, element)` is the bank offset of field 0.
template <class F>
void moveElements(Core &c, const Inst &i, const Access &a, F offsetOf) {
  for (unsigned e = c.vstart; e < a.elements; ++e)
    for (unsigned f = 0; f < a.fields; ++f) {
      uint8_t *r = elementOf(c, a, i.rd, f, e);
      for (unsigned l = 0; l < c.lanes; ++l) {
        if (a.masked && !maskBit(c, l, e))
          continue;
        moveElement(c, a, l, offsetOf(l, e) + int64_t(f) * a.bytes,
                    r + size_t(l) * c.vlenb);
        if (c.failed)
          return;
      }
    }
}

/// Copies `bytes` of every lane between bank offset `offset` and a place in a
/// register; neither side crosses a register-sized row.
template <unsigned Bytes>
void copyLanes(Core &c, uint8_t *to, const uint8_t *from, unsigned bytes) {
  const unsigned n = Bytes ? Bytes : bytes;
  for (unsigned l = 0; l < c.lanes; ++l)
    std::memcpy(to + size_t(l) * c.vlenb, from + size_t(l) * c.vlenb, n);
}
void copyLanes(Core &c, uint8_t *to, const uint8_t *from, unsigned bytes) {
  if (bytes == c.vlenb)
    std::memcpy(to, from, c.registerBytes);
  else if (bytes == 4)
    copyLanes<4>(c, to, from, 4);
  else if (bytes == 8)
    copyLanes<8>(c, to, from, 8);
  else if (bytes == 16)
    copyLanes<16>(c, to, from, 16);
  else
    copyLanes<0>(c, to, from, bytes);
}

/// All lanes, `bytes` consecutive bytes of each from `offset`, unmasked: checks
/// once, then copies runs that stay inside a row on both sides.
void moveContiguous(Core &c, const Access &a, unsigned rd, int64_t offset,
                    unsigned bytes) {
  if (!bytes || !checkBank(c, a, 0, offset, bytes))
    return;
  for (unsigned done = 0; done < bytes;) {
    uint64_t at = uint64_t(offset) + done;
    unsigned inRow = unsigned(at & (c.vlenb - 1)), inRegister = done % c.vlenb;
    unsigned run =
        std::min({bytes - done, c.vlenb - inRow, c.vlenb - inRegister});
    size_t index = c.spadIndex(at, 0);
    if (c.shadow.enabled()) {
      if (run == c.vlenb && !a.store) {
        size_t bad = c.shadow.firstUnreadable(index, c.registerBytes);
        if (bad != c.registerBytes)
          return reportUnreadable(c, a.what(), unsigned(bad / c.vlenb),
                                  at + bad % c.vlenb);
      } else {
        for (unsigned l = 0; l < c.lanes; ++l)
          if (!checkShadow(c, a, l, at, index + size_t(l) * c.vlenb, run))
            return;
      }
    }
    uint8_t *memory = c.spad.data() + index;
    uint8_t *r = c.v(rd + done / c.vlenb) + inRegister;
    if (a.store)
      copyLanes(c, memory, r, run);
    else
      copyLanes(c, r, memory, run);
    done += run;
  }
}

/// Loads of program data: lane 0's elements, then every lane.
void loadBroadcast(Core &c, const Inst &i, const Access &a,
                   llvm::function_ref<uint64_t(unsigned, unsigned)> addressOf,
                   bool perLane) {
  for (unsigned e = c.vstart; e < a.elements; ++e)
    for (unsigned f = 0; f < a.fields; ++f) {
      uint8_t *r = elementOf(c, a, i.rd, f, e);
      const uint8_t *p = nullptr;
      for (unsigned l = 0; l < c.lanes; ++l) {
        if (a.masked && !maskBit(c, l, e))
          continue;
        if (perLane || !p) {
          uint64_t address = addressOf(l, e) + f * a.bytes;
          p = c.programBytes(address, a.bytes);
          if (!p)
            return c.fail(llvm::formatv(
                "vector load of {0} bytes at {1:x} (lane {2}), which is not "
                "program data",
                a.bytes, address, l));
        }
        std::memcpy(r + size_t(l) * c.vlenb, p, a.bytes);
      }
    }
}

/// Whether the base is program data (true) or lies in lane 0's bank (false);
/// fails for anything else.
bool classifyBase(Core &c, const Access &a, bool &program) {
  program = !a.store && a.base < kBroadcastLimit;
  if (program || a.base - kSpadWindow < c.bankBytes)
    return true;
  std::string nearest;
  bool dram =
      a.base >= kDramBase && c.memory.contains(a.base, a.bytes, &nearest);
  c.fail(llvm::formatv("{0} with base address {1:x}, which is not in lane 0's "
                       "bank [{2:x}, {3:x})"
                       "{4}",
                       a.what(), a.base, kSpadWindow, kSpadWindow + c.bankBytes,
                       dram ? "; vectors reach DRAM only through DMA" : ""));
  return false;
}

void finish(Core &c, const Inst &i, const Access &a) {
  c.vstart = 0;
  if (!a.store && i.rd == 0)
    ++c.v0Version;
}

/// Checks the register groups of an access whose element group is LMUL *
/// 2^delta.
bool setGroups(Core &c, const Inst &i, Access &a, int delta) {
  int emul = c.lmulLog + delta;
  a.groupRegisters = emul > 0 ? 1u << emul : 1;
  bool legal = emul >= -3 && emul <= 3 && i.rd % a.groupRegisters == 0 &&
               a.fields * a.groupRegisters <= 8 &&
               i.rd + a.fields * a.groupRegisters <= 32 &&
               !(a.masked && i.rd == 0 && !a.store);
  if (!legal)
    c.fail("illegal instruction: register group does not fit LMUL");
  return legal;
}

Access makeAccess(const Core &c, const Inst &i) {
  Access a;
  a.store = i.info.isStore;
  a.masked = !i.vm;
  a.bytes = i.elementBytes;
  a.elements = c.vl;
  a.fields = i.fields;
  a.groupRegisters = 1;
  a.base = c.x[i.rs1];
  return a;
}

bool usable(Core &c) {
  if (!c.vill)
    return true;
  c.fail("illegal instruction: vector operation with vill set");
  return false;
}

int log2Of(unsigned bytes) {
  return bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : 3;
}

/// Unit stride and strided; the stride of the former is the segment's size.
template <bool HasStride> void runStrided(Core &c, const Inst &i) {
  if (!usable(c))
    return;
  Access a = makeAccess(c, i);
  c.lastAddress = a.base;
  bool program;
  if (!setGroups(c, i, a, log2Of(a.bytes) - c.sewLog) || c.vl == 0 ||
      !classifyBase(c, a, program))
    return;
  int64_t stride = HasStride ? int64_t(c.x[i.rs2]) : a.bytes * a.fields;
  if (program) {
    loadBroadcast(
        c, i, a, [&](unsigned, unsigned e) { return a.base + e * stride; },
        false);
  } else {
    int64_t offset = int64_t(a.base - kSpadWindow);
    if (!a.masked && a.fields == 1 && stride == a.bytes && c.vstart == 0 &&
        offset % a.bytes == 0)
      moveContiguous(c, a, i.rd, offset, a.elements * a.bytes);
    else if (!a.masked && a.fields == 1 && offset % a.bytes == 0 &&
             stride % a.bytes == 0)
      for (unsigned e = c.vstart; e < a.elements && !c.failed; ++e) {
        // One element of all lanes: a run shorter than a register.
        int64_t at = offset + e * stride;
        if (!checkBank(c, a, 0, at, a.bytes))
          break;
        size_t index = c.spadIndex(uint64_t(at), 0);
        if (c.shadow.enabled())
          for (unsigned l = 0; l < c.lanes; ++l)
            if (!checkShadow(c, a, l, uint64_t(at), index + size_t(l) * c.vlenb,
                             a.bytes))
              return;
        uint8_t *memory = c.spad.data() + index,
                *r = elementOf(c, a, i.rd, 0, e);
        copyLanes(c, a.store ? memory : r, a.store ? r : memory, a.bytes);
      }
    else
      moveElements(c, i, a, [=](unsigned, unsigned e) {
        return offset + int64_t(e) * stride;
      });
  }
  finish(c, i, a);
}

/// Indexed: data elements of SEW, index elements of the encoded width,
/// unsigned.
void runIndexed(Core &c, const Inst &i) {
  if (!usable(c))
    return;
  Access a = makeAccess(c, i);
  c.lastAddress = a.base;
  unsigned indexBytes = i.elementBytes;
  a.bytes = 1u << c.sewLog;
  bool program;
  if (!setGroups(c, i, a, 0))
    return;
  if (!legalGroup(c, i.rs2, int8_t(log2Of(indexBytes) - c.sewLog)))
    return c.fail(
        "illegal instruction: index register group does not fit LMUL");
  if (c.vl == 0 || !classifyBase(c, a, program))
    return;
  // Loads may overwrite their own indices: use a copy.
  unsigned registers = (a.elements * indexBytes + c.vlenb - 1) / c.vlenb;
  std::memcpy(c.temp<uint8_t>(0), c.v(i.rs2), registers * c.registerBytes);
  auto index = [&](unsigned l, unsigned e) {
    unsigned at = e * indexBytes;
    uint64_t v = 0;
    std::memcpy(&v,
                c.temp<uint8_t>(0) + at / c.vlenb * c.registerBytes +
                    size_t(l) * c.vlenb + at % c.vlenb,
                indexBytes);
    return v;
  };
  if (program)
    loadBroadcast(
        c, i, a, [&](unsigned l, unsigned e) { return a.base + index(l, e); },
        true);
  else
    moveElements(c, i, a, [&](unsigned l, unsigned e) {
      return int64_t(a.base - kSpadWindow + index(l, e));
    });
  finish(c, i, a);
}

/// Whole registers and masks: a number of bytes, whatever vtype says.
template <bool Mask> void runBytes(Core &c, const Inst &i) {
  Access a = makeAccess(c, i);
  c.lastAddress = a.base;
  unsigned registers = Mask ? 1 : i.fields;
  unsigned bytes = Mask ? (c.vl + 7) / 8 : registers * c.vlenb;
  if (i.rd % registers || i.rd + registers > 32)
    return c.fail("illegal instruction: register group does not fit");
  bool program;
  if (bytes == 0 || !classifyBase(c, a, program))
    return;
  a.fields = 1;
  a.masked = false;
  if (program) {
    a.elements = bytes;
    a.bytes = 1;
    c.vstart = 0;
    loadBroadcast(
        c, i, a, [&](unsigned, unsigned e) { return a.base + e; }, false);
  } else {
    moveContiguous(c, a, i.rd, int64_t(a.base - kSpadWindow), bytes);
  }
  finish(c, i, a);
}

/// vle<n>ff.v: an element beyond the first that cannot be read ends the vector.
void runFaultOnlyFirst(Core &c, const Inst &i) {
  uint64_t base = c.x[i.rs1];
  unsigned step = i.elementBytes * i.fields;
  uint64_t limit =
      base < kBroadcastLimit ? kBroadcastLimit : kSpadWindow + c.bankBytes;
  if (base - kSpadWindow < c.bankBytes) {
    uint64_t fit = (limit - base) / step;
    if (fit >= 1 && fit < c.vl)
      c.vl = uint32_t(fit);
  } else if (base < kBroadcastLimit) {
    uint32_t fit = 0;
    while (fit < c.vl && c.programBytes(base + uint64_t(fit) * step, step))
      ++fit;
    if (fit >= 1)
      c.vl = fit;
  }
  runStrided<false>(c, i);
}

} // namespace

bool iss::decodeVectorMemory(Inst &inst) {
  uint32_t w = inst.word;
  unsigned width = w >> 12 & 7, mop = w >> 26 & 3, nf = w >> 29;
  unsigned special = w >> 20 & 31; // lumop, sumop
  if (w >> 28 & 1)                 // mew: reserved
    return false;
  inst.rd = w >> 7 & 31;
  inst.rs1 = w >> 15 & 31;
  inst.rs2 = special;
  inst.vm = w >> 25 & 1;
  inst.fields = uint8_t(nf + 1);
  inst.elementBytes = width == 0 ? 1 : uint8_t(1u << (width - 4));
  bool store = (w & 127) == 0x27;
  if (mop == Strided) {
    inst.run = runStrided<true>;
  } else if (mop != Unit) {
    inst.run = runIndexed;
  } else if (special == 0) {
    inst.run = runStrided<false>;
  } else if (special == 8) {
    if (!inst.vm || (inst.fields & (inst.fields - 1)) || (store && width))
      return false;
    inst.run = runBytes<false>;
    inst.fixedRegisters = inst.fields;
  } else if (special == 11) {
    if (!inst.vm || nf || width)
      return false;
    inst.run = runBytes<true>;
    inst.fixedRegisters = 1;
  } else if (special == 16 && !store) {
    inst.run = runFaultOnlyFirst;
  } else {
    return false;
  }

  InstructionInfo &info = inst.info;
  info.isVector = true;
  info.unit = UnitClass::VectorMemory;
  info.isLoad = !store;
  info.isStore = store;
  unsigned n = 0;
  if (inst.rs1)
    info.sources[n++] = inst.rs1;
  if (mop == Strided && inst.rs2)
    info.sources[n++] = inst.rs2;
  if (mop == IndexedUnordered || mop == IndexedOrdered)
    info.sources[n++] = uint8_t(kFirstVectorRegister + inst.rs2);
  if (store)
    info.sources[n++] = uint8_t(kFirstVectorRegister + inst.rd);
  else
    info.destination = uint8_t(kFirstVectorRegister + inst.rd);
  if (!inst.vm)
    info.sources[n++] = kFirstVectorRegister;
  info.sources[n++] = kVectorConfigRegister;
  return true;
}
