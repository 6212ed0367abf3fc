//===- VerifierTest.cpp - What the reference chain starts from ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Verifier.h"
#include "tilewright/Support/Error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <cstring>

using namespace tilewright;
using testing::Each;

namespace {

/// Buffers of 8 bytes: an input, and two temporaries. The first kernel writes a
/// buffer; the second takes one and writes a part of it, in place.
Program joining() {
  Program program;
  Kernel producer, insert;
  producer.numArguments = insert.numArguments = 2;
  producer.outputs = insert.outputs = {1};
  program.kernels = {producer, insert};
  uint64_t address = kDramBase;
  for (auto kind : {Buffer::Kind::Input, Buffer::Kind::Temporary,
                    Buffer::Kind::Temporary}) {
    Buffer buffer;
    buffer.kind = kind;
    buffer.tensor = {ElementType::I8, {8}};
    buffer.address = address;
    address += 8;
    program.buffers.push_back(std::move(buffer));
  }
  program.launches = {{0, {0, 1}}, {1, {1, 1}}, {1, {2, 2}}, {1, {2, 2}}};
  return program;
}

std::vector<uint8_t> cleared(unsigned launch, unsigned buffer) {
  Program program = joining();
  DeviceMemory memory(4096);
  for (const Buffer &b : program.buffers) {
    llvm::cantFail(memory.allocate(b.address, b.tensor.bytes(), b.name));
    std::memset(memory.host(b.address), 7, b.tensor.bytes());
  }
  clearUnwritten(program, launch, memory);
  const uint8_t *begin = memory.host(program.buffers[buffer].address);
  return {begin, begin + 8};
}

TEST(Verifier, WhatNoLaunchWroteStartsAsZero) {
  EXPECT_THAT(cleared(/*launch=*/2, /*buffer=*/2), Each(0));
}

TEST(Verifier, WhatLaunchesWroteStays) {
  EXPECT_THAT(cleared(/*launch=*/1, /*buffer=*/1), Each(7));
  EXPECT_THAT(cleared(/*launch=*/3, /*buffer=*/2), Each(7));
}

TEST(Verifier, InputsAndPlainOutputsStay) {
  EXPECT_THAT(cleared(/*launch=*/0, /*buffer=*/0), Each(7));
  EXPECT_THAT(cleared(/*launch=*/0, /*buffer=*/1), Each(7));
}

} // namespace
