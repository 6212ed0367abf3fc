//===- ReportTest.cpp - What a run tells its user -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The forms are parsed back and compared with the figures they came from.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Report/Report.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>
#include <map>

using namespace tilewright;
using llvm::json::Array;
using llvm::json::Object;
using llvm::json::Value;
using testing::HasSubstr;

namespace {

Report sampleReport() {
  Report r;
  r.program = "mlp";
  r.machine = "tpuv3";
  r.timing = "tile";
  r.coreFreqMHz = 1000;
  r.arrays = 2;
  r.cycles = 4000;
  r.seconds = 4e-6;
  r.verified = true;
  r.outputElements = 12;
  r.nanOutputs = 3;
  r.maxError = 2.5e-6;
  r.arrayBusyCycles = 2000;
  r.arrayRows = {1500, 500};
  r.dramReadRequests = 100;
  r.dramWriteRequests = 25;
  r.dramBytes = 125 * 32;
  r.instructions = UINT64_MAX;
  r.vectorInstructions = 10;
  r.dmaMoves = 3;
  r.dmaWaitCycles = 400;
  r.ops = {{"linalg.matmul", "m.py:1", "k0"}, {"linalg.add", "m.py:2", "k1"}};
  Report::Kernel k0, k1;
  k0.name = "k0";
  k0.location = "m.py:1";
  k0.launches = 2;
  k0.cycles = 3000;
  k0.arrayBusyCycles = 2000;
  k0.macs = 1 << 20;
  k0.dramBytes = 3200;
  k0.maxError = 2.5e-6;
  k0.schedule = "{\"tile\": [128, 64]}";
  k1.name = "k1";
  k1.launches = 1;
  k1.cycles = 1000;
  r.kernels = {k0, k1};
  r.launches = {
      {0, 0, 1500, {{0, 100, 400}, {1, 400, 1500}}, {"matmul", "vector"}},
      {0, 1500, 3000, {}, {}},
      {1, 3000, 4000, {{0, 3000, 4000}}, {"vector"}}};
  r.memory.channels = {{100, 25, 110, 10, 5, 1}};
  // The second load starts while the first is in flight.
  r.moves = {{0, false, 1, 0, 10, 60, 50, 1600},
             {0, false, 2, 0, 20, 80, 50, 1600},
             {0, false, 3, 0, 60, 90, 50, 1600},
             {0, true, 4, 100, 100, 200, 25, 800}};
  return r;
}

class TemporaryFile {
public:
  TemporaryFile() {
    llvm::SmallString<128> name;
    EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("report", "json", name));
    path = name.str().str();
  }
  ~TemporaryFile() { llvm::sys::fs::remove(path); }
  Value parse() const {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    EXPECT_TRUE(bool(buffer));
    auto value = llvm::json::parse((*buffer)->getBuffer());
    if (!value) {
      ADD_FAILURE() << llvm::toString(value.takeError());
      return nullptr;
    }
    return *value;
  }
  std::string path;
};

