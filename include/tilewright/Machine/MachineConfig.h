//===- MachineConfig.h - The modelled machine as checked data ---*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the description of one machine: what the compiler targets and what the
// simulators model. A MachineConfig is only made by parsing a YAML file and is
// then known to be consistent; nothing else validates machine numbers. Knows no
// MLIR and no simulator. Keys of the YAML file are the field names below in
// snake_case, grouped by struct (docs/machine.md has the table).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MACHINE_MACHINECONFIG_H
#define TILEWRIGHT_MACHINE_MACHINECONFIG_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace tilewright {

/// Classes of instructions that share a pipeline unit and a latency. The core
/// timing model looks an instruction's class up in MachineConfig::units.
enum class UnitClass : uint8_t {
  IntAlu,        ///< scalar integer, branches
  IntMul,        ///< scalar multiply
  IntDiv,        ///< scalar divide and remainder
  ScalarFp,      ///< scalar floating point
  ScalarMemory,  ///< scalar loads and stores
  Misc,          ///< CSR access, fences, DMA configuration and start
  VectorConfig,  ///< vsetvl*
  VectorMisc,    ///< moves, permutes, conversions, masks, lane index
  VectorMemory,  ///< vector loads and stores
  VectorAdd,     ///< add, logic, shifts, compares, min/max
  VectorMul,     ///< multiply, multiply-add, square root
  VectorDiv,     ///< divide
  VectorReduce,  ///< reductions
  Sfu,           ///< exp, erf, tanh, sin, cos, log, atan
  Array,         ///< pushes, swap, pop
};
constexpr unsigned kNumUnitClasses = unsigned(UnitClass::Array) + 1;
llvm::StringRef unitClassName(UnitClass unit); ///< the YAML key, e.g. "int_alu"

/// One row of the unit table.
struct UnitTiming {
  unsigned count = 1;         ///< identical units
  unsigned latencyCycles = 1; ///< issue to result
  unsigned issueInterval = 1; ///< cycles a unit stays busy (1 = pipelined)
  bool operator==(const UnitTiming &) const = default;
};

/// The in-order control core and its vector lanes.
struct CoreTimingConfig {
  unsigned fetchWidth = 8;             ///< instructions per cycle
  unsigned issueWidth = 12;            ///< micro-ops per cycle
  unsigned takenBranchCycles = 1;      ///< bubble of a correctly predicted jump
  unsigned mispredictCycles = 5;       ///< bubble of a mispredicted branch
  unsigned loadToUseCycles = 3;        ///< load issue to dependent issue
  unsigned memoryBytesPerCycle = 32;   ///< per lane, loads and stores together
  unsigned maxOutstandingMemory = 8;   ///< memory micro-ops in flight
  bool operator==(const CoreTimingConfig &) const = default;
};

/// The weight-stationary arrays of one core; each is lanes x lanes.
struct ArrayConfig {
  unsigned perCore = 1;
  unsigned inputQueueRows = 256;  ///< pushes block when this many rows wait
  unsigned outputQueueRows = 256; ///< the array stalls when this is full
  bool operator==(const ArrayConfig &) const = default;
};

struct DmaConfig {
  unsigned requestsPerCycle = 16; ///< injection ports into the NoC per core
  unsigned setupCycles = 0;       ///< per descriptor
  bool operator==(const DmaConfig &) const = default;
};

struct NocConfig {
  double freqMHz = 940;
  unsigned latencyCycles = 10; ///< NoC cycles, each direction
  bool operator==(const NocConfig &) const = default;
};

/// Timing parameters in DRAM clock cycles; names as in spec section 7.2.
struct DramTiming {
  unsigned nBL = 0, nCL = 0, nCWL = 0, nRCDRD = 0, nRCDWR = 0, nRP = 0,
           nRAS = 0, nRC = 0, nWR = 0, nRTP = 0, nCCDS = 0, nCCDL = 0,
           nRRDS = 0, nRRDL = 0, nWTRS = 0, nWTRL = 0, nFAW = 0, nRFC = 0,
           nREFI = 0;
  bool operator==(const DramTiming &) const = default;
};

