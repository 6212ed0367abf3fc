//===- CompareTest.cpp - What --verify calls equal, and its event check ---===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compare.h"
#include "ElementValues.h"
#include "EventCheck.h"
#include "tilewright/Support/Error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>

using namespace tilewright;
using testing::HasSubstr;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNaN = std::nan("");

std::vector<uint8_t> encoded(ElementType type,
                             const std::vector<double> &values) {
  std::vector<uint8_t> data(values.size() * elementBytes(type));
  for (size_t i = 0; i < values.size(); ++i)
    isFloat(type) ? encodeFloat(type, values[i], &data[i * elementBytes(type)])
                  : encodeInteger(type, int64_t(values[i]),
                                  &data[i * elementBytes(type)]);
  return data;
}

Comparison compare(ElementType type, const std::vector<double> &npu,
                   const std::vector<double> &reference,
                   Tolerance tolerance = {1e-4, 1e-4}) {
  TensorInfo info{type, {int64_t(npu.size())}};
  return compareTensors(info, encoded(type, npu).data(),
                        encoded(type, reference).data(), tolerance);
}

TEST(CompareTest, FloatsMayDifferByTheTolerance) {
  // The bound is absolute + relative * |reference|.
  EXPECT_EQ(compare(ElementType::F64, {100.01}, {100}, {1e-4, 1e-3}).differing,
            0u);
  EXPECT_EQ(compare(ElementType::F64, {100.012}, {100}, {1e-4, 1e-3}).differing,
            1u);
  EXPECT_EQ(compare(ElementType::F64, {0.00099}, {0}, {1e-4, 1e-3}).differing,
            0u);
  EXPECT_EQ(compare(ElementType::F64, {-1}, {1}).differing, 1u);
  EXPECT_NEAR(compare(ElementType::F32, {1, 2.00001}, {1, 2}).maxError, 1e-5,
              1e-6);
}

TEST(CompareTest, SpecialValuesOnlyEqualThemselves) {
  for (ElementType type : {ElementType::F32, ElementType::F16,
                           ElementType::BF16, ElementType::F64}) {
    EXPECT_EQ(compare(type, {kNaN, kInfinity, -kInfinity, -0.0},
                      {kNaN, kInfinity, -kInfinity, 0.0})
                  .differing,
              0u);
    for (auto [npu, reference] : {std::pair(kNaN, 1.0),
                                  {1.0, kNaN},
                                  {kInfinity, 1.0},
                                  {1.0, kInfinity},
                                  {kInfinity, -kInfinity},
                                  {kNaN, kInfinity}}) {
      Comparison result = compare(type, {npu}, {reference});
      EXPECT_EQ(result.differing, 1u) << npu << " and " << reference;
      EXPECT_EQ(result.maxError, kInfinity);
    }
  }
}

TEST(CompareTest, IntegersAreExact) {
  EXPECT_EQ(compare(ElementType::I32, {100000}, {100001}, {1, 1}).differing,
            1u);
  EXPECT_EQ(compare(ElementType::I8, {-128, 127}, {-128, 127}).differing, 0u);
  EXPECT_EQ(compare(ElementType::I8, {-1}, {1}).npuValue, "-1");
  EXPECT_EQ(compare(ElementType::I64, {5, 9}, {5, 2}).maxError, 7);
  EXPECT_EQ(compare(ElementType::I1, {1}, {0}).differing, 1u);
}

TEST(CompareTest, NarrowFloatsMayBeNeighbours) {
  EXPECT_EQ(compare(ElementType::BF16, {1.0078125}, {1}).differing, 0u);
  EXPECT_EQ(compare(ElementType::BF16, {1.0156250}, {1}).differing, 1u);
  EXPECT_EQ(compare(ElementType::BF16, {1.0078125}, {1}, {0, 0}).differing, 1u)
      << "rtol 0 asks for equality";
  EXPECT_EQ(compare(ElementType::F16, {1.0009765625}, {1}).differing, 0u);
  EXPECT_EQ(compare(ElementType::F8E4M3, {1.125}, {1}).differing, 0u);
}

