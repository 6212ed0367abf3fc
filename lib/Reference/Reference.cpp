//===- Reference.cpp - The host oracle of --verify ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the compiled module and calls into it. A call passes one memref
// descriptor per tensor, over the caller's memory; the constants a function was
// stripped of follow its inputs.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Reference/Reference.h"
#include "HostCode.h"
#include "HostModule.h"
#include "HostPipeline.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "tilewright/Frontend/Frontend.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::reference;

namespace {
/// The memory of one tensor in MLIR's C calling convention: allocated and
/// aligned pointer, offset, sizes, strides. All are eight bytes wide.
class Descriptor {
public:
  Descriptor(const void *data, ArrayRef<int64_t> shape) {
    fields = {int64_t(intptr_t(data)), int64_t(intptr_t(data)), 0};
    fields.append(shape.begin(), shape.end());
    SmallVector<int64_t> strides(shape.size(), 1);
    for (size_t i = shape.size(); i-- > 1;)
      strides[i - 1] = strides[i] * shape[i];
    fields.append(strides);
  }
  void *address() { return fields.data(); }

private:
  SmallVector<int64_t, 12> fields;
};

struct Function {
  LoadedCode::Entry entry = nullptr;
  SmallVector<SmallVector<int64_t>> inputs, outputs; ///< shapes
  SmallVector<HiddenInput> hidden;
};
} // namespace

struct Reference::State {
  MLIRContext context;
  OwningOpRef<ModuleOp> source; ///< keeps the constants' data alive
  llvm::StringMap<Function> functions;
  std::vector<std::unique_ptr<HostContraction>> contractions;
  std::vector<const HostContraction *> table; ///< which the code refers to
  HostModule hostModule;
  std::unique_ptr<LoadedCode> code;
  bool cached = false;

  explicit State(const DialectRegistry &registry) : context(registry) {}
  llvm::Error parse(StringRef text);
  llvm::Error prepare(ModuleOp module);
  llvm::Expected<HostModule> compile(ModuleOp module);
  llvm::Error load(HostModule compiled);
  llvm::Error compileOrLoad(ModuleOp module, ContentCache *cache);
};

Reference::Reference(std::unique_ptr<State> state) : state(std::move(state)) {}
Reference::~Reference() = default;

llvm::Error Reference::State::parse(StringRef text) {
  return withDiagnostics(context, FailureKind::Usage, [&] {
    source = parseSourceString<ModuleOp>(text, ParserConfig(&context));
    return success(bool(source));
  });
}

/// Shapes of the tensors among `types`; an error for anything else.
static llvm::Error readShapes(StringRef function, ArrayRef<Type> types,
                              SmallVector<SmallVector<int64_t>> &shapes) {
  for (Type type : types) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape()) {
      std::string text;
      llvm::raw_string_ostream(text) << type;
      return unsupportedError("the reference cannot call @" + function +
                              " with a value of type " + text +
                              "; static ranked tensors are needed");
    }
    shapes.emplace_back(tensor.getShape());
  }
  return llvm::Error::success();
}

/// Makes the callable functions callable and records their signatures.
llvm::Error Reference::State::prepare(ModuleOp module) {
  for (auto function : module.getOps<func::FuncOp>()) {
    bool isKernel = function->hasAttr("togsim.kernel");
    if (function.isExternal() || (!function.isPublic() && !isKernel))
      continue;
    Function &entry = functions[function.getSymName()];
    if (llvm::Error error = readShapes(
            function.getSymName(), function.getArgumentTypes(), entry.inputs))
      return error;
    if (llvm::Error error = readShapes(
            function.getSymName(), function.getResultTypes(), entry.outputs))
      return error;
    function.setPublic();
    function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                      UnitAttr::get(&context));
    if (SymbolTable::symbolKnownUseEmpty(function, module))
      entry.hidden = hideConstants(function);
    // The caller's inputs and the constants are not scratch memory.
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      function.setArgAttr(
          i, bufferization::BufferizationDialect::kWritableAttrName,
          BoolAttr::get(&context, false));
  }
  // Names of source ops and the like do not say what is computed.
  module.walk([](Operation *op) {
    for (NamedAttribute each : llvm::to_vector(op->getDiscardableAttrs()))
      if (each.getName().getValue().starts_with("togsim."))
        op->removeDiscardableAttr(each.getName());
  });
  return llvm::Error::success();
}

