//===- DmaTest.cpp - DMA distribution, bounds, accumulation ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The scratchpad is observed through scalar loads of the flat window, which do
// not share code with the DMA engine; the expected place of an element comes
// from LaneLayout.
//
//===----------------------------------------------------------------------===//

#include "TestMachine.h"
#include <cstring>

using namespace tilewright;
using namespace tilewright::test;

namespace {

/// Copies the whole window to a tensor with scalar instructions.
std::string dumpWindow(const MachineConfig &m, uint64_t to) {
  return llvm::formatv(
      "li t0, {0}\nli t1, {1}\nli t2, {2}\ndump:\nld t3, 0(t0)\n"
      "sd t3, 0(t1)\naddi t0, t0, 8\naddi t1, t1, 8\n"
      "bltu t0, t2, dump\n",
      kSpadWindow, to, kSpadWindow + m.spadBytes());
}
/// Fills the window with scalar stores of a recognisable value.
std::string fillWindow(const MachineConfig &m) {
  return llvm::formatv(
      "li t0, {0}\nli t2, {1}\nli t3, {2}\nfill:\nsd t3, 0(t0)\n"
      "addi t0, t0, 8\nbltu t0, t2, fill\n",
      kSpadWindow, kSpadWindow + m.spadBytes(), int64_t(0xEEEEEEEEEEEEEEEE));
}

struct DmaMachine : TestMachine {
  static constexpr uint64_t kTensor = 1 << 17;
  uint64_t source, dump;
  explicit DmaMachine(unsigned lanes, unsigned vlenBits = 256,
                      Sanitizers checks = {})
      : TestMachine(checks, makeMachine(lanes, vlenBits)) {
    stackBytes = 0;
    source = tensor("source", kTensor);
    dump = tensor("dump", machine.spadBytes());
    for (uint64_t k = 0; k < kTensor; ++k)
      data<uint8_t>(source)[k] = uint8_t((k * 2654435761u) >> 13);
  }
  static MachineConfig makeMachine(unsigned lanes, unsigned vlenBits) {
    MachineConfig m = smallMachine(lanes, vlenBits);
    m.spadBytesPerLane = 4096;
    return m;
  }
  uint64_t bankElement(unsigned lane, uint64_t offset, unsigned bytes) {
    uint64_t v = 0;
    std::memcpy(&v,
                data<uint8_t>(dump) + lane * machine.spadBytesPerLane + offset,
                bytes);
    return v;
  }
};

bool valid(const DmaDescriptor &d, int axis, uint64_t c) {
  return c >= d.low[axis] && c < d.high[axis] && c < d.extent[axis];
}

/// The window that a load must leave behind, by the definition.
std::vector<uint8_t> expectedWindow(DmaMachine &m, const DmaDescriptor &d) {
  std::vector<uint8_t> window(m.machine.spadBytes(), 0xEE);
  LaneLayout layout{d.laneStride, m.machine.lanes};
  const int a = d.laneAxis;
  uint64_t limit[4];
  for (int k = 0; k < 4; ++k)
    limit[k] =
        k == a ? layout.slotsFor(d.extent[k]) * m.machine.lanes : d.extent[k];
  uint64_t c[4];
  for (c[0] = 0; c[0] < limit[0]; ++c[0])
    for (c[1] = 0; c[1] < limit[1]; ++c[1])
      for (c[2] = 0; c[2] < limit[2]; ++c[2])
        for (c[3] = 0; c[3] < limit[3]; ++c[3]) {
          uint64_t bank = 0;
          int64_t dram = 0;
          bool inside = true;
          for (int k = 0; k < 4; ++k) {
            bank += (k == a ? layout.slotOf(c[k]) : c[k]) * d.bankStride[k];
            dram += int64_t(c[k]) * d.dramStride[k];
            inside &= valid(d, k, c[k]);
          }
          uint64_t value = d.fill;
          if (inside)
            std::memcpy(&value,
                        m.memory.host(d.dramAddress) + dram * d.elementBytes,
                        d.elementBytes);
          std::memcpy(
              &window[layout.laneOf(c[a]) * m.machine.spadBytesPerLane +
                      (d.spadAddress - kSpadWindow) + bank * d.elementBytes],
              &value, d.elementBytes);
        }
  return window;
}

void expectLoad(DmaMachine &m, const DmaDescriptor &d,
                const std::string &note) {
  ASSERT_EQ(m.run(fillWindow(m.machine) + moveAndWait(d) +
                  dumpWindow(m.machine, m.dump)),
            "")
      << note;
  std::vector<uint8_t> expected = expectedWindow(m, d);
  const uint8_t *got = m.data<uint8_t>(m.dump);
  for (size_t k = 0; k < expected.size(); ++k)
    ASSERT_EQ(got[k], expected[k])
        << note << ": " << d.str() << ", lane "
        << k / m.machine.spadBytesPerLane << " bank offset "
        << k % m.machine.spadBytesPerLane;
}

TEST(Dma, BlockCyclicExamplesOfTheSpecification) {
  // Tile 4x16 row-major, split on the columns, blocks of 2.
  for (unsigned lanes : {8u, 4u}) {
    DmaMachine m(lanes);
    unsigned share = 32 / lanes / 2; // elements of a row in one lane
    DmaDescriptor d;
    d.extent = d.high = {1, 1, 4, 16};
    d.dramStride = {0, 0, 16, 1};
    d.bankStride = {0, 0, share, 1};
    d.laneStride = 2;
    d.dramAddress = m.source;
    d.spadAddress = kSpadWindow;
    ASSERT_EQ(m.run(moveAndWait(d) + dumpWindow(m.machine, m.dump)), "");
    for (unsigned r = 0; r < 4; ++r)
      for (unsigned c = 0; c < 16; ++c) {
        unsigned lane = c / 2 % lanes;
        unsigned offset =
            lanes == 8 ? 2 * r + c % 2 : 4 * r + 2 * (c / 8) + c % 2;
        EXPECT_EQ(m.bankElement(lane, offset * 4, 4),
                  m.data<uint32_t>(m.source)[r * 16 + c])
            << "row " << r << ", column " << c << ", " << lanes << " lanes";
      }
  }
}

TEST(Dma, WeightTileOfTheSpecification) {
  // K = N = 256 on 128 lanes: (k, n) -> lane n mod 128, (n / 128) * 256 + k.
  DmaMachine m(128);
  uint64_t w = m.tensor("w", 256 * 256 * 4);
  for (unsigned k = 0; k < 256 * 256; ++k)
    m.data<uint32_t>(w)[k] = k;
  DmaDescriptor d;
  d.extent = d.high = {1, 1, 256, 256};
  d.dramStride = {0, 0, 256, 1};
  d.bankStride = {0, 0, 1, 256};
  d.dramAddress = w;
  d.spadAddress = kSpadWindow;
  ASSERT_EQ(m.run(moveAndWait(d) + dumpWindow(m.machine, m.dump)), "");
  for (unsigned k = 0; k < 256; ++k)
    for (unsigned n = 0; n < 256; ++n)
      ASSERT_EQ(m.bankElement(n % 128, (n / 128 * 256 + k) * 4, 4), k * 256 + n)
          << "k " << k << ", n " << n;
}

TEST(Dma, RaggedSplitAxisIsFilledNotCarried) {
  // 3x19 over 8 lanes in blocks of 2: the reference reads the next row here.
  DmaMachine m(8);
  DmaDescriptor d;
  d.extent = d.high = {1, 1, 3, 19};
  d.dramStride = {0, 0, 19, 1};
  d.bankStride = {0, 0, 4, 1};
  d.laneStride = 2;
  d.fill = 0xABCDEF01;
  d.dramAddress = m.source;
  d.spadAddress = kSpadWindow + 128;
  expectLoad(m, d, "3x19");
  EXPECT_EQ(m.bankElement(7, 128 + 2 * 4, 4), 0xABCDEF01u);
  // 3x7 over 4 lanes: the last lane's second element lies behind the row.
  DmaMachine four(4);
  d.extent = d.high = {1, 1, 3, 7};
  d.dramStride = {0, 0, 7, 1};
  d.bankStride = {0, 0, 2, 1};
  d.dramAddress = four.source;
  expectLoad(four, d, "3x7");
  EXPECT_EQ(four.bankElement(3, 128 + 4, 4), 0xABCDEF01u);
}

/// A random legal descriptor. Bank strides are a random order of the axes, so
/// that elements never share a bank place.
DmaDescriptor randomDescriptor(std::mt19937 &random, DmaMachine &m) {
  auto pick = [&](unsigned n) { return unsigned(random() % n); };
  DmaDescriptor d;
  d.elementBytes = uint16_t(1u << pick(4));
  d.laneAxis = uint8_t(pick(4));
  d.laneStride = uint16_t(1 + pick(5));
  for (int k = 0; k < 4; ++k) {
    d.extent[k] = uint16_t(1 + pick(k == d.laneAxis ? 40 : 5));
    d.low[k] = uint16_t(pick(4) == 0 ? pick(d.extent[k] + 1u) : 0);
    d.high[k] = uint16_t(pick(2) ? d.extent[k] : pick(d.extent[k] + 3u));
  }
  int order[4] = {0, 1, 2, 3};
  std::shuffle(order, order + 4, random);
  LaneLayout layout{d.laneStride, m.machine.lanes};
  uint64_t bank = 1;
  for (int k : order) {
    d.bankStride[k] = uint32_t(bank);
    bank *= k == d.laneAxis ? layout.slotsFor(d.extent[k]) : d.extent[k];
    bank += pick(3);
  }
  std::shuffle(order, order + 4, random);
  int64_t dram = 1, lowest = 0;
  for (int k : order) {
    bool negative = pick(5) == 0;
    d.dramStride[k] = pick(8) == 0 ? 0 : int32_t(negative ? -dram : dram);
    if (d.dramStride[k] < 0)
      lowest += int64_t(d.dramStride[k]) * (d.extent[k] - 1);
    dram *= d.extent[k] + pick(2);
  }
  d.dramAddress = m.source + uint64_t(-lowest * d.elementBytes);
  d.spadAddress = kSpadWindow + pick(20) * d.elementBytes;
  d.fill = random() | uint64_t(random()) << 32;
  return d;
}
bool fits(const DmaDescriptor &d, DmaMachine &m) {
  int64_t last = 0;
  for (int k = 0; k < 4; ++k)
    last += std::max<int64_t>(0, int64_t(d.dramStride[k]) * (d.extent[k] - 1));
  return bankFootprintBytes(d, m.machine.lanes) +
                 (d.spadAddress - kSpadWindow) <=
             m.machine.spadBytesPerLane &&
         d.dramAddress + uint64_t(last + 1) * d.elementBytes <=
             m.source + DmaMachine::kTensor;
}

TEST(Dma, RandomLoadsFollowTheDefinition) {
  const uint32_t seed = std::random_device()();
  std::mt19937 random(seed);
  unsigned tested = 0;
  for (auto [lanes, vlen] : {std::pair{4u, 256u}, {3u, 128u}, {8u, 512u}}) {
    DmaMachine m(lanes, vlen);
    for (unsigned n = 0; n < 150; ++n) {
      DmaDescriptor d = randomDescriptor(random, m);
      if (!fits(d, m))
        continue;
      ++tested;
      expectLoad(m, d, "seed " + std::to_string(seed));
      if (HasFatalFailure())
        return;
    }
  }
  EXPECT_GT(tested, 200u);
}

TEST(Dma, RandomStoresInvertLoads) {
  const uint32_t seed = std::random_device()();
  std::mt19937 random(seed);
  unsigned tested = 0;
  for (unsigned n = 0; n < 200; ++n) {
    DmaMachine m(1 + random() % 8);
    DmaDescriptor d = randomDescriptor(random, m);
    for (int k = 0; k < 4; ++k) // distinct addresses
      if (d.dramStride[k] == 0)
        d.extent[k] = 1;
    if (!fits(d, m))
      continue;
    ++tested;
    uint64_t copy = m.tensor("copy", DmaMachine::kTensor);
    DmaDescriptor store = d;
    store.flags = DmaDescriptor::Store;
    store.dramAddress = copy + (d.dramAddress - m.source);
    ASSERT_EQ(m.run(moveAndWait(d) + moveAndWait(store)), "")
        << "seed " << seed;
    std::vector<bool> written(DmaMachine::kTensor);
    uint64_t c[4];
    for (c[0] = 0; c[0] < d.extent[0]; ++c[0])
      for (c[1] = 0; c[1] < d.extent[1]; ++c[1])
        for (c[2] = 0; c[2] < d.extent[2]; ++c[2])
          for (c[3] = 0; c[3] < d.extent[3]; ++c[3]) {
            bool inside = true;
            int64_t at = 0;
            for (int k = 0; k < 4; ++k) {
              inside &= valid(d, k, c[k]);
              at += int64_t(c[k]) * d.dramStride[k];
            }
            for (unsigned b = 0; inside && b < d.elementBytes; ++b)
              written[d.dramAddress - m.source + at * d.elementBytes + b] =
                  true;
          }
    for (uint64_t k = 0; k < DmaMachine::kTensor; ++k)
      ASSERT_EQ(m.data<uint8_t>(copy)[k],
                written[k] ? m.data<uint8_t>(m.source)[k] : 0)
          << "byte " << k << ", " << store.str() << ", seed " << seed;
  }
  EXPECT_GT(tested, 60u);
}

TEST(Dma, StoresAccumulate) {
  DmaMachine m(4);
  auto accumulate = [&](uint8_t flags, unsigned bytes) {
    uint64_t sum = m.tensor("sum", 4096);
    DmaDescriptor d;
    d.extent = d.high = {1, 1, 1, 8};
    d.dramStride = {0, 0, 0, 1};
    d.bankStride = {0, 0, 0, 1};
    d.elementBytes = uint16_t(bytes);
    d.dramAddress = m.source;
    d.spadAddress = kSpadWindow;
    std::string load = moveAndWait(d);
    d.flags = DmaDescriptor::Store | DmaDescriptor::Accumulate | flags;
    d.dramAddress = sum;
    EXPECT_EQ(m.run(load + moveAndWait(d) + moveAndWait(d)), "");
    return sum;
  };
  for (unsigned k = 0; k < 8; ++k)
    m.data<float>(m.source)[k] = 1.25f * k - 3;
  uint64_t sum = accumulate(DmaDescriptor::AccumulateFloat, 4);
  for (unsigned k = 0; k < 8; ++k)
    EXPECT_EQ(m.data<float>(sum)[k], 2 * (1.25f * k - 3));
  sum = accumulate(0, 4);
  for (unsigned k = 0; k < 8; ++k)
    EXPECT_EQ(m.data<uint32_t>(sum)[k], 2 * m.data<uint32_t>(m.source)[k]);
  for (unsigned k = 0; k < 8; ++k)
    m.data<uint16_t>(m.source)[k] = uint16_t(0x3C00 + 64 * k); // f16 from 1 up
  sum = accumulate(DmaDescriptor::AccumulateFloat, 2);
  for (unsigned k = 0; k < 8; ++k)
    EXPECT_EQ(m.data<uint16_t>(sum)[k], 0x4000 + 64 * k);
  for (unsigned k = 0; k < 8; ++k)
    m.data<double>(m.source)[k] = 0.1 * k;
  sum = accumulate(DmaDescriptor::AccumulateFloat, 8);
  for (unsigned k = 0; k < 8; ++k)
    EXPECT_EQ(m.data<double>(sum)[k], 2 * (0.1 * k));
}

TEST(Dma, StoresToOneAddressKeepTheLastCoordinateOrAddAll) {
  DmaMachine m(4);
  uint64_t out = m.tensor("out", 64);
  DmaDescriptor d;
  d.extent = d.high = {1, 1, 1, 8};
  d.dramStride = {0, 0, 0, 1};
  d.bankStride = {0, 0, 0, 1};
  d.dramAddress = m.source;
  d.spadAddress = kSpadWindow;
  std::string load = moveAndWait(d);
  for (unsigned k = 0; k < 8; ++k)
    m.data<uint32_t>(m.source)[k] = k + 1;
  d.dramStride = {0, 0, 0, 0};
  d.dramAddress = out;
  d.flags = DmaDescriptor::Store;
  ASSERT_EQ(m.run(load + moveAndWait(d)), "");
  EXPECT_EQ(m.data<uint32_t>(out)[0], 8u);
  d.flags |= DmaDescriptor::Accumulate;
  ASSERT_EQ(m.run(load + moveAndWait(d)), "");
  EXPECT_EQ(m.data<uint32_t>(out)[0], 8u + 36);
}

TEST(Dma, ErrorsNameTensorDescriptorAndAddress) {
  DmaMachine m(4);
  DmaDescriptor good;
  good.extent = good.high = {1, 1, 1, 8};
  good.dramStride = {0, 0, 0, 1};
  good.bankStride = {0, 0, 0, 1};
  good.dramAddress = m.source;
  good.spadAddress = kSpadWindow;
  ASSERT_EQ(m.run(moveAndWait(good)), "");
  auto expect = [&](auto change, const char *message) {
    DmaDescriptor d = good;
    change(d);
    std::string error = m.run(moveAndWait(d));
    EXPECT_NE(error.find(message), std::string::npos)
        << "expected '" << message << "', got '" << error << "'";
    EXPECT_EQ(m.kind, FailureKind::Program);
  };
  expect([&](auto &d) { d.dramAddress = m.source + DmaMachine::kTensor - 28; },
         "not inside one tensor; nearest tensor 'source'");
  expect([&](auto &d) { d.dramAddress = m.source - 4; }, "b4 axis 3/1");
  expect([&](auto &d) { d.dramAddress = 0x1000; }, "[0x1000, 0x1020)");
  expect([&](auto &d) { d.spadAddress = kSpadWindow + 4096 - 4; },
         "runs out of the bank");
  expect([&](auto &d) { d.spadAddress = kSpadWindow + 4096; },
         "is not in lane 0's bank");
  expect([&](auto &d) { d.spadAddress += 2; }, "not aligned");
  expect([&](auto &d) { d.extent[0] = 0; }, "extent of 0");
  expect([&](auto &d) { d.laneStride = 0; }, "lane stride 0");
  expect([&](auto &d) { d.elementBytes = 3; }, "elements of 3 bytes");
  expect([&](auto &d) { d.flags = DmaDescriptor::Accumulate; },
         "load with an accumulate flag");
  EXPECT_NE(m.run("li t0, 64\n" + own(isa::Op::DmaWait, "t0")).find("tag 64"),
            std::string::npos);
}

TEST(Dma, OnlyValidElementsAreCheckedAndCounted) {
  DmaMachine m(4);
  DmaDescriptor d;
  d.extent = {1, 1, 4, 8};
  d.low = {0, 0, 0, 0};
  d.high = {1, 1, 2, 5};
  d.dramStride = {0, 0, 8, 1};
  d.bankStride = {0, 0, 2, 1};
  d.dramAddress = m.source + DmaMachine::kTensor - (8 + 5) * 4;
  d.spadAddress = kSpadWindow;
  expectLoad(m, d, "tile at the end of its tensor");
  EXPECT_EQ(m.statistics.dmaBytes, 2u * 5 * 4);
  EXPECT_EQ(m.statistics.dmaMoves, 1u);
  d.high = {0, 0, 0, 0};
  expectLoad(m, d, "nothing valid");
  EXPECT_EQ(m.statistics.dmaBytes, 0u);
}

} // namespace