TEST(CompareTest, TheFirstDifferenceIsReportedWithItsIndex) {
  TensorInfo info{ElementType::F32, {2, 3, 700}};
  std::vector<double> a(2 * 3 * 700, 1.0), b = a;
  a[700 * 4 + 17] = 2.5;
  a.back() = 4;
  Comparison result =
      compareTensors(info, encoded(info.type, a).data(),
                     encoded(info.type, b).data(), {1e-4, 1e-4});
  EXPECT_EQ(
      result.describe(info, {1e-4, 1e-4}),
      "[1, 1, 17]: NPU 2.5, reference 1; 2 of 4200 elements of 2x3x700xf32 "
      "differ, largest difference 3 (allowed 0.0001 + 0.0001 * |reference|)");
  TensorInfo scalar{ElementType::I32, {}};
  Comparison single = compareTensors(scalar, encoded(scalar.type, {3}).data(),
                                     encoded(scalar.type, {4}).data(), {});
  EXPECT_EQ(single.describe(scalar, {}),
            "[]: NPU 3, reference 4; 1 of 1 elements of i32 differ, largest "
            "difference 1");
}

TEST(CompareTest, NarrowEncodingsRoundToNearestEven) {
  uint8_t data[2];
  encodeFloat(ElementType::BF16, 1.00390625, data); // halfway to the next
  EXPECT_EQ(data[1] << 8 | data[0], 0x3f80);
  encodeFloat(ElementType::F16, 65520, data); // rounds to infinity
  EXPECT_EQ(data[1] << 8 | data[0], 0x7c00);
}

/// for i in 0..3: load, wait, compute 0.
Kernel sampleKernel() {
  tog::Node move{tog::Node::Kind::Dma};
  move.dma.base.extent = {1, 1, 4, 4};
  move.dma.dramOffset = tog::Expr{{{tog::Expr::Iv, 0}}};
  move.dma.spadOffset = tog::Expr::constant(0);
  move.dma.tag = tog::Expr::constant(2);
  for (unsigned axis = 0; axis < 4; ++axis)
    move.dma.high[axis] = tog::Expr::constant(move.dma.base.extent[axis]);
  tog::Node wait{tog::Node::Kind::Wait};
  wait.tag = tog::Expr::constant(2);
  tog::Node compute{tog::Node::Kind::Compute};
  tog::Node loop{tog::Node::Kind::Loop};
  loop.lower = tog::Expr::constant(0);
  loop.upper = tog::Expr::constant(3);
  loop.body = {move, wait, compute};
  Kernel kernel;
  kernel.name = "k";
  kernel.location = "m.py:1";
  kernel.numArguments = 1;
  kernel.graph.body = {loop};
  kernel.graph.computeNodes = {{"c", "m.py:1", 0}};
  return kernel;
}

void replay(const std::vector<tog::Event> &events, tog::EventSink &sink) {
  for (const tog::Event &event : events)
    event.kind == tog::Event::Kind::Dma    ? sink.dma(event.dma)
    : event.kind == tog::Event::Kind::Wait ? sink.wait(event.id)
                                           : sink.compute(event.id);
}

TEST(EventCheckTest, FindsTheFirstEventThatDiffers) {
  Kernel kernel = sampleKernel();
  uint64_t argument = 0x80000000;
  tog::EventRecorder recorder;
  kernel.graph.walk(argument, recorder);
  ASSERT_EQ(recorder.events.size(), 9u);
  auto problem = [&](const std::vector<tog::Event> &events) {
    EventCheck check(kernel, argument);
    replay(events, check);
    return llvm::toString(check.finish());
  };
  EXPECT_EQ(problem(recorder.events), "");

  auto events = recorder.events;
  events[3].dma.dramAddress += 4;
  EXPECT_THAT(problem(events),
              HasSubstr("kernel 'k' (m.py:1): event 3 of its tile operation "
                        "graph is not the binary's: graph: " +
                        recorder.events[3].str() +
                        "; binary: " + events[3].str()));
  events = recorder.events;
  std::swap(events[4], events[5]);
  EXPECT_THAT(problem(events), HasSubstr("event 4"));
  events = recorder.events;
  events.pop_back();
  EXPECT_THAT(
      problem(events),
      HasSubstr(
          "event 8 of its tile operation graph is not the binary's: graph: " +
          recorder.events[8].str() + "; binary: nothing"));
  events = recorder.events;
  events.push_back(recorder.events[1]);
  EXPECT_THAT(problem(events),
              HasSubstr("event 9 of its tile operation graph is not the "
                        "binary's: graph: nothing"));
}

} // namespace
