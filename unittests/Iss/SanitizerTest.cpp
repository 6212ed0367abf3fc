//===- SanitizerTest.cpp - What each sanitizer reports, and what not ------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestMachine.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

constexpr unsigned kBytes = 64; // of each lane's share of the test tensors

struct Sanitized : testing::Test {
  TestMachine m{Sanitizers::all()};
  uint64_t in = m.tensor("in", 4096), out = m.tensor("out", 4096);

  std::string load(uint64_t offset, unsigned tag = 1) {
    return startMove(laneBytes(m.machine, in, offset, kBytes, false, tag));
  }
  std::string store(uint64_t offset, unsigned tag = 2) {
    return startMove(laneBytes(m.machine, out, offset, kBytes, true, tag));
  }
  /// A vector instruction on 16 f32 at a bank offset; `text` uses t2.
  static std::string vector(uint64_t offset, const char *text) {
    return llvm::formatv("li t2, {0}\nvsetivli x0, 16, e32, m2, ta, ma\n{1}\n",
                         kSpadWindow + offset, text);
  }
  static std::string vle(uint64_t offset) {
    return vector(offset, "vle32.v v8, (t2)");
  }
  static std::string vse(uint64_t offset) {
    return vector(offset, "vse32.v v8, (t2)");
  }

  void clean(const std::string &code) { EXPECT_EQ(m.run(code), ""); }
  void reports(const std::string &code,
               std::initializer_list<const char *> parts) {
    std::string error = m.run(code);
    for (const char *part : parts)
      EXPECT_NE(error.find(part), std::string::npos)
          << "expected '" << part << "', got '" << error << "'";
    EXPECT_EQ(m.kind, FailureKind::Program);
  }
  /// The same code with every sanitizer off.
  void ignored(const std::string &code) {
    TestMachine off{Sanitizers{}};
    off.tensor("in", 4096);
    off.tensor("out", 4096);
    EXPECT_EQ(off.run(code), "");
  }
};

TEST_F(Sanitized, LoadedDataIsPoisonUntilItsWait) {
  clean(load(0) + waitFor(1) + vle(0));
  clean(load(0) + load(64, 3) + waitFor(1) + vle(0));
  std::string early = load(0) + vle(0);
  reports(early,
          {"DMA hazard: vector load reads lane 0, bank offset 0x0",
           "a move not waited for writes: load", "tag 1", "kernel 'test'"});
  ignored(early);
  reports(load(0) + waitFor(2) + vle(0), {"DMA hazard"});
  reports(load(0) + vle(32), {"bank offset 0x20"});
  reports(
      load(0) +
          llvm::formatv("li t2, {0}\nld t3, 0(t2)\n", kSpadWindow + 8).str(),
      {"DMA hazard: scalar load", "bank offset 0x8"});
  reports(load(0) + vse(0), {"DMA hazard: vector store overwrites"});
  reports(load(0) + store(0), {"DMA hazard: DMA store reads"});
  reports(load(0) + load(32, 3), {"DMA hazard: DMA load overwrites"});
  reports(load(0) + vector(64 - 4, "vlse32.v v8, (t2), x0"), {"DMA hazard"});
}

TEST_F(Sanitized, StoreSourcesAreKeptUntilTheWait) {
  std::string ready = load(0) + waitFor(1);
  clean(ready + store(0) + vle(0) + waitFor(2) + vse(0));
  std::string overwrite = ready + vle(0) + store(0) + vse(0);
  reports(overwrite, {"DMA hazard: vector store overwrites lane 0",
                      "a move not waited for reads: store"});
  ignored(overwrite);
  reports(ready + store(0) + load(0), {"DMA hazard: DMA load overwrites"});
  // Two stores read the bytes; waiting for one does not free them.
  reports(ready + vle(0) + store(0, 2) + store(0, 3) + waitFor(2) + vse(0),
          {"DMA hazard", "tag 3"});
  clean(ready + vle(0) + store(0, 2) + store(0, 3) + waitFor(2) + waitFor(3) +
        vse(0));
}

TEST_F(Sanitized, MovesDoNotOutliveTheirKernel) {
  clean(load(0));
  clean(load(0) + waitFor(1));
}

