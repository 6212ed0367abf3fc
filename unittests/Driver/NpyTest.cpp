//===- NpyTest.cpp - NumPy files and random inputs ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Files are built by hand here; e2e/test_cli.py exchanges them with NumPy.
//
//===----------------------------------------------------------------------===//

#include "ElementValues.h"
#include "tilewright/Driver/Driver.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>
#include <set>

using namespace tilewright;
using testing::HasSubstr;

namespace {

class NpyTest : public testing::Test {
protected:
  void SetUp() override {
    llvm::SmallString<128> name;
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("npy", "npy", name));
    path = name.str().str();
  }
  void TearDown() override { llvm::sys::fs::remove(path); }

  /// Removes first: overwriting a file makes some file systems flush it.
  void write(const std::string &bytes) {
    llvm::sys::fs::remove(path);
    std::error_code ec;
    llvm::raw_fd_ostream os(path, ec);
    ASSERT_FALSE(ec);
    os << bytes;
  }
  /// A version 1 file.
  static std::string file(const std::string &header, const std::string &data) {
    std::string bytes("\x93NUMPY\1\0", 8);
    bytes += char(header.size() & 255);
    bytes += char(header.size() >> 8);
    return bytes + header + data;
  }
  llvm::Expected<Tensor> read(const std::string &bytes,
                              const TensorInfo *expected = nullptr) {
    write(bytes);
    return readNpy(path, expected);
  }
  std::string failure(const std::string &bytes,
                      const TensorInfo *expected = nullptr) {
    auto tensor = read(bytes, expected);
    if (tensor)
      return "(accepted)";
    std::string message;
    EXPECT_EQ(describeError(tensor.takeError(), message), FailureKind::Usage);
    EXPECT_THAT(message, HasSubstr("'" + path + "': "));
    return message.substr(path.size() + 4);
  }

  std::string path;
};

std::string header(const std::string &descr, const std::string &shape,
                   const char *fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran +
         ", 'shape': " + shape + ", }  \n";
}

TEST_F(NpyTest, WrittenTensorsReadBack) {
  for (ElementType type :
       {ElementType::F32, ElementType::F16, ElementType::BF16,
        ElementType::F8E4M3, ElementType::F8E5M2, ElementType::F64,
        ElementType::I1, ElementType::I8, ElementType::I16, ElementType::I32,
        ElementType::I64})
    for (std::vector<int64_t> shape :
         {std::vector<int64_t>{2, 3}, {}, {7}, {0, 4}, {1, 2, 1, 3, 2}}) {
      Tensor tensor{{type, shape}, {}};
      tensor.data.resize(tensor.info.bytes());
      for (size_t i = 0; i < tensor.data.size(); ++i)
        tensor.data[i] = uint8_t(i * 37 + 1);
      ASSERT_EQ(llvm::toString(writeNpy(path, tensor)), "");
      auto back = readNpy(path, &tensor.info);
      ASSERT_TRUE(bool(back)) << llvm::toString(back.takeError());
      EXPECT_EQ(back->info, tensor.info);
      EXPECT_EQ(back->data, tensor.data);
      uint64_t size;
      ASSERT_FALSE(llvm::sys::fs::file_size(path, size));
      EXPECT_EQ((size - tensor.data.size()) % 64, 0u) << "data is aligned";
    }
}

TEST_F(NpyTest, FortranOrderIsTransposed) {
  // Column-major 2x3 of 1 2 3 / 4 5 6.
  auto tensor = read(file(header("|i1", "(2, 3)", "True"), "\1\4\2\5\3\6"));
  ASSERT_TRUE(bool(tensor)) << llvm::toString(tensor.takeError());
  EXPECT_EQ(tensor->data, (std::vector<uint8_t>{1, 2, 3, 4, 5, 6}));
  // 2x2x2: element (i, j, k) at i + 2j + 4k.
  auto cube = read(file(header("|i1", "(2, 2, 2)", "True"),
                        std::string("\0\1\2\3\4\5\6\7", 8)));
  ASSERT_TRUE(bool(cube));
  EXPECT_EQ(cube->data, (std::vector<uint8_t>{0, 4, 2, 6, 1, 5, 3, 7}));
}

TEST_F(NpyTest, BigEndianIsSwapped) {
  auto tensor =
      read(file(header(">i4", "(2,)"), std::string("\0\0\0\1\0\0\1\0", 8)));
  ASSERT_TRUE(bool(tensor)) << llvm::toString(tensor.takeError());
  EXPECT_EQ(tensor->data, (std::vector<uint8_t>{1, 0, 0, 0, 0, 1, 0, 0}));
}