llvm::Error Reference::State::load(HostModule compiled) {
  hostModule = std::move(compiled);
  for (const ContractionShape &shape : hostModule.contractions) {
    contractions.push_back(std::make_unique<HostContraction>(shape));
    table.push_back(contractions.back().get());
  }
  auto loaded = LoadedCode::load(hostModule.object, table);
  if (!loaded)
    return loaded.takeError();
  code = std::move(*loaded);
  for (auto &function : functions) {
    auto entry = code->entry(function.getKey());
    if (!entry)
      return entry.takeError();
    function.second.entry = *entry;
  }
  return llvm::Error::success();
}

llvm::Expected<HostModule> Reference::State::compile(ModuleOp module) {
  HostModule compiled;
  auto lower = [&] {
    auto shapes = lowerToLLVM(module);
    if (succeeded(shapes))
      compiled.contractions = std::move(*shapes);
    return LogicalResult(shapes);
  };
  if (llvm::Error error =
          withDiagnostics(context, FailureKind::Unsupported, lower))
    return std::move(error);
  std::vector<std::string> entries;
  for (auto &function : functions)
    entries.push_back(function.getKey().str());
  auto object = generateObject(module, entries);
  if (!object)
    return object.takeError();
  compiled.object = std::move(*object);
  return compiled;
}

/// What the code depends on: neither source locations nor hidden constants.
static std::string identityOf(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os, OpPrintingFlags().useLocalScope());
  return text;
}

llvm::Error Reference::State::compileOrLoad(ModuleOp module,
                                            ContentCache *cache) {
  std::string entry;
  if (cache) {
    entry = cacheNameOf(identityOf(module));
    if (auto known = loadModule(*cache, entry)) {
      llvm::Error error = load(std::move(*known));
      cached = !error;
      if (cached)
        return error;
      // An object that does not load is as good as none.
      llvm::consumeError(std::move(error));
      cache->reject();
      contractions.clear();
      table.clear();
    }
  }
  auto compiled = compile(module);
  if (!compiled)
    return compiled.takeError();
  if (cache)
    storeModule(*cache, entry, *compiled);
  if (llvm::Error error = load(std::move(*compiled))) {
    std::string message;
    describeError(std::move(error), message);
    return internalError("the reference cannot be loaded on this host: " +
                         message);
  }
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Reference>>
Reference::create(StringRef moduleText, ContentCache *cache) {
  DialectRegistry registry;
  registerAllDialects(registry);
  auto state = std::make_unique<State>(registry);
  // Modules are small and callers have their own threads.
  state->context.disableMultithreading();
  if (llvm::Error error = state->parse(moduleText))
    return error;
  OwningOpRef<ModuleOp> module = state->source->clone();
  if (llvm::Error error = state->prepare(*module))
    return error;
  if (llvm::Error error = state->compileOrLoad(*module, cache))
    return error;
  return std::unique_ptr<Reference>(new Reference(std::move(state)));
}

bool Reference::isCached() const { return state->cached; }

llvm::Error Reference::call(StringRef name, ArrayRef<const void *> inputs,
                            ArrayRef<void *> outputs) {
  auto found = state->functions.find(name);
  if (found == state->functions.end())
    return usageError("the reference has no function @" + name);
  Function &function = found->second;
  if (inputs.size() != function.inputs.size() ||
      outputs.size() != function.outputs.size())
    return usageError("@" + name + " takes " + Twine(function.inputs.size()) +
                      " inputs and " + Twine(function.outputs.size()) +
                      " outputs, not " + Twine(inputs.size()) + " and " +
                      Twine(outputs.size()));
  SmallVector<Descriptor> descriptors;
  for (auto [data, shape] : llvm::zip_equal(inputs, function.inputs))
    descriptors.emplace_back(data, shape);
  for (const HiddenInput &input : function.hidden)
    descriptors.emplace_back(input.data, input.type.getShape());
  for (auto [data, shape] : llvm::zip_equal(outputs, function.outputs))
    descriptors.emplace_back(data, shape);

  SmallVector<void *> arguments;
  for (Descriptor &descriptor : descriptors)
    arguments.push_back(descriptor.address());
  function.entry(arguments.data());
  return llvm::Error::success();
}
