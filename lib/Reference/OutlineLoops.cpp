//===- OutlineLoops.cpp - Every loop nest a function, equal ones once -----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the size of what LLVM sees at once. A network's function is one block of
// thousands of descriptors around its loops, and code generation takes time
// more than linear in a block. So each loop nest on buffers of known strides
// becomes a function of the buffers' addresses and of the scalars it uses,
// where shapes and strides are constants; nests that are equal become one
// function. What is left in the callers are allocations and calls.
//
//===----------------------------------------------------------------------===//

#include "HostPipeline.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace tilewright::reference;

static constexpr const char *kLoopName = "loop";

/// Bytes of an element of a buffer; 0 for types whose size is not known here.
static int64_t elementBytes(Type element) {
  if (element.isIndex())
    return 8;
  if (!element.isIntOrFloat())
    return 0;
  return llvm::PowerOf2Ceil(
      llvm::divideCeil(element.getIntOrFloatBitWidth(), 8));
}

/// Whether an address says all about a buffer of this type.
static bool isAddressable(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  return type.hasStaticShape() && elementBytes(type.getElementType()) &&
         type.getMemorySpace() == Attribute() &&
         succeeded(type.getStridesAndOffset(strides, offset)) &&
         !llvm::is_contained(strides, ShapedType::kDynamic);
}

static bool isScalar(Type type) { return type.isIntOrIndexOrFloat(); }

Value tilewright::reference::addressOf(OpBuilder &builder, Location loc,
                                       Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  auto metadata =
      memref::ExtractStridedMetadataOp::create(builder, loc, buffer);
  Value base =
      memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, buffer);
  Value bytes = arith::ConstantIndexOp::create(
      builder, loc, elementBytes(type.getElementType()));
  Value offset =
      arith::MulIOp::create(builder, loc, metadata.getOffset(), bytes);
  return arith::AddIOp::create(builder, loc, base, offset);
}

/// The buffer of type `type` whose first element is at `address`: a descriptor
/// of constants, which the conversion to LLVM takes as it is.
static Value bufferAt(OpBuilder &builder, Location loc, Value address,
                      MemRefType type) {
  MLIRContext *context = builder.getContext();
  Type i64 = builder.getI64Type(),
       pointer = LLVM::LLVMPointerType::get(context);
  int64_t rank = type.getRank();
  SmallVector<Type> fields{pointer, pointer, i64};
  if (rank)
    fields.append(2, LLVM::LLVMArrayType::get(i64, rank));
  auto descriptorType = LLVM::LLVMStructType::getLiteral(context, fields);
  Value integer = arith::IndexCastOp::create(builder, loc, i64, address);
  Value start = LLVM::IntToPtrOp::create(builder, loc, pointer, integer);
  Value descriptor = LLVM::PoisonOp::create(builder, loc, descriptorType);
  auto insert = [&](Value value, ArrayRef<int64_t> at) {
    descriptor =
        LLVM::InsertValueOp::create(builder, loc, descriptor, value, at);
  };
  auto constant = [&](int64_t value) -> Value {
    return LLVM::ConstantOp::create(builder, loc, i64,
                                    builder.getI64IntegerAttr(value));
  };
  insert(start, 0);
  insert(start, 1);
  insert(constant(0), 2);
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  (void)type.getStridesAndOffset(strides, offset);
  for (int64_t i = 0; i < rank; ++i) {
    insert(constant(type.getDimSize(i)), {3, i});
    insert(constant(strides[i]), {4, i});
  }
  // The offset is part of the address.
  auto plain = MemRefType::get(
      type.getShape(), type.getElementType(),
      StridedLayoutAttr::get(context, ShapedType::kDynamic, strides));
  Value buffer =
      UnrealizedConversionCastOp::create(builder, loc, plain, descriptor)
          .getResult(0);
  return plain == type ? buffer
                       : memref::CastOp::create(builder, loc, type, buffer);
}

namespace {
/// What a loop nest uses of the function around it.
struct Uses {
  SmallVector<Operation *> constants;
  SmallVector<Value> values; ///< buffers and scalars
};

class Outliner {
public:
  explicit Outliner(ModuleOp module)
      : module(module), symbols(module), builder(module.getContext()) {}
  void outline(Operation *op, const Uses &uses);

private:
  func::FuncOp makeFunction(Operation *op, const Uses &uses);

  ModuleOp module;
  SymbolTable symbols;
  OpBuilder builder;
  llvm::StringMap<func::FuncOp> known; ///< by text
};
} // namespace

/// Nothing when some value cannot be passed to a function.
static std::optional<Uses> usesOf(Operation *op) {
  llvm::SetVector<Value> all(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), all);
  Uses uses;
  for (Value value : all) {
    Operation *definition = value.getDefiningOp();
    auto buffer = dyn_cast<MemRefType>(value.getType());
    if (definition && definition->hasTrait<OpTrait::ConstantLike>() && !buffer)
      uses.constants.push_back(definition);
    else if (isScalar(value.getType()) || (buffer && isAddressable(buffer)))
      uses.values.push_back(value);
    else
      return std::nullopt;
  }
  return uses;
}

func::FuncOp Outliner::makeFunction(Operation *op, const Uses &uses) {
  OpBuilder::InsertionGuard guard(builder);
  Location loc = op->getLoc();
  SmallVector<Type> types;
  for (Value value : uses.values)
    types.push_back(isScalar(value.getType()) ? value.getType()
                                              : builder.getIndexType());
  auto function = func::FuncOp::create(
      loc, kLoopName, builder.getFunctionType(types, op->getResultTypes()));
  function.setPrivate();
  builder.setInsertionPointToStart(function.addEntryBlock());
  IRMapping mapping;
  for (Operation *constant : uses.constants)
    builder.clone(*constant, mapping);
  for (auto [value, argument] :
       llvm::zip_equal(uses.values, function.getArguments())) {
    auto type = dyn_cast<MemRefType>(value.getType());
    mapping.map(value, type ? bufferAt(builder, loc, argument, type)
                            : Value(argument));
  }
  Operation *inner = builder.clone(*op, mapping);
  func::ReturnOp::create(builder, loc, inner->getResults());
  return function;
}

void Outliner::outline(Operation *op, const Uses &uses) {
  OwningOpRef<func::FuncOp> made(makeFunction(op, uses));
  std::string text;
  llvm::raw_string_ostream os(text);
  made.get()->print(os, OpPrintingFlags().useLocalScope());
  func::FuncOp &function = known[text];
  if (!function) {
    function = made.release();
    symbols.insert(function);
  }
  builder.setInsertionPoint(op);
  SmallVector<Value> arguments;
  for (Value value : uses.values)
    arguments.push_back(isScalar(value.getType())
                            ? value
                            : addressOf(builder, op->getLoc(), value));
  auto call = func::CallOp::create(builder, op->getLoc(), function, arguments);
  op->replaceAllUsesWith(call.getResults());
  op->erase();
}

void tilewright::reference::outlineLoops(ModuleOp module) {
  module.getContext()->loadDialect<LLVM::LLVMDialect>();
  SmallVector<Operation *> nests;
  for (auto function : module.getOps<func::FuncOp>())
    for (Block &block : function.getBody())
      for (Operation &op : block)
        if (op.getNumRegions() && llvm::all_of(op.getResultTypes(), isScalar))
          nests.push_back(&op);
  Outliner outliner(module);
  for (Operation *op : nests)
    if (std::optional<Uses> uses = usesOf(op))
      outliner.outline(op, *uses);
}