TEST_F(NpyTest, AllHeaderVersionsAndSpellings) {
  std::string text =
      "{\"shape\":(2,),\"descr\":\"<u2\",\"fortran_order\":False}";
  for (char version : {1, 2, 3}) {
    std::string bytes =
        std::string("\x93NUMPY") + version + '\0' + char(text.size()) + '\0';
    if (version > 1)
      bytes += std::string(2, '\0');
    auto tensor = read(bytes + text + "abcd");
    ASSERT_TRUE(bool(tensor)) << llvm::toString(tensor.takeError());
    EXPECT_EQ(tensor->info.str(), "2xi16");
  }
  EXPECT_THAT(failure(std::string("\x93NUMPY\4\0\0\0\0\0", 12)),
              HasSubstr("version 4"));
}

TEST_F(NpyTest, MismatchesNameBothSides) {
  TensorInfo f32{ElementType::F32, {2, 2}};
  EXPECT_EQ(failure(file(header("<f8", "(2, 2)"), std::string(32, 0)), &f32),
            "expected 2x2xf32, found 2x2xf64 (dtype '<f8'); NumPy's default is "
            "64 bits, save array.astype(numpy.float32)");
  EXPECT_EQ(failure(file(header("<f4", "(4,)"), std::string(16, 0)), &f32),
            "expected 2x2xf32, found 4xf32 (dtype '<f4')");
  EXPECT_EQ(failure(file(header("<i4", "(2, 2)"), std::string(16, 0)), &f32),
            "expected 2x2xf32, found 2x2xi32 (dtype '<i4')");
}

TEST_F(NpyTest, RawBytesTakeTheExpectedType) {
  TensorInfo e5m2{ElementType::F8E5M2, {1}}, bf16{ElementType::BF16, {1}};
  std::string one = file(header("|V1", "(1,)"), "a"),
              two = file(header("|V2", "(1,)"), "ab");
  auto tensor = read(one, &e5m2);
  ASSERT_TRUE(bool(tensor)) << llvm::toString(tensor.takeError());
  EXPECT_EQ(tensor->info, e5m2);
  EXPECT_TRUE(bool(read(two, &bf16)));
  EXPECT_EQ(read(two)->info, bf16);
  EXPECT_THAT(failure(one), HasSubstr("do not say which 8-bit float"));
}

TEST_F(NpyTest, MalformedFilesSayWhat) {
  struct {
    std::string bytes;
    const char *message;
  } cases[] = {
      {"", "not a NumPy .npy file"},
      {"PK\3\4 an npz file", "not a NumPy .npy file"},
      {std::string("\x93NUMPY\1\0\xff\xff", 10), "truncated header"},
      {std::string("\x93NUMPY\2\0\1\0", 10), "truncated header"},
      {file("[1]", ""), "the header is not a dictionary"},
      {file("{'descr': '<f4'", ""), "the header is malformed"},
      {file("{'descr': '<f4'}", ""), "lacks descr, fortran_order or shape"},
      {file("{'descr: 3}", ""), "the header is malformed"},
      {file("{'color': 'red'}", ""), "unknown key 'color'"},
      {file("{'descr': [('a', '<f4')]}", ""),
       "structured arrays are not supported"},
      {file("{'fortran_order': 1}", ""), "fortran_order is malformed"},
      {file("{'shape': (-1,)}", ""), "shape is malformed"},
      {file("{'shape': (99999999999999999999,)}", ""), "shape is malformed"},
      {file(header("<c8", "(1,)"), std::string(8, 0)),
       "dtype 'c8' is not supported"},
      {file(header("<M8[ns]", "(1,)"), std::string(8, 0)),
       "dtype '<M8[ns]' is not supported"},
      {file(header("", "(1,)"), ""), "dtype '' is not supported"},
      {file(header("<f4", "(2,)"), "abc"),
       "expected 8 bytes of data for 2xf32, found 3"},
      {file(header("<f4", "(1,)"), "abcdefgh"),
       "expected 4 bytes of data for 1xf32, found 8"},
      {file(header("<f4", "(4294967296, 4294967296)"), ""), "is too large"},
  };
  for (auto &[bytes, message] : cases)
    EXPECT_THAT(failure(bytes), HasSubstr(message));
  EXPECT_THAT(llvm::toString(readNpy("/nonexistent.npy").takeError()),
              HasSubstr("cannot read '/nonexistent.npy'"));
  EXPECT_THAT(llvm::toString(
                  writeNpy("/nonexistent/x.npy", {{ElementType::I8, {}}, {1}})),
              HasSubstr("cannot write"));
}

