//===- Assembler.h - RISC-V assembly text to bytes, for tests ---*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns nothing but a call of LLVM's machine code library, so that a test shows
// the program it runs.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_UNITTESTS_ISS_ASSEMBLER_H
#define TILEWRIGHT_UNITTESTS_ISS_ASSEMBLER_H

#include <cstdint>
#include <string>
#include <vector>

namespace tilewright::test {

/// The .text of `assembly` (RV64IMAFDCV + Zvfh + Zvfbfmin + Zfh), which must need no
/// relocations. Prints the assembler's messages and returns nothing on error.
std::vector<uint8_t> assemble(const std::string &assembly);

} // namespace tilewright::test

#endif // TILEWRIGHT_UNITTESTS_ISS_ASSEMBLER_H
