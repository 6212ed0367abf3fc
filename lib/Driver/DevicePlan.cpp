//===- DevicePlan.cpp - Device buffers and launches of a module -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DevicePlan.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "tilewright/Frontend/Frontend.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tilewright;

/// Device tensors start at multiples of this: whole DRAM rows of one channel
/// set.
static constexpr uint64_t kBufferAlignment = 4096;

static llvm::Expected<TensorInfo> tensorInfo(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return internalError("host value is not a ranked tensor");
  std::string name;
  llvm::raw_string_ostream(name) << tensor.getElementType();
  auto element = llvm::StringSwitch<StringRef>(name)
                     .Case("f8E4M3FN", "f8E4M3")
                     .Default(name);
  auto parsed = parseElementType(element);
  if (!parsed)
    return parsed.takeError();
  TensorInfo info;
  info.type = *parsed;
  info.shape.assign(tensor.getShape().begin(), tensor.getShape().end());
  return info;
}

/// The bytes of a constant tensor in device form.
static llvm::Expected<std::vector<uint8_t>>
constantBytes(ElementsAttr value, const TensorInfo &info) {
  std::vector<uint8_t> bytes(info.bytes());
  unsigned width = elementBytes(info.type);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != bytes.size())
      return usageError(
          "a constant's resource data is missing or has the wrong "
          "size");
    llvm::copy(blob->getData(), bytes.begin());
    return bytes;
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense)
    return unsupportedError("constant tensors must be dense");
  auto put = [&](size_t i, const llvm::APInt &bits) {
    uint64_t word = bits.getZExtValue();
    memcpy(bytes.data() + i * width, &word, width);
  };
  if (isa<FloatType>(dense.getElementType()))
    for (auto [i, x] : llvm::enumerate(dense.getValues<llvm::APFloat>()))
      put(i, x.bitcastToAPInt());
  else
    for (auto [i, x] : llvm::enumerate(dense.getValues<llvm::APInt>()))
      put(i, x);
  return bytes;
}

namespace {

class Planner {
public:
  Planner(ModuleOp module, const MachineConfig &machine, Program &program)
      : module(module), machine(machine), program(program) {}
  llvm::Error run();

private:
  llvm::Error addKernels();
  llvm::Error addHostOp(Operation &op);
  llvm::Error addConstant(arith::ConstantOp op);
  llvm::Error addCall(func::CallOp call);
  llvm::Expected<unsigned> addBuffer(Buffer::Kind kind, std::string name,
                                     Type type);
  llvm::Error assignAddresses();

  ModuleOp module;
  const MachineConfig &machine;
  Program &program;
  llvm::StringMap<unsigned> kernelNumbers;
  llvm::DenseMap<Value, unsigned> bufferOf;
};

} // namespace

llvm::Expected<unsigned> Planner::addBuffer(Buffer::Kind kind, std::string name,
                                            Type type) {
  auto info = tensorInfo(type);
  if (!info)
    return info.takeError();
  Buffer buffer;
  buffer.kind = kind;
  buffer.name = std::move(name);
  buffer.tensor = *info;
  program.buffers.push_back(std::move(buffer));
  return program.buffers.size() - 1;
}

llvm::Error Planner::addKernels() {
  for (auto kernel : module.getOps<func::FuncOp>()) {
    if (!kernel->hasAttr("togsim.kernel"))
      continue;
    Kernel entry;
    entry.name = kernel.getName().str();
    entry.location = locationString(kernel.getLoc());
    if (auto ops = kernel->getAttrOfType<ArrayAttr>("togsim.ops"))
      for (auto op : ops.getAsRange<StringAttr>()) {
        auto [name, location] = op.getValue().split('|');
        entry.ops.push_back(name.str());
        entry.opLocations.push_back(location.str());
      }
    unsigned inputs = kernel.getNumArguments();
    entry.numArguments = inputs + kernel.getNumResults();
    for (unsigned i = inputs; i < entry.numArguments; ++i)
      entry.outputs.push_back(i);
    kernelNumbers[entry.name] = program.kernels.size();
    program.kernels.push_back(std::move(entry));
  }
  return llvm::Error::success();
}

llvm::Error Planner::addConstant(arith::ConstantOp op) {
  auto elements = dyn_cast<ElementsAttr>(op.getValue());
  if (!elements)
    return internalError("the host function holds a scalar constant");
  auto buffer = addBuffer(Buffer::Kind::Constant,
                          "constant" + std::to_string(program.buffers.size()),
                          op.getType());
  if (!buffer)
    return buffer.takeError();
  auto bytes = constantBytes(elements, program.buffers[*buffer].tensor);
  if (!bytes)
    return bytes.takeError();
  program.buffers[*buffer].data = std::move(*bytes);
  bufferOf[op.getResult()] = *buffer;
  return llvm::Error::success();
}

