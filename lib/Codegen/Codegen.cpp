//===- Codegen.cpp - From fused tensor ops to kernel IR -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Codegen/Codegen.h"
#include "Generators.h"
#include "KernelInfo.h"
#include "TileBuilder.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"
#include "tilewright/Graph/Pooling.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

/// The device memref of a tensor.
static MemRefType deviceType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return MemRefType::get(tensor.getShape(),
                         storageType(tensor.getElementType()));
}

LogicalResult codegen::checkTensors(func::FuncOp kernel) {
  auto check = [&](Type type) -> LogicalResult {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape() || tensor.getNumElements() == 0)
      return kernel.emitError("holds a value of type ")
             << type << "; kernels compute on tensors of static shape with at "
             << "least one element";
    Type element = storageType(getElementTypeOrSelf(type));
    unsigned width =
        element.isIntOrFloat() ? element.getIntOrFloatBitWidth() : 0;
    if (width == 8 || width == 16 || width == 32 ||
        (width == 64 && isa<IntegerType>(element)))
      return success();
    return kernel.emitError("unsupported: tensors of ")
           << getElementTypeOrSelf(type)
           << "; device tensors hold f32, f16, bf16, 8-bit floats, i1, i8, "
              "i16, "
              "i32 or i64 (convert the model's data)";
  };
  for (Type type : kernel.getArgumentTypes())
    if (failed(check(type)))
      return failure();
  for (Type type : kernel.getResultTypes())
    if (failed(check(type)))
      return failure();
  if (!kernel.getBody().hasOneBlock())
    return kernel.emitError("a kernel is one block");
  WalkResult bodies = kernel.walk([&](linalg::GenericOp op) {
    for (Type type : op->getResultTypes())
      if (failed(check(type)))
        return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(bodies.wasInterrupted());
}

template <typename Op> static bool holds(func::FuncOp kernel) {
  return !kernel.getBody().getOps<Op>().empty();
}

static bool reduces(func::FuncOp kernel) {
  return llvm::any_of(
      kernel.getBody().getOps<linalg::GenericOp>(),
      [](linalg::GenericOp op) { return op.getNumReductionLoops() > 0; });
}

static bool pools(func::FuncOp kernel) {
  return llvm::any_of(
      kernel.getBody().getOps<linalg::GenericOp>(),
      [](linalg::GenericOp op) { return matchPooling(op).has_value(); });
}

static bool gathers(func::FuncOp kernel) {
  return kernel.walk([](tensor::ExtractOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

/// The kinds of kernels (Graph.h): the first that matches generates it.
static constexpr struct {
  bool (*matches)(func::FuncOp kernel);
  Generator *generate;
} kKinds[] = {
    {holds<tm_tensor::ScanOp>, generateScan},
    {holds<tm_tensor::TopkOp>, generateSort},
    {holds<tm_tensor::ScatterOp>, generateScatter},
    {[](func::FuncOp kernel) { return findContractions(kernel).size() > 1; },
     generateAttention},
    {[](func::FuncOp kernel) { return findContractions(kernel).size() == 1; },
     generateContraction},
    {pools, generateWindows},
    {reduces, generateRows},
    {gathers, generateGather},
    {[](func::FuncOp) { return true; }, generateElementwise},
};

LogicalResult tilewright::generateKernel(func::FuncOp kernel,
                                         const MachineConfig &machine) {
  if (failed(checkTensors(kernel)))
    return failure();
  Block &source = kernel.getBody().front();
  SmallVector<Type> types;
  for (Type type : kernel.getArgumentTypes())
    types.push_back(deviceType(type));
  for (Type type : kernel.getResultTypes())
    types.push_back(deviceType(type));

  // The tensor body stays in place until the new one is complete.
  auto block = new Block();
  KernelArguments arguments;
  for (auto [i, type] : llvm::enumerate(types)) {
    Value memref = block->addArgument(type, kernel.getLoc());
    if (i < source.getNumArguments())
      arguments.inputs[source.getArgument(i)] = memref;
    else
      arguments.results.push_back(memref);
  }
  kernel.getBody().push_back(block);
  OpBuilder builder = OpBuilder::atBlockBegin(block);
  unsigned numInputs = source.getNumArguments();
  const auto *kind = llvm::find_if(
      kKinds, [&](const auto &candidate) { return candidate.matches(kernel); });
  if (failed(kind->generate(kernel, arguments, machine, builder)))
    return failure();
  builder.setInsertionPointToEnd(block);
  func::ReturnOp::create(builder, kernel.getLoc());

  source.dropAllReferences();
  source.erase();
  kernel.setFunctionType(builder.getFunctionType(types, {}));
  kernel->setAttr("togsim.num_inputs", builder.getI64IntegerAttr(numInputs));
  return success();
}

uint64_t tilewright::countMacs(func::FuncOp kernel) {
  uint64_t total = 0;
  for (linalg::GenericOp contraction : findContractions(kernel)) {
    uint64_t macs = 1;
    for (int64_t extent : contraction.getStaticLoopRanges())
      macs *= extent;
    total += macs;
  }
  return total;
}

std::optional<std::array<int64_t, 3>>
tilewright::matrixShapeOf(func::FuncOp kernel) {
  SmallVector<linalg::GenericOp> contractions = findContractions(kernel);
  auto isPlain = [](AffineMap map) { return map.isProjectedPermutation(); };
  if (contractions.size() != 1)
    return std::nullopt;
  linalg::GenericOp anchor = contractions.front();
  if (!llvm::all_of(anchor.getIndexingMapsArray(), isPlain))
    return std::nullopt;
  // Whether it can be compiled is not the question here.
  ScopedDiagnosticHandler quiet(kernel.getContext(),
                                [](Diagnostic &) { return success(); });
  FailureOr<ContractionKernel> info = analyzeContraction(kernel, anchor);
  if (failed(info) || !info->batch.empty())
    return std::nullopt;
  auto product = [&](ArrayRef<unsigned> dims) {
    int64_t total = 1;
    for (unsigned d : dims)
      total *= info->extents[d];
    return total;
  };
  return std::array{product(info->m), product(info->n), product(info->k)};
}
