//===- Link.cpp - One object to a program image, with lld -----------------===//
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

#include "CodeGen.h"
#include "lld/Common/Driver.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace tilewright;

static llvm::Error runLinker(llvm::StringRef input, llvm::StringRef output) {
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  std::string base = llvm::formatv("--image-base={0:x}", kImageBase);
  std::string in = input.str(), out = output.str();
  const char *arguments[] = {"ld.lld",        "--static",  base.c_str(),
                             "--entry=0",     "--no-relax", "--build-id=none",
                             "--nostdlib",    in.c_str(),  "-o",
                             out.c_str()};
  std::string text;
  llvm::raw_string_ostream diagnostics(text);
  lld::Result result =
      lld::lldMain(arguments, diagnostics, diagnostics, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0)
    return llvm::Error::success();
  constexpr llvm::StringLiteral undefined = "undefined symbol: ";
  size_t at = text.find(undefined.str());
  if (at != std::string::npos) {
    llvm::StringRef name = llvm::StringRef(text).drop_front(at + undefined.size());
    return unsupportedError(
        "generated code needs the library routine '" +
        name.take_until([](char c) { return c == '\n'; }) +
        "', which the NPU does not have");
  }
  return internalError("linking failed: " + text);
}

static llvm::Error writeFile(llvm::StringRef path, llvm::ArrayRef<char> bytes) {
  std::error_code error;
  llvm::raw_fd_ostream file(path, error, llvm::sys::fs::OF_None);
  if (!error)
    file.write(bytes.data(), bytes.size());
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
  auto *elf = llvm::dyn_cast<llvm::object::ELF64LEObjectFile>(
      binary->getBinary());
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

llvm::Expected<LinkedImage> tilewright::linkImage(llvm::ArrayRef<char> object) {
  llvm::SmallString<128> input, output;
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("tilewright", "o", input))
    return usageError("cannot create a temporary file: " + error.message());
  llvm::scope_exit removeInput([&] { llvm::sys::fs::remove(input); });
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("tilewright", "elf", output))
    return usageError("cannot create a temporary file: " + error.message());
  llvm::scope_exit removeOutput([&] { llvm::sys::fs::remove(output); });
  if (llvm::Error error = writeFile(input, object))
    return std::move(error);
  if (llvm::Error error = runLinker(input, output))
    return std::move(error);
  return readImage(output);
}
