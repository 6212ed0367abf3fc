//===- ProgramTest.cpp - Compiled programs, saved and loaded --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Besides the round trip: every byte of a small file is damaged in turn, and
// headers with wrong but well-hashed contents are loaded, which is what reaches
// the checks behind the checksums.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Program/Program.h"
#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <functional>

using namespace tilewright;
using llvm::json::Object;
using llvm::json::Value;
using testing::HasSubstr;

namespace {

tog::Graph sampleGraph() {
  tog::Node wait{tog::Node::Kind::Wait};
  wait.tag = tog::Expr::constant(3);
  tog::Node move{tog::Node::Kind::Dma};
  move.dma.base.extent = {1, 1, 8, 16};
  move.dma.argument = 1;
  move.dma.dramOffset =
      tog::Expr{{{tog::Expr::Iv, 0}, {tog::Expr::Const, 8}, {tog::Expr::Mul}}};
  move.dma.spadOffset = tog::Expr::constant(0);
  move.dma.tag = tog::Expr::constant(3);
  for (tog::Expr &high : move.dma.high)
    high = tog::Expr::constant(1);
  tog::Node compute{tog::Node::Kind::Compute};
  tog::Node loop{tog::Node::Kind::Loop};
  loop.lower = tog::Expr::constant(0);
  loop.upper = tog::Expr::constant(4);
  loop.step = 2;
  loop.body = {move, wait, compute};
  tog::Graph graph;
  graph.body = {loop};
  graph.computeNodes = {{"matmul", "model.py:3", 1024}};
  return graph;
}

Program sampleProgram() {
  Program p;
  p.name = "sample";
  p.machineName = "tiny";
  p.machineYaml = "name: tiny\n";
  p.sourceModule = "module {}";
  p.sourceFunction = "main";
  p.graphModule = "module { func.func private @k() }";
  p.image = {{0x1000, {1, 2, 3, 4, 5, 6, 7, 8}, true},
             {0x2000, {9, 10}, false}};
  Kernel kernel;
  kernel.name = "k0";
  kernel.location = "model.py:3";
  kernel.ops = {"linalg.matmul", "arith.addf"};
  kernel.opLocations = {"model.py:3", "model.py:4"};
  kernel.entry = 0x1000;
  kernel.end = 0x1008;
  kernel.stackBytes = 256;
  kernel.spadBytesPerLane = 4096;
  kernel.macs = UINT64_MAX;
  kernel.numArguments = 3;
  kernel.outputs = {2};
  kernel.schedule = "{\"tile\": [1, 2]}";
  kernel.graph = sampleGraph();
  p.kernels = {kernel};
  TensorInfo input{ElementType::F32, {2, 3}}, weight{ElementType::BF16, {4}},
      mask{ElementType::I1, {}};
  p.buffers = {{Buffer::Kind::Input, "x", input, kDramBase, {}},
               {Buffer::Kind::Constant,
                "w",
                weight,
                kDramBase + 64,
                {1, 2, 3, 4, 5, 6, 7, 8}},
               {Buffer::Kind::Temporary, "t", mask, kDramBase + 128, {}}};
  p.launches = {{0, {0, 1, 2}}, {0, {0, 1, 2}}};
  p.inputs = {0};
  p.outputs = {2, 0};
  p.inputTypes = {input};
  p.outputTypes = {mask, {ElementType::F32, {6}}};
  p.inputUses = {{768, true, 512}};
  return p;
}

class ProgramTest : public testing::Test {
protected:
  void SetUp() override {
    llvm::SmallString<128> name;
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("program", "tw", name));
    path = name.str().str();
  }
  void TearDown() override { llvm::sys::fs::remove(path); }

