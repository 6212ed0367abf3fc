//===- VerifyKernels.cpp - The contract of level G2 -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the check of everything Graph.h promises to code generation, and with it
// the errors for ops that no kernel could take. All violations are reported,
// not only the first: a user porting a model wants the list.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Padding.h"
#include "Provenance.h"
#include "Reduction.h"
#include "ScatterKernels.h"
#include "Subsets.h"
#include "TmTensorKernels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "tilewright/Frontend/Frontend.h"
#include "tilewright/Graph/Attention.h"
#include "tilewright/Graph/Passes.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

namespace tilewright {
#define GEN_PASS_DEF_VERIFYKERNELSPASS
#include "tilewright/Graph/Passes.h.inc"
} // namespace tilewright

//===----------------------------------------------------------------------===//
// Host function
//===----------------------------------------------------------------------===//

static bool isDeviceTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() &&
         isSupportedElementType(tensor.getElementType());
}

static LogicalResult checkHostGeneric(GenericOp generic) {
  std::string problem =
      classify(generic) == WorkKind::Reduction ? reductionProblem(generic) : "";
  if (problem.empty())
    return generic.emitError("'linalg.generic' is not part of any kernel");
  return generic.emitError() << "'linalg.generic' cannot be compiled: a "
                                "reduction with "
                             << problem << "; that is not supported yet";
}

/// Part of a reduction that no kernel could take; the reduction has its own
/// message.
static bool isLeftOver(Operation *op) {
  Operation *outer = op;
  while (outer && !isa<GenericOp, linalg::FillOp, tensor::EmptyOp>(outer))
    outer = outer->getParentOp();
  return outer;
}

/// What a kernel writes in place is memory of its own: nothing else looks at
/// it, before or after.
static LogicalResult checkInplace(func::CallOp call, func::FuncOp callee) {
  auto inplace = callee->getAttrOfType<ArrayAttr>(kInplaceAttr);
  if (!inplace)
    return success();
  for (Attribute each : inplace) {
    auto number = dyn_cast<IntegerAttr>(each);
    if (!number || number.getInt() < 0 ||
        number.getInt() >= int64_t(call.getNumOperands()))
      continue; // -1, or diagnosed with the kernel
    Value dest = call.getOperand(number.getInt());
    if (!dest.hasOneUse())
      return call.emitError()
             << "argument " << number.getInt() << " of @" << call.getCallee()
             << " is overwritten, but has other uses";
    if (!isa_and_nonnull<func::CallOp, tensor::EmptyOp>(dest.getDefiningOp()))
      return call.emitError()
             << "argument " << number.getInt() << " of @" << call.getCallee()
             << " is overwritten, but is neither a kernel's result nor a "
                "tensor.empty";
  }
  return success();
}

/// An empty tensor in the host function is memory that kernels fill in place.
static bool isInplaceMemory(Operation &op, SymbolTable &symbols) {
  if (!isa<tensor::EmptyOp>(op) || !op.hasOneUse())
    return false;
  OpOperand &use = *op.use_begin();
  auto call = dyn_cast<func::CallOp>(use.getOwner());
  auto callee = call ? symbols.lookup<func::FuncOp>(call.getCallee()) : nullptr;
  auto inplace =
      callee ? callee->getAttrOfType<ArrayAttr>(kInplaceAttr) : ArrayAttr();
  return inplace && llvm::any_of(inplace, [&](Attribute each) {
           auto number = dyn_cast<IntegerAttr>(each);
           return number && number.getInt() == int64_t(use.getOperandNumber());
         });
}

static LogicalResult checkHostOp(Operation &op, SymbolTable &symbols) {
  if (auto generic = dyn_cast<GenericOp>(op))
    return checkHostGeneric(generic);
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    if (isDeviceTensor(constant.getType()) ||
        llvm::all_of(op.getUsers(), isLeftOver))
      return success();
    return op.emitError() << "constant of type " << constant.getType()
                          << " is not a device tensor";
  }
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, func::ReturnOp>(op))
    return success();
  if (auto call = dyn_cast<func::CallOp>(op)) {
    auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
    if (callee && callee->hasAttr(kKernelAttr) && call->hasAttr(kSourceOpsAttr))
      return checkInplace(call, callee);
    return op.emitError() << "calls @" << call.getCallee()
                          << ", which is not a kernel";
  }
  if (isa<linalg::FillOp, tensor::EmptyOp>(op) &&
      llvm::all_of(op.getUsers(), isLeftOver))
    return success();
  if (isInplaceMemory(op, symbols))
    return success();
  return op.emitError() << "'" << op.getName()
                        << "' is not supported in the host function";
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// One indirect read: a tensor.extract out of an argument, at indices that the
/// body computes.
static LogicalResult checkGather(GenericOp generic, tensor::ExtractOp gather) {
  if (classify(generic) != WorkKind::Elementwise)
    return gather.emitError("'tensor.extract' may only occur in the body of an "
                            "elementwise kernel");
  if (!isa<BlockArgument>(gather.getTensor()))
    return gather.emitError(
        "'tensor.extract' must read an argument of the kernel");
  return success();
}

