//===- Elementwise.cpp - Kernels without a reduction ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Dimensions are put in the order of the first output's strides and collapsed
// where every operand is contiguous; the schedule then picks the lane dimension
// and tiles. Transposed and broadcast operands are only other DRAM strides.
//
//===----------------------------------------------------------------------===//

#include "Generators.h"
#include "KernelInfo.h"
#include "ScheduleChoice.h"
#include "TileBuilder.h"
#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

LogicalResult codegen::generateElementwise(func::FuncOp kernel,
                                           const KernelArguments &arguments,
                                           const MachineConfig &machine,
                                           OpBuilder &builder) {
  FailureOr<ElementwiseKernel> analyzed = analyzeElementwise(kernel);
  if (failed(analyzed))
    return failure();
  ElementwiseKernel &info = *analyzed;
  SmallVector<unsigned> order(info.extents.size());
  for (auto [i, d] : llvm::enumerate(order))
    d = i;
  llvm::sort(order, [&](unsigned a, unsigned b) {
    ArrayRef<int64_t> strides = info.results[0].strides;
    return std::pair(-strides[a], a) < std::pair(-strides[b], b);
  });
  SmallVector<const Operand *> all;
  for (const Operand &operand : info.inputs)
    all.push_back(&operand);
  for (const Operand &operand : info.results)
    all.push_back(&operand);
  auto groups = collapseDims(order, info.extents, all);
  if (groups.empty())
    groups.push_back({}); // a single element

  ElementwiseProblem problem;
  for (ArrayRef<unsigned> group : groups)
    problem.extents.push_back(extentOf(group, info.extents));
  for (const Operand *operand : all) {
    Type type = storageType(getElementTypeOrSelf(operand->value.getType()));
    problem.operands.push_back(
        {stridesAlong(groups, *operand), type.getIntOrFloatBitWidth() / 8});
  }
  problem.outputs = info.results.size();
  problem.computing = bodyCycles(info.anchor);
  FailureOr<Schedule> plan = chooseSchedule(kernel, problem, machine);
  if (failed(plan))
    return failure();

  SmallVector<Dim> dims;
  SmallVector<unsigned> storage;
  for (auto [i, extent] : llvm::enumerate(problem.extents)) {
    dims.push_back({extent, plan->tile[i]});
    storage.push_back(i);
  }
  TileBuilder tiles(builder, info.anchor.getLoc(), machine, dims, plan->laneDim,
                    plan->laneStride);
  tiles.openLoops(plan->loopOrder);
  SmallVector<Tile> inputs, outputs;
  for (const Operand &input : info.inputs) {
    if (!arguments.lookup(input.value))
      return info.anchor.emitError(
          "unsupported: op reads a tensor that nothing has written");
    TensorAccess access{arguments.lookup(input.value),
                        stridesAlong(groups, input), input.offset};
    inputs.push_back(tiles.createTile(access, storage));
    tiles.load(access, inputs.back());
  }
  for (const Operand &result : info.results)
    outputs.push_back(tiles.createTile(
        storageType(cast<ShapedType>(result.value.getType()).getElementType()),
        storage, plan->laneDim));
  if (failed(tiles.emitElementwise(info.anchor, storage, inputs, outputs,
                                   std::nullopt,
                                   joinedCoordinates(groups, info.extents))))
    return failure();
  for (auto [i, result] : llvm::enumerate(info.results))
    tiles.store(
        {arguments.results[i], stridesAlong(groups, result), result.offset},
        outputs[i]);
  tiles.closeLoops(plan->loopOrder.size());
  return success();
}
