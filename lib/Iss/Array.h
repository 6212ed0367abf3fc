//===- Array.h - One weight-stationary systolic array -----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the contents of an array: current and shadow weights, rows pushed and
// not yet computed, results not yet popped. Lane k supplies x[k], lane j holds
// weight column j and receives y[j] = sum over increasing k of x[k] * w[k][j],
// product and sum rounded to f32 one after the other. A bank of integer weights
// makes the rows that meet it integers too: products and sums modulo 2^32.
// Elements are kept as 32-bit patterns in float storage.
//
// Evaluation is lazy: rows are queued and computed together, as a matrix
// product, when a pop or a weight swap needs them. Callers check the protocol
// (rows available, weights present) with the counters before they act.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_ISS_ARRAY_H
#define TILEWRIGHT_LIB_ISS_ARRAY_H

#include "AlignedBytes.h"
#include <deque>
#include <vector>

namespace tilewright::iss {

/// Rows are stored in panels of this many: [lane][kPanelRows].
constexpr unsigned kPanelRows = 32;

/// out[j][m] = sum over k of in[k][m] * weights[j][k] for one panel; `rows` of
/// it are wanted. `weightStride` is in elements.
void multiplyPanel(const float *in, const float *weights, size_t weightStride,
                   unsigned lanes, unsigned rows, float *out);
/// The same with the elements' bits as integers, modulo 2^32.
void multiplyPanelInt(const float *in, const float *weights,
                      size_t weightStride, unsigned lanes, unsigned rows,
                      float *out);

class SystolicArray {
public:
  explicit SystolicArray(unsigned lanes);
  /// Forgets weights and rows.
  void reset();

  unsigned shadowWeights() const { return shadowCount; }
  bool hasWeights() const { return weightsValid; }
  /// Whether the shadow bank's weights are integers (when there are any).
  bool shadowIsInteger() const { return shadowInteger; }
  /// Rows pushed and not popped.
  uint64_t rowsOutstanding() const { return pendingRows + readyRows; }

  /// Each of these takes or gives `count` consecutive elements per lane, lane l
  /// at data + l * laneStride.
  void pushWeights(const float *data, size_t laneStride, unsigned count,
                   bool integer);
  void pushRows(const float *data, size_t laneStride, unsigned count);
  void popRows(float *data, size_t laneStride, unsigned count);
  void swap();

private:
  struct Batch {
    AlignedBytes data; ///< panels [lane][kPanelRows]
    unsigned rows = 0, popped = 0;
  };
  void compute();
  size_t panelElements() const { return size_t(lanes) * kPanelRows; }

  unsigned lanes;
  size_t weightStride; ///< padded so that columns do not alias in the cache
  AlignedBytes weights, shadow;
  unsigned shadowCount = 0;
  bool weightsValid = false;
  bool weightsInteger = false, shadowInteger = false;
  AlignedBytes input; ///< panels of pending rows
  unsigned pendingRows = 0;
  uint64_t readyRows = 0;
  std::deque<Batch> results;
  std::vector<Batch> spare;
};

} // namespace tilewright::iss

#endif // TILEWRIGHT_LIB_ISS_ARRAY_H