TEST_F(NpyTest, DamagedHeadersNeverCrash) {
  std::string good =
      file(header("<f4", "(2, 2)", "True"), std::string(16, 'x'));
  std::mt19937 random(7);
  unsigned rejected = 0;
  for (unsigned round = 0; round < 1500; ++round) {
    std::string bytes =
        good.substr(0, round % 3 ? std::string::npos : random() % good.size());
    for (unsigned edit = 0; edit < 1 + round % 3 && !bytes.empty(); ++edit)
      bytes[random() % bytes.size()] = char(random());
    auto tensor = read(bytes);
    rejected += !tensor;
    llvm::consumeError(tensor.takeError());
  }
  EXPECT_GT(rejected, 500u);
}

Program programWith(std::vector<TensorInfo> types) {
  Program program;
  program.inputTypes = std::move(types);
  return program;
}

TEST(RandomInputsTest, SameSeedSameBytesAndDifferentStreams) {
  Program program =
      programWith({{ElementType::F32, {64}}, {ElementType::F32, {64}}});
  auto a = randomInputs(program, 5), b = randomInputs(program, 5),
       c = randomInputs(program, 6);
  EXPECT_EQ(a[0].data, b[0].data);
  EXPECT_NE(a[0].data, a[1].data);
  EXPECT_NE(a[0].data, c[0].data);
  // Fixed for ever: a changed generator would silently change every recorded
  // result.
  double first;
  decodeFloats(ElementType::F32, a[0].data.data(), 1, &first);
  EXPECT_EQ(float(first), 0.067263722f);
}

TEST(RandomInputsTest, LargeTensorsAreOneStream) {
  const size_t count = 600000;
  auto inputs =
      randomInputs(programWith({{ElementType::F32, {int64_t(count)}}}), 5);
  // SplitMix64, plainly: the first number of a stream seeded with 5 seeds the
  // input's.
  auto next = [](uint64_t &state) {
    uint64_t z = state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  };
  uint64_t seeds = 5, state = next(seeds);
  std::vector<double> values(count);
  decodeFloats(ElementType::F32, inputs[0].data.data(), count, values.data());
  for (size_t i = 0; i < count; ++i) {
    int64_t sum = 0;
    for (unsigned j = 0; j < 6; ++j) {
      uint64_t bits = next(state);
      sum += int64_t(bits >> 32) + int64_t(bits & 0xffffffff);
    }
    ASSERT_EQ(float(values[i]), float(double(sum - (int64_t(6) << 32)) /
                                      double(int64_t(1) << 32)))
        << i;
  }
}

TEST(RandomInputsTest, FloatsHaveMeanZeroAndVarianceOne) {
  for (ElementType type : {ElementType::F32, ElementType::F16,
                           ElementType::BF16, ElementType::F64}) {
    auto inputs = randomInputs(programWith({{type, {100000}}}), 1);
    std::vector<double> values(100000);
    decodeFloats(type, inputs[0].data.data(), values.size(), values.data());
    double sum = 0, squares = 0;
    for (double v : values) {
      sum += v;
      squares += v * v;
    }
    EXPECT_NEAR(sum / values.size(), 0, 0.015);
    EXPECT_NEAR(squares / values.size(), 1, 0.02);
  }
}

TEST(RandomInputsTest, IntegersCoverTheirRange) {
  for (ElementType type : {ElementType::I8, ElementType::I16, ElementType::I32,
                           ElementType::I64}) {
    auto inputs = randomInputs(programWith({{type, {1000}}}), 3);
    std::set<int64_t> seen;
    for (size_t at = 0; at < inputs[0].data.size(); at += elementBytes(type))
      seen.insert(decodeInteger(type, &inputs[0].data[at]));
    EXPECT_EQ(seen.size(), 16u);
    EXPECT_EQ(*seen.begin(), -8);
    EXPECT_EQ(*seen.rbegin(), 7);
  }
  auto booleans = randomInputs(programWith({{ElementType::I1, {100}}}), 3);
  EXPECT_EQ(std::set<uint8_t>(booleans[0].data.begin(), booleans[0].data.end()),
            (std::set<uint8_t>{0, 1}));
}

} // namespace
