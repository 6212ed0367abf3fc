//===- MachinesCommand.cpp - tilewright machines --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Machine files that cannot be read are errors, after the table of those that
// can.
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace tilewright;
using namespace tilewright::cli;

static cl::opt<bool> asJson("json", cl::desc("Print the list as JSON"),
                            cl::cat(outputCategory), cl::sub(machinesCommand));

static json::Object machineJson(StringRef preset, const MachineConfig &m) {
  return json::Object{
      {"machine", preset},
      {"name", m.name},
      {"file", m.file},
      {"cores", m.cores},
      {"core_freq_mhz", m.coreFreqMHz},
      {"lanes", m.lanes},
      {"spad_bytes_per_lane", m.spadBytesPerLane},
      {"vlen_bits", m.vlenBits},
      {"arrays_per_core", m.arrays.perCore},
      {"dram", m.dram.preset.empty() ? m.dram.type : m.dram.preset},
      {"dram_channels", m.dram.channels},
      {"dram_bytes_per_second", m.dram.bytesPerSecond()},
      {"device_memory_bytes", m.deviceMemoryBytes}};
}

Error cli::machines() {
  const char *row =
      "{0,-14} {1,5} {2,5} {3,12} {4,6} {5,9} {6,16} {7,12}  {8}\n";
  json::Array list;
  std::string table = formatv(row, "machine", "cores", "lanes", "bytes/lane",
                              "arrays", "MHz", "memory", "peak GB/s", "file");
  Error errors = Error::success();
  for (const std::string &name : availableMachines()) {
    Expected<MachineConfig> m = loadMachine(name);
    if (!m) {
      errors = joinErrors(std::move(errors), m.takeError());
      continue;
    }
    list.push_back(machineJson(name, *m));
    std::string memory =
        formatv("{0}x{1}", m->dram.channels,
                m->dram.preset.empty() ? m->dram.type : m->dram.preset);
    table +=
        formatv(row, name, m->cores, m->lanes, m->spadBytesPerLane,
                m->arrays.perCore, formatv("{0:F1}", m->coreFreqMHz).str(),
                memory, formatv("{0:F1}", m->dram.bytesPerSecond() / 1e9).str(),
                m->file)
            .str();
  }
  if (asJson)
    outs() << formatv("{0:2}\n", json::Value(std::move(list)));
  else
    outs() << table;
  return errors;
}
