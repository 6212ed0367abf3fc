//===- Npy.cpp - NumPy files ----------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Format: numpy.lib.format (NEP 1): magic, version, header length, a Python
// dictionary literal with the keys descr, fortran_order and shape, raw data.
// Only that literal is parsed, not Python.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/Driver.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cstring>

using namespace llvm;
using namespace tilewright;

static constexpr char kMagic[] = "\x93NUMPY";
static constexpr unsigned kMagicBytes = 6;
static constexpr uint64_t kMaxBytes = uint64_t(1) << 44;

namespace {
/// NumPy's type code (without byte order) and the element type it is read as;
/// the first row of a type is how it is written.
struct Dtype {
  const char *code;
  ElementType type;
};

/// What the header says.
struct NpyHeader {
  std::string descr;
  bool fortranOrder = false;
  std::vector<int64_t> shape;
};
} // namespace

static constexpr Dtype kDtypes[] = {
    {"f4", ElementType::F32},    {"f2", ElementType::F16},
    {"V2", ElementType::BF16},   {"V1", ElementType::F8E4M3},
    {"V1", ElementType::F8E5M2}, {"f8", ElementType::F64},
    {"b1", ElementType::I1},     {"i1", ElementType::I8},
    {"i2", ElementType::I16},    {"i4", ElementType::I32},
    {"i8", ElementType::I64},    {"u1", ElementType::I8},
    {"u2", ElementType::I16},    {"u4", ElementType::I32},
    {"u8", ElementType::I64}};

namespace {
/// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
class HeaderParser {
public:
  explicit HeaderParser(StringRef text) : rest(text.trim(" \n\t\0")) {}

  /// Empty on success, else what is wrong.
  std::string parse(NpyHeader &header) {
    bool seen[3] = {};
    if (!take('{'))
      return "the header is not a dictionary";
    while (!take('}')) {
      std::string key;
      if (!string(key) || !take(':'))
        return "the header is malformed";
      std::string problem = value(key, header, seen);
      if (!problem.empty())
        return problem;
      if (!take(',') && !rest.starts_with("}"))
        return "the header is malformed";
    }
    if (!seen[0] || !seen[1] || !seen[2])
      return "the header lacks descr, fortran_order or shape";
    return {};
  }

private:
  std::string value(StringRef key, NpyHeader &header, bool (&seen)[3]) {
    if (key == "descr") {
      seen[0] = true;
      if (rest.starts_with("["))
        return "structured arrays are not supported";
      return string(header.descr) ? "" : "descr is malformed";
    }
    if (key == "fortran_order") {
      seen[1] = true;
      header.fortranOrder = rest.consume_front("True");
      return header.fortranOrder || rest.consume_front("False")
                 ? ""
                 : "fortran_order is malformed";
    }
    if (key == "shape") {
      seen[2] = true;
      return shape(header.shape) ? "" : "shape is malformed";
    }
    return ("the header has the unknown key '" + key + "'").str();
  }

  void skipSpace() { rest = rest.ltrim(" \n\t"); }

  bool take(char c) {
    skipSpace();
    if (!rest.consume_front(StringRef(&c, 1)))
      return false;
    skipSpace();
    return true;
  }

  bool string(std::string &result) {
    if (rest.empty() || (rest.front() != '\'' && rest.front() != '"'))
      return false;
    size_t end = rest.find(rest.front(), 1);
    if (end == StringRef::npos)
      return false;
    result = rest.slice(1, end).str();
    rest = rest.drop_front(end + 1);
    skipSpace();
    return true;
  }

  bool shape(std::vector<int64_t> &result) {
    if (!take('('))
      return false;
    while (!take(')')) {
      StringRef digits = rest.take_while(isDigit);
      int64_t extent;
      if (digits.getAsInteger(10, extent))
        return false;
      rest = rest.drop_front(digits.size());
      result.push_back(extent);
      if (!take(',') && !rest.starts_with(")"))
        return false;
    }
    return true;
  }

  StringRef rest;
};

/// One file being read; all problems carry its name.
class NpyReader {
public:
  NpyReader(StringRef path, StringRef bytes, const TensorInfo *expected)
      : path(path), bytes(bytes), expected(expected) {}

  Expected<Tensor> read() {
    NpyHeader header;
    if (Error error = readHeader(header))
      return std::move(error);
    Tensor tensor;
    tensor.info.shape = header.shape;
    if (Error error = readType(header, tensor.info))
      return std::move(error);
    if (Error error = checkExpected(tensor.info, header))
      return std::move(error);
    if (Error error = checkSize(tensor.info))
      return std::move(error);
    tensor.data.assign(bytes.bytes_begin(), bytes.bytes_end());
    if (header.descr[0] == '>')
      swapBytes(tensor);
    if (header.fortranOrder)
      transpose(tensor);
    return tensor;
  }

private:
  Error problem(const Twine &text) const {
    return usageError("'" + Twine(path) + "': " + text);
  }

  Error readHeader(NpyHeader &header) {
    if (!bytes.starts_with(StringRef(kMagic, kMagicBytes)) || bytes.size() < 10)
      return problem("not a NumPy .npy file");
    unsigned version = uint8_t(bytes[6]);
    if (version < 1 || version > 3)
      return problem("version " + Twine(version) +
                     " of the .npy format is not supported (1 to 3 are)");
    size_t prefix = version == 1 ? 10 : 12;
    if (bytes.size() < prefix)
      return problem("truncated header");
    uint64_t length = version == 1
                          ? support::endian::read16le(bytes.data() + 8)
                          : support::endian::read32le(bytes.data() + 8);
    if (length > bytes.size() - prefix)
      return problem("truncated header");
    std::string wrong =
        HeaderParser(bytes.substr(prefix, length)).parse(header);
    bytes = bytes.drop_front(prefix + length);
    return wrong.empty() ? Error::success() : problem(wrong);
  }

