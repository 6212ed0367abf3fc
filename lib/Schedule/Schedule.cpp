//===- Schedule.cpp - A kernel's decisions as data ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"

using namespace tilewright;

llvm::json::Value Schedule::toJson() const {
  return llvm::json::Object{
      {"tile", llvm::json::Array(tile)},
      {"loop_order", llvm::json::Array(loopOrder)},
      {"lane_dim", laneDim},
      {"lane_stride", laneStride},
      {"vector_dim", vectorDim},
      {"buffers", buffers},
      {"lag_chunks", lagChunks},
  };
}

llvm::Expected<Schedule> Schedule::fromJson(const llvm::json::Value &value) {
  llvm::json::Path::Root root("schedule");
  Schedule schedule;
  llvm::json::ObjectMapper mapper(value, root);
  std::vector<int64_t> tile;
  std::vector<unsigned> order;
  if (!mapper || !mapper.map("tile", tile) ||
      !mapper.map("loop_order", order) ||
      !mapper.map("lane_dim", schedule.laneDim) ||
      !mapper.map("lane_stride", schedule.laneStride) ||
      !mapper.map("vector_dim", schedule.vectorDim) ||
      !mapper.map("buffers", schedule.buffers) ||
      !mapper.map("lag_chunks", schedule.lagChunks))
    return usageError(llvm::toString(root.getError()));
  schedule.tile.assign(tile.begin(), tile.end());
  schedule.loopOrder.assign(order.begin(), order.end());
  return schedule;
}

uint64_t tilewright::kernelStackBytes(const MachineConfig &machine) {
  return std::min<uint64_t>(4096, machine.spadBytesPerLane / 8);
}
