//===- ScalarTest.cpp - RV64 control core ---------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestMachine.h"

using namespace tilewright;
using namespace tilewright::test;
using testing::Test;

namespace {

constexpr uint64_t kMin64 = uint64_t(1) << 63;

/// One instruction on t1 and t2 with the result in t0.
struct Case {
  const char *instruction;
  uint64_t t1, t2, expected;
};

void check(llvm::ArrayRef<Case> cases) {
  TestMachine m;
  uint64_t io = m.tensor("io", cases.size() * 24);
  std::string code = "ld s0, 0(a0)\n";
  for (size_t k = 0; k < cases.size(); ++k) {
    m.data<uint64_t>(io)[3 * k] = cases[k].t1;
    m.data<uint64_t>(io)[3 * k + 1] = cases[k].t2;
    code += llvm::formatv("ld t1, 0(s0)\nld t2, 8(s0)\nfmv.d.x ft1, t1\n"
                          "fmv.d.x ft2, t2\n{0}\nsd t0, 16(s0)\n"
                          "addi s0, s0, 24\n",
                          cases[k].instruction);
  }
  ASSERT_EQ(m.run(code, {io}), "");
  for (size_t k = 0; k < cases.size(); ++k)
    EXPECT_EQ(m.data<uint64_t>(io)[3 * k + 2], cases[k].expected)
        << cases[k].instruction << " of 0x" << std::hex << cases[k].t1 << ", 0x"
        << cases[k].t2;
}

TEST(Scalar, DivisionByZeroAndOverflowFollowTheManual) {
  check({{"div t0, t1, t2", 7, 0, ~0ull},
         {"divu t0, t1, t2", 7, 0, ~0ull},
         {"rem t0, t1, t2", 7, 0, 7},
         {"remu t0, t1, t2", 7, 0, 7},
         {"div t0, t1, t2", kMin64, ~0ull, kMin64},
         {"rem t0, t1, t2", kMin64, ~0ull, 0},
         {"divw t0, t1, t2", 0x80000000, 0xffffffff, 0xffffffff80000000},
         {"remw t0, t1, t2", 0x80000000, 0xffffffff, 0},
         {"divuw t0, t1, t2", 0xffffffff, 0, ~0ull},
         {"remuw t0, t1, t2", 0x80000001, 0, 0xffffffff80000001},
         {"div t0, t1, t2", uint64_t(-7), 2, uint64_t(-3)},
         {"rem t0, t1, t2", uint64_t(-7), 2, uint64_t(-1)}});
}

TEST(Scalar, WordOperationsSignExtend) {
  check({{"addw t0, t1, t2", 0x7fffffff, 1, 0xffffffff80000000},
         {"subw t0, t1, t2", 0, 1, ~0ull},
         {"addiw t0, t1, 0", 0x80000000, 0, 0xffffffff80000000},
         {"sllw t0, t1, t2", 1, 31, 0xffffffff80000000},
         {"sllw t0, t1, t2", 1, 33, 2},
         {"srlw t0, t1, t2", 0xffffffff80000000, 4, 0x08000000},
         {"sraw t0, t1, t2", 0x80000000, 4, 0xfffffffff8000000},
         {"mulw t0, t1, t2", 0x10000, 0x8000, 0xffffffff80000000},
         {"sra t0, t1, t2", kMin64, 63, ~0ull},
         {"srl t0, t1, t2", kMin64, 63, 1},
         {"sll t0, t1, t2", 1, 64, 1},
         {"mulh t0, t1, t2", kMin64, kMin64, uint64_t(1) << 62},
         {"mulhu t0, t1, t2", ~0ull, ~0ull, ~0ull - 1},
         {"mulhsu t0, t1, t2", ~0ull, ~0ull, ~0ull},
         {"sltu t0, t1, t2", 1, ~0ull, 1},
         {"slt t0, t1, t2", 1, ~0ull, 0},
         {"lui t0, 0x80000", 0, 0, 0xffffffff80000000}});
}

TEST(Scalar, FloatingPointCornersFollowTheManual) {
  const uint64_t one = 0x3ff0000000000000, nan = 0x7ff8000000000000,
                 box1 = 0xffffffff3f800000, boxNan = 0xffffffff7fc00000;
  check(
      {// Results that are NaN are canonical whatever the payload.
       {"fadd.d ft0, ft1, ft2\nfmv.x.d t0, ft0", 0xfff8000000001234, one, nan},
       {"fadd.s ft0, ft1, ft2\nfmv.x.d t0, ft0", box1, boxNan | 0x80000001,
        boxNan},
       // A single not boxed in ones reads as NaN.
       {"fadd.s ft0, ft1, ft2\nfmv.x.d t0, ft0", 0x3f800000, box1, boxNan},
       // min and max prefer the number, and -0 is below +0.
       {"fmin.d ft0, ft1, ft2\nfmv.x.d t0, ft0", nan, one, one},
       {"fmax.d ft0, ft1, ft2\nfmv.x.d t0, ft0", 0, kMin64, 0},
       {"fmin.d ft0, ft1, ft2\nfmv.x.d t0, ft0", 0, kMin64, kMin64},
       // Conversions saturate; NaN is the largest value.
       {"fcvt.w.d t0, ft1, rtz", 0x7ff0000000000000, 0, 0x7fffffff},
       {"fcvt.wu.d t0, ft1, rtz", nan, 0, ~0ull},
       {"fcvt.l.d t0, ft1, rtz", nan, 0, kMin64 - 1},
       {"fcvt.lu.d t0, ft1, rtz", 0xbff0000000000000, 0, 0},
       {"fcvt.w.d t0, ft1, rne", 0x4004000000000000, 0, 2}, // 2.5
       {"fcvt.w.d t0, ft1, rmm", 0x4004000000000000, 0, 3},
       {"fcvt.w.d t0, ft1, rdn", 0xc004000000000000, 0, uint64_t(-3)},
       {"fcvt.w.d t0, ft1, rup", 0xc004000000000000, 0, uint64_t(-2)},
       // 2^24 + 1 does not fit f32: the tie goes to even, or up.
       {"fcvt.s.l ft0, t1, rne\nfmv.x.w t0, ft0", 0x1000001, 0, 0x4b800000},
       {"fcvt.s.l ft0, t1, rup\nfmv.x.w t0, ft0", 0x1000001, 0, 0x4b800001},
       {"fdiv.d ft0, ft1, ft2, rup\nfmv.x.d t0, ft0", one, 0x4008000000000000,
        0x3fd5555555555556},
       {"fdiv.d ft0, ft1, ft2, rdn\nfmv.x.d t0, ft0", one, 0x4008000000000000,
        0x3fd5555555555555},
       {"feq.d t0, ft1, ft2", nan, nan, 0},
       {"fle.d t0, ft1, ft2", one, one, 1},
       {"fclass.d t0, ft1", 0x8000000000000000, 0, 8},
       {"fclass.d t0, ft1", 1, 0, 32},
       {"fclass.s t0, ft1", 0xffffffffff800000, 0, 1},
       {"fcvt.h.s ft0, ft1\nfmv.x.h t0, ft0", 0xffffffff477fefff, 0, 0x7bff},
       {"fcvt.h.s ft0, ft1\nfmv.x.h t0, ft0", 0xffffffff477ff000, 0, 0x7c00},
       {"fcvt.h.s ft0, ft1\nfmv.x.h t0, ft0", 0xffffffff33000000, 0, 0},
       {"fcvt.h.s ft0, ft1\nfmv.x.h t0, ft0", 0xffffffff33000001, 0, 1},
       {"fmsub.d ft0, ft1, ft2, ft1\nfmv.x.d t0, ft0", one, 0x4008000000000000,
        0x4000000000000000},
       {"fnmadd.d ft0, ft1, ft2, ft1\nfmv.x.d t0, ft0", one, 0x4008000000000000,
        0xc010000000000000},
       {"fsgnjn.s ft0, ft1, ft1\nfmv.x.w t0, ft0", box1, 0,
        0xffffffffbf800000}});
}

TEST(Scalar, CompressedInstructionsRunLoopsAndCalls) {
  TestMachine m;
  uint64_t io = m.tensor("io", 64);
  // 10 + 9 + ... + 1 through a call, mostly 16-bit instructions.
  std::string error = m.run(R"(
    ld s0, 0(a0)
    mv s1, ra
    addi sp, sp, -16
    sd s1, 8(sp)
    li a1, 10
    jal ra, sum
    sd a0, 0(s0)
    ld ra, 8(sp)
    addi sp, sp, 16
    lui a5, 0x1f
    sd a5, 8(s0)
    j end
  sum:
    li a0, 0
  next:
    add a0, a0, a1
    addi a1, a1, -1
    bnez a1, next
    ret
  end:)",
                            {io});
  ASSERT_EQ(error, "");
  EXPECT_EQ(m.data<uint64_t>(io)[0], 55u);
  EXPECT_EQ(m.data<uint64_t>(io)[1], 0x1f000u);
}

