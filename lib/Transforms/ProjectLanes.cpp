//===- ProjectLanes.cpp - Logical tiles to one lane's banks ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lanes execute one program on different banks, so an op on tiles becomes the
// same op on banks when it is parallel along the dimension spread over the
// lanes and all its tiles spread that dimension equally. Every op is checked
// first; then types change in place. Ops that compute from coordinates keep the
// lane dimension and stride as attributes.
//
//===----------------------------------------------------------------------===//

#include "MachineOption.h"
#include "MachinePasses.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Transforms/Passes.h"

namespace tilewright {
#define GEN_PASS_DEF_PROJECTLANES
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

/// Checks that `op` may run on each lane's bank, and records its lane
/// dimension.
static LogicalResult checkLinalg(linalg::LinalgOp op) {
  std::optional<unsigned> laneDim;
  unsigned stride = 1;
  for (OpOperand &operand : op->getOpOperands()) {
    togsim::SpadAttr layout = togsim::spadLayout(operand.get().getType());
    if (!layout)
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    auto dim = dyn_cast<AffineDimExpr>(map.getResult(layout.getAxis()));
    if (!dim)
      return op.emitError("operand ")
             << operand.getOperandNumber()
             << " is spread over lanes along a dimension the op does not "
                "iterate over";
    if (laneDim &&
        (*laneDim != dim.getPosition() || stride != layout.getStride()))
      return op.emitError("operand ")
             << operand.getOperandNumber()
             << " is spread over lanes differently from the others; a transfer "
                "must bring it into the common layout";
    laneDim = dim.getPosition();
    stride = layout.getStride();
  }
  if (!laneDim)
    return success();
  if (op.getIteratorTypesArray()[*laneDim] != utils::IteratorType::parallel)
    return op.emitError("reduces along the dimension spread over lanes; lanes "
                        "cannot exchange values");
  Builder builder(op.getContext());
  op->setAttr("togsim.lane_dim", builder.getI64IntegerAttr(*laneDim));
  op->setAttr("togsim.lane_stride", builder.getI64IntegerAttr(stride));
  return success();
}

static LogicalResult checkOp(Operation *op, int64_t lanes) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return checkLinalg(linalgOp);
  if (auto contract = dyn_cast<togsim::ContractOp>(op)) {
    auto x = cast<MemRefType>(contract.getX().getType());
    auto w = cast<MemRefType>(contract.getW().getType());
    if (x.getDimSize(0) % lanes || w.getDimSize(0) % lanes ||
        (contract.getWindow() ? w.getDimSize(1) % x.getDimSize(0) != 0
                              : w.getDimSize(1) != x.getDimSize(0)))
      return contract.emitError("K and N must be multiples of the ")
             << lanes << " lanes, are " << x.getDimSize(0) << " and "
             << w.getDimSize(0);
    return success();
  }
  bool touchesTile = llvm::any_of(op->getOperandTypes(), [](Type type) {
    return bool(togsim::spadLayout(type));
  });
  // The others are parallel along the lane dimension by their verifiers.
  if (touchesTile && togsim::tilesWrittenBy(op).empty() &&
      !isa<togsim::DmaStartOp, togsim::SlotOp>(op))
    return op->emitError("cannot run on lanes");
  return success();
}

/// A slot becomes a plain subview: banks have no layout to shift.
static void projectSlot(togsim::SlotOp slot, unsigned lanes) {
  auto buffer = cast<MemRefType>(slot.getBuffer().getType());
  OpBuilder builder(slot);
  SmallVector<OpFoldResult> offsets(buffer.getRank(), builder.getIndexAttr(0)),
      strides(buffer.getRank(), builder.getIndexAttr(1)), sizes;
  offsets[0] = slot.getSlot();
  for (auto [i, extent] : llvm::enumerate(buffer.getShape()))
    sizes.push_back(builder.getIndexAttr(i ? extent : 1));
  auto result = togsim::projectToBank(cast<MemRefType>(slot.getType()), lanes);
  auto view =
      memref::SubViewOp::create(builder, slot.getLoc(), result,
                                slot.getBuffer(), offsets, sizes, strides);
  slot.replaceAllUsesWith(view.getResult());
  slot.erase();
}

namespace {
struct ProjectLanesPass : tilewright::impl::ProjectLanesBase<ProjectLanesPass> {
  using ProjectLanesBase::ProjectLanesBase;
  explicit ProjectLanesPass(const MachineConfig &machine) : machine(machine) {}

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (failed(machine.resolve(machineName, kernel.getLoc())))
      return signalPassFailure();
    unsigned lanes = machine.get().lanes;
    WalkResult checked = kernel.walk([&](Operation *op) {
      return failed(checkOp(op, lanes)) ? WalkResult::interrupt()
                                        : WalkResult::advance();
    });
    if (checked.wasInterrupted())
      return signalPassFailure();
    kernel.walk([&](togsim::TileOp tile) {
      auto type = cast<MemRefType>(tile.getType());
      if (togsim::spadLayout(type))
        tile.getMemref().setType(togsim::projectToBank(type, lanes));
    });
    SmallVector<togsim::SlotOp> slots;
    kernel.walk([&](togsim::SlotOp slot) { slots.push_back(slot); });
    for (togsim::SlotOp slot : slots)
      projectSlot(slot, lanes);
  }

private:
  MachineHolder machine;
};
} // namespace

std::unique_ptr<Pass> createProjectLanes(const MachineConfig &machine) {
  return std::make_unique<ProjectLanesPass>(machine);
}
