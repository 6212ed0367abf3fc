//===- ChannelMap.cpp - Which channel serves an address -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Memory/ChannelMap.h"
#include <initializer_list>

using namespace tilewright;

static constexpr uint32_t bits(std::initializer_list<unsigned> numbers) {
  uint32_t mask = 0;
  for (unsigned n : numbers)
    mask |= 1u << n;
  return mask;
}

// Bits of `high` whose parity is bit i of the hash, for 16, 32 and 64 channels.
static constexpr uint32_t kMasks16[] = {
    bits({0, 3, 4, 6, 8, 9, 10, 11}), bits({0, 1, 3, 5, 6, 7, 8, 12}),
    bits({1, 2, 4, 6, 7, 8, 9}), bits({2, 3, 5, 7, 8, 9, 10})};
static constexpr uint32_t kMasks32[] = {
    bits({0, 3, 5, 6, 9, 10, 11, 12, 13}),
    bits({1, 4, 6, 7, 10, 11, 12, 13, 14}),
    bits({0, 2, 3, 6, 7, 8, 9, 10, 14}), bits({1, 3, 4, 7, 8, 9, 10, 11}),
    bits({2, 4, 5, 8, 9, 10, 11, 12})};
static constexpr uint32_t kMasks64[] = {
    bits({0, 5, 6, 10, 12, 15, 16, 17, 18}),
    bits({0, 1, 5, 7, 10, 11, 12, 13, 15}),
    bits({1, 2, 6, 8, 11, 12, 13, 14, 16}),
    bits({2, 3, 7, 9, 12, 13, 14, 15, 17}),
    bits({3, 4, 8, 10, 13, 14, 15, 16, 18}),
    bits({4, 5, 9, 11, 14, 15, 16, 17})};

ChannelMap::ChannelMap(unsigned n)
    : channels(n), powerOfTwo((n & (n - 1)) == 0), masks(kMasks16) {
  if (powerOfTwo)
    shift = unsigned(__builtin_ctz(n));
  if (n > 16) {
    numBits = n > 32 ? 6 : 5;
    masks = n > 32 ? kMasks64 : kMasks32;
  }
}