TEST(Scalar, AtomicsReturnTheOldValue) {
  TestMachine m;
  uint64_t io = m.tensor("io", 64);
  m.data<int64_t>(io)[0] = -5;
  m.data<int32_t>(io)[2] = -1;
  ASSERT_EQ(m.run(R"(
    ld s0, 0(a0)
    li t1, 3
    amoadd.d t0, t1, (s0)
    sd t0, 16(s0)
    addi s1, s0, 8
    amomaxu.w t0, t1, (s1)
    sd t0, 24(s0)
    lr.w t2, (s1)
    sc.w t3, t1, (s1)
    sc.w t4, t1, (s1)
    sd t3, 32(s0)
    sd t4, 40(s0))",
                  {io}),
            "");
  const int64_t *r = m.data<int64_t>(io);
  EXPECT_EQ(r[0], -2);
  EXPECT_EQ(r[2], -5);
  EXPECT_EQ(m.data<int32_t>(io)[2], 3) << "sc.w stored";
  EXPECT_EQ(r[3], -1);
  EXPECT_EQ(r[4], 0) << "the first sc.w succeeds";
  EXPECT_EQ(r[5], 1) << "the second has no reservation";
}

TEST(Scalar, StackIsLaneZerosBank) {
  TestMachine m;
  uint64_t io = m.tensor("io", 64);
  ASSERT_EQ(m.run("ld s0, 0(a0)\nsd sp, 0(s0)\nli t0, 42\nsd t0, -8(sp)\n"
                  "ld t1, -8(sp)\nsd t1, 8(s0)",
                  {io}),
            "");
  EXPECT_EQ(m.data<uint64_t>(io)[0], kSpadWindow + m.machine.spadBytesPerLane);
  EXPECT_EQ(m.data<uint64_t>(io)[1], 42u);
}

