//===- RandomInputs.cpp - Reproducible input tensors ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// SplitMix64 (Steele, Lea, Flood 2014), one stream per input. Floats are sums
// of twelve uniform 32-bit integers: variance exactly 1 and no library
// function, so that every host draws the same bytes. Element i depends on seed,
// input and i only.
//
//===----------------------------------------------------------------------===//

#include "ElementValues.h"
#include "tilewright/Driver/Driver.h"

using namespace tilewright;

namespace {
class SplitMix64 {
public:
  explicit SplitMix64(uint64_t state) : state(state) {}
  uint64_t next() {
    uint64_t z = state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }

private:
  uint64_t state;
};
} // namespace

/// Mean 0, variance 1, within (-6, 6).
static double nearlyNormal(SplitMix64 &random) {
  uint64_t sum = 0;
  for (unsigned i = 0; i < 6; ++i) {
    uint64_t bits = random.next();
    sum += (bits >> 32) + (bits & 0xffffffff);
  }
  return double(int64_t(sum) - (int64_t(6) << 32)) / double(int64_t(1) << 32);
}

static void fill(Tensor &tensor, SplitMix64 random) {
  ElementType type = tensor.info.type;
  unsigned bytes = elementBytes(type);
  for (size_t at = 0; at < tensor.data.size(); at += bytes) {
    if (isFloat(type))
      encodeFloat(type, nearlyNormal(random), &tensor.data[at]);
    else if (type == ElementType::I1)
      encodeInteger(type, random.next() >> 63, &tensor.data[at]);
    else
      encodeInteger(type, int64_t(random.next() >> 60) - 8, &tensor.data[at]);
  }
}

std::vector<Tensor> tilewright::randomInputs(const Program &program,
                                             uint64_t seed) {
  std::vector<Tensor> inputs;
  SplitMix64 streams(seed);
  for (const TensorInfo &info : program.inputTypes) {
    inputs.push_back({info, std::vector<uint8_t>(info.bytes())});
    fill(inputs.back(), SplitMix64(streams.next()));
  }
  return inputs;
}
