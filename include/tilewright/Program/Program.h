//===- Program.h - A compiled program ---------------------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what the compiler hands to the simulators and to disk: the linked
// RISC-V image, kernels with their tile operation graphs, device buffers with
// addresses, constants, and the launch order. Self-contained: running a saved
// program needs the machine (embedded as YAML text) and nothing else.
//
// File format, all integers little endian: the magic "TILEWRT1", the u64 length
// of a JSON header, the u64 XXH3 of the header, the header, then the raw bytes
// (image, constants, module texts) to which the header refers as {offset, size,
// xxh3}. Nothing follows them. A file is checked completely when it is loaded.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_PROGRAM_PROGRAM_H
#define TILEWRIGHT_PROGRAM_PROGRAM_H

#include "tilewright/Support/PhaseTimes.h"
#include "tilewright/Tog/Tog.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>
#include <vector>

namespace tilewright {

/// Element types of device tensors; i1 is stored as bytes.
enum class ElementType : uint8_t {
  F32, F16, BF16, F8E4M3, F8E5M2, F64, I1, I8, I16, I32, I64
};
unsigned elementBytes(ElementType type);
llvm::StringRef elementTypeName(ElementType type); ///< "f32", "i1", ...
llvm::Expected<ElementType> parseElementType(llvm::StringRef name);

struct TensorInfo {
  ElementType type = ElementType::F32;
  std::vector<int64_t> shape;
  uint64_t elements() const;
  uint64_t bytes() const { return elements() * elementBytes(type); }
  std::string str() const; ///< "128x64xf32"
  bool operator==(const TensorInfo &) const = default;
};

/// A region of device memory. Several buffers may share addresses when their
/// lifetimes do not overlap; views share them by design.
struct Buffer {
  enum class Kind : uint8_t { Input, Constant, Temporary } kind;
  std::string name;
  TensorInfo tensor;
  uint64_t address = 0;
  std::vector<uint8_t> data; ///< Constant only
};

struct Kernel {
  std::string name;
  std::string key;                  ///< names what it computes, in mappings
  std::string location;             ///< "file.py:12" of its anchor op
  std::vector<std::string> ops;     ///< names of the source ops fused here
  std::vector<std::string> opLocations;
  uint64_t entry = 0;               ///< address of the first instruction
  uint64_t end = 0;                 ///< address after the last one
  uint64_t stackBytes = 0;          ///< per lane, at the top of the bank
  uint64_t spadBytesPerLane = 0;    ///< tiles
  uint64_t macs = 0;                ///< useful multiply-accumulates per launch
  unsigned numArguments = 0;
  std::vector<unsigned> outputs;    ///< arguments the kernel writes
  std::string schedule;             ///< JSON text of the schedule
  tog::Graph graph;
};

struct Launch {
  unsigned kernel = 0;
  std::vector<unsigned> buffers;    ///< one per kernel argument
};

struct Segment {
  uint64_t address = 0;
  std::vector<uint8_t> bytes;
  bool executable = false;
};

/// What the program does with an input, as far as it matters to random numbers
/// (randomInputs).
struct InputUse {
  /// Products of a weight that the longest of its sums adds; 0: no weight.
  uint64_t fanIn = 0;
  /// A root or logarithm is taken of it, as of a variance.
  bool positive = false;
  /// It looks up elements of a dimension with this extent; 0: no index.
  uint64_t indexBelow = 0;
  bool operator==(const InputUse &) const = default;
};

/// How a program came about in this process; not saved with it.
struct BuildStatistics {
  double seconds = 0;
  PhaseTimes times;
  unsigned kernelsCompiled = 0, kernelsLoaded = 0, threads = 0;
  unsigned damagedCacheEntries = 0; ///< compiled again
  std::string warning;              ///< why the cache could not be written
};

struct Program {
  std::string name;                 ///< of the source module
  std::string machineYaml;          ///< text of the machine compiled for
  std::string machineName;
  std::vector<Segment> image;
  std::vector<Kernel> kernels;
  std::vector<Buffer> buffers;
  std::vector<Launch> launches;
  std::vector<unsigned> inputs, outputs; ///< buffer numbers, in order
  /// Texts of the imported module and of the partitioned one (levels G0 and G2),
  /// kept for --verify of a saved program.
  std::string sourceModule, graphModule;
  std::string sourceFunction;       ///< the public function of sourceModule
  /// JSON text: how data movement of the model became affine accesses, and what
  /// was copied (docs/report.md, "accesses").
  std::string accesses = "[]";
  /// Tensors as the caller sees them (an output may view a buffer).
  std::vector<TensorInfo> inputTypes, outputTypes;
  std::vector<InputUse> inputUses; ///< one per input, or none
  BuildStatistics build;

  /// Whether all numbers refer to what exists: buffers and kernels of launches,
  /// kernel code inside the image, sizes and types of tensors, constants. The
  /// compiler's output always passes (kind Internal otherwise).
  llvm::Error verify() const;
  llvm::Error save(llvm::StringRef path) const;
  /// Errors (kind Usage) name the file and what is wrong with it.
  static llvm::Expected<Program> load(llvm::StringRef path);
  /// Whether the file at `path` starts with the program magic.
  static bool isProgramFile(llvm::StringRef path);
};

} // namespace tilewright

#endif // TILEWRIGHT_PROGRAM_PROGRAM_H