/// Bodies compute on scalars with arith and math ops, loop indices and indirect
/// reads.
static LogicalResult checkBody(GenericOp generic) {
  bool valid = true;
  for (Operation &op : generic.getBody()->without_terminator()) {
    if (isa<arith::ArithDialect, math::MathDialect>(op.getDialect()) ||
        isa<linalg::IndexOp>(op))
      continue;
    if (auto gather = dyn_cast<tensor::ExtractOp>(op)) {
      valid &= succeeded(checkGather(generic, gather));
      continue;
    }
    op.emitError() << "'" << op.getName()
                   << "' is not supported inside a kernel";
    valid = false;
  }
  return success(valid);
}

static LogicalResult checkMaps(GenericOp generic) {
  for (auto [index, map] : llvm::enumerate(generic.getIndexingMapsArray())) {
    bool isInput = int64_t(index) < generic.getNumDpsInputs();
    if (isInput ? isReadable(generic, map) : map.isProjectedPermutation())
      continue;
    return generic.emitError()
           << "operand " << index << " is accessed by "
           << AffineMapAttr::get(map) << ", not by a "
           << (isInput ? "sum of loop dimensions" : "projected permutation");
  }
  return success();
}

static LogicalResult checkSlice(tensor::ExtractSliceOp slice) {
  if (!isStaticSubset(slice))
    return slice.emitError("the bounds of a slice must be constants and its "
                           "strides positive");
  if (!isa<BlockArgument>(slice.getSource()))
    return slice.emitError("a slice must be of an argument of the kernel");
  if (!llvm::all_of(slice->getUses(), [](OpOperand &use) {
        auto generic = dyn_cast<GenericOp>(use.getOwner());
        return generic && generic.isDpsInput(&use);
      }))
    return slice.emitError("a slice may only be an input of linalg.generic");
  return success();
}

/// The insert ends the kernel and its result is declared to be in place.
static LogicalResult checkInsert(tensor::InsertSliceOp insert) {
  auto kernel = insert->getParentOfType<func::FuncOp>();
  if (!isStaticSubset(insert))
    return insert.emitError("the bounds of an insert must be constants and its "
                            "strides positive");
  auto dest = dyn_cast<BlockArgument>(insert.getDest());
  if (!dest || dest.getArgNumber() + 1 != kernel.getNumArguments() ||
      !dest.hasOneUse())
    return insert.emitError("the destination must be the last argument, and "
                            "have no other use");
  auto inplace = kernel->getAttrOfType<ArrayAttr>(kInplaceAttr);
  auto source = insert.getSource().getDefiningOp<GenericOp>();
  if (!source || !source->hasOneUse() ||
      classify(source) == WorkKind::Reduction)
    return insert.emitError("what is inserted must be the result of an "
                            "elementwise op or a contraction, and have no "
                            "other use");
  if (!inplace || inplace.size() != 1 ||
      inplace[0] != IntegerAttr::get(IntegerType::get(insert.getContext(), 64),
                                     dest.getArgNumber()))
    return insert.emitError() << "a kernel that inserts needs '" << kInplaceAttr
                              << "' with the number of its last argument";
  if (!insert->hasOneUse() || !isa<func::ReturnOp>(*insert->user_begin()))
    return insert.emitError("the insert must be what the kernel returns");
  return success();
}

static LogicalResult checkKernelOp(Operation &op) {
  if (isa<tensor::EmptyOp, func::ReturnOp>(op) ||
      op.hasTrait<OpTrait::ConstantLike>())
    return success();
  if (auto fill = dyn_cast<linalg::FillOp>(op)) {
    if (matchPattern(fill.value(), m_Constant()))
      return success();
    return op.emitError("fill of a value that is not a constant");
  }
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return checkSlice(slice);
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return checkInsert(insert);
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    if (isWindowPadding(pad) && isa<BlockArgument>(pad.getSource()))
      return success();
    return pad.emitError("padding inside a kernel must be by a constant, of an "
                         "argument that only windows read");
  }
  auto generic = dyn_cast<GenericOp>(op);
  if (!generic)
    return op.emitError() << "'" << op.getName()
                          << "' may not be part of a kernel";
  if (failed(checkMaps(generic)))
    return failure();
  if (generic.use_empty())
    return op.emitError("the result is not used");
  return checkBody(generic);
}