llvm::Error Planner::addCall(func::CallOp call) {
  auto kernel = kernelNumbers.find(call.getCallee());
  if (kernel == kernelNumbers.end())
    return internalError("the host function calls '" + call.getCallee() +
                         "', which is no kernel");
  Launch launch;
  launch.kernel = kernel->second;
  for (Value operand : call.getOperands())
    launch.buffers.push_back(bufferOf.at(operand));
  // A result may occupy an argument's memory instead of a buffer of its own.
  auto kernelOp = module.lookupSymbol<func::FuncOp>(call.getCallee());
  auto inPlace = kernelOp->getAttrOfType<ArrayAttr>("togsim.inplace");
  for (auto [i, result] : llvm::enumerate(call.getResults())) {
    int64_t argument =
        inPlace ? cast<IntegerAttr>(inPlace[i]).getInt() : int64_t(-1);
    if (argument >= 0) {
      bufferOf[result] = bufferOf.at(call.getOperand(argument));
      launch.buffers.push_back(bufferOf.at(result));
      continue;
    }
    std::string name =
        (call.getCallee() + "." + llvm::Twine(program.launches.size()) + "." +
         llvm::Twine(i))
            .str();
    auto buffer = addBuffer(Buffer::Kind::Temporary, name, result.getType());
    if (!buffer)
      return buffer.takeError();
    bufferOf[result] = *buffer;
    launch.buffers.push_back(*buffer);
  }
  program.launches.push_back(std::move(launch));
  return llvm::Error::success();
}

llvm::Error Planner::addHostOp(Operation &op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return addConstant(constant);
  if (auto call = dyn_cast<func::CallOp>(op))
    return addCall(call);
  if (auto empty = dyn_cast<tensor::EmptyOp>(op)) {
    auto buffer = addBuffer(Buffer::Kind::Temporary,
                            "memory" + std::to_string(program.buffers.size()),
                            empty.getType());
    if (!buffer)
      return buffer.takeError();
    bufferOf[empty] = *buffer;
    return llvm::Error::success();
  }
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op)) {
    // Device tensors are dense, so a reshape is the same bytes.
    bufferOf[op.getResult(0)] = bufferOf.at(op.getOperand(0));
    return llvm::Error::success();
  }
  return internalError("the host function holds '" +
                       op.getName().getStringRef() +
                       "', which is neither a launch nor a view");
}

/// First-fit allocation over launch-ordered lifetimes.
llvm::Error Planner::assignAddresses() {
  struct Lifetime {
    size_t first = SIZE_MAX, last = 0;
  };
  std::vector<Lifetime> lifetimes(program.buffers.size());
  for (auto [time, launch] : llvm::enumerate(program.launches))
    for (unsigned b : launch.buffers) {
      lifetimes[b].first = std::min(lifetimes[b].first, size_t(time));
      lifetimes[b].last = std::max(lifetimes[b].last, size_t(time));
    }
  // What the caller provides or reads lives throughout.
  for (auto [b, buffer] : llvm::enumerate(program.buffers))
    if (buffer.kind != Buffer::Kind::Temporary ||
        llvm::is_contained(program.outputs, b))
      lifetimes[b] = {0, SIZE_MAX};
  std::vector<unsigned> placed;
  for (auto [b, buffer] : llvm::enumerate(program.buffers)) {
    uint64_t bytes = llvm::alignTo(std::max<uint64_t>(buffer.tensor.bytes(), 1),
                                   kBufferAlignment);
    // Candidates: the start of memory and the end of every live neighbour.
    llvm::SmallVector<std::pair<uint64_t, uint64_t>> busy;
    for (unsigned other : placed)
      if (lifetimes[other].first <= lifetimes[b].last &&
          lifetimes[b].first <= lifetimes[other].last)
        busy.push_back(
            {program.buffers[other].address,
             llvm::alignTo(program.buffers[other].address +
                               std::max<uint64_t>(
                                   program.buffers[other].tensor.bytes(), 1),
                           kBufferAlignment)});
    llvm::sort(busy);
    uint64_t address = kDramBase;
    for (auto [begin, end] : busy) {
      if (address + bytes <= begin)
        break;
      address = std::max(address, end);
    }
    if (address + bytes > kDramBase + machine.deviceMemoryBytes)
      return unsupportedError(
          "tensors do not fit device memory: '" + buffer.name + "' (" +
          buffer.tensor.str() + ", " + llvm::Twine(buffer.tensor.bytes()) +
          " bytes) ends beyond the " + llvm::Twine(machine.deviceMemoryBytes) +
          " bytes of machine '" + machine.name + "'");
    buffer.address = address;
    placed.push_back(b);
  }
  return llvm::Error::success();
}

llvm::Error Planner::run() {
  if (llvm::Error error = addKernels())
    return error;
  func::FuncOp host;
  for (auto function : module.getOps<func::FuncOp>())
    if (!function->hasAttr("togsim.kernel"))
      host = function;
  if (!host)
    return internalError("the partitioned module has no host function");
  program.sourceFunction = host.getSymName().str();
  for (auto [i, argument] : llvm::enumerate(host.getArguments())) {
    auto buffer = addBuffer(Buffer::Kind::Input, "input" + std::to_string(i),
                            argument.getType());
    if (!buffer)
      return buffer.takeError();
    bufferOf[argument] = *buffer;
    program.inputs.push_back(*buffer);
    program.inputTypes.push_back(program.buffers[*buffer].tensor);
  }
  for (Operation &op : host.getBody().front().without_terminator())
    if (llvm::Error error = addHostOp(op))
      return error;
  for (Value output : host.getBody().front().getTerminator()->getOperands()) {
    program.outputs.push_back(bufferOf.at(output));
    auto info = tensorInfo(output.getType());
    if (!info)
      return info.takeError();
    program.outputTypes.push_back(*info);
  }
  return assignAddresses();
}

llvm::Error tilewright::planDevice(ModuleOp module,
                                   const MachineConfig &machine,
                                   Program &program) {
  return Planner(module, machine, program).run();
}