struct DramConfig {
  std::string type;              ///< "HBM2", "DDR4", ...
  std::string preset;            ///< e.g. "HBM2_TPUv3"; fills the rest
  unsigned channels = 1;
  unsigned pseudoChannels = 1;   ///< per channel (1 where the type has none)
  unsigned bankGroups = 4;       ///< per pseudo channel
  unsigned banksPerGroup = 4;
  unsigned rowBytes = 256;       ///< per pseudo channel as mapped (columns of one row)
  unsigned rows = 65536;
  unsigned requestBytes = 32;    ///< one burst
  unsigned clockPs = 1064;       ///< tCK
  unsigned readBuffer = 64, writeBuffer = 64; ///< controller entries
  bool dualCommandBus = true;    ///< row and column commands in one cycle (HBM)
  DramTiming timing;

  /// Peak of one channel: a request per nBL cycles on each pseudo channel.
  double channelBytesPerSecond() const {
    return double(requestBytes) * pseudoChannels * 1e12 /
           (double(timing.nBL) * clockPs);
  }
  double bytesPerSecond() const { return channels * channelBytesPerSecond(); }
  uint64_t capacityBytes() const {
    return uint64_t(channels) * pseudoChannels * bankGroups * banksPerGroup *
           rows * rowBytes;
  }
  bool operator==(const DramConfig &) const = default;
};

/// One machine. Sizes in bytes, frequencies in MHz, all values checked.
struct MachineConfig {
  std::string name;
  std::string file;                 ///< where it was read from
  std::string yaml;                 ///< its text, embedded in compiled programs
  unsigned cores = 1;
  double coreFreqMHz = 940;
  unsigned lanes = 128;             ///< L; also the array edge S
  uint64_t spadBytesPerLane = 128 << 10; ///< B
  unsigned vlenBits = 256;
  uint64_t deviceMemoryBytes = uint64_t(16) << 30;
  ArrayConfig arrays;
  CoreTimingConfig coreTiming;
  std::array<UnitTiming, kNumUnitClasses> units;
  DmaConfig dma;
  NocConfig noc;
  DramConfig dram;

  const UnitTiming &unit(UnitClass c) const { return units[unsigned(c)]; }
  /// Elements of `bytes` width in one vector register (E).
  unsigned vectorElements(unsigned bytes) const { return vlenBits / 8 / bytes; }
  uint64_t spadBytes() const { return spadBytesPerLane * lanes; }
  /// Clock periods in picoseconds, not rounded.
  double corePeriodPs() const { return 1e6 / coreFreqMHz; }
  double nocPeriodPs() const { return 1e6 / noc.freqMHz; }
  /// Equality of the machines themselves; where they were read from and how
  /// their files are written does not count.
  bool sameMachine(const MachineConfig &other) const;
};

/// Address map (spec section 1.2), equal on all machines.
constexpr uint64_t kDramBase = 0x80000000;
constexpr uint64_t kSpadWindow = 0xD0000000;
/// Vector loads below this address read the same scalar data in all lanes.
constexpr uint64_t kBroadcastLimit = 0x01000000;

/// Reads a machine by preset name ("tpuv3") or by path of a YAML file. Errors
/// (kind Usage) name file, line and key, and suggest the nearest valid one.
llvm::Expected<MachineConfig> loadMachine(llvm::StringRef nameOrPath);
/// Parses YAML text; `file` is used in messages.
llvm::Expected<MachineConfig> parseMachine(llvm::StringRef yaml,
                                           llvm::StringRef file);
/// The DRAM parameter sets a machine file can name in `dram.preset`.
llvm::ArrayRef<DramConfig> dramPresets();
/// Every key of a machine file as a path ("dram.timing.nCL"), in the order of
/// docs/machine.md.
std::vector<std::string> machineKeys();
/// Preset names found in the machine directories, sorted.
std::vector<std::string> availableMachines();
/// Directories searched for presets: $TILEWRIGHT_MACHINES, then those added by
/// addMachineDirectory (the Python package), then the built-in ones: the source
/// tree's machines/ and share/tilewright/machines next to the executable's bin/.
std::vector<std::string> machineDirectories();
void addMachineDirectory(llvm::StringRef path);

} // namespace tilewright

#endif // TILEWRIGHT_MACHINE_MACHINECONFIG_H