TEST(Scalar, MemoryErrorsNameTheNearestTensorAndThePlace) {
  TestMachine m;
  uint64_t io = m.tensor("weights", 64);
  std::string error = m.run("ld s0, 0(a0)\nld t0, 64(s0)", {io});
  EXPECT_EQ(m.kind, FailureKind::Program);
  EXPECT_NE(error.find("nearest tensor 'weights'"), std::string::npos) << error;
  EXPECT_NE(error.find("kernel 'test' at pc 0x10002 (line 2)"),
            std::string::npos)
      << error;
  EXPECT_NE(m.run("sd t0, 0(a0)", {io}).find("neither"), std::string::npos)
      << "arguments are read-only";
  EXPECT_NE(m.run("auipc t0, 0\nsd t0, 0(t0)").find("read-only program"),
            std::string::npos);
  EXPECT_NE(m.run("li t0, 0x4000\njr t0").find("not code"), std::string::npos);
  EXPECT_NE(m.run("unimp").find("trap instruction"), std::string::npos);
  EXPECT_NE(m.run("ecall").find("ecall"), std::string::npos);
  EXPECT_NE(m.run(".word 0xffffffff").find("illegal instruction"),
            std::string::npos);
}

TEST(Scalar, EndlessLoopsEnd) {
  TestMachine m;
  m.core.setInstructionBudget(1000);
  EXPECT_NE(m.run("loop: j loop").find("instruction budget"),
            std::string::npos);
}

} // namespace