TEST_F(Sanitized, UninitializedScratchpadIsReported) {
  std::string read = vle(256);
  reports(read, {"vector load reads uninitialized scratchpad: lane 0, bank "
                 "offset 0x100"});
  ignored(read);
  clean(vse(256) + vle(256));
  reports(vse(256) + vle(260), {"bank offset 0x140"});
  reports(store(0), {"DMA store reads uninitialized"});
  reports("lw t0, -4(sp)\n", {"scalar load reads uninitialized"});
  clean("sw t0, -4(sp)\nlw t0, -4(sp)\n");
  // Only lane 0 is written by a scalar store.
  reports(llvm::formatv("li t2, {0}\nsd x0, 512(t2)\n", kSpadWindow).str() +
              vector(512, "vsetivli x0, 2, e32, m1, ta, ma\nvle32.v v8, (t2)"),
          {"lane 1, bank offset 0x200"});
  // A new launch starts with an unwritten scratchpad.
  clean(vse(256));
  reports(read, {"uninitialized"});
}

TEST_F(Sanitized, TilesMustNotReachTheStack) {
  uint64_t stack = m.machine.spadBytesPerLane - m.stackBytes;
  clean(vse(stack - 64));
  std::string into = vse(stack - 32);
  reports(into, {"vector store collides with the kernel's stack (1024 bytes"});
  ignored(into);
  reports(startMove(laneBytes(m.machine, in, stack - 32, kBytes, false)),
          {"collides with the kernel's stack"});
  clean("addi sp, sp, -64\nvsetivli x0, 16, e32, m2, ta, ma\nvse32.v v8, (sp)\n"
        "vle32.v v8, (sp)\naddi sp, sp, 64");
}

TEST_F(Sanitized, ScalarsMustNotDependOnTheLane) {
  std::string config = "vsetivli x0, 8, e32, m1, ta, ma\n";
  std::string lanes = config + ownVector(isa::Op::LaneIndex, 8);
  clean(config + "vid.v v8\nvmv.x.s a0, v8\n");
  std::string take = lanes + "vmv.x.s a0, v8\n";
  reports(take,
          {"lane divergence: vmv.x.s reads 0x0 in lane 0 and 0x1 in lane 1"});
  ignored(take);
  reports(lanes + "vfmv.f.s fa0, v8\n", {"lane divergence: vfmv.f.s"});
  std::string mask = lanes + "vmseq.vi v0, v8, 0\n";
  reports(mask + "vcpop.m a0, v0\n",
          {"lane divergence: vcpop.m gives 8 in lane 0 and 0 in lane 1"});
  reports(mask + "vfirst.m a0, v0\n",
          {"vfirst.m gives 0 in lane 0 and -1 in lane 1"});
  clean(config +
        "vid.v v8\nvmseq.vi v0, v8, 3\nvcpop.m a0, v0\nvfirst.m a1, v0\n");
}

TEST_F(Sanitized, BankLimitsAreAlwaysChecked) {
  TestMachine off{Sanitizers{}};
  uint64_t tensor = off.tensor("in", 4096);
  auto reports = [&](const std::string &code, const char *part) {
    std::string error = off.run(code);
    EXPECT_NE(error.find(part), std::string::npos) << error;
  };
  uint64_t end = off.machine.spadBytesPerLane;
  EXPECT_EQ(off.run(vle(end - 64)), "");
  reports(vle(end - 60), "vector load of 64 bytes out of bank: lane 0");
  // Masked-off elements beyond the bank are not accessed.
  std::string masked = "vsetivli x0, 16, e32, m2, ta, ma\nli t3, 0x7fff\n"
                       "vsetivli x0, 1, e16, m1, ta, ma\nvmv.s.x v0, t3\n";
  EXPECT_EQ(off.run(masked + vector(end - 60, "vle32.v v8, (t2), v0.t")), "");
  reports(vector(4, "vlse32.v v8, (t2), t2"), "out of bank");
  reports(llvm::formatv("li t2, {0}\nvsetivli x0, 8, e32, m1, ta, ma\n"
                        "vle32.v v8, (t2)\n",
                        tensor),
          "vectors reach DRAM only through DMA");
  reports("li t2, 0x5000\nvsetivli x0, 8, e32, m1, ta, ma\nvle32.v v8, (t2)\n",
          "not program data");
  reports("li t2, 0x10000\nvsetivli x0, 8, e32, m1, ta, ma\nvse32.v v8, (t2)\n",
          "is not in lane 0's bank");
  reports(vector(2, "vle32.v v8, (t2)"), "misaligned");
  reports("vadd.vv v8, v8, v8\n", "vill");
  reports("vsetivli x0, 8, e32, m2, ta, ma\nvadd.vv v8, v9, v8\n",
          "register group does not fit");
  reports("vsetivli x0, 8, e32, m1, ta, ma\n.word 0x00940057 # vadd v0, v0.t\n",
          "overlaps v0");
  reports("vsetivli x0, 8, e8, m1, ta, ma\nvfadd.vv v8, v9, v8\n",
          "element width 8");
}

} // namespace