TEST(ReportTest, JsonHoldsEveryFigure) {
  TemporaryFile file;
  ASSERT_EQ(llvm::toString(sampleReport().writeJson(file.path)), "");
  Value value = file.parse();
  const Object &o = *value.getAsObject();
  EXPECT_EQ(o.getInteger("schema_version"), 1);
  EXPECT_EQ(o.getString("machine"), "tpuv3");
  EXPECT_EQ(o.getString("timing"), "tile");
  EXPECT_EQ(o.getInteger("cycles"), 4000);
  EXPECT_EQ(o.getNumber("seconds"), 4e-6);
  EXPECT_EQ(o.getNumber("max_error"), 2.5e-6);
  EXPECT_EQ(o.getBoolean("verified"), true);
  EXPECT_EQ(o.getInteger("nan_outputs"), 3);

  const Object &counters = *o.getObject("counters");
  EXPECT_EQ(counters.get("instructions")->getAsUINT64(), UINT64_MAX);
  EXPECT_EQ(counters.getNumber("array_utilization"), 0.25);
  EXPECT_EQ(*counters.get("array_rows"), Value(Array({1500, 500})));
  EXPECT_EQ(counters.getInteger("dram_bytes"), 4000);
  EXPECT_NEAR(*counters.getNumber("dram_bytes_per_second"), 1e9, 1);
  for (const char *key :
       {"array_busy_cycles", "dram_read_requests", "dram_write_requests",
        "vector_instructions", "dma_moves", "dma_wait_cycles",
        "array_wait_cycles", "dma_active_cycles"})
    EXPECT_TRUE(counters.getInteger(key).has_value()) << key;

  const Object &op = *(*o.getArray("ops"))[1].getAsObject();
  EXPECT_EQ(op, (Object{{"name", "linalg.add"},
                        {"location", "m.py:2"},
                        {"kernel", "k1"}}));

  const Object &kernel = *(*o.getArray("kernels"))[0].getAsObject();
  EXPECT_EQ(kernel.getInteger("launches"), 2);
  EXPECT_EQ(kernel.getInteger("macs"), 1 << 20);
  EXPECT_NEAR(*kernel.getNumber("array_utilization"), 1.0 / 3, 1e-12);
  EXPECT_EQ(*kernel.get("schedule"), Value(Object{{"tile", Array({128, 64})}}));
  const Object &second = *(*o.getArray("kernels"))[1].getAsObject();
  ASSERT_TRUE(second.get("max_error")) << "null, not absent";
  EXPECT_EQ(*second.get("max_error"), Value(nullptr));

  const Object &launch = *(*o.getArray("launches"))[2].getAsObject();
  EXPECT_EQ(launch, (Object{{"kernel", "k1"}, {"begin", 3000}, {"end", 4000}}));
  EXPECT_EQ(
      (*o.getArray("dram_channels"))[0].getAsObject()->getInteger("row_hits"),
      110);
}

TEST(ReportTest, WithoutTimingFiguresOfTimeAreNull) {
  Report report = sampleReport();
  report.timing = "none";
  report.verified = false;
  report.maxError.reset();
  Value value = report.toJson();
  const Object &o = *value.getAsObject();
  for (const char *key : {"cycles", "seconds", "max_error", "nan_outputs"})
    EXPECT_EQ(*o.get(key), Value(nullptr)) << key;
  EXPECT_EQ(*o.getObject("counters")->get("dram_bytes"), Value(nullptr));
  EXPECT_EQ(*o.getObject("counters")->get("array_rows"), Value(nullptr));
  EXPECT_EQ(*(*o.getArray("kernels"))[0].getAsObject()->get("cycles"),
            Value(nullptr));
  EXPECT_TRUE(o.getObject("counters")->getInteger("dma_moves"));
}

TEST(ReportTest, InfiniteErrorsStayValidJson) {
  Report report = sampleReport();
  report.maxError = std::numeric_limits<double>::infinity();
  report.kernels[0].maxError = std::numeric_limits<double>::quiet_NaN();
  TemporaryFile file;
  ASSERT_EQ(llvm::toString(report.writeJson(file.path)), "");
  Value value = file.parse();
  EXPECT_EQ(value.getAsObject()->getString("max_error"), "Infinity");
  EXPECT_EQ(
      (*value.getAsObject()->getArray("kernels"))[0].getAsObject()->getString(
          "max_error"),
      "NaN");
}

TEST(ReportTest, NamesThatAreNotUtf8StayValidJson) {
  Report report = sampleReport();
  report.kernels[0].name = "k\xff";
  report.program = "p\xc3(";
  TemporaryFile file;
  ASSERT_EQ(llvm::toString(report.writeJson(file.path)), "");
  EXPECT_TRUE(file.parse().getAsObject());
  ASSERT_EQ(llvm::toString(report.writeTrace(file.path)), "");
  EXPECT_TRUE(file.parse().getAsObject());
}

