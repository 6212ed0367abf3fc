//===- Link.cpp - Objects to a program image, with lld -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// lld works on files and on global state, so calls are serialised and use
// temporary files.
//
//===----------------------------------------------------------------------===//

#include "lld/Common/Driver.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Target/Target.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace tilewright;

static llvm::Error runLinker(llvm::ArrayRef<std::string> inputs,
                             const std::string &output) {
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  std::string base = llvm::formatv("--image-base={0:x}", kImageBase);
  // One thread: the output is small, and kernels may be compiling in others.
  std::vector<const char *> arguments{
      "ld.lld",     "--static",        base.c_str(), "--entry=0",
      "--no-relax", "--build-id=none", "--nostdlib", "--threads=1",
      "-o",         output.c_str()};
  for (const std::string &input : inputs)
    arguments.push_back(input.c_str());
  std::string text;
  llvm::raw_string_ostream diagnostics(text);
  lld::Result result = lld::lldMain(arguments, diagnostics, diagnostics,
                                    {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0)
    return llvm::Error::success();
  constexpr llvm::StringLiteral undefined = "undefined symbol: ";
  size_t at = text.find(undefined.str());
  if (at != std::string::npos) {
    llvm::StringRef name =
        llvm::StringRef(text).drop_front(at + undefined.size());
    return unsupportedError("generated code needs the library routine '" +
                            name.take_until([](char c) { return c == '\n'; }) +
                            "', which the NPU does not have");
  }
  return internalError("linking failed: " + text);
}

static llvm::Error writeFile(llvm::StringRef path, llvm::StringRef bytes) {
  std::error_code error;
  llvm::raw_fd_ostream file(path, error, llvm::sys::fs::OF_None);
  if (!error)
    file << bytes;
  file.close();
  if (error || file.has_error())
    return usageError("cannot write temporary file '" + path +
                      "': " + (error ? error : file.error()).message());
  return llvm::Error::success();
}

static llvm::Expected<LinkedImage> readImage(llvm::StringRef path) {
  auto binary = llvm::object::ObjectFile::createObjectFile(path);
  if (!binary)
    return binary.takeError();
  auto *elf =
      llvm::dyn_cast<llvm::object::ELF64LEObjectFile>(binary->getBinary());
  if (!elf)
    return internalError("the linker made no 64-bit little-endian ELF file");
  LinkedImage image;
  auto headers = elf->getELFFile().program_headers();
  if (!headers)
    return headers.takeError();
  const uint8_t *file = elf->getELFFile().base();
  for (const auto &header : *headers) {
    if (header.p_type != llvm::ELF::PT_LOAD || header.p_memsz == 0)
      continue;
    if (header.p_flags & llvm::ELF::PF_W)
      return internalError("the program image has writable data");
    Segment segment;
    segment.address = header.p_vaddr;
    segment.bytes.assign(file + header.p_offset,
                         file + header.p_offset + header.p_filesz);
    segment.bytes.resize(header.p_memsz);
    segment.executable = header.p_flags & llvm::ELF::PF_X;
    if (segment.address + segment.bytes.size() > kBroadcastLimit)
      return unsupportedError("the program image does not fit below the "
                              "broadcast limit (16 MiB)");
    image.segments.push_back(std::move(segment));
  }
  for (const auto &symbol : elf->symbols()) {
    auto type = symbol.getType();
    auto name = symbol.getName();
    auto address = symbol.getAddress();
    if (!type || !name || !address)
      return internalError("the linked image has a malformed symbol table");
    if (*type == llvm::object::SymbolRef::ST_Function)
      image.functions[*name] = {*address, *address + symbol.getSize()};
  }
  return image;
}

llvm::Expected<LinkedImage>
tilewright::linkImage(llvm::ArrayRef<llvm::StringRef> objects) {
  std::vector<std::string> files;
  llvm::scope_exit removeFiles([&] {
    for (const std::string &file : files)
      llvm::sys::fs::remove(file);
  });
  auto newFile = [&](llvm::StringRef suffix) -> llvm::Error {
    llvm::SmallString<128> path;
    if (std::error_code error =
            llvm::sys::fs::createTemporaryFile("tilewright", suffix, path))
      return usageError("cannot create a temporary file: " + error.message());
    files.push_back(std::string(path));
    return llvm::Error::success();
  };
  for (llvm::StringRef object : objects) {
    if (llvm::Error error = newFile("o"))
      return std::move(error);
    if (llvm::Error error = writeFile(files.back(), object))
      return std::move(error);
  }
  std::vector<std::string> inputs = files;
  if (llvm::Error error = newFile("elf"))
    return std::move(error);
  if (llvm::Error error = runLinker(inputs, files.back()))
    return std::move(error);
  return readImage(files.back());
}
