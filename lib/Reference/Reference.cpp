//===- Reference.cpp - The host oracle of --verify ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the compiled module and calls into it. Code is generated for the host
// CPU without fast-math: floats round as the module says. A call passes
// one memref descriptor per tensor, over the caller's memory; the constants a
// function was stripped of follow its inputs.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Reference/Reference.h"
#include "HostPipeline.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "tilewright/Frontend/Frontend.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

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
  using Entry = void (*)(void **);
  Entry entry = nullptr;
  SmallVector<SmallVector<int64_t>> inputs, outputs; ///< shapes
  SmallVector<HiddenInput> hidden;
};
} // namespace

struct Reference::State {
  MLIRContext context;
  OwningOpRef<ModuleOp> source; ///< keeps the constants' data alive
  std::unique_ptr<llvm::TargetMachine> optimizerTarget;
  std::function<llvm::Error(llvm::Module *)> optimize;
  std::unique_ptr<ExecutionEngine> engine;
  llvm::StringMap<Function> functions;
  std::vector<std::unique_ptr<HostContraction>> contractions; ///< code calls

  explicit State(const DialectRegistry &registry) : context(registry) {}
  llvm::Error parse(StringRef text);
  llvm::Error prepare(ModuleOp module);
  llvm::Error compile(ModuleOp module);
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
  return llvm::Error::success();
}

/// A code generator for this CPU.
static llvm::Expected<std::unique_ptr<llvm::TargetMachine>> hostTarget() {
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  builder->setCodeGenOptLevel(llvm::CodeGenOptLevel::Less);
  return builder->createTargetMachine();
}

/// Neither vectorises nor unrolls: contractions are calls, the rest runs once per
/// launch, and compiling it must not take longer than that.
static void optimizeForHost(llvm::Module &module, llvm::TargetMachine &target) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = false;
  tuning.LoopUnrolling = false;
  tuning.LoopInterleaving = false;
  tuning.SLPVectorization = false;
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&target, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O1)
      .run(module, modules);
}

llvm::Error Reference::State::compile(ModuleOp module) {
  static const bool initialized = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  (void)initialized;
  auto codegenTarget = hostTarget();
  auto optimizerHost = hostTarget();
  if (!codegenTarget)
    return codegenTarget.takeError();
  if (!optimizerHost)
    return optimizerHost.takeError();
  optimizerTarget = std::move(*optimizerHost);
  optimize = [target = optimizerTarget.get()](llvm::Module *ir) {
    optimizeForHost(*ir, *target);
    return llvm::Error::success();
  };

  ExecutionEngineOptions options;
  options.transformer = optimize;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Less;
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  auto created =
      ExecutionEngine::create(module, options, std::move(*codegenTarget));
  if (!created)
    return created.takeError();
  engine = std::move(*created);
  engine->registerSymbols([](llvm::orc::MangleAndInterner interner) {
    llvm::orc::SymbolMap symbols;
    symbols[interner(kContractionFunction)] = {
        llvm::orc::ExecutorAddr::fromPtr(&runContraction),
        llvm::JITSymbolFlags::Exported};
    return symbols;
  });
  for (auto &function : functions) {
    auto entry =
        engine->lookupPacked(("_mlir_ciface_" + function.getKey()).str());
    if (!entry)
      return entry.takeError();
    function.second.entry = *entry;
  }
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Reference>>
Reference::create(StringRef moduleText) {
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
  auto lower = [&] { return lowerToLLVM(*module, state->contractions); };
  if (llvm::Error error =
          withDiagnostics(state->context, FailureKind::Unsupported, lower))
    return error;
  if (llvm::Error error = state->compile(*module)) {
    std::string message;
    describeError(std::move(error), message);
    return internalError("the reference cannot be compiled for this host: " +
                         message);
  }
  return std::unique_ptr<Reference>(new Reference(std::move(state)));
}

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

  // Packed convention: the address of each argument; an argument is the address
  // of its descriptor.
  SmallVector<void *> arguments, packed;
  for (Descriptor &descriptor : descriptors)
    arguments.push_back(descriptor.address());
  for (void *&argument : arguments)
    packed.push_back(&argument);
  function.entry(packed.data());
  return llvm::Error::success();
}