struct TraceEvent {
  std::string name;
  int64_t core, track;
  int64_t begin, end; ///< nanoseconds
};

TEST(ReportTest, TraceEventsNestOnEveryTrack) {
  TemporaryFile file;
  ASSERT_EQ(llvm::toString(sampleReport().writeTrace(file.path)), "");
  Value value = file.parse();
  std::map<std::pair<int64_t, int64_t>, std::string> tracks;
  std::vector<TraceEvent> events;
  for (const Value &entry : *value.getAsObject()->getArray("traceEvents")) {
    const Object &o = *entry.getAsObject();
    std::pair<int64_t, int64_t> track{*o.getInteger("pid"),
                                      *o.getInteger("tid")};
    if (o.getString("ph") == "M") {
      tracks[track] = o.getObject("args")->getString("name")->str();
      continue;
    }
    ASSERT_EQ(o.getString("ph"), "X");
    int64_t begin = std::llround(*o.getNumber("ts") * 1000);
    events.push_back({o.getString("name")->str(), track.first, track.second,
                      begin, begin + std::llround(*o.getNumber("dur") * 1000)});
  }
  ASSERT_EQ(events.size(), 3u + 3u + 4u) << "launches, nodes, moves";
  EXPECT_EQ(events[0].name, "k0");
  EXPECT_EQ(events[0].end, 1500) << "1500 cycles at 1000 MHz";
  for (const TraceEvent &a : events) {
    EXPECT_TRUE(tracks.count({a.core, a.track}))
        << a.name << " on a track without a name";
    for (const TraceEvent &b : events) {
      bool apart = a.end <= b.begin || b.end <= a.begin;
      bool nested = (a.begin <= b.begin && b.end <= a.end) ||
                    (b.begin <= a.begin && a.end <= b.end);
      EXPECT_TRUE(a.track != b.track || apart || nested)
          << a.name << " and " << b.name << " cross on track " << a.track;
    }
  }
  std::vector<std::string> names;
  for (auto &[track, name] : tracks)
    names.push_back(name);
  EXPECT_THAT(names, testing::UnorderedElementsAre("core 0", "kernels", "loads",
                                                   "loads (2)", "stores"));
}

TEST(ReportTest, ATraceNeedsTiming) {
  Report report = sampleReport();
  report.timing = "none";
  EXPECT_THAT(llvm::toString(report.writeTrace("/tmp/x")),
              HasSubstr("needs timing"));
}

TEST(ReportTest, UnwritablePathsAreUsageErrors) {
  std::string message;
  EXPECT_EQ(
      describeError(sampleReport().writeJson("/nonexistent/r.json"), message),
      FailureKind::Usage);
  EXPECT_THAT(message, HasSubstr("cannot write report '/nonexistent/r.json'"));
}

TEST(ReportTest, SummaryNamesTheCostliestKernelFirst) {
  Report report = sampleReport();
  std::swap(report.kernels[0], report.kernels[1]);
  std::string text;
  llvm::raw_string_ostream os(text);
  report.print(os);
  EXPECT_THAT(text, HasSubstr("mlp on tpuv3: 2 ops in 2 kernels, 3 launches"));
  EXPECT_THAT(text, HasSubstr("cycles    4000 (4.000 us at 1000"));
  EXPECT_THAT(text, HasSubstr("25.0 % busy"));
  EXPECT_THAT(text, HasSubstr("4.00 kB at 1.00 GB/s"));
  EXPECT_THAT(text, HasSubstr("largest absolute error 2.5"));
  EXPECT_LT(text.find("\nk0"), text.find("\nk1"));
  report.timing = "none";
  text.clear();
  report.print(os);
  EXPECT_EQ(text.find("cycles"), std::string::npos);
}

} // namespace
