//===- Load.cpp - Program from file ---------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Files are not trusted: the header's hash is checked before it is parsed,
// every reference before it is followed, and Program::verify() sees the result
// before anyone else. Problems in the header carry their JSON path.
//
//===----------------------------------------------------------------------===//

#include "Format.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using namespace tilewright;

/// llvm::json parses recursively; no real graph nests this deeply.
static constexpr unsigned kMaxJsonDepth = 2000;

namespace {
/// Reads typed values from JSON; false means that `path` holds a report.
class HeaderReader {
public:
  explicit HeaderReader(ArrayRef<uint8_t> payload) : payload(payload) {}

  bool read(const json::Value &value, Program &p, json::Path path) {
    const json::Object *o = object(value, path);
    uint64_t version = 0;
    if (!o || !field(*o, "version", version, path))
      return false;
    if (version != kProgramVersion) {
      path.field("version").report(
          "written by another version of Tilewright; compile again");
      return false;
    }
    return field(*o, "name", p.name, path) &&
           field(*o, "machine_name", p.machineName, path) &&
           blobField(*o, "machine", p.machineYaml, path) &&
           blobField(*o, "source_module", p.sourceModule, path) &&
           blobField(*o, "graph_module", p.graphModule, path) &&
           field(*o, "source_function", p.sourceFunction, path) &&
           field(*o, "accesses", p.accesses, path) &&
           field(*o, "image", p.image, path) &&
           field(*o, "kernels", p.kernels, path) &&
           field(*o, "buffers", p.buffers, path) &&
           field(*o, "launches", p.launches, path) &&
           field(*o, "inputs", p.inputs, path) &&
           field(*o, "outputs", p.outputs, path) &&
           field(*o, "input_types", p.inputTypes, path) &&
           field(*o, "output_types", p.outputTypes, path) &&
           field(*o, "input_uses", p.inputUses, path);
  }

  /// More about the last report, where a fixed text is not enough.
  std::string detail;
  uint64_t payloadUsed = 0;

private:
  static const json::Object *object(const json::Value &value, json::Path path) {
    const json::Object *o = value.getAsObject();
    if (!o)
      path.report("expected an object");
    return o;
  }

  template <typename T>
  bool field(const json::Object &o, StringRef key, T &result, json::Path path) {
    const json::Value *value = o.get(key);
    if (!value)
      path.field(key).report("missing");
    return value && read(*value, result, path.field(key));
  }

  template <typename Bytes>
  bool blobField(const json::Object &o, StringRef key, Bytes &result,
                 json::Path path) {
    const json::Value *value = o.get(key);
    if (!value)
      path.field(key).report("missing");
    return value && readBlob(*value, result, path.field(key));
  }

  template <typename T>
  bool read(const json::Value &value, std::vector<T> &result, json::Path path) {
    const json::Array *array = value.getAsArray();
    if (!array) {
      path.report("expected an array");
      return false;
    }
    result.resize(array->size());
    for (size_t i = 0; i < array->size(); ++i)
      if (!read((*array)[i], result[i], path.index(i)))
        return false;
    return true;
  }

  template <typename Bytes>
  bool readBlob(const json::Value &value, Bytes &result, json::Path path) {
    uint64_t offset = 0, size = 0, hash = 0;
    const json::Object *o = object(value, path);
    if (!o || !field(*o, "offset", offset, path) ||
        !field(*o, "size", size, path) || !field(*o, "xxh3", hash, path))
      return false;
    if (offset > payload.size() || size > payload.size() - offset) {
      path.report("lies outside the file; it is truncated or damaged");
      return false;
    }
    ArrayRef<uint8_t> bytes = payload.slice(offset, size);
    if (xxh3_64bits(bytes) != hash) {
      path.report("checksum mismatch; the file is damaged");
      return false;
    }
    payloadUsed = std::max(payloadUsed, offset + size);
    result.assign(bytes.begin(), bytes.end());
    return true;
  }

  static bool read(const json::Value &value, std::string &result,
                   json::Path path) {
    return json::fromJSON(value, result, path);
  }
  static bool read(const json::Value &value, uint64_t &result,
                   json::Path path) {
    return json::fromJSON(value, result, path);
  }
  static bool read(const json::Value &value, int64_t &result, json::Path path) {
    return json::fromJSON(value, result, path);
  }
  static bool read(const json::Value &value, bool &result, json::Path path) {
    return json::fromJSON(value, result, path);
  }
  static bool read(const json::Value &value, unsigned &result,
                   json::Path path) {
    uint64_t wide = 0;
    if (!json::fromJSON(value, wide, path))
      return false;
    if (wide > UINT32_MAX)
      path.report("number too large");
    result = unsigned(wide);
    return wide <= UINT32_MAX;
  }

  bool read(const json::Value &value, TensorInfo &info, json::Path path) {
    std::string type;
    const json::Object *o = object(value, path);
    if (!o || !field(*o, "type", type, path) ||
        !field(*o, "shape", info.shape, path))
      return false;
    Expected<ElementType> element = parseElementType(type);
    if (!element) {
      detail = toString(element.takeError());
      path.field("type").report("not an element type");
      return false;
    }
    info.type = *element;
    return true;
  }

  bool read(const json::Value &value, InputUse &use, json::Path path) {
    const json::Object *o = object(value, path);
    return o && field(*o, "fan_in", use.fanIn, path) &&
           field(*o, "positive", use.positive, path) &&
           field(*o, "index_below", use.indexBelow, path);
  }

  bool read(const json::Value &value, Segment &segment, json::Path path) {
    const json::Object *o = object(value, path);
    return o && field(*o, "address", segment.address, path) &&
           field(*o, "executable", segment.executable, path) &&
           blobField(*o, "bytes", segment.bytes, path);
  }

