//===- AlignedBytes.h - Zeroed, cache-line aligned storage ------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns one allocation for vector data. calloc keeps large banks untouched until
// they are used.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_ISS_ALIGNEDBYTES_H
#define TILEWRIGHT_LIB_ISS_ALIGNEDBYTES_H

#include <cstdint>
#include <cstdlib>
#include <utility>

namespace tilewright::iss {

class AlignedBytes {
public:
  static constexpr size_t kAlignment = 64;

  AlignedBytes() = default;
  explicit AlignedBytes(size_t bytes)
      : raw(std::calloc(bytes + kAlignment, 1)), bytes(bytes) {
    if (!raw)
      std::abort(); // as operator new without exceptions
  }
  AlignedBytes(AlignedBytes &&other) noexcept
      : raw(std::exchange(other.raw, nullptr)),
        bytes(std::exchange(other.bytes, 0)) {}
  AlignedBytes &operator=(AlignedBytes &&other) noexcept {
    std::swap(raw, other.raw);
    std::swap(bytes, other.bytes);
    return *this;
  }
  ~AlignedBytes() { std::free(raw); }

  uint8_t *data() const {
    auto address = reinterpret_cast<uintptr_t>(raw);
    return reinterpret_cast<uint8_t *>((address + kAlignment - 1) &
                                       ~uintptr_t(kAlignment - 1));
  }
  float *floats() const { return reinterpret_cast<float *>(data()); }
  size_t size() const { return bytes; }

private:
  void *raw = nullptr;
  size_t bytes = 0;
};

} // namespace tilewright::iss

#endif // TILEWRIGHT_LIB_ISS_ALIGNEDBYTES_H