  /// Removes first: overwriting a file makes some file systems flush it.
  void write(llvm::StringRef bytes) {
    llvm::sys::fs::remove(path);
    std::error_code ec;
    llvm::raw_fd_ostream os(path, ec);
    ASSERT_FALSE(ec);
    os << bytes;
  }
  std::string bytesOf(const Program &program) {
    EXPECT_EQ(llvm::toString(program.save(path)), "");
    return (*llvm::MemoryBuffer::getFile(path))->getBuffer().str();
  }
  /// The message of the Usage error that loading `bytes` must cause.
  std::string failure(llvm::StringRef bytes) {
    write(bytes);
    auto program = Program::load(path);
    if (program)
      return "(accepted)";
    std::string message;
    EXPECT_EQ(describeError(program.takeError(), message), FailureKind::Usage);
    EXPECT_THAT(message, HasSubstr(path));
    return message;
  }

  std::string path;
};

constexpr size_t kPrefix = 24;

std::string headerOf(const std::string &file) {
  return file.substr(kPrefix, llvm::support::endian::read64le(file.data() + 8));
}

/// `file` with another header, hash and length made to fit.
std::string withHeader(const std::string &file, const std::string &header) {
  char numbers[16];
  llvm::support::endian::write64le(numbers, header.size());
  llvm::support::endian::write64le(numbers + 8, llvm::xxh3_64bits(header));
  return file.substr(0, 8) + std::string(numbers, 16) + header +
         file.substr(kPrefix + headerOf(file).size());
}

std::string withHeader(const std::string &file, const Value &header) {
  std::string text;
  llvm::raw_string_ostream(text) << header;
  return withHeader(file, text);
}

TEST_F(ProgramTest, LoadGivesWhatWasSaved) {
  Program saved = sampleProgram();
  std::string bytes = bytesOf(saved);
  EXPECT_TRUE(Program::isProgramFile(path));
  auto loaded = Program::load(path);
  ASSERT_TRUE(bool(loaded)) << llvm::toString(loaded.takeError());
  EXPECT_EQ(loaded->machineYaml, saved.machineYaml);
  EXPECT_EQ(loaded->sourceModule, saved.sourceModule);
  EXPECT_EQ(loaded->graphModule, saved.graphModule);
  EXPECT_EQ(loaded->sourceFunction, "main");
  EXPECT_EQ(loaded->image[1].bytes, saved.image[1].bytes);
  EXPECT_TRUE(loaded->image[0].executable);
  EXPECT_FALSE(loaded->image[1].executable);
  EXPECT_EQ(loaded->kernels[0].macs, UINT64_MAX);
  EXPECT_EQ(loaded->kernels[0].graph.str(), saved.kernels[0].graph.str());
  EXPECT_EQ(loaded->buffers[1].data, saved.buffers[1].data);
  EXPECT_EQ(loaded->inputTypes, saved.inputTypes);
  EXPECT_EQ(loaded->outputTypes, saved.outputTypes);
  EXPECT_EQ(loaded->inputUses, saved.inputUses);
  // The remaining fields: saving again gives the same bytes.
  EXPECT_EQ(bytesOf(*loaded), bytes);
}

TEST_F(ProgramTest, EmptyProgramsSurvive) {
  Program empty;
  bytesOf(empty);
  auto loaded = Program::load(path);
  ASSERT_TRUE(bool(loaded)) << llvm::toString(loaded.takeError());
  EXPECT_TRUE(loaded->kernels.empty());
}

TEST_F(ProgramTest, OtherFilesAreNotPrograms) {
  for (const char *text : {"", "TILEWRT", "TILEWRT2........", "module {}"}) {
    write(text);
    EXPECT_FALSE(Program::isProgramFile(path)) << text;
    EXPECT_THAT(failure(text), HasSubstr("not a compiled Tilewright program"));
  }
  EXPECT_FALSE(Program::isProgramFile("/nonexistent"));
  EXPECT_FALSE(Program::isProgramFile("/tmp"));
  EXPECT_THAT(llvm::toString(Program::load("/nonexistent").takeError()),
              HasSubstr("cannot read program '/nonexistent'"));
  EXPECT_THAT(llvm::toString(sampleProgram().save("/nonexistent/x.tw")),
              HasSubstr("cannot write '/nonexistent/x.tw'"));
}

