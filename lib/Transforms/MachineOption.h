//===- MachineOption.h - The machine a pass compiles for --------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns how a pass gets its machine: from the driver, or by the name or file in
// its `machine` option, loaded once per pass instance.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_TRANSFORMS_MACHINEOPTION_H
#define TILEWRIGHT_LIB_TRANSFORMS_MACHINEOPTION_H

#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Support/Error.h"
#include "mlir/IR/Diagnostics.h"
#include <memory>

namespace tilewright {

/// What a pass with a `machine` option holds: a machine given by the driver, or
/// the one named on the command line.
class MachineHolder {
public:
  MachineHolder() = default;
  explicit MachineHolder(const MachineConfig &machine)
      : machine(std::make_shared<MachineConfig>(machine)) {}
  /// Resolves the machine; reports at `loc` when it cannot be loaded.
  mlir::LogicalResult resolve(llvm::StringRef name, mlir::Location loc) {
    if (machine)
      return mlir::success();
    auto loaded = loadMachine(name);
    if (!loaded) {
      std::string message;
      describeError(loaded.takeError(), message);
      return mlir::emitError(loc) << message;
    }
    machine = std::make_shared<MachineConfig>(std::move(*loaded));
    return mlir::success();
  }
  const MachineConfig &get() const { return *machine; }

private:
  std::shared_ptr<const MachineConfig> machine;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_TRANSFORMS_MACHINEOPTION_H