/// A reduction at the end of a contraction, behind `epilogue` if there is one.
static LogicalResult checkReductionEpilogue(GenericOp contraction,
                                            GenericOp epilogue,
                                            GenericOp reduction) {
  std::string problem =
      reductionEpilogueProblem(contraction, epilogue, reduction);
  if (!problem.empty())
    return reduction.emitError("not the reduction epilogue of a contraction: ")
           << problem;
  if (!llvm::all_of(reduction->getUsers(), llvm::IsaPred<func::ReturnOp>))
    return reduction.emitError("the reduction epilogue must end the kernel");
  return success();
}

/// The one epilogue reads the contraction's result with the identity map; a
/// reduction may follow.
static LogicalResult checkEpilogue(GenericOp contraction) {
  if (!contraction->hasOneUse())
    return contraction.emitError(
        "the contraction's result must have one use in its kernel");
  OpOperand &use = *contraction->use_begin();
  if (isa<func::ReturnOp, tensor::InsertSliceOp>(use.getOwner()))
    return success();
  auto epilogue = dyn_cast<GenericOp>(use.getOwner());
  if (epilogue && classify(epilogue) == WorkKind::Reduction)
    return checkReductionEpilogue(contraction, GenericOp(), epilogue);
  if (!epilogue || classify(epilogue) != WorkKind::Elementwise ||
      !epilogue.isDpsInput(&use) ||
      !epilogue.getMatchingIndexingMap(&use).isIdentity())
    return use.getOwner()->emitError("the epilogue must read the contraction's "
                                     "result with the identity map");
  if (epilogue->hasOneUse())
    if (auto next = dyn_cast<GenericOp>(*epilogue->user_begin()))
      return checkReductionEpilogue(contraction, epilogue, next);
  if (!llvm::all_of(epilogue->getUsers(),
                    llvm::IsaPred<func::ReturnOp, tensor::InsertSliceOp>))
    return epilogue.emitError("the epilogue must end the kernel");
  return success();
}

/// Whether the first result is written in loop order, reductions last.
static bool writesInLoopOrder(GenericOp generic) {
  AffineMap map = generic.getIndexingMapsArray()[generic.getNumDpsInputs()];
  return map.getNumResults() == 0 ||
         map == AffineMap::getMultiDimIdentityMap(map.getNumDims(),
                                                  map.getContext())
                    .getMajorSubMap(map.getNumResults());
}

/// Loop orders, and where the accumulator starts.
static LogicalResult checkWrites(GenericOp generic, GenericOp contraction) {
  bool ontoArgument =
      contraction && isa<BlockArgument>(contraction.getOutputs()[0]);
  if (generic == contraction && !ontoArgument &&
      !contraction.getOutputs()[0].getDefiningOp<linalg::FillOp>())
    return generic.emitError(
        "a contraction must start from a fill or from a kernel argument");
  bool isEpilogue = contraction && contraction->isBeforeInBlock(generic);
  if (writesInLoopOrder(generic) || (isEpilogue && ontoArgument))
    return success();
  return generic.emitError("results must be written in the order of the loops, "
                           "reductions innermost");
}

/// Reductions with elementwise ops around them, in one iteration space.
static LogicalResult checkReductions(func::FuncOp kernel,
                                     ArrayRef<GenericOp> generics) {
  std::string problem = reductionGroupProblem(generics);
  if (problem.empty())
    return success();
  return kernel.emitError() << "not a reduction kernel: " << problem;
}

static LogicalResult checkPrologue(GenericOp prologue, GenericOp contraction) {
  auto feeds = [&](OpOperand &use) {
    return use.getOwner() == contraction && contraction.isDpsInput(&use);
  };
  if (llvm::all_of(prologue->getUses(), feeds))
    return success();
  return prologue.emitError(
      "a prologue may only produce inputs of the contraction");
}

