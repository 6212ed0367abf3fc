//===- DramPresets.cpp - Published DRAM parameter sets --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Values: spec machine.md 7.1, 7.2 (timing, organisation) and 7.4 (buffers, row
// mapping). Cycles are DRAM clock cycles of `clockPs`. What the tables leave
// out because DramConfig has no field for it:
//  * per-bank refresh (nRFCpb, nREFIpb, nRREFD): refresh is all-bank;
//  * LPDDR5: CAS/WCK synchronisation, and the longer all-bank precharge
//    (17 and 23 cycles; nRP is the per-bank value);
//  * HBM3: commands that occupy two or three ticks, and nPPD. Its tick is half
//  a
//    clock (312 ps).
//
//===----------------------------------------------------------------------===//

#include "DramPresets.h"

using namespace tilewright;

namespace {
/// What presets of one DRAM type have in common.
struct Organisation {
  const char *type;
  unsigned pseudoChannels, bankGroups, banksPerGroup, rowBytes, rows,
      requestBytes, buffer;
  bool dualCommandBus;
};

constexpr Organisation kHbm2{"HBM2", 2, 4, 4, 256, 65536, 32, 64, true};
constexpr Organisation kHbm3{"HBM3", 2, 4, 4, 1024, 32768, 32, 64, true};
constexpr Organisation kDdr4{"DDR4", 1, 4, 4, 8192, 65536, 64, 32, false};
constexpr Organisation kLpddr5{"LPDDR5", 1, 4, 4, 2048, 32768, 32, 32, false};

struct Row {
  const char *name;
  const Organisation &organisation;
  unsigned clockPs;
  DramTiming timing;
};

// clang-format off
constexpr Row kRows[] = {
    // name, organisation, tCK,     BL CL CWL RCDRD RCDWR RP RAS  RC WR RTP CCDS CCDL RRDS RRDL WTRS WTRL FAW RFC  REFI
    {"HBM2",        kHbm2,   1000, {2, 14,  5, 14, 12, 14, 34,  48, 16,  5, 2, 4,  4,  4,  6,  8, 15,  350,  3900}},
    {"HBM2_TPUv2",  kHbm2,   1429, {2,  9,  4,  9,  7,  9, 22,  31, 11,  4, 2, 4,  4,  4,  5,  6, 11,  245,  2730}},
    {"HBM2_TPUv3",  kHbm2,   1064, {2, 13,  5, 13, 11, 13, 31,  44, 15,  5, 2, 4,  4,  4,  6,  8, 15,  329,  3666}},
    {"HBM2_TPUv4",  kHbm2,    833, {2, 17,  6, 17, 14, 17, 40,  57, 19,  6, 2, 4,  5,  5,  8, 10, 19,  421,  4682}},
    {"DDR4",        kDdr4,    625, {4, 22, 16, 22, 22, 22, 52,  74, 24, 12, 4, 8,  4,  8,  4, 12, 34,  576, 12480}},
    {"LPDDR5",      kLpddr5, 1250, {2, 17,  9, 15, 15, 15, 34,  49, 28,  8, 2, 4,  4,  4,  5, 10, 16,  168,  3125}},
    {"LPDDR5X",     kLpddr5,  938, {2, 23, 12, 20, 20, 20, 46,  65, 37, 11, 2, 4,  6,  6,  7, 13, 22,  224,  4165}},
    {"HBM3_TPUv6e", kHbm3,    312, {4, 52, 16, 52, 28, 52, 96, 148, 48, 12, 4, 8, 16, 16, 16, 24, 48, 1120, 12480}},
};
// clang-format on

std::vector<DramConfig> expand() {
  std::vector<DramConfig> presets;
  for (const Row &row : kRows) {
    const Organisation &o = row.organisation;
    DramConfig dram;
    dram.type = o.type;
    dram.preset = row.name;
    dram.channels = 1;
    dram.pseudoChannels = o.pseudoChannels;
    dram.bankGroups = o.bankGroups;
    dram.banksPerGroup = o.banksPerGroup;
    dram.rowBytes = o.rowBytes;
    dram.rows = o.rows;
    dram.requestBytes = o.requestBytes;
    dram.clockPs = row.clockPs;
    dram.readBuffer = dram.writeBuffer = o.buffer;
    dram.dualCommandBus = o.dualCommandBus;
    dram.timing = row.timing;
    presets.push_back(std::move(dram));
  }
  return presets;
}
} // namespace

llvm::ArrayRef<DramConfig> tilewright::dramPresets() {
  static const std::vector<DramConfig> presets = expand();
  return presets;
}

const DramConfig *tilewright::findDramPreset(llvm::StringRef name) {
  for (const DramConfig &preset : dramPresets())
    if (preset.preset == name)
      return &preset;
  return nullptr;
}
