//===- MarkNodes.cpp - Number the compute nodes ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compute node is a maximal run of operations that touch banks, with no move,
// wait, guard, or loop around one in between. A togsim.node goes in front of
// each; ids count up in program order.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Isa/Isa.h"
#include "tilewright/Transforms/Passes.h"

namespace tilewright {
#define GEN_PASS_DEF_MARKNODES
#include "tilewright/Transforms/Passes.h.inc"
} // namespace tilewright

using namespace mlir;
using namespace tilewright;

/// Whether `op` is, or holds, an event of the kernel's event stream.
static bool holdsEvent(Operation *op) {
  return op
      ->walk([](Operation *inner) {
        return llvm::isa<togsim::DmaStartOp, togsim::WaitOp>(inner)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Whether `op` computes on banks.
static bool computes(Operation *op) {
  return op
      ->walk([](Operation *inner) {
        return llvm::isa<linalg::LinalgOp>(inner) ||
                       !togsim::tilesWrittenBy(inner).empty()
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

namespace {
struct MarkNodesPass : tilewright::impl::MarkNodesBase<MarkNodesPass> {
  void runOnOperation() override {
    nextId = 0;
    for (Block &block : getOperation().getBody())
      markBlock(block);
    if (nextId > int64_t(isa::kMaxNodeId)) {
      getOperation().emitError("kernel has ")
          << nextId << " compute nodes, a marker can number "
          << isa::kMaxNodeId + 1;
      signalPassFailure();
    }
  }

private:
  void markBlock(Block &block) {
    togsim::NodeOp open;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      // A guarded section is a node of its own: a node's cost is measured once,
      // so its instructions must be the same whenever it runs.
      if (holdsEvent(&op) || llvm::isa<affine::AffineIfOp>(op)) {
        open = nullptr;
        for (Region &region : op.getRegions())
          for (Block &inner : region)
            markBlock(inner);
        continue;
      }
      if (!computes(&op))
        continue;
      StringRef label = llvm::isa<togsim::ContractOp, togsim::DrainOp>(op)
                            ? "matmul"
                            : "vector";
      if (open) {
        if (label == "matmul")
          open.setLabel(label);
        continue;
      }
      OpBuilder builder(&op);
      open = togsim::NodeOp::create(builder, op.getLoc(), nextId++, label);
    }
  }

  int64_t nextId = 0;
};
} // namespace
