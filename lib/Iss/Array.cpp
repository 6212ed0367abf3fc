//===- Array.cpp - One weight-stationary systolic array -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Array.h"
#include <algorithm>
#include <cstring>

using namespace tilewright::iss;

// A lane's consecutive elements, copied for all lanes. Eight f32 elements are
// one 256-bit register and by far the most frequent case.
static void copyLanes(float *to, size_t toStride, const float *from,
                      size_t fromStride, unsigned lanes, unsigned count) {
  if (count == 8) {
    for (unsigned l = 0; l < lanes; ++l)
      std::memcpy(to + l * toStride, from + l * fromStride, 8 * sizeof(float));
    return;
  }
  for (unsigned l = 0; l < lanes; ++l)
    for (unsigned i = 0; i < count; ++i)
      to[l * toStride + i] = from[l * fromStride + i];
}

SystolicArray::SystolicArray(unsigned lanes)
    : lanes(lanes), weightStride(size_t(lanes) + 16),
      weights(weightStride * lanes * sizeof(float)),
      shadow(weightStride * lanes * sizeof(float)) {}

void SystolicArray::reset() {
  shadowCount = pendingRows = 0;
  readyRows = 0;
  weightsValid = false;
  while (!results.empty()) {
    spare.push_back(std::move(results.front()));
    results.pop_front();
  }
}

void SystolicArray::pushWeights(const float *data, size_t laneStride,
                                unsigned count, bool integer) {
  shadowInteger = integer;
  copyLanes(shadow.floats() + shadowCount, weightStride, data, laneStride,
            lanes, count);
  shadowCount += count;
}

void SystolicArray::swap() {
  compute(); // rows already pushed see the weights of their push
  std::swap(weights, shadow);
  weightsInteger = shadowInteger;
  shadowCount = 0;
  weightsValid = true;
}

void SystolicArray::pushRows(const float *data, size_t laneStride,
                             unsigned count) {
  while (count) {
    unsigned inPanel = pendingRows % kPanelRows;
    unsigned n = std::min(count, kPanelRows - inPanel);
    size_t panelBytes = panelElements() * sizeof(float);
    size_t needed = (pendingRows / kPanelRows + 1) * panelBytes;
    if (input.size() < needed) {
      AlignedBytes grown(std::max(needed, 2 * input.size()));
      if (input.size())
        std::memcpy(grown.data(), input.data(), input.size());
      input = std::move(grown);
    }
    copyLanes(input.floats() + pendingRows / kPanelRows * panelElements() +
                  inPanel,
              kPanelRows, data, laneStride, lanes, n);
    data += n;
    count -= n;
    pendingRows += n;
  }
}

void SystolicArray::compute() {
  if (!pendingRows)
    return;
  size_t panels = (pendingRows + kPanelRows - 1) / kPanelRows;
  size_t bytes = panels * panelElements() * sizeof(float);
  Batch batch;
  if (!spare.empty()) {
    batch = std::move(spare.back());
    spare.pop_back();
  }
  if (batch.data.size() < bytes)
    batch.data = AlignedBytes(bytes);
  batch.rows = pendingRows;
  batch.popped = 0;
  auto *multiply = weightsInteger ? multiplyPanelInt : multiplyPanel;
  for (size_t p = 0; p < panels; ++p)
    multiply(input.floats() + p * panelElements(), weights.floats(),
                  weightStride, lanes,
                  std::min<size_t>(kPanelRows, pendingRows - p * kPanelRows),
                  batch.data.floats() + p * panelElements());
  readyRows += pendingRows;
  pendingRows = 0;
  results.push_back(std::move(batch));
}

void SystolicArray::popRows(float *data, size_t laneStride, unsigned count) {
  if (readyRows < count)
    compute();
  readyRows -= count;
  while (count) {
    Batch &batch = results.front();
    unsigned inPanel = batch.popped % kPanelRows;
    unsigned n =
        std::min({count, kPanelRows - inPanel, batch.rows - batch.popped});
    copyLanes(data, laneStride,
              batch.data.floats() +
                  batch.popped / kPanelRows * panelElements() + inPanel,
              kPanelRows, lanes, n);
    data += n;
    count -= n;
    batch.popped += n;
    if (batch.popped == batch.rows) {
      spare.push_back(std::move(batch));
      results.pop_front();
    }
  }
}