  Error readType(const NpyHeader &header, TensorInfo &info) {
    StringRef code = header.descr;
    if (code.size() != 3 || !StringRef("<>|=").contains(code[0]))
      return unknownType(code);
    code = code.drop_front();
    bool known = false;
    for (const Dtype &dtype : kDtypes) {
      if (code != dtype.code)
        continue;
      // The first row wins unless the expected type is another of the same
      // code.
      if (!known || (expected && expected->type == dtype.type))
        info.type = dtype.type;
      known = true;
    }
    if (!known)
      return unknownType(code);
    if (code == "V1" && !expected)
      return problem("raw bytes (dtype V1) do not say which 8-bit float "
                     "format they hold");
    return Error::success();
  }

  Error unknownType(StringRef code) {
    std::vector<std::string> codes;
    for (const Dtype &dtype : kDtypes)
      if (!is_contained(codes, dtype.code))
        codes.push_back(dtype.code);
    return problem("dtype '" + code +
                   "' is not supported (supported: " + join(codes, ", ") + ")");
  }

  Error checkExpected(const TensorInfo &found, const NpyHeader &header) {
    if (!expected || *expected == found)
      return Error::success();
    std::string hint;
    if (found.type == ElementType::F64 && expected->type == ElementType::F32)
      hint = "; NumPy's default is 64 bits, save array.astype(numpy.float32)";
    return problem("expected " + expected->str() + ", found " + found.str() +
                   " (dtype '" + header.descr + "')" + hint);
  }

  Error checkSize(const TensorInfo &info) {
    uint64_t size = elementBytes(info.type);
    bool empty = is_contained(info.shape, 0);
    for (int64_t extent : info.shape) {
      if (!empty && uint64_t(extent) > kMaxBytes / size)
        return problem("shape " + info.str() + " is too large");
      size *= empty ? 1 : uint64_t(extent);
    }
    if (empty)
      size = 0;
    if (bytes.size() != size)
      return problem("expected " + Twine(size) + " bytes of data for " +
                     info.str() + ", found " + Twine(bytes.size()));
    return Error::success();
  }

  static void swapBytes(Tensor &tensor) {
    unsigned width = elementBytes(tensor.info.type);
    for (size_t at = 0; at < tensor.data.size(); at += width)
      std::reverse(tensor.data.begin() + at, tensor.data.begin() + at + width);
  }

  /// Column-major data to row-major.
  static void transpose(Tensor &tensor) {
    ArrayRef<int64_t> shape = tensor.info.shape;
    unsigned width = elementBytes(tensor.info.type);
    std::vector<uint64_t> stride(shape.size()), index(shape.size());
    uint64_t step = width;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      stride[axis] = step;
      step *= uint64_t(shape[axis]);
    }
    std::vector<uint8_t> result(tensor.data.size());
    uint64_t source = 0;
    for (size_t at = 0; at < result.size(); at += width) {
      std::memcpy(&result[at], &tensor.data[source], width);
      for (size_t axis = shape.size(); axis-- > 0;) {
        source += stride[axis];
        if (++index[axis] < uint64_t(shape[axis]))
          break;
        source -= stride[axis] * uint64_t(shape[axis]);
        index[axis] = 0;
      }
    }
    tensor.data = std::move(result);
  }

  StringRef path, bytes;
  const TensorInfo *expected;
};
} // namespace

Expected<Tensor> tilewright::readNpy(StringRef path,
                                     const TensorInfo *expected) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return usageError("cannot read '" + Twine(path) +
                      "': " + buffer.getError().message());
  return NpyReader(path, (*buffer)->getBuffer(), expected).read();
}

Error tilewright::writeNpy(StringRef path, const Tensor &tensor) {
  const Dtype *dtype = find_if(
      kDtypes, [&](const Dtype &d) { return d.type == tensor.info.type; });
  bool ordered = elementBytes(tensor.info.type) > 1 && dtype->code[0] != 'V';
  std::string order = ordered ? "<" : "|";
  std::string header = "{'descr': '" + order + dtype->code +
                       "', 'fortran_order': False, 'shape': (";
  for (int64_t extent : tensor.info.shape)
    header += std::to_string(extent) + ", ";
  header += "), }";
  // The data starts at a multiple of 64 bytes.
  size_t prefix = kMagicBytes + 4;
  header.append(alignTo(prefix + header.size() + 1, 64) - prefix -
                    header.size() - 1,
                ' ');
  header += '\n';
  char length[2];
  support::endian::write16le(length, uint16_t(header.size()));
  Error error = writeToOutput(path, [&](raw_ostream &os) {
    os.write(kMagic, kMagicBytes);
    os << '\1' << '\0';
    os.write(length, 2);
    os << header;
    os.write(reinterpret_cast<const char *>(tensor.data.data()),
             tensor.data.size());
    return Error::success();
  });
  if (error)
    return usageError("cannot write '" + Twine(path) +
                      "': " + errorToErrorCode(std::move(error)).message());
  return Error::success();
}