TEST_F(ProgramTest, EveryTruncationIsReported) {
  std::string bytes = bytesOf(sampleProgram());
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_NE(failure(bytes.substr(0, length)), "(accepted)") << length;
  EXPECT_THAT(failure(bytes.substr(0, 12)), HasSubstr("truncated"));
  EXPECT_THAT(failure(bytes.substr(0, 100)), HasSubstr("truncated"));
  EXPECT_THAT(failure(bytes.substr(0, bytes.size() - 1)),
              HasSubstr("truncated"));
  EXPECT_THAT(failure(bytes + "x"), HasSubstr("1 unexpected bytes at the end"));
}

TEST_F(ProgramTest, EveryDamagedByteIsReported) {
  std::string bytes = bytesOf(sampleProgram());
  for (size_t i = 0; i < bytes.size(); ++i)
    for (int bit : {0, 7}) {
      std::string damaged = bytes;
      damaged[i] ^= char(1 << bit);
      EXPECT_NE(failure(damaged), "(accepted)")
          << "byte " << i << " bit " << bit;
    }
}

TEST_F(ProgramTest, HeadersWithWrongContentsSayWhere) {
  std::string bytes = bytesOf(sampleProgram());
  Value original = llvm::cantFail(llvm::json::parse(headerOf(bytes)));
  struct {
    const char *message;
    std::function<void(Object &)> edit;
  } cases[] = {
      {"header.version", [](Object &o) { o["version"] = 99; }},
      {"missing at header.name", [](Object &o) { o.erase("name"); }},
      {"expected an array at header.kernels",
       [](Object &o) { o["kernels"] = "x"; }},
      {"header.kernels[0].entry",
       [](Object &o) {
         (*(*o.getArray("kernels"))[0].getAsObject())["entry"] = -1;
       }},
      {"kernel 'k0': its code lies outside the image",
       [](Object &o) {
         (*(*o.getArray("kernels"))[0].getAsObject())["end"] = 1 << 20;
       }},
      {"kernel 'k0': output 2 is no argument",
       [](Object &o) {
         (*(*o.getArray("kernels"))[0].getAsObject())["num_arguments"] = 2;
       }},
      {"tile operation graph",
       [](Object &o) {
         (*(*o.getArray("kernels"))[0].getAsObject())["graph"] = 7;
       }},
      {"launch 0 refers to kernel 5",
       [](Object &o) {
         (*(*o.getArray("launches"))[0].getAsObject())["kernel"] = 5;
       }},
      {"number too large at header.launches[0].kernel",
       [](Object &o) {
         (*(*o.getArray("launches"))[0].getAsObject())["kernel"] = int64_t(1)
                                                                   << 33;
       }},
      {"launch 1 has 2 arguments; expected 3",
       [](Object &o) {
         (*(*o.getArray("launches"))[1].getAsObject())["buffers"] =
             llvm::json::Array({0, 1});
       }},
      {"input 0 refers to buffer 77",
       [](Object &o) { o["inputs"] = llvm::json::Array({77}); }},
      {"outputs and their types differ in number",
       [](Object &o) { o["outputs"] = llvm::json::Array({1}); }},
      {"buffer 0 'x' lies outside device memory",
       [](Object &o) {
         (*(*o.getArray("buffers"))[0].getAsObject())["address"] = 16;
       }},
      {"not a kind of buffer",
       [](Object &o) {
         (*(*o.getArray("buffers"))[0].getAsObject())["kind"] = "view";
       }},
      {"unknown element type 'f33'; did you mean 'f32'?",
       [](Object &o) {
         (*o.getArray("buffers"))[0].getAsObject()->getObject("tensor")->
         operator[]("type") = "f33";
       }},
      {"has a negative extent",
       [](Object &o) {
         (*o.getArray("buffers"))[0].getAsObject()->getObject("tensor")->
         operator[]("shape") = llvm::json::Array({-2, -3});
       }},
      {"is too large",
       [](Object &o) {
         (*o.getArray("buffers"))[0].getAsObject()->getObject("tensor")->
         operator[]("shape") =
             llvm::json::Array({int64_t(1) << 40, int64_t(1) << 40});
       }},
      {"buffer 1 'w' holds 8 bytes; expected 10 for 5xbf16",
       [](Object &o) {
         (*o.getArray("buffers"))[1].getAsObject()->getObject("tensor")->
         operator[]("shape") = llvm::json::Array({5});
       }},
      {"lies outside the file",
       [](Object &o) { (*o.getObject("machine"))["offset"] = UINT64_MAX; }},
      {"lies outside the file",
       [](Object &o) { (*o.getObject("machine"))["size"] = UINT64_MAX; }},
      {"checksum mismatch",
       [](Object &o) { (*o.getObject("machine"))["size"] = 3; }},
      {"image segment 1 overlaps",
       [](Object &o) {
         (*(*o.getArray("image"))[1].getAsObject())["address"] = 0x1007;
       }},
      {"image segment 1 lies outside",
       [](Object &o) {
         (*(*o.getArray("image"))[1].getAsObject())["address"] = UINT64_MAX;
       }},
  };
  for (auto &[message, edit] : cases) {
    Value header = original;
    edit(*header.getAsObject());
    EXPECT_THAT(failure(withHeader(bytes, header)), HasSubstr(message));
  }
  EXPECT_THAT(failure(withHeader(bytes, std::string("{\"version\": "))),
              HasSubstr("damaged header"));
  EXPECT_THAT(failure(withHeader(bytes, std::string(100000, '['))),
              HasSubstr("nests too deeply"));
}

