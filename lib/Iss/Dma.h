//===- Dma.h - DMA moves between device memory and the banks ----*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_ISS_DMA_H
#define TILEWRIGHT_LIB_ISS_DMA_H

#include "Core.h"

namespace tilewright::iss {

/// Checks and performs a move, marks its bytes as pending and reports it.
void startMove(Core &c, const DmaDescriptor &move);
/// Completes the moves of a tag.
void waitForTag(Core &c, unsigned tag);
/// The pending load (or store) that touches a scratchpad byte, as text.
std::string describePending(const Core &c, unsigned lane, uint64_t offset,
                            bool stores);

} // namespace tilewright::iss

#endif // TILEWRIGHT_LIB_ISS_DMA_H
