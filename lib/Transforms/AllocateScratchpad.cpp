//===- AllocateScratchpad.cpp - Constant bank addresses -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tiles lie one behind the other from the bottom of the bank, each aligned to a
// vector register, so that no vector access straddles two rows of lanes. The
// top of the bank is the kernel's stack.
//
//===----------------------------------------------------------------------===//

#include "MachineOption.h"
#include "MachinePasses.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Transforms/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace tilewright {
#define GEN_PASS_DEF_ALLOCATESCRATCHPAD
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

namespace {
struct AllocateScratchpadPass
    : tilewright::impl::AllocateScratchpadBase<AllocateScratchpadPass> {
  using AllocateScratchpadBase::AllocateScratchpadBase;
  explicit AllocateScratchpadPass(const MachineConfig &machine)
      : machine(machine) {}

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (failed(machine.resolve(machineName, kernel.getLoc())))
      return signalPassFailure();
    const MachineConfig &m = machine.get();
    Builder builder(kernel.getContext());
    uint64_t next = 0;
    bool failed = false;
    kernel.walk([&](togsim::TileOp tile) {
      auto type = cast<MemRefType>(tile.getType());
      if (!togsim::isBank(type)) {
        tile.emitError("tile is not projected to a bank yet; run "
                       "togsim-project-lanes first");
        failed = true;
        return;
      }
      tile.setAddressAttr(builder.getI64IntegerAttr(next));
      uint64_t bytes = type.getNumElements() *
                       llvm::divideCeil(type.getElementTypeBitWidth(), 8);
      next += llvm::alignTo(bytes, m.vlenBits / 8);
    });
    uint64_t available = m.spadBytesPerLane - kernelStackBytes(m);
    if (next > available) {
      kernel.emitError("kernel tiles need ")
          << next << " bytes per lane, machine '" << m.name << "' has "
          << available << " besides the stack";
      failed = true;
    }
    if (failed)
      return signalPassFailure();
    kernel->setAttr(kSpadBytesAttr, builder.getI64IntegerAttr(next));
  }

private:
  MachineHolder machine;
};
} // namespace

std::unique_ptr<Pass> createAllocateScratchpad(const MachineConfig &machine) {
  return std::make_unique<AllocateScratchpadPass>(machine);
}