/// Every number and every structure of the header replaced in turn: loading
/// succeeds or reports, whatever the value.
TEST_F(ProgramTest, ForgedHeadersNeverCrash) {
  std::string bytes = bytesOf(sampleProgram());
  std::string header = headerOf(bytes);
  unsigned rejected = 0, tried = 0;
  auto attempt = [&](const std::string &forged) {
    ++tried;
    rejected += failure(withHeader(bytes, forged)) != "(accepted)";
  };
  for (size_t i = 0; i < header.size(); ++i) {
    if (isdigit(header[i]) && !isdigit(header[i - 1])) {
      size_t end = header.find_first_not_of("0123456789", i);
      for (const char *value :
           {"0", "-1", "255", "4294967296", "18446744073709551615", "1e300",
            "null", "\"x\"", "[]", "{}"})
        attempt(header.substr(0, i) + value + header.substr(end));
    }
    if (header[i] == '[' || header[i] == '{')
      for (const char *value : {"[],", "{},", "[[]],"})
        attempt(header.substr(0, i + 1) + value + header.substr(i + 1));
  }
  EXPECT_GT(tried, 1000u);
  EXPECT_GT(rejected, tried * 3 / 4);
}

TEST_F(ProgramTest, MalformedProgramsAreNotSaved) {
  Program program = sampleProgram();
  program.kernels[0].graph.body[0].body[0].dma.argument = 3;
  std::string message;
  EXPECT_EQ(describeError(program.save(path), message), FailureKind::Internal);
  EXPECT_EQ(message,
            "malformed program: kernel 'k0': a move refers to argument 3");
}

TEST(TensorInfoTest, NamesAndSizes) {
  for (const char *name : {"f32", "f16", "bf16", "f8E4M3", "f8E5M2", "f64",
                           "i1", "i8", "i16", "i32", "i64"}) {
    auto type = parseElementType(name);
    ASSERT_TRUE(bool(type)) << llvm::toString(type.takeError());
    EXPECT_EQ(elementTypeName(*type), name);
  }
  EXPECT_EQ(elementBytes(ElementType::I1), 1u);
  EXPECT_EQ(elementBytes(ElementType::F8E5M2), 1u);
  EXPECT_EQ((TensorInfo{ElementType::F32, {128, 64}}).str(), "128x64xf32");
  EXPECT_EQ((TensorInfo{ElementType::F64, {}}).bytes(), 8u);
  EXPECT_EQ((TensorInfo{ElementType::F16, {3, 0}}).bytes(), 0u);
}

} // namespace