/// A softmax between two contractions, prologues of both, one epilogue.
static LogicalResult checkAttention(ArrayRef<GenericOp> generics,
                                    ArrayRef<GenericOp> contractions) {
  GenericOp values = contractions.back();
  std::optional<Attention> attention = matchAttention(values);
  if (!attention)
    return values.emitError("two contractions in a kernel that is not an "
                            "attention (docs/ir.md)");
  for (GenericOp generic : generics) {
    if (llvm::is_contained(attention->members, generic) ||
        !generic->isBeforeInBlock(values))
      continue;
    bool ofScores = llvm::is_contained(generic->getUsers(), attention->scores);
    if (failed(checkPrologue(generic, ofScores ? attention->scores : values)))
      return failure();
  }
  return checkEpilogue(values);
}

/// One elementwise generic, a contraction with prologues and an epilogue, an
/// attention, or a group around reductions.
static LogicalResult checkShape(func::FuncOp kernel) {
  SmallVector<GenericOp> generics(kernel.getOps<GenericOp>());
  SmallVector<GenericOp> contractions;
  bool reduces = false;
  for (GenericOp generic : generics) {
    if (classify(generic) == WorkKind::Contraction)
      contractions.push_back(generic);
    reduces |= classify(generic) == WorkKind::Reduction;
  }
  GenericOp contraction =
      contractions.empty() ? GenericOp() : contractions.front();
  for (GenericOp generic : generics)
    if (failed(checkWrites(generic, contraction)))
      return failure();
  if (contractions.size() == 2 && reduces)
    return checkAttention(generics, contractions);
  if (reduces && !contraction)
    return checkReductions(kernel, generics);
  if (contractions.empty())
    return generics.size() == 1
               ? success()
               : LogicalResult(kernel.emitError()
                               << "an elementwise kernel holds one generic, "
                                  "this one has "
                               << generics.size());
  if (contractions.size() > 1)
    return kernel.emitError() << "a kernel holds one contraction, this one has "
                              << contractions.size();
  for (GenericOp generic : generics)
    if (generic != contraction && generic->isBeforeInBlock(contraction) &&
        failed(checkPrologue(generic, contraction)))
      return failure();
  return checkEpilogue(contraction);
}

static LogicalResult checkKernel(func::FuncOp kernel) {
  if (kernel.isPublic() || kernel.isExternal() ||
      !kernel.getBody().hasOneBlock())
    return kernel.emitError("a kernel is a private function with one block");
  if (!kernel->getAttrOfType<ArrayAttr>(kSourceOpsAttr))
    return kernel.emitError()
           << "a kernel needs the array attribute '" << kSourceOpsAttr << "'";
  for (Type type : llvm::concat<const Type>(kernel.getArgumentTypes(),
                                            kernel.getResultTypes()))
    if (!isDeviceTensor(type))
      return kernel.emitError() << "type " << type
                                << " at a kernel's boundary is not a device "
                                   "tensor";
  if (llvm::any_of(kernel.getBody().front(),
                   [](Operation &op) { return isTmTensorAnchor(&op); }))
    return verifyTmTensorKernel(kernel);
  if (findScatter(kernel))
    return verifyScatterKernel(kernel);
  bool valid = true;
  for (Operation &op : kernel.getBody().front())
    valid &= succeeded(checkKernelOp(op));
  if (kernel->hasAttr(kInplaceAttr) &&
      kernel.getOps<tensor::InsertSliceOp>().empty())
    return kernel.emitError()
           << "'" << kInplaceAttr << "' on a kernel that inserts nothing";
  return valid ? checkShape(kernel) : failure();
}

namespace {
struct VerifyKernelsPass
    : tilewright::impl::VerifyKernelsPassBase<VerifyKernelsPass> {
  using VerifyKernelsPassBase::VerifyKernelsPassBase;
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    unsigned publicFunctions = 0;
    bool valid = true;
    for (Operation &op : *module.getBody()) {
      auto function = dyn_cast<func::FuncOp>(op);
      if (!function) {
        op.emitError() << "'" << op.getName()
                       << "' is not supported at module level";
        valid = false;
        continue;
      }
      if (function->hasAttr(kKernelAttr)) {
        valid &= succeeded(checkKernel(function));
        continue;
      }
      publicFunctions += function.isPublic();
      if (!function.isPublic()) {
        function.emitError() << "private function @" << function.getSymName()
                             << " is not a kernel";
        valid = false;
      }
      for (Operation &hostOp : function.getBody().getOps())
        valid &= succeeded(checkHostOp(hostOp, symbols));
    }
    if (publicFunctions != 1) {
      module.emitError() << "exactly one public function is expected, found "
                         << publicFunctions;
      valid = false;
    }
    if (!valid)
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
