//===- Mapping.h - Schedules given by a file --------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the forms of a mapping file (docs/cli.md) and which kernel gets which
// schedule. Knows what a schedule's keys are no more than where to put those of
// PyTorchSim's form; Schedule checks them.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DRIVER_MAPPING_H
#define TILEWRIGHT_LIB_DRIVER_MAPPING_H

#include "tilewright/Machine/MachineConfig.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tilewright {

using MatrixShape = std::array<int64_t, 3>; ///< M, N, K

/// What a mapping may ask about a kernel.
struct MappedKernel {
  std::string name, key;
  std::optional<MatrixShape> matrixShape; ///< of a plain matrix product
};

/// What a mapping says about a kernel.
struct GivenSchedule {
  std::string keys;   ///< JSON text; empty: nothing is given
  std::string origin; ///< the place in the mapping, for messages
};

class Mapping {
public:
  /// Reads Tilewright's or PyTorchSim's form. Errors (Usage) name `file` and
  /// the place in it.
  static llvm::Expected<Mapping> parse(llvm::StringRef text,
                                       llvm::StringRef file);
  /// The schedule keys for each kernel; the first rule that matches decides.
  /// Usage error for a mapping made for another machine, and for a kernel name
  /// that matches nothing.
  llvm::Expected<std::vector<GivenSchedule>>
  apply(llvm::ArrayRef<MappedKernel> kernels,
        const MachineConfig &machine) const;

private:
  struct Rule {
    std::string kernel,
        key; ///< a name or glob pattern, a key; one may be empty
    std::string schedule;
    bool matches(llvm::StringRef name) const;
  };
  llvm::Error readOwn(const llvm::json::Object &object);
  llvm::Error readRule(const llvm::json::Value &value, size_t number);
  llvm::Error readShapes(const llvm::json::Object &object);
  llvm::Error readShape(llvm::StringRef shape, const llvm::json::Value &value);
  llvm::Error checkNames(llvm::ArrayRef<MappedKernel> kernels) const;

  std::string file, machine;
  std::vector<Rule> rules;
  std::map<MatrixShape, MatrixShape> tiles; ///< by shape, of PyTorchSim's form
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_DRIVER_MAPPING_H
