//===- MachineTest.cpp - Machine files, read strictly ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Most tests edit one line of a shipped preset and state the whole message that
// must come of it. Published DRAM figures are those of spec machine.md 7.1.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <random>

using namespace tilewright;
using testing::HasSubstr;

namespace {

std::string readFile(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  EXPECT_TRUE(bool(buffer)) << path;
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

std::string sourceFile(const std::string &path) {
  return readFile(std::string(TILEWRIGHT_SOURCE_DIR) + "/" + path);
}

/// A complete machine of the required keys only; line numbers matter below.
const char *const kMinimal = "name: mini\n"                 // 1
                             "cores: 1\n"                   // 2
                             "core_freq_mhz: 500\n"         // 3
                             "lanes: 16\n"                  // 4
                             "spad_bytes_per_lane: 64KiB\n" // 5
                             "vlen_bits: 256\n"             // 6
                             "device_memory_bytes: 1GiB\n"  // 7
                             "dram:\n"                      // 8
                             "  preset: DDR4\n"             // 9
                             "  channels: 2\n";             // 10

std::string replaced(std::string text, const std::string &from,
                     const std::string &to) {
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

MachineConfig parsed(const std::string &yaml) {
  auto machine = parseMachine(yaml, "m.yaml");
  if (!machine) {
    ADD_FAILURE() << llvm::toString(machine.takeError());
    return {};
  }
  return *machine;
}

/// The message of the Usage error that `yaml` must cause.
std::string failure(const std::string &yaml) {
  auto machine = parseMachine(yaml, "m.yaml");
  if (machine)
    return "(accepted)";
  std::string message;
  EXPECT_EQ(describeError(machine.takeError(), message), FailureKind::Usage);
  return message;
}

TEST(MachineTest, PresetsHoldWhatTheSpecSays) {
  auto tpuv3 = loadMachine("tpuv3");
  ASSERT_TRUE(bool(tpuv3)) << llvm::toString(tpuv3.takeError());
  EXPECT_EQ(tpuv3->name, "tpuv3");
  EXPECT_EQ(tpuv3->lanes, 128u);
  EXPECT_EQ(tpuv3->spadBytes(), uint64_t(16) << 20);
  EXPECT_EQ(tpuv3->arrays.perCore, 2u);
  EXPECT_EQ(tpuv3->coreFreqMHz, 940);
  EXPECT_EQ(tpuv3->noc.freqMHz, 940);
  EXPECT_EQ(tpuv3->dma.requestsPerCycle, 16u);
  EXPECT_EQ(tpuv3->dram.channels, 16u);
  EXPECT_EQ(tpuv3->dram.type, "HBM2");
  EXPECT_EQ(tpuv3->dram.rowBytes, 256u);
  EXPECT_EQ(tpuv3->dram.timing.nRFC, 329u);
  EXPECT_EQ(tpuv3->deviceMemoryBytes, uint64_t(16) << 30);
  EXPECT_EQ(tpuv3->unit(UnitClass::IntDiv).issueInterval, 9u);
  EXPECT_EQ(tpuv3->unit(UnitClass::Sfu).latencyCycles, 10u);
  EXPECT_EQ(tpuv3->yaml, sourceFile("machines/tpuv3.yaml"));

  auto small32 = loadMachine("small32");
  ASSERT_TRUE(bool(small32)) << llvm::toString(small32.takeError());
  EXPECT_EQ(small32->lanes, 32u);
  EXPECT_EQ(small32->spadBytesPerLane, 32u << 10);

  auto small8 = loadMachine("small8");
  ASSERT_TRUE(bool(small8)) << llvm::toString(small8.takeError());
  EXPECT_EQ(small8->lanes, 8u);
  EXPECT_EQ(small8->coreFreqMHz, 800);
  EXPECT_EQ(small8->dram.type, "DDR4");
  EXPECT_EQ(small8->dram.readBuffer, 32u);
}

TEST(MachineTest, UnitDefaultsEqualTheTableOfTheDefaultPreset) {
  MachineConfig minimal = parsed(kMinimal);
  auto tpuv3 = loadMachine("tpuv3");
  ASSERT_TRUE(bool(tpuv3));
  for (unsigned u = 0; u < kNumUnitClasses; ++u)
    EXPECT_EQ(minimal.units[u], tpuv3->units[u])
        << unitClassName(UnitClass(u)).str();
  EXPECT_EQ(minimal.coreTiming, tpuv3->coreTiming);
}

TEST(MachineTest, PeakBandwidthOfEveryDramPresetIsThePublishedOne) {
  struct {
    const char *preset;
    double gigabytesPerSecond;
  } published[] = {{"HBM2", 32.0},        {"HBM2_TPUv2", 22.4},
                   {"HBM2_TPUv3", 30.08}, {"HBM2_TPUv4", 38.4},
                   {"DDR4", 25.6},        {"LPDDR5", 12.8},
                   {"LPDDR5X", 17.07},    {"HBM3_TPUv6e", 51.2}};
  EXPECT_EQ(dramPresets().size(), std::size(published));
  for (auto [name, peak] : published) {
    MachineConfig machine =
        parsed(replaced(kMinimal, "DDR4", std::string(name)));
    // Clock periods are whole picoseconds, hence a tolerance of 0.2 %.
    EXPECT_NEAR(machine.dram.channelBytesPerSecond() / 1e9, peak, 0.002 * peak)
        << name;
    EXPECT_NEAR(machine.dram.bytesPerSecond() / 1e9, 2 * peak, 0.004 * peak)
        << name;
  }
}

// Machine.md 7.1 and 7.2.
TEST(MachineTest, FiguresThatFollowFromDramTimingsAreThePublishedOnes) {
  struct {
    const char *preset;
    unsigned readLatency, requestBytes;
    double refreshPercent;
  } published[] = {{"HBM2", 16, 32, 9.0},       {"HBM2_TPUv2", 11, 32, 9.0},
                   {"HBM2_TPUv3", 15, 32, 9.0}, {"HBM2_TPUv4", 19, 32, 9.0},
                   {"DDR4", 26, 64, 4.6},       {"LPDDR5", 19, 32, 5.4},
                   {"LPDDR5X", 25, 32, 5.4},    {"HBM3_TPUv6e", 56, 32, 9.0}};
  EXPECT_EQ(dramPresets().size(), std::size(published));
  for (auto [name, latency, bytes, percent] : published) {
    const DramConfig *dram = llvm::find_if(
        dramPresets(), [&](const DramConfig &d) { return d.preset == name; });
    ASSERT_NE(dram, dramPresets().end()) << name;
    EXPECT_EQ(dram->timing.nCL + dram->timing.nBL, latency) << name;
    EXPECT_EQ(dram->requestBytes, bytes) << name;
    EXPECT_NEAR(100.0 * dram->timing.nRFC / dram->timing.nREFI, percent, 0.05)
        << name;
  }
}

// Machine.md 1.4 and 7.1.
TEST(MachineTest, FiguresOfTpuv3AreThePublishedOnes) {
  auto tpuv3 = loadMachine("tpuv3");
  ASSERT_TRUE(bool(tpuv3));
  const double macs = tpuv3->arrays.perCore * tpuv3->lanes * tpuv3->lanes;
  EXPECT_EQ(macs, 32768);
  EXPECT_NEAR(2 * macs * tpuv3->coreFreqMHz * 1e6 / 1e12, 61.6, 0.05)
      << "TFLOP/s";
  const double injected =
      tpuv3->dma.requestsPerCycle * tpuv3->dram.requestBytes;
  EXPECT_EQ(injected, 512) << "bytes per NoC cycle";
  EXPECT_NEAR(injected * tpuv3->noc.freqMHz * 1e6 / 1e9, 481, 0.5) << "GB/s";
  for (auto [channels, gigabytes] :
       {std::pair(8u, 240.6), {16u, 481.3}, {32u, 962.6}}) {
    tpuv3->dram.channels = channels;
    EXPECT_NEAR(tpuv3->dram.bytesPerSecond() / 1e9, gigabytes, 1.5) << channels;
  }
}

TEST(MachineTest, PresetFillsAndOtherKeysOverrideInAnyOrder) {
  MachineConfig machine = parsed(replaced(
      kMinimal, "dram:\n", "dram:\n  timing: {nCL: 30}\n  rows: 131072\n"));
  EXPECT_EQ(machine.dram.timing.nCL, 30u);
  EXPECT_EQ(machine.dram.timing.nCWL, 16u);
  EXPECT_EQ(machine.dram.rows, 131072u);
  EXPECT_EQ(machine.dram.channels, 2u);
}

TEST(MachineTest, NocRunsAtTheCoreClockUnlessStated) {
  EXPECT_EQ(parsed(kMinimal).noc.freqMHz, 500);
  std::string text = std::string(kMinimal) + "noc: {freq_mhz: 700.5}\n";
  EXPECT_EQ(parsed(text).noc.freqMHz, 700.5);
}

TEST(MachineTest, SizesTakeBinaryUnits) {
  for (auto [text, bytes] : {std::pair("65536", 65536u),
                             {"64KiB", 65536u},
                             {"64 KiB", 65536u},
                             {"2MiB", 2u << 20},
                             {"\"64KiB\"", 65536u}})
    EXPECT_EQ(parsed(replaced(kMinimal, "64KiB", text)).spadBytesPerLane, bytes)
        << text;
  for (const char *text : {"64KB", "64k", "0x1000", "-4096", "64KiB2", "1e5",
                           "18446744073709551616", "17179869184GiB", "64.5KiB"})
    EXPECT_THAT(failure(replaced(kMinimal, "64KiB", text)),
                HasSubstr("m.yaml:5:22: key 'spad_bytes_per_lane': expected a "
                          "size in bytes such as 131072 or 128KiB"))
        << text;
}

TEST(MachineTest, UnknownKeysGetTheNearestValidOne) {
  EXPECT_EQ(failure(replaced(kMinimal, "lanes", "lane")),
            "m.yaml:1:1: key 'lanes' is missing; expected a power of two from "
            "2 to 1024\n"
            "m.yaml:4:1: unknown key 'lane'; did you mean 'lanes'?");
  EXPECT_THAT(failure(replaced(kMinimal, "channels", "chanels")),
              HasSubstr("m.yaml:10:3: unknown key 'dram.chanels'; did you mean "
                        "'dram.channels'?"));
  EXPECT_EQ(failure(std::string(kMinimal) + "units: {sfu: {latency: 3}}\n"),
            "m.yaml:11:15: unknown key 'units.sfu.latency' (keys here: count, "
            "latency_cycles, issue_interval)");
  EXPECT_EQ(failure(std::string(kMinimal) + "row_bytes: 256\n"),
            "m.yaml:11:1: unknown key 'row_bytes'; did you mean "
            "'dram.row_bytes'?");
  EXPECT_EQ(failure(std::string(kMinimal) + "dram.rows: 65536\n"),
            "m.yaml:11:1: unknown key 'dram.rows' (keys here: name, cores, "
            "core_freq_mhz, lanes, spad_bytes_per_lane, vlen_bits, "
            "device_memory_bytes, arrays, core_timing, units, dma, noc, dram)");
}

TEST(MachineTest, DuplicateKeysAreErrors) {
  EXPECT_EQ(failure(std::string(kMinimal) + "lanes: 8\n"),
            "m.yaml:11:1: key 'lanes' is given twice (first on line 4)");
  EXPECT_EQ(failure(std::string(kMinimal) + "dram: {channels: 1}\n"),
            "m.yaml:11:1: key 'dram' is given twice (first on line 8)");
}

TEST(MachineTest, WrongTypesSayWhatWasExpected) {
  struct {
    const char *from, *to, *message;
  } cases[] = {
      {"lanes: 16", "lanes: many",
       "m.yaml:4:8: key 'lanes': expected a power of two from 2 to 1024; found "
       "'many'"},
      {"lanes: 16", "lanes: [16]",
       "m.yaml:4:1: key 'lanes': expected a power of two from 2 to 1024; found "
       "a list"},
      {"lanes: 16", "lanes: {a: 1}",
       "m.yaml:4:1: key 'lanes': expected a power of two from 2 to 1024; found "
       "a mapping"},
      {"lanes: 16", "lanes:",
       "m.yaml:4:1: key 'lanes': expected a power of two from 2 to 1024; found "
       "nothing"},
      {"lanes: 16", "lanes: 010",
       "m.yaml:4:8: key 'lanes': expected a power of two from 2 to 1024; found "
       "'010'"},
      {"cores: 1", "cores: 1.5",
       "m.yaml:2:8: key 'cores': expected an integer from 1 to 256; found "
       "'1.5'"},
      {"name: mini", "name: \"\"",
       "m.yaml:1:7: key 'name': expected a name; found ''"},
      {"dram:\n", "dma: 4\ndram:\n",
       "m.yaml:8:6: key 'dma': expected a mapping of requests_per_cycle, "
       "setup_cycles; found '4'"},
      {"channels: 2", "channels: 2\n  dual_command_bus: 1",
       "m.yaml:11:21: key 'dram.dual_command_bus': expected true or false; "
       "found '1'"},
  };
  for (auto [from, to, message] : cases)
    EXPECT_EQ(failure(replaced(kMinimal, from, to)), message);
}

TEST(MachineTest, ImpossibleValuesAreErrors) {
  struct {
    const char *from, *to, *message;
  } cases[] = {
      {"lanes: 16", "lanes: 12", "key 'lanes': expected a power of two"},
      {"lanes: 16", "lanes: 1", "key 'lanes': expected a power of two from 2"},
      {"lanes: 16", "lanes: 2048", "key 'lanes': expected a power of two"},
      {"cores: 1", "cores: 0", "key 'cores': expected an integer from 1"},
      {"core_freq_mhz: 500", "core_freq_mhz: 0",
       "key 'core_freq_mhz': expected a number above 0"},
      {"core_freq_mhz: 500", "core_freq_mhz: -1",
       "key 'core_freq_mhz': expected a number above 0"},
      {"core_freq_mhz: 500", "core_freq_mhz: nan",
       "key 'core_freq_mhz': expected a number above 0"},
      {"vlen_bits: 256", "vlen_bits: 32", "key 'vlen_bits': expected a power"},
      {"vlen_bits: 256", "vlen_bits: 8192",
       "key 'vlen_bits': expected a power"},
      {"64KiB", "65552",
       "m.yaml:5:1: key 'spad_bytes_per_lane': expected a multiple of one "
       "vector register (32 bytes); found 65552"},
      {"64KiB", "32MiB",
       "m.yaml:5:1: key 'spad_bytes_per_lane': 16 lanes of 32MiB exceed the "
       "scratchpad window of 256MiB"},
      {"1GiB", "64GiB",
       "m.yaml:7:1: key 'device_memory_bytes': expected at most the capacity "
       "of the DRAM, 16GiB"},
      {"channels: 2", "channels: 3",
       "key 'dram.channels': expected a power of two"},
      {"channels: 2", "channels: 2\n  row_bytes: 32",
       "m.yaml:11:3: key 'dram.row_bytes': expected at least one request (64 "
       "bytes); found 32"},
      {"channels: 2", "channels: 2\n  type: HBM2",
       "m.yaml:11:3: key 'dram.type': expected 'DDR4', the type of preset "
       "'DDR4'; found 'HBM2'"},
      {"channels: 2", "channels: 2\n  timing: {nRFC: 20000}",
       "m.yaml:11:12: key 'dram.timing.nREFI': expected more than nRFC "
       "(20000)"},
      {"channels: 2", "channels: 2\n  timing: {nCCDL: 3}",
       "key 'dram.timing.nCCDL': expected at least nCCDS (4); found 3"},
      {"dram:", "arrays: {input_queue_rows: 8}\ndram:",
       "m.yaml:8:10: key 'arrays.input_queue_rows': expected at least the rows "
       "of one push, 32"},
      {"dram:", "arrays: {per_core: 33}\ndram:",
       "key 'arrays.per_core': expected an integer from 1 to 32; found '33'"},
      {"dram:", "units: {sfu: {count: 0}}\ndram:",
       "key 'units.sfu.count': expected an integer from 1 to 64; found '0'"},
  };
  for (auto [from, to, message] : cases)
    EXPECT_THAT(failure(replaced(kMinimal, from, to)), HasSubstr(message))
        << to;
}

TEST(MachineTest, UnknownDramPresetListsThePresets) {
  EXPECT_EQ(failure(replaced(kMinimal, "DDR4", "HBM2_TPUv33")),
            "m.yaml:9:11: key 'dram.preset': no DRAM preset 'HBM2_TPUv33'; did "
            "you mean 'HBM2_TPUv3'? (presets: HBM2, HBM2_TPUv2, HBM2_TPUv3, "
            "HBM2_TPUv4, DDR4, LPDDR5, LPDDR5X, HBM3_TPUv6e)");
}

TEST(MachineTest, WithoutPresetEveryDramKeyIsRequired) {
  std::string message = failure(replaced(kMinimal, "  preset: DDR4\n", ""));
  unsigned missing = 0;
  for (const std::string &key : machineKeys()) {
    if (!llvm::StringRef(key).starts_with("dram.") || key == "dram.preset" ||
        key == "dram.channels")
      continue;
    EXPECT_THAT(message, HasSubstr("m.yaml:8:1: key '" + key + "' is missing"));
    ++missing;
  }
  EXPECT_EQ(missing, 30u) << "11 organisation keys and 19 timings";
}

TEST(MachineTest, AllProblemsAreReportedInFileOrder) {
  std::string text = replaced(kMinimal, "lanes: 16", "lanes: 3");
  text = replaced(text, "cores: 1", "cores: 0");
  text += "bogus_section: 3\n";
  std::string message = failure(text);
  EXPECT_EQ(llvm::StringRef(message).count('\n'), 2u) << message;
  EXPECT_LT(message.find("m.yaml:2:8"), message.find("m.yaml:4:8"));
  EXPECT_LT(message.find("m.yaml:4:8"), message.find("m.yaml:11:1"));
}

TEST(MachineTest, MalformedTextIsAUsageErrorWithAPlace) {
  EXPECT_THAT(failure(""), HasSubstr("expected a mapping"));
  EXPECT_THAT(failure("- a\n- b\n"), HasSubstr("found a list"));
  EXPECT_THAT(failure("just text"), HasSubstr("found 'just text'"));
  EXPECT_THAT(failure("a: [1, 2\nb: 3"), HasSubstr("m.yaml:"));
  EXPECT_THAT(failure("a: &x 1\nb: *x\n"), HasSubstr("anchors and aliases"));
  EXPECT_THAT(failure("a: !!int 1\n"), HasSubstr("tags are not supported"));
  EXPECT_THAT(failure("a: |\n  text\n"), HasSubstr("multi-line text"));
  EXPECT_THAT(failure(std::string("a: 1\0b", 6)), HasSubstr("byte 4 is zero"));
  EXPECT_THAT(failure(std::string(kMinimal) + "---\n" + kMinimal),
              HasSubstr("more than one YAML document"));
  EXPECT_THAT(failure(std::string(2 << 20, 'a')), HasSubstr("1 MiB"));
  std::string deep;
  for (int i = 0; i < 200; ++i)
    deep += "{a: ";
  EXPECT_THAT(failure(deep), HasSubstr("nested too deeply"));
}

/// Damaged files parse or fail with a Usage error; they never crash or hang.
TEST(MachineTest, DamagedFilesNeverCrash) {
  std::string original = sourceFile("machines/tpuv3.yaml");
  for (size_t length = 0; length < original.size(); length += 3) {
    auto machine = parseMachine(original.substr(0, length), "m.yaml");
    if (!machine)
      EXPECT_THAT(llvm::toString(machine.takeError()), HasSubstr("m.yaml"));
  }
  std::mt19937 random(1);
  const std::string bytes = "{}[]:,-#&*!|>'\"%@\n \t0a\xff";
  for (unsigned round = 0; round < 3000; ++round) {
    std::string text = original;
    for (unsigned edit = 0; edit < 1 + round % 4; ++edit)
      text[random() % text.size()] = bytes[random() % bytes.size()];
    auto machine = parseMachine(text, "m.yaml");
    if (!machine)
      EXPECT_THAT(llvm::toString(machine.takeError()), HasSubstr("m.yaml"))
          << "round " << round;
  }
}

TEST(MachineTest, UnknownMachinesListWhatExists) {
  auto machine = loadMachine("tpuv33");
  ASSERT_FALSE(bool(machine));
  std::string message;
  EXPECT_EQ(describeError(machine.takeError(), message), FailureKind::Usage);
  EXPECT_THAT(message, HasSubstr("no machine 'tpuv33'; did you mean 'tpuv3'?"));
  EXPECT_THAT(message, HasSubstr("small32, small8"));

  auto file = loadMachine("/nonexistent/x.yaml");
  ASSERT_FALSE(bool(file));
  EXPECT_THAT(llvm::toString(file.takeError()),
              HasSubstr("cannot read machine file '/nonexistent/x.yaml': "));
  auto directory = loadMachine("/tmp/");
  ASSERT_FALSE(bool(directory));
  EXPECT_THAT(llvm::toString(directory.takeError()), HasSubstr("directory"));
}

TEST(MachineTest, AddedDirectoriesAreSearched) {
  addMachineDirectory("/nonexistent/machines");
  auto directories = machineDirectories();
  EXPECT_THAT(directories, testing::Contains("/nonexistent/machines"));
  EXPECT_THAT(availableMachines(),
              testing::IsSupersetOf({"small32", "small8", "tpuv3"}));
}

TEST(MachineTest, SameMachineIgnoresTextButNotNumbers) {
  MachineConfig a = parsed(kMinimal);
  MachineConfig b = parsed(std::string("# comment\n") + kMinimal);
  EXPECT_TRUE(a.sameMachine(b));
  b.dram.timing.nCL += 1;
  EXPECT_FALSE(a.sameMachine(b));
}

TEST(MachineTest, EveryKeyIsDocumented) {
  std::string manual = sourceFile("docs/machine.md");
  for (const std::string &key : machineKeys()) {
    // The unit table has one row per class and one column per figure.
    llvm::StringRef documented = key;
    if (documented.starts_with("units."))
      documented = documented.rsplit('.').first;
    EXPECT_THAT(manual, HasSubstr("`" + documented.str() + "`"));
  }
  for (const DramConfig &preset : dramPresets())
    EXPECT_THAT(manual, HasSubstr("`" + preset.preset + "`"));
}

} // namespace
