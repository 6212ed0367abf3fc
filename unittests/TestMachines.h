//===- TestMachines.h - Machines built by hand for timing tests -*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns fixed machines whose numbers come straight from spec machine.md 7.2, so
// that timing tests do not depend on machine files.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_UNITTESTS_TESTMACHINES_H
#define TILEWRIGHT_UNITTESTS_TESTMACHINES_H

#include "tilewright/Machine/MachineConfig.h"

namespace tilewright::test {

inline DramConfig hbm2Tpuv3(unsigned channels) {
  DramConfig d;
  d.type = "HBM2";
  d.preset = "HBM2_TPUv3";
  d.channels = channels;
  d.pseudoChannels = 2;
  d.bankGroups = 4;
  d.banksPerGroup = 4;
  d.rowBytes = 256;
  d.rows = 65536;
  d.requestBytes = 32;
  d.clockPs = 1064;
  d.readBuffer = d.writeBuffer = 64;
  d.dualCommandBus = true;
  //          BL CL CWL RCDRD RCDWR RP RAS  RC WR RTP CCDS CCDL
  d.timing = {2, 13, 5, 13,   11,   13, 31, 44, 15, 5, 2,   4,
              // RRDS RRDL WTRS WTRL FAW RFC REFI
              4, 4, 6, 8, 15, 329, 3666};
  return d;
}

inline DramConfig ddr4() {
  DramConfig d;
  d.type = "DDR4";
  d.preset = "DDR4";
  d.channels = 1;
  d.pseudoChannels = 1;
  d.bankGroups = 4;
  d.banksPerGroup = 4;
  d.rowBytes = 8192;
  d.rows = 65536;
  d.requestBytes = 64;
  d.clockPs = 625;
  d.readBuffer = d.writeBuffer = 32;
  d.dualCommandBus = false;
  d.timing = {4, 22, 16, 22, 22, 22, 52, 74, 24, 12, 4, 8,
              4, 8,  4,  12, 34, 576, 12480};
  return d;
}

inline DramConfig hbm3Tpuv6e() {
  DramConfig d;
  d.type = "HBM3";
  d.preset = "HBM3_TPUv6e";
  d.channels = 1;
  d.pseudoChannels = 2;
  d.bankGroups = 4;
  d.banksPerGroup = 4;
  d.rowBytes = 1024;
  d.rows = 32768;
  d.requestBytes = 32;
  d.clockPs = 312;
  d.readBuffer = d.writeBuffer = 64;
  d.dualCommandBus = true;
  d.timing = {4,  52, 16, 52, 28, 52, 96, 148,  48,   12, 4, 8,
              16, 16, 16, 24, 48, 1120, 12480};
  return d;
}

/// 128 lanes of 128 KiB, two arrays, 940 MHz, 16 HBM2 channels.
inline MachineConfig tpuv3(unsigned channels = 16) {
  MachineConfig m;
  m.name = "tpuv3-by-hand";
  m.coreFreqMHz = 940;
  m.lanes = 128;
  m.spadBytesPerLane = 128 << 10;
  m.vlenBits = 256;
  m.arrays.perCore = 2;
  m.dma.requestsPerCycle = 16;
  m.noc.freqMHz = 940;
  m.noc.latencyCycles = 10;
  m.dram = hbm2Tpuv3(channels);
  auto unit = [&](UnitClass c, unsigned count, unsigned latency,
                  unsigned interval) {
    m.units[unsigned(c)] = {count, latency, interval};
  };
  // Spec 4.3, except that a divide takes its nine cycles to the result too.
  unit(UnitClass::IntAlu, 4, 1, 1);
  unit(UnitClass::IntMul, 2, 1, 1);
  unit(UnitClass::IntDiv, 2, 9, 9);
  unit(UnitClass::ScalarFp, 2, 1, 1);
  unit(UnitClass::ScalarMemory, 2, 1, 1);
  unit(UnitClass::Misc, 2, 1, 1);
  unit(UnitClass::VectorConfig, 4, 1, 1);
  unit(UnitClass::VectorMisc, 4, 1, 1);
  unit(UnitClass::VectorMemory, 4, 1, 1);
  unit(UnitClass::VectorAdd, 4, 1, 1);
  unit(UnitClass::VectorMul, 4, 1, 1);
  unit(UnitClass::VectorDiv, 4, 1, 1);
  unit(UnitClass::VectorReduce, 4, 1, 1);
  unit(UnitClass::Sfu, 1, 10, 1);
  unit(UnitClass::Array, 1, 1, 1);
  return m;
}

} // namespace tilewright::test

#endif // TILEWRIGHT_UNITTESTS_TESTMACHINES_H
