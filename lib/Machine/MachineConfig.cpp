//===- MachineConfig.cpp - The modelled machine as checked data -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Machine/MachineConfig.h"
#include "llvm/ADT/STLExtras.h"

using namespace tilewright;

static constexpr const char *kUnitNames[] = {
    "int_alu",       "int_mul",    "int_div",       "scalar_fp",
    "scalar_memory", "misc",       "vector_config", "vector_misc",
    "vector_memory", "vector_add", "vector_mul",    "vector_div",
    "vector_reduce", "sfu",        "array"};
static_assert(std::size(kUnitNames) == kNumUnitClasses);

llvm::StringRef tilewright::unitClassName(UnitClass unit) {
  return kUnitNames[unsigned(unit)];
}

bool MachineConfig::sameMachine(const MachineConfig &other) const {
  auto key = [](const MachineConfig &m) {
    return std::tie(m.name, m.cores, m.coreFreqMHz, m.lanes, m.spadBytesPerLane,
                    m.vlenBits, m.deviceMemoryBytes, m.arrays, m.coreTiming,
                    m.units, m.dma, m.noc, m.dram);
  };
  return key(*this) == key(other);
}
