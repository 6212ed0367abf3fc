//===- Format.h - Constants of the program file format ----------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Shared by Save.cpp and Load.cpp. The layout is described in Program.h.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_PROGRAM_FORMAT_H
#define TILEWRIGHT_LIB_PROGRAM_FORMAT_H

#include "tilewright/Program/Program.h"

namespace tilewright {

constexpr char kProgramMagic[] = "TILEWRT1";
constexpr unsigned kMagicBytes = 8;
constexpr unsigned kPrefixBytes = kMagicBytes + 16; ///< magic, length, hash
/// Raised when the header changes its meaning.
constexpr uint64_t kProgramVersion = 4;

/// Indexed by Buffer::Kind.
constexpr const char *kBufferKinds[] = {"input", "constant", "temporary"};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_PROGRAM_FORMAT_H
