//===- ScalarMemory.cpp - Scalar loads, stores and atomics ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the scalar view of memory: program data and kernel arguments (read
// only), the scratchpad as one flat window, and device memory inside registered
// tensors. The window hides the DRAM addresses behind it.
//
//===----------------------------------------------------------------------===//

#include "Decode.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tilewright;
using namespace tilewright::iss;

const uint8_t *Core::programBytes(uint64_t address, uint64_t bytes) const {
  for (const Segment &segment : segments)
    if (segment.contains(address, bytes))
      return segment.bytes.data() + (address - segment.address);
  return nullptr;
}

std::string iss::describeBank(const Core &c, unsigned lane, uint64_t offset) {
  return llvm::formatv("lane {0}, bank offset {1:x} (address {2:x})", lane,
                       offset, kSpadWindow + lane * c.bankBytes + offset)
      .str();
}

namespace {

// A scalar access to the window, byte by byte where it crosses storage rows.
uint64_t windowLoad(Core &c, uint64_t at, unsigned bytes) {
  uint64_t value = 0;
  for (unsigned b = 0; b < bytes; ++b) {
    unsigned lane = (at + b) / c.bankBytes;
    uint64_t offset = (at + b) % c.bankBytes;
    size_t index = c.spadIndex(offset, lane);
    if (c.shadow.enabled() && !c.shadow.readable(*c.shadow.at(index))) {
      reportUnreadable(c, "scalar load", lane, offset);
      return 0;
    }
    value |= uint64_t(c.spad.data()[index]) << 8 * b;
  }
  return value;
}

void windowStore(Core &c, uint64_t at, unsigned bytes, uint64_t value) {
  for (unsigned b = 0; b < bytes; ++b) {
    unsigned lane = (at + b) / c.bankBytes;
    uint64_t offset = (at + b) % c.bankBytes;
    size_t index = c.spadIndex(offset, lane);
    if (c.shadow.enabled() && c.shadow.write(index, 1) == 0) {
      reportUnwritable(c, "scalar store", lane, offset);
      return;
    }
    c.spad.data()[index] = uint8_t(value >> 8 * b);
  }
}

void noMemory(Core &c, const char *what, uint64_t address, unsigned bytes) {
  std::string nearest;
  c.memory.contains(address, bytes, &nearest);
  c.fail(llvm::formatv("{0} of {1} bytes at {2:x}, which is neither program "
                       "data, scratchpad nor a tensor; {3}",
                       what, bytes, address, nearest));
}

} // namespace

uint64_t Core::scalarLoad(uint64_t address, unsigned bytes) {
  lastAddress = address;
  uint64_t value = 0;
  uint64_t at = address - kSpadWindow;
  if (at < windowBytes() && bytes <= windowBytes() - at) {
    if (shadow.enabled() || (at & (vlenb - 1)) + bytes > vlenb)
      return windowLoad(*this, at, bytes);
    std::memcpy(&value, spad.data() + spadIndex(at % bankBytes, at / bankBytes),
                bytes);
    return value;
  }
  if (address >= kDramBase) {
    if (memory.contains(address, bytes))
      std::memcpy(&value, memory.host(address), bytes);
    else
      noMemory(*this, "scalar load", address, bytes);
    return value;
  }
  uint64_t argument = address - argumentAddress;
  uint64_t argumentBytes = arguments.size() * 8;
  if (argument < argumentBytes && bytes <= argumentBytes - argument)
    std::memcpy(&value,
                reinterpret_cast<const uint8_t *>(arguments.data()) + argument,
                bytes);
  else if (const uint8_t *p = programBytes(address, bytes))
    std::memcpy(&value, p, bytes);
  else
    noMemory(*this, "scalar load", address, bytes);
  return value;
}

