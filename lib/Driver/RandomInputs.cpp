//===- RandomInputs.cpp - Reproducible input tensors ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// SplitMix64 (Steele, Lea, Flood 2014), one stream per input. Floats are sums
// of twelve uniform 32-bit integers: variance exactly 1 and no library
// function but the (exactly rounded) square root, so that every host draws the
// same bytes. Element i depends on seed, input and i only.
//
// What the program does with an input decides its scale. With weights of
// variance 1 sums grow with their length, from layer to layer: the logits of a
// ViT's attention reach 8000, where one rounding of f32 is 5e-4 and its softmax
// turns that into a difference of percents between any two correct programs.
// Roots of negative variances make everything NaN, and NaN equals NaN.
//
//===----------------------------------------------------------------------===//

#include "ElementValues.h"
#include "tilewright/Driver/Driver.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ThreadPool.h"
#include <cmath>

using namespace tilewright;

/// Elements that one task draws.
static constexpr size_t kChunk = size_t(1) << 18;
/// Numbers that a float takes, each as two halves.
static constexpr unsigned kFloatNumbers = 6;

namespace {
class SplitMix64 {
public:
  explicit SplitMix64(uint64_t state) : state(state) {}
  uint64_t next() {
    uint64_t z = state += kStep;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }
  /// The generator after `count` more numbers.
  SplitMix64 after(uint64_t count) const {
    return SplitMix64(state + count * kStep);
  }

private:
  static constexpr uint64_t kStep = 0x9E3779B97F4A7C15;
  uint64_t state;
};
} // namespace

/// Mean 0, variance 1, within (-6, 6).
static double nearlyNormal(SplitMix64 &random) {
  uint64_t sum = 0;
  for (unsigned i = 0; i < kFloatNumbers; ++i) {
    uint64_t bits = random.next();
    sum += (bits >> 32) + (bits & 0xffffffff);
  }
  return double(int64_t(sum) - (int64_t(kFloatNumbers) << 32)) /
         double(int64_t(1) << 32);
}

/// A number below `bound`: the high word of a 128-bit product.
static uint64_t below(uint64_t bound, uint64_t bits) {
  return uint64_t((unsigned __int128)(bits)*bound >> 64);
}

/// A float as `use` wants it: weights keep the variance of what they multiply,
/// arguments of roots are about 1 and at least 1/2.
static double drawFloat(const InputUse &use, SplitMix64 &random) {
  double value = nearlyNormal(random);
  if (use.positive)
    return 0.5 + 0.5 * std::fabs(value);
  return use.fanIn ? value / std::sqrt(double(use.fanIn)) : value;
}

static int64_t drawInteger(const InputUse &use, ElementType type,
                           SplitMix64 &random) {
  uint64_t bits = random.next();
  if (type == ElementType::I1)
    return bits >> 63;
  if (use.indexBelow)
    return below(use.indexBelow, bits);
  return int64_t(bits >> 60) - 8;
}

/// Elements [first, last) of a tensor with the stream `random`.
static void fill(Tensor &tensor, const InputUse &use, SplitMix64 random,
                 size_t first, size_t last) {
  ElementType type = tensor.info.type;
  unsigned bytes = elementBytes(type);
  random = random.after(first * (isFloat(type) ? kFloatNumbers : 1));
  for (size_t at = first * bytes; at < last * bytes; at += bytes) {
    if (isFloat(type))
      encodeFloat(type, drawFloat(use, random), &tensor.data[at]);
    else
      encodeInteger(type, drawInteger(use, type, random), &tensor.data[at]);
  }
}

std::vector<Tensor> tilewright::randomInputs(const Program &program,
                                             uint64_t seed) {
  std::vector<Tensor> inputs;
  std::vector<std::function<void()>> tasks;
  SplitMix64 streams(seed);
  inputs.reserve(program.inputTypes.size());
  for (auto [number, info] : llvm::enumerate(program.inputTypes)) {
    InputUse use;
    if (!program.inputUses.empty())
      use = program.inputUses[number];
    inputs.push_back({info, std::vector<uint8_t>(info.bytes())});
    Tensor &tensor = inputs.back();
    SplitMix64 stream(streams.next());
    size_t count = tensor.data.size() / elementBytes(info.type);
    for (size_t at = 0; at < count; at += kChunk)
      tasks.push_back([&tensor, use, stream, at, count] {
        fill(tensor, use, stream, at, std::min(at + kChunk, count));
      });
  }
  llvm::DefaultThreadPool pool;
  for (std::function<void()> &task : tasks)
    pool.async(std::move(task));
  pool.wait();
  return inputs;
}
