//===- Driver.h - The pipelines as library calls ----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the joining of compiler, simulators, reference and report. The CLI and
// the Python module are thin layers over these calls. All failures are
// tilewright::Failure errors. No MLIR in this header.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DRIVER_DRIVER_H
#define TILEWRIGHT_DRIVER_DRIVER_H

#include "tilewright/Graph/Fusion.h"
#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Program/Program.h"
#include "tilewright/Report/Report.h"
#include <optional>
#include <string>
#include <vector>

namespace tilewright {

/// A host tensor: row-major bytes.
struct Tensor {
  TensorInfo info;
  std::vector<uint8_t> data;
};

struct CompileOptions {
  /// Phases whose IR is written to dumpDir as <phase>.mlir; "all" for every
  /// one.
  std::vector<std::string> dumpAfter;
  std::string dumpDir = ".";
  /// Directory of compiled kernels to reuse and add to; none when empty.
  std::string cacheDir;
  /// Schedules for kernels (docs/cli.md): a file, or the text of one.
  std::string mappingFile, mappingText;
  /// Which ops may share a kernel.
  Fusion fusion;
  /// Kernels compiled at a time; 0: as many as the host has cores.
  unsigned threads = 0;
};
/// Names of the compiler's phases, in order (for --dump-after and its errors).
std::vector<std::string> compilerPhases();

/// Compiles an MLIR module (text, generic text or bytecode). `name` is used in
/// messages and as the program's name.
llvm::Expected<Program> compileModule(llvm::StringRef text,
                                      llvm::StringRef name,
                                      const MachineConfig &machine,
                                      const CompileOptions &options = {});
llvm::Expected<Program> compileFile(llvm::StringRef path,
                                    const MachineConfig &machine,
                                    const CompileOptions &options = {});

enum class TimingLevel { None, Tile, Instruction };

struct RunOptions {
  TimingLevel timing = TimingLevel::Tile;
  bool verify = false;
  double rtol = 1e-4, atol = 1e-4;
  bool sanitize = false; ///< all sanitizers
  bool trace = false;    ///< keep what Report::writeTrace needs
  /// Directory of what earlier runs left and this one can use (compiled
  /// reference code, costs of nodes); none when empty.
  std::string cacheDir;
};

struct RunResult {
  std::vector<Tensor> outputs;
  Report report;
  /// Set when verification found a difference: names the first kernel that
  /// differs, with index and both values.
  std::optional<std::string> mismatch;
};

/// Executes and times a program. Input tensors must match program.inputTypes
/// (Usage error naming the input otherwise).
llvm::Expected<RunResult> runProgram(const Program &program,
                                     llvm::ArrayRef<Tensor> inputs,
                                     const RunOptions &options = {});

/// Inputs drawn from a seeded generator: floats of mean 0 and variance 1,
/// nearly normal (sums of twelve uniform numbers, computed in integers),
/// integers uniform in [-8, 8), booleans both values. Program::inputUses makes
/// exceptions: weights have variance 1 / fanIn, what a root is taken of is
/// 1/2 + |x|/2, and indices are uniform in [0, indexBelow). Same seed, same
/// bytes, on every host.
std::vector<Tensor> randomInputs(const Program &program, uint64_t seed);

/// Reads / writes NumPy .npy files (versions 1 to 3; C or Fortran order and
/// either byte order in, C order and little endian out). Unsigned integers are
/// read as integers of their width. NumPy has no bf16 and f8: they are written
/// as raw bytes (V2, V1), and raw bytes are read as `expected` says, or V2 as
/// bf16 without it. With `expected`, other types and shapes are Usage errors
/// that name the file, what was expected and what was found.
llvm::Expected<Tensor> readNpy(llvm::StringRef path,
                               const TensorInfo *expected = nullptr);
llvm::Error writeNpy(llvm::StringRef path, const Tensor &tensor);

} // namespace tilewright

#endif // TILEWRIGHT_DRIVER_DRIVER_H