  bool read(const json::Value &value, Kernel &k, json::Path path) {
    const json::Object *o = object(value, path);
    return o && field(*o, "name", k.name, path) &&
           field(*o, "key", k.key, path) && field(*o, "location", k.location, path) &&
           field(*o, "ops", k.ops, path) &&
           field(*o, "op_locations", k.opLocations, path) &&
           field(*o, "entry", k.entry, path) && field(*o, "end", k.end, path) &&
           field(*o, "stack_bytes", k.stackBytes, path) &&
           field(*o, "spad_bytes_per_lane", k.spadBytesPerLane, path) &&
           field(*o, "macs", k.macs, path) &&
           field(*o, "num_arguments", k.numArguments, path) &&
           field(*o, "outputs", k.outputs, path) &&
           field(*o, "schedule", k.schedule, path) &&
           field(*o, "graph", k.graph, path);
  }

  bool read(const json::Value &value, tog::Graph &graph, json::Path path) {
    Expected<tog::Graph> parsed = tog::Graph::fromJson(value);
    if (!parsed) {
      detail = toString(parsed.takeError());
      path.report("not a tile operation graph");
      return false;
    }
    graph = std::move(*parsed);
    return true;
  }

  bool read(const json::Value &value, Buffer &buffer, json::Path path) {
    std::string kind;
    const json::Object *o = object(value, path);
    if (!o || !field(*o, "kind", kind, path) ||
        !field(*o, "name", buffer.name, path) ||
        !field(*o, "tensor", buffer.tensor, path) ||
        !field(*o, "address", buffer.address, path))
      return false;
    auto known = find(kBufferKinds, kind);
    if (known == std::end(kBufferKinds)) {
      path.field("kind").report("not a kind of buffer");
      return false;
    }
    buffer.kind = Buffer::Kind(known - std::begin(kBufferKinds));
    return buffer.kind != Buffer::Kind::Constant ||
           blobField(*o, "data", buffer.data, path);
  }

  bool read(const json::Value &value, Launch &launch, json::Path path) {
    const json::Object *o = object(value, path);
    return o && field(*o, "kernel", launch.kernel, path) &&
           field(*o, "buffers", launch.buffers, path);
  }

  ArrayRef<uint8_t> payload;
};
} // namespace

static bool nestsTooDeeply(StringRef json) {
  unsigned depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < json.size(); ++i) {
    char c = json[i];
    if (c == '"')
      quoted = !quoted;
    else if (quoted)
      i += c == '\\';
    else if (c == '{' || c == '[')
      ++depth;
    else if ((c == '}' || c == ']') && depth)
      --depth;
    if (depth > kMaxJsonDepth)
      return true;
  }
  return false;
}

/// The header's text, checked against its hash.
static Expected<StringRef> headerText(StringRef bytes) {
  if (!bytes.starts_with(StringRef(kProgramMagic, kMagicBytes)))
    return usageError("not a compiled Tilewright program");
  if (bytes.size() < kPrefixBytes)
    return usageError("truncated: it ends inside the file prefix");
  const char *prefix = bytes.data() + kMagicBytes;
  uint64_t length = support::endian::read64le(prefix);
  uint64_t hash = support::endian::read64le(prefix + 8);
  if (length > bytes.size() - kPrefixBytes)
    return usageError("truncated or damaged: the header should have " +
                      Twine(length) + " bytes, the file has " +
                      Twine(bytes.size() - kPrefixBytes));
  StringRef text = bytes.substr(kPrefixBytes, length);
  if (xxh3_64bits(text) != hash)
    return usageError("damaged: checksum mismatch of the header");
  if (nestsTooDeeply(text))
    return usageError("damaged: the header nests too deeply");
  return text;
}

static Expected<Program> parseProgram(StringRef bytes) {
  Expected<StringRef> text = headerText(bytes);
  if (!text)
    return text.takeError();
  Expected<json::Value> header = json::parse(*text);
  if (!header)
    return usageError("damaged header: " + toString(header.takeError()));

  StringRef payload = bytes.drop_front(kPrefixBytes + text->size());
  HeaderReader reader(ArrayRef(payload.bytes_begin(), payload.size()));
  Program program;
  json::Path::Root root("header");
  if (!reader.read(*header, program, root)) {
    std::string message = toString(root.getError());
    if (!reader.detail.empty())
      message += ": " + reader.detail;
    return usageError(message);
  }
  if (reader.payloadUsed != payload.size())
    return usageError("damaged: " + Twine(payload.size() - reader.payloadUsed) +
                      " unexpected bytes at the end");
  if (Error error = program.verify())
    return usageError(toString(std::move(error)));
  return program;
}

Expected<Program> Program::load(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return usageError("cannot read program '" + Twine(path) +
                      "': " + buffer.getError().message());
  Expected<Program> program = parseProgram((*buffer)->getBuffer());
  if (!program)
    return usageError("program '" + Twine(path) +
                      "': " + toString(program.takeError()));
  return program;
}

bool Program::isProgramFile(StringRef path) {
  Expected<sys::fs::file_t> file = sys::fs::openNativeFileForRead(path);
  if (!file) {
    consumeError(file.takeError());
    return false;
  }
  char magic[kMagicBytes];
  Expected<size_t> count = sys::fs::readNativeFile(*file, magic);
  sys::fs::closeFile(*file);
  if (!count) {
    consumeError(count.takeError());
    return false;
  }
  return StringRef(magic, *count) == StringRef(kProgramMagic, kMagicBytes);
}
