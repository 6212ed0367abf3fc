//===- VectorMemoryTest.cpp - Vector loads and stores ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every lane's bank is filled from a tensor, one load or store runs between
// bank and v8, and the bank (and v8 through it) is written back. The model
// works on the tensor.
//
//===----------------------------------------------------------------------===//

#include "TestMachine.h"
#include <cstring>

using namespace tilewright;
using namespace tilewright::test;

namespace {

constexpr unsigned kBank = 2048; // bytes of each bank used as memory
constexpr unsigned kV8 = 1024;   // where v8..v15 are stored, inside it
constexpr unsigned kLanes = 5;

struct MemoryMachine : TestMachine {
  uint64_t in, out;
  explicit MemoryMachine()
      : TestMachine(Sanitizers::all(), smallMachine(kLanes)) {
    in = tensor("in", kBank * kLanes);
    out = tensor("out", kBank * kLanes);
    std::mt19937 random(7);
    for (unsigned k = 0; k < kBank * kLanes; ++k)
      data<uint8_t>(in)[k] = uint8_t(random());
  }
  uint8_t *input(unsigned lane, unsigned offset) {
    return data<uint8_t>(in) + lane * kBank + offset;
  }
  /// Indices, masks and the like.
  template <class T> void put(unsigned lane, unsigned offset, T v) {
    std::memcpy(input(lane, offset), &v, sizeof(T));
  }
  /// t2 is the base at `offset`, t3 a stride, v24 holds memory at 512, v0 at
  /// 448, v8..v15 the memory at kV8 before and after.
  std::string execute(unsigned offset, int64_t stride, const char *config,
                      const std::string &text) {
    auto li = [](const char *r, uint64_t v) {
      return llvm::formatv("li {0}, {1}\n", r, int64_t(v)).str();
    };
    return run(moveAndWait(laneBytes(machine, in, 0, kBank, false)) +
               li("t0", kSpadWindow + 512) + "vl8re8.v v24, (t0)\n" +
               li("t0", kSpadWindow + 448) + "vl1re8.v v0, (t0)\n" +
               li("t0", kSpadWindow + kV8) + "vl8re8.v v8, (t0)\n" +
               li("t2", kSpadWindow + offset) + li("t3", uint64_t(stride)) +
               config + "\n" + text + "\n" + li("t0", kSpadWindow + kV8) +
               "vs8r.v v8, (t0)\n" +
               moveAndWait(laneBytes(machine, out, 0, kBank, true)));
  }
  /// The whole memory equals the input but for what `change` did to a copy.
  void expect(std::function<void(unsigned lane, uint8_t *bank)> change) {
    for (unsigned l = 0; l < kLanes; ++l) {
      std::vector<uint8_t> bank(input(l, 0), input(l, 0) + kBank);
      change(l, bank.data());
      for (unsigned b = 0; b < kBank; ++b)
        ASSERT_EQ(data<uint8_t>(out)[l * kBank + b], bank[b])
            << "lane " << l << ", byte " << b;
    }
  }
};

TEST(VectorMemory, UnitStrideAtAnyAlignment) {
  MemoryMachine m;
  for (unsigned offset : {0u, 4u, 20u, 32u, 60u})
    for (unsigned n : {1u, 7u, 8u, 13u, 32u}) {
      std::string config =
          llvm::formatv("li t4, {0}\nvsetvli x0, t4, e32, m4, tu, mu", n);
      ASSERT_EQ(m.execute(offset, 0, config.c_str(), "vle32.v v8, (t2)"), "");
      m.expect([&](unsigned, uint8_t *bank) {
        std::memcpy(bank + kV8, bank + offset, 4 * n);
      });
      ASSERT_EQ(m.execute(offset, 0, config.c_str(), "vse32.v v8, (t2)"), "");
      m.expect([&](unsigned, uint8_t *bank) {
        std::memcpy(bank + offset, bank + kV8, 4 * n);
      });
    }
}

TEST(VectorMemory, ElementWidthOfMemoryMayDifferFromSew) {
  MemoryMachine m;
  // EMUL = EEW / SEW * LMUL = 1/2.
  ASSERT_EQ(
      m.execute(8, 0, "vsetivli x0, 8, e32, m1, tu, mu", "vle16.v v8, (t2)"),
      "");
  m.expect(
      [](unsigned, uint8_t *bank) { std::memcpy(bank + kV8, bank + 8, 16); });
  ASSERT_EQ(
      m.execute(8, 0, "vsetivli x0, 8, e32, m1, tu, mu", "vse64.v v8, (t2)"),
      "");
  m.expect(
      [](unsigned, uint8_t *bank) { std::memcpy(bank + 8, bank + kV8, 64); });
}

TEST(VectorMemory, MasksSelectPerLane) {
  MemoryMachine m;
  const char *config = "vsetivli x0, 8, e32, m1, tu, mu";
  auto active = [&](unsigned l, unsigned e) {
    return *m.input(l, 448) >> e & 1;
  };
  ASSERT_EQ(m.execute(64, 0, config, "vle32.v v8, (t2), v0.t"), "");
  m.expect([&](unsigned l, uint8_t *bank) {
    for (unsigned e = 0; e < 8; ++e)
      if (active(l, e))
        std::memcpy(bank + kV8 + 4 * e, bank + 64 + 4 * e, 4);
  });
  ASSERT_EQ(m.execute(64, 12, config, "vsse32.v v8, (t2), t3, v0.t"), "");
  m.expect([&](unsigned l, uint8_t *bank) {
    for (unsigned e = 0; e < 8; ++e)
      if (active(l, e))
        std::memcpy(bank + 64 + 12 * e, bank + kV8 + 4 * e, 4);
  });
}

TEST(VectorMemory, StridesMayBeNegativeOrZero) {
  MemoryMachine m;
  for (int64_t stride : {-8, 0, 2, 34}) {
    ASSERT_EQ(m.execute(128, stride, "vsetivli x0, 8, e16, m1, tu, mu",
                        "vlse16.v v8, (t2), t3"),
              "");
    m.expect([&](unsigned, uint8_t *bank) {
      for (int e = 0; e < 8; ++e)
        std::memcpy(bank + kV8 + 2 * e, bank + 128 + e * stride, 2);
    });
  }
}

TEST(VectorMemory, IndicesBelongToTheLane) {
  MemoryMachine m;
  for (unsigned l = 0; l < kLanes; ++l)
    for (unsigned e = 0; e < 8; ++e)
      m.put<uint16_t>(l, 512 + 2 * e, uint16_t(4 * ((e * 5 + l * 3) % 64)));
  auto index = [&](unsigned l, unsigned e) {
    return 4 * ((e * 5 + l * 3) % 64);
  };
  const char *config = "vsetivli x0, 8, e32, m1, tu, mu";
  ASSERT_EQ(m.execute(64, 0, config, "vluxei16.v v8, (t2), v24"), "");
  m.expect([&](unsigned l, uint8_t *bank) {
    for (unsigned e = 0; e < 8; ++e)
      std::memcpy(bank + kV8 + 4 * e, bank + 64 + index(l, e), 4);
  });
  ASSERT_EQ(m.execute(64, 0, config, "vsoxei16.v v8, (t2), v24"), "");
  m.expect([&](unsigned l, uint8_t *bank) {
    for (unsigned e = 0; e < 8; ++e)
      std::memcpy(bank + 64 + index(l, e), bank + kV8 + 4 * e, 4);
  });
}

TEST(VectorMemory, SegmentsInterleaveRegisters) {
  MemoryMachine m;
  const char *config = "vsetivli x0, 6, e32, m1, tu, mu";
  ASSERT_EQ(m.execute(16, 0, config, "vlseg3e32.v v8, (t2)"), "");
  m.expect([](unsigned, uint8_t *bank) {
    for (unsigned e = 0; e < 6; ++e)
      for (unsigned f = 0; f < 3; ++f)
        std::memcpy(bank + kV8 + 32 * f + 4 * e, bank + 16 + 4 * (3 * e + f),
                    4);
  });
  ASSERT_EQ(m.execute(16, 20, config, "vssseg2e32.v v8, (t2), t3"), "");
  m.expect([](unsigned, uint8_t *bank) {
    for (unsigned e = 0; e < 6; ++e)
      for (unsigned f = 0; f < 2; ++f)
        std::memcpy(bank + 16 + 20 * e + 4 * f, bank + kV8 + 32 * f + 4 * e, 4);
  });
}

TEST(VectorMemory, MaskAndWholeRegisterFormsIgnoreSew) {
  MemoryMachine m;
  const char *config = "vsetivli x0, 19, e8, m1, tu, mu";
  ASSERT_EQ(m.execute(64, 0, config, "vlm.v v8, (t2)"), "");
  m.expect(
      [](unsigned, uint8_t *bank) { std::memcpy(bank + kV8, bank + 64, 3); });
  ASSERT_EQ(m.execute(64, 0, config, "vs2r.v v8, (t2)"), "");
  m.expect(
      [](unsigned, uint8_t *bank) { std::memcpy(bank + 64, bank + kV8, 64); });
}

TEST(VectorMemory, ProgramDataIsTheSameInAllLanes) {
  MemoryMachine m;
  std::vector<uint8_t> table(64);
  for (unsigned k = 0; k < 64; ++k)
    table[k] = uint8_t(3 * k);
  ASSERT_FALSE(bool(m.core.loadSegment(0x20000, table, false)));
  ASSERT_EQ(m.execute(0, 0, "vsetivli x0, 8, e32, m1, tu, mu",
                      "li t2, 0x20008\nvle32.v v8, (t2)"),
            "");
  m.expect(
      [&](unsigned, uint8_t *bank) { std::memcpy(bank + kV8, &table[8], 32); });
  EXPECT_NE(m.execute(0, 0, "vsetivli x0, 8, e32, m1, tu, mu",
                      "li t2, 0x20024\nvle32.v v8, (t2)")
                .find("not program data"),
            std::string::npos)
      << "the table ends inside the vector";
}

} // namespace
