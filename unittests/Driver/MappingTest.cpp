//===- MappingTest.cpp - Which kernel gets which schedule -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Mapping.h"
#include "gtest/gtest.h"

using namespace tilewright;

namespace {
MachineConfig machineNamed(const char *name) {
  auto machine = loadMachine(name);
  EXPECT_TRUE(bool(machine)) << name;
  return std::move(*machine);
}

const std::vector<MappedKernel> kKernels = {
    {"kernel_0_matmul", "00000000000000aa", MatrixShape{512, 768, 3072}},
    {"kernel_1_conv", "00000000000000bb", std::nullopt},
    {"kernel_2_matmul", "00000000000000cc", MatrixShape{1, 10, 64}}};

/// The schedules, or the error as the only one.
std::vector<std::string> apply(llvm::StringRef text,
                               const char *machine = "tpuv3") {
  auto mapping = Mapping::parse(text, "m.json");
  if (!mapping)
    return {llvm::toString(mapping.takeError())};
  auto given = mapping->apply(kKernels, machineNamed(machine));
  if (!given)
    return {llvm::toString(given.takeError())};
  std::vector<std::string> keys;
  for (const GivenSchedule &schedule : *given)
    keys.push_back(schedule.keys);
  return keys;
}

void expectError(llvm::StringRef text, const std::string &part) {
  std::vector<std::string> result = apply(text);
  ASSERT_EQ(result.size(), 1u) << "accepted: " << text.str();
  EXPECT_NE(result[0].find(part), std::string::npos) << result[0];
  EXPECT_EQ(result[0].find("mapping 'm.json'"), 0u) << result[0];
}
} // namespace

TEST(Mapping, NamesPatternsAndKeys) {
  auto given =
      apply(R"({"tilewright_mapping": 1, "machine": "tpuv3", "schedules": [
      {"kernel": "kernel_0_matmul", "schedule": {"tile": [8, 128, 128]}},
      {"key": "00000000000000bb", "schedule": {"lag_chunks": 2}},
      {"key": "00000000000000dd", "schedule": {}},
      {"kernel": "kernel_*_matmul", "schedule": {"streams": "rhs"}}]})");
  ASSERT_EQ(given.size(), 3u) << given[0];
  EXPECT_EQ(given[0], R"({"tile":[8,128,128]})") << "the first rule decides";
  EXPECT_EQ(given[1], R"({"lag_chunks":2})");
  EXPECT_EQ(given[2], R"({"streams":"rhs"})");
}

TEST(Mapping, AKeyDecidesWhateverTheName) {
  auto given = apply(R"({"tilewright_mapping": 1, "schedules": [
      {"kernel": "kernel_7_matmul", "key": "00000000000000aa", "schedule": {"lag_chunks": 2}},
      {"kernel": "kernel_1_conv", "key": "00000000000000ee", "schedule": {"lag_chunks": 3}}]})");
  ASSERT_EQ(given.size(), 3u) << given[0];
  EXPECT_EQ(given[0], R"({"lag_chunks":2})");
  EXPECT_EQ(given[1], "");
}

TEST(Mapping, SchedulesKnowTheirPlace) {
  auto placesIn = [](llvm::StringRef text) {
    std::vector<std::string> places;
    auto mapping = llvm::cantFail(Mapping::parse(text, "m.json"));
    for (const GivenSchedule &given :
         llvm::cantFail(mapping.apply(kKernels, machineNamed("tpuv3"))))
      places.push_back(given.origin);
    return places;
  };
  EXPECT_EQ(placesIn(R"({"tilewright_mapping": 1, "schedules": [
      {"kernel": "kernel_1_conv", "schedule": {}},
      {"kernel": "*_matmul", "schedule": {"streams": "rhs"}}]})"),
            (std::vector<std::string>{"mapping 'm.json', schedules[1]",
                                      "mapping 'm.json', schedules[0]",
                                      "mapping 'm.json', schedules[1]"}));
  EXPECT_EQ(
      placesIn(R"({"1_10_64": {"TILE_M": 8, "TILE_N": 16, "TILE_K": 64}})")
          .back(),
      "mapping 'm.json', '1_10_64'");
}

TEST(Mapping, MatrixShapesOfPyTorchSimAreReadByName) {
  auto given =
      apply(R"({"512_768_3072": {"TILE_K": 512, "TILE_M": 250, "TILE_N": 256},
      "1_10_64": {"TILE_M": 8, "TILE_N": 16, "TILE_K": 64,
                  "SUB_TILE_M": 8, "SUB_TILE_N": 16, "SUB_TILE_K": 8},
      "7_7_7": {"TILE_M": 8, "TILE_N": 8, "TILE_K": 8}})");
  ASSERT_EQ(given.size(), 3u) << given[0];
  // Rows are whole vectors of 8; columns and k at least the 128 lanes.
  EXPECT_EQ(given[0], R"({"streams":"lhs","tile":[256,256,512]})");
  EXPECT_EQ(given[1], "");
  EXPECT_EQ(given[2], R"({"streams":"lhs","tile":[8,128,128]})");
}

TEST(Mapping, ErrorsSayWhereAndSuggest) {
  expectError("[", "");
  expectError("[]", "expected an object");
  expectError(R"({"tilewright_mapping": 2, "schedules": []})",
              "another version");
  expectError(R"({"tilewright_mapping": 1})", "schedules: expected an array");
  expectError(R"({"tilewright_mapping": 1, "schedule": []})",
              "did you mean 'schedules'?");
  expectError(R"({"tilewright_mapping": 1, "schedules": [{"kernle": "a"}]})",
              "schedules[0] has no key 'kernle'; did you mean 'kernel'?");
  expectError(R"({"tilewright_mapping": 1, "schedules": [{"schedule": {}}]})",
              "schedules[0]: needs 'kernel'");
  expectError(R"({"tilewright_mapping": 1, "schedules": [{"key": "a"}]})",
              "schedules[0].schedule: expected an object");
  expectError(R"({"tilewright_mapping": 1, "schedules":
                [{"kernel": "kernel_0_matmull", "schedule": {}}]})",
              "no kernel is called 'kernel_0_matmull'; did you mean "
              "'kernel_0_matmul'?");
  expectError(
      R"({"tilewright_mapping": 1, "machine": "small8", "schedules": []})",
      "is for machine 'small8', not 'tpuv3'");
  expectError(R"({"512_768": {}})", "neither 'tilewright_mapping' nor");
  expectError(R"({"8_8_8": {"TILE_M": 8, "TILE_N": 8}})",
              "TILE_K: expected an integer of at least 1");
  expectError(R"({"8_8_8": {"TILE_M": 8, "TILE_N": 8, "TILE_X": 8}})",
              "has no key 'TILE_X'");
  expectError(
      R"({"8_8_8": {"TILE_M": 8, "TILE_N": 8, "TILE_K": 8, "SUB_TILE_N": 9}})",
      "SUB_TILE_N: expected an integer between 1 and TILE_N");
}
