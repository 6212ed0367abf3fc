//===- Iss.h - Functional simulator of one NPU core -------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns exact execution of compiled kernels: RV64IMAFDC on the control core, RVV
// on all lanes at once, scratchpad banks, weight-stationary arrays, special
// functions, DMA. Takes an image and device memory, gives memory contents,
// errors, and (through Observer) the instruction stream. Knows no time and no
// compiler.
//
// Not modelled: floating-point exception flags (fflags keeps what was written),
// scalar arithmetic in rounding mode rmm and f16 vector arithmetic in other than
// nearest-even (both are errors of kind Unsupported), vfrec7 and vfrsqrt7
// (illegal instructions; LLVM emits them for intrinsics only), array operands
// other than f32 (Unsupported). Scalar addresses inside
// the scratchpad window mean the scratchpad even if device memory reaches there.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_ISS_ISS_H
#define TILEWRIGHT_ISS_ISS_H

#include "tilewright/Iss/Observer.h"
#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Tog/Tog.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tilewright {

/// Device DRAM: sparse, zero-initialised, from kDramBase. Allocations are
/// registered so that accesses outside any tensor can be reported.
class DeviceMemory {
public:
  explicit DeviceMemory(uint64_t bytes);
  ~DeviceMemory();
  DeviceMemory(const DeviceMemory &) = delete;
  DeviceMemory &operator=(const DeviceMemory &) = delete;

  /// Makes [address, address+bytes) legal to access; `name` is for messages.
  /// Regions may overlap (tensors that share storage). Errors: kind Usage.
  llvm::Error allocate(uint64_t address, uint64_t bytes, llvm::StringRef name);
  /// Host pointer to device bytes (the device memory is one host mapping).
  uint8_t *host(uint64_t address) { return base + (address - kDramBase); }
  const uint8_t *host(uint64_t address) const {
    return base + (address - kDramBase);
  }
  /// Whether all bytes lie in one registered region; if not, `nearest` gets the
  /// description of the closest one ("nearest tensor 'x' [begin, end)").
  bool contains(uint64_t address, uint64_t bytes,
                std::string *nearest = nullptr) const;
  uint64_t sizeBytes() const { return size; }

private:
  struct Region {
    uint64_t begin, end;
    std::string name;
    uint64_t reach; ///< largest end of this region and all before it
  };
  uint8_t *base = nullptr;
  uint64_t size = 0;
  std::vector<Region> regions; ///< sorted by begin
};

/// Which checks run besides those that are always on (illegal instructions,
/// array protocol, accesses outside device memory or bank).
struct Sanitizers {
  bool dmaHazard = false;      ///< use of a tile whose move was not waited for
  bool laneDivergence = false; ///< scalar taken from lanes that differ
  bool uninitialized = false;  ///< reads of scratchpad never written
  bool stackCollision = false; ///< tile access inside the kernel's stack
  static Sanitizers all() { return {true, true, true, true}; }
};

struct KernelCode {
  uint64_t entry = 0, end = 0;
  uint64_t stackBytes = 0;     ///< per lane, at the top of the bank
  std::string name;            ///< for messages
  /// Source location of an address, for messages; may be empty.
  std::function<std::string(uint64_t)> locate;
};

struct RunStatistics {
  uint64_t instructions = 0, vectorInstructions = 0, arrayRows = 0,
           dmaMoves = 0, dmaBytes = 0;
};

/// One core: registers, lanes, banks, arrays. Reused across launches; each run
/// starts with clear registers and (when checked) uninitialised scratchpad.
class CoreSimulator {
public:
  CoreSimulator(const MachineConfig &machine, DeviceMemory &memory,
                Sanitizers sanitizers = {});
  ~CoreSimulator();

  /// Maps program bytes (below kBroadcastLimit) readable and, if `executable`,
  /// fetchable.
  llvm::Error loadSegment(uint64_t address, llvm::ArrayRef<uint8_t> bytes,
                          bool executable);
  /// Runs a kernel to its return. a0 = address of an array of `arguments`
  /// (device addresses of its tensors); sp = top of lane 0's bank; ra = a
  /// sentinel. Errors (kind Program) name kernel, pc, location, lane, address.
  /// Moves still in flight at the return are complete for the next launch.
  /// Either of `observer` and `events` may be null.
  llvm::Expected<RunStatistics> run(const KernelCode &kernel,
                                    llvm::ArrayRef<uint64_t> arguments,
                                    Observer *observer = nullptr,
                                    tog::EventSink *events = nullptr);
  /// Instructions a run may retire before it is reported as endless (default
  /// 2^40).
  void setInstructionBudget(uint64_t instructions);

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace tilewright

#endif // TILEWRIGHT_ISS_ISS_H
