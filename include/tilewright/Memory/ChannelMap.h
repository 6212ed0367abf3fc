//===- ChannelMap.h - Which channel serves an address -----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the distribution of requests over DRAM channels: an irreducible
// polynomial hash of the high address bits permutes the channels of each aligned
// group of requests (spec machine.md 6.4). The invariant: (channel, local
// address) determines the address, for any number of channels. The spec's
// formula keeps it for powers of two up to 64 only; other numbers rotate by the
// hash instead of combining bits with it.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MEMORY_CHANNELMAP_H
#define TILEWRIGHT_MEMORY_CHANNELMAP_H

#include <cstdint>

namespace tilewright {

class ChannelMap {
public:
  explicit ChannelMap(unsigned channels);

  struct Target {
    unsigned channel;
    uint64_t localBlock; ///< request number within the channel
  };
  /// Where request number `block` (address / request bytes) goes.
  Target operator()(uint64_t block) const {
    if (!powerOfTwo) {
      uint64_t high = block / channels;
      return {unsigned((block % channels + hash(high)) % channels), high};
    }
    uint64_t high = block >> shift;
    return {unsigned((block ^ hash(high)) & (channels - 1)), high};
  }

private:
  unsigned hash(uint64_t high) const {
    unsigned h = 0;
    for (unsigned bit = 0; bit < numBits; ++bit)
      h |= unsigned(__builtin_popcountll(high & masks[bit]) & 1) << bit;
    return h;
  }

  unsigned channels, shift = 0, numBits = 4;
  bool powerOfTwo;
  const uint32_t *masks;
};

} // namespace tilewright

#endif // TILEWRIGHT_MEMORY_CHANNELMAP_H
