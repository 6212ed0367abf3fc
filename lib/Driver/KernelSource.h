//===- KernelSource.h - A kernel before and after its compilation -*- C++
//-*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The two ends of compiling one kernel, as data: what KernelCompiler turns into
// each other and KernelCache keeps. No MLIR.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_KERNELSOURCE_H
#define TILEWRIGHT_LIB_DRIVER_KERNELSOURCE_H

#include "tilewright/Tog/Tog.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace mlir::func {
class FuncOp;
} // namespace mlir::func

namespace tilewright {

/// A kernel of level G2, outside its module.
struct KernelSource {
  std::string name;
  std::string text;     ///< the function, with locations, without schedule
  std::string identity; ///< what it computes: no name, locations, schedule
  std::string schedule; ///< keys given for it (JSON), may be empty
  std::string origin;   ///< of the keys, for messages; may be empty

  static KernelSource of(mlir::func::FuncOp kernel);
  /// Names what the kernel computes, in mappings: 16 hexadecimal digits.
  std::string key() const;
  /// The same kernel with schedule keys given.
  KernelSource with(llvm::StringRef keys) const {
    KernelSource source = *this;
    source.schedule = keys.str();
    return source;
  }
};

/// A schedule that the tuner may measure.
struct ScheduleCandidate {
  std::string schedule;       ///< whole, as JSON
  double estimatedCycles = 0; ///< of a launch, by the cost model
};

struct CompiledKernel {
  std::string symbol; ///< of its function in the object
  std::string object; ///< ELF
  uint64_t macs = 0, spadBytesPerLane = 0;
  std::string schedule; ///< whole, as JSON
  tog::Graph graph;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_KERNELSOURCE_H
