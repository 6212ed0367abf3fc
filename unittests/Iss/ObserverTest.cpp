//===- ObserverTest.cpp - What timing models are told ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestMachine.h"
#include <set>

using namespace tilewright;
using namespace tilewright::test;
using isa::Op;

namespace {

constexpr uint8_t kV = kFirstVectorRegister, kF = kFirstFloatRegister,
                  kVl = kVectorConfigRegister;

struct Recorder : Observer {
  struct Entry {
    InstructionInfo info;
    RetiredInstruction retired;
    std::optional<DmaDescriptor> dma;
  };
  std::vector<Entry> entries;
  void retired(const RetiredInstruction &r) override {
    Entry e{*r.info, r, std::nullopt};
    if (r.dma)
      e.dma = *r.dma;
    entries.push_back(e);
  }
};
std::set<unsigned> sources(const InstructionInfo &info) {
  std::set<unsigned> s;
  for (uint8_t r : info.sources)
    if (r != kNoRegister)
      s.insert(r);
  return s;
}

struct Observed : testing::Test {
  TestMachine m{Sanitizers{}};
  Recorder recorder;
  tog::EventRecorder events;

  /// Runs `setup` and then `text`, whose first instruction is returned.
  Recorder::Entry observe(const std::string &setup, const std::string &text) {
    recorder.entries.clear();
    m.observer = &recorder;
    size_t before = count(setup);
    EXPECT_EQ(m.run(setup + "\n" + text), "") << text;
    EXPECT_GT(recorder.entries.size(), before);
    return recorder.entries[before];
  }
  size_t count(const std::string &code) {
    recorder.entries.clear();
    m.observer = &recorder;
    EXPECT_EQ(m.run(code), "");
    size_t n = recorder.entries.size() - 1; // without the return
    recorder.entries.clear();
    return n;
  }
};

TEST_F(Observed, ScalarInstructions) {
  auto e = observe("", "add t0, t1, t2");
  EXPECT_EQ(e.info.unit, UnitClass::IntAlu);
  EXPECT_EQ(e.info.destination, 5);
  EXPECT_EQ(sources(e.info), (std::set<unsigned>{6, 7}));
  EXPECT_EQ(e.info.pc, kCode);
  EXPECT_EQ(e.retired.nextPc, kCode + e.info.bytes);
  e = observe("", "addi x0, x0, 5");
  EXPECT_EQ(e.info.destination, kNoRegister) << "x0 is nobody";
  EXPECT_TRUE(sources(e.info).empty());
  EXPECT_EQ(observe("", "mul t0, t1, t2").info.unit, UnitClass::IntMul);
  EXPECT_EQ(observe("", "divw t0, t1, t2").info.unit, UnitClass::IntDiv);
  e = observe("", "fmadd.s ft0, ft1, ft2, ft3");
  EXPECT_EQ(e.info.unit, UnitClass::ScalarFp);
  EXPECT_EQ(e.info.destination, kF + 0);
  EXPECT_EQ(sources(e.info), (std::set<unsigned>{kF + 1u, kF + 2u, kF + 3u}));
  e = observe("", "sd t1, -16(sp)");
  EXPECT_TRUE(e.info.isStore && !e.info.isLoad);
  EXPECT_EQ(e.info.unit, UnitClass::ScalarMemory);
  EXPECT_EQ(e.retired.address, kSpadWindow + m.machine.spadBytesPerLane - 16);
  EXPECT_EQ(e.retired.elementBytes, 8);
  e = observe("", "lhu t1, -16(sp)");
  EXPECT_TRUE(e.info.isLoad && !e.info.isStore);
  EXPECT_EQ(e.retired.elementBytes, 2);
  EXPECT_EQ(observe("", "fence").info.unit, UnitClass::Misc);
}

TEST_F(Observed, BranchesAndJumps) {
  auto e = observe("", "beqz x0, there\nnop\nthere:");
  EXPECT_TRUE(e.info.isBranch && e.retired.taken);
  EXPECT_EQ(e.retired.nextPc, recorder.entries[1].info.pc);
  e = observe("", "bnez x0, there\nnop\nthere:");
  EXPECT_TRUE(e.info.isBranch && !e.retired.taken);
  EXPECT_EQ(e.retired.nextPc, e.info.pc + e.info.bytes);
  e = observe("", "j there\nthere:");
  EXPECT_TRUE(e.info.isJump && e.retired.taken);
  EXPECT_EQ(e.info.bytes, 2) << "compressed";
}

TEST_F(Observed, VectorInstructions) {
  auto config = observe("", "vsetivli t0, 5, e16, m2, ta, ma");
  EXPECT_EQ(config.info.unit, UnitClass::VectorConfig);
  EXPECT_EQ(config.info.destination, 5);
  EXPECT_EQ(config.retired.vl, 5u);
  config = observe("", "vsetivli x0, 5, e16, m2, ta, ma");
  EXPECT_EQ(config.info.destination, kVl);

  const std::string m2 = "vsetivli x0, 13, e32, m2, ta, ma\nvid.v v8";
  auto e = observe(m2, "vadd.vv v8, v10, v12, v0.t");
  EXPECT_TRUE(e.info.isVector);
  EXPECT_EQ(e.info.unit, UnitClass::VectorAdd);
  EXPECT_EQ(e.info.destination, kV + 8);
  EXPECT_EQ(sources(e.info), (std::set<unsigned>{kV, kV + 10u, kV + 12u, kVl}));
  EXPECT_EQ(e.retired.vl, 13u);
  EXPECT_EQ(e.retired.registers, 2);
  EXPECT_EQ(e.retired.elementBytes, 4);
  e = observe(m2, "vfmacc.vf v8, fa0, v10");
  EXPECT_EQ(e.info.unit, UnitClass::VectorMul);
  EXPECT_EQ(sources(e.info),
            (std::set<unsigned>{kV + 8u, kV + 10u, kF + 10u, kVl}))
      << "multiply-add reads its destination";
  EXPECT_EQ(observe(m2, "vwmul.vv v8, v12, v14").retired.registers, 4)
      << "the widest group counts";
  EXPECT_EQ(observe(m2, "vfsqrt.v v8, v10").info.unit, UnitClass::VectorMul);
  EXPECT_EQ(observe(m2, "vfdiv.vv v8, v10, v12").info.unit,
            UnitClass::VectorDiv);
  EXPECT_EQ(observe(m2, "vredsum.vs v8, v10, v12").info.unit,
            UnitClass::VectorReduce);
  EXPECT_EQ(observe(m2, "vfcvt.x.f.v v8, v10").info.unit,
            UnitClass::VectorMisc);
  EXPECT_EQ(observe(m2, "vslidedown.vi v8, v10, 1").info.unit,
            UnitClass::VectorMisc);
  e = observe(m2, "vmand.mm v8, v9, v10");
  EXPECT_EQ(e.retired.registers, 1) << "mask operations are one register";
  EXPECT_EQ(observe(m2, "vmv4r.v v8, v12").retired.registers, 4);
  e = observe(m2, "vmv.x.s t1, v8");
  EXPECT_EQ(e.info.destination, 6);
  EXPECT_EQ(sources(e.info), (std::set<unsigned>{kV + 8u, kVl}));
  e = observe(m2, "vfmv.f.s ft1, v8");
  EXPECT_EQ(e.info.destination, kF + 1);
}

TEST_F(Observed, VectorMemory) {
  const std::string setup = llvm::formatv(
      "li s0, {0}\nvsetivli x0, 8, e32, m1, ta, ma", kSpadWindow + 64);
  auto e = observe(setup, "vle32.v v8, (s0), v0.t");
  EXPECT_EQ(e.info.unit, UnitClass::VectorMemory);
  EXPECT_TRUE(e.info.isLoad);
  EXPECT_EQ(e.retired.address, kSpadWindow + 64);
  EXPECT_TRUE(e.retired.contiguous);
  EXPECT_EQ(sources(e.info), (std::set<unsigned>{8, kV, kVl}));
  e = observe(setup, "vse64.v v8, (s0)");
  EXPECT_TRUE(e.info.isStore);
  EXPECT_EQ(e.retired.registers, 2) << "EMUL";
  EXPECT_EQ(e.retired.elementBytes, 8);
  EXPECT_EQ(sources(e.info), (std::set<unsigned>{8, kV + 8u, kVl}));
  e = observe(setup, "vlse16.v v8, (s0), x0");
  EXPECT_FALSE(e.retired.contiguous);
  EXPECT_EQ(e.retired.elementBytes, 2);
  e = observe(setup + "\nvmv.v.i v16, 0", "vluxei64.v v8, (s0), v16");
  EXPECT_FALSE(e.retired.contiguous);
  EXPECT_EQ(e.retired.elementBytes, 4);
  EXPECT_EQ(sources(e.info), (std::set<unsigned>{8, kV + 16u, kVl}));
  EXPECT_EQ(observe(setup, "vlseg3e32.v v8, (s0)").retired.registers, 3);
  EXPECT_EQ(observe(setup, "vl4re32.v v8, (s0)").retired.registers, 4);
}

TEST_F(Observed, OwnInstructionsAndEvents) {
  uint64_t in = m.tensor("in", 4096);
  DmaDescriptor load = laneBytes(m.machine, in, 0, 64, false, 5);
  DmaDescriptor store = laneBytes(m.machine, in, 64, 64, true, 9);
  m.observer = &recorder;
  m.events = &events;
  ASSERT_EQ(
      m.run(marker(7) + startMove(load) + marker(4095) + startMove(store) +
            waitFor(9) + waitFor(5) + "vsetivli x0, 4, e32, m1, ta, ma\n" +
            ownVector(Op::WeightPush, 0, 12, 1) + ownVector(Op::Exp, 8, 9)),
      "");
  using Kind = tog::Event::Kind;
  const std::vector<tog::Event> expected = {
      {Kind::Compute, {}, 7}, {Kind::Dma, load, 0}, {Kind::Compute, {}, 4095},
      {Kind::Dma, store, 0},  {Kind::Wait, {}, 9},  {Kind::Wait, {}, 5}};
  EXPECT_EQ(events.events, expected);

  std::vector<Recorder::Entry> own;
  for (const auto &e : recorder.entries)
    if (e.info.op)
      own.push_back(e);
  auto find = [&](Op op) {
    for (const auto &e : own)
      if (e.info.op == op)
        return e;
    ADD_FAILURE() << isa::encoding(op).mnemonic;
    return own[0];
  };
  EXPECT_EQ(find(Op::DmaLoad).dma, load);
  EXPECT_EQ(find(Op::DmaStore).dma, store);
  EXPECT_EQ(find(Op::DmaLoad).info.unit, UnitClass::Misc);
  EXPECT_EQ(sources(find(Op::DmaLoad).info), (std::set<unsigned>{5, 6}));
  EXPECT_EQ(find(Op::DmaWait).retired.tag, 9u);
  auto push = find(Op::WeightPush);
  EXPECT_EQ(push.info.unit, UnitClass::Array);
  EXPECT_EQ(sources(push.info), (std::set<unsigned>{kV + 12u, kVl}));
  EXPECT_EQ(push.retired.vl, 4u);
  auto exp = find(Op::Exp);
  EXPECT_EQ(exp.info.unit, UnitClass::Sfu);
  EXPECT_EQ(exp.info.destination, kV + 8);
  EXPECT_EQ(sources(exp.info), (std::set<unsigned>{kV + 9u, kVl}));
}

TEST_F(Observed, RunsAreEqualWithAndWithoutObservers) {
  std::string code = "vsetivli x0, 8, e32, m1, ta, ma\nli t0, 100\nagain:\n"
                     "vadd.vi v8, v8, 1\naddi t0, t0, -1\nbnez t0, again";
  ASSERT_EQ(m.run(code), "");
  RunStatistics quiet = m.statistics;
  m.observer = &recorder;
  ASSERT_EQ(m.run(code), "");
  EXPECT_EQ(recorder.entries.size(), quiet.instructions);
  EXPECT_EQ(m.statistics.instructions, quiet.instructions);
  EXPECT_EQ(quiet.vectorInstructions, 100u);
  EXPECT_EQ(quiet.instructions, 2u + 300 + 1);
}

} // namespace
