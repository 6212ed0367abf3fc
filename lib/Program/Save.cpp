//===- Save.cpp - Program to file -----------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The same program gives the same bytes. The file appears complete or not at
// all: it is written under a temporary name first.
//
//===----------------------------------------------------------------------===//

#include "Format.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using namespace tilewright;

namespace {
class ProgramWriter {
public:
  explicit ProgramWriter(const Program &program) : program(program) {}

  Error write(StringRef path) {
    std::string text;
    raw_string_ostream(text) << json::Value(header());
    return writeToOutput(path, [&](raw_ostream &os) {
      os.write(kProgramMagic, kMagicBytes);
      writeInteger(os, text.size());
      writeInteger(os, xxh3_64bits(text));
      os << text;
      for (ArrayRef<uint8_t> bytes : payload)
        os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
      return Error::success();
    });
  }

private:
  static void writeInteger(raw_ostream &os, uint64_t value) {
    char bytes[8];
    support::endian::write64le(bytes, value);
    os.write(bytes, sizeof(bytes));
  }

  json::Object blob(ArrayRef<uint8_t> bytes) {
    json::Object reference{{"offset", payloadBytes},
                           {"size", uint64_t(bytes.size())},
                           {"xxh3", xxh3_64bits(bytes)}};
    payload.push_back(bytes);
    payloadBytes += bytes.size();
    return reference;
  }
  json::Object blob(StringRef text) {
    return blob(arrayRefFromStringRef(text));
  }

  static json::Value text(StringRef value) {
    return json::isUTF8(value) ? json::Value(value) : json::fixUTF8(value);
  }
  static json::Array texts(ArrayRef<std::string> values) {
    json::Array array;
    for (const std::string &value : values)
      array.push_back(text(value));
    return array;
  }
  static json::Object tensor(const TensorInfo &info) {
    return json::Object{{"type", elementTypeName(info.type)},
                        {"shape", json::Array(info.shape)}};
  }
  static json::Array tensors(ArrayRef<TensorInfo> infos) {
    json::Array array;
    for (const TensorInfo &info : infos)
      array.push_back(tensor(info));
    return array;
  }

  static json::Array uses(ArrayRef<InputUse> uses) {
    json::Array array;
    for (const InputUse &use : uses)
      array.push_back(json::Object{{"fan_in", use.fanIn},
                                   {"positive", use.positive},
                                   {"index_below", use.indexBelow}});
    return array;
  }

  json::Object kernel(const Kernel &k) {
    return json::Object{{"name", text(k.name)},
                        {"key", text(k.key)},
                        {"location", text(k.location)},
                        {"ops", texts(k.ops)},
                        {"op_locations", texts(k.opLocations)},
                        {"entry", k.entry},
                        {"end", k.end},
                        {"stack_bytes", k.stackBytes},
                        {"spad_bytes_per_lane", k.spadBytesPerLane},
                        {"macs", k.macs},
                        {"num_arguments", k.numArguments},
                        {"outputs", json::Array(k.outputs)},
                        {"schedule", text(k.schedule)},
                        {"graph", k.graph.toJson()}};
  }

  json::Object buffer(const Buffer &b) {
    json::Object object{{"kind", kBufferKinds[unsigned(b.kind)]},
                        {"name", text(b.name)},
                        {"tensor", tensor(b.tensor)},
                        {"address", b.address}};
    if (b.kind == Buffer::Kind::Constant)
      object["data"] = blob(b.data);
    return object;
  }

  json::Object header() {
    json::Array image, kernels, buffers, launches;
    for (const Segment &s : program.image)
      image.push_back(json::Object{{"address", s.address},
                                   {"executable", s.executable},
                                   {"bytes", blob(s.bytes)}});
    for (const Kernel &k : program.kernels)
      kernels.push_back(kernel(k));
    for (const Buffer &b : program.buffers)
      buffers.push_back(buffer(b));
    for (const Launch &l : program.launches)
      launches.push_back(json::Object{{"kernel", l.kernel},
                                      {"buffers", json::Array(l.buffers)}});
    return json::Object{{"version", kProgramVersion},
                        {"name", text(program.name)},
                        {"machine_name", text(program.machineName)},
                        {"machine", blob(program.machineYaml)},
                        {"source_module", blob(program.sourceModule)},
                        {"graph_module", blob(program.graphModule)},
                        {"source_function", text(program.sourceFunction)},
                        {"accesses", text(program.accesses)},
                        {"image", std::move(image)},
                        {"kernels", std::move(kernels)},
                        {"buffers", std::move(buffers)},
                        {"launches", std::move(launches)},
                        {"inputs", json::Array(program.inputs)},
                        {"outputs", json::Array(program.outputs)},
                        {"input_types", tensors(program.inputTypes)},
                        {"output_types", tensors(program.outputTypes)},
                        {"input_uses", uses(program.inputUses)}};
  }

  const Program &program;
  std::vector<ArrayRef<uint8_t>> payload;
  uint64_t payloadBytes = 0;
};
} // namespace

Error Program::save(StringRef path) const {
  if (Error error = verify())
    return error;
  if (Error error = ProgramWriter(*this).write(path))
    return usageError("cannot write '" + Twine(path) +
                      "': " + errorToErrorCode(std::move(error)).message());
  return Error::success();
}