void Core::scalarStore(uint64_t address, unsigned bytes, uint64_t value) {
  lastAddress = address;
  uint64_t at = address - kSpadWindow;
  if (at < windowBytes() && bytes <= windowBytes() - at) {
    if (shadow.enabled() || (at & (vlenb - 1)) + bytes > vlenb)
      return windowStore(*this, at, bytes, value);
    std::memcpy(spad.data() + spadIndex(at % bankBytes, at / bankBytes), &value,
                bytes);
  } else if (address >= kDramBase && memory.contains(address, bytes)) {
    std::memcpy(memory.host(address), &value, bytes);
  } else if (programBytes(address, bytes)) {
    fail(llvm::formatv("scalar store of {0} bytes at {1:x}, which is read-only "
                       "program memory",
                       bytes, address));
  } else {
    noMemory(*this, "scalar store", address, bytes);
  }
}

namespace {

template <class T> void load(Core &c, const Inst &i) {
  uint64_t value = c.scalarLoad(c.x[i.rs1] + i.imm, sizeof(T));
  c.x[i.rd] = uint64_t(int64_t(T(value)));
}
template <class T> void store(Core &c, const Inst &i) {
  c.scalarStore(c.x[i.rs1] + i.imm, sizeof(T), c.x[i.rs2]);
}
/// Floating-point values narrower than the register are boxed in ones.
template <unsigned Bytes> void loadFloat(Core &c, const Inst &i) {
  uint64_t box = Bytes == 8 ? 0 : ~uint64_t(0) << (8 * Bytes & 63);
  c.f[i.rd] = c.scalarLoad(c.x[i.rs1] + i.imm, Bytes) | box;
}
template <unsigned Bytes> void storeFloat(Core &c, const Inst &i) {
  c.scalarStore(c.x[i.rs1] + i.imm, Bytes, c.f[i.rs2]);
}

bool aligned(Core &c, uint64_t address, unsigned bytes) {
  if (address % bytes == 0)
    return true;
  c.fail(llvm::formatv("misaligned atomic access at {0:x}", address));
  return false;
}
template <class T> void loadReserved(Core &c, const Inst &i) {
  uint64_t address = c.x[i.rs1];
  if (!aligned(c, address, sizeof(T)))
    return;
  c.x[i.rd] = uint64_t(int64_t(T(c.scalarLoad(address, sizeof(T)))));
  c.reservation = address;
}
template <class T> void storeConditional(Core &c, const Inst &i) {
  uint64_t address = c.x[i.rs1];
  if (!aligned(c, address, sizeof(T)))
    return;
  bool success = c.reservation == address;
  if (success)
    c.scalarStore(address, sizeof(T), c.x[i.rs2]);
  c.x[i.rd] = !success;
  c.reservation = 0;
}
template <class T, auto F> void amo(Core &c, const Inst &i) {
  uint64_t address = c.x[i.rs1];
  if (!aligned(c, address, sizeof(T)))
    return;
  T old = T(c.scalarLoad(address, sizeof(T)));
  if (c.failed)
    return;
  c.scalarStore(address, sizeof(T), uint64_t(F(old, T(c.x[i.rs2]))));
  c.x[i.rd] = uint64_t(int64_t(old));
}

template <class T> using Un = std::make_unsigned_t<T>;
constexpr auto swap = [](auto a, auto b) { return b; };
constexpr auto add = [](auto a, auto b) {
  using T = decltype(a);
  return T(Un<T>(a) + Un<T>(b));
};
constexpr auto bxor = [](auto a, auto b) { return a ^ b; };
constexpr auto band = [](auto a, auto b) { return a & b; };
constexpr auto bor = [](auto a, auto b) { return a | b; };
constexpr auto min = [](auto a, auto b) { return a < b ? a : b; };
constexpr auto max = [](auto a, auto b) { return a > b ? a : b; };
constexpr auto minu = [](auto a, auto b) {
  return Un<decltype(a)>(a) < Un<decltype(a)>(b) ? a : b;
};
constexpr auto maxu = [](auto a, auto b) {
  return Un<decltype(a)>(a) > Un<decltype(a)>(b) ? a : b;
};

constexpr UnitClass kMemory = UnitClass::ScalarMemory;
constexpr uint8_t kLoad = ScalarRow::Load, kStore = ScalarRow::Store,
                  kBoth = kLoad | kStore;
constexpr ImmFormat kI = ImmFormat::I, kS = ImmFormat::S,
                    kNone = ImmFormat::None;
// Atomics: the acquire and release bits are free.
constexpr uint32_t kAmo = 0xF800707F, kLr = 0xF9F0707F;
using I32 = int32_t;
using I64 = int64_t;

// clang-format off
constexpr ScalarRow kRows[] = {
    {0x0003, kMaskFunct3, "xx--", kI, kMemory, kLoad, load<int8_t>},
    {0x1003, kMaskFunct3, "xx--", kI, kMemory, kLoad, load<int16_t>},
    {0x2003, kMaskFunct3, "xx--", kI, kMemory, kLoad, load<int32_t>},
    {0x3003, kMaskFunct3, "xx--", kI, kMemory, kLoad, load<int64_t>},
    {0x4003, kMaskFunct3, "xx--", kI, kMemory, kLoad, load<uint8_t>},
    {0x5003, kMaskFunct3, "xx--", kI, kMemory, kLoad, load<uint16_t>},
    {0x6003, kMaskFunct3, "xx--", kI, kMemory, kLoad, load<uint32_t>},
    {0x0023, kMaskFunct3, "-xx-", kS, kMemory, kStore, store<int8_t>},
    {0x1023, kMaskFunct3, "-xx-", kS, kMemory, kStore, store<int16_t>},
    {0x2023, kMaskFunct3, "-xx-", kS, kMemory, kStore, store<int32_t>},
    {0x3023, kMaskFunct3, "-xx-", kS, kMemory, kStore, store<int64_t>},
    {0x1007, kMaskFunct3, "fx--", kI, kMemory, kLoad, loadFloat<2>},
    {0x2007, kMaskFunct3, "fx--", kI, kMemory, kLoad, loadFloat<4>},
    {0x3007, kMaskFunct3, "fx--", kI, kMemory, kLoad, loadFloat<8>},
    {0x1027, kMaskFunct3, "-xf-", kS, kMemory, kStore, storeFloat<2>},
    {0x2027, kMaskFunct3, "-xf-", kS, kMemory, kStore, storeFloat<4>},
    {0x3027, kMaskFunct3, "-xf-", kS, kMemory, kStore, storeFloat<8>},
    {0x1000202F, kLr, "xx--", kNone, kMemory, kLoad, loadReserved<I32>},
    {0x1000302F, kLr, "xx--", kNone, kMemory, kLoad, loadReserved<I64>},
    {0x1800202F, kAmo, "xxx-", kNone, kMemory, kStore, storeConditional<I32>},
    {0x1800302F, kAmo, "xxx-", kNone, kMemory, kStore, storeConditional<I64>},
    {0x0800202F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I32, swap>},
    {0x0800302F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I64, swap>},
    {0x0000202F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I32, add>},
    {0x0000302F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I64, add>},
    {0x2000202F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I32, bxor>},
    {0x2000302F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I64, bxor>},
    {0x6000202F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I32, band>},
    {0x6000302F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I64, band>},
    {0x4000202F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I32, bor>},
    {0x4000302F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I64, bor>},
    {0x8000202F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I32, min>},
    {0x8000302F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I64, min>},
    {0xA000202F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I32, max>},
    {0xA000302F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I64, max>},
    {0xC000202F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I32, minu>},
    {0xC000302F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I64, minu>},
    {0xE000202F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I32, maxu>},
    {0xE000302F, kAmo, "xxx-", kNone, kMemory, kBoth, amo<I64, maxu>},
};
// clang-format on

} // namespace

llvm::ArrayRef<ScalarRow> iss::scalarMemoryRows() { return kRows; }
