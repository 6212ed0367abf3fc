//===- DeviceMemory.cpp - Device DRAM as one sparse host mapping ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Iss/Iss.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <sys/mman.h>

using namespace tilewright;

DeviceMemory::DeviceMemory(uint64_t bytes) : size(bytes) {
  void *p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  base = p == MAP_FAILED ? nullptr : static_cast<uint8_t *>(p);
}

DeviceMemory::~DeviceMemory() {
  if (base)
    munmap(base, size);
}

llvm::Error DeviceMemory::allocate(uint64_t address, uint64_t bytes,
                                   llvm::StringRef name) {
  if (!base)
    return usageError(llvm::formatv(
        "cannot map {0} bytes of device memory on this host", size));
  if (address < kDramBase || bytes > size || address - kDramBase > size - bytes)
    return usageError(llvm::formatv(
        "'{0}' at {1:x}, {2} bytes, lies outside the device memory "
        "[{3:x}, {4:x})",
        name, address, bytes, kDramBase, kDramBase + size));
  // Tensors whose lives do not overlap may share addresses; the same extent
  // again only renames it.
  for (Region &region : regions)
    if (region.begin == address && region.end == address + bytes) {
      region.name = name.str();
      return llvm::Error::success();
    }
  auto at =
      llvm::upper_bound(regions, address, [](uint64_t a, const Region &region) {
        return a < region.begin;
      });
  at = regions.insert(at, {address, address + bytes, name.str(), 0});
  uint64_t reach = at == regions.begin() ? 0 : std::prev(at)->reach;
  for (; at != regions.end(); ++at)
    at->reach = reach = std::max(reach, at->end);
  return llvm::Error::success();
}

bool DeviceMemory::contains(uint64_t address, uint64_t bytes,
                            std::string *nearest) const {
  auto after =
      llvm::upper_bound(regions, address, [](uint64_t a, const Region &region) {
        return a < region.begin;
      });
  uint64_t end = address + bytes;
  if (end < address)
    end = UINT64_MAX;
  for (auto at = after; at != regions.begin();) {
    --at;
    if (at->reach < end)
      break; // neither this region nor any before it gets that far
    if (at->end >= end)
      return true;
  }
  if (!nearest)
    return false;
  const Region *best = nullptr;
  uint64_t bestDistance = UINT64_MAX;
  for (const Region &region : regions) {
    uint64_t distance = address < region.begin  ? region.begin - address
                        : address >= region.end ? address - region.end + 1
                                                : 0;
    if (distance < bestDistance) {
      bestDistance = distance;
      best = &region;
    }
  }
  *nearest = best ? llvm::formatv("nearest tensor '{0}' [{1:x}, {2:x})",
                                  best->name, best->begin, best->end)
                        .str()
                  : "no tensor is allocated";
  return false;
}
