//===- Verify.cpp - What a well-formed program is -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one list of invariants that everything behind Program relies on: after
// verify() no index, address or size of a program needs checking again. The
// first violation is reported.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Program/Program.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace tilewright;

/// No tensor is larger; keeps sizes and addresses far from overflow.
static constexpr uint64_t kMaxTensorBytes = uint64_t(1) << 44;
static constexpr uint64_t kMaxAddress = uint64_t(1) << 48;

/// A problem as text; empty when there is none.
using Problem = std::string;

static Problem checkTensor(const TensorInfo &tensor) {
  uint64_t bytes = elementBytes(tensor.type);
  bool empty = is_contained(tensor.shape, 0);
  for (int64_t extent : tensor.shape) {
    if (extent < 0)
      return "shape " + tensor.str() + " has a negative extent";
    if (!empty && uint64_t(extent) > kMaxTensorBytes / bytes)
      return "shape " + tensor.str() + " is too large";
    if (!empty)
      bytes *= uint64_t(extent);
  }
  return {};
}

static Problem checkImage(const Program &program) {
  for (auto [i, segment] : enumerate(program.image)) {
    uint64_t end = segment.address + segment.bytes.size();
    std::string name = "image segment " + std::to_string(i);
    if (segment.address >= kBroadcastLimit || end > kBroadcastLimit)
      return name + " lies outside the program region";
    for (const Segment &other : ArrayRef(program.image).take_front(i))
      if (segment.address < other.address + other.bytes.size() &&
          other.address < end)
        return name + " overlaps another one";
  }
  return {};
}

static Problem checkBuffers(const Program &program) {
  for (auto [i, buffer] : enumerate(program.buffers)) {
    std::string name = "buffer " + std::to_string(i) + " '" + buffer.name + "'";
    if (Problem problem = checkTensor(buffer.tensor); !problem.empty())
      return name + ": " + problem;
    if (buffer.address < kDramBase || buffer.address > kMaxAddress)
      return name + " lies outside device memory";
    bool constant = buffer.kind == Buffer::Kind::Constant;
    if (constant && buffer.data.size() != buffer.tensor.bytes())
      return name + " holds " + std::to_string(buffer.data.size()) +
             " bytes; expected " + std::to_string(buffer.tensor.bytes()) +
             " for " + buffer.tensor.str();
    if (!constant && !buffer.data.empty())
      return name + " is not a constant but holds data";
  }
  return {};
}

/// Graph nodes must refer to arguments and compute nodes that exist.
static Problem checkNodes(ArrayRef<tog::Node> nodes, const Kernel &kernel) {
  using Kind = tog::Node::Kind;
  for (const tog::Node &node : nodes) {
    if (node.kind == Kind::Dma && node.dma.argument >= kernel.numArguments)
      return "a move refers to argument " + std::to_string(node.dma.argument);
    if (node.kind == Kind::Compute &&
        node.id >= kernel.graph.computeNodes.size())
      return "its graph refers to compute node " + std::to_string(node.id);
    if (node.kind == Kind::Loop && node.step <= 0)
      return "a loop of its graph has step " + std::to_string(node.step);
    for (const std::vector<tog::Node> *children : {&node.body, &node.orElse})
      if (Problem problem = checkNodes(*children, kernel); !problem.empty())
        return problem;
  }
  return {};
}

static Problem checkKernels(const Program &program) {
  for (const Kernel &kernel : program.kernels) {
    std::string name = "kernel '" + kernel.name + "': ";
    bool inCode = any_of(program.image, [&](const Segment &segment) {
      return segment.executable && kernel.entry >= segment.address &&
             kernel.entry < kernel.end &&
             kernel.end <= segment.address + segment.bytes.size();
    });
    if (!inCode)
      return name + "its code lies outside the image";
    if (kernel.ops.size() != kernel.opLocations.size())
      return name + "ops and locations differ in number";
    for (unsigned output : kernel.outputs)
      if (output >= kernel.numArguments)
        return name + "output " + std::to_string(output) + " is no argument";
    if (Problem problem = checkNodes(kernel.graph.body, kernel);
        !problem.empty())
      return name + problem;
  }
  return {};
}

static Problem checkLaunches(const Program &program) {
  for (auto [i, launch] : enumerate(program.launches)) {
    std::string name = "launch " + std::to_string(i);
    if (launch.kernel >= program.kernels.size())
      return name + " refers to kernel " + std::to_string(launch.kernel);
    unsigned expected = program.kernels[launch.kernel].numArguments;
    if (launch.buffers.size() != expected)
      return name + " has " + std::to_string(launch.buffers.size()) +
             " arguments; expected " + std::to_string(expected);
    for (unsigned buffer : launch.buffers)
      if (buffer >= program.buffers.size())
        return name + " refers to buffer " + std::to_string(buffer);
  }
  return {};
}

static Problem checkInterface(const Program &program, const char *what,
                              ArrayRef<unsigned> buffers,
                              ArrayRef<TensorInfo> types) {
  if (buffers.size() != types.size())
    return std::string(what) + "s and their types differ in number";
  for (auto [i, buffer, type] : enumerate(buffers, types)) {
    std::string name = what + (" " + std::to_string(i));
    if (buffer >= program.buffers.size())
      return name + " refers to buffer " + std::to_string(buffer);
    if (Problem problem = checkTensor(type); !problem.empty())
      return name + ": " + problem;
    const TensorInfo &tensor = program.buffers[buffer].tensor;
    if (type.type != tensor.type || type.elements() != tensor.elements())
      return name + " is " + type.str() + " but its buffer is " + tensor.str();
  }
  return {};
}

static Problem checkInputUses(const Program &program) {
  if (program.inputUses.empty() ||
      program.inputUses.size() == program.inputTypes.size())
    return {};
  return "inputs and what is known of them differ in number";
}

Error Program::verify() const {
  Problem problems[] = {checkImage(*this),
                        checkBuffers(*this),
                        checkKernels(*this),
                        checkLaunches(*this),
                        checkInterface(*this, "input", inputs, inputTypes),
                        checkInterface(*this, "output", outputs, outputTypes),
                        checkInputUses(*this)};
  for (const Problem &problem : problems)
    if (!problem.empty())
      return internalError("malformed program: " + problem);
  return Error::success();
}
